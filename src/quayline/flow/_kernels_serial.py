"""Compiled events of serial sections: a car comes in, work begins with a place behind it, a car goes on, the end."""

from __future__ import annotations

import math

from quayline.flow._kernels_clock import act_when, set_time, work_at
from quayline.flow._kernels_gate import bay_needed, bay_open, judge, scrap
from quayline.flow._kernels_laws import draw_units
from quayline.flow._kernels_links import give, keep, take
from quayline.flow._kernels_net import BEGUN, FAILED, FREE, compiled, fused
from quayline.flow._kernels_stations import (
    arrival_of,
    begin,
    book,
    depart,
    due_s,
    go_in,
    go_on,
    has_begun,
    place_behind_w,
    push,
    server_behind,
    server_free_w,
    spread,
)
from quayline.flow._kernels_ways import NOWHERE, arm, ask, stand, way_on


@compiled
def seek_place(net, s, now):
    """Set when the next work at the last station may begin but for the place behind it."""
    s.seeks = 0
    i = s.first + s.num - 1
    k, station = s.num_begun, net.sta[i]
    arrival_w = arrival_of(net, s, i, k)
    if s.begin_waiting or k >= station.count + station.servers or arrival_w < 0.0:
        return
    free_w = server_free_w(net, station, k) + due_s(station, net.srv[station.server_off + k % station.servers])
    act_when(net, s.begin_actor, s.cal, max(free_w, arrival_w), now)


@compiled
def on_begin(net, j, now):
    """Work at the last station of serial section j begins if there is a place behind it, which is kept for the car."""
    p = net.plant[0]
    s = net.sec[j]
    i, k = s.first + s.num - 1, s.num_begun
    station = net.sta[i]
    set_time(net, s.begin_actor, math.inf)
    to = way_on(net, j, net.i[p.line + s.car_off + (k & s.car_mask)], now)
    s.begin_waiting = to == NOWHERE
    if to == NOWHERE:
        ask(net, j, now)
        return
    keep(net, s, to, 1)
    s.turn += 1
    s.num_begun += 1
    server_idx = station.server_off + k % station.servers
    begin(net, s, i, k, server_idx, arrival_of(net, s, i, k), work_at(net, s.cal, now))
    net.srv[server_idx].to = to
    if server_idx == station.head and net.srv[server_idx].begun == BEGUN:
        act_when(net, s.exit_actor, s.cal, net.srv[server_idx].finish_w, now)
    seek_place(net, s, now)


@compiled
def on_repaired(net, j, i, server_idx, now):
    """The crew has repaired a server of station i, or will have at a time known now: its work goes on."""
    s = net.sec[j]
    go_on(net, s, i, server_idx)
    if net.srv[server_idx].begun == FAILED or server_idx != net.sta[i].head:
        return
    if i == s.first + s.num - 1:
        act_when(net, s.exit_actor, s.cal, net.srv[server_idx].finish_w, now)
    else:
        spread(net, s, push(net, i, 0), now)
        if s.seeks:
            seek_place(net, s, now)
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
        go_in(net, s, work_s, now)
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
    if s.keeps:
        to = net.srv[net.sta[last].head].to
    elif not is_scrapped:
        if s.bay_num:
            bay = bay_needed(net, j, car)
        if bay < 0:
            to = way_on(net, j, car, now)
        if (bay < 0 and to == NOWHERE) or (bay >= 0 and not bay_open(net, bay)):
            stand(net, j, now)
            return -1
    s.exit_waiting = 0
    set_time(net, s.exit_actor, math.inf)
    depart(net, s, car, last, arrival_of(net, s, last, k), work_at(net, s.cal, now), now)
    if is_scrapped:
        scrap(net, j, car, to, now)
    elif bay < 0:
        give(net, car, j, to, now)
    if net.srv[net.sta[last].head].begun == BEGUN:
        act_when(net, s.exit_actor, s.cal, net.srv[net.sta[last].head].finish_w, now)
    top = push(net, last, 0)
    if s.num > 1 and (has_begun(net, last - 1) or s.blocks_before):
        top = push(net, last - 1, top)
    spread(net, s, top, now)
    arm(net, j, now)
    return car if bay >= 0 else -1


@compiled
def close_station(net, s, i):
    """Book the states of a serial station's servers from their last departure to the end."""
    station = net.sta[i]
    server_idx = station.head
    for k in range(station.count, station.count + station.servers):
        server = net.srv[server_idx]
        before_w = server_free_w(net, station, k)
        arrival_w = arrival_of(net, s, i, k)
        if arrival_w < 0.0:
            waited = s.end_w - min(before_w, s.end_w)
            kept = min(due_s(station, server), waited)
            station.maint_total += kept
            station.starved_total += waited - kept
        else:
            if server.begun == FREE:
                _begin_or_hold(net, s, i, k, server_idx, arrival_w)
            if server.begun == FAILED:
                server.busy_s -= server.left_s
            book(station, server, before_w, arrival_w, s.end_w, s.end_w)
        server_idx = server_behind(station, server_idx)


@compiled
def _begin_or_hold(net, s, i, k, server_idx, arrival_w):
    """Begin a work whose turn has not come by the end, or say since when it waits for a place behind it."""
    station, server = net.sta[i], net.srv[server_idx]
    place_w = 0.0
    if s.blocks_before and i + 1 < s.first + s.num:
        place_w = place_behind_w(net, station, net.sta[i + 1], k)
    elif s.keeps:
        place_w = -1.0
    if place_w >= 0.0:
        begin(net, s, i, k, server_idx, arrival_w, place_w)
        return
    server.kept_s = due_s(station, server)
    server.held_s = max(0.0, s.end_w - max(server_free_w(net, station, k) + server.kept_s, arrival_w))
    server.start_w = server.finish_w = s.end_w
    server.busy_s = 0.0
