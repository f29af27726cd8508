"""Compiled paced sections: all cars advance together, one event a cycle.

A cycle lasts max(takt, max over stations of (carry + work - drift)) + andon stops + repairs of the conveyor
+ the time that the way out is blocked; then carry falls by the cycle, not below zero: work overload with
drift (Yano & Rachamadugu 1991), the line stopping for what exceeds the drift allowed.
"""

from __future__ import annotations

import math

from quayline.flow._kernels_calls import lay_work, work_on
from quayline.flow._kernels_clock import act_when, any_time_of, set_time, work_at, worked_by
from quayline.flow._kernels_draws import keyed, on_grid, uniform, uniforms
from quayline.flow._kernels_failures import downs_during, repairs_during, teach
from quayline.flow._kernels_functions import log_of
from quayline.flow._kernels_laws import draw_units, learn_one
from quayline.flow._kernels_links import give, take
from quayline.flow._kernels_memory import lanes, lay
from quayline.flow._kernels_net import BLOCKED, FAILED, IDLE, RUNNING, WIDTH, compiled, fused, inlined
from quayline.flow._kernels_vector import any_set, filled, lane
from quayline.flow._kernels_vector import most as most_of
from quayline.flow._kernels_ways import NOWHERE, arm, stand, way_on


@compiled
def _draw_work(net, s, car):
    """Draw what the car that enters now will need at all stations: lay it where the line looks for it on its way.

    The car at station k is in the place `line_head` + k, so that the row that a cycle reads, of the `line_head` of its
    time, has one number of each car. What has been read is zero again, as where no car is.
    """
    p = net.plant[0]
    draw_units(net, s, car, s.line_head)
    net.f[p.factor + s.line_off + s.line_head] = learn_one(net, s, car) if s.learn >= 0 else 1.0
    _lay_work(net, s, s.line_head, 0)
    if s.andon_share > 0.0:
        _draw_stops(net, s, car)


@compiled
def _lay_work(net, s, place, first):
    """Lay the work of the car in a place, at the stations from `first` on."""
    p = net.plant[0]
    car_type = net.i[p.car_type + net.i[p.line + s.line_off + place]]
    factor, unit = net.f[p.factor + s.line_off + place], p.unit + s.unit_off + place * s.row
    work = p.work + (s.table * p.num_stations + s.first) * p.num_types + car_type
    for k in range(first, s.num):
        work_s = on_grid(net.f[work + k * p.num_types] * factor * net.f[unit + k])
        net.f[p.load + s.unit_off + _row(s, place, k) + k] = work_s


@inlined
def _row(s, place, k):
    """Where the row begins that the line reads when the car in a place is at station k."""
    head = place - k
    return (head if head >= 0 else head + s.pitches) * s.row


@compiled
def _draw_stops(net, s, car):
    """Draw the andon stops of the car that enters now at all stations: mostly none."""
    p = net.plant[0]
    number, visit = net.i[p.number + car], net.i[p.loops + s.base + car]
    for first in range(0, s.num, WIDTH):
        stops = uniforms(keyed(p.key_andon, number, s.first + first, visit)) < filled(s.andon_share, WIDTH)
        if any_set(stops):
            for k in range(first, min(first + WIDTH, s.num)):
                if lane(stops, k - first):
                    stop_s = on_grid(-s.andon_s * log_of(uniform(p.key_andon_s, number, s.first + k, visit)))
                    net.f[p.stop + s.stop_off + _row(s, s.line_head, k) + k] = stop_s
                    s.num_stops += stop_s > 0.0


@compiled
def _work_cycle(net, s):
    """The work of all stations in this cycle: sets the overload and andon stops."""
    p = net.plant[0]
    none = filled(0.0, WIDTH)
    most = none
    for k in range(0, s.num, WIDTH):
        row = p.load + s.unit_off + s.line_head * s.row + k
        work_s = lanes(net.f, row, none)
        lay(net.f, row, none)
        lay(net.f, p.done + s.sum_off + k, lanes(net.f, p.done + s.sum_off + k, none) + work_s)
        carry_s = lanes(net.f, p.carry + s.sum_off + k, none) + work_s
        lay(net.f, p.carry + s.sum_off + k, carry_s)
        most = most_of(most, carry_s)
    most_s = 0.0
    for k in range(WIDTH):
        most_s = max(most_s, lane(most, k))
    s.overload_s = max(0.0, most_s - on_grid(s.drift_share * s.takt_s) - s.takt_s)
    if s.overload_s > 0.0:
        k = 0
        while net.f[p.carry + s.sum_off + k] < most_s:
            k += 1
        net.sta[s.first + k].overload_total += s.overload_s
    s.andon_stop_s = _stop(net, s) if s.num_stops > 0 else 0.0


@compiled
def _stop(net, s):
    """Andon stops of all stations in this cycle, one after the other."""
    p = net.plant[0]
    row, total_s = p.stop + s.stop_off + s.line_head * s.row, 0.0
    for k in range(s.num):
        stop_s = net.f[row + k]
        if stop_s > 0.0:
            net.sta[s.first + k].andon_total += stop_s
            net.f[row + k] = 0.0
            s.num_stops -= 1
            total_s += stop_s
    return total_s


@compiled
def _change_table(net, s, table):
    """From now on other work times hold, for the cars on the line too."""
    p = net.plant[0]
    s.table = table
    for k in range(s.num):
        place = (s.line_head + k) % s.pitches
        if net.i[p.line + s.line_off + place] >= 0:
            _lay_work(net, s, place, k)


@fused
def _begin_cycle(net, s, now, work_s):
    p = net.plant[0]
    while s.takt_at + 1 < s.takt_num and net.f[p.takt_w + s.takt_first + s.takt_at + 1] <= work_s:
        s.takt_at += 1
    s.takt_s = net.f[p.takt_s + s.takt_first + s.takt_at]
    if s.has_work:
        if net.i[p.takt_table + s.takt_first + s.takt_at] != s.table:
            _change_table(net, s, net.i[p.takt_table + s.takt_first + s.takt_at])
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
        first = net.plant[0].carry + s.sum_off
        for k in range(first, first + s.num, WIDTH):
            lay(net.f, k, most_of(lanes(net.f, k, filled(0.0, WIDTH)) - elapsed_s, 0.0))


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
        s.entered += 1
        if s.has_work:
            _draw_work(net, s, car)
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
    """Book what has passed of the last state when the simulation ends, and the work that the stations have begun."""
    if s.has_work:
        _book_work(net, s)
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


@compiled
def _book_work(net, s):
    p = net.plant[0]
    num = s.entered
    for k in range(s.num):
        net.sta[s.first + k].busy_total = net.f[p.done + s.sum_off + k]
        net.sta[s.first + k].cars = num
        num -= net.i[p.line + s.line_off + (s.line_head + k) % s.pitches] >= 0
