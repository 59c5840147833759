# SPDX-License-Identifier: BSD-2-Clause
"""Members that come later, vanish, are renamed, join or leave by the files, each
under traffic that must not notice more than it has to."""
import pytest
from netlab import Stream, VethLink
from netlab.pair import SWITCH, VLAN
from netlab.wait import wait_for

FLOWS = 300
RATE = 10000


@pytest.fixture
def trio(make_pair):
    """Three links by the files, balance-xor, up."""
    return make_pair(links=3, mode="balance-xor").up()


def member(pair, name):
    return pair.server_daemon.members()[name]


def make_link(pair, index):
    """The link of this index once more; the switch's end joins by itself."""
    pair.links[index] = VethLink(pair.server, pair.server_names[index], pair.switch,
                                 pair.switch_names[index])


def test_member_that_appears_later(make_pair):
    pair = make_pair(links=3, mode="balance-xor").make_links().write_config()
    pair.links[2].remove()
    pair.start()
    pair.wait_active([0, 1])
    assert member(pair, "ens1f2")["state"] == "absent"
    assert member(pair, "ens1f2")["reason"] == "absent"
    assert member(pair, "ens1f2")["present"] is False
    stream = Stream(pair, SWITCH, flows=FLOWS, rate=RATE, watch=False)
    stream.more(1000)
    make_link(pair, 2)
    pair.wait_active([0, 1, 2])
    stream.more(1000)
    received, _ = stream.finish()
    assert received["lost"] == 0
    stream = Stream(pair, SWITCH, flows=FLOWS, rate=RATE)
    stream.more(1000)
    received, paths = stream.finish()
    assert received["lost"] == 0 and set(paths.count_by_link()) == set(pair.server_names)


def test_bond_whose_every_member_appears_later(make_pair):
    pair = make_pair(links=2).write_config().start()
    assert {one["state"] for one in pair.server_daemon.bond()["members"]} == {"absent"}
    assert pair.server_daemon.bond()["carrier"] is False
    pair.make_links().wait_up()
    assert pair.server.ping("10.124.252.1")
    # The bond has the address of its first member, as with the kernel's driver.
    assert pair.server.link("bond0")["address"] in {
        one["permanent_mac"] for one in pair.server_daemon.bond()["members"]}


def test_member_that_vanishes(trio):
    stream = Stream(trio, SWITCH, flows=FLOWS, rate=RATE, watch=False)
    stream.more(1000)
    trio.links[1].remove()
    trio.wait_active([0, 2])
    wait_for(lambda: member(trio, "ens1f1")["state"] == "absent", 5, "it is shown as absent")
    stream.more(2000)
    received, _ = stream.finish()
    assert received["lost"] < RATE / 10  # what was under way on it
    stream = Stream(trio, SWITCH, flows=FLOWS, rate=RATE, watch=False)
    stream.more(1000)
    make_link(trio, 1)
    trio.wait_active([0, 1, 2])
    stream.more(1000)
    received, _ = stream.finish()
    assert received["lost"] == 0


def test_member_that_is_renamed_goes_on(trio):
    """An interface may be renamed while it is up; it stays what it is to the bond."""
    stream = Stream(trio, SWITCH, flows=FLOWS, rate=RATE)
    stream.more(1000)
    trio.server.ip("link set ens1f1 name lan7")
    wait_for(lambda: "lan7" in trio.server_daemon.members(), 5,
             lambda: f"status shows the present name: {trio.server_daemon.describe()}")
    assert trio.server_daemon.members()["lan7"]["state"] == "active"
    stream.more(1000)
    trio.server.ip("link set lan7 name ens1f1")
    wait_for(lambda: "ens1f1" in trio.server_daemon.members(), 5, "and the former again")
    stream.more(1000)
    received, paths = stream.finish()
    assert received["lost"] == 0
    assert paths.steady() == FLOWS


def test_interface_that_gets_a_members_name(make_pair):
    pair = make_pair(links=2, mode="balance-xor").write_config()
    pair.make_links()
    pair.server.ip("link set ens1f1 name other")
    pair.start()
    pair.server_daemon.wait_active(["ens1f0"])
    pair.server.ip("link set other name ens1f1")
    pair.wait_up()


def test_member_set_down_by_hand(trio):
    """As with the kernel's driver: it carries nothing until it is set up again."""
    stream = Stream(trio, SWITCH, flows=FLOWS, rate=RATE, watch=False)
    stream.more(1000)
    trio.server.ip("link set ens1f0 down")
    trio.wait_active([1, 2])
    stream.more(1000)
    trio.server.ip("link set ens1f0 up")
    trio.wait_active([0, 1, 2])
    stream.more(1000)
    received, _ = stream.finish()
    assert received["lost"] < RATE / 10


def test_members_leave_and_join_by_the_files(trio):
    """Without loss, and the one that left is restored to what it was."""
    before = trio.server_daemon.members()["ens1f2"]["permanent_mac"]
    text = trio.server_config.read("ens1f2")
    stream = Stream(trio, SWITCH, flows=FLOWS, rate=RATE, watch=False)
    stream.more(1000)
    trio.server_config.remove("ens1f2")
    trio.server_daemon.reload()
    trio.server_daemon.wait_active(["ens1f0", "ens1f1"])
    stream.more(1000)
    link = trio.server.link("ens1f2")
    assert link["address"] == before
    assert link["promiscuity"] == 0 and not link.get("ifalias")
    assert trio.server.run("tc filter show dev ens1f2 ingress").stdout == ""
    trio.server_config.write("ens1f2", text)
    trio.server_daemon.reload()
    trio.wait_active([0, 1, 2])
    stream.more(1000)
    received, _ = stream.finish()
    assert received["lost"] <= RATE / 100


def test_vlan_interfaces_come_and_go_by_the_files(trio):
    """Adding and removing one disturbs neither the bond nor the other VLAN interface."""
    streams = [Stream(trio, address, flows=100, rate=5000, watch=False, port=port)
               for address, port in ((SWITCH, 9000), ("10.124.252.1", 9001))]
    for stream in streams:
        stream.more(500)
    ifindex = trio.server.link(VLAN)["ifindex"]
    for pair_side, config, host in ((trio.server_daemon, trio.server_config, 101),
                                    (trio.switch_daemon, trio.switch_config, 1)):
        config.vlan("bond0.700", f"10.124.70.{host}/24")
        pair_side.reload()
    wait_for(lambda: trio.server.ping("10.124.70.1", timeout_s=1, check=False), 5,
             "the new VLAN answers")
    for daemon, config in ((trio.server_daemon, trio.server_config),
                           (trio.switch_daemon, trio.switch_config)):
        config.remove("bond0.700")
        daemon.reload()
    wait_for(lambda: trio.server.link("bond0.700") is None, 5, "it is gone")
    assert trio.server.link(VLAN)["ifindex"] == ifindex
    for stream in streams:
        stream.more(500)
        received, _ = stream.finish()
        assert received["lost"] == 0


def test_options_change_without_loss(trio):
    """SIGHUP applies the difference only."""
    stream = Stream(trio, SWITCH, flows=FLOWS, rate=RATE, watch=False)
    stream.more(1000)
    ifindex = trio.server.link("bond0")["ifindex"]
    text = trio.server_config.read("bond0")
    for change, shown in (("miimon=50", ("miimon", 50)),
                          ("xmit_hash_policy=layer2+3", ("xmit_hash_policy", "layer2+3")),
                          ("updelay=200", ("updelay", 200))):
        key = change.split("=", maxsplit=1)[0]
        words = [word for word in trio.options.split() if not word.startswith(key + "=")]
        options = " ".join(words + [change])
        trio.server_config.write("bond0", text.replace(trio.options, options))
        trio.server_daemon.hang_up()
        name, value = shown
        wait_for(lambda: trio.server_daemon.bond()[name] == value, 5,
                 lambda: f"{shown}: {trio.server_daemon.bond()}")
        stream.more(1000)
    trio.server_config.write("bond0", text)
    trio.server_daemon.reload()
    stream.more(1000)
    received, _ = stream.finish()
    assert received["lost"] == 0 and received["duplicates"] == 0
    assert trio.server.link("bond0")["ifindex"] == ifindex


def test_transmit_hook_changes_without_loss(trio):
    stream = Stream(trio, SWITCH, flows=FLOWS, rate=RATE)
    stream.more(1000)
    text = trio.server_config.read("bond0")
    trio.server_config.write("bond0", text + 'PORTCHANNEL_OPTS="transmit_hook=device"\n')
    trio.server_daemon.reload()
    assert trio.server_daemon.bond()["transmit_hook"] == "device"
    stream.more(1000)
    trio.server_config.write("bond0", text)
    trio.server_daemon.reload()
    assert trio.server_daemon.bond()["transmit_hook"] == "hub"
    stream.more(1000)
    received, paths = stream.finish()
    assert received["lost"] == 0 and received["duplicates"] == 0
    assert paths.steady() == FLOWS
