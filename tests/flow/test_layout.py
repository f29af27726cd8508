"""What a scenario says of its line reaches the network, and the checker of records agrees with the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.base.errors import ScenarioError
from quayline.flow.check import faults
from quayline.flow.layout import lay_out
from quayline.flow.network import Store
from quayline.flow.params import FlowParams
from quayline.flow.solve import simulate
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.quality.params import QualityParams
from quayline.quality.solve import quality
from quayline.scenario.loader import load
from quayline.scenario.template import new
from quayline.sequence.params import SequenceParams
from quayline.sequence.solve import sequence

if TYPE_CHECKING:
    from pathlib import Path

    from quayline.scenario.schema import Scenario

SUBLINES = """
  repair_crews: [{id: fitters, people: 1}]
  carriers: [{id: skids, number: 60, load: framing, unload: paint-line, return: 5 min}]
  sublines:
    - id: doors
      name: Doors off and on
      fork: trim
      join: final
      places: 3
      buffer_before: 6
      sections:
        - {id: doors, kind: serial, stations: [{id: doors, repeat: 3, cycle: 200 s, buffer: 1, transfer: 20 s}],
           spread_share: 5 %, reliability: {mtbf: 40 h, mttr: 5 min}, buffer_after: 0}
"""
EXTRA = "".join(
    f"        - {{id: {name}, kind: serial, stations: [{{id: {name}, cycle: 200 s}}], spread_share: 5 %,"
    " blocking: before, reliability: {mtbf: 40 h, mttr: 5 min}, buffer_after: 0}\n"
    for name in ("early", "extra")
)
CHANGES = (
    ("  export:  ", SUBLINES + "  export:  "),
    (
        "      name: Paint shop\n",
        "      name: Paint shop\n      hours: {later: 45 min, works_breaks: true, at_shift_end: finish}\n",
    ),
    ("{mtbf: 30 h, mttr: 12 min}", "{mtbf: 30 h, mttr: 12 min, crew: fitters, repair: {kind: lognormal, cv: 0.8}}"),
    ("{mtbf: 60 h, mttr: 15 min}", "{mtbf: 60 h, mttr: 15 min, by: time, up: {kind: weibull, shape: 2}}"),
    ("cycle: 290 s, buffer: 3}", "cycle: 290 s, buffer: 3, maintenance: {every: 40 h, duration: 20 min}}"),
    ("capacity: 40, access: 60 s}", "capacity: 40, access: 60 s, lanes: 8}"),
    ("{id: rework, bays: 4}", "{id: rework, bays: 4, waiting: 6}"),
)


def written(folder: Path, changes: Any) -> Scenario:
    """The starter scenario with some text of its plant changed."""
    new(folder)
    path = folder / "plant.yaml"
    text = path.read_text("utf-8")
    for old, wanted in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, wanted)
    path.write_text(text, "utf-8")
    return load(folder)


def records_before(scenario: Scenario) -> Any:
    crew = balance(scenario, BalanceParams())
    programme = plan(scenario, crew, PlanParams(), 1)
    line = sequence(scenario, programme, SequenceParams(), 1)
    return scenario, programme, line, crew, quality(scenario, programme, line, QualityParams(), 1)


def test_a_plant_with_everything_runs_and_has_no_fault(tmp_path: Path) -> None:
    before = records_before(written(tmp_path / "plant", CHANGES))
    layout = lay_out(*before)
    network = layout.network
    assert [line.name for line in network.sublines] == ["doors"]
    assert len(network.calendars) == 2
    assert layout.calendar_of == [0, 1, 0]
    store = next(s for s in network.columns if isinstance(s, Store))
    assert store.lanes == 8
    trace = simulate(*before, FlowParams(), 1)
    assert faults(*before, trace) == []
    assert trace.cars.height > 0.9 * before[2].cars.height
    doors = trace.stations.filter(trace.stations["section"] == "doors")
    assert doors["station"].to_list() == ["doors-1", "doors-2", "doors-3"]
    assert doors["cars"].min() >= trace.cars.height
    hours = trace.days.group_by("shop_idx").sum().sort("shop_idx")["working_h"].to_numpy()
    # A shift more of its break (30 min) and 45 min after its end; less where it meets the next shift.
    assert hours[0] == pytest.approx(hours[2])
    assert hours[0] * 1.05 < hours[1] <= hours[0] * 9.25 / 8 + 1e-9


def test_the_record_of_other_hours_is_a_fault(tmp_path: Path) -> None:
    before = records_before(written(tmp_path / "plant", CHANGES[1:2]))
    trace = simulate(*before, FlowParams(), 1)
    assert faults(*before, trace) == []
    plain = records_before(written(tmp_path / "plain", ()))
    assert any("shop 'paint'" in fault for fault in faults(plain[0], *before[1:], trace))
    assert np.isfinite(lay_out(*plain).network.calendars[0]).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([("  export:  ", SUBLINES.replace("fork: trim", "fork: tirm") + "  export:  ")], "did you mean 'trim'"),
        ([("  export:  ", SUBLINES.replace("join: final", "join: trim") + "  export:  ")], "does not lie behind"),
        ([("  export:  ", SUBLINES.replace("load: framing", "load: final") + "  export:  ")], "lies before 'final'"),
        ([("capacity: 40, access: 60 s}", "capacity: 40, access: 60 s, lanes: 7}")], "do not make 7 equal lanes"),
        ([("{mtbf: 60 h, mttr: 15 min}", "{mtbf: 60 h, mttr: 15 min, crew: nobody}")], "no repair crew"),
        ([("{mtbf: 60 h, mttr: 15 min}", "{mtbf: 60 h, mttr: 15 min, up: {kind: weibull}}")], "weibull needs shape"),
        (
            [("capacity: 40, access: 60 s}", "capacity: 40, access: 60 s, rules: [{most: 2, within: 3}]}")],
            "a model or an",
        ),
        (
            [
                ("{id: rework, bays: 4}", "{id: rework, bays: 4, rejoin: extra}"),
                ("        - id: end-of-line\n", EXTRA + "        - id: end-of-line\n"),
            ],
            "'early' blocks before service and keeps the place of work there",
        ),
        (
            [
                ("{id: rework, bays: 4}", "{id: rework, bays: 4, rejoin: trim}"),
                ("  export:  ", SUBLINES + "  export:  "),
            ],
            "leads back over fork or join of sub-line 'doors'",
        ),
    ],
)
def test_what_cannot_be_is_told_with_its_place(tmp_path: Path, changes: Any, words: str) -> None:
    with pytest.raises(ScenarioError, match=words) as told:
        written(tmp_path / "plant", changes)
    assert all(fault.file.endswith("plant.yaml") and fault.line > 0 for fault in told.value.faults)


LOOK = """          cycle: 300 s
          transfer: 40 s
          scatter: {kind: empirical, values: [1, 2, 3, 6]}
          maintenance: {every: 50 h, duration: 10 min}
          reliability: {mtbf: 70 h, mttr: 8 min}
          learning: {kind: exponential, first_factor: 1.5, mature_cars: 90}
          comeback_places: 5
"""
MAIN = """cycle: 290 s, buffer: 3, scatter: {kind: triangular, values: [3, 4, 8]},
               extra: [{option: glass-roof, time: 30 s}, {variant: volt-60, time: 7 s}]}"""
WORK = (
    ("cycle: 290 s, buffer: 3}", MAIN),
    ("spread_share: 5 %\n          reliability: {mtbf: 30 h",
     "scatter: {kind: gamma, cv: 0.2}\n          reliability: {mtbf: 30 h"),
    ("          cycle: 300 s\n          spread_share: 10 %\n", LOOK),
)  # fmt: skip


def test_work_has_the_law_and_the_extra_that_the_scenario_says(tmp_path: Path) -> None:
    before = records_before(written(tmp_path / "plant", WORK))
    layout = lay_out(*before)
    named = {s.name: s for s in layout.network.columns}
    underbody, main, *_ = named["framing"].stations
    assert (underbody.spread.kind, underbody.spread.cv) == ("gamma", 0.2)
    assert main.spread.values == pytest.approx((3 / 5, 4 / 5, 8 / 5))
    scenario, programme, line, *_ = before
    orders = line.cars.sort("position").join(programme.orders, on="order_id", maintain_order="left")
    glass = [option.id for option in scenario.vehicles.options].index("glass-roof")
    volt = [variant.id for variant in scenario.vehicles.variants].index("volt-60")
    pace = {model.id: {p.shop: p.factor for p in model.pace}.get("body", 1.0) for model in scenario.vehicles.models}
    for kind, options, variant in zip(layout.cars.car_type, orders["options"], orders["variant_idx"], strict=True):
        cycle_s = 290 * pace[scenario.vehicles.variants[variant].model]
        assert main.work_s[kind] == pytest.approx(cycle_s + 30 * (options >> glass & 1) + 7 * (variant == volt))
    gate = named["end-of-line"]
    (look,) = gate.stations
    assert look.spread.values == pytest.approx((1 / 3, 2 / 3, 1, 2))
    assert (look.transfer_s, look.maintenance.every_s) == (40, 180_000)
    assert (look.failures.mttr_s, look.learning.first) == (480, 1.5)
    assert gate.comeback_places == 5
    assert faults(*before, simulate(*before, FlowParams(), 1)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("scatter: {kind: triangular, values: [1, 2]}", "triangular has 2 values, expected 3"),
        ("scatter: {kind: triangular, values: [1, 3, 2]}", "expected triangular values ascending"),
        ("scatter: {kind: empirical}", "empirical has 0 values, expected 1 or more"),
        ("scatter: {kind: empirical, values: [0, 0]}", "no mean to be scaled to"),
        ("scatter: {kind: uniform, values: [1, 2], cv: 0.1}", "uniform has no cv"),
        ("extra: [{option: glas-roof, time: 3 s}]", "did you mean 'glass-roof'"),
        ("extra: [{option: glass-roof, variant: volt-60, time: 3 s}]", "expected an option or a variant"),
    ],
)
def test_work_that_cannot_be_is_told_with_its_place(tmp_path: Path, change: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words) as told:
        written(tmp_path / "plant", [("cycle: 290 s, buffer: 3}", f"cycle: 290 s, buffer: 3, {change}}}")])
    assert all(fault.file.endswith("plant.yaml") and fault.line > 0 for fault in told.value.faults)


def test_a_section_says_how_its_work_varies(tmp_path: Path) -> None:
    change = ("cycle: 300 s\n          spread_share: 10 %\n", "cycle: 300 s\n")
    with pytest.raises(ScenarioError, match="expected a spread_share or a scatter"):
        written(tmp_path / "plant", [change])
