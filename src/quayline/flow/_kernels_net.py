"""The plant as plain arrays: the records that the compiled loops work on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

# Kernels own no array, so they count no references: that alone makes them up to three times as fast.
_OPTIONS: dict[str, Any] = {"cache": True, "_nrt": False}
compiled: Any = njit(**_OPTIONS)
inlined: Any = njit(**_OPTIONS, inline="always")

SERIAL, PACED = 0, 1
IDLE, RUNNING, BLOCKED = 0, 1, 2
SOURCE_CAP = -1


def _record(ints: str, floats: str) -> np.dtype[Any]:
    return np.dtype([(name, np.int64) for name in ints.split()] + [(name, np.float64) for name in floats.split()])


SECTION = _record(
    "kind cal col store_col first num"  # what and where: its column in the times, its stations
    " cap fill head tail most is_store store_cap stored heap_off"  # places before it
    " loop_fill loop_head loop_tail loop_most"
    " pull_actor exit_actor exit_waiting"
    " entered arr_off arr_mask car_off car_mask"  # serial: cars that have entered, by number
    " pitches line_off line_head inside state takt_first takt_num takt_at table has_work server"  # paced
    " bay_first bay_num",  # gate
    "end_w ready_w access_s area area_w"  # the places before it
    " drift_share andon_share andon_s mtbf_s mttr_s repair_sigma"
    " since cycle_w due_w takt_s overload_s andon_stop_s down_s"  # the cycle under way
    " run_total overload_total andon_total down_total blocked_total starved_total idle_w",
)
"""One section with the places before it."""

STATION = _record(
    "servers buffer spread ring_off ring_mask count begun server_off queued cars",
    "sigma mtbf_s mttr_s repair_sigma start_w finish_w busy_s failed_s carry"
    " busy_total blocked_total starved_total down_total wait_total overload_total andon_total",
)
"""One station; `count` cars have a known departure; the next has begun (its finish is known) or not; `carry` is
the work carried over at a paced station."""

SERVER = _record("failed", "up_left")
"""One server of a serial station: how often it failed, operating time left until it fails again."""

BAY = _record(
    "gate target actor place_off places busy head tail fill most waiting cars",
    "area area_w work_total",
)
"""The repair bays of one kind at one gate, with the unlimited queue before them."""


INTS = (
    "line",  # cars by number entered (serial) or by pitch (paced)
    "heap",  # bodies in stores
    "takt_table", "cal_off", "cal_at",  # calendar c is intervals cal_off[c] : cal_off[c + 1], now in cal_at[c]
    "car_type", "next_car", "loops", "num_repairs",  # by car; next_car links queues, loops counts comings back
    "bay_car", "actor_kind", "actor_idx", "tree", "stack", "trace_id",
)  # fmt: skip
FLOATS = (
    "ring",  # departures (working time) by station, in rings
    "work",  # (tables, stations, types) seconds
    "takt_w", "takt_s",  # steps of the line speed: from (working time), takt
    "cal_start", "cal_end", "cal_before",  # cal_before is the working time before the interval
    "release_s", "repair_s", "repair_total", "sent_s",  # by car; repair_s is (bays, cars) still to do
    "bay_until", "enter_s", "leave_s", "at", "trace_s",
)  # fmt: skip
KEYS = ("key_work", "key_up", "key_down", "key_andon", "key_andon_s")

PLANT = np.dtype(
    [(name, np.int64) for name in (*INTS, *FLOATS)]
    + [(name, np.int64) for name in ("num_cars", "num_columns", "num_stations", "num_types", "num_leaves")]
    + [(name, np.int64) for name in ("source", "trace_first", "trace_num", "trace_rows")]
    + [(name, np.uint64) for name in KEYS]
)
"""Where each table begins in the two blocks of numbers, sizes, the next car to release, keys of the draws."""


class Net(NamedTuple):
    """All of one simulation. Few arrays, because compiled functions hand each other every one of them."""

    plant: Any  # (1,) PLANT
    sec: Any
    sta: Any
    srv: Any
    bay: Any
    i: Any  # all whole numbers
    f: Any  # all times
