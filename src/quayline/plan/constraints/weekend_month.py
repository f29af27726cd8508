"""Weekend shifts of the weeks of a month stay within the agreed number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.plan.constraints.common import Constraint, Rows, month_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a month."""
    rows = Rows(len(build.calendar.months))
    rows.add(build.calendar.month_of, build.variables.shifts, 1.0)
    return rows.family(-INF, float(build.scenario.plant.overtime.weekend_shifts_per_month))


WEEKEND_MONTH = Constraint(
    name="weekend month",
    formula="Σ n[w] of a month ≤ agreed number",
    unit="shift",
    rows=rows,
    statement=lambda build, row: ("plant.overtime.weekend_shifts_per_month",),
    words=lambda build, row: f"weekend shifts agreed for {month_words(build, row)}",
)
