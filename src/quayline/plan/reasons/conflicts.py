"""Why no plan exists: a smallest set of statements of the scenario that cannot hold together, by file and line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from quayline.base.errors import InfeasibleError, QuaylineError
from quayline.plan.constraints import ALL
from quayline.plan.model.model import Solver
from quayline.plan.reasons.grounds import told_day

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from quayline.plan.model.model import Model
    from quayline.scenario.schema import Scenario

T = TypeVar("T", bound="Hashable")


@dataclass(frozen=True)
class Claim:
    """What the model may lift: a row, or (-1) modes that are barred and modes that must be worked, by column. It holds
    only while all its statements do."""

    statements: tuple[str, ...]
    words: str
    row: int = -1
    barred: tuple[int, ...] = ()
    worked: tuple[int, ...] = ()


def smallest_conflict(things: Sequence[T], is_feasible: Callable[[frozenset[T]], bool]) -> tuple[T, ...]:
    """A set of `things` that cannot hold together, while without any one of it the rest of it can.

    Infeasibility must be monotone: more things never make a plan possible. QuickXplain (Junker, 2004): few questions
    for small conflicts, and the same answer for the same order of `things`. Empty where even nothing is infeasible.
    """
    if not is_feasible(frozenset()):
        return ()
    found = _quick(frozenset(), False, tuple(things), is_feasible)
    kept = frozenset(found)
    return tuple(thing for thing in things if thing in kept)


def _quick(
    held: frozenset[T], has_grown: bool, things: tuple[T, ...], is_feasible: Callable[[frozenset[T]], bool]
) -> tuple[T, ...]:
    """Those of `things` that are needed beside `held` for a conflict."""
    if has_grown and not is_feasible(held):
        return ()
    if len(things) == 1:
        return things
    half = len(things) // 2
    first, second = things[:half], things[half:]
    needed = _quick(held | frozenset(first), bool(first), second, is_feasible)
    return _quick(held | frozenset(needed), bool(needed), first, is_feasible) + needed


def explain(scenario: Scenario, claims: Sequence[Claim], is_feasible: Callable[[frozenset[int]], bool]) -> str:
    """The conflict among `claims` in the words of the files; '' where all of them together are feasible.

    `is_feasible` answers for the claims with those numbers, all others lifted. First the smallest set of statements is
    sought, a claim holding while all its statements do; then, among the claims that are left, those that are needed.
    """
    if is_feasible(frozenset(range(len(claims)))):
        return ""
    statements = list(dict.fromkeys(path for claim in claims for path in claim.statements))

    def resting(kept: frozenset[str]) -> list[int]:
        return [k for k, claim in enumerate(claims) if kept.issuperset(claim.statements)]

    conflict = smallest_conflict(statements, lambda kept: is_feasible(frozenset(resting(kept))))
    if not conflict:
        raise QuaylineError("no plan satisfies the rows that rest on no statement: a defect of the model")
    needed = smallest_conflict(resting(frozenset(conflict)), is_feasible)
    told = [_line(scenario, path, [claims[k].words for k in needed if path in claims[k].statements])
            for path in conflict]  # fmt: skip
    return "these statements cannot hold together, and without any one of them there is a plan:\n" + "\n".join(told)


def _line(scenario: Scenario, path: str, needs: list[str]) -> str:
    place = scenario.written(path)
    where = f"{place.file}:{place.line}: " if place else ""
    value = f" = {place.text}" if place and place.text else ""
    return f"  {where}{path}{value}: {'; '.join(dict.fromkeys(needs))}"


def conflict_in(model: Model) -> str:
    """The smallest conflict of statements for which `model` has no plan, in words; '' where it has one.

    Where there is no plan even in fractions of modes, which is quick to tell, the conflict is smallest for those.
    """
    claims = tuple(_claims(model))
    lifted = _Lifted(model, claims)
    lifted.solver.set_integer(False)
    lifted.solver.set_integer(lifted.is_feasible(frozenset(range(len(claims)))))
    return explain(model.build.scenario, claims, lifted.is_feasible)


def _claims(model: Model) -> Iterator[Claim]:
    build, v = model.build, model.variables
    for family in ALL:
        mine = model.rows[family.name]
        for row in range(mine.start, mine.stop):
            paths = family.statement(build, row - mine.start)
            if paths:
                yield Claim(paths, family.words(build, row - mine.start), row)
    months, stand = build.calendar.months, build.programme.stand
    for mode, columns in zip(build.scenario.plant.modes, v.mode, strict=True):
        begins = (mode.from_.year, mode.from_.month) if mode.from_ else months[0]
        early, barred = np.array([month < begins for month in months]), v.upper[columns] <= 0
        if mode.from_ and early.any():
            words = f"{mode.id} may be worked from {told_day(mode.from_)}"
            yield Claim((f"plant.modes[{mode.id}].from",), words, barred=tuple(columns[early].tolist()))
        if stand:
            last = build.calendar.month_of[stand.frozen_weeks - 1] if stand.frozen_weeks else -1
            is_frozen = np.arange(len(months)) <= last
            for path, held in (("replanning.frozen_weeks", is_frozen), ("change.notice_months", ~is_frozen)):
                out, stands = columns[barred & ~early & held], columns[(v.lower[columns] > 0) & held]
                if len(out) or len(stands):
                    words = f"the mode that stands is kept, {'' if len(stands) else 'not '}{mode.id}"
                    yield Claim((f"plant.{path}",), words, barred=tuple(out.tolist()), worked=tuple(stands.tolist()))


class _Lifted:
    """The model without its objective, from which claims can be lifted."""

    def __init__(self, model: Model, claims: tuple[Claim, ...]):
        self._model, self._claims = model, claims
        self.solver = Solver(replace(model, usd=np.zeros(len(model.usd)), constant_usd=0.0), model.build.params)
        self._held = frozenset(range(len(claims)))

    def is_feasible(self, kept: frozenset[int]) -> bool:
        """Whether some plan keeps these claims, all others lifted."""
        model, v = self._model, self._model.variables
        for number in sorted(kept ^ self._held):
            claim = self._claims[number]
            if claim.row >= 0:
                row = np.array([claim.row])
                free = np.array([-np.inf]), np.array([np.inf])
                self.solver.limit(row, *((model.lower[row], model.upper[row]) if number in kept else free))
        self._held = kept
        lower, upper = np.zeros(v.num), np.ones(v.num)
        for claim in (self._claims[number] for number in kept):
            lower[list(claim.worked)], upper[list(claim.barred)] = 1.0, 0.0
        if (lower > upper).any():
            return False
        modes = v.mode.ravel()
        self.solver.bound(modes, lower[modes], upper[modes])
        try:
            self.solver.solve()
        except InfeasibleError:
            return False
        return True
