"""What stands beside the optimum: each lever left out or alone, a year lost, a target met later, what closes a gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from quayline.carbon.pathway.desk import Answer, Desk


@dataclass(frozen=True)
class Worth:
    """A lever against the optimum: `without` it, solved again (None: it is not used), and `alone` with what the optimum
    builds of it."""

    without: Answer | None
    alone: Answer | None


def is_used(answer: Answer, name: str) -> bool:
    """Whether a path builds or buys anything of a lever."""
    model = answer.model
    columns = model.built[name].built if name in model.built else model.amount[name]
    return bool(answer.x[columns].sum() > 1e-6)


def worth(desk: Desk, levers: Sequence[Any], best: Answer, lever: Any) -> Worth:
    """One lever of the path."""
    if not is_used(best, lever.id):
        return Worth(None, None)
    rest = [other for other in levers if other.id != lever.id]
    caps = best.model.caps_kt + best.short_kt
    return Worth(desk.cheapest(_without_needs(rest, lever.id), caps), desk.alone(lever, best))


def _without_needs(levers: Sequence[Any], name: str) -> list[Any]:
    """The levers that can still be had without `name`."""
    gone, left = {name}, list(levers)
    while stuck := [lever for lever in left if gone & set(lever.needs)]:
        gone |= {lever.id for lever in stuck}
        left = [lever for lever in left if lever.id not in gone]
    return left


def year_lost(desk: Desk, levers: Sequence[Any], best: Answer) -> Answer:
    """The path when every lever begins a year later than it could."""
    first = int(desk.case.years[0])
    later = [lever.model_copy(update={"from_year": max(lever.from_year, first) + 1}) for lever in levers]
    return desk.cheapest(later, best.model.caps_kt)


def a_year_later(desk: Desk, levers: Sequence[Any], best: Answer, year: int) -> Answer:
    """The path when the target that begins in `year` is met in the next."""
    caps = best.model.caps_kt.copy()
    at = int(np.flatnonzero(desk.case.years == year)[0])
    caps[at] = caps[at - 1] if at else np.inf
    return desk.cheapest(levers, caps)


@dataclass(frozen=True)
class Lift:
    """A limit of a lever, lifted: what it is, and by how much less the caps are then missed."""

    lever: str
    limit: str
    closed_kt: float


_LIMITS = {
    "saving": (("from_year", "its first year"),),
    "conversion": (("from_year", "its first year"), ("units_per_year", "how many units are built in a year"),
                   ("units", "how many units there can be")),
    "biogas": (("from_year", "its first year"), ("growth_kwh_per_year", "how fast its supply grows"),
               ("most_kwh_per_year", "how much there is")),
    "solar": (("from_year", "its first year"), ("pace_kw_per_year", "how much is built in a year")),
    "ppa": (("from_year", "its first year"), ("pace_kw_per_year", "how much is signed in a year"),
            ("most_kw", "how much there is")),
    "storage": (("from_year", "its first year"), ("pace_kwh_per_year", "how much is built in a year"),
                ("most_kwh", "how much there can be")),
    "attribute": (("from_year", "its first year"), ("most_share", "the share that may be bought")),
    "removal": (("from_year", "its first year"), ("most_share", "the share that may be neutralised")),
}  # fmt: skip


def closing(desk: Desk, levers: Sequence[Any], best: Answer) -> list[Lift]:
    """Which limits keep the targets from being met: each is lifted alone and the path solved again; most first."""
    found = []
    short = float(best.short_kt.sum())
    for k, lever in enumerate(levers):
        for name, words in _LIMITS[lever.kind]:
            lifted = lever.model_copy(update={name: _lifted(desk, lever, name)})
            after = desk.least_kt([*levers[:k], lifted, *levers[k + 1 :]], best.model.caps_kt)
            if short - after > 1e-4 * short:
                found.append(Lift(lever.id, words, short - after))
    return sorted(found, key=lambda lift: -lift.closed_kt)


def _lifted(desk: Desk, lever: Any, name: str) -> float:
    """The limit taken away: from the first year, all of it, or a hundred times as much."""
    if name == "from_year":
        return int(desk.case.years[0])
    if name == "most_share":
        return 1.0
    if name == "units":
        return int(1.0 / lever.unit_share + 1e-9)
    if name == "units_per_year":
        return int(lever.units)
    return float(getattr(lever, name)) * 100.0
