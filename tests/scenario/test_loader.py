"""Good scenarios: what is read, what every figure rests on, and what is handed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quayline.base.errors import ScenarioError
from quayline.scenario.loader import load, summary
from quayline.scenario.shipped import shipped_names
from quayline.scenario.template import new
from quayline.scenario.yaml_map import read_yaml, resolve

if TYPE_CHECKING:
    from pathlib import Path

    from quayline.base.errors import Fault
    from quayline.scenario.schema import Figure, Scenario


def edit(folder: Path, file: str, old: str, new_text: str) -> None:
    """Replaces one text in a file."""
    text = (folder / file).read_text("utf-8")
    assert old in text, "the starter has changed: mend the test"
    (folder / file).write_text(text.replace(old, new_text, 1), "utf-8")


def outcome(folder: Path) -> Scenario | ScenarioError:
    """The scenario, or its faults; any other exception is a defect."""
    try:
        return load(folder)
    except ScenarioError as error:
        return error


def figure(scenario: Scenario, path: str) -> Figure:
    """The figure at a path."""
    (found,) = [figure for figure in scenario.figures if figure.path == path]
    return found


def test_the_starter_is_sound_and_all_assumed(starter: Path) -> None:
    scenario = load(starter)
    told = summary(scenario)
    assert told.num_files == 10
    assert told.num_figures == {"assumed": len(scenario.figures)}
    assert len(scenario.figures) > 200
    assert told.num_things > 100
    assert scenario.plant.modes[0].speed_jph == 8
    assert scenario.quality.causes[0].repair_s == 25 * 60
    assert scenario.plant.costs.overhead_usd_per_year == 9e6


def test_new_refuses_a_folder_that_holds_something(starter: Path) -> None:
    before = sorted(path.name for path in starter.iterdir())
    with pytest.raises(ScenarioError, match="expected an empty or a new folder"):
        new(starter)
    with pytest.raises(ScenarioError, match="expected an empty or a new folder"):
        new(starter / "plant.yaml")
    assert sorted(path.name for path in starter.iterdir()) == before


def test_new_takes_an_empty_folder(tmp_path: Path) -> None:
    assert "scenario.yaml" in new(tmp_path)
    assert load(tmp_path).name == "starter"


def test_files_are_kept_as_they_were(starter: Path) -> None:
    files = dict(load(starter).files)
    assert files == {path.name: path.read_bytes() for path in starter.glob("*.*")}


def test_the_same_folder_gives_the_same_scenario(starter: Path) -> None:
    one, two = load(starter), load(str(starter))
    assert one == two
    assert one.figures == two.figures


def test_how_sections_are_spread_over_files_does_not_matter(starter: Path) -> None:
    before = load(starter)
    parts = [(starter / name).read_text() for name in ("quality.yaml", "carbon.yaml")]
    whole = parts[0] + parts[1].replace('provenance: {kind: assumed, source: "made up for the starter scenario"}', "")
    (starter / "carbon.yaml").unlink()
    (starter / "quality.yaml").write_text(whole)
    assert load(starter).model_dump() == before.model_dump()


def test_long_form_states_what_a_figure_rests_on(starter: Path) -> None:
    edit(starter, "plant.yaml", "wage: 24 USD/h",
         'wage: {value: 26 USD/h, kind: published, source: "a book", year: 2025, note: "gross"}')  # fmt: skip
    scenario = load(starter)
    wage = figure(scenario, "plant.crew.wage")
    assert scenario.plant.crew.wage_usd_per_h == 26
    assert (wage.text, wage.unit, wage.kind, wage.source, wage.note) == (
        "26 USD/h", "USD/h", "published", "a book, 2025", "gross"
    )  # fmt: skip
    assert (wage.file, wage.line) == ("plant.yaml", 40)
    assert figure(scenario, "plant.crew.absence_share").kind == "assumed"


def test_long_form_of_counts_and_dates(starter: Path) -> None:
    edit(starter, "plant.yaml", "headcount: 400", "headcount: {value: 410, kind: measured, source: gate}")
    edit(starter, "scenario.yaml", "sop: 2026-02-02", "sop: {value: 2026-01-30, kind: published, source: x}")
    scenario = load(starter)
    assert scenario.plant.headcount == 410
    assert figure(scenario, "plant.headcount").kind == "measured"
    assert str(scenario.agreements[0].sop) == "2026-01-30"


def test_the_nearest_provenance_counts(starter: Path) -> None:
    edit(starter, "plant.yaml", "  crew:\n", "  crew:\n    provenance: {kind: measured, source: payroll}\n")
    edit(starter, "plant.yaml", "absence_share: 6 %", "absence_share: {value: 6 %, note: in winter}")
    scenario = load(starter)
    assert figure(scenario, "plant.crew.wage").source == "payroll"
    absence = figure(scenario, "plant.crew.absence_share")
    assert (absence.kind, absence.source, absence.note) == ("measured", "payroll", "in winter")
    assert figure(scenario, "plant.change.cost").kind == "assumed"


def test_a_figure_without_provenance_is_unstated(starter: Path) -> None:
    edit(starter, "quality.yaml", 'provenance: {kind: assumed, source: "made up for the starter scenario"}', "")
    kinds = summary(load(starter)).num_figures
    assert kinds["unstated"] == 20
    assert kinds["assumed"] > 200


def test_rows_of_a_table_may_state_their_own(starter: Path) -> None:
    (starter / "prices.csv").write_text(
        "market,variant,from,price,kind,source\n"
        'home,hatch-hybrid,2024-01-01,21500 USD/car,published,"price list, page 3"\n'
        "home,volt-60,2026-02-02,36500 USD/car,,\n"
        "overseas,volt-60,2026-02-02,39500 USD/car,assumed,\n"
    )
    edit(starter, "markets.yaml", "{table: prices.csv}",
         "{table: prices.csv, provenance: {kind: derived, source: a sum}}")  # fmt: skip
    scenario = load(starter)
    found = [(f.kind, f.source, f.file, f.line) for f in scenario.figures if f.path.startswith("prices[")]
    assert found == [
        ("published", "price list, page 3", "prices.csv", 2),
        ("derived", "a sum", "prices.csv", 3),
        ("assumed", "", "prices.csv", 4),
    ]


def test_a_table_and_a_list_mean_the_same(starter: Path) -> None:
    before = load(starter)
    rows = "".join(
        f"  - {{market: {r.market}, variant: {r.variant}, month: 2026-{r.month[5:]}, cars: {r.cars}}}\n"
        for r in before.demand
    )
    edit(starter, "markets.yaml", "demand: {table: demand.csv}    # cars to deliver in a month\n", f"demand:\n{rows}")
    assert load(starter).demand == before.demand


def test_quotes_spaces_and_optional_cells_of_tables(starter: Path) -> None:
    (starter / "variants.csv").write_text(
        "id , model,name,kerb_mass,battery_energy,battery,fuel,electricity,parts\n"
        'hatch-hybrid,hatch,"Hatch, the ""old"" one", 1380 kg,1.2 kWh,small-pack,42 kWh/(100 km),,13200 USD/car\n'
        "\n"
        "volt-60,volt,Volt,1790 kg,60 kWh,large-pack,,16.5 kWh/(100 km),21500 USD/car\n"
    )
    text = (starter / "vehicles.yaml").read_text()
    start, end = text.index("  variants:"), text.index("  options:\n    - {id: glass-roof, name")
    (starter / "vehicles.yaml").write_text(f"{text[:start]}  variants: {{table: variants.csv}}\n{text[end:]}")
    variants = load(starter).vehicles.variants
    assert [v.name for v in variants] == ['Hatch, the "old" one', "Volt"]
    assert [v.fuel_kwh_per_100km for v in variants] == [42, None]


def test_names_that_look_like_something_else_stay_names(starter: Path) -> None:
    edit(starter, "scenario.yaml", "name: starter", "name: 3008")
    edit(starter, "scenario.yaml", "{country: US, party: us-customs}", "{country: NO, party: us-customs}")
    for old in ("country: US\n", "country: US,", "into: US", "into: US"):
        for file in ("markets.yaml", "carbon.yaml"):
            text = (starter / file).read_text()
            (starter / file).write_text(text.replace(old, old.replace("US", "NO")))
    scenario = load(starter)
    assert scenario.name == "3008"
    assert scenario.markets[1].country == "NO"


@pytest.mark.parametrize(
    "text", ["NO", "no", "on", "Yes", "0o17", "0x1f", "1:30", "2025-04-03", "1_000", ".nan", "=", "<<"]
)
def test_only_plain_numbers_and_true_false_null_are_more_than_text(text: str) -> None:
    assert resolve(text) == text


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**17), 10**17))
def test_numbers_are_read_as_written(number: float) -> None:
    assert resolve(repr(number)) == number


@given(st.binary(max_size=200) | st.text("[]{}:,-&*!|>'\"% \n\tab01#?@`", max_size=60).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_no_bytes_break_the_reader(content: bytes) -> None:
    faults: list[Fault] = []
    text = content.decode("utf-8", "replace")
    node = read_yaml(text, "a.yaml", faults)
    assert node is not None or len(faults) == 1


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_change_of_a_file_ends_in_anything_but_faults(starter: Path, data: st.DataObject) -> None:
    file = starter / data.draw(st.sampled_from(["plant.yaml", "vehicles.yaml", "demand.csv", "markets.yaml"]))
    before = file.read_bytes()
    start = data.draw(st.integers(0, len(before)))
    length = data.draw(st.integers(0, 12))
    new_bytes = data.draw(st.binary(max_size=6) | st.text('[]{}:,-&*!"% \n0a;', max_size=6).map(str.encode))
    file.write_bytes(before[:start] + new_bytes + before[start + length :])
    told = str(outcome(starter))
    file.write_bytes(before)
    assert told


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_scenarios_are_sound(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    assert "unstated" not in summary(scenario).num_figures


def test_every_statement_knows_its_line(starter: Path) -> None:
    scenario = load(starter, {"plant.overtime.week": "46 h"})
    lines = (starter / "plant.yaml").read_text("utf-8").splitlines()
    mode = scenario.written("plant.modes[double].from")
    assert mode is not None
    assert (mode.file, mode.text) == ("plant.yaml", "2026-03-01")
    assert "id: double" in lines[mode.line - 1]
    default = scenario.written("plant.change.notice_months")  # not written: the mapping that it would stand in
    assert default is not None
    assert "pace:" in lines[default.line - 1]
    given = scenario.written("plant.overtime.week")
    assert given is not None
    assert given.text == "46 h"
    assert scenario.written("nowhere") is None
