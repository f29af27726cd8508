"""The typed face of the flow engine: when every car of a sequence goes into and out of each shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.flow.energy import base_load_table, energy_table
from quayline.flow.engine import simulate_network
from quayline.flow.layout import lay_out
from quayline.flow.measures import day_table, month_table, places, station_table
from quayline.flow.network import Store
from quayline.flow.replay import replay_table, section_table
from quayline.flow.shifts import DAY_S
from quayline.records.schemas import FLOW
from quayline.records.stages import FlowTrace

if TYPE_CHECKING:
    from quayline.flow.engine import Outcome
    from quayline.flow.layout import Layout
    from quayline.flow.network import Floats
    from quayline.flow.params import FlowParams
    from quayline.records.stages import Balance, DaySequence, Plan, QualityLog
    from quayline.scenario.schema import Scenario


def simulate(
    scenario: Scenario,
    plan: Plan,
    sequence: DaySequence,
    balance: Balance,
    quality: QualityLog,
    params: FlowParams,
    seed: int,
) -> FlowTrace:
    """Simulate every car of `sequence` through all sections of the plant (docs/flow.md says what that means).

    Cars that are not off the line by the end of the horizon's last day are in `standing`, those that a gate has
    scrapped in `scrapped`, neither in `cars`.
    Raises ScenarioError where the plant's sections cannot follow each other as written.
    """
    layout = lay_out(scenario, plan, sequence, balance, quality)
    end_s = float(((scenario.horizon.end - scenario.horizon.start).days + 1) * DAY_S)
    outcome = simulate_network(layout.network, layout.cars, seed, end_s)
    cars = _car_table(scenario, layout, outcome)
    return FlowTrace(
        cars=cars,
        standing=_standing_table(scenario, layout, outcome),
        scrapped=_scrapped_table(scenario, layout, outcome),
        stations=station_table(layout, outcome),
        days=day_table(scenario, layout, outcome),
        months=month_table(scenario, plan, layout, outcome, params),
        sections=section_table(layout),
        energy=energy_table(scenario, layout, outcome, end_s),
        base_load=base_load_table(scenario, plan),
        replay=replay_table(layout, outcome),
    )


def _moment(scenario: Scenario, time_s: Floats) -> pl.Series:
    """Seconds since the horizon's start as points in time, to the millisecond below."""
    start_ms = np.datetime64(scenario.horizon.start, "ms")
    return pl.Series(start_ms + np.floor(time_s * 1000).astype("timedelta64[ms]"), dtype=pl.Datetime("ms"))


def assembly_columns(layout: Layout) -> list[int]:
    """The columns in front of which the sequence counts: that of the section behind the (last) store; without a store,
    those with which the last shop begins."""
    stores = [k for k, s in enumerate(layout.network.columns) if isinstance(s, Store)]
    return [stores[-1] + 1] if stores else layout.ends(max(layout.shop_of.values()))[0]


def _car_table(scenario: Scenario, layout: Layout, outcome: Outcome) -> pl.DataFrame:
    last = layout.network.last_column
    built = np.isfinite(outcome.leave_s[:, last])
    columns = {
        "order_id": layout.order_id[built],
        "position": np.flatnonzero(built),
        "released_at": _moment(scenario, layout.cars.release_s[built]),
        "line_off_at": _moment(scenario, outcome.leave_s[built, last]),
        "num_repairs": outcome.num_repairs[built],
        "repair_h": outcome.repair_s[built] / 3600,
        "assembly_position": places(outcome.enter_s[:, assembly_columns(layout)].min(axis=1))[built],
    }
    for shop_idx, shop in enumerate(scenario.plant.shops):
        columns[f"in_{shop.id}"] = _moment(scenario, layout.into_s(shop_idx, outcome)[built])
        columns[f"out_{shop.id}"] = _moment(scenario, layout.out_of_s(shop_idx, outcome)[built])
    return pl.DataFrame(columns).cast({c.name: c.dtype for c in FLOW["cars"].columns})


def _standing_table(scenario: Scenario, layout: Layout, outcome: Outcome) -> pl.DataFrame:
    """Cars that are neither off the line nor scrapped, each in the last shop of the row that it has entered."""
    row = layout.network.columns[: layout.network.last_column + 1]
    left = ~np.isfinite(outcome.leave_s[:, len(row) - 1]) & ~np.isfinite(outcome.scrapped_s)
    shop_of = np.array([layout.shop_of[section.name] for section in row])
    enter_s = outcome.enter_s[left, : len(row)]
    entered = np.stack([enter_s[:, shop_of == k].min(axis=1) for k in range(len(scenario.plant.shops))])
    begun = np.isfinite(entered)
    shop = np.where(begun.any(axis=0), len(begun) - 1 - begun[::-1].argmax(axis=0), -1)
    since_s = np.where(shop >= 0, entered[shop, np.arange(len(shop))], 0.0)
    there = pl.Series(shop >= 0, dtype=pl.Boolean)
    return pl.DataFrame({
        "order_id": layout.order_id[left], "shop_idx": shop, "since": _moment(scenario, since_s),
    }).with_columns(
        pl.when(there).then(pl.col(name)).alias(name) for name in ("shop_idx", "since")
    ).cast({c.name: c.dtype for c in FLOW["standing"].columns})  # fmt: skip


def _scrapped_table(scenario: Scenario, layout: Layout, outcome: Outcome) -> pl.DataFrame:
    """Cars that left the line at a gate, in planned sequence."""
    place = np.flatnonzero(np.isfinite(outcome.scrapped_s))
    gates = [layout.network.columns[k].name for k in layout.cars.scrap_at[place]]
    return pl.DataFrame({
        "order_id": layout.order_id[place], "position": place,
        "released_at": _moment(scenario, layout.cars.release_s[place]),
        "scrapped_at": _moment(scenario, outcome.scrapped_s[place]),
        "gate": pl.Series(gates, dtype=pl.String),
        "shop_idx": pl.Series([layout.shop_of[gate] for gate in gates], dtype=pl.Int16),
        "num_repairs": outcome.num_repairs[place], "repair_h": outcome.repair_s[place] / 3600,
    }).cast({c.name: c.dtype for c in FLOW["scrapped"].columns})  # fmt: skip
