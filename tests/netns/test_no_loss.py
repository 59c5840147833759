# SPDX-License-Identifier: BSD-2-Clause
"""A change that touches nothing else loses not one packet of what runs through the bond:
numbered packets in both directions, and through a VLAN interface, while the server's
files are changed and applied. The switch is the far end of a LACP bundle all the while.
"""
import pytest
from netlab import Pair, Stream
from netlab.fixtures import track, untrack
from netlab.pair import SERVER, SWITCH, SWITCH_VLAN
from netlab.wait import wait_for

FLOWS, RATE = 200, 5000
MORE = 100  # packets
VLANS, VLANS_AT_ONCE = 500, 5


class Traffic:
    """Through bond0 both ways and through bond0.652 out."""

    def __init__(self, pair):
        self.pair = pair
        self.flaps = pair.switch_daemon.events()
        self.may_flap = False  # a link that leaves does
        self.streams = [
            Stream(pair, SWITCH, flows=FLOWS, rate=RATE, watch=False),
            Stream(pair, SERVER, flows=FLOWS, rate=RATE, watch=False, back=True, port=9001),
            Stream(pair, SWITCH_VLAN, flows=FLOWS, rate=RATE // 5, watch=False, port=9002),
        ]
        self.more()

    def more(self):
        """A moment: each stream has got through whatever has just happened."""
        goals = [(one, one.receiver.received() + MORE) for one in self.streams]
        for stream, goal in goals:
            stream.reach(goal)

    def finish(self):
        """Ends it; nothing may be missing or there twice."""
        self.more()
        answers = [stream.finish()[0] for stream in self.streams]
        self.flaps.close()
        flaps = [event for kind in ("mux", "receive", "carrier") for event in self.flaps.of(kind)]
        if not self.may_flap:
            assert flaps == []
        assert [(one["lost"], one["duplicates"]) for one in answers] == [(0, 0)] * 3, answers


@pytest.fixture(scope="module")
def shared_pair(tools):
    made = track(Pair(links=3, rate="fast", tools=tools))
    yield made.up()
    untrack(made)


@pytest.fixture
def pair(shared_pair):
    """One for all tests; each finds it up, and leaves the files as they were."""
    return shared_pair.wait_up()


@pytest.fixture
def traffic(pair):
    return Traffic(pair)


def apply(pair):
    """The server's files, as they are now; what has been changed."""
    answer = pair.server_daemon.request("POST", "/v1/apply", {}, timeout_s=60)
    assert answer["problems"] == []
    return answer


def steps(answer):
    return [step["action"] for step in answer["steps"]]


def test_vlan_added_and_removed_many_times(pair, traffic):
    for turn in range(0, VLANS, VLANS_AT_ONCE):
        vids = [700 + (turn + i) % 50 for i in range(VLANS_AT_ONCE)]
        for vid in vids:
            # Whether another host has the address is asked for 0.6 s otherwise.
            pair.server_config.vlan(f"bond0.{vid}", f"10.77.{vid - 700}.1/24", ARPCHECK="no")
        assert steps(apply(pair)).count("vlan_add") == len(vids)
        for vid in vids:
            pair.server_config.remove(f"bond0.{vid}")
        assert steps(apply(pair)).count("vlan_remove") == len(vids)
    traffic.finish()


def test_address_added_and_removed(pair, traffic):
    text = pair.server_config.read("bond0")
    for turn in range(20):
        # Asked for, or not, whether another host has it, which takes 0.6 s.
        ask = "ARPCHECK1=no\n" if turn >= 3 else ""
        pair.server_config.write("bond0", text + f"IPADDR1=10.88.{turn}.1\nPREFIX1=24\n{ask}")
        assert "address_add" in steps(apply(pair))
        traffic.more()
        pair.server_config.write("bond0", text)
        assert "address_remove" in steps(apply(pair))
        traffic.more()
    traffic.finish()


@pytest.mark.parametrize("option, other", [("lacp_rate=fast", "lacp_rate=slow"),
                                           ("xmit_hash_policy=layer3+4",
                                            "xmit_hash_policy=layer2+3")])
def test_option_changed(pair, traffic, option, other):
    text = pair.server_config.read("bond0")
    assert option in text
    for _ in range(5):
        for wanted in (text.replace(option, other), text):
            pair.server_config.write("bond0", wanted)
            answer = apply(pair)
            assert answer["steps"] and {step["disruption"] for step in answer["steps"]} == {"none"}
            traffic.more()
    traffic.finish()


def test_member_added_and_removed(pair, traffic):
    """The partner is told that the link leaves, and moves its flows before it goes."""
    traffic.may_flap = True
    text = pair.server_config.read("ens1f2")
    for _ in range(3):
        pair.server_config.remove("ens1f2")
        assert "member_remove" in steps(apply(pair))
        traffic.more()
        pair.wait_active([0, 1])
        traffic.more()
        pair.server_config.write("ens1f2", text)
        assert "member_add" in steps(apply(pair))
        pair.wait_active([0, 1, 2])
        traffic.more()
    traffic.finish()


def test_all_at_once_with_confirmation(pair, traffic):
    """And the way back."""
    bond = pair.server_config.read("bond0")
    pair.server_config.write("bond0", bond.replace("lacp_rate=fast", "lacp_rate=slow")
                             + "IPADDR1=10.88.0.1\nPREFIX1=24\n")
    pair.server_config.vlan("bond0.700", "10.77.0.1/24")
    pair.server_daemon.request("POST", "/v1/apply", {"confirm": 60}, timeout_s=60)
    traffic.more()
    assert pair.server.link("bond0.700") is not None
    pair.server_daemon.request("POST", "/v1/rollback", {}, timeout_s=60)
    wait_for(lambda: pair.server.link("bond0.700") is None, 10, "it is taken back")
    assert pair.server_config.read("bond0") == bond
    traffic.more()
    traffic.finish()
