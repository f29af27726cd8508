"""Moving lines and gates beside each other in a scenario's plant: every stage, its checker, and the SimPy twin."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from tests.flow.test_layout import records_before, written
from tests.flow.trim_lines import branch, made
from tests.reference import simpy_plant

from quayline.balance.check import faults as balance_faults
from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.base.errors import ScenarioError
from quayline.flow.check import faults
from quayline.flow.check_network import network_faults
from quayline.flow.engine import simulate_network
from quayline.flow.layout import lay_out
from quayline.flow.params import FlowParams
from quayline.flow.shops import shop_rates
from quayline.flow.solve import simulate
from quayline.plan.checks.line import line_faults
from quayline.plan.inputs.shops import pinches
from quayline.quality.check import faults as quality_faults
from quayline.quality.params import QualityParams
from quayline.quality.solve import quality
from quayline.scenario.vehicles import Pace
from quayline.study.feedback import expected_availability
from quayline.study.line_change import line_settings

if TYPE_CHECKING:
    from pathlib import Path

ROUTES = ("room", "turn", "model")
BOTH = "look-left or look-right"


@pytest.mark.parametrize("route", ROUTES)
def test_all_stages_agree_with_their_checkers_and_the_twin(tmp_path: Path, route: str) -> None:
    before = records_before(made(tmp_path / "plant", route))
    scenario, plan, sequence, crew, log = before
    assert balance_faults(scenario, crew) == []
    assert list(line_faults(scenario, plan)) == []
    assert quality_faults(scenario, plan, sequence, log) == []
    trace = simulate(*before, FlowParams(), 1)
    assert faults(*before, trace) == []
    assert trace.cars.height > 0.9 * sequence.cars.height
    # Together the two trim lines move at the line's speed or faster: 8 or 10 cars an hour of work.
    assert (trace.months["paced_cars"] / trace.months["working_h"]).is_between(8 - 1e-9, 10 + 1e-9).all()
    kinds = dict(trace.sections.filter(pl.col("beside") == "trims").select("section", "kind").iter_rows())
    assert kinds == {f"{what}-{side}": kind for side in ("left", "right")
                     for what, kind in (("trim", "moving line"), ("look", "gate"))}  # fmt: skip
    seen = dict(trace.stations.group_by("section").agg(pl.col("cars").max()).iter_rows())
    assert min(seen["look-left"], seen["look-right"]) > 50
    assert seen["look-left"] + seen["look-right"] >= trace.cars.height
    layout = lay_out(*before)
    cars, end_s = layout.cars.between(0, 250), float(layout.cars.release_s[249]) + 3 * 86400
    ours = simulate_network(layout.network, cars, 1, end_s)
    twin = simpy_plant.Plant(layout.network, cars, 1, end_s).run()
    assert np.array_equal(ours.enter_s, twin.enter_s)
    assert np.array_equal(ours.leave_s, twin.leave_s)
    assert ours.num_repairs.tolist() == twin.num_repairs
    assert network_faults(layout.network, cars, ours, end_s) == []


@pytest.mark.parametrize("route", ROUTES)
def test_a_line_in_a_branch_has_its_part_of_the_speed(tmp_path: Path, route: str) -> None:
    scenario = made(tmp_path / "plant", route)
    crew, whole = balance(scenario, BalanceParams()), balance(written(tmp_path / "one", ()), BalanceParams())
    part = {"left": 0.6, "right": 0.5} if route == "model" else {"left": 0.5, "right": 0.5}
    wanted = {variant.id: sum(row.cars for row in scenario.demand if row.variant == variant.id)
              for variant in scenario.vehicles.variants}  # fmt: skip
    mix = np.array(list(wanted.values())) / sum(wanted.values())
    hours = np.array([6.2 + 0.25 * 240 / 3600, 6.6 + 0.6 * 240 / 3600])
    there = {"left": hours[0], "right": hours[1]} if route == "model" else dict.fromkeys(part, float(mix @ hours))
    for row in crew.sections.filter(pl.col("section").str.starts_with("trim")).iter_rows(named=True):
        side, speed_jph = row["section"].removeprefix("trim-"), scenario.plant.modes[row["mode_idx"]].speed_jph
        assert row["takt_s"] == pytest.approx(3600 / (part[side] * speed_jph))
        assert row["people"] == np.ceil(there[side] * part[side] * speed_jph / scenario.plant.crew.balance_share)
    # A car passes one of the two: its content is that of the plant with one line, so is that of the average car.
    assert crew.variants["content_h"].to_list() == pytest.approx(whole.variants["content_h"].to_list())
    mine, other = (one.sections.group_by("mode_idx", maintain_order=True).agg(pl.col("content_h").sum())
                   for one in (crew, whole))  # fmt: skip
    assert mine["content_h"].to_list() == pytest.approx(other["content_h"].to_list())
    assert balance_faults(scenario, replace(crew, sections=crew.sections.with_columns(pl.col("takt_s") * 2))) != []


def test_the_draw_is_that_of_one_gate_on_the_row(tmp_path: Path) -> None:
    """Whichever branch a car takes, its defects are those of a plant with one such gate."""
    one_line = [
        ("        - id: final\n", """        - id: look-left
          kind: gate
          cycle: 200 s
          spread_share: 5 %
          repairs: [{id: rework, bays: 2}, {id: respray, bays: 1}]
          buffer_after: 2
        - id: final
"""),
    ]  # fmt: skip
    alone = written(tmp_path / "one", one_line)
    found = [row.model_copy(update={"gate": "look-left", "share": share})
             for row in alone.quality.detection for cause, share in (("fit", 0.6), ("electrics", 0.5))
             if row.cause == cause]  # fmt: skip
    alone = alone.model_copy(
        update={"quality": alone.quality.model_copy(update={"detection": [*alone.quality.detection, *found]})}
    )
    _, plan, sequence, _, _ = records_before(alone)
    mine = quality(made(tmp_path / "room", "room"), plan, sequence, QualityParams(), 1).defects
    other = quality(alone, plan, sequence, QualityParams(), 1).defects
    assert set(mine["gate"]) == {"", BOTH, "end-of-line"}
    assert mine.with_columns(pl.col("gate").replace(BOTH, "look-left")).equals(other)


def test_by_model_a_defect_is_caught_in_the_branch_of_its_car(tmp_path: Path) -> None:
    scenario, plan, sequence, _, log = records_before(made(tmp_path / "plant", "model"))
    model = [variant.model for variant in scenario.vehicles.variants]
    rows = log.defects.join(plan.orders.select("order_id", "variant_idx"), on="order_id")
    seen = {(model[variant], gate) for variant, gate in rows.select("variant_idx", "gate").iter_rows()}
    assert {gate for of, gate in seen if of == "hatch"} == {"", "look-left", "end-of-line"}
    assert {gate for of, gate in seen if of == "volt"} == {"", "look-right", "end-of-line"}
    swapped = log.defects.with_columns(pl.col("gate").replace("look-left", "look-right"))
    assert any("caught at look-right, which cannot be on hatch" in fault
               for fault in quality_faults(scenario, plan, sequence, replace(log, defects=swapped)))  # fmt: skip


def test_a_plan_promises_no_more_of_a_model_than_its_branch_passes(tmp_path: Path) -> None:
    free = records_before(made(tmp_path / "free", "model"))
    slow = records_before(made(tmp_path / "slow", "model", [("plant.yaml", "speed_share: 50 %", "speed_share: 15 %")]))
    volt = [variant.model for variant in slow[0].vehicles.variants].index("volt")

    def share_used(records: Any) -> float:
        scenario, plan = records[:2]
        worked = pl.sum_horizontal("normal_h", "overtime_h", "weekend_h")
        hours = plan.weeks.select("week_idx", "mode_idx", hours=worked)
        mine = plan.build.filter((pl.col("plant_idx") == 0) & (pl.col("variant_idx") == volt)).group_by("week_idx").agg(
            pl.col("cars").sum()).join(hours, on="week_idx")  # fmt: skip
        speeds = [mode.speed_jph for mode in scenario.plant.modes]
        most = 0.15 * scenario.plant.availability_share * mine["hours"] * np.array(speeds)[mine["mode_idx"]]
        return float((mine["cars"] / most).max())

    assert share_used(free) > 1.1
    assert 0.9 < share_used(slow) <= 1 + 1e-6
    assert list(line_faults(*slow[:2])) == []
    assert any("Assembly passes" in fault for fault in line_faults(slow[0], free[1]))


SCRAP = [
    ("quality.yaml", "      rate: 4 %\n", "      rate: 4 %\n      scrap_share: 20 %\n"),
    ("quality.yaml", "  launches: [volt]\n", "  scrapping:\n" + "".join(
        f"    - {{gate: {gate}, parts_share: 50 %, materials_share: 80 %}}\n"
        for gate in ("look-left", "look-right", "end-of-line")) + "  launches: [volt]\n"),
]  # fmt: skip


def test_by_model_gates_of_branches_scrap_cars(tmp_path: Path) -> None:
    before = records_before(made(tmp_path / "plant", "model", SCRAP))
    trace = simulate(*before, FlowParams(), 1)
    assert faults(*before, trace) == []
    assert quality_faults(before[0], *before[1:3], before[4]) == []
    assert {"look-left", "look-right"} <= set(trace.scrapped["gate"])
    with pytest.raises(ScenarioError, match="would scrap cars, and with route 'turn' it is not known which"):
        made(tmp_path / "turn", "turn", SCRAP)


ENDS = """        - id: {name}
          kind: parallel
          route: room
          branches:
            - id: one
              sections:
                - {{id: {name}-one, kind: serial, stations: [{{id: {name}-one, cycle: 500 s}}], spread_share: 0 %,
                   reliability: {{mtbf: 1 h, mttr: 0 s}}, buffer_after: 0}}
            - id: two
              sections:
                - {{id: {name}-two, kind: serial, stations: [{{id: {name}-two, cycle: 500 s}}], spread_share: 0 %,
                   reliability: {{mtbf: 1 h, mttr: 0 s}}, buffer_after: 0}}
          buffer_after: 3
"""
BODY_END = "          buffer_after: 15\n"
PAINT_BEGIN = "        - id: paint-line\n"


@pytest.mark.parametrize("is_first", [False, True])
def test_a_shop_may_end_or_begin_with_branches(tmp_path: Path, is_first: bool) -> None:
    block = ENDS.format(name="booths")
    change = (PAINT_BEGIN, block + PAINT_BEGIN) if is_first else (BODY_END, BODY_END + block)
    before = records_before(written(tmp_path / "plant", [change]))
    trace = simulate(*before, FlowParams(), 1)
    assert faults(*before, trace) == []
    layout = lay_out(*before)
    end_s = 1e8
    outcome = simulate_network(layout.network, layout.cars, 1, end_s)
    assert network_faults(layout.network, layout.cars, outcome, end_s) == []
    shop = int(is_first)
    names = [section.name for section in layout.network.columns]
    both = [names.index("booths-one"), names.index("booths-two")]
    assert layout.ends(shop)[0 if is_first else 1] == both
    inside = outcome.enter_s[:, both].min(axis=1) if is_first else outcome.leave_s[:, both].min(axis=1)
    told = layout.into_s(shop, outcome) if is_first else layout.out_of_s(shop, outcome)
    assert np.array_equal(inside, told)
    out = trace.days.filter(pl.col("shop_idx") == shop)["cars_out"].sum()
    passed = trace.stations.filter(pl.col("station").is_in(["booths-one", "booths-two"]))["cars"].sum()
    assert trace.cars.height <= out <= passed


def test_a_shop_of_branches_alone_is_measured(tmp_path: Path) -> None:
    """Two booths of 800 s at an end of a shop in which nothing else is as slow, without failures: 2 cars in 800 s."""
    block = ENDS.format(name="booths").replace("cycle: 500 s", "cycle: 800 s")
    for shop, change in ((0, (BODY_END, BODY_END + block)), (1, (PAINT_BEGIN, block + PAINT_BEGIN))):
        before = records_before(written(tmp_path / f"plant-{shop}", [change]))
        rates = shop_rates(*before, 1)
        is_volt = before[1].orders.filter(pl.col("planned_build_on").is_not_null())["variant_idx"].to_numpy() == 1
        mean_s = 800 * (1 + 0.05 * is_volt.mean() * (shop == 0))  # its pace in the body shop
        assert rates.jph[shop, 0] == pytest.approx(2 * 3600 / mean_s, rel=5e-3)
        assert np.isfinite(rates.jph).all()


def test_lines_in_branches_are_measured_at_their_part_of_the_speed(tmp_path: Path) -> None:
    rates = shop_rates(*records_before(made(tmp_path / "plant", "turn")), 1)
    assert rates.is_paced == (False, False, True)
    speeds = [8.0, 10.0, 10.0]
    assert (rates.jph[2] <= speeds).all()
    assert (rates.jph[2] > 0.85 * np.array(speeds)).all()


def test_slow_lines_in_branches_are_the_rate_of_their_shop(tmp_path: Path) -> None:
    """Two lines at 40 % and 30 % of the speed: in turn twice the slower one, with room their sum."""
    slow = []
    for side, share in (("left", 40), ("right", 30)):
        head = f"            - id: {side}\n"
        slow.append(("plant.yaml", head, f"{head}              speed_share: {share} %\n"))
    for route, part in (("turn", 0.6), ("room", 0.7)):
        scenario = made(tmp_path / route, route, slow)
        measured = shop_rates(*records_before(scenario), 1).jph[2] / np.array([8.0, 10.0, 10.0])
        assert (measured < part).all()
        assert (measured > 0.9 * part).all()  # repaired cars go over their line once more
        rate_jph = np.array([6.8, 8.5, 8.5])
        (pinch,) = pinches(scenario, rate_jph)
        assert pinch.shop == 2
        assert pinch.most_jph == pytest.approx(part * rate_jph)
        assert pinch.factor.tolist() == [1.0, 1.0]


def test_a_branch_by_model_binds_its_own_models_alone(tmp_path: Path) -> None:
    scenario = made(tmp_path / "plant", "model")
    rate_jph = np.array([6.8, 8.5, 8.5])
    bound = {tuple(pinch.factor): pinch for pinch in pinches(scenario, rate_jph)}
    # Behind its line stands a gate of 400 s a car: 9 an hour, faster than 60 % and 50 % of the line's rate.
    assert bound[1.0, 0.0].most_jph == pytest.approx(0.6 * rate_jph)
    assert bound[0.0, 1.0].most_jph == pytest.approx(0.5 * rate_jph)
    assert len(bound) == 2


def test_every_section_binds_whose_pace_differs_by_model(tmp_path: Path) -> None:
    """Framing at 500 s a car, the new model at half of it; a conveyor of 450 s in this shop binds that model more."""
    scenario = written(tmp_path / "plant", [
        ("cycle: 290 s, buffer: 3}", "cycle: 500 s, buffer: 3}"),
        (BODY_END, BODY_END + "        - {id: lift, kind: conveyor, places: 2, pitch: 450 s, "
                   "reliability: {mtbf: 1 h, mttr: 0 s}, buffer_after: 3}\n"),
    ])  # fmt: skip
    models = [model.model_copy(update={"pace": [Pace(shop="body", factor=0.5)] if model.id == "volt" else []})
              for model in scenario.vehicles.models]  # fmt: skip
    scenario = scenario.model_copy(update={"vehicles": scenario.vehicles.model_copy(update={"models": models})})
    found = {tuple(pinch.factor): pinch.most_jph[0] for pinch in pinches(scenario, np.array([8.5, 8.5, 8.5]))}
    uptime = 30 / (30 + 12 / 60)
    assert found == {(1.0, 0.5): pytest.approx(uptime * 3600 / 500), (1.0, 1.0): pytest.approx(3600 / 450)}


@pytest.mark.parametrize("wanted", [300, 6000])
def test_a_mix_that_a_branch_does_not_pass_is_no_shortfall(tmp_path: Path, wanted: int) -> None:
    """Month by month the plan expects what the lines of 60 % and 50 % of the speed pass of its mix, 85 % at most; also
    where orders of the last month are not built."""
    demand = ("demand.csv", "overseas,volt-60,2026-06,300", f"overseas,volt-60,2026-06,{wanted}")
    before = records_before(made(tmp_path / "plant", "model", [demand]))
    scenario, plan = before[:2]
    assert (plan.orders["planned_build_on"].null_count() > 0) == (wanted > 300)
    trace = simulate(*before, FlowParams(), 1)
    weighted = total = 0.0
    for month, hours in trace.months.select("month", "working_h").iter_rows():
        mine = plan.orders.filter(pl.col("planned_build_on").dt.truncate("1mo") == month)["variant_idx"].to_list()
        volt = sum(scenario.vehicles.variants[v].model == "volt" for v in mine) / max(len(mine), 1)
        most = min(0.6 / (1 - volt), 0.5 / volt if volt else 1.0, 1.0)
        weighted, total = weighted + 0.85 * most * hours, total + hours
    found = expected_availability(scenario, plan, trace, 0.85)
    assert found == pytest.approx(weighted / total)
    assert found < 0.75
    # What the line is measured to give less holds its lines beside each other no longer back twice.
    assert {pinch.most_jph[1] for pinch in pinches(scenario, np.array([4.8, 6.0, 6.0]))} == {0.6 * 8.5, 0.5 * 8.5}


def test_an_order_that_is_not_built_is_no_part_of_the_mix(tmp_path: Path) -> None:
    """What is expected of a plan stays the same with orders beside it that no day or another plant builds."""
    before = records_before(made(tmp_path / "plant", "model"))
    scenario, plan = before[:2]
    trace = simulate(*before, FlowParams(), 1)
    found = expected_availability(scenario, plan, trace, 0.85)
    volt = next(k for k, variant in enumerate(scenario.vehicles.variants) if variant.model == "volt")
    unbuilt = plan.orders.head(50).with_columns(
        planned_build_on=pl.lit(None, pl.Date), variant_idx=pl.lit(volt, plan.orders.schema["variant_idx"])
    )
    elsewhere = plan.orders.head(50).with_columns(
        plant_idx=pl.lit(1, plan.orders.schema["plant_idx"]), variant_idx=unbuilt["variant_idx"]
    )
    beside = replace(plan, orders=pl.concat([unbuilt, plan.orders, elsewhere]))
    assert expected_availability(scenario, beside, trace, 0.85) == found


def test_what_if_reaches_gates_in_branches(tmp_path: Path) -> None:
    scenario = made(tmp_path / "plant", "room")
    settings = line_settings(scenario, ["line.assembly.look-left.rework.bays=+1", "line.assembly.trim-right.mtbf=+20%"])
    block = "plant.shops[assembly].sections[trims]"
    assert settings == {
        f"{block}.branches[left].sections[look-left].repairs[rework].bays": "3",
        f"{block}.branches[right].sections[trim-right].reliability.mtbf": "96 h",
    }


@pytest.mark.parametrize(
    ("route", "change", "words"),
    [
        ("model", ("plant.yaml", "              speed_share: 60 %\n", ""), "expected speed_share: by model, the line"),
        ("room", ("plant.yaml", "rework, bays: 2, rejoin: trim-left", "rework, bays: 2, rejoin: trim-right"),
         "no section of its branch is called 'trim-right'"),
        ("room", ("plant.yaml", "rework, bays: 2, rejoin: trim-left", "rework, bays: 2, rejoin: lift"),
         "no section of its branch is called 'lift'"),
        ("room", ("plant.yaml", "{id: rework, bays: 4}", "{id: rework, bays: 4, rejoin: lift}"),
         "leads back over the gates of 'trims', where the car may go through another branch"),
        ("room", ("plant.yaml", "{id: rework, bays: 4}", "{id: rework, bays: 4, rejoin: trim-left}"),
         "no section of the row is called 'trim-left'"),
        ("turn", ("quality.yaml", "{gate: look-right, cause: fit, share: 60 %}",
                  "{gate: look-right, cause: fit, share: 61 %}"),
         "expected gates with the repairs and the detection of those in 'left': with route 'turn'"),
        ("room", ("vehicles.yaml", ", beside: [trim-right]", ""),
         "expected one section in branch 'right' of 'trims' where it is fitted, got 0"),
        ("room", ("vehicles.yaml", "beside: [trim-right]", "beside: [final]"),
         "expected sections in other branches of 'trims'"),
        ("room", ("vehicles.yaml", "section: trim-left, beside: [trim-right]", "section: final, beside: [trim-left]"),
         "expected none: 'final' stands in no branch"),
        ("model", ("vehicles.yaml", "        - {section: trim-right, content: 6.6 h}\n",
                   "        - {section: trim-right, content: 6.6 h}\n        - {section: trim-left, content: 1 h}\n"),
         "'volt' does not go through 'trim-left'"),
        ("turn", ("vehicles.yaml", "        - {section: trim-right, content: 6.6 h}\n", ""),
         "no work content for trim-right"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_place(tmp_path: Path, route: str, change: Any, words: str) -> None:
    with pytest.raises(ScenarioError, match=words) as told:
        made(tmp_path / "plant", route, [change])
    assert all(fault.line > 0 for fault in told.value.faults)


def test_a_block_of_one_branch_hides_no_other_fault(tmp_path: Path) -> None:
    """Beside a list that is too short and a figure that cannot be read: names in the one branch and elsewhere."""
    with pytest.raises(ScenarioError) as told:
        made(tmp_path / "plant", "model", [
            ("plant.yaml", branch("right", "volt", "50 %"), ""), ("plant.yaml", "models: [hatch]", "models: [hatsch]"),
            ("plant.yaml", "capacity: 40, access: 60 s", "capacity: 40, access: 60 kg"),
            ("quality.yaml", "launches: [volt]", "launches: [vollt]"),
        ])  # fmt: skip
    said = [fault.message for fault in told.value.faults]
    assert "expected at least 2 items, got 1" in said
    assert "no model is called 'hatsch'; did you mean 'hatch'?" in said
    assert "no model is called 'vollt'; did you mean 'volt'?" in said
    assert any("60 kg" in message for message in said)
    assert not any("unread-" in str(fault) for fault in told.value.faults)


def test_branches_stand_between_two_sections_of_the_plant(tmp_path: Path) -> None:
    first = ("        - id: framing\n", ENDS.format(name="booths") + "        - id: framing\n")
    last = ("          buffer_after: 20\n", "          buffer_after: 20\n" + ENDS.format(name="booths"))
    for k, change in enumerate((first, last)):
        with pytest.raises(ScenarioError, match="expected 'booths' between two sections of the plant"):
            written(tmp_path / f"plant-{k}", [change])
    share = ("            - id: one\n", "            - id: one\n              speed_share: 40 %\n")
    block = ENDS.format(name="booths").replace(*share)
    with pytest.raises(ScenarioError, match="expected none: 'one' has no moving line"):
        written(tmp_path / "share", [(PAINT_BEGIN, block + PAINT_BEGIN)])
