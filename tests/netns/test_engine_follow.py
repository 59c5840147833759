# SPDX-License-Identifier: BSD-2-Clause
"""What somebody does to a bond's device is followed by the engine's parts."""
import pytest
from engine_util import ADDRESS, EngineError


def test_follow_address(wired):
    wired.both()
    server = wired.server
    server.engine("vlan bond0.7 7 mac=02:00:00:00:00:99")
    server.namespace.ip("link set bond0 address 02:00:00:00:00:42")
    assert server.engine("follow")["mac"] == "02:00:00:00:00:42"
    for name in ("ens1f0", "ens1f1", "bond0.652"):
        assert server.namespace.link(name)["address"] == "02:00:00:00:00:42", name
    assert server.namespace.link("bond0.7")["address"] == "02:00:00:00:00:99"
    assert server.namespace.ping(ADDRESS["switch"])


def test_follow_address_changed_while_nobody_looked(wired):
    wired.both()
    server = wired.server
    server.engine.kill()
    server.namespace.ip("link set bond0 address 02:00:00:00:00:42")
    server.reopen()
    server.engine("follow")
    for name in ("ens1f0", "ens1f1", "bond0.652"):
        assert server.namespace.link(name)["address"] == "02:00:00:00:00:42", name


def test_follow_mtu(wired):
    wired.both()
    server = wired.server
    server.namespace.ip("link set bond0 mtu 9000")
    server.engine("follow")
    names = ("ens1f0", "ens1f1", "bond0-hub", "bond0", "bond0.652", "bond0.652-hub")
    for name in names:
        assert server.namespace.link(name)["mtu"] == 9000, name
    server.namespace.ip("link set bond0.652 mtu 1400")
    server.engine("follow")
    assert server.namespace.link("bond0.652-hub")["mtu"] == 1400
    server.namespace.ip("link set bond0 mtu 1300")
    server.engine("follow")
    for name in names:
        assert server.namespace.link(name)["mtu"] == 1300, name


def test_mtu_that_a_member_refuses(wired):
    """A TAP device's limit is a little below a veth's."""
    server = wired.server
    server.namespace.run("ip tuntap add dev tap0 mode tap")
    server.namespace.ip("link set tap0 up")
    limit = server.namespace.link("tap0")["max_mtu"]
    above = limit + 8
    server.open(vlan=False)
    server.engine("member 2 tap0")
    with pytest.raises(EngineError, match=rf"EINVAL tap0 refuses an MTU of {above}.*{limit}"):
        server.engine(f"change mtu={above}")
    for name in ("ens1f0", "ens1f1", "bond0-hub", "bond0", "tap0"):
        assert server.namespace.link(name)["mtu"] == 1500, name
    server.namespace.ip(f"link set bond0 mtu {above}")
    with pytest.raises(EngineError, match="tap0 refuses"):
        server.engine("follow")
    assert server.namespace.link("bond0")["mtu"] == 1500
    server.engine("follow")


def test_follow_promiscuous(wired):
    wired.both()
    server = wired.server

    def promiscuous(name):
        return server.namespace.link(name)["promiscuity"] > 0

    server.namespace.ip("link set ens1f1 promisc on")
    server.namespace.ip("link set bond0 promisc on")
    server.engine("follow")
    assert promiscuous("ens1f0") and promiscuous("ens1f1")
    server.engine.kill()
    server.reopen()
    server.namespace.ip("link set bond0 promisc off")
    server.engine("follow")
    assert not promiscuous("ens1f0")
    assert promiscuous("ens1f1"), "someone else had set it"
    # A macvlan's address, which no flag of bond0 tells of.
    server.namespace.ip("link add link bond0 name mv0 type macvlan mode bridge")
    server.namespace.ip("link set mv0 up")
    server.engine("follow")
    assert promiscuous("ens1f0")
    server.namespace.ip("link del mv0")
    server.engine("follow")
    assert not promiscuous("ens1f0")
    server.namespace.ip("link set bond0.652 address 02:00:00:00:00:77")
    server.engine("follow")
    assert promiscuous("ens1f0")
    server.engine("release 0")
    assert not promiscuous("ens1f0")
