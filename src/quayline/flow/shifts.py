"""The working time of the plant: from the plan's days to intervals in seconds since the horizon's start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.scenario.working_days import clock_s

if TYPE_CHECKING:
    from quayline.flow.network import Floats, Ints
    from quayline.records.stages import Plan
    from quayline.scenario.plant import Shift
    from quayline.scenario.schema import Scenario

DAY_S = 86400


def day_numbers(scenario: Scenario, plan: Plan) -> Ints:
    """Days since the horizon's start of the rows of `plan.days`."""
    days: Ints = (plan.days["date"] - scenario.horizon.start).dt.total_days().to_numpy().astype(np.int64)
    return days


def working_intervals(scenario: Scenario, plan: Plan) -> tuple[Floats, Floats]:
    """Working intervals (K, 2) in seconds since the horizon's start 00:00, and the start of each production day.

    A shift works from its start to its end but for its break in the middle, and its overtime at its end. Where
    overtime would run into the next shift, that shift begins later and keeps its length.
    """
    patterns = {pattern.id: pattern.shifts for pattern in scenario.plant.patterns}
    modes = [patterns[mode.pattern] for mode in scenario.plant.modes]
    rows: list[tuple[float, float]] = []
    starts = np.zeros(plan.days.height)
    columns = ("mode_idx", "num_shifts", "overtime_h")
    for d, (day, mode, num_shifts, overtime_h) in enumerate(
        zip(day_numbers(scenario, plan), *(plan.days[name] for name in columns), strict=True)
    ):
        starts[d] = np.inf
        for shift in modes[mode][:num_shifts]:
            parts = _parts(shift, float(day) * DAY_S, 3600 * float(overtime_h))
            late_s = max(0.0, rows[-1][1] - parts[0][0]) if rows else 0.0
            rows += [(start + late_s, end + late_s) for start, end in parts if end > start]
            starts[d] = min(starts[d], parts[0][0] + late_s)
    return np.array(rows, np.float64).reshape(-1, 2), starts


def _parts(shift: Shift, midnight_s: float, overtime_s: float) -> list[tuple[float, float]]:
    """The two working parts of a shift, before and after its break."""
    start = midnight_s + clock_s(shift.start)
    span = (clock_s(shift.end) - clock_s(shift.start)) % DAY_S
    half = (span - 3600 * shift.break_h) / 2
    return [(start, start + half), (start + span - half, start + span + overtime_s)]
