"""Feature 18: what a run knows goes out as CSV and comes back without loss."""

import polars as pl
import pytest

from quayline.base.errors import RunError
from quayline.store.spreadsheet import COLUMNS, export_csv, read_csv


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
