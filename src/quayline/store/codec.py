"""A stage's record to a folder of Parquet tables and one JSON file of its scalars, and back."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.base.errors import RunError
from quayline.records.stages import RECORDS

if TYPE_CHECKING:
    from pathlib import Path

_SCALARS = "record.json"


def write_record(record: Any, folder: Path) -> None:
    """Write each table of `record` as FIELD.parquet and its scalars as one JSON file; same record, same bytes."""
    scalars = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if isinstance(value, pl.DataFrame):
            value.write_parquet(
                folder / f"{field.name}.parquet", compression="zstd", row_group_size=131072, statistics=True
            )
        else:
            scalars[field.name] = value
    (folder / _SCALARS).write_text(json.dumps(scalars, indent=1, sort_keys=True) + "\n")


def read_record(stage: str, folder: Path) -> Any:
    """The record of `stage` from `folder`; raises RunError when a table is missing, damaged or of other columns."""
    record_type = RECORDS[stage]
    try:
        values: dict[str, Any] = json.loads((folder / _SCALARS).read_text())
        for field in dataclasses.fields(record_type):
            if field.name not in values:
                values[field.name] = pl.read_parquet(folder / f"{field.name}.parquet")
        return record_type(**values)
    except (OSError, ValueError, TypeError, pl.exceptions.PolarsError) as fault:
        raise RunError(f"{folder}: the record of stage {stage} cannot be read: {fault}") from fault
