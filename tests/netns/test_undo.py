# SPDX-License-Identifier: BSD-2-Clause
"""All or nothing: whichever request to the kernel fails in the midst of an application,
everything is afterwards as it was before; and what was applied in steps is the same as what
is made of the same files from nothing.

Pairs of configurations are made at random. The second is applied over the first again and
again, each time with another of its requests failing; then without failure, and compared
with what the same files make of a bare server. The seed is printed; PORTCHANNEL_UNDO_SEED
takes it again, PORTCHANNEL_UNDO_SECONDS=3600 goes on for so long, and
PORTCHANNEL_UNDO_POINTS=all takes every request.
"""
import json
import os
import random
import time

import pytest

from netlab import wait_for
from transactions_util import (ask, bond_addresses, edit, files, history, is_old, journal,
                               refused, states)
from undo_util import SPARE, Failer, Generator, UndoServer

SECONDS = float(os.environ.get("PORTCHANNEL_UNDO_SECONDS", 8))
POINTS = os.environ.get("PORTCHANNEL_UNDO_POINTS", "6")


@pytest.fixture
def server(tools):
    one = UndoServer(tools)
    yield one
    one.close()


class Walk:
    """Through configurations, each applied over the one before."""

    def __init__(self, server, seed):
        self.server, self.seed = server, seed
        self.generator = Generator(seed)
        self.bare = server.settled()
        self.before, self.files = self.bare, {}
        self.failed = self.undone = self.harmless = 0

    def fail(self, what, detail, files):
        text = "\n".join(f"--- {name}\n{content}" for name, content in sorted(files.items()))
        old = "\n".join(f"--- {name}\n{content}" for name, content in sorted(self.files.items()))
        print(f"{self.server.daemon.log()[-4000:]}\n=== from\n{old}\n\n=== to\n{text}\n")
        pytest.fail(f"PORTCHANNEL_UNDO_SEED={self.seed}: {what}\n{detail}", pytrace=False)

    def requests(self, files):
        """What is asked of the kernel on the way there. Ends where it began."""
        server = self.server
        server.write_files(files)
        failer = Failer(server.daemon.process.pid)
        done = server.apply()
        requests = failer.requests()
        if not done:
            return None
        self.go_back(files)
        return requests

    def go_back(self, files):
        self.server.write_files(self.files)
        if not self.server.apply():
            self.fail("the way back is refused", self.server.refusal, files)
        down = [name[6:] for name, text in self.files.items() if "ONBOOT=no" in text]
        different = self.server.becomes(self.before, lambda state: comparable(state, down))
        if different:
            self.fail("there and back again isn't the same", different, files)
        self.before = self.server.settled()

    def fail_at(self, files, number, request):
        server = self.server
        server.write_files(files)
        failer = Failer(server.daemon.process.pid, number)
        done = server.apply()
        failer.requests()
        if done:
            # It was one that doesn't matter; then all must be there.
            self.harmless += 1
            rest = server.plan()
            if rest:
                self.fail(f"request {number} ({request}) failed; it is said that all is done",
                          rest, files)
            self.go_back(files)
            return
        self.failed += 1
        what = f"request {number} ({request}) failed: {server.refusal}"
        if "could be undone" in server.refusal:
            self.fail(what, "", files)
        different = server.becomes(self.before)
        if different:
            self.fail(f"{what}; not as before", different, files)
        server.write_files(self.files)
        rest = server.plan()
        if rest:
            self.fail(f"{what}; there is a plan to where we are", rest, files)
        self.undone += 1

    def arrive(self, files):
        """Applies it for good, and compares it with the same made from nothing."""
        server = self.server
        server.write_files(files)
        if not server.apply():
            self.fail("refused", server.refusal, files)
        rest = server.plan()
        if rest:
            self.fail("done, but there is more to do", rest, files)
        stepwise = server.settled()
        server.write_files({})
        if not server.apply():
            self.fail("to nothing is refused", server.refusal, files)
        different = server.becomes(self.bare, comparable)
        if different:
            self.fail("nothing isn't as it was at first", different, files)
        server.write_files(files)
        if not server.apply():
            self.fail("from nothing is refused", server.refusal, files)
        down = [name[6:] for name, text in files.items() if "ONBOOT=no" in text]
        different = server.becomes(stepwise, lambda state: comparable(state, down))
        if different:
            self.fail("in steps it isn't as from nothing (which is given as 'is')", different,
                      files)
        self.before, self.files = server.settled(), files

    def step(self, points, deadline):
        files = self.generator.folder()
        requests = self.requests(files)
        if requests is None:
            return False
        numbers = list(range(1, len(requests) + 1))
        if points != "all":
            numbers = sorted(random.Random(self.seed).sample(
                numbers, min(int(points), len(numbers))))
        for number in numbers:
            if time.monotonic() > deadline:
                return True
            self.fail_at(files, number, requests[number - 1])
        self.arrive(files)
        return True


def comparable(state, left_alone=()):
    """Without what depends on the way: the address of a bond that asks for none is that of
    its first member then; a member's port is what was free. left_alone: interfaces with
    ONBOOT=no, which stay up if they were."""
    links = {name: dict(link, address=None) for name, link in state["links"].items()}
    for link in links.values():
        # The first of each network matters, in which order the others stand doesn't.
        link["addresses"] = sorted(link["addresses"], key=lambda info: (
            bool(info["secondary"]), info["local"]))
    # Who was set up to carry VLAN interfaces stays up: others may use it by then.
    links[SPARE]["flags"] = []
    daemon = {name: dict(bond, members={member: dict(known, port=None)
                                        for member, known in bond["members"].items()})
              for name, bond in state["daemon"].items()}
    routes = state["routes"]
    for name in left_alone:
        links[name]["flags"] = []
        routes = {route: True for route in routes if json.loads(route)["dev"] != name}
        daemon.pop(name, None)
    return dict(state, links=links, daemon=daemon, routes=routes)


def test_undone(server):
    """Until the time is up, a step at least."""
    seed = int(os.environ.get("PORTCHANNEL_UNDO_SEED", random.randrange(1 << 32)))
    print(f"PORTCHANNEL_UNDO_SEED={seed}")
    server.start()
    walk = Walk(server, seed)
    deadline = time.monotonic() + SECONDS
    steps = refused = 0
    while steps == 0 or time.monotonic() < deadline:
        if walk.step(POINTS, deadline):
            steps += 1
        else:
            refused += 1
    print(f"{steps} configurations, {refused} refused; {walk.failed} failures undone, "
          f"{walk.harmless} harmless")


# --- an undoing that fails itself ----------------------------------------------------------


def start_old(server):
    """As transactions_util's, and without asking the network for addresses."""
    server.bond(address="10.0.0.1/24", ARPCHECK="no")
    server.config.vlan("bond0.5", "10.0.5.1/24", ARPCHECK="no")
    server.start()
    server.wait_members(eth0="active", eth1="active")
    return files(server)


def change(server):
    """An address, a VLAN interface more, another member: of each there is one to undo."""
    edit(server)
    server.bond(address="10.0.0.2/24", members=(), ARPCHECK="no")
    server.config.vlan("bond0.6", "10.0.6.1/24", ARPCHECK="no")
    os.unlink(server.config.file("eth1"))
    server.config.member("eth2", "bond0")
    return files(server)


def what_is_left(server):
    plan = server.daemon.get("/v1/plan")
    return plan["steps"] + plan["drift"]


def test_what_cannot_be_undone(server):
    """The last step fails, and then one request of the undoing, whichever: that is said, the
    plan has it, and the next application mends it."""
    old = start_old(server)
    before = server.settled()
    new = change(server)
    failer = Failer(server.daemon.process.pid, "1000")
    assert server.apply()
    last = failer.requests().count("netlink 20")
    server.write_files(old)
    assert server.apply()
    stuck, further = [], 0
    while True:
        further += 1
        server.write_files(new)
        failer = Failer(server.daemon.process.pid, f"{last}@netlink 20,+{further}")
        assert not server.apply()
        requests = failer.requests()
        added = [i for i, request in enumerate(requests) if request == "netlink 20"]
        number = added[last - 1] + further + 1
        server.write_files(old)
        left = what_is_left(server)
        if left:
            stuck.append(requests[number - 1])
            assert "not all that had been done could be undone: " in server.refusal, \
                (requests[number - 1], server.refusal, left)
        assert server.apply(), server.refusal
        assert not what_is_left(server)
        different = server.becomes(before)
        assert not different, (requests[number - 1:number], server.refusal, different)
        if number >= len(requests):
            break
    # Members, addresses and VLAN interfaces were among them.
    assert {"netlink 16", "netlink 17", "netlink 21"} <= set(stuck), stuck


def test_a_failed_step_that_leaves_nothing_behind(server):
    """A VLAN interface that is half made goes, also if the kernel refuses that at first."""
    old = start_old(server)
    server.config.vlan("bond0.6", "10.0.6.1/24", ARPCHECK="no")
    new = files(server)
    failer = Failer(server.daemon.process.pid, "1000")
    assert server.apply()
    requests = failer.requests()
    made = requests.index("netlink 16") + 1
    server.write_files(old)
    assert server.apply()
    # But bpf's: that what is the same as before is published again doesn't matter.
    for text in {text for text in requests[made:made + 8] if not text.startswith("bpf")}:
        number = requests[:made].count(text) + 1
        at = f"{number}@{text}"
        server.write_files(new)
        failer = Failer(server.daemon.process.pid, at)
        assert not server.apply()
        after = failer.requests()
        # Not at the same place: what the daemon does beside it comes and goes.
        after = after[[i for i, one in enumerate(after) if one == text][number - 1]:]
        failer = Failer(server.daemon.process.pid, f"{at},+{after.index('netlink 17')}")
        assert not server.apply()
        failer.requests()
        assert not {"bond0.6", "bond0.6-hub"} & set(server.namespace.links()), text


# --- a change that can't be taken back -----------------------------------------------------


def test_taken_back_once_it_can_be(server):
    """Every request is refused at first."""
    before = start_old(server)
    edit(server)
    ask(server, "apply", confirm=600)
    failer = Failer(server.daemon.process.pid, "1+")
    events = server.daemon.events()
    error = refused(ask, server, "rollback")
    assert (error.status, error.code) == (409, "step_failed")
    assert "not all of what ran could be brought up yet" in error.message
    assert error.body["error"]["restoring"] is True
    assert {step["result"] for step in error.body["error"]["steps"]} == {"failed"}
    assert refused(ask, server, "apply").code == "restoring"
    assert files(server) == before and not os.path.exists(journal(server))
    assert not events.of("rolled_back")
    failer.requests()
    wait_for(lambda: events.of("rolled_back"), 20, "it is tried again")
    events.close()
    is_old(server, before)
    assert not any("yet" in problem["message"] for problem in server.problems())
    assert states(server) == ["taken_back", "in_force"]


def test_taken_back_but_for_what_is_refused_for_good(server):
    start_old(server)
    os.unlink(server.config.file("bond0.5"))
    server.bond(address="10.0.0.2/24", ARPCHECK="no")
    ask(server, "apply", confirm=1)
    server.namespace.ip("link add bond0.5-hub type veth peer name in-the-way")
    events = server.daemon.events()
    wait_for(lambda: events.of("taken_back"), 30, "it is given up")
    assert "not all of what ran could be brought up: " in events.of("taken_back")[0]["text"]
    events.close()
    assert "bond0.5-hub: File exists" in server.daemon.log()
    assert any("not all of what ran before could be brought up" in problem["message"]
               for problem in server.problems())
    assert bond_addresses(server) == ["10.0.0.1/24"], "but the rest"
    assert history(server)[2]["state"] == "taken_back"
    assert "make VLAN interface bond0.5, VLAN 5 of bond0" in server.plan()
    assert not server.apply() and "File exists" in server.refusal
    server.namespace.ip("link delete in-the-way")
    assert server.apply()
    assert bond_addresses(server, "bond0.5") == ["10.0.5.1/24"]
    assert not what_is_left(server)
