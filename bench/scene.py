# SPDX-License-Identifier: BSD-2-Clause
"""What a group of measurements sets up, and what takes it away again.

Namespaces, daemons and the traffic tool are the lab's (lab/netlab); this adds
what a bench needs beside them: many links at once, several daemons, programs of
the build folder.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

import netlab  # noqa: E402
from netlab import ConfigFolder, Namespace, Tools, wait_for  # noqa: E402

# As packaging/portchannel.service.in has it.
DAEMON_NICE = -10


class BenchError(Exception):
    """Something that a measurement needs did not work, in words."""


class Daemon(netlab.Daemon):
    """With the priority that its service gives it."""

    def start(self, wait=True):
        super().start(wait=False)
        os.setpriority(os.PRIO_PROCESS, self.process.pid, DAEMON_NICE)
        if wait:
            wait_for(self.answers, 60, lambda: f"the daemon's API answers; its log:\n{self.log()}")
        return self


def is_active(daemon, count, bond="bond0"):
    return len(daemon.active(bond)) >= count


def wait_active(daemon, count, bond="bond0", timeout_s=30):
    """Waits until so many members of the bond carry traffic."""
    wait_for(lambda: is_active(daemon, count, bond), timeout_s,
             lambda: f"{count} members of {bond} carry traffic: {daemon.describe(bond)}", 0.05)


def ip_batch(namespace, lines):
    """Many ip commands in one process."""
    namespace.run(["ip", "-batch", "-"], input_text="\n".join(lines) + "\n", timeout_s=300)


def received_packets(namespace, interfaces):
    """Sum of the interfaces' receive counters."""
    links = json.loads(namespace.run(["ip", "-json", "-statistics", "link"]).stdout)
    return sum(link["stats64"]["rx"]["packets"] for link in links
               if link["ifname"] in interfaces)


class Scene(contextlib.ExitStack):
    """Leaving it removes everything, in reverse order, however the group ended."""

    def __init__(self, build):
        super().__init__()
        self.build = build
        self.tools = Tools(build)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pcbench-"))
        self.callback(shutil.rmtree, self.folder, ignore_errors=True)

    def tool(self, path):
        """A program of the build folder."""
        full = os.path.join(self.build, path)
        if not os.access(full, os.X_OK):
            raise BenchError(f"{full} is not built")
        return full

    def namespace(self, role):
        namespace = Namespace(role)
        self.callback(namespace.close)
        # Else every link's own router solicitations end up in the counters.
        namespace.sysctl("net/ipv6/conf/default/disable_ipv6", 1)
        return namespace

    def veth(self, near, far, pairs):
        """veth pairs, [(name in near, name in far)], set up."""
        ip_batch(near, [f"link add {a} type veth peer name {b} netns {far.name}"
                        for a, b in pairs])
        ip_batch(near, [f"link set {a} up" for a, _ in pairs])
        ip_batch(far, [f"link set {b} up" for _, b in pairs])

    def config(self):
        return ConfigFolder(tempfile.mkdtemp(dir=self.folder))

    def daemon(self, namespace, config, arguments=(), start=True):
        daemon = Daemon(namespace, config.path, tempfile.mkdtemp(dir=self.folder), arguments,
                        self.tools)
        if start:
            daemon.start()
        return daemon

    def process(self, argv, **options):
        """A background program that ends with the scene."""
        process = subprocess.Popen([str(word) for word in argv], text=True, **options)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()
        self.callback(end)
        return process


def write_bond(config, name, members, options, address=None, portchannel=None):
    """A bond's file and its members'."""
    config.bond(name, options, address, portchannel)
    for member in members:
        config.member(member, name)
