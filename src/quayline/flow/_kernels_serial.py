"""Compiled serial sections: departures follow from departures, in working time, as soon as they are known.

S = max(arrival, D[i, n - servers]),  D[i, n] = max(S + work + repairs, D[i, n - 1], D[i + 1, n - buffer - servers])
(blocking after service; cars keep their order). Only the last station asks the clock, because whether its
car can leave depends on what other sections do until then.
"""

from __future__ import annotations

import math

from quayline.flow._kernels_clock import act_when, any_time_of, set_time, work_at
from quayline.flow._kernels_draws import EXPONENTIAL, LOGNORMAL, draw
from quayline.flow._kernels_links import accepts, arm, give, stand, take
from quayline.flow._kernels_net import compiled, inlined

KEY_WORK, KEY_UP, KEY_DOWN, KEY_ANDON, KEY_ANDON_S = 0, 1, 2, 3, 4


@compiled
def repairs_during(net, server_idx, mtbf_s, mttr_s, repair_sigma, work_s):
    """Repair time of the failures of a server during `work_s` of operation (operation-dependent failures)."""
    p = net.plant[0]
    server = net.srv[server_idx]
    total_s, left_s = 0.0, work_s
    kind = EXPONENTIAL if repair_sigma < 0.0 else LOGNORMAL
    while left_s > server.up_left:
        left_s -= server.up_left
        total_s += draw(kind, mttr_s, repair_sigma, p.key_down, server.failed, server_idx, 0)
        server.failed += 1
        server.up_left = draw(EXPONENTIAL, mtbf_s, 0.0, p.key_up, server.failed, server_idx, 0)
    server.up_left -= left_s
    return total_s


@inlined
def begin(net, car, station_idx, arrival_w):
    """Begin the work of the station's next car: all of it is known now."""
    p = net.plant[0]
    station = net.sta[station_idx]
    k = station.count
    station.start_w = arrival_w
    if k >= station.servers:
        station.start_w = max(arrival_w, net.f[p.ring + station.ring_off + ((k - station.servers) & station.ring_mask)])
    work_s = net.f[p.work + (0 * p.num_stations + station_idx) * p.num_types + net.i[p.car_type + car]]
    work_s = draw(station.spread, work_s, station.sigma, p.key_work, car, station_idx, net.i[p.loops + car])
    station.busy_s = work_s
    station.failed_s = 0.0
    if station.mtbf_s > 0.0:
        server_idx = station.server_off + k % station.servers
        if work_s > net.srv[server_idx].up_left:
            station.failed_s = repairs_during(
                net, server_idx, station.mtbf_s, station.mttr_s, station.repair_sigma, work_s
            )
        else:
            net.srv[server_idx].up_left -= work_s
    station.finish_w = station.start_w + (work_s + station.failed_s)
    station.begun = 1


@inlined
def book(station, before_w, arrival_w, leave_w, end_w):
    """Book one car's states at a station (starved before it, busy, down, blocked after), up to `end_w`."""
    start = min(station.start_w, end_w)
    finish = min(station.finish_w, end_w)
    leave = min(leave_w, end_w)
    busy = min(station.busy_s, finish - start)
    station.starved_total += start - min(before_w, end_w)
    station.busy_total += busy
    station.down_total += finish - start - busy
    station.blocked_total += leave - finish
    station.wait_total += start - min(arrival_w, end_w)


@compiled
def _trace(net, s, car, station_idx, leave_w, now):
    p = net.plant[0]
    row = p.trace_rows
    p.trace_rows = row + 1
    station = net.sta[station_idx]
    ids = p.trace_id + 3 * row
    net.i[ids], net.i[ids + 1], net.i[ids + 2] = car, station_idx, net.i[p.loops + car]
    times = p.trace_s + 3 * row
    net.f[times] = any_time_of(net, s.cal, station.start_w)
    net.f[times + 1] = any_time_of(net, s.cal, station.finish_w)
    net.f[times + 2] = max(now, any_time_of(net, s.cal, leave_w))


@inlined
def _depart(net, s, car, station_idx, arrival_w, leave_w, now):
    """The station's next car leaves it at `leave_w`."""
    p = net.plant[0]
    station = net.sta[station_idx]
    k = station.count
    before_w = 0.0
    if k >= station.servers:
        before_w = net.f[p.ring + station.ring_off + ((k - station.servers) & station.ring_mask)]
    book(station, before_w, arrival_w, leave_w, s.end_w)
    station.cars += leave_w <= s.end_w
    net.f[p.ring + station.ring_off + (k & station.ring_mask)] = leave_w
    station.count = k + 1
    station.begun = 0
    if p.trace_first <= car < p.trace_first + p.trace_num:
        _trace(net, s, car, station_idx, leave_w, now)


@inlined
def arrival_of(net, s, station_idx, k):
    """Working time at which the k-th car reaches a station; -1 while unknown."""
    p = net.plant[0]
    if station_idx == s.first:
        return net.f[p.ring + s.arr_off + (k & s.arr_mask)] if k < s.entered else -1.0
    before = net.sta[station_idx - 1]
    return net.f[p.ring + before.ring_off + (k & before.ring_mask)] if k < before.count else -1.0


@inlined
def _settle(net, s, station_idx, now):
    """Compute the station's departures as far as they are known; returns whether there was one."""
    p = net.plant[0]
    station = net.sta[station_idx]
    is_last = station_idx == s.first + s.num - 1
    progress = False
    while True:
        k = station.count
        arrival_w = arrival_of(net, s, station_idx, k)
        if arrival_w < 0.0:
            return progress
        car = net.i[p.line + s.car_off + (k & s.car_mask)]
        if not station.begun:
            begin(net, car, station_idx, arrival_w)
            if is_last:
                act_when(net, s.exit_actor, s.cal, station.finish_w, now)
        if is_last:
            return progress
        leave_w = station.finish_w
        behind = net.sta[station_idx + 1]
        q = k - station.buffer - behind.servers
        if q >= 0:
            if q >= behind.count:
                return progress
            leave_w = max(leave_w, net.f[p.ring + behind.ring_off + (q & behind.ring_mask)])
        if station.servers > 1 and k > 0:
            leave_w = max(leave_w, net.f[p.ring + station.ring_off + ((k - 1) & station.ring_mask)])
        _depart(net, s, car, station_idx, arrival_w, leave_w, now)
        progress = True


@inlined
def _push(net, station_idx, top):
    p = net.plant[0]
    if net.sta[station_idx].queued:
        return top
    net.sta[station_idx].queued = 1
    net.i[p.stack + top] = station_idx
    return top + 1


@compiled
def _spread(net, s, top, now):
    """Settle the stations on the stack and all that follows from them, before and behind."""
    p = net.plant[0]
    while top > 0:
        top -= 1
        i = net.i[p.stack + top]
        net.sta[i].queued = 0
        if _settle(net, s, i, now):
            # The station before may wait for a place here, the one behind for a car; else they have no news.
            if i > s.first and net.sta[i - 1].begun:
                top = _push(net, i - 1, top)
            if not net.sta[i + 1].begun:
                top = _push(net, i + 1, top)


@compiled
def on_pull(net, j, now):
    """Serial section j takes a car into its first station."""
    p = net.plant[0]
    s = net.sec[j]
    work_s = work_at(net, s.cal, now)
    car = take(net, j, now, work_s)
    if car >= 0:
        net.i[p.line + s.car_off + (s.entered & s.car_mask)] = car
        net.f[p.ring + s.arr_off + (s.entered & s.arr_mask)] = work_s
        s.entered += 1
        _spread(net, s, _push(net, s.first, 0), now)
    arm(net, j, now)


@compiled
def bay_needed(net, j, car):
    """The first bays of gate j that the car still needs; -1 if none."""
    p = net.plant[0]
    s = net.sec[j]
    for g in range(s.bay_first, s.bay_first + s.bay_num):
        if net.f[p.repair_s + g * p.num_cars + car] > 0.0:
            return g
    return -1


@compiled
def on_exit(net, j, now):
    """The last station of serial section j is done: the car leaves if it can; returns it if it needs repair."""
    p = net.plant[0]
    s = net.sec[j]
    last = s.first + s.num - 1
    k = net.sta[last].count
    car = net.i[p.line + s.car_off + (k & s.car_mask)]
    bay = bay_needed(net, j, car)
    if bay < 0 and not accepts(net, j + 1, now):
        stand(net, j, now)
        return -1
    s.exit_waiting = 0
    set_time(net, s.exit_actor, math.inf)
    _depart(net, s, car, last, arrival_of(net, s, last, k), work_at(net, s.cal, now), now)
    if bay < 0:
        give(net, car, j + 1, now)
    top = _push(net, last, 0)
    if s.num > 1 and net.sta[last - 1].begun:
        top = _push(net, last - 1, top)
    _spread(net, s, top, now)
    arm(net, j, now)
    return car if bay >= 0 else -1
