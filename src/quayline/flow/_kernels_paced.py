"""Compiled paced sections: all cars advance together, one event a cycle.

A cycle lasts max(takt, max over stations of (carry + work - drift)) + andon stops + repairs of the conveyor
+ the time that the way out is blocked; then carry falls by the cycle, not below zero: work overload with
drift (Yano & Rachamadugu 1991), the line stopping for what exceeds the drift allowed.
"""

from __future__ import annotations

import math

from quayline.flow._kernels_calls import lay_work, work_on
from quayline.flow._kernels_clock import act_when, any_time_of, set_time, work_at, worked_by
from quayline.flow._kernels_draws import EXPONENTIAL, draw, on_grid, uniform
from quayline.flow._kernels_failures import downs_during, repairs_during, teach
from quayline.flow._kernels_laws import draw_units, learn_one
from quayline.flow._kernels_links import NOWHERE, arm, give, stand, take, way_on
from quayline.flow._kernels_net import BLOCKED, FAILED, IDLE, RUNNING, compiled, fused, inlined


@inlined
def _work_one(net, s, i, car, place):
    """Add the work of one car to station i; returns what is left above the drift allowed."""
    p = net.plant[0]
    station = net.sta[i]
    work_s = net.f[p.work + (s.table * p.num_stations + i) * p.num_types + net.i[p.car_type + car]]
    if station.learn >= 0:
        work_s *= learn_one(net, station, car)
    work_s = on_grid(work_s * net.f[p.unit + s.unit_off + place * s.num + i - s.first])
    station.carry += work_s
    station.busy_total += work_s
    station.cars += 1
    return station.carry


@compiled
def _draw_stops(net, s, car, place):
    """Draw the andon stops of a car at all stations on its way in: mostly none."""
    p = net.plant[0]
    number, visit = net.i[p.number + car], net.i[p.loops + s.base + car]
    off = p.stop + s.stop_off + place * s.num
    for k in range(s.num):
        net.f[off + k] = uniform(p.key_andon, number, s.first + k, visit)
    for k in range(s.num):
        if net.f[off + k] < s.andon_share:
            net.f[off + k] = draw(EXPONENTIAL, s.andon_s, 0.0, p.key_andon_s, number, s.first + k, visit)
        else:
            net.f[off + k] = 0.0


@compiled
def _work_cycle(net, s):
    """The work of all stations in this cycle: sets the overload and andon stops."""
    p = net.plant[0]
    most, worst, andon_s = 0.0, -1, 0.0
    place = s.line_head
    for k in range(s.pitches):
        here = place
        place += 1
        if place == s.pitches:
            place = 0
        i, car = s.first + k, net.i[p.line + s.line_off + here]
        carry_s = net.sta[i].carry
        if car >= 0:
            carry_s = _work_one(net, s, i, car, here)
            if s.andon_share > 0.0:
                stop_s = net.f[p.stop + s.stop_off + here * s.num + k]
                andon_s += stop_s
                net.sta[i].andon_total += stop_s
        if carry_s > most:
            most, worst = carry_s, i
    s.andon_stop_s = andon_s
    s.overload_s = max(0.0, most - on_grid(s.drift_share * s.takt_s) - s.takt_s)
    if s.overload_s > 0.0:
        net.sta[worst].overload_total += s.overload_s


@fused
def _begin_cycle(net, s, now, work_s):
    p = net.plant[0]
    while s.takt_at + 1 < s.takt_num and net.f[p.takt_w + s.takt_first + s.takt_at + 1] <= work_s:
        s.takt_at += 1
    s.takt_s = net.f[p.takt_s + s.takt_first + s.takt_at]
    s.table = net.i[p.takt_table + s.takt_first + s.takt_at]
    if s.has_work:
        _work_cycle(net, s)
    s.down_s = 0.0
    s.state = RUNNING
    s.since = now
    s.cycle_w = work_s
    length_s = s.takt_s + s.overload_s + s.andon_stop_s
    if s.fail >= 0:
        num_built = net.sta[s.first].taught
        if net.i[p.fail_crew + s.fail] >= 0:
            lay_work(net.srv[s.server], num_built, work_s, _wearing_s(net, s))
            go_on_line(net, s, now)
            return
        if net.i[p.fail_by_time + s.fail]:
            s.down_s = downs_during(net, s.fail, s.server, num_built, work_s, length_s)
        else:
            s.down_s = repairs_during(net, s.fail, s.server, num_built, s.takt_s)
    s.due_w = work_s + (length_s + s.down_s)
    if s.finish:
        s.due_w = worked_by(net, s.cal, now + (length_s + s.down_s))
    act_when(net, s.pull_actor, s.cal, s.due_w, now)


@inlined
def _wearing_s(net, s):
    """How much of a cycle the conveyor may fail in: by operation its first takt, by time all of it."""
    by_time = net.i[net.plant[0].fail_by_time + s.fail]
    return s.takt_s + s.overload_s + s.andon_stop_s if by_time else s.takt_s


@compiled
def go_on_line(net, s, now):
    """A line with a crew runs to the end of its cycle, or to its conveyor's next failure."""
    s.due_w = math.inf
    if work_on(net, s.fail, s.cal, s.server):
        s.down_s = net.srv[s.server].pos_w - s.cycle_w - _wearing_s(net, s)
        s.due_w = s.cycle_w + (s.takt_s + s.overload_s + s.andon_stop_s + s.down_s)
        act_when(net, s.pull_actor, s.cal, s.due_w, now)
    else:
        set_time(net, s.pull_actor, math.inf)


@fused
def _ease(net, s, elapsed_s):
    """Work carried over falls while time passes."""
    if s.has_work:
        for i in range(s.first, s.first + s.num):
            net.sta[i].carry = max(0.0, net.sta[i].carry - elapsed_s)


@compiled
def _trace_cycle(net, s, now):
    p = net.plant[0]
    due = min(now, any_time_of(net, s.cal, s.due_w))
    for k in range(s.pitches if s.has_work else 1):  # of a conveyor the car that has just entered
        car = net.i[p.line + s.line_off + (s.line_head + k) % s.pitches]
        if car >= 0 and 0 <= net.i[p.number + car] - p.trace_first < p.trace_num:
            row = p.trace_rows
            p.trace_rows = row + 1
            ids = p.trace_id + 3 * row
            net.i[ids], net.i[ids + 1] = net.i[p.number + car], s.first + k
            net.i[ids + 2] = net.i[p.loops + s.base + car]
            times = p.trace_s + 3 * row
            net.f[times], net.f[times + 1], net.f[times + 2] = s.since, due, now


@inlined
def _book_cycle(s, spent_s):
    """Book `spent_s` of a cycle, in this order: takt, overload, andon, repairs."""
    run_s = min(spent_s, s.takt_s)
    over_s = min(spent_s - run_s, s.overload_s)
    andon_s = min(spent_s - run_s - over_s, s.andon_stop_s)
    s.run_total += run_s
    s.overload_total += over_s
    s.andon_total += andon_s
    s.down_total += spent_s - run_s - over_s - andon_s


@fused
def _advance(net, j, now, work_s):
    """End the cycle: everything moves one pitch; false if the way out is blocked."""
    p = net.plant[0]
    s = net.sec[j]
    last = (s.line_head + s.pitches - 1) % s.pitches
    car = net.i[p.line + s.line_off + last]
    to = NOWHERE
    if car >= 0:
        to = way_on(net, j, car, now)
        if to == NOWHERE:
            stand(net, j, now)
            return False
    s.exit_waiting = 0
    if p.trace_num > 0:
        _trace_cycle(net, s, now)
    if car >= 0:
        s.inside -= 1
        if not s.has_work:
            net.sta[s.first].cars += 1
        give(net, car, j, to, now)
    _book_cycle(s, s.due_w - s.cycle_w)
    s.blocked_total += work_s - s.due_w
    # What is worked after hours counts in the length of a cycle too.
    _ease(net, s, s.takt_s + s.overload_s + s.andon_stop_s + s.down_s + (work_s - s.due_w))
    s.line_head = last
    return True


@fused
def on_index(net, j, now):
    """Paced section j is due to advance, or stands empty and a car waits."""
    p = net.plant[0]
    s = net.sec[j]
    work_s = work_at(net, s.cal, now)
    if s.state == IDLE:
        s.starved_total += work_s - s.idle_w
        _ease(net, s, work_s - s.idle_w)
    elif not _advance(net, j, now, work_s):
        return
    car = take(net, j, now, work_s)
    net.i[p.line + s.line_off + s.line_head] = car
    if car >= 0:
        s.inside += 1
        if s.has_work:
            draw_units(net, s, car, s.line_head)
            if s.andon_share > 0.0:
                _draw_stops(net, s, car, s.line_head)
        if s.fail >= 0:
            teach(net, net.sta[s.first], s.fail, car)
    if s.inside > 0:
        _begin_cycle(net, s, now, work_s)
        return
    s.state = IDLE
    s.idle_w = work_s
    set_time(net, s.pull_actor, math.inf)
    arm(net, j, now)


@compiled
def close_paced(net, s):
    """Book what has passed of the last state when the simulation ends."""
    left = s.end_w
    if s.state == IDLE:
        s.starved_total += left - s.idle_w
        return
    if s.state == BLOCKED:
        s.blocked_total += left - s.due_w
        left = s.due_w
    left -= s.cycle_w
    server = net.srv[s.server]
    if server.begun == FAILED:  # the crew has not come yet
        done_s = min(left, _wearing_s(net, s) - server.left_s)
        _book_cycle(s, done_s)
        s.down_total += left - done_s
        return
    _book_cycle(s, left)
