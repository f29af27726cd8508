"""Random lines beside each other in the starter's plant: any sections in them, any route, anywhere in the plant."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from quayline.scenario.loader import load
from quayline.scenario.template import new

if TYPE_CHECKING:
    from pathlib import Path

    from quayline.scenario.schema import Scenario

PLACES = {
    "body": ("          buffer_after: 15\n", "{old}{block}"),
    "paint": ("        - id: paint-line\n", "{block}{old}"),
    "assembly": ("        - id: final\n", "{block}{old}"),
}
"""By shop: at its end, at its begin, in it."""
FAILS = "reliability: {mtbf: 60 h, mttr: 10 min}"
CAUSES = {"fit": "body", "paint-defect": "paint", "electrics": "assembly"}
MODELS = {"hatch": "6.2", "volt": "6.6"}


class Block:
    """Lines beside each other, drawn from a seed."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.shop = self.rng.choice(list(PLACES))
        self.route = self.rng.choice(["room", "turn", "model"])
        num = 2 if self.route == "model" else self.rng.randint(2, 3)
        self.has_gates = self.rng.random() < 0.7
        self.kinds = [self._kinds() for _ in range(num)]

    def _kinds(self) -> list[str]:
        kinds = [self.rng.choice(["serial", "paced", "conveyor"]) for _ in range(self.rng.randint(1, 3))]
        if self.has_gates:
            kinds[self.rng.randrange(len(kinds))] = "gate"
        return kinds

    def named(self, kind: str) -> list[tuple[int, str]]:
        """(branch, name) of every section of a kind."""
        return [(b, f"b{b}-{k}") for b, row in enumerate(self.kinds) for k, each in enumerate(row) if each == kind]

    def text(self) -> str:
        """The block as plant.yaml has it."""
        rows = [f"        - id: block\n          kind: parallel\n          route: {self.route}\n          branches:\n"]
        for b, kinds in enumerate(self.kinds):
            rows.append(f"            - id: b{b}\n")
            if self.route == "model":
                rows.append(f"              models: [{list(MODELS)[b]}]\n")
            if "paced" in kinds and (self.route == "model" or self.rng.random() < 0.5):
                rows.append(f"              speed_share: {self.rng.randint(40, 90)} %\n")
            rows.append("              sections:\n")
            names = [f"b{b}-{k}" for k in range(len(kinds))]
            rows += [f"                - {self._section(kind, names[: k + 1], k == len(kinds) - 1)}\n"
                     for k, kind in enumerate(kinds)]  # fmt: skip
        return "".join(rows) + f"          buffer_after: {self.rng.randint(1, 5)}\n"

    def _section(self, kind: str, names: list[str], is_last: bool) -> str:
        pick, behind = self.rng.randint, 0 if is_last else self.rng.randint(1, 4)
        said = {
            "serial": f"stations: [{{id: {names[-1]}, cycle: {pick(300, 700)} s}}], spread_share: 5 %, {FAILS}",
            "conveyor": f"places: {pick(2, 6)}, pitch: {pick(300, 600)} s, {FAILS}",
            "paced": f"stations: {pick(4, 12)}, spread_share: 5 %, drift_share: 20 %, andon_share: 0.1 %, andon: 60 s, "
                     f"{FAILS}",
            "gate": f"cycle: {pick(200, 500)} s, spread_share: 5 %, repairs: [{{id: rework, bays: 2, "
                    f"rejoin: {self.rng.choice(names)}}}, {{id: respray, bays: 1}}]",
        }[kind]  # fmt: skip
        return f"{{id: {names[-1]}, kind: {kind}, {said}, buffer_after: {behind}}}"

    def content(self, model: str) -> str:
        """The model's work at the moving lines that it comes to, as vehicles.yaml has it."""
        mine = [name for b, name in self.named("paced") if self.route != "model" or list(MODELS)[b] == model]
        return "".join(f"        - {{section: {name}, content: {self.rng.uniform(0.5, 3):.2f} h}}\n" for name in mine)

    def detection(self) -> str:
        """What the gates catch of causes in their shop or before it, as quality.yaml has it."""
        found, order = [], list(PLACES)
        for cause in [cause for cause, shop in CAUSES.items() if order.index(shop) <= order.index(self.shop)]:
            share = self.rng.randint(20, 100)
            found += [f"    - {{gate: {name}, cause: {cause}, share: {share} %}}\n" for _, name in self.named("gate")]
        return "".join(found)


def drawn(folder: Path, seed: int) -> Scenario:
    """The starter scenario with lines beside each other drawn from a seed."""
    new(folder)
    block = Block(seed)
    old, wanted = PLACES[block.shop]
    changes = [("plant.yaml", old, wanted.format(old=old, block=block.text()))]
    if block.rng.random() < 0.5:
        hours = "      hours: {later: 45 min, works_breaks: true, at_shift_end: finish}\n"
        changes.append(("plant.yaml", "      name: Paint shop\n", f"      name: Paint shop\n{hours}"))
    for model, hours in MODELS.items():
        row = f"        - {{section: trim, content: {hours} h}}\n"
        changes.append(("vehicles.yaml", row, row + block.content(model)))
    changes.append(("quality.yaml", "  launches: [volt]\n", block.detection() + "  launches: [volt]\n"))
    for name, old, text in changes:
        written = (folder / name).read_text("utf-8")
        assert written.count(old) == 1, (name, old)
        (folder / name).write_text(written.replace(old, text), "utf-8")
    return load(folder)
