#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""`make demo`: a server comes up from its own files, and keeps its connection
when a link is cut. Says what it sees as it goes, and demands that it is so."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import textwrap
import time

from netlab import Stream, Tools, wait_for, why_not
from netlab.report import Report
from netlab.showcase import (BARE_SWITCH, SEED, SERVER, SERVER_VLAN, SWITCH, SWITCH_VLAN,
                             make_showcase, partner_wanted, server_view, switch_view)

FLOWS = 1000
RATE_PPS = 20000
OVS_RATE_PPS = 4000  # more than that its user-space data path may lose by itself
TCP_STREAMS = 4
TCP_PAIRS = 3


def title(text):
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n{bold}{text}{plain}", flush=True)


def say(text):
    for line in text.splitlines():
        print(f"  {line}".rstrip(), flush=True)


class Demo:
    def __init__(self, tools, partner):
        self.tools, self.report = tools, Report()
        self.pair = make_showcase(tools, partner)
        self.ovs = self.pair.ovs is not None
        self.rate_pps = OVS_RATE_PPS if self.ovs else RATE_PPS
        self.first_looks = self.look_of_members()

    def look_of_members(self):
        """What must be the same before and after."""
        links = self.pair.server.links()
        kept = ("address", "mtu", "promiscuity", "allmulti", "ifalias", "operstate")
        looks = {name: dict({key: links[name].get(key) for key in kept},
                            up="UP" in links[name]["flags"],
                            filters=self.pair.server.run(
                                ["tc", "filter", "show", "dev", name, "ingress"]).stdout)
                 for name in self.pair.server_names}
        return {"links": sorted(links), "members": looks}

    def cli(self, *words):
        argv = [self.tools.portchannel, "--socket", self.pair.server_daemon.socket, *words]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    # The steps, in the order in which they are shown.

    def show_files(self):
        title("1. The server's files, as initscripts or NetworkManager would read them")
        for name in sorted(os.listdir(SEED)):
            with open(os.path.join(SEED, name), encoding="utf-8") as handle:
                words = handle.read().replace("\n", "  ").rstrip()
            say(textwrap.fill(words, 78, initial_indent=f"{name:<18}",
                              subsequent_indent=" " * 18, break_long_words=False))

    def form_lacp(self):
        title("2. portchanneld starts; LACP forms")
        shown, start = {}, time.monotonic()
        self.pair.start()

        def look():
            for side, view in (("server", server_view(self.pair)),
                               ("switch", switch_view(self.pair))):
                for link, (state, _, text) in sorted(view.items()):
                    if shown.get((side, link)) != (state, text):
                        shown[side, link] = (state, text)
                        say(f"{time.monotonic() - start:5.1f} s  {side} {link:<7} "
                            f"{state:<24} {text}")
            return self.ready()

        wait_for(look, 30, lambda: f"LACP forms on both links: {self.pair.describe_switch()}",
                 every_s=0.02)
        seconds = time.monotonic() - start
        for side, view in (("server", server_view(self.pair)),
                           ("switch", switch_view(self.pair))):
            for link, (_, partner, _) in sorted(view.items()):
                say(f"{side} {link:<7} sees its partner: {', '.join(partner)}")
        self.report.add("LACP: from start to both links carrying traffic", seconds, "s",
                        "<= 15")
        say("")
        say(self.cli("status"))

    def ready(self):
        return (self.pair.server_daemon.active() == set(self.pair.server_names)
                and self.pair.switch_active() == set(self.pair.switch_names))

    def ping(self):
        title("3. The bond and the VLAN interface on it answer")
        for name, near, far in (("bond0", SERVER, SWITCH),
                                ("bond0.652", SERVER_VLAN, SWITCH_VLAN)):
            wait_for(lambda: self.pair.server.ping(far, timeout_s=1, check=False), 10,
                     f"{far} answers on {name}")
            answer = self.pair.server.run(["ping", "-n", "-q", "-c", 5, "-i", "0.05", "-I", near,
                                           far]).stdout
            received = int(answer.split(" packets transmitted, ")[1].split()[0])
            say(f"{name:<10} {near} asks {far}: {received} of 5 answered")
            self.report.add(f"{name}: answers to ping", received, "of 5", "= 5")

    def spread(self):
        title(f"4. {FLOWS:,} flows: each stays on one link, and `explain` knows which")
        capture = os.path.join(self.pair.folder, "flows.pcap")
        stream = Stream(self.pair, SWITCH, FLOWS, self.rate_pps, pcap=capture)
        stream.more(FLOWS * 10)
        received, paths = stream.finish()
        for link, count in sorted(paths.count_by_link().items()):
            say(f"{link}  {'#' * (count * 40 // FLOWS):<24} {count} flows")
        self.report.add("flows seen", paths.seen(), "", f"= {FLOWS}")
        self.report.add("flows that stayed on one link", paths.steady(), "", f"= {FLOWS}")
        self.report.add("largest share of one link",
                        max(paths.count_by_link().values()) / FLOWS, "", "<= 0.6")
        self.report.add("packets lost on the way", self.loss(received, paths)[0], "", "= 0")
        self.explain(paths, capture)

    def loss(self, received, paths):
        """Packets lost, and the outages; with Open vSwitch as they came to its ports."""
        return (paths.lost, paths.outages) if self.ovs else (received["lost"],
                                                             received["outages"])

    def explain(self, paths, capture):
        daemon = self.pair.server_daemon
        right = sum(1 for flow in paths.flows if flow.links and flow.links[0] == daemon.explain(
            "bond0", flow.source, flow.destination, "udp", flow.source_port,
            flow.destination_port)["member"])
        flow = paths.flows[0]
        words = ["explain", "bond0", flow.source, flow.destination, "udp", str(flow.source_port),
                 str(flow.destination_port)]
        say(f"portchannel {' '.join(words)}")
        say("   " + self.cli(*words).strip().replace("\n", "\n   "))
        say(f"explain named the link of {right} of {FLOWS} flows right")
        self.report.add("flows whose link explain named", right, "", f"= {FLOWS}")
        answers = json.loads(self.cli("explain", "--pcap", capture, "--policy", "layer3+4",
                                      "--members", "2", "--json"))
        links = paths.by_source_port()
        right = sum(1 for answer, port in zip(answers, paths.order_in(capture))
                    if links[port] == self.pair.server_names[answer["member"]])
        self.report.add("the same from a packet capture", right, "", f"= {FLOWS}")

    def throughput(self):
        title("5. TCP throughput, the bond beside one bare link")
        server = self.pair.switch.start(["iperf3", "-s"], stdout=subprocess.PIPE, text=True)
        wait_for(lambda: ":5201" in self.pair.switch.run(["ss", "-Hltn"]).stdout, 10,
                 "iperf3 listens")
        ratios, figures = [], {BARE_SWITCH: [], SWITCH: []}
        for turn in range(TCP_PAIRS):
            for address in (BARE_SWITCH, SWITCH) if turn % 2 == 0 else (SWITCH, BARE_SWITCH):
                figures[address].append(self.iperf(address))
            ratios.append(figures[SWITCH][-1] / figures[BARE_SWITCH][-1])
        server.kill()
        server.wait()
        say(f"bare link {statistics.median(figures[BARE_SWITCH]):6.1f} Gbit/s")
        say(f"bond0     {statistics.median(figures[SWITCH]):6.1f} Gbit/s   "
            f"({TCP_STREAMS} streams, medians of {TCP_PAIRS} runs of 1 s)")
        self.report.add("TCP throughput of bond0", statistics.median(figures[SWITCH]), "Gbit/s")
        # Open vSwitch's user-space data path is the slower end by far.
        self.report.add("TCP throughput, bond0 to the bare link", statistics.median(ratios), "",
                        None if self.ovs else ">= 0.5")

    def iperf(self, address):
        done = self.pair.server.run(["iperf3", "-c", address, "-P", TCP_STREAMS, "-t", "1",
                                     "-J"])
        return json.loads(done.stdout)["end"]["sum_received"]["bits_per_second"] / 1e9

    def cut(self):
        link = self.pair.links[0]
        title(f"6. {link.near_name} is cut under {self.rate_pps:,} packets a second of {FLOWS:,} flows")
        stream = Stream(self.pair, SWITCH, FLOWS, self.rate_pps)
        stream.more(self.rate_pps)
        cut_ns = time.monotonic_ns()
        link.cut()
        self.pair.wait_active([1])
        stream.more(self.rate_pps)
        say(self.cli("status"))
        say("The link is put back.")
        restored_ns = time.monotonic_ns()
        link.restore()
        self.pair.wait_active([0, 1], 30)
        back_s = (time.monotonic_ns() - restored_ns) / 1e9
        stream.more(self.rate_pps)
        self.judge_cut(link, *stream.finish(), cut_ns, restored_ns, back_s)

    def judge_cut(self, link, received, paths, cut_ns, restored_ns, back_s):
        others = [name for name in self.pair.server_names if name != link.near_name]
        at_cut, at_return = paths.moves(cut_ns, restored_ns)
        on_cut = paths.on(link.near_name)
        wrong = len({move.flow for move in at_cut} ^ on_cut) + sum(
            1 for move in at_cut if move.to not in others)
        _, every = self.loss(received, paths)
        outages = [one for one in every if one["at_ns"] < restored_ns]
        later = [one for one in every if one["at_ns"] >= restored_ns]
        outage_ms = sum(one["ms"] for one in outages)
        reads_carrier = self.pair.server_daemon.status()["daemon"]["carrier_read"]
        say(f"{len(on_cut)} flows were on {link.near_name}; {len(at_cut)} moved, to "
            f"{', '.join(others)}; the other {FLOWS - len(on_cut)} never left their link")
        say(f"{sum(one['lost'] for one in outages)} packets lost in {outage_ms:.2f} ms at the "
            f"cut, {sum(one['lost'] for one in later)} when the link came back "
            f"({back_s:.1f} s until it carried traffic)")
        self.report.add("flows that moved and should not, or the reverse", wrong, "", "= 0")
        self.report.add("packets lost at the cut", sum(one["lost"] for one in outages))
        self.report.add("outage at the cut", outage_ms, "ms",
                        "<= 20" if reads_carrier else "<= 200")
        self.report.add("link back: packets lost", sum(one["lost"] for one in later), "", "= 0")
        self.report.add("link back: flows that moved elsewhere than to it",
                        sum(1 for move in at_return if move.to != link.near_name), "", "= 0")
        self.report.add("link back: until it carries traffic", back_s, "s", "<= 15")
        self.report.add("packets twice or out of order",
                        received["duplicates"] + received["reordered"], "", "= 0")

    def remove(self):
        title("7. `portchannel down` removes it all; the links are as they were before")
        say(self.cli("down"))
        left = [name for name in self.pair.server.links()
                if name not in self.first_looks["links"]]
        looks = self.look_of_members()
        restored = sum(1 for name in self.pair.server_names
                       if looks["members"][name] == self.first_looks["members"][name])
        say(f"interfaces left over: {', '.join(left) or 'none'}; "
            f"links as before: {restored} of {len(self.pair.server_names)}")
        self.report.add("interfaces left over", len(left), "", "= 0")
        self.report.add("links as they were before", restored, "of 2", "= 2")
        if restored != len(self.pair.server_names):
            say(f"before: {self.first_looks['members']}\nafter:  {looks['members']}")
        code = self.pair.server_daemon.stop()
        self.report.add("portchanneld's exit code", code, "", "= 0")

    def run(self):
        for step in (self.show_files, self.form_lacp, self.ping, self.spread, self.throughput,
                     self.cut, self.remove):
            step()


def failed(demo, error):
    """Says what went wrong so that nobody overlooks it."""
    print(f"\nTHE DEMO FAILED: {error}", file=sys.stderr)
    if isinstance(error, subprocess.CalledProcessError):
        print(error.stderr, file=sys.stderr)
    for daemon in (demo.pair.server_daemon, demo.pair.switch_daemon):
        print(f"\nlast words of portchanneld on the {daemon.namespace.role}:", file=sys.stderr)
        print("\n".join(daemon.log().splitlines()[-15:]), file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description="Shows a port channel at work.")
    parser.add_argument("--build", default=None, help="the build folder (build)")
    options = parser.parse_args()
    tools, partner = Tools(options.build), partner_wanted()
    reason = why_not("iperf3", "tc", "ss", *(["ovs-vswitchd", "ethtool", "nft"] if partner == "ovs"
                                             else []))
    if reason or tools.missing():
        sys.exit(f"The demo cannot run: {reason or 'not built yet: ' + str(tools.missing())}")
    switch = "Open vSwitch" if partner == "ovs" else "a second portchanneld"
    print("A server and a switch in two network namespaces, two links between them. The\n"
          f"switch is {switch}. Your own network is not touched.")
    start, demo, report = time.monotonic(), None, os.path.join(tools.build, "demo",
                                                               "report.json")
    shutil.rmtree(os.path.dirname(report), ignore_errors=True)
    demo = Demo(tools, partner)
    try:
        demo.run()
    except Exception as error:
        demo.report.fail("the demo ran to its end", str(error).split("\n", maxsplit=1)[0])
        failed(demo, error)
    finally:
        demo.pair.close()
    title(f"What was seen, in {time.monotonic() - start:.0f} s")
    demo.report.write(report)
    demo.report.print_table()
    missed = demo.report.missed()
    if missed:
        print(f"\nNOT SO: {'; '.join(row['name'] for row in missed)}", file=sys.stderr)
        sys.exit(1)
    print(f"\nAll of it is so. {os.path.relpath(report)} has the figures. "
          "`make lab` leaves this network up for you.")


if __name__ == "__main__":
    main()
