"""Compiled simulation of a plant: each actor owns its next time, the first one acts."""

from __future__ import annotations

from quayline.flow._kernels_bays import on_bay, send
from quayline.flow._kernels_calls import first_call_of
from quayline.flow._kernels_clock import first_word
from quayline.flow._kernels_crew import on_crew
from quayline.flow._kernels_draws import TICKS_PER_S
from quayline.flow._kernels_failures import up_time
from quayline.flow._kernels_gate import bay_needed
from quayline.flow._kernels_links import note_fill
from quayline.flow._kernels_memory import whole
from quayline.flow._kernels_net import NEVER, PACED, compiled
from quayline.flow._kernels_paced import close_paced, on_index
from quayline.flow._kernels_serial import close_station, on_begin, on_exit, on_pull, seek_place
from quayline.flow._kernels_ways import arm

PULL, EXIT, INDEX, BAY, CREW, BEGIN = 0, 1, 2, 3, 4, 5


@compiled
def lay_first_failures(arrays, fail_of, num_slots):
    """Draw the time until the first failure of every server; those by time call their crew then, whatever happens."""
    net = whole(arrays)
    p = net.plant[0]
    for server in range(fail_of.size):
        if fail_of[server] >= 0:
            net.srv[server].up_left = up_time(net, fail_of[server], server, 0)
    for slot in range(num_slots):
        server, cal = net.i[p.slot_server + slot], net.sec[net.i[p.slot_section + slot]].cal
        if net.i[p.fail_by_time + fail_of[server]]:
            first_call_of(net, fail_of[server], cal, server)


@compiled
def close(arrays):
    """Book the states that last until the end."""
    net = whole(arrays)
    p = net.plant[0]
    for j in range(p.num_sections):
        s = net.sec[j]
        note_fill(net, j, s.end_w)
        if s.kind == PACED:
            close_paced(net, s)
        else:
            for i in range(s.first, s.first + s.num):
                close_station(net, s, i)
    for g in range(p.num_bays):
        bay = net.bay[g]
        bay.area += bay.fill * (net.sec[bay.gate].end_w - bay.area_w)


@compiled
def simulate(arrays):
    """Let the actor whose time comes first act; the answer stands in `arrays`. Returns whether it got to the end.

    It stops as well when all cars handed in are under way and others follow: before anything depends on the next one.
    """
    net = whole(arrays)
    p = net.plant[0]
    arm(net, 0, p.now)
    while p.source < p.num_cars or not p.more:
        word = first_word(net)
        if word == NEVER:
            return True
        actor, now = word & ((1 << p.actor_bits) - 1), (word >> p.actor_bits) / TICKS_PER_S
        p.num_events += 1
        p.now = now
        kind, j = net.i[p.actor_kind + actor], net.i[p.actor_idx + actor]
        if kind == PULL:
            on_pull(net, j, now)
            if net.sec[j].seeks:
                seek_place(net, net.sec[j], now)
        elif kind == INDEX:
            on_index(net, j, now)
        elif kind == EXIT:
            car = on_exit(net, j, now)
            if car >= 0:
                send(net, bay_needed(net, j, car), car, now)
            if net.sec[j].seeks:
                seek_place(net, net.sec[j], now)
        elif kind == BAY:
            on_bay(net, j, now)
        elif kind == BEGIN:
            on_begin(net, j, now)
        else:
            on_crew(net, j, now)
    return False
