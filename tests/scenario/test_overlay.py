"""Settings on top of a scenario, and how they are stored with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quayline.base.errors import ScenarioError
from quayline.scenario.loader import load

if TYPE_CHECKING:
    from pathlib import Path


def message_of(folder: Path, path: str, value: str) -> str:
    """The one fault that a setting raises."""
    with pytest.raises(ScenarioError) as caught:
        load(folder, {path: value})
    (fault,) = caught.value.faults
    assert (fault.file, fault.line, fault.column) == ("--set", 0, 0)
    return str(fault)


def test_values_by_path_id_key_and_index(starter: Path) -> None:
    scenario = load(starter, {
        "plant.modes[normal].speed": "12 cars/h",
        "plant.modes[0].speed": "6 cars/h",
        "trade.duties[pt-us-2026].rate": "25 %",
        "demand[home,volt-60,2026-03].cars": "99",
        "horizon.end": "2026-05-29",
        "title": "NO",
    })  # fmt: skip
    assert [mode.speed_jph for mode in scenario.plant.modes] == [6, 12, 10]
    assert scenario.trade.duties[1].rate == 0.25
    assert [d.cars for d in scenario.demand if d.month == "2026-03" and d.variant == "volt-60"] == [99]
    assert str(scenario.horizon.end) == "2026-05-29"
    assert scenario.title == "NO"


def test_lists_mappings_and_whole_items(starter: Path) -> None:
    scenario = load(starter, {
        "plant.calendar.workdays": "[mon, tue]",
        "plant.modes[slow]": "{id: slow, pattern: two-shifts, speed: 5 cars/h}",
        "plant.modes[slow].speed": "7 cars/h",
        "vehicles.models[hatch].until": "2026-06-01",
    })  # fmt: skip
    assert scenario.plant.calendar.workdays == ["mon", "tue"]
    assert (scenario.plant.modes[0].pattern, scenario.plant.modes[0].speed_jph) == ("two-shifts", 7)
    assert str(scenario.vehicles.models[0].until) == "2026-06-01"


def test_another_table(starter: Path) -> None:
    (starter / "less.csv").write_text("market,variant,month,cars\nhome,hatch-hybrid,2026-01,7\n")
    assert sum(d.cars for d in load(starter, {"demand": "{table: less.csv}"}).demand) == 7


def test_a_setting_is_an_assumed_figure_unless_it_says_what_it_rests_on(starter: Path) -> None:
    long = "{value: 30 USD/h, kind: published, source: a book}"
    figures = {
        figure.path: figure
        for figure in load(starter, {"plant.crew.wage": long, "plant.crew.absence_share": "4 %"}).figures
    }
    assert figures["plant.crew.wage"].kind == "published"
    absence = figures["plant.crew.absence_share"]
    assert (absence.kind, absence.file, absence.line) == ("assumed", "overrides.set", 2)
    assert "--set" in absence.source


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("plnt.headcount", "3", "unknown key 'plnt'"),
        ("plnt.headcount", "3", "did you mean 'plant'?"),
        ("plant.headcont", "3", "did you mean 'headcount'?"),
        ("plant.modes[norml].speed", "8 cars/h", "did you mean 'normal'?"),
        ("plant.modes[7].speed", "8 cars/h", "there is no item '7', expected one of slow, normal, double"),
        ("plant.modes.speed", "8 cars/h", "select an item first"),
        ("plant[3].speed", "8 cars/h", "selects from a list"),
        ("plant.headcount.more", "3", "there is no 'more' here"),
        ("plant..headcount", "3", "expected a path such as"),
        ("[plant]", "3", "expected a path such as"),
        ("plant.modes[normal].speed", "8 kg", "expected a quantity in car/h, got '8 kg'"),
        ("plant.modes[normal].speed", "-8 cars/h", "expected more than 0 car/h"),
        ("plant.modes[normal].speed", "", "expected a value"),
        ("plant.modes[normal].speed", "[1", "expected a value, no valid YAML"),
        ("plant.modes[normal].pattern", "one-shft", "did you mean 'one-shift'?"),
        ("horizon.end", "2020-01-01", "not after its start"),
        ("demand", "{table: ../x.csv}", "in the scenario's folder"),
        ("plant.headcount", "3\n4", "in one line"),
        ("plant.calendar.stops[easter-works].id", "!!python/name:os.system x", "tags are not accepted"),
    ],
)
def test_what_leads_nowhere_is_refused(starter: Path, path: str, value: str, words: str) -> None:
    assert words in message_of(starter, path, value)


def test_all_wrong_settings_at_once(starter: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(starter, {"a": "1", "plant.headcount": "many", "plant.b": "2"})
    assert len(caught.value.faults) == 3


def test_stored_files_give_the_same_scenario_again(starter: Path, tmp_path: Path) -> None:
    first = load(starter, {"plant.crew.wage": "30 USD/h", "demand[0].cars": "5"})
    stored = tmp_path / "stored"
    stored.mkdir()
    for name, content in first.files:
        (stored / name).write_bytes(content)
    again = load(stored)
    assert again.model_dump() == first.model_dump()
    assert again.figures == first.figures
    assert again.files == first.files
    assert again.plant.crew.wage_usd_per_h == 30
    more = load(stored, {"plant.crew.wage": "31 USD/h"})
    assert more.plant.crew.wage_usd_per_h == 31
    assert dict(more.files)["overrides.set"].decode().splitlines() == [
        "plant.crew.wage=30 USD/h", "demand[0].cars=5", "plant.crew.wage=31 USD/h"
    ]  # fmt: skip


def test_faults_of_stored_settings_have_their_line(starter: Path) -> None:
    (starter / "overrides.set").write_text("plant.headcount=3\n\nplant.headcont=3\nnonsense\n")
    with pytest.raises(ScenarioError) as caught:
        load(starter, {"plant.x": "1"})
    assert [(f.file, f.line) for f in caught.value.faults] == [("--set", 0), ("overrides.set", 3), ("overrides.set", 4)]
