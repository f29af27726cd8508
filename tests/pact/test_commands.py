"""`quayline pact export` and `check` as a user calls them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.pact.required import footprint

if TYPE_CHECKING:
    from pathlib import Path


def test_export_and_check_what_was_exported(quayline: Any, finished: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = quayline("pact", "export", finished.path, "--out", out)
    assert answer.code == 0
    assert "Volt 60 kWh" in answer.out
    checked = quayline("pact", "check", out / "footprints.json", "--json")
    told = json.loads(checked.out)
    assert (checked.code, told["faults"]) == (0, [])
    assert [one["productNameCompany"] for one in told["footprints"]] == ["Volt 60 kWh"]
    again = quayline("pact", "export", finished.path, "--out", out)
    assert again.code == 2
    assert "is there already" in again.err
    listed = json.loads(quayline("pact", "export", finished.path, "--out", tmp_path / "more", "--json").out)
    assert listed["ids"] == [one["id"] for one in told["footprints"]]


def test_check_tells_every_fault_and_ends_in_2(quayline: Any, tmp_path: Path) -> None:
    file = tmp_path / "cells.json"
    file.write_text(json.dumps(footprint(fossilGhgEmissions=1.5, created="yesterday")))
    answer = quayline("pact", "check", file)
    assert answer.code == 2
    assert f"{file}: created: expected a time" in answer.err
    assert f"{file}: pcf.fossilGhgEmissions: expected a decimal as text" in answer.err
    assert "2 faults" in answer.err
    file.write_text(json.dumps(footprint(status="Deprecated")))
    good = quayline("pact", "check", file)
    assert (good.code, good.err) == (0, "")
    assert "52.5 kgCO2e for 1 kilowatt hour" in good.out
    assert "remark: status" in good.out


def test_a_folder_that_is_no_run(quayline: Any, tmp_path: Path) -> None:
    answer = quayline("pact", "export", tmp_path)
    assert answer.code == 2
    assert "no finished run" in answer.err
