"""Files that a scenario must refuse or take: bytes, links, sizes, line endings, several faults at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from quayline.base.errors import Fault, ScenarioError
from quayline.scenario import folder as folders
from quayline.scenario import tables, yaml_map
from quayline.scenario.loader import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def faults_of(folder: Path | str, overrides: Mapping[str, str] | None = None) -> tuple[Fault, ...]:
    """The faults that loading raises."""
    with pytest.raises(ScenarioError) as caught:
        load(folder, overrides)
    return caught.value.faults


def check_only_fault(folder: Path | str, place: tuple[str, int, int], words: str) -> None:
    """One fault, there, saying that."""
    faults = faults_of(folder)
    assert [(f.file, f.line, f.column) for f in faults] == [place], "\n".join(map(str, faults))
    assert words in faults[0].message


def test_no_such_folder(tmp_path: Path) -> None:
    check_only_fault(tmp_path / "none", (str(tmp_path / "none"), 0, 0), "expected a folder with a scenario")


def test_unknown_name_of_a_shipped_scenario() -> None:
    check_only_fault("no-such-scenario", ("no-such-scenario", 0, 0), "expected a folder or one of")


def test_a_folder_without_yaml(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing here")
    faults = faults_of(tmp_path)
    assert faults[0].message.startswith("expected at least one .yaml file")
    assert len(faults) == 1


@pytest.mark.parametrize("content", [b"", b"# only a comment\n", b"---\n...\n", b"null\n"])
def test_empty_yaml_file(starter: Path, content: bytes) -> None:
    (starter / "extra.yaml").write_bytes(content)
    check_only_fault(starter, ("extra.yaml", 1, 1), "got an empty file")


@pytest.mark.parametrize("content", [b"", b"\n\r\n", b"\xef\xbb\xbf"])
def test_empty_table(starter: Path, content: bytes) -> None:
    (starter / "demand.csv").write_bytes(content)
    check_only_fault(starter, ("demand.csv", 1, 1), "got an empty file")


def test_table_without_rows(starter: Path) -> None:
    (starter / "demand.csv").write_text("market,variant,month,cars\n")
    check_only_fault(starter, ("demand.csv", 1, 1), "at least one row")


def test_list_at_the_top(starter: Path) -> None:
    (starter / "extra.yaml").write_text("- a\n- b\n")
    check_only_fault(starter, ("extra.yaml", 1, 1), "expected a mapping of sections, got a list")


def test_binary_yaml(starter: Path) -> None:
    (starter / "extra.yaml").write_bytes(b"a: \x00\x01\x02\x03")
    check_only_fault(starter, ("extra.yaml", 1, 1), "no valid YAML")


def test_binary_table(starter: Path) -> None:
    (starter / "demand.csv").write_bytes(b"market,variant\nPK\x03\x04,x\n")
    check_only_fault(starter, ("demand.csv", 2, 3), "control characters")


def test_latin_1_yaml(starter: Path) -> None:
    (starter / "extra.yaml").write_bytes("a: 1\ntitle: Zürich\n".encode("latin-1"))
    check_only_fault(starter, ("extra.yaml", 2, 9), "expected text in UTF-8, got the byte 0xfc")


def test_utf_16_table(starter: Path) -> None:
    (starter / "demand.csv").write_bytes("market,variant\n".encode("utf-16"))
    check_only_fault(starter, ("demand.csv", 1, 1), "expected text in UTF-8, got the byte 0xff")


def test_link_to_a_table_outside(starter: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    (starter / "demand.csv").rename(outside)
    (starter / "demand.csv").symlink_to(outside)
    faults = faults_of(starter)
    assert [(f.file, f.line) for f in faults] == [("markets.yaml", 33)]
    assert "leads out of the scenario's folder" in faults[0].message


def test_link_to_yaml_outside(starter: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    (starter / "quality.yaml").rename(outside)
    (starter / "quality.yaml").symlink_to(outside)
    check_only_fault(starter, ("quality.yaml", 0, 0), "leads out of the scenario's folder")


def test_link_within_the_folder_is_read(starter: Path) -> None:
    (starter / "tables").mkdir()
    (starter / "demand.csv").rename(starter / "tables" / "demand.csv")
    (starter / "demand.csv").symlink_to("tables/demand.csv")
    assert len(load(starter).demand) == 13


def test_links_in_a_circle(starter: Path) -> None:
    (starter / "extra.yaml").symlink_to("extra.yaml")
    faults = faults_of(starter)
    assert [f.file for f in faults] == ["extra.yaml"]


def test_pipe_is_not_waited_for(starter: Path) -> None:
    os.mkfifo(starter / "extra.yaml")
    check_only_fault(starter, ("extra.yaml", 0, 0), "is no regular file")


def test_alias_bomb(starter: Path) -> None:
    layers = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    layers += [f"{b}: &{b} [{', '.join(['*' + a] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    (starter / "extra.yaml").write_text("\n".join(layers))
    check_only_fault(starter, ("extra.yaml", 1, 4), "anchors and aliases are not accepted")


def test_file_too_large(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_FILE_BYTES", 3900)
    faults = faults_of(starter)
    assert {f.file for f in faults} == {"plant.yaml"}
    assert "at most 3900 are accepted" in faults[0].message


def test_too_many_values(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_map, "MAX_NODES", 300)
    assert any("more than 300 values in one file" in f.message for f in faults_of(starter))


def test_too_many_rows(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 12)
    check_only_fault(starter, ("demand.csv", 14, 1), "expected at most 12 rows, got 13")


def test_too_many_files(starter: Path) -> None:
    for number in range(folders.MAX_FILES):
        (starter / f"z{number}.yaml").write_text(f"note{number}: x\n")
    assert any("expected at most 200 .yaml files" in f.message for f in faults_of(starter))


def test_a_list_is_no_column(starter: Path) -> None:
    (starter / "ratios.csv").write_text("id,cars,at_most,of,priority\na,x,1,2,high\n")
    text = (starter / "vehicles.yaml").read_text()
    cut = text.index("    ratios:")
    (starter / "vehicles.yaml").write_text(text[:cut] + "    ratios: {table: ratios.csv}\n")
    faults = faults_of(starter)
    assert (faults[0].file, faults[0].line, faults[0].column) == ("ratios.csv", 1, 4)
    assert "is no single value" in faults[0].message


def test_a_table_for_plain_values_is_refused(starter: Path) -> None:
    text = (starter / "plant.yaml").read_text()
    (starter / "plant.yaml").write_text(text.replace("[mon, tue, wed, thu, fri]", "{table: days.csv}"))
    check_only_fault(starter, ("plant.yaml", 14, 15), "expected a list, got a mapping")


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_bom_and_line_endings_change_nothing(starter: Path, bom: bytes, end: bytes) -> None:
    before = load(starter)
    for file in starter.glob("*.*"):
        file.write_bytes(bom + file.read_bytes().replace(b"\n", end))
    after = load(starter)
    assert after.model_dump() == before.model_dump()
    assert after.figures == before.figures


def test_faults_keep_their_places_in_dos_files(starter: Path) -> None:
    rows = (starter / "demand.csv").read_bytes().replace(b"2026-03,60", b"2026-03,many")
    (starter / "demand.csv").write_bytes(b"\xef\xbb\xbf" + rows.replace(b"\n", b"\r\n"))
    check_only_fault(starter, ("demand.csv", 8, 22), "expected a whole number, got 'many'")


def test_every_fault_of_every_file_at_once(starter: Path) -> None:
    breaks = {
        "plant.yaml": [("speed: 8 cars/h", "speed: 8 kg"), ("headcount: 400", "headcont: 400")],
        "quality.yaml": [("launches: [volt]", "launches: [volt")],  # syntax: nothing else of this file is known
        "demand.csv": [("2026-03,60", "2026-03,-60"), ("home,volt-60,2026-04,90\n", "home,volt-60\n")],
        "prices.csv": [("36500 USD/car", "36500 USD")],
        "carbon.yaml": [("year: 2030, factor", "year: 2030, faktor"), ("life_years: 15", "life_years: 0")],
        "scenario.yaml": [("start: 2026-01-05", "start: soon")],
    }
    for file, changes in breaks.items():
        text = (starter / file).read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (starter / file).write_text(text)
    faults = faults_of(starter)
    assert [(f.file, f.line) for f in faults] == [
        ("carbon.yaml", 9), ("carbon.yaml", 42), ("demand.csv", 8), ("demand.csv", 9), ("plant.yaml", 10),
        ("plant.yaml", 30), ("prices.csv", 3), ("quality.yaml", 39), ("scenario.yaml", 20),
    ]  # fmt: skip


def test_a_refused_scenario_leaves_the_folder_as_it_was(starter: Path) -> None:
    (starter / "extra.yaml").write_text("a: &a b\n")
    before = {path.name: path.read_bytes() for path in starter.glob("*.*")}
    assert faults_of(starter)
    assert {path.name: path.read_bytes() for path in starter.glob("*.*")} == before
