"""Compiled gates: what an inspection finds, and where it sends the car."""

from __future__ import annotations

from quayline.flow._kernels_draws import uniform
from quayline.flow._kernels_laws import sample
from quayline.flow._kernels_links import keep_no_more, return_carriers
from quayline.flow._kernels_net import NO_LIMIT, compiled, inlined


@inlined
def bay_needed(net, j, car):
    """The first bays of gate j that the car still needs; -1 if none."""
    p = net.plant[0]
    s = net.sec[j]
    for g in range(s.bay_first, s.bay_first + s.bay_num):
        if net.f[p.repair_s + g * p.num_slots + car] > 0.0:
            return g
    return -1


@inlined
def bay_open(net, g):
    """Whether bays g have a free place, or one to wait on."""
    bay = net.bay[g]
    return bay.busy < bay.places or bay.fill < bay.cap


@compiled
def _inspect(net, g, car, visit):
    """What the gate finds of defects that it draws."""
    p = net.plant[0]
    bay = net.bay[g]
    number = net.i[p.number + car]
    u = uniform(p.key_defect, number, g, visit)
    if u < bay.found_share:
        work_s = sample(net, bay.law, bay.work_s, p.key_repair, number, g, visit)
        net.f[p.repair_s + g * p.num_slots + car] += work_s
    elif u < bay.share:
        bay.escaped += 1


@inlined
def judge(net, j, car, k):
    """Judge the k-th car of gate j, once; whether it is scrapped."""
    p = net.plant[0]
    s = net.sec[j]
    if s.judged > k:
        return False
    s.judged = k + 1
    visit = net.i[p.loops + s.base + car]
    for g in range(s.bay_first, s.bay_first + s.bay_num):
        if net.bay[g].share > 0.0:
            _inspect(net, g, car, visit)
    if net.i[p.scrap_at + car] == s.col:
        return True
    return s.scrap_share > 0.0 and uniform(p.key_scrap, net.i[p.number + car], s.col, visit) < s.scrap_share


@compiled
def scrap(net, j, car, to, now):
    """A car leaves the plant at gate j without being built; a place kept for it before section `to` is free."""
    p = net.plant[0]
    net.f[p.scrapped_s + car] = now
    p.num_out += 1
    if p.num_carriers > 0:
        return_carriers(net, j, NO_LIMIT, now)
    if net.sec[j].keeps:
        keep_no_more(net, net.sec[j], to, now)
