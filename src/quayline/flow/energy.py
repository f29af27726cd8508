"""Electricity of stations by what they do, and base loads of shops by hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.flow.measures import HOUR_S, work_by_slot
from quayline.flow.shifts import shop_intervals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quayline.flow.engine import Outcome
    from quayline.records.stages import Plan
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
    s = outcome.stations
    unknown = sorted(set(powers) - set(s.name))
    if unknown:
        raise ValueError(f"no station is called {unknown[0]!r}")
    rows = [k for k, name in enumerate(s.name) if name in powers]
    paid = [powers[s.name[k]] for k in rows]
    num = s.num_servers[rows]
    down, blocked = (s.down_s + s.maintenance_s)[rows], s.blocked_s[rows]
    busy, working = s.busy_s[rows], s.working_s[rows]
    hours = {
        "working": busy, "idle": working - busy - blocked - down, "blocked": blocked, "failed": down,
        "off": num * end_s - working,
    }  # fmt: skip
    return pl.DataFrame({
        "section": [s.section[k] for k in rows],
        "station": [s.name[k] for k in rows],
        **{
            f"{state}_kwh": seconds / HOUR_S * np.array([getattr(power, f"{state}_kw") for power in paid])
            for state, seconds in hours.items()
        },
    })  # fmt: skip


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
