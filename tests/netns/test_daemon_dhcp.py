# SPDX-License-Identifier: BSD-2-Clause
"""BOOTPROTO=dhcp of a bond and of a VLAN interface on it, through the daemon: the switch
has a DHCP server on its side."""
import pytest
from dhcp_util import Server, Shelter, alive
from netlab import wait_for
from netlab.pair import SWITCH, SWITCH_VLAN, VLAN

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
                            PERSISTENT_DHCLIENT="yes", DHCPRELEASE="yes")
    made.server_config.vlan(VLAN, BOOTPROTO="dhcp", PEERDNS="no", PERSISTENT_DHCLIENT="yes",
                            DHCPRELEASE="yes")
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
