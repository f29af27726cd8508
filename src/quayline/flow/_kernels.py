"""Compiled simulation of a plant: each actor owns its next time, the first one acts."""

from __future__ import annotations

from quayline.flow._kernels_bays import on_bay, send
from quayline.flow._kernels_links import arm, note_fill
from quayline.flow._kernels_net import PACED, compiled
from quayline.flow._kernels_paced import close_paced, on_index
from quayline.flow._kernels_serial import arrival_of, bay_needed, begin, book, on_exit, on_pull

PULL, EXIT, INDEX, BAY = 0, 1, 2, 3


@compiled
def _close_station(net, s, i):
    """Book the states of a serial station's servers from their last departure to the end."""
    p = net.plant[0]
    station = net.sta[i]
    end_w = s.end_w
    num_left = station.count
    for k in range(num_left, num_left + station.servers):
        before_w = 0.0
        if k >= station.servers:
            before_w = net.f[p.ring + station.ring_off + ((k - station.servers) & station.ring_mask)]
        arrival_w = arrival_of(net, s, i, k)
        if arrival_w < 0.0:
            station.starved_total += end_w - min(before_w, end_w)
            continue
        if not station.begun:
            station.count = k
            begin(net, net.i[p.line + s.car_off + (k & s.car_mask)], i, arrival_w)
        station.begun = 0
        book(station, before_w, arrival_w, end_w, end_w)


@compiled
def _close(net):
    for j in range(net.sec.size):
        s = net.sec[j]
        note_fill(net, j, s.end_w)
        if s.kind == PACED:
            close_paced(net, s)
        else:
            for i in range(s.first, s.first + s.num):
                _close_station(net, s, i)
    for g in range(net.bay.size):
        bay = net.bay[g]
        bay.area += bay.fill * (net.sec[bay.gate].end_w - bay.area_w)


@compiled
def simulate(net, end_s):
    """Let the actor whose time comes first act, until `end_s`; the answer stands in `net`. Returns the events."""
    p = net.plant[0]
    num_events = 0
    arm(net, 0, 0.0)
    while True:
        actor = net.i[p.tree + 1]
        now = net.f[p.at + actor]
        if not now <= end_s:
            break
        num_events += 1
        kind, j = net.i[p.actor_kind + actor], net.i[p.actor_idx + actor]
        if kind == PULL:
            on_pull(net, j, now)
        elif kind == INDEX:
            on_index(net, j, now)
        elif kind == EXIT:
            car = on_exit(net, j, now)
            if car >= 0:
                send(net, bay_needed(net, j, car), car, now)
        else:
            on_bay(net, j, now)
    _close(net)
    return num_events
