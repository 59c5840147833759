# SPDX-License-Identifier: BSD-2-Clause
"""Whatever kills the daemon in the midst of a change of the configuration, and at
whichever of its system calls: the next one has the old or the new configuration, whole,
in the files as in what runs, and nothing is left lying about.

Each change is walked once without harm, which tells the calls; then the daemon is killed
at each of those that touch files, and at some of the others, each time anew. Of these the
seed, printed, says which; PORTCHANNEL_FAULT_POINTS=all takes every call there is.
"""
import os
import random

import pytest

from fault_util import FaultServer, KilledStart, Killer
from daemon_util import LACP, XOR
from netlab import wait_for

FILE_POINTS, OTHER_POINTS = 12, 4
EVERYTHING = os.environ.get("PORTCHANNEL_FAULT_POINTS") == "all"


def interface(name, *lines):
    return "\n".join([f"DEVICE={name}", "ONBOOT=yes", "BOOTPROTO=none", "NM_CONTROLLED=no",
                      *lines]) + "\n"


def bond(address, options=LACP, name="bond0"):
    return interface(name, f"IPADDR={address}", "PREFIX=24", f'BONDING_OPTS="{options}"')


def member(name, bond_name="bond0"):
    return interface(name, f"MASTER={bond_name}", "SLAVE=yes")


def vlan(number, address):
    return interface(f"bond0.{number}", "VLAN=yes", f"IPADDR={address}", "PREFIX=24")


OLD = {
    "ifcfg-bond0": bond("10.0.0.1"), "ifcfg-eth0": member("eth0"), "ifcfg-eth1": member("eth1"),
    "ifcfg-bond0.5": vlan(5, "10.0.5.1"), "ifcfg-bond0.6": vlan(6, "10.0.6.1"),
    "route-bond0.6": "10.6.0.0/16 via 10.0.6.254\n",
}
NEW = {
    "ifcfg-bond0": bond("10.0.0.2", LACP + " lacp_rate=fast"), "ifcfg-eth0": member("eth0"),
    "ifcfg-eth2": member("eth2"), "ifcfg-bond0.6": vlan(6, "10.0.6.2"),
    "ifcfg-bond0.7": vlan(7, "10.0.7.1"), "route-bond0.6": "10.7.0.0/16 via 10.0.6.253\n",
    "ifcfg-bond1": bond("10.1.0.1", XOR, "bond1"), "ifcfg-eth3": member("eth3", "bond1"),
}
# What others have put on a NIC that NEW makes a member: it is there as long as OLD is.
OTHERS = ("link set eth3 up", "address replace 172.16.0.3/24 dev eth3",
          "address replace 172.16.0.4/24 dev eth3", "route replace default via 172.16.0.254",
          "route replace 10.8.0.0/16 via 172.16.0.253 src 172.16.0.4")


class Change:
    """A way from OLD to something else. prepare() is called with OLD in force; act() does
    it and says whether it was done (True), refused (False), or not answered (None)."""

    def prepare(self, server):
        pass

    def allowed(self, done):
        """Which configurations may be there afterwards."""
        return {True: ["new"], False: ["old"], None: ["old", "new"]}[done]


class Apply(Change):
    """The files are edited, then applied: they stay, whatever becomes of that."""

    def prepare(self, server):
        server.write_files(NEW)

    def act(self, server):
        return server.ask("POST", "/v1/apply", {})

    def allowed(self, done):
        return ["new"]


class ApplyConfirmed(Change):
    """Applied until confirmed, and confirmed."""

    def prepare(self, server):
        server.write_files(NEW)

    def act(self, server):
        done = server.ask("POST", "/v1/apply", {"confirm": 600})
        return done and server.ask("POST", "/v1/confirm", {})


class TakenBack(Change):
    """Applied until confirmed, and taken back."""

    def prepare(self, server):
        server.write_files(NEW)
        assert server.ask("POST", "/v1/apply", {"confirm": 600}), server.refusal

    def act(self, server):
        return server.ask("POST", "/v1/rollback", {})

    def allowed(self, done):
        return ["old"]


class Commit(Change):
    """Staged changes of VLAN interfaces that write two files and remove one."""

    def prepare(self, server):
        for method, path, body in (
                ("POST", "/v1/vlans", {"parent": "bond0", "vid": 8, "stage": True,
                                       "addresses": ["10.0.8.1/24"]}),
                ("PATCH", "/v1/vlans/bond0.6", {"addresses": ["10.0.6.9/24"], "stage": True}),
                ("DELETE", "/v1/vlans/bond0.5", {"stage": True})):
            assert server.ask(method, path, body), server.refusal

    def act(self, server):
        return server.ask("POST", "/v1/commit", {})


CHANGES = {"apply": Apply, "confirm": ApplyConfirmed, "take-back": TakenBack, "commit": Commit}


@pytest.fixture
def server(tools):
    one = FaultServer(tools)
    yield one
    one.close()


def seed_of(name):
    seed = int(os.environ.get("PORTCHANNEL_FAULT_SEED", random.randrange(1 << 32)))
    print(f"{name}: PORTCHANNEL_FAULT_SEED={seed}")
    return seed


def begin(server):
    """OLD is in force, for good, and nothing waits."""
    if not server.daemon.running():
        server.start()
    if server.daemon.get("/v1/history")["waiting"]:
        assert server.ask("POST", "/v1/rollback", {}), server.refusal
    for change in server.daemon.get("/v1/staged")["changes"]:
        server.ask("DELETE", f"/v1/staged/{change['name']}", {"revision": change["revision"]})
    server.write_files(OLD)
    assert server.ask("POST", "/v1/apply", {}), server.refusal
    for words in OTHERS:
        server.namespace.ip(words)


def points(server, walks, numbers):
    """At which calls the daemon is to die, for kill_at; walks are the calls of each time that
    it did the same unharmed. Those that touch files are counted by themselves, so that each
    is met; how many others there are is never quite the same, so they are counted to beyond
    the end."""
    place = f"{server.folder}/"
    touching = max(sum(place in call for call in calls) for calls in walks)
    in_files = [f"{number}@{place}" for number in range(1, touching + 1)]
    others = [str(n) for n in range(1, max(len(calls) for calls in walks) * 5 // 4)]
    if EVERYTHING:
        return in_files + others
    return numbers.sample(in_files, min(FILE_POINTS, touching)) + \
        numbers.sample(others, OTHER_POINTS)


def walk(server, change):
    """The change without harm; its calls."""
    begin(server)
    change.prepare(server)
    killer = Killer(server.daemon.process.pid)
    assert change.act(server), server.refusal
    return killer.calls()


def check(server, allowed, where):
    try:
        return server.check_whole(allowed)
    except TimeoutError as error:
        pytest.fail(f"{where}: files and running state are {server.last}, "
                    f"leftovers {server.leftovers()}\n{error}")


@pytest.mark.parametrize("name", CHANGES)
def test_killed_at_any_system_call(server, name):
    numbers = random.Random(seed_of(name))
    change = CHANGES[name]()
    begin(server)
    server.learn("old")
    walks = [walk(server, change)]
    server.learn(change.allowed(True)[0])
    walks.append(walk(server, change))
    if "new" not in server.files_of:
        # What the change goes back from.
        begin(server)
        server.write_files(NEW)
        assert server.ask("POST", "/v1/apply", {}), server.refusal
        server.learn("new")
    chosen = points(server, walks, numbers)
    print(f"{name}: {len(chosen)} points in {len(walks[-1])} system calls")
    found = {"old": 0, "new": 0, "unharmed": 0}
    for point in chosen:
        begin(server)
        change.prepare(server)
        killer = Killer(server.daemon.process.pid, point)
        done = change.act(server)
        calls = killer.calls()
        if not killer.killed:
            # A few calls fewer than the other times: there is nothing left to die in.
            assert done, server.refusal
            found["unharmed"] += 1
            continue
        server.daemon.process.wait(20)
        server.start()
        found[check(server, change.allowed(done), f"{name}: killed at {point}, {calls[-1]}")] += 1
    print(f"{name}: {found}")
    if EVERYTHING:
        # From the first call to beyond the last.
        assert found["unharmed"] and all(found[which] for which in change.allowed(None))


def leave_unconfirmed(server):
    """Killed while NEW waits to be confirmed."""
    begin(server)
    server.write_files(NEW)
    assert server.ask("POST", "/v1/apply", {"confirm": 600}), server.refusal
    server.daemon.kill()


def test_killed_again_while_it_takes_back(server):
    """The next daemon, which finds a change that nobody has confirmed, is killed too."""
    numbers = random.Random(seed_of("start"))
    begin(server)
    server.learn("old")
    leave_unconfirmed(server)
    calls = KilledStart(server).calls
    server.start()
    server.check_whole(["old"])
    chosen = points(server, [calls], numbers)
    print(f"start: {len(chosen)} points in {len(calls)} system calls")
    for point in chosen:
        leave_unconfirmed(server)
        died_at = KilledStart(server, point).calls[-1]
        server.start()
        check(server, ["old"], f"killed at {point} of its start, {died_at}")
