"""The starter is right as it is, with its overlay, and with every commented example taken in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quayline.scenario.loader import load

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = re.compile(r" *# +(- [{a-z]|[a-z_]+:( |$)|price_below|cut_off)")


def test_the_starter_is_right_alone_and_with_its_overlay(starter: Path) -> None:
    assert load(starter).overlays == ()
    scenario = load(f"{starter} + soft-market")
    assert [duty.rate for duty in scenario.trade.duties] == [0.025, 0.25]
    assert sum(row.cars for row in scenario.demand if row.market == "overseas") == 120 + 208 + 240


def test_every_commented_example_is_right(starter: Path) -> None:
    """Takes the comment marks off all blocks that begin with a key; what the examples name is added."""
    for file in starter.glob("*.yaml"):
        head, body = file.read_text().split("\n\n", 1)
        lines = [line.replace("# ", "", 1) if EXAMPLE.match(line) else line for line in body.splitlines()]
        file.write_text("\n".join([head, "", *lines]) + "\n")
    port = (
        "{id: ningbo, name: Ningbo, place: {country: CN, latitude: 29.9, longitude: 121.9}, operator: port-of-porto, "
        "yard_cars: 500, processing: 1 day, handling: 30 USD/car, dwell: 3 USD/car/day, free: 7 days}"
    )
    lane = (
        "{id: far, pol: ningbo, pod: baltimore, carrier: bluewater, distance: 19000 km, transit: 32 days, "
        "cut_off: 2 days, freight: 60 USD/m^3, emissions: 0.04 kgCO2e/tkm}"
    )
    (starter / "overlays" / "named.yaml").write_text(
        "quayline: 1\noverlay: named\ntitle: what the examples name\nadd:\n"
        f"  logistics.ports: [{port}]\n  logistics.lanes: [{lane}]\n"
        "  'markets[overseas].lanes': [far]\n"
        "  parties: [{id: an-authority, name: An authority, role: authority}]\n"
        "  trade.duties: [{id: us-cn, into: US, origin: CN, from: 2025-01-01, rate: 100 %, basis: x}]\n"
    )
    scenario = load(f"{starter} + named")
    assert scenario.alternates
    assert scenario.parts
    assert scenario.futures
    assert scenario.trade.subsidies
    assert scenario.trade.port_fees
    assert scenario.trade.admissibility
    assert scenario.carbon.prices
    assert scenario.carbon.caps
    assert scenario.plant.replanning
    assert scenario.plant.crew.turnover
    assert scenario.markets[1].firm_loss_usd_per_car == 4000
    assert [lane.id for lane in scenario.logistics.lanes if lane.box] == ["box-baltimore"]
