"""Calendar years of the plan's weeks: cars count in the year of the day they leave the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quayline.plan.inputs.weeks import Calendar


def year_shares(calendar: Calendar) -> tuple[np.ndarray, np.ndarray]:
    """The years of the horizon, ascending, and (year, week) the part of a week's cars that is built in each: by working
    days, in a week without them by the days that are not closed."""
    days = [week.workdays or week.free_days or (week.first,) for week in calendar.weeks]
    years = np.arange(calendar.weeks[0].first.year, calendar.weeks[-1].last.year + 1)
    shares = np.array([[sum(day.year == year for day in mine) / len(mine) for mine in days] for year in years.tolist()])
    return years, shares
