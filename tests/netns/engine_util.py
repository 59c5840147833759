# SPDX-License-Identifier: BSD-2-Clause
"""Two namespaces whose engines tests drive without the daemon, with static buckets.
engine_tool.c is what they run.

    namespace "server"                 namespace "switch"
    bond0, bond0.652                   bond0, bond0.652
        ens1f0 ───────────────────────── sw0
        ens1f1 ───────────────────────── sw1
"""
import json

from netlab import Namespace, VethLink
from netlab.tcx import tcx_programs
from tool_util import ToolError as EngineError
from tool_util import ToolProcess

IFF_ALLMULTI = "ALLMULTI"
ADDRESS = {"server": "10.99.0.1", "switch": "10.99.0.2"}
VLAN_ADDRESS = {"server": "10.99.1.1", "switch": "10.99.1.2"}


class Engine(ToolProcess):
    """A process that has the engine open; commands are those of engine_tool.c."""

    def __init__(self, namespace, *arguments):
        super().__init__(namespace, "engine_tool", arguments)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Side:
    def __init__(self, role, members):
        self.role = role
        self.namespace = Namespace(role)
        self.members = members
        self.engine = None

    def open(self, *arguments, options="", vlan=True):
        self.engine = Engine(self.namespace, *arguments)
        answer = self.engine(f"open bond0 {options}")
        for slot, name in enumerate(self.members):
            self.engine(f"member {slot} {name}")
        self.publish()
        self.engine("carrier on")
        if vlan:
            self.engine("vlan bond0.652 652")
        self.namespace.ip("link set bond0 up")
        self.namespace.ip(f"address add {ADDRESS[self.role]}/24 dev bond0")
        if vlan:
            self.namespace.ip("link set bond0.652 up")
            self.namespace.ip(f"address add {VLAN_ADDRESS[self.role]}/24 dev bond0.652")
        return answer

    def publish(self, *slots):
        slots = slots or range(len(self.members))
        self.engine("publish " + " ".join(str(slot) for slot in slots))

    def reopen(self, *arguments, options=""):
        """Another process takes over."""
        self.engine = Engine(self.namespace, *arguments)
        return self.engine(f"open bond0 {options}")


class Wired:
    def __init__(self, count=2):
        self.server = Side("server", [f"ens1f{i}" for i in range(count)])
        self.switch = Side("switch", [f"sw{i}" for i in range(count)])
        self.links = [VethLink(self.server.namespace, f"ens1f{i}", self.switch.namespace,
                               f"sw{i}") for i in range(count)]

    def both(self, *arguments, options="", vlan=True):
        self.server.open(*arguments, options=options, vlan=vlan)
        self.switch.open(*arguments, vlan=vlan)

    def close(self):
        self.server.namespace.close()
        self.switch.namespace.close()


def snapshot(namespace):
    """All that a bond might change and has to put back, of every interface."""
    kept = {}
    for name, link in namespace.links().items():
        if name == "lo":
            continue
        kept[name] = {key: link.get(key) for key in
                      ("ifindex", "address", "mtu", "ifalias", "promiscuity", "allmulti",
                       "inet6_addr_gen_mode", "gso_max_size", "gso_max_segs", "master")}
        kept[name]["flags"] = sorted(set(link["flags"]) - {"LOWER_UP", "NO-CARRIER", "M-DOWN"})
        kept[name]["disable_ipv6"] = namespace.sysctl(f"net/ipv6/conf/{name}/disable_ipv6")
        kept[name]["filters"] = filters(namespace, name)
    return kept


def filters(namespace, name):
    found = []
    for direction in ("ingress", "egress"):
        found += tc(namespace, f"filter show dev {name} {direction}")
    return found + [qdisc for qdisc in tc(namespace, f"qdisc show dev {name}")
                    if qdisc["kind"] == "clsact"]


def tc(namespace, arguments):
    text = namespace.run(f"tc -json {arguments}").stdout
    return json.loads(text) if text.strip() else []


def program(namespace, name, direction="ingress"):
    """The id of our program there; None if there is none."""
    for number in tcx_programs(namespace, name, direction):
        return number
    for entry in tc(namespace, f"filter show dev {name} {direction}"):
        if "options" in entry and "prog" in entry["options"]:
            return entry["options"]["prog"]["id"]
    return None


def set_apart(namespace, name):
    """Settings that nobody would have by chance."""
    namespace.ip(f"link set {name} mtu 1400 alias 'left port' promisc on")
