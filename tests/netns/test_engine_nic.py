# SPDX-License-Identifier: BSD-2-Clause
"""A NIC that is no member as the parent of VLAN interfaces: the engine by itself,
driven by engine_tool.c.

    namespace "server"                 namespace "switch"
    eth0.652   10.99.1.1               sw0.652   10.99.1.2
       eth0    10.99.0.1 ──────────────── sw0    10.99.0.2
"""
import pytest
from engine_util import Engine, EngineError, program, snapshot, tc
from netlab import Namespace, Receiver, Sender, VethLink, wait_for
from netlab.probe import ethernet, frames, packet_socket, send_frame, tcp_transfer

NIC = {"server": "eth0", "switch": "sw0"}
ADDRESS = {"server": "10.99.0.1", "switch": "10.99.0.2"}
VLAN_ADDRESS = {"server": "10.99.1.1", "switch": "10.99.1.2"}
VLAN_ADDRESS6 = {"server": "2001:db8:1::1", "switch": "2001:db8:1::2"}


class Side:
    def __init__(self, role):
        self.role = role
        self.namespace = Namespace(role)
        self.nic = NIC[role]
        self.vlan = f"{self.nic}.652"
        self.engine = None

    def start(self):
        """The NIC as a server has it: an address, IPv6, up."""
        self.namespace.ip(f"address add {ADDRESS[self.role]}/24 dev {self.nic}")
        self.namespace.ip(f"link set {self.nic} up")

    def open(self, *arguments):
        self.engine = Engine(self.namespace, *arguments)
        answer = self.engine(f"nic {self.nic}")
        self.engine("carrier on")
        return answer

    def add(self):
        self.engine(f"vlan {self.vlan} 652")
        self.namespace.ip(f"link set {self.vlan} up")
        self.namespace.ip(f"address add {VLAN_ADDRESS[self.role]}/24 dev {self.vlan}")
        self.namespace.ip(f"address add {VLAN_ADDRESS6[self.role]}/64 dev {self.vlan} nodad")

    def reopen(self, *arguments):
        self.engine = Engine(self.namespace, *arguments)
        return self.engine(f"nic {self.nic}")


class Wired:
    def __init__(self):
        self.server, self.switch = Side("server"), Side("switch")
        self.link = VethLink(self.server.namespace, "eth0", self.switch.namespace, "sw0")
        self.server.start()
        self.switch.start()

    def both(self, *arguments):
        for side in (self.server, self.switch):
            side.open(*arguments)
            side.add()

    def close(self):
        self.server.namespace.close()
        self.switch.namespace.close()


@pytest.fixture
def wired():
    made = Wired()
    yield made
    made.close()


# --- making and removing ---------------------------------------------------


def test_the_nic_stays_itself(wired):
    server = wired.server
    before = snapshot(server.namespace)
    addresses = server.namespace.addresses("eth0")
    assert any(":" in address for address in addresses) and len(addresses) == 2
    server.open()
    server.add()
    during = snapshot(server.namespace)["eth0"]
    assert server.namespace.addresses("eth0") == addresses
    for key in ("address", "mtu", "disable_ipv6", "inet6_addr_gen_mode", "ifindex"):
        assert during[key] == before["eth0"][key]
    assert "ALLMULTI" in during["flags"]
    assert "under VLAN interfaces" in during["ifalias"]
    assert server.namespace.link("eth0.652")["address"] == before["eth0"]["address"]
    server.engine("vlan_remove eth0.652")
    server.engine("destroy")
    assert snapshot(server.namespace) == before
    assert server.namespace.addresses("eth0") == addresses


def test_what_it_was_is_known_without_saved_state(wired):
    server = wired.server
    before = snapshot(server.namespace)
    server.open()
    server.add()
    server.engine.kill()
    assert server.reopen()["taken_over"]
    server.engine("destroy")  # with its VLAN interfaces
    assert snapshot(server.namespace) == before


def test_others_settings_and_filters_stay(wired):
    server = wired.server
    server.namespace.ip("link set eth0 alias uplink allmulticast on promisc on")
    server.namespace.run("tc qdisc add dev eth0 clsact")
    for priority, verdict in ((7, "4294967295"), (60000, "2")):  # go on; drop
        server.namespace.run(["tc", "filter", "add", "dev", "eth0", "ingress", "prio", priority,
                              "protocol", "ip", "bpf", "da", "bytecode", f"1,6 0 0 {verdict},"])
    before = snapshot(server.namespace)
    server.open()
    server.add()
    # The filter after ours is asked as ever.
    assert not server.namespace.ping(ADDRESS["switch"], timeout_s=0.3, check=False)
    server.namespace.run("tc filter del dev eth0 ingress prio 60000")
    assert server.namespace.ping(ADDRESS["switch"])
    server.engine("destroy")
    after = snapshot(server.namespace)
    kept = [entry for entry in before["eth0"]["filters"] if entry.get("pref") != 60000]
    assert [entry.get("pref") for entry in after["eth0"]["filters"]] == \
        [entry.get("pref") for entry in kept]
    for key in ("ifalias", "flags", "promiscuity"):
        assert after["eth0"][key] == before["eth0"][key]


def test_refusals(wired):
    server = wired.server
    server.namespace.ip("link add br0 type bridge")
    server.namespace.ip("link add port0 type veth peer name port1")
    server.namespace.ip("link set port0 master br0")
    server.namespace.ip("link add member0 type veth peer name member1")
    server.engine = Engine(server.namespace)
    server.engine("open bond0")
    server.engine("member 0 member0")
    server.engine("vlan bond0.5 5")
    other = Engine(server.namespace)
    for name, why in (("lo", "EINVAL lo is no Ethernet"), ("port0", "EBUSY port0 belongs to"),
                      ("member0", "EBUSY member0 is a member"),
                      ("bond0", "EINVAL bond0 is portchannel's own"),
                      ("bond0.5-hub", "EINVAL"), ("bond0.5", "EINVAL")):
        before = snapshot(server.namespace)
        with pytest.raises(EngineError, match=why):
            other(f"nic {name}")
        assert snapshot(server.namespace) == before
    other("nic eth0")
    with pytest.raises(EngineError, match="EBUSY eth0 has VLAN interfaces of its own"):
        server.engine("member 1 eth0")
    for command in ("member 0 port1", "release 0", "change mtu=1400"):
        with pytest.raises(EngineError, match="EINVAL"):
            other(command)
    with pytest.raises(EngineError, match="ERANGE eth0.9 can't have an MTU of 1501, since eth0"):
        other("vlan eth0.9 9 mtu=1501")


# --- traffic ---------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("--no-carrier-read",)])
def test_traffic(wired, arguments):
    wired.both(*arguments)
    server, switch = wired.server.namespace, wired.switch.namespace
    for address in (ADDRESS["switch"], VLAN_ADDRESS["switch"], VLAN_ADDRESS6["switch"]):
        assert server.ping(address, count=3)
    before = wired.server.engine("counters")
    for receiver, sender, address in ((switch, server, VLAN_ADDRESS["switch"]),
                                      (server, switch, VLAN_ADDRESS["server"]),
                                      (switch, server, ADDRESS["switch"])):
        heard = Receiver(receiver, address, idle_ms=500)
        Sender(sender, address, flows=50, rate=20000, count=4000).result()
        assert heard.result()["received"] == 4000
    after = wired.server.engine("counters")
    # The NIC's own are none of our business.
    for way in ("tx_packets", "rx_packets"):
        grown = after["members"][0][way] - before["members"][0][way]
        assert 4000 <= grown < 4100
    assert after["drops"] == before["drops"]


def test_tcp_in_large_packets(wired):
    """Segmentation and checksums are the NIC's or the kernel's, whoever can."""
    wired.both()
    server, switch = wired.server.namespace, wired.switch.namespace
    for near, far, address in ((server, switch, VLAN_ADDRESS["switch"]),
                               (switch, server, VLAN_ADDRESS["server"]),
                               (server, switch, VLAN_ADDRESS6["switch"]),
                               (server, switch, ADDRESS["switch"])):
        assert tcp_transfer(near, far, address, 8 << 20)
    for offload in ("tso off", "tx off", "txvlan off rxvlan off", "gro off"):
        server.run(f"ethtool -K eth0 {offload}", check=False)
        assert tcp_transfer(server, switch, VLAN_ADDRESS["switch"], 8 << 20)
        assert tcp_transfer(switch, server, VLAN_ADDRESS["server"], 8 << 20)


def test_frames_of_others_pass_untouched(wired):
    """Without a tag, with a tag of nobody here, with a service tag: up the NIC."""
    server, switch = wired.server, wired.switch
    server.open()
    server.add()
    mac = server.namespace.link("eth0")["address"]
    with packet_socket(server.namespace, "eth0") as nic, \
            packet_socket(server.namespace, "eth0.652") as vlan:
        for vid in (None, 700, 0, 652):
            send_frame(switch.namespace, "sw0",
                       ethernet(mac, "02:00:00:00:00:99", 0x88b5, f"for {vid}".encode(), vid))
        assert frames(vlan, lambda data, tag, _: b"for 652" in data and not tag)
        for vid in (None, 700, 0):
            assert frames(nic, lambda data, tag, _, v=vid: f"for {v}".encode() in data
                          and tag == (v or 0))
    assert server.engine("counters")["members"][0]["rx_packets"] >= 1


def test_not_for_us(wired):
    """A frame to another address on the VLAN reaches only who asks for it."""
    wired.both()
    server, switch = wired.server.namespace, wired.switch.namespace
    switch.ip(f"neighbour replace {VLAN_ADDRESS['server']} lladdr 02:00:00:00:00:77 "
              "dev sw0.652")
    assert not switch.ping(VLAN_ADDRESS["server"], timeout_s=0.3, check=False)
    server.ip("link set eth0.652 address 02:00:00:00:00:77")
    wired.server.engine("follow")
    assert server.link("eth0")["promiscuity"] == 1
    switch.ip(f"neighbour flush dev sw0.652")
    assert switch.ping(VLAN_ADDRESS["server"])
    server.ip(f"link set eth0.652 address {server.link('eth0')['address']}")
    wired.server.engine("follow")
    assert server.link("eth0")["promiscuity"] == 0


def test_carrier(wired):
    wired.both()
    server = wired.server
    assert server.namespace.has_carrier("eth0.652")
    server.engine("carrier off")
    wait_for(lambda: not server.namespace.has_carrier("eth0.652"), what="no carrier")
    assert server.namespace.ping(ADDRESS["switch"]), "the NIC itself goes on"
    server.engine("carrier on")
    wait_for(lambda: server.namespace.has_carrier("eth0.652"), what="carrier")
    assert server.namespace.ping(VLAN_ADDRESS["switch"])


# --- takeover, repair, what somebody does ----------------------------------


def test_kill_and_takeover_lose_nothing(wired):
    wired.both()
    server = wired.server
    server.engine("follow")  # the hub's program takes its final place
    before = snapshot(server.namespace)
    programs = [program(server.namespace, name) for name in ("eth0", "eth0.652-hub")]
    assert all(programs)
    vlans = server.engine("status")["vlans"]
    receiver = Receiver(wired.switch.namespace, VLAN_ADDRESS["switch"], idle_ms=500)
    sender = Sender(server.namespace, VLAN_ADDRESS["switch"], flows=50, rate=10000,
                    count=10000)
    for _ in range(3):
        server.engine.kill()
        assert server.reopen()["taken_over"]
        assert server.engine("vlan eth0.652 652")["taken_over"]
        server.engine("follow")
        assert server.engine("repair")["count"] == 0
    sender.result()
    assert receiver.result()["received"] == 10000
    assert server.engine("status")["vlans"] == vlans
    assert snapshot(server.namespace) == before
    assert [program(server.namespace, name) for name in ("eth0", "eth0.652-hub")] == programs


def test_takeover_replaces_other_programs(wired):
    wired.both()
    server = wired.server
    first = program(server.namespace, "eth0.652-hub")
    for arguments in (("--no-carrier-read",), ()):
        server.engine.kill()
        assert server.reopen(*arguments)["taken_over"]
        assert program(server.namespace, "eth0.652-hub") != first
        first = program(server.namespace, "eth0.652-hub")
        assert server.namespace.ping(VLAN_ADDRESS["switch"])


def test_nics_are_found(wired):
    server = wired.server
    server.engine = Engine(server.namespace)
    assert server.engine("nics")["nics"] == []
    server.namespace.ip("link add other type veth peer name other1")
    server.namespace.ip("link set other alias something")
    server.engine("nic eth0")
    assert Engine(server.namespace)("nics")["nics"] == [server.namespace.link("eth0")["ifindex"]]
    server.engine("destroy")
    assert Engine(server.namespace)("nics")["nics"] == []


def test_repair(wired):
    wired.both()
    server = wired.server
    assert server.engine("repair")["count"] == 0
    server.namespace.run("tc qdisc del dev eth0 clsact")
    server.namespace.ip("link set eth0 allmulticast off")
    server.namespace.ip("link set eth0.652-hub down")
    assert server.engine("repair")["count"] == 3
    assert server.namespace.ping(VLAN_ADDRESS["switch"])
    assert server.engine("repair")["count"] == 0


def test_vlans_follow_the_nics_mtu(wired):
    server = wired.server
    server.open()
    server.add()
    server.engine("vlan eth0.7 7 mtu=1450")

    def mtus():
        return [server.namespace.link(name)["mtu"] for name in
                ("eth0.652", "eth0.652-hub", "eth0.7", "eth0.7-hub")]

    assert mtus() == [1500, 1500, 1450, 1450]
    for mtu, expected in ((1400, [1400] * 4), (9000, [9000, 9000, 1450, 1450]),
                          (1500, [1500, 1500, 1450, 1450])):
        server.namespace.ip(f"link set eth0 mtu {mtu}")
        server.engine("follow")
        assert mtus() == expected
    # While nobody looks.
    server.engine.kill()
    server.namespace.ip("link set eth0 mtu 1300")
    server.reopen()
    server.engine("follow")
    assert mtus() == [1300] * 4


def test_vlans_follow_the_nics_address(wired):
    wired.both()
    server = wired.server
    server.engine("vlan eth0.7 7 mac=02:00:00:00:00:07")
    server.namespace.ip("link set eth0 address 02:00:00:00:00:42")
    server.engine("follow")
    assert server.namespace.link("eth0.652")["address"] == "02:00:00:00:00:42"
    assert server.namespace.link("eth0.7")["address"] == "02:00:00:00:00:07"
    assert server.namespace.ping(VLAN_ADDRESS["switch"])


def test_renamed(wired):
    wired.both()
    server = wired.server
    server.namespace.ip("link set eth0 down")
    server.namespace.ip("link set eth0 name lan0")
    server.namespace.ip("link set lan0 up")
    server.engine("follow")
    assert "VLAN 652 of lan0" in server.namespace.link("eth0.652-hub")["ifalias"]
    wait_for(lambda: server.namespace.ping(VLAN_ADDRESS["switch"], check=False), what="traffic")
    server.engine.kill()
    server.namespace.ip("link set lan0 name lan1", check=False)
    server.nic = "lan1" if server.namespace.link("lan1") else "lan0"
    assert server.reopen()["taken_over"]
    assert [vlan["name"] for vlan in server.engine("status")["vlans"]] == ["eth0.652"]
    server.engine("destroy")
    assert server.namespace.link("eth0.652") is None


def test_nic_gone(wired):
    server = wired.server
    server.open()
    server.add()
    wired.link.remove()
    with pytest.raises(EngineError, match="ENODEV"):
        server.engine("follow")
    assert server.engine("repair")["count"] == 0
    server.engine("destroy")
    assert set(server.namespace.links()) == {"lo"}


def test_nic_gone_while_nobody_looked(wired):
    server = wired.server
    server.open()
    server.add()
    server.engine("vlan eth0.7 7")
    server.engine.kill()
    wired.link.remove()
    server.engine = Engine(server.namespace)
    assert server.engine("strays")["released"] == 2
    assert set(server.namespace.links()) == {"lo"}


def test_strays_leave_a_running_nic_alone(wired):
    wired.both()
    before = snapshot(wired.server.namespace)
    assert Engine(wired.server.namespace)("strays")["released"] == 0
    assert snapshot(wired.server.namespace) == before


def test_former_member_becomes_a_parent(wired):
    """Its bond was deleted by hand while nobody looked."""
    server = wired.server
    address = server.namespace.link("eth0")["address"]
    server.engine = Engine(server.namespace)
    server.engine("open bond0 mac=02:00:00:00:00:33")
    server.engine("member 0 eth0")
    server.engine.kill()
    server.namespace.ip("link del bond0")
    assert server.open()["taken_over"] is False
    server.add()
    assert server.namespace.link("eth0")["address"] == address
    assert server.namespace.sysctl("net/ipv6/conf/eth0/disable_ipv6") == "0"
    wired.switch.open()
    wired.switch.add()
    assert server.namespace.ping(VLAN_ADDRESS["switch"])
    assert tc(server.namespace, "filter show dev eth0 ingress")


def test_many_vlans(wired):
    server = wired.server
    server.open()
    server.engine("vlans eth0 300")
    assert len(server.engine("status")["vlans"]) == 300
    server.engine("vlans_remove eth0 1 300")
    assert set(server.namespace.links()) == {"lo", "eth0"}
