"""Broken scenarios: each is refused with every fault at its place, in words that help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from quayline.base.errors import Fault, ScenarioError
from quayline.scenario.loader import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MARK = "»"  # in a replacement: where the fault must be located


@dataclass(frozen=True)
class Break:
    """Puts `new` in the place of `old` in a file of the starter; the fault must stand at the mark and say `words`."""

    name: str
    file: str
    old: str
    new: str
    words: str


BREAKS = (
    # what one thing needs of another
    Break("lane-from-elsewhere", "markets.yaml", "pol: porto ", "pol: »baltimore ",
          "begins at a plant's port: 'porto'"),
    Break("quota-without-end", "markets.yaml", "- {id: pt-us, ", "- »{id: pt-us, quota_cars: 100, ",
          "quota_cars and over_quota_rate go together"),
    Break("model-in-an-agreement-twice", "scenario.yaml", "models: [volt]", "models: [volt, »volt]",
          "is in another agreement already"),
    Break("price-too-late", "demand.csv", "home,hatch-hybrid,2026-01,", "home,hatch-hybrid,»2023-12,",
          "the first price for 'hatch-hybrid' in 'home' begins in 2024-01"),
    # units and numbers
    Break("wrong-unit", "plant.yaml", "speed: 8 cars/h", "speed: »8 kg",
          "expected a quantity in car/h, got '8 kg'"),
    Break("no-unit", "plant.yaml", "cycle: 280 s", "cycle: »280",
          "expected a quantity in s, got 280 without a unit"),
    Break("unit-of-nothing", "plant.yaml", "cycle: 280 s", "cycle: »280 sx",
          "expected a quantity in s, got '280 sx'"),
    Break("endless-quantity", "plant.yaml", "cycle: 280 s", "cycle: »280 " + "s" * 9000,
          "expected a quantity in s, got '280 sss"),
    Break("unit-that-computes", "plant.yaml", "cycle: 280 s", "cycle: »280 s**99999999",
          "expected a quantity in s"),
    Break("unit-on-a-share", "plant.yaml", "absence_share: 6 %", "absence_share: »6 kg",
          "a plain number or a percentage"),
    Break("negative", "plant.yaml", "wage: 24 USD/h", "wage: »-24 USD/h",
          "expected at least 0 USD/h, got '-24 USD/h'"),
    Break("zero-speed", "plant.yaml", "speed: 8 cars/h", "speed: »0 cars/h", "expected more than 0 car/h"),
    Break("share-over-one", "plant.yaml", "absence_share: 6 %", "absence_share: »600 %",
          "expected at most 1, got '600 %'"),
    Break("nan", "plant.yaml", "wage: 24 USD/h", "wage: ».nan", "expected a quantity in USD/h, got '.nan'"),
    Break("nan-with-unit", "plant.yaml", "wage: 24 USD/h", "wage: »nan USD/h", "got 'nan USD/h'"),
    Break("nan-coordinate", "plant.yaml", "latitude: 41.1", "latitude: ».nan",
          "expected a number, got '.nan'"),
    Break("infinite", "plant.yaml", "wage: 24 USD/h", "wage: »1e999 USD/h",
          "that is finite, got '1e999 USD/h'"),
    Break("inf-word", "plant.yaml", "premium_factor: 1.5", "premium_factor: ».inf",
          "a plain number or a percentage"),
    Break("absurd-time", "markets.yaml", "every: 7 days", "every: »1e30 days",
          "expected at most 36525 day, got '1e30 days'"),
    Break("absurd-count", "plant.yaml", "headcount: 400", "headcount: »999999999999",
          "expected a whole number up to"),
    Break("absurd-year", "scenario.yaml", "plant_until: 2035", "plant_until: »999999999",
          "expected a whole number up to 2200"),
    Break("huge-integer", "plant.yaml", "headcount: 400", "headcount: »" + "9" * 5000,
          "expected a whole number, got '999"),
    Break("fraction-of-a-car", "demand.csv", "2026-01,700", "2026-01,»700.5",
          "expected a whole number, got '700.5'"),
    Break("negative-cars", "demand.csv", "2026-01,700", "2026-01,»-700", "expected at least 0, got '-700'"),
    Break("absurd-demand", "demand.csv", "market,variant,month,cars\nhome,hatch-hybrid,2026-01,700\n"
          "home,hatch-hybrid,2026-02,680\nhome,hatch-hybrid,2026-03,720",
          "»market,variant,month,cars\nhome,hatch-hybrid,2026-01,9000000\nhome,hatch-hybrid,2026-02,9000000\n"
          "home,hatch-hybrid,2026-03,9000000", "cars in all are more than"),
    Break("yes-for-a-number", "plant.yaml", "headcount: 400", "headcount: »true",
          "expected a whole number, got 'true'"),
    Break("octal", "plant.yaml", "headcount: 400", "headcount: »0o620",
          "expected a whole number, got '0o620'"),
    Break("sexagesimal", "plant.yaml", "cycle: 280 s", "cycle: »4:40",
          "expected a quantity in s, got '4:40'"),
    # keys
    Break("unknown-key", "plant.yaml", "headcount: 400", "headcount: 400\n  »headcont: 3",
          "did you mean 'headcount'?"),
    Break("misspelt-key", "plant.yaml", "headcount: 400", "»headcont: 400", "unknown key 'headcont'"),
    Break("unknown-section", "quality.yaml", "quality:\n", "»qualty:\n", "did you mean 'quality'?"),
    Break("missing-key", "plant.yaml", "{id: slow, pattern: one-shift, speed: 8 cars/h}",
          "»{id: slow, pattern: one-shift}", "expected the key 'speed' (cars per hour"),
    Break("duplicate-key", "plant.yaml", "headcount: 400", "headcount: 400\n  »headcount: 500",
          "the key 'headcount' stands here twice (first in line 10)"),
    Break("section-twice", "vehicles.yaml", "vehicles:\n", "»horizon: {start: 2026-01-05}\nvehicles:\n",
          "the section 'horizon' stands also in scenario.yaml"),
    Break("key-without-value", "plant.yaml", "headcount: 400", "headcount:»",
          "expected a value, got nothing"),
    Break("null", "plant.yaml", "headcount: 400", "headcount: »~", "expected a value, got nothing"),
    Break("list-for-a-mapping", "plant.yaml", "place: {country: PT, latitude: 41.1, longitude: -8.6}",
          "place: »[41.1, -8.6]", "expected a mapping (country, latitude, longitude), got a list"),
    Break("mapping-for-a-list", "plant.yaml", "workdays: [mon, tue, wed, thu, fri]",
          "workdays: »{mon: true}", "expected a list, got a mapping"),
    Break("mapping-for-text", "scenario.yaml", "title: A small plant", "title: »{a: b}  # A small plant",
          "expected text, got a mapping"),
    Break("empty-list", "plant.yaml", "workdays: [mon, tue, wed, thu, fri]", "workdays: »[]",
          "at least 1 items, got 0"),
    Break("unknown-choice", "plant.yaml", "workdays: [mon, tue, wed, thu, fri]",
          "workdays: [mon, »tues]", "got 'tues'; did you mean 'tue'?"),
    Break("unknown-branch", "plant.yaml", "kind: conveyor", "kind: »conveyer", "did you mean 'conveyor'?"),
    Break("no-branch", "plant.yaml", "        - id: trim\n          kind: paced\n", "        - »id: trim\n",
          "expected the key 'kind' (conveyor or gate"),
    Break("key-of-another-branch", "plant.yaml", "places: 40", "places: 40\n          »spread_share: 5 %",
          "unknown key 'spread_share'"),
    Break("bad-name", "scenario.yaml", "name: starter", "name: »Starter One",
          "small letters, digits and hyphens"),
    Break("bad-country", "markets.yaml", "country: PT\n", "country: »Portugal\n", "two capital letters"),
    Break("bad-clock", "plant.yaml", 'start: "07:00"', 'start: »"7 am"', "a time of day such as 07:00"),
    Break("other-version", "scenario.yaml", "quayline: 1", "quayline: »2", "expected 1, got '2'"),
    # dates
    Break("no-such-day", "scenario.yaml", "start: 2026-01-05", "start: »2026-02-30",
          "expected a date such as"),
    Break("american-date", "scenario.yaml", "start: 2026-01-05", "start: »01/05/2026",
          "expected a date such as"),
    Break("date-as-number", "scenario.yaml", "start: 2026-01-05", "start: »0", "expected a date such as"),
    Break("date-order", "scenario.yaml", "end: 2026-06-26", "end: »2025-06-26", "not after its start"),
    Break("stop-order", "plant.yaml", "to: 2026-04-10", "to: »2026-04-01", "before its start"),
    Break("month-of-thirteen", "demand.csv", "home,volt-60,2026-03", "home,volt-60,»2026-13",
          "a month such as 2025-04"),
    # names that lead nowhere
    Break("dangling-pattern", "plant.yaml", "pattern: two-shifts", "pattern: »too-shifts",
          "did you mean 'two-shifts'?"),
    Break("dangling-variant", "demand.csv", "home,volt-60,2026-03", "home,»volt-600,2026-03",
          "did you mean 'volt-60'?"),
    Break("dangling-lane", "markets.yaml", "lane: porto-baltimore      #", "lane: »porto-boston  #",
          "no lane is called"),
    Break("same-id-twice", "markets.yaml", "  - id: overseas", "  - »id: home",
          "the same id (home) stands in line"),
    Break("shares-beyond-one", "vehicles.yaml", "- {id: white, share: 50 %}", "»- {id: white, share: 55 %}",
          "add up to 1.05"),
    Break("repair-loop-forward", "plant.yaml",
          "          cycle: 300 s\n          spread_share: 10 %\n          servers: 2\n          repairs:\n"
          "            - {id: rework, bays: 4}",
          "          cycle: 300 s\n          spread_share: 10 %\n          servers: 2\n          repairs:\n"
          "            - {id: rework, bays: 4, rejoin: »nowhere}", "no section of the row is called 'nowhere'"),
    # provenance
    Break("unknown-kind", "plant.yaml", "wage: 24 USD/h", "wage: {value: 24 USD/h, kind: »guessed}",
          "expected one of published, measured, derived, assumed, got 'guessed'"),
    Break("published-without-source", "plant.yaml", "wage: 24 USD/h",
          "wage: {value: 24 USD/h, kind: »published}",
          "a published figure needs the key 'source'"),
    Break("source-without-kind", "plant.yaml", "wage: 24 USD/h", "wage: {value: 24 USD/h, source: »a book}",
          "expected the key 'kind'"),
    Break("unknown-key-in-long-form", "plant.yaml", "wage: 24 USD/h",
          "wage: {value: 24 USD/h, kind: assumed, »sauce: x}", "did you mean 'source'?"),
    Break("comma-without-quotes", "plant.yaml", "wage: 24 USD/h",
          "wage: {value: 24 USD/h, kind: assumed, note: lower, »really}", "a text with a comma needs quotes"),
    Break("long-form-without-value", "plant.yaml", "wage: 24 USD/h", "wage: »{kind: assumed}",
          "with the key 'value'"),
    Break("wrong-unit-in-long-form", "plant.yaml", "wage: 24 USD/h", "wage: {kind: assumed, value: »24 s}",
          "expected a quantity in USD/h, got '24 s'"),
    Break("negative-in-long-form", "plant.yaml", "wage: 24 USD/h", "wage: {kind: assumed, value: »-1 USD/h}",
          "expected at least 0 USD/h"),
    Break("provenance-without-kind", "plant.yaml", "  crew:\n",
          "  crew:\n    provenance: »{source: a book}\n",
          "expected the key 'kind'"),
    # hostile or broken YAML
    Break("python-tag", "scenario.yaml", "title: A small", "title: »!!python/object/apply:os.system [ls] #",
          "tags are not accepted"),
    Break("local-tag", "scenario.yaml", "title: A small", "title: »!include ../../x #",
          "tags are not accepted"),
    Break("anchor", "scenario.yaml", "title: A small", "title: »&a [x, x] #",
          "anchors and aliases are not accepted"),
    Break("alias", "scenario.yaml", "title: A small", "title: »*a #", "anchors and aliases are not accepted"),
    Break("deep-nesting", "scenario.yaml", "title: A small", "title: " + "[" * 23 + "»" + "[" * 5000 + "#",
          "nested deeper than"),
    Break("long-scalar", "scenario.yaml", "title: A small", "title: »" + "x" * 20_000 + " #",
          "at most 10000 characters"),
    Break("two-documents", "scenario.yaml", "quayline: 1", "quayline: 1\n»---", "expected one YAML document"),
    Break("syntax", "scenario.yaml", "title: A small plant, two", "title: A»: small plant, two",
          "no valid YAML"),
    # tables
    Break("semicolons", "prices.csv", "market,variant,from,price", "market»;variant;from;price",
          "expected commas between the columns, got semicolons"),
    Break("tabs", "prices.csv", "market,variant,from,price", "market»\tvariant\tfrom\tprice", "got tabs"),
    Break("column-twice", "prices.csv", "market,variant,from,price", "market,variant,from,»from",
          "the column 'from' stands here twice"),
    Break("unknown-column", "prices.csv", "market,variant,from,price", "market,variant,from,»prize",
          "unknown column 'prize'"),
    Break("nameless-column", "prices.csv", "market,variant,from,price", "market,variant,from,price,»",
          "a name above every column"),
    Break("row-twice", "demand.csv", "home,volt-60,2026-03,60\n",
          "home,volt-60,2026-03,60\n»home,volt-60,2026-03,60\n", "stands in line 8"),
    Break("same-key-other-figure", "demand.csv", "home,volt-60,2026-03,60\n",
          "home,volt-60,2026-03,60\n»home,volt-60,2026-03,61\n", "the same market and variant and month"),
    Break("short-row", "demand.csv", "home,volt-60,2026-03,60\n", "home,volt-60,2026-03»\n",
          "expected 4 cells, got 3"),
    Break("long-row", "demand.csv", "home,volt-60,2026-03,60\n", "home,volt-60,2026-03,60,»7\n",
          "expected 4 cells, got 5"),
    Break("endless-row", "demand.csv", "home,volt-60,2026-03,60\n",
          "home,volt-60,2026-03,60" + ",7" * 196 + ",»7,7,7\n",
          "at most 200 cells"),
    Break("empty-cell", "demand.csv", "home,volt-60,2026-03,60\n", "home,volt-60,2026-03,»\n",
          "expected the key 'cars'"),
    Break("empty-row", "demand.csv", "home,volt-60,2026-03,60\n", "»,,,\n", "empty cells only"),
    Break("open-quote", "demand.csv", "home,volt-60,2026-03,60\n", 'home,»"volt-60,2026-03,60\n',
          "expected a quote to"),
    Break("wrong-unit-in-a-cell", "prices.csv", "2024-01-01,21500 USD/car", "2024-01-01,»21500 EUR/car",
          "expected a quantity in USD/car, got '21500 EUR/car'"),
    Break("unit-missing-in-a-cell", "prices.csv", "2024-01-01,21500 USD/car", "2024-01-01,»21500",
          "expected a quantity in USD/car, got '21500'"),
    Break("missing-table", "markets.yaml", "{table: demand.csv}", "{table: »demnd.csv}",
          "there is no file 'demnd.csv'"),
    Break("table-above", "markets.yaml", "{table: demand.csv}", "{table: »../demand.csv}",
          "in the scenario's folder"),
    Break("table-absolute", "markets.yaml", "{table: demand.csv}", "{table: »/etc/passwd}",
          "in the scenario's folder"),
    Break("table-is-the-folder", "markets.yaml", "{table: demand.csv}", "{table: ».}", "is no regular file"),
    Break("table-and-more", "markets.yaml", "{table: demand.csv}", "{table: demand.csv, »sheet: 2}",
          "beside 'table'"),
    Break("source-column-without-kind", "prices.csv",
          "from,price\nhome,hatch-hybrid,2024-01-01,21500 USD/car\n"
          "home,volt-60,2026-02-02,36500 USD/car\noverseas,volt-60,2026-02-02,39500 USD/car",
          "from,price,»source\nhome,hatch-hybrid,2024-01-01,21500 USD/car,x\n"
          "home,volt-60,2026-02-02,36500 USD/car,x\noverseas,volt-60,2026-02-02,39500 USD/car,x",
          "expected a column 'kind' beside 'source'"),
)  # fmt: skip


def faults_of(folder: Path, overrides: Mapping[str, str] | None = None) -> tuple[Fault, ...]:
    """The faults that loading raises."""
    with pytest.raises(ScenarioError) as caught:
        load(folder, overrides)
    return caught.value.faults


def replace(folder: Path, file: str, old: str, new: str) -> tuple[int, int]:
    """Breaks a file; returns the line and column of the mark."""
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text, "the starter has changed: mend the test"
    broken = text.replace(old, new, 1)
    before, _, after = broken.partition(MARK)
    path.write_text(before + after, "utf-8")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_names_that_nobody_has_are_told_beside_figures_that_cannot_be_read(starter: Path) -> None:
    replace(starter, "plant.yaml", "headcount: 400", "headcount: many")
    replace(starter, "plant.yaml", "speed: 8 cars/h", "speed: 8")
    replace(starter, "plant.yaml", "opening_mode: normal", "opening_mode: nomral")
    replace(starter, "vehicles.yaml", "factor: 1.05", "fcator: 1.05")
    replace(starter, "vehicles.yaml", "{id: glass-roof, share: 60 %}", "{id: glas-roof, share: 60 %}")
    found = [f"{fault.path}: {fault.message}" for fault in faults_of(starter)]
    assert [words for words in found if "is called" in words] == [
        "plant.opening_mode: no mode is called 'nomral'; did you mean 'normal'?",
        "vehicles.models[volt].options[glas-roof].id: no option is called 'glas-roof'; did you mean 'glass-roof'?",
    ]
    assert len(found) == 5


def test_a_name_that_may_stand_in_what_cannot_be_read_is_no_fault_yet(starter: Path) -> None:
    place = replace(starter, "plant.yaml", "- {id: normal, pattern: one-shift", "- {id: »Normal, pattern: one-shift")
    faults = faults_of(starter)
    assert [(fault.line, fault.column) for fault in faults] == [place]
    assert "a name of small letters" in faults[0].message
    (starter / "demand.csv").unlink()
    assert not any("is called" in fault.message for fault in faults_of(starter))


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: case.name)
def test_one_fault_at_its_place(starter: Path, case: Break) -> None:
    place = replace(starter, case.file, case.old, case.new)
    faults = faults_of(starter)
    assert [(f.file, f.line, f.column) for f in faults] == [(case.file, *place)], "\n".join(map(str, faults))
    assert case.words in faults[0].message
