"""Product systems as a plain CSV file: one line an exchange, every fault by its line."""

from __future__ import annotations

import csv
import io
from math import isfinite
from typing import TYPE_CHECKING

from quayline.base.errors import Fault, ScenarioError
from quayline.carbon.system.assemble import assemble
from quayline.carbon.system.model import Exchange, ProductSystem
from quayline.carbon.uncertainty.distributions import FORMS, Distribution
from quayline.scenario.grammar import nearest
from quayline.scenario.provenance import KINDS, NEED_SOURCE

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = ("activity", "role", "item", "amount", "unit", "source", "kind")
OPTIONAL = ("year", "region", "note", "distribution", "low", "high", "spread", "group")
MAX_BYTES = 64_000_000


def read_csv(path: Path) -> ProductSystem:
    """The product system of a file with the columns `NEEDED` and any of `OPTIONAL`; `docs/product_systems.md`.

    Raises ScenarioError with every fault of the lines; if each can be read alone, with those of `assemble`.
    """
    name = path.name
    if path.stat().st_size > MAX_BYTES:
        raise ScenarioError([Fault(name, 0, 0, "", f"expected at most {MAX_BYTES:,} bytes")])
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise ScenarioError([Fault(name, 0, 0, "", f"expected UTF-8 text, byte {fault.start} is none")]) from fault
    faults: list[Fault] = []
    reader = csv.reader(io.StringIO(text), strict=True)
    exchanges = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(name, header, faults)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row = _Row(name, reader.line_num, header, cells, faults)
                exchanges.append(row.exchange())
    except csv.Error as fault:
        faults.append(Fault(name, reader.line_num, 1, "", f"expected a CSV line: {fault}"))
    if not exchanges and not faults:
        faults.append(Fault(name, 1, 1, "", "expected at least one line below the header, got none"))
    if faults:
        raise ScenarioError(faults)
    return assemble(exchanges)


def _check_header(file: str, header: list[str], faults: list[Fault]) -> None:
    known = (*NEEDED, *OPTIONAL)
    for column, name in enumerate(header):
        if name not in known:
            faults.append(Fault(file, 1, 1, "", f"unknown column {name!r}, expected {', '.join(known)}"
                                f"{nearest(name, known)}"))  # fmt: skip
        elif name in header[:column]:
            faults.append(Fault(file, 1, 1, "", f"the column {name!r} stands twice"))
    lacking = [name for name in NEEDED if name not in header]
    if lacking:
        faults.append(Fault(file, 1, 1, "", f"expected the columns {', '.join(NEEDED)}; missing: {', '.join(lacking)}"))
    if faults:
        raise ScenarioError(faults)


class _Row:
    """One line; what is wrong with it goes to `faults`."""

    def __init__(self, file: str, line: int, header: list[str], cells: list[str], faults: list[Fault]):
        self.file, self.line, self.faults = file, line, faults
        self.cells = dict.fromkeys((*NEEDED, *OPTIONAL), "")
        self.cells |= {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        if len(cells) != len(header):
            self._blame(f"expected {len(header)} cells, got {len(cells)}")

    def _blame(self, message: str) -> None:
        self.faults.append(Fault(self.file, self.line, 1, self.cells["activity"], message))

    def exchange(self) -> Exchange:
        cells = self.cells
        for name in ("activity", "role", "item"):
            if not cells[name]:
                self._blame(f"expected a value in the column {name!r}, got none")
        if cells["role"] == "makes" and not cells["kind"]:
            pass  # what the other lines are for is a choice, not a figure
        elif cells["kind"] not in KINDS:
            self._blame(f"expected {', '.join(KINDS)} as kind, got {cells['kind']!r}{nearest(cells['kind'], KINDS)}")
        elif cells["kind"] in NEED_SOURCE and not cells["source"]:
            self._blame(f"a figure that is {cells['kind']} needs its source")
        amount = self._number("amount")
        year = self._number("year") if cells["year"] else None
        if year is not None and year != int(year):
            self._blame(f"expected a year, got {cells['year']!r}")
        return Exchange(
            cells["activity"], cells["role"], cells["item"], amount, cells["unit"], cells["source"],  # type: ignore[arg-type]  # assemble judges the role
            cells["kind"], None if year is None else int(year), cells["region"], self._distribution(amount),
            self.file, self.line,
        )  # fmt: skip

    def _number(self, name: str) -> float:
        try:
            value = float(self.cells[name])
        except ValueError:
            value = float("nan")
        if not isfinite(value):
            self._blame(f"expected a finite number in the column {name!r}, got {self.cells[name]!r}")
            return 1.0
        return value

    def _distribution(self, amount: float) -> Distribution | None:
        cells = self.cells
        form, given = cells["distribution"], [n for n in ("low", "high", "spread") if cells[n]]
        if not form:
            if given or cells["group"]:
                self._blame(f"{', '.join(given) or 'a group'} without a distribution: expected {', '.join(FORMS)}")
            return None
        if form not in FORMS:
            self._blame(f"expected {', '.join(FORMS)} as distribution, got {form!r}{nearest(form, FORMS)}")
            return None
        figures = {name: self._number(name) for name in given}
        try:
            return Distribution(form, amount, **figures, group=cells["group"])  # type: ignore[arg-type]  # a form of FORMS
        except ValueError as fault:
            self._blame(str(fault))
            return None
