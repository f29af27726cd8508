"""The check of product systems finds one wrong figure wherever it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.carbon.system.made import ring

from quayline.carbon.system import contributions, intensities, supply
from quayline.carbon.system.check import intensity_faults, matrix_faults, step_faults, supply_faults
from quayline.carbon.system.tree import Kgco2e

DEMAND = {"power": 1.0}


def test_a_wrong_entry_of_the_matrices_is_found() -> None:
    system = ring()
    system.technosphere[0, 1] *= 1 + 1e-6
    assert any("technosphere at (0, 1)" in fault for fault in matrix_faults(system))
    system = ring()
    system.emissions_kgco2e[1, 1] += 1e-4
    assert any("emissions at (1, 1)" in fault for fault in matrix_faults(system))


@pytest.mark.parametrize("place", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_wrong_intensity_is_found(place: tuple[int, int]) -> None:
    found = intensities(ring())
    found[place] *= 1 + 1e-6
    assert list(intensity_faults(ring(), found))


@pytest.mark.parametrize("place", [0, 1])
def test_a_wrong_supply_is_found(place: int) -> None:
    runs = supply(ring(), DEMAND)
    runs[place] *= 1 + 1e-6
    assert list(supply_faults(ring(), DEMAND, runs))


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 0.2}, {"depth": 3}, {"parent_idx": 0}, {"product_idx": 1}, {"carried": Kgco2e(1.0, 0.0)},
        {"direct": Kgco2e(1.0, 0.0)}, {"beyond": Kgco2e(0.1, 0.0)},
    ],
)  # fmt: skip
def test_a_wrong_step_is_found(change: dict) -> None:
    system = ring()
    steps = contributions(system, DEMAND, cutoff_share=0.012)
    assert list(step_faults(system, DEMAND, steps, intensities(system))) == []
    steps[2] = replace(steps[2], **change)
    assert list(step_faults(system, DEMAND, steps, intensities(system)))


def test_a_lost_step_is_found() -> None:
    system = ring()
    steps = contributions(system, DEMAND, cutoff_share=0.012)
    assert list(step_faults(system, DEMAND, steps[:-1], intensities(system)))
    assert list(step_faults(system, DEMAND, [], intensities(system))) == ["the roots are not what is demanded"]
