"""Why a car did not sail on the ship that it was booked on: codes of records.reasons.MISSED."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.ship.pack import NEVER, NO_LANE

if TYPE_CHECKING:
    from quayline.ship.journey import Journey
    from quayline.ship.pack import Cars, Trips

CODES = ("", "no-sailing", "not-ready", "late-line", "full", "rolled-before")


def missed(cars: Cars, trips: Trips, way: Journey) -> pl.Series:
    """A code for each car, '' for one that sails as booked, was not booked and sails, or goes by road.

    A car that was ready at the cut-off of its ship found it full: of cars that ships before had left behind
    (`rolled-before`), or of others. One that was not ready came late off the line if it left it after its planned day
    and would have missed the cut-off even on the first truck; else trucks, a full port or its box held it up (a box
    sails from the latest booking of its cars).
    """
    is_booked = cars.booked >= 0
    booked = np.where(is_booked, cars.booked, 0)
    cutoff = trips.cutoff_ms[booked] if len(trips.lane) else np.zeros(len(booked), np.int64)
    ready = np.where(way.left_plant == NEVER, NEVER, way.left_plant + cars.ready_ms * (way.left_plant != NEVER))
    is_ready, straight = (ready <= cutoff) & (way.sails_from == cars.booked_ms), cars.yard_ms + cars.ready_ms
    aboard = way.sailing >= 0
    is_rolled = aboard & is_booked & (way.departed > cars.booked_ms)
    taken_over = np.unique(trips.voyage[way.sailing[is_rolled]])  # voyages that carry cars of ships before
    of_rolled = np.isin(trips.voyage[booked], taken_over) if len(trips.lane) else np.zeros(len(booked), np.bool_)
    is_late = (cars.yard_ms >= cars.planned_ms) & (straight > cutoff)
    code = np.where(is_ready, np.where(of_rolled, 5, 4), np.where(is_late, 3, 2))
    code[~is_booked] = 1
    code[(cars.lane == NO_LANE) | (aboard & ~is_rolled)] = 0
    return pl.Series(CODES, dtype=pl.String).gather(code)
