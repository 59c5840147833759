# SPDX-License-Identifier: BSD-2-Clause
"""8 bonds with 500 VLAN interfaces each, from files.

From nothing: the daemon runs with an empty folder, then the files appear. What
reading them takes the command line, planning and applying the daemon; an apply with
nothing to do; one more VLAN interface by command, as a person would have it, and what
the daemon has of that; the removal of all. LACP runs at its fast rate meanwhile, of
bonds whose far ends run too, and no port may change state once all are up.
"""

import json
import os
import subprocess
import time

from daemon_cost import FLAPS, cpu_seconds, rss_mib
from scene import BenchError, Scene, wait_active, wait_for, write_bond

MEMBERS = 2
FIRST_VID = 2
OPTIONS = "mode=4 miimon=100 xmit_hash_policy=layer3+4 lacp_rate=fast"
TIMEOUT_S = 300


class Sizes:
    def __init__(self, quick):
        self.bonds, self.vlans = (2, 5) if quick else (8, 500)
        self.repeat = 3 if quick else 11
        self.all = self.bonds * self.vlans

    def __str__(self):
        return f"{self.bonds} bonds of {self.vlans} VLAN interfaces"


def write_all(config, sizes):
    for bond in range(sizes.bonds):
        write_bond(config, f"bond{bond}", [f"m{bond}x{i}" for i in range(MEMBERS)], OPTIONS,
                   f"10.{bond}.0.1/24")
        for number in range(sizes.vlans):
            config.vlan(f"bond{bond}.{FIRST_VID + number}",
                        f"10.{100 + bond * 2 + number // 250}.{number % 250}.1/24")


def remove_all(config):
    for name in os.listdir(config.path):
        os.unlink(os.path.join(config.path, name))


def ready_count(namespace):
    """VLAN interfaces that are up and have an IPv4 address."""
    text = namespace.run(["ip", "-json", "-4", "address"], timeout_s=TIMEOUT_S).stdout
    return sum("." in link.get("ifname", "") and "UP" in link["flags"]
               and bool(link["addr_info"]) for link in json.loads(text or "[]"))


def expect(namespace, count):
    """All that was asked for is there when the daemon says so."""
    found = ready_count(namespace)
    if found != count:
        raise BenchError(f"{count} VLAN interfaces should be up, {found} are")


def timed(function, *arguments):
    start = time.monotonic()
    answer = function(*arguments)
    return time.monotonic() - start, answer


def post(daemon, path, body):
    return daemon.request("POST", path, body, timeout_s=TIMEOUT_S)


def apply(daemon):
    """Seconds that applying the files takes; whatever isn't applied ends the group."""
    seconds, answer = timed(post, daemon, "/v1/apply", {})
    if answer["problems"]:
        raise BenchError(f"apply has problems: {answer['problems'][:3]}")
    return seconds, answer


def portchannel(daemon, *words):
    """Seconds that the command takes, with its own start."""
    seconds, done = timed(lambda: subprocess.run(
        [daemon.tools.portchannel, *words], check=False, capture_output=True, text=True))
    if done.returncode != 0:
        raise BenchError(f"portchannel {' '.join(words)}: {done.stdout}{done.stderr}")
    return seconds


def median(values):
    return sorted(values)[len(values) // 2]


def prepare(scene, sizes):
    """Two namespaces with all links; the far end's bonds run."""
    near, far = scene.namespace("near"), scene.namespace("far")
    scene.veth(near, far, [(f"m{bond}x{i}", f"f{bond}x{i}")
                           for bond in range(sizes.bonds) for i in range(MEMBERS)])
    config = scene.config()
    for bond in range(sizes.bonds):
        write_bond(config, f"bond{bond}", [f"f{bond}x{i}" for i in range(MEMBERS)], OPTIONS)
    return near, scene.daemon(far, config)


def measure_apply(report, sizes, near, config, daemon):
    write_all(config, sizes)
    report.add(f"{sizes}: files read and checked, by command",
               portchannel(daemon, "config", "check", "--config", config.path), "s")
    seconds, plan = timed(lambda: daemon.request("GET", "/v1/plan", timeout_s=TIMEOUT_S))
    report.add(f"{sizes}: planned ({len(plan['steps'])} steps)", seconds, "s")
    seconds, _ = apply(daemon)
    expect(near, sizes.all)
    report.add(f"{sizes}: parsed, planned and applied from nothing", seconds, "s", "<= 10")
    report.add(f"{sizes}: daemon's resident memory", rss_mib(daemon.process.pid), "MiB")
    again, answer = apply(daemon)
    if answer["changes"]:
        raise BenchError(f"the second apply changed {answer['changes'][:3]}")
    again = median([again] + [apply(daemon)[0] for _ in range(sizes.repeat - 1)])
    report.add(f"{sizes}: applied again, nothing to do", again, "s", "<= 0.2")


def is_at_rest(daemon):
    """What follows a big change, as the announcing of addresses, is over."""
    before = cpu_seconds(daemon.process.pid)
    time.sleep(1)
    return cpu_seconds(daemon.process.pid) - before <= 0.05


def measure_one_more(report, sizes, near, daemon):
    """Without an address, and with one, which it is asked for whether anybody has it: that
    wait is no work. By command, of which the program's own start is a good part, and as a
    request. Several times each, and the median; all are removed again."""
    wait_for(lambda: is_at_rest(daemon), 60, "the daemon is at rest")
    for what, addressed, bound in (("", False, "<= 50"), (" with an address", True, None)):
        whole, share, removal = [], [], []
        for number in range(sizes.repeat):
            vid = 4000 + number
            address = [f"10.99.{number}.1/24"] if addressed else []
            cpu = cpu_seconds(daemon.process.pid)
            whole.append(portchannel(daemon, "vlan", "add", "bond0", str(vid), *address,
                                     "--socket", daemon.socket))
            share.append(cpu_seconds(daemon.process.pid) - cpu)
            if near.link(f"bond0.{vid}") is None:
                raise BenchError(f"bond0.{vid} is not there")
        for number in range(sizes.repeat):
            removal.append(portchannel(daemon, "vlan", "del", f"bond0.{4000 + number}",
                                       "--socket", daemon.socket))
        name = f"{sizes}: one VLAN interface{what}"
        if not addressed:
            asked = [timed(post, daemon, "/v1/vlans", {"parent": "bond0", "vid": 4000 + n})[0]
                     for n in range(sizes.repeat)]
            for number in range(sizes.repeat):
                portchannel(daemon, "vlan", "del", f"bond0.{4000 + number}",
                            "--socket", daemon.socket)
            report.add(f"{name} more, by request", 1000 * median(asked), "ms", bound)
        report.add(f"{name} more, by command", 1000 * median(whole), "ms", bound)
        report.add(f"{name} more, the daemon's processor time", 1000 * median(share), "ms",
                   bound)
        report.add(f"{name} removed, by command", 1000 * median(removal), "ms")


def run(options, report):
    sizes = Sizes(options.quick)
    with Scene(options.build) as scene:
        near, far_daemon = prepare(scene, sizes)
        config = scene.config()
        daemon = scene.daemon(near, config)
        measure_apply(report, sizes, near, config, daemon)
        for bond in range(sizes.bonds):
            for end in (daemon, far_daemon):
                wait_active(end, MEMBERS, f"bond{bond}", 60)
        events = [end.events() for end in (daemon, far_daemon)]
        measure_one_more(report, sizes, near, daemon)
        flaps = [event for end in events for event in end.list if event.get("event") in FLAPS]
        for end in events:
            end.close()
        remove_all(config)
        seconds, _ = apply(daemon)
        wait_for(lambda: ready_count(near) == 0, 30, "all VLAN interfaces are gone")
        report.add(f"{sizes}: all removed", seconds, "s")
        report.add(f"{sizes}: changes of LACP or link state by one VLAN interface more",
                   len(flaps), "changes", "== 0")
        for event in flaps[:3]:
            report.note(f"{event}")
