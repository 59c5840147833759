# SPDX-License-Identifier: BSD-2-Clause
"""How many 64-byte packets a second one core sends over the bonds, beside the
bare link, by pktgen (see there).

The far side is bare links in all cases: it drops what arrives, so the figures
are of sending alone. That every packet arrived is checked with the counters of
the far interfaces. pktgen's slices are milliseconds long and follow each other,
so that the machine is the same for both slices of a pair.
"""

import json
import statistics

from paths import BARE, NOBODY_MAC, Path, Paths
from report import paired_ratio
from scene import BenchError, Scene, ip_batch, received_packets, wait_for

# The least share of the sent packets that must arrive for a rate to count.
ARRIVED_LEAST = 0.999
BOUNDS = {None: None, "hub": ">= 0.85", "device": ">= 0.93"}
KINDS = {"udp": "UDP", "packet": "AF_PACKET"}
# The bounds are of what programs do; AF_PACKET is shown for comparison.
JUDGED = "udp"


def add_redirects(scene, paths):
    """Interfaces that are no bonds: all that is sent on them goes out by one link,
    by the least program there is, at the place of ours. The paths over them."""
    added = []
    for number, (point, words) in enumerate((("ingress", "at a hub"),
                                             ("egress", "at a device"))):
        device, hub, near, far = (f"{stem}{number}" for stem in ("dev", "hub", "out", "sink"))
        scene.veth(paths.server, paths.far, [(near, far)])
        scene.veth(paths.server, paths.server, [(device, hub)])
        subnet = f"10.90.{20 + number}"
        paths.server.ip(f"address add {subnet}.1/24 dev {device}")
        paths.server.run([scene.tool("bench/redirect"), hub if point == "ingress" else device,
                          point, near])
        added.append(Path(f"a bare redirect {words}", device, f"{subnet}.1", f"{subnet}.2",
                          (far,), None))
    return added


def generate(scene, namespace, paths, kind, rounds, slice_ms):
    """Runs pktgen over the paths: [(packets, nanoseconds)] of each, by name."""
    arms = [f"{path.name}={path.interface},{path.near},{path.far},{NOBODY_MAC}"
            for path in paths]
    output = namespace.run([scene.tool("bench/pktgen"), "--kind", kind, "--rounds", rounds,
                            "--slice-ms", slice_ms, *arms], timeout_s=120).stdout
    return {arm["name"]: arm["slices"] for arm in json.loads(output)}


def set_neighbours(namespace, paths):
    """Sockets send to nobody's MAC address, as the frames of AF_PACKET do."""
    ip_batch(namespace, [f"neigh replace {path.far} lladdr {NOBODY_MAC} "
                         f"dev {path.interface} nud permanent" for path in paths])


def check_arrived(far, paths, before, slices):
    """Raises where less arrived at the far links than was sent over the paths."""
    expected = {}
    for path in paths:
        sent = sum(packets for packets, _ in slices[path.name])
        expected[path.far_links] = expected.get(path.far_links, 0) + sent
    for links, count in expected.items():
        def arrived(links=links):
            return received_packets(far, links) - before[links]
        try:
            wait_for(lambda: arrived() >= count * ARRIVED_LEAST, 2)
        except TimeoutError:
            raise BenchError(f"of {count} packets sent, {arrived()} arrived "
                             f"at {', '.join(links)}") from None


def report_kind(report, kind, kind_name, paths, slices):
    rates = {name: [packets * 1e9 / ns for packets, ns in pairs]
             for name, pairs in slices.items()}
    bare = rates[BARE.name]
    report.add(f"64-byte packets ({kind_name}), {BARE.name}", statistics.median(bare) / 1e3,
               "kpps")
    for path in paths[1:]:
        report.add(f"64-byte packets ({kind_name}), {path.name} / {BARE.name}",
                   paired_ratio(rates[path.name], bare), "ratio",
                   BOUNDS[path.hook] if kind == JUDGED else None)


def run(options, report):
    rounds, slice_ms = (3, 5) if options.quick else (150, 15)
    with Scene(options.build) as scene:
        paths = Paths(scene, "mode=balance-xor miimon=100 xmit_hash_policy=layer3+4",
                      far_bonds=False)
        measured = paths.all + add_redirects(scene, paths)
        set_neighbours(paths.server, measured)
        for kind, kind_name in KINDS.items():
            before = {path.far_links: received_packets(paths.far, path.far_links)
                      for path in measured}
            slices = generate(scene, paths.server, measured, kind, rounds, slice_ms)
            check_arrived(paths.far, measured, before, slices)
            report_kind(report, kind, kind_name, measured, slices)
