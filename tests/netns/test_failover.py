# SPDX-License-Identifier: BSD-2-Clause
"""A member fails, and comes back, under numbered packets of many flows: only its
flows move, all the others' packets stay on their link."""
import time

import pytest
from netlab import Stream
from netlab.pair import SERVER, SWITCH, SWITCH_VLAN
from netlab.wait import wait_for

FLOWS = 600
RATE = 20000
LOST_MAX = 200  # 10 ms of all traffic


def check_failure(pair, paths, failed, cut_ns, restored_ns):
    """Only the failed member's flows moved, evenly to the others, and when it was back
    flows moved to it only. Returns the moves at its return."""
    others = [name for name in pair.server_names if name != failed]
    at_cut, at_return = paths.moves(cut_ns, restored_ns)
    on_failed = paths.on(failed)
    assert len(on_failed) > FLOWS / len(pair.server_names) / 2
    assert {move.flow for move in at_cut} == on_failed
    assert len(at_cut) == len(on_failed)
    taken = {name: sum(1 for move in at_cut if move.to == name) for name in others}
    assert sum(taken.values()) == len(at_cut)
    for name, count in taken.items():
        share = len(at_cut) / len(others)
        assert abs(count - share) < max(0.6 * share, 10), f"{name} took {count}: {taken}"
    assert {move.to for move in at_return} <= {failed}
    return at_return


def fail_and_return(pair, index, address=SWITCH, back=False):
    stream = Stream(pair, address, flows=FLOWS, rate=RATE, back=back)
    stream.more(RATE // 2)
    cut_ns = time.monotonic_ns()
    pair.links[index].cut()
    pair.wait_active(set(range(pair.count)) - {index})
    stream.more(RATE // 2)
    restored_ns = time.monotonic_ns()
    pair.links[index].restore()
    pair.wait_active(range(pair.count))
    stream.more(RATE // 2)
    received, paths = stream.finish()
    at_cut = sum(one["lost"] for one in received["outages"] if one["at_ns"] < restored_ns)
    at_return = sum(one["lost"] for one in received["outages"] if one["at_ns"] >= restored_ns)
    assert received["duplicates"] == 0
    return paths, cut_ns, restored_ns, at_cut, at_return


@pytest.mark.parametrize("mode, links, hook", [("balance-xor", 3, "hub"), ("802.3ad", 3, "hub"),
                                               ("802.3ad", 4, "device"),
                                               ("balance-xor", 8, "hub")])
def test_only_the_failed_members_flows_move(make_pair, mode, links, hook):
    pair = make_pair(mode=mode, links=links, portchannel=f"transmit_hook={hook}").up()
    failed = pair.server_names[1]
    paths, cut_ns, restored_ns, lost_at_cut, lost_at_return = fail_and_return(pair, 1)
    moves = check_failure(pair, paths, failed, cut_ns, restored_ns)
    assert len(moves) > FLOWS / links / 2  # it took a share back
    assert lost_at_cut <= LOST_MAX
    assert lost_at_return == 0
    # Buckets are exactly even, at least to the one that 840 leaves when it must.
    buckets = [member["buckets"] for member in pair.server_daemon.bond()["members"]]
    assert sum(buckets) == 840 and max(buckets) == min(buckets) == 840 // links


def test_flows_of_the_vlan_move_alike(make_pair):
    pair = make_pair(mode="balance-xor", links=3).up()
    paths, cut_ns, restored_ns, lost_at_cut, lost_at_return = fail_and_return(
        pair, 2, SWITCH_VLAN)
    check_failure(pair, paths, pair.server_names[2], cut_ns, restored_ns)
    assert lost_at_cut <= LOST_MAX and lost_at_return == 0


def test_members_fail_one_after_another(make_pair):
    """With three of four gone everything is on the last; each failure moves its own only."""
    pair = make_pair(mode="balance-xor", links=4).up()
    stream = Stream(pair, SWITCH, flows=FLOWS, rate=RATE)
    stream.more(RATE // 4)
    times = []
    for index in range(3):
        times.append(time.monotonic_ns())
        pair.links[index].cut()
        pair.wait_active(range(index + 1, 4))
        stream.more(RATE // 4)
    received, paths = stream.finish()
    on = {name: set(paths.on(name)) for name in pair.server_names}
    for name, moves in zip(pair.server_names, paths.moves(*times)):
        assert {move.flow for move in moves} == on.pop(name)
        for move in moves:
            assert move.source == name
            on[move.to].add(move.flow)
    assert [len(flows) for flows in on.values()] == [FLOWS]
    assert received["lost"] <= 3 * LOST_MAX


def test_placement_as_the_kernels_driver(make_pair):
    """flow_placement=kernel: after a failure each flow is where hash mod n puts it."""
    pair = make_pair(mode="balance-xor", links=3,
                     portchannel="flow_placement=kernel").up()
    pair.links[0].cut()
    pair.wait_active([1, 2])
    stream = Stream(pair, SWITCH, flows=FLOWS, rate=RATE)
    stream.more(FLOWS * 2)
    received, paths = stream.finish()
    assert received["lost"] == 0
    for flow in paths.flows:
        answer = pair.server_daemon.explain("bond0", flow.source, flow.destination, "udp",
                                            flow.source_port, flow.destination_port)
        assert flow.links == [answer["member"]] == [answer["kernel_member"]]
        assert answer["member"] == pair.server_names[1 + answer["hash"] % 2]


def test_incoming_traffic_moves_too(make_pair):
    """The switch loses the same link; what it sends goes over the others."""
    pair = make_pair(links=3).up()
    paths, cut_ns, restored_ns, lost_at_cut, lost_at_return = fail_and_return(
        pair, 0, SERVER, back=True)
    check_failure_names = [flow.links for flow in paths.flows]
    assert all(links for links in check_failure_names)
    at_cut, _ = paths.moves(cut_ns, restored_ns)
    assert {move.flow for move in at_cut} == paths.on(pair.switch_names[0])
    assert lost_at_cut <= LOST_MAX and lost_at_return == 0


@pytest.mark.parametrize("direction", ["from_far", "from_near"])
def test_link_that_loses_frames_one_way_only(make_pair, direction):
    """Carrier stays, LACPDUs don't come: LACP takes the link out within its timeout, and
    puts it back when they come again."""
    pair = make_pair(links=3).up()
    link = pair.links[1]
    stream = Stream(pair, SWITCH, flows=FLOWS, rate=RATE // 4)
    stream.more(RATE // 8)
    before = pair.server_daemon.members()[link.near_name]["lacp"]
    getattr(link, f"lose_{direction}")()
    pair.wait_active([0, 2], 15)
    member = pair.server_daemon.members()[link.near_name]
    assert member["carrier"] is True and member["state"] == "standby"
    assert member["reason"] in ("no_lacpdu", "lacpdu_expired", "partner_out_of_sync",
                                "partner_not_collecting", "individual_standby", "waiting")
    assert member["reason_text"]
    stream.more(RATE // 8)
    mark_ns = time.monotonic_ns()
    stream.more(RATE // 8)
    link.lose_nothing()
    pair.wait_active([0, 1, 2], 15)
    stream.more(RATE // 8)
    received, paths = stream.finish()
    assert not [one for one in received["outages"] if one["at_ns"] > mark_ns]
    moved = {move.flow for flow in paths.flows for move in flow.moves}
    assert moved >= paths.on(link.near_name) - {flow.number for flow in paths.flows
                                                if not flow.links}
    assert not moved & (paths.on(pair.server_names[0]) | paths.on(pair.server_names[2])) or \
        all(move.to == link.near_name for flow in paths.flows for move in flow.moves
            if flow.links[0] != link.near_name)
    after = pair.server_daemon.members()[link.near_name]["lacp"]
    assert after["lacpdus_sent"] > before["lacpdus_sent"]


def test_member_with_a_carrier_of_its_own(make_pair):
    """A TAP's carrier is the device's own, as a NIC's: the kernel may tell of it late."""
    pair = make_pair(links=2, tap=True, mode="balance-xor").up()
    stream = Stream(pair, SWITCH, flows=200, rate=5000)
    stream.more(1000)
    cut_ns = time.monotonic_ns()
    pair.links[0].cut()
    pair.wait_active([1])
    stream.more(1000)
    restored_ns = time.monotonic_ns()
    pair.links[0].restore()
    pair.wait_active([0, 1])
    stream.more(1000)
    received, paths = stream.finish()
    at_cut, at_return = paths.moves(cut_ns, restored_ns)
    assert {move.flow for move in at_cut} == paths.on(pair.server_names[0])
    assert {move.to for move in at_return} <= {pair.server_names[0]}
    assert not [one for one in received["outages"] if one["at_ns"] >= restored_ns]


def test_carrier_read_off(make_pair):
    """Without the carrier read in the program the daemon moves the flows."""
    pair = make_pair(links=3, mode="balance-xor", server_arguments=["--carrier-read", "off"])
    pair.up()
    assert pair.server_daemon.status()["daemon"]["carrier_read"] is False
    paths, cut_ns, restored_ns, lost_at_cut, lost_at_return = fail_and_return(pair, 1)
    check_failure(pair, paths, pair.server_names[1], cut_ns, restored_ns)
    assert lost_at_cut <= RATE * 0.2 and lost_at_return == 0


def test_updelay_holds_a_returning_member_back(make_pair):
    pair = make_pair(links=2, mode="balance-xor", options="updelay=400").up()
    pair.links[0].cut()
    pair.server_daemon.wait_active([pair.server_names[1]])
    pair.links[0].restore()
    wait_for(lambda: pair.server_daemon.members()[pair.server_names[0]]["reason"] == "updelay",
             5, lambda: f"the updelay runs: {pair.server_daemon.describe()}", every_s=0.002)
    pair.wait_active([0, 1])
