"""CSV tables to nodes that know where they stand: the header names the fields, each row is one thing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from quayline.base.errors import Fault
from quayline.scenario.grammar import Shape, nearest
from quayline.scenario.provenance import KEYS
from quayline.scenario.yaml_map import MAX_SCALAR_CHARS, Node

MAX_ROWS = 100_000

_LINE_END = re.compile(r"\r\n|\n|\r")
_CELL = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?=,|$)|([^",]*)(?=,|$)')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Cells = list[tuple[int, str]]  # (column, text) of each cell of a line


@dataclass
class Table:
    """The rows of a table, and the required columns that its header lacks (blamed once, not per row)."""

    rows: Node
    lacking: frozenset[str]


def read_table(text: str, file: str, shape: Shape, faults: list[Fault]) -> Table | None:
    """The table `text` as a list node of the things that `shape` expects.

    None where a fault, appended to `faults`, leaves no rows to read. A cell is text; an empty one is absent.
    Columns of `provenance.KEYS` that are no field of the row state what the row's figures rest on.
    """
    assert shape.item is not None
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
        faults.append(Fault(file, line, column, "", "expected a CSV table, got control characters"))
        return None
    lines = [(number, line) for number, line in enumerate(_LINE_END.split(text), 1) if line.strip()]
    if not lines:
        faults.append(Fault(file, 1, 1, "", "expected a header and rows, got an empty file"))
        return None
    if len(lines) > MAX_ROWS + 1:
        faults.append(
            Fault(file, MAX_ROWS + 2, 1, "", f"expected at most {MAX_ROWS} rows, got {len(lines) - 1}")
        )
        return None
    header = _header(*lines[0], file, shape.item, faults)
    if header is None:
        return None
    if len(lines) == 1:
        faults.append(Fault(file, lines[0][0], 1, "", "expected at least one row below the header, got none"))
        return None
    rows = [_row(number, line, file, header, faults) for number, line in lines[1:]]
    if not shape.item.identity:  # else the reading of the list compares the identities
        _refuse_twins(rows, faults)
    lacking = frozenset(set(shape.item.required) - set(header))
    for key in sorted(lacking):
        message = f"expected a column {key!r} ({shape.item.keys[key].description or 'required'}), got none"
        faults.append(Fault(file, lines[0][0], 1, "", message))
    return Table(Node((file, lines[0][0], 1), [row for row in rows if row is not None]), lacking)


def _cells(number: int, line: str, file: str, faults: list[Fault]) -> Cells | None:
    """The cells of a line with their columns; commas separate, quotes enclose, no line break in quotes."""
    cells: Cells = []
    at = 0
    while True:
        match = _CELL.match(line, at)
        if match is None:
            column = line.index('"', at) + 1
            faults.append(
                Fault(file, number, column, "", "expected a quote to open, close and fill a whole cell")
            )
            return None
        quoted, plain = match.groups()
        content = plain.strip() if quoted is None else quoted.replace('""', '"').strip()
        if len(content) > MAX_SCALAR_CHARS:
            faults.append(
                Fault(file, number, at + 1, "", f"expected at most {MAX_SCALAR_CHARS} characters in a cell")
            )
            return None
        lead = len(match[0]) - len(match[0].lstrip())
        cells.append((at + lead + 1, content))
        if match.end() == len(line):
            return cells
        at = match.end() + 1


def _header(number: int, line: str, file: str, item: Shape, faults: list[Fault]) -> list[str] | None:
    """The field of each column, '' for one that is blamed; None where the table cannot be read."""
    for other, name in ((";", "semicolons"), ("\t", "tabs")):
        if other in line and "," not in line:
            message = f"expected commas between the columns, got {name}"
            faults.append(Fault(file, number, line.index(other) + 1, "", message))
            return None
    cells = _cells(number, line, file, faults)
    if cells is None:
        return None
    known = item.all_keys()
    header: list[str] = []
    for column, name in cells:
        message = ""
        if not name:
            message = "expected a name above every column, got an empty cell"
        elif name in header:
            message = f"the column {name!r} stands here twice"
        elif name not in known and name not in KEYS:
            message = f"unknown column {name!r}, expected {', '.join(known)}{nearest(name, [*known, *KEYS])}"
        elif name in known and known[name].form in ("thing", "choice", "list"):
            message = f"{name!r} is no single value and cannot be a column: write these items in YAML"
        if message:
            faults.append(Fault(file, number, column, "", message))
        header.append("" if message else name)
    if "kind" not in known and "source" in header and "kind" not in header:
        column = cells[header.index("source")][0]
        faults.append(Fault(file, number, column, "", "expected a column 'kind' beside 'source', got none"))
    return header


def _row(number: int, line: str, file: str, header: list[str], faults: list[Fault]) -> Node | None:
    cells = _cells(number, line, file, faults)
    if cells is None:
        return None
    if len(cells) != len(header):
        column = cells[len(header)][0] if len(cells) > len(header) else len(line.rstrip()) + 1
        faults.append(Fault(file, number, column, "", f"expected {len(header)} cells, got {len(cells)}"))
        return None
    values: dict[str, Node] = {}
    gaps = {}
    for name, (column, text) in zip(header, cells, strict=True):
        if name and text:
            values[name] = Node((file, number, column), text, text, key=(file, number, column))
        elif name:
            gaps[name] = (file, number, column)
    if not values:
        faults.append(Fault(file, number, 1, "", "expected values in the row, got empty cells only"))
        return None
    return Node((file, number, 1), values, gaps=gaps)


def _refuse_twins(rows: list[Node | None], faults: list[Fault]) -> None:
    first: dict[tuple[tuple[str, str], ...], int] = {}
    for row in rows:
        if row is None or not isinstance(row.value, dict):
            continue
        content = tuple((name, cell.text) for name, cell in row.value.items())
        line = first.setdefault(content, row.place[1])
        if line != row.place[1]:
            faults.append(Fault(*row.place, "", f"the same row stands in line {line}"))
