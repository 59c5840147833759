# SPDX-License-Identifier: BSD-2-Clause
"""How long 1,000 VLAN interfaces take to come up from their files.

Cold: from the daemon's start on a bare machine until all of them exist, are up
and have their address. Reload: the bond runs, then the files appear and the
daemon is told to read them; likewise their removal. While it does so it must go
on with LACP: the longest turn of its loop says how long LACPDUs had to wait.
"""

import json
import time

from daemon_cost import rss_mib
from scene import Scene, wait_active, wait_for, write_bond

FIRST_VID = 2


def vlan_names(count):
    return [f"bond0.{vid}" for vid in range(FIRST_VID, FIRST_VID + count)]


def write_vlans(config, count):
    for number, name in enumerate(vlan_names(count)):
        config.vlan(name, f"10.{100 + number // 250}.{number % 250}.1/24")


def ready_count(namespace):
    """VLAN interfaces that are up and have an IPv4 address."""
    text = namespace.run(["ip", "-json", "-4", "address"]).stdout
    return sum(link.get("ifname", "").startswith("bond0.") and "UP" in link["flags"]
               and bool(link["addr_info"]) for link in json.loads(text or "[]"))


def wait_count(namespace, count):
    wait_for(lambda: ready_count(namespace) == count, 300,
             lambda: f"{count} VLAN interfaces are up; {ready_count(namespace)} are", 0.1)


def prepare(scene):
    near, far = scene.namespace("near"), scene.namespace("far")
    scene.veth(near, far, [("m0", "f0"), ("m1", "f1")])
    config = scene.config()
    write_bond(config, "bond0", ["m0", "m1"],
               "mode=balance-xor miimon=100 xmit_hash_policy=layer3+4", "10.99.0.1/24")
    return near, config


def reload(daemon):
    daemon.request("POST", "/v1/reload", {}, timeout_s=300)


def measure_cold(options, report, count):
    with Scene(options.build) as scene:
        near, config = prepare(scene)
        write_vlans(config, count)
        daemon = scene.daemon(near, config, start=False)
        start = time.monotonic()
        daemon.start(wait=False)
        wait_count(near, count)
        report.add(f"{count} VLAN interfaces up, from the daemon's start",
                   time.monotonic() - start, "s")
        wait_for(daemon.answers, 30, "the daemon's API answers")
        report.add(f"{count} VLAN interfaces: daemon's resident memory",
                   rss_mib(daemon.process.pid), "MiB")


def measure_reload(options, report, count):
    with Scene(options.build) as scene:
        near, config = prepare(scene)
        daemon = scene.daemon(near, config)
        wait_active(daemon, 2)
        write_vlans(config, count)
        start = time.monotonic()
        reload(daemon)
        wait_count(near, count)
        report.add(f"{count} VLAN interfaces up, by reload", time.monotonic() - start, "s")
        start = time.monotonic()
        reload(daemon)
        report.add(f"reload with {count} VLAN interfaces and nothing changed",
                   time.monotonic() - start, "s")
        for name in vlan_names(count):
            config.remove(name)
        start = time.monotonic()
        reload(daemon)
        wait_count(near, 0)
        report.add(f"{count} VLAN interfaces removed, by reload",
                   time.monotonic() - start, "s")
        latency_us = daemon.status()["daemon"].get("loop_latency_max_us")
        if latency_us is not None:
            report.add(f"{count} VLAN interfaces added and removed: longest turn of the loop",
                       latency_us / 1e6, "s")


def run(options, report):
    count = 20 if options.quick else 1000
    measure_cold(options, report, count)
    measure_reload(options, report, count)
