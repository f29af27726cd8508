"""Whether a plant has come to rest for good: who waits for whom, and the circle in which nobody can move first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.base.errors import InfeasibleError
from quayline.flow._kernels_net import BLOCKED, BY_TYPE, IN_TURN, NEVER, PACED
from quayline.flow.network import Store
from quayline.flow.pack import table

if TYPE_CHECKING:
    from quayline.flow.network import Network

Node = tuple[str, int]
Needs = list[tuple[str, list[Node]]]
"""What a node waits for: in words, and the nodes of which one at least must move first."""


class DeadlockError(InfeasibleError):
    """Cars hold places for which other cars wait, in a circle: none of them can ever move again."""


def raise_if_stuck(network: Network, net: Any) -> None:
    """Raise DeadlockError, naming the circle, if a finished simulation holds cars that can never move again."""
    waits = _Waits(network, net)
    nodes: list[Node] = [("section", j) for j in range(len(net.sec))] + [("bays", g) for g in range(len(net.bay))]
    needs = {node: waits.needs(node) for node in nodes}
    live: set[Node] = set()
    grows = True
    while grows:
        more = {n for n in nodes if n not in live and all(any(k in live for k in some) for _, some in needs[n])}
        grows = bool(more)
        live |= more
    stuck = [node for node in nodes if node not in live]
    if stuck:
        raise DeadlockError("the plant has come to rest for good: " + "; ".join(_circle(waits, needs, stuck)))


def _circle(waits: _Waits, needs: dict[Node, Needs], stuck: list[Node]) -> list[str]:
    """The circle that one meets on the way from the first stuck node."""
    way: list[Node] = []
    node = stuck[0]
    while node not in way:
        way.append(node)
        node = next(some[0] for _, some in needs[node] if all(k in stuck for k in some))
    said = []
    for one in way[way.index(node) :]:
        words = next(words for words, some in needs[one] if all(k in stuck for k in some))
        said.append(f"{waits.name(one)} holds {waits.held(one)} and waits for {words}")
    return said


class _Waits:
    """Reads from the arrays of a finished simulation what each section and each kind of bays waits for."""

    def __init__(self, network: Network, net: Any):
        self.network, self.net, self.p = network, net, net.plant[0]
        self.moving = [s for s in network.columns if not isinstance(s, Store)]
        self.num = int(self.p["num_slots"])

    def _i(self, name: str, at: int) -> int:
        return int(self.net.i[int(self.p[name]) + at])

    def name(self, node: Node) -> str:
        """A node in words."""
        if node[0] == "section":
            return f"section {self.moving[node[1]].name}"
        gate, bays = self.network.all_bays[node[1]]
        return f"bays {gate}/{bays.name}"

    def _car_at_end(self, j: int) -> int:
        s = self.net.sec[j]
        if s["kind"] == PACED:
            return self._i("line", int(s["line_off"] + (s["line_head"] + s["pitches"] - 1) % s["pitches"]))
        return self._i("line", int(s["car_off"] + (self._num_left(j) & int(s["car_mask"]))))

    def _num_left(self, j: int) -> int:
        """Cars that have left a serial section."""
        s = self.net.sec[j]
        return int(self.net.sta[int(s["first"] + s["num"] - 1)]["count"])

    def held(self, node: Node) -> str:
        """The car that a node holds."""
        if node[0] == "bays":
            return f"car {self._number(self._bay_car(node[1]))}"
        s = self.net.sec[node[1]]
        stands = s["exit_waiting"] or s["begin_waiting"]
        return f"car {self._number(self._car_at_end(node[1]) if stands else int(s['head']))}"

    def _number(self, car: int) -> int:
        """The place of a car in the planned sequence."""
        return self._i("number", car)

    def needs(self, node: Node) -> Needs:
        """What a node waits for; nothing while it may still act by itself."""
        if node[0] == "bays":
            return self._of_bays(node[1])
        s = self.net.sec[node[1]]
        if s["exit_waiting"]:
            return [] if self._acts(s["exit_actor"]) else self._of_exit(node[1], self._car_at_end(node[1]))
        if s["begin_waiting"] and s["num_begun"] == self._num_left(node[1]):
            return [] if self._acts(s["begin_actor"]) else self._of_exit(node[1], self._car_at_end(node[1]))
        return self._of_taking(node[1])

    def _acts(self, actor: Any) -> bool:
        """Whether an actor will act, as things stand."""
        return self._i("acts", int(actor)) != NEVER

    def _of_exit(self, j: int, car: int, bays_too: bool = True) -> Needs:
        s = self.net.sec[j]
        if bays_too:
            for g in range(int(s["bay_first"]), int(s["bay_first"] + s["bay_num"])):
                if self.net.f[int(self.p["repair_s"]) + g * self.num + car] > 0:
                    return [(f"a place in {self.name(('bays', g))}", [("bays", g)])]
        found: Needs = []
        if s["into"] >= 0:
            u = int(s["into"])
            if self._i("sub_fill", u) + self._i("sub_kept", u) >= self._i("sub_places", u):
                join = self._i("sub_join", u)
                found.append((f"section {self.moving[join].name} to take a finished twin", [("section", join)]))
            return found
        ahead = [self._i("next", int(s["next_off"]) + k) for k in range(int(s["next_num"]))]
        if len(ahead) > 1 and s["route"] in (IN_TURN, BY_TYPE):
            by_type = self._i("of_type", int(s["of_off"]) + self._i("car_type", car)) if s["route"] == BY_TYPE else 0
            ahead = [ahead[by_type if s["route"] == BY_TYPE else int(s["turn"]) % len(ahead)]]
        first = [self._i("sub_first", self._i("fork", int(s["fork_off"]) + k)) for k in range(int(s["fork_num"]))]
        for group in ([ahead] if ahead else []) + [[j] for j in first]:
            if all(self._is_full(to) for to in group):
                names = " or ".join(self.moving[to].name for to in group)
                found.append((f"a place before section {names}", [("section", to) for to in group]))
        return found

    def _is_full(self, j: int) -> bool:
        s = self.net.sec[j]
        return bool(s["fill"] + s["kept"] >= s["cap"] if s["cap"] > 0 else True)

    def _bay_car(self, g: int) -> int:
        bay = self.net.bay[g]
        places = range(int(bay["place_off"]), int(bay["place_off"] + bay["places"]))
        busy = [k for k in places if self._i("bay_car", k) >= 0]
        if not busy:
            return -1
        done = min(busy, key=lambda k: (self.net.f[int(self.p["bay_until"]) + k], k))
        return self._i("bay_car", done)

    def _of_bays(self, g: int) -> Needs:
        bay = self.net.bay[g]
        if not bay["waiting"] or self._acts(bay["actor"]):
            return []
        if bay["target"] >= 0:
            to = int(bay["target"])
            return [(f"a place among those who come back to section {self.moving[to].name}", [("section", to)])]
        return self._of_exit(int(bay["gate"]), self._bay_car(g))

    def _of_taking(self, j: int) -> Needs:
        """A section that could take its next car but for a twin or a carrier."""
        s = self.net.sec[j]
        if s["loop_fill"] or s["is_store"] or self._acts(s["pull_actor"]):
            return []
        if s["kind"] == PACED and s["inside"] and s["state"] != BLOCKED:
            return []
        if s["kind"] != PACED and self._inside(j):
            return []
        found: Needs = []
        if s["fill"]:
            twins = self._i("twins", int(s["head"]))
            for u, line in enumerate(self.network.sublines):
                if int(s["need"]) >> u & 1 and not twins >> u & 1:
                    holder = self._twin(u, int(s["head"]))
                    found.append((f"its twin of sub-line {line.name}", [("section", holder)]))
        for c, carriers in enumerate(self.network.carriers):
            if self._i("carrier_load", c) == j and self._i("carrier_free", c) == 0:
                last = self._i("carrier_unload", c)
                holders: list[Node] = [("section", k) for k in range(j, last + 1) if self._holds(k)]
                holders += [("bays", g) for g, b in enumerate(self.net.bay) if j <= b["gate"] <= last and b["busy"]]
                if s["fill"] or self.p["source"] < self.p["num_cars"]:
                    found.append((f"a free one of {carriers.name}", holders))
        return found

    def _inside(self, j: int) -> int:
        """Cars on the stations of a section."""
        s = self.net.sec[j]
        if s["kind"] == PACED:
            return int(s["inside"])
        return int(s["entered"]) - self._num_left(j)

    def _holds(self, j: int) -> bool:
        s = self.net.sec[j]
        return bool(self._inside(j) or s["fill"] or s["loop_fill"])

    def _twin(self, u: int, car: int) -> int:
        """The section of sub-line u that holds a car's twin, or takes it next."""
        columns = [k for k, s in enumerate(self.moving) if s in self.network.sublines[u].sections]
        left = table(self.net, "leave_s", self.num * int(self.p["num_columns"])).reshape(self.num, -1)
        return next(k for k in columns if not np.isfinite(left[car, int(self.net.sec[k]["col"])]))
