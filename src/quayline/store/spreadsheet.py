"""A run's tables as CSV files that any spreadsheet opens, with a list of their columns, and back without loss."""

from __future__ import annotations

import dataclasses
import os
import shutil
from typing import TYPE_CHECKING

import polars as pl

from quayline.base.errors import RunError
from quayline.records import schemas
from quayline.records.stages import RECORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from quayline.records.table import Schema
    from quayline.store.folder import RunFolder

COLUMNS = "columns.csv"
_SCHEMAS: dict[str, dict[str, Schema]] = {
    "plan": schemas.PLAN, "sequence": schemas.SEQUENCE, "balance": schemas.BALANCE, "quality": schemas.QUALITY,
    "flow": schemas.FLOW, "ship": schemas.SHIP, "carbon": schemas.CARBON, "pathway": schemas.PATHWAY,
    "money": schemas.MONEY, "ledger": {"orders": schemas.LEDGER},
}  # fmt: skip
_TYPES: dict[str, pl.DataType] = {
    str(dtype): dtype
    for dtype in (pl.Int16(), pl.Int32(), pl.Int64(), pl.UInt32(), pl.Float32(), pl.Float64(), pl.Boolean(),
                  pl.String(), pl.Date(), pl.Datetime("ms"))
}  # fmt: skip


def export_csv(
    run: RunFolder, folder: Path, stages: Sequence[str] = tuple(RECORDS),
    seen: Callable[[str, pl.DataFrame], pl.DataFrame | None] | None = None,
) -> list[Path]:  # fmt: skip
    """Writes STAGE.TABLE.csv for each table of `stages`, and columns.csv: type and meaning of every column. `seen`,
    by name and rows, gives what may be seen of a table, None to leave it out.

    The folder appears whole or not at all. Raises RunError where it exists or a table is missing.
    """
    if folder.exists():
        raise RunError(f"{folder}: is there already; name a folder that is not")
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    meanings: list[tuple[str, str, str, str]] = []
    for stage in stages:
        if stage == "pathway" and not run.has(stage):
            continue
        for field in dataclasses.fields(RECORDS[stage]):
            if field.name not in _SCHEMAS[stage]:
                continue
            name = f"{stage}.{field.name}"
            whole = run.table(stage, field.name)
            frame = seen(name, whole) if seen else whole
            if frame is None:
                continue
            told = {column.name: column.text for column in _SCHEMAS[stage][field.name].columns}
            meanings += [(name, key, str(dtype), told.get(key, "")) for key, dtype in frame.schema.items()]
            frame.write_csv(making / f"{name}.csv", quote_style="non_numeric")
    listed = pl.DataFrame(meanings, orient="row", schema=["table", "column", "type", "meaning"])
    listed.write_csv(making / COLUMNS)
    os.replace(making, folder)
    return sorted(folder.iterdir())


def read_csv(folder: Path) -> dict[str, pl.DataFrame]:
    """Every table of an exported folder by its name (`stage.table`), with the types it had; RunError where none is."""
    try:
        listed = pl.read_csv(folder / COLUMNS)
        return {
            str(name): pl.read_csv(
                folder / f"{name}.csv",
                schema={column: _TYPES[text] for column, text in rows.select("column", "type").iter_rows()},
            )
            for (name,), rows in listed.group_by("table", maintain_order=True)
        }
    except (OSError, KeyError, pl.exceptions.PolarsError) as fault:
        raise RunError(f"{folder}: the exported tables cannot be read: {fault}") from fault
