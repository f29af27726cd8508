"""The recipe end to end on the starter scenario: whole, proved, repeatable, resumed, told."""

import json
import os
import signal
import subprocess
import sys
import time

import polars as pl
import pytest

from quayline.base.errors import BrokenLawError, RunError
from quayline.records.reasons import WORDS
from quayline.records.stages import RECORDS
from quayline.scenario.loader import load
from quayline.study import execute as execution
from quayline.study.compare import compare
from quayline.study.execute import execute
from quayline.study.verify import verify
from quayline.study.vin import check_digit
from quayline.study.why import find_order, story, why


def sealed(run):
    """The digests of a run's files."""
    return run.manifest["files"]


def test_a_run_holds_every_stage_and_proves_itself(finished):
    """All records are there; all proofs hold from the files alone."""
    proofs = dict(verify(finished))
    assert set(proofs) >= {"files", "tables", "laws", *(stage for stage in RECORDS if stage != "ledger")}
    assert {name: faults for name, faults in proofs.items() if faults} == {}


def test_verify_sees_a_changed_file(starter, tmp_path):
    """One flipped figure in one table is found."""
    run = execute(load(starter), tmp_path)
    path = run.path / "money" / "cars.parquet"
    pl.read_parquet(path).with_columns(pl.col("duty_usd") + 1).write_parquet(path)
    assert dict(verify(run)) == {"files": ["money/cars.parquet: changed since the run"]}


def test_the_same_run_has_the_same_bits(starter, finished, tmp_path):
    """Another folder, another number of threads: equal digests of every file."""
    code = f"import quayline as ql; ql.run(ql.load({str(starter)!r}), {str(tmp_path)!r}, seed=3)"
    env = {**os.environ, "POLARS_MAX_THREADS": "1", "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, env=env)
    (manifest,) = tmp_path.glob("*/manifest.json")
    assert json.loads(manifest.read_text())["files"] == sealed(finished)


def test_another_seed_is_another_run(starter, finished, tmp_path):
    """The seed is in the name, and moves the defects."""
    other = execute(load(starter), tmp_path, seed=4)
    assert other.path.name != finished.path.name
    assert sealed(other)["quality/defects.parquet"] != sealed(finished)["quality/defects.parquet"]


@pytest.mark.parametrize("stage", ["plan", "flow", "money"])
def test_a_killed_run_goes_on_and_ends_in_the_same_bits(starter, finished, tmp_path, stage):
    """SIGKILL as soon as a stage is there; the next call keeps what was finished."""
    code = f"import quayline as ql; ql.run(ql.load({str(starter)!r}), {str(tmp_path)!r}, seed=3)"
    process = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob(f".*.part/{stage}")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if not list(tmp_path.glob("*/manifest.json")):
        assert list(tmp_path.glob(f".*.part/{stage}/record.json"))
    kept = []

    class Watcher(execution.Silent):
        def ended(self, stage, wall_s, was_kept):
            kept.extend([stage] if was_kept else [])

    run = execute(load(starter), tmp_path, seed=3, watcher=Watcher())
    assert sealed(run) == sealed(finished)
    assert stage in kept or not kept


def test_a_broken_law_stores_nothing(starter, tmp_path, monkeypatch):
    """What does not add up never becomes a run."""
    monkeypatch.setattr(execution, "broken_laws", lambda scenario, results: ["two cars too many"])
    with pytest.raises(BrokenLawError, match="two cars"):
        execute(load(starter), tmp_path)
    assert not list(tmp_path.glob("*/manifest.json"))


def test_a_finished_run_is_not_computed_again(starter, finished):
    """The second call returns at once what is there, and `fresh` makes it anew with equal bits."""
    began = []

    class Watcher(execution.Silent):
        def began(self, stage):
            began.append(stage)

    again = execute(load(starter), finished.path.parent, seed=3, watcher=Watcher())
    assert again.path == finished.path
    assert began == []


def test_every_car_has_its_own_number(records):
    """VINs are unique, checked and belong to built cars only."""
    book = records.ledger.orders
    built = book.filter(pl.col("line_off_at").is_not_null())
    assert built["vin"].n_unique() == built.height == book["vin"].drop_nulls().len()
    assert all(check_digit(vin) == vin[8] for vin in built["vin"].head(200))


def test_a_story_in_order_of_time(finished, records):
    """Built cars tell a story from body shop to customer, found by number and by VIN."""
    row = records.ledger.orders.filter(pl.col("delivered_at").is_not_null()).row(17, named=True)
    told = story(finished, str(row["order_id"]))
    assert [when for when, _ in told.events] == sorted(when for when, _ in told.events)
    assert any("leaves the line" in what for _, what in told.events)
    assert find_order(finished, row["vin"].lower())["order_id"] == row["order_id"]


def test_every_late_or_unbuilt_order_has_words(finished, records):
    """`why` gives a sentence that names the order's state for one order of every reason."""
    for row in records.ledger.orders.group_by("reason", "state").first().iter_rows(named=True):
        lines = why(finished, str(row["order_id"]))
        assert f"order {row['order_id']}" in lines[0]
        assert (row["reason_text"] or WORDS[""]) in lines[0]
        assert bool(row["reason_text"]) == bool(row["reason"])
        assert len(lines) <= 3


@pytest.mark.parametrize("car", ["-1", "999999999", "0SYNOSUCHCAR00000", "x"])
def test_a_car_that_does_not_exist(finished, car):
    """A clear error instead of a story."""
    with pytest.raises(RunError, match="no order or car"):
        story(finished, car)


def test_compare_a_run_with_itself_and_with_another(starter, finished, tmp_path):
    """No change against itself; fewer cars delivered when demand's price makes building senseless."""
    assert all(row.change in (0, None) for row in compare(finished, finished))
    dear = execute(load(starter, {"plant.availability_share": "45 %"}), tmp_path, seed=3)
    changed = {(row.group, row.measure) for row in compare(finished, dear) if row.change}
    assert ("all", "margin of all parties") in changed
