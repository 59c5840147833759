# SPDX-License-Identifier: BSD-2-Clause
"""A daemon that ends, however it ends, leaves all as it is; the next goes on."""
import itertools
import json
import os
import subprocess

import pytest

from daemon_util import LACP, XOR, Server
from netlab import wait_for


@pytest.fixture
def server(tools):
    one = Server(tools)
    yield one
    one.close()


NAMES = ("bond0", "bond0-hub", "bond0.5", "bond0.5-hub", "eth0", "eth1")


def with_vlan(server, **more):
    server.bond(address="10.0.0.1/24", **more)
    server.config.vlan("bond0.5", "10.0.5.1/24")
    return server.start()


def lacp_of(pair):
    return {m["name"]: (m["state"], m["lacp"]["mux_state"], m["lacp"]["partner"]["state"])
            for m in pair.switch_daemon.bond()["members"]}


def heard_now(pair):
    return pair.switch_daemon.members()["sw0"]["lacp"]["lacpdus_received"]


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_partner_sees_no_change(make_pair, end):
    # The slow rate: a machine under load may take longer to start a process than
    # the three seconds after which the fast rate's partner gives up.
    pair = make_pair(links=2, rate="slow").up()
    before = lacp_of(pair)
    buckets = {m["name"]: m["buckets"] for m in pair.server_daemon.bond()["members"]}
    events = pair.switch_daemon.events()
    heard = heard_now(pair)
    for _ in range(3):
        getattr(pair.server_daemon, end)()
        pair.server_daemon.start()
        assert pair.server_daemon.active() == {"ens1f0", "ens1f1"}
        heard = wait_for(lambda: heard_now(pair) > heard and heard_now(pair), 10,
                         "the new daemon's LACPDU comes in")
    events.close()
    assert lacp_of(pair) == before
    assert events.list == []
    assert {m["name"]: m["buckets"] for m in pair.server_daemon.bond()["members"]} == buckets


def test_partner_is_told_before_anything_else(make_pair):
    """A daemon that comes no further than its first steps has said that it lives."""
    pair = make_pair(links=2, rate="slow").up()
    events = pair.switch_daemon.events()
    pair.server_daemon.kill()
    heard = heard_now(pair)
    daemon = pair.server_daemon
    ended = daemon.namespace.run(
        [daemon.tools.portchanneld, "--foreground", "--config", daemon.config, "--state",
         daemon.state, "--socket", os.path.join(daemon.folder, "absent", "socket")], check=False)
    assert ended.returncode == 1 and "taken over" not in ended.stderr
    wait_for(lambda: heard_now(pair) > heard, 5, "the switch has heard of the new daemon")
    daemon.start()
    assert daemon.active() == {"ens1f0", "ens1f1"}
    events.close()
    assert events.list == []


def test_member_with_an_alias_of_its_own(server):
    """Then only the state file tells the next daemon what the member was."""
    server.namespace.ip("link set eth0 alias uplink mtu 1400")
    before = server.namespace.link("eth0")
    server.bond()
    server.start()
    assert server.namespace.link("eth0")["mtu"] == 1500
    server.daemon.kill()
    with open(server.state_file(), encoding="utf-8") as file:
        members = json.load(file)["members"]
    assert {m["wanted"]: (m["saved"]["mtu"], m["saved"]["lro"]) for m in members} == {
        "eth0": (1400, 0), "eth1": (1500, 0)}
    server.daemon.start()
    server.daemon.down()
    after = server.namespace.link("eth0")
    assert after["ifalias"] == "uplink"
    assert {key: after[key] for key in ("mtu", "address")} == {
        key: before[key] for key in ("mtu", "address")}


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_nothing_is_touched(server, end):
    with_vlan(server)
    before = server.look(*NAMES)
    getattr(server.daemon, end)()
    assert server.look(*NAMES) == before
    server.start()
    assert server.look(*NAMES) == before
    assert "taken over" in server.daemon.log()
    server.wait_members(eth0="active", eth1="active")


def test_failures_are_still_counted(server):
    server.bond()
    server.start()
    server.namespace.ip("link set far-eth0 down")
    server.wait_members(eth0="down", eth1="active")
    server.daemon.kill()
    server.start()
    assert server.members()["eth0"]["link_failures"] == 1
    assert server.members()["eth0"]["reason"] == "no_carrier"


def test_what_changed_meanwhile(server):
    """A link was cut, one was deleted, the address was changed in the file."""
    server.bond(members=("eth0", "eth1", "eth2"), address="10.0.0.1/24")
    server.start()
    server.daemon.kill()
    server.namespace.ip("link set far-eth0 down")
    server.namespace.ip("link del eth1")
    server.bond(members=("eth0", "eth1", "eth2"), address="10.0.0.9/24")
    server.start()
    server.wait_members(eth0="down", eth1="absent", eth2="active")
    assert server.members()["eth2"]["buckets"] == 840
    assert server.namespace.addresses("bond0")[0] == "10.0.0.9/24"
    server.make_link("eth1")
    server.wait_members(eth0="down", eth1="active", eth2="active")
    assert server.members()["eth1"]["slot"] == 1


@pytest.mark.parametrize("damage", ["missing", "garbage", "other version", "cut off"])
@pytest.mark.parametrize("options", [XOR, LACP], ids=["balance-xor", "802.3ad"])
def test_without_good_state_it_is_taken_over_all_the_same(server, damage, options):
    with_vlan(server, options=options)
    wait_for(lambda: server.daemon.bond()["carrier"], 20, server.daemon.describe)
    before = server.look(*NAMES)
    server.daemon.kill()
    path = server.state_file()
    text = open(path, encoding="utf-8").read()
    os.unlink(path)
    if damage != "missing":
        with open(path, "w", encoding="utf-8") as file:
            file.write({"garbage": "\0\1\2 no JSON",
                        "other version": text.replace('"version":1', '"version":99'),
                        "cut off": text[:len(text) // 2]}[damage])
    server.start()
    assert server.look(*NAMES) == before
    assert "without saved state" in server.daemon.log()
    # What its members were is known nevertheless: they carry it themselves.
    for name in ("bond0", "bond0.5", "eth0", "eth1"):
        server.config.remove(name)
    server.daemon.reload()
    assert server.namespace.link("bond0") is None
    assert server.namespace.link("eth0").get("ifalias") is None
    assert server.namespace.link("eth1")["address"] != before["eth1"]["link"]["address"]


def test_state_with_a_part_that_makes_no_sense(tools):
    """Another part of each bond's: LACP takes seconds to begin anew, so all at once."""
    damages = list(itertools.product(
        ("core", "wanted", "members", "addresses"),
        (None, [], "x", -1, {"members": [{"slot": 99}], "table": "z" * 840})))
    names = [f"bond{i}" for i in range(len(damages))]
    server = Server(tools, links=2 * len(damages))
    try:
        for i, name in enumerate(names):
            server.bond(name, members=(f"eth{2 * i}", f"eth{2 * i + 1}"), options=LACP)
        server.start()
        server.daemon.kill()
        for name, (key, value) in zip(names, damages):
            with open(server.state_file(name), encoding="utf-8") as file:
                state = json.load(file)
            with open(server.state_file(name), "w", encoding="utf-8") as file:
                json.dump({**state, key: value}, file)
        server.start()
        for name in names:
            wait_for(lambda: len(server.daemon.active(name)) == 1, 20,
                     lambda: server.daemon.describe(name))
    finally:
        server.close()


def test_bad_file_at_the_start_keeps_what_ran(server):
    with_vlan(server)
    server.daemon.kill()
    before = server.look(*NAMES)
    server.config.write("bond0", server.config.read("bond0").replace("miimon", "miimoff"))
    server.start()
    assert server.look(*NAMES) == before
    server.wait_members(eth0="active", eth1="active")
    assert server.daemon.bond()["vlans"][0]["name"] == "bond0.5"
    assert [p["subject"] for p in server.problems() if p["severity"] == "error"] == ["bond0"]


def test_unreadable_folder_at_the_start_keeps_what_ran(server):
    with_vlan(server)
    server.daemon.kill()
    before = server.look(*NAMES)
    os.rename(server.config.path, server.config.path + ".away")
    server.start()
    assert server.look(*NAMES) == before
    server.wait_members(eth0="active", eth1="active")
    os.rename(server.config.path + ".away", server.config.path)
    assert server.daemon.reload()["changes"] == []


def test_files_that_went_while_no_daemon_ran(server):
    looked = server.look("eth0", "eth1")
    with_vlan(server)
    server.daemon.kill()
    for name in ("bond0", "bond0.5", "eth0", "eth1"):
        server.config.remove(name)
    server.start()
    assert server.bonds() == []
    assert server.namespace.link("bond0") is None
    assert server.look("eth0", "eth1") == looked
    assert not os.path.exists(server.state_file())


def test_another_folder_says_nothing_of_a_bond(server):
    """A daemon started with the wrong --config removes nothing."""
    with_vlan(server)
    server.daemon.kill()
    before = server.look(*NAMES)
    other = os.path.join(server.folder, "other")
    os.mkdir(other)
    right, server.daemon.config = server.daemon.config, other
    server.start()
    assert server.bonds() == []
    assert server.look(*NAMES) == before
    server.daemon.stop()
    server.daemon.config = right
    server.start()
    assert server.look(*NAMES) == before
    server.wait_members(eth0="active", eth1="active")


def test_bond_set_down_by_hand_stays_down(server):
    with_vlan(server)
    server.namespace.ip("link set bond0 down")
    wait_for(lambda: not server.daemon.bond()["carrier"], 5, "the bond loses its carrier")
    server.daemon.kill()
    server.start()
    assert server.daemon.bond()["admin_up"] is False
    assert server.members()["eth0"]["reason"] == "bond_down"


def take_down(server, *more):
    return server.namespace.run([server.daemon.tools.portchanneld, "--teardown", "--state",
                                 server.daemon.state, "--socket", server.daemon.socket, *more])


@pytest.mark.parametrize("running", [True, False], ids=["daemon runs", "no daemon"])
def test_teardown(server, running):
    looked = server.look("eth0", "eth1")
    with_vlan(server)
    if not running:
        server.daemon.kill()
    take_down(server)
    for name in NAMES[:4]:
        assert server.namespace.link(name) is None
    assert server.look("eth0", "eth1") == looked
    if running:
        assert server.bonds() == []
        # Reading the files brings it back.
        server.daemon.reload()
        server.wait_members(eth0="active", eth1="active")


def test_teardown_without_state(server):
    with_vlan(server)
    server.daemon.kill()
    os.unlink(server.state_file())
    take_down(server)
    for name in NAMES[:4]:
        assert server.namespace.link(name) is None
    assert server.namespace.link("eth0").get("ifalias") is None


def test_second_daemon_is_refused(server):
    server.bond()
    server.start()
    second = server.namespace.run(
        [server.daemon.tools.portchanneld, "--foreground", "--config", server.config.path,
         "--state", server.daemon.state, "--socket", server.daemon.socket + "2"], check=False)
    assert second.returncode == 1
    assert f"another portchanneld (process {server.daemon.process.pid})" in second.stderr


def other_daemon(server, *arguments):
    """The command line of one with folders of its own."""
    return [server.daemon.tools.portchanneld, "--foreground", "--config", server.config.path,
            "--state", server.daemon.state + "2", "--store", server.daemon.store + "2",
            "--socket", server.daemon.socket + "2", *arguments]


def test_second_daemon_with_another_state_is_refused(server):
    """Both would take the bonds of the one network namespace for their own."""
    server.bond()
    server.start()
    for arguments, text in ((), "another portchanneld"), (("--teardown",), "a daemon"):
        second = server.namespace.run(other_daemon(server, *arguments), check=False)
        assert second.returncode == 1
        assert text in second.stderr
        assert f"(process {server.daemon.process.pid})" in second.stderr
    server.wait_members(eth0="active", eth1="active")


def test_name_of_the_lock_taken_by_somebody_without_rights(server):
    holder = ("import os, socket, sys\n"
              "os.setuid(65534)\n"
              "one = socket.socket(socket.AF_UNIX)\n"
              "one.bind('\\0portchanneld')\n"
              "one.listen()\n"
              "print('ready', flush=True)\n"
              "sys.stdin.read()\n")
    process = server.namespace.start(["/usr/bin/python3", "-c", holder], text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == "ready\n"
    server.bond()
    server.start()
    server.wait_members(eth0="active", eth1="active")
    assert f"process {process.pid} has taken the name" in server.daemon.log()


def test_background(server):
    server.bond()
    done = server.namespace.run(
        [server.daemon.tools.portchanneld, "--config", server.config.path, "--state",
         server.daemon.state, "--socket", server.daemon.socket])
    assert done.returncode == 0
    # All is up when it returns.
    status = server.daemon.status()
    assert status["bonds"][0]["members"][0]["state"] == "active"
    pid = status["daemon"]["pid"]
    with open(os.path.join(server.daemon.state, "portchanneld.pid"), encoding="ascii") as file:
        assert int(file.read()) == pid
    # Who asks for the lock learns who holds it, not who started that.
    second = server.namespace.run(other_daemon(server), check=False)
    assert f"(process {pid})" in second.stderr
    subprocess.run(["kill", str(pid)], check=True)
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), 10, "it ends")


def test_members_of_a_bond_that_is_gone_join_the_new_one(server):
    """A bond deleted while no daemon was there must not leave its members with
    programs that lead nowhere, and for ever those of another bond."""
    links = {name: server.namespace.link(name) for name in ("eth0", "eth1")}
    with_vlan(server)
    server.wait_members(eth0="active", eth1="active")
    server.daemon.stop()
    server.namespace.ip("link del bond0")
    server.start()
    server.wait_members(eth0="active", eth1="active")
    server.daemon.down()
    for name, before in links.items():
        now = server.namespace.link(name)
        assert [now.get(key) for key in ("address", "mtu", "ifalias")] == \
            [before.get(key) for key in ("address", "mtu", "ifalias")]


def test_teardown_of_a_bond_that_is_gone(server):
    looked = server.look("eth0", "eth1")
    with_vlan(server)
    server.daemon.kill()
    server.namespace.ip("link del bond0")
    take_down(server)
    for name in NAMES[:4]:
        assert server.namespace.link(name) is None
    assert server.look("eth0", "eth1") == looked


@pytest.mark.parametrize("to", ["bond0", "bond1"])
def test_member_moved_while_no_daemon_ran(server, to):
    """Whichever of the two bonds comes first."""
    server.bond("bond0", ("eth0", "eth1"))
    server.bond("bond1", ("eth2", "eth3"))
    server.start()
    server.daemon.kill()
    moved = "eth2" if to == "bond0" else "eth1"
    server.config.member(moved, to)
    server.start()
    assert server.members(to)[moved]["state"] == "active"


def test_bond_renamed_while_no_daemon_ran(server):
    server.bond("bond0", address="10.0.0.1/24")
    server.start()
    server.daemon.stop()
    for name in ("bond0", "eth0", "eth1"):
        server.config.remove(name)
    server.bond("bond9", address="10.0.0.1/24")
    server.start()
    server.wait_members("bond9", eth0="active", eth1="active")
    assert server.namespace.link("bond0") is None
