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
