"""Feature 15: re-plan with frozen horizon and nervousness measure. Re-planning on unchanged data changes nothing."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import polars as pl
import pytest

from quayline.plan.check import faults
from quayline.plan.replanning.nervousness import nervousness
from quayline.study.replan import replan


@pytest.mark.parametrize("on", [date(2026, 1, 5), date(2026, 3, 11), date(2026, 6, 22)])
@pytest.mark.parametrize("weeks", [None, 0, 3])
def test_re_planning_on_unchanged_data_changes_nothing(finished, on, weeks):
    """Every table of the plan is the same bit for bit, whatever the day and the frozen horizon."""
    old = finished.record("plan")
    given = {} if weeks is None else {"plant.replanning": f"{{frozen_weeks: {weeks}, change: 100 USD/car}}"}
    scenario, made, earlier = replan(finished, on, (), given)
    for one in fields(made):
        now, before = getattr(made, one.name), getattr(old, one.name)
        same = now.equals(before) if isinstance(now, pl.DataFrame) else now == before
        assert same or one.name == "status", f"{one.name} differs"
    assert nervousness(made, earlier).words == "nothing changes"
    assert faults(scenario, finished.record("balance"), made, None, earlier) == []


def test_a_change_is_measured_and_what_is_frozen_stands(finished):
    """A dearer duty drops exports; the frozen weeks keep theirs."""
    given = {"plant.replanning": "{frozen_weeks: 3, change: 100 USD/car}", "trade.duties[pt-us].rate": "90 %"}
    scenario, made, earlier = replan(finished, date(2026, 2, 9), (), given)
    changes = nervousness(made, earlier)
    assert changes.num_changes > 0
    assert 0 < changes.instability < 1
    frozen = pl.col("date") < date(2026, 3, 2)
    assert made.days.filter(frozen).equals(earlier.plan.days.filter(frozen))
    assert faults(scenario, finished.record("balance"), made, None, earlier) == []
