"""The door for people with Python: `ql.run(ql.load("busan"))`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quayline.study.execute import execute

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario
    from quayline.store.folder import RunFolder
    from quayline.study.run import Params


def run(scenario: Scenario, out: str | Path = "runs", seed: int = 1, params: Params | None = None) -> RunFolder:
    """Run `scenario` into a folder under `out`, or return the equal run that is there already."""
    return execute(scenario, Path(out), seed, params)
