"""Synthetic identification numbers: check digit, layout, uniqueness."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quayline.study.vin import WORLD_MAKER, check_digit, vins


@pytest.mark.parametrize("vin", ["1M8GDM9AXKP042788", "11111111111111111", "5GZCZ43D13S812715"])
def test_check_digit_of_published_examples(vin):
    """The worked examples of the regulation and of textbooks."""
    assert check_digit(vin) == vin[8]


@given(
    model=st.integers(0, 32), variant=st.integers(0, 33 * 33 - 1), year=st.integers(2010, 2069),
    serial=st.integers(0, 23 * 10**6 - 1),
)  # fmt: skip
def test_a_number_has_17_characters_and_its_check_digit(model, variant, year, serial):
    """Any car within the limits gets a valid and clearly synthetic number."""
    (vin,) = vins(*(np.array([v]) for v in (model, variant, year, serial)))
    assert len(vin) == 17
    assert vin.startswith(WORLD_MAKER)
    assert not set(vin) & set("IOQ")
    assert vin[8] == check_digit(vin)


@given(st.sampled_from([k for k, c in enumerate("1M8GDM9AXKP042788") if c.isdigit()]), st.sampled_from("0123456789"))
def test_a_changed_digit_is_seen(place, digit):
    """Changing one digit to another breaks the check digit."""
    vin = "1M8GDM9AXKP042788"
    changed = vin[:place] + digit + vin[place + 1 :]
    assert (check_digit(changed) == changed[8]) == (changed == vin)


def test_numbers_of_a_run_differ():
    """Serial numbers keep cars of one model apart, beyond a million too."""
    serial = np.arange(999_990, 1_000_010)
    found = vins(np.zeros(20, int), np.zeros(20, int), np.full(20, 2025), serial)
    assert len(set(found)) == 20


def test_what_does_not_fit_is_refused():
    """More models than letters raise instead of repeating numbers."""
    with pytest.raises(ValueError, match="too many"):
        vins(np.array([33]), np.array([0]), np.array([2025]), np.array([0]))
