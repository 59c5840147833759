# SPDX-License-Identifier: BSD-2-Clause
"""What the tests in namespaces share; a conftest.py takes all of it in.

A test that this machine cannot run is skipped with the reason. The logs of the
daemons of a failed test's labs are shown with it.
"""
import pytest

from . import Pair, Tools, clean_up, why_not

__all__ = ["pytest_collection_modifyitems", "pytest_runtest_makereport",
           "pytest_sessionfinish", "tools", "make_pair"]

PROGRAMS = ("ethtool", "iperf3", "nft", "ss", "tc", "tcpdump")
_pairs = []


def skip_what_cannot_run(items):
    reason = why_not(*PROGRAMS)
    if reason:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_modifyitems(items):
    skip_what_cannot_run(items)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for pair in _pairs:
            for daemon in (pair.server_daemon, pair.switch_daemon):
                log = "\n".join(daemon.log().splitlines()[-60:])
                report.sections.append((f"log of {daemon.namespace}", log))
            if pair.ovs:
                report.sections.append(("log of Open vSwitch", pair.ovs.log()))


def pytest_sessionfinish():
    clean_up()


def track(pair):
    """Has the pair's logs shown when a test fails."""
    _pairs.append(pair)
    return pair


def untrack(pair):
    _pairs.remove(pair)
    pair.close()


@pytest.fixture(scope="session")
def tools():
    found = Tools()
    assert not found.missing(), f"not built: {found.missing()}"
    return found


@pytest.fixture
def make_pair(tools):
    """A function that makes a Pair (its arguments), removed after the test."""
    made = []

    def make(**arguments):
        pair = track(Pair(tools=tools, **arguments))
        made.append(pair)
        return pair

    yield make
    for pair in made:
        untrack(pair)
