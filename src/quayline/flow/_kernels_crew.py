"""Compiled crews: free people go to the failures that wait, in the order in which they happened."""

from __future__ import annotations

from quayline.flow._kernels_clock import any_time_of, work_at
from quayline.flow._kernels_failures import first_call, first_person, repair_time, set_crew, up_time
from quayline.flow._kernels_net import PACED, compiled
from quayline.flow._kernels_paced import go_on_line
from quayline.flow._kernels_serial import on_repaired

_NEVER = float("inf")


@compiled
def on_crew(net, crew, now):
    """A failure waits and a person is free: the repair's end is known now, and the work goes on from there."""
    p = net.plant[0]
    slot, person = first_call(net, crew), first_person(net, crew)
    j, i = net.i[p.slot_section + slot], net.i[p.slot_station + slot]
    s, station = net.sec[j], net.sta[i]
    is_line = s.kind == PACED
    fail = s.fail if is_line else station.fail
    server_idx = s.server if is_line else station.server_off
    net.f[p.crew_wait + crew] += now - net.f[p.asked_s + slot]
    net.f[p.asked_s + slot] = _NEVER
    ready_w = work_at(net, s.cal, now) + repair_time(net, fail, server_idx)
    net.f[p.person_s + person] = any_time_of(net, s.cal, ready_w)
    net.f[p.crew_busy + crew] += net.f[p.person_s + person] - now
    net.srv[server_idx].failed += 1
    net.srv[server_idx].up_left = up_time(net, fail, server_idx, station.taught)
    station.failed_s += ready_w - station.pos_w
    station.pos_w = ready_w
    set_crew(net, crew)
    if is_line:
        go_on_line(net, s, now)
    else:
        on_repaired(net, j, i, now)
