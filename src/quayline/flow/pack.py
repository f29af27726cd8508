"""A network and its cars as the arrays of the compiled simulation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from quayline.base.random import key
from quayline.flow import _kernels_net as net
from quayline.flow.network import Cars, Failures, Network, Paced, Serial, Spread, Store

TICKS_PER_S = 2.0**20
STREAMS = ("work", "up", "down", "andon", "andon-time")
_KINDS = {"constant": 0, "exponential": 1, "lognormal": 2}
_MAX_TIME_S = 2.0**32


def on_grid(time_s: Any) -> Any:
    """Seconds rounded to the tick of 2**-20 s, on which sums are exact."""
    return np.floor(np.asarray(time_s) * TICKS_PER_S + 0.5) / TICKS_PER_S


def sigma_of(spread: Spread) -> float:
    """Standard deviation of the logarithm of a lognormal of mean 1 and variation `cv`."""
    return math.sqrt(math.log1p(spread.cv**2))


def clipped(calendar: Any, end_s: float) -> Any:
    """A calendar up to `end_s`, on the grid."""
    inside = calendar[calendar[:, 0] < end_s]
    if not len(inside):
        raise ValueError(f"a calendar has no working time before {end_s} s")
    return on_grid(np.minimum(inside, end_s))


class Packer:
    """Collects the arrays of one simulation."""

    def __init__(self, network: Network, cars: Cars, end_s: float):
        self.network, self.cars = network, cars
        self.moving = [s for s in network.sections if not isinstance(s, Store)]
        self.columns = {s.name: k for k, s in enumerate(network.sections)}
        self.places = {s.name: k for k, s in enumerate(self.moving)}
        self.calendars = [clipped(c, min(end_s, _MAX_TIME_S)) for c in network.calendars]
        self.num_stations = sum(self._stations(s) for s in self.moving)
        self.sec = np.zeros(len(self.moving), net.SECTION)
        self.sta = np.zeros(self.num_stations, net.STATION)
        self.srv: list[int] = []  # station of each server
        self.bay = np.zeros(len(network.all_bays), net.BAY)
        self.tables = max([1, *(len(s.work_s) for s in self.moving if isinstance(s, Paced) and s.work_s is not None)])
        self.work = np.zeros((self.tables, self.num_stations, network.num_types))
        self.paces: list[tuple[float, float, int]] = []
        self.actors: list[tuple[int, int]] = []
        self.num_ring = self.num_line = self.num_heap = self.num_bay_places = 0
        self.failures: dict[int, Failures] = {}  # by server

    @staticmethod
    def _stations(section: Serial | Paced) -> int:
        if isinstance(section, Serial):
            return len(section.stations)
        return section.num_pitches if section.work_s is not None else 1

    def _reserve(self, attribute: str, size: int) -> int:
        """Reserve `size` elements; returns where they begin."""
        start = int(getattr(self, attribute))
        setattr(self, attribute, start + size)
        return start

    def _server(self, failures: Failures | None) -> int:
        if failures:
            self.failures[len(self.srv)] = failures
        self.srv.append(0)
        return len(self.srv) - 1

    def _actor(self, kind: int, idx: int) -> int:
        self.actors.append((kind, idx))
        return len(self.actors) - 1

    def pack(self) -> None:
        """Fill sections and stations, in the order of the line."""
        first = bay = 0
        for j, section in enumerate(self.moving):
            s = self.sec[j]
            s["cal"], s["col"], s["first"] = section.calendar, self.columns[section.name], first
            s["num"] = self._stations(section)
            calendar = self.calendars[section.calendar]
            s["end_w"] = (calendar[:, 1] - calendar[:, 0]).sum()
            self._before(j, section)
            s["bay_first"] = bay
            if isinstance(section, Serial):
                self._serial(j, section)
                bay += len(section.bays)
            else:
                self._paced(j, section)
            first += int(s["num"])

    def _before(self, j: int, section: Serial | Paced) -> None:
        s = self.sec[j]
        s["cap"] = section.places_before if j else net.SOURCE_CAP
        s["store_col"] = -1
        column = self.columns[section.name]
        store = self.network.sections[column - 1] if column else None
        if isinstance(store, Store):
            s["is_store"], s["store_col"], s["cap"] = 1, column - 1, store.capacity + store.places_before
            s["store_cap"] = store.capacity
            s["access_s"] = on_grid(store.access_s)
            s["heap_off"] = self._reserve("num_heap", store.capacity)

    def _serial(self, j: int, section: Serial) -> None:
        s = self.sec[j]
        s["kind"] = net.SERIAL
        places = 1
        for k, station in enumerate(section.stations):
            i = int(s["first"]) + k
            t = self.sta[i]
            is_last = k == len(section.stations) - 1
            t["servers"], t["buffer"] = station.servers, 0 if is_last else station.buffer
            t["spread"], t["sigma"] = _KINDS[station.spread.kind], sigma_of(station.spread)
            self.work[0, i] = station.work_s
            t["server_off"] = len(self.srv)
            for _ in range(station.servers):
                self._server(station.failures)
            _reliability(t, station.failures)
            t["ring_off"], t["ring_mask"] = self._ring(_reach(section, k))
            places += station.servers + int(t["buffer"])
        s["arr_off"], s["arr_mask"] = self._ring(section.stations[0].servers)
        s["car_mask"] = _power(places) - 1
        s["car_off"] = self._reserve("num_line", int(s["car_mask"]) + 1)
        s["pull_actor"] = self._actor(0, j)
        s["bay_num"] = len(section.bays)
        for g in range(int(s["bay_first"]), int(s["bay_first"]) + len(section.bays)):
            self._bays(g, j)
        s["exit_actor"] = self._actor(1, j)

    def _bays(self, g: int, j: int) -> None:
        bays, b = self.network.all_bays[g][1], self.bay[g]
        b["gate"], b["places"] = j, bays.places
        b["target"] = self.places[bays.rejoin] if bays.rejoin else -1
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
        calendar = self.calendars[section.calendar]
        steps = sorted(section.pace, key=lambda step: step.from_s)
        for step in steps:
            self.paces.append((work_before(calendar, step.from_s), step.takt_s, step.table))
        if self.paces[int(s["takt_first"])][0] > 0:
            raise ValueError(f"section {section.name}: no takt for the first working moment")
        s["has_work"] = section.work_s is not None
        s["drift_share"], s["andon_share"], s["andon_s"] = section.drift_share, section.andon_share, section.andon_s
        s["server"] = self._server(section.failures)
        _reliability(s, section.failures)
        for k in range(int(s["num"])):
            t = self.sta[int(s["first"]) + k]
            t["servers"], t["spread"], t["sigma"] = 1, _KINDS[section.spread.kind], sigma_of(section.spread)
        if section.work_s is not None:
            self.work[: len(section.work_s), int(s["first"]) : int(s["first"]) + section.num_pitches] = section.work_s


def _reliability(record: Any, failures: Failures | None) -> None:
    if failures:
        record["mtbf_s"], record["mttr_s"] = failures.mtbf_s, failures.mttr_s
        is_lognormal = failures.repair.kind == "lognormal"
        record["repair_sigma"] = sigma_of(failures.repair) if is_lognormal else -1.0


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
    network: Network, cars: Cars, seed: int, end_s: float, trace: tuple[int, int] = (0, 0)
) -> tuple[net.Net, float]:
    """The arrays of one simulation and its end; `trace` is (first car, number of cars) to trace by station.

    Raises ValueError when the cars do not fit the network.
    """
    num = len(cars.release_s)
    repair_s = on_grid(cars.repair_s) if cars.repair_s.size else np.zeros((len(network.all_bays), num))
    if len(cars.car_type) != num or repair_s.shape != (len(network.all_bays), num):
        raise ValueError(f"{num} releases, {len(cars.car_type)} types, repairs {repair_s.shape}")
    if num and (cars.car_type.min() < 0 or cars.car_type.max() >= network.num_types or (repair_s < 0).any()):
        raise ValueError("a car of no known type, or a repair below zero")
    packer = Packer(network, cars, end_s)
    packer.pack()
    leaves = max(2, _power(len(packer.actors)))
    tree = np.zeros(2 * leaves, np.int64)
    tree[leaves:] = np.arange(leaves)
    for node in range(leaves - 1, 0, -1):
        tree[node] = tree[2 * node]
    servers = np.zeros(len(packer.srv), net.SERVER)
    keys = np.array([key(seed, "flow", name) for name in STREAMS], np.uint64)
    _first_failures(servers, packer.failures, int(keys[1]))
    plant = np.zeros(1, net.PLANT)
    plant["num_cars"], plant["num_columns"], plant["num_types"] = num, len(network.sections), network.num_types
    plant["num_stations"], plant["num_leaves"] = packer.num_stations, leaves
    plant["trace_first"], plant["trace_num"] = trace
    for name, value in zip(net.KEYS, keys, strict=True):
        plant[name] = value
    rows = _trace_rows(packer, repair_s, trace)
    ints, floats = _tables(packer, cars, repair_s, tree, rows)
    block_i, block_f = _block(plant, net.INTS, ints, np.int64), _block(plant, net.FLOATS, floats, np.float64)
    arrays = net.Net(plant, packer.sec, packer.sta, servers, packer.bay, block_i, block_f)
    return arrays, float(on_grid(min(end_s, _MAX_TIME_S)))


def _tables(packer: Packer, cars: Cars, repair_s: Any, tree: Any, rows: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tables of whole numbers and of times, by name."""
    num, columns = len(cars.release_s), len(packer.network.sections)
    offsets = np.cumsum([0, *map(len, packer.calendars)])
    intervals = np.concatenate(packer.calendars)
    before = [np.concatenate([[0.0], np.cumsum(c[:, 1] - c[:, 0])[:-1]]) for c in packer.calendars]
    kinds, owners = np.array(packer.actors).T
    takt_w, takt_s, takt_table = np.array(packer.paces, np.float64).reshape(-1, 3).T
    ints = {
        "line": (packer.num_line, -1), "heap": (packer.num_heap, 0), "takt_table": takt_table,
        "cal_off": offsets, "cal_at": offsets[:-1], "car_type": cars.car_type, "next_car": (num, -1),
        "loops": (num, 0), "num_repairs": (num, 0), "bay_car": (packer.num_bay_places, -1), "actor_kind": kinds,
        "actor_idx": owners, "tree": tree, "stack": (packer.num_stations + 2, 0), "trace_id": (3 * rows, 0),
    }  # fmt: skip
    floats = {
        "ring": (packer.num_ring, 0), "work": packer.work.ravel(), "takt_w": takt_w, "takt_s": on_grid(takt_s),
        "cal_start": intervals[:, 0], "cal_end": intervals[:, 1], "cal_before": np.concatenate(before),
        "release_s": on_grid(cars.release_s), "repair_s": repair_s.ravel(), "repair_total": (num, 0),
        "sent_s": (num, 0), "bay_until": (packer.num_bay_places, 0), "enter_s": (num * columns, np.inf),
        "leave_s": (num * columns, np.inf), "at": (len(tree) // 2, np.inf), "trace_s": (3 * rows, 0),
    }  # fmt: skip
    return ints, floats


def _block(plant: Any, names: tuple[str, ...], tables: dict[str, Any], dtype: type) -> Any:
    """All tables in one array, each given as its numbers or as (size, one number); `plant` learns where each begins."""
    sizes = [table[0] if isinstance(table, tuple) else len(table) for table in (tables[name] for name in names)]
    offsets = np.cumsum([0, *sizes])
    block = np.zeros(offsets[-1], dtype)
    for name, start, size in zip(names, offsets[:-1], sizes, strict=True):
        plant[name] = start
        table = tables[name]
        block[start : start + size] = table[1] if isinstance(table, tuple) else table
    return block


def table(arrays: net.Net, name: str, size: int) -> Any:
    """`size` numbers of a table of the packed arrays, not copied."""
    start = int(arrays.plant[0][name])
    return (arrays.i if name in net.INTS else arrays.f)[start : start + size]


def _first_failures(servers: Any, failures: dict[int, Failures], key_up: int) -> None:
    from quayline.flow._kernels_draws import draw

    for idx, failure in failures.items():
        servers[idx]["up_left"] = draw(1, failure.mtbf_s, 0.0, np.uint64(key_up), 0, idx, 0)


def _trace_rows(packer: Packer, repair_s: Any, trace: tuple[int, int]) -> int:
    """Most rows that the traced cars can fill: every station, once more for each time a car comes back."""
    chosen = repair_s[:, trace[0] : trace[0] + trace[1]]
    visits = trace[1] + int((chosen > 0).sum())
    return visits * packer.num_stations
