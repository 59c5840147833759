# SPDX-License-Identifier: BSD-2-Clause
"""Plans against what runs, applied as one: what is shown is done, what fails is undone,
and what somebody did by hand is seen."""
import json
import threading

import pytest

from apply_util import (addresses, apply, drift, exists, make_server, plan, refused, route, routes,
                        texts)
from daemon_util import LACP, XOR
from netlab import Namespace, wait_for
from netlab.daemon import ApiError


@pytest.fixture
def server(tools):
    one = make_server(tools)
    yield one
    one.close()


ALL = ("bond0", "bond0.5", "bond0.6", "eth0", "eth1")


def test_nothing_to_do(server):
    before = server.look(*ALL)
    answer = plan(server)
    assert (answer["steps"], answer["drift"], answer["disruption"]) == ([], [], "none")
    assert apply(server)["changes"] == []
    assert server.look(*ALL) == before


def test_what_is_planned_is_done(server):
    server.bond(options=XOR + " updelay=0", address="10.0.0.2/24", portchannel="engine=ebpf")
    server.config.member("eth2", "bond0")
    server.config.vlan("bond0.7", "10.0.7.1/24", MTU=1400)
    server.config.remove("bond0.6")
    answer = plan(server)
    assert texts(answer) == [
        "remove 10.0.0.1/24 from bond0", "remove 10.0.6.1/24 from bond0.6",
        "remove VLAN interface bond0.6, VLAN 6 of bond0", "add eth2 to bond0",
        "make VLAN interface bond0.7, VLAN 7 of bond0", "add 10.0.0.2/24 to bond0",
        "add 10.0.7.1/24 to bond0.7"]
    assert answer["disruption"] == "vlan"
    step = answer["steps"][4]
    assert (step["action"], step["parent"], step["interface"]) == ("vlan_add", "bond0",
                                                                   "bond0.7")
    assert step["file"] == server.config.file("bond0.7") and step["line"] == 1
    assert answer["steps"][0]["file"] is None
    # Only shown, so far.
    assert addresses(server, "bond0") == ["10.0.0.1/24"]
    before = server.look("bond0.5", "eth0", "eth1")
    done = apply(server)
    assert texts(done) == texts(answer)
    assert {one["result"] for one in done["steps"]} == {"done"}
    assert addresses(server, "bond0") == ["10.0.0.2/24"]
    assert addresses(server, "bond0.7") == ["10.0.7.1/24"]
    assert server.namespace.link("bond0.7")["mtu"] == 1400
    assert not exists(server, "bond0.6")
    server.wait_members(eth0="active", eth1="active", eth2="active")
    assert server.look("bond0.5", "eth0", "eth1") == before
    assert plan(server)["steps"] == []


def test_drift_is_shown_and_put_right(server):
    ip = server.namespace.ip
    ip("address del 10.0.0.1/24 dev bond0")
    ip("address add 10.9.9.9/24 dev bond0")
    ip("link set bond0.5 down")
    ip("link set bond0.6 mtu 1300")
    assert drift(server) == {
        ("bond0", "somebody removed 10.0.0.1/24"),
        ("bond0", "10.9.9.9/24 is in no file; it is left alone"),
        ("bond0.5", "somebody set it down"),
        ("bond0.6", "somebody changed its MTU to 1300")}
    assert texts(plan(server)) == [
        "change MTU of bond0.6 from 1300 to the parent's", "set bond0.5 up",
        "add 10.0.0.1/24 to bond0"]
    apply(server)
    assert sorted(addresses(server, "bond0")) == ["10.0.0.1/24", "10.9.9.9/24"]
    assert "UP" in server.namespace.link("bond0.5")["flags"]
    assert server.namespace.link("bond0.6")["mtu"] == 1500
    assert drift(server) == {("bond0", "10.9.9.9/24 is in no file; it is left alone")}
    # What was put there by hand never becomes ours, what is in a file does.
    server.bond(address="10.9.9.9/24")
    assert texts(plan(server)) == ["remove 10.0.0.1/24 from bond0"]
    apply(server)
    server.bond(address="10.0.0.1/24")
    apply(server)
    assert addresses(server, "bond0") == ["10.0.0.1/24"]


def test_a_deleted_vlan_interface_comes_back(server):
    server.namespace.ip("link del bond0.5")
    wait_for(lambda: texts(plan(server)) == [
        "make VLAN interface bond0.5, VLAN 5 of bond0", "add 10.0.5.1/24 to bond0.5"],
        5, lambda: f"it is planned: {plan(server)}")
    apply(server)
    assert addresses(server, "bond0.5") == ["10.0.5.1/24"]


def test_a_step_that_fails_undoes_those_before(server):
    """The name of the last one made is somebody's."""
    server.namespace.ip("link add bond0.9 type veth peer name other")
    before = server.look(*ALL)
    server.bond(options=XOR.replace("layer3+4", "layer2"), address="10.0.0.2/24",
                members=("eth0", "eth1", "eth2"))
    server.config.remove("bond0.6")
    server.config.vlan("bond0.7", "10.0.7.1/24")
    server.config.vlan("bond0.9", "10.0.9.1/24")
    error = refused(server)
    assert (error.status, error.code) == (409, "step_failed")
    assert error.message.startswith("can't make VLAN interface bond0.9, VLAN 9 of bond0: ")
    results = {one["text"]: one["result"] for one in error.body["error"]["steps"]}
    assert results["make VLAN interface bond0.9, VLAN 9 of bond0"] == "failed"
    assert results["make VLAN interface bond0.7, VLAN 7 of bond0"] == "undone"
    assert results["remove VLAN interface bond0.6, VLAN 6 of bond0"] == "undone"
    assert results["remove 10.0.0.1/24 from bond0"] == "undone"
    assert results["add 10.0.0.2/24 to bond0"] == "skipped"
    after = server.look(*ALL)
    assert addresses(server, "bond0.6") == ["10.0.6.1/24"]
    assert not exists(server, "bond0.7")
    assert set(server.members()) == {"eth0", "eth1"}
    assert server.daemon.bond()["xmit_hash_policy"] == "layer3+4"
    del before["bond0.6"], after["bond0.6"]  # it was made anew
    assert after == before
    # Nothing of it is left in what the daemon knows, either.
    server.namespace.ip("link del bond0.9")
    assert len(plan(server)["steps"]) == len(results)
    apply(server)
    assert addresses(server, "bond0.9") == ["10.0.9.1/24"]


def test_a_route_that_is_refused_undoes_all(server):
    before = server.look(*ALL)
    route(server, "10.77.0.0/16 via 10.0.0.254\n10.78.0.0/16 via 203.0.113.7\n")
    server.config.vlan("bond0.7", "10.0.7.1/24")
    error = refused(server)
    assert error.code == "step_failed" and "10.78.0.0/16" in error.message
    assert server.look(*ALL) == before
    assert not exists(server, "bond0.7")
    assert not any(line.startswith("10.77") for line in routes(server))


def test_routes_come_back_with_the_last_address(server):
    server.bond(address="10.0.0.1/24", GATEWAY="10.0.0.254")
    route(server, "10.77.0.0/16 via 10.0.0.253\n")
    apply(server)
    server.bond(address="10.0.0.2/24", GATEWAY="10.0.0.254")
    apply(server)
    assert any(line.startswith("10.77.0.0/16 via 10.0.0.253") for line in routes(server))
    assert any(line.startswith("default via 10.0.0.254") for line in routes(server))
    server.namespace.ip("route del 10.77.0.0/16")
    assert drift(server) == {("bond0", "somebody removed route 10.77.0.0/16 via 10.0.0.253")}
    apply(server)
    assert any(line.startswith("10.77.0.0/16 via 10.0.0.253") for line in routes(server))
    server.namespace.run(["rm", f"{server.config.path}/route-bond0"])
    apply(server)
    assert not any(line.startswith("10.77") for line in routes(server))
    assert any(line.startswith("default via 10.0.0.254") for line in routes(server))


def test_the_first_of_several_addresses_takes_no_other_along(server):
    server.namespace.run(["sysctl", "-q", "net.ipv4.conf.all.promote_secondaries=0",
                          "net.ipv4.conf.bond0.promote_secondaries=0"])
    server.bond(address="10.0.0.1/24", IPADDR1="10.0.0.2", PREFIX1="24")
    apply(server)
    server.namespace.ip("address add 10.0.0.99/24 dev bond0")  # a virtual one, of others
    server.bond(address="10.0.0.2/24")
    apply(server)
    assert sorted(addresses(server, "bond0")) == ["10.0.0.2/24", "10.0.0.99/24"]


def test_an_address_of_another_interface_here(server):
    server.config.vlan("bond0.6", "10.0.5.1/24")
    error = refused(server)
    assert (error.status, error.code) == (409, "address_in_use")
    assert error.message == "10.0.5.1/24 can't be put on bond0.6: bond0.5 has it"
    assert addresses(server, "bond0.6") == ["10.0.6.1/24"]
    # One that moves is free by then.
    server.config.vlan("bond0.5", "10.0.6.1/24")
    apply(server)
    assert addresses(server, "bond0.6") == ["10.0.5.1/24"]
    assert addresses(server, "bond0.5") == ["10.0.6.1/24"]


@pytest.fixture
def neighbour(server):
    """Another host behind eth0, that eth1 doesn't reach."""
    other = Namespace("neighbour")
    server.config.remove("eth1")
    server.daemon.reload()
    server.namespace.ip(f"link set far-eth0 netns {other.name}")
    other.ip("link set far-eth0 up")
    server.wait_members(eth0="active")
    yield other
    other.close()


def test_an_address_that_another_host_holds(server, neighbour):
    neighbour.ip("address add 10.0.0.7/24 dev far-eth0")
    mac = neighbour.link("far-eth0")["address"]
    server.bond(address="10.0.0.7/24", members=("eth0",))
    server.config.vlan("bond0.7", "10.0.7.1/24")
    error = refused(server)
    assert (error.status, error.code) == (409, "address_in_use")
    assert mac in error.message and "10.0.0.7" in error.message
    assert addresses(server, "bond0") == ["10.0.0.1/24"]
    assert not exists(server, "bond0.7")
    # Who asks for what can be done gets the rest.
    answer = server.daemon.reload()
    assert [(one["subject"], mac in one["message"]) for one in answer["problems"]] == [
        ("bond0", True)]
    assert addresses(server, "bond0") == []
    assert addresses(server, "bond0.7") == ["10.0.7.1/24"]
    server.bond(address="10.0.0.7/24", members=("eth0",), ARPCHECK="no")
    apply(server)
    assert addresses(server, "bond0") == ["10.0.0.7/24"]


def test_reload_during_an_application_comes_after(server, neighbour):
    """Asking for addresses takes a while, in which the files change again."""
    server.config.vlan("bond0.7", "10.0.7.1/24")
    first = threading.Thread(target=server.daemon.reload)
    first.start()
    server.config.vlan("bond0.8", "10.0.8.1/24")
    server.daemon.reload()
    first.join()
    assert addresses(server, "bond0.7") == ["10.0.7.1/24"]
    assert addresses(server, "bond0.8") == ["10.0.8.1/24"]


def test_errors_keep_what_they_touch_and_nothing_else(server):
    server.config.write("bond0.5", "DEVICE=bond0.5\nVLAN=yes\nIPADDR=10.0.5\n")
    server.config.vlan("bond0.6", "10.0.6.2/24")
    # All or nothing: not a configuration that could never be gone back to.
    error = refused(server)
    assert (error.status, error.code) == (409, "bad_config")
    assert "ifcfg-bond0.5:3:8: IPADDR '10.0.5' is no IPv4 address" in error.message
    assert "10.0.6.2/24" not in addresses(server, "bond0.6")
    # A reload does what can be done.
    answer = server.daemon.reload()
    assert [one["subject"] for one in answer["problems"]] == ["bond0.5"]
    assert answer["problems"][0]["column"] is not None
    assert addresses(server, "bond0.5") == ["10.0.5.1/24"]
    assert addresses(server, "bond0.6") == ["10.0.6.2/24"]


def test_a_vlan_interface_follows_its_nic_to_another_bond_while_no_daemon_runs(server):
    server.config.write("vlan9", "DEVICE=vlan9\nVLAN=yes\nPHYSDEV=bond0\nONBOOT=yes\n"
                                 "IPADDR=10.0.9.1\nPREFIX=24\n")
    apply(server)
    server.daemon.stop()
    server.bond("bond1", members=("eth2",), options=LACP)
    server.config.member("eth1", "bond1")
    server.config.write("vlan9", "DEVICE=vlan9\nVLAN=yes\nPHYSDEV=bond1\nONBOOT=yes\n"
                                 "IPADDR=10.0.9.1\nPREFIX=24\n")
    server.start()
    assert server.problems() == []
    assert [one["name"] for one in server.daemon.bond("bond1")["vlans"]] == ["vlan9"]
    assert addresses(server, "vlan9") == ["10.0.9.1/24"]
    assert set(server.members("bond1")) == {"eth1", "eth2"}
    assert set(server.members()) == {"eth0"}


def rule(server, text):
    with open(f"{server.config.path}/rule-bond0.5", "w", encoding="utf-8") as file:
        file.write(text)


def rules(server):
    return server.namespace.run(["ip", "rule", "show"]).stdout


def test_rules_go_with_what_they_came_with(server):
    rule(server, "from 10.0.5.0/24 lookup 105 priority 1005\n")
    apply(server)
    assert "lookup 105" in rules(server)
    server.namespace.ip("rule del priority 1005")
    assert drift(server) == {("bond0.5", "somebody removed rule from 10.0.5.0/24 priority "
                                         "1005 lookup 105")}
    apply(server)
    assert "lookup 105" in rules(server)
    server.namespace.ip("link del bond0.5")
    wait_for(lambda: "lookup 105" not in rules(server), 5, "the rule is gone")
    apply(server)
    assert "lookup 105" in rules(server)
    server.daemon.stop()
    server.namespace.ip("link del bond0")
    server.config.remove("bond0.5")
    server.namespace.run(["rm", f"{server.config.path}/rule-bond0.5"])
    server.start()
    assert "lookup 105" not in rules(server)
    rule(server, "from 10.0.5.0/24 lookup 105 priority 1005\n")
    server.config.vlan("bond0.5", "10.0.5.1/24")
    apply(server)
    server.daemon.down()
    assert "lookup 105" not in rules(server)


def test_a_state_of_the_former_kind_says_whose_an_address_is(server):
    """Formerly what was put stood beside what was wanted."""
    server.daemon.stop()
    with open(server.state_file(), encoding="utf-8") as file:
        state = json.load(file)
    state["addresses"] = {"bond0": state["wanted"]["interface"]["addresses"],
                          "bond0.5": state["wanted"]["vlans"][0]["addresses"]}
    del state["unfinished"]
    for interface in [state["wanted"]["interface"], *state["wanted"]["vlans"]]:
        interface.pop("ipv6_autoconf", None)
    with open(server.state_file(), "w", encoding="utf-8") as file:
        json.dump(state, file)
    server.bond(address="10.0.0.2/24")
    server.start()
    assert addresses(server, "bond0") == ["10.0.0.2/24"]
    assert addresses(server, "bond0.5") == ["10.0.5.1/24"]


def test_what_a_killed_application_has_put_is_known(server):
    """The daemon dies after the address is there and before it is noted as done."""
    server.daemon.stop()
    with open(server.state_file(), encoding="utf-8") as file:
        state = json.load(file)
    state["unfinished"] = True
    state["wanted"]["interface"]["addresses"].append(
        {"family": "inet", "address": "10.0.0.3", "prefix": 24})
    with open(server.state_file(), "w", encoding="utf-8") as file:
        json.dump(state, file)
    server.namespace.ip("address add 10.0.0.3/24 dev bond0")
    server.start()
    assert addresses(server, "bond0") == ["10.0.0.1/24"]


def test_an_mtu_that_cannot_be(server):
    """Refused with file, line and both numbers; a reload does what can be done."""
    server.config.vlan("bond0.5", "10.0.5.1/24", MTU=9000)
    before = server.look(*ALL)
    error = refused(server)
    assert error.code == "bad_config" and "ifcfg-bond0.5:" in error.message
    assert "MTU 9000 of 'bond0.5' is more than the 1500 of 'bond0'" in error.message
    assert server.look(*ALL) == before
    assert server.daemon.request("POST", "/v1/reload", {})["changes"] == []
    assert "bond0.5" in server.namespace.links()
    # What the bond's own NIC can't do.
    server.config.vlan("bond0.5", "10.0.5.1/24")
    server.namespace.ip("tuntap add tap0 mode tap")
    most = 65535 - 14
    server.bond(members=("eth0", "eth1", "tap0"), address="10.0.0.1/24", MTU=most + 1)
    assert any("tap0 takes 68 to" in one["message"] and one["line"] > 1
               for one in plan(server)["problems"])
    error = refused(server)
    assert error.code == "bad_config" and "ifcfg-bond0:" in error.message
    assert f"{most + 1}: its member tap0 takes 68 to {most}" in error.message
    assert server.look(*ALL) == before
    server.bond(members=("eth0", "eth1", "tap0"), address="10.0.0.1/24", MTU=most)
    apply(server)
    assert {server.namespace.link(name)["mtu"] for name in ("bond0", "tap0", "eth0")} == {most}


def test_a_gateway_for_all_interfaces(server):
    """/etc/sysconfig/network: beside the folder, read and recorded, never written."""
    network = f"{server.config.path}/../network"

    def say(text):
        with open(network, "w", encoding="utf-8") as file:
            file.write(text)

    say("NETWORKING=yes\nGATEWAY=10.0.0.254\n")
    assert [step["action"] for step in plan(server)["steps"]] == ["route_add"]
    answer = apply(server)
    assert routes(server, "default") == ["default via 10.0.0.254 dev bond0 ", ""]
    assert answer["files"] == [{"name": "network", "change": "added"}]
    # Another interface's network: the route moves, at a start too.
    say("GATEWAY=10.0.5.254\n")
    before = plan(server)["steps"]
    assert before and {step["interface"] for step in before} == {"bond0", "bond0.5"}
    with pytest.raises(ApiError) as caught:
        server.daemon.request("POST", "/v1/apply", {"confirm": 60})
    assert caught.value.code == "not_ours"
    assert routes(server, "default") == ["default via 10.0.0.254 dev bond0 ", ""]
    server.daemon.stop()
    server.start()
    assert routes(server, "default") == ["default via 10.0.5.254 dev bond0.5 ", ""]
    # Nothing that matters: it can be confirmed. And a rollback leaves it alone.
    say("GATEWAY=10.0.5.254\nHOSTNAME=x\n")
    server.config.vlan("bond0.7", "10.0.7.1/24")
    server.daemon.request("POST", "/v1/apply", {"confirm": 60})
    server.daemon.request("POST", "/v1/rollback", {})
    assert not exists(server, "bond0.7")
    with open(network, encoding="utf-8") as file:
        assert file.read() == "GATEWAY=10.0.5.254\nHOSTNAME=x\n"
    assert plan(server)["steps"] == []
    assert routes(server, "default") == ["default via 10.0.5.254 dev bond0.5 ", ""]


def test_the_same_route_or_rule_asked_for_otherwise(server):
    """What is there already, but as another line's, is not lost with that line."""
    def rule(name, text):
        with open(f"{server.config.path}/rule-{name}", "w", encoding="utf-8") as file:
            file.write(text)

    def default():
        return [line.strip() for line in routes(server, "default") if line]

    route(server, "10.50.0.0/16 via 10.0.0.254 src 10.0.0.1 mtu 1400\n")
    rule("bond0", "from 10.9.0.0/24 lookup 51 priority 1000\n")
    server.bond(address="10.0.0.1/24", GATEWAY="10.0.0.253")
    apply(server)
    route(server, "10.50.0.0/16 via 10.0.0.254\ndefault via 10.0.0.253\n")
    rule("bond0", "")
    rule("bond0.5", "from 10.9.0.0/24 lookup 51 priority 1000\n")
    server.bond(address="10.0.0.1/24")
    apply(server)
    assert [line.strip() for line in routes(server, "10.50.0.0/16") if line] == [
        "10.50.0.0/16 via 10.0.0.254 dev bond0"]
    assert default() == ["default via 10.0.0.253 dev bond0"]
    assert "from 10.9.0.0/24 lookup 51" in server.namespace.run(["ip", "rule"]).stdout
    assert texts(plan(server)) == []
