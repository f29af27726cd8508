"""Why no plan exists: a smallest set of statements of the scenario that cannot hold together, by file and line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from quayline.scenario.schema import Scenario

T = TypeVar("T", bound="Hashable")


@dataclass(frozen=True)
class Claim:
    """What the model may lift: a row or the bounds of some columns. It holds only while all its statements do."""

    statements: tuple[str, ...]
    words: str


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
    needed = smallest_conflict(resting(frozenset(conflict)), is_feasible)
    told = [_line(scenario, path, [claims[k].words for k in needed if path in claims[k].statements])
            for path in conflict]  # fmt: skip
    return "these statements cannot hold together, and without any one of them there is a plan:\n" + "\n".join(told)


def _line(scenario: Scenario, path: str, needs: list[str]) -> str:
    place = scenario.written(path)
    where = f"{place.file}:{place.line}: " if place else ""
    value = f" = {place.text}" if place and place.text else ""
    return f"  {where}{path}{value}: {'; '.join(dict.fromkeys(needs))}"
