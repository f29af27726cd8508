"""Compiled failures of servers, by operating time or by the working time of the section, that are repaired at once."""

from __future__ import annotations

from quayline.flow._kernels_laws import factor_of, sample
from quayline.flow._kernels_net import compiled, inlined


@compiled
def up_time(net, fail, server_idx, num_built):
    """Operating (or working) time until the server's next failure; `num_built` cars taught it."""
    p = net.plant[0]
    mean_s = net.f[p.fail_mtbf + fail]
    learn = net.i[p.fail_learn + fail]
    if learn >= 0:
        mean_s /= factor_of(net, learn, max(num_built, 1))
    return sample(net, net.i[p.fail_up + fail], mean_s, p.key_up, net.srv[server_idx].failed, server_idx, 0)


@inlined
def teach(net, station, fail, car):
    """Count a car at a station whose failures learn."""
    p = net.plant[0]
    learn = net.i[p.fail_learn + fail]
    if learn >= 0:
        station.taught += net.i[p.learn_types + learn * p.num_types + net.i[p.car_type + car]]


@compiled
def repair_time(net, fail, server_idx):
    """Time of the repair of the server's failure under way."""
    p = net.plant[0]
    law, mean_s = net.i[p.fail_down + fail], net.f[p.fail_mttr + fail]
    return sample(net, law, mean_s, p.key_down, net.srv[server_idx].failed, server_idx, 0)


@compiled
def repairs_during(net, fail, server_idx, num_built, work_s):
    """Repair time of the failures of a server during `work_s` of operation (operation-dependent failures)."""
    server = net.srv[server_idx]
    total_s, left_s = 0.0, work_s
    while left_s > server.up_left:
        left_s -= server.up_left
        total_s += repair_time(net, fail, server_idx)
        server.failed += 1
        server.up_left = up_time(net, fail, server_idx, num_built)
    server.up_left -= left_s
    return total_s


@compiled
def _fail_at(net, fail, server_idx, num_built, from_w):
    """Lay down when the server, up from `from_w` on, is down next, and until when."""
    server = net.srv[server_idx]
    server.down_at = from_w + up_time(net, fail, server_idx, num_built)
    server.up_at = server.down_at + repair_time(net, fail, server_idx)
    server.failed += 1


@compiled
def downs_during(net, fail, server_idx, num_built, start_w, work_s):
    """Time that work begun at `start_w` stands while its server is down (time-dependent failures)."""
    server = net.srv[server_idx]
    if server.failed == 0:
        _fail_at(net, fail, server_idx, num_built, 0.0)
    at_w, left_s = start_w, work_s
    while True:
        if server.up_at <= at_w:
            _fail_at(net, fail, server_idx, num_built, server.up_at)
        elif at_w >= server.down_at:
            at_w = server.up_at
        elif at_w + left_s > server.down_at:
            left_s -= server.down_at - at_w
            at_w = server.up_at
        else:
            return at_w + left_s - start_w - work_s
