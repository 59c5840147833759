# SPDX-License-Identifier: BSD-2-Clause
"""BOOTPROTO=dhcp of a bond and of a VLAN interface on it, through the daemon: the switch
has a DHCP server on its side."""
import os
import signal

import pytest
from dhcp_util import Server, Shelter, alive
from netlab import wait_for
from netlab.pair import SERVER, SWITCH, SWITCH_VLAN, VLAN

RANGE = "--dhcp-range={0}.120,{0}.150,255.255.255.0,120s"


class Sheltered:
    """A namespace that starts its daemon in the shelter, too."""

    def __init__(self, namespace, shelter):
        self._namespace, self._shelter = namespace, shelter

    def start(self, argv, **options):
        return self._namespace.start([*self._shelter.prefix, *argv], **options)

    def __getattr__(self, name):
        return getattr(self._namespace, name)


@pytest.fixture(params=["dhclient", "dhcpcd", "udhcpc"])
def pair(request, make_pair):
    made = make_pair(links=2, server_arguments=["--dhcp-client", request.param])
    made.program = request.param
    shelter = Shelter(made.server, made.folder)
    made.server_daemon.namespace = Sheltered(made.server, shelter)
    made.write_config()
    made.server_config.bond("bond0", made.options, BOOTPROTO="dhcp", PEERDNS="no",
                            PERSISTENT_DHCLIENT="yes", DHCPRELEASE="yes", METRIC=77)
    made.server_config.vlan(VLAN, BOOTPROTO="dhcp", PEERDNS="no", PERSISTENT_DHCLIENT="yes",
                            DHCPRELEASE="yes", DEFROUTE="no")
    made.make_links()
    made.shelter = shelter
    return made


def serve(pair):
    return [Server(pair.switch, name, pair.folder, [RANGE.format(address.rpartition(".")[0])])
            for name, address in (("bond0", SWITCH), (VLAN, SWITCH_VLAN))]


def clients(pair):
    bond = pair.server_daemon.bond()
    found = {each["interface"]: each for each in bond["dhcp"]}
    for vlan in bond["vlans"]:
        found.update({each["interface"]: each for each in vlan["dhcp"]})
    return found


def leased(pair, name):
    return [each for each in pair.server.addresses(name) if each.startswith("10.124.")]


def test_a_lease_on_a_bond_and_on_its_vlan_interface(pair):
    pair.start()
    servers = serve(pair)
    wait_for(lambda: leased(pair, "bond0") and leased(pair, VLAN), 60,
             lambda: f"{pair.server_daemon.log()}\n{servers[1].log()}")
    assert leased(pair, "bond0")[0].startswith("10.124.251.1")
    assert leased(pair, VLAN)[0].startswith("10.124.252.1")
    assert pair.server.ping(SWITCH_VLAN)
    # Both servers are routers; the files want one of them, with a metric.
    wait_for(lambda: "default via" in pair.server.ip("route"), 10, lambda: pair.server.ip("route"))
    default = pair.server.ip("route show default").splitlines()
    assert len(default) == 1 and f"via {SWITCH} dev bond0 " in default[0], default
    assert "metric 77" in default[0]
    before = clients(pair)
    assert {(name, each["client"], each["state"]) for name, each in before.items()} == {
        ("bond0", pair.program, "running"), (VLAN, pair.program, "running")}
    # Neither a restart nor a crash of the daemon is noticed by them.
    for end in (pair.server_daemon.stop, pair.server_daemon.kill):
        addresses = leased(pair, VLAN)
        end()
        assert all(alive(each["pid"]) for each in before.values())
        pair.server_daemon.start()
        assert clients(pair) == before and leased(pair, VLAN) == addresses
        assert pair.server_daemon.reload()["changes"] == []
    # Without it in the file, the VLAN interface's goes, and gives the lease back.
    pair.server_config.vlan(VLAN)
    pair.server_daemon.reload()
    assert set(clients(pair)) == {"bond0"} and not leased(pair, VLAN)
    wait_for(lambda: not servers[1].leases(), 10, lambda: servers[1].log())
    assert not alive(before[VLAN]["pid"])
    # Down: the rest goes, too.
    pair.server_daemon.down()
    assert not alive(before["bond0"]["pid"])
    wait_for(lambda: not servers[0].leases(), 10, lambda: servers[0].log())


V6 = ["--enable-ra", "--dhcp-range={0}::100,{0}::150,slaac,64,120s"]


@pytest.fixture(params=["dhclient", "dhcpcd"])
def pair6(request, make_pair):
    made = make_pair(links=2, server_arguments=["--dhcp-client", request.param])
    made.program = request.param
    shelter = Shelter(made.server, made.folder)
    made.server_daemon.namespace = Sheltered(made.server, shelter)
    made.write_config()
    made.server_config.bond("bond0", made.options, f"{SERVER}/24", DHCPV6C="yes",
                            IPV6_AUTOCONF="no", PERSISTENT_DHCLIENT_IPV6="yes", PEERDNS="no")
    made.make_links()
    made.shelter = shelter
    return made


def test_ipv6_by_dhcp_and_by_advertisements(pair6):
    """bond0 asks a DHCPv6 server and heeds no router; its VLAN interface the other way."""
    pair6.start().wait_up()
    for name, net in (("bond0", "fd05"), (VLAN, "fd06")):
        pair6.switch.ip(f"address add {net}::1/64 dev {name} nodad")
    servers = [Server(pair6.switch, name, pair6.folder, [each.format(net) for each in V6])
               for name, net in (("bond0", "fd05"), (VLAN, "fd06"))]

    def global_addresses(name):
        return [each for each in pair6.server.addresses(name) if each.startswith("fd0")]

    wait_for(lambda: global_addresses("bond0") and global_addresses(VLAN), 60,
             lambda: f"{pair6.server_daemon.log()}\n{servers[0].log()}\n{servers[1].log()}")
    leased6 = global_addresses("bond0")
    assert [each.endswith("/128") for each in leased6] == [True], "no advertised one"
    assert [each.endswith("/64") for each in global_addresses(VLAN)] == [True]
    assert "dev bond0 " not in pair6.server.ip("-6 route show default")
    wait_for(lambda: f"dev {VLAN} " in pair6.server.ip("-6 route show default"), 10,
             lambda: pair6.server.ip("-6 route"))
    assert "ended" not in pair6.server_daemon.log(), "it waits for a link-local address"
    before = clients(pair6)
    assert {(name, each["family"], each["client"], each["state"])
            for name, each in before.items()} == {("bond0", "inet6", pair6.program, "running")}
    # The next daemon takes it over, however this one ended.
    for end in (pair6.server_daemon.stop, pair6.server_daemon.kill):
        end()
        assert alive(before["bond0"]["pid"])
        pair6.server_daemon.start()
        assert clients(pair6) == before and global_addresses("bond0") == leased6
        assert pair6.server_daemon.reload()["changes"] == []
    # One that dies is started again, by the daemon that took it over, too.
    os.kill(before["bond0"]["pid"], signal.SIGKILL)
    wait_for(lambda: clients(pair6)["bond0"]["state"] == "waiting", 10, pair6.server_daemon.log)
    wait_for(lambda: clients(pair6)["bond0"]["state"] == "running", 20, pair6.server_daemon.log)
    again = clients(pair6)["bond0"]["pid"]
    assert again != before["bond0"]["pid"]
    wait_for(lambda: global_addresses("bond0"), 30, pair6.server_daemon.log)
    # Asked for no more; the interface that heeds routers goes on doing that.
    pair6.server_config.bond("bond0", pair6.options, f"{SERVER}/24", IPV6_AUTOCONF="no")
    assert pair6.server_daemon.reload()["changes"] == ["bond0: DHCPv6 client stopped"]
    assert not alive(again) and not global_addresses("bond0") and clients(pair6) == {}
    assert len(global_addresses(VLAN)) == 1
