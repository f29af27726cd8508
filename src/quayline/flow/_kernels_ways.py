"""Compiled questions: when a section can take a car, where a car goes on to, and who is told that there is a place."""

from __future__ import annotations

import math

from quayline.flow._kernels_clock import interval_of, next_working, next_working_from, set_time, time_of, work_at
from quayline.flow._kernels_net import BLOCKED, IDLE, IN_TURN, PACED, WITH_ROOM, compiled, fused, inlined

NOWHERE = -1


@inlined
def entrance_free_w(net, j):
    """Working time from which the first station of serial section j has a place that is not kept; inf while unknown."""
    p = net.plant[0]
    s = net.sec[j]
    station = net.sta[s.first]
    k = s.entered - station.servers
    if s.cap == 0:
        k += s.kept
    if k < 0:
        return 0.0
    if k >= station.count:
        return math.inf
    return net.f[p.ring + station.ring_off + (k & station.ring_mask)]


@inlined
def free_time(net, j, work_s, now):
    """When section j can take its next car, not before `work_s` and `now`."""
    p = net.plant[0]
    if work_s == math.inf:
        return math.inf
    s = net.sec[j]
    ready = next_working(net, s.cal, now)
    if work_s <= work_at(net, s.cal, now):
        return ready
    k = interval_of(net, s.cal, net.i[p.cal_at + s.cal], work_s)
    return max(ready, time_of(net, s.cal, k, work_s))


@inlined
def release_time(net, now):
    """When the next car in the planned sequence is released; inf after the last."""
    p = net.plant[0]
    if p.source == p.num_cars:
        return math.inf
    return max(now, net.f[p.release_s + net.i[p.queue + p.source % p.num_slots]])


@fused
def _special_ready_w(net, j):
    """From when the next new car can be taken as to its way, its twins and carriers; inf while one is missing."""
    p = net.plant[0]
    s = net.sec[j]
    ready_w = 0.0
    for c in range(p.num_carriers):
        if net.i[p.carrier_load + c] == j:
            if net.i[p.carrier_free + c] == 0:
                return math.inf
            ready_w = max(ready_w, net.f[p.carrier_ready + net.i[p.carrier_off + c] + net.i[p.carrier_head + c]])
    if s.fill > 0 and not s.is_store:
        if net.i[p.twins + s.head] & s.need != s.need:
            return math.inf
        if s.has_way:
            ready_w = max(ready_w, net.f[p.way_w + s.base + s.head])
    return ready_w


@inlined
def new_ready_w(net, j):
    """Working time from which section j can take the next car that has not come back."""
    s = net.sec[j]
    if s.is_plain:
        return s.ready_w if s.fill > 0 else 0.0
    return max(s.ready_w if s.fill > 0 else 0.0, _special_ready_w(net, j))


@compiled
def arm(net, j, now):
    """Set when section j will next take a car (and, without places before it, when its supplier may act)."""
    s = net.sec[j]
    if s.kind == PACED and s.state != IDLE:
        return
    if s.fill == 0 and s.loop_fill == 0 and s.cap > 0:
        set_time(net, s.pull_actor, math.inf)
        return
    work_s = 0.0 if s.kind == PACED else entrance_free_w(net, j)
    if s.loop_fill == 0:
        work_s = max(work_s, new_ready_w(net, j))
    time_s = free_time(net, j, work_s, now)
    if s.loop_fill == 0 and s.fill == 0:
        if j == 0 and time_s < math.inf:
            time_s = next_working_from(net, s.cal, max(time_s, release_time(net, now)))
        else:
            if s.cap == 0:
                wake(net, j - 1, time_s)
            time_s = math.inf
    set_time(net, s.pull_actor, time_s)


@inlined
def wake(net, j, time_s):
    """Let everything that waits to leave section j try at `time_s`, repaired cars first."""
    s = net.sec[j]
    for g in range(s.bay_first, s.bay_first + s.bay_num):
        if net.bay[g].waiting:
            set_time(net, net.bay[g].actor, time_s)
    if s.exit_waiting:
        set_time(net, s.exit_actor, time_s)
    if s.begin_waiting:
        set_time(net, s.begin_actor, time_s)


@compiled
def wake_suppliers(net, j, now):
    """There is a place before section j: whoever waits for one may try in its own working time."""
    p = net.plant[0]
    s = net.sec[j]
    for k in range(s.from_off, s.from_off + s.from_num):
        i = net.i[p.feeders + k]
        s = net.sec[i]
        if s.exit_waiting or s.begin_waiting or s.bay_num > 0:
            wake(net, i, next_working(net, s.cal, now))


@inlined
def accepts(net, j, now):
    """Whether section j has a place for one more car now."""
    s = net.sec[j]
    if s.cap > 0:
        return s.fill + s.kept < s.cap
    if s.fill > 0 or s.loop_fill > 0:
        return False
    return entrance_free_w(net, j) <= work_at(net, s.cal, now)


@compiled
def way_on(net, j, car, now):
    """The section to which a car leaves section j (`num_sections`: out of the row); NOWHERE while there is no place."""
    p = net.plant[0]
    s = net.sec[j]
    if s.into >= 0 and net.i[p.sub_fill + s.into] + net.i[p.sub_kept + s.into] >= net.i[p.sub_places + s.into]:
        return NOWHERE
    to = p.num_sections
    if s.next_num == 1:
        to = net.i[p.next + s.next_off]
        if not accepts(net, to, now):
            return NOWHERE
    elif s.next_num > 1:
        to = _branch(net, s, car, now)
        if to == NOWHERE:
            return NOWHERE
    for k in range(s.fork_off, s.fork_off + s.fork_num):
        if not accepts(net, net.i[p.sub_first + net.i[p.fork + k]], now):
            return NOWHERE
    return to


@compiled
def _branch(net, s, car, now):
    p = net.plant[0]
    first, num = p.next + s.next_off, s.next_num
    if s.route == WITH_ROOM:
        for k in range(num):
            if accepts(net, net.i[first + k], now):
                return net.i[first + k]
        return NOWHERE
    branch = s.turn % num if s.route == IN_TURN else net.i[p.of_type + s.of_off + net.i[p.car_type + car]]
    to = net.i[first + branch]
    return to if accepts(net, to, now) else NOWHERE


@compiled
def wake_twins(net, u, now):
    """The last section of sub-line u may give."""
    last = net.i[net.plant[0].sub_last + u]
    wake(net, last, next_working(net, net.sec[last].cal, now))


@fused
def stand(net, j, now):
    """Section j cannot pass its car on: it waits to be woken by a place that becomes free."""
    s = net.sec[j]
    s.exit_waiting = 1
    if s.kind == PACED:
        s.state = BLOCKED
    set_time(net, s.exit_actor, math.inf)
    ask(net, j, now)


@fused
def ask(net, j, now):
    """Without places behind section j, what waits for room in the next section is woken when there is some."""
    p = net.plant[0]
    s = net.sec[j]
    if s.next_num == 1:
        to = net.i[p.next + s.next_off]
        if net.sec[to].cap == 0 and not accepts(net, to, now):
            arm(net, to, now)
