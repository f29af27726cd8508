"""Days on which the plant did not work while a car stood in it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from datetime import date

    from quayline.records.stages import FlowTrace
    from quayline.scenario.plant import Calendar
    from quayline.scenario.schema import Scenario


def closed_texts(scenario: Scenario, flow: FlowTrace) -> pl.Series:
    """Of each car built the days between its release and its leaving on which no shop worked; "" without one.

    A row of such days is told by its first and last day, with the stops or else the holidays of the calendar in it; of
    several the longest, and how many days they are in all.
    """
    hours = flow.days.group_by("date").agg(pl.col("working_h").sum()).sort("date")
    days = hours.filter(pl.col("working_h") == 0)["date"]
    number = days.to_physical().to_numpy()
    begins = np.flatnonzero(np.diff(number, prepend=-1) != 1)
    ends = np.flatnonzero(np.diff(number, append=np.iinfo(np.int32).max) != 1)
    words = [_words(scenario.plant.calendar, days[int(a)], days[int(b)]) for a, b in zip(begins, ends, strict=True)]
    entered, left = (flow.cars[name].dt.date().to_physical().to_numpy() for name in ("released_at", "line_off_at"))
    first, after = (np.searchsorted(number[begins], at) for at in (entered, left))
    lengths = ends - begins + 1

    def told(a: int, b: int) -> str:
        if a == b:
            return ""
        longest = words[a + int(lengths[a:b].argmax())]
        return f"the plant did not work {longest}" if b == a + 1 else (
            f"the plant did not work on {lengths[a:b].sum()} days, longest {longest}")  # fmt: skip

    spans, car = np.unique(np.stack([first, after]), axis=1, return_inverse=True)
    texts = pl.Series("closed_text", [told(int(a), int(b)) for a, b in spans.T], dtype=pl.String)
    return texts.gather(car.ravel())


def _words(calendar: Calendar, first: date, last: date) -> str:
    names = [stop.id for stop in calendar.stops if stop.from_ <= last and first <= stop.to]
    names = names or [holiday.name for holiday in calendar.holidays if first <= holiday.date <= last]
    days = f"on {first}" if first == last else f"from {first} to {last}"
    return days + (f" ({', '.join(names)})" if names else "")
