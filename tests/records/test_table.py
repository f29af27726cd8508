"""Column schemas: what fits, and every difference at once."""

import polars as pl
import pytest

from quayline.records.table import Column, Schema

SCHEMA = Schema(
    "cars", (Column("order_id", pl.Int32, "number"), Column("mass_kg", pl.Float64, "mass", nullable=True)),
    open_prefixes=(("in_", pl.Int32),),
)  # fmt: skip


def frame(**columns):
    """A frame that fits, with columns replaced."""
    base = {"order_id": pl.Series([1, 2], dtype=pl.Int32), "mass_kg": pl.Series([1.0, None])}
    return pl.DataFrame(base | columns)


def test_a_right_frame_passes():
    """The very frame comes back; open columns are allowed."""
    right = frame(in_body=pl.Series([1, 2], dtype=pl.Int32))
    assert SCHEMA.checked(right) is right


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"order_id": pl.Series([1, 2], dtype=pl.Int64)}, "order_id is Int64, expected Int32"),
        ({"order_id": pl.Series([1, None], dtype=pl.Int32)}, "order_id has 1 nulls"),
        ({"mass_kg": pl.Series([1.0, float("nan")])}, "mass_kg has values that are not finite"),
        ({"colour": pl.Series(["red", "blue"])}, "unknown column colour"),
        ({"in_body": pl.Series(["a", "b"])}, "in_body is String, expected Int32"),
    ],
)
def test_each_difference_is_named(columns, message):
    """Type, nulls, infinities and unknown columns."""
    with pytest.raises(ValueError, match=message):
        SCHEMA.checked(frame(**columns))


def test_all_differences_come_at_once():
    """One error lists them all."""
    with pytest.raises(ValueError, match=r"no column order_id; unknown column extra"):
        SCHEMA.checked(pl.DataFrame({"mass_kg": [1.0], "extra": [1]}))
