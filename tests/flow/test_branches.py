"""Lines beside each other in a scenario's plant: through the whole engine, the plan's capacity, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.flow.test_layout import SUBLINES, records_before, written

from quayline.base.errors import ScenarioError
from quayline.flow.check import faults
from quayline.flow.engine import simulate_network
from quayline.flow.layout import lay_out
from quayline.flow.network import Parallel
from quayline.flow.params import FlowParams
from quayline.flow.solve import simulate
from quayline.plan.checks.line import _together
from quayline.plan.inputs.shops import section_jph
from quayline.scenario.loader import overlaid
from quayline.study.line_change import line_settings

if TYPE_CHECKING:
    from pathlib import Path

STORE = "        - {id: pbs, kind: store"
BOOTHS = """        - id: booths
          kind: parallel
          route: room
          branches:
            - id: left
              sections:
                - {id: booth-left, kind: serial, stations: [{id: booth-left, cycle: 500 s}], spread_share: 5 %,
                   reliability: {mtbf: 90 h, mttr: 10 min}, buffer_after: 0}
            - id: right
              sections:
                - {id: wash-right, kind: conveyor, places: 3, pitch: 520 s, reliability: {mtbf: 90 h, mttr: 10 min},
                   buffer_after: 1}
                - {id: booth-right, kind: serial, stations: [{id: booth-right, cycle: 510 s}], spread_share: 5 %,
                   reliability: {mtbf: 90 h, mttr: 10 min}, buffer_after: 0}
          buffer_after: 2
        - {id: cure, kind: conveyor, places: 6, pitch: 250 s, reliability: {mtbf: 90 h, mttr: 10 min}, buffer_after: 4}
"""


def with_booths(folder: Path, *more: tuple[str, str]) -> Any:
    text = BOOTHS
    for old, new in more:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return written(folder, [(STORE, text + STORE)])


def test_cars_go_through_one_branch_each(tmp_path: Path) -> None:
    before = records_before(with_booths(tmp_path / "plant"))
    layout = lay_out(*before)
    assert [part.name for part in layout.network.sections if isinstance(part, Parallel)] == ["booths"]
    assert layout.shop_of["booth-right"] == layout.shop_of["cure"] == layout.shop_of["paint-line"]
    trace = simulate(*before, FlowParams(), 1)
    assert faults(*before, trace) == []
    cars = dict(trace.stations.select("station", "cars").iter_rows())
    assert cars["booth-left"] > cars["booth-right"] > 0  # the first with room
    assert cars["booth-left"] + cars["booth-right"] >= cars["cure"] >= trace.cars.height
    longer_h = trace.stations["working_h"] + (trace.stations["station"] == "booth-left")
    wrong = replace(trace, stations=trace.stations.with_columns(working_h=longer_h))
    assert any("booth-left" in fault for fault in faults(*before, wrong))


def test_by_model_each_goes_its_way(tmp_path: Path) -> None:
    models = [m.id for m in written(tmp_path / "plain", ()).vehicles.models]
    scenario = with_booths(
        tmp_path / "plant", ("route: room", "route: model"),
        ("- id: left\n", f"- id: left\n              models: [{models[0]}]\n"),
        ("- id: right\n", f"- id: right\n              models: [{', '.join(models[1:])}]\n"),
    )  # fmt: skip
    before = records_before(scenario)
    layout = lay_out(*before)
    (block,) = (part for part in layout.network.sections if isinstance(part, Parallel))
    model_of = [scenario.vehicles.variants[v].model for v in before[1].orders.sort("order_id")["variant_idx"]]
    assert block.route == "type"
    trace = simulate(*before, FlowParams(), 1)
    assert faults(*before, trace) == []
    outcome = simulate_network(layout.network, layout.cars, 1, 1e8)
    names = [section.name for section in layout.network.columns]
    is_first = np.array([model_of[order] == models[0] for order in layout.order_id])
    assert 0 < is_first.sum() < len(is_first)
    left, right = (np.isfinite(outcome.enter_s[:, names.index(f"booth-{side}")]) for side in ("left", "right"))
    assert (left <= is_first).all()
    assert (right <= ~is_first).all()
    assert (left | right).mean() > 0.9  # the rest is on its way when the shifts end


def test_a_section_of_a_branch_can_be_changed(tmp_path: Path) -> None:
    scenario = with_booths(tmp_path / "plant")
    for change, path in (
        ("line.paint.booth-right.booth-right.cycle=-10%", "sections[booth-right].stations[booth-right].cycle"),
        ("line.paint.wash-right.pitch=500 s", "sections[wash-right].pitch"),
    ):
        ((found, value),) = line_settings(scenario, [change]).items()
        assert found == f"plant.shops[paint].sections[booths].branches[right].{path}"
        assert overlaid(scenario, [], {found: value}).plant.shops[1] != scenario.plant.shops[1]


def test_the_plan_counts_what_branches_pass_together(tmp_path: Path) -> None:
    uptime = 90 / (90 + 1 / 6)
    for route, jph in (("room", 3600 / 500 + 3600 / 520), ("turn", 2 * 3600 / 520)):
        shop = with_booths(tmp_path / route, ("route: room", f"route: {route}")).plant.shops[1]
        block = next(section for section in shop.sections if section.kind == "parallel")
        assert section_jph(block, np.array([8.0, 10.0])) == pytest.approx([uptime * jph] * 2)
        assert [3600 / cycle for cycle in _together(block, 3600 / 8)] == pytest.approx([uptime * jph])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([("route: room", "route: model")], "no model goes here, so its sections cannot be reached"),
        ([("route: room", "route: roam")], "did you mean 'room'"),
        ([("- id: left\n", "- id: left\n              models: [x]\n")], "expected none with route 'room'"),
        ([("buffer_after: 0}\n          buffer_after: 2", "buffer_after: 3}\n          buffer_after: 2")],
         "expected 0: the places behind the branches are those of 'booths'"),
        ([("- id: right\n", "- id: left\n")], r"the same id \(left\) stands in line"),
        ([("- {id: booth-right, kind", "- {id: booth-left, kind")], "section 'booth-left' is defined already"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_place(tmp_path: Path, more: Any, words: str) -> None:
    with pytest.raises(ScenarioError, match=words) as told:
        with_booths(tmp_path / "plant", *more)
    assert all(fault.file.endswith("plant.yaml") and fault.line > 0 for fault in told.value.faults)


def test_branches_stand_beside_no_store_and_behind_a_place(tmp_path: Path) -> None:
    at_the_end = BOOTHS[: BOOTHS.index("        - {id: cure")]
    with pytest.raises(ScenarioError, match="expected no store and no other branches beside 'booths'"):
        written(tmp_path / "plant", [(STORE, at_the_end + STORE)])
    no_place = ("          buffer_after: 10\n" + STORE, "          buffer_after: 0\n" + BOOTHS + STORE)
    with pytest.raises(ScenarioError, match="the branches of 'booths' take cars from there"):
        written(tmp_path / "other", [no_place])


def test_the_drawing_has_branches_and_sub_lines(tmp_path: Path) -> None:
    changes = [(STORE, BOOTHS + STORE), ("  export:  ", SUBLINES + "  export:  ")]
    before = records_before(written(tmp_path / "plant", changes))
    trace = simulate(*before, FlowParams(), 1)
    drawn = trace.sections.filter(trace.sections["beside"] != "")
    assert drawn.select("section", "beside", "branch").rows() == [
        ("booth-left", "booths", 0), ("wash-right", "booths", 1), ("booth-right", "booths", 1), ("doors", "doors", 0),
    ]  # fmt: skip
    assert drawn.filter(drawn["fork"] != "").select("fork", "join", "places_behind").rows() == [("trim", "final", 3)]
    # Between fork and join every car has its doors on the sub-line, or among the finished ones, and no other car has.
    wide = trace.replay.with_columns(all_cars=trace.replay["inside_cars"] + trace.replay["behind_cars"])
    at = {name: part.sort("minute") for (name,), part in wide.group_by("section")}
    order = trace.sections.filter(trace.sections["beside"] == "")["section"].to_list()
    between = order[order.index("trim") + 1 : order.index("final")]
    on_row = at["trim"]["behind_cars"].to_numpy() + sum(at[name]["all_cars"].to_numpy() for name in between)
    assert np.array_equal(at["doors"]["all_cars"].to_numpy(), on_row)
    assert on_row.max() > 0
