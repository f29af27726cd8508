"""Feature 18: a run goes out as CSV and back without loss; who made what is logged; a party sees its own."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from quayline.base.errors import RunError
from quayline.store.spreadsheet import COLUMNS, export_csv, read_csv
from quayline.study.party import BY_CAR, view


def test_every_table_goes_out_and_comes_back(finished, tmp_path):
    """Same tables, same columns and types, same values to the last bit."""
    export_csv(finished, tmp_path / "out")
    back = read_csv(tmp_path / "out")
    stored = {
        f"{path.parent.name}.{path.stem}"
        for path in finished.path.rglob("*.parquet")
        if not path.parent.name[-1].isdigit()
    }
    assert set(back) == stored
    for name, frame in back.items():
        stage, table = name.split(".")
        assert frame.schema == finished.table(stage, table).schema, name
        assert frame.equals(finished.table(stage, table)), name


def test_every_column_is_explained(finished, tmp_path):
    """Columns outside the schemas are only those of the shops."""
    export_csv(finished, tmp_path / "out")
    listed = pl.read_csv(tmp_path / "out" / COLUMNS)
    dark = listed.filter(pl.col("meaning").fill_null("") == "")
    assert listed.height > 150
    assert all(name.startswith(("in_", "out_")) for name in dark["column"])


def test_a_changed_export_is_not_read_in_silence(finished, tmp_path):
    """A value of another type is an error, and so is a missing file."""
    export_csv(finished, tmp_path / "out", ["money"])
    path = tmp_path / "out" / "money.settlement.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1].rsplit(",", 1)[0] + ",much", *lines[2:]]))
    with pytest.raises(RunError, match="cannot be read"):
        read_csv(tmp_path / "out")
    path.unlink()
    with pytest.raises(RunError, match="cannot be read"):
        read_csv(tmp_path / "out")


def test_the_command(finished, tmp_path, quayline):
    """One stage alone; a folder that is there is left alone; a stage that is none is named."""
    assert quayline("export", finished.path, tmp_path / "a", "--stage", "ledger").code == 0
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == [COLUMNS, "ledger.orders.csv"]
    again = quayline("export", finished.path, tmp_path / "a")
    assert again.code == 2
    assert "is there already" in again.err
    wrong = quayline("export", finished.path, tmp_path / "b", "--stage", "legder")
    assert wrong.code == 2
    assert "legder" in wrong.err


def test_what_makes_or_asks_a_run_is_in_the_log(starter, tmp_path, quayline):
    """A run, the same run again (nothing was made), a run made again, a re-plan; overlays and settings are told."""
    run = quayline("run", starter, "--out", tmp_path, "--set", "plant.availability_share=84%", "--json")
    folder = Path(json.loads(run.out.splitlines()[-1])["run"])
    quayline("run", starter, "--out", tmp_path, "--set", "plant.availability_share=84%")
    quayline("run", starter, "--out", tmp_path, "--set", "plant.availability_share=84%", "--fresh")
    quayline("replan", folder, "--on", "2026-03-02", "--set", "plant.overtime.shift=0 h")
    told = quayline("log", "--out", tmp_path, "--json")
    assert told.code == 0
    made, again, asked = json.loads(told.out)["entries"]
    assert [one["what"] for one in (made, again, asked)] == ["run", "run", "replan on 2026-03-02"]
    assert {one["subject"] for one in (made, again, asked)} == {folder.name}
    assert made["changes"] == ["plant.availability_share=84%"]
    assert asked["changes"] == ["plant.overtime.shift=0 h"]
    assert made["before"] == ""
    assert made["after"] == again["before"] == again["after"] == asked["before"] != asked["after"]


def test_a_run_that_is_not_as_its_log_says_is_named(starter, tmp_path, quayline):
    """Changed, its line cut off, or gone: exit code 1."""
    run = quayline("run", starter, "--out", tmp_path, "--json")
    folder = Path(json.loads(run.out.splitlines()[-1])["run"])
    assert quayline("log", "--out", tmp_path).code == 0
    log, lines = tmp_path / "log.jsonl", (tmp_path / "log.jsonl").read_text()
    log.write_text("")
    assert "no line says who made it" in quayline("log", "--out", tmp_path).err
    log.write_text(lines)
    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(manifest.replace('"seed": 1', '"seed": 2'))
    answer = quayline("log", "--out", tmp_path)
    assert answer.code == 1
    assert f"{folder.name}: not as the log knows it" in answer.err
    shutil.rmtree(folder)
    assert "no longer there" in quayline("log", "--out", tmp_path).err


def _seen(finished, party, change=lambda name, frame: frame):
    """All that a party may see, of the run's tables after a change."""
    look = view(finished, party)
    tables = {
        f"{path.parent.name}.{path.stem}": pl.read_parquet(path)
        for path in sorted(finished.path.rglob("*.parquet")) if not path.parent.name[-1].isdigit()
    }  # fmt: skip
    shown = {name: look(name, change(name, frame)) for name, frame in tables.items()}
    return {name: frame for name, frame in shown.items() if frame is not None}


@pytest.mark.parametrize("party", ["northwind", "lakeside", "haulier"])
def test_a_party_sees_what_it_pays_and_receives_to_the_cent(finished, party):
    """Its cars' amounts are its rows of the settlement; no row is of two others."""
    shown = _seen(finished, party)
    settled = shown["money.settlement"]
    assert settled.height
    assert ((settled["payer"] == party) | (settled["payee"] == party)).all()
    cars = shown.get("money.cars", pl.DataFrame())
    for column in [name for name in cars.columns if name.endswith("_usd") and name not in ("fee_usd", "price_usd")]:
        paid = settled.filter(pl.col("payer") == party, pl.col("item") == column.removesuffix("_usd"))
        assert round(float(cars[column].sum()), 2) == round(float(paid["usd"].sum()), 2), column
    assert ("money.cars" in shown) == (party != "haulier")


def test_what_a_party_sees_tells_nothing_of_the_others(finished):
    """Whatever others pay, earn and build may change: the brand sees the same."""

    def changed(name, frame):
        if name == "money.settlement":
            others = (pl.col("payer") != "northwind") & (pl.col("payee") != "northwind")
            return frame.with_columns(pl.when(others).then(pl.col("usd") * 2).otherwise(pl.col("usd")).alias("usd"))
        if name == "money.cars":
            hidden = ["labour_usd", "energy_usd", "overhead_usd", "warranty_usd", "landed_usd", "margin_usd"]
            return frame.with_columns(pl.col(*hidden) * 3)
        if name == "ledger.orders":
            return frame.with_columns(pl.col("landed_usd", "margin_usd") * 3)
        if "order_id" in frame.columns:
            foreign = finished.table("ledger", "orders").filter(pl.col("model") != "volt")["order_id"].to_list()
            return frame.filter(~pl.col("order_id").is_in(foreign))
        return frame.clear()

    before, after = _seen(finished, "northwind"), _seen(finished, "northwind", changed)
    assert set(before) == set(after)
    assert all(before[name].equals(after[name]) for name in before)
    assert set(before["ledger.orders"]["model"]) == {"volt"}


def test_the_command_exports_for_a_party(finished, tmp_path, quayline):
    """Only tables of its cars and its settlement; a party that is none is named with those that are."""
    assert quayline("export", finished.path, tmp_path / "a", "--for", "northwind").code == 0
    assert set(read_csv(tmp_path / "a")) == {*BY_CAR, "money.settlement"}
    wrong = quayline("export", finished.path, tmp_path / "b", "--for", "nordwind")
    assert wrong.code == 2
    assert "expected northwind, lakeside" in wrong.err
