# SPDX-License-Identifier: BSD-2-Clause
"""How long LACP takes from a link's carrier until it carries traffic.

Both ends are ours. The far ends of both links are set down, until neither end
counts them in, then up again: the time runs from just before that until the last
of the four ports has entered COLLECTING_DISTRIBUTING, as the daemons' events
say. The standard's own wait (Wait_While_Timer, 2 s) is part of it.
"""

import statistics
import time

from scene import Scene, ip_batch, wait_active, wait_for, write_bond

PAIRS = [("m0", "f0"), ("m1", "f1")]


def distributing_since(events, start):
    """{port: when it last began to distribute}, of what came after start."""
    return {event["member"]: event["time"] for event in events.of("mux")
            if "DISTRIBUTING" in (event["to"] or "") and event["time"] >= start}


def measure_once(far, daemons):
    """Seconds of one turn."""
    ip_batch(far, [f"link set {link} down" for _, link in PAIRS])
    for daemon in daemons:
        wait_for(lambda d=daemon: not d.active(), 10, "the links leave the bundle")
    streams = [daemon.events() for daemon in daemons]
    # The daemon's clock is told to the millisecond only.
    start = time.time()
    ip_batch(far, [f"link set {link} up" for _, link in PAIRS])
    ends = []
    for events in streams:
        wait_for(lambda e=events: len(distributing_since(e, start - 0.002)) == len(PAIRS), 100,
                 "both ports distribute")
        ends += distributing_since(events, start - 0.002).values()
        events.close()
    return max(ends) - start


def measure(options, rate, repetitions):
    with Scene(options.build) as scene:
        near, far = scene.namespace("near"), scene.namespace("far")
        scene.veth(near, far, PAIRS)
        daemons = []
        for side, namespace in enumerate((near, far)):
            config = scene.config()
            write_bond(config, "bond0", [pair[side] for pair in PAIRS],
                       f"mode=4 miimon=100 xmit_hash_policy=layer3+4 lacp_rate={rate}")
            daemons.append(scene.daemon(namespace, config))
        for daemon in daemons:
            wait_active(daemon, len(PAIRS), timeout_s=100)
        return [measure_once(far, daemons) for _ in range(repetitions)]


def run(options, report):
    for rate in ("fast",) if options.quick else ("fast", "slow"):
        times = measure(options, rate, 1 if options.quick else 7)
        name = f"LACP from carrier to distributing at both ends, {rate}"
        report.add(f"{name}, median", statistics.median(times) * 1000, "ms")
        report.add(f"{name}, max", max(times) * 1000, "ms")
