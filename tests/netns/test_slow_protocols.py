# SPDX-License-Identifier: BSD-2-Clause
"""What comes in slow-protocols frames on a real link: markers are answered, and
garbage neither stops the daemon nor moves a link (802.1AX-2014 clauses 6.4, 6.5)."""
import os
import random
import struct

from netlab import Stream
from netlab.pair import SWITCH
from netlab.probe import ethernet, frames, packet_socket, send_frame
from netlab.wait import wait_for

SLOW = 0x8809
GROUP = "01:80:c2:00:00:02"
SUBTYPE_LACP, SUBTYPE_MARKER = 1, 2
MARKER_INFORMATION, MARKER_RESPONSE = 1, 2
PDU_SIZE = 110  # after the EtherType


def marker(kind, transaction):
    requester = struct.pack("!H6sI2x", 1, bytes.fromhex("020000000099"), transaction)
    return (bytes([SUBTYPE_MARKER, 1, kind, 16]) + requester).ljust(PDU_SIZE, b"\0")


def test_marker_is_answered(pair):
    """With the same content, as a response, on the same link."""
    name = pair.switch_names[1]
    asked = marker(MARKER_INFORMATION, 0x12345678)
    with packet_socket(pair.switch, name) as sniffer:
        send_frame(pair.switch, name, ethernet(GROUP, "02:00:00:00:00:99", SLOW, asked))
        answer = frames(sniffer, lambda data, vlan, outgoing: not outgoing
                        and data[12:15] == struct.pack("!HB", SLOW, SUBTYPE_MARKER))
    assert answer[14:14 + PDU_SIZE] == marker(MARKER_RESPONSE, 0x12345678)
    assert answer[:6] == bytes.fromhex(GROUP.replace(":", ""))
    lacp = pair.server_daemon.members()[pair.server_names[1]]["lacp"]
    assert lacp["markers_received"] >= 1
    assert lacp["markers_answered"] == lacp["markers_received"]


def garbage():
    """Frames that are no LACPDU: cut off, lengths that lie, unknown subtypes, noise."""
    chance = random.Random(802)
    yield b""
    for size in (1, 2, 4, 20, 40, 100, 1400):
        yield bytes([SUBTYPE_LACP]) + os.urandom(size - 1)
    # Actor and partner information of another length than 20; what type they say
    # they are, and of which version, a receiver must not look at (clause 6.4.12).
    for length in (0, 1, 19, 21, 255):
        yield bytes([SUBTYPE_LACP, 1, 1, length]) + bytes(PDU_SIZE - 4)
        yield (bytes([SUBTYPE_LACP, 1, 1, 20]) + bytes(18)
               + bytes([2, length])).ljust(PDU_SIZE, b"\0")
    for length in (0, 15, 17, 255):
        yield bytes([SUBTYPE_MARKER, 1, MARKER_INFORMATION, length]) + bytes(PDU_SIZE - 4)
    for subtype in (0, 3, 10, 11, 255):
        yield bytes([subtype]) + os.urandom(PDU_SIZE - 1)
    for _ in range(200):
        size = chance.randrange(2, 200)
        yield bytes([chance.choice((1, 2, chance.randrange(256))), chance.randrange(256), 9]) \
            + chance.randbytes(size)


def test_garbage_changes_nothing(pair):
    stream = Stream(pair, SWITCH, flows=300, rate=10000)
    stream.more(500)
    events = pair.server_daemon.events()
    for payload in garbage():
        for name in pair.switch_names:
            send_frame(pair.switch, name, ethernet(GROUP, "02:00:00:00:00:98", SLOW, payload))
    for name in pair.server_names:
        wait_for(lambda: pair.server_daemon.members()[name]["lacp"]["lacpdus_bad"] > 20, 10,
                 lambda: f"they are counted: {pair.server_daemon.members()[name]['lacp']}")
    stream.more(1000)
    received, paths = stream.finish()
    assert received["lost"] == 0 and paths.steady() == 300
    assert pair.server_daemon.active() == set(pair.server_names)
    flaps = events.of("mux") + events.of("selected") + events.of("partner")
    events.close()
    assert flaps == []
