"""The settlement's workbook, read back by another library: its cells tie to the run to the cent."""

from __future__ import annotations

import re

import openpyxl
import polars as pl
import pytest
from openpyxl.utils import range_boundaries

from quayline.report.facts import Facts
from quayline.report.workbook import LANDED, NOTES, write_workbook


@pytest.fixture(scope="module")
def path(finished, tmp_path_factory):
    """The workbook of the finished run."""
    path = tmp_path_factory.mktemp("book") / "settlement.xlsx"
    write_workbook(Facts(finished), path)
    return path


@pytest.fixture(scope="module")
def formulas(path):
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def values(path):
    return openpyxl.load_workbook(path, data_only=True)


def cents(usd) -> int:
    return round(usd * 100)


def evaluate(book, sheet, text):
    """The value of the few formulas that the workbook uses, from cells that are themselves evaluated."""
    text = text.lstrip("=")

    def at(reference, home):
        name, _, cell = reference.rpartition("!")
        page = book[name.strip("'")] if name else home
        value = page[cell.replace("$", "")].value
        return evaluate(book, page, value) if isinstance(value, str) and value.startswith("=") else value

    def span(reference, home):
        name, _, area = reference.rpartition("!")
        page = book[name.strip("'")] if name else home
        left, top, right, bottom = range_boundaries(area.replace("$", ""))
        return [at(page.cell(row, column).coordinate, page)
                for row in range(top, bottom + 1) for column in range(left, right + 1)]  # fmt: skip

    if found := re.fullmatch(r"SUM\((.+)\)", text):
        return sum(span(found[1], sheet))
    if found := re.fullmatch(r"SUMIFS\(([^,]+),([^,]+),([^,]+),([^,]+),([^,]+)\)", text):
        amounts, one, other = (span(found[k], sheet) for k in (1, 2, 4))
        first, second = at(found[3], sheet), at(found[5], sheet)
        return sum(a for a, x, y in zip(amounts, one, other, strict=True) if (x, y) == (first, second))
    if found := re.fullmatch(r"([^-/]+)([-/])([^-/]+)", text):
        left, right = at(found[1], sheet), at(found[3], sheet)
        return left - right if found[2] == "-" else left / right
    return at(text, sheet)


def test_every_payment_is_a_row(finished, values):
    settled = finished.table("money", "settlement").sort("month", "payer", "payee", "item")
    names = {p.id: p.name for p in finished.scenario.parties}
    rows = list(values["Settlement"].iter_rows(min_row=2, max_row=settled.height + 1, values_only=True))
    assert [(row[0].date(), *row[1:5], cents(row[5])) for row in rows] == [
        (month, names[payer], names[payee], item, cars, cents(usd))
        for month, payer, payee, item, cars, usd in settled.iter_rows()
    ]


def test_every_formula_is_worth_what_it_says(formulas, values):
    """Each formula, calculated here from its cells, gives the value that is stored beside it."""
    num = 0
    for page in formulas:
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    num += 1
                    stored = values[page.title][cell.coordinate].value
                    assert cents(evaluate(formulas, page, cell.value)) == cents(stored), (page.title, cell.coordinate)
    assert num > 50


def test_the_totals_are_those_of_the_run(finished, values):
    """All payments, each party's margin and each element of landed cost, to the cent."""
    settled = finished.table("money", "settlement")
    total = sum(cents(usd) for usd in settled["usd"])
    summary = {row[0]: row[1] for row in values["Summary"].iter_rows(values_only=True) if row[0]}
    assert [cents(summary[k]) for k in ("all payments, USD", "the same by month and pair", "the same by matrix")] == [
        total
    ] * 3
    assert summary["margins of all parties together (must be 0)"] == 0
    assert summary["settlement less matrix (must be 0)"] == 0
    names = {p.name: p.id for p in finished.scenario.parties}
    for name, received, paid, margin in values["Parties"].iter_rows(min_row=2, values_only=True):
        if name in names:
            got = sum(cents(usd) for usd in settled.filter(pl.col("payee") == names[name])["usd"])
            gave = sum(cents(usd) for usd in settled.filter(pl.col("payer") == names[name])["usd"])
            assert (cents(received), cents(paid), cents(margin)) == (got, gave, got - gave)
    cars = finished.table("money", "cars").join(finished.table("ship", "cars"), on="order_id")
    cars = cars.filter(pl.col("delivered_at").is_not_null())
    last = list(values["Landed cost"].iter_rows(values_only=True))[-1]
    assert last[2] == cars.height
    assert [cents(usd) for usd in last[3 : 3 + len(LANDED)]] == [
        sum(cents(usd) for usd in cars[f"{e}_usd"]) for e in LANDED
    ]
    assert cents(last[3 + len(LANDED)]) == sum(cents(usd) for usd in cars["landed_usd"])


def test_sources_and_notes_are_told(finished, values):
    figures = finished.scenario.figures
    rows = list(values["Sources"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == len(figures)
    assert [row[3] for row in rows] == [f.kind for f in figures]
    told = [row[0] for row in values["Summary"].iter_rows(values_only=True)]
    assert all(note in told for note in NOTES)


def test_the_same_run_gives_the_same_file(finished, path, tmp_path):
    again = tmp_path / "again.xlsx"
    write_workbook(Facts(finished), again)
    assert again.read_bytes() == path.read_bytes()
