"""Draws: quantiles against SciPy's own, groups that move together, streams that disturb no other."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from quayline.carbon.uncertainty import Distribution, draws

SHARES = np.linspace(0.001, 0.999, 333)
CASES = [
    (Distribution("triangular", 3, 1, 9), stats.triang(0.25, 1, 8)),
    (Distribution("triangular", 1, 1, 9), stats.triang(0, 1, 8)),
    (Distribution("triangular", 9, 1, 9), stats.triang(1, 1, 8)),
    (Distribution("uniform", 3, 1, 9), stats.uniform(1, 8)),
    (Distribution("normal", -3, spread=2), stats.norm(-3, 2)),
    (Distribution("lognormal", 3, spread=1.5), stats.lognorm(log(1.5), scale=3)),
]


@pytest.mark.parametrize(("ours", "theirs"), CASES)
def test_quantiles_are_those_of_the_distribution(ours: Distribution, theirs) -> None:
    assert ours.at(SHARES) == pytest.approx(theirs.ppf(SHARES), rel=1e-12)


def test_a_negative_lognormal_is_the_mirror_of_a_positive_one() -> None:
    positive, negative = Distribution("lognormal", 3, spread=1.5), Distribution("lognormal", -3, spread=1.5)
    assert negative.at(SHARES) == pytest.approx(-positive.at(1 - SHARES))


def test_a_group_takes_one_quantile_and_others_do_not() -> None:
    factors = {
        "a": Distribution("lognormal", 3, spread=1.5, group="x"), "b": Distribution("triangular", 2, 1, 9, group="x"),
        "c": Distribution("uniform", 2, 1, 9), "d": Distribution("uniform", 2, 1, 9), "e": Distribution("fixed", 4),
    }  # fmt: skip
    a, b, c, d, e = draws(factors, 4000, 1).T
    assert stats.spearmanr(a, b).statistic == pytest.approx(1.0)
    assert abs(stats.spearmanr(c, d).statistic) < 0.06  # 3.8 standard errors
    assert (e == 4).all()


def test_draws_follow_their_distribution() -> None:
    for ours, theirs in CASES:
        drawn = draws({"f": ours}, 4000, 7)[:, 0]
        assert stats.kstest(drawn, theirs.cdf).pvalue > 1e-4


def test_a_factor_more_or_more_draws_change_no_draw() -> None:
    a, b = Distribution("uniform", 2, 1, 9), Distribution("normal", 2, spread=1, group="g")
    few, more = draws({"a": a, "b": b}, 10, 3), draws({"z": b, "b": b, "y": a, "a": a}, 20, 3)
    assert (more[:10, 3] == few[:, 0]).all()
    assert (more[:10, 1] == few[:, 1]).all()
    assert (draws({"a": a}, 10, 4)[:, 0] != few[:, 0]).all()


@given(st.floats(0, 1, exclude_min=True, exclude_max=True), st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_quantiles_rise(one: float, two: float) -> None:
    low, high = np.array([min(one, two)]), np.array([max(one, two)])
    for ours in (*(case[0] for case in CASES), Distribution("lognormal", -3, spread=1.5)):
        assert ours.at(low) <= ours.at(high) + 1e-12


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        (("triangular", 3, 4, 9), "low <= value <= high"),
        (("triangular", 3), "needs low and high, got none"),
        (("uniform", 3, 3, 3), "write fixed"),
        (("normal", 3, None, None, 0), "above 0"),
        (("normal", 3, 1, 2), "needs spread, got low, high"),
        (("lognormal", 3, None, None, 1), "geometric spread above 1"),
        (("lognormal", 0, None, None, 2), "other than 0"),
        (("fixed", 3, 1, 5), "needs none"),
        (("fixed", float("inf")), "finite"),
        (("weibull", 3), "expected fixed, triangular"),
    ],
)
def test_figures_that_do_not_fit_are_refused(figures, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Distribution(*figures)
    with pytest.raises(ValueError, match="at least 1"):
        draws({}, 0, 1)
