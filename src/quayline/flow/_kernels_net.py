"""The plant as plain arrays: the records that the compiled loops work on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

# Kernels own no array, so they count no references: that alone makes them up to three times as fast.
_OPTIONS: dict[str, Any] = {"cache": True, "_nrt": False, "nogil": True}
compiled: Any = njit(**_OPTIONS)
inlined: Any = njit(**_OPTIONS, inline="always")
# On the way of every car: without a call the arrays need not be handed over, which is worth a factor of two.
fused: Any = njit(**_OPTIONS, forceinline=True)

SERIAL, PACED = 0, 1
IDLE, RUNNING, BLOCKED = 0, 1, 2
IN_TURN, BY_TYPE, WITH_ROOM = 0, 1, 2
FREE, BEGUN, FAILED = 0, 1, 2
SOURCE_CAP = -1
NO_LIMIT = 1 << 62
HISTORY = 64
NEVER = (1 << 63) - 1  # when an actor acts that does not, as things stand
WIDTH = 4  # samples drawn at a time: the vectors of any machine, and few lanes idle where a section has few stations


def _record(ints: str, floats: str) -> np.dtype[Any]:
    return np.dtype([(name, np.int64) for name in ints.split()] + [(name, np.float64) for name in floats.split()])


SECTION = _record(
    "kind cal finish col store_col first num"  # what and where: its column in the times, its stations
    " cap fill head tail most is_store store_cap stored heap_off"
    " lanes lane_off rule_off rule_num rule_types taken_off taken"
    " loop_cap loop_fill loop_head loop_tail loop_most"
    " base next_off next_num route turn of_off from_off from_num fork_off fork_num into need is_plain has_way"  # ways
    " pull_actor exit_actor exit_waiting unit_off stop_off row"
    " entered arr_off arr_mask car_off car_mask blocks_before"  # cars that have entered, by number
    " keeps kept num_begun begin_actor begin_waiting seeks"  # places kept for cars at work before them
    " pitches line_off line_head inside state takt_first takt_num takt_at table has_work server fail"  # paced
    " learn learned sum_off num_stops"  # … where they read their work by rows
    " bay_first bay_num judged",  # gate
    "end_w ready_w access_s area area_w way_s scrap_share"
    " drift_share andon_share andon_s"
    " since cycle_w due_w takt_s overload_s andon_stop_s down_s"  # the cycle under way
    " run_total overload_total andon_total down_total blocked_total starved_total idle_w",
)
"""One section with the places before it. `base` is where its cars' links begin (sub-lines have their own); `is_plain`
says that a new car needs no twin, carrier or way before it can be taken. The samples of a car at all its stations lie
in a `row`, with room behind them.
`keeps`: work at its last station begins with a place behind it, `num_begun` have, and with `seeks` another may; `kept`
are the places before this section that others keep."""

STATION = _record(
    "servers buffer law alike fail learn learned taught ring_off ring_mask count head server_off by_server queued cars",
    "way_s maint_every maint_s"
    " busy_total blocked_total starved_total down_total maint_total wait_total overload_total andon_total",
)
"""One station; it and those behind it in its section, `alike` in all, have one law. `count` cars have a known
departure, the next is on server `head`; `by_server`: the cars behind it begin before it has left, as their servers may
call a crew. `learned` and `taught` count the cars by which its work and its failures learn."""

SERVER = _record(
    "failed slot begun built built_before to",
    "up_left down_at up_at worked_s start_w finish_w busy_s held_s kept_s left_s pos_w",
)
"""One server: how often it failed, operating time left until it fails again; by time, when it is down next and until
when it was down; in which slot it calls a crew. Its work is FREE (not begun), BEGUN (its finish is known) or FAILED (it
waits for a crew: `left_s` of work from `pos_w` on). `built` cars had taught the station when it began, `built_before`
when the work before it began; `to` is the section before which a place is kept for its car."""

BAY = _record(
    "gate target actor place_off places cap busy head tail fill most waiting cars law escaped",
    "area area_w work_total share found_share work_s",
)
"""The repair bays of one kind at one gate, with the queue before them."""


INTS = (
    "line",  # cars by number entered (serial) or by pitch (paced)
    "heap", "lane_head", "lane_fill", "rule_most", "rule_within", "rule_types", "taken_mask",  # bodies in stores
    "takt_table", "cal_off", "cal_at",  # calendar c is intervals cal_off[c] : cal_off[c + 1], now in cal_at[c]
    # By car: its number, links of queues, comings back; `queue` holds those in front of the plant, in a ring.
    "number", "car_type", "next_car", "loops", "num_repairs", "twins", "queue",
    "scrap_at",  # number of the section that scraps the car; -1: none
    "next", "feeders", "of_type", "fork",  # sections behind, before, branch of each type, sub-lines begun
    "sub_first", "sub_last", "sub_join", "sub_places", "sub_fill", "sub_kept", "sub_most",
    "law_kind", "law_first", "law_num",
    "fail_up", "fail_down", "fail_by_time", "fail_crew", "fail_learn",
    "learn_kind", "learn_first", "learn_num", "learn_from", "learn_types",
    "crew_slot", "crew_person", "crew_actor", "slot_section", "slot_station", "slot_server",
    "carrier_load", "carrier_unload", "carrier_off", "carrier_head", "carrier_free", "carrier_least",
    "bay_car", "actor_kind", "actor_idx", "acts", "stack", "trace_id",
)  # fmt: skip
FLOATS = (
    "unit", "scratch",  # unit samples of work, by car inside and station
    # Of paced sections: factor of learning by place; work and andon stops to come, by cycle and station; by station
    # what is carried over, and the work done.
    "factor", "load", "stop", "carry", "done",
    "ring",  # departures (working time) by station, in rings
    "work",  # (tables, stations, types) seconds
    "takt_w", "takt_s",  # steps of the line speed: from (working time), takt
    "cal_start", "cal_end", "cal_before",  # cal_before is the working time before the interval
    "cal_late",  # 0, or a tick where the end of an interval does not belong to it
    "law_a", "law_values", "fail_mtbf", "fail_mttr", "learn_a", "learn_b", "learn_factor",
    "asked_s", "person_s", "crew_busy", "crew_wait",
    "carrier_ready", "carrier_way",
    "release_s", "repair_s", "repair_total", "sent_s", "way_w", "scrapped_s",  # by car; repair_s is (bays, cars) to do
    "bay_until", "enter_s", "leave_s", "trace_s",
)  # fmt: skip
KEYS = ("key_work", "key_up", "key_down", "key_andon", "key_andon_s", "key_defect", "key_repair", "key_scrap")

_NUMBERS = (
    "num_cars", "num_slots", "more", "num_sections", "num_bays", "num_columns", "num_stations", "num_types",
    "num_actors", "actor_bits", "num_carriers", "source", "num_out", "trace_first", "trace_num", "trace_rows",
    "num_events",
    "at_sec", "at_sta", "at_srv", "at_bay", "at_i", "at_f",  # where the arrays lie (see _kernels_memory)
)  # fmt: skip
PLANT = np.dtype(
    [(name, np.int64) for name in (*INTS, *FLOATS, *_NUMBERS)]
    + [(name, np.uint64) for name in KEYS]
    + [("now", np.float64), ("end_s", np.float64)]
)  # fmt: skip
"""Where each table begins in the two blocks of numbers, sizes, keys of the draws, the time of the last event, the end.

A car is known by its slot, its place in the tables by car; `number` is its place in the planned sequence, on which its
samples depend. `num_cars` have been handed in, of which `source` have entered and `num_out` have left; `more`: others
follow. A slot is free again when its car has left the plant. `acts` is when each actor acts (see _kernels_clock), whose
number has `actor_bits`.
"""


class Net(NamedTuple):
    """All of one simulation. Few arrays, because compiled functions hand each other every one of them."""

    plant: Any  # (1,) PLANT
    sec: Any
    sta: Any
    srv: Any
    bay: Any
    i: Any  # all whole numbers
    f: Any  # all times
