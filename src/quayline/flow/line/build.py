"""The door for people with Python: a line that reads like the drawing on the wall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quayline.base.errors import Fault, ScenarioError
from quayline.flow.line.model import LineFile
from quayline.flow.line.read import faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quayline.flow.line.simulate import LineResult

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


def failures(up: Law, down: Law, by: str = "operation") -> dict[str, Any]:
    """Breakdowns counted in operating time (`by="operation"`) or by the clock (`by="time"`)."""
    return {"by": by, "up": up, "down": down}


class Line:
    """A serial line, station by station; every method gives the line back.

    >>> line = Line().add_station("press", exponential(60), buffer=3).add_station("weld", exponential(60))
    """

    def __init__(
        self, name: str = "line", *, blocking: str = "after service", mix: Iterable[str] = (),
        arrivals: Law | None = None,
    ):  # fmt: skip
        self._written: dict[str, Any] = {
            "quayline": 1, "line": name, "blocking": blocking, "mix": list(mix), "arrivals": arrivals, "stations": [],
        }  # fmt: skip

    def add_station(
        self, name: str, work: Law | float, *, buffer: int | None = 0, servers: int = 1, transfer_s: float = 0.0,
        failures: dict[str, Any] | None = None, by_type: Mapping[str, float] | None = None,
    ) -> Line:  # fmt: skip
        """A station behind the last: its work (seconds, or a law), places behind it (None: endless), servers."""
        self._written["stations"].append({
            "id": name, "work": constant(work) if isinstance(work, int | float) else work, "buffer": buffer,
            "servers": servers, "transfer": _s(transfer_s), "failures": failures,
            "by_type": [{"type": kind, "mean": _s(mean_s)} for kind, mean_s in (by_type or {}).items()],
        })  # fmt: skip
        return self

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
    ) -> LineResult:  # fmt: skip
        """Simulate it: see `quayline.flow.line.simulate.simulate_line`."""
        from quayline.flow.line.simulate import simulate_line

        return simulate_line(self.written(), parts, warmup, replications, seed, half_width)


def _s(seconds: float) -> str:
    return f"{float(seconds)!r} s"
