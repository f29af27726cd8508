"""Compiled failures of servers: by operating time, by the clock of the section, and the call for a crew."""

from __future__ import annotations

import math

from quayline.flow._kernels_clock import any_time_of, set_time
from quayline.flow._kernels_laws import factor_of, sample
from quayline.flow._kernels_net import compiled, inlined


@compiled
def up_time(net, fail, server_idx, num_built):
    """Operating (or working) time until the server's next failure; `num_built` cars taught it."""
    p = net.plant[0]
    mean_s = net.f[p.fail_mtbf + fail]
    learn = net.i[p.fail_learn + fail]
    if learn >= 0:
        mean_s /= factor_of(net, learn, max(num_built, 1))
    return sample(net, net.i[p.fail_up + fail], mean_s, p.key_up, net.srv[server_idx].failed, server_idx, 0)


@inlined
def teach(net, station, fail, car):
    """Count a car at a station whose failures learn."""
    p = net.plant[0]
    learn = net.i[p.fail_learn + fail]
    if learn >= 0:
        station.taught += net.i[p.learn_types + learn * p.num_types + net.i[p.car_type + car]]


@compiled
def repair_time(net, fail, server_idx):
    """Time of the repair of the server's failure under way."""
    p = net.plant[0]
    law, mean_s = net.i[p.fail_down + fail], net.f[p.fail_mttr + fail]
    return sample(net, law, mean_s, p.key_down, net.srv[server_idx].failed, server_idx, 0)


@compiled
def repairs_during(net, fail, server_idx, num_built, work_s):
    """Repair time of the failures of a server during `work_s` of operation (operation-dependent failures)."""
    server = net.srv[server_idx]
    total_s, left_s = 0.0, work_s
    while left_s > server.up_left:
        left_s -= server.up_left
        total_s += repair_time(net, fail, server_idx)
        server.failed += 1
        server.up_left = up_time(net, fail, server_idx, num_built)
    server.up_left -= left_s
    return total_s


@compiled
def _fail_at(net, fail, server_idx, num_built, from_w):
    """Lay down when the server, up from `from_w` on, is down next, and until when."""
    server = net.srv[server_idx]
    server.down_at = from_w + up_time(net, fail, server_idx, num_built)
    server.up_at = server.down_at + repair_time(net, fail, server_idx)
    server.failed += 1


@compiled
def downs_during(net, fail, server_idx, num_built, start_w, work_s):
    """Time that work begun at `start_w` stands while its server is down (time-dependent failures)."""
    server = net.srv[server_idx]
    if server.failed == 0:
        _fail_at(net, fail, server_idx, num_built, 0.0)
    at_w, left_s = start_w, work_s
    while True:
        if server.up_at <= at_w:
            _fail_at(net, fail, server_idx, num_built, server.up_at)
        elif at_w >= server.down_at:
            at_w = server.up_at
        elif at_w + left_s > server.down_at:
            left_s -= server.down_at - at_w
            at_w = server.up_at
        else:
            return at_w + left_s - start_w - work_s


@inlined
def ask_crew(net, fail, cal, fail_w):
    """Call the crew to a failure that happens at working time `fail_w`."""
    p = net.plant[0]
    net.f[p.asked_s + net.i[p.fail_slot + fail]] = any_time_of(net, cal, fail_w)
    set_crew(net, net.i[p.fail_crew + fail])


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
