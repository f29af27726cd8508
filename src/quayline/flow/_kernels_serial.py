"""Compiled serial sections: departures follow from departures, in working time, as soon as they are known.

S = max(arrival, D[i, n - servers]),  D[i, n] = max(S + work + repairs, D[i, n - 1], D[i + 1, n - buffer - servers])
(blocking after service; cars keep their order). Only the last station asks the clock, because whether its
car can leave depends on what other sections do until then; and a failed station that waits for its crew.
"""

from __future__ import annotations

import math

from quayline.flow._kernels_clock import act_when, any_time_of, set_time, work_at, worked_by
from quayline.flow._kernels_draws import on_grid
from quayline.flow._kernels_failures import ask_crew, downs_during, repairs_during, teach
from quayline.flow._kernels_gate import bay_needed, bay_open, judge, scrap
from quayline.flow._kernels_laws import draw_units, learn_one
from quayline.flow._kernels_links import NOWHERE, arm, give, stand, take, way_on
from quayline.flow._kernels_net import BEGUN, FAILED, FREE, compiled, fused, inlined


@inlined
def _free_w(net, station, k):
    """When the server of the station's k-th car was left by the car before."""
    if k < station.servers:
        return 0.0
    return net.f[net.plant[0].ring + station.ring_off + ((k - station.servers) & station.ring_mask)]


@compiled
def _maintain(net, station, server_idx, work_s):
    """Planned work that is due before this car."""
    server = net.srv[server_idx]
    kept_s = 0.0
    if server.worked_s >= station.maint_every:
        server.worked_s = 0.0
        kept_s = station.maint_s
    server.worked_s += work_s
    return kept_s


@fused
def begin(net, s, car, i, arrival_w, place_w):
    """Begin the work of the station's next car; `place_w` is when it may begin as to the place behind."""
    p = net.plant[0]
    station = net.sta[i]
    k = station.count
    server_idx = station.server_off + k % station.servers
    work_s = net.f[p.work + i * p.num_types + net.i[p.car_type + car]]
    if station.learn >= 0:
        work_s *= learn_one(net, station, car)
    work_s = on_grid(work_s * net.f[p.unit + s.unit_off + (k & s.car_mask) * s.num + i - s.first])
    start_w = _free_w(net, station, k)
    station.kept_s = 0.0
    if station.maint_every > 0.0:
        station.kept_s = _maintain(net, station, server_idx, work_s)
        start_w += station.kept_s
    start_w = max(start_w, arrival_w)
    station.held_s = max(0.0, place_w - start_w)
    station.start_w = start_w + station.held_s
    station.busy_s = work_s
    station.failed_s = 0.0
    station.begun = BEGUN
    fail = station.fail
    if fail >= 0:
        teach(net, station, fail, car)
        if net.i[p.fail_by_time + fail]:
            station.failed_s = downs_during(net, fail, server_idx, station.taught, station.start_w, work_s)
        elif net.i[p.fail_crew + fail] >= 0:
            station.left_s, station.pos_w = work_s, station.start_w
            go_on(net, s, i)
            return
        elif work_s > net.srv[server_idx].up_left:
            station.failed_s = repairs_during(net, fail, server_idx, station.taught, work_s)
        else:
            net.srv[server_idx].up_left -= work_s
    spent_s = work_s + station.failed_s
    if s.finish:
        station.finish_w = worked_by(net, s.cal, any_time_of(net, s.cal, station.start_w) + spent_s)
    else:
        station.finish_w = station.start_w + spent_s


@compiled
def go_on(net, s, i):
    """A station with a crew works until its car is done, or calls the crew to its next failure."""
    station = net.sta[i]
    server = net.srv[station.server_off]
    if station.left_s <= server.up_left:
        server.up_left -= station.left_s
        station.finish_w = station.pos_w + station.left_s
        station.left_s = 0.0
        station.begun = BEGUN
        return
    station.left_s -= server.up_left
    station.pos_w += server.up_left
    station.finish_w = math.inf
    station.begun = FAILED
    ask_crew(net, station.fail, s.cal, station.pos_w)


@inlined
def book(station, before_w, arrival_w, leave_w, end_w):
    """Book one car's states at a station (starved before it, busy, down, blocked after), up to `end_w`."""
    start = min(station.start_w, end_w)
    finish = min(station.finish_w, end_w)
    leave = min(leave_w, end_w)
    busy = min(station.busy_s, finish - start)
    waited = start - min(before_w, end_w)
    if station.kept_s > 0.0 or station.held_s > 0.0:
        kept = min(station.kept_s, waited)
        held = min(station.held_s, waited - kept)
        station.maint_total += kept
        station.blocked_total += held
        waited -= kept + held
    station.starved_total += waited
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
    net.i[ids], net.i[ids + 1], net.i[ids + 2] = net.i[p.number + car], station_idx, net.i[p.loops + s.base + car]
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
    book(station, _free_w(net, station, k), arrival_w, leave_w, s.end_w)
    station.cars += leave_w <= s.end_w
    net.f[p.ring + station.ring_off + (k & station.ring_mask)] = leave_w
    station.count = k + 1
    station.begun = FREE
    if p.trace_num > 0 and 0 <= net.i[p.number + car] - p.trace_first < p.trace_num:
        _trace(net, s, car, station_idx, leave_w, now)


@inlined
def arrival_of(net, s, station_idx, k):
    """Working time at which the k-th car reaches a station; -1 while unknown."""
    p = net.plant[0]
    if station_idx == s.first:
        return net.f[p.ring + s.arr_off + (k & s.arr_mask)] if k < s.entered else -1.0
    before = net.sta[station_idx - 1]
    return net.f[p.ring + before.ring_off + (k & before.ring_mask)] + before.way_s if k < before.count else -1.0


@inlined
def _place_w(net, station, behind, k):
    """When there is a place behind a station for its k-th car; -1 while unknown."""
    q = k - station.buffer - behind.servers
    if q < 0:
        return 0.0
    if q >= behind.count:
        return -1.0
    return net.f[net.plant[0].ring + behind.ring_off + (q & behind.ring_mask)]


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
        place_w = 0.0
        if not is_last:
            place_w = _place_w(net, station, net.sta[station_idx + 1], k)
        if station.begun == FREE:
            if s.blocks_before and place_w < 0.0:
                return progress
            begin(net, s, car, station_idx, arrival_w, place_w if s.blocks_before else 0.0)
            if is_last and station.begun == BEGUN:
                act_when(net, s.exit_actor, s.cal, station.finish_w, now)
        if is_last or station.finish_w == math.inf or place_w < 0.0:  # inf: waits for its crew, or is never done
            return progress
        leave_w = max(station.finish_w, place_w)
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


@fused
def _spread(net, s, top, now):
    """Settle the stations on the stack and all that follows from them, before and behind."""
    p = net.plant[0]
    while top > 0:
        top -= 1
        i = net.i[p.stack + top]
        net.sta[i].queued = 0
        if _settle(net, s, i, now):
            # The station before may wait for a place here, the one behind for a car; else they have no news.
            if i > s.first and (net.sta[i - 1].begun or s.blocks_before):
                top = _push(net, i - 1, top)
            if not net.sta[i + 1].begun:
                top = _push(net, i + 1, top)


@compiled
def on_repaired(net, j, i, now):
    """The crew has repaired station i of section j, or will have at a time known now: its work goes on."""
    s = net.sec[j]
    go_on(net, s, i)
    if net.sta[i].begun == FAILED:
        return
    if i == s.first + s.num - 1:
        act_when(net, s.exit_actor, s.cal, net.sta[i].finish_w, now)
    else:
        _spread(net, s, _push(net, i, 0), now)
    arm(net, j, now)


@fused
def on_pull(net, j, now):
    """Serial section j takes a car into its first station."""
    p = net.plant[0]
    s = net.sec[j]
    work_s = work_at(net, s.cal, now)
    car = take(net, j, now, work_s)
    if car >= 0:
        net.i[p.line + s.car_off + (s.entered & s.car_mask)] = car
        net.f[p.ring + s.arr_off + (s.entered & s.arr_mask)] = work_s
        draw_units(net, s, car, s.entered & s.car_mask)
        s.entered += 1
        _spread(net, s, _push(net, s.first, 0), now)
    arm(net, j, now)


@fused
def on_exit(net, j, now):
    """The last station of serial section j is done: the car leaves if it can; returns it if it needs repair."""
    p = net.plant[0]
    s = net.sec[j]
    last = s.first + s.num - 1
    k = net.sta[last].count
    car = net.i[p.line + s.car_off + (k & s.car_mask)]
    to, bay = NOWHERE, -1
    is_scrapped = judge(net, j, car, k)
    if not is_scrapped:
        if s.bay_num:
            bay = bay_needed(net, j, car)
        if bay < 0:
            to = way_on(net, j, car, now)
        if (bay < 0 and to == NOWHERE) or (bay >= 0 and not bay_open(net, bay)):
            stand(net, j, now)
            return -1
    s.exit_waiting = 0
    set_time(net, s.exit_actor, math.inf)
    _depart(net, s, car, last, arrival_of(net, s, last, k), work_at(net, s.cal, now), now)
    if is_scrapped:
        scrap(net, j, car, now)
    elif bay < 0:
        give(net, car, j, to, now)
    top = _push(net, last, 0)
    if s.num > 1 and (net.sta[last - 1].begun or s.blocks_before):
        top = _push(net, last - 1, top)
    _spread(net, s, top, now)
    arm(net, j, now)
    return car if bay >= 0 else -1


@compiled
def close_station(net, s, i):
    """Book the states of a serial station's servers from their last departure to the end."""
    p = net.plant[0]
    station = net.sta[i]
    num_left = station.count
    for k in range(num_left, num_left + station.servers):
        before_w = _free_w(net, station, k)
        arrival_w = arrival_of(net, s, i, k)
        if arrival_w < 0.0:
            station.starved_total += s.end_w - min(before_w, s.end_w)
            continue
        if station.begun == FREE:
            station.count = k
            place_w = 0.0
            if s.blocks_before and i + 1 < s.first + s.num:
                place_w = _place_w(net, station, net.sta[i + 1], k)
            car = net.i[p.line + s.car_off + (k & s.car_mask)]
            begin(net, s, car, i, arrival_w, math.inf if place_w < 0.0 else place_w)
        if station.begun == FAILED:
            station.busy_s -= station.left_s
        station.begun = FREE
        book(station, before_w, arrival_w, s.end_w, s.end_w)
