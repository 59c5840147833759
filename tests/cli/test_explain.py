# SPDX-License-Identifier: BSD-2-Clause
"""explain: one flow by the daemon, a capture without it."""

import json
import struct

import pytest
from conftest import golden, portchannel

ANSWER = {
    "bond": "bond0", "policy": "layer3+4", "hash": 12345, "bucket": 585,
    "member": "ens1f1", "backup": "ens1f0", "kernel_member": "ens1f1",
    "frame": "52:54:00:12:34:56 > 52:54:00:ab:cd:ef, IPv4 10.0.0.1 > 10.0.0.2, TCP 1000 > 80",
    "notes": [],
}


@pytest.mark.parametrize("name,changes", [
    ("same", {}),
    ("moved", {"member": "ens1f0", "backup": "ens1f2", "notes": [
        "ens1f1 is out: no carrier", "the tag of VLAN 652 is not part of the hash"]}),
    ("nowhere", {"member": None, "backup": None, "kernel_member": None}),
])
def test_flow(daemon, name, changes):
    daemon.answer("/v1/explain", dict(ANSWER, **changes))
    result = portchannel("--socket", daemon.socket, "explain", "bond0", "10.0.0.1", "10.0.0.2")
    assert (result.returncode, result.stderr) == (0, "")
    golden(f"explain_{name}.txt", result.stdout)


def test_flow_asks_with_all_that_was_given(daemon):
    daemon.answer("/v1/explain", ANSWER)
    result = portchannel("explain", "--json", "bond0", "fe80::1%x", "a&b=c", "tcp", "1000", "80", "--src-mac",
                         "52:54:00:00:00:01", "--dst-mac=52:54:00:00:00:02", "--vlan", "652",
                         "--socket", daemon.socket)
    assert result.returncode == 0
    assert json.loads(result.stdout) == ANSWER
    assert daemon.requests == [("GET", "/v1/explain", {
        "bond": "bond0", "src": "fe80::1%x", "dst": "a&b=c", "proto": "tcp", "sport": "1000",
        "dport": "80", "src_mac": "52:54:00:00:00:01", "dst_mac": "52:54:00:00:00:02", "vlan": "652"}, b"")]


def test_flow_refused(daemon):
    daemon.answer("/v1/explain", {"error": {"code": "parameter", "message":
                                            "policy layer2 needs dst_mac, which was not given"}}, 400)
    result = portchannel("--socket", daemon.socket, "explain", "bond0", "10.0.0.1", "10.0.0.2")
    assert (result.returncode, result.stdout) == (1, "")
    assert "needs dst_mac" in result.stderr


def ethernet(payload, ether_type=0x0800, source=1, destination=2):
    return bytes([0x52, 0x54, 0, 0, 0, destination, 0x52, 0x54, 0, 0, 0, source]) \
        + struct.pack("!H", ether_type) + payload


def ipv4(source, destination, protocol, payload):
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0,
                       bytes(source), bytes(destination)) + payload


TCP = ethernet(ipv4((10, 0, 0, 1), (10, 0, 0, 2), 6, struct.pack("!HH", 1000, 80) + bytes(16)))
ARP = ethernet(bytes(28), 0x0806)

# By hand, from the rules of the kernel's driver on a little-endian host.
# layer2: 2 ^ 1 ^ type. layer3+4: addresses 10.0.0.1 ^ 10.0.0.2 as bytes
# 00 00 00 03 = 0x03000000; ports 03 e8 00 50 = 0x5000e803; XOR 0x5300e803;
# ^ >> 16 (0x5300): 0x5300bb03; ^ >> 8 (0x5300bb): 0x5353bbb8; >> 1: 0x29a9dddc.
TCP_LAYER2 = 2 ^ 1 ^ 0x0800
ARP_LAYER2 = 2 ^ 1 ^ 0x0806
TCP_LAYER34 = 0x29A9DDDC
# layer2+3: 0x0803 ^ 0x03000000 = 0x03000803; ^ >> 16 (0x0300): 0x03000b03;
# ^ >> 8 (0x03000b): 0x03030b08.
TCP_LAYER23 = 0x03030B08


def pcap(frames, link_type=1, captured=None):
    data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link_type)
    for i, frame in enumerate(frames):
        kept = frame[:captured]
        data += struct.pack("<IIII", 1790000000 + i, 0, len(kept), len(frame)) + kept
    return data


def pcapng(frames):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
    data = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    data += block(1, struct.pack("<HHI", 1, 0, 262144))
    for frame in frames:
        data += block(6, struct.pack("<IIIII", 0, 0, 0, len(frame), len(frame)) + frame)
    return data


def explain(folder, data, *arguments):
    path = folder / "flows.pcap"
    path.write_bytes(data)
    return portchannel("explain", "--pcap", str(path), *arguments)


@pytest.mark.parametrize("make", [pcap, pcapng])
@pytest.mark.parametrize("policy,hashes", [
    ("layer2", [TCP_LAYER2, ARP_LAYER2]), ("layer2+3", [TCP_LAYER23, ARP_LAYER2]),
    ("layer3+4", [TCP_LAYER34, ARP_LAYER2]),
])
@pytest.mark.parametrize("members", range(1, 9))
def test_pcap(folder, make, policy, hashes, members):
    result = explain(folder, make([TCP, ARP]), "--policy", policy, "--members", str(members), "--json")
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == [
        {"number": i + 1, "hash": h, "bucket": h % 840, "member": h % members}
        for i, h in enumerate(hashes)]


def test_pcap_defaults(folder):
    result = explain(folder, pcap([TCP]), "--json")
    assert [p["hash"] for p in json.loads(result.stdout)] == [TCP_LAYER2]
    assert json.loads(result.stdout)[0]["member"] == TCP_LAYER2 % 2


def test_pcap_for_people(folder):
    result = explain(folder, pcap([TCP, ARP, TCP]), "--policy", "layer3+4", "--members", "3")
    assert result.returncode == 0
    golden("explain_pcap.txt", result.stdout)


def test_pcap_uses_the_captured_bytes_only(folder):
    # 14 + 20 bytes: no ports. The hash is that of the addresses alone:
    # 0x03000000 -> 0x03000300 -> 0x03030303 >> 1.
    result = explain(folder, pcap([TCP], captured=34), "--policy", "layer3+4", "--json")
    assert json.loads(result.stdout)[0]["hash"] == 0x01818181
    assert "1 packet was cut off" in result.stderr
    assert result.returncode == 0
    # Less than an Ethernet header: nothing to hash.
    result = explain(folder, pcap([TCP], captured=13), "--json")
    assert json.loads(result.stdout)[0]["hash"] == 0


def test_pcap_empty(folder):
    result = explain(folder, pcap([]), "--json")
    assert (result.returncode, json.loads(result.stdout)) == (0, [])


def test_pcap_broken_in_the_middle(folder):
    result = explain(folder, pcap([TCP, ARP])[:-5], "--json")
    assert result.returncode == 1
    # What could be read is whole JSON all the same.
    assert [p["number"] for p in json.loads(result.stdout)] == [1]
    assert "after packet 1" in result.stderr


@pytest.mark.parametrize("data,message", [
    (b"", "flows.pcap"), (b"x" * 100, "flows.pcap: unknown file format; expected a capture"),
    (pcap([TCP], link_type=113), "expected Ethernet"), (pcap([TCP], link_type=101), "expected Ethernet"),
])
def test_pcap_that_is_none(folder, data, message):
    result = explain(folder, data, "--json")
    assert (result.returncode, result.stdout) == (1, "")
    assert message in result.stderr


def test_pcap_that_is_not_there(folder):
    result = portchannel("explain", "--pcap", f"{folder}/none.pcap", "--json")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.count("none.pcap") == 1
    assert "No such file" in result.stderr
