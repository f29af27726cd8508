"""Feature 17: the board of key figures, recomputed from the files of a run by a script of its own.

Nothing of Quayline is used on this side but the run's folder: Parquet tables and JSON, in plain loops.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections import defaultdict
from datetime import datetime

import polars as pl
import pytest
import yaml

from quayline.report.facts import Facts
from quayline.report.figures.board import board


@pytest.fixture(scope="module")
def rows(finished):
    """Rows of a table of the run, from its file."""
    return lambda stage, table: pl.read_parquet(finished.path / stage / f"{table}.parquet").to_dicts()


@pytest.fixture(scope="module")
def tolerance(finished):
    """Days by market, from the scenario's own files."""
    found = {}
    for path in (finished.path / "scenario").rglob("*.yaml"):
        for market in (yaml.safe_load(path.read_text()) or {}).get("markets", []):
            found[market["id"]] = float(str(market["tolerance"]).split()[0])
    return found


@pytest.fixture(scope="module")
def delivered(rows, tolerance):
    """Cars with a delivery: month, whether late, landed cost, footprint to the customer."""
    landed = {row["order_id"]: row["landed_usd"] for row in rows("money", "cars")}
    carbon = {row["order_id"]: row["customer_kgco2e"] for row in rows("carbon", "cars")}
    wanted = {row["order_id"]: row["requested_on"] for row in rows("plan", "orders")}
    market = {row["order_id"]: row["market"] for row in rows("ledger", "orders")}
    found = []
    for row in rows("ship", "cars"):
        if row["delivered_at"] is not None:
            order = row["order_id"]
            days = (row["delivered_at"] - datetime.combine(wanted[order], datetime.min.time())).total_seconds() / 86400
            is_late, month = days > tolerance[market[order]], f"{row['delivered_at']:%Y-%m}"
            found.append((month, is_late, landed[order], carbon[order]))
    return found


def test_the_board_is_what_a_script_of_its_own_finds(finished, rows, delivered) -> None:
    """Plan against actual, on-time delivery, use of the line, days of stock, landed cost and CO2, month by month."""
    figure = board(Facts(finished))
    told = {row[0]: dict(zip(figure.columns, row, strict=True)) for row in figure.rows}
    by_month = defaultdict(list)
    for month, *rest in delivered:
        by_month[month].append(rest)
    line = {f"{row['month']:%Y-%m}": row for row in rows("flow", "months")}
    stock = defaultdict(int)
    for row in rows("ship", "yards"):
        stock[row["date"]] += row["cars"]
    assert set(told) == by_month.keys() | line.keys()
    assert len(told) > 5
    for month, row in told.items():
        cars = by_month.get(month, [])
        if month in line:
            assert row["planned_cars"] == line[month]["planned_cars"]
            assert row["built_cars"] == line[month]["built_cars"]
            assert row["line %"] == pytest.approx(100 * line[month]["oee_share"], abs=0.051)
        if not cars:
            continue
        assert row["delivered_cars"] == len(cars)
        assert row["on time %"] == pytest.approx(100 * sum(not late for late, _, _ in cars) / len(cars), abs=0.051)
        assert row["landed_usd"] == pytest.approx(sum(usd for _, usd, _ in cars) / len(cars), abs=0.51)
        assert row["t CO2e"] == pytest.approx(sum(kg for _, _, kg in cars) / len(cars) / 1000, abs=0.0051)
        days = [num for day, num in stock.items() if f"{day:%Y-%m}" == month]
        if days:
            length = monthrange(int(month[:4]), int(month[5:]))[1]
            assert row["days of stock"] == pytest.approx(max(days) * length / len(cars), abs=0.051)


def test_the_headline_is_what_a_script_of_its_own_finds(finished, rows, delivered) -> None:
    """On-time share, landed cost and CO2 of a car, use of the line, and the cars built."""
    headline = json.loads((finished.path / "summary" / "summary.json").read_text())
    group, late = headline["groups"]["all"], [late for _, late, _, _ in delivered]
    assert group["cars_built"] == len(rows("flow", "cars"))
    assert group["on_time_share"] == pytest.approx(1 - sum(late) / len(late))
    assert group["landed_usd_per_car"] == pytest.approx(sum(usd for _, _, usd, _ in delivered) / len(delivered))
    footprint = [row["customer_kgco2e"] for row in rows("carbon", "cars")]
    assert group["customer_kgco2e_per_car"] == pytest.approx(sum(footprint) / len(footprint))
    worked = [row for row in rows("flow", "months") if row["working_h"] > 0]
    share = sum(row["oee_share"] * row["working_h"] for row in worked) / sum(row["working_h"] for row in worked)
    assert headline["plan"]["availability_measured"] == pytest.approx(share)
