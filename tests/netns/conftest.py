# SPDX-License-Identifier: BSD-2-Clause
"""Tests in network namespaces. lab/netlab/ makes what they run on.

Most tests of this folder share one pair of server and switch (shared_pair), one
for each place of the transmit program; a test leaves it as it found it, and what
it left otherwise is noticed and the pair made anew.
"""
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "lab"))

from engine_util import Wired  # noqa: E402
from netlab import Namespace, Pair  # noqa: E402
from netlab.fixtures import *  # noqa: E402,F401,F403
from netlab.fixtures import skip_what_cannot_run, track, untrack  # noqa: E402
from netlab.wait import wait_for  # noqa: E402

SHARED_LINKS = 3


class _Shared:
    """The one pair that is up, for the hook asked for last."""

    def __init__(self):
        self.hook, self.pair = None, None

    def get(self, hook, tools):
        if self.hook != hook:
            self.drop()
        if self.pair is None:
            # portchannel is the server's only: the switch is the same for both.
            self.pair = track(Pair(links=SHARED_LINKS, portchannel=f"transmit_hook={hook}",
                                   tools=tools))
            self.hook = hook
            self.pair.up()
        return self.pair

    def drop(self):
        if self.pair is not None:
            untrack(self.pair)
        self.hook, self.pair = None, None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The tests of one hook together, so that the shared pair is made twice only."""
    skip_what_cannot_run(items)
    items.sort(key=lambda item: hasattr(item, "callspec")
               and item.callspec.params.get("any_pair") == "device")


@pytest.fixture(scope="session")
def _shared():
    shared = _Shared()
    yield shared
    shared.drop()


def looks(pair):
    """What a test must leave as it was."""
    looks = {}
    for namespace in (pair.server, pair.switch):
        for name, link in namespace.links().items():
            looks[namespace.role, name] = {key: link.get(key) for key in (
                "address", "mtu", "promiscuity", "allmulti", "master", "ifindex")}
    return looks


@pytest.fixture
def any_pair(request, _shared, tools):
    """The shared pair, up; the test leaves it so. Parametrised by `hooks`."""
    pair = _shared.get(getattr(request, "param", "hub"), tools)
    before = looks(pair)
    yield pair
    try:
        pair.wait_up()
        wait_for(lambda: looks(pair) == before, 5,
                 lambda: f"the pair is as it was before the test: {before} is now {looks(pair)}")
    except BaseException:
        _shared.drop()
        raise


@pytest.fixture
def pair(any_pair):
    """The shared pair with the transmit program at the hub."""
    return any_pair


@pytest.fixture
def guest(pair):
    """A third namespace, for a guest behind the server's bond."""
    namespace = Namespace("guest")
    yield namespace
    namespace.close()


@pytest.fixture
def wired():
    """Server and switch for the engine by itself."""
    made = Wired()
    yield made
    made.close()
