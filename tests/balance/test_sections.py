"""Tasks of a scenario's section: assigned in each mode, checked from the record, worked in the flow where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.flow.test_layout import written

from quayline.balance import check, measures
from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.base.errors import InfeasibleError, ScenarioError
from quayline.flow.layout import lay_out
from quayline.flow.layout_sections import Kinds
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.quality.params import QualityParams
from quayline.quality.solve import quality
from quayline.scenario.loader import load
from quayline.sequence.params import SequenceParams
from quayline.sequence.solve import sequence

ROWS = "".join(f"t{k},180 s,{f't{k // 2}' if k else ''},{'pit' if k == 9 else ''},\n" for k in range(30))
TABLE = f"id,time,after,zone,option\n{ROWS}roof,240 s,t4,,glass-roof\n"
ASSEMBLY = """provenance: {kind: assumed, source: "made up for a test"}
assembly:
  - section: trim
    tasks: {table: trim.csv}
    times: [{task: t11, model: volt, time: 360 s}, {task: t12, model: volt, time: 360 s}]
    zones: [{id: pit, first: 6, last: 7}]
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """The starter with less work in trim, all of it as tasks."""
    folder = tmp_path_factory.mktemp("assembly") / "case"
    written(folder, ())
    vehicles = folder / "vehicles.yaml"
    text = vehicles.read_text("utf-8")
    text = text.replace("content: 6.2 h", "content: 1.5 h").replace("content: 6.6 h", "content: 1.6 h")
    vehicles.write_text(text, "utf-8")
    (folder / "assembly.yaml").write_text(ASSEMBLY, "utf-8")
    (folder / "trim.csv").write_text(TABLE, "utf-8")
    return folder


@pytest.fixture(scope="module")
def answered(case):
    scenario = load(case)
    return scenario, balance(scenario, BalanceParams())


def test_people_are_the_stations_with_a_task_in_each_mode(answered):
    scenario, answer = answered
    assert check.faults(scenario, answer) == []
    assert answer.tasks.group_by("mode_idx").len().sort("mode_idx").rows() == [(0, 31), (1, 31), (2, 31)]
    assert answer.tasks["is_proven"].all()
    used = answer.tasks.group_by("mode_idx").agg(pl.col("station").n_unique()).sort("mode_idx")["station"].to_list()
    trim = answer.sections.filter(pl.col("section") == "trim").sort("mode_idx")
    assert trim["people"].to_list() == used
    # two tasks of 180 s fill 360 s, the 240 s of a quarter to six tenths of the cars go with one of them
    assert used == [15, 16, 16]
    pit = answer.tasks.filter(pl.col("task") == "t9")["station"]
    assert pit.is_between(6, 7).all()


def test_checker_finds_tasks_in_the_wrong_place(answered):
    scenario, answer = answered
    moved = pl.when((pl.col("task") == "t9") & (pl.col("mode_idx") == 1)).then(9).otherwise("station")
    tasks = answer.tasks.with_columns(moved.cast(pl.Int16).alias("station"))
    assert any("outside pit" in text for text in check.faults(scenario, replace(answer, tasks=tasks)))
    people = pl.when(pl.col("section") == "trim").then(pl.col("people") + 1).otherwise("people").cast(pl.Int32)
    more = replace(answer, sections=answer.sections.with_columns(people.alias("people")))
    assert any("17 people at 16 stations" in text for text in check.faults(scenario, more))
    fewer = replace(answer, tasks=answer.tasks.filter(pl.col("task") != "t3"))
    assert any("tasks are not those of the scenario" in text for text in check.faults(scenario, fewer))


def test_flow_works_on_a_task_where_it_is_done(answered):
    """Station by station and kind by kind, what the tasks there take; nothing where there is no task."""
    scenario, answer = answered
    planned = plan(scenario, answer, PlanParams(), 1)
    order = sequence(scenario, planned, SequenceParams(), 1)
    defects = quality(scenario, planned, order, QualityParams(), 1)
    layout = lay_out(scenario, planned, order, answer, defects)
    trim = next(section for section in layout.network.sections if section.name == "trim")
    kinds = Kinds.of(planned.orders.filter(pl.col("planned_build_on").is_not_null()))
    for t in range(len(kinds.variant_idx)):
        model = scenario.vehicles.variants[kinds.variant_idx[t]].model
        for mode in range(3):
            station = dict(answer.tasks.filter(pl.col("mode_idx") == mode).select("task", "station").iter_rows())
            expected = np.zeros(24)
            for task in scenario.assembly[0].tasks:
                time_s = 360.0 if model == "volt" and task.id in ("t11", "t12") else task.time_s
                expected[station[task.id] - 1] += time_s if task.option is None or kinds.options[t] & 1 else 0.0
            assert trim.work_s[mode, :, t].tolist() == expected.tolist()
    assert (trim.work_s.sum(axis=1) > 5000).all()


def test_measures_leave_sections_with_tasks_out(answered):
    scenario, answer = answered
    assert set(measures.highest_speeds(scenario, answer)["section"]) == {"final"}


def test_tasks_that_do_not_fit_name_section_and_mode(case):
    with pytest.raises(InfeasibleError, match=r"section 'trim' in mode 'slow': .* 12 stations"):
        balance(load(case, {"plant.shops[assembly].sections[trim].stations": "12"}), BalanceParams())


def test_tasks_must_add_up_to_the_content(case):
    with pytest.raises(ScenarioError) as raised:
        load(case, {
            "vehicles.models[hatch].content[section=trim].content": "1.6 h",
            "vehicles.options[glass-roof].extra": "200 s",
        })  # fmt: skip
    told = str(raised.value)
    assert "add up to 5400 s on 'hatch', whose content here is 5760 s" in told
    assert "of 'glass-roof' add up to 240 s, its extra here is 200 s" in told
