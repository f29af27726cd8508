"""The flat trace: each car at each station, from when it came to it until it left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from quayline.flow.engine import Outcome
    from quayline.flow.window import Window


def station_trace(window: Window, outcome: Outcome) -> pl.DataFrame:
    """Rows (car, section, station, visit, in_s, start_s, finish_s, leave_s) of all traced cars, by car and time.

    `car` counts in the window. in_s: when it left what was before (its release, for the first): from then it lay
    in the places before the station; start_s, finish_s: its work, repairs of the station in it; leave_s: out of the
    station. Of a moving line all are its cycle; of a conveyor there is one row a car, its first pitch. Times of twins
    on sub-lines stand with those of their cars.
    """
    car, station, visit = outcome.trace_id.T
    start_s, finish_s, leave_s = outcome.trace_s.T
    order = np.lexsort((station, leave_s, start_s, car))
    car, station, visit = car[order], station[order], visit[order]
    start_s, finish_s, leave_s = start_s[order], finish_s[order], leave_s[order]
    is_first = np.append(True, car[1:] != car[:-1]) if len(car) else np.zeros(0, bool)
    before_s = np.where(is_first, window.cars.release_s[car], np.append(0.0, leave_s[:-1])[: len(car)])
    names = outcome.stations
    return pl.DataFrame({
        "car": car, "section": np.array(names.section)[station], "station": np.array(names.name)[station],
        "visit": visit, "in_s": np.minimum(before_s, start_s), "start_s": start_s, "finish_s": finish_s,
        "leave_s": leave_s,
    })  # fmt: skip
