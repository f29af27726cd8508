"""Product systems from CSV: units convert, and every fault is told with its line, all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.carbon.system.made import HEADER, ring, written

from quayline.base.errors import ScenarioError
from quayline.carbon.system import intensities, read_csv
from quayline.carbon.system.check import matrix_faults

if TYPE_CHECKING:
    from pathlib import Path

GOOD = (
    "power station,makes,power,10,kWh,,",  # a choice, not a figure: it needs no kind
    "power station,uses,coal,5,kg,,assumed",
    "power station,emits,fossil,10,kgCO2e,,assumed",
    "mine,makes,coal,1,t,a report,published",
    "mine,uses,power,720,MJ,,assumed",
    "mine,emits,fossil,0.1,tCO2e,,assumed",
    "mine,emits,biogenic,20,kgCO2e,,assumed",
)


def _faults(path: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_csv(path)
    return [str(fault) for fault in caught.value.faults]


def test_a_file_is_the_same_as_its_lines(tmp_path: Path) -> None:
    system = read_csv(written(tmp_path, *GOOD))
    assert list(matrix_faults(system)) == []
    assert intensities(system) == pytest.approx(intensities(ring()), rel=1e-14)
    assert (system.exchanges[3].source, system.exchanges[3].kind, system.exchanges[3].line) == (
        "a report", "published", 5,
    )  # fmt: skip


def test_optional_columns_are_kept(tmp_path: Path) -> None:
    header = HEADER.strip() + ",year,region,distribution,low,high,spread,group\n"
    lines = ("a,makes,b,1,kg,,assumed,,,,,,,", "a,emits,fossil,2,kgCO2e,x,published,2023,KR,triangular,1,4,,x")
    row = read_csv(written(tmp_path, *lines, header=header)).exchanges[1]
    assert row.distribution is not None
    assert (row.year, row.region, row.distribution.low, row.distribution.group) == (2023, "KR", 1.0, "x")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("mine,uses,powr,1,kWh,,assumed", "system.csv:9:1: mine: no activity makes 'powr'; did you mean 'power'?"),
        ("mine,uses,power,1,kg,,assumed", "expected 'power' in kWh, got 'kg'"),
        ("mine,makes,ash,1,kg,,assumed", "'mine' makes 'coal' (line 5) and 'ash': an activity makes one product"),
        ("pit,makes,coal,1,kg,,assumed", "'mine' (line 5) makes 'coal' too: a product has one maker"),
        ("pit,makes,peat,-1,kg,,assumed", "expected to make more than 0, got -1 kg"),
        ("pit,uses,coal,1,kg,,assumed", "'pit' makes nothing"),
        ("mine,emits,methane,1,kgCO2e,,assumed", "expected fossil or biogenic as what is emitted, got 'methane'"),
        ("mine,emits,fossil,1,kg,,assumed", "expected 'fossil' in kgCO2e, got 'kg'"),
        ("mine,use,power,1,kWh,,assumed", "expected makes, uses, emits, got 'use'"),
        ("mine,uses,power,1,kWh,,publish", "as kind, got 'publish'; did you mean 'published'?"),
        ("mine,uses,power,1,kWh,,", "as kind, got ''"),
        ("mine,uses,power,1,kWh,,measured", "a figure that is measured needs its source"),
        ("mine,uses,power,one,kWh,,assumed", "expected a finite number in the column 'amount', got 'one'"),
        ("mine,uses,power,nan,kWh,,assumed", "expected a finite number in the column 'amount', got 'nan'"),
        ("mine,uses,power,1,kWh,,assumed,9", "expected 7 cells, got 8"),
        (",uses,power,1,kWh,,assumed", "expected a value in the column 'activity', got none"),
        ("mine,uses,coal,1,t,,assumed", "'mine' uses up all it makes of 'coal': 0 t is left"),
        ("mine,uses,power,5e3,kWh,,assumed", "these use up among themselves all they make: power station, mine"),
        ('mine,uses,"power,1,kWh,,assumed', "expected a CSV line"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    found = _faults(written(tmp_path, *GOOD, line))
    assert any(told in fault for fault in found), found
    assert all(fault.startswith("system.csv:") for fault in found)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    found = _faults(written(tmp_path, *GOOD, "mine,uses,oil,1,kg,,assumed", "pit,makes,coal,0,kg,,assumed"))
    assert len(found) == 3
    found = _faults(written(tmp_path, "a,makes,b,x,kg,,guess", "a,uses,b,y,kg,,assumed"))
    assert len(found) == 3


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("activity,role,item,amount,unit,source\n", "missing: kind"),
        ("activity,role,item,amount,unit,source,kind,kindd\n", "unknown column 'kindd'"),
        ("activity,role,item,amount,unit,source,kind,unit\n", "the column 'unit' stands twice"),
        ("", "missing: activity"),
    ],
)
def test_a_header_that_does_not_fit_is_told(tmp_path: Path, header: str, told: str) -> None:
    assert any(told in fault for fault in _faults(written(tmp_path, *GOOD, header=header)))


def test_what_is_no_table_is_told(tmp_path: Path) -> None:
    assert _faults(written(tmp_path)) == ["system.csv:1:1: expected at least one line below the header, got none"]
    assert "'a' makes nothing" in _faults(written(tmp_path, "a,uses,b,1,kg,,assumed"))[0]
    path = tmp_path / "system.csv"
    path.write_bytes(b"activity,\xff")
    assert _faults(path) == ["system.csv: expected UTF-8 text, byte 9 is none"]
    header = HEADER.strip() + ",distribution,low,high\n"
    told = _faults(written(tmp_path, "a,makes,b,1,kg,,assumed,triangular,2,3", header=header))
    assert told == ["system.csv:2:1: a: triangular needs low <= value <= high, got 2, 1, 3"]
    told = _faults(written(tmp_path, "a,makes,b,1,kg,,assumed,,2,3", header=header))
    assert "without a distribution" in told[0]
