"""Primary share and ratings of a bill, by hand; and that the bill is the total that is declared."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from tests.pact.required import footprint

from quayline.base.pact_file import read_footprints
from quayline.report.facts import Facts
from quayline.report.pact import class_table, footprints
from quayline.report.pact_quality import Quality, biogenic_of, gate_bills, quality_of


def bill(*rows: tuple[str, float, str, str, str, int | None]) -> pl.DataFrame:
    """A bill of (activity, kgCO2e, kind, region, source, year of the source)."""
    names = ["activity", "kgco2e", "kind", "region", "source", "source_year"]
    types = [pl.String, pl.Float64, pl.String, pl.String, pl.String, pl.Int16]
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def test_rows_weigh_by_their_emissions_without_sign() -> None:
    rows = bill(("gas burnt", 60.0, "measured", "KR", "meter", 2026), ("material", 30.0, "assumed", "", "guess", None),
                ("explained", -10.0, "derived", "", "lca", 2019))  # fmt: skip
    found = quality_of(rows, 2026, {})
    assert found == Quality(
        pytest.approx(0.6), pytest.approx(0.6 * 1 + 0.3 * 4 + 0.1 * 3), pytest.approx(0.6 * 1 + 0.3 * 2 + 0.1 * 3),
        pytest.approx(0.6 * 1 + 0.3 * 5 + 0.1 * 3),
    )  # fmt: skip


@pytest.mark.parametrize(("year", "rating"), [
    (2026, 1), (2024, 1), (2028, 1), (2023, 2), (2020, 3), (2016, 4), (2011, 5),
])  # fmt: skip
def test_sources_age(year: int, rating: int) -> None:
    assert quality_of(bill(("material", 1.0, "published", "", "x", year)), 2026, {}).temporal == rating


def test_what_a_supplier_says_of_its_data_stands() -> None:
    (sent,) = read_footprints(json.dumps(footprint()).encode()).footprints.values()  # 40 % primary; 1.5, 2, 1
    rows = bill(("battery", 50.0, "published", "KR", "cells", None), ("material", 50.0, "published", "", "x", 2026))
    found = quality_of(rows, 2026, {"cells": sent})
    assert found == Quality(pytest.approx(0.2), pytest.approx(1.75), pytest.approx(2), pytest.approx(1))


def test_a_bill_of_nothing() -> None:
    assert quality_of(bill(("material", 0.0, "measured", "", "x", 2026)), 2026, {}) == Quality(0.0, 5, 5, 5)


def test_biogenic_is_the_sum_of_what_is_told() -> None:
    rows = pl.DataFrame({"amount": [10.0, 4.0, 7.0], "biogenic_kgco2e": [-1.5, 0.5, None], "cars": [1, 3, 3],
                         "class_cars": [4, 4, 4]})  # fmt: skip
    assert biogenic_of(rows) == pytest.approx((-15 + 2 * 3) / 4)
    assert biogenic_of(rows[2:]) is None


def test_the_bill_is_the_total_that_is_declared(finished: Any) -> None:
    facts = Facts(finished)
    bills = gate_bills(facts)
    for row in class_table(facts).iter_rows(named=True):
        mine = bills[row["variant"], row["plant"], row["year"]]
        assert mine["kgco2e"].sum() == pytest.approx(row["gate_kgco2e"], rel=1e-9)
    (one,) = footprints(facts)
    assert one.pcf.dqi is not None
    assert (one.pcf.primary_data_share, one.pcf.dqi.technological_dqr, one.pcf.dqi.temporal_dqr) == (0, 4, 5)
    assert 1 < one.pcf.dqi.geographical_dqr < 2
