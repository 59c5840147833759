# SPDX-License-Identifier: BSD-2-Clause
"""GET /metrics and `portchannel metrics`: the format as promtool reads it, and the
values as /v1/status has them."""
import os
import re
import stat
import subprocess

import pytest

from daemon_util import LACP, XOR, Server, raw_request
from netlab import ApiError, Stream, wait_for
from netlab.pair import SWITCH

SAMPLE = re.compile(r'^([a-z_:][a-z0-9_:]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


class Metrics:
    """The samples by name and labels; their format is checked on the way."""

    def __init__(self, text):
        self.text, self.values, self.types = text, {}, {}
        family, done = None, set()
        assert text.endswith("\n")
        for line in text.splitlines():
            if line.startswith("# HELP "):
                family = line.split()[2]
                assert family not in done, f"{family} comes twice"
                done.add(family)
                continue
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split()
                assert name == family
                self.types[name] = kind
                continue
            name, labels, value = SAMPLE.match(line).groups()
            assert name == family, f"{name} is no sample of {family}"
            key = (name, frozenset(LABEL.findall(labels or "")))
            assert key not in self.values, line
            self.values[key] = float(value)

    def get(self, name, **labels):
        return self.values[name, frozenset(labels.items())]

    def family(self, name):
        """[(labels, value)]"""
        return [(dict(labels), value) for (one, labels), value in self.values.items() if one == name]

    def set_state(self, name, **labels):
        """The one state that is 1."""
        states = [found["state"] for found, value in self.family(name)
                  if value == 1 and labels.items() <= found.items()]
        assert len(states) == 1, (name, labels, states)
        return states[0]


def scrape(daemon, query=""):
    answer = raw_request(daemon.socket,
                         f"GET /metrics{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"HTTP/1.1 200 OK"
    assert b"Content-Type: text/plain; version=0.0.4; charset=utf-8" in head.split(b"\r\n")
    return Metrics(body.decode())


def promtool(text):
    """What it says of the text; "" nothing."""
    result = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, timeout=60,
                            capture_output=True, check=False)
    return f"{result.returncode} {result.stdout}{result.stderr}".strip()


def check_member(metrics, bond, member):
    """Each number that does not change by itself is the status' own."""
    labels = {"bond": bond["name"], "member": member["configured_name"]}

    def value(name, **more):
        return metrics.get(f"portchannel_member_{name}", **labels, **more)

    assert metrics.set_state("portchannel_member_state", **labels) == member["state"]
    assert value("carrier") == member["carrier"]
    assert value("info", device=member["name"], slot=str(member["slot"])) == 1
    assert value("buckets") == member["buckets"]
    assert value("link_failures_total") == member["link_failures"]
    assert value("receive_errors_total") == member["rx_errors"]
    assert value("failover_packets_total") == member["tx"]["failover"]
    if member["speed_mbps"]:
        assert value("speed_bytes") == member["speed_mbps"] * 1e6 / 8
    for reason, count in member["drops"].items():
        assert value("drops_total", reason=reason) == count
    lacp = member["lacp"]
    if lacp is None:
        assert not [one for one, _ in metrics.family("portchannel_member_lacp_mux_state")
                    if labels.items() <= one.items()]
        return
    for machine, field in (("receive", "receive_state"), ("periodic", "periodic_state"),
                           ("mux", "mux_state"), ("selected", "selected"),
                           ("actor_churn", "actor_churn"), ("partner_churn", "partner_churn")):
        assert metrics.set_state(f"portchannel_member_lacp_{machine}_state", **labels) == lacp[field]
    for side in ("actor", "partner"):
        flags = {one["flag"] for one, set_ in metrics.family(f"portchannel_member_lacp_{side}_flag")
                 if set_ and labels.items() <= one.items()}
        assert flags == set(lacp[side]["state"] if lacp[side] else ())
    for reason, count in lacp["rejected"].items():
        assert value("lacpdus_rejected_total", reason=reason) == count


def check_bond(metrics, bond):
    name = bond["name"]
    assert metrics.get("portchannel_bond_up", bond=name) == (bond["admin_up"] and bond["carrier"])
    assert metrics.get("portchannel_bond_info", bond=name, mode=bond["mode"],
                       xmit_hash_policy=bond["xmit_hash_policy"], flow_placement=bond["flow_placement"],
                       transmit_hook=bond["transmit_hook"]) == 1
    assert metrics.get("node_bonding_slaves", master=name) == len(bond["members"])
    assert metrics.get("node_bonding_active", master=name) == \
        len([member for member in bond["members"] if member["state"] == "active"])
    assert metrics.get("portchannel_vlan_interfaces", parent=name) == len(bond["vlans"])
    for reason, count in bond["drops"].items():
        assert metrics.get("portchannel_bond_drops_total", bond=name, reason=reason) == count
    for member in bond["members"]:
        check_member(metrics, bond, member)


def bracket(daemon, bond="bond0"):
    """Metrics between two looks at the status that are alike but for traffic."""
    def alike():
        before, metrics, after = daemon.bond(bond), scrape(daemon), daemon.bond(bond)
        states = [[[member["state"], member["carrier"], member["buckets"], member["link_failures"],
                    member["tx"]["failover"], member["drops"],
                    member["lacp"] and {key: value for key, value in member["lacp"].items()
                                        if not key.startswith("lacpdus_")}]
                   for member in one["members"]] + [one["drops"], one["carrier"]]
                  for one in (before, after)]
        return (before, metrics, after) if states[0] == states[1] else None
    return wait_for(alike, 10, lambda: "two looks at the status are alike")


def check_between(metrics, name, labels, before, after):
    assert before <= metrics.get(name, **labels) <= after, (name, labels)


def check_traffic(before, metrics, after):
    """Counters that go on by themselves lie between the two looks."""
    for old, new in zip(before["members"], after["members"]):
        labels = {"bond": before["name"], "member": old["configured_name"]}
        for side, word in (("rx", "receive"), ("tx", "transmit")):
            for unit in ("packets", "bytes"):
                check_between(metrics, f"portchannel_member_{word}_{unit}_total", labels,
                              old[side][unit], new[side][unit])
        for field in ("lacpdus_sent", "lacpdus_received", "lacpdus_bad") if old["lacp"] else ():
            check_between(metrics, f"portchannel_member_{field}_total", labels,
                          old["lacp"][field], new["lacp"][field])
    for side, word in (("rx", "receive"), ("tx", "transmit")):
        for unit in ("packets", "bytes"):
            check_between(metrics, f"portchannel_bond_{word}_{unit}_total", {"bond": before["name"]},
                          before[side][unit], after[side][unit])


def check(daemon):
    before, metrics, after = bracket(daemon)
    check_bond(metrics, before)
    check_traffic(before, metrics, after)
    assert promtool(metrics.text) == "0"
    return metrics


@pytest.mark.parametrize("hook", ["hub", "device"])
def test_values_after_traffic_and_a_cut(make_pair, hook):
    pair = make_pair(links=3, portchannel=f"transmit_hook={hook}").up()
    daemon = pair.server_daemon
    cut = {"bond": "bond0", "member": "ens1f1"}
    first = check(daemon)
    assert first.get("portchannel_bond_failovers_total", bond="bond0") == 0
    stream = Stream(pair, SWITCH, flows=64, rate=5000)
    stream.more(2500)
    pair.links[1].cut()
    pair.wait_active([0, 2])
    stream.more(2500)
    stream.finish()

    down = check(daemon)
    assert down.get("portchannel_member_transmit_packets_total", **cut) > 500
    assert down.get("portchannel_bond_failovers_total", bond="bond0") == 1
    assert down.get("portchannel_member_link_failures_total", **cut) == 1
    moved = down.get("portchannel_bond_buckets_moved_total", bond="bond0") \
        - first.get("portchannel_bond_buckets_moved_total", bond="bond0")
    assert moved == 280  # of 840, the third that was its
    for machine in ("link", "mux", "reason", "receive", "selected"):
        name = "portchannel_member_transitions_total"
        assert down.get(name, machine=machine, **cut) > first.get(name, machine=machine, **cut)
    assert down.set_state("portchannel_member_lacp_receive_state", **cut) == "PORT_DISABLED"

    pair.links[1].restore()
    pair.wait_active([0, 1, 2])
    back = check(daemon)
    assert back.get("portchannel_bond_failovers_total", bond="bond0") == 1
    assert back.get("portchannel_bond_buckets_moved_total", bond="bond0") \
        - down.get("portchannel_bond_buckets_moved_total", bond="bond0") == 280


def test_counters_begin_anew_with_the_daemon_and_nothing_seems_to_have_moved(make_pair):
    pair = make_pair(links=2).up()
    pair.server_daemon.stop()
    pair.server_daemon.start()
    pair.wait_active([0, 1])
    metrics = check(pair.server_daemon)
    assert metrics.get("portchannel_bond_failovers_total", bond="bond0") == 0
    assert metrics.get("portchannel_bond_buckets_moved_total", bond="bond0") == 0


@pytest.fixture(scope="module")
def server(tools):
    """Two bonds, a member that is absent, a file with an error."""
    one = Server(tools)
    one.bond(address="10.0.0.1/24")
    one.bond("bond1", ("eth2", "eth9"), LACP)
    one.config.vlan("bond0.5", "10.0.5.1/24")
    one.config.vlan("bond0.6", "10.0.6.1/24")
    one.config.bond("bad0", "mode=1")
    one.start()
    one.wait_members(eth0="active", eth1="active")
    yield one
    one.close()


def test_the_daemons_own(server):
    status = server.daemon.status()
    metrics = scrape(server.daemon)
    assert metrics.get("portchannel_build_info", version=status["daemon"]["version"]) == 1
    assert metrics.get("portchannel_start_time_seconds") == status["daemon"]["started"]
    assert 0 <= metrics.get("portchannel_loop_latency_max_seconds") <= \
        server.daemon.status()["daemon"]["loop_latency_max_us"] / 1e6
    assert status["problems"]
    for severity in ("error", "warning"):
        assert metrics.get("portchannel_problems", severity=severity) == \
            len([one for one in status["problems"] if one["severity"] == severity])
    assert metrics.get("portchannel_configuration_number") == \
        server.daemon.get("/v1/live")["configuration"]
    assert metrics.get("portchannel_configuration_waiting") == 0
    assert metrics.get("portchannel_staged_changes") == 0


def test_all_bonds_and_what_is_absent(server):
    for bond in server.daemon.status()["bonds"]:
        before, metrics, after = bracket(server.daemon, bond["name"])
        check_bond(metrics, before)
        check_traffic(before, metrics, after)
    absent = {"bond": "bond1", "member": "eth9"}
    assert metrics.set_state("portchannel_member_state", **absent) == "absent"
    assert not [one for one, _ in metrics.family("portchannel_member_speed_bytes")
                if one["member"] == "eth9"]
    assert promtool(metrics.text) == "0"


def test_staged_changes_are_told(server):
    server.daemon.request("POST", "/v1/vlans", {"parent": "bond0", "vid": 77, "stage": True})
    assert scrape(server.daemon).get("portchannel_staged_changes") == 1
    server.daemon.request("DELETE", "/v1/staged")
    assert scrape(server.daemon).get("portchannel_staged_changes") == 0


def test_the_plan_is_that_of_the_first_scrape_for_a_minute(server):
    """No more than one a minute, whoever scrapes how often."""
    scrape(server.daemon)
    server.config.vlan("bond0.8", "10.0.8.1/24")
    plan = server.daemon.get("/v1/plan")
    metrics = scrape(server.daemon)
    server.config.remove("bond0.8")
    assert metrics.get("portchannel_plan_steps") == 0
    assert metrics.get("portchannel_plan_drift") == len(plan["drift"])


def test_vlan_interfaces_are_told_of_on_request_only(server):
    assert not scrape(server.daemon).family("portchannel_vlan_up")
    assert not scrape(server.daemon, "?vlans=false").family("portchannel_vlan_up")
    metrics = scrape(server.daemon, "?vlans=true")
    assert promtool(metrics.text) == "0"
    vlans = server.daemon.get("/v1/counters?parent=bond0")["vlans"]
    for vid in (5, 6):
        labels = {"parent": "bond0", "interface": f"bond0.{vid}", "vid": str(vid)}
        assert metrics.get("portchannel_vlan_up", **labels) == 1
        for side, word in (("rx", "receive"), ("tx", "transmit")):
            for unit in ("packets", "bytes"):
                assert metrics.get(f"portchannel_vlan_{word}_{unit}_total", **labels) <= \
                    vlans[f"bond0.{vid}"][side][unit] + 100000
    with pytest.raises(ApiError) as error:
        server.daemon.get("/metrics?vlans=1")
    assert (error.value.status, error.value.code) == (400, "bad_parameter")


def portchannel(server, *arguments):
    return subprocess.run([server.daemon.tools.portchannel, "--socket", server.daemon.socket, "metrics",
                           *arguments], capture_output=True, text=True, timeout=60, check=False)


def names(text):
    return [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]


def test_the_command(server, tmp_path):
    result = portchannel(server)
    assert (result.returncode, result.stderr) == (0, "")
    assert promtool(result.stdout) == "0"
    assert names(result.stdout) == names(scrape(server.daemon).text)
    assert "portchannel_vlan_up" in names(portchannel(server, "--vlans").stdout)

    path = tmp_path / "portchannel.prom"
    path.write_text("old\n")
    path.chmod(0o600)
    result = portchannel(server, "--output", str(path))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert names(path.read_text()) == names(scrape(server.daemon).text)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert os.listdir(tmp_path) == ["portchannel.prom"]


def test_the_command_leaves_what_it_cannot_replace(server, tmp_path):
    result = portchannel(server, "--output", str(tmp_path / "none" / "x.prom"))
    assert result.returncode == 1 and "can't be written: No such file" in result.stderr
    (tmp_path / "link.prom").symlink_to("/dev/null")
    for path in (tmp_path / "link.prom", tmp_path):
        result = portchannel(server, "--output", str(path))
        assert result.returncode == 1 and "is no regular file" in result.stderr
    assert os.listdir(tmp_path) == ["link.prom"]


def test_every_family_is_documented_and_the_other_way_round(make_pair):
    """doc/api.md, "Metrics"."""
    path = os.path.join(os.path.dirname(__file__), "..", "..", "doc", "api.md")
    text = open(path, encoding="utf-8").read().split("## Metrics\n")[1].split("\n## ")[0]
    documented = set(re.findall(r"`((?:portchannel|node_bonding)_\w+)`", text))
    daemon = make_pair(links=1).up().server_daemon
    assert documented == set(scrape(daemon, "?vlans=true").types)
