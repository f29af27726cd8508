"""Compiled moves: cars out of a section and into the places before the next, back from bays, and in from there."""

from __future__ import annotations

import math

from quayline.flow._kernels_clock import next_working, set_time, work_at
from quayline.flow._kernels_net import compiled, fused, inlined
from quayline.flow._kernels_store import put_body, take_body
from quayline.flow._kernels_ways import arm, new_ready_w, release_time, wake_suppliers, wake_twins


@inlined
def note_fill(net, j, work_s):
    """Add up the fill of the places before section j until now (working time of the section)."""
    s = net.sec[j]
    s.area += s.fill * (work_s - s.area_w)
    s.area_w = work_s


@inlined
def _note_entry(net, car, col, now):
    """Note the first entry of a car into a section; only a car that came back can have been there before."""
    p = net.plant[0]
    entry = p.enter_s + car * p.num_columns + col
    if net.i[p.loops + car] == 0 or net.f[entry] == math.inf:
        net.f[entry] = now


@fused
def _put_in_store(net, s, car, now):
    _note_entry(net, car, s.store_col, now)
    put_body(net, s, car)


@compiled
def give(net, car, j, to, now):
    """A car leaves section j: into the places before section `to`, among finished twins, or out of the plant."""
    p = net.plant[0]
    s = net.sec[j]
    net.f[p.leave_s + car * p.num_columns + s.col] = now
    if s.keeps:
        keep(net, s, to, -1)
    else:
        s.turn += 1
    if p.num_carriers > 0 and s.base == 0:
        return_carriers(net, j, j, now)
    for k in range(s.fork_off, s.fork_off + s.fork_num):
        _put(net, car, net.i[p.sub_first + net.i[p.fork + k]], 0.0, now)
    if s.into >= 0:
        _finish_twin(net, s.into, car, now)
    elif to < p.num_sections:
        _put(net, car, to, s.way_s, now)
    else:
        p.num_out += 1


@compiled
def keep(net, s, to, num):
    """Keep the places into which a car of section s will be given (`num` -1: no longer)."""
    p = net.plant[0]
    if s.into >= 0:
        net.i[p.sub_kept + s.into] += num
    elif to < p.num_sections:
        net.sec[to].kept += num
    for k in range(s.fork_off, s.fork_off + s.fork_num):
        net.sec[net.i[p.sub_first + net.i[p.fork + k]]].kept += num


@compiled
def keep_no_more(net, s, to, now):
    """The car for which places are kept will not come: whoever waits for one may try."""
    p = net.plant[0]
    keep(net, s, to, -1)
    if to < p.num_sections:
        wake_suppliers(net, to, now)
        arm(net, to, now)
    for k in range(s.fork_off, s.fork_off + s.fork_num):
        first = net.i[p.sub_first + net.i[p.fork + k]]
        wake_suppliers(net, first, now)


@compiled
def _finish_twin(net, u, car, now):
    p = net.plant[0]
    net.i[p.sub_fill + u] += 1
    net.i[p.sub_most + u] = max(net.i[p.sub_most + u], net.i[p.sub_fill + u])
    net.i[p.twins + car] |= 1 << u
    arm(net, net.i[p.sub_join + u], now)


@compiled
def return_carriers(net, first, last, now):
    """Carriers that end at sections first … last go back to where they are loaded."""
    p = net.plant[0]
    for c in range(p.num_carriers):
        if not first <= net.i[p.carrier_unload + c] <= last or net.i[p.carrier_load + c] > first:
            continue
        load, off = net.i[p.carrier_load + c], net.i[p.carrier_off + c]
        number = net.i[p.carrier_off + c + 1] - off
        place = (net.i[p.carrier_head + c] + net.i[p.carrier_free + c]) % number
        net.f[p.carrier_ready + off + place] = work_at(net, net.sec[load].cal, now) + net.f[p.carrier_way + c]
        net.i[p.carrier_free + c] += 1
        arm(net, load, now)


@compiled
def _put(net, car, j, way_s, now):
    """Put a car into the places before section j, which are reached after `way_s`."""
    p = net.plant[0]
    s = net.sec[j]
    work_s = work_at(net, s.cal, now)
    note_fill(net, j, work_s)
    if s.is_store and s.stored < s.store_cap:
        _put_in_store(net, s, car, now)
    else:
        if s.has_way:
            net.f[p.way_w + s.base + car] = work_s + way_s
        net.i[p.next_car + s.base + car] = -1
        if s.fill == s.stored:
            s.head = car
        else:
            net.i[p.next_car + s.base + s.tail] = car
        s.tail = car
    s.fill += 1
    s.most = max(s.most, s.fill)
    arm(net, j, now)


@compiled
def give_back(net, car, j, now):
    """Put a repaired car into the queue of cars that come back to section j."""
    p = net.plant[0]
    s = net.sec[j]
    net.i[p.loops + car] += 1
    net.i[p.next_car + car] = -1
    if s.loop_fill == 0:
        s.loop_head = car
    else:
        net.i[p.next_car + s.loop_tail] = car
    s.loop_tail = car
    s.loop_fill += 1
    s.loop_most = max(s.loop_most, s.loop_fill)
    arm(net, j, now)


@compiled
def _take_waiting(net, j, now, work_s):
    """Take a car out of the places before section j; tells the suppliers that there is a place."""
    p = net.plant[0]
    s = net.sec[j]
    note_fill(net, j, work_s)
    if s.is_store:
        car = take_body(net, s)
        s.ready_w = work_s + s.access_s
        net.f[p.leave_s + car * p.num_columns + s.store_col] = now
        if s.fill - 1 > s.stored:
            following = s.head
            s.head = net.i[p.next_car + following]
            _put_in_store(net, s, following, now)
    else:
        car = s.head
        s.head = net.i[p.next_car + s.base + car]
    s.fill -= 1
    if s.need:
        _join(net, s.need, now)
    if s.cap > 0:
        wake_suppliers(net, j, now)
    return car


@compiled
def _join(net, need, now):
    """Twins become one with their car: their places are free."""
    p = net.plant[0]
    u = 0
    while need >> u:
        if (need >> u) & 1:
            net.i[p.sub_fill + u] -= 1
            wake_twins(net, u, now)
        u += 1


@compiled
def _take_carriers(net, j):
    p = net.plant[0]
    for c in range(p.num_carriers):
        if net.i[p.carrier_load + c] == j:
            number = net.i[p.carrier_off + c + 1] - net.i[p.carrier_off + c]
            net.i[p.carrier_head + c] = (net.i[p.carrier_head + c] + 1) % number
            net.i[p.carrier_free + c] -= 1
            net.i[p.carrier_least + c] = min(net.i[p.carrier_least + c], net.i[p.carrier_free + c])


@compiled
def _take_back(net, j, now):
    """Take the first car that came back; bays that wait for its place may try."""
    p = net.plant[0]
    s = net.sec[j]
    car = s.loop_head
    s.loop_head = net.i[p.next_car + car]
    s.loop_fill -= 1
    for g in range(p.num_bays):
        if net.bay[g].waiting and net.bay[g].target == j:
            set_time(net, net.bay[g].actor, next_working(net, net.sec[net.bay[g].gate].cal, now))
    return car


@compiled
def take(net, j, now, work_s):
    """The car that section j takes now: one that came back before all others; -1 if there is none."""
    p = net.plant[0]
    s = net.sec[j]
    car = -1
    if s.loop_fill > 0:
        car = _take_back(net, j, now)
    elif (s.fill > 0 or j == 0) and new_ready_w(net, j) <= work_s:
        if s.fill > 0:
            car = _take_waiting(net, j, now, work_s)
        elif release_time(net, now) <= now:
            car = net.i[p.queue + p.source % p.num_slots]
            p.source += 1
        if car >= 0 and p.num_carriers > 0:
            _take_carriers(net, j)
    if car >= 0:
        _note_entry(net, car, s.col, now)
    return car
