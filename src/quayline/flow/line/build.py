"""The door for people with Python: a line that reads like the drawing on the wall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.base.errors import Fault, ScenarioError
from quayline.flow.elements import Carriers, Crew, Learning, Maintenance, Pace, Ratio
from quayline.flow.line.drawing import ENDLESS, Drawing, Part, bays_of, failures_of, law_of, spread_of
from quayline.flow.line.model import Breakdowns, LineFile, LineStation
from quayline.flow.line.read import faults
from quayline.flow.network import Paced, Parallel, Serial, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from quayline.flow.line.general import DrawnResult
    from quayline.flow.line.simulate import LineResult
    from quayline.flow.network import AtShiftEnd, Network

Law = dict[str, Any]


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


def failures(up: Law, down: Law, by: str = "operation", crew: str | None = None) -> dict[str, Any]:
    """Breakdowns counted in operating time (`by="operation"`) or by the clock (`by="time"`); a `crew` repairs them."""
    return {"by": by, "up": up, "down": down, **({"crew": crew} if crew else {})}


def repair(
    name: str, work: Law | float, share: float, *, places: int = 1, rejoin: str | None = None,
    waiting: int | None = None, detection_share: float = 1.0,
) -> dict[str, Any]:  # fmt: skip
    """A repair of a gate: its work, the `share` of parts that need it, places, and the station where they come back."""
    return {
        "name": name, "work": _law(work), "share": share, "places": places, "rejoin": rejoin, "waiting": waiting,
        "detection_share": detection_share,
    }  # fmt: skip


class Line:
    """A line, part by part as on the drawing on the wall; every method gives the line back.

    >>> line = Line().add_station("press", exponential(60), buffer=3).add_station("weld", exponential(60))

    Stations alone are simulated as a serial line; with anything else the line is a network (docs/flow.md).
    """

    def __init__(
        self, name: str = "line", *, blocking: str = "after service", mix: Iterable[str] = (),
        arrivals: Law | None = None,
    ):  # fmt: skip
        self._written: dict[str, Any] = {
            "quayline": 1, "line": name, "blocking": blocking, "mix": list(mix), "arrivals": arrivals, "stations": [],
        }  # fmt: skip
        self._steps: list[Callable[[Drawing], None]] = []
        self._is_serial = True

    def add_station(
        self, name: str, work: Law | float, *, buffer: int | None = 0, servers: int = 1, transfer_s: float = 0.0,
        failures: dict[str, Any] | None = None, by_type: Mapping[str, float] | None = None,
        learning: Learning | None = None, maintenance: Maintenance | None = None,
    ) -> Line:  # fmt: skip
        """A station behind the last: its work (seconds, or a law), places behind it (None: endless), servers."""
        crew = (failures or {}).get("crew")
        self._written["stations"].append({
            "id": name, "work": _law(work), "buffer": buffer, "servers": servers, "transfer": _s(transfer_s),
            "failures": {key: law for key, law in failures.items() if key != "crew"} if failures else None,
            "by_type": [{"type": kind, "mean": _s(mean_s)} for kind, mean_s in (by_type or {}).items()],
        })  # fmt: skip
        self._is_serial &= not (crew or learning or maintenance)

        def draw(drawing: Drawing) -> None:
            written, many = LineStation.model_validate(self._station(name)), buffer is None
            made = drawing.station(
                name, written.work, by_type, failures_of(written.failures, crew), servers=servers,
                buffer=ENDLESS if many else buffer, transfer_s=transfer_s, learning=learning, maintenance=maintenance,
            )  # fmt: skip
            drawing.row.append(Part(station=made, behind=made.buffer))

        self._steps.append(draw)
        return self

    def _station(self, name: str) -> dict[str, Any]:
        return next(station for station in self._written["stations"] if station["id"] == name)

    def _draw(self, step: Callable[[Drawing], None]) -> Line:
        self._is_serial = False
        self._steps.append(step)
        return self

    def add_gate(
        self, name: str, work: Law | float, repairs: Sequence[dict[str, Any]] = (), *, scrap_share: float = 0.0,
        servers: int = 1, buffer: int = 0,
    ) -> Line:  # fmt: skip
        """An inspection: the repairs to which it sends parts (see `repair`), and the share that it scraps."""

        def draw(drawing: Drawing) -> None:
            station = drawing.station(name, law_of(_law(work)), None, None, servers=servers)
            bays = tuple(bays_of(one, law_of(one["work"])) for one in repairs)
            gate = Serial(name, (station,), bays=bays, scrap_share=scrap_share, at_shift_end=drawing.at_shift_end)
            drawing.row.append(Part(section=gate, behind=buffer))

        return self._draw(draw)

    def add_store(
        self, name: str, capacity: int, *, access_s: float = 0.0, lanes: int = 0,
        at_most: Iterable[tuple[Iterable[str], int, int]] = (),
    ) -> Line:  # fmt: skip
        """A store that restores the order of entry; `at_most`: (types, most, within) that the order keeps first."""

        def draw(drawing: Drawing) -> None:
            rules = tuple(Ratio(drawing.numbers(types), most, within) for types, most, within in at_most)
            drawing.row.append(Part(section=Store(name, capacity, access_s, 0, lanes, rules)))

        return self._draw(draw)

    def add_moving_line(
        self, name: str, stations: int, takt_s: float, work: Law | float | None = None, *, drift_share: float = 0.0,
        andon_share: float = 0.0, andon_s: float = 0.0, by_type: Mapping[str, float] | None = None, buffer: int = 1,
        failures: dict[str, Any] | None = None, learning: Learning | None = None,
    ) -> Line:  # fmt: skip
        """A moving line of equal stations, all advancing together; without work it is a conveyor."""

        def draw(drawing: Drawing) -> None:
            law = law_of(_law(0.0 if work is None else work))
            work_s = None if work is None else np.tile(drawing.work_s(law, by_type), (1, stations, 1))
            written = failures and Breakdowns.model_validate({k: v for k, v in failures.items() if k != "crew"})
            line = Paced(
                name, stations, (Pace(0.0, takt_s),), work_s, spread_of(law), drift_share, andon_share, andon_s,
                failures_of(written, (failures or {}).get("crew")), at_shift_end=drawing.at_shift_end,
                learning=learning,
            )  # fmt: skip
            drawing.row.append(Part(section=line, behind=buffer))

        return self._draw(draw)

    def add_branches(self, name: str, branches: Sequence[Line], *, route: str = "room", buffer: int = 1) -> Line:
        """Lines beside each other, each of stations alone; `route`: to the first with room, or in "turn"."""

        def draw(drawing: Drawing) -> None:
            rows = tuple(tuple(drawing.sections(line.parts(drawing), 1)) for line in branches)
            drawing.row.append(Part(section=Parallel(name, rows, route), behind=buffer))  # type: ignore[arg-type]

        return self._draw(draw)

    def add_subline(self, name: str, line: Line, *, fork: str, join: str, places: int = 1, waiting: int = 1) -> Line:
        """A line of stations that builds what `join` needs, begun when a part leaves `fork`."""
        return self._draw(
            lambda drawing: drawing.sublines.append((name, line.parts(drawing), fork, join, places, waiting))
        )

    def add_carriers(self, name: str, number: int, *, load: str, unload: str, return_s: float = 0.0) -> Line:
        """Carriers that parts hold from entering `load` until they leave `unload`."""
        return self._draw(lambda drawing: drawing.carriers.append(Carriers(name, number, load, unload, return_s)))

    def add_crew(self, name: str, people: int) -> Line:
        """People who repair the failures that name them."""
        return self._draw(lambda drawing: drawing.crews.append(Crew(name, people)))

    def work_in_shifts(
        self, shifts: Sequence[tuple[float, float]], every_s: float = 86400.0, at_shift_end: AtShiftEnd = "pause"
    ) -> Line:
        """Work only from and to these seconds of every `every_s`; at their end work pauses, or is finished."""

        def draw(drawing: Drawing) -> None:
            drawing.shifts, drawing.shifts_every_s = tuple(shifts), every_s

        self._at_shift_end = at_shift_end
        return self._draw(draw)

    _at_shift_end: AtShiftEnd = "pause"

    def parts(self, drawing: Drawing) -> list[Part]:
        """The parts of a line of stations that is part of another."""
        if not self._is_serial:
            raise ValueError(f"{self._written['line']}: a line within another is of stations alone")
        own = Drawing(drawing.mix, at_shift_end=drawing.at_shift_end)
        for step in self._steps:
            step(own)
        return own.row

    def network(self) -> Network:
        """The line as a network; raises ScenarioError or ValueError with everything that cannot be."""
        drawing = Drawing(tuple(self._written["mix"]), self._written["blocking"].split()[0], self._at_shift_end)
        for step in self._steps:
            step(drawing)
        return drawing.network()

    def written(self) -> LineFile:
        """The line as its file has it; raises ScenarioError with every fault."""
        line = LineFile.model_validate(self._written)
        found = [Fault(line.line, 0, 0, ".".join(map(str, at)), message) for at, message in faults(line)]
        if found:
            raise ScenarioError(found)
        return line

    def simulate(
        self, parts: int = 20_000, warmup: int | None = None, replications: int = 16, seed: int = 1,
        half_width: float | None = None,
    ) -> LineResult | DrawnResult:  # fmt: skip
        """Simulate it: see `line.simulate.simulate_line` (stations alone) and `line.general.simulate_drawn`."""
        if self._is_serial:
            from quayline.flow.line.simulate import simulate_line

            return simulate_line(self.written(), parts, warmup, replications, seed, half_width)
        from quayline.flow.line.general import simulate_drawn

        if half_width is not None:
            raise ValueError("half_width is for a line of stations alone")
        mix, arrivals = self._written["mix"], self._written["arrivals"]
        types = np.array([list(dict.fromkeys(mix)).index(name) for name in mix] or [0])
        return simulate_drawn(
            self.network(), types, law_of(arrivals) if arrivals else None, parts, warmup, replications, seed
        )


def _law(work: Law | float) -> Law:
    return constant(work) if isinstance(work, int | float) else work


def _s(seconds: float) -> str:
    return f"{float(seconds)!r} s"
