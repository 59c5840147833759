# SPDX-License-Identifier: BSD-2-Clause
"""What somebody changes by hand, on one server with something of everything: it is seen and
put right, and what is others' is left alone."""
import json

import pytest

from apply_util import (addresses, apply, drift, make_server, plan, refused, route, routes,
                        texts)
from netlab import wait_for


@pytest.fixture
def server(tools):
    one = make_server(tools)
    yield one
    one.close()


BY_HAND = {
    # what somebody does: (which interface the drift is of, a part of its text, the first step)
    "address del 10.0.0.1/24 dev bond0": ("bond0", "removed 10.0.0.1/24", "add 10.0.0.1/24"),
    "address del fd00::7/64 dev bond0": ("bond0", "removed fd00::7/64", "add fd00::7/64"),
    "address flush dev bond0.5": ("bond0.5", "removed 10.0.5.1/24", "add 10.0.5.1/24"),
    "route del 10.50.0.0/16": ("bond0", "removed route 10.50.0.0/16", "add route 10.50.0.0/16"),
    "route del 10.51.0.0/16 table 51": ("bond0", "removed route", "add route 10.51.0.0/16"),
    "rule del priority 1000": ("bond0", "removed rule", "add rule"),
    "link set bond0 mtu 1400": ("bond0", "changed its MTU to 1400", "change MTU of bond0"),
    "link set bond0 address 02:00:00:00:00:99":
        ("bond0", "changed its address to 02:00:00:00:00:99", "change MACADDR of bond0"),
    "link set bond0.5 down": ("bond0.5", "set it down", "set bond0.5 up"),
    "link set bond0.6 mtu 1300": ("bond0.6", "changed its MTU to 1300", "change MTU of bond0.6"),
    "link del bond0.6": ("bond0.6", "deleted", "make VLAN interface bond0.6"),
}


@pytest.fixture
def full_server(server):
    """bond0 with something of everything on it, by the files and by others."""
    server.bond(address="10.0.0.1/24", MACADDR="02:00:00:00:00:07", IPV6INIT="yes",
                IPV6_AUTOCONF="no", IPV6ADDR="fd00::7/64")
    route(server, "10.50.0.0/16 via 10.0.0.254\n10.51.0.0/16 dev bond0 table 51\n")
    with open(f"{server.config.path}/rule-bond0", "w", encoding="utf-8") as file:
        file.write("from 10.0.0.0/24 lookup 51 priority 1000\n")
    apply(server)
    for words in ("address add 10.0.0.100/24 dev bond0 valid_lft 3000 preferred_lft 3000",
                  "address add 192.0.2.9/32 dev bond0", "address add 10.0.6.100/24 dev bond0.6",
                  "address add fd00::100/64 dev bond0 nodad",
                  "route add 198.51.100.0/24 via 10.0.0.253 proto bird metric 50",
                  "route add 203.0.113.0/24 dev bond0.6 src 10.0.6.100",
                  "rule add to 203.0.113.0/24 lookup main priority 900"):
        server.namespace.ip(words)
    return server


def foreign(server):
    """What others have put there."""
    kept = [words for name in ("bond0", "bond0.6") for words in addresses(server, name)
            if words.split("/")[0] in ("10.0.0.100", "192.0.2.9", "10.0.6.100", "fd00::100")]
    return (sorted(kept), [line for line in routes(server) if line.startswith(("198.51.", "203.0."))],
            "to 203.0.113.0/24" in server.namespace.run(["ip", "rule"]).stdout)


def configured(server):
    """Of what the files ask for, all that can be seen."""
    links = {name: (link["mtu"], link["address"], "UP" in link["flags"])
             for name, link in server.namespace.links().items() if not name.endswith("-hub")}
    own = {name: sorted(one for one in addresses(server, name) if "100/" not in one)
           for name in ("bond0", "bond0.5", "bond0.6")}
    text = [line.replace(" linkdown", "").strip() for line in
            routes(server) + routes(server, "table", "51")
            if line.startswith(("10.50", "10.51", "10.0."))]
    return links, own, sorted(text), server.namespace.run(["ip", "rule"]).stdout


def test_whatever_is_changed_by_hand(full_server):
    """Shown, put right, and what is others' left alone."""
    server = full_server
    before, others = configured(server), foreign(server)
    for words, (interface, text, step) in BY_HAND.items():
        server.namespace.ip(words)
        wait_for(lambda: any(one == interface and text in said
                             for one, said in drift(server)), 5,
                 lambda: f"{words}: {drift(server)}")
        assert any(one.startswith(step) for one in texts(plan(server))), words
        apply(server)
        wait_for(lambda: configured(server) == before, 5,
                 lambda: f"{words}: {configured(server)} is {before}")
        assert texts(plan(server)) == [], words
        if words in ("link del bond0.6", "address del 10.0.0.1/24 dev bond0"):
            # These themselves take along what others have put.
            others = foreign(server)
        assert foreign(server) == others, words


def test_settings_and_members_changed_by_hand(server):
    server.namespace.sysctl("net/ipv6/conf/bond0.5/accept_ra", 0)
    assert ("bond0.5", "somebody has it not heed router advertisements") in drift(server)
    apply(server)
    assert server.namespace.sysctl("net/ipv6/conf/bond0.5/accept_ra") == "1"
    server.namespace.ip("link add br0 type bridge")
    server.namespace.ip("link set eth1 master br0")
    wait_for(lambda: any(interface == "bond0" and "member eth1 is not in it" in text
                         and "br0" in text for interface, text in drift(server)), 5,
             lambda: drift(server))
    server.namespace.ip("link set eth1 nomaster")
    server.wait_members(eth0="active", eth1="active")
    assert drift(server) == set()


def test_others_are_spared_by_an_application_that_fails(full_server):
    """Steps that take along what others have put there, then one that can't be done."""
    server = full_server
    for words in ("link set eth2 up", "address add 192.0.2.77/24 dev eth2 label eth2:x",
                  "address add fd07::7/64 dev eth2 nodad",
                  "route add 192.0.3.0/24 via 192.0.2.1 proto static",
                  "route add 198.18.0.0/15 dev eth3 src 10.0.6.1 metric 7"):
        server.namespace.ip("link set eth3 up")
        server.namespace.ip(words)

    def everything():
        keys = ("local", "prefixlen", "label", "secondary", "noprefixroute", "scope")
        found = {entry["ifname"]: [{key: info.get(key) for key in keys}
                                   # In order within a network; which came first is no matter.
                                   for info in sorted(entry["addr_info"], key=lambda one: (
                                       one["prefixlen"], one["local"].rsplit(".", 1)[0]))
                                   if info["scope"] != "link"]
                 for entry in server.namespace.ip_json("address show")}
        lines = server.namespace.run(["ip", "route", "show", "table", "all"]).stdout
        lines += server.namespace.run(["ip", "-6", "route", "show", "proto", "static"]).stdout
        return {json.dumps([name, info]) for name, infos in found.items() for info in infos} | {
            line.replace(" linkdown", "").strip() for line in lines.split("\n")
            if " fe80:" not in line}

    before = everything()
    server.config.member("eth2", "bond0")
    server.config.remove("bond0.6")
    server.bond(address="10.0.0.100/24", MTU=1000)
    route(server, "10.50.0.0/16 via 10.99.99.99\n")
    answer = plan(server)
    step = [one for one in answer["steps"] if one["action"] == "member_add"][0]
    # What it says it disturbs is true.
    assert step["text"] == "add eth2 to bond0, which loses 192.0.2.77/24, fd07::7/64"
    assert step["disruption"] == "member"
    assert "step_failed" in str(refused(server))
    wait_for(lambda: everything() == before, 5, lambda: str(everything() ^ before))
    # What the files had asked for and others had put is theirs again.
    server.config.remove("eth2")
    server.config.vlan("bond0.6", "10.0.6.1/24")
    server.bond(address="10.0.0.1/24", MACADDR="02:00:00:00:00:07", IPV6INIT="yes",
                IPV6_AUTOCONF="no", IPV6ADDR="fd00::7/64")
    route(server, "10.50.0.0/16 via 10.0.0.254\n10.51.0.0/16 dev bond0 table 51\n")
    assert texts(plan(server)) == []


def test_settings_of_ipv6_by_hand(server):
    """Whoever turns one of them: it is seen, and put right; unless the file leaves it."""
    def settings(name="bond0.5"):
        return [server.namespace.sysctl(f"net/ipv6/conf/{name}/{key}")
                for key in ("accept_ra", "autoconf", "accept_redirects")]

    assert settings() == ["1", "1", "1"]
    for key, text in (("accept_ra", "somebody has it not heed router advertisements"),
                      ("autoconf", "somebody changed what it takes of router advertisements")):
        server.namespace.sysctl(f"net/ipv6/conf/bond0.5/{key}", 0)
        assert drift(server) == {("bond0.5", text)}
        assert [step["action"] for step in plan(server)["steps"]] == ["ipv6"]
        apply(server)
        assert settings() == ["1", "1", "1"] and plan(server)["steps"] == []
    # On a router they are heeded by another number only.
    server.namespace.sysctl("net/ipv6/conf/bond0.5/forwarding", 1)
    apply(server)
    assert settings()[0] == "2"
    server.config.vlan("bond0.5", "10.0.5.1/24", IPV6_SET_SYSCTLS="no")
    server.namespace.sysctl("net/ipv6/conf/bond0.5/accept_ra", 0)
    answer = plan(server)
    assert (answer["steps"], answer["drift"]) == ([], [])
