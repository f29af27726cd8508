"""The export of product footprints: one JSON file each, and tables of them for people."""

from __future__ import annotations

import json
import os
import shutil
from datetime import datetime, time
from typing import TYPE_CHECKING

import polars as pl
import xlsxwriter

from quayline.base.errors import RunError
from quayline.report.pact import class_table, market_table
from quayline.report.pact_lifecycle import lifecycle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quayline.base.pact import ProductFootprint
    from quayline.report.facts import Facts

_NOTES = (
    "Means over the cars of a class, in kgCO2e a car (GWP100). Each class is one PACT footprint, named by its id.",
    "The footprint is the column gate; outbound is beside it and reaches as far as the company is responsible.",
    "Columns truck, sea and inland are the legs of the way to the customer, whoever pays for them.",
    "A class with calibrated groups repeats published totals: that it meets them proves nothing.",
)


def export_footprints(facts: Facts, folder: Path, earlier: Sequence[Facts] = ()) -> list[Path]:
    """Writes FOLDER: `footprints.json` (all, as the service lists them), one file a footprint, CSV and XLSX.

    Footprints of `earlier` runs that these follow are in `footprints.json` as deprecated ones.

    The folder appears whole or not at all. Raises RunError where it exists, ScenarioError where nothing is declared.
    """
    if folder.exists():
        raise RunError(f"{folder}: is there already; name a folder that is not")
    made, deprecated = lifecycle(facts, earlier)
    tables = {"footprints": _with_ids(class_table(facts), made, facts), "markets": market_table(facts)}
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    (making / "footprints.json").write_text(_json({"data": [one.to_json() for one in [*made, *deprecated]]}), "utf-8")
    for one in made:
        (making / f"{one.id}.json").write_text(_json(one.to_json()), "utf-8")
    for name, table in tables.items():
        table.write_csv(making / f"{name}.csv", float_precision=3)
    _workbook(making / "footprints.xlsx", tables, facts)
    os.replace(making, folder)
    return sorted(folder.iterdir())


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _with_ids(table: pl.DataFrame, made: list[ProductFootprint], facts: Facts) -> pl.DataFrame:
    """The classes in the order of their footprints, led by id, product and company."""
    order = {product.variant: k for k, product in enumerate(facts.scenario.disclosure.products)}
    ranked = table.with_columns(pl.col("variant").replace_strict(order).alias("rank")).sort("rank", "plant", "year")
    told = pl.DataFrame({
        "id": [str(one.id) for one in made], "product": [one.product_name_company for one in made],
        "product_id": [one.product_ids[0] for one in made], "company": [one.company_name for one in made],
    })  # fmt: skip
    return pl.concat([told, ranked.drop("rank")], how="horizontal")


def _workbook(path: Path, tables: dict[str, pl.DataFrame], facts: Facts) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        # A file does not depend on the day on which it is written.
        book.set_properties({"created": datetime.combine(facts.scenario.disclosure.declared_on, time())})
        head, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.0"})
        for name, table in tables.items():
            page = book.add_worksheet(name)
            for k, column in enumerate(table.columns):
                page.write_string(0, k, column, head)
                is_text = table.schema[column] == pl.String
                page.set_column(k, k, 38 if column == "id" else 16, None if is_text or "_" not in column else number)
            for at, row in enumerate(table.iter_rows(), 1):
                for k, value in enumerate(row):
                    page.write(at, k, value)
            page.freeze_panes(1, 0)
        notes = book.add_worksheet("notes")
        notes.set_column(0, 0, 120)
        for at, line in enumerate(_NOTES):
            notes.write_string(at, 0, line)
