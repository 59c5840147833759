# SPDX-License-Identifier: BSD-2-Clause
"""The console's page of a server with 8 bonds of 8 links and 500 VLAN interfaces each.

How long it takes in a browser on the same machine until a person can do something, and
what it costs the daemon that 20 look at once, LACP running at its fast rate meanwhile.
"""

import json
import os
import pathlib
import subprocess
import time

from daemon_cost import FLAPS, cpu_seconds
from scene import BenchError, Scene, wait_active, write_bond
from netlab.console import NOBODY, Console

ROOT = pathlib.Path(__file__).resolve().parent.parent
OPTIONS = "mode=4 miimon=100 xmit_hash_policy=layer3+4 lacp_rate=fast"
FIRST_VID = 100
TIMEOUT_S = 300


class Sizes:
    def __init__(self, quick):
        self.bonds, self.members, self.vlans = (2, 2, 3) if quick else (8, 8, 500)
        # A browser has six connections to one server, and each page keeps one.
        self.browsers, self.tabs = (1, 2) if quick else (5, 4)
        self.seconds = 1 if quick else 20

    def __str__(self):
        return f"{self.bonds} bonds of {self.members} links and {self.vlans} VLAN interfaces"


def write_side(config, sizes, side):
    for bond in range(sizes.bonds):
        write_bond(config, f"bond{bond}", [f"{side}{bond}x{i}" for i in range(sizes.members)],
                   OPTIONS, f"10.{bond}.0.{1 if side == 'm' else 2}/24")


def prepare(scene, sizes):
    near, far = scene.namespace("near"), scene.namespace("far")
    scene.veth(near, far, [(f"m{bond}x{i}", f"f{bond}x{i}")
                           for bond in range(sizes.bonds) for i in range(sizes.members)])
    config, far_config = scene.config(), scene.config()
    write_side(config, sizes, "m")
    write_side(far_config, sizes, "f")
    for bond in range(sizes.bonds):
        for number in range(sizes.vlans):
            config.vlan(f"bond{bond}.{FIRST_VID + number}",
                        f"10.{100 + bond * 2 + number // 250}.{number % 250}.1/24")
    scene.daemon(far, far_config)
    daemon = scene.daemon(near, config, ["--console-group", str(NOBODY)])
    for bond in range(sizes.bonds):
        wait_active(daemon, sizes.members, f"bond{bond}", TIMEOUT_S)
    return near, daemon


def start_console(scene, near, daemon):
    # The console is somebody else, and has to reach the socket.
    for folder in (scene.folder, os.path.dirname(daemon.socket)):
        os.chmod(folder, 0o711)
    console = Console(daemon.socket, scene.folder, namespace=near, tools=scene.tools)
    scene.callback(console.stop)
    return console.start()


def share_of_processor(daemon, seconds):
    """Percent of one, over so many seconds."""
    cpu, clock = cpu_seconds(daemon.process.pid), time.monotonic()
    time.sleep(seconds)
    return 100 * (cpu_seconds(daemon.process.pid) - cpu) / (time.monotonic() - clock)


def open_pages(scene, sizes, near, console):
    """Has them opened: the process that keeps them open, and the times that it took."""
    order = {"packages": str(ROOT / ".packages" / "node_modules"), "tabs": sizes.tabs,
             "links": [console.link() for _ in range(1 + sizes.browsers)]}
    process = scene.process(near.command(["node", str(ROOT / "bench" / "page.mjs"),
                                          json.dumps(order)]),
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    lines = [process.stdout.readline(), process.stdout.readline()]
    if not all(lines):
        raise BenchError("the browser's part (page.mjs) ended before the pages were open")
    return process, json.loads(lines[0])


def run(options, report):
    sizes = Sizes(options.quick)
    with Scene(options.build) as scene:
        near, daemon = prepare(scene, sizes)
        console = start_console(scene, near, daemon)
        events = daemon.events()
        process, times = open_pages(scene, sizes, near, console)
        for name, text in (("list", "from the link to the list of servers"),
                           ("engine", "from there to the server, with its VLAN interfaces"),
                           ("again", "the same address opened anew"),
                           ("edit", "from there to Edit")):
            report.add(f"{sizes}: {text}", times[name], "s", "<= 1")
        report.add(f"{sizes}: elements in Edit", times["elements"], "")
        looking = share_of_processor(daemon, sizes.seconds)
        process.stdin.close()
        process.wait(60)
        # Only now: what comes of the start is over, which takes a while.
        idle = share_of_processor(daemon, sizes.seconds)
        report.add(f"{sizes}: the daemon's processor, nobody looking", idle, "%")
        report.add(f"{sizes}: the same, {sizes.browsers * sizes.tabs} pages open", looking, "%")
        report.add(f"{sizes}: what these cost", looking - idle, "%", "<= 2")
        report.add(f"{sizes}: longest turn of the loop since start",
                   daemon.status()["daemon"]["loop_latency_max_us"] / 1000, "ms")
        flaps = [event for event in events.list if event.get("event") in FLAPS]
        events.close()
        report.add(f"{sizes}: changes of LACP or link state meanwhile", len(flaps), "changes",
                   "== 0")
