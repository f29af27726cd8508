"""What trucks and ships move in one piece: single cars, and boxes filled by cars of one lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.scenario.working_days import open_days, working_days
from quayline.ship.pack import DAY_MS, NEVER, UNITS, midnight_ms, sources, spaces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.scenario.schema import Scenario
    from quayline.ship.pack import Cars, Floats, Ints, Trips


@dataclass(frozen=True)
class Loads:
    """Loads in the order of their plants, then of their call. Shapes (num_loads,); `space` (num_units, num_loads).

    Load i holds the cars `car[first[i]:first[i + 1]]`. `box` is the number of its box, -1 for a single car.
    `called_ms` is when it may leave: of a box, when it is loaded. `goes` is false for one that no truck or sailing can
    take any more.
    """

    first: Ints
    car: Ints
    plant: Ints
    lane: Ints
    box: Ints
    called_ms: Ints
    booked_ms: Ints
    cars: Ints
    space: Floats
    goes: NDArray[np.bool_]


def pack_loads(scenario: Scenario, cars: Cars, trips: Trips) -> Loads:
    """The loads of all cars that some sailing can still take; the others stay at their plant.

    A box is filled by the next cars of its lane and plant in the order of their calls, and waits for its last one;
    only the very last box of a lane may be part-filled. It is loaded on a working day, at most `boxes_per_day` a day.
    Of cars called at once the first built goes first, then the first wanted.
    """
    place = np.flatnonzero(_has_sailing(trips, cars.lane, cars.called_ms, cars.booked_ms, cars.ready_ms))
    order = np.lexsort((cars.order_id[place], cars.wanted_ms[place], cars.yard_ms[place], cars.called_ms[place],
                        cars.plant[place]))  # fmt: skip
    place = place[order]
    num, called = len(place), cars.called_ms[place]
    last, box = np.arange(num), np.full(num, -1, np.int64)  # of each car: the place of its load's last car; its box
    for k, lane in enumerate(scenario.logistics.lanes):
        for plant in range(len(scenario.alternates) + 1):
            mine = np.flatnonzero((cars.lane[place] == k) & (cars.plant[place] == plant))
            if lane.box is None or not len(mine):
                continue
            in_box = np.arange(len(mine)) // lane.box.cars_per_box
            end = np.minimum((in_box + 1) * lane.box.cars_per_box, len(mine)) - 1
            last[mine], box[mine] = mine[end], box.max() + 1 + in_box
            full = np.unique(mine[end])
            moments = _loaded(called[full], lane.box.boxes_per_day, _open_days(scenario, trips, plant))
            called[mine] = moments[in_box]
    order = np.lexsort((last, called, cars.plant[place]))
    place, last, called, box = place[order], last[order], called[order], box[order]
    first = np.flatnonzero(np.diff(last, prepend=-1))
    booked = np.maximum.reduceat(cars.booked_ms[place], first) if num else np.zeros(0, np.int64)
    of_load, size = place[first], np.diff(first, append=num)
    space = spaces(scenario, cars)[:, of_load]
    space[UNITS.index("boxes"), box[first] >= 0] = 1.0
    plants, lanes, moments = cars.plant[of_load], cars.lane[of_load], called[first]
    goes = _has_sailing(trips, lanes, moments, booked, cars.ready_ms[of_load])
    goes &= size <= np.array([source.per_day for source in sources(scenario)])[plants]
    return Loads(np.append(first, num), place, plants, lanes, box[first], moments, booked, size, space, goes)


def _has_sailing(trips: Trips, lane: Ints, called_ms: Ints, booked_ms: Ints, ready_ms: Ints) -> NDArray[np.bool_]:
    """Whether any sailing of the lane still takes what goes to the port as soon as it is called.

    A car that no ship will ever take stays at the plant, where it is in nobody's way.
    """
    last_depart, last_cutoff = (np.full(len(trips.pol) + 1, -1, np.int64) for _ in range(2))
    np.maximum.at(last_depart, trips.lane[trips.sails], trips.depart_ms[trips.sails])
    np.maximum.at(last_cutoff, trips.lane[trips.sails], trips.cutoff_ms[trips.sails])
    # Lane -1 (by road) reads the last place, which no lane fills.
    return (called_ms <= last_cutoff[lane] - ready_ms) & (booked_ms <= last_depart[lane])


def _open_days(scenario: Scenario, trips: Trips, plant: int) -> list[int]:
    """The days on which `plant` loads boxes: its working days, or the open days of other plants; from 1970."""
    start, end = scenario.horizon.start, max([scenario.horizon.end, *trips.departs_on])
    home, others = scenario.plant, scenario.alternates
    days = open_days(others[plant - 1], start, end) if plant else working_days(home, start, end)
    return [midnight_ms(day) // DAY_MS for day in days]


def _loaded(full_ms: Ints, per_day: int, open_days: list[int]) -> Ints:
    """When each box, full at `full_ms` (ascending), is loaded: at once if the day is open and has room, or at the
    beginning of the next day that has; NEVER when there is none."""
    moments, at, on_day = np.full(len(full_ms), NEVER), 0, 0
    for k, moment in enumerate(full_ms.tolist()):
        while at < len(open_days) and (open_days[at] < moment // DAY_MS or on_day >= per_day):
            at, on_day = at + 1, 0
        if at == len(open_days):
            break
        moments[k] = max(moment, open_days[at] * DAY_MS)
        on_day += 1
    return moments
