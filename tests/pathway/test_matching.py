"""Hours: what they match is the optimum of a linear program over all of them, and planes bound it from above."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from quayline.carbon.pathway.matching import ALL, DIRECT, ON_SITE, Hours, Point, first_planes, matched_gwh, touching


def hours_of(seed: int, num: int = 30, store_h: float = 3.0) -> Hours:
    """Two loads and two sources over `num` hours, whole numbers so that ties occur."""
    draw = np.random.default_rng(seed)
    shape = draw.integers(0, 5, (1, 2, num)).astype(float)
    sources = draw.integers(0, 5, (2, num)).astype(float)
    return Hours(shape, sources, np.array([True, False]), 0.8, store_h)


def optimum(hours: Hours, point: Point) -> float:
    """The most that can be matched, by a linear program over direct use, charge, discharge and level of each hour."""
    load = (hours.shape[point.pattern] * point.energy_gwh[:, None]).sum(axis=0)
    green = (hours.gwh_per_mw * point.mw[:, None]).sum(axis=0)
    num, size, power = len(load), point.mwh / 1e3, point.mwh / 1e3 / hours.store_h
    eye, zero = np.eye(num), np.zeros((num, num))
    level = eye - np.eye(num, k=-1)
    found = linprog(
        np.concatenate([-np.ones(num), np.zeros(num), -np.ones(num), np.zeros(num)]),
        A_ub=np.block([[eye, eye, zero, zero], [eye, zero, eye, zero]]), b_ub=np.concatenate([green, load]),
        A_eq=np.block([[zero, -hours.efficiency * eye, eye, level]]), b_eq=np.zeros(num),
        bounds=[*[(0, None)] * num, *[(0, power)] * num, *[(0, power)] * num, *[(0, size)] * num],
    )  # fmt: skip
    return -found.fun


points = st.builds(
    lambda energy, mw, mwh: Point(0, np.array(energy), np.array(mw), mwh),
    st.tuples(*[st.sampled_from([0.0, 1.0, 1.5, 3.0])] * 2), st.tuples(*[st.sampled_from([0.0, 1.0, 2.0])] * 2),
    st.sampled_from([0.0, 500.0, 3000.0, 20000.0]),
)  # fmt: skip


@given(seed=st.integers(0, 10**6), point=points)
@settings(max_examples=40)
def test_what_is_matched_is_the_optimum_over_all_hours(seed, point):
    """Filling and emptying as soon as there is cause loses nothing against a linear program that sees all hours."""
    hours = hours_of(seed)
    assert matched_gwh(hours, point)[ALL] == pytest.approx(optimum(hours, point), abs=1e-7)


@given(seed=st.integers(0, 10**6), at=points, elsewhere=points)
@settings(max_examples=60)
def test_planes_touch_where_they_were_made_and_bound_everywhere(seed, at, elsewhere):
    """Equal at their own point, never below the truth at any other."""
    hours = hours_of(seed)
    for what in (ON_SITE, DIRECT, ALL):
        plane = touching(hours, at, what)

        assert _value(plane, at) == pytest.approx(matched_gwh(hours, at)[what], abs=1e-9)
        assert _value(plane, elsewhere) >= matched_gwh(hours, elsewhere)[what] - 1e-9


def _value(plane, point):
    by_capacity = (plane.by_mw * point.mw).sum() + plane.by_mwh * point.mwh
    return (plane.by_energy[0] * point.energy_gwh).sum() + by_capacity


@given(seed=st.integers(0, 10**6), point=points)
@settings(max_examples=20)
def test_the_first_planes_hold(seed, point):
    """No more than the load, no more than what is generated."""
    hours = hours_of(seed)
    for plane in first_planes(hours):
        assert _value(plane, point) >= matched_gwh(hours, point)[plane.what] - 1e-9
