"""What all tests share: the public reference data, the browser and Hypothesis profiles."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytest_plugins = ["tests.finished", "tests.command_line"]

ROOT = Path(__file__).resolve().parents[1]

# Numba compiles inside an example, so neither time nor a slow first draw says anything of the code.
settings.register_profile(
    "local", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("ci", settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder of public benchmark instances: $QUAYLINE_DATA, else `shared/data` beside the repository."""
    folder = Path(os.environ.get("QUAYLINE_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}: set QUAYLINE_DATA to its folder")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium of the system: $QUAYLINE_CHROMIUM, else the first on PATH."""
    names = [os.environ.get("QUAYLINE_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    executable = next((path for name in names if name and (path := shutil.which(name))), None)
    if executable is None:
        pytest.skip("no Chromium on PATH: install it (Debian: chromium) or set QUAYLINE_CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield chromium
        chromium.close()
