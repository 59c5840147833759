# SPDX-License-Identifier: BSD-2-Clause
"""Status for people: the whole screen for each way that things can be."""

import json

import pytest
from conftest import environment, golden, portchannel
from samples import bond, counters, member, nic, no_partner, out, problem, status, vlan


def no_carrier(name, slot, **changes):
    return out(name, slot, "down", "no_carrier", "no carrier", carrier=False, link="down",
               speed_mbps=None, duplex=None, **changes)


def alone(name):
    """The other link's row when it has all buckets."""
    return member(name, 0, buckets=840)


def cut_link():
    return bond(members=[alone("ens1f0"), no_carrier("ens1f1", 1, link_failures=3)])


def no_lacpdu():
    text = "no LACPDU heard from a partner"
    return no_partner(bond(members=[out("ens1f0", 0, "standby", "no_lacpdu", text),
                                    out("ens1f1", 1, "standby", "no_lacpdu", text)]))


def absent_member():
    absent = out("ens1f1", 1, "absent", "absent", "not there", ifindex=0,
                 present=False, carrier=False, link="down", speed_mbps=None, duplex=None, mac=None,
                 permanent_mac=None, rx=counters(0, 0), tx=counters(0, 0), lacp=None)
    return bond(members=[alone("ens1f0"), absent])


def individual():
    value = bond(members=[alone("ens1f0"),
                          out("ens1f1", 1, "standby", "individual_standby",
                              "standing by, another link carries traffic alone")])
    value["lacp"]["aggregator"] = {"members": ["ens1f0"], "individual": True}
    return value


def miswired():
    """Four links, three of them wired or set up wrongly."""
    other = out("ens1f1", 1, "standby", "other_partner",
                "wired to another partner system than the bundle")
    other["lacp"]["partner"]["system"] = "52:54:00:99:99:99"
    key = out("ens2f0", 2, "standby", "wrong_key", "the partner's key differs from the bundle's")
    key["lacp"]["partner"]["key"] = 7
    slow = out("ens2f1", 3, "standby", "speed_differs", "speed differs from the bundle's",
               speed_mbps=1000)
    return bond(members=[alone("ens1f0"), other, key, slow])


def xor():
    """The other mode, with what is rare: options of our own, drops, promiscuous."""
    value = bond("backup", mode="balance-xor", xmit_hash_policy="layer2+3", lacp=None, vlans=[],
                 mtu=9000, flow_placement="kernel", transmit_hook="device")
    value["drops"]["no_member"] = 12
    value["addresses"] = [{"family": "inet6", "address": "2001:db8::1", "prefix": 64},
                          {"family": "inet6", "address": "fe80::5054:ff:fe12:3456", "prefix": 64}]
    for one in value["members"]:
        one["lacp"] = None
    value["members"][0]["promiscuous"] = True
    value["members"][1]["drops"]["not_collecting"] = 3
    return value


def min_links():
    return bond(min_links=2, carrier=False, vlans=[vlan(652, carrier=False)],
                members=[alone("ens1f0"), no_carrier("ens1f1", 1)])


def set_down():
    text = "the bond is set down"
    value = no_partner(bond(admin_up=False, members=[
        out("ens1f0", 0, "down", "bond_down", text), out("ens1f1", 1, "down", "bond_down", text)]))
    value["vlans"] = []
    return value


def by_hand():
    """What somebody did to it."""
    value = bond(members=[
        member("ens1f0", 0, buckets=840),
        out("ens1f1", 1, "down", "set_down", "the interface is set down", carrier=False,
            link="down")])
    value["troubles"] = ["somebody renamed it bondx; 'ip link set bondx name bond0' makes it what"
                         " its file says"]
    return value


def unheard():
    """The partner is heard and hears nothing."""
    deaf = out("ens1f1", 1, "standby", "partner_not_collecting",
               "the partner does not take frames yet")
    return bond(members=[alone("ens1f0"), deaf], vlans=[])


def hub_down():
    return bond(carrier=False, members=[member("ens1f0", 0), member("ens1f1", 1)])


def many_vlans():
    vlans = [vlan(vid) for vid in range(100, 112)]
    vlans[10]["carrier"] = False
    vlans[11]["admin_up"] = False
    vlans[0]["addresses"] = [
        {"family": "inet", "address": "192.168.100.100", "prefix": 24},
        {"family": "inet6", "address": "2001:db8:1111:2222:3333:4444:5555:6666", "prefix": 64}]
    vlans[1]["addresses"] = []
    return bond(vlans=vlans)


def widest():
    """The longest of everything still fits the screen."""
    name = "averylongname15"
    members = [member(f"{name[:14]}{i}", i, speed_mbps=100000, buckets=105,
                      rx=counters(1, 1023 << 40), tx=counters(1, 1023 << 50)) for i in range(8)]
    for i, one in enumerate(members):
        one["lacp"]["partner"]["port"] = 1000 + i
    members[3] = no_carrier(f"{name[:14]}3", 3, link_failures=1000)
    return bond(name, members=members, vlans=[vlan(4094, "averylongn")])


BAD_FILES = [
    problem("ifcfg-bond1", 8, "unknown mode 'lacp'; expected one of balance-xor (2), 802.3ad (4)", "bond1"),
    problem("ifcfg-bond2", 3, "IPADDR=10.0.0.300 is no IPv4 address", "bond2"),
    problem("ifcfg-bond2", 4, "NETMASK=255.0.255.0 is no netmask", "bond2"),
    problem("ifcfg-bond0", 7, "updelay=250 is no multiple of miimon=100: 200 is used", "bond0", "warning"),
    problem("ifcfg-ens9f9", 0, "permission denied"),
]

def nics():
    absent = nic("ens3f0", present=False, ifindex=0, mac=None, mtu=0, admin_up=False,
                 carrier=False, troubles=["ens3f0: not there"], vlans=[])
    moved = vlan(8, "ens2f0", elsewhere=True, ifindex=0, admin_up=False, carrier=False,
                 addresses=[])
    return [nic(vlans=[vlan(7, "ens2f0"), moved]), nic("ens2f1", carrier=False) | {"name": "lan1"},
            absent]


SCREENS = {
    "nics": status(bond(), nics=nics()),
    "nics_alone": status(nics=[nic(vlans=[vlan(vid, "ens2f0") for vid in range(1, 12)])]),
    "good": status(bond()),
    "cut_link": status(cut_link()),
    "no_lacpdu": status(no_lacpdu()),
    "absent_member": status(absent_member()),
    "individual": status(individual()),
    "miswired": status(miswired()),
    "no_bonds": status(),
    "no_bonds_bad_files": status(problems=BAD_FILES[:2]),
    "bad_files": status(bond(), problems=BAD_FILES),
    "bad_reload": status(bond(), problems=[
        problem("ifcfg-bond0", 8, "unknown option 'mimon'; did you mean 'miimon'?", "bond0")]),
    "balance_xor": status(xor()),
    "min_links": status(min_links()),
    "set_down": status(set_down()),
    "by_hand": status(by_hand(), problems=[
        problem(None, None, "somebody deleted bond1", "bond1")]),
    "unheard": status(unheard()),
    "hub_down": status(hub_down()),
    "no_members": status(no_partner(bond(members=[], vlans=[]))),
    "several": status(bond(), dict(cut_link(), name="bond1", vlans=[]),
                      dict(no_lacpdu(), name="bond2", vlans=[])),
    "many_vlans": status(many_vlans()),
    "widest": status(widest()),
}


@pytest.mark.parametrize("name", [*SCREENS, "taken_down"])
def test_screen(daemon, name):
    if name == "taken_down":
        daemon.answer("/v1/config", {"bonds": [{"name": "bond0"}, {"name": "bond1"}]})
    daemon.answer("/v1/status", SCREENS[name if name in SCREENS else "no_bonds"])
    result = portchannel("--socket", daemon.socket, "status")
    assert (result.returncode, result.stderr) == (0, "")
    for line in result.stdout.splitlines():
        assert len(line) <= 80 or "/network-scripts/" in line, line
        assert line == line.rstrip()
    golden(f"status_{name}.txt", result.stdout)


def test_one_bond_shows_all_its_vlans(daemon):
    daemon.answer("/v1/status", SCREENS["many_vlans"])
    result = portchannel("--socket", daemon.socket, "status", "bond0")
    assert result.returncode == 0
    assert daemon.requests == [("GET", "/v1/status", {"bond": "bond0"}, b"")]
    golden("status_bond0_many_vlans.txt", result.stdout)


def test_one_nic_shows_all_its_vlans(daemon):
    daemon.answer("/v1/status", SCREENS["nics_alone"])
    result = portchannel("--socket", daemon.socket, "status", "ens2f0")
    assert result.returncode == 0
    assert daemon.requests == [("GET", "/v1/status", {"bond": "ens2f0"}, b"")]
    golden("status_ens2f0.txt", result.stdout)


def test_colour_on_a_terminal_only(daemon, terminal):
    daemon.answer("/v1/status", SCREENS["no_lacpdu"])
    plain = portchannel("--socket", daemon.socket, "status").stdout
    assert "\x1b" not in plain
    shown = terminal(["--socket", daemon.socket, "status"], environment())
    assert "\x1b[1;37;41mDOWN\x1b[0m" in shown
    assert terminal(["--socket", daemon.socket, "status"], environment(NO_COLOR="1")) == plain
    assert terminal(["--socket", daemon.socket, "status"], environment(TERM="dumb")) == plain
    assert "\x1b" in terminal(["--socket", daemon.socket, "status"], environment(NO_COLOR=""))


def test_nothing_plays_with_the_terminal(daemon):
    evil = "x\x1b[2J\r\n\x9b\u202e"
    value = bond(mode=evil, xmit_hash_policy=evil, mac=evil)
    value["members"] = [out(evil, 0, "standby", evil, evil), member("ens1f1", 1)]
    value["lacp"]["partner"]["system"] = evil
    value["drops"] = {evil: 1}
    value["vlans"] = [vlan(1, name=evil, addresses=[{"address": evil, "prefix": 1}])]
    daemon.answer("/v1/status", status(value, dict(value, name=evil), problems=[
        problem(evil, 1, evil, evil, evil), problem(evil, 1, evil, evil + "2")]))
    result = portchannel("--socket", daemon.socket, "status")
    assert result.returncode == 0
    for character in "\x1b\r\x9b\u202e":
        assert character not in result.stdout
    assert "x\\x1b[2J\\x0d\\x0a\\xc2\\x9b\\xe2\\x80\\xae" in result.stdout
    # A terminal that isn't UTF-8 gets ASCII only.
    result = portchannel("--socket", daemon.socket, "status", env=environment(LC_ALL="C"))
    assert result.stdout.isascii()


def test_json_is_the_daemons_answer(daemon):
    answer = status(bond(), problems=[problem("ifcfg-bönd", 1, "\x1b[2J", "bönd")])
    daemon.answer("/v1/status", answer)
    result = portchannel("status", "--json", f"--socket={daemon.socket}")
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == answer
    assert result.stdout.isascii() and "\x1b" not in result.stdout


@pytest.mark.parametrize("answer", [
    {}, [], {"bonds": None, "problems": None}, {"bonds": [None, 1, "x", [], {}]},
    {"bonds": [{"members": [{}, None], "vlans": [{}, 7], "lacp": {}, "admin_up": True, "carrier": True}],
     "problems": [None, {}, {"severity": 1, "file": 2, "line": "x"}]},
    {"bonds": [{"members": {"a": 1}, "vlans": "x", "lacp": [1], "rx": 5, "drops": [1]}]},
    {"bonds": [bond(mtu=-1, rx=counters(-5, -5), members=[member("a", buckets=1e300)])]},
])
def test_an_odd_answer_crashes_nothing(daemon, answer):
    daemon.answer("/v1/status", answer)
    result = portchannel("--socket", daemon.socket, "status")
    assert result.returncode == 0, result.stderr


def test_unknown_bond(daemon):
    daemon.answer("/v1/status", {"error": {"code": "no_such_bond", "message": "there is no bond 'bond7';"
                                           " there are: bond0"}}, 404)
    result = portchannel("--socket", daemon.socket, "status", "bond7", "--json")
    assert result.returncode == 1
    assert json.loads(result.stdout)["error"]["code"] == "no_such_bond"

