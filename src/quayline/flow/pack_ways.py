"""Ways between sections as tables of the compiled simulation: what follows what, forks, joins, carriers, stores."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow import _kernels_net as net
from quayline.flow.network import Parallel, Store

if TYPE_CHECKING:
    from quayline.flow.network import Network

_ROUTES = {"turn": net.IN_TURN, "type": net.BY_TYPE, "room": net.WITH_ROOM}


def lay_ways(network: Network, places: dict[str, int], sec: Any, num_slots: int) -> dict[str, list[int]]:
    """Fill what `sec` says of ways on, ways in, forks and joins; returns the tables of whole numbers."""
    tables: dict[str, list[int]] = {name: [] for name in ("next", "feeders", "of_type", "fork")}
    followers: dict[int, list[int]] = {j: [] for j in range(len(sec))}
    row = [part for part in network.sections if not isinstance(part, Store)]
    for part, behind in pairwise(row):
        heads = [b[0] for b in behind.branches] if isinstance(behind, Parallel) else [behind]
        tails = [b[-1] for b in part.branches] if isinstance(part, Parallel) else [part]
        for tail in tails:
            followers[places[tail.name]] = [places[head.name] for head in heads]
        if isinstance(behind, Parallel):
            s = sec[places[tails[0].name]]
            s["route"], s["of_off"] = _ROUTES[behind.route], len(tables["of_type"])
            tables["of_type"] += behind.of_type
    inner = [b for part in row if isinstance(part, Parallel) for b in part.branches]
    for chain in (*inner, *(line.sections for line in network.sublines)):
        for one, two in pairwise(chain):
            followers[places[one.name]] = [places[two.name]]
    forked = _lay_sublines(network, places, sec, num_slots, tables)
    for j, following in followers.items():
        sec[j]["next_off"], sec[j]["next_num"] = len(tables["next"]), len(following)
        tables["next"] += following
    for j in range(len(sec)):
        givers = sorted({i for i, following in followers.items() if j in following} | forked.get(j, set()))
        sec[j]["from_off"], sec[j]["from_num"] = len(tables["feeders"]), len(givers)
        tables["feeders"] += givers
        # All who give here take a way if one of them does.
        sec[j]["has_way"] = any(sec[i]["way_s"] > 0 for i in givers)
    return tables


def _lay_sublines(
    network: Network, places: dict[str, int], sec: Any, num_slots: int, tables: dict[str, list[int]]
) -> dict[int, set[int]]:
    """Bases, forks and joins of sub-lines; returns which sections put twins before which."""
    forked: dict[int, set[int]] = {}
    sec["into"] = -1
    tables["sub_first"] = [places[line.sections[0].name] for line in network.sublines]
    tables["sub_last"] = [places[line.sections[-1].name] for line in network.sublines]
    tables["sub_join"] = [places[line.join] for line in network.sublines]
    tables["sub_places"] = [line.places for line in network.sublines]
    for u, line in enumerate(network.sublines):
        for section in line.sections:
            sec[places[section.name]]["base"] = (u + 1) * num_slots
        sec[places[line.sections[-1].name]]["into"] = u
        sec[places[line.join]]["need"] |= 1 << u
        forked.setdefault(places[line.sections[0].name], set()).add(places[line.fork])
    for name in dict.fromkeys(line.fork for line in network.sublines):
        mine = [u for u, line in enumerate(network.sublines) if line.fork == name]
        sec[places[name]]["fork_off"], sec[places[name]]["fork_num"] = len(tables["fork"]), len(mine)
        tables["fork"] += mine
    return forked


def lay_carriers(network: Network, places: dict[str, int]) -> dict[str, Any]:
    """Tables of the carriers: all free, at the place where they are loaded."""
    numbers = [c.number for c in network.carriers]
    return {
        "carrier_load": [places[c.load] for c in network.carriers],
        "carrier_unload": [places[c.unload] for c in network.carriers],
        "carrier_off": np.cumsum([0, *numbers]),
        "carrier_free": numbers,
        "carrier_least": numbers,
    }


def lay_stores(network: Network, places: dict[str, int], sec: Any) -> tuple[dict[str, list[int]], dict[str, int]]:
    """Rules and lanes of stores: tables of whole numbers, and sizes of tables that begin empty."""
    tables: dict[str, list[int]] = {name: [] for name in ("rule_most", "rule_within", "rule_types")}
    sizes = {"lanes": 0, "taken": 0}
    for store, behind in pairwise(network.sections):
        if not isinstance(store, Store):
            continue
        s = sec[places[behind.name]]
        s["lanes"], s["lane_off"], s["taken_off"] = store.lanes, sizes["lanes"], sizes["taken"]
        sizes["lanes"] += store.lanes
        sizes["taken"] += net.HISTORY if store.rules else 0
        s["rule_off"], s["rule_num"], s["rule_types"] = (
            len(tables["rule_most"]),
            len(store.rules),
            len(tables["rule_types"]),
        )
        tables["rule_most"] += [rule.most for rule in store.rules]
        tables["rule_within"] += [rule.within for rule in store.rules]
        if store.rules or store.lanes:
            for kind in range(network.num_types):
                tables["rule_types"].append(sum(1 << r for r, rule in enumerate(store.rules) if kind in rule.types))
    return tables, sizes
