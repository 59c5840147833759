# SPDX-License-Identifier: BSD-2-Clause
"""A change that is taken back gives back what it took from interfaces and isn't ours: the
address over which somebody is logged in, of a NIC that became a member, its routes, a route
that had to make place. However it is taken back; and never where it was kept."""
import json
import os
import socket

import pytest

from daemon_util import XOR, Server
from netlab import Namespace, wait_for
from transactions_util import (ask, files, make_server, refused, restart,
                               restart_after_power_loss, restart_gently)

MAC = "02:0d:00:00:00:07"
SET_UP = f"""
link set eth0 address {MAC}
link set eth0 mtu 1400
link set eth0 up
address add 192.0.2.1/24 dev eth0
address add 192.0.2.2/24 dev eth0
address add 203.0.113.5/24 dev eth0 valid_lft 3600 preferred_lft 1800
address add 2001:db8::1/64 dev eth0
route add default via 192.0.2.254
route add 10.9.0.0/16 via 192.0.2.253 src 192.0.2.2
route add default via 192.0.2.252 table 100
route add default via 2001:db8::fe
route add 2001:db8:9::/48 via 2001:db8::fd src 2001:db8::1
rule add from 192.0.2.0/24 lookup 100 priority 1000
"""


def reload_first(server):
    """Files that are read again while a change waits change nothing about that."""
    server.daemon.reload()
    ask(server, "rollback")


def take_down_first(server):
    """Somebody has had enough of the bond and doesn't wait."""
    server.daemon.down()
    ask(server, "rollback")


WAYS = pytest.mark.parametrize("back", [
    pytest.param(lambda server: ask(server, "rollback"), id="rollback"),
    pytest.param(restart, id="killed"),
    pytest.param(restart_gently, id="stopped"),
])


@pytest.fixture
def bare(tools):
    """eth0 is somebody's connection, of which no file speaks."""
    one = Server(tools, links=3)
    for line in SET_UP.strip().splitlines():
        family = "-6 " if line.startswith("route") and "2001" in line else ""
        one.namespace.ip(family + line)
    one.start()
    yield one
    one.close()


@pytest.fixture
def server(tools):
    one = make_server(tools)
    yield one
    one.close()


def written(server):
    """What is in the state folder of what was taken along."""
    return {name for name in os.listdir(server.daemon.state)
            if name.startswith(("taken-along", "giving-back"))}


def connection(server, name="eth0"):
    """All that the people at it have of it."""
    entry = server.namespace.ip_json(f"address show dev {name}")[0]
    routes = [{key: route.get(key) for key in
               ("dst", "gateway", "dev", "metric", "table", "prefsrc", "protocol", "scope")}
              for family in ("-4", "-6")
              for route in server.namespace.ip_json(f"{family} route show table all")
              if route.get("dev") == name and route.get("table") != "local"
              and not route["dst"].startswith(("fe80", "ff00"))]
    return {
        "link": {key: entry[key] for key in ("ifindex", "mtu", "address")},
        "flags": sorted(set(entry["flags"]) & {"UP", "PROMISC", "ALLMULTI", "NOARP"}),
        "addresses": [{key: info.get(key) for key in (
            "family", "local", "prefixlen", "label", "scope", "secondary", "dynamic",
            "tentative")} for info in entry["addr_info"]],
        "routes": sorted(routes, key=str),
        "rules": server.namespace.ip_json("rule show"),
    }


def settled(server):
    """Once IPv6 has made sure of its addresses."""
    wait_for(lambda: not any(info["tentative"] for info in connection(server)["addresses"]),
             10, "no address is tentative")
    return connection(server)


def is_back(server, before, name="eth0"):
    def same():
        now = connection(server, name)
        return {**now, "addresses": sorted(now["addresses"], key=str)} == \
            {**before, "addresses": sorted(before["addresses"], key=str)}
    wait_for(same, 15, lambda: f"{json.dumps(before, indent=1)}\nis again, not\n"
             f"{json.dumps(connection(server, name), indent=1)}\n{server.daemon.log()[-3000:]}")
    # Of one network the first is the one that is spoken with.
    order = [[info["local"] for info in state["addresses"] if info["family"] == "inet"]
             for state in (before, connection(server, name))]
    assert order[0][:1] == order[1][:1]
    wait_for(lambda: not written(server), 15, "nothing is left of what was taken along")


def enslave(server, **confirm):
    """eth0 and its address go into a bond."""
    server.config.bond("bond0", XOR, address="192.0.2.1/24", GATEWAY="192.0.2.254")
    server.config.member("eth0", "bond0")
    server.config.member("eth1", "bond0")
    answer = ask(server, "apply", **confirm)
    assert "192.0.2.1/24" in server.namespace.addresses("bond0")
    assert server.namespace.addresses("eth0") == []
    return answer


@pytest.mark.parametrize("back", [*WAYS.args[1], reload_first, take_down_first])
def test_a_connection_comes_back(bare, back):
    before = settled(bare)
    assert len(before["routes"]) >= 8, before["routes"]
    enslave(bare, confirm=600)
    assert written(bare) == {"taken-along.json"}
    back(bare)
    is_back(bare, before)
    assert "bond0" not in bare.namespace.links() and files(bare) == {}
    assert "could be given back" not in str(bare.problems())


def test_a_connection_comes_back_in_time(bare):
    """And says to the neighbours that it is there again, since they know it as the bond's."""
    before = settled(bare)
    enslave(bare, confirm=1)
    heard = bare.namespace.start(
        ["timeout", "20", "tcpdump", "-lnni", "far-eth0", "-c", "1",
         "arp and ether src " + MAC + " and arp host 192.0.2.2"],
        stdout=-1, stderr=-3, text=True)
    is_back(bare, before)
    assert "192.0.2.2" in heard.communicate(timeout=30)[0]
    life = [info["valid_life_time"] for entry in bare.namespace.ip_json("address show dev eth0")
            for info in entry["addr_info"] if info["local"] == "203.0.113.5"]
    assert 3000 < life[0] < 3600


class Session:
    """Somebody is logged in from another host, by TCP."""

    def __init__(self, server, client):
        listener = server.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.bind(("192.0.2.1", 2222))
        listener.listen()
        self.near = client.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.near.settimeout(30)
        self.near.connect(("192.0.2.1", 2222))
        self.far, _ = listener.accept()
        self.far.settimeout(30)
        listener.close()

    def lives(self):
        for one, other in ((self.near, self.far), (self.far, self.near)):
            one.sendall(b"alive")
            assert other.recv(5) == b"alive"
        return True

    def close(self):
        self.near.close()
        self.far.close()


def test_who_is_logged_in_stays_so(bare):
    """Through the change, which gives the address another MAC address, and all ways back."""
    client = Namespace("client")
    bare.namespace.ip(f"link set far-eth0 netns {client.name}")
    for line in ("link set far-eth0 up", "address add 192.0.2.254/24 dev far-eth0",
                 "address add 192.0.2.252/24 dev far-eth0"):  # by which table 100 leads
        client.ip(line)
    session = Session(bare.namespace, client)
    bare.config.bond("bond0", XOR, address="192.0.2.1/24", MACADDR="02:0d:00:00:00:99")
    bare.config.member("eth0", "bond0")
    ask(bare, "apply", confirm=1)
    assert session.lives()
    wait_for(lambda: "bond0" not in bare.namespace.links() and not written(bare), 15,
             "it is taken back")
    assert session.lives()
    for back in (lambda server: ask(server, "rollback"), restart):
        ask(bare, "rollback", number=2, confirm=600)
        assert session.lives() and bare.namespace.addresses("eth0") == []
        back(bare)
        assert session.lives() and "192.0.2.1/24" in bare.namespace.addresses("eth0")
    session.close()
    client.close()


@pytest.mark.parametrize("again", [restart, restart_gently])
def test_what_is_kept_is_not_given_back(bare, again):
    enslave(bare, confirm=600)
    ask(bare, "confirm")
    assert not written(bare)
    again(bare)
    assert bare.namespace.addresses("eth0") == []
    # Going back to a configuration of the history is another thing.
    ask(bare, "rollback")
    assert "bond0" not in bare.namespace.links()
    assert [address for address in bare.namespace.addresses("eth0")
            if not address.startswith("fe80")] == []


def test_the_moment_after_it_was_confirmed(bare):
    """The journal is gone, and the daemon dies before it has done the rest."""
    enslave(bare, confirm=600)
    path = os.path.join(bare.daemon.state, "taken-along.json")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    ask(bare, "confirm")
    bare.daemon.kill()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    bare.daemon.start()
    assert bare.namespace.addresses("eth0") == []
    assert "192.0.2.1/24" in bare.namespace.addresses("bond0")
    assert not written(bare)


def test_killed_while_it_gives_back(bare):
    """The journal is gone, and nothing has been given back yet."""
    before = settled(bare)
    enslave(bare, confirm=600)
    path = os.path.join(bare.daemon.state, "taken-along.json")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    bare.daemon.stop()
    # A daemon that took the change back and did no more.
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps({**json.loads(text), "version": 0}))
    bare.daemon.start()
    assert [address for address in bare.namespace.addresses("eth0")
            if not address.startswith("fe80")] == []
    bare.daemon.kill()
    with open(os.path.join(bare.daemon.state, "giving-back.json"), "w",
              encoding="utf-8") as file:
        file.write(text)
    bare.daemon.start()
    is_back(bare, before)


def test_of_another_boot(bare):
    """After a reboot the files speak, and whoever put the rest puts it again."""
    enslave(bare, confirm=600)
    bare.daemon.kill()
    path = os.path.join(bare.daemon.state, "taken-along.json")
    with open(path, encoding="utf-8") as file:
        known = json.load(file)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({**known, "boot": "another"}, file)
    bare.daemon.start()
    assert "bond0" not in bare.namespace.links()
    assert [address for address in bare.namespace.addresses("eth0")
            if not address.startswith("fe80")] == []
    assert not written(bare)
    restart_after_power_loss(bare)
    assert bare.namespace.addresses("eth0") == []


def test_damaged(bare):
    """Whatever is in the file, the daemon starts, and takes the change back."""
    enslave(bare, confirm=600)
    path = os.path.join(bare.daemon.state, "taken-along.json")
    with open(path, encoding="utf-8") as file:
        known = json.load(file)
    bare.daemon.stop()
    first = known["messages"]
    for text in ("", "{", "[]", *(json.dumps({**known, **change}) for change in (
            {"messages": None}, {"messages": first[:-2]}, {"messages": first[:-1] + "x"},
            {"messages": "ffffff7f" + first[8:]}, {"messages": "04000000" + first[8:]},
            {"messages": first[:8] + "ffff" + first[12:]}, {"interfaces": [{}]}))):
        for name in ("taken-along.json", "giving-back.json"):
            with open(os.path.join(bare.daemon.state, name), "w", encoding="utf-8") as file:
                file.write(text)
        bare.daemon.start()
        assert "bond0" not in bare.namespace.links()
        wait_for(lambda: not written(bare), 15, "it is done with")
        bare.daemon.stop()


def test_renamed_meanwhile(bare):
    before = settled(bare)
    enslave(bare, confirm=600)
    bare.daemon.kill()
    for line in ("link set eth0 down", "link set eth0 name lan7", "link set lan7 up"):
        bare.namespace.ip(line)
    bare.daemon.start()
    for route in before["routes"]:
        route["dev"] = "lan7"
    for info in before["addresses"]:
        info["label"] = info["label"] and "lan7"
    is_back(bare, before, "lan7")


def test_taken_out_and_put_in_again(bare):
    before = settled(bare)
    enslave(bare, confirm=600)
    bare.daemon.kill()
    bare.namespace.ip("link delete eth0")
    bare.make_link("eth0", mac=MAC)
    for line in ("link set eth0 mtu 1400", "link set eth0 up"):
        bare.namespace.ip(line)
    bare.daemon.start()
    before["link"]["ifindex"] = connection(bare)["link"]["ifindex"]
    is_back(bare, before)


def test_another_nic_of_the_name_gets_nothing(bare):
    enslave(bare, confirm=600)
    bare.daemon.kill()
    bare.namespace.ip("link delete eth0")
    bare.make_link("eth0", mac="02:0d:00:00:00:08")
    bare.namespace.ip("link set eth0 up")
    bare.daemon.start()
    assert "bond0" not in bare.namespace.links()
    assert [address for address in bare.namespace.addresses("eth0")
            if not address.startswith("fe80")] == []
    assert "eth0 doesn't get back what it had: that NIC isn't there any more" in bare.daemon.log()
    assert not written(bare)


def test_somebody_was_faster(bare):
    """What is there again is no error, and what was first is first."""
    before = settled(bare)
    enslave(bare, confirm=600)
    bare.daemon.kill()
    bare.namespace.ip("address add 192.0.2.2/24 dev eth0")
    bare.daemon.start()
    is_back(bare, before)
    assert "could be given back" not in str(bare.problems())


def test_a_nic_under_vlan_interfaces(bare):
    """It has an address and a VLAN interface of ours, with somebody's address on it."""
    bare.config.vlan("eth0.5", "10.0.5.1/24")
    ask(bare, "apply")
    bare.namespace.ip("address add 10.0.5.100/32 dev eth0.5")
    bare.namespace.ip("route add 10.55.0.0/16 via 10.0.5.254")
    before, above = settled(bare), connection(bare, "eth0.5")
    bare.config.remove("eth0.5")
    enslave(bare, confirm=600)
    ask(bare, "rollback")
    is_back(bare, before)
    above["link"]["ifindex"] = connection(bare, "eth0.5")["link"]["ifindex"]
    is_back(bare, above, "eth0.5")


def test_what_can_not_be_given_back(bare):
    """A route by another NIC, whose network is gone meanwhile. It is said; the rest is
    back."""
    before = settled(bare)
    for line in ("link set eth2 up", "address add 198.51.100.1/24 dev eth2",
                 "route add 10.7.0.0/16 via 198.51.100.9 src 192.0.2.2"):
        bare.namespace.ip(line)
    enslave(bare, confirm=600)
    assert "10.7.0.0" not in bare.namespace.ip("route show")
    bare.namespace.ip("address delete 198.51.100.1/24 dev eth2")
    ask(bare, "rollback")
    is_back(bare, before)
    wait_for(lambda: any("could be given back" in problem["message"]
                         for problem in bare.problems()), 5, "it is said")
    restart(bare)
    assert not bare.problems()


def test_a_nic_that_was_down(bare):
    for line in ("link set eth2 down", "address add 198.51.100.9/24 dev eth2"):
        bare.namespace.ip(line)
    before = connection(bare, "eth2")
    bare.config.bond("bond1", XOR)
    bare.config.member("eth2", "bond1")
    ask(bare, "apply", confirm=600)
    assert bare.namespace.addresses("eth2") == []
    ask(bare, "rollback")
    is_back(bare, before, "eth2")


@WAYS
def test_a_route_that_had_to_make_place(bare, back):
    """The default route by a NIC that is no part of the change."""
    before = settled(bare)
    bare.config.bond("bond0", XOR, address="198.51.100.1/24", GATEWAY="198.51.100.254")
    bare.config.member("eth1", "bond0")
    ask(bare, "apply", confirm=600)
    assert bare.namespace.ip("route show default").split()[:5] == [
        "default", "via", "198.51.100.254", "dev", "bond0"]
    back(bare)
    is_back(bare, before)


@WAYS
def test_what_stood_on_a_vlan_interface(server, back):
    """A virtual address and a routing daemon's route go with the interface, and come back."""
    for line in ("address add 10.0.5.100/32 dev bond0.5",
                 "route add 10.55.0.0/16 via 10.0.5.254 proto bird"):
        server.namespace.ip(line)
    before = connection(server, "bond0.5")
    server.config.remove("bond0.5")
    ask(server, "apply", confirm=600)
    assert "bond0.5" not in server.namespace.links()
    back(server)
    before["link"]["ifindex"] = connection(server, "bond0.5")["link"]["ifindex"]
    is_back(server, before, "bond0.5")


def test_what_stood_on_one_that_was_deleted_by_command(server):
    server.namespace.ip("address add 10.0.5.100/32 dev bond0.5")
    before = connection(server, "bond0.5")
    server.daemon.request("DELETE", "/v1/vlans/bond0.5", {"stage": True})
    ask(server, "commit", confirm=600)
    assert "bond0.5" not in server.namespace.links()
    ask(server, "rollback")
    before["link"]["ifindex"] = connection(server, "bond0.5")["link"]["ifindex"]
    is_back(server, before, "bond0.5")


@WAYS
def test_what_the_change_found_there(server, back):
    """An address, a route and a rule that somebody had put by hand, and that the change's
    files ask for: they are somebody's again, and were never away."""
    for line in ("address add 10.0.0.9/24 dev bond0",
                 "route add 10.77.0.0/16 via 10.0.0.254 src 10.0.0.9",
                 "rule add from 10.0.0.9 lookup 100 priority 1000",
                 "route add 10.78.0.0/16 via 10.0.0.254 src 10.0.0.9 proto bird"):
        server.namespace.ip(line)
    before = connection(server, "bond0")
    server.bond(address="10.0.0.1/24", IPADDR1="10.0.0.9", PREFIX1="24")
    for name, text in (("route-bond0", "10.77.0.0/16 via 10.0.0.254 src 10.0.0.9"),
                       ("rule-bond0", "from 10.0.0.9 lookup 100 priority 1000")):
        with open(os.path.join(server.config.path, name), "w", encoding="utf-8") as file:
            file.write(text + "\n")
    assert ask(server, "apply", confirm=600)["steps"] == []
    watch = server.namespace.start(["ip", "monitor", "address", "route"], stdout=-1, text=True)
    back(server)
    wait_for(lambda: not written(server), 15, "it is done with")
    assert connection(server, "bond0") == before
    assert server.daemon.get("/v1/plan")["steps"] == []
    watch.terminate()
    assert "Deleted" not in watch.communicate(timeout=10)[0]


def test_what_stayed_is_left_alone(server):
    """What somebody takes away while a change waits stays away."""
    server.namespace.ip("address add 10.0.0.100/32 dev bond0")
    server.bond(address="10.0.0.2/24")
    ask(server, "apply", confirm=600)
    assert server.namespace.addresses("bond0")[0] == "10.0.0.100/32"
    server.namespace.ip("address delete 10.0.0.100/32 dev bond0")
    ask(server, "rollback")
    assert "10.0.0.100/32" not in server.namespace.addresses("bond0")
    assert "10.0.0.1/24" in server.namespace.addresses("bond0")


def test_no_room_for_it(bare):
    """What can't be kept isn't taken."""
    before = settled(bare)
    blocked = os.path.join(bare.daemon.state, "taken-along.json.new")
    os.mkdir(blocked)
    bare.config.bond("bond0", XOR, address="192.0.2.1/24")
    bare.config.member("eth0", "bond0")
    error = refused(ask, bare, "apply", confirm=60)
    assert error.code == "step_failed" and "can't be kept in" in error.message
    assert connection(bare) == before and "bond0" not in bare.namespace.links()
    os.rmdir(blocked)
    ask(bare, "apply", confirm=60)
    ask(bare, "rollback")
    is_back(bare, before)
