# SPDX-License-Identifier: BSD-2-Clause
"""One server by itself, for what needs no partner: links whose far ends stand,
up, in the same namespace."""
import json
import os
import shutil
import socket
import tempfile

from netlab import ConfigFolder, Daemon, Namespace, wait_for
from netlab.config import OPTIONS

XOR = OPTIONS["balance-xor"]
LACP = OPTIONS["802.3ad"]


class Server:
    def __init__(self, tools, links=4):
        self.folder = tempfile.mkdtemp(prefix="pcdaemon-")
        self.namespace = Namespace("server")
        self.config = ConfigFolder(os.path.join(self.folder, "config"))
        self.daemon = Daemon(self.namespace, self.config.path,
                             os.path.join(self.folder, "run"), tools=tools)
        for i in range(links):
            self.make_link(f"eth{i}")

    def make_link(self, name, mac=None):
        address = f"address {mac} " if mac else ""
        self.namespace.ip(f"link add {name} {address}type veth peer name far-{name}")
        self.namespace.ip(f"link set far-{name} up")

    def bond(self, name="bond0", members=("eth0", "eth1"), options=XOR, **more):
        self.config.bond(name, options, **more)
        for member in members:
            self.config.member(member, name)

    def start(self):
        self.daemon.start()
        return self

    def close(self):
        self.namespace.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def state_file(self, bond="bond0"):
        return os.path.join(self.daemon.state, f"bond-{bond}.json")

    def members(self, bond="bond0"):
        return self.daemon.members(bond)

    def wait_members(self, bond="bond0", **states):
        """Waits until the members' states are these: eth0="active"."""
        wait_for(lambda: {name: member["state"] for name, member in self.members(bond).items()}
                 == states, 10, lambda: f"{bond} has {states}: {self.daemon.describe(bond)}")

    def bonds(self):
        return [bond["name"] for bond in self.daemon.status()["bonds"]]

    def problems(self):
        return self.daemon.status()["problems"]

    def look(self, *names):
        """What a change elsewhere must leave alone: ifindex, addresses, programs."""
        looks = {}
        for name in names:
            link = self.namespace.link(name)
            looks[name] = {
                "link": {key: link.get(key) for key in (
                    "ifindex", "address", "mtu", "flags", "ifalias", "operstate")},
                "addresses": self.namespace.addresses(name),
                "filters": self.namespace.run(
                    ["tc", "filter", "show", "dev", name, "ingress"]).stdout,
            }
        return looks


def raw_request(path, text, read_to_end=True, timeout_s=20):
    """Sends bytes to the socket; returns the answer's bytes."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(path)
    connection.settimeout(timeout_s)
    connection.sendall(text)
    answer = b""
    while read_to_end:
        piece = connection.recv(65536)
        if not piece:
            break
        answer += piece
    connection.close()
    return answer


def status_of(answer):
    """(status, headers, json) of a raw answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), headers, json.loads(body) if body else None
