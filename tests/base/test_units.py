"""Quantities as people write them."""

import math
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quayline.base.units import UnitError, parse

RIGHT = [
    ("80 s", "s", 80.0), ("5 min", "s", 300.0), ("45 cars/h", "car/h", 45.0), ("15 %", "", 0.15), (0.3, "", 0.3),
    ("980 USD/car", "USD/car", 980.0), ("65 USD/m^3", "USD/m^3", 65.0), ("1.2 CEU", "CEU", 1.2),
    ("0.4173 kgCO2e/kWh", "kgCO2e/kWh", 0.4173), ("417.3 gCO2e/kWh", "kgCO2e/kWh", 0.4173),
    ("18.1 kWh/(100 km)", "kWh/(100 km)", 18.1), ("0.181 kWh/km", "kWh/(100 km)", 18.1),
    ("38 gCO2e/tkm", "kgCO2e/tkm", 0.038), ("12 tCO2e", "kgCO2e", 12000.0), ("10 weeks", "day", 70.0),
    ("1_000 kWh", "kWh", 1000.0), ("2.3 MWh", "kWh", 2300.0), ("1e6 USD", "USD", 1e6), ("5574 MJ", "kWh", 1548.33),
]  # fmt: skip


@pytest.mark.parametrize(("text", "unit", "value"), RIGHT)
def test_right_quantities(text, unit, value):
    """Each comes out in the canonical unit."""
    assert parse(text, unit) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("80 kg", "s"), ("80", "s"), (80, "s"), ("nan s", "s"), ("inf s", "s"), ("1e400 s", "s"), ("80 foo", "s"),
        ("", "s"), (None, "s"), (True, ""), ("15 s", ""), ([1], ""), ("80 s; import os", "s"), ("5 USD", "kgCO2e"),
        ("__import__('os')", "s"), ("1 s**9999", "s"), ("2 car", "CEU"), ("3 kg", "kgCO2e"),
    ],
)  # fmt: skip
def test_wrong_quantities_say_what_was_found_and_expected(text, unit):
    """Wrong unit, no unit, not finite, or no quantity at all."""
    with pytest.raises(UnitError, match=r"expected .* got"):
        parse(text, unit)


@given(st.floats(-1e12, 1e12), st.sampled_from(["s", "kWh", "USD/car", "kgCO2e/tkm"]))
def test_what_is_printed_is_read_again(value, unit):
    """Any finite figure survives its own text, bit for bit."""
    again = parse(f"{value!r} {unit}", unit)
    assert again == value
    assert math.isfinite(again)


@given(st.floats(0.001, 1e6))
def test_units_convert_both_ways(value):
    """Hours and seconds, and back."""
    seconds = parse(f"{value!r} h", "s")
    assert parse(f"{seconds!r} s", "h") == pytest.approx(value)


def test_an_environment_that_is_gone_takes_no_units_with_it(tmp_path):
    """Pint's own cache, shared by all environments of a user, is not asked: it may name files that are gone."""
    code = "from quayline.base.units import parse; print(parse('5 min', 's'))"
    env = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env)
    assert done.stdout.strip() == "300.0"
    assert not list(tmp_path.rglob("*pint*"))
