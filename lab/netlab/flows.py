# SPDX-License-Identifier: BSD-2-Clause
"""What `traffic watch` saw, as flows and their moves from link to link."""
import struct
from dataclasses import dataclass, field

PCAP_HEADER = 24
PCAP_RECORD = 16
ETHERNET = 14
TAG = 4


@dataclass
class Move:
    """A flow's step from one link to another."""
    flow: int
    source: str
    to: str
    after: int   # last packet on the former link
    before: int  # first packet on the new one
    at_ns: int   # when that was sent


@dataclass
class Flow:
    number: int
    source: str
    source_port: int
    destination: str
    destination_port: int
    packets: int
    links: list = field(default_factory=list)  # in the order in which it used them
    moves: list = field(default_factory=list)


class FlowPaths:
    def __init__(self, seen, names=None):
        """seen is a watcher's answer; names gives links other names."""
        names = names or {}
        self.lost, self.outages = seen["lost"], seen["outages"]
        self.flows = []
        for entry in seen["per_flow"]:
            flow = Flow(entry["flow"], entry["source"], entry["source_port"],
                        entry["destination"], entry["destination_port"], entry["received"])
            last = None
            for segment in entry["segments"]:
                link = names.get(segment["link"], segment["link"])
                flow.links.append(link)
                if last is not None:
                    flow.moves.append(Move(flow.number, flow.links[-2], link, last["last"],
                                           segment["first"], segment["first_ns"]))
                last = segment
            self.flows.append(flow)

    def seen(self):
        return sum(1 for flow in self.flows if flow.packets > 0)

    def steady(self):
        """How many flows were on one link all the time."""
        return sum(1 for flow in self.flows if len(flow.links) == 1)

    def count_by_link(self):
        """Flows by the link of their first packet."""
        counts = {}
        for flow in self.flows:
            if flow.links:
                counts[flow.links[0]] = counts.get(flow.links[0], 0) + 1
        return counts

    def on(self, link):
        """Numbers of the flows whose first packet took the link."""
        return {flow.number for flow in self.flows if flow.links[:1] == [link]}

    def by_source_port(self):
        return {flow.source_port: flow.links[0] for flow in self.flows if flow.links}

    def moves(self, *times_ns):
        """All moves, one list for each of the times: a move belongs to the last time
        before its first packet on the new link was sent, or else to the first time."""
        parts = [[] for _ in times_ns]
        for flow in self.flows:
            for move in flow.moves:
                earlier = [i for i, at in enumerate(times_ns) if at <= move.at_ns]
                parts[earlier[-1] if earlier else 0].append(move)
        return parts

    @staticmethod
    def order_in(capture):
        """The UDP source ports in the order of a capture of `traffic watch`."""
        ports = []
        with open(capture, "rb") as handle:
            data = handle.read()
        at = PCAP_HEADER
        while at < len(data):
            size = struct.unpack_from("=I", data, at + 8)[0]
            frame = data[at + PCAP_RECORD:at + PCAP_RECORD + size]
            start = ETHERNET + (TAG if frame[12:14] == b"\x81\x00" else 0)
            header = (frame[start] & 15) * 4 if frame[start] >> 4 == 4 else 40
            ports.append(struct.unpack_from("!H", frame, start + header)[0])
            at += PCAP_RECORD + size
        return ports
