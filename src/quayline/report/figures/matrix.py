"""Who pays whom: the settlement as a matrix of parties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.report.figure import INK, Figure, axes, rows_of

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def payment_matrix(facts: Facts) -> Figure:
    """One cell a pair of payer and payee, with what was paid over the run."""
    cents = (pl.col("usd") * 100).round().cast(pl.Int64).sum()
    settled = facts.run.table("money", "settlement").group_by("payer", "payee").agg((cents / 100).alias("usd"))
    names = {p.id: p.name for p in facts.scenario.parties}
    payers = _by_size(settled, "payer")
    payees = _by_size(settled, "payee")
    cells: list[list[Any]] = [
        [payees.index(payee), payers.index(payer), round(usd / 1e6, 3)]
        for payer, payee, usd in settled.sort("payer", "payee").iter_rows()
    ]
    option = axes([names.get(p, p) for p in payees], "")
    option["xAxis"]["axisLabel"] = {"color": INK, "interval": 0, "rotate": 35, "width": 130, "overflow": "truncate"}
    option["yAxis"] = {"type": "category", "inverse": True, "data": [names.get(p, p) for p in payers],
                       "axisLabel": {"color": INK, "width": 170, "overflow": "truncate"}, "axisTick": {"show": False}}
    option["legend"] = {"show": False}
    option["tooltip"] = {"trigger": "item", "confine": True}
    option["grid"] |= {"top": 12}
    option["visualMap"] = {"show": False, "type": "piecewise", "dimension": 2, "pieces": [
        {"lt": 1, "color": "#eef6f7"}, {"gte": 1, "lt": 10, "color": "#cfe6e9"},
        {"gte": 10, "lt": 100, "color": "#9ccbd1"}, {"gte": 100, "lt": 1000, "color": "#5fb3bb"},
        {"gte": 1000, "color": "#3fa3ae"}]}  # fmt: skip
    option["series"] = [{"type": "heatmap", "data": cells, "label": {"show": True, "fontSize": 11, "color": INK},
                         "itemStyle": {"borderColor": "#fff", "borderWidth": 2}}]  # fmt: skip
    largest = max(settled.iter_rows(), key=lambda row: (row[2], row[0], row[1]), default=None)
    told = (
        f"The largest flow goes from {names.get(largest[0], largest[0])} to {names.get(largest[1], largest[1])}: "
        f"{largest[2] / 1e6:,.0f} million USD."
        if largest else "No payment in this run."
    )  # fmt: skip
    table = settled.sort("payer", "payee")
    return Figure(
        "matrix", "Who pays whom: payers down, payees across", told, option, "million USD over the run",
        "money: every payment by month, payer, payee and element", table.columns, rows_of(table),
        110 + 26 * len(payers), digits=1, shape="wide",
    )  # fmt: skip


def _by_size(settled: pl.DataFrame, side: str) -> list[str]:
    """The parties of one side, the largest first."""
    sums: dict[str, float] = {}
    for party, usd in settled.sort("payer", "payee").select(side, "usd").iter_rows():
        sums[party] = sums.get(party, 0.0) + usd
    return sorted(sums, key=lambda party: (-sums[party], party))
