"""The settlement of a run as a workbook: what each party owes each other, with formulas for every total."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from quayline.records.schemas import COST_ELEMENTS

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from quayline.report.facts import Facts

LANDED = COST_ELEMENTS[: COST_ELEMENTS.index("inland") + 1]
NOTES = (
    "Amounts are USD, each rounded to the cent once; totals are formulas over the cells of this workbook.",
    "Stock, lateness and yard are imputed cost: nobody invoices them, and they are owed to the party named.",
    "The price of carbon in a scenario is a shadow price of the plan: nobody pays it, so it is not here.",
    "What has not happened by the end of the horizon (a car under way) falls due on the day that is foreseen for it.",
    "Items of a year (shortfall, idle labour, wages in stops, empty charters) fall due in its last month.",
    "Landed cost is full cost up to delivery: the plant's overhead of a year is on the cars built in it.",
)
"""What a controller must know before reading the sheets."""


@dataclass(frozen=True)
class Sheet:
    """A worksheet with the formats of its book."""

    page: Worksheet
    formats: dict[str, Any]

    def header(self, row: int, names: list[str], widths: list[float]) -> None:
        """Writes bold column heads and sets the widths."""
        for k, (name, width) in enumerate(zip(names, widths, strict=True)):
            self.page.write_string(row, k, name, self.formats["head"])
            self.page.set_column(k, k, width)
        self.page.freeze_panes(row + 1, 0)

    def cell(self, row: int, column: int, value: Any) -> None:
        """Writes a text, day, count or amount in its format."""
        if isinstance(value, date):
            self.page.write_datetime(row, column, datetime.combine(value, time()), self.formats["month"])
        elif isinstance(value, str):
            self.page.write_string(row, column, value)
        else:
            self.page.write_number(row, column, value, self.formats["count" if isinstance(value, int) else "usd"])

    def formula(self, row: int, column: int, text: str, value: float) -> None:
        """Writes a formula with the value that it has, for readers that do not calculate."""
        self.page.write_formula(row, column, f"={text}", self.formats["total"], round(value, 2))

    def sum(self, row: int, column: int, first: int, last: int, value: float) -> None:
        """Writes the sum of the rows `first` to `last` of a column."""
        span = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"
        self.formula(row, column, f"SUM({span})", value)


def write_workbook(facts: Facts, path: Path) -> None:
    """Writes the sheets Summary, Settlement, By month, Matrix, Parties, Landed cost and Sources to `path`."""
    settled = facts.run.table("money", "settlement").sort("month", "payer", "payee", "item")
    with xlsxwriter.Workbook(str(path)) as book:
        # A file does not depend on the day on which it is written.
        book.set_properties({"created": datetime.combine(facts.scenario.horizon.start, time())})
        formats = _formats(book)

        def sheet(name: str) -> Sheet:
            return Sheet(book.add_worksheet(name), formats)

        summary = sheet("Summary")
        names = {p.id: p.name for p in facts.scenario.parties}
        _settlement(sheet("Settlement"), settled, names)
        _by_month(sheet("By month"), settled, names)
        parties = _matrix(sheet("Matrix"), settled, names)
        _parties(sheet("Parties"), settled, parties, names)
        _landed(sheet("Landed cost"), facts)
        _sources(sheet("Sources"), facts)
        _summary(summary, facts, settled, parties)


def _formats(book: Workbook) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "usd": book.add_format({"num_format": "#,##0.00"}),
        "count": book.add_format({"num_format": "#,##0"}),
        "month": book.add_format({"num_format": "yyyy-mm"}),
        "total": book.add_format({"num_format": "#,##0.00", "bold": True}),
    }


def _cents(usd: pl.Series) -> int:
    return int((usd * 100).round().cast(pl.Int64).sum())


def _settlement(sheet: Sheet, settled: pl.DataFrame, names: dict[str, str]) -> None:
    """Every payment: month, payer, payee, item, cars, USD; the total below."""
    sheet.header(0, ["month", "payer", "payee", "item", "cars", "USD"], [10, 34, 34, 20, 10, 20])
    for k, (month, payer, payee, item, cars, usd) in enumerate(settled.iter_rows(), 1):
        for column, value in enumerate((month, names[payer], names[payee], item, cars, usd)):
            sheet.cell(k, column, value)
    sheet.page.autofilter(0, 0, settled.height, 5)
    sheet.page.write_string(settled.height + 1, 0, "total", sheet.formats["head"])
    sheet.sum(settled.height + 1, 5, 1, settled.height, _cents(settled["usd"]) / 100)


def _by_month(sheet: Sheet, settled: pl.DataFrame, names: dict[str, str]) -> None:
    """One row a pair of parties, one column a month, totals both ways."""
    months = settled["month"].unique().sort().to_list()
    pairs = settled.select("payer", "payee").unique().sort("payer", "payee").rows()
    cents = pl.col("usd").mul(100).round().cast(pl.Int64).sum()
    grid = {row[:3]: row[3] for row in settled.group_by("payer", "payee", "month").agg(cents).iter_rows()}
    head = ["payer", "payee", *(f"{month:%Y-%m}" for month in months), "total"]
    sheet.header(0, head, [34, 34, *[16] * (len(months) + 1)])
    sheet.page.freeze_panes(1, 2)
    for row, (payer, payee) in enumerate(pairs, 1):
        sheet.cell(row, 0, names[payer])
        sheet.cell(row, 1, names[payee])
        for column, month in enumerate(months, 2):
            sheet.cell(row, column, grid.get((payer, payee, month), 0) / 100)
        span = f"{xl_rowcol_to_cell(row, 2)}:{xl_rowcol_to_cell(row, len(months) + 1)}"
        total = sum(grid.get((payer, payee, month), 0) for month in months)
        sheet.formula(row, len(months) + 2, f"SUM({span})", total / 100)
    for column in range(len(months) + 1):
        of_month = [c for (_, _, month), c in grid.items() if column == len(months) or month == months[column]]
        sheet.sum(len(pairs) + 1, column + 2, 1, len(pairs), sum(of_month) / 100)
    sheet.page.write_string(len(pairs) + 1, 0, "total", sheet.formats["head"])


def _matrix(sheet: Sheet, settled: pl.DataFrame, names: dict[str, str]) -> list[str]:
    """Payers in rows, payees in columns, each cell a sum over the sheet Settlement; returns the parties in order."""
    parties = [p for p in names if p in set(settled["payer"]) | set(settled["payee"])]
    cents = pl.col("usd").mul(100).round().cast(pl.Int64).sum()
    paid = {row[:2]: row[2] for row in settled.group_by("payer", "payee").agg(cents).iter_rows()}
    sheet.header(0, ["payer / payee", *(names[p] for p in parties), "paid"], [34, *[18] * (len(parties) + 1)])
    sheet.page.freeze_panes(1, 1)
    last = settled.height + 1
    for row, payer in enumerate(parties, 1):
        sheet.cell(row, 0, names[payer])
        for column, payee in enumerate(parties, 1):
            text = (
                f"SUMIFS(Settlement!$F$2:$F${last},Settlement!$B$2:$B${last},$A{row + 1},"
                f"Settlement!$C$2:$C${last},{xl_col_to_name(column)}$1)"
            )
            sheet.formula(row, column, text, paid.get((payer, payee), 0) / 100)
        span = f"{xl_rowcol_to_cell(row, 1)}:{xl_rowcol_to_cell(row, len(parties))}"
        sheet.formula(row, len(parties) + 1, f"SUM({span})", sum(c for (p, _), c in paid.items() if p == payer) / 100)
    for column, payee in enumerate(parties, 1):
        received = sum(c for (_, p), c in paid.items() if p == payee)
        sheet.sum(len(parties) + 1, column, 1, len(parties), received / 100)
    sheet.sum(len(parties) + 1, len(parties) + 1, 1, len(parties), sum(paid.values()) / 100)
    sheet.page.write_string(len(parties) + 1, 0, "received", sheet.formats["head"])
    return parties


def _parties(sheet: Sheet, settled: pl.DataFrame, parties: list[str], names: dict[str, str]) -> None:
    """What each party received, paid and kept, from the margins of the matrix; the nets add up to nought."""
    sheet.header(0, ["party", "received", "paid", "margin"], [34, 22, 22, 22])
    num = len(parties)
    for row, party in enumerate(parties, 1):
        got = _cents(settled.filter(pl.col("payee") == party)["usd"])
        gave = _cents(settled.filter(pl.col("payer") == party)["usd"])
        sheet.cell(row, 0, names[party])
        sheet.formula(row, 1, f"Matrix!{xl_rowcol_to_cell(num + 1, row)}", got / 100)
        sheet.formula(row, 2, f"Matrix!{xl_rowcol_to_cell(row, num + 1)}", gave / 100)
        sheet.formula(row, 3, f"B{row + 1}-C{row + 1}", (got - gave) / 100)
    total = _cents(settled["usd"]) / 100
    for column, value in enumerate((total, total, 0.0), 1):
        sheet.sum(num + 1, column, 1, num, value)
    sheet.page.write_string(num + 1, 0, "total", sheet.formats["head"])


def _landed(sheet: Sheet, facts: Facts) -> None:
    """By market and month of delivery: cars, each element in USD, and what a car costs, landed."""
    cars = facts.money.filter(pl.col("delivered_at").is_not_null())
    month = pl.col("delivered_at").dt.date().dt.month_start().alias("month")
    sums = cars.group_by("market", month).agg(
        pl.len().alias("cars"), *(pl.col(f"{e}_usd").mul(100).round().cast(pl.Int64).sum().alias(e) for e in LANDED)
    )
    sums = sums.sort("market", "month")
    names = {m.id: m.name for m in facts.scenario.markets}
    head = ["market", "month of delivery", "cars", *(e.replace("_", " ") for e in LANDED), "landed", "landed a car"]
    sheet.header(0, head, [24, 12, 10, *[16] * (len(LANDED) + 2)])
    sheet.page.freeze_panes(1, 3)
    end = 3 + len(LANDED)
    for row, (market, when, num, *elements) in enumerate(sums.iter_rows(), 1):
        for column, value in enumerate((names[market], when, num, *(c / 100 for c in elements))):
            sheet.cell(row, column, value)
        total = sum(elements) / 100
        sheet.formula(row, end, f"SUM({xl_rowcol_to_cell(row, 3)}:{xl_rowcol_to_cell(row, end - 1)})", total)
        mean = f"{xl_rowcol_to_cell(row, end)}/{xl_rowcol_to_cell(row, 2)}"
        sheet.formula(row, end + 1, mean, total / num)
    for column, name in enumerate(("cars", *LANDED), 2):
        value = int(sums[name].sum())
        sheet.sum(sums.height + 1, column, 1, sums.height, value if name == "cars" else value / 100)
    whole = sum(int(sums[e].sum()) for e in LANDED) / 100
    sheet.sum(sums.height + 1, end, 1, sums.height, whole)
    sheet.page.write_string(sums.height + 1, 0, "total", sheet.formats["head"])


def _sources(sheet: Sheet, facts: Facts) -> None:
    """Every figure of the scenario as it was written, and what it rests on; assumed ones are nobody's statement."""
    sheet.header(0, ["figure", "value", "unit", "kind", "source", "note", "where"], [52, 20, 14, 12, 70, 40, 30])
    figures = facts.scenario.figures
    for row, f in enumerate(figures, 1):
        for column, text in enumerate((f.path, f.text, f.unit, f.kind, f.source, f.note, f"{f.file}:{f.line}")):
            sheet.page.write_string(row, column, text)
    sheet.page.autofilter(0, 0, len(figures), 6)


def _summary(sheet: Sheet, facts: Facts, settled: pl.DataFrame, parties: list[str]) -> None:
    """What this is, the sums that must agree, and how to read it."""
    manifest, total = facts.run.manifest, _cents(settled["usd"]) / 100
    sheet.page.set_column(0, 0, 46)
    sheet.page.set_column(1, 1, 24)
    rows = (("scenario", manifest["title"]), ("run", facts.run.path.name), ("version", str(manifest["quayline"])),
            ("seed", str(manifest["seed"])))  # fmt: skip
    for row, (name, text) in enumerate(rows):
        sheet.page.write_string(row, 0, name, sheet.formats["head"])
        sheet.page.write_string(row, 1, text)
    at, num = len(rows) + 1, len(parties)
    corner = xl_rowcol_to_cell(num + 1, num + 1)
    sums = (
        ("all payments, USD", f"Settlement!F{settled.height + 2}", total),
        ("the same by month and pair", f"'By month'!{_corner(settled)}", total),
        ("the same by matrix", f"Matrix!{corner}", total),
        ("margins of all parties together (must be 0)", f"Parties!D{num + 2}", 0.0),
        ("settlement less matrix (must be 0)", f"B{at + 1}-B{at + 3}", 0.0),
    )
    for row, (name, text, value) in enumerate(sums, at):
        sheet.page.write_string(row, 0, name, sheet.formats["head"])
        sheet.formula(row, 1, text, value)
    for row, note in enumerate(NOTES, at + len(sums) + 1):
        sheet.page.write_string(row, 0, note)


def _corner(settled: pl.DataFrame) -> str:
    """The cell of the sheet By month that holds the total of all."""
    num = settled.select("payer", "payee").n_unique()
    cell: str = xl_rowcol_to_cell(num + 1, settled["month"].n_unique() + 2)
    return cell
