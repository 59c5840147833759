# SPDX-License-Identifier: BSD-2-Clause
"""TCP throughput of the bonds beside the bare link, by tcpstream (see there).

Both ends are bonds of ours with LACP. The slices over the paths follow each
other within a fraction of a second; a row with a ratio is the median of the
ratios of pairs. tcpstream runs several times, since connections made anew fall
on other links and other memory.
"""

import json
import statistics

from paths import BARE, Paths
from report import paired_ratio
from scene import Scene

BOUND = ">= 0.95"


def prepare(namespaces):
    """A path that rested while others had their turn goes on at full speed."""
    for namespace in namespaces:
        namespace.sysctl("net/ipv4/tcp_slow_start_after_idle", 0)


def measure(scene, near, far, paths, streams, runs, rounds, slice_ms):
    """Gbit/s of each path, one figure a round: {path's name: [...]}."""
    results = {path.name: [] for path in paths}
    arms = [f"{path.name}={path.near},{path.far}" for path in paths]
    for _ in range(runs):
        # It enters the namespaces by itself, so it may start in either.
        output = near.run([scene.tool("bench/tcpstream"), near.path, far.path, streams,
                           rounds, slice_ms, *arms], timeout_s=300).stdout
        for arm in json.loads(output):
            results[arm["name"]] += [8 * size / ns for size, ns in arm["slices"]]
    return results


def report_streams(report, streams, results, bounds):
    """Rows of one count of streams: the bare link, and the others as ratios to it."""
    noun = "stream" if streams == 1 else "streams"
    bare = results[BARE.name]
    report.add(f"TCP {streams} {noun}, {BARE.name}", statistics.median(bare), "Gbit/s")
    for name, values in results.items():
        if name != BARE.name:
            report.add(f"TCP {streams} {noun}, {name} / {BARE.name}",
                       paired_ratio(values, bare), "ratio", bounds.get(name))


def run(options, report):
    runs, rounds, slice_ms = (1, 2, 20) if options.quick else (5, 20, 40)
    with Scene(options.build) as scene:
        paths = Paths(scene, "mode=4 miimon=100 xmit_hash_policy=layer3+4 lacp_rate=fast",
                      far_bonds=True)
        prepare((paths.server, paths.far))
        for path in paths.all:
            paths.server.ping(path.far, interface=path.interface)
        bounds = {path.name: BOUND for path in paths.all if path.hook is not None}
        for streams in (1,) if options.quick else (1, 4, 16):
            results = measure(scene, paths.server, paths.far, paths.all, streams, runs,
                              rounds, slice_ms)
            report_streams(report, streams, results, bounds)
