"""Compiled replay of trucks and sailings. Times are whole milliseconds, so that equal times are equal."""

from __future__ import annotations

from numba import njit

DAY_MS = 86_400_000
CEU_TOLERANCE = 1e-9  # sums of space such as 1.15 CEU are not exact


@njit(cache=True)
def load(s, depart, cutoff, capacity, lane, ceu, booked, ready, head, tail, follower, sailing, rolled):
    """Sailing `s` takes the cars of its lane that wait, first come first served; returns (loaded, left behind).

    A car goes on board when it is ready at the cut-off and booked on this departure or one before. The first one
    that finds no space ends the loading: nobody behind it overtakes.
    """
    queue = lane[s]
    used, is_full, num_loaded, num_left = 0.0, False, 0, 0
    before, car = -1, head[queue]
    while car >= 0 and ready[car] <= cutoff[s]:
        behind = follower[car]
        if booked[car] > depart[s]:
            before = car
        elif not is_full and used + ceu[car] <= capacity[s] + CEU_TOLERANCE:
            used += ceu[car]
            num_loaded += 1
            sailing[car] = s
            if before >= 0:
                follower[before] = behind
            else:
                head[queue] = behind
            if behind < 0:
                tail[queue] = before
        else:
            is_full = True
            num_left += 1
            rolled[car] += 1
            before = car
        car = behind
    return num_loaded, num_left


@njit(cache=True)
def replay(
    car_lane, called, booked, ceu, truck_ms, gate_ms, per_day, places, lane, depart, cutoff, capacity,
    head, tail, follower, left_at, ready, sailing, rolled, left_behind,
):  # fmt: skip
    """Trucks cars in the order given, and lets ships sail as their time comes.

    `called` ascends: when each car may leave the plant. At most `per_day` cars leave in a calendar day, and none
    while the port, with the cars on the road to it, is at its `places`. Sailings ascend by `depart`.
    Writes: `left_at` when a car leaves the plant (-1: never), `ready` at the port (-1: never), `sailing`, `rolled`,
    `left_behind` by sailing. `head`, `tail` (by lane) and `follower` (by car) come as -1: the queues at the port.
    """
    s, num_there = 0, 0
    now, day, num_in_day = called[0] if called.size else 0, -1, 0
    for car in range(called.size if per_day > 0 and places > 0 else 0):
        now = max(now, called[car])
        if now // DAY_MS == day and num_in_day == per_day:
            now = (day + 1) * DAY_MS
        while s < depart.size and (depart[s] <= now or num_there == places):
            now = max(now, depart[s])
            gone, left_behind[s] = load(
                s, depart, cutoff, capacity, lane, ceu, booked, ready, head, tail, follower, sailing, rolled
            )
            num_there -= gone
            s += 1
        if num_there == places:
            break
        if now // DAY_MS != day:
            day, num_in_day = now // DAY_MS, 0
        num_in_day += 1
        num_there += 1
        left_at[car] = now
        ready[car] = now + truck_ms + gate_ms
        queue = car_lane[car]
        if tail[queue] >= 0:
            follower[tail[queue]] = car
        else:
            head[queue] = car
        tail[queue] = car
    for later in range(s, depart.size):
        _, left_behind[later] = load(
            later, depart, cutoff, capacity, lane, ceu, booked, ready, head, tail, follower, sailing, rolled
        )
