"""`quayline footprint` on a finished run: one screen, bills with sources, comparisons, and wrong names."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def footprint(quayline, finished):
    """Calls the command on the finished run."""
    return lambda *more: quayline("footprint", str(finished.path), *more)


def test_one_screen(footprint):
    done = footprint()
    assert done.code == 0
    for words in ("Footprint, kgCO2e a car", "declared unit: one car to the customer", "GWP100 of AR6",
                  "left out: buildings and machines", "Claims", "same-class", "Levers on", "Cells made with clean"):
        assert words in done.out, words
    assert len(done.out.splitlines()) < 40


def test_the_bill_of_a_car_adds_up_and_names_its_sources(footprint, finished):
    cars = finished.table("carbon", "cars")
    order, life = cars.row(0, named=True)["order_id"], cars.row(0, named=True)["life_kgco2e"]
    said = json.loads(footprint("--car", str(order), "--json").out.splitlines()[-1])
    assert sum(row["kgco2e"] for row in said["bill"]) == pytest.approx(life)
    assert all(row["amount"] * row["factor_kgco2e"] == pytest.approx(row["kgco2e"]) for row in said["bill"])
    paths = {figure.path for figure in finished.scenario.figures}
    assert {row["path"] for row in said["bill"]} <= paths
    assert sum(said["data_quality"].values()) == pytest.approx(1)
    shown = footprint("--car", str(order)).out
    assert f"Bill of car {order}" in shown
    assert "carbon.materials[steel].factor = 2.4 kgCO2e/kg" in shown


def test_the_bill_of_a_variant_is_the_mean_of_its_cars(footprint, finished):
    said = json.loads(footprint("--variant", "volt-60", "--json").out.splitlines()[-1])
    classes = finished.table("carbon", "classes").filter(variant_idx=1)
    cars = finished.table("carbon", "cars").join(classes.select("class_idx"), on="class_idx")
    assert sum(row["kgco2e"] for row in said["bill"]) == pytest.approx(cars["life_kgco2e"].mean())


def test_beside_the_line_up(footprint):
    shown = footprint("--compare", "same-class").out
    assert "a car of the same class" in shown
    assert "compare at one boundary only" in shown


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [("--car", "nobody", "no built car has the order or"),
     ("--variant", "volt", "did you mean 'volt-60'?"),
     ("--compare", "sameclass", "there are same-class")],
)  # fmt: skip
def test_wrong_names(footprint, option, value, words):
    done = footprint(option, value)
    assert done.code == 2
    assert words in done.err


@pytest.mark.parametrize(
    ("options", "words"),
    [(("--set", "carbon.use.life=1 km"), "is a finished run, which --set cannot change"),
     (("--seed", "2"), "is a finished run, which --seed cannot change"),
     (("--car", "1", "--variant", "volt-60"), "two bills")],
)  # fmt: skip
def test_no_option_is_ignored_in_silence(footprint, options, words):
    done = footprint(*options)
    assert done.code == 2
    assert words in done.err


def test_what_the_table_leaves_out_is_named(footprint, finished):
    shown = footprint().out
    built = finished.table("ledger", "orders").drop_nulls("line_off_at")["variant"].unique()
    assert len(built) > 1
    assert all(variant in shown for variant in built)
