"""Runs on disk: stages appear whole, a stopped run keeps them, damage is seen."""

import os

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quayline.base.errors import RunError
from quayline.records import schemas
from quayline.records.stages import Balance
from quayline.store.codec import read_record, write_record
from quayline.store.folder import RunFolder, Workshop, find_runs


def balance(people=7):
    """A small record of the right columns."""
    frames = {
        name: pl.DataFrame(schema={c.name: c.dtype for c in schema.columns}) for name, schema in schemas.BALANCE.items()
    }
    frames["crews"] = pl.DataFrame(
        {"mode_idx": [0], "people_per_shift": [people], "num_shifts": [2], "people": [2 * people],
         "usd_per_line_h": [100.0]},
        schema={c.name: c.dtype for c in schemas.BALANCE["crews"].columns},
    )  # fmt: skip
    return Balance(**frames)


def fail():
    """A stage that stops half way."""
    raise KeyboardInterrupt


def finished(tmp_path, name="run"):
    """A finished run with one stage and its scenario's file."""
    workshop = Workshop(tmp_path, name)
    with workshop.opened():
        workshop.put_files("scenario", (("a.yaml", b"quayline: 1\n"),))
        workshop.keep("balance", balance)
        return RunFolder(workshop.finish({"seed": 1}, {"wall_s": 0.0}))


@given(people=st.integers(0, 10**6))
def test_a_record_comes_back_as_it_was_written(people, tmp_path_factory):
    """Codec: write, read, equal; and the same record gives the same bytes."""
    folders = [tmp_path_factory.mktemp("record") for _ in range(2)]
    for folder in folders:
        write_record(balance(people), folder)
    again = read_record("balance", folders[0])
    assert again.crews.equals(balance(people).crews)
    for path in folders[0].iterdir():
        assert path.read_bytes() == (folders[1] / path.name).read_bytes()


def test_a_finished_stage_is_not_computed_again(tmp_path):
    """The second call brings the record from disk."""
    workshop = Workshop(tmp_path, "run")
    with workshop.opened():
        assert workshop.keep("balance", balance)[1] is False
    with workshop.opened():
        record, was_kept = workshop.keep("balance", fail)
    assert was_kept
    assert record.crews["people"].to_list() == [14]


def test_a_stopped_stage_leaves_nothing(tmp_path):
    """No folder of a stage that did not end, and no run."""
    workshop = Workshop(tmp_path, "run")
    with pytest.raises(KeyboardInterrupt), workshop.opened():
        workshop.keep("balance", fail)
    assert not (workshop.path / "balance").exists()
    assert find_runs(tmp_path) == []


def test_a_stage_cut_off_while_it_is_written_is_made_again(tmp_path):
    """What a killed process left half written is not taken for a stage."""
    workshop = Workshop(tmp_path, "run")
    with workshop.opened():
        (workshop.path / ".balance.making").mkdir()
        (workshop.path / ".balance.making" / "crews.parquet").write_bytes(b"half")
        _, was_kept = workshop.keep("balance", balance)
    assert not was_kept
    assert not (workshop.path / ".balance.making").exists()


def test_two_processes_do_not_share_a_workshop(tmp_path):
    """The second one is told, and changes nothing."""
    first, second = Workshop(tmp_path, "run"), Workshop(tmp_path, "run")
    with first.opened(), pytest.raises(RunError, match="another process"), second.opened():
        pass


def test_a_finished_run_is_found_and_undamaged(tmp_path):
    """Manifest, digest of every file, list of runs."""
    run = finished(tmp_path)
    assert run.damages() == []
    assert set(run.manifest["files"]) >= {"scenario/a.yaml", "balance/crews.parquet"}
    assert [r.path for r in find_runs(tmp_path)] == [run.path]


def test_every_damage_is_named(tmp_path):
    """A changed, a missing and an added file."""
    run = finished(tmp_path)
    (run.path / "scenario" / "a.yaml").write_bytes(b"quayline: 2\n")
    os.unlink(run.path / "balance" / "crews.parquet")
    (run.path / "balance" / "more.txt").write_text("?")
    assert sorted(run.damages()) == [
        "balance/crews.parquet: missing", "balance/more.txt: not part of the run",
        "scenario/a.yaml: changed since the run",
    ]  # fmt: skip


def test_the_last_round_counts(tmp_path):
    """`record` brings the stage of the highest round, the tenth after the second."""
    workshop = Workshop(tmp_path, "run")
    with workshop.opened():
        for turn, people in ((1, 1), (2, 2), (10, 10)):
            workshop.keep("balance" if turn == 1 else f"balance-{turn}", lambda people=people: balance(people))
        run = RunFolder(workshop.finish({}, {}))
    assert run.record("balance").crews["people_per_shift"].to_list() == [10]


def test_an_equal_run_replaces_the_older_one(tmp_path):
    """Finishing under a name that is there leaves one whole run."""
    finished(tmp_path)
    run = finished(tmp_path)
    assert run.damages() == []
    assert [p.name for p in tmp_path.iterdir() if p.is_dir()] == ["run"]


@pytest.mark.parametrize("spoil", ["manifest.json", "balance/record.json"])
def test_a_folder_that_is_no_run_is_refused(tmp_path, spoil):
    """Missing pieces give a RunError that names the folder."""
    run = finished(tmp_path)
    os.unlink(run.path / spoil)
    with pytest.raises(RunError, match="run"):
        RunFolder(run.path).record("balance")


def test_a_table_of_other_columns_is_refused(tmp_path):
    """A record whose table does not fit its schema cannot be read."""
    run = finished(tmp_path)
    pl.DataFrame({"people": [1]}).write_parquet(run.path / "balance" / "crews.parquet")
    with pytest.raises(RunError, match="no column mode_idx"):
        run.record("balance")
