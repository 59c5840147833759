# SPDX-License-Identifier: BSD-2-Clause
"""Answers of the daemon, as doc/api.md describes them, for the tests to vary."""

import copy

SYSTEM = "52:54:00:12:34:56"
SWITCH = "52:54:00:ab:cd:ef"
GIB = 1 << 30


def counters(packets, size):
    return {"packets": packets, "bytes": size}


def lacp_info(system, port, state):
    return {"system": system, "system_priority": 65535, "key": 15, "port_priority": 255,
            "port": port, "state": state}


def member(name, slot=0, **changes):
    """A member that is active and bundled; slot counts from 0."""
    flags = ["activity", "aggregation", "synchronization", "collecting", "distributing"]
    value = {
        "name": name, "ifindex": 3 + slot, "slot": slot, "port": slot + 1,
        "present": True, "carrier": True, "state": "active",
        "reason": None, "reason_text": "carries traffic",
        "link": "up", "speed_mbps": 10000, "duplex": "full",
        "mac": SYSTEM, "permanent_mac": f"52:54:00:00:00:0{slot + 1}",
        "promiscuous": False, "link_failures": 0, "buckets": 420,
        "rx": counters(1000000, 3 * GIB // 2), "tx": dict(counters(2000000, 12 * GIB), failover=0),
        "drops": {"not_collecting": 0, "tag_failed": 0},
        "lacp": {
            "actor": lacp_info(SYSTEM, slot + 1, flags),
            "partner": lacp_info(SWITCH, slot + 1, flags),
            "receive_state": "CURRENT", "periodic_state": "SLOW_PERIODIC",
            "mux_state": "COLLECTING_DISTRIBUTING", "selected": "SELECTED",
            "lacpdus_sent": 4, "lacpdus_received": 4, "lacpdus_bad": 0,
            "markers_received": 0, "markers_answered": 0,
        },
    }
    value.update(changes)
    return value


def out(name, slot, state, reason, reason_text, **changes):
    """A member that is out of the bundle."""
    return member(name, slot, state=state, reason=reason, reason_text=reason_text, buckets=0, **changes)


def vlan(vid, parent="bond0", **changes):
    value = {
        "name": f"{parent}.{vid}", "vid": vid, "ifindex": 100 + vid, "hub": f"{parent}.{vid}-hub",
        "mac": SYSTEM, "mtu": 1500, "admin_up": True, "carrier": True,
        "addresses": [{"family": "inet", "address": "10.124.252.101", "prefix": 24}],
        "rx": counters(10, 1400), "tx": counters(12, 999),
    }
    value.update(changes)
    return value


def bond(name="bond0", **changes):
    """A bond of 802.3ad with two members, both well, and a VLAN interface."""
    value = {
        "name": name, "ifindex": 7, "hub": f"{name}-hub", "engine": "ebpf",
        "mode": "802.3ad", "xmit_hash_policy": "layer3+4",
        "flow_placement": "resilient", "transmit_hook": "hub",
        "miimon": 100, "updelay": 0, "downdelay": 0, "use_carrier": True, "min_links": 0,
        "mac": SYSTEM, "mtu": 1500, "admin_up": True, "carrier": True,
        "addresses": [{"family": "inet", "address": "10.124.251.101", "prefix": 24}],
        "rx": counters(2000000, 3 * GIB), "tx": counters(4000000, 24 * GIB),
        "drops": {"no_member": 0, "no_tag": 0, "tag_failed": 0, "not_collecting": 0, "not_member": 0},
        "lacp": {
            "rate": "slow", "active": True,
            "actor": {"system": SYSTEM, "system_priority": 65535, "key": 15},
            "partner": {"system": SWITCH, "system_priority": 65535, "key": 15},
            "aggregator": {"members": ["ens1f0", "ens1f1"], "individual": False},
        },
        "members": [member("ens1f0", 0), member("ens1f1", 1)],
        "vlans": [vlan(652, name)],
    }
    value.update(changes)
    return value


def nic(name="ens2f0", **changes):
    """A NIC that is no member, with a VLAN interface."""
    value = {"name": name, "configured_name": name, "present": True, "ifindex": 5, "mac": SYSTEM,
             "mtu": 1500, "admin_up": True, "carrier": True, "troubles": [],
             "vlans": [vlan(7, name)]}
    value.update(changes)
    return value


def status(*bonds, problems=(), nics=()):
    return {
        "daemon": {"version": "0.1.0", "pid": 4711, "config": "/etc/sysconfig/network-scripts",
                   "started": 1790000000, "engine": "ebpf", "carrier_read": True,
                   "loop_latency_max_us": 180},
        "bonds": [copy.deepcopy(b) for b in bonds],
        "nics": list(nics),
        "problems": list(problems),
    }


def problem(file, line, message, subject=None, severity="error"):
    return {"severity": severity, "file": file and f"/etc/sysconfig/network-scripts/{file}", "line": line,
            "subject": subject, "message": message}


def no_partner(value):
    """The bond without anybody at the other end."""
    value["lacp"]["partner"] = None
    value["lacp"]["aggregator"] = None
    value["carrier"] = False
    for one in value["vlans"]:
        one["carrier"] = False
    for one in value["members"]:
        one["lacp"]["partner"] = dict(lacp_info("00:00:00:00:00:00", 0, []), key=0)
    return value


def step(action, text, disruption="none", **changes):
    value = {"action": action, "parent": "bond0", "interface": "bond0.653", "disruption": disruption,
             "text": text, "file": "/etc/sysconfig/network-scripts/ifcfg-bond0.653", "line": 1}
    value.update(changes)
    return value


def configured_vlan(vid, parent="bond0", **changes):
    value = {
        "name": f"{parent}.{vid}", "parent": parent, "vid": vid, "onboot": True,
        "addresses": ["10.124.252.101/24"], "dhcp": False, "dhcpv6": False, "ipv6_autoconf": True,
        "gateway": None, "gateway6": None, "mtu": None, "mac": None,
        "file": f"/etc/sysconfig/network-scripts/ifcfg-{parent}.{vid}", "revision": "0b1e6a9c55d2f310",
        "running": True, "staged": None,
    }
    value.update(changes)
    return value


WAITING = {"number": 43, "seconds": 60, "deadline": 1790000060.0, "user": "anna"}
