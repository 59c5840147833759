# SPDX-License-Identifier: BSD-2-Clause
"""VLAN interfaces on a NIC that is no member, from files, by the daemon: eth2 and eth3
of a server that also has bond0 on eth0 and eth1."""
import os

import pytest

from daemon_util import Server
from netlab import ConfigFolder, Daemon, Namespace, VethLink, wait_for
from netlab.daemon import ApiError
from netlab.probe import tcp_transfer


@pytest.fixture
def server(tools):
    one = Server(tools)
    one.bond(address="10.0.0.1/24")
    one.config.vlan("eth2.7", address="10.0.7.1/24")
    yield one
    one.close()


def nic(server, name="eth2"):
    for one in server.daemon.status()["nics"]:
        if one["configured_name"] == name:
            return one
    return None


def vlans(server, name="eth2"):
    return {vlan["name"]: vlan for vlan in (nic(server, name) or {"vlans": []})["vlans"]}


def wait_vlans(server, *names, parent="eth2"):
    wait_for(lambda: set(vlans(server, parent)) == set(names), 10,
             lambda: f"{parent} carries {names}: {nic(server, parent)}\n{server.daemon.log()}")


def look(server, name):
    link = server.namespace.link(name)
    return {key: link.get(key) for key in ("ifindex", "address", "mtu", "flags", "ifalias",
                                           "promiscuity", "allmulti")}


def test_status_and_traces(server):
    server.namespace.ip("address add 10.0.2.1/24 dev eth2")
    server.namespace.ip("link set eth2 up")
    before = look(server, "eth2")
    server.start()
    one = nic(server)
    assert one["present"] and one["carrier"] and one["troubles"] == []
    assert one["name"] == "eth2" and one["mac"] == before["address"]
    vlan = vlans(server)["eth2.7"]
    assert vlan["vid"] == 7 and vlan["carrier"] and vlan["admin_up"]
    assert [(one["address"], one["prefix"]) for one in vlan["addresses"]] == [("10.0.7.1", 24)]
    assert "10.0.2.1/24" in server.namespace.addresses("eth2")
    assert server.daemon.request("POST", "/v1/down", {})["removed"] == ["bond0", "eth2"]
    assert server.namespace.link("eth2.7") is None
    assert look(server, "eth2") == before
    assert not [name for name in os.listdir(server.daemon.state) if name.endswith(".json")]
    server.daemon.request("POST", "/v1/reload", {})
    wait_vlans(server, "eth2.7")


def test_status_of_one(server):
    server.start()
    wait_vlans(server, "eth2.7")
    answer = server.daemon.get("/v1/status?bond=eth2")
    assert answer["bonds"] == [] and [one["name"] for one in answer["nics"]] == ["eth2"]
    answer = server.daemon.get("/v1/status?bond=bond0")
    assert answer["nics"] == [] and [one["name"] for one in answer["bonds"]] == ["bond0"]
    with pytest.raises(ApiError) as caught:
        server.daemon.get("/v1/status?bond=eth3")
    assert caught.value.code == "no_such_bond"


def test_a_nic_that_is_down_is_set_up(server):
    assert "UP" not in server.namespace.link("eth2")["flags"]
    server.start()
    wait_for(lambda: vlans(server)["eth2.7"]["carrier"], 5, "eth2 is up")


def test_reload_adds_changes_and_removes(server):
    server.start()
    ifindex = server.namespace.link("eth2.7")["ifindex"]
    server.config.vlan("eth2.8", address="10.0.8.1/24", MTU="1400")
    server.config.vlan("eth3.9", address="10.0.9.1/24")
    server.daemon.request("POST", "/v1/reload", {})
    wait_vlans(server, "eth2.7", "eth2.8")
    wait_vlans(server, "eth3.9", parent="eth3")
    assert server.namespace.link("eth2.8")["mtu"] == 1400
    server.config.vlan("eth2.8", address="10.0.8.2/24", MTU="1300")
    server.config.remove("eth3.9")
    server.daemon.request("POST", "/v1/reload", {})
    assert server.namespace.link("eth2.8")["mtu"] == 1300
    assert "10.0.8.2/24" in server.namespace.addresses("eth2.8")
    assert nic(server, "eth3") is None and server.namespace.link("eth3.9") is None
    assert not server.namespace.link("eth3").get("ifalias")
    assert server.namespace.link("eth2.7")["ifindex"] == ifindex
    assert server.problems() == []


def test_carrier_follows_the_nic(server):
    server.start()
    events = server.daemon.events()
    for command, carrier in (("link set far-eth2 down", False), ("link set far-eth2 up", True),
                             ("link set eth2 down", False), ("link set eth2 up", True)):
        server.namespace.ip(command)
        wait_for(lambda c=carrier: server.namespace.has_carrier("eth2.7") is c, 5,
                 f"after '{command}' carrier is {carrier}")
    wait_for(lambda: len(events.of("carrier", bond="eth2")) == 4, 5, "four events")


def test_restart_and_kill_touch_nothing(server):
    server.start()
    server.namespace.ip("address add 10.9.9.9/24 dev eth2.7")  # somebody else's
    before = look(server, "eth2"), look(server, "eth2.7")
    for end in (server.daemon.stop, server.daemon.kill):
        end()
        server.daemon.start()
        wait_vlans(server, "eth2.7")
        assert (look(server, "eth2"), look(server, "eth2.7")) == before
    # What was put there by a former daemon is known as its own.
    server.config.vlan("eth2.7", address="10.0.7.2/24")
    server.daemon.request("POST", "/v1/reload", {})
    addresses = server.namespace.addresses("eth2.7")
    assert "10.0.7.2/24" in addresses and "10.0.7.1/24" not in addresses
    assert "10.9.9.9/24" in addresses


def test_state_lost(server):
    before = look(server, "eth2")
    server.start()
    server.daemon.kill()
    for name in os.listdir(server.daemon.state):
        if name.endswith(".json"):
            os.unlink(os.path.join(server.daemon.state, name))
    server.daemon.start()
    wait_vlans(server, "eth2.7")
    server.config.remove("eth2.7")
    server.daemon.request("POST", "/v1/reload", {})
    after = look(server, "eth2")
    assert server.namespace.link("eth2.7") is None
    for key in ("ifalias", "promiscuity", "allmulti", "mtu", "address"):
        assert after[key] == before[key]


def test_files_changed_while_no_daemon_ran(server):
    """The NIC is a member now, and another one has its VLAN interface."""
    server.start()
    server.daemon.stop()
    server.config.remove("eth2.7")
    server.config.member("eth2", "bond0")
    server.config.vlan("eth3.7", address="10.0.7.1/24")
    server.daemon.start()
    server.wait_members(eth0="active", eth1="active", eth2="active")
    wait_vlans(server, "eth3.7", parent="eth3")
    assert nic(server, "eth2") is None and server.namespace.link("eth2.7") is None


def test_member_and_parent_change_places(server):
    server.start()
    server.config.remove("eth2.7")
    server.config.member("eth2", "bond0")
    server.config.remove("eth1")
    server.config.vlan("eth1.7", address="10.0.7.1/24")
    server.daemon.request("POST", "/v1/reload", {})
    server.wait_members(eth0="active", eth2="active")
    wait_vlans(server, "eth1.7", parent="eth1")
    assert server.namespace.link("eth1.7")["address"] == server.namespace.link("eth1")["address"]


def test_nic_goes_and_comes(server):
    server.start()
    server.namespace.ip("link del eth2")
    wait_for(lambda: nic(server) and not nic(server)["present"], 5, "it is gone")
    assert server.namespace.link("eth2.7") is None
    assert "not there" in nic(server)["troubles"][0]
    server.make_link("eth2")
    wait_vlans(server, "eth2.7")
    wait_for(lambda: "10.0.7.1/24" in server.namespace.addresses("eth2.7"), 5, "its address")
    wait_for(lambda: vlans(server)["eth2.7"]["carrier"], 5, "carrier")


def test_nic_that_is_not_there_yet(server):
    server.config.vlan("eth9.3", address="10.0.3.1/24")
    server.start()
    wait_vlans(server, "eth2.7")
    assert not nic(server, "eth9")["present"]
    assert [one["subject"] for one in server.problems()] == ["eth9.3"]
    server.make_link("eth9")
    wait_vlans(server, "eth9.3", parent="eth9")


def test_renamed_and_replaced(server):
    server.start()
    ifindex = server.namespace.link("eth2")["ifindex"]
    server.namespace.ip("link set eth2 down")
    server.namespace.ip("link set eth2 name lan2")
    server.namespace.ip("link set lan2 up")
    server.namespace.ip("link set far-eth2 name far-lan2")
    wait_for(lambda: nic(server)["name"] == "lan2", 5, "the new name is shown")
    wait_vlans(server, "eth2.7")
    assert nic(server)["ifindex"] == ifindex
    server.make_link("eth2")
    wait_for(lambda: nic(server)["ifindex"] not in (0, ifindex), 5, "the new one is used")
    wait_vlans(server, "eth2.7")
    assert not server.namespace.link("lan2").get("ifalias")


def test_found_by_its_address(server):
    """HWADDR in the NIC's own file, whatever the NIC is called."""
    mac = server.namespace.link("eth2")["address"]
    server.config.write("eth2", f"DEVICE=eth2\nHWADDR={mac}\nONBOOT=no\n")
    server.namespace.ip("link set eth2 name lan2")
    server.start()
    wait_vlans(server, "eth2.7")
    assert nic(server)["name"] == "lan2" and nic(server)["mac"] == mac
    # Another one that is called so is none of its.
    server.namespace.ip("link set far-eth2 name far-lan2")
    server.make_link("eth2")
    server.daemon.request("POST", "/v1/reload", {})
    assert nic(server)["name"] == "lan2"


def test_refused_while_it_belongs_to_another(server):
    server.namespace.ip("link add br0 type bridge")
    server.namespace.ip("link set eth2 master br0")
    server.start()
    assert not nic(server)["present"]
    assert "belongs to another interface" in nic(server)["troubles"][0]
    server.namespace.ip("link set eth2 nomaster")
    wait_vlans(server, "eth2.7")


def test_vlan_deleted_by_hand(server):
    server.start()
    server.namespace.ip("link del eth2.7")
    wait_vlans(server)
    assert any("somebody deleted eth2.7" in one["message"] for one in server.problems())
    server.daemon.request("POST", "/v1/reload", {})
    wait_vlans(server, "eth2.7")


def test_mtu_of_the_nic_is_followed(server):
    server.start()
    for mtu in (1400, 9000):
        server.namespace.ip(f"link set eth2 mtu {mtu}")
        wait_for(lambda m=mtu: server.namespace.link("eth2.7")["mtu"] == m, 5, f"MTU {mtu}")


def test_an_mtu_that_the_nic_has_not(server):
    server.start()
    server.config.vlan("eth2.7", address="10.0.7.1/24", MTU=2000)
    with pytest.raises(ApiError) as caught:
        server.daemon.request("POST", "/v1/apply", {})
    assert caught.value.code == "bad_config"
    assert "eth2.7 can't have an MTU of 2000, since eth2 has 1500" in caught.value.message
    # A start makes it with what there is; a reload gives it all that there is by then.
    server.daemon.stop()
    server.namespace.ip("link del eth2.7")
    server.start()
    assert server.namespace.link("eth2.7")["mtu"] == 1500
    assert any("it gets that" in one["message"] for one in server.problems())
    server.namespace.ip("link set eth2 mtu 2500")
    server.daemon.request("POST", "/v1/reload", {})
    assert server.namespace.link("eth2.7")["mtu"] == 2000
    assert server.problems() == []


def test_repaired(server):
    server.start()
    events = server.daemon.events()
    server.namespace.run("tc qdisc del dev eth2 clsact")
    wait_for(lambda: events.of("repaired", bond="eth2"), 5, "the program is back")


@pytest.mark.parametrize("running", [True, False])
def test_teardown(server, running):
    server.namespace.ip("link set eth2 up")
    before = look(server, "eth2")
    server.start()
    if not running:
        server.daemon.kill()
    tool = server.daemon.tools.portchanneld
    server.namespace.run([tool, "--teardown", "--socket", server.daemon.socket, "--state",
                          server.daemon.state])
    assert server.namespace.link("eth2.7") is None and server.namespace.link("bond0") is None
    assert look(server, "eth2") == before
    assert not [name for name in os.listdir(server.daemon.state) if name.endswith(".json")]


def test_traffic_between_two_servers(tools, tmp_path):
    """Two daemons, a NIC each: ping and TCP through the VLAN, and beside it."""
    near, far = Namespace("near"), Namespace("far")
    try:
        VethLink(near, "eth0", far, "eth0")
        for host, namespace in enumerate((near, far), 1):
            config = ConfigFolder(tmp_path / f"config{host}")
            config.vlan("eth0.7", address=f"10.0.7.{host}/24")
            namespace.ip(f"address add 10.0.0.{host}/24 dev eth0")
            Daemon(namespace, config.path, tmp_path / f"run{host}", tools=tools).start()
        wait_for(lambda: near.ping("10.0.7.2", check=False), 10, "the VLAN passes")
        assert near.ping("10.0.0.2")
        assert tcp_transfer(near, far, "10.0.7.2", 8 << 20)
        assert tcp_transfer(far, near, "10.0.0.1", 8 << 20)
    finally:
        near.close()
        far.close()
