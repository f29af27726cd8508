"""CSV tables to nodes that know where they stand: the header names the fields, each row is one thing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from quayline.base.errors import Fault
from quayline.scenario.grammar import Shape, closest, nearest
from quayline.scenario.provenance import KEYS
from quayline.scenario.yaml_map import MAX_SCALAR_CHARS, Node

MAX_ROWS = 100_000
MAX_COLUMNS = 200

_LINE_END = re.compile(r"\r\n|\n|\r")
_CELL = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?=,|$)|([^",]*)(?=,|$)')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Cells = list[tuple[int, str]]  # (column, text) of each cell of a line


@dataclass(frozen=True)
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
    return _Reader(file, shape.item, faults).table(text)


class _Reader:
    def __init__(self, file: str, item: Shape, faults: list[Fault]):
        self.file = file
        self.item = item
        self.known = item.all_keys()
        self.faults = faults
        self.header: list[str] = []  # the field of each column, '' for one that is blamed
        self.misspelt: set[str] = set()  # fields that are there in a way: not blamed as lacking

    def _fault(self, line: int, column: int, message: str) -> None:
        self.faults.append(Fault(self.file, line, column, "", message))

    def table(self, text: str) -> Table | None:
        if found := _CONTROL.search(text):
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            self._fault(line, column, "expected a CSV table, got control characters")
            return None
        lines = [(number, line) for number, line in enumerate(_LINE_END.split(text), 1) if line.strip()]
        if not lines:
            self._fault(1, 1, "expected a header and rows, got an empty file")
            return None
        if len(lines) > MAX_ROWS + 1:
            self._fault(MAX_ROWS + 2, 1, f"expected at most {MAX_ROWS} rows, got {len(lines) - 1}")
            return None
        top = lines[0][0]
        if not self._read_header(*lines[0]):
            return None
        if len(lines) == 1:
            self._fault(top, 1, "expected at least one row below the header, got none")
            return None
        rows = [row for number, line in lines[1:] if (row := self._row(number, line)) is not None]
        if not self.item.identity:  # else the reading of the list compares the identities
            self._refuse_twins(rows)
        lacking = frozenset(self.item.required) - set(self.header)
        for key in sorted(lacking - self.misspelt):
            about = self.item.keys[key].description
            self._fault(top, 1, f"expected a column {key!r}" + (f" ({about})" if about else "") + ", got none")
        return Table(Node((self.file, top, 1), rows), lacking) if rows else None

    def _cells(self, number: int, line: str) -> Cells | None:
        """The cells of a line with their columns; commas separate, quotes enclose, no line break in quotes."""
        cells: Cells = []
        at = 0
        while True:
            match = _CELL.match(line, at)
            if match is None:
                column = line.index('"', at) + 1
                self._fault(number, column, "expected a quote to open, close and fill a whole cell")
                return None
            quoted, plain = match.groups()
            content = plain.strip() if quoted is None else quoted.replace('""', '"').strip()
            if len(content) > MAX_SCALAR_CHARS:
                self._fault(number, at + 1, f"expected at most {MAX_SCALAR_CHARS} characters in a cell")
                return None
            lead = len(match[0]) - len(match[0].lstrip())
            cells.append((at + lead + 1, content))
            if len(cells) > MAX_COLUMNS:
                self._fault(number, at + lead + 1, f"expected at most {MAX_COLUMNS} cells in a line")
                return None
            if match.end() == len(line):
                return cells
            at = match.end() + 1

    def _read_header(self, number: int, line: str) -> bool:
        """Whether the header tells what every column is; an unknown column is blamed but not fatal."""
        for other, name in ((";", "semicolons"), ("\t", "tabs")):
            if other in line and "," not in line:
                column = line.index(other) + 1
                self._fault(number, column, f"expected commas between the columns, got {name}")
                return False
        cells = self._cells(number, line)
        if cells is None:
            return False
        readable = True
        for column, name in cells:
            if not name or name in self.header:
                told = f"the column {name!r} stands here twice" if name else "expected a name above every column"
                self._fault(number, column, told)
                readable = False
            message = self._column(name) if name else ""
            if message:
                self._fault(number, column, message)
            self.header.append("" if message else name)
        if "kind" not in self.known and "source" in self.header and "kind" not in self.header:
            column = cells[self.header.index("source")][0]
            self._fault(number, column, "expected a column 'kind' beside 'source', got none")
            readable = False
        return readable

    def _column(self, name: str) -> str:
        """What is wrong with a column of this name, or ''."""
        if name not in self.known and name not in KEYS:
            self.misspelt.update(closest(name, self.known))
            return f"unknown column {name!r}, expected {', '.join(self.known)}{nearest(name, self.known)}"
        if name in self.known and self.known[name].form in ("thing", "choice", "list"):
            self.misspelt.add(name)
            return f"{name!r} is no single value and cannot be a column: write these items in YAML"
        return ""

    def _row(self, number: int, line: str) -> Node | None:
        cells = self._cells(number, line)
        if cells is None:
            return None
        if len(cells) != len(self.header):
            column = cells[len(self.header)][0] if len(cells) > len(self.header) else len(line.rstrip()) + 1
            self._fault(number, column, f"expected {len(self.header)} cells, got {len(cells)}")
            return None
        values: dict[str, Node] = {}
        grounds: dict[str, Node] = {}
        gaps = {}
        for name, (column, text) in zip(self.header, cells, strict=True):
            place = (self.file, number, column)
            if name and text:
                (values if name in self.known else grounds)[name] = Node(place, text, text, key=place)
            elif name:
                gaps[name] = place
        if not values:
            self._fault(number, 1, "expected values in the row, got empty cells only")
            return None
        if grounds:
            values["provenance"] = Node(next(iter(grounds.values())).place, grounds)
        return Node((self.file, number, 1), values, gaps=gaps)

    def _refuse_twins(self, rows: list[Node]) -> None:
        first: dict[tuple[tuple[str, str], ...], int] = {}
        for row in rows:
            assert isinstance(row.value, dict)
            content = tuple((name, cell.text) for name, cell in row.value.items())
            line = first.setdefault(content, row.place[1])
            if line != row.place[1]:
                self._fault(row.place[1], 1, f"the same row stands in line {line}")
