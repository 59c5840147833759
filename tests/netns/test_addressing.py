# SPDX-License-Identifier: BSD-2-Clause
"""Addresses: is one in use, and who holds it now. The frames are looked at as they
arrive at a neighbour."""
import ipaddress
import os
import select
import socket
import struct
import threading
import time

import pytest
from addressing_util import Addressing
from netlab import Namespace, wait_for

ETH_P_ALL, ETH_P_ARP, ETH_P_IPV6 = 3, 0x0806, 0x86dd
BROADCAST = b"\xff" * 6
OTHER_MAC = bytes.fromhex("02aabbccddee")
SOL_PACKET, PACKET_AUXDATA, SO_RCVBUFFORCE = 263, 8, 33


class Neighbour:
    """Hears all on an interface, tags included, and may answer."""

    def __init__(self, namespace, interface):
        self.socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind((interface, ETH_P_ALL))
        self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
        self.heard = []
        self.answer = None
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while not self._ends.is_set():
            if not select.select([self.socket], [], [], 0.05)[0]:
                continue
            try:
                frame, control, _, origin = self.socket.recvmsg(2048, 256)
            except OSError:  # the interface was set down
                continue
            if origin[2] == socket.PACKET_OUTGOING:
                continue
            vid = 0
            for level, kind, data in control:
                if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
                    status, _, _, _, _, tci, _ = struct.unpack("IIIHHHH", data)
                    vid = tci & 0xfff if status & 0x10 else 0
            self.heard.append((vid, frame))
            if self.answer:
                self.answer(vid, frame)

    def arps(self):
        return [(vid, arp(frame)) for vid, frame in list(self.heard)
                if frame[12:14] == b"\x08\x06"]

    def send(self, frame):
        self.socket.send(frame)

    def close(self):
        self._ends.set()
        self._thread.join()
        self.socket.close()


def arp(frame):
    """(operation, sender MAC, sender, target) of an ARP frame."""
    operation, = struct.unpack("!H", frame[20:22])
    return (operation, frame[22:28], socket.inet_ntoa(frame[28:32]),
            socket.inet_ntoa(frame[38:42]))


def arp_frame(operation, mac, sender, target, to=BROADCAST, vid=0):
    tag = struct.pack("!HH", 0x8100, vid) if vid else b""
    return (to + mac + tag + struct.pack("!HHHBBH", ETH_P_ARP, 1, 0x0800, 6, 4, operation) + mac
            + socket.inet_aton(sender) + b"\0" * 6 + socket.inet_aton(target))


class Pair:
    """a0 of the one that asks, b0 of its neighbour."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.asker, self.other = Namespace("asker"), Namespace("neighbour")
        self.asker.ip(f"link add a0 type veth peer name b0 netns {self.other.name}")
        self.asker.ip("link set a0 up")
        self.other.ip("link set b0 up")
        self.tool = Addressing(self.asker, self.folder)
        self.neighbour = Neighbour(self.other, "b0")
        self.mac = bytes.fromhex(self.asker.link("a0")["address"].replace(":", ""))

    def restart_tool(self):
        self.tool.close()
        self.tool = Addressing(self.asker, self.folder)

    def close(self):
        self.neighbour.close()
        self.tool.close()
        self.asker.close()
        self.other.close()


@pytest.fixture
def pair(tmp_path):
    made = Pair(tmp_path)
    yield made
    made.close()


def test_a_host_that_holds_it_answers(pair):
    pair.other.ip("address add 10.1.1.5/24 dev b0")
    holder = pair.other.link("b0")["address"]
    answer = pair.tool("probe a0 0 10.1.1.4 3")
    assert answer["held"] == {"10.1.1.5": holder} and answer["asked"] == 3
    assert 500 <= answer["ms"] < 5000
    asked = pair.neighbour.arps()
    for address in ("10.1.1.4", "10.1.1.6"):
        assert asked.count((0, (1, pair.mac, "0.0.0.0", address))) == 2
    # Who answered isn't asked again.
    assert asked.count((0, (1, pair.mac, "0.0.0.0", "10.1.1.5"))) == 1


def test_what_is_an_answer(pair):
    us = pair.mac

    def answer(vid, frame):
        if frame[12:14] != b"\x08\x06":
            return
        target = arp(frame)[3]
        pair.neighbour.send({
            "10.1.1.1": arp_frame(2, OTHER_MAC, target, "0.0.0.0", to=us),
            "10.1.1.2": arp_frame(1, OTHER_MAC, target, "10.1.1.99"),
            "10.1.1.3": arp_frame(1, OTHER_MAC, target, target),
            "10.1.1.4": arp_frame(1, OTHER_MAC, "0.0.0.0", target),
            # None: our own frame come back, a switch that looks after its hosts,
            # somebody who asks for it, another tag, not ARP for IPv4, cut short.
            "10.1.1.11": arp_frame(1, us, "0.0.0.0", target),
            "10.1.1.12": arp_frame(1, OTHER_MAC, "0.0.0.0", target, to=us),
            "10.1.1.13": arp_frame(1, OTHER_MAC, "10.1.1.99", target),
            "10.1.1.14": arp_frame(2, OTHER_MAC, target, "0.0.0.0", to=us, vid=5),
            "10.1.1.15": arp_frame(2, OTHER_MAC, target, "0.0.0.0").replace(
                b"\x08\x06\x00\x01", b"\x08\x06\x00\x06"),
            "10.1.1.16": arp_frame(2, OTHER_MAC, target, "0.0.0.0")[:-1],
        }.get(target, arp_frame(2, us, target, "0.0.0.0")))

    pair.neighbour.answer = answer
    assert sorted(pair.tool("probe a0 0 10.1.1.0 20")["held"]) == [
        "10.1.1.1", "10.1.1.2", "10.1.1.3", "10.1.1.4"]


def test_another_interface_of_ours_is_nobody_else(pair):
    """Two of our interfaces on one network: the kernel answers for all its addresses."""
    pair.other.ip("link add br0 type bridge")
    pair.asker.ip(f"link add a1 type veth peer name b1 netns {pair.other.name}")
    pair.asker.ip("address add 10.1.1.5/24 dev a1")
    pair.asker.ip("link set a1 up")
    for name in ("b0", "b1", "br0"):
        if name != "br0":
            pair.other.ip(f"link set {name} master br0")
        pair.other.ip(f"link set {name} up")
    assert pair.tool("probe a0 0 10.1.1.5")["held"] == {}
    replies = [each for _, each in pair.neighbour.arps() if each[0] == 2]
    assert not replies or replies[0][2] == "10.1.1.5"


def test_with_a_tag_through_the_parent(pair):
    def answer(vid, frame):
        if frame[12:14] == b"\x08\x06" and vid == 652:
            target = arp(frame)[3]
            pair.neighbour.send(arp_frame(2, OTHER_MAC, target, "0.0.0.0", to=pair.mac,
                                          vid=652 if target == "10.1.1.5" else 653))

    pair.neighbour.answer = answer
    answer = pair.tool("probe a0 652 10.1.1.5 2")
    assert answer["held"] == {"10.1.1.5": "02:aa:bb:cc:dd:ee"} and answer["asked"] == 2
    assert (652, (1, pair.mac, "0.0.0.0", "10.1.1.6")) in pair.neighbour.arps()


@pytest.mark.parametrize("change", ["link set a0 down", "link set a0 arp off", None])
def test_where_nobody_can_be_asked(pair, change):
    pair.other.ip("address add 10.1.1.5/24 dev b0")
    if change:
        pair.asker.ip(change)
    else:
        pair.other.ip("link set b0 down")
    answer = pair.tool("probe a0 0 10.1.1.5")
    assert answer["asked"] == 0 and answer["held"] == {} and answer["ms"] < 400
    assert pair.tool("probe gone 0 10.1.1.5")["asked"] == 0


def test_thousands_at_once(pair):
    pair.other.ip("address add 10.1.5.5/16 dev b0")
    answer = pair.tool("probe a0 0 10.1.0.1 4000")
    assert answer["held"] == {"10.1.5.5": pair.other.link("b0")["address"]}
    assert answer["asked"] == 4000 and answer["ms"] < 5000
    asked = {each[3] for _, each in pair.neighbour.arps() if each[2] == "0.0.0.0"}
    assert len(asked) == 4000


def test_announcements(pair):
    pair.asker.ip("address add 10.1.1.5/24 dev a0")
    pair.asker.ip("address add fd00::5/64 dev a0 nodad")
    pair.neighbour.heard.clear()
    pair.tool("announce a0")
    pair.tool("run 3500")
    assert pair.neighbour.arps().count((0, (1, pair.mac, "10.1.1.5", "10.1.1.5"))) == 3
    told = [frame for _, frame in pair.neighbour.heard
            if frame[12:14] == b"\x86\xdd" and frame[54] == 136]
    addresses = {str(ipaddress.IPv6Address(frame[62:78])) for frame in told}
    assert "fd00::5" in addresses and len(addresses) == 2, "and the link-local one"
    for frame in told:
        assert frame[:6] == bytes.fromhex("333300000001") and frame[6:12] == pair.mac
        assert frame[21] == 255 and frame[58] == 0x20, "override, not from a router"
        assert frame[38:54] == socket.inet_pton(socket.AF_INET6, "ff02::1")
        assert frame[78:80] == b"\x02\x01" and frame[80:86] == pair.mac
    assert len([f for f in told if f[62:78] == socket.inet_pton(socket.AF_INET6, "fd00::5")]) == 3


def test_neighbours_believe_announcements(pair):
    """Checksums and all: the neighbour's kernel takes the new MAC."""
    pair.asker.ip("address add 10.1.1.5/24 dev a0")
    pair.asker.ip("address add fd00::5/64 dev a0 nodad")
    pair.other.ip("address add 10.1.1.6/24 dev b0")
    pair.other.ip("address add fd00::6/64 dev b0 nodad")
    for address in ("10.1.1.5", "fd00::5"):
        pair.other.ip(f"neighbour add {address} lladdr 02:00:00:00:00:77 dev b0 nud stale")
    pair.tool("announce a0")
    pair.tool("run 100")
    shown = pair.other.ip("neighbour show dev b0")
    mac = pair.asker.link("a0")["address"]
    assert f"10.1.1.5 lladdr {mac}" in shown and f"fd00::5 lladdr {mac}" in shown, shown


def test_a_router_says_that_it_is_one(pair):
    pair.asker.ip("address add fd00::5/64 dev a0 nodad")
    pair.asker.sysctl("net/ipv6/conf/a0/forwarding", 1)
    pair.tool("announce a0")
    pair.tool("run 100")
    told = [frame for _, frame in pair.neighbour.heard
            if frame[12:14] == b"\x86\xdd" and frame[54] == 136]
    assert told and all(frame[58] == 0xa0 for frame in told)


def test_an_address_put_without_carrier_is_asked_for_when_it_comes(pair):
    pair.other.ip("address add 10.1.1.5/24 dev b0")
    pair.other.ip("link set b0 down")
    wait_for(lambda: not pair.asker.has_carrier("a0"), 5, lambda: "a0 has no carrier")
    assert pair.tool("probe a0 0 10.1.1.5 2")["asked"] == 0
    pair.asker.ip("address add 10.1.1.5/24 dev a0")
    pair.asker.ip("address add 10.1.1.6/24 dev a0")
    assert pair.tool("run 300")["events"] == []
    pair.other.ip("link set b0 up")
    events = []
    deadline = time.monotonic() + 15
    while not events and time.monotonic() < deadline:
        events = pair.tool("run 200")["events"]
    assert [(each["event"], each["member"]) for each in events] == [("address_in_use", "a0")]
    assert pair.other.link("b0")["address"] in events[0]["text"]
    assert "10.1.1.5" in events[0]["text"]
    assert "10.1.1.5/24" in pair.asker.addresses("a0")
    # The next one of us asks again, as long as there is something to ask for.
    pair.restart_tool()
    wait_for(lambda: [each["event"] for each in pair.tool("run 200")["events"]] ==
             ["address_in_use"], 15, lambda: "it is asked for again")
    assert os.listdir(pair.folder) == ["address-conflicts.json"]
    pair.other.ip("address delete 10.1.1.5/24 dev b0")
    pair.restart_tool()
    assert pair.tool("run 1500")["events"] == []
    wait_for(lambda: pair.tool("run 100") and not os.listdir(pair.folder), 5,
             lambda: os.listdir(pair.folder))


def test_the_kernel_finds_a_duplicate(pair):
    pair.asker.sysctl("net/ipv6/conf/a0/accept_dad", 1)
    pair.other.ip("address add fd00::5/64 dev b0 nodad")
    pair.asker.ip("address add fd00::5/64 dev a0")
    events = []
    deadline = time.monotonic() + 15
    while not events and time.monotonic() < deadline:
        events = pair.tool("run 200")["events"]
    assert events[0]["event"] == "address_in_use" and "fd00::5" in events[0]["text"]


def test_router_advertisements_heeded_or_not(pair):
    def settings():
        return [pair.asker.sysctl(f"net/ipv6/conf/a0/{key}")
                for key in ("accept_ra", "autoconf", "accept_redirects")]

    assert settings() == ["1", "1", "1"]
    assert pair.tool("ipv6 a0 on") == {"fit": True, "former": 1}
    assert pair.tool("ipv6 a0 off") == {"fit": False, "former": 1}
    assert settings() == ["0", "0", "0"]
    assert pair.tool("ipv6 a0 off")["fit"]
    pair.neighbour.heard.clear()
    pair.tool("ipv6 a0 on")
    assert settings() == ["1", "1", "1"]
    pair.tool("run 100")
    # A router is asked at once.
    solicited = [frame for _, frame in pair.neighbour.heard
                 if frame[12:14] == b"\x86\xdd" and frame[54] == 133]
    assert solicited[0][:6] == bytes.fromhex("333300000002")
    assert solicited[0][62:64] == b"\x01\x01" and solicited[0][64:70] == pair.mac
    pair.asker.sysctl("net/ipv6/conf/a0/forwarding", 1)
    assert not pair.tool("ipv6 a0 on")["fit"]
    assert settings()[0] == "2"
    pair.asker.sysctl("net/ipv6/conf/a0/accept_ra", 0)
    assert pair.tool("ipv6 a0 undo")["former"] == 0
    assert settings()[0] == "0"
    # None of its settings: no error, and nothing to undo.
    assert pair.tool("ipv6 gone on") == {"fit": True, "former": 0}
