# SPDX-License-Identifier: BSD-2-Clause
"""Which NIC a member's file means: HWADDR, DEVICE, both, and NICs that change their
name. The links are veth, which have no permanent address: their present one counts, or
the one that they had before they became members."""
import pytest

from daemon_util import Server
from netlab import wait_for

MAC = [f"02:00:00:00:01:{i:02x}" for i in range(4)]


@pytest.fixture
def server(tools):
    """eth0 to eth3, with the addresses MAC."""
    one = Server(tools, links=0)
    for i, mac in enumerate(MAC):
        one.make_link(f"eth{i}", mac)
    one.bond(members=("eth0",))
    yield one
    one.close()


def ip(server, *commands):
    for command in commands:
        server.namespace.ip(command)


def by_address(server, name, mac):
    """A member's file without DEVICE."""
    server.config.write(name, f"HWADDR={mac.upper()}\nONBOOT=yes\nMASTER=bond0\nSLAVE=yes\n")


def member(server, name):
    """By what the files call it."""
    return {m["configured_name"]: m for m in server.daemon.bond()["members"]}[name]


def wait_member(server, configured, **fields):
    wait_for(lambda: all(member(server, configured).get(key) == value
                         for key, value in fields.items()), 5, lambda: member(server, configured))
    return member(server, configured)


def test_file_without_device_means_the_nic_with_the_address(server):
    by_address(server, "uplink", MAC[2])
    server.start()
    wait_member(server, "uplink", state="active", name="eth2", permanent_mac=MAC[2])
    assert server.problems() == []


def test_file_without_device_named_as_another_nic(server):
    """As source_config does it: HWADDR before the file's name."""
    by_address(server, "eth1", MAC[3])
    server.start()
    wait_member(server, "eth1", state="active", name="eth3")
    assert server.namespace.link("eth1").get("ifalias") is None


def test_device_that_is_not_there_is_found_by_its_address(server):
    server.config.member("lan1", "bond0", HWADDR=MAC[1])
    server.start()
    wait_member(server, "lan1", state="active", name="eth1")
    # What udev's rule of initscripts does with such a file.
    ip(server, "link set eth1 name lan1")
    wait_member(server, "lan1", state="active", name="lan1", slot=1)
    assert server.daemon.reload()["changes"] == []


def test_device_that_does_not_match_is_refused(server):
    server.config.member("eth1", "bond0", HWADDR=MAC[2])
    server.start()
    refused = wait_member(server, "eth1", state="down", reason="refused", present=True)
    assert refused["reason_text"] == (f"its address is {MAC[1]}, and HWADDR in its file asks "
                                      f"for {MAC[2]}")
    assert [server.namespace.link(name).get("ifalias") for name in ("eth1", "eth2")] \
        == [None, None]
    # The address given by hand is a NIC's own, where its driver knows no other.
    ip(server, "link set eth2 down", "link set eth2 address 02:00:00:00:01:ff")
    ip(server, f"link set eth1 address {MAC[2]}")
    wait_member(server, "eth1", state="active", name="eth1")


def test_name_goes_to_the_right_nic_while_the_daemon_runs(server):
    server.config.member("eth1", "bond0", HWADDR=MAC[2])
    server.start()
    wait_member(server, "eth1", reason="refused")
    ip(server, "link set eth1 name old", "link set eth2 name eth1")
    wait_member(server, "eth1", state="active", ifindex=server.namespace.link("eth1")["ifindex"])


def test_nic_comes_while_the_daemon_runs(server):
    by_address(server, "uplink", "02:00:00:00:01:77")
    server.start()
    assert "no NIC has the address 02:00:00:00:01:77" in \
        wait_member(server, "uplink", state="absent")["reason_text"]
    server.make_link("whatever", "02:00:00:00:01:77")
    wait_member(server, "uplink", state="active", name="whatever")
    # It goes, and comes under another name.
    ip(server, "link del whatever")
    wait_member(server, "uplink", state="absent")
    server.make_link("other", "02:00:00:00:01:77")
    wait_member(server, "uplink", state="active", name="other")


def test_member_keeps_its_place_when_another_gets_its_name(server):
    server.config.member("eth1", "bond0", HWADDR=MAC[1])
    server.start()
    before = wait_member(server, "eth1", state="active")
    events = server.daemon.events()
    ip(server, "link set eth1 name moved", "link set eth2 name eth1")
    after = wait_member(server, "eth1", state="active", name="moved")
    assert (after["ifindex"], after["slot"]) == (before["ifindex"], before["slot"])
    wait_for(lambda: server.daemon.bond()["troubles"], 5, "the trouble")
    assert "another is called eth1" in server.daemon.bond()["troubles"][0]
    assert server.daemon.reload()["changes"] == []
    assert server.namespace.link("eth1").get("ifalias") is None
    events.close()
    assert not events.of("member_removed")


def test_renamed_while_no_daemon_ran(server):
    by_address(server, "uplink", MAC[2])
    server.config.member("eth1", "bond0", HWADDR=MAC[1])
    server.start()
    before = {m["configured_name"]: m["ifindex"] for m in server.daemon.bond()["members"]}
    server.daemon.stop()
    ip(server, "link set eth1 name a", "link set eth2 name eth1")
    server.start()
    assert {m["configured_name"]: m["ifindex"] for m in server.daemon.bond()["members"]} == before
    assert (member(server, "eth1")["name"], member(server, "uplink")["name"]) == ("a", "eth1")


def test_taken_over_without_the_saved_state(server):
    """All wear the bond's address then; their own stands in their alias."""
    by_address(server, "uplink", MAC[2])
    server.config.member("eth1", "bond0", HWADDR=MAC[1])
    server.start()
    before = {m["configured_name"]: (m["ifindex"], m["slot"])
              for m in server.daemon.bond()["members"]}
    assert server.namespace.link("eth2")["address"] == MAC[0]
    filters = server.look("eth2")["eth2"]["filters"]
    server.daemon.stop()
    server.namespace.run(["rm", server.state_file()])
    server.start()
    assert {m["configured_name"]: (m["ifindex"], m["slot"])
            for m in server.daemon.bond()["members"]} == before
    assert server.look("eth2")["eth2"]["filters"] == filters


def test_two_nics_with_one_address_are_refused_until_one_is_left(server):
    ip(server, "link set eth3 down", f"link set eth3 address {MAC[2]}")
    by_address(server, "uplink", MAC[2])
    server.start()
    refused = wait_member(server, "uplink", state="down", reason="refused")
    assert refused["reason_text"].startswith(f"eth2 and eth3 have the address {MAC[2]}")
    ip(server, "link set eth3 address 02:00:00:00:01:fe")
    wait_member(server, "uplink", state="active", name="eth2")


def test_what_stands_on_a_nic_shares_its_address_and_is_not_meant(server):
    ip(server, f"link add br0 address {MAC[2]} type bridge",
       f"link add macvlan0 address {MAC[2]} link eth3 type macvlan mode bridge")
    by_address(server, "uplink", MAC[2])
    server.start()
    wait_member(server, "uplink", state="active", name="eth2")


def test_bond_with_the_address_of_its_member_is_not_meant(server):
    """bond0 has eth0's address, and all its members too."""
    by_address(server, "eth0", MAC[0])
    by_address(server, "uplink", MAC[1])
    server.config.vlan("bond0.5", "10.0.5.1/24")
    server.start()
    wait_member(server, "eth0", name="eth0", state="active")
    wait_member(server, "uplink", name="eth1", state="active")
    # Found anew while the others wear the address that it had.
    ip(server, "link del eth0")
    wait_member(server, "eth0", state="absent")
    assert server.namespace.link("eth1")["address"] == MAC[0]
    server.make_link("again", MAC[0])
    wait_member(server, "eth0", name="again", state="active")
    assert member(server, "uplink")["name"] == "eth1"


def test_nic_that_two_files_mean(server):
    by_address(server, "uplink", MAC[0])
    server.start()
    wait_member(server, "eth0", state="active")
    assert wait_member(server, "uplink", reason="refused")["reason_text"] == \
        "eth0 is the NIC that the file of eth0 means"


def test_file_changes_its_mind(server):
    by_address(server, "uplink", MAC[1])
    server.start()
    wait_member(server, "uplink", name="eth1")
    by_address(server, "uplink", MAC[2])
    server.daemon.reload()
    wait_member(server, "uplink", name="eth2", state="active")
    assert server.namespace.link("eth1")["address"] == MAC[1]
