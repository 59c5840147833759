# SPDX-License-Identifier: BSD-2-Clause
"""Traffic of every kind over bond0 and its VLAN interface, and what is told of it:
IPv6 and its neighbour discovery, multicast groups, TCP, tags, counters, carrier."""
import contextlib
import socket
import struct

import pytest
from netlab import Sender, Stream, Watcher
from netlab.pair import SERVER, SERVER_VLAN, SWITCH, SWITCH_VLAN, VLAN
from netlab.probe import (ethernet, frames, packet_socket, send_frame, tcp_transfer,
                          udp_passes)
from netlab.wait import wait_for

hooks = pytest.mark.parametrize("any_pair", ["hub", "device"], indirect=True)

IP_MULTICAST_ALL = 49  # linux/in.h; 0: own groups only
NOISE = 40  # frames that the kernels send on their own within a test
V6 = {"bond0": ("fd00:251::101", "fd00:251::1"), VLAN: ("fd00:252::101", "fd00:252::1")}


@hooks
@pytest.mark.parametrize("near, far", [(SERVER, SWITCH), (SERVER_VLAN, SWITCH_VLAN)])
def test_tcp_both_ways(any_pair, near, far):
    pair = any_pair
    assert tcp_transfer(pair.server, pair.switch, far, 32 << 20)
    assert tcp_transfer(pair.switch, pair.server, near, 32 << 20)


@hooks
def test_fragments(any_pair):
    """A datagram larger than the MTU arrives whole, at both interfaces."""
    pair = any_pair
    for address in (SWITCH, SWITCH_VLAN):
        assert pair.server.run(["ping", "-n", "-c", 1, "-W", 2, "-s", 20000, address])


def add_v6(namespace, address, interface):
    """Adds it, and waits until the kernel has done with it: detection of duplicates is
    off, but still ends in its own time."""
    namespace.ip(f"-6 address add {address}/64 dev {interface}")

    def ready():
        found = namespace.ip_json(f"-6 address show dev {interface}")[0]["addr_info"]
        return any(info["local"] == address and not info.get("tentative") for info in found)

    wait_for(ready, 5, f"{address} may be used")


@hooks
@pytest.mark.parametrize("interface", ["bond0", VLAN])
def test_ipv6_neighbour_discovery(any_pair, interface):
    pair = any_pair
    near, far = V6[interface]
    try:
        add_v6(pair.server, near, interface)
        add_v6(pair.switch, far, interface)
        assert pair.server.ping(far)
        assert pair.switch.ping(near)
        found = {entry["dst"]: entry for entry in pair.server.ip_json(
            f"-6 neigh show dev {interface}")}
        assert found[far]["lladdr"] == pair.switch.link(interface)["address"]
        assert tcp_transfer(pair.server, pair.switch, far, 8 << 20)
        link_local = [address.split("/")[0] for address in pair.switch.addresses(interface)
                      if address.startswith("fe80:")]
        assert pair.server.ping(f"{link_local[0]}%{interface}")
    finally:
        pair.server.ip(f"-6 address del {near}/64 dev {interface}", check=False)
        pair.switch.ip(f"-6 address del {far}/64 dev {interface}", check=False)


@hooks
def test_ipv6_flows_spread(any_pair):
    pair = any_pair
    near, far = V6["bond0"]
    try:
        add_v6(pair.server, near, "bond0")
        add_v6(pair.switch, far, "bond0")
        assert pair.server.ping(far)
        stream = Stream(pair, far, flows=300, rate=20000)
        stream.more(6000)
        received, paths = stream.finish()
    finally:
        pair.server.ip(f"-6 address del {near}/64 dev bond0", check=False)
        pair.switch.ip(f"-6 address del {far}/64 dev bond0", check=False)
    assert received["lost"] == 0 and paths.steady() == 300
    assert all(count > 60 for count in paths.count_by_link().values())
    assert len(paths.count_by_link()) == 3


def test_hubs_and_members_have_no_addresses(pair):
    own = {"lo", "bond0", VLAN}
    for name in pair.server.links():
        if name not in own:
            assert pair.server.addresses(name) == [], name
            assert pair.server.sysctl(f"net/ipv6/conf/{name}/disable_ipv6") == "1", name
            assert pair.server.link(name).get("ifalias"), f"{name} says what it is"


def receives_multicast(receiver, sender, interface, group, joined=True):
    """Whether a datagram to the group, sent out of one's interface, gets to the other's."""
    family = socket.AF_INET6 if ":" in group else socket.AF_INET

    def listener():
        found = socket.socket(family, socket.SOCK_DGRAM)
        index = socket.if_nametoindex(interface)
        found.bind((group if family == socket.AF_INET else "::", 7100))
        if family == socket.AF_INET:
            found.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)
            if joined:
                found.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                                 struct.pack("4s4si", socket.inet_aton(group), b"\0" * 4,
                                             index))
        elif joined:
            found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                             struct.pack("16si", socket.inet_pton(family, group), index))
        return found

    def send():
        with contextlib.closing(socket.socket(family, socket.SOCK_DGRAM)) as source:
            index = socket.if_nametoindex(interface)
            if family == socket.AF_INET:
                source.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                                  struct.pack("4s4si", b"\0" * 4, b"\0" * 4, index))
            else:
                source.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
            source.sendto(b"to the group", (group, 7100))

    with contextlib.closing(receiver.call(listener)) as ears:
        ears.settimeout(5 if joined else 0.2)
        sender.call(send)
        try:
            return ears.recv(64) == b"to the group"
        except TimeoutError:
            return False


@hooks
@pytest.mark.parametrize("interface", ["bond0", VLAN])
@pytest.mark.parametrize("group", ["239.77.1.2", "ff02::77:1"])
def test_multicast_groups(any_pair, interface, group):
    pair = any_pair
    assert receives_multicast(pair.server, pair.switch, interface, group)
    assert receives_multicast(pair.switch, pair.server, interface, group)
    assert not receives_multicast(pair.server, pair.switch, interface, group, joined=False)


@hooks
def test_broadcast_arrives_once(any_pair):
    """As a switch sends it: on one link only; and our own never comes back."""
    pair = any_pair
    frame = ethernet("ff:ff:ff:ff:ff:ff", pair.server.link("bond0")["address"], 0x88B5, b"all")
    mark = ethernet("ff:ff:ff:ff:ff:ff", pair.server.link("bond0")["address"], 0x88B5, b"end")
    seen = []
    with packet_socket(pair.switch, "bond0") as sniffer:
        send_frame(pair.server, "bond0", frame)
        send_frame(pair.server, "bond0", mark)
        frames(sniffer, lambda data, *_: seen.append(data[:len(frame)]) or
               data[:len(mark)] == mark)
    assert seen.count(frame) == 1


@hooks
def test_tags_on_the_wire(any_pair):
    pair = any_pair
    for address, vlan in ((SWITCH, 0), (SWITCH_VLAN, 652)):
        watcher = Watcher(pair.switch, pair.switch_names, tools=pair.tools)
        stream = Stream(pair, address, flows=60, rate=6000, watch=False)
        stream.more(600)
        received, _ = stream.finish()
        seen = watcher.result()
        assert received["lost"] == 0
        assert {flow["vlan"] for flow in seen["per_flow"]} == {vlan}
        assert set(seen["per_link"]) == set(pair.switch_names)
        assert all(count > 0 for count in seen["per_link"].values())


@hooks
def test_vlan_flows_take_the_links_of_the_bond(any_pair):
    """The VLAN id is no part of the hash: same ports and addresses, same link."""
    pair = any_pair
    links = []
    for address in (SWITCH, SWITCH_VLAN):
        stream = Stream(pair, address, flows=200, rate=20000)
        stream.more(4000)
        _, paths = stream.finish()
        named = [pair.server_daemon.explain("bond0", flow.source, flow.destination, "udp",
                                            flow.source_port, flow.destination_port)["member"]
                 for flow in paths.flows]
        assert [flow.links for flow in paths.flows] == [[link] for link in named]
        links.append(paths.count_by_link())
    assert all(len(counts) == 3 for counts in links)


@hooks
def test_tag_without_an_interface_comes_up_the_bond(any_pair):
    pair = any_pair
    frame = ethernet(pair.server.link("bond0")["address"], "02:00:00:00:00:99", 0x88B5,
                     b"in vlan 700", vlan=700)
    with packet_socket(pair.server, "bond0") as sniffer:
        for name in pair.switch_names[:1]:
            send_frame(pair.switch, name, frame)
        assert frames(sniffer, lambda data, vlan, _: vlan == 700 and b"in vlan 700" in data)


def totals(bond):
    """Packets and bytes out and in, of the bond and of its members together."""
    return {(who, way, what): value for who, parts in (("bond", [bond]),
                                                       ("members", bond["members"]))
            for way in ("tx", "rx") for what in ("packets", "bytes")
            for value in [sum(part[way][what] for part in parts)]}


@hooks
def test_counters_are_true(any_pair):
    pair = any_pair
    packets, size = 20000, 200
    wire = packets * (size + 8 + 20 + 14)
    before = totals(pair.server_daemon.bond()), totals(pair.switch_daemon.bond())
    before_ip = pair.server.counters("bond0"), pair.switch.counters("bond0")
    stream_receiver = pair.switch.start([pair.tools.traffic, "receive", "--listen", SWITCH,
                                         "--json", "/dev/null"])
    Sender(pair.server, SWITCH, flows=200, rate=50000, count=packets, size=size,
           tools=pair.tools).result()
    stream_receiver.wait(20)
    after = totals(pair.server_daemon.bond()), totals(pair.switch_daemon.bond())
    after_ip = pair.server.counters("bond0"), pair.switch.counters("bond0")

    def grew(side, who, way):
        key = (who, way, "packets"), (who, way, "bytes")
        return tuple(after[side][one] - before[side][one] for one in key)

    checks = [grew(0, "members", "tx"), grew(1, "members", "rx"), grew(1, "bond", "rx"),
              tuple(after_ip[1]["rx"][what] - before_ip[1]["rx"][what]
                    for what in ("packets", "bytes"))]
    if pair.portchannel == "transmit_hook=hub":
        # At the device's own egress the interface's counters cannot see a redirect.
        checks.append(tuple(after_ip[0]["tx"][what] - before_ip[0]["tx"][what]
                            for what in ("packets", "bytes")))
        checks.append(grew(0, "bond", "tx"))
    for grown_packets, grown_bytes in checks:
        assert packets <= grown_packets <= packets + NOISE, checks
        assert wire <= grown_bytes <= wire + NOISE * 1500, checks


@hooks
def test_vlan_counters_are_true(any_pair):
    pair = any_pair
    packets = 5000
    before = pair.switch.counters(VLAN)["rx"]["packets"], \
        pair.server.counters(VLAN)["tx"]["packets"]
    stream = Stream(pair, SWITCH_VLAN, flows=50, rate=25000, watch=False)
    stream.more(packets)
    received, _ = stream.finish()
    after = pair.switch.counters(VLAN)["rx"]["packets"], \
        pair.server.counters(VLAN)["tx"]["packets"]
    sent = received["expected"]
    assert received["lost"] == 0
    assert sent <= after[0] - before[0] <= sent + NOISE
    if pair.portchannel == "transmit_hook=hub":
        assert sent <= after[1] - before[1] <= sent + NOISE


@hooks
def test_counters_count_segments_of_large_tcp_packets(any_pair):
    """What the interface hands down as one large packet counts as its frames."""
    pair = any_pair
    size = 16 << 20
    before = totals(pair.server_daemon.bond())
    assert tcp_transfer(pair.server, pair.switch, SWITCH, size)
    after = totals(pair.server_daemon.bond())
    frames_sent = after["members", "tx", "packets"] - before["members", "tx", "packets"]
    least = size // 1448
    assert least <= frames_sent <= least * 1.2 + NOISE


@hooks
def test_carrier_is_true(any_pair):
    """bond0 and its VLAN interface have carrier as long as one member does."""
    pair = any_pair
    try:
        for count, link in enumerate(pair.links, 1):
            link.cut()
            left = set(pair.server_names[count:])
            pair.server_daemon.wait_active(left)
            if left:
                assert pair.server.has_carrier("bond0") and pair.server.has_carrier(VLAN)
        for name in ("bond0", VLAN):
            wait_for(lambda: not pair.server.has_carrier(name), 5, f"{name} has no carrier")
            wait_for(lambda: pair.server.link(name)["operstate"] in ("DOWN", "LOWERLAYERDOWN"),
                     5, f"{name} shows that it is down")
        assert pair.server_daemon.bond()["carrier"] is False
        reasons = {member["reason"] for member in pair.server_daemon.bond()["members"]}
        assert reasons == {"no_carrier"}
    finally:
        for link in pair.links:
            link.restore()
    pair.wait_up()
    assert pair.server.has_carrier("bond0") and pair.server.has_carrier(VLAN)
    assert udp_passes(pair.server, pair.switch, SWITCH)
    assert udp_passes(pair.server, pair.switch, SWITCH_VLAN)


def test_min_links(make_pair):
    """As with the kernel's driver, in 802.3ad only."""
    pair = make_pair(links=3, options="min_links=2").up()
    pair.links[0].cut()
    pair.server_daemon.wait_active(pair.server_names[1:])
    assert pair.server.has_carrier("bond0")
    pair.links[1].cut()
    for name in ("bond0", VLAN):
        wait_for(lambda: not pair.server.has_carrier(name), 5,
                 f"{name} has no carrier with one link of the two it must have")
    pair.links[1].restore()
    for name in ("bond0", VLAN):
        wait_for(lambda: pair.server.has_carrier(name), 5, f"{name} has carrier again")
    wait_for(lambda: pair.server.ping(SWITCH, timeout_s=1, check=False), 5, "traffic passes")
