"""Functions of vectors are those of the libraries, to the last digits, and the same alone and beside others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from scipy.special import ndtri

from quayline.flow import _kernels_functions as functions
from quayline.flow._kernels_vector import filled, load, store


def _door(function: Any, width: int) -> Any:
    @njit
    def of_all(x: Any, out: Any) -> None:
        for k in range(0, len(x), width):
            store(out, k, function(load(x, k, filled(0.0, width))))

    def of(x: Any) -> Any:
        padded = np.append(x, np.full(-len(x) % width, 0.5))
        out = np.empty(len(padded))
        of_all(padded, out)
        return out[: len(x)]

    return of


NAMES = ("log", "exp", "normal_quantile")
DOORS = {(name, width): _door(getattr(functions, name), width) for name in NAMES for width in (1, 4, 16)}
LOG, EXP, QUANTILE = (DOORS[name, 4] for name in NAMES)
WIDE = np.geomspace(1e-300, 1e300, 40_001)
NEAR = np.concatenate([1.0 - np.geomspace(1e-15, 0.5, 2001), 1.0 + np.geomspace(1e-15, 1.0, 2001)])


def ulps(ours: Any, theirs: Any) -> float:
    return float(np.max(np.abs(ours - theirs) / np.spacing(np.abs(theirs))))


def test_log() -> None:
    assert ulps(LOG(WIDE), np.log(WIDE)) <= 1
    assert ulps(LOG(NEAR), np.log(NEAR)) <= 3


def test_exp() -> None:
    x = np.linspace(-699.0, 699.0, 40_001)
    assert ulps(EXP(x), np.exp(x)) <= 2
    assert EXP(np.array([-701.0, -1e6]))[1] < 1e-300


def test_normal_quantile() -> None:
    middle = np.concatenate([np.linspace(0.0004, 0.9996, 40_001), 0.5 + np.geomspace(1e-12, 0.4, 999)])
    assert np.allclose(QUANTILE(middle), ndtri(middle), rtol=1.5e-15, atol=1e-17)
    far = 0.5 ** np.arange(10, 53)
    assert np.allclose(QUANTILE(far), ndtri(far), rtol=1e-14, atol=0)
    assert np.allclose(QUANTILE(1.0 - far), -ndtri(far), rtol=1e-14, atol=0)
    assert functions.normal_quantile_of(0.5) == 0.0


@pytest.mark.parametrize(
    ("name", "low", "high"), [("log", 1e-9, 40.0), ("exp", -30.0, 30.0), ("normal_quantile", 2**-53, 1 - 2**-53)]
)
@given(data=st.data())
def test_a_number_has_the_same_bits_in_any_company(name: str, low: float, high: float, data: st.DataObject) -> None:
    x = np.array(data.draw(st.lists(st.floats(low, high), min_size=1, max_size=9)))
    alone, in_fours, in_sixteens = (DOORS[name, width](x) for width in (1, 4, 16))
    assert alone.tobytes() == in_fours.tobytes() == in_sixteens.tobytes()
