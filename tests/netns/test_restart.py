# SPDX-License-Identifier: BSD-2-Clause
"""The daemon is not in the packet path: killed, stopped, started again, no packet
is lost, nothing is removed or made anew, and the partner sees no flap."""
import os

import pytest
from netlab import Stream
from netlab.pair import SERVER, SWITCH, SWITCH_VLAN
from netlab.tcx import tcx_programs
from netlab.wait import wait_for

FLOWS = 300
RATE = 20000


def programs(namespace):
    """Which program is attached where: by the kernel's own number of each."""
    found = {}
    for name in namespace.links():
        for hook in ("ingress", "egress"):
            text = namespace.run(["tc", "filter", "show", "dev", name, hook], check=False).stdout
            found[name, hook] = [words[i + 1] for words in [text.split()]
                                 for i, word in enumerate(words) if word == "id"]
            found[name, hook] += tcx_programs(namespace, name, hook)
    return found


def snapshot(namespace):
    links = {name: (link["ifindex"], link["address"], link["mtu"])
             for name, link in namespace.links().items()}
    return links, programs(namespace)


def lacp_of_switch(pair):
    return {member["name"]: (member["link_failures"], member["lacp"]["mux_state"],
                             member["state"]) for member in pair.switch_daemon.bond()["members"]}


@pytest.mark.parametrize("end", ["kill", "stop"])
@pytest.mark.parametrize("hook", ["hub", "device"])
def test_no_packet_is_lost(make_pair, end, hook):
    """With the rate of the sample files: the partner waits 90 s for the next daemon."""
    pair = make_pair(links=3, rate="slow", portchannel=f"transmit_hook={hook}").up()
    events = pair.switch_daemon.events()
    before, switch_before = snapshot(pair.server), lacp_of_switch(pair)
    out = Stream(pair, SWITCH, flows=FLOWS, rate=RATE)
    back = Stream(pair, SERVER, flows=FLOWS, rate=RATE // 4, back=True, watch=False, port=9001)
    vlan = Stream(pair, SWITCH_VLAN, flows=100, rate=RATE // 4, watch=False, port=9002)
    out.more(RATE // 4)
    getattr(pair.server_daemon, end)()
    out.more(RATE // 2)  # without any daemon
    assert snapshot(pair.server) == before
    pair.server_daemon.start()
    pair.server_daemon.wait_active(pair.server_names, timeout_s=5)
    out.more(RATE // 2)
    for stream in (out, back, vlan):
        received, paths = stream.finish()
        assert received["lost"] == 0 and received["duplicates"] == 0
        if paths:
            assert paths.steady() == FLOWS
    assert snapshot(pair.server) == before
    assert lacp_of_switch(pair) == switch_before
    flaps = [event for kind in ("mux", "selected", "aggregator", "carrier", "receive")
             for event in events.of(kind)]
    events.close()
    assert flaps == []


def test_next_daemon_goes_on_with_lacp(make_pair):
    """At the fast rate the partner waits 3 s for it, and then hears of it each second."""
    pair = make_pair(links=2).up()
    events = pair.switch_daemon.events()
    pair.server_daemon.kill()
    pair.server_daemon.start()
    heard = pair.switch_daemon.members()["sw0"]["lacp"]["lacpdus_received"]
    wait_for(lambda: pair.switch_daemon.members()["sw0"]["lacp"]["lacpdus_received"]
             >= heard + 4, 20, "the switch hears the new daemon for longer than its timeout")
    flaps = [event for kind in ("mux", "selected", "carrier") for event in events.of(kind)]
    events.close()
    assert flaps == []
    assert pair.server_daemon.active() == set(pair.server_names)


def test_link_cut_while_no_daemon_runs(make_pair):
    """With the carrier read in the program, the data path copes alone; a new daemon finds
    the link gone."""
    pair = make_pair(links=3, mode="balance-xor").up()
    if not pair.server_daemon.status()["daemon"]["carrier_read"]:
        pytest.skip("this kernel can't read the carrier in the program")
    pair.server_daemon.kill()
    stream = Stream(pair, SWITCH, flows=FLOWS, rate=RATE)
    stream.more(RATE // 4)
    pair.links[0].cut()
    stream.more(RATE // 4)
    pair.server_daemon.start()
    pair.server_daemon.wait_active(["ens1f1", "ens1f2"])
    stream.more(RATE // 4)
    received, paths = stream.finish()
    assert received["lost"] <= RATE // 100
    assert {flow.number for flow in paths.flows if flow.moves} == paths.on("ens1f0")


def test_killed_many_times(make_pair):
    pair = make_pair(links=2).up()
    stream = Stream(pair, SWITCH, flows=FLOWS, rate=RATE // 2)
    before = snapshot(pair.server)
    for _ in range(5):
        stream.more(500)
        pair.server_daemon.kill()
        pair.server_daemon.start()
    pair.wait_up()
    stream.more(500)
    received, paths = stream.finish()
    assert received["lost"] == 0 and paths.steady() == FLOWS
    assert snapshot(pair.server) == before


def test_lost_state_folder(make_pair):
    """Without the saved state LACP starts afresh, but what runs is still taken over."""
    pair = make_pair(links=2).up()
    before = snapshot(pair.server)
    pair.server_daemon.kill()
    for name in os.listdir(pair.server_daemon.state):
        os.unlink(f"{pair.server_daemon.state}/{name}")
    pair.server_daemon.start()
    pair.wait_up()
    assert snapshot(pair.server) == before


def test_down_removes_all_and_restores_members(make_pair):
    pair = make_pair(links=2)
    pair.make_links().write_config()
    kept = ("address", "mtu", "promiscuity", "allmulti", "ifalias", "inet6_addr_gen_mode")

    def look():
        return {name: ({key: link.get(key) for key in kept}, "UP" in link["flags"],
                       pair.server.sysctl(f"net/ipv6/conf/{name}/disable_ipv6"))
                for name, link in pair.server.links().items()}

    before = look()
    pair.start().wait_up()
    done = pair.server.run([pair.tools.portchannel, "--socket", pair.server_daemon.socket,
                            "down"])
    assert done.returncode == 0
    assert look() == before
    assert not any(programs(pair.server).values())
    for name in pair.server_names:
        assert "clsact" not in pair.server.run(["tc", "qdisc", "show", "dev", name]).stdout
    assert pair.server_daemon.stop() == 0


def test_teardown_without_a_daemon(make_pair):
    pair = make_pair(links=2, mode="balance-xor").make_links().write_config()
    before = sorted(pair.server.links())
    pair.start().wait_up()
    assert pair.server_daemon.stop() == 0
    assert pair.server.ping(SWITCH)  # the data path goes on
    daemon = pair.server_daemon
    pair.server.run([pair.tools.portchanneld, "--teardown", "--config", daemon.config,
                     "--socket", daemon.socket, "--state", daemon.state,
                     "--store", daemon.store])
    assert sorted(pair.server.links()) == before
    assert not any(programs(pair.server).values())
