"""The starter scenario in a folder that a test may break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quayline.scenario.template import new

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """A fresh copy of the starter scenario."""
    folder = tmp_path / "starter"
    new(folder)
    return folder
