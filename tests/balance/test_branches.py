"""People and tasks of moving lines beside each other: at the takt of each line, of the models that go there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from tests.flow.test_layout import records_before
from tests.flow.trim_lines import made

from quayline.balance.check import faults
from quayline.balance.measures import highest_speeds, labour_by_shop
from quayline.balance.pack import pack
from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.flow.check import faults as flow_faults
from quayline.flow.params import FlowParams
from quayline.flow.solve import simulate
from quayline.scenario.loader import load
from quayline.scenario.sections import paced_sections

if TYPE_CHECKING:
    from pathlib import Path

ROWS = "".join(f"t{k},180 s,{f't{k // 2}' if k else ''},\n" for k in range(30))
TASKS = f"id,time,after,option\n{ROWS}roof,240 s,t4,glass-roof\n"
LONGER = "    times: [{task: t11, model: volt, time: 360 s}, {task: t12, model: volt, time: 360 s}]\n"


def with_tasks(folder: Path, route: str) -> Any:
    """Both trim lines with less work, all of it as tasks: 1.5 h on a hatch, 1.6 h on a Volt."""
    made(folder, route)
    vehicles = folder / "vehicles.yaml"
    text = vehicles.read_text("utf-8").replace("content: 6.2 h", "content: 1.5 h")
    vehicles.write_text(text.replace("content: 6.6 h", "content: 1.6 h"), "utf-8")
    (folder / "tasks.csv").write_text(TASKS, "utf-8")
    longer = {"left": "" if route == "model" else LONGER, "right": LONGER}
    (folder / "assembly.yaml").write_text(
        'provenance: {kind: assumed, source: "made up for a test"}\nassembly:\n' + "".join(
            f"  - section: trim-{side}\n    tasks: {{table: tasks.csv}}\n{more}" for side, more in longer.items()
        ), "utf-8",
    )  # fmt: skip
    return load(folder)


@pytest.mark.parametrize("route", ["turn", "model"])
def test_tasks_keep_the_takt_of_their_line(tmp_path: Path, route: str) -> None:
    scenario = with_tasks(tmp_path / "plant", route)
    before = records_before(scenario)
    answer = before[3]
    assert faults(scenario, answer) == []
    assert answer.tasks["is_proven"].all()
    part = {"trim-left": 0.6, "trim-right": 0.5} if route == "model" else {"trim-left": 0.5, "trim-right": 0.5}
    stations = answer.tasks.group_by("mode_idx", "section").agg(pl.col("station").n_unique())
    for mode, section, used in stations.iter_rows():
        takt_s = 3600 / (part[section] * scenario.plant.modes[mode].speed_jph)
        row = answer.sections.filter((pl.col("mode_idx") == mode) & (pl.col("section") == section))
        assert row["people"].item() == used
        assert row["takt_s"].item() == pytest.approx(takt_s)
        # At most four tasks of 180 s go into the takt of 720 s, three into that of 600 s or 700 s.
        assert used >= 30 / (takt_s // 180)
    trace = simulate(*before, FlowParams(), 1)
    assert flow_faults(*before, trace) == []
    assert trace.cars.height > 0.9 * before[2].cars.height


@pytest.mark.parametrize("has_tasks", [False, True])
def test_a_line_of_models_that_nobody_wants_needs_nobody(tmp_path: Path, has_tasks: bool) -> None:
    scenario = with_tasks(tmp_path / "plant", "model") if has_tasks else made(tmp_path / "plant", "model")
    volts = {variant.id for variant in scenario.vehicles.variants if variant.model == "volt"}
    demand = [row for row in scenario.demand if row.variant not in volts]
    scenario = scenario.model_copy(update={"demand": demand})
    answer = balance(scenario, BalanceParams())
    assert faults(scenario, answer) == []
    people = dict(answer.sections.filter(pl.col("mode_idx") == 0).select("section", "people").iter_rows())
    assert people["trim-right"] == 0
    assert people["trim-left"] > 0


def test_a_crew_suffices_for_the_speed_of_its_slowest_line(tmp_path: Path) -> None:
    scenario = made(tmp_path / "plant", "model")
    answer = balance(scenario, BalanceParams())
    sections = {(row["mode_idx"], row["section"]): row for row in answer.sections.iter_rows(named=True)}
    work_h = {"trim-left": 6.2 + 0.25 * 240 / 3600, "trim-right": 6.6 + 0.6 * 240 / 3600}
    part, load_share = {"trim-left": 0.6, "trim-right": 0.5}, scenario.plant.crew.balance_share
    for mode, section, speed_jph in highest_speeds(scenario, answer).iter_rows():
        for name, hours in work_h.items():
            most_jph = sections[mode, name]["people"] * load_share / (hours * part[name])
            assert speed_jph <= most_jph * (1 + 1e-9)
            assert section != name or speed_jph == pytest.approx(most_jph)


@pytest.mark.parametrize("route", ["room", "turn", "model"])
def test_every_car_passes_one_line(tmp_path: Path, route: str) -> None:
    scenario = made(tmp_path / "plant", route)
    for model in scenario.vehicles.models:
        parts = [one.passes(model.id) for one in paced_sections(scenario.plant) if one.block is not None]
        assert sum(parts) == pytest.approx(1)
    by_shop = labour_by_shop(scenario).filter(pl.col("shop") == "assembly").sort("variant_idx")["content_h"].to_list()
    assert by_shop == pytest.approx([6.2 + 4.4 + 0.25 * 240 / 3600, 6.6 + 4.7 + 0.6 * 240 / 3600])
    assert pack(scenario).mix_share.sum() == pytest.approx(1)
