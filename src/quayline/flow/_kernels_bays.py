"""Compiled repair bays of gates: parallel places behind a queue."""

from __future__ import annotations

import math

from quayline.flow._kernels_clock import act_when, next_working, set_time, work_at
from quayline.flow._kernels_gate import bay_needed, bay_open
from quayline.flow._kernels_links import give, give_back
from quayline.flow._kernels_net import NO_LIMIT, compiled
from quayline.flow._kernels_ways import NOWHERE, ask, wake, way_on


@compiled
def _first_done(net, bay):
    """The place whose car is done first (of equal times the lowest place); -1 if all are empty."""
    p = net.plant[0]
    best = -1
    for place in range(bay.place_off, bay.place_off + bay.places):
        if net.i[p.bay_car + place] >= 0 and (best < 0 or net.f[p.bay_until + place] < net.f[p.bay_until + best]):
            best = place
    return best


@compiled
def _start(net, g, now):
    """Start repairs while there are places and cars; set when the next is done."""
    p = net.plant[0]
    bay = net.bay[g]
    cal = net.sec[bay.gate].cal
    work_s = work_at(net, cal, now)
    while bay.fill > 0 and bay.busy < bay.places:
        place = bay.place_off
        while net.i[p.bay_car + place] >= 0:
            place += 1
        car = bay.head
        bay.head = net.i[p.next_car + car]
        bay.area += bay.fill * (work_s - bay.area_w)
        bay.area_w = work_s
        bay.fill -= 1
        bay.busy += 1
        net.i[p.bay_car + place] = car
        net.f[p.bay_until + place] = work_s + net.f[p.repair_s + g * p.num_slots + car]
        bay.work_total += net.f[p.repair_s + g * p.num_slots + car]
        net.f[p.repair_s + g * p.num_slots + car] = 0.0
    if not bay.waiting:
        place = _first_done(net, bay)
        if place >= 0:
            act_when(net, bay.actor, cal, net.f[p.bay_until + place], now)
        else:
            set_time(net, bay.actor, math.inf)


@compiled
def send(net, g, car, now):
    """A car joins the queue of bays g."""
    p = net.plant[0]
    bay = net.bay[g]
    work_s = work_at(net, net.sec[bay.gate].cal, now)
    bay.area += bay.fill * (work_s - bay.area_w)
    bay.area_w = work_s
    net.i[p.next_car + car] = -1
    if bay.fill == 0:
        bay.head = car
    else:
        net.i[p.next_car + bay.tail] = car
    bay.tail = car
    bay.fill += 1
    bay.cars += 1
    net.i[p.num_repairs + car] += 1
    net.f[p.sent_s + car] = now
    _start(net, g, now)
    bay.most = max(bay.most, bay.fill)


@compiled
def _is_held(net, g, more):
    """Whether the car that is done in bays g cannot leave them."""
    bay = net.bay[g]
    if bay.target >= 0:
        target = net.sec[bay.target]
        return target.loop_fill >= target.loop_cap
    return more >= 0 and not bay_open(net, more)


@compiled
def on_bay(net, g, now):
    """A repair is done: the car goes back, to the next repair it needs, or on when there is a place."""
    p = net.plant[0]
    bay = net.bay[g]
    place = _first_done(net, bay)
    car = net.i[p.bay_car + place]
    more = bay_needed(net, bay.gate, car) if bay.target < 0 else -1
    is_held, to = _is_held(net, g, more), NOWHERE
    if bay.target < 0 and more < 0:
        to = way_on(net, bay.gate, car, now)
        is_held = to == NOWHERE
    if is_held:
        bay.waiting = 1
        set_time(net, bay.actor, math.inf)
        ask(net, bay.gate, now)
        return
    bay.waiting = 0
    bay.busy -= 1
    net.i[p.bay_car + place] = -1
    net.f[p.repair_total + car] += now - net.f[p.sent_s + car]
    if bay.target >= 0:
        give_back(net, car, bay.target, now)
    elif more >= 0:
        send(net, more, car, now)
    else:
        give(net, car, bay.gate, to, now)
    _start(net, g, now)
    if bay.cap < NO_LIMIT:
        wake(net, bay.gate, next_working(net, net.sec[bay.gate].cal, now))
