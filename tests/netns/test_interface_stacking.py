# SPDX-License-Identifier: BSD-2-Clause
"""bond0 under what one stacks on an Ethernet interface: a bridge, a macvlan, tc,
nftables, tcpdump. Each with real traffic."""
import json
import random
import re
import subprocess
import threading

import pytest
from netlab.pair import SERVER, SERVER_VLAN, SWITCH, SWITCH_VLAN, VLAN
from netlab.probe import tcp_transfer, udp_filtered, udp_passes, udp_send
from netlab.wait import wait_for

hooks = pytest.mark.parametrize("any_pair", ["hub", "device"], indirect=True)

GUEST = "10.124.251.50"
GUEST_VLAN = "10.124.252.50"
BLOCKED, OPEN = 7777, 7778


@hooks
def test_bridge_on_the_bond(any_pair, guest):
    """A guest behind a bridge reaches the switch through bond0 and is reached."""
    pair = any_pair
    server = pair.server
    base = {name: server.link(name)["promiscuity"] for name in server.links()
            if name in pair.server_names}
    try:
        server.ip("link add br9 type bridge")
        server.ip("link set br9 up")
        server.ip(f"link add guest0 type veth peer name eth0 netns {guest.name}")
        server.ip("link set guest0 master br9 up")
        server.ip("link set bond0 master br9")
        guest.ip(f"address add {GUEST}/24 dev eth0")
        guest.ip("link set eth0 up")
        # A bridge port is promiscuous; the guest's own address needs that of the members.
        for name, before in base.items():
            wait_for(lambda: server.link(name)["promiscuity"] > before, 5,
                     lambda: f"{name} is promiscuous: {server.link(name)}")
        wait_for(lambda: guest.ping(SWITCH, timeout_s=1, check=False), 5,
                 "the switch answers the guest")
        assert pair.switch.ping(GUEST)
        assert tcp_transfer(guest, pair.switch, SWITCH, 8 << 20)
        assert tcp_transfer(pair.switch, guest, GUEST, 8 << 20)
        # The bridge may itself be the server's interface.
        server.ip(f"address del {SERVER}/24 dev bond0")
        server.ip(f"address add {SERVER}/24 dev br9")
        pair.switch.run(["ip", "neigh", "flush", "all"])
        assert pair.switch.ping(SERVER)
        # The bond is up all the while, and the VLAN interface on it goes on.
        assert pair.server_daemon.active() == set(pair.server_names)
    finally:
        server.ip("link del br9", check=False)
        server.ip("link del guest0", check=False)
        if f"{SERVER}/24" not in server.addresses("bond0"):
            server.ip(f"address add {SERVER}/24 dev bond0")
        pair.switch.run(["ip", "neigh", "flush", "all"])


@hooks
def test_macvlan_on_the_bond(any_pair, guest):
    pair = any_pair
    server = pair.server
    base = {name: server.link(name)["promiscuity"] for name in pair.server_names}
    server.ip("link add mv0 link bond0 type macvlan mode bridge")
    try:
        server.ip(f"link set mv0 netns {guest.name}")
        guest.ip(f"address add {GUEST}/24 dev mv0")
        guest.ip("link set mv0 up")
        for name, before in base.items():
            wait_for(lambda: server.link(name)["promiscuity"] > before, 5,
                     lambda: f"{name} takes frames to the macvlan: {server.link(name)}")
        wait_for(lambda: guest.ping(SWITCH, timeout_s=1, check=False), 5,
                 "the switch answers the macvlan")
        assert pair.switch.ping(GUEST)
        assert tcp_transfer(guest, pair.switch, SWITCH, 8 << 20)
        assert tcp_transfer(pair.switch, guest, GUEST, 8 << 20)
        assert server.ping(SWITCH)  # the bond's own traffic goes on
    finally:
        guest.ip("link del mv0", check=False)
        server.ip("link del mv0", check=False)
        pair.switch.run(["ip", "neigh", "flush", "all"])


@hooks
def test_macvlan_on_the_vlan_interface(any_pair, guest):
    pair = any_pair
    pair.server.ip(f"link add mv1 link {VLAN} type macvlan mode bridge")
    try:
        pair.server.ip(f"link set mv1 netns {guest.name}")
        guest.ip(f"address add {GUEST_VLAN}/24 dev mv1")
        guest.ip("link set mv1 up")
        wait_for(lambda: guest.ping(SWITCH_VLAN, timeout_s=1, check=False), 5,
                 "the switch answers the macvlan in the VLAN")
        assert pair.switch.ping(GUEST_VLAN)
    finally:
        guest.ip("link del mv1", check=False)
        pair.server.ip("link del mv1", check=False)
        pair.switch.run(["ip", "neigh", "flush", "all"])


class Capture:
    """A tcpdump that is listening."""

    def __init__(self, namespace, interface, expression):
        self.process = namespace.start(
            ["tcpdump", "-l", "-n", "-e", "-i", interface] + expression.split(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if line.startswith("listening on"):
                return
        raise AssertionError("tcpdump did not start")

    def lines(self, count):
        """The first count lines; fewer if they don't come within a minute."""
        limit = threading.Timer(60, self.process.kill)
        limit.start()
        found = [self.process.stdout.readline() for _ in range(count)]
        limit.cancel()
        self.process.kill()
        return "".join(found)


@pytest.mark.parametrize("interface, near, far", [("bond0", SERVER, SWITCH),
                                                  (VLAN, SERVER_VLAN, SWITCH_VLAN)])
def test_tcpdump_sees_both_directions(pair, interface, near, far):
    """With transmit_hook=device only what comes in is seen: the tap is behind it."""
    capture = Capture(pair.server, interface, "icmp")
    pair.server.ping(far, count=2)
    text = capture.lines(4)
    assert text.count(f"{near} > {far}: ICMP echo request") == 2, text
    assert text.count(f"{far} > {near}: ICMP echo reply") == 2, text
    mac = pair.server.link(interface)["address"]
    assert f" {mac} > " in text and f" > {mac}," in text


def test_tcpdump_on_a_member_sees_tags_and_lacpdus(any_pair):
    pair = any_pair
    captures = [Capture(pair.server, name, "vlan 652 and icmp") for name in pair.server_names]
    lacp = Capture(pair.server, pair.server_names[0], "ether proto 0x8809")
    numbers = random.Random(652)
    for index in range(16):  # so that some take every member
        pair.server.ip(f"address add 10.124.252.{150 + index}/24 dev {VLAN}")
    try:
        for index in range(16):
            pair.server.ping(SWITCH_VLAN, interface=f"10.124.252.{150 + index}",
                             identifier=numbers.randint(1, 65535))
    finally:
        for index in range(16):
            pair.server.ip(f"address del 10.124.252.{150 + index}/24 dev {VLAN}")
    for capture in captures:
        text = capture.lines(1)
        assert re.search(r"vlan 652,.*ICMP echo", text), text
    text = lacp.lines(2)
    assert "LACPv1" in text, text


def make_hole(namespace):
    """A device "taken" that swallows what is redirected to it."""
    namespace.ip("link add taken type veth peer name hole")
    for name in ("taken", "hole"):
        namespace.sysctl(f"net/ipv6/conf/{name}/disable_ipv6", 1)
        namespace.ip(f"link set {name} up")


def test_tc_egress_filter(pair):
    """Frames that a filter of the user's takes at bond0's egress never reach a member."""
    server = pair.server
    make_hole(server)
    server.run("tc qdisc add dev bond0 clsact")
    try:
        server.run(f"tc filter add dev bond0 egress protocol ip prio 10 u32 match ip dport "
                   f"{BLOCKED} 0xffff action mirred egress redirect dev taken")
        assert udp_filtered(server, pair.switch, SWITCH, BLOCKED, OPEN)
        assert server.counters("taken")["tx"]["packets"] == 1
    finally:
        server.run("tc qdisc del dev bond0 clsact")
        server.ip("link del taken")
    assert udp_passes(server, pair.switch, SWITCH, BLOCKED)


@hooks
def test_tc_ingress_filter(any_pair):
    """The same for what comes in, with either place of the transmit program."""
    pair = any_pair
    server = pair.server
    make_hole(server)
    server.run("tc qdisc add dev bond0 clsact", check=False)
    try:
        server.run(f"tc filter add dev bond0 ingress protocol ip prio 10 u32 match ip dport "
                   f"{BLOCKED} 0xffff action mirred egress redirect dev taken")
        assert udp_filtered(pair.switch, server, SERVER, BLOCKED, OPEN)
    finally:
        server.run("tc filter del dev bond0 ingress")
        server.ip("link del taken")
    assert udp_passes(pair.switch, server, SERVER, BLOCKED)
    assert udp_passes(server, pair.switch, SWITCH)


def test_tc_shaping(pair):
    """A token bucket on bond0 holds TCP to its rate."""
    def throughput_mbps():
        done = pair.server.run(["iperf3", "-c", SWITCH, "-t", "1", "-J"])
        return json.loads(done.stdout)["end"]["sum_received"]["bits_per_second"] / 1e6

    iperf = pair.switch.start(["iperf3", "-s"], stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: ":5201" in pair.switch.run("ss -Hltn").stdout, 10, "iperf3 listens")
        pair.server.run("tc qdisc replace dev bond0 root tbf rate 20mbit burst 32k latency 50ms")
        shaped = throughput_mbps()
        pair.server.run("tc qdisc del dev bond0 root")
        free = throughput_mbps()
    finally:
        pair.server.run("tc qdisc del dev bond0 root", check=False)
        iperf.kill()
        iperf.wait()
    assert 1 < shaped < 40
    assert free > 10 * shaped


def nft(namespace, text):
    namespace.run(["nft", "-f", "-"], input_text=text)


@hooks
@pytest.mark.parametrize("direction", ["ingress", "egress"])
@pytest.mark.parametrize("interface, near, far", [("bond0", SERVER, SWITCH),
                                                  (VLAN, SERVER_VLAN, SWITCH_VLAN)])
def test_nftables_netdev(any_pair, interface, near, far, direction):
    pair = any_pair
    way = ((pair.switch, pair.server, near) if direction == "ingress"
           else (pair.server, pair.switch, far))
    nft(pair.server, f'''
        table netdev t {{
            chain one {{
                type filter hook {direction} device "{interface}" priority 0;
                udp dport {BLOCKED} counter drop
            }}
        }}''')
    try:
        assert udp_filtered(*way, BLOCKED, OPEN)
        assert "counter packets 1 " in pair.server.run("nft list table netdev t").stdout
    finally:
        pair.server.run("nft delete table netdev t")
    assert udp_passes(*way, BLOCKED)


@hooks
def test_nftables_inet_filter_and_counters(any_pair):
    """inet hooks see bond0 and bond0.652 by name, never a hub or a member."""
    pair = any_pair
    nft(pair.server, f'''
        table inet t {{
            counter to_bond {{ }}
            counter to_vlan {{ }}
            counter to_other {{ }}
            chain in {{
                type filter hook input priority 0;
                iifname "bond0" udp dport {OPEN} counter name to_bond
                iifname "{VLAN}" udp dport {OPEN} counter name to_vlan
                iifname != {{ "bond0", "{VLAN}", "lo" }} counter name to_other
                iifname "bond0" udp dport {BLOCKED} drop
            }}
            chain out {{
                type filter hook output priority 0;
                oifname != {{ "bond0", "{VLAN}", "lo" }} counter name to_other
                oifname "bond0" udp dport {BLOCKED} drop
            }}
        }}''')
    try:
        assert udp_filtered(pair.switch, pair.server, SERVER, BLOCKED, OPEN)
        assert udp_passes(pair.switch, pair.server, SERVER_VLAN, OPEN)
        with pytest.raises(PermissionError):
            udp_send(pair.server, SWITCH, BLOCKED)
        counters = json.loads(pair.server.run("nft -j list counters table inet t").stdout)
        packets = {entry["counter"]["name"]: entry["counter"]["packets"]
                   for entry in counters["nftables"] if "counter" in entry}
        assert packets == {"to_bond": 1, "to_vlan": 1, "to_other": 0}
    finally:
        pair.server.run("nft delete table inet t")


@hooks
def test_nat_and_forwarding_through_the_bond(any_pair, guest):
    """A guest behind the server reaches the switch routed and masqueraded."""
    pair = any_pair
    server = pair.server
    server.ip(f"link add guest0 type veth peer name eth0 netns {guest.name}")
    try:
        server.ip("address add 192.168.77.1/24 dev guest0")
        server.ip("link set guest0 up")
        guest.ip("address add 192.168.77.2/24 dev eth0")
        guest.ip("link set eth0 up")
        guest.ip("route add default via 192.168.77.1")
        server.sysctl("net/ipv4/ip_forward", 1)
        nft(server, '''
            table ip t {
                chain post {
                    type nat hook postrouting priority 100;
                    oifname "bond0" masquerade
                }
            }''')
        assert guest.ping(SWITCH)
        assert tcp_transfer(guest, pair.switch, SWITCH, 8 << 20)
    finally:
        server.run("nft delete table ip t", check=False)
        server.sysctl("net/ipv4/ip_forward", 0)
        server.ip("link del guest0")
