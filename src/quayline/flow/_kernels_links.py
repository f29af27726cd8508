"""Compiled places between sections: queues, stores, cars that come back, who may move and when."""

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
from quayline.flow._kernels_net import BLOCKED, IDLE, PACED, compiled, inlined


@inlined
def note_fill(net, j, work_s):
    """Add up the fill of the places before section j until now (working time of the section)."""
    s = net.sec[j]
    s.area += s.fill * (work_s - s.area_w)
    s.area_w = work_s


@compiled
def push_heap(heap, off, size, car):
    """Insert a body into the store of `size` bodies at `off`, lowest planned position on top."""
    i = size
    while i > 0 and heap[off + (i - 1) // 2] > car:
        heap[off + i] = heap[off + (i - 1) // 2]
        i = (i - 1) // 2
    heap[off + i] = car


@compiled
def pop_heap(heap, off, size):
    """Take the lowest planned position out of the store of `size` bodies at `off`."""
    best, car = heap[off], heap[off + size - 1]
    size -= 1
    i = 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and heap[off + child + 1] < heap[off + child]:
            child += 1
        if car <= heap[off + child]:
            break
        heap[off + i] = heap[off + child]
        i = child
    heap[off + i] = car
    return best


@inlined
def entrance_free_w(net, j):
    """Working time from which the first station of serial section j has a place; inf while unknown."""
    p = net.plant[0]
    s = net.sec[j]
    station = net.sta[s.first]
    k = s.entered - station.servers
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
    car = p.source
    return max(now, net.f[p.release_s + car]) if car < p.num_cars else math.inf


@compiled
def arm(net, j, now):
    """Set when section j will next take a car (and, without places before it, when its supplier may act)."""
    s = net.sec[j]
    if s.kind == PACED:
        work_s = 0.0
        if s.state != IDLE:
            return
    else:
        work_s = entrance_free_w(net, j)
    if s.loop_fill == 0 and s.fill > 0:
        work_s = max(work_s, s.ready_w)
    time_s = free_time(net, j, work_s, now)
    if s.loop_fill == 0 and s.fill == 0:
        if j == 0 and time_s < math.inf:
            time_s = next_working_from(net, s.cal, max(time_s, release_time(net, now)))
        else:
            if s.cap == 0:
                wake_supplier(net, j - 1, time_s)
            time_s = math.inf
    set_time(net, s.pull_actor, time_s)


@inlined
def wake_supplier(net, j, time_s):
    """Let everything that waits to leave section j try at `time_s`, repaired cars first."""
    s = net.sec[j]
    for g in range(s.bay_first, s.bay_first + s.bay_num):
        if net.bay[g].waiting:
            set_time(net, net.bay[g].actor, time_s)
    if s.exit_waiting:
        set_time(net, s.exit_actor, time_s)


@inlined
def accepts(net, j, now):
    """Whether section j (or the way out, if j is one past the last) has a place for one more car now."""
    if j == net.sec.size:
        return True
    s = net.sec[j]
    if s.cap > 0:
        return s.fill < s.cap
    if s.fill > 0 or s.loop_fill > 0:
        return False
    return entrance_free_w(net, j) <= work_at(net, s.cal, now)


@compiled
def _put_in_store(net, s, car, now):
    p = net.plant[0]
    entry = p.enter_s + car * p.num_columns + s.store_col
    net.f[entry] = min(net.f[entry], now)
    push_heap(net.i, p.heap + s.heap_off, s.stored, car)
    s.stored += 1


@compiled
def give(net, car, j, now):
    """Put a car that leaves section j - 1 into the places before section j, or let it leave the plant."""
    p = net.plant[0]
    net.f[p.leave_s + car * p.num_columns + net.sec[j - 1].col] = now
    if j == net.sec.size:
        return
    s = net.sec[j]
    note_fill(net, j, work_at(net, s.cal, now))
    if s.is_store and s.stored < s.store_cap:
        _put_in_store(net, s, car, now)
    else:
        net.i[p.next_car + car] = -1
        if s.fill == s.stored:
            s.head = car
        else:
            net.i[p.next_car + s.tail] = car
        s.tail = car
    s.fill += 1
    s.most = max(s.most, s.fill)
    arm(net, j, now)


@compiled
def give_back(net, car, j, now):
    """Put a repaired car into the unlimited queue of cars that come back to section j."""
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
    """Take a car out of the places before section j; tells the supplier that there is a place."""
    p = net.plant[0]
    s = net.sec[j]
    note_fill(net, j, work_s)
    if s.is_store:
        car = pop_heap(net.i, p.heap + s.heap_off, s.stored)
        s.stored -= 1
        s.ready_w = work_s + s.access_s
        net.f[p.leave_s + car * p.num_columns + s.store_col] = now
        if s.fill - 1 > s.stored:
            following = s.head
            s.head = net.i[p.next_car + following]
            _put_in_store(net, s, following, now)
    else:
        car = s.head
        s.head = net.i[p.next_car + car]
    s.fill -= 1
    if s.cap > 0:
        wake_supplier(net, j - 1, next_working(net, net.sec[j - 1].cal, now))
    return car


@compiled
def take(net, j, now, work_s):
    """The car that section j takes now: one that came back before all others; -1 if there is none."""
    p = net.plant[0]
    s = net.sec[j]
    car = -1
    if s.loop_fill > 0:
        car = s.loop_head
        s.loop_head = net.i[p.next_car + car]
        s.loop_fill -= 1
    elif s.fill > 0:
        if s.ready_w <= work_s:
            car = _take_waiting(net, j, now, work_s)
    elif j == 0 and release_time(net, now) <= now:
        car = p.source
        p.source += 1
    if car >= 0 and net.f[p.enter_s + car * p.num_columns + s.col] == math.inf:
        net.f[p.enter_s + car * p.num_columns + s.col] = now
    return car


@compiled
def stand(net, j, now):
    """Section j cannot pass its car on: it waits to be woken by a place that becomes free."""
    s = net.sec[j]
    s.exit_waiting = 1
    if s.kind == PACED:
        s.state = BLOCKED
    set_time(net, s.exit_actor, math.inf)
    ask(net, j, now)


@compiled
def ask(net, j, now):
    """Without places behind section j, what waits to leave it is woken when the next section has room."""
    if j + 1 < net.sec.size and net.sec[j + 1].cap == 0:
        arm(net, j + 1, now)
