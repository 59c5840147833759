# SPDX-License-Identifier: BSD-2-Clause
"""The engine by itself, without the daemon: bonds, members and VLAN interfaces made,
changed, taken over and removed, with static buckets. engine_tool.c drives it.

    namespace "server"                 namespace "switch"
    bond0, bond0.652                   bond0, bond0.652
        ens1f0 ───────────────────────── sw0
        ens1f1 ───────────────────────── sw1
"""
import json
import os
import subprocess

import pytest
from netlab import Namespace, Receiver, Sender, Tools, VethLink, wait_for
from netlab.tcx import tcx_programs

IFF_ALLMULTI = "ALLMULTI"
ADDRESS = {"server": "10.99.0.1", "switch": "10.99.0.2"}
VLAN_ADDRESS = {"server": "10.99.1.1", "switch": "10.99.1.2"}


class EngineError(Exception):
    pass


class Engine:
    """A process that has the engine open; commands are those of engine_tool.c."""

    def __init__(self, namespace, *arguments):
        tool = os.path.join(Tools().build, "tests", "netns", "engine_tool")
        self.process = namespace.start([tool, *arguments], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)

    def __call__(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        kind, _, rest = self.process.stdout.readline().partition(" ")
        if kind != "ok":
            raise EngineError(f"{command}: {rest.strip()}")
        return json.loads(rest)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Side:
    def __init__(self, role, members):
        self.role = role
        self.namespace = Namespace(role)
        self.members = members
        self.engine = None

    def open(self, *arguments, options="", vlan=True):
        self.engine = Engine(self.namespace, *arguments)
        answer = self.engine(f"open bond0 {options}")
        for slot, name in enumerate(self.members):
            self.engine(f"member {slot} {name}")
        self.publish()
        self.engine("carrier on")
        if vlan:
            self.engine("vlan bond0.652 652")
        self.namespace.ip("link set bond0 up")
        self.namespace.ip(f"address add {ADDRESS[self.role]}/24 dev bond0")
        if vlan:
            self.namespace.ip("link set bond0.652 up")
            self.namespace.ip(f"address add {VLAN_ADDRESS[self.role]}/24 dev bond0.652")
        return answer

    def publish(self, *slots):
        slots = slots or range(len(self.members))
        self.engine("publish " + " ".join(str(slot) for slot in slots))

    def reopen(self, *arguments, options=""):
        """Another process takes over."""
        self.engine = Engine(self.namespace, *arguments)
        return self.engine(f"open bond0 {options}")


class Wired:
    def __init__(self, count=2):
        self.server = Side("server", [f"ens1f{i}" for i in range(count)])
        self.switch = Side("switch", [f"sw{i}" for i in range(count)])
        self.links = [VethLink(self.server.namespace, f"ens1f{i}", self.switch.namespace,
                               f"sw{i}") for i in range(count)]

    def both(self, *arguments, options="", vlan=True):
        self.server.open(*arguments, options=options, vlan=vlan)
        self.switch.open(*arguments, vlan=vlan)

    def close(self):
        self.server.namespace.close()
        self.switch.namespace.close()


@pytest.fixture
def wired():
    made = Wired()
    yield made
    made.close()


def snapshot(namespace):
    """All that a bond might change and has to put back, of every interface."""
    kept = {}
    for name, link in namespace.links().items():
        if name == "lo":
            continue
        kept[name] = {key: link.get(key) for key in
                      ("ifindex", "address", "mtu", "ifalias", "promiscuity", "allmulti",
                       "inet6_addr_gen_mode", "gso_max_size", "gso_max_segs", "master")}
        kept[name]["flags"] = sorted(set(link["flags"]) - {"LOWER_UP", "NO-CARRIER", "M-DOWN"})
        kept[name]["disable_ipv6"] = namespace.sysctl(f"net/ipv6/conf/{name}/disable_ipv6")
        kept[name]["filters"] = filters(namespace, name)
    return kept


def filters(namespace, name):
    found = []
    for direction in ("ingress", "egress"):
        found += tc(namespace, f"filter show dev {name} {direction}")
    return found + [qdisc for qdisc in tc(namespace, f"qdisc show dev {name}")
                    if qdisc["kind"] == "clsact"]


def tc(namespace, arguments):
    text = namespace.run(f"tc -json {arguments}").stdout
    return json.loads(text) if text.strip() else []


def program(namespace, name, direction="ingress"):
    """The id of our program there; None if there is none."""
    for number in tcx_programs(namespace, name, direction):
        return number
    for entry in tc(namespace, f"filter show dev {name} {direction}"):
        if "options" in entry and "prog" in entry["options"]:
            return entry["options"]["prog"]["id"]
    return None


def set_apart(namespace, name):
    """Settings that nobody would have by chance."""
    namespace.ip(f"link set {name} mtu 1400 alias 'left port' promisc on")


# --- making and removing ---------------------------------------------------


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


# --- traffic ---------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("--no-carrier-read",)])
@pytest.mark.parametrize("hook", ["hub", "device"])
def test_traffic(wired, hook, arguments):
    wired.both(*arguments, options=f"hook={hook}")
    server, switch = wired.server, wired.switch
    assert server.namespace.ping(ADDRESS["switch"], count=5)
    assert server.namespace.ping(VLAN_ADDRESS["switch"], count=5)
    drops = server.engine("counters")["drops"]  # before the switch was there
    receiver = Receiver(switch.namespace, ADDRESS["switch"], idle_ms=500)
    sender = Sender(server.namespace, ADDRESS["switch"], flows=200, rate=20000, count=4000)
    sender.result()
    assert receiver.result()["received"] == 4000
    counters = server.engine("counters")
    shares = [member["tx_packets"] for member in counters["members"][:2]]
    assert min(shares) > 1000, shares
    assert counters["drops"] == drops
    received = switch.engine("counters")["members"]
    assert sum(member["rx_packets"] for member in received) >= 4000
    hub_counts = server.namespace.counters("bond0-hub")["rx"]["packets"]
    assert hub_counts > 4000 if hook == "hub" else hub_counts < 100


def test_ipv6_and_jumbo_frames(wired):
    wired.both()
    for side, host in ((wired.server, 1), (wired.switch, 2)):
        side.engine("change mtu=9000")
        side.namespace.ip(f"address add 2001:db8::{host}/64 dev bond0")
        assert side.namespace.link("bond0.652")["mtu"] == 9000
    assert wired.server.namespace.ping("2001:db8::2", size=8952)
    assert wired.server.namespace.ping(ADDRESS["switch"], size=8972)
    assert wired.server.namespace.ping(VLAN_ADDRESS["switch"], size=8972)


def test_hubs_carry_no_address(wired):
    wired.both()
    for name in ("bond0-hub", "bond0.652-hub"):
        assert wired.server.namespace.addresses(name) == []
        assert wired.server.namespace.sysctl(f"net/ipv6/conf/{name}/disable_ipv6") == "1"
        assert wired.server.namespace.link(name)["inet6_addr_gen_mode"] == "none"


def test_carrier(wired):
    wired.both()
    names = ("bond0", "bond0.652")
    server = wired.server
    assert all(server.namespace.has_carrier(name) for name in names)
    server.engine("carrier off")
    for name in names:
        wait_for(lambda n=name: not server.namespace.has_carrier(n),
                 what=f"{name} loses carrier")
    assert not server.namespace.ping(ADDRESS["switch"], timeout_s=0.3, check=False)
    server.engine("carrier on")
    for name in names:
        wait_for(lambda n=name: server.namespace.has_carrier(n), what=f"{name} has carrier")
    assert server.namespace.ping(ADDRESS["switch"])


@pytest.mark.parametrize("hook", ["hub", "device"])
def test_without_carrier_nothing_is_sent(wired, hook):
    """min_links can take the carrier away while members could still send."""
    wired.both(options=f"hook={hook}")
    wired.server.namespace.ping(ADDRESS["switch"])
    wired.server.engine("carrier off")
    sent = wired.server.namespace.counters("ens1f0")["tx"]["packets"]
    sent += wired.server.namespace.counters("ens1f1")["tx"]["packets"]
    wired.server.namespace.ping(ADDRESS["switch"], count=3, timeout_s=0.3, check=False)
    after = wired.server.namespace.counters("ens1f0")["tx"]["packets"]
    after += wired.server.namespace.counters("ens1f1")["tx"]["packets"]
    assert after == sent


def test_hook_is_changed_without_loss(wired):
    wired.both()
    receiver = Receiver(wired.switch.namespace, ADDRESS["switch"], idle_ms=500)
    sender = Sender(wired.server.namespace, ADDRESS["switch"], flows=100, rate=10000,
                    count=10000)
    changes = 0
    while sender.process.poll() is None:
        for hook in ("device", "hub"):
            wired.server.engine(f"change hook={hook}")
            changes += 1
    sender.result()
    assert changes >= 2
    assert receiver.result()["received"] == 10000, changes
    assert program(wired.server.namespace, "bond0", "egress") is None


def test_hook_changed_live_is_taken_over(wired):
    wired.both()
    server = wired.server
    server.engine("change hook=device")
    number = program(server.namespace, "bond0", "egress")
    assert number and program(server.namespace, "bond0.652", "egress")
    server.engine.kill()
    assert server.reopen("--no-carrier-read", options="hook=device")["taken_over"]
    assert program(server.namespace, "bond0", "egress") not in (None, number)
    assert server.namespace.ping(ADDRESS["switch"])
    assert server.namespace.ping(VLAN_ADDRESS["switch"])
    server.engine("change hook=hub")
    assert program(server.namespace, "bond0", "egress") is None
    assert program(server.namespace, "bond0.652", "egress") is None


# --- takeover --------------------------------------------------------------


def test_kill_and_takeover_lose_nothing(wired):
    wired.both()
    server = wired.server
    before = snapshot(server.namespace)
    status = server.engine("status")
    programs = {name: program(server.namespace, name)
                for name in ("ens1f0", "ens1f1", "bond0-hub", "bond0.652-hub")}
    assert all(programs.values()), programs
    counters = server.engine("counters")
    receiver = Receiver(wired.switch.namespace, ADDRESS["switch"], idle_ms=500)
    sender = Sender(server.namespace, ADDRESS["switch"], flows=100, rate=10000, count=10000)
    for _ in range(3):
        server.engine.kill()
        assert server.reopen()["taken_over"]
        for slot, name in enumerate(server.members):
            server.engine(f"member {slot} {name}")
        server.engine("change")
        server.engine("follow")
    sender.result()
    assert receiver.result()["received"] == 10000
    after = server.engine("status")
    assert after["buckets"] == status["buckets"]
    assert [slot["flags"] for slot in after["slots"]] == [s["flags"] for s in status["slots"]]
    assert after["vlans"] == status["vlans"]
    assert snapshot(server.namespace) == before
    assert {name: program(server.namespace, name) for name in programs} == programs
    assert (server.engine("counters")["members"][0]["tx_packets"]
            > counters["members"][0]["tx_packets"])


def test_takeover_replaces_other_programs(wired):
    """A process that reads no carrier takes over from one that does, and back."""
    wired.both()
    server = wired.server
    first = program(server.namespace, "bond0-hub")
    buckets = server.engine("status")["buckets"]
    for arguments in (("--no-carrier-read",), ()):
        server.engine.kill()
        assert server.reopen(*arguments)["taken_over"]
        assert server.engine("status")["buckets"] == buckets
        assert program(server.namespace, "bond0-hub") != first
        first = program(server.namespace, "bond0-hub")
        assert server.namespace.ping(ADDRESS["switch"])
        assert server.namespace.ping(VLAN_ADDRESS["switch"])


def table_map_id(namespace, name):
    """The id of pc_table, found as anybody would, by bpftool."""
    number = program(namespace, name)
    shown = json.loads(namespace.run(f"bpftool -j prog show id {number}").stdout)
    for map_id in shown["map_ids"]:
        found = json.loads(namespace.run(f"bpftool -j map show id {map_id}").stdout)
        if found.get("name") == "pc_table":
            return map_id, found["bytes_value"]
    return None


def test_takeover_from_another_version(wired):
    """Another layout: new maps are filled from the old, traffic goes on."""
    wired.both()
    server = wired.server
    map_id, size = table_map_id(server.namespace, "bond0-hub")
    dump = json.loads(server.namespace.run(f"bpftool -j map dump id {map_id}").stdout)
    value = [int(byte, 16) for byte in dump[0]["value"]]
    assert len(value) == size and value[:4] == [1, 0, 0, 0]
    server.engine.kill()
    value[0] = 77
    server.namespace.run(f"bpftool map update id {map_id} key 0 0 0 0 value "
                         + " ".join(str(byte) for byte in value))
    assert server.reopen()["taken_over"]
    assert table_map_id(server.namespace, "bond0-hub")[0] != map_id
    status = server.engine("status")
    assert [slot["buckets"] for slot in status["slots"][:2]] == [420, 420]
    assert [slot["flags"] for slot in status["slots"][:2]] == [3, 3]
    assert [vlan["name"] for vlan in status["vlans"]] == ["bond0.652"]
    assert server.namespace.ping(ADDRESS["switch"])
    assert server.namespace.ping(VLAN_ADDRESS["switch"])


def test_takeover_notices_what_has_gone(wired):
    wired.both()
    server = wired.server
    server.engine.kill()
    server.namespace.ip("link del ens1f1")
    server.namespace.ip("link del bond0.652")
    assert server.reopen()["taken_over"]
    status = server.engine("status")
    assert status["vlans"] == []
    assert status["slots"][1]["ifindex"] != 0
    server.engine("release 1")
    assert server.engine("status")["slots"][1]["ifindex"] == 0
    assert not server.engine("vlan bond0.652 652")["taken_over"]


def test_takeover_with_the_device_hook(wired):
    wired.both(options="hook=device")
    server = wired.server
    number = program(server.namespace, "bond0", "egress")
    server.engine.kill()
    assert server.reopen(options="hook=device")["taken_over"]
    server.engine("change hook=device")
    assert program(server.namespace, "bond0", "egress") == number
    server.engine("change hook=hub")
    assert program(server.namespace, "bond0", "egress") is None
    assert program(server.namespace, "bond0.652", "egress") is None
    assert server.namespace.ping(VLAN_ADDRESS["switch"])


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


# --- following -------------------------------------------------------------


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


# --- VLAN interfaces -------------------------------------------------------


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


def test_probe(wired):
    features = Engine(wired.server.namespace)("probe")
    for name in ("veth", "clsact, tc-bpf", "eBPF programs, mapped maps", "takeover"):
        assert features[name][0] == "ok", features[name]
