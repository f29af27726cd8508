"""Electricity of stations by what they do, and base loads of shops by hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.flow.layout_sections import station_names
from quayline.flow.measures import HOUR_S, work_by_slot
from quayline.flow.shifts import shop_intervals
from quayline.records.schemas import FLOW
from quayline.scenario.sections import placed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quayline.flow.engine import Outcome
    from quayline.flow.layout import Layout
    from quayline.records.stages import Plan
    from quayline.scenario.plant import StatePower as WrittenPower
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True)
class StatePower:
    """What one server of a station takes, in kW, at work, starved, blocked, down (maintenance too), and off shift."""

    working_kw: float
    idle_kw: float
    blocked_kw: float
    failed_kw: float
    off_kw: float

    def __post_init__(self) -> None:
        if min(self.working_kw, self.idle_kw, self.blocked_kw, self.failed_kw, self.off_kw) < 0:
            raise ValueError(f"a power below zero: {self}")


def energy_by_state(outcome: Outcome, powers: Mapping[str, StatePower], end_s: float) -> pl.DataFrame:
    """kWh of every station that `powers` names, by state, from zero to `end_s`.

    A station of a moving line that waits for the takt is idle. Raises ValueError for a name that no station has.
    """
    unknown = sorted(set(powers) - set(outcome.stations.name))
    if unknown:
        raise ValueError(f"no station is called {unknown[0]!r}")
    return _by_state(outcome, [powers.get(name) for name in outcome.stations.name], end_s)


def _by_state(outcome: Outcome, powers: Sequence[StatePower | WrittenPower | None], end_s: float) -> pl.DataFrame:
    """kWh by state of every station with a power."""
    s = outcome.stations
    rows = [k for k, power in enumerate(powers) if power is not None]
    paid = [powers[k] for k in rows]
    num = s.num_servers[rows]
    down, blocked = (s.down_s + s.maintenance_s)[rows], s.blocked_s[rows]
    busy, working = s.busy_s[rows], s.working_s[rows]
    hours = {
        "working": busy, "idle": working - busy - blocked - down, "blocked": blocked, "failed": down,
        "off": num * end_s - working,
    }  # fmt: skip
    return pl.DataFrame({
        "section": pl.Series([s.section[k] for k in rows], dtype=pl.String),
        "station": pl.Series([s.name[k] for k in rows], dtype=pl.String),
        **{
            f"{state}_kwh": seconds / HOUR_S * np.array([getattr(power, f"{state}_kw") for power in paid])
            for state, seconds in hours.items()
        },
    })  # fmt: skip


def energy_table(scenario: Scenario, layout: Layout, outcome: Outcome, end_s: float) -> pl.DataFrame:
    """`flow.energy`: kWh by state of every station of the plant whose powers the scenario gives."""
    powers = _powers(scenario)
    s = outcome.stations
    found = _by_state(outcome, [powers.get((of, name), powers.get((of, ""))) for of, name in
                                zip(s.section, s.name, strict=True)], end_s)  # fmt: skip
    shop = pl.Series("shop_idx", [layout.shop_of[name] for name in found["section"]], dtype=pl.Int16)
    return found.select(shop, pl.all()).cast({c.name: c.dtype for c in FLOW["energy"].columns})


def _powers(scenario: Scenario) -> dict[tuple[str, str], WrittenPower]:
    """By section and station; the station is "" where a section gives one power for all that it has."""
    found: dict[tuple[str, str], WrittenPower] = {}
    for section in (one.section for one in placed(scenario.plant)):
        if section.kind == "serial":
            for station in section.stations:
                for name in station_names(station) if station.power else ():
                    found[section.id, name] = station.power
        elif getattr(section, "power", None):
            found[section.id, ""] = section.power
    return found


def base_load_table(scenario: Scenario, plan: Plan) -> pl.DataFrame:
    """`flow.base_load`: mean base load of every shop by hour of the day, over all days of the horizon."""
    return (
        base_load_by_hour(scenario, plan)
        .group_by("shop_idx", hour=pl.col("hour") % 24, maintain_order=True)
        .agg(electricity_kw=pl.col("electricity_kwh").mean(), gas_kw=pl.col("gas_kwh").mean())
        .cast({c.name: c.dtype for c in FLOW["base_load"].columns})
    )


def base_load_by_hour(scenario: Scenario, plan: Plan) -> pl.DataFrame:
    """Base load of every shop in every clock hour of the horizon: working hours, kWh of electricity and of gas.

    The running load counts in the shop's own working time, the load when off in the rest of each hour.
    """
    num_hours = ((scenario.horizon.end - scenario.horizon.start).days + 1) * 24
    calendars, calendar_of = shop_intervals(scenario, plan)
    tables = []
    for shop_idx, shop in enumerate(scenario.plant.shops):
        worked = work_by_slot(calendars[calendar_of[shop_idx]], HOUR_S, num_hours) / HOUR_S
        energy = shop.energy
        tables.append(pl.DataFrame({
            "shop_idx": np.full(num_hours, shop_idx),
            "hour": np.arange(num_hours),
            "working_h": worked,
            "electricity_kwh": worked * energy.electricity_running_kw + (1 - worked) * energy.electricity_off_kw,
            "gas_kwh": worked * energy.gas_running_kw + (1 - worked) * energy.gas_off_kw,
        }))  # fmt: skip
    return pl.concat(tables)
