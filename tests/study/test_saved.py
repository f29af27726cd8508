"""What a run saved against another: by hand on tables of a few cars, and on a run beside the same with dearer duty."""

from __future__ import annotations

import json
from datetime import date, datetime
from types import SimpleNamespace

import polars as pl
import pytest

from quayline.scenario.loader import load
from quayline.study.execute import execute
from quayline.study.saved import Month, ahead_from, saved

FROM = date(2026, 1, 1)
END = date(2026, 2, 28)
RULES = [("US", "CN", date(2025, 1, 1), 1.025), ("US", "CN", date(2026, 2, 1), 0.061), ("US", "KR", FROM, 0.15)]


def a_run(cars, nobody_usd):
    """A run's tables; cars are (market, arrived, delivered, margin, duty, freight, kg)."""
    duties = [
        SimpleNamespace(into=into, origin=origin, from_=day, rate=rate,
                        quota_cars=49_000 if rate == 0.061 else None, over_quota_rate=1.061)
        for into, origin, day, rate in RULES
    ]  # fmt: skip
    place = SimpleNamespace
    scenario = SimpleNamespace(
        horizon=SimpleNamespace(start=FROM, end=END), trade=SimpleNamespace(duties=duties),
        markets=[SimpleNamespace(id="us", country="US"), SimpleNamespace(id="korea", country="KR")],
        plant=SimpleNamespace(place=place(country="KR"), overtime=SimpleNamespace(premium_factor=1.5)),
        alternates=[SimpleNamespace(place=place(country="CN"), builds=[SimpleNamespace(variant="star-1")])],
        vehicles=SimpleNamespace(variants=[SimpleNamespace(id="star-1", model="star")]), agreements=[],
    )  # fmt: skip
    noon = [(k, *(datetime(d.year, d.month, d.day, 12) if d else None for d in (a, b))) for k, (_, a, b, *_) in
            enumerate(cars)]  # fmt: skip
    orders = pl.DataFrame({
        "order_id": [k for k, _, _ in noon], "model": [c[7] if len(c) > 7 else "star" for c in cars],
        "market": [c[0] for c in cars],
        "line_off_at": [datetime(2026, 1, 2)] * len(cars),
        "arrived_at": pl.Series([a for _, a, _ in noon], dtype=pl.Datetime), "delivered_at": [b for _, _, b in noon],
        "margin_usd": [c[3] for c in cars], "customer_kgco2e": [c[6] for c in cars],
    })  # fmt: skip
    money = pl.DataFrame({
        "order_id": range(len(cars)), "labour_usd": [30.0] * len(cars), "overhead_usd": [20.0] * len(cars),
        "duty_usd": [c[4] for c in cars], "freight_usd": [c[5] for c in cars]
    })  # fmt: skip
    plant = pl.DataFrame({"year": [2026], "item": ["idle"], "usd": [nobody_usd]})
    weeks = pl.DataFrame({
        "mode_idx": [0, 0], "from_on": [FROM, date(2026, 2, 2)], "normal_h": [10.0, 20.0], "paid_stop_h": [5.0, 0.0],
        "overtime_h": [10.0, 0.0], "weekend_h": [0.0, 10.0],
    })  # fmt: skip
    crews = pl.DataFrame({"mode_idx": [0], "usd_per_line_h": [7.0]})
    tables = {("ledger", "orders"): orders, ("money", "cars"): money, ("money", "plant"): plant,
              ("plan", "weeks"): weeks, ("balance", "crews"): crews}  # fmt: skip
    return SimpleNamespace(scenario=scenario, table=lambda stage, name: tables[stage, name],
                           summary={"plan": {"gap": 0.01, "objective_usd": 1000.0}})  # fmt: skip


def test_by_hand():
    jan, feb = date(2026, 1, 20), date(2026, 2, 10)
    left = a_run([
        ("us", jan, jan, 1000.0, 6000.0, 900.0, 25_000.0), ("us", feb, feb, 1000.0, 6000.0, 900.0, 25_000.0),
        ("korea", None, feb, 50.0, 0.0, 0.0, 24_000.0), ("korea", None, jan, 70.0, 0.0, 0.0, 1000.0, "other"),
    ], 800.0)  # fmt: skip
    right = a_run([
        ("us", jan, feb, -31_000.0, 41_000.0, 950.0, 23_000.0), ("us", feb, feb, 3000.0, 2440.0, 950.0, 23_000.0),
    ], 300.0)  # fmt: skip
    found = saved(left, right)
    old, new = (r for r in found.rules if r.market == "us")
    assert "102.5% on cars from CN since 2025-01-01" in old.rule
    assert "6.1% for 49,000 cars a year, 106.1% beyond on cars from CN since 2026-02-01" in new.rule
    assert (old.left_cars, old.right_cars, old.contribution_usd, old.duty_usd) == (1, 1, 32_000.0, 35_000.0)
    assert (new.contribution_usd, new.duty_usd, new.freight_usd, new.kgco2e) == (-2000.0, -3560.0, 50.0, -2000.0)
    # The line: 50 USD on each of two cars more and 500 of no car, spread by wages of 30 h and 35 h at 7 USD.
    line = [-round(100 * 600 * 30 / 65) / 100, round(100 * 600 * 30 / 65) / 100 - 600]
    assert [(m.month, m.cars_usd, m.others_usd, m.line_usd) for m in found.months] == [
        ("2026-01", 1050.0, 120.0, line[0]), ("2026-02", 29_050.0, 0.0, line[1])
    ]  # fmt: skip
    assert [m.total_usd for m in found.months] == [round(1170 + line[0], 2), 29_620.0]
    (others,) = (r for r in found.rules if r.market == "")
    assert (others.left_cars, others.right_cars, others.contribution_usd) == (1, 0, 120.0)
    assert found.models == ["star"]
    assert found.open_usd == 20.0
    assert found.ahead_from == "2026-01"
    assert sum(r.contribution_usd for r in found.rows) == sum(r.contribution_usd for r in found.rules)


@pytest.mark.parametrize(("totals", "month"), [
    ([5.0, 6.0], "0"), ([-5.0, 6.0], "1"), ([5.0, -1.0, 2.0], "2"), ([5.0, 0.0], None), ([], None),
])  # fmt: skip
def test_ahead_for_good(totals, month):
    steps = [now - before for before, now in zip([0.0, *totals], totals, strict=False)]
    months = [Month(str(k), step, 99.0, 0.0, 0.0) for k, step in enumerate(steps)]
    assert ahead_from(months) == month
    assert ahead_from(months, 6.0) is None


def test_against_itself_and_against_dearer_duty(finished, starter, tmp_path, quayline):
    """Nothing against itself; against a duty 1 point higher, a point of the customs value of each car that paid it."""
    itself = saved(finished, finished)
    assert itself.ahead_from is None
    assert all((r.contribution_usd, r.duty_usd, r.freight_usd, r.kgco2e) == (0, 0, 0, 0) for r in itself.rows)
    abroad = load(starter).trade.duties[0]
    dearer = {f"trade.duties[{abroad.id}].rate": f"{abroad.rate + 0.01:.2%}"}
    other = execute(load(starter, dearer), tmp_path, seed=3)
    found = saved(finished, other)
    paid = found.rules[-1]
    built = [run.table("plan", "build").sort("week_idx", "variant_idx", "market_idx") for run in (finished, other)]
    assert built[0].equals(built[1]), "choose a smaller change: the plan itself moved"
    assert paid.duty_usd > 0
    until = min((d.from_ for d in load(starter).trade.duties[1:]
                 if (d.into, d.origin) == (abroad.into, abroad.origin) and d.from_ > abroad.from_), default=date.max)
    cars = finished.table("ledger", "orders").join(finished.table("money", "cars").select("order_id", "duty_usd"),
                                                   on="order_id").filter(pl.col("arrived_at").dt.date() < until)
    expected = sum(cars["duty_usd"].to_list()) * 0.01 / abroad.rate
    assert sum(r.duty_usd for r in found.rules) == pytest.approx(expected, abs=0.01 * cars.height)
    assert sum(r.contribution_usd for r in found.rules) == pytest.approx(sum(r.duty_usd for r in found.rules), abs=0.05)
    told = json.loads(quayline("saved", finished.path, other.path, "--json").out.splitlines()[-1])
    assert told["months"][-1]["total_usd"] == found.months[-1].total_usd
    shown = quayline("saved", finished.path, other.path).out
    assert "leave open to their bounds: from 2026-0" in shown
    assert "2026-05" in quayline("saved", finished.path, other.path, "--months").out
