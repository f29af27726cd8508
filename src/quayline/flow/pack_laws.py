"""Laws of durations, failures, learning and crews as tables of the compiled simulation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quayline.flow.elements import Crew, Failures, Learning, Spread

_KINDS = ("constant", "exponential", "lognormal", "gamma", "weibull", "uniform", "triangular", "empirical")
_CURVES = ("power", "exponential", "table")


class Tables:
    """Collects laws, failures and learnings; each is known by its number."""

    def __init__(self, num_types: int, crews: tuple[Crew, ...]):
        self.num_types = num_types
        self.crews = {crew.name: k for k, crew in enumerate(crews)}
        self.people = [crew.people for crew in crews]
        self.numbers: dict[str, list[int]] = {name: [] for name in (
            "law_kind", "law_first", "law_num", "fail_up", "fail_down", "fail_by_time", "fail_crew", "fail_learn",
            "learn_kind", "learn_first", "learn_num", "learn_from", "learn_types",
        )}  # fmt: skip
        self.figures: dict[str, list[float]] = {name: [] for name in (
            "law_a", "law_values", "fail_mtbf", "fail_mttr", "learn_a", "learn_b", "learn_factor",
        )}  # fmt: skip
        self.calls: list[tuple[int, int, int, int]] = []  # crew, server, section, station
        self._known: dict[Spread | Learning, int] = {}

    def law(self, spread: Spread) -> int:
        """Number of a law; equal laws have one."""
        if spread in self._known:
            return self._known[spread]
        n, f = self.numbers, self.figures
        values = spread.values if spread.kind != "weibull" else (1.0 / math.gamma(1.0 + 1.0 / spread.values[0]),)
        n["law_kind"].append(_KINDS.index(spread.kind))
        n["law_first"].append(len(f["law_values"]))
        n["law_num"].append(len(values))
        f["law_values"] += values
        shape = {"gamma": lambda: spread.cv**-2, "weibull": lambda: spread.values[0]}
        f["law_a"].append(shape.get(spread.kind, lambda: math.sqrt(math.log1p(spread.cv**2)))())
        self._known[spread] = len(n["law_kind"]) - 1
        return self._known[spread]

    def failures(self, failures: Failures | None, section: int, station: int, servers: range) -> int:
        """Number of the failures of a station or line with these servers; -1 for none."""
        if failures is None:
            return -1
        n, number = self.numbers, len(self.numbers["fail_up"])
        n["fail_up"].append(self.law(failures.up))
        n["fail_down"].append(self.law(failures.repair))
        n["fail_by_time"].append(failures.by == "time")
        n["fail_crew"].append(self.crews[failures.crew] if failures.crew else -1)
        n["fail_learn"].append(self.learning(failures.learning))
        self.figures["fail_mtbf"].append(failures.mtbf_s)
        self.figures["fail_mttr"].append(failures.mttr_s)
        if failures.crew:
            self.calls += [(self.crews[failures.crew], server, section, station) for server in servers]
        return number

    def learning(self, learning: Learning | None) -> int:
        """Number of a learning; -1 for none."""
        if learning is None:
            return -1
        if learning in self._known:
            return self._known[learning]
        n, f = self.numbers, self.figures
        n["learn_kind"].append(_CURVES.index(learning.kind))
        n["learn_first"].append(len(n["learn_from"]))
        n["learn_num"].append(len(learning.rows))
        n["learn_from"] += [row[0] for row in learning.rows]
        f["learn_factor"] += [row[1] for row in learning.rows]
        types = range(self.num_types) if learning.types is None else learning.types
        n["learn_types"] += [k in types for k in range(self.num_types)]
        f["learn_a"].append(learning.first)
        is_power = learning.kind == "power"
        f["learn_b"].append(-math.log(learning.first) / math.log(learning.mature) if is_power else learning.mature)
        self._known[learning] = len(n["learn_kind"]) - 1
        return self._known[learning]

    def slots(self) -> tuple[dict[str, list[int]], int]:
        """Calls for the crews: the places of each crew's servers, in their order; and the number of people."""
        self.calls.sort()
        counts, people = [0], [0]
        for crew, num in enumerate(self.people):
            counts.append(sum(call[0] <= crew for call in self.calls))
            people.append(people[-1] + num)
        tables = {
            "crew_slot": counts, "crew_person": people, "slot_section": [call[2] for call in self.calls],
            "slot_station": [call[3] for call in self.calls], "slot_server": [call[1] for call in self.calls],
        }  # fmt: skip
        return tables, people[-1]
