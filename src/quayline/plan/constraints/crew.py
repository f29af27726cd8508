"""People: a mode needs its crew; hiring takes money, training and time, leaving money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.completion.people import cheapest_people, people_of, terms_of
from quayline.plan.constraints.common import Block, Constraint, Rows, month_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def columns(build: Build) -> tuple[Block, ...]:
    """People hired and left by month, and people kept beyond the mode's need; none where turnover is free."""
    terms = terms_of(build.scenario, build.balance, build.calendar)
    if terms is None:
        return tuple(Block(name, np.zeros(0)) for name in ("hired", "left", "spare people"))
    num = len(build.calendar.months)
    return (
        Block("hired", np.full(num, float(terms.most_hired)), -terms.hire_usd),
        Block("left", np.full(num, INF), -terms.leave_usd),
        Block("spare people", np.full(num, INF), -terms.month_usd),
    )


def people(build: Build) -> Family:
    """One row a month: need + spare of the month = those of the month before + hired - left."""
    v = build.variables
    hired, spare = v.own["hired"], v.own["spare people"]
    rows, right = Rows(len(hired)), np.zeros(len(hired))
    if len(hired):
        need, month = people_of(build.balance), np.arange(len(hired))
        for m, num in enumerate(need.tolist()):
            rows.add(month, v.mode[m], float(num))
            rows.add(month[1:], v.mode[m][:-1], -float(num))
        rows.add(month, spare, 1.0)
        rows.add(month[1:], spare[:-1], -1.0)
        rows.add(month, hired, -1.0)
        rows.add(month, v.own["left"], 1.0)
        right[0] = need[[mode.id for mode in build.scenario.plant.modes].index(build.scenario.plant.opening_mode)]
    return rows.family(right, right)


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """The cheapest people for the modes."""
    v, terms = build.variables, terms_of(build.scenario, build.balance, build.calendar)
    if terms is None:
        return
    need = people_of(build.balance)[out[v.mode].argmax(axis=0)]
    found = cheapest_people(need, terms)
    if found is None:
        return
    step = np.diff(found, prepend=terms.opening)
    out[v.own["hired"]], out[v.own["left"]] = np.maximum(step, 0), np.maximum(-step, 0)
    out[v.own["spare people"]] = found - need


PEOPLE = Constraint(
    name="people",
    formula="Σm people[m] (z[m,t] − z[m,t−1]) + spare[t] − spare[t−1] = hired[t] − left[t]; hired ≤ most a month",
    unit="person",
    rows=people,
    statement=lambda build, row: ("plant.crew.turnover.most_hired_per_month",),
    words=lambda build, row: f"the people that can be hired in {month_words(build, row)}",
    columns=columns,
    complete=complete,
)
