"""Compiled calls for a crew: servers whose failures wait for one work until they fail, and on from their repair."""

from __future__ import annotations

import math

from quayline.flow._kernels_clock import any_time_of, set_time, work_at
from quayline.flow._kernels_failures import repair_time, up_time
from quayline.flow._kernels_net import BEGUN, FAILED, compiled, inlined


@inlined
def ask_crew(net, fail, cal, server, fail_w):
    """Call the crew to a failure of the server that happens at working time `fail_w`."""
    p = net.plant[0]
    net.f[p.asked_s + server.slot] = max(p.now, any_time_of(net, cal, fail_w))  # of two moments, that of the work
    set_crew(net, net.i[p.fail_crew + fail])


@compiled
def first_call_of(net, fail, cal, server_idx):
    """Lay down the first failure by time of a server with a crew."""
    server = net.srv[server_idx]
    server.down_at = server.up_left
    ask_crew(net, fail, cal, server, server.down_at)


@inlined
def lay_work(server, num_built, start_w, work_s):
    """Lay down the work that a server with a crew begins; `num_built` cars have taught its failures by then."""
    server.built_before, server.built = server.built, num_built
    server.start_w = server.pos_w = start_w
    server.left_s = work_s


@compiled
def work_on(net, fail, cal, server_idx):
    """Let a server with a crew work from `pos_w` on: whether it is done, at `pos_w` then, before it fails.

    A failure by operation calls the crew here; one by time has called it already, work or not.
    """
    p = net.plant[0]
    server = net.srv[server_idx]
    by_time = net.i[p.fail_by_time + fail]
    up_s = server.up_left
    if by_time:
        server.pos_w = max(server.pos_w, server.up_at)
        up_s = server.down_at - server.pos_w
        if up_s <= 0.0:
            server.begun = FAILED
            return False
    if server.left_s <= up_s:
        server.up_left -= server.left_s
        server.pos_w += server.left_s
        server.left_s = 0.0
        server.begun = BEGUN
        return True
    server.left_s -= up_s
    server.pos_w += up_s
    server.begun = FAILED
    if not by_time:
        ask_crew(net, fail, cal, server, server.pos_w)
    return False


@compiled
def repair(net, fail, cal, server_idx, now):
    """A free person repairs the server from now on: draws when it fails next; returns when the repair is done."""
    p = net.plant[0]
    server = net.srv[server_idx]
    ready_w = work_at(net, cal, now) + repair_time(net, fail, server_idx)
    by_time = net.i[p.fail_by_time + fail]
    # A work that waits for this repair since its beginning was not begun before the failure.
    num_built = server.built_before if by_time and server.start_w >= server.down_at else server.built
    server.failed += 1
    server.up_left = up_time(net, fail, server_idx, num_built)
    net.f[p.asked_s + server.slot] = math.inf
    if by_time:
        server.up_at, server.down_at = ready_w, ready_w + server.up_left
        ask_crew(net, fail, cal, server, server.down_at)
    else:
        server.pos_w = ready_w
    return ready_w


@compiled
def first_call(net, crew):
    """The slot of the crew's first failure that waits or is to come (of equal times the first station); -1 if none."""
    p = net.plant[0]
    best, best_s = -1, math.inf
    for slot in range(net.i[p.crew_slot + crew], net.i[p.crew_slot + crew + 1]):
        if net.f[p.asked_s + slot] < best_s:
            best, best_s = slot, net.f[p.asked_s + slot]
    return best


@compiled
def first_person(net, crew):
    """The person of the crew who is free first."""
    p = net.plant[0]
    best = net.i[p.crew_person + crew]
    for person in range(best + 1, net.i[p.crew_person + crew + 1]):
        if net.f[p.person_s + person] < net.f[p.person_s + best]:
            best = person
    return best


@compiled
def set_crew(net, crew):
    """The crew acts when there is both a failure and a free person."""
    p = net.plant[0]
    slot = first_call(net, crew)
    time_s = math.inf
    if slot >= 0:
        time_s = max(net.f[p.asked_s + slot], net.f[p.person_s + first_person(net, crew)])
    set_time(net, net.i[p.crew_actor + crew], time_s)
