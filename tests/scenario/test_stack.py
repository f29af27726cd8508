"""Overlays: stacked, found by path, stored with what they change, refused with their file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quayline.base.errors import ScenarioError
from quayline.scenario.loader import load, overlaid

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "quayline: 1\noverlay: {name}\ntitle: a test\nprovenance: {{kind: assumed, source: a test}}\n"


def write(folder: Path, name: str, body: str) -> str:
    """Writes an overlay and returns its path."""
    (folder / f"{name}.yaml").write_text(HEAD.format(name=name) + body)
    return f"{folder}/{name}.yaml"


def faults_of(where: str) -> list[tuple[str, int, str]]:
    """(file's name, line, message) of every fault."""
    with pytest.raises(ScenarioError) as caught:
        load(where)
    return [(fault.file.rsplit("/", 1)[-1], fault.line, fault.message) for fault in caught.value.faults]


def test_an_overlay_removes_adds_sets_and_scales(starter: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "shift", """
set:
  plant.modes[double].from: 2026-02-01
  plant.calendar.stops[*].paid_share: 50 %
  rules.duty[us,pt].2026-05-01: 25 %
  rules.duty[us,pt].2026-06-01: {value: 30 %, kind: published, source: a notice}
scale:
  demand[market=overseas,from=2026-05].cars: 50 %
  prices[variant=volt-*].price: {value: 110 %, note: dearer}
add:
  plant.calendar.holidays:
    - {date: 2026-06-10, name: Portugal Day}
remove:
  demand: ["market=home,variant=volt-60,until=2026-03"]
  plant.modes: [slow]
""")
    scenario = load(f"{starter} + {path}")
    assert [mode.id for mode in scenario.plant.modes] == ["normal", "double"]
    assert str(scenario.plant.modes[1].from_) == "2026-02-01"
    assert [stop.paid_share for stop in scenario.plant.calendar.stops] == [0.5]
    duties = {str(duty.from_): (duty.id, duty.rate) for duty in scenario.trade.duties}
    assert duties["2026-05-01"] == ("pt-us-2026", 0.25)
    assert duties["2026-06-01"] == ("us-pt-2026-06-01", 0.3)
    assert [d.cars for d in scenario.demand if d.market == "overseas"] == [120, 130, 150]
    assert not [d for d in scenario.demand if d.market == "home" and d.variant == "volt-60" and d.month == "2026-03"]
    prices = [price.price_usd_per_car for price in scenario.prices if price.variant == "volt-60"]
    assert prices == pytest.approx([40150, 43450])
    assert str(scenario.plant.calendar.holidays[-1].date) == "2026-06-10"
    assert scenario.overlays == (("shift", "a test"),)


def test_figures_keep_their_file_line_and_grounds(starter: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "shift", """
set: {plant.crew.wage: 30 USD/h}
scale: {"demand[home,volt-60,2026-03].cars": 150 %}
add:
  trade.duties:
    - {id: more, into: US, origin: PT, from: 2026-06-01, rate: 30 %, basis: x}
""")
    scenario = load(f"{starter} + {path}")
    figures = {figure.path: figure for figure in scenario.figures}
    wage = figures["plant.crew.wage"]
    assert (wage.file, wage.line, wage.kind, wage.source) == ("overlays/shift.yaml", 6, "assumed", "a test")
    cars = figures["demand[home,volt-60,2026-03].cars"]
    assert (cars.text, cars.file, cars.line, cars.kind) == ("90", "overlays/shift.yaml", 7, "assumed")
    assert cars.note == "60 in demand.csv:8 times 1.5"
    assert (figures["trade.duties[more].rate"].line, figures["trade.duties[more].rate"].source) == (10, "a test")
    assert figures["plant.crew.absence_share"].file == "plant.yaml"
    written = scenario.written("plant.crew.wage")
    assert written is not None
    assert (written.file, written.line, written.text) == ("overlays/shift.yaml", 6, "30 USD/h")


def test_scaling_keeps_whole_cars_and_the_sum(starter: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "less", "scale: {'demand[*].cars': 33.3 %}\n")
    before, after = load(starter), load(f"{starter} + {path}")
    wanted = sum(row.cars for row in before.demand) * 0.333
    assert abs(sum(row.cars for row in after.demand) - wanted) <= 0.5
    assert all(abs(a.cars - b.cars * 0.333) < 1 for a, b in zip(after.demand, before.demand, strict=True))


def test_overlays_lie_in_order_and_settings_on_top(starter: Path, tmp_path: Path) -> None:
    own = starter / "overlays"
    own.mkdir(exist_ok=True)
    write(own, "one", "set: {plant.headcount: 1, plant.nominal_cars_per_year: 1, plant.crew.wage: 1 USD/h}\n")
    two = write(tmp_path, "two", "set: {plant.headcount: 2, plant.nominal_cars_per_year: 2}\n")
    scenario = load(f"{starter} + one + {two}", {"plant.headcount": "3"})
    plant = scenario.plant
    assert (plant.headcount, plant.nominal_cars_per_year, plant.crew.wage_usd_per_h) == (3, 2, 1)
    assert dict(scenario.files)["overrides.set"] == b"+ one\n+ two\nplant.headcount=3\n"


def test_stored_files_give_the_same_scenario_again(starter: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "less", "scale: {'demand[*].cars': 50 %}\nset: {plant.headcount: 7}\n")
    first = load(f"{starter} + {path}", {"plant.headcount": "8"})
    stored = tmp_path / "stored"
    for name, content in first.files:
        (stored / name).parent.mkdir(parents=True, exist_ok=True)
        (stored / name).write_bytes(content)
    again = load(stored)
    assert again.model_dump() == first.model_dump()
    assert again.figures == first.figures
    assert again.files == first.files
    assert again.overlays == first.overlays
    assert overlaid(first, ["less"]).model_dump() == first.model_dump()
    assert overlaid(first, [], {"plant.headcount": "9"}).plant.headcount == 9


def test_futures_take_their_overlays_along(starter: Path, tmp_path: Path) -> None:
    own = starter / "overlays"
    own.mkdir(exist_ok=True)
    write(own, "less", "scale: {'demand[*].cars': 50 %}\n")
    futures = "futures:\n  - {id: a, probability: 60 %}\n  - {id: b, probability: 40 %, overlays: [less]}\n"
    (starter / "futures.yaml").write_text("provenance: {kind: assumed, source: x}\n" + futures)
    scenario = load(starter)
    assert "overlays/less.yaml" in dict(scenario.files)
    (own / "less.yaml").unlink()
    half = overlaid(scenario, scenario.futures[1].overlays)
    assert sum(row.cars for row in half.demand) * 2 == sum(row.cars for row in scenario.demand)


def test_every_fault_of_an_overlay_at_once_with_its_line(starter: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "wrong", """
sett: {a: 1}
set:
  plant.modes[normel].speed: 9 cars/h
  plant.crew.wage: 9 kg
  rules.dutty[us,pt].2026-01-01: 3 %
  rules.duty[us].2026-01-01: 3 %
  rules.duty[us,pt]: 3 %
scale:
  demand[market=overseaz].cars: 50 %
  demand[month=2026-03,variant=hatch-*].cars: fast
  title: 50 %
  plant.headcount: -1
  vehicles.models[hatch].until: 50 %
add:
  plant.headcount: [1]
  trade.duties: {table: x.csv}
remove:
  plant.modes: [fast, slow]
  parts: [x]
""")
    assert faults_of(f"{starter} + {path}") == [
        ("wrong.yaml", 6, "unknown key 'sett' in an overlay, expected quayline, overlay, title, provenance, remove, "
         "add, set, scale; did you mean 'set'?"),
        ("wrong.yaml", 8, "there is no item 'normel', expected one of slow, normal, double; did you mean 'normal'?"),
        ("wrong.yaml", 9, "expected a quantity in USD/h, got '9 kg'"),
        ("wrong.yaml", 10, "no rule is called 'dutty', expected one of duty, admissibility, price; "
         "did you mean 'duty'?"),
        ("wrong.yaml", 11, "expected duty[into,origin]"),
        ("wrong.yaml", 12, "expected a dated rule such as rules.duty[us,kr].2025-04-03"),
        ("wrong.yaml", 14, "no item has market=overseaz; market is home, overseas; did you mean 'overseas'?"),
        ("wrong.yaml", 15, "expected a factor such as 80 %: expected a plain number or a percentage, got 'fast'"),
        ("wrong.yaml", 16, "expected the path of figures to scale"),
        ("wrong.yaml", 17, "expected a factor from 0 to 1e+06, got '-1'"),
        ("wrong.yaml", 18, "none of the items has this figure"),
        ("wrong.yaml", 20, "expected the path of a list"),
        ("wrong.yaml", 21, "expected a list of what to add"),
        ("wrong.yaml", 23, "there is no item 'fast', expected one of slow, normal, double"),
        ("wrong.yaml", 24, "expected the path of a list that the scenario has"),
    ]  # fmt: skip


def test_faults_that_come_of_an_overlay_name_it(starter: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "wrong", """
set: {horizon.end: 2020-01-01}
add:
  trade.duties:
    - {id: pt-us, into: US, origin: PT, from: 2026-06-01, rate: 3 %, basis: x}
    - {id: more, into: US, orgin: PT, from: 2026-06-01, rate: 3 %, basis: x}
""")
    lines = [(file, line) for file, line, _ in faults_of(f"{starter} + {path}")]
    assert ("wrong.yaml", 9) in lines
    assert ("wrong.yaml", 10) in lines
    told = "\n".join(message for *_, message in faults_of(f"{starter} + {path}"))
    assert "the same id (pt-us) stands in markets.yaml:" in told
    assert "did you mean 'origin'?" in told
    only = write(tmp_path, "late", "set: {horizon.end: 2020-01-01}\n")
    assert faults_of(f"{starter} + {only}")[0][:2] == ("late.yaml", 5)


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        ("{starter} + nothing-such", "no overlay is called 'nothing-such'"),
        ("{starter} + third-shfit", "did you mean 'third-shift'?"),
        ("{starter} + ../secret", "expected an overlay's file, found none"),
        ("{starter} + ../secret.yaml", "expected an overlay's file, found none"),
        ("busan+third-shift", "spaces around"),
        ("{starter} + Big", "small letters, digits and hyphens"),
        ("{starter} + ", "got an empty part"),
        ("{tmp}/none + third-shift", "expected a folder with a scenario"),
        ("{starter} + {tmp}/less.yaml + {tmp}/less.yaml", "lies on this scenario already"),
        ("{starter} + {tmp}/other.yaml", "expected other, got 'less'"),
        ("{starter} + {tmp}/empty.yaml", "empty file"),
        ("{starter} + {tmp}/idle.yaml", "this overlay changes nothing"),
        ("{starter} + {tmp}/code.yaml", "tags are not accepted"),
        ("{starter} + {tmp}/bomb.yaml", "anchors and aliases are not accepted"),
        ("{starter} + {tmp}/list.yaml", "expected a mapping with"),
        ("{starter} + {tmp}/link.yaml", "leads out of"),
        ("{starter} + {tmp}/huge.yaml", "at most 8388608 are accepted"),
    ],
)
def test_what_cannot_be_stacked(starter: Path, tmp_path: Path, stack: str, words: str) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    write(folder, "less", "scale: {'demand[*].cars': 50 %}\n")
    (folder / "other.yaml").write_bytes((folder / "less.yaml").read_bytes())
    (folder / "empty.yaml").write_text("")
    write(folder, "idle", "")
    write(folder, "code", "set: {title: !!python/name:os.system x}\n")
    write(folder, "bomb", "set: {title: &a x, name: *a}\n")
    (folder / "list.yaml").write_text("- a\n")
    (tmp_path / "secret").write_text("secret")
    (folder / "link.yaml").symlink_to(tmp_path / "secret")
    (folder / "huge.yaml").write_bytes(b"#" * (2**23 + 1))
    told = "\n".join(message for *_, message in faults_of(stack.format(starter=starter, tmp=folder)))
    assert words in told


def test_a_folder_stacks_by_name_only(starter: Path) -> None:
    (starter / "overrides.set").write_text("plant.headcount=3\n+ ../evil\n+ /etc/passwd\n+ nowhere\n")
    assert [found[:2] for found in faults_of(str(starter))] == [("overrides.set", line) for line in (2, 3, 4)]
