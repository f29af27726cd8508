"""Every month has one line mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, month_words

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a month."""
    rows = Rows(len(build.calendar.months))
    rows.add(np.arange(len(build.calendar.months))[None, :], build.variables.mode, 1.0)
    return rows.family(1.0, 1.0)


ONE_MODE = Constraint(
    name="one mode",
    formula="Σm z[m,t] = 1",
    unit="mode",
    rows=rows,
    statement=lambda build, row: ("horizon.start",),
    words=lambda build, row: f"one line mode in {month_words(build, row)}",
)
