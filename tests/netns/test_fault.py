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


def points(server, calls, numbers):
    """At which of the calls, counted from 1, the daemon is to die."""
    every = list(range(1, len(calls) + 1))
    if EVERYTHING:
        return every
    touching = [n for n in every if f"{server.folder}/" in calls[n - 1]
                and not calls[n - 1].startswith(f"write {server.daemon.log_file}")]
    others = sorted(set(every) - set(touching))
    return sorted(numbers.sample(touching, min(FILE_POINTS, len(touching)))
                  + numbers.sample(others, min(OTHER_POINTS, len(others))))


@pytest.mark.parametrize("name", CHANGES)
def test_killed_at_any_system_call(server, name):
    numbers = random.Random(seed_of(name))
    change = CHANGES[name]()
    server.write_files(OLD)
    server.start()
    server.learn("old")
    change.prepare(server)
    killer = Killer(server.daemon.process.pid)
    assert change.act(server), server.refusal
    calls = killer.calls()
    server.learn("new" if change.allowed(True) == ["new"] else "old")
    if "new" not in server.files_of:
        # What the change goes back from.
        begin(server)
        server.write_files(NEW)
        assert server.ask("POST", "/v1/apply", {}), server.refusal
        server.learn("new")
    chosen = points(server, calls, numbers)
    print(f"{name}: {len(chosen)} of {len(calls)} system calls")
    found = {"old": 0, "new": 0}
    for number in chosen:
        begin(server)
        change.prepare(server)
        killer = Killer(server.daemon.process.pid, number)
        done = change.act(server)
        killer.calls()
        if server.daemon.running():
            # A few calls fewer than the first time: there is nothing left to die in.
            assert done, server.refusal
            continue
        server.start()
        where = f"{name}: killed at call {number}, {calls[number - 1]}"
        try:
            found[server.check_whole(change.allowed(done))] += 1
        except TimeoutError as error:
            pytest.fail(f"{where}: files and running state are {server.last}, "
                        f"leftovers {server.leftovers()}\n{error}")
    print(f"{name}: {found}")


def leave_unconfirmed(server):
    """Killed while NEW waits to be confirmed."""
    begin(server)
    server.write_files(NEW)
    assert server.ask("POST", "/v1/apply", {"confirm": 600}), server.refusal
    server.daemon.kill()


def test_killed_again_while_it_takes_back(server):
    """The next daemon, which finds a change that nobody has confirmed, is killed too."""
    numbers = random.Random(seed_of("start"))
    server.write_files(OLD)
    server.start()
    server.learn("old")
    leave_unconfirmed(server)
    calls = KilledStart(server).calls
    server.start()
    server.check_whole(["old"])
    for number in points(server, calls, numbers):
        leave_unconfirmed(server)
        KilledStart(server, number)
        server.start()
        where = f"killed at call {number} of its start, {calls[number - 1]}"
        try:
            server.check_whole(["old"])
        except TimeoutError as error:
            pytest.fail(f"{where}: files and running state are {server.last}, "
                        f"leftovers {server.leftovers()}\n{error}")
