# SPDX-License-Identifier: BSD-2-Clause
"""The engine by itself, without the daemon: bonds and members made and removed, and
members that come and go."""
import pytest
from engine_util import (ADDRESS, IFF_ALLMULTI, VLAN_ADDRESS, Engine, EngineError, set_apart,
                         snapshot)
from netlab import VethLink


@pytest.mark.parametrize("up", [False, True])
def test_removal_restores_members_exactly(wired, up):
    server = wired.server
    for name in server.members:
        server.namespace.ip(f"link set {name} mtu 1400")
        if up:
            server.namespace.ip(f"link set {name} up")
    server.namespace.sysctl("net/ipv6/conf/ens1f1/disable_ipv6", 1)
    server.namespace.ip("link set ens1f1 addrgenmode none")
    before = snapshot(server.namespace)
    server.open()
    during = snapshot(server.namespace)
    assert during["ens1f0"]["mtu"] == 1500
    assert during["ens1f0"]["address"] == during["ens1f1"]["address"]
    assert during["ens1f0"]["disable_ipv6"] == "1"
    assert IFF_ALLMULTI in during["ens1f0"]["flags"]
    assert "member of bond0" in during["ens1f0"]["ifalias"]
    assert "hub of bond0" in during["bond0-hub"]["ifalias"]
    for command in ("release 0", "release 1", "vlan_remove bond0.652", "destroy"):
        server.engine(command)
    assert snapshot(server.namespace) == before


def test_what_a_member_was_is_known_without_saved_state(wired):
    """kill -9, and the state under /run lost as well: the alias still knows."""
    server = wired.server
    server.namespace.ip("link set ens1f0 mtu 1400")
    before = snapshot(server.namespace)
    server.open()
    server.engine.kill()
    assert server.reopen()["taken_over"]
    for command in ("release 0", "release 1", "vlan_remove bond0.652", "destroy"):
        server.engine(command)
    assert snapshot(server.namespace) == before


def test_others_settings_of_a_member_stay(wired):
    """An alias, a promiscuous flag, a filter of someone else's."""
    server = wired.server
    set_apart(server.namespace, "ens1f0")
    server.namespace.run("tc qdisc add dev ens1f0 clsact")
    server.namespace.run("tc filter add dev ens1f0 egress prio 7 protocol ip u32 match u32 0 0")
    before = snapshot(server.namespace)
    server.open()
    assert server.namespace.link("ens1f0")["ifalias"] == "left port"
    for command in ("release 0", "release 1"):
        server.engine(command)
    after = snapshot(server.namespace)
    assert after["ens1f0"] == before["ens1f0"]
    assert after["ens1f1"] == before["ens1f1"]


def test_addresses_of_a_member_are_removed(wired):
    server = wired.server
    server.namespace.ip("link set ens1f0 up")
    server.namespace.ip("address add 192.0.2.1/24 dev ens1f0")
    server.namespace.ip("address add 192.0.2.2/24 dev ens1f0")
    server.namespace.ip("address add 2001:db8::1/64 dev ens1f0")
    server.open()
    assert server.namespace.addresses("ens1f0") == []


def test_first_member_gives_the_address(wired):
    server = wired.server
    macs = [server.namespace.link(name)["address"] for name in server.members]
    server.open()
    for name in ("bond0", "bond0.652", "ens1f0", "ens1f1"):
        assert server.namespace.link(name)["address"] == macs[0], name
    # Only the first ever does: not the next one after all have left.
    server.engine("release 0")
    server.engine("release 1")
    assert server.namespace.link("ens1f1")["address"] == macs[1]
    server.engine("member 1 ens1f1")
    assert server.namespace.link("bond0")["address"] == macs[0]
    assert server.namespace.link("ens1f1")["address"] == macs[0]


def test_an_address_of_its_own_is_kept(wired):
    server = wired.server
    server.open(options="mac=02:00:00:00:00:07")
    for name in ("bond0", "bond0.652", "ens1f0", "ens1f1"):
        assert server.namespace.link(name)["address"] == "02:00:00:00:00:07", name


def test_foreign_interface_is_refused(wired):
    server = wired.server
    server.namespace.ip("link add bond0 type veth peer name elsewhere")
    server.namespace.ip("link set elsewhere alias mine")
    engine = Engine(server.namespace)
    with pytest.raises(EngineError, match="EEXIST bond0 exists and isn't ours.*elsewhere"):
        engine("open bond0")
    server.namespace.ip("link del bond0")
    server.namespace.ip("link add bond0 type ifb")
    with pytest.raises(EngineError, match="EEXIST bond0 exists and isn't ours: a ifb"):
        engine("open bond0")


def test_half_made_pairs_are_finished(wired):
    """A process that died after making the pair and before anything else."""
    server = wired.server
    server.namespace.ip("link add bond0 type veth peer name bond0-hub")
    answer = server.open(vlan=False)
    assert not answer["taken_over"]
    server.namespace.ip("link add bond0.652 type veth peer name bond0.652-hub")
    assert not server.engine("vlan bond0.652 652")["taken_over"]
    wired.switch.open()
    server.namespace.ip("link set bond0.652 up")
    server.namespace.ip(f"address add {VLAN_ADDRESS['server']}/24 dev bond0.652")
    assert server.namespace.ping(ADDRESS["switch"])
    assert server.namespace.ping(VLAN_ADDRESS["switch"])


def test_what_a_process_died_over_is_removed(wired):
    """Unless somebody wants it: then it is finished, or taken over, and stays."""
    server = wired.server
    before = set(server.namespace.links())
    # Of VLAN interfaces until they have their mark, of bonds until somebody keeps them.
    for wanted in (False, True):
        engine = Engine(server.namespace)
        engine("open bond0 unfinished")
        engine.kill()
        engine = Engine(server.namespace)
        if wanted:
            assert engine("open bond0")["taken_over"]
        assert engine("strays")["released"] == (0 if wanted else 1)
        left = {"bond0", "bond0-hub"} if wanted else set()
        assert set(server.namespace.links()) == before | left
        assert not wanted or server.namespace.link("bond0-hub")["group"] == "default"


def test_members_that_cannot_be(wired):
    server = wired.server
    server.open()
    server.namespace.ip("link add br0 type bridge")
    server.namespace.ip("link add spare type veth peer name spare1")
    server.namespace.ip("link set spare master br0")
    for name, why in (("lo", "EINVAL lo is not an Ethernet"), ("bond0", "EINVAL.*itself"),
                      ("bond0.652-hub", "EINVAL.*itself"), ("spare", "EBUSY spare belongs"),
                      ("ens1f1", "EBUSY ens1f1 is a member of bond0 already")):
        with pytest.raises(EngineError, match=why):
            server.engine(f"member 4 {name}")
    other = Engine(server.namespace)
    other("open bond1")
    with pytest.raises(EngineError, match="EBUSY ens1f0 belongs to another port channel"):
        other("member 0 ens1f0")


def test_long_names(wired):
    server = wired.server
    engine = Engine(server.namespace)
    engine("open portchannel0001")
    hubs = [name for name in server.namespace.links() if name.startswith("hub-")]
    assert len(hubs) == 1 and len(hubs[0]) == 12
    assert server.namespace.link(hubs[0])["ifalias"] == "portchannel: hub of portchannel0001"
    engine.kill()
    engine = Engine(server.namespace)
    assert engine("open portchannel0001")["taken_over"]
    engine("destroy")
    assert set(server.namespace.links()) == {"lo", "ens1f0", "ens1f1"}


# --- members that come and go ----------------------------------------------


def test_member_deleted_and_back(wired):
    wired.both()
    server = wired.server
    wired.links[0].remove()
    for side in (server, wired.switch):
        side.publish(1)
        side.engine("release 0")
    assert server.namespace.ping(ADDRESS["switch"], count=4)
    wired.links[0] = VethLink(server.namespace, "ens1f0", wired.switch.namespace, "sw0")
    for side in (server, wired.switch):
        side.engine(f"member 0 {side.members[0]}")
        side.publish()
    assert server.namespace.ping(ADDRESS["switch"], count=4)


def test_member_moved_away(wired):
    """Into another namespace: there is nothing left here to be restored."""
    wired.both()
    server = wired.server
    server.namespace.ip(f"link set ens1f1 netns {wired.switch.namespace.name}")
    server.publish(0)
    server.engine("release 1")
    assert server.engine("status")["slots"][1]["ifindex"] == 0


def test_member_renamed(wired):
    wired.both()
    server = wired.server
    server.namespace.ip("link set ens1f0 down")
    server.namespace.ip("link set ens1f0 name port0")
    server.namespace.ip("link set port0 up")
    assert server.namespace.ping(ADDRESS["switch"], count=4)
    server.engine("release 0")
    link = server.namespace.link("port0")
    assert "ifalias" not in link
    assert server.namespace.sysctl("net/ipv6/conf/port0/disable_ipv6") == "0"


def test_probe(wired):
    features = Engine(wired.server.namespace)("probe")
    for name in ("veth", "clsact, tc-bpf", "eBPF programs, mapped maps", "takeover"):
        assert features[name][0] == "ok", features[name]
