# SPDX-License-Identifier: BSD-2-Clause
"""What a cut link costs: packets lost, and for how long packets were lost.

A steady stream of numbered packets over many flows runs from one namespace to
the other while the links are cut and joined, one at a time, at moments that
don't follow the daemon's poll. `traffic` (lab/traffic) says which packets never
arrived. The outage of a cut lasts from when the first packet that it swallowed
was sent until one packet's time after the last was; 0 where none was lost. What
is lost when the link comes back is counted apart.

Links are of two kinds. A veth pair is cut by setting its far end down: the
kernel tells the near end at once. A TAP is cut by taking its carrier (tapwire):
the kernel may hold the news back for up to a second, as with most network
cards, and the daemon finds out by its poll every miimon ms.
"""

import random
import subprocess
import time

from report import percentile
from scene import BenchError, Scene, is_active, wait_active, wait_for, write_bond
from netlab import Receiver, Sender  # after scene, which says where netlab is

# Links of a bond, and how many of them are cut one after the other before all are
# waited for. With LACP a link is back only some three seconds later, so more links
# take their turn meanwhile.
LINKS = {"balance-xor": 4, "802.3ad": 8}
TURNS = {"balance-xor": 1, "802.3ad": 4}
MIIMON_MS = 100
FLOWS = 512
RATE_PPS = {"veth": 20000, "TAP": 10000}
NEAR, FAR = "10.91.0.1", "10.91.0.2"
# A cut stays for longer than any way of noticing it takes.
CUT_S = 0.25
# Two losses nearer than this are one outage.
MERGE_MS = 80
# How much earlier than the command a loss may begin that still is the cut's:
# packets that lay in a queue then.
EARLY_NS = 15e6


class VethWires:
    """Cut by setting the far end down, through one ip process that stays."""

    kind = "veth"

    def __init__(self, scene, near, far, links):
        self.pairs = [(f"m{i}", f"f{i}") for i in range(links)]
        # Where both ends of a veth happen to have the same number, the kernel
        # takes them for one interface and holds news of their carrier back.
        far.ip("link add spare0 type veth peer name spare1")
        scene.veth(near, far, self.pairs)
        self.ip = scene.process(far.command("ip -force -batch -"), stdin=subprocess.PIPE)

    def command(self, number, state):
        self.ip.stdin.write(f"link set {self.pairs[number][1]} {state}\n")
        self.ip.stdin.flush()

    def cut(self, number):
        self.command(number, "down")

    def join(self, number):
        self.command(number, "up")


class TapWires:
    """Cut by tapwire."""

    kind = "TAP"

    def __init__(self, scene, near, far, links):
        self.pairs = [(f"m{i}", f"f{i}") for i in range(links)]
        self.tapwire = scene.process(
            [scene.tool("bench/tapwire"), near.path, far.path]
            + [":".join(pair) for pair in self.pairs],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.expect("ready")

    def expect(self, word):
        line = self.tapwire.stdout.readline()
        if not line.startswith(word):
            raise BenchError(f"tapwire answered '{line.strip()}'")

    def command(self, word, number):
        self.tapwire.stdin.write(f"{word} {number}\n")
        self.tapwire.stdin.flush()
        self.expect(word)

    def cut(self, number):
        self.command("cut", number)

    def join(self, number):
        self.command("join", number)


def assign(outages, moments):
    """For each cut, what was lost from it until the link was joined, and from
    then until the next cut. moments: [(cut_ns, join_ns)], ascending. Returns two
    lists of (packets lost, ms), and the packets lost before the first cut."""
    at_cut = [[0, None, None] for _ in moments]
    at_join = [[0, None, None] for _ in moments]
    before = 0
    for outage in outages:
        start, end = outage["at_ns"], outage["at_ns"] + outage["ms"] * 1e6
        cuts = [i for i, (cut, _) in enumerate(moments) if cut - EARLY_NS <= start]
        if not cuts:
            before += outage["lost"]
            continue
        number = cuts[-1]
        entry = (at_cut if start < moments[number][1] - EARLY_NS else at_join)[number]
        entry[0] += outage["lost"]
        entry[1] = start if entry[1] is None else entry[1]
        entry[2] = end

    def summed(entries):
        return [(lost, 0.0 if lost == 0 else (end - start) / 1e6)
                for lost, start, end in entries]
    return summed(at_cut), summed(at_join), before


def start_daemons(scene, wires, near, far, mode, carrier_read):
    bond_options = f"mode={mode} miimon={MIIMON_MS} xmit_hash_policy=layer3+4"
    if mode == "802.3ad":
        bond_options += " lacp_rate=fast"
    daemons = []
    for side, (namespace, address) in enumerate(((near, NEAR), (far, FAR))):
        config = scene.config()
        write_bond(config, "bond0", [pair[side] for pair in wires.pairs], bond_options,
                   f"{address}/24")
        daemons.append(scene.daemon(namespace, config, ["--carrier-read", carrier_read]))
    for daemon in daemons:
        wait_active(daemon, len(wires.pairs))
    return daemons


def cut_and_join(wires, daemons, cuts, turns):
    """Cuts each link in turn and joins it again; [(cut_ns, join_ns)]."""
    links = len(wires.pairs)
    moments = []
    for number in range(cuts):
        time.sleep(random.uniform(0.03, 0.03 + MIIMON_MS / 1000))
        cut_ns = time.monotonic_ns()
        wires.cut(number % links)
        time.sleep(CUT_S)
        join_ns = time.monotonic_ns()
        wires.join(number % links)
        moments.append((cut_ns, join_ns))
        if (number + 1) % turns:
            continue
        for daemon in daemons:
            wait_for(lambda d=daemon: is_active(d, links), 20,
                     lambda d=daemon: f"all links carry traffic again: {d.describe()}", 0.04)
    return moments


def measure(options, report, wires_class, carrier_read, mode, cuts):
    """One series of cuts: (packets lost, ms) of each cut, and of each return."""
    with Scene(options.build) as scene:
        near, far = scene.namespace("near"), scene.namespace("far")
        wires = wires_class(scene, near, far, LINKS[mode])
        daemons = start_daemons(scene, wires, near, far, mode, carrier_read)
        near.ping(FAR)
        receiver = Receiver(far, FAR, merge_ms=MERGE_MS, tools=scene.tools)
        sender = Sender(near, FAR, FLOWS, RATE_PPS[wires.kind], tools=scene.tools)
        wait_for(lambda: receiver.received() > 0, 10, "the stream arrives")
        moments = cut_and_join(wires, daemons, cuts, TURNS[mode])
        sent = sender.stop()
        received = receiver.result()
    if received["socket_drops"] > 0:
        raise BenchError(f"the receiver itself lost {received['socket_drops']} packets")
    at_cut, at_join, before = assign(received["outages"], moments)
    if before > 0 or sent["errors"] > 0:
        report.note(f"{before} packets lost before the first cut, "
                    f"{sent['errors']} refused when sent ({sent['first_error']})")
    return at_cut, at_join


def report_series(report, name, at_cut, at_join, bound):
    outages = [ms for _, ms in at_cut]
    losses = [lost for lost, _ in at_cut]
    report.add(f"{name}: cuts", len(at_cut), "cuts")
    report.add(f"{name}: outage p50", percentile(outages, 50), "ms")
    report.add(f"{name}: outage p99", percentile(outages, 99), "ms", bound)
    report.add(f"{name}: outage max", max(outages), "ms")
    report.add(f"{name}: packets lost p50", percentile(losses, 50), "packets")
    report.add(f"{name}: packets lost p99", percentile(losses, 99), "packets")
    report.add(f"{name}: packets lost max", max(losses), "packets")
    report.add(f"{name}: packets lost at all returns", sum(lost for lost, _ in at_join),
               "packets")


def run(options, report):
    late = f"<= {MIIMON_MS + 5}"
    cuts = 2 if options.quick else 100
    series = [(VethWires, "auto", "balance-xor", cuts, "<= 1"),
              (VethWires, "off", "balance-xor", cuts, None),
              (TapWires, "auto", "balance-xor", cuts, None),
              (TapWires, "off", "balance-xor", cuts, late),
              (VethWires, "auto", "802.3ad", cuts, "<= 1")]
    if options.quick:
        series = [series[0], series[3]]
    for wires_class, carrier_read, mode, number, bound in series:
        words = "on" if carrier_read == "auto" else "off"
        name = f"failover {wires_class.kind}, carrier read {words}, {mode}"
        at_cut, at_join = measure(options, report, wires_class, carrier_read, mode, number)
        report_series(report, name, at_cut, at_join, bound)
