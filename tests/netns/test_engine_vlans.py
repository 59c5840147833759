# SPDX-License-Identifier: BSD-2-Clause
"""VLAN interfaces of the engine by itself."""
import pytest
from engine_util import VLAN_ADDRESS, EngineError, program, snapshot, tc
from netlab import Namespace, Receiver, Sender, wait_for
from netlab.tcx import tcx_programs


def test_vlan_refusals(wired):
    server = wired.server
    server.open()
    server.namespace.ip("link add bond0.9 type ifb")
    for command, why in (("vlan other 652", "EEXIST VLAN 652 of bond0 is bond0.652 already"),
                         ("vlan bond0.652 8", "EEXIST bond0.652 is VLAN 652 of bond0 already"),
                         ("vlan bond0.9 9", "EEXIST bond0.9 exists and isn't ours"),
                         ("vlan bond0.5 4095", "EINVAL"), ("vlan bond0.5 0", "EINVAL"),
                         ("vlan bond0.5 5 mtu=1501", "ERANGE bond0.5 can't have an MTU")):
        with pytest.raises(EngineError, match=why):
            server.engine(command)
    assert [vlan["vid"] for vlan in server.engine("status")["vlans"]] == [652]


def test_vlan_settings(wired):
    wired.both()
    server = wired.server
    assert server.engine("vlan bond0.652 652")["taken_over"]
    server.engine("vlan_change bond0.652 652 mtu=1400 mac=02:00:00:00:00:55")
    link = server.namespace.link("bond0.652")
    assert (link["mtu"], link["address"]) == (1400, "02:00:00:00:00:55")
    assert server.namespace.link("bond0.652-hub")["mtu"] == 1400
    assert server.namespace.ping(VLAN_ADDRESS["switch"])
    server.engine("vlan_change bond0.652 652")
    link = server.namespace.link("bond0.652")
    assert (link["mtu"], link["address"]) == (1500, server.namespace.link("bond0")["address"])


def test_a_tag_without_interface_goes_up_the_bond(wired):
    wired.both()
    wired.server.namespace.ping(VLAN_ADDRESS["switch"])
    before = wired.switch.namespace.counters("bond0")["rx"]["packets"]
    wired.switch.engine("vlan_remove bond0.652")
    assert wired.switch.namespace.link("bond0.652") is None
    wired.server.namespace.ping(VLAN_ADDRESS["switch"], count=3, timeout_s=0.2, check=False)
    assert wired.switch.namespace.counters("bond0")["rx"]["packets"] > before


def test_hook_of_many_vlans_is_changed_bit_by_bit(wired):
    server = wired.server
    server.open(vlan=False)
    server.engine("vlans bond0 50")
    for hook in ("device", "hub"):
        server.engine(f"change hook={hook}")
        for _ in range(10):
            server.engine("follow")
        attached = [program(server.namespace, f"bond0.{vid}", "egress") is not None
                    for vid in (1, 25, 50)]
        assert attached == [hook == "device"] * 3


def test_many_vlans(wired):
    server = wired.server
    server.open(vlan=False)
    assert server.engine("vlans bond0 1000")["ms"] < 30000
    assert len(server.engine("status")["vlans"]) == 1000
    assert server.engine("carrier off")["ms"] < 10000
    assert server.engine("carrier on")["ms"] < 10000
    server.engine.kill()
    server.reopen()
    assert len(server.engine("status")["vlans"]) == 1000


def test_hubs_of_few_vlans_settle_without_loss(wired):
    """From the filter that is quickly made to where a packet costs least."""
    wired.both()
    server = wired.server
    name = "bond0.652-hub"
    if not tcx_programs(server.namespace, "bond0-hub", "ingress"):
        pytest.skip("this kernel has no tcx")
    server.engine("vlans bond0 9")
    receiver = Receiver(wired.switch.namespace, VLAN_ADDRESS["switch"], idle_ms=500)
    sender = Sender(server.namespace, VLAN_ADDRESS["switch"], flows=50, rate=10000,
                    count=5000)
    assert not tcx_programs(server.namespace, name, "ingress")
    for _ in range(3):
        server.engine("follow")
    sender.result()
    assert receiver.result()["received"] == 5000
    for hub in (name, "bond0.1-hub", "bond0.9-hub"):
        assert len(tcx_programs(server.namespace, hub, "ingress")) == 1
        assert not tc(server.namespace, f"filter show dev {hub} ingress")
    # With many they stay where they are.
    server.engine("vlans bond0 40")
    server.engine("follow")
    assert not tcx_programs(server.namespace, "bond0.30-hub", "ingress")
    server.engine("vlans_remove bond0 20 40")
    for _ in range(5):
        server.engine("follow")
    assert tcx_programs(server.namespace, "bond0.10-hub", "ingress")


def test_moved_into_another_namespace(wired):
    """A container's: it goes on working there, over a takeover too, until it is removed
    or comes back."""
    wired.both()
    server, switch = wired.server, wired.switch
    guest = Namespace("guest")
    try:
        server.namespace.ip(f"link set bond0.652 netns {guest.name}")
        guest.ip("link set bond0.652 up")
        guest.ip(f"address add {VLAN_ADDRESS['server']}/24 dev bond0.652")

        def works():
            server.engine("follow")
            assert server.engine("repair")["count"] == 0
            assert server.engine("status")["vlans"][0]["ifindex"] == 0
            assert guest.ping(VLAN_ADDRESS["switch"])

        works()
        # Whatever address it may have there.
        guest.ip("link set bond0.652 address 02:00:00:00:00:99")
        switch.namespace.ip("neighbour flush dev bond0.652")
        works()
        server.engine.kill()
        assert server.reopen()["taken_over"]
        works()
        for command in ("vlan bond0.652 652", "vlan_change bond0.652 652 mtu=1400"):
            with pytest.raises(EngineError, match="EBUSY bond0.652 is in another network"):
                server.engine(command)
        server.engine("carrier off")
        wait_for(lambda: not guest.has_carrier("bond0.652"), what="carrier is lost there")
        server.engine("carrier on")
        guest.run(["ip", "link", "set", "bond0.652", "netns", server.namespace.name])
        server.engine("follow")
        link = server.namespace.link("bond0.652")
        assert server.engine("status")["vlans"][0]["ifindex"] == link["ifindex"]
        server.namespace.ip(f"link set bond0.652 netns {guest.name}")
        server.engine("vlan_remove bond0.652")
        assert guest.link("bond0.652") is None
        assert server.namespace.link("bond0.652-hub") is None
    finally:
        guest.close()


def test_many_vlans_go_at_once(wired):
    """Also those that somebody did something to; and nothing else goes."""
    server = wired.server
    server.open(vlan=False)
    before = snapshot(server.namespace)
    server.engine("vlans bond0 60")
    server.namespace.ip("link set bond0.7 group 7")
    server.namespace.ip("link set bond0.8-hub alias somebodys")
    server.namespace.ip(f"link set bond0.9 netns {wired.switch.namespace.name}")
    server.namespace.ip("link delete bond0.10")
    server.namespace.ip("link set bond0.11-hub group 99999")
    kept = server.namespace.links()["bond0.60"]["ifindex"]
    server.engine("vlan_remove bond0.1 bond0.2 nothing bond0.2")
    assert len(server.engine("status")["vlans"]) == 58
    assert server.engine("vlans_remove bond0 1 59")["longest_ms"] < 5000
    assert [vlan["name"] for vlan in server.engine("status")["vlans"]] == ["bond0.60"]
    links = server.namespace.links()
    assert set(links) - set(before) == {"lo", "bond0.60", "bond0.60-hub"}
    assert links["bond0.60"]["ifindex"] == kept
    assert links["bond0.60-hub"]["group"] == "default"
    assert "bond0.9" not in wired.switch.namespace.links()
    server.engine("vlan_remove bond0.60")
    assert snapshot(server.namespace) == before
    # The ids are free for others again.
    assert not server.engine("vlan bond0.2 2")["taken_over"]


def test_destroy_takes_all_that_is_left(wired):
    server = wired.server
    before = snapshot(server.namespace)
    server.open(vlan=False)
    server.engine("vlans bond0 20")
    server.engine("destroy")
    assert snapshot(server.namespace) == before
