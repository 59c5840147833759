# SPDX-License-Identifier: BSD-2-Clause
"""What `ip link` does to bond0 reaches its members, as with the kernel's driver:
MTU, address, promiscuous, all-multicast, up and down. Each with real traffic."""
import pytest
from netlab.pair import SERVER, SWITCH, SWITCH_VLAN, VLAN
from netlab.probe import ethernet, frames, packet_socket, send_frame, tcp_transfer, udp_passes
from netlab.wait import wait_for

hooks = pytest.mark.parametrize("any_pair", ["hub", "device"], indirect=True)

FOREIGN_MAC = "02:00:00:00:77:77"
LOCAL_EXPERIMENT = 0x88B5  # an EtherType for local experiments


def wait_link(namespace, name, **wanted):
    wait_for(lambda: all(namespace.link(name)[key] == value for key, value in wanted.items()),
             5, lambda: f"{name} of {namespace.role} has {wanted}: {namespace.link(name)}")


def set_mtu(pair, mtu):
    for namespace, names in ((pair.server, pair.server_names), (pair.switch, pair.switch_names)):
        namespace.ip(f"link set bond0 mtu {mtu}")
        for name in names:
            wait_link(namespace, name, mtu=mtu)


def ping_fits(pair, address, mtu):
    """A packet of just the MTU passes, a larger one is refused at its source."""
    assert pair.server.ping(address, size=mtu - 28)
    refused = pair.server.run(["ping", "-n", "-c", 1, "-W", "0.2", "-M", "do", "-s", mtu - 27,
                               address], check=False)
    assert refused.returncode != 0
    assert "too long" in refused.stdout + refused.stderr


@hooks
def test_mtu_reaches_the_members_and_the_wire(any_pair):
    pair = any_pair
    try:
        set_mtu(pair, 1400)
        ping_fits(pair, SWITCH, 1400)
        vlan_mtu = pair.server.link(VLAN)["mtu"]
        assert vlan_mtu <= 1400
        assert tcp_transfer(pair.server, pair.switch, SWITCH, 1 << 20)
        assert tcp_transfer(pair.server, pair.switch, SWITCH_VLAN, 1 << 20)
    finally:
        set_mtu(pair, 1500)
        for namespace in (pair.server, pair.switch):
            namespace.ip(f"link set {VLAN} mtu 1500")
    ping_fits(pair, SWITCH, 1500)


@hooks
def test_jumbo_frames(any_pair):
    pair = any_pair
    try:
        set_mtu(pair, 9000)
        for namespace in (pair.server, pair.switch):
            namespace.ip(f"link set {VLAN} mtu 9000")
        ping_fits(pair, SWITCH, 9000)
        ping_fits(pair, SWITCH_VLAN, 9000)
        assert tcp_transfer(pair.server, pair.switch, SWITCH, 16 << 20)
        assert tcp_transfer(pair.switch, pair.server, SERVER, 16 << 20)
        assert tcp_transfer(pair.server, pair.switch, SWITCH_VLAN, 16 << 20)
    finally:
        for namespace in (pair.server, pair.switch):
            namespace.ip(f"link set {VLAN} mtu 1500")
        set_mtu(pair, 1500)


def test_mtu_of_the_files(make_pair):
    pair = make_pair(mode="balance-xor").make_links().write_config()
    for config in (pair.server_config, pair.switch_config):
        config.write("bond0", config.read("bond0") + "MTU=9000\n")
    pair.start().wait_up()
    for name in ["bond0"] + pair.server_names:
        assert pair.server.link(name)["mtu"] == 9000, name
    ping_fits(pair, SWITCH, 9000)


@pytest.mark.parametrize("hook", ["hub", "device"])
def test_address_reaches_the_members(make_pair, hook):
    pair = make_pair(mode="balance-xor", portchannel=f"transmit_hook={hook}").up()
    mac = "02:aa:bb:cc:dd:01"
    pair.server.ip(f"link set bond0 address {mac}")
    for name in pair.server_names + [VLAN]:
        wait_link(pair.server, name, address=mac)
    for interface, address in (("bond0", SWITCH), (VLAN, SWITCH_VLAN)):
        pair.server.run(["ip", "neigh", "flush", "all"])
        pair.switch.run(["ip", "neigh", "flush", "all"])
        assert pair.server.ping(address)
        neighbours = pair.switch.ip_json(f"neigh show dev {interface}")
        assert mac in {entry.get("lladdr") for entry in neighbours}
    assert pair.server_daemon.bond()["mac"] == mac


@pytest.mark.parametrize("hook", ["hub", "device"])
def test_address_of_an_lacp_bond_keeps_or_regains_the_bundle(make_pair, hook):
    pair = make_pair(portchannel=f"transmit_hook={hook}").up()
    mac = "02:aa:bb:cc:dd:02"
    pair.server.ip(f"link set bond0 address {mac}")
    wait_for(lambda: pair.server_daemon.bond()["lacp"]["actor"]["system"] == mac, 5,
             "the system id is the new address")
    wait_for(lambda: all(member["lacp"]["partner"]["system"] == mac
                         for member in pair.switch_daemon.bond()["members"]), 10,
             "the switch knows the new system id")
    pair.wait_up()


@hooks
def test_promiscuous_reaches_the_members(any_pair):
    pair = any_pair
    before = {name: pair.server.link(name)["promiscuity"] for name in pair.server_names}
    frame = ethernet(FOREIGN_MAC, pair.switch.link("bond0")["address"], LOCAL_EXPERIMENT,
                     b"not for the server")
    pair.server.ip("link set bond0 promisc on")
    try:
        for name in pair.server_names:
            wait_for(lambda: pair.server.link(name)["promiscuity"] > before[name], 5,
                     lambda: f"{name} is promiscuous: {pair.server.link(name)}")
        with packet_socket(pair.server, "bond0") as sniffer:
            send_frame(pair.switch, "bond0", frame)
            assert frames(sniffer, lambda data, *_: data[:len(frame)] == frame)
    finally:
        pair.server.ip("link set bond0 promisc off")
    for name in pair.server_names:
        wait_link(pair.server, name, promiscuity=before[name])


@hooks
def test_all_multicast_reaches_the_members(any_pair):
    pair = any_pair
    group = "01:00:5e:7f:77:77"
    frame = ethernet(group, pair.switch.link("bond0")["address"], LOCAL_EXPERIMENT, b"to many")
    pair.server.ip("link set bond0 allmulticast on")
    try:
        for name in pair.server_names:
            wait_for(lambda: pair.server.link(name)["allmulti"] > 0, 5,
                     lambda: f"{name} takes all multicast: {pair.server.link(name)}")
        with packet_socket(pair.server, "bond0") as sniffer:
            send_frame(pair.switch, "bond0", frame)
            assert frames(sniffer, lambda data, *_: data[:len(frame)] == frame)
    finally:
        pair.server.ip("link set bond0 allmulticast off")


@hooks
def test_down_and_up(any_pair):
    pair = any_pair
    try:
        pair.server.ip("link set bond0 down")
        wait_for(lambda: not pair.server_daemon.active(), 5,
                 lambda: f"no member is active: {pair.server_daemon.describe()}")
        assert {member["reason"] for member in pair.server_daemon.bond()["members"]} == \
            {"bond_down"}
        assert pair.server_daemon.bond()["admin_up"] is False
        # A bond that is down says nothing more, so its partner stops sending to it.
        wait_for(lambda: not pair.switch_daemon.active(), 10,
                 lambda: f"the switch notices: {pair.switch_daemon.describe()}")
        assert not pair.switch.ping(SERVER, timeout_s=0.3, check=False)
    finally:
        pair.server.ip("link set bond0 up")
    pair.wait_up()
    assert udp_passes(pair.server, pair.switch, SWITCH)
    # The VLAN interface's own flags and addresses were not touched.
    assert pair.server.ping(SWITCH_VLAN)


@hooks
def test_vlan_interface_down_and_up(any_pair):
    pair = any_pair
    pair.server.ip(f"link set {VLAN} down")
    try:
        assert not pair.switch.ping("10.124.252.101", timeout_s=0.3, check=False)
        assert pair.server.ping(SWITCH)
    finally:
        pair.server.ip(f"link set {VLAN} up")
    wait_for(lambda: pair.server.ping(SWITCH_VLAN, timeout_s=1, check=False), 5,
             "the VLAN answers again")
