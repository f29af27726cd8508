"""The columns of a table, declared once: name, type, meaning with unit; and the check that a frame has them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

Type = type[pl.DataType] | pl.DataType
AT = pl.Datetime("ms")
"""A point in time, local to the plant, without zone."""


@dataclass(frozen=True)
class Column:
    """One column: its type, what it means, whether it may be null."""

    name: str
    dtype: Type
    text: str
    nullable: bool = False


@dataclass(frozen=True)
class Schema:
    """The columns of a table; `open_prefixes` allows further columns whose names begin so (one a shop, say)."""

    name: str
    columns: tuple[Column, ...]
    open_prefixes: tuple[tuple[str, Type], ...] = ()

    def checked(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` itself if it has exactly these columns; raises ValueError that lists every difference."""
        wrong = [f"no column {c.name}" for c in self.columns if c.name not in frame.columns]
        declared = {c.name: c for c in self.columns}
        for name, dtype in frame.schema.items():
            column = declared.get(name)
            expected = column.dtype if column else self._open_type(name)
            if expected is None:
                wrong.append(f"unknown column {name}")
            elif dtype != expected:
                wrong.append(f"{name} is {dtype}, expected {expected}")
            elif frame[name].null_count() and not (column.nullable if column else True):
                wrong.append(f"{name} has {frame[name].null_count()} nulls")
            elif dtype.is_float() and not frame[name].drop_nulls().is_finite().all():
                wrong.append(f"{name} has values that are not finite")
        if wrong:
            raise ValueError(f"table {self.name}: " + "; ".join(wrong))
        return frame

    def _open_type(self, name: str) -> Type | None:
        return next((dtype for prefix, dtype in self.open_prefixes if name.startswith(prefix)), None)
