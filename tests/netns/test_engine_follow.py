# SPDX-License-Identifier: BSD-2-Clause
"""What somebody does to a bond's device is followed by the engine's parts."""
import pytest
from engine_util import ADDRESS, EngineError, snapshot


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


def test_a_refused_mtu_is_undone_fully(wired):
    """Also where VLAN interfaces had shrunk already."""
    server = wired.server
    server.namespace.run("ip tuntap add dev tap0 mode tap")
    server.open()
    server.engine("vlan bond0.8 8 mtu=1450")
    server.engine("vlan bond0.9 9")
    server.namespace.ip("link set bond0.9 mtu 1300")  # by hand
    server.engine("follow")
    server.engine("member 2 tap0")
    names = [f"{name}{end}" for name in ("bond0", "bond0.652", "bond0.8", "bond0.9")
             for end in ("", "-hub")] + server.members + ["tap0"]
    before = {name: server.namespace.link(name)["mtu"] for name in names}
    assert before["bond0.8"] == 1450 and before["bond0.9"] == 1300
    least = server.namespace.link("tap0")["min_mtu"]
    most = server.namespace.link("tap0")["max_mtu"]
    for mtu, limit in ((most + 1, f"at most {most}"), (least - 1, f"at least {least}")):
        with pytest.raises(EngineError, match=f"refuses an MTU of {mtu}: it takes {limit}"):
            server.engine(f"change mtu={mtu}")
        assert {name: server.namespace.link(name)["mtu"] for name in names} == before
    # And nothing has been forgotten of who inherits.
    server.engine("change mtu=1600")
    assert [server.namespace.link(name)["mtu"] for name in
            ("bond0.652", "bond0.8", "bond0.9")] == [1600, 1450, 1300]


def test_member_that_cannot_have_the_mtu(wired):
    server = wired.server
    server.namespace.run("ip tuntap add dev tap0 mode tap")
    most = server.namespace.link("tap0")["max_mtu"]
    server.open(options=f"mtu={most + 8}")
    with pytest.raises(EngineError, match=f"tap0 refuses an MTU of {most + 8}: it takes at most"):
        server.engine("member 2 tap0")
    assert server.namespace.link("tap0")["mtu"] == 1500


def test_ipv6_switched_on_for_all_is_put_right(wired):
    server = wired.server
    server.open()
    names = ("bond0-hub", "bond0.652-hub", "ens1f0", "ens1f1")
    for name in ("all", "default"):
        server.namespace.sysctl(f"net/ipv6/conf/{name}/disable_ipv6", 1)
        server.namespace.sysctl(f"net/ipv6/conf/{name}/disable_ipv6", 0)
    assert server.namespace.sysctl("net/ipv6/conf/ens1f0/disable_ipv6") == "0"
    assert server.engine("repair")["count"] == len(names)
    for name in names:
        assert server.namespace.sysctl(f"net/ipv6/conf/{name}/disable_ipv6") == "1"
        assert server.namespace.addresses(name) == []
    assert server.namespace.sysctl("net/ipv6/conf/bond0/disable_ipv6") == "0"
    assert server.engine("repair")["count"] == 0


def test_stranger_with_a_members_number_is_left_alone(wired):
    """The member went while nobody looked, and its ifindex is another's."""
    server = wired.server
    server.open(vlan=False)
    number = server.namespace.link("ens1f1")["ifindex"]
    server.engine.kill()
    wired.links[1].remove()
    server.namespace.ip(f"link add other index {number} type veth peer name other1")
    server.namespace.ip("link set other up mtu 1400")
    before = snapshot(server.namespace)["other"]
    assert server.reopen()["taken_over"]
    server.engine("release 1")
    assert snapshot(server.namespace)["other"] == before
    assert server.engine("status")["slots"][1]["ifindex"] == 0


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
