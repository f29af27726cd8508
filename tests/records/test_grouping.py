"""Means by group, held against the plain definition."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quayline.records.grouping import group_means

ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.floats(-1e6, 1e6)), max_size=40)


@given(ROWS)
def test_means_and_counts(rows):
    """Each group once, ascending, with its count and its mean."""
    frame = pl.DataFrame(rows, schema={"m": pl.String, "k": pl.Int64, "x": pl.Float64}, orient="row")
    found = group_means(frame, ["m", "k"], ["x"])
    keys = sorted({(m, k) for m, k, _ in rows})
    assert found.select("m", "k").rows() == keys
    for key, count, mean in zip(keys, found["cars"], found["x"], strict=True):
        values = [x for m, k, x in rows if (m, k) == key]
        assert count == len(values)
        assert mean == pytest.approx(sum(values) / len(values), abs=1e-6)
