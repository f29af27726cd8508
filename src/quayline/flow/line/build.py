"""The door for people with Python: a line that reads like the drawing on the wall."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from quayline.base.errors import Fault, ScenarioError
from quayline.flow.elements import Learning, Maintenance
from quayline.flow.line.model import LineFile
from quayline.flow.line.read import all_faults, parsed, with_mix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quayline.flow.line.result import LineResult
    from quayline.flow.network import AtShiftEnd, Network

Law = dict[str, Any]
Learnt = Learning | dict[str, Any]


def constant(mean_s: float) -> Law:
    """Always `mean_s`."""
    return {"kind": "constant", "mean": _s(mean_s)}


def exponential(mean_s: float) -> Law:
    """Exponential with mean `mean_s`."""
    return {"kind": "exponential", "mean": _s(mean_s)}


def gamma(mean_s: float, cv: float) -> Law:
    """Gamma by mean and coefficient of variation."""
    return {"kind": "gamma", "mean": _s(mean_s), "cv": cv}


def erlang(mean_s: float, phases: int) -> Law:
    """Erlang: the sum of `phases` equal exponentials."""
    return gamma(mean_s, phases**-0.5)


def lognormal(mean_s: float, cv: float) -> Law:
    """Lognormal by its own mean and coefficient of variation."""
    return {"kind": "lognormal", "mean": _s(mean_s), "cv": cv}


def weibull(mean_s: float, shape: float) -> Law:
    """Weibull by mean and shape."""
    return {"kind": "weibull", "mean": _s(mean_s), "shape": shape}


def triangular(low_s: float, mode_s: float, high_s: float) -> Law:
    """Triangular."""
    return {"kind": "triangular", "low": _s(low_s), "mode": _s(mode_s), "high": _s(high_s)}


def uniform(low_s: float, high_s: float) -> Law:
    """Uniform."""
    return {"kind": "uniform", "low": _s(low_s), "high": _s(high_s)}


def empirical(values_s: Iterable[float]) -> Law:
    """Values seen, each as likely as the others."""
    return {"kind": "empirical", "values": [_s(value) for value in values_s]}


def failures(
    up: Law, down: Law, by: str = "operation", crew: str | None = None, learning: Learnt | None = None
) -> dict[str, Any]:
    """Breakdowns counted in operating time (`by="operation"`) or by the clock (`by="time"`); a `crew` repairs them."""
    return _given(by=by, up=up, down=down, crew=crew, learning=learning)


def learning(
    kind: str, *, first: float = 1.0, mature: float = 2.0, rows: Iterable[tuple[int, float]] = (),
    types: Iterable[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """How times fall with the parts built (see `Learning`); `types` names the types of part that are new."""
    steps = [{"from_part": count, "factor": factor} for count, factor in rows]
    return {"kind": kind, "first": first, "mature": mature, "rows": steps, "types": list(types)}


def repair(
    name: str, work: Law | float, share: float, *, places: int = 1, rejoin: str | None = None,
    waiting: int | None = None, detection_share: float = 1.0,
) -> dict[str, Any]:  # fmt: skip
    """A repair of a gate: its work, the `share` of parts that need it, places, and the station where they come back."""
    return _given(
        id=name, work=_law(work), share=share, places=places, rejoin=rejoin, waiting=waiting,
        detection_share=detection_share,
    )  # fmt: skip


class Line:
    """A line, part by part as on the drawing on the wall; every method gives the line back.

    >>> line = Line().add_station("press", exponential(60), buffer=3).add_station("weld", exponential(60))

    Stations alone are simulated as a serial line; with anything else the line is a network (docs/flow.md). What is
    drawn is what a file would say: `written`. `mix` are the types of part in the order of arrival, or shares by type.
    """

    def __init__(
        self, name: str = "line", *, blocking: str = "after service", mix: Iterable[str] | Mapping[str, float] = (),
        arrivals: Law | None = None,
    ):  # fmt: skip
        self._written: dict[str, Any] = _given(quayline=1, line=name, blocking=blocking, arrivals=arrivals, stations=[])
        if isinstance(mix, dict):
            self._written["types"] = [{"id": each, "share": share} for each, share in mix.items()]
        else:
            self._written["mix"] = list(mix)

    def _add(self, key: str, **written: Any) -> Line:
        self._written.setdefault(key, []).append(_given(**written))
        return self

    def add_station(
        self, name: str, work: Law | float, *, buffer: int | None = 0, servers: int = 1, transfer_s: float = 0.0,
        failures: dict[str, Any] | None = None, by_type: Mapping[str, float] | None = None,
        learning: Learnt | None = None, maintenance: Maintenance | None = None, hours: str | None = None,
        comeback_places: int | None = None,
    ) -> Line:  # fmt: skip
        """A station behind the last: its work (seconds, or a law), places behind it (None: endless), servers.

        `hours` names a calendar of its own; `comeback_places` bounds the queue of parts that rejoin here.
        """
        self._add(
            "stations", kind="station", id=name, work=_law(work), servers=servers, transfer=_s(transfer_s),
            failures=failures, by_type=_by_type(by_type), learning=learning, maintenance=maintenance, hours=hours,
            comeback_places=comeback_places,
        )  # fmt: skip
        self._written["stations"][-1]["buffer"] = buffer
        return self

    def add_gate(
        self, name: str, work: Law | float, repairs: Sequence[dict[str, Any]] = (), *, scrap_share: float = 0.0,
        servers: int = 1, buffer: int = 0, transfer_s: float = 0.0, failures: dict[str, Any] | None = None,
        by_type: Mapping[str, float] | None = None, learning: Learnt | None = None,
        maintenance: Maintenance | None = None, hours: str | None = None, comeback_places: int | None = None,
    ) -> Line:  # fmt: skip
        """An inspection: the repairs to which it sends parts (see `repair`), and the share that it scraps."""
        return self._add(
            "stations", kind="gate", id=name, work=_law(work), repairs=list(repairs), scrap_share=scrap_share,
            servers=servers, buffer=buffer, transfer=_s(transfer_s), failures=failures, by_type=_by_type(by_type),
            learning=learning, maintenance=maintenance, hours=hours, comeback_places=comeback_places,
        )  # fmt: skip

    def add_store(
        self, name: str, capacity: int, *, access_s: float = 0.0, lanes: int = 0,
        at_most: Iterable[tuple[Iterable[str], int, int]] = (),
    ) -> Line:  # fmt: skip
        """A store that restores the order of entry; `at_most`: (types, most, within) that the order keeps first."""
        rules = [{"types": list(types), "most": most, "within": within} for types, most, within in at_most]
        return self._add(
            "stations", kind="store", id=name, capacity=capacity, access=_s(access_s), lanes=lanes, at_most=rules
        )  # fmt: skip

    def add_moving_line(
        self, name: str, stations: int, takt_s: float, work: Law | float | None = None, *, drift_share: float = 0.0,
        andon_share: float = 0.0, andon_s: float = 0.0, by_type: Mapping[str, float] | None = None, buffer: int = 1,
        transfer_s: float = 0.0, failures: dict[str, Any] | None = None, learning: Learnt | None = None,
        hours: str | None = None, comeback_places: int | None = None, later_takts: Iterable[tuple[float, float]] = (),
    ) -> Line:  # fmt: skip
        """A moving line of equal stations, all advancing together; without work it is a conveyor.

        `later_takts`: (seconds from the start, takt from then on).
        """
        return self._add(
            "stations", kind="moving line", id=name, stations=stations, takt=_s(takt_s),
            later_takts=[{"from": _s(from_s), "takt": _s(then_s)} for from_s, then_s in later_takts],
            work=None if work is None else _law(work), by_type=_by_type(by_type), drift_share=drift_share,
            andon_share=andon_share, andon=_s(andon_s), buffer=buffer, transfer=_s(transfer_s), failures=failures,
            learning=learning, hours=hours, comeback_places=comeback_places,
        )  # fmt: skip

    def add_branches(
        self, name: str, branches: Sequence[Line], *, route: str = "room", buffer: int = 1,
        types: Sequence[Iterable[str]] = (),
    ) -> Line:  # fmt: skip
        """Lines beside each other; `route`: to the first with room, in "turn", or by "type" (`types` of each branch).

        The places in front of each are those behind what stands before.
        """
        own = [list(names) for names in types] or [[] for _ in branches]
        rows = [
            {"stations": line.row(), "types": names} for line, names in zip(branches, own, strict=True)
        ]  # fmt: skip
        return self._add("stations", kind="branches", id=name, route=route, branches=rows, buffer=buffer)

    def add_subline(self, name: str, line: Line, *, fork: str, join: str, places: int = 1, waiting: int = 1) -> Line:
        """A line that builds what `join` needs, begun when a part leaves `fork`."""
        return self._add(
            "sublines", id=name, fork=fork, join=join, places=places, waiting=waiting, stations=line.row()
        )  # fmt: skip

    def add_carriers(self, name: str, number: int, *, load: str, unload: str, return_s: float = 0.0) -> Line:
        """Carriers that parts hold from entering `load` until they leave `unload`."""
        return self._add("carriers", **{"id": name, "number": number, "load": load, "unload": unload,
                                        "return": _s(return_s)})  # fmt: skip

    def add_crew(self, name: str, people: int) -> Line:
        """People who repair the failures that name them."""
        return self._add("crews", id=name, people=people)

    def add_calendar(
        self, name: str, shifts: Sequence[tuple[float, float]], every_s: float = 86400.0,
        at_shift_end: AtShiftEnd = "pause",
    ) -> Line:  # fmt: skip
        """Hours for the stations that name them: from and to these seconds of every `every_s`."""
        rows = [{"from": _s(from_s), "to": _s(to_s)} for from_s, to_s in shifts]
        return self._add("calendars", id=name, shifts=rows, every=_s(every_s), at_shift_end=at_shift_end)

    def work_in_shifts(
        self, shifts: Sequence[tuple[float, float]], every_s: float = 86400.0, at_shift_end: AtShiftEnd = "pause"
    ) -> Line:
        """Work only from and to these seconds of every `every_s`; at their end work pauses, or is finished."""
        self._written["hours"] = "shifts"
        return self.add_calendar("shifts", shifts, every_s, at_shift_end)

    def row(self) -> list[dict[str, Any]]:
        """What stands on the row, as a line within another takes it; raises ValueError where it has more than a row."""
        more = [key for key in ("sublines", "carriers", "crews", "calendars") if self._written.get(key)]
        if more:
            raise ValueError(f"{self._written['line']}: a line within another has no {', '.join(more)} of its own")
        return list(self._written["stations"])

    def network(self) -> Network:
        """The line as a network; raises ScenarioError with everything that cannot be."""
        from quayline.flow.line.drawing import network_of

        return network_of(self.written())

    def written(self) -> LineFile:
        """The line as its file has it; raises ScenarioError with every fault."""
        name = str(self._written["line"])
        try:
            line = LineFile.model_validate(self._written)
        except ValidationError:
            return self._read(name)
        if found := all_faults(line):
            raise ScenarioError([Fault(name, 0, 0, self._path(at), message) for at, message in found])
        return with_mix(line)

    def _read(self, name: str) -> LineFile:
        """The line as a file of its own, whose reader says in words what cannot be read (JSON is YAML too)."""
        try:
            return parsed(f"{name}.yaml", json.dumps(self._written, default=_plain).encode(), {})
        except ScenarioError as wrong:
            raise ScenarioError([Fault(name, 0, 0, one.path, one.message) for one in wrong.faults]) from wrong

    def _path(self, at: tuple[str | int, ...]) -> str:
        """A path by the names of what it leads through, as a file's faults have it."""
        path = ""
        node: Any = self._written
        for step in at:
            node = node[step] if isinstance(step, int) or step in node else {}
            name = node.get("id", step) if isinstance(node, dict) else step
            path += f"[{name}]" if isinstance(step, int) else f".{step}"
        return path.lstrip(".")

    def simulate(
        self, parts: int = 20_000, warmup: int | None = None, replications: int = 16, seed: int = 1,
        half_width: float | None = None,
    ) -> LineResult:  # fmt: skip
        """Simulate it: see `line.simulate.simulate_line` (stations alone) and `line.general.simulate_drawn`."""
        return simulate(self.written(), parts, warmup, replications, seed, half_width)


def simulate(
    line: LineFile, parts: int = 20_000, warmup: int | None = None, replications: int = 16, seed: int = 1,
    half_width: float | None = None,
) -> LineResult:  # fmt: skip
    """Simulate a line without faults (see `read_line`, `Line.written`) in the way that it asks for."""
    if line.is_serial:
        from quayline.flow.line.simulate import simulate_line

        return simulate_line(line, parts, warmup, replications, seed, half_width)
    from quayline.flow.line.drawing import network_of
    from quayline.flow.line.general import simulate_drawn

    types = np.array([list(dict.fromkeys(line.mix)).index(name) for name in line.mix] or [0])
    return simulate_drawn(network_of(line), types, line.arrivals, parts, warmup, replications, seed, half_width)


def _plain(value: Any) -> Any:
    """A number of numpy as one of Python; of anything else its words, which the reader refuses in its place."""
    return value.item() if isinstance(value, np.generic) else str(value)


def _law(work: Law | float) -> Law:
    return constant(work) if isinstance(work, int | float) else work


def _s(seconds: float) -> str:
    return f"{float(seconds)!r} s"


def _by_type(means_s: Mapping[str, float] | None) -> list[dict[str, str]]:
    return [{"type": name, "mean": _s(mean_s)} for name, mean_s in (means_s or {}).items()]


def _given(**written: Any) -> dict[str, Any]:
    """What a file would say: without what is not given, and learning and maintenance in its words."""
    return {key: _in_words(value) for key, value in written.items() if value is not None}


def _in_words(value: Any) -> Any:
    if isinstance(value, Maintenance):
        return {"every": _s(value.every_s), "duration": _s(value.duration_s)}
    if isinstance(value, Learning):
        if value.types is not None:
            raise ValueError(f"{value}: types of a line have names, given by quayline.flow.learning(…, types=…)")
        return learning(value.kind, first=value.first, mature=value.mature, rows=value.rows)
    return value
