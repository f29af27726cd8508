"""Synthetic vehicle identification numbers with a correct check digit (ISO 3779; 49 CFR 565.15 for the digit)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALPHABET = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"  # I, O and Q are not used
_VALUES = np.array([*range(10), *range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)])
_WEIGHTS = np.array([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])
_CHECK_AT = 8
_YEARS = "ABCDEFGHJKLMNPRSTVWXY123456789"  # 2010 to 2039, repeating every 30 years
WORLD_MAKER = "0SY"
"""No region has 0 as its first character, so no real car bears these numbers (SY: synthetic)."""


def check_digit(vin: str) -> str:
    """The ninth character that belongs to the other sixteen of `vin` (17 characters)."""
    values = _VALUES[[_ALPHABET.index(c) for c in vin]]
    return "0123456789X"[int(values @ _WEIGHTS) % 11]


def vins(
    model_idx: NDArray[np.int64], variant_idx: NDArray[np.int64], model_year: NDArray[np.int64],
    serial: NDArray[np.int64],
) -> list[str]:  # fmt: skip
    """One number a car from its model and variant (places in the scenario), model year and serial from 0.

    Positions: 1-3 maker, 4 model, 5-6 variant, 7-8 filler, 9 check digit, 10 model year, 11 plant letter and
    million of the serial, 12-17 serial. Raises ValueError when one of them does not fit.
    """
    base = len(_ALPHABET)
    if len(serial) == 0:
        return []
    if model_idx.max() >= base or variant_idx.max() >= base**2 or serial.max() >= (base - 10) * 10**6:
        raise ValueError("too many models, variants or cars for a 17-character number")
    codes = np.zeros((len(serial), 17), dtype=np.int64)
    codes[:, :3] = [_ALPHABET.index(c) for c in WORLD_MAKER]
    codes[:, 3] = model_idx
    codes[:, 4], codes[:, 5] = np.divmod(variant_idx, base)
    codes[:, 6:8] = _ALPHABET.index("Z")
    codes[:, 9] = np.array([_ALPHABET.index(c) for c in _YEARS])[(model_year - 2010) % len(_YEARS)]
    codes[:, 10] = 10 + serial // 10**6
    for place in range(6):
        codes[:, 16 - place] = serial // 10**place % 10
    remainder = (_VALUES[codes] @ _WEIGHTS) % 11
    letters = np.array(list(_ALPHABET))[codes]
    letters[:, _CHECK_AT] = np.array(list("0123456789X"))[remainder]
    return np.ascontiguousarray(letters).view("<U17").ravel().tolist()
