# SPDX-License-Identifier: BSD-2-Clause
"""NICs that come, go, change their name, or are not what the files say; and what
somebody does to interfaces that are ours."""
import pytest

from daemon_util import LACP, Server
from netlab import wait_for


@pytest.fixture
def server(tools):
    one = Server(tools)
    yield one
    one.close()


def test_absent_then_there(server):
    server.bond(members=("eth0", "late"))
    server.start()
    server.wait_members(eth0="active", late="absent")
    late = server.members()["late"]
    assert (late["ifindex"], late["carrier"], late["reason"]) == (0, False, "absent")
    assert late["speed_mbps"] is None
    server.make_link("late")
    server.wait_members(eth0="active", late="active")


def test_bond_of_absent_members_only(server):
    server.bond(members=("late", "later"), address="10.0.0.1/24")
    server.start()
    server.wait_members(late="absent", later="absent")
    assert server.daemon.bond()["carrier"] is False
    mac = "02:00:00:00:00:77"
    server.make_link("late", mac)
    server.wait_members(late="active", later="absent")
    # The first member gives the bond its address.
    assert server.daemon.bond()["mac"] == mac
    assert server.daemon.bond()["carrier"] is True


def test_vanished_and_back(server):
    server.bond(members=("eth0", "eth1"))
    server.start()
    events = server.daemon.events()
    server.namespace.ip("link del eth1")
    server.wait_members(eth0="active", eth1="absent")
    assert server.members()["eth0"]["buckets"] == 840
    server.make_link("eth1")
    server.wait_members(eth0="active", eth1="active")
    wait_for(lambda: events.of("member_removed", member="eth1")
             and events.of("member_added", member="eth1"), 5, lambda: events.list)
    events.close()
    assert server.members()["eth1"]["slot"] == 1


def test_renamed_member_stays(server):
    server.bond(members=("eth0", "eth1"))
    server.start()
    before = server.look("eth1")["eth1"]["filters"]
    server.namespace.ip("link set eth1 name other")
    wait_for(lambda: "other" in server.members(), 5, server.daemon.describe)
    member = server.members()["other"]
    assert (member["state"], member["slot"], member["configured_name"]) == ("active", 1, "eth1")
    assert server.look("other")["other"]["filters"] == before
    # Reading the files again leaves it there, too.
    assert server.daemon.reload()["changes"] == []
    assert server.members()["other"]["state"] == "active"


def test_renamed_member_makes_place_for_who_has_the_name(server):
    server.bond(members=("eth0", "eth1"))
    server.start()
    server.namespace.ip("link set eth1 name old")
    server.namespace.ip("link set eth2 name eth1")
    server.wait_members(eth0="active", eth1="active")
    assert server.members()["eth1"]["ifindex"] == server.namespace.link("eth1")["ifindex"]
    assert server.namespace.link("old").get("ifalias") is None


def test_members_exchange_names(server):
    server.bond(members=("eth0", "eth1"))
    server.start()
    before = {m["ifindex"]: m["slot"] for m in server.members().values()}
    events = server.daemon.events()
    for old, new in (("eth0", "temporary"), ("eth1", "eth0"), ("temporary", "eth1")):
        server.namespace.ip(f"link set {old} name {new}")
    wait_for(lambda: {name: m["ifindex"] for name, m in server.members().items()}
             == {name: server.namespace.link(name)["ifindex"] for name in ("eth0", "eth1")},
             5, server.daemon.describe)
    assert {m["ifindex"]: m["slot"] for m in server.members().values()} == before
    events.close()
    assert not events.of("member_removed")
    assert server.daemon.reload()["changes"] == []
    assert not events.of("member_removed")


def test_nic_that_gets_a_wanted_name_is_taken_in(server):
    server.bond(members=("eth0", "wanted"))
    server.start()
    server.namespace.ip("link set eth3 name wanted")
    server.wait_members(eth0="active", wanted="active")


def test_hwaddr(server):
    server.bond(members=("eth0",))
    server.config.member("eth1", "bond0", HWADDR="02:00:00:00:00:01")
    server.start()
    refused = server.members()["eth1"]
    assert (refused["state"], refused["reason"], refused["present"]) == ("down", "refused", True)
    assert "HWADDR" in refused["reason_text"] and "02:00:00:00:00:01" in refused["reason_text"]
    assert server.namespace.link("eth1").get("ifalias") is None
    # Another NIC of that name is the right one.
    server.namespace.ip("link del eth1")
    server.make_link("eth1", "02:00:00:00:00:01")
    server.wait_members(eth0="active", eth1="active")
    # The file changes its mind.
    server.config.member("eth1", "bond0", HWADDR="02:00:00:00:00:02")
    server.daemon.reload()
    assert server.members()["eth1"]["reason"] == "refused"
    assert server.namespace.link("eth1").get("ifalias") is None


def test_member_of_a_bridge_is_refused_until_it_leaves(server):
    server.namespace.ip("link add br0 type bridge")
    server.namespace.ip("link set eth1 master br0")
    server.bond(members=("eth0", "eth1"))
    server.start()
    assert server.members()["eth1"]["reason"] == "refused"
    assert server.namespace.link("eth1")["master"] == "br0"
    server.wait_members(eth0="active", eth1="down")
    server.namespace.ip("link set eth1 nomaster")
    server.wait_members(eth0="active", eth1="active")


def test_member_set_down_by_hand(server):
    server.bond(members=("eth0", "eth1"))
    server.start()
    server.namespace.ip("link set eth0 down")
    server.wait_members(eth0="down", eth1="active")
    server.namespace.ip("link set eth0 up")
    server.wait_members(eth0="active", eth1="active")


def test_somebody_deletes_the_bond(server):
    looked = server.look("eth0", "eth1")
    server.bond(members=("eth0", "eth1"), address="10.0.0.1/24")
    server.config.vlan("bond0.5", "10.0.5.1/24")
    server.start()
    server.namespace.ip("link del bond0")
    wait_for(lambda: server.bonds() == [], 5, "the bond is gone")
    assert [p["subject"] for p in server.problems()] == ["bond0"]
    assert server.look("eth0", "eth1") == looked
    assert server.namespace.link("bond0.5") is None
    server.daemon.reload()
    server.wait_members(eth0="active", eth1="active")
    assert server.problems() == []
    assert server.daemon.bond()["vlans"][0]["name"] == "bond0.5"


def test_somebody_deletes_a_vlan_interface(server):
    server.bond(members=("eth0",))
    server.config.vlan("bond0.5", "10.0.5.1/24")
    server.config.vlan("bond0.6", "10.0.6.1/24")
    server.start()
    server.namespace.ip("link del bond0.5")
    wait_for(lambda: [v["name"] for v in server.daemon.bond()["vlans"]] == ["bond0.6"], 5,
             "the VLAN interface is gone")
    assert [p["subject"] for p in server.problems()] == ["bond0.5"]
    server.daemon.reload()
    assert sorted(v["name"] for v in server.daemon.bond()["vlans"]) == ["bond0.5", "bond0.6"]
    assert server.namespace.addresses("bond0.5")[0] == "10.0.5.1/24"


def test_address_of_the_bond_is_lacps_system(server):
    server.bond(members=("eth0", "eth1"), options=LACP)
    server.start()
    server.namespace.ip("link set bond0 address 02:00:00:00:00:aa")
    wait_for(lambda: server.daemon.bond()["lacp"]["actor"]["system"] == "02:00:00:00:00:aa", 5,
             server.daemon.bond)
    assert server.namespace.link("eth0")["address"] == "02:00:00:00:00:aa"


def test_flood_of_news_is_survived(server):
    """More link events than the socket holds: afterwards all is true again."""
    server.bond(members=("eth0", "eth1"))
    server.start()
    lines = []
    for i in range(400):
        lines += [f"link add flood{i} type veth peer name flooded{i}"]
    lines += [f"link set flood{i} up" for i in range(400)]
    lines += [f"link set flood{i} mtu {1400 + i % 50}" for i in range(400)]
    server.namespace.run(["ip", "-batch", "-"], input_text="\n".join(lines) + "\n")
    server.namespace.ip("link set far-eth0 down")
    server.wait_members(eth0="down", eth1="active")
    assert server.daemon.status()["daemon"]["loop_latency_max_us"] < 2_000_000
