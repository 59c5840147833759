# SPDX-License-Identifier: BSD-2-Clause
"""What the daemon itself takes: memory and processor, idle, with one bond and
with many, and whether LACP stays in time then.

"Idle" is: LACP has converged on all links, nobody asks anything. Memory is
VmRSS. The partner of all bonds is a second daemon in another namespace, whose
figures are not counted. With many bonds LACP's fast rate is used: 64 bonds of 8
members hear 512 LACPDUs a second and send as many, each within 3 s of the last.
"""

import contextlib
import os
import pathlib
import time

from scene import BenchError, Scene, wait_active, write_bond

MEMBERS = 8
# Events that only come where LACP was late or a link flapped.
FLAPS = {"mux", "selected", "carrier", "link", "aggregator", "reason", "receive"}


def rss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise BenchError(f"no VmRSS in /proc/{pid}/status")


def cpu_seconds(pid):
    """Time on a processor so far, of all threads. schedstat counts nanoseconds;
    where the kernel has none, stat's ticks of 10 ms must do."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        ns = sum(int((task / "schedstat").read_text().split()[0])
                 for task in pathlib.Path(f"/proc/{pid}/task").iterdir())
        if ns > 0:
            return ns / 1e9
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start_bonds(scene, bonds, rate):
    """Two namespaces with so many bonds between them; their daemons."""
    near, far = scene.namespace("near"), scene.namespace("far")
    pairs = [(f"m{bond}x{link}", f"f{bond}x{link}")
             for bond in range(bonds) for link in range(MEMBERS)]
    scene.veth(near, far, pairs)
    options = f"mode=4 miimon=100 xmit_hash_policy=layer3+4 lacp_rate={rate}"
    daemons = []
    for side, namespace in enumerate((near, far)):
        config = scene.config()
        for bond in range(bonds):
            members = pairs[bond * MEMBERS:(bond + 1) * MEMBERS]
            write_bond(config, f"bond{bond}", [pair[side] for pair in members], options,
                       f"10.{92 + side}.{bond}.1/24")
        daemons.append(scene.daemon(namespace, config, start=False))
    return daemons


def wait_all_active(daemon, bonds):
    for bond in range(bonds):
        wait_active(daemon, MEMBERS, f"bond{bond}", 120)


def measure(options, report, bonds, rate, seconds, bounds):
    noun = "bond" if bonds == 1 else "bonds"
    name = f"daemon, {bonds} {noun} of {MEMBERS}, LACP {rate}"
    with Scene(options.build) as scene:
        near, far = start_bonds(scene, bonds, rate)
        start = time.monotonic()
        near.start(wait=False)
        far.start()
        wait_all_active(near, bonds)
        wait_all_active(far, bonds)
        report.add(f"{name}: from start of both ends until all carry traffic",
                   time.monotonic() - start, "s")
        time.sleep(0.1 if options.quick else 3)
        events = near.events()
        cpu, clock = cpu_seconds(near.process.pid), time.monotonic()
        time.sleep(seconds)
        cpu, clock = cpu_seconds(near.process.pid) - cpu, time.monotonic() - clock
        flaps = [event for event in events.list if event.get("event") in FLAPS]
        report.add(f"{name}: resident memory", rss_mib(near.process.pid), "MiB", bounds["rss"])
        report.add(f"{name}: processor, idle", 100 * cpu / clock, "%", bounds["cpu"])
        report.add(f"{name}: changes of LACP or link state while idle", len(flaps),
                   "changes", "== 0")
        latency = near.status()["daemon"].get("loop_latency_max_us")
        if latency is not None:
            report.add(f"{name}: longest turn of the loop since start", latency / 1000, "ms")
        for event in flaps[:3]:
            report.note(f"{event}")
        events.close()


def run(options, report):
    seconds = 1 if options.quick else 20
    measure(options, report, 1, "slow", seconds, {"rss": "<= 10", "cpu": "<= 0.2"})
    many = 2 if options.quick else 64
    measure(options, report, many, "fast", seconds, {"rss": None, "cpu": "<= 3"})
