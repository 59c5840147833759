# SPDX-License-Identifier: BSD-2-Clause
"""Somebody lays hands on what is the daemon's own: it is put right, or status says
what is wrong and the truth about it."""
import ctypes
import os
import struct
import subprocess

import pytest

from daemon_util import Server
from netlab import Namespace, wait_for
from netlab.tcx import BPF_TCX, SYS_BPF, tcx_programs

BPF_PROG_DETACH = 9
BPF_F_BEFORE = 1 << 3


@pytest.fixture
def server(tools):
    one = Server(tools)
    one.bond(address="10.0.0.1/24")
    one.config.vlan("bond0.7", address="10.0.7.1/24", IPV6INIT="yes", IPV6ADDR="fe80::7/64")
    one.start()
    one.wait_members(eth0="active", eth1="active")
    yield one
    one.close()


def looks(server, name):
    link = server.namespace.link(name)
    return {"up": "UP" in link["flags"], "allmulti": "ALLMULTI" in link["flags"],
            "mac": link["address"], "mtu": link["mtu"], "alias": link.get("ifalias")}


def programs(server, name):
    """How many of ours stand at the interface's ingress."""
    shown = server.namespace.run(["tc", "filter", "show", "dev", name, "ingress"]).stdout
    return shown.count("direct-action")


def status_text(server, *more):
    tool = server.daemon.tools.portchannel
    return subprocess.run([tool, "--socket", server.daemon.socket, "status", *more],
                          capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name, change", [
    ("bond0-hub", "down"), ("bond0-hub", "mtu 1300"), ("bond0-hub", "alias mine"),
    ("bond0.7-hub", "down"), ("bond0.7-hub", "mtu 1300"),
    ("eth0", "address 02:00:00:00:00:99"), ("eth0", "mtu 1300"), ("eth0", "allmulticast off"),
])
def test_changed_and_put_right(server, name, change):
    events = server.daemon.events()
    before = looks(server, name)
    server.namespace.ip(f"link set {name} {change}")
    wait_for(lambda: looks(server, name) == before, 10,
             lambda: f"{name} is {before} again: {looks(server, name)}")
    wait_for(lambda: events.of("repaired"), 5, "the event says so")
    assert name in events.of("repaired")[0]["text"]
    events.close()
    wait_for(lambda: server.daemon.bond()["carrier"], 5, "bond0 has carrier")
    assert server.daemon.bond()["troubles"] == []


def test_programs_of_a_member_taken_off(server):
    before = programs(server, "eth0")
    assert before == 1
    server.namespace.run(["tc", "qdisc", "del", "dev", "eth0", "clsact"])
    wait_for(lambda: programs(server, "eth0") == before, 10, "the program is there again")


def test_carrier_switched_on_by_hand(server):
    """A bond without links must not look as if it had some."""
    for name in ("far-eth0", "far-eth1"):
        server.namespace.ip(f"link set {name} down")
    server.wait_members(eth0="down", eth1="down")
    server.namespace.ip("link set bond0-hub up")
    wait_for(lambda: not server.namespace.has_carrier("bond0"), 10, "bond0 has no carrier again")


def test_member_set_down_is_called_that(server):
    server.namespace.ip("link set eth0 down")
    server.wait_members(eth0="down", eth1="active")
    assert server.members()["eth0"]["reason"] == "set_down"
    assert "the interface is set down; 'ip link set eth0 up'" in status_text(server)
    # A cable is another matter.
    server.namespace.ip("link set eth0 up")
    server.namespace.ip("link set far-eth1 down")
    server.wait_members(eth0="active", eth1="down")
    assert server.members()["eth1"]["reason"] == "no_carrier"


def test_member_given_to_a_bridge(server):
    own = server.members()["eth0"]["permanent_mac"]
    server.namespace.ip("link add br0 type bridge")
    server.namespace.ip("link set eth0 master br0")
    wait_for(lambda: server.members()["eth0"]["reason"] == "refused", 5, server.daemon.describe)
    assert "br0" in server.members()["eth0"]["reason_text"]
    assert server.namespace.link("eth0")["address"] == own
    assert programs(server, "eth0") == 0
    assert server.members()["eth1"]["buckets"] == 840
    server.namespace.ip("link set eth0 nomaster")
    server.wait_members(eth0="active", eth1="active")


def test_deleted_bond_is_not_blamed_on_the_files(server):
    server.namespace.ip("link del bond0")
    wait_for(lambda: not server.bonds(), 5, "the bond is gone")
    server.config.bond("bond1")
    server.daemon.reload()
    assert server.bonds() == ["bond0", "bond1"]
    server.namespace.ip("link del bond0")
    wait_for(lambda: server.bonds() == ["bond1"], 5, "the bond is gone")
    text = status_text(server)
    assert "not running (see below): bond0" in text
    assert "errors in the files" not in text


@pytest.mark.parametrize("name", ["bond0", "bond0-hub", "bond0.7-hub"])
def test_moved_away(server, guest_namespace, name):
    """Either end of a pair alone is of no use: nothing is left of it, anywhere."""
    server.namespace.ip(f"link set {name} netns {guest_namespace.name}")
    device = name.replace("-hub", "")
    wait_for(lambda: any(problem["subject"] == device for problem in server.problems()), 5,
             lambda: server.problems())
    assert set(guest_namespace.links()) == {"lo"}
    assert device not in server.namespace.links()
    assert f"{device}-hub" not in server.namespace.links()
    server.daemon.reload()
    server.wait_members(eth0="active", eth1="active")
    assert server.problems() == []
    assert server.namespace.addresses("bond0.7")[0] == "10.0.7.1/24"


@pytest.fixture
def guest_namespace(server):
    one = Namespace("guest")
    yield one
    one.close()


def test_renamed_bond(server):
    server.namespace.ip("link set bond0 down")
    server.namespace.ip("link set bond0 name other")
    server.namespace.ip("link set other up")
    server.wait_members(eth0="active", eth1="active")
    assert "somebody renamed it other" in server.daemon.bond()["troubles"][0]
    assert "! " + "somebody renamed it other" in status_text(server)
    # A new daemon knows it all the same.
    ifindex = server.namespace.link("other")["ifindex"]
    server.daemon.kill()
    server.start()
    server.wait_members(eth0="active", eth1="active")
    assert server.daemon.bond()["ifindex"] == ifindex
    server.namespace.ip("link set other down")
    server.namespace.ip("link set other name bond0")
    server.namespace.ip("link set bond0 up")
    assert server.daemon.bond()["troubles"] == []


@pytest.fixture
def full_folder(server):
    """The state's folder, with no room in it."""
    server.daemon.stop()
    folder = server.daemon.state
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", folder], check=True)
    yield folder
    server.daemon.stop()
    subprocess.run(["umount", folder], check=True)


def test_no_room_for_the_state(server, full_folder):
    with open(os.path.join(full_folder, "filler"), "wb") as handle:
        handle.write(b"x" * 4096)
    # A daemon must be able to start all the same: LACP has no time to lose.
    server.start()
    server.wait_members(eth0="active", eth1="active")
    trouble = server.daemon.bond()["troubles"][0]
    assert "No space left" in trouble
    assert trouble.split(" (")[0] in status_text(server).replace("\n  ", " ")
    assert server.daemon.log().count("state not saved") == 1
    subprocess.run(["mount", "-o", "remount,size=1m", full_folder], check=True)
    wait_for(lambda: os.path.exists(server.state_file()), 10, "it is saved once there is room")
    assert server.daemon.bond()["troubles"] == []


def test_state_that_cannot_be_written(server):
    server.daemon.stop()
    folder = server.daemon.state
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder], check=True)
    try:
        server.start()
        server.wait_members(eth0="active", eth1="active")
        assert "Read-only" in server.daemon.bond()["troubles"][0]
        # It is locked all the same.
        second = server.namespace.run([server.daemon.tools.portchanneld, "--foreground",
                                       "--config", server.config.path, "--socket",
                                       server.daemon.socket + "2", "--state", folder], check=False)
        assert second.returncode != 0 and "another portchanneld" in second.stderr
        server.daemon.stop()
    finally:
        subprocess.run(["umount", folder], check=True)


def test_removed_addresses_are_missed(server):
    server.namespace.ip("addr del 10.0.0.1/24 dev bond0")
    server.namespace.ip("addr del 10.0.7.1/24 dev bond0.7")
    assert server.daemon.bond()["troubles"] == [
        f"somebody removed {address} from {name}; 'portchannel reload' puts it back"
        for address, name in (("10.0.0.1/24", "bond0"), ("10.0.7.1/24", "bond0.7"))]
    server.daemon.reload()
    assert server.daemon.bond()["troubles"] == []
    assert server.namespace.addresses("bond0.7")[0] == "10.0.7.1/24"


@pytest.mark.parametrize("name", ["bond0-hub", "bond0.7-hub"])
def test_program_of_a_hub_taken_off(server, name):
    if not tcx_programs(server.namespace, "bond0-hub", "ingress"):
        pytest.skip("this kernel has no tcx")
    wait_for(lambda: tcx_programs(server.namespace, name, "ingress"), 5, "it stands there")
    events = server.daemon.events()
    tcx_take_off(server.namespace, name, "ingress")
    wait_for(lambda: [event["text"] for event in events.of("repaired")]
             == [f"{name} had lost its program: put right"], 10, lambda: events.list)
    wait_for(lambda: tcx_programs(server.namespace, name, "ingress"), 5, "and again")
    events.close()


def tcx_take_off(namespace, name, direction):
    """Takes the first program away, as `bpftool net detach` does."""
    request = struct.pack("IIII", namespace.link(name)["ifindex"], 0, BPF_TCX[direction],
                          BPF_F_BEFORE) + bytes(16)
    buffer = ctypes.create_string_buffer(request, len(request))
    assert namespace.call(ctypes.CDLL(None).syscall, SYS_BPF, BPF_PROG_DETACH, buffer,
                          len(request)) == 0


def test_vlan_moved_into_a_container(server):
    """It goes on working there, and is made anew once the container is gone."""
    def vlan():
        found = [one for one in server.daemon.bond("bond0")["vlans"] if one["name"] == "bond0.7"]
        return found[0] if found else None

    events = server.daemon.events()
    assert vlan()["elsewhere"] is False
    guest = Namespace("guest")
    try:
        server.namespace.ip(f"link set bond0.7 netns {guest.name}")
        wait_for(lambda: vlan()["elsewhere"], 5, "status says so")
        assert vlan()["ifindex"] == 0 and vlan()["hub"] == "bond0.7-hub"
        wait_for(lambda: events.of("vlan_moved", member="bond0.7"), 5, "an event says so")
        guest.ip("link set bond0.7 up")
        wait_for(lambda: guest.has_carrier("bond0.7"), 5, "it has carrier there")
        ifindex = guest.link("bond0.7")["ifindex"]
        server.daemon.kill()
        server.daemon.start()
        assert vlan()["elsewhere"]
        assert guest.link("bond0.7")["ifindex"] == ifindex
    finally:
        guest.close()
    wait_for(lambda: vlan() is None, 5, "it went with the container")
    assert any("somebody deleted bond0.7" in one["message"] for one in server.problems())
    server.daemon.request("POST", "/v1/reload", {})
    assert not vlan()["elsewhere"]
    assert "10.0.7.1/24" in server.namespace.addresses("bond0.7")


def test_vlan_comes_back_from_another_namespace(server):
    events = server.daemon.events()
    guest = Namespace("guest")
    try:
        server.namespace.ip(f"link set bond0.7 netns {guest.name}")
        wait_for(lambda: events.of("vlan_moved"), 5, "it's gone")
        guest.run(["ip", "link", "set", "bond0.7", "netns", server.namespace.name])
        wait_for(lambda: events.of("vlan_back"), 5, "it's noticed")
    finally:
        guest.close()
    one = server.daemon.bond("bond0")["vlans"][0]
    assert one["ifindex"] == server.namespace.link("bond0.7")["ifindex"]


def test_bond_deleted_and_forgotten_while_no_daemon_ran(server):
    """Its members are theirs again with the next start, whatever the files say."""
    server.daemon.kill()
    server.namespace.ip("link del bond0")
    for name in ("bond0", "bond0.7", "eth0", "eth1"):
        server.config.remove(name)
    assert "member of bond0" in server.namespace.link("eth0")["ifalias"]
    server.daemon.start()
    wait_for(lambda: not server.namespace.link("eth0").get("ifalias"), 5, "eth0 is let go")
    wait_for(lambda: server.namespace.link("bond0.7") is None, 5, "bond0.7 is gone")
    assert programs(server, "eth0") == programs(server, "eth1") == 0
