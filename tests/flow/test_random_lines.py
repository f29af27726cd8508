"""Random lines beside each other through all stages: no checker finds a fault, and the twin has the same times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.flow.random_lines import Block, drawn
from tests.flow.test_layout import records_before
from tests.reference import simpy_plant

from quayline.balance.check import faults as balance_faults
from quayline.flow.check import faults as flow_faults
from quayline.flow.check_network import network_faults
from quayline.flow.engine import simulate_network
from quayline.flow.layout import lay_out
from quayline.flow.params import FlowParams
from quayline.flow.solve import simulate
from quayline.plan.check import faults as plan_faults
from quayline.quality.check import faults as quality_faults

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_stage_is_right(tmp_path: Path, seed: int) -> None:
    before = records_before(drawn(tmp_path / "plant", seed))
    scenario, plan, sequence, crew, log = before
    assert balance_faults(scenario, crew) == []
    assert plan_faults(scenario, crew, plan) == []
    assert quality_faults(scenario, plan, sequence, log) == []
    assert flow_faults(*before, simulate(*before, FlowParams(), 1)) == []
    layout = lay_out(*before)
    num = min(120, len(layout.cars.release_s))
    cars, end_s = layout.cars.between(0, num), float(layout.cars.release_s[num - 1]) + 2 * 86400
    ours = simulate_network(layout.network, cars, 1, end_s)
    twin = simpy_plant.Plant(layout.network, cars, 1, end_s).run()
    assert np.array_equal(ours.enter_s, twin.enter_s)
    assert np.array_equal(ours.leave_s, twin.leave_s)
    assert network_faults(layout.network, cars, ours, end_s) == []


def test_the_lines_have_everything() -> None:
    found = {(block.shop, block.route, kind) for block in map(Block, SEEDS) for row in block.kinds for kind in row}
    for seen, wanted in (
        ({shop for shop, _, _ in found}, {"body", "paint", "assembly"}),
        ({route for _, route, _ in found}, {"room", "turn", "model"}),
        ({kind for _, _, kind in found}, {"serial", "paced", "conveyor", "gate"}),
    ):
        assert seen == wanted
