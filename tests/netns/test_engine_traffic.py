# SPDX-License-Identifier: BSD-2-Clause
"""Traffic through bonds of the engine by itself."""
import pytest
from engine_util import ADDRESS, VLAN_ADDRESS, program
from netlab import Receiver, Sender, wait_for


@pytest.mark.parametrize("arguments", [(), ("--no-carrier-read",)])
@pytest.mark.parametrize("hook", ["hub", "device"])
def test_traffic(wired, hook, arguments):
    wired.both(*arguments, options=f"hook={hook}")
    server, switch = wired.server, wired.switch
    assert server.namespace.ping(ADDRESS["switch"], count=5)
    assert server.namespace.ping(VLAN_ADDRESS["switch"], count=5)
    drops = server.engine("counters")["drops"]  # before the switch was there
    receiver = Receiver(switch.namespace, ADDRESS["switch"], idle_ms=500)
    sender = Sender(server.namespace, ADDRESS["switch"], flows=200, rate=20000, count=4000)
    sender.result()
    assert receiver.result()["received"] == 4000
    counters = server.engine("counters")
    shares = [member["tx_packets"] for member in counters["members"][:2]]
    assert min(shares) > 1000, shares
    assert counters["drops"] == drops
    received = switch.engine("counters")["members"]
    assert sum(member["rx_packets"] for member in received) >= 4000
    hub_counts = server.namespace.counters("bond0-hub")["rx"]["packets"]
    assert hub_counts > 4000 if hook == "hub" else hub_counts < 100


def test_ipv6_and_jumbo_frames(wired):
    wired.both()
    for side, host in ((wired.server, 1), (wired.switch, 2)):
        side.engine("change mtu=9000")
        side.namespace.ip(f"address add 2001:db8::{host}/64 dev bond0")
        assert side.namespace.link("bond0.652")["mtu"] == 9000
    assert wired.server.namespace.ping("2001:db8::2", size=8952)
    assert wired.server.namespace.ping(ADDRESS["switch"], size=8972)
    assert wired.server.namespace.ping(VLAN_ADDRESS["switch"], size=8972)


def test_hubs_carry_no_address(wired):
    wired.both()
    for name in ("bond0-hub", "bond0.652-hub"):
        assert wired.server.namespace.addresses(name) == []
        assert wired.server.namespace.sysctl(f"net/ipv6/conf/{name}/disable_ipv6") == "1"
        assert wired.server.namespace.link(name)["inet6_addr_gen_mode"] == "none"


def test_carrier(wired):
    wired.both()
    names = ("bond0", "bond0.652")
    server = wired.server
    assert all(server.namespace.has_carrier(name) for name in names)
    server.engine("carrier off")
    for name in names:
        wait_for(lambda n=name: not server.namespace.has_carrier(n),
                 what=f"{name} loses carrier")
    assert not server.namespace.ping(ADDRESS["switch"], timeout_s=0.3, check=False)
    server.engine("carrier on")
    for name in names:
        wait_for(lambda n=name: server.namespace.has_carrier(n), what=f"{name} has carrier")
    assert server.namespace.ping(ADDRESS["switch"])


@pytest.mark.parametrize("hook", ["hub", "device"])
def test_without_carrier_nothing_is_sent(wired, hook):
    """min_links can take the carrier away while members could still send."""
    wired.both(options=f"hook={hook}")
    wired.server.namespace.ping(ADDRESS["switch"])
    wired.server.engine("carrier off")
    sent = wired.server.namespace.counters("ens1f0")["tx"]["packets"]
    sent += wired.server.namespace.counters("ens1f1")["tx"]["packets"]
    wired.server.namespace.ping(ADDRESS["switch"], count=3, timeout_s=0.3, check=False)
    after = wired.server.namespace.counters("ens1f0")["tx"]["packets"]
    after += wired.server.namespace.counters("ens1f1")["tx"]["packets"]
    assert after == sent


def test_hook_is_changed_without_loss(wired):
    wired.both()
    receiver = Receiver(wired.switch.namespace, ADDRESS["switch"], idle_ms=500)
    sender = Sender(wired.server.namespace, ADDRESS["switch"], flows=100, rate=10000,
                    count=10000)
    changes = 0
    while sender.process.poll() is None:
        for hook in ("device", "hub"):
            wired.server.engine(f"change hook={hook}")
            changes += 1
    sender.result()
    assert changes >= 2
    assert receiver.result()["received"] == 10000, changes
    assert program(wired.server.namespace, "bond0", "egress") is None


def test_hook_changed_live_is_taken_over(wired):
    wired.both()
    server = wired.server
    server.engine("change hook=device")
    number = program(server.namespace, "bond0", "egress")
    assert number and program(server.namespace, "bond0.652", "egress")
    server.engine.kill()
    assert server.reopen("--no-carrier-read", options="hook=device")["taken_over"]
    assert program(server.namespace, "bond0", "egress") not in (None, number)
    assert server.namespace.ping(ADDRESS["switch"])
    assert server.namespace.ping(VLAN_ADDRESS["switch"])
    server.engine("change hook=hub")
    assert program(server.namespace, "bond0", "egress") is None
    assert program(server.namespace, "bond0.652", "egress") is None
