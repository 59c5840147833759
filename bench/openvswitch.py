# SPDX-License-Identifier: BSD-2-Clause
"""The same figures for Open vSwitch's user-space bond, where it is installed.

        server                                    far
        bare  10.90.0.1 ------- veth -------- bare  10.90.0.2
        br0   10.90.1.1 = m0,m1 == veth == f0,f1 = bond0  10.90.1.2

br0 and its bond (balance-tcp, LACP) belong to an instance of Open vSwitch of our
own; the far end is a bond of ours, the cheapest partner that speaks LACP. The
far ends of the bond's links must do without checksum and segmentation offload,
since Open vSwitch would forward a checksum that is not filled in yet.

Open vSwitch takes packets off a queue in another thread, which may drop them. So
its packets are counted where they arrive, unlike those of packets.py, of which
none may be missing.
"""

import shutil
import statistics

import tcp
from packets import KINDS, generate, set_neighbours
from paths import BARE, Path
from report import paired_ratio
from scene import Scene, received_packets, wait_active, wait_for, write_bond
from netlab.ovs import OpenVSwitch  # after scene, which says where netlab is

NAME = "Open vSwitch bond (far offloads off)"
OVS = Path(NAME, "br0", "10.90.1.1", "10.90.1.2", ("f0", "f1"), None)


def prepare(scene):
    server, far = scene.namespace("server"), scene.namespace("far")
    scene.veth(server, far, [("bare", "bare"), ("m0", "f0"), ("m1", "f1")])
    server.ip(f"address add {BARE.near}/24 dev bare")
    far.ip(f"address add {BARE.far}/24 dev bare")
    for link in OVS.far_links:
        far.run(["ethtool", "-K", link, "tx", "off", "tso", "off", "gso", "off"])
    switch = OpenVSwitch(server, scene.folder / "ovs")
    scene.callback(switch.stop)
    switch.start()
    switch.make_bond(["m0", "m1"], address=f"{OVS.near}/24")
    config = scene.config()
    write_bond(config, "bond0", OVS.far_links,
               "mode=4 miimon=100 xmit_hash_policy=layer3+4 lacp_rate=fast", f"{OVS.far}/24")
    wait_active(scene.daemon(far, config), 2)
    wait_for(lambda: switch.ready(["m0", "m1"]), 30, "Open vSwitch's bond is ready")
    server.ping(OVS.far, interface="br0")
    return server, far


def arrival_rate(scene, server, far, path, kind, slice_ms):
    """Packets a second that arrive at the far links of one path."""
    before = received_packets(far, path.far_links)
    slices = generate(scene, server, [path], kind, 1, slice_ms)
    return (received_packets(far, path.far_links) - before) * 1e9 / slices[path.name][0][1]


def run_packets(scene, server, far, report, rounds, slice_ms):
    set_neighbours(server, [BARE, OVS])
    for kind, kind_name in KINDS.items():
        rates = {path.name: [] for path in (BARE, OVS)}
        for number in range(rounds):
            for path in (BARE, OVS) if number % 2 == 0 else (OVS, BARE):
                rates[path.name].append(
                    arrival_rate(scene, server, far, path, kind, slice_ms))
        report.add(f"64-byte packets ({kind_name}), {NAME}",
                   statistics.median(rates[NAME]) / 1e3, "kpps")
        report.add(f"64-byte packets ({kind_name}), {NAME} / bare link",
                   paired_ratio(rates[NAME], rates[BARE.name]), "ratio")


def run(options, report):
    if shutil.which("ovs-vswitchd") is None:
        report.note("Open vSwitch is not installed: not compared with")
        return
    runs, rounds, slice_ms = (1, 2, 20) if options.quick else (3, 20, 40)
    with Scene(options.build) as scene:
        server, far = prepare(scene)
        tcp.prepare((server, far))
        for streams in (1,) if options.quick else (1, 4, 16):
            results = tcp.measure(scene, server, far, [BARE, OVS], streams, runs, rounds,
                                  slice_ms)
            tcp.report_streams(report, streams, results, {})
        run_packets(scene, server, far, report, *((1, 50) if options.quick else (7, 300)))
