# SPDX-License-Identifier: BSD-2-Clause
"""How long 1,000 VLAN interfaces take to come up from their files.

Cold: from the daemon's start on a bare machine until all of them exist, are up
and have their address. Reload: the bond runs, then the files appear and the
daemon is told to read them; likewise their removal. Meanwhile it must go on with
LACP, at its fast rate, so no port of either end may change state.
"""

import json
import time

from daemon_cost import FLAPS, rss_mib
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
    """Two ends wired to each other; namespaces and configurations of both."""
    namespaces = scene.namespace("near"), scene.namespace("far")
    scene.veth(*namespaces, [("m0", "f0"), ("m1", "f1")])
    configs = []
    for number, members in enumerate((("m0", "m1"), ("f0", "f1"))):
        config = scene.config()
        write_bond(config, "bond0", members,
                   "mode=4 miimon=100 xmit_hash_policy=layer3+4 lacp_rate=fast",
                   f"10.99.0.{1 + number}/24")
        configs.append(config)
    return namespaces, configs


def reload(daemon):
    daemon.request("POST", "/v1/reload", {}, timeout_s=300)


def measure_cold(options, report, count):
    with Scene(options.build) as scene:
        (near, _), (config, _) = prepare(scene)
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
        namespaces, configs = prepare(scene)
        daemons = [scene.daemon(*end) for end in zip(namespaces, configs)]
        for daemon in daemons:
            wait_active(daemon, 2)
        near, config, daemon = namespaces[0], configs[0], daemons[0]
        events = [end.events() for end in daemons]
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
        flaps = [event for end in events for event in end.list if event.get("event") in FLAPS]
        report.add(f"{count} VLAN interfaces added and removed: changes of LACP or link state",
                   len(flaps), "changes", "== 0")
        for event in flaps[:3]:
            report.note(f"{event}")
        for end in events:
            end.close()


def run(options, report):
    count = 20 if options.quick else 1000
    measure_cold(options, report, count)
    measure_reload(options, report, count)
