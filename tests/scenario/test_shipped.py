"""The shipped scenarios say what they rest on, and meet what is published."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from quayline.plan.inputs.factors import kgco2e
from quayline.scenario import bill
from quayline.scenario.loader import check_futures, load
from quayline.scenario.provenance import KINDS
from quayline.scenario.sailings import sailings
from quayline.scenario.shipped import folder_of, shipped_names
from quayline.scenario.stack import overlays
from quayline.scenario.working_days import shift_h, working_days

if TYPE_CHECKING:
    from quayline.scenario.plant import ShopEnergy
    from quayline.scenario.schema import Scenario

NAMES = ("busan", "busan-as-announced")

# Months of 2024 to 2026 as Renault Korea published them: sales at home, and imports among them.
HOME = {
    "2024-10": (6395, 0), "2024-11": (7301, 0), "2025-01": (2601, 6), "2025-02": (4881, 25), "2025-03": (6116, 0),
    "2025-04": (5252, 0), "2025-06": (5013, 0), "2025-08": (3868, 0), "2025-09": (4182, 0), "2025-10": (3810, 0),
    "2025-11": (3575, 5),
}  # fmt: skip
# Exports by month of loading; they are delivered one or two months later (EXPORT_LAG_MONTHS).
AWAY = {
    "2024-10": 6061, "2024-11": 7879, "2025-01": 1216, "2025-02": 1218, "2025-04": 5175, "2025-06": 3555,
    "2025-08": 2589, "2025-09": 4528, "2025-11": 1074, "2026-01": 1493,
}  # fmt: skip
EXPORT_LAG_MONTHS = {"europe": 2, "latin-america": 2, "gulf": 1, "canada": 1, "us": 1}
GRAND_KOLEOS_AT_HOME = {
    "2024-10": 5385, "2024-11": 6582, "2024-12": 6122, "2025-01": 2040, "2025-02": 4106, "2025-06": 4098,
    "2025-07": 3029, "2025-08": 2903, "2025-09": 3019, "2025-10": 2934, "2025-11": 2403, "2026-01": 1663,
}  # fmt: skip
# Intended totals of the demand tables by year of delivery.
YEARS = {
    "busan": {2024: 27150, 2025: 99751, 2026: 73900, 2027: 84000, 2028: 88500, 2029: 88500, 2030: 88500, 2031: 21111},
    "busan-as-announced": {
        2024: 17282, 2025: 121800, 2026: 130000, 2027: 133000, 2028: 136000, 2029: 138000, 2030: 138000, 2031: 33652,
    },
}  # fmt: skip


@pytest.fixture(scope="module", params=NAMES)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return load(request.param)


@pytest.fixture(scope="module")
def busan() -> Scenario:
    return load("busan")


@pytest.fixture(scope="module")
def announced() -> Scenario:
    return load("busan-as-announced")


def _later(month: str, months: int) -> str:
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + months
    return f"{number // 12}-{number % 12 + 1:02d}"


def _cars(scenario: Scenario, month: str, markets: tuple[str, ...], starting: str = "") -> int:
    return sum(
        d.cars for d in scenario.demand if d.month == month and d.market in markets and d.variant.startswith(starting)
    )


def test_they_are_the_two_that_come_with_the_tool() -> None:
    assert shipped_names() == NAMES


def test_every_figure_says_its_kind_and_source(scenario: Scenario) -> None:
    mute = [f.path for f in scenario.figures if f.kind not in KINDS or not f.source]
    assert mute == []
    assert len(scenario.figures) > 1500


def test_nothing_recalled_is_called_published(scenario: Scenario) -> None:
    claimed = [f for f in scenario.figures if f.kind == "published"]
    assert len(claimed) > 30
    assert [f.path for f in claimed if "recalled" in f.source + f.note or "assumed" in f.source + f.note] == []


def test_folders_stand_alone() -> None:
    for name in NAMES:
        for file in folder_of(name).iterdir():
            assert file.is_file()
            assert not file.is_symlink()


def test_files_that_tell_the_same_truth_are_the_same() -> None:
    one, other = (folder_of(name) for name in NAMES)
    names = {file.name for file in one.iterdir()}
    assert names == {file.name for file in other.iterdir()} | {"parts.yaml", "futures.yaml", "pathway.yaml"}
    names -= {"parts.yaml", "futures.yaml", "pathway.yaml"}
    same = {name for name in names if (one / name).read_bytes() == (other / name).read_bytes()}
    assert same == {"grid.csv", "grid_hours.csv", "products.csv", "inputs.csv"}


def test_what_the_world_did_not_change_is_the_same(busan: Scenario, announced: Scenario) -> None:
    for part in ("shops", "crew", "costs", "export", "patterns", "overtime", "change", "headcount"):
        assert getattr(busan.plant, part) == getattr(announced.plant, part), part
    slower = [mode for mode in busan.plant.modes if mode not in announced.plant.modes]
    assert [mode.speed_jph for mode in slower] == [30]
    assert busan.parties == announced.parties
    assert busan.agreements[0].fees == announced.agreements[0].fees
    assert busan.agreements[0].minimums == announced.agreements[0].minimums
    assert busan.logistics.ports == announced.logistics.ports
    assert busan.quality.causes == announced.quality.causes
    for part in ("grid", "fuels", "materials", "batteries", "use", "plant"):
        assert getattr(busan.carbon, part) == getattr(announced.carbon, part), part
    there = {v.id: v for v in announced.vehicles.variants}
    assert [v for v in busan.vehicles.variants if v.id in there] == list(there.values())


def test_total_and_yearly_demand_are_as_intended(scenario: Scenario) -> None:
    years: dict[int, int] = defaultdict(int)
    for row in scenario.demand:
        years[int(row.month[:4])] += row.cars
    assert dict(sorted(years.items())) == YEARS[scenario.name]


def test_the_horizon_of_busan_has_about_550_000_cars(busan: Scenario) -> None:
    lead = {market.id: market.lead_days for market in busan.markets}
    cars = 0.0
    for row in busan.demand:
        first = date.fromisoformat(f"{row.month}-01")
        days = (date.fromisoformat(f"{_later(row.month, 1)}-01") - first).days
        built = [first + timedelta(days=k - int(lead[row.market])) for k in range(days)]
        cars += row.cars * sum(busan.horizon.start <= day <= busan.horizon.end for day in built) / days
    assert 500_000 < cars < 560_000


def test_demand_reaches_as_far_as_the_longest_lead(scenario: Scenario) -> None:
    for market in scenario.markets:
        last = max(row.month for row in scenario.demand if row.market == market.id)
        assert last >= f"{scenario.horizon.end + timedelta(days=market.lead_days):%Y-%m}", market.id


@pytest.mark.parametrize("month", HOME)
def test_published_months_at_home_are_met(busan: Scenario, month: str) -> None:
    sold, imported = HOME[month]
    assert _cars(busan, month, ("korea",)) == sold - imported


@pytest.mark.parametrize("month", AWAY)
def test_published_months_of_export_are_met(busan: Scenario, month: str) -> None:
    cars = sum(_cars(busan, _later(month, lag), (market,)) for market, lag in EXPORT_LAG_MONTHS.items())
    assert cars == AWAY[month]


@pytest.mark.parametrize("month", GRAND_KOLEOS_AT_HOME)
def test_published_grand_koleos_are_met(busan: Scenario, month: str) -> None:
    assert _cars(busan, month, ("korea",), "grand-koleos") == GRAND_KOLEOS_AT_HOME[month]


def test_first_polestar_exports_are_met(busan: Scenario) -> None:
    assert _cars(busan, "2025-12", ("canada",), "polestar-4") == 304
    assert _cars(busan, "2025-12", ("us",), "polestar-4") == 0
    assert _cars(busan, "2026-01", ("canada", "us"), "polestar-4") == 776
    assert min(row.month for row in busan.demand if row.variant.startswith("polestar")) == "2025-12"


def test_no_polestar_for_korea_but_as_announced(busan: Scenario, announced: Scenario) -> None:
    def at_home(scenario: Scenario) -> int:
        return sum(d.cars for d in scenario.demand if d.market == "korea" and d.variant.startswith("polestar"))

    assert at_home(busan) == 0
    assert at_home(announced) > 10_000
    cars = sum(d.cars for d in announced.demand if d.variant.startswith("polestar") and d.month.startswith("2026"))
    assert cars == 10_000  # a year at first, as said in November 2023


def test_duties_are_those_of_the_table(busan: Scenario, announced: Scenario) -> None:
    def rates(scenario: Scenario, into: str, origin: str) -> list[tuple[str, float]]:
        rows = [d for d in scenario.trade.duties if (d.into, d.origin) == (into, origin)]
        assert all(a.from_ < b.from_ for a, b in pairwise(rows))
        return [(str(d.from_), round(100 * d.rate, 6)) for d in rows]

    assert rates(busan, "US", "KR") == [("2016-01-01", 0), ("2025-04-03", 25), ("2025-11-01", 15)]
    assert rates(busan, "CA", "KR") == [("2017-01-01", 0)]
    assert rates(busan, "US", "CN") == [("2018-07-06", 27.5), ("2024-09-27", 102.5), ("2025-04-03", 127.5)]
    assert rates(busan, "CA", "CN") == [("2015-01-01", 6.1), ("2024-10-01", 106.1), ("2026-01-16", 6.1)]
    assert rates(announced, "US", "KR") == [("2016-01-01", 0)]
    (limited,) = (d for d in busan.trade.duties if d.quota_cars is not None)
    assert (limited.id, limited.quota_cars) == ("ca-cn-2026", 49_000)
    assert limited.over_quota_rate == pytest.approx(1.061)


def test_the_model_year_rule_bars_what_is_built_from_july_2026(busan: Scenario, announced: Scenario) -> None:
    (rule,) = busan.trade.admissibility
    assert (rule.country, rule.brand, rule.model_year_from) == ("US", "Polestar", 2027)
    assert announced.trade.admissibility == []
    polestar = next(m for m in busan.vehicles.models if m.id == "polestar-4")
    assert {y.model_year: y.from_ for y in polestar.model_years}[2027] == date(2026, 7, 1)
    barred = sum(d.cars for d in busan.demand if d.market == "us" and d.month >= "2027-01")
    assert barred > 10_000


def test_the_stop_of_january_2025(busan: Scenario, announced: Scenario) -> None:
    days = working_days(busan.plant, date(2024, 12, 1), date(2025, 2, 28))
    before = max(day for day in days if day < date(2025, 1, 15))
    after = min(day for day in days if day > date(2025, 1, 15))
    assert (before, after) == (date(2024, 12, 30), date(2025, 2, 10))
    assert len(working_days(announced.plant, date(2025, 1, 1), date(2025, 1, 31))) > 15


def test_a_year_has_about_240_working_days(scenario: Scenario) -> None:
    for year in range(2026, 2031):
        assert 235 <= len(working_days(scenario.plant, date(year, 1, 1), date(year, 12, 31))) <= 243


def test_holidays_are_weekdays_in_order(scenario: Scenario) -> None:
    days = [holiday.date for holiday in scenario.plant.calendar.holidays]
    assert days == sorted(set(days))
    assert all(day.weekday() < 5 for day in days)


def test_three_shifts_at_full_speed_are_the_nominal_capacity(scenario: Scenario) -> None:
    pattern = next(p for p in scenario.plant.patterns if p.id == "three-shifts")
    cars = sum(map(shift_h, pattern.shifts)) * 60 * 240
    assert cars == pytest.approx(scenario.plant.nominal_cars_per_year, rel=0.05)


def test_people_on_two_shifts_at_45_are_those_of_2022(scenario: Scenario) -> None:
    crew = scenario.plant.crew
    (content,) = (sum(c.content_h for c in m.content) for m in scenario.vehicles.models if m.id == "grand-koleos")
    per_shift = (content * 45 / crew.balance_share + crew.indirect_per_shift) / (1 - crew.absence_share)
    assert 2 * per_shift == pytest.approx(1993, rel=0.03)


def _yearly_kwh(energy: ShopEnergy, cars: int) -> tuple[float, float]:
    run_h = 2 * 7.75 * 240
    off_h = 8760 - run_h
    electricity = energy.electricity_running_kw * run_h + energy.electricity_off_kw * off_h
    gas = energy.gas_running_kw * run_h + energy.gas_off_kw * off_h
    return (electricity + energy.electricity_kwh_per_car * cars, gas + energy.gas_kwh_per_car * cars)


def test_energy_of_a_car_is_that_of_the_trade(scenario: Scenario) -> None:
    shops = {shop.id: _yearly_kwh(shop.energy, 100_000) for shop in scenario.plant.shops}
    electricity, gas = (sum(kwh[k] for kwh in shops.values()) / 100_000 for k in (0, 1))
    assert 2160 <= electricity + gas <= 2430
    assert electricity == pytest.approx(gas, rel=0.05)
    assert 0.5 < sum(shops["paint"]) / 100_000 / (electricity + gas) < 0.7


def test_base_year_is_the_arithmetic_it_says(scenario: Scenario) -> None:
    built = 164_656
    energy = [_yearly_kwh(shop.energy, built) for shop in scenario.plant.shops]
    grid = next(g for g in scenario.carbon.grid if (g.country, g.year) == ("KR", 2022))
    gas = next(fuel for fuel in scenario.carbon.fuels if fuel.id == "gas")
    kgco2e = sum(e for e, _ in energy) * grid.factor_kgco2e_per_kwh + sum(g for _, g in energy) * (
        gas.direct_kgco2e_per_kwh
    )
    assert scenario.carbon.plant.base_kgco2e == pytest.approx(kgco2e, rel=0.005)


def test_calibrated_groups_add_up_to_the_published_footprints(scenario: Scenario) -> None:
    totals: dict[str, float] = defaultdict(float)
    for row in scenario.carbon.calibrations:
        totals[row.variant] += row.total_kgco2e_per_car
    assert totals["polestar-4-single"] == 11_800 + 7_600
    assert totals["polestar-4-dual"] == 13_300 + 7_600
    groups = {c.group for c in scenario.carbon.calibrations if c.variant == "polestar-4-single"}
    assert groups == {m.id for m in scenario.carbon.materials} | {"battery"}


def test_the_wagon_is_the_coupe_and_the_difference_of_materials(busan: Scenario) -> None:
    rows = {(c.variant, c.group): c for c in busan.carbon.calibrations}
    for motor in ("single", "dual"):
        for group in [*(m.id for m in busan.carbon.materials), "battery"]:
            coupe, wagon = rows[f"polestar-4-{motor}", group], rows[f"polestar-4-wagon-{motor}", group]
            assert coupe.computed_kgco2e_per_car is not None
            assert wagon.computed_kgco2e_per_car is not None
            more = wagon.computed_kgco2e_per_car - coupe.computed_kgco2e_per_car
            assert wagon.total_kgco2e_per_car == pytest.approx(coupe.total_kgco2e_per_car + more, abs=1), group


def test_calibrated_groups_say_what_amount_times_factor_is(scenario: Scenario) -> None:
    """So that, as shipped, each counts exactly its published total."""
    variants = {variant.id: variant for variant in scenario.vehicles.variants}
    for row in scenario.carbon.calibrations:
        now = kgco2e(scenario, bill.bought(scenario, variants[row.variant], row.group, 2025))
        assert row.computed_kgco2e_per_car == pytest.approx(now, abs=0.006), (row.variant, row.group)


def test_masses_add_up_to_the_kerb_mass(scenario: Scenario) -> None:
    pack_kg = {100.0: 580, 1.64: 35, 1.2: 30, 0.0: 0}
    masses: dict[str, float] = defaultdict(float)
    for use in scenario.carbon.material_use:
        masses[use.variant] += use.mass_kg
    for variant in scenario.vehicles.variants:
        assert masses[variant.id] + pack_kg[variant.battery_kwh] == variant.kerb_mass_kg, variant.id


def test_parts_are_about_three_quarters_of_the_price(scenario: Scenario) -> None:
    parts = {v.id: v.parts_usd_per_car for v in scenario.vehicles.variants}
    for price in scenario.prices:
        assert 0.58 < parts[price.variant] / price.price_usd_per_car < 0.84, (price.market, price.variant)


def test_defects_that_pass_all_gates_are_the_published_ones(scenario: Scenario) -> None:
    passing = 0.0
    for cause in scenario.quality.causes:
        left = cause.rate
        for row in scenario.quality.detection:
            left *= 1 - row.share if row.cause == cause.id else 1
        passing += left
    assert passing == pytest.approx(0.15, abs=0.001)
    assert len(scenario.quality.peers) == 19
    assert min(peer.defects_per_car for peer in scenario.quality.peers) > 0.15


def test_ships_can_take_a_year_of_exports(scenario: Scenario) -> None:
    ceu = {m.id: m.ceu for m in scenario.vehicles.models}
    model = {v.id: v.model for v in scenario.vehicles.variants}
    lane = {m.id: m.lane for m in scenario.markets}
    space: dict[tuple[str, int], float] = defaultdict(float)
    lanes = [found.id for found in scenario.logistics.lanes]
    for sailing in sailings(scenario):
        space[lanes[sailing.lane_idx], sailing.arrives_on.year] += sailing.capacity
    wanted: dict[tuple[str, int], float] = defaultdict(float)
    for row in scenario.demand:
        if lane[row.market] is not None:
            wanted[str(lane[row.market]), int(row.month[:4])] += row.cars * ceu[model[row.variant]]
    for (name, year), needed in wanted.items():
        if 2026 <= year <= 2030:
            assert needed < space[name, year] < 4 * needed, (name, year)


def test_calls_that_are_skipped_are_calls(scenario: Scenario) -> None:
    for service in scenario.logistics.services:
        for day in service.skips:
            assert service.first <= day <= service.until
            assert (day - service.first).days % service.every_days == 0


OVERLAYS = (
    "battery-supply", "co2-price", "containers", "no-busan-polestar", "no-us-from-my2027", "other-plants", "ship-gap",
    "strong-demand", "third-shift", "us-duty-25", "wagon-in-china", "weak-demand", "whole-plant",
)  # fmt: skip
ON_TOP_OF = {"wagon-in-china": "other-plants + "}


def test_the_overlays_that_come_with_the_tool() -> None:
    assert tuple(overlay.name for overlay in overlays()) == OVERLAYS


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_fits_busan_and_says_what_it_rests_on(name: str) -> None:
    scenario = load(f"busan + {ON_TOP_OF.get(name, '')}{name}")
    mine = [figure for figure in scenario.figures if figure.file == f"overlays/{name}.yaml"]
    assert [f.path for f in scenario.figures if f.kind not in KINDS or not f.source] == []
    claimed = [f for f in mine if f.kind == "published"]
    assert [f.path for f in claimed if "recalled" in f.source + f.note or "assumed" in f.source + f.note] == []
    assert scenario.model_dump() != load("busan").model_dump()


def test_all_overlays_fit_together_and_most_fit_as_announced() -> None:
    every = [name for name in OVERLAYS if name not in ON_TOP_OF]
    assert len(load(" + ".join(["busan", *every, *ON_TOP_OF])).overlays) == len(OVERLAYS)
    of_busan = {"battery-supply", "us-duty-25", "whole-plant"}
    announced = load(" + ".join(["busan-as-announced", *(name for name in every if name not in of_busan)]))
    assert [plant.id for plant in announced.alternates] == ["hangzhou-bay", "chengdu"]


def test_what_the_overlays_of_the_issue_say(busan: Scenario) -> None:
    stacked = load("busan + no-us-from-my2027 + third-shift")
    assert {d.market for d in stacked.demand if d.month >= "2027" and d.variant.startswith("polestar")} == {"canada"}
    assert len([rule for rule in stacked.trade.admissibility if rule.country == "US"]) == 1
    two = {m.id for m in stacked.plant.modes if m.pattern == "two-shifts"}
    assert {m.id for m in stacked.plant.modes if m.until and m.until <= date(2026, 7, 31)} == two
    dearer = load("busan + us-duty-25")
    rates = [duty.rate for duty in dearer.trade.duties if (duty.into, duty.origin) == ("US", "KR")]
    assert rates == [0, 0.25, 0.15, 0.25]
    weak = load("busan + weak-demand")
    assert sum(d.cars for d in weak.demand) < sum(d.cars for d in busan.demand)
    assert [d for d in weak.demand if d.month < "2026-02"] == [d for d in busan.demand if d.month < "2026-02"]
    never = load("busan + other-plants + no-busan-polestar")
    assert never.agreements == []
    assert all(model.from_ > never.horizon.end for model in never.vehicles.models if model.id == "polestar-4")


def test_a_gap_of_ships_is_a_month_without_any(busan: Scenario) -> None:
    gap = load("busan + ship-gap")
    left = {sailing.departs_on for sailing in sailings(busan)} - {sailing.departs_on for sailing in sailings(gap)}
    assert {(day.year, day.month) for day in left} == {(2026, 10)}
    assert not [s for s in sailings(gap) if (s.departs_on.year, s.departs_on.month) == (2026, 10)]


def test_the_futures_of_busan_are_all_there_is(busan: Scenario) -> None:
    assert sum(future.probability for future in busan.futures) == pytest.approx(1)
    assert {name for future in busan.futures for name in future.overlays} <= set(OVERLAYS)
    check_futures(busan)


def test_rules_that_came_as_a_surprise_say_when_they_were_known(busan: Scenario) -> None:
    known = {duty.id: str(duty.known_from) for duty in busan.trade.duties if duty.known_from}
    assert known["us-kr-2025-11"] == "2025-12-04"  # retroactive
    assert known["us-kr-2025-04"] < "2025-04-03"
    assert str(busan.trade.admissibility[0].known_from) == "2026-06-29"
