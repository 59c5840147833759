# SPDX-License-Identifier: BSD-2-Clause
"""Open vSwitch, LACP active, is the switch: what it says of our links counts.

Its user-space data path loses packets of a stream by itself; so loss is judged at
its ports, where what we sent arrives.
"""
import shutil
import time

import pytest
from netlab import Pair, Stream
from netlab.fixtures import track, untrack
from netlab.pair import SERVER, SERVER_VLAN, SWITCH, SWITCH_VLAN
from netlab.probe import tcp_transfer
from netlab.wait import wait_for

pytestmark = pytest.mark.skipif(shutil.which("ovs-vswitchd") is None,
                                reason="Open vSwitch is not installed")

FLOWS = 500
RATE = 4000


@pytest.fixture(scope="module", params=["fast", "slow"])
def shared_pair(request, tools):
    made = track(Pair(links=2, rate=request.param, partner="ovs", tools=tools))
    yield made.up()
    untrack(made)


@pytest.fixture
def pair(shared_pair):
    """One pair for each rate; every test finds it up."""
    return shared_pair.wait_up(40)


def test_both_links_are_current_collecting_and_distributing(pair):
    found = pair.ovs.members()
    assert set(found) == {"sw0", "sw1"}
    mac = pair.server.link("bond0")["address"]
    for name, member in found.items():
        assert member["status"].startswith("current"), (name, member)
        for side in ("actor state", "partner state"):
            assert {"activity", "aggregation", "synchronized", "collecting",
                    "distributing"} <= set(member[side]), (name, member)
            assert not {"expired", "defaulted"} & set(member[side]), (name, member)
        # What we ask of the partner, and it of us, is the configured rate.
        assert ("timeout" in member["partner state"]) == (pair.rate == "fast")
        assert member["partner sys_id"] == mac
        assert member["may_enable"] == "true"
    assert pair.ovs.enabled() == {"sw0", "sw1"}
    assert "lacp_status: negotiated" in pair.ovs.appctl("bond/show", "bond0")
    # Our side says the same of Open vSwitch.
    bond = pair.server_daemon.bond()
    system = {member["actor sys_id"] for member in found.values()}
    assert {bond["lacp"]["partner"]["system"]} == system
    assert bond["lacp"]["aggregator"]["members"] == pair.server_names
    assert bond["lacp"]["rate"] == pair.rate


@pytest.mark.parametrize("near, far", [(SERVER, SWITCH), (SERVER_VLAN, SWITCH_VLAN)])
def test_traffic_passes(pair, near, far):
    assert pair.server.ping(far, count=3)
    assert pair.switch.ping(near, count=3)
    assert tcp_transfer(pair.server, pair.switch, far, 8 << 20)
    assert tcp_transfer(pair.switch, pair.server, near, 8 << 20)


def test_link_cut_and_back(pair):
    stream = Stream(pair, SWITCH, flows=FLOWS, rate=RATE)
    stream.more(RATE // 2)
    cut_ns = time.monotonic_ns()
    pair.links[0].cut()
    pair.wait_active([1])
    stream.more(RATE // 2)
    restored_ns = time.monotonic_ns()
    pair.links[0].restore()
    pair.wait_active([0, 1], 40)
    stream.more(RATE // 2)
    _, paths = stream.finish()
    at_cut, at_return = paths.moves(cut_ns, restored_ns)
    assert {move.flow for move in at_cut} == paths.on("ens1f0")
    assert {move.to for move in at_return} == {"ens1f0"}
    lost = [[one["lost"] for one in paths.outages if (one["at_ns"] < restored_ns) == before]
            for before in (True, False)]
    assert sum(lost[0]) <= RATE // 50 and sum(lost[1]) == 0
    assert tcp_transfer(pair.switch, pair.server, SERVER, 1 << 20)


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_daemon_restart_is_not_seen(pair, end):
    """Open vSwitch counts expiries, defaults and carrier changes: none of them grows."""
    def flaps():
        return {name: {key: value for key, value in counters.items()
                       if key.startswith(("Link ", "Carrier "))}
                for name, counters in pair.ovs.counters().items()}

    before = flaps()
    assert set(before) == {"sw0", "sw1"} and all(before.values())
    stream = Stream(pair, SWITCH, flows=FLOWS, rate=RATE)
    stream.more(RATE // 4)
    getattr(pair.server_daemon, end)()
    stream.more(RATE // 4)
    pair.server_daemon.start()
    pair.server_daemon.wait_active(pair.server_names, timeout_s=5)
    # The new daemon goes on with LACP: its LACPDUs are heard and keep the links current.
    heard = {name: counters["RX PDUs"] for name, counters in pair.ovs.counters().items()}
    if pair.rate == "fast":
        wait_for(lambda: all(counters["RX PDUs"] >= heard[name] + 5
                             for name, counters in pair.ovs.counters().items()), 20,
                 "Open vSwitch hears the new daemon for longer than its timeout")
    stream.more(RATE // 4)
    _, paths = stream.finish()
    assert paths.lost == 0 and paths.steady() == FLOWS
    assert flaps() == before
    assert pair.ovs.ready(pair.switch_names)


def test_lacpdus_lost_one_way(make_pair):
    """Open vSwitch no longer hears us on one link: both ends take it out."""
    pair = make_pair(links=2, rate="fast", partner="ovs").up()
    pair.links[0].lose_from_near()
    pair.server_daemon.wait_active(["ens1f1"], timeout_s=15)
    assert pair.server_daemon.members()["ens1f0"]["carrier"] is True
    wait_for(lambda: pair.switch_active() == {"sw1"}, 15,
             lambda: f"Open vSwitch takes it out: {pair.describe_switch()}")
    assert pair.server.ping(SWITCH)
    pair.links[0].lose_nothing()
    pair.wait_up(30)
