"""Runs the recipe into a folder: resumes what was finished, proves the laws, then gives the run its name."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import resource
import sys
import time
from typing import TYPE_CHECKING, Any, Protocol

from quayline.base.errors import BrokenLawError
from quayline.base.version import source_digest, version
from quayline.scenario.folder import OVERRIDES
from quayline.store.folder import RunFolder, Workshop
from quayline.store.journal import RAN, note, state_of
from quayline.study.laws import broken_laws
from quayline.study.run import Params, run
from quayline.study.summary import summary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quayline.scenario.schema import Scenario


class Watcher(Protocol):
    """Is told when a stage begins and ends."""

    def began(self, stage: str) -> None: ...
    def ended(self, stage: str, wall_s: float, was_kept: bool) -> None: ...


class Silent:
    """A watcher that says nothing."""

    def began(self, stage: str) -> None:
        """A stage begins."""

    def ended(self, stage: str, wall_s: float, was_kept: bool) -> None:
        """A stage has ended."""


class Clockwork:
    """Keeps stages in a workshop and measures what each takes."""

    def __init__(self, workshop: Workshop, watcher: Watcher):
        self.workshop, self.watcher = workshop, watcher
        self.stages_s: dict[str, float] = {}

    def __call__(self, key: str, compute: Callable[[], Any]) -> Any:
        """The stage's record, computed or kept (the `Keep` of the recipe)."""
        self.watcher.began(key)
        began = time.perf_counter()
        record, was_kept = self.workshop.keep(key, compute)
        self.stages_s[key] = time.perf_counter() - began
        self.watcher.ended(key, self.stages_s[key], was_kept)
        return record


def run_name(scenario: Scenario, seed: int, params: Params) -> str:
    """The name of a run: what it runs, the seed, and a digest of everything that its bits depend on."""
    mixed = hashlib.sha256(f"{version()} {source_digest()} {seed} {params!r}".encode())
    for name, content in sorted(scenario.files):
        mixed.update(name.encode() + b"\0" + content + b"\0")
    return f"{scenario.name}-s{seed}-{mixed.hexdigest()[:8]}"


def execute(
    scenario: Scenario, out: Path, seed: int = 1, params: Params | None = None, watcher: Watcher | None = None,
    fresh: bool = False,
) -> RunFolder:  # fmt: skip
    """Run `scenario` into a folder under `out` and return it; a finished equal run is returned as it is.

    A run that was stopped goes on from its last finished stage. `fresh` computes everything again. What is computed is
    noted in the log of `out`. Raises BrokenLawError, and stores nothing, when a conservation law does not hold.
    """
    settings, watcher = params or Params(), watcher or Silent()
    workshop = Workshop(out, run_name(scenario, seed, settings))
    if not fresh and (workshop.final / "manifest.json").is_file():
        return RunFolder(workshop.final)
    began = time.perf_counter()
    with workshop.opened(fresh):
        clockwork = Clockwork(workshop, watcher)
        workshop.put_files("scenario", scenario.files)
        results = run(scenario, seed, settings, clockwork)
        watcher.began("laws")
        laws_began = time.perf_counter()
        if broken := broken_laws(scenario, results):
            raise BrokenLawError("\n".join(broken))
        clockwork.stages_s["laws"] = time.perf_counter() - laws_began
        watcher.ended("laws", clockwork.stages_s["laws"], False)
        facts = json.dumps(summary(scenario, results), indent=1, sort_keys=True) + "\n"
        workshop.put_files("summary", (("summary.json", facts.encode()),))
        manifest = {
            "quayline": version(), "source": source_digest(), "scenario": scenario.name,
            "title": " + ".join([scenario.title, *(name for name, _ in scenario.overlays)]),
            "seed": seed, "params": dataclasses.asdict(settings), "rounds": results.rounds,
        }  # fmt: skip
        times = {
            "stages_s": {k: round(v, 3) for k, v in clockwork.stages_s.items()},
            "wall_s": round(time.perf_counter() - began, 3), "peak_mb": round(peak_mb(), 1),
        }  # fmt: skip
        before = state_of(workshop.final)
        workshop.finish(manifest, times)
        note(out, RAN, workshop.final.name, changes_of(scenario), before, state_of(workshop.final))
        return RunFolder(workshop.final)


def changes_of(scenario: Scenario) -> tuple[str, ...]:
    """The overlays (`+ name`) and settings (`path=value`) that lie on a scenario, in their order."""
    return tuple(dict(scenario.files).get(OVERRIDES, b"").decode().splitlines())


def peak_mb() -> float:
    """The most memory that this process has held, in MiB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
