"""A network and its cars as the arrays of the compiled simulation."""

from __future__ import annotations

from typing import Any

import numpy as np

from quayline.base.random import key
from quayline.flow import _kernels_net as net
from quayline.flow.network import Network, Paced, Serial, Store
from quayline.flow.pack_laws import Tables
from quayline.flow.pack_ways import lay_carriers, lay_stores, lay_ways
from quayline.flow.slots import Slots
from quayline.flow.ticks import MAX_TIME_S, TICKS_PER_S, clipped, on_grid

_UNROLLED = 32  # loops over actors are unrolled: with so many at once nothing is left over
STREAMS = ("work", "up", "down", "andon", "andon-time", "defect", "repair", "scrap")


class Packer:
    """Collects the arrays of one simulation."""

    def __init__(self, network: Network, end_s: float):
        self.network = network
        self.moving = [s for s in network.columns if not isinstance(s, Store)]
        self.column_of = {s.name: k for k, s in enumerate(network.columns)}
        self.places = {s.name: k for k, s in enumerate(self.moving)}
        # A section that finishes work after hours does not own the ends of its intervals.
        self.clocks = sorted({(s.calendar, s.at_shift_end == "finish") for s in self.moving})
        self.calendars = [clipped(network.calendars[c], end_s) for c, _ in self.clocks]
        self.num_stations = sum(self.num_stations_of(s) for s in self.moving)
        self.sec = np.zeros(len(self.moving), net.SECTION)
        self.sta = np.zeros(self.num_stations, net.STATION)
        self.srv: list[int] = []  # number of the failures of each server
        self.bay = np.zeros(len(network.all_bays), net.BAY)
        self.tables = max([1, *(len(s.work_s) for s in self.moving if isinstance(s, Paced) and s.work_s is not None)])
        self.work = np.zeros((self.tables, self.num_stations, network.num_types))
        self.laws = Tables(network.num_types, network.crews)
        self.paces: list[tuple[float, float, int]] = []
        self.actors: list[tuple[int, int]] = []
        self.num_ring = self.num_line = self.num_heap = self.num_bay_places = 0
        self.num_unit = self.num_stop = self.num_sum = 0

    @staticmethod
    def num_stations_of(section: Serial | Paced) -> int:
        if isinstance(section, Serial):
            return len(section.stations)
        return section.num_pitches if section.work_s is not None else 1

    def _reserve(self, attribute: str, size: int) -> int:
        """Reserve `size` elements; returns where they begin."""
        start = int(getattr(self, attribute))
        setattr(self, attribute, start + size)
        return start

    def _actor(self, kind: int, idx: int) -> int:
        self.actors.append((kind, idx))
        return len(self.actors) - 1

    def pack(self) -> None:
        """Fill sections and stations, in the order of their numbers."""
        first = bay = 0
        for j, section in enumerate(self.moving):
            s = self.sec[j]
            s["finish"] = section.at_shift_end == "finish"
            s["cal"], s["col"] = self.clocks.index((section.calendar, bool(s["finish"]))), self.column_of[section.name]
            s["first"], s["num"], s["way_s"] = first, self.num_stations_of(section), on_grid(section.transfer_s)
            s["loop_cap"] = net.NO_LIMIT if section.comeback_places is None else section.comeback_places
            calendar = self.calendars[int(s["cal"])]
            s["end_w"] = (calendar[:, 1] - calendar[:, 0]).sum()
            self._before(j, section)
            s["bay_first"] = bay
            if isinstance(section, Serial):
                self._serial(j, section)
                bay += len(section.bays)
            else:
                self._paced(j, section)
            first += int(s["num"])
        self.crew_actors = [self._actor(4, crew) for crew in range(len(self.network.crews))]

    def _before(self, j: int, section: Serial | Paced) -> None:
        s = self.sec[j]
        s["cap"] = section.places_before if j else net.SOURCE_CAP
        s["store_col"] = -1
        column = self.column_of[section.name]
        store = self.network.columns[column - 1] if column else None
        if isinstance(store, Store):
            s["is_store"], s["store_col"], s["cap"] = 1, column - 1, store.capacity + store.places_before
            s["store_cap"] = store.capacity
            s["access_s"] = on_grid(store.access_s)
            s["heap_off"] = self._reserve("num_heap", store.capacity)

    def _serial(self, j: int, section: Serial) -> None:
        s = self.sec[j]
        s["kind"], s["blocks_before"] = net.SERIAL, section.blocking == "before"
        s["scrap_share"] = section.scrap_share
        places = 1
        for k, station in enumerate(section.stations):
            i = int(s["first"]) + k
            t = self.sta[i]
            is_last = k == len(section.stations) - 1
            t["servers"], t["buffer"] = station.servers, 0 if is_last else station.buffer
            t["law"], t["learn"] = self.laws.law(station.spread), self.laws.learning(station.learning)
            servers = range(len(self.srv), len(self.srv) + station.servers)
            t["fail"] = self.laws.failures(station.failures, j, i, servers)
            t["by_server"] = station.servers > 1 and bool(station.failures and station.failures.crew)
            t["way_s"] = on_grid(station.transfer_s)
            if station.maintenance:
                t["maint_every"] = on_grid(station.maintenance.every_s)
                t["maint_s"] = on_grid(station.maintenance.duration_s)
            self.work[0, i] = station.work_s
            t["server_off"] = t["head"] = len(self.srv)
            self.srv += [int(t["fail"])] * station.servers
            t["ring_off"], t["ring_mask"] = self._ring(_reach(section, k))
            places += station.servers + int(t["buffer"])
        s["arr_off"], s["arr_mask"] = self._ring(section.stations[0].servers)
        s["car_mask"] = _power(places) - 1
        s["car_off"] = self._reserve("num_line", int(s["car_mask"]) + 1)
        self._lay_rows(s)
        s["unit_off"] = self._reserve("num_unit", (int(s["car_mask"]) + 1) * int(s["row"]))
        s["pull_actor"] = self._actor(0, j)
        s["bay_num"] = len(section.bays)
        for g in range(int(s["bay_first"]), int(s["bay_first"]) + len(section.bays)):
            self._bays(g, j)
        s["exit_actor"] = self._actor(1, j)
        if s["blocks_before"] and not section.is_gate and section is not self.network.columns[self.network.last_column]:
            s["keeps"], s["begin_actor"] = 1, self._actor(5, j)
            last = self.sta[int(s["first"] + s["num"] - 1)]
            last["by_server"] = last["servers"] > 1

    def _bays(self, g: int, j: int) -> None:
        bays, b = self.network.all_bays[g][1], self.bay[g]
        b["gate"], b["places"] = j, bays.places
        b["cap"] = net.NO_LIMIT if bays.waiting is None else bays.waiting
        b["target"] = self.places[bays.rejoin] if bays.rejoin else -1
        b["share"], b["found_share"] = bays.share, bays.share * bays.detection_share
        b["work_s"], b["law"] = bays.work_s, self.laws.law(bays.spread)
        b["actor"] = self._actor(3, g)
        b["place_off"] = self._reserve("num_bay_places", bays.places)

    def _ring(self, reach: int) -> tuple[int, int]:
        size = _power(reach + 1)
        return self._reserve("num_ring", size), size - 1

    def _paced(self, j: int, section: Paced) -> None:
        s = self.sec[j]
        s["kind"], s["pitches"] = net.PACED, section.num_pitches
        s["line_off"] = self._reserve("num_line", section.num_pitches)
        s["pull_actor"] = s["exit_actor"] = self._actor(2, j)
        s["takt_first"], s["takt_num"] = len(self.paces), len(section.pace)
        calendar = self.calendars[int(s["cal"])]
        steps = sorted(section.pace, key=lambda step: step.from_s)
        for step in steps:
            self.paces.append((work_before(calendar, step.from_s), step.takt_s, step.table))
        if self.paces[int(s["takt_first"])][0] > 0:
            raise ValueError(f"section {section.name}: no takt for the first working moment")
        s["has_work"], s["learn"] = section.work_s is not None, self.laws.learning(section.learning)
        s["drift_share"], s["andon_share"], s["andon_s"] = section.drift_share, section.andon_share, section.andon_s
        s["server"] = server = len(self.srv)
        s["fail"] = self.laws.failures(section.failures, j, int(s["first"]), range(server, server + 1))
        self.srv.append(int(s["fail"]))
        here = slice(int(s["first"]), int(s["first"] + s["num"]))
        self.sta["servers"][here], self.sta["fail"][here] = 1, -1
        self.sta["law"][here] = self.laws.law(section.spread)
        if section.work_s is not None:
            self.work[: len(section.work_s), here] = section.work_s
            self._lay_rows(s)
            size = section.num_pitches * int(s["row"])
            s["unit_off"] = self._reserve("num_unit", size)
            s["stop_off"] = self._reserve("num_stop", size if section.andon_share > 0 else 0)
            s["sum_off"] = self._reserve("num_sum", int(s["row"]))

    def _lay_rows(self, s: Any) -> None:
        """How long the rows of samples of a section are, and how many stations in a row have the same law."""
        s["row"] = s["num"] + net.WIDTH - 1
        stations = self.sta[int(s["first"]) : int(s["first"] + s["num"])]
        alike, law = 0, -1
        for station in stations[::-1]:
            alike = alike + 1 if station["law"] == law else 1
            station["alike"], law = alike, station["law"]


def _power(size: int) -> int:
    return 1 << max(0, size - 1).bit_length()


def _reach(section: Serial, k: int) -> int:
    """How many departures back the stations around station k look."""
    stations = section.stations
    reach = stations[k].servers
    if k:
        reach = max(reach, stations[k - 1].buffer + stations[k].servers)
    if k + 1 < len(stations):
        reach = max(reach, stations[k].buffer + stations[k + 1].servers)
    return reach


def work_before(calendar: Any, time_s: float) -> float:
    """Working time of a calendar before `time_s`."""
    starts, ends = calendar[:, 0], calendar[:, 1]
    return float(np.clip(time_s - starts, 0.0, ends - starts).sum())


def packed(
    network: Network, seed: int, end_s: float, num_slots: int, trace: tuple[int, int] = (0, 0), num_rows: int = 0
) -> tuple[net.Net, Slots]:
    """The arrays of one simulation without cars yet, and who hands them in.

    `num_slots`: cars that may be in front of the plant and in it at once; `trace` is (first car, number of cars) to
    trace by station, in at most `num_rows` visits to one.
    """
    from quayline.flow._kernels import lay_first_failures

    end_s = min(end_s, MAX_TIME_S)
    packer = Packer(network, end_s)
    packer.pack()
    servers = np.zeros(len(packer.srv), net.SERVER)
    keys = np.array([key(seed, "flow", name) for name in STREAMS], np.uint64)
    plant = np.zeros(1, net.PLANT)
    plant["num_slots"], plant["num_columns"], plant["num_types"] = num_slots, len(network.columns), network.num_types
    plant["num_stations"] = packer.num_stations
    plant["num_actors"] = num_actors = len(packer.actors) + -len(packer.actors) % _UNROLLED
    plant["actor_bits"], plant["end_s"] = actor_bits(num_actors, end_s), on_grid(end_s)
    plant["num_sections"], plant["num_bays"] = len(packer.sec), len(packer.bay)
    plant["num_carriers"] = len(network.carriers)
    plant["trace_first"], plant["trace_num"] = trace
    for name, value in zip(net.KEYS, keys, strict=True):
        plant[name] = value
    ways = lay_ways(network, packer.places, packer.sec, num_slots)
    slots = Slots(network, bool(packer.sec["has_way"].any()), num_slots)
    ints, floats = _tables(packer, ways, num_actors, num_rows)
    for name, blank in slots.blank().items():
        (ints if name in net.INTS else floats)[name] = blank
    block_i, block_f = _block(plant, net.INTS, ints, np.int64), _block(plant, net.FLOATS, floats, np.float64)
    for slot, call in enumerate(packer.laws.calls):
        servers["slot"][call[1]] = slot
    arrays = net.Net(plant, packer.sec, packer.sta, servers, packer.bay, block_i, block_f)
    lay_first_failures(arrays, np.array(packer.srv, np.int64), len(packer.laws.calls))
    return arrays, slots


def actor_bits(num_actors: int, end_s: float) -> int:
    """Bits of an actor's number; raises ValueError where a word has no room for it and the ticks until `end_s`."""
    bits = (num_actors - 1).bit_length()
    last_s = 2.0 ** (62 - bits) / TICKS_PER_S
    if end_s > last_s:
        raise ValueError(f"{num_actors} actors until {end_s} s, expected an end at {last_s} s or before")
    return bits


def _tables(packer: Packer, ways: dict[str, Any], num_actors: int, rows: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tables of whole numbers and of times, by name, but for those by car."""
    network = packer.network
    offsets = np.cumsum([0, *map(len, packer.calendars)])
    intervals = np.concatenate(packer.calendars)
    before = [np.concatenate([[0.0], np.cumsum(c[:, 1] - c[:, 0])[:-1]]) for c in packer.calendars]
    kinds, owners = np.array(packer.actors).T
    takt_w, takt_s, takt_table = np.array(packer.paces, np.float64).reshape(-1, 3).T
    calls, num_people = packer.laws.slots()
    stores, sizes = lay_stores(network, packer.places, packer.sec)
    carriers, crews = lay_carriers(network, packer.places), len(network.crews)
    sec = packer.sec
    sec["is_plain"] = (sec["need"] == 0) & (sec["has_way"] == 0)
    sec["is_plain"][carriers["carrier_load"]] = 0
    ints = {
        "line": (packer.num_line, -1), "heap": (packer.num_heap, 0), "takt_table": takt_table,
        "lane_head": (sizes["lanes"], 0), "lane_fill": (sizes["lanes"], 0), "taken_mask": (sizes["taken"], 0),
        "cal_off": offsets, "cal_at": offsets[:-1], "bay_car": (packer.num_bay_places, -1),
        "sub_fill": (len(network.sublines), 0), "sub_most": (len(network.sublines), 0),
        "sub_kept": (len(network.sublines), 0),
        "carrier_head": (len(network.carriers), 0), "crew_actor": packer.crew_actors, "actor_kind": kinds,
        "actor_idx": owners, "acts": (num_actors, net.NEVER), "stack": (packer.num_stations + 2, 0),
        "trace_id": (3 * rows, 0),
        **packer.laws.numbers, **calls, **ways, **stores, **carriers,
    }  # fmt: skip
    floats = {
        "unit": (packer.num_unit, 1), "scratch": (net.WIDTH, 0), "factor": (packer.num_line, 1),
        "load": (packer.num_unit, 0), "stop": (packer.num_stop, 0), "carry": (packer.num_sum, 0),
        "done": (packer.num_sum, 0),
        "ring": (packer.num_ring, 0), "work": packer.work.ravel(), "takt_w": takt_w, "takt_s": on_grid(takt_s),
        "cal_start": intervals[:, 0], "cal_end": intervals[:, 1], "cal_before": np.concatenate(before),
        "cal_late": np.array([finish for _, finish in packer.clocks]) / TICKS_PER_S,
        "asked_s": (len(packer.laws.calls), np.inf), "person_s": (num_people, 0), "crew_busy": (crews, 0),
        "crew_wait": (crews, 0), "carrier_ready": (int(carriers["carrier_off"][-1]), 0),
        "carrier_way": on_grid(np.array([c.return_s for c in network.carriers], np.float64)),
        "bay_until": (packer.num_bay_places, 0), "trace_s": (3 * rows, 0),
        **packer.laws.figures,
    }  # fmt: skip
    return ints, floats


def _block(plant: Any, names: tuple[str, ...], tables: dict[str, Any], dtype: type) -> Any:
    """All tables in one array, each given as its numbers or as (size, one number); `plant` learns where each begins."""
    sizes = [table[0] if isinstance(table, tuple) else len(table) for table in (tables[name] for name in names)]
    offsets = np.cumsum([0, *sizes])
    block = np.empty(offsets[-1], dtype)
    for name, start, size in zip(names, offsets[:-1], sizes, strict=True):
        plant[name] = start
        table = tables[name]
        block[start : start + size] = table[1] if isinstance(table, tuple) else table
    return block


def table(arrays: net.Net, name: str, size: int) -> Any:
    """`size` numbers of a table of the packed arrays, not copied."""
    start = int(arrays.plant[0][name])
    return (arrays.i if name in net.INTS else arrays.f)[start : start + size]


def trace_rows(network: Network, repair_s: Any, trace: tuple[int, int]) -> int:
    """Most rows that the traced cars can fill: every station, once more for each time a car comes back.

    `repair_s` (kinds of bays, cars). Raises ValueError where cars come back for defects drawn at a gate.
    """
    if trace[1] and any(bays.share and bays.rejoin for _, bays in network.all_bays):
        raise ValueError("a trace needs to know how often cars come back: not with defects drawn at a gate")
    visits = trace[1] + int((repair_s[:, trace[0] : trace[0] + trace[1]] > 0).sum())
    return visits * sum(Packer.num_stations_of(s) for s in network.columns if not isinstance(s, Store))
