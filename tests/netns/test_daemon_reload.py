# SPDX-License-Identifier: BSD-2-Clause
"""Reading the files again applies the difference, and nothing else."""
import os

import pytest

from daemon_util import LACP, XOR, Server
from netlab import wait_for


@pytest.fixture
def server(tools):
    one = Server(tools)
    yield one
    one.close()


def test_nothing_changed(server):
    server.bond(address="10.0.0.1/24")
    server.config.vlan("bond0.5", "10.0.5.1/24")
    server.start()
    before = server.look("bond0", "bond0-hub", "eth0", "eth1", "bond0.5", "bond0.5-hub")
    assert server.daemon.reload() == {"problems": [], "changes": []}
    assert server.look(*before) == before


def test_sighup_is_a_reload(server):
    server.bond()
    server.start()
    server.bond(options=XOR.replace("layer3+4", "layer2+3"))
    events = server.daemon.events()
    server.daemon.hang_up()
    wait_for(lambda: events.of("reloaded"), 10, "the reload is told of")
    events.close()
    assert server.daemon.bond()["xmit_hash_policy"] == "layer2+3"


def test_options_of_one_bond_leave_the_other_alone(server):
    server.bond("bond0", ("eth0", "eth1"), address="10.0.0.1/24")
    server.bond("bond1", ("eth2", "eth3"), address="10.0.1.1/24")
    server.start()
    before = server.look("bond0", "bond0-hub", "eth0", "eth1")
    server.bond("bond1", ("eth2", "eth3"), XOR.replace("layer3+4", "layer2"),
                address="10.0.1.1/24")
    changes = server.daemon.reload()["changes"]
    assert changes == ["bond1: xmit_hash_policy layer3+4 -> layer2"]
    assert server.look(*before) == before


def test_lacp_rate_keeps_members_and_buckets(server):
    server.bond(options=LACP)
    server.start()
    before = server.look("bond0", "eth0", "eth1")
    server.bond(options=LACP + " lacp_rate=fast")
    assert server.daemon.reload()["changes"] == ["bond0: lacp_rate slow -> fast"]
    assert server.daemon.bond()["lacp"]["rate"] == "fast"
    assert "short_timeout" in server.members()["eth0"]["lacp"]["actor"]["state"]
    assert server.look(*before) == before


def test_mode_changes_in_place(server):
    server.bond(options=XOR)
    server.start()
    ifindex = server.daemon.bond()["ifindex"]
    server.bond(options=LACP)
    server.daemon.reload()
    bond = server.daemon.bond()
    assert (bond["mode"], bond["ifindex"]) == ("802.3ad", ifindex)
    assert bond["members"][0]["lacp"] is not None
    # Nobody speaks LACP here: one link carries the traffic alone.
    wait_for(lambda: len(server.daemon.active()) == 1, 15, server.daemon.describe)
    server.bond(options=XOR)
    server.daemon.reload()
    server.wait_members(eth0="active", eth1="active")


def test_members_come_and_go(server):
    server.bond(members=("eth0", "eth1"))
    looked = server.look("eth2")
    server.start()
    before = server.look("bond0", "eth0")
    server.config.member("eth2", "bond0")
    assert server.daemon.reload()["changes"] == ["bond0: member eth2 added"]
    server.wait_members(eth0="active", eth1="active", eth2="active")
    assert [m["buckets"] for m in server.daemon.bond()["members"]] == [280, 280, 280]
    server.config.remove("eth2")
    assert server.daemon.reload()["changes"] == ["bond0: member eth2 removed"]
    server.wait_members(eth0="active", eth1="active")
    assert server.look("bond0", "eth0") == before
    assert server.look("eth2") == looked


def test_member_moves_to_another_bond(server):
    server.bond("bond0", ("eth0", "eth1"))
    server.bond("bond1", ("eth2",))
    server.start()
    server.config.member("eth1", "bond1")
    server.daemon.reload()
    server.wait_members("bond0", eth0="active")
    server.wait_members("bond1", eth1="active", eth2="active")
    assert server.namespace.link("eth1")["address"] == server.namespace.link("bond1")["address"]


def test_slots_stay_when_a_member_before_them_goes(server):
    server.bond(members=("eth0", "eth1", "eth2"))
    server.start()
    assert server.members()["eth2"]["slot"] == 2
    server.config.remove("eth0")
    server.daemon.reload()
    assert server.members()["eth2"]["slot"] == 2
    assert server.members()["eth2"]["port"] == 3


def test_addresses_follow_the_files_and_foreign_ones_stay(server):
    server.bond(address="10.0.0.1/24")
    server.config.vlan("bond0.5", "10.0.5.1/24")
    server.start()
    server.namespace.ip("address add 192.0.2.1/24 dev bond0")
    server.bond(address="10.0.0.2/24")
    server.config.vlan("bond0.5", "10.0.5.2/24", IPV6INIT="yes", IPV6ADDR="2001:db8::5/64")
    server.daemon.reload()
    assert sorted(server.namespace.addresses("bond0"))[:2] == ["10.0.0.2/24", "192.0.2.1/24"]
    vlan = server.namespace.addresses("bond0.5")
    assert "10.0.5.2/24" in vlan and "2001:db8::5/64" in vlan and "10.0.5.1/24" not in vlan


def test_addresses_that_were_put_are_known_after_a_restart(server):
    server.bond(address="10.0.0.1/24")
    server.start()
    server.daemon.kill()
    server.bond(address="10.0.0.2/24")
    server.start()
    assert "10.0.0.1/24" not in server.namespace.addresses("bond0")
    assert "10.0.0.2/24" in server.namespace.addresses("bond0")


def test_vlans_come_change_and_go(server):
    server.bond()
    server.start()
    server.config.vlan("bond0.7", "10.0.7.1/24")
    assert "bond0: VLAN interface bond0.7 added" in server.daemon.reload()["changes"]
    assert server.daemon.bond()["vlans"][0]["vid"] == 7
    assert server.daemon.bond()["vlans"][0]["admin_up"] is True
    server.config.vlan("bond0.7", "10.0.7.1/24", MTU="1400")
    server.daemon.reload()
    assert server.namespace.link("bond0.7")["mtu"] == 1400
    server.config.remove("bond0.7")
    assert server.daemon.reload()["changes"] == ["bond0: VLAN interface bond0.7 removed"]
    assert server.namespace.link("bond0.7") is None


def test_mtu_reaches_all_and_goes_back(server):
    server.bond()
    server.start()
    server.bond(MTU="9000")
    assert server.daemon.reload()["changes"] == ["bond0: MTU 1500 -> 9000"]
    for name in ("bond0", "bond0-hub", "eth0", "eth1"):
        assert server.namespace.link(name)["mtu"] == 9000, name
    server.bond()
    assert server.daemon.reload()["changes"] == ["bond0: MTU 9000 -> 1500"]
    for name in ("bond0", "bond0-hub", "eth0", "eth1"):
        assert server.namespace.link(name)["mtu"] == 1500, name


def test_removed_bond_is_torn_down_and_members_are_restored(server):
    looked = server.look("eth0", "eth1")
    server.bond()
    server.config.vlan("bond0.7")
    server.start()
    for name in ("bond0", "eth0", "eth1", "bond0.7"):
        server.config.remove(name)
    server.daemon.reload()
    assert server.bonds() == []
    for name in ("bond0", "bond0-hub", "bond0.7", "bond0.7-hub"):
        assert server.namespace.link(name) is None
    assert server.look("eth0", "eth1") == looked


def test_onboot_no_is_made_but_left_down(server):
    server.config.bond("bond0", XOR, ONBOOT="no")
    server.config.member("eth0", "bond0")
    server.start()
    assert server.daemon.bond()["admin_up"] is False
    assert server.members()["eth0"]["reason"] == "bond_down"
    server.namespace.ip("link set bond0 up")
    server.wait_members(eth0="active")
    # A reload doesn't take it down again.
    server.daemon.reload()
    assert server.daemon.bond()["admin_up"] is True


def test_bad_file_keeps_what_ran(server):
    server.bond("bond0", ("eth0", "eth1"), address="10.0.0.1/24")
    server.config.vlan("bond0.5", "10.0.5.1/24")
    server.start()
    before = server.look("bond0", "eth0", "eth1", "bond0.5")
    good = server.config.read("bond0")
    server.config.write("bond0", good.replace("balance-xor", "balance-zzz"))
    server.bond("bond1", ("eth2",))
    problems = server.daemon.reload()["problems"]
    assert [(p["severity"], p["subject"]) for p in problems] == [("error", "bond0")]
    assert problems[0]["file"].endswith("ifcfg-bond0") and problems[0]["line"] > 0
    assert "balance-zzz" in problems[0]["message"]
    assert server.look(*before) == before
    server.wait_members("bond1", eth2="active")
    server.config.write("bond0", good)
    assert server.daemon.reload() == {"problems": [], "changes": []}
    assert server.look(*before) == before


def test_bad_member_file_keeps_the_member(server):
    server.bond()
    server.start()
    good = server.config.read("eth1")
    server.config.write("eth1", good + "X=$(reboot)\n")
    assert server.daemon.reload()["problems"]
    server.wait_members(eth0="active", eth1="active")


def test_unreadable_folder_keeps_all(server):
    server.bond()
    server.start()
    before = server.look("bond0", "eth0", "eth1")
    os.rename(server.config.path, server.config.path + ".away")
    problems = server.daemon.reload()["problems"]
    assert problems[0]["severity"] == "error" and "goes on running" in problems[0]["message"]
    assert server.look(*before) == before
    os.rename(server.config.path + ".away", server.config.path)
    assert server.daemon.reload()["problems"] == []


def test_foreign_interface_of_the_bonds_name_is_left_alone(server):
    server.namespace.ip("link add bond1 type bridge")
    server.bond("bond0", ("eth0",))
    server.bond("bond1", ("eth1",))
    server.start()
    assert server.bonds() == ["bond0"]
    assert [p["subject"] for p in server.problems()] == ["bond1"]
    assert server.namespace.link("bond1")["linkinfo"]["info_kind"] == "bridge"
    assert server.namespace.link("eth1").get("ifalias") is None
    server.namespace.ip("link del bond1")
    assert server.daemon.reload()["problems"] == []
    server.wait_members("bond1", eth1="active")


def test_foreign_interface_of_a_vlans_name_costs_only_the_vlan(server):
    server.namespace.ip("link add bond0.9 type bridge")
    server.bond(members=("eth0",), address="10.0.0.1/24")
    server.config.vlan("bond0.9", "10.0.9.1/24")
    server.config.vlan("bond0.8", "10.0.8.1/24")
    server.start()
    server.wait_members(eth0="active")
    assert [p["subject"] for p in server.problems()] == ["bond0.9"]
    assert [v["name"] for v in server.daemon.bond()["vlans"]] == ["bond0.8"]
