# SPDX-License-Identifier: BSD-2-Clause
"""The engine takes over what another process left."""
import json

from engine_util import ADDRESS, VLAN_ADDRESS, program, snapshot
from netlab import Receiver, Sender


def test_kill_and_takeover_lose_nothing(wired):
    wired.both()
    server = wired.server
    server.engine("follow")  # the VLAN hub's program takes its final place
    before = snapshot(server.namespace)
    status = server.engine("status")
    programs = {name: program(server.namespace, name)
                for name in ("ens1f0", "ens1f1", "bond0-hub", "bond0.652-hub")}
    assert all(programs.values()), programs
    counters = server.engine("counters")
    receiver = Receiver(wired.switch.namespace, ADDRESS["switch"], idle_ms=500)
    sender = Sender(server.namespace, ADDRESS["switch"], flows=100, rate=10000, count=10000)
    for _ in range(3):
        server.engine.kill()
        assert server.reopen()["taken_over"]
        for slot, name in enumerate(server.members):
            server.engine(f"member {slot} {name}")
        server.engine("change")
        server.engine("follow")
    sender.result()
    assert receiver.result()["received"] == 10000
    after = server.engine("status")
    assert after["buckets"] == status["buckets"]
    assert [slot["flags"] for slot in after["slots"]] == [s["flags"] for s in status["slots"]]
    assert after["vlans"] == status["vlans"]
    assert snapshot(server.namespace) == before
    assert {name: program(server.namespace, name) for name in programs} == programs
    assert (server.engine("counters")["members"][0]["tx_packets"]
            > counters["members"][0]["tx_packets"])


def test_takeover_replaces_other_programs(wired):
    """A process that reads no carrier takes over from one that does, and back."""
    wired.both()
    server = wired.server
    first = program(server.namespace, "bond0-hub")
    buckets = server.engine("status")["buckets"]
    for arguments in (("--no-carrier-read",), ()):
        server.engine.kill()
        assert server.reopen(*arguments)["taken_over"]
        assert server.engine("status")["buckets"] == buckets
        assert program(server.namespace, "bond0-hub") != first
        first = program(server.namespace, "bond0-hub")
        assert server.namespace.ping(ADDRESS["switch"])
        assert server.namespace.ping(VLAN_ADDRESS["switch"])


def table_map_id(namespace, name):
    """The id of pc_table, found as anybody would, by bpftool."""
    number = program(namespace, name)
    shown = json.loads(namespace.run(f"bpftool -j prog show id {number}").stdout)
    for map_id in shown["map_ids"]:
        found = json.loads(namespace.run(f"bpftool -j map show id {map_id}").stdout)
        if found.get("name") == "pc_table":
            return map_id, found["bytes_value"]
    return None


def test_takeover_from_another_version(wired):
    """Another layout: new maps are filled from the old, traffic goes on."""
    wired.both()
    server = wired.server
    map_id, size = table_map_id(server.namespace, "bond0-hub")
    dump = json.loads(server.namespace.run(f"bpftool -j map dump id {map_id}").stdout)
    value = [int(byte, 16) for byte in dump[0]["value"]]
    assert len(value) == size and value[:4] == [1, 0, 0, 0]
    server.engine.kill()
    value[0] = 77
    server.namespace.run(f"bpftool map update id {map_id} key 0 0 0 0 value "
                         + " ".join(str(byte) for byte in value))
    assert server.reopen()["taken_over"]
    assert table_map_id(server.namespace, "bond0-hub")[0] != map_id
    status = server.engine("status")
    assert [slot["buckets"] for slot in status["slots"][:2]] == [420, 420]
    assert [slot["flags"] for slot in status["slots"][:2]] == [3, 3]
    assert [vlan["name"] for vlan in status["vlans"]] == ["bond0.652"]
    assert server.namespace.ping(ADDRESS["switch"])
    assert server.namespace.ping(VLAN_ADDRESS["switch"])


def test_takeover_notices_what_has_gone(wired):
    wired.both()
    server = wired.server
    server.engine.kill()
    server.namespace.ip("link del ens1f1")
    server.namespace.ip("link del bond0.652")
    assert server.reopen()["taken_over"]
    status = server.engine("status")
    assert status["vlans"] == []
    assert status["slots"][1]["ifindex"] != 0
    server.engine("release 1")
    assert server.engine("status")["slots"][1]["ifindex"] == 0
    assert not server.engine("vlan bond0.652 652")["taken_over"]


def test_takeover_with_the_device_hook(wired):
    wired.both(options="hook=device")
    server = wired.server
    number = program(server.namespace, "bond0", "egress")
    server.engine.kill()
    assert server.reopen(options="hook=device")["taken_over"]
    server.engine("change hook=device")
    assert program(server.namespace, "bond0", "egress") == number
    server.engine("change hook=hub")
    assert program(server.namespace, "bond0", "egress") is None
    assert program(server.namespace, "bond0.652", "egress") is None
    assert server.namespace.ping(VLAN_ADDRESS["switch"])
