"""A run in which gates scrap cars, from the drawn defect to the settlement: laws, checkers, `why` and CO2."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import polars as pl
import pytest

from quayline.scenario.loader import load
from quayline.scenario.template import new
from quayline.study.execute import execute
from quayline.study.laws import broken_laws
from quayline.study.params import StudyParams
from quayline.study.run import Params
from quayline.study.verify import checkers, read_all, verify
from quayline.study.why import kept, missed, story, why

GATE = """          buffer_after: 15
        - id: body-check
          kind: gate
          cycle: 200 s
          spread_share: 10 %
          repairs: [{id: rework, bays: 3}]
          buffer_after: 8
      energy:
        electricity: 150 kWh/car
"""
DETECTION = """  detection:
    - {gate: body-check, cause: fit, share: 60 %}
"""
SCRAPPING = """  scrapping:
    - {gate: body-check, parts_share: 20 %, materials_share: 30 %}
    - {gate: end-of-line, parts_share: 90 %, materials_share: 95 %}
  launches:"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The starter with a gate behind the body shop as well; a quarter of what is found of fit and paint is scrap."""
    folder = tmp_path_factory.mktemp("scenario") / "scrapping"
    new(folder)
    plant, quality = folder / "plant.yaml", folder / "quality.yaml"
    plant.write_text(plant.read_text().replace(
        "          buffer_after: 15\n      energy:\n        electricity: 150 kWh/car\n", GATE))  # fmt: skip
    text = quality.read_text().replace("  detection:", DETECTION.rstrip("\n") + "  ", 1)
    for time in ("25 min", "70 min"):
        text = text.replace(f"repair_time: {time}\n", f"repair_time: {time}\n      scrap_share: 25 %\n")
    quality.write_text(text.replace("  launches:", SCRAPPING))
    scenario = load(folder)
    return execute(scenario, tmp_path_factory.mktemp("runs"), seed=3, params=Params(study=StudyParams(most_rounds=1)))


def test_every_proof_holds(run):
    """Laws and every engine's checker, with cars scrapped at both gates."""
    assert [fault for _, faults in verify(run) for fault in faults] == []
    assert set(run.table("flow", "scrapped")["gate"]) == {"body-check", "end-of-line"}


def test_every_scrapped_car_is_listed_and_none_is_late(run):
    """Each with its gate; the late ones add up to the summary without them."""
    gates = dict(run.table("flow", "scrapped").select("order_id", "gate").iter_rows())
    listed = {row["order_id"]: row["reason_text"] for row in kept(run, "scrapped")}
    assert sorted(listed) == sorted(gates)
    assert all(f"scrapped at {gates[order]} on " in text for order, text in listed.items())
    assert sum(row["orders"] for row in missed(run, "late")) == run.summary["groups"]["all"]["cars_late"]


def test_a_scrapped_order_says_where_and_what_for(run):
    """In the ledger, in its story and by `why`."""
    book = run.table("ledger", "orders").filter(pl.col("state") == "scrapped")
    car = run.table("flow", "scrapped").join(book, on="order_id").row(0, named=True)
    assert book["vin"].null_count() == book["margin_usd"].null_count() == book.height > 10
    assert set(book["reason"]) == {"scrapped"}
    on = car["scrapped_at"]
    assert f"scrapped at {car['gate']} on {on:%Y-%m-%d}" in why(run, str(car["order_id"]))[0]
    assert (f"{on:%Y-%m-%d %H:%M}", f"scrapped at {car['gate']}") in story(run, str(car["order_id"])).events


def test_what_is_lost_is_paid_and_borne(run):
    """Parts by the share of each gate, materials of scrapped cars on the cars of their variant, energy on no car."""
    scenario, orders = run.scenario, run.table("plan", "orders").select("order_id", "variant_idx")
    scrapped = run.table("flow", "scrapped").join(orders, on="order_id")
    parts = {k: variant.parts_usd_per_car for k, variant in enumerate(scenario.vehicles.variants)}
    shares = {row.gate: row.parts_share for row in scenario.quality.scrapping}
    usd = sum(shares[gate] * parts[k] for gate, k in scrapped.select("gate", "variant_idx").iter_rows())
    plant = dict(run.table("money", "plant").group_by("item").agg(pl.col("usd").sum()).iter_rows())
    assert plant["parts of scrapped cars"] == pytest.approx(usd)
    amounts = run.table("carbon", "amounts").join(run.table("carbon", "classes"), on="class_idx")
    steel = amounts.filter(pl.col("part").str.starts_with("steel"))
    own, more = (steel.filter(pl.col("part").str.contains("scrapped") == is_more) for is_more in (False, True))
    carried = dict(more.group_by("variant_idx").agg((pl.col("amount") * pl.col("cars")).sum()).iter_rows())
    lost = {row.gate: row.materials_share for row in scenario.quality.scrapping}
    for variant, kg in own.group_by("variant_idx").agg(pl.col("amount").first()).iter_rows():
        mine = scrapped.filter(pl.col("variant_idx") == variant)["gate"]
        assert carried[variant] == pytest.approx(kg * sum(lost[gate] for gate in mine))
    body = run.table("carbon", "plant").filter(pl.col("shop_idx") == 0).row(0, named=True)
    assembly = run.table("carbon", "plant").filter(pl.col("shop_idx") == 2).row(0, named=True)
    per_car = [shop.energy.electricity_kwh_per_car for shop in scenario.plant.shops]
    at_end = scrapped.filter(pl.col("gate") == "end-of-line").height
    for row, num, kwh in ((body, scrapped.height, per_car[0]), (assembly, at_end, per_car[2])):
        load = run.scenario.plant.shops[row["shop_idx"]].energy
        days = run.table("flow", "days").filter(pl.col("shop_idx") == row["shop_idx"])
        base_kwh = sum(load.electricity_running_kw * h + load.electricity_off_kw * (24 - h) for h in days["working_h"])
        assert row["electricity_kwh"] - row["electricity_cars_kwh"] - base_kwh == pytest.approx(num * kwh, abs=1e-3)


def test_scrapped_cars_are_not_waited_for(run):
    """However many were scrapped before: the share of its speed that the line gives does not fall with their number."""
    months = run.table("flow", "months").filter(pl.col("built_cars") > 300)["oee_share"].to_list()
    assert len(months) > 3
    assert min(months) > 0.8


SPOILT = [
    ("flow", "scrapped", lambda frame: frame.slice(1), "orders_are_conserved"),
    ("flow", "scrapped", lambda frame: frame.with_columns(gate=pl.lit("body-check")), "defects_are_caught_or_escape"),
    ("quality", "months", lambda frame: frame.with_columns(pl.col("scrapped_cars") + pl.lit(1, pl.Int32)),
     "defects_are_caught_or_escape"),
    ("flow", "scrapped", lambda frame: frame.slice(1), "flow"),
    ("flow", "scrapped", lambda frame: frame.slice(1), "money"),
    ("flow", "scrapped", lambda frame: frame.slice(1), "carbon"),
    ("flow", "scrapped", lambda frame: frame.with_columns(pl.col("shop_idx") * 0), "flow"),
    ("flow", "scrapped", lambda frame: frame.with_columns(pl.col("scrapped_at").dt.truncate("1d")), "flow"),
    ("flow", "scrapped", lambda frame: frame.with_columns(num_repairs=pl.lit(9, pl.Int16)), "flow"),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "table", "spoil", "seen_by"), SPOILT)
def test_a_wrong_record_of_scrap_is_seen(run, stage, table, spoil, seen_by):
    """A law or a checker, by name, sees each."""
    records, _ = read_all(run)
    record = getattr(records, stage)
    frames = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    setattr(records, stage, SimpleNamespace(**{**frames, table: spoil(frames[table])}))
    told = {fault.partition(":")[0] for fault in broken_laws(run.scenario, records)}
    told |= {name for name, check in checkers(run.scenario, records, Params.of(run.manifest["params"])) if check()}
    assert seen_by in told
