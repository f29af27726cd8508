"""Rules on other plants, lanes, parts, subsidies, fees, futures and CO2: each fault with its line, as one reads it."""

# ruff: noqa: E501  the rows of RIGHT stand in one line each, so that a case can break one

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quayline.base.errors import ScenarioError
from quayline.scenario.loader import load

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "quayline: 1\noverlay: more\ntitle: a test\nprovenance: {kind: assumed, source: a test}\n"

# Everything new at once, right: each case below breaks one thing of it.
RIGHT = """
add:
  parties:
    - {id: far-works, name: Far Works, role: maker}
    - {id: energy-agency, name: Energy Agency, role: authority}
  logistics.ports:
    - {id: ningbo, name: Ningbo, place: {country: CN, latitude: 29.9, longitude: 121.9}, operator: port-of-porto, yard_cars: 500, processing: 1 day, handling: 30 USD/car, dwell: 3 USD/car/day, free: 7 days}
  logistics.lanes:
    - {id: ningbo-baltimore, pol: ningbo, pod: baltimore, carrier: bluewater, distance: 19000 km, transit: 32 days, cut_off: 2 days, freight: 60 USD/m^3, emissions: 0.04 kgCO2e/tkm}
    - {id: box-baltimore, pol: porto, pod: baltimore, carrier: bluewater, distance: 5900 km, transit: 14 days, cut_off: 5 days, box: {cars_per_box: 2, freight: 2500 USD, boxes_per_day: 5}, emissions: 0.03 kgCO2e/tkm}
  logistics.services:
    - {id: far, lane: ningbo-baltimore, first: 2026-02-04, until: 2026-12-31, every: 14 days, capacity_volume: 2000 m^3}
    - {id: boxes, lane: box-baltimore, first: 2026-02-04, until: 2026-12-31, every: 7 days, capacity_boxes: 20}
  "markets[overseas].lanes": [ningbo-baltimore, box-baltimore]
  alternates:
    - id: far
      name: Far Works
      place: {country: CN, latitude: 30, longitude: 121}
      party: far-works
      port: ningbo
      cars_per_week: 100
      truck_distance: 90 km
      truck_time: 1 day
      truck_cost: 40 USD/car
      yard: 2 USD/car/day
      closures: [{id: new-year, from: 2026-02-16, to: 2026-02-23}]
      builds:
        - {variant: volt-60, from: 2026-02-02, until: 2026-12-01, ex_works: 26000 USD/car, gate: 15000 kgCO2e/car}
  trade.duties:
    - {id: us-cn, into: US, origin: CN, from: 2025-01-01, rate: 100 %, basis: x}
  trade.subsidies:
    - {id: help, market: home, propulsion: battery-electric, from: 2026-01-01, until: 2026-12-31, price_below: 40000 USD, amount: 2000 USD/car, kept_share: 20 %, payer: energy-agency}
  trade.port_fees:
    - {id: fee, into: US, from: 2026-03-01, until: 2026-12-31, fee: 100 USD/car, basis: x}
  parts:
    - id: pack
      name: Battery pack
      supplier: suppliers
      cars: {models: [volt]}
      units_per_car: 1
      lead_time: 28 days
      frozen: 14 days
      minimum_order: 20
      opening_stock: 10
      store_units: 200
      holding: 2 USD/day
      order: 900 USD
      supply: [{from: 2026-01-01, units_per_week: 100}, {from: 2026-04-01, units_per_week: 150}]
  futures:
    - {id: a, probability: 60 %}
    - {id: b, probability: 40 %, overlays: [third-shift]}
  carbon.prices:
    - {from_year: 2026, price: 80 USD/tCO2e}
  carbon.caps:
    - {year: 2026, most: 9e6 kgCO2e}
set:
  "markets[overseas].firm_loss": 4000 USD/car
  "demand[market=overseas].firm_cars": 50
  plant.modes[double].until: 2026-06-30
  vehicles.models[volt].sop_until: 2026-03-02
"""

CASES = (
    ("[ningbo-baltimore, box", "[ningbo-baltimoer, box", "no lane is called 'ningbo-baltimoer'; did you"),
    ("[ningbo-baltimore, box", "[porto-baltimore, ningbo-baltimore, box", "is named for this market alre"),
    ("pol: ningbo, pod", "pol: baltimore, pod", "a market's lane begins at a plant's port: 'ningbo', 'porto'"),
    ("[ningbo-baltimore, box-", "[box-", "no market has a lane that begins at 'ningbo'"),
    ("party: far-works", "party: far-work", "no party is called 'far-work'; did you mean 'far-works'?"),
    ("port: ningbo", "port: nimbo", "no port is called 'nimbo'; did you mean 'ningbo'?"),
    ("id: far\n", "id: lakeside\n", "'lakeside' is the plant of this scenario"),
    ("variant: volt-60, from", "variant: volt-61, from", "no variant is called 'volt-61'; did you mean 'volt-60'?"),
    ("volt-60, from: 2026-02-02", "volt-60, from: 2026-01-01", "the first model year of 'volt-60' begins on 2026-02-02"),
    ("to: 2026-02-23", "to: 2026-02-13", "ends on 2026-02-13, before its start 2026-02-16"),
    ("until: 2026-12-01,", "until: 2026-01-01,", "ends on 2026-01-01, before its start 2026-02-02"),
    ("origin: CN, from: 2025", "origin: JP, from: 2025", "no duty on cars from CN into US; write 0 % if there is none"),
    ("origin: CN, from: 2025-01", "origin: CN, from: 2026-02", "begins after the horizon"),
    ("{id: us-cn, into", "{id: us-cn2, into: US, origin: PT, from: 2026-05-01, rate: 1 %, basis: x}\n    - {id: us-cn, "
     "into", "'pt-us-2026' begins on the same day for cars from PT"),
    ("capacity_boxes: 20", "capacity: 20 CEU", "lane 'box-baltimore' and the service must both be in boxes, or neither"),
    ("market: home, propulsion", "market: hom, propulsion", "no market is called 'hom'; did you mean 'home'?"),
    ("payer: energy-agency", "payer: agency", "no party is called 'agency'; did you mean 'energy-agency'?"),
    ("from: 2026-01-01, until: 2026-12-31, price", "from: 2027-01-01, until: 2026-12-31, price", "before its start 2027"),
    ("fee, into: US, from: 2026-03-01", "fee, into: US, from: 2027-03-01", "ends on 2026-12-31, before its start 2027"),
    ("fee, into: US", "fee, into: CA", "no authority collects fees in CA"),
    ("cars: {models: [volt]}", "cars: {}", "selects no car: name propulsion, models, variants or options"),
    ("cars: {models: [volt]}", "cars: {models: [bolt]}", "no model is called 'bolt'; did you mean 'volt'?"),
    ("cars: {models: [volt]}", "cars: {options: [glass-roof]}", "options are not planned"),
    ("supplier: suppliers", "supplier: supplier", "no party is called 'supplier'; did you mean 'suppliers'?"),
    ("minimum_order: 20", "minimum_order: 300", "does not fit into a store of 200 places"),
    ("opening_stock: 10", "opening_stock: 201", "does not fit into a store of 200 places"),
    ("{from: 2026-04-01, units", "{from: 2025-04-01, units", "must be later than the row before"),
    ("probability: 60 %", "probability: 50 %", "probabilities add up to 0.9, expected 100 %"),
    ("overlays: [third-shift]", "overlays: [third-shfit]", "no overlay is called 'third-shfit'; did you mean 'third-shift'?"),
    ("- {from_year: 2026, price", "- {from_year: 2026, price: 1 USD/tCO2e}\n    - {from_year: 2026, price",
     "the same from_year (2026) stands in line"),
    ("- {year: 2026, most: 9e6", "- {year: 2026, most: 1 kgCO2e}\n    - {year: 2026, most: 9e6", "the same year (2026)"),
    ("].firm_cars\": 50", "].firm_cars\": 200", "more than the 120 cars wanted"),
    ("  \"markets[overseas].firm_loss\": 4000 USD/car\n", "", "has firm orders and needs firm_loss"),
    ("  plant.modes[double].until: 2026-06-30", "  plant.modes[*].until: 2026-05-31", "no mode is allowed in 2026-06"),
    ("sop_until: 2026-03-02", "sop_until: 2026-02-02", "is not after the first build day 2026-02-02"),
)


def faults_of(starter: Path, body: str) -> list[tuple[str, int, str]]:
    """(file, line, message) of the faults of the starter with an overlay."""
    path = starter.parent / "more.yaml"
    path.write_text(HEAD + body)
    with pytest.raises(ScenarioError) as caught:
        load(f"{starter} + {path}")
    return [(fault.file.rsplit("/", 1)[-1], fault.line, fault.message) for fault in caught.value.faults]


def test_everything_new_at_once_is_right(starter: Path) -> None:
    path = starter.parent / "more.yaml"
    path.write_text(HEAD + RIGHT)
    scenario = load(f"{starter} + {path}")
    assert [plant.id for plant in scenario.alternates] == ["far"]
    assert [row.firm_cars for row in scenario.demand if row.market == "overseas"] == [50, 50, 50]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2])
def test_each_rule_names_the_line(starter: Path, case: tuple[str, str, str]) -> None:
    old, new, words = case
    assert old in RIGHT
    lines = [(found[1], found[2]) for found in faults_of(starter, RIGHT.replace(old, new, 1))]
    assert [line for line, message in lines if words in message], lines
    assert all(line for line, _ in lines)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("vehicles.mix_limits[battery-marriage].cars={}", "selects no car"),
        ("vehicles.sequence.ratios[roof-spacing].cars={options: []}", "selects no car"),
        ("carbon.grid[PT,2026].year=2027", "no factor for PT before 2027, needed from 2026 on"),
        ("carbon.grid[US,2026].year=2028", "no grid factor for US before 2028, needed from 2026 on"),
        ("carbon.fuels[gas].id=petrol", "the same id (petrol)"),
        ("carbon.plant.base_year=2036", "is after the last year of the path, 2035"),
        ("carbon.plant.targets[0].year=2020", "is not after the base year 2020 and up to 2035"),
        ("carbon.plant.targets[0].year=2035", "has a target already"),
        ("carbon.plant.green_power[0].share=100.1 %", "expected at most 1"),
    ],
)
def test_gaps_of_carbon_and_empty_selectors_are_told_before_a_run(starter: Path, setting: str, words: str) -> None:
    path, value = setting.split("=", 1)
    with pytest.raises(ScenarioError) as caught:
        load(starter, {path: value})
    assert words in str(caught.value)


def test_materials_and_fuels_that_lack(starter: Path) -> None:
    found = faults_of(starter, """
remove:
  carbon.material_use: ["variant=volt-60"]
  carbon.fuels: [gas, petrol]
add:
  carbon.fuels: [{id: gas, direct: 0.2 kgCO2e/kWh, upstream: 0 kgCO2e/kWh}]
""")
    assert [(file, message) for file, _, message in found] == [
        ("vehicles.yaml", "no factors for petrol in carbon.fuels"),
        ("vehicles.yaml", "no materials for 'volt-60' in carbon.material_use"),
    ]
    assert all(line for _, line, _ in found)
