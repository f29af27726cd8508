"""Compiled stations in a row: departures follow from departures, in working time, as soon as they are known.

S = max(arrival, D[i, n - servers]),  D[i, n] = max(S + work + repairs, D[i, n - 1], D[i + 1, n - buffer - servers])
(blocking after service; cars keep their order). Only the last station asks the clock, because whether its
car can leave depends on what other sections do until then; and a failed station that waits for its crew.
"""

from __future__ import annotations

import math

from quayline.flow._kernels_calls import lay_work, work_on
from quayline.flow._kernels_clock import act_when, any_time_of, worked_by
from quayline.flow._kernels_draws import on_grid
from quayline.flow._kernels_failures import downs_during, repairs_during, teach
from quayline.flow._kernels_laws import learn_one
from quayline.flow._kernels_net import BEGUN, FREE, compiled, inlined


@inlined
def server_free_w(net, station, k):
    """When the server of the station's k-th car was left by the car before."""
    if k < station.servers:
        return 0.0
    return net.f[net.plant[0].ring + station.ring_off + ((k - station.servers) & station.ring_mask)]


@inlined
def due_s(station, server):
    """Maintenance that begins when the server is empty."""
    if 0.0 < station.maint_every <= server.worked_s:
        return station.maint_s
    return 0.0


@compiled
def begin(net, s, i, k, server_idx, arrival_w, place_w):
    """Begin the work of the station's k-th car; `place_w` is when it may begin as to the place behind."""
    p = net.plant[0]
    station, server = net.sta[i], net.srv[server_idx]
    car = net.i[p.line + s.car_off + (k & s.car_mask)]
    work_s = net.f[p.work + i * p.num_types + net.i[p.car_type + car]]
    if station.learn >= 0:
        work_s *= learn_one(net, station, car)
    work_s = on_grid(work_s * net.f[p.unit + s.unit_off + (k & s.car_mask) * s.row + i - s.first])
    start_w = server_free_w(net, station, k)
    server.kept_s = 0.0
    if station.maint_every > 0.0:
        server.kept_s = due_s(station, server)
        start_w += server.kept_s
        server.worked_s = work_s if server.kept_s > 0.0 else server.worked_s + work_s
    start_w = max(start_w, arrival_w)
    server.held_s = max(0.0, place_w - start_w)
    server.start_w = start_w + server.held_s
    server.busy_s = work_s
    server.begun = BEGUN
    failed_s = 0.0
    fail = station.fail
    if fail >= 0:
        teach(net, station, fail, car)
        if net.i[p.fail_crew + fail] >= 0:
            lay_work(server, station.taught, server.start_w, work_s)
            go_on(net, s, i, server_idx)
            return
        if net.i[p.fail_by_time + fail]:
            failed_s = downs_during(net, fail, server_idx, station.taught, server.start_w, work_s)
        elif work_s > server.up_left:
            failed_s = repairs_during(net, fail, server_idx, station.taught, work_s)
        else:
            server.up_left -= work_s
    spent_s = work_s + failed_s
    if s.finish:
        server.finish_w = worked_by(net, s.cal, any_time_of(net, s.cal, server.start_w) + spent_s)
    else:
        server.finish_w = server.start_w + spent_s


@compiled
def go_on(net, s, i, server_idx):
    """A server with a crew works until its car is done, or until it fails."""
    is_done = work_on(net, net.sta[i].fail, s.cal, server_idx)
    net.srv[server_idx].finish_w = net.srv[server_idx].pos_w if is_done else math.inf


@compiled
def _begin_others(net, s, i):
    """Begin the work of the cars behind the one whose turn it is, on the station's other servers."""
    station = net.sta[i]
    server_idx = station.head
    for k in range(station.count + 1, station.count + station.servers):
        server_idx = server_behind(station, server_idx)
        arrival_w = arrival_of(net, s, i, k)
        if arrival_w < 0.0:
            return
        place_w = 0.0
        if s.blocks_before and i + 1 < s.first + s.num:
            place_w = place_behind_w(net, station, net.sta[i + 1], k)
        if place_w < 0.0:
            return
        if net.srv[server_idx].begun == FREE:
            begin(net, s, i, k, server_idx, arrival_w, place_w)


@inlined
def server_behind(station, server_idx):
    """The server of the car that comes after that of `server_idx`."""
    last = station.server_off + station.servers - 1
    return server_idx + 1 if server_idx < last else station.server_off


@inlined
def book(station, server, before_w, arrival_w, leave_w, end_w):
    """Book one car's states on a server (starved before it, busy, down, blocked after), up to `end_w`."""
    start = min(server.start_w, end_w)
    finish = min(server.finish_w, end_w)
    leave = min(leave_w, end_w)
    busy = min(server.busy_s, finish - start)
    waited = start - min(before_w, end_w)
    if server.kept_s > 0.0 or server.held_s > 0.0:
        kept = min(server.kept_s, waited)
        held = min(server.held_s, waited - kept)
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
    server = net.srv[net.sta[station_idx].head]
    ids = p.trace_id + 3 * row
    net.i[ids], net.i[ids + 1], net.i[ids + 2] = net.i[p.number + car], station_idx, net.i[p.loops + s.base + car]
    times = p.trace_s + 3 * row
    net.f[times] = any_time_of(net, s.cal, server.start_w)
    net.f[times + 1] = any_time_of(net, s.cal, server.finish_w)
    net.f[times + 2] = max(now, any_time_of(net, s.cal, leave_w))


@inlined
def depart(net, s, car, station_idx, arrival_w, leave_w, now):
    """The station's next car leaves it at `leave_w`."""
    p = net.plant[0]
    station = net.sta[station_idx]
    server = net.srv[station.head]
    k = station.count
    book(station, server, server_free_w(net, station, k), arrival_w, leave_w, s.end_w)
    station.cars += leave_w <= s.end_w
    net.f[p.ring + station.ring_off + (k & station.ring_mask)] = leave_w
    if p.trace_num > 0 and 0 <= net.i[p.number + car] - p.trace_first < p.trace_num:
        _trace(net, s, car, station_idx, leave_w, now)
    server.begun = FREE
    station.count = k + 1
    station.head = server_behind(station, station.head)


@inlined
def arrival_of(net, s, station_idx, k):
    """Working time at which the k-th car reaches a station; -1 while unknown."""
    p = net.plant[0]
    if station_idx == s.first:
        return net.f[p.ring + s.arr_off + (k & s.arr_mask)] if k < s.entered else -1.0
    before = net.sta[station_idx - 1]
    return net.f[p.ring + before.ring_off + (k & before.ring_mask)] + before.way_s if k < before.count else -1.0


@inlined
def place_behind_w(net, station, behind, k):
    """When there is a place behind a station for its k-th car; -1 while unknown."""
    q = k - station.buffer - behind.servers
    if q < 0:
        return 0.0
    if q >= behind.count:
        return -1.0
    return net.f[net.plant[0].ring + behind.ring_off + (q & behind.ring_mask)]


@inlined
def _turn(net, s, i, arrival_w, now):
    """Begin the car whose turn it is at station i, there from `arrival_w` on; when it leaves, -1 while unknown."""
    p = net.plant[0]
    station = net.sta[i]
    k, is_last, place_w = station.count, i == s.first + s.num - 1, 0.0
    if not is_last:
        place_w = place_behind_w(net, station, net.sta[i + 1], k)
    elif s.keeps:
        s.seeks = 1
        return -1.0
    server = net.srv[station.head]
    if server.begun == FREE:
        if s.blocks_before and place_w < 0.0:
            return -1.0
        begin(net, s, i, k, station.head, arrival_w, place_w if s.blocks_before else 0.0)
        if is_last and server.begun == BEGUN:
            act_when(net, s.exit_actor, s.cal, server.finish_w, now)
    if station.by_server:
        _begin_others(net, s, i)
    if is_last or server.finish_w == math.inf or place_w < 0.0:  # inf: waits for its crew, or is never done
        return -1.0
    leave_w = max(server.finish_w, place_w)
    if station.servers > 1 and k > 0:
        leave_w = max(leave_w, net.f[p.ring + station.ring_off + ((k - 1) & station.ring_mask)])
    depart(net, s, net.i[p.line + s.car_off + (k & s.car_mask)], i, arrival_w, leave_w, now)
    return leave_w


@inlined
def _settle(net, s, i, now):
    """Compute the station's departures as far as they are known; returns whether there was one."""
    progress = False
    while True:
        arrival_w = arrival_of(net, s, i, net.sta[i].count)
        if arrival_w < 0.0 or _turn(net, s, i, arrival_w, now) < 0.0:
            return progress
        progress = True


@inlined
def go_in(net, s, arrival_w, now):
    """The car that has just entered goes on as far as its times are known: those ahead of it do not depend on it."""
    i, k = s.first, s.entered - 1
    while arrival_w >= 0.0 and net.sta[i].count == k:
        arrival_w = _turn(net, s, i, arrival_w, now)
        if arrival_w >= 0.0:
            arrival_w += net.sta[i].way_s
            i += 1
    if arrival_w >= 0.0 and net.sta[i].by_server:
        _settle(net, s, i, now)


@inlined
def push(net, station_idx, top):
    p = net.plant[0]
    if net.sta[station_idx].queued:
        return top
    net.sta[station_idx].queued = 1
    net.i[p.stack + top] = station_idx
    return top + 1


@inlined
def has_begun(net, i):
    """Whether the car whose turn it is at station i is at work there, or done."""
    return net.srv[net.sta[i].head].begun != FREE


@compiled
def spread(net, s, top, now):
    """Settle the stations on the stack and all that follows from them, before and behind."""
    p = net.plant[0]
    while top > 0:
        top -= 1
        i = net.i[p.stack + top]
        net.sta[i].queued = 0
        if _settle(net, s, i, now):
            # The station before may wait for a place here, the one behind for a car; else they have no news.
            if i > s.first and (has_begun(net, i - 1) or s.blocks_before):
                top = push(net, i - 1, top)
            if net.sta[i + 1].by_server or not has_begun(net, i + 1):
                top = push(net, i + 1, top)
