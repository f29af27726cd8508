"""Compiled places between sections: queues, ways on, cars that come back, who may move and when."""

from __future__ import annotations

import math

from quayline.flow._kernels_clock import (
    interval_of,
    next_working,
    next_working_from,
    set_time,
    time_of,
    work_at,
)
from quayline.flow._kernels_net import BLOCKED, IDLE, IN_TURN, PACED, WITH_ROOM, compiled, fused, inlined
from quayline.flow._kernels_store import put_body, take_body

NOWHERE = -1


@inlined
def note_fill(net, j, work_s):
    """Add up the fill of the places before section j until now (working time of the section)."""
    s = net.sec[j]
    s.area += s.fill * (work_s - s.area_w)
    s.area_w = work_s


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
def wake_twins(net, u, now):
    """The last section of sub-line u may give."""
    last = net.i[net.plant[0].sub_last + u]
    wake(net, last, next_working(net, net.sec[last].cal, now))


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
