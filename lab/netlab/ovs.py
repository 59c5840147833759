# SPDX-License-Identifier: BSD-2-Clause
"""Open vSwitch as the switch: an instance of its own, in the switch's namespace.

Its database, sockets and logs lie in one folder, its data path is the user-space
one (datapath_type=netdev), so neither a kernel module nor a system service has
to do with it. The far ends of the links are the ports of its bond.
"""
import os
import re
import subprocess

from .wait import wait_for

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"


class OpenVSwitch:
    def __init__(self, namespace, folder):
        self.namespace, self.folder = namespace, str(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.database = f"unix:{self.path('db.sock')}"
        self.environment = dict(os.environ, OVS_RUNDIR=self.folder, OVS_LOGDIR=self.folder,
                                OVS_DBDIR=self.folder)
        self.processes = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def _start(self, argv, ready):
        with open(self.path("log"), "ab") as log:
            process = self.namespace.start(argv, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, env=self.environment)
        self.processes.append(process)
        wait_for(lambda: process.poll() is not None or os.path.exists(ready), 20,
                 f"{argv[0]} makes {ready}")
        if process.poll() is not None:
            raise AssertionError(f"{argv[0]} ended with {process.returncode}:\n{self.log()}")

    def log(self):
        try:
            with open(self.path("log"), encoding="utf-8", errors="replace") as handle:
                return handle.read()
        except FileNotFoundError:
            return ""

    def start(self):
        subprocess.run(["ovsdb-tool", "create", self.path("conf.db"), SCHEMA], check=True)
        self._start(["ovsdb-server", self.path("conf.db"), f"--remote=p{self.database}",
                     f"--pidfile={self.path('ovsdb-server.pid')}",
                     f"--unixctl={self.path('ovsdb.ctl')}"], self.path("db.sock"))
        self.vsctl("--no-wait", "init")
        self._start(["ovs-vswitchd", self.database,
                     f"--pidfile={self.path('ovs-vswitchd.pid')}",
                     f"--unixctl={self.path('vswitchd.ctl')}"], self.path("vswitchd.ctl"))
        return self

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait(20)
        self.processes = []

    def vsctl(self, *words):
        done = subprocess.run(["ovs-vsctl", f"--db={self.database}", "--timeout=20", *words],
                              capture_output=True, text=True, env=self.environment, check=False)
        if done.returncode != 0:
            raise AssertionError(f"ovs-vsctl {' '.join(words)}: {done.stderr}\n{self.log()}")
        return done.stdout

    def appctl(self, *words):
        done = subprocess.run(["ovs-appctl", "-t", self.path("vswitchd.ctl"), *words],
                              capture_output=True, text=True, env=self.environment, check=False)
        if done.returncode != 0:
            raise AssertionError(f"ovs-appctl {' '.join(words)}: {done.stderr}")
        return done.stdout

    def make_bond(self, members, rate="fast", address=None, vlan=None, vlan_address=None):
        """A bridge br0 with a bond of the members, balanced by flow, LACP active.

        br0 itself takes address; an internal port in the VLAN takes vlan_address.
        """
        for name in members:
            self._keep_from_kernel(name)
            self.namespace.ip(f"link set {name} up")
        self.vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev",
                   "--", "add-bond", "br0", "bond0", *members, "bond_mode=balance-tcp",
                   "lacp=active", f"other_config:lacp-time={rate}",
                   "other_config:bond-detect-mode=carrier")
        self._address("br0", address)
        if vlan:
            port = f"vlan{vlan}"
            self.vsctl("add-port", "br0", port, f"tag={vlan}", "--", "set", "interface", port,
                       "type=internal")
            self._address(port, vlan_address)
        return self

    def _keep_from_kernel(self, name):
        """The user-space data path takes copies of frames; the kernel's own stack would
        answer ARP for br0's address with the port's. The hook is behind the copies."""
        self.namespace.run(["nft", f"add table netdev port_{name}; add chain netdev "
                            f"port_{name} in {{ type filter hook ingress device {name} "
                            "priority 0; policy drop; }"])

    def _address(self, name, address):
        wait_for(lambda: self.namespace.link(name), 10, f"Open vSwitch makes {name}")
        self.namespace.ip(f"link set {name} up")
        if address:
            self.namespace.ip(f"address add {address} dev {name}")

    def members(self):
        """What lacp/show tells of each port of the bond:

        {"sw0": {"status": "current attached", "actor state": [...], ...}}
        """
        members, current = {}, None
        for line in self.appctl("lacp/show", "bond0").splitlines():
            port = re.match(r"^(?:member|slave): (\S+): (.*)$", line)
            field = re.match(r"^\s+([a-z_ ]+): (.*)$", line)
            if port:
                current = members.setdefault(port.group(1), {"status": port.group(2)})
            elif field and current is not None:
                name, value = field.groups()
                current[name] = value.split() if name.endswith("state") else value
        return members

    def enabled(self):
        """The ports on which bond/show says that the bond sends."""
        shown = self.appctl("bond/show", "bond0")
        return set(re.findall(r"^(?:member|slave) (\S+): enabled", shown, re.MULTILINE))

    def counters(self):
        """LACPDUs and carrier changes of each port: {"sw0": {"rx_pdus": ...}}."""
        counters, current = {}, None
        for line in self.appctl("lacp/show-stats", "bond0").splitlines():
            port = re.match(r"^(?:member|slave): (\S+?):?$", line.strip())
            field = re.match(r"^\s*(.+?): (\d+)$", line)
            if port:
                current = counters.setdefault(port.group(1), {})
            elif field and current is not None:
                current[field.group(1)] = int(field.group(2))
        return counters

    def ready(self, members):
        """Whether both ends of each of these links collect and distribute."""
        found = self.members()
        wanted = {"collecting", "distributing", "synchronized"}
        return all(name in found and found[name]["status"].startswith("current")
                   and wanted <= set(found[name]["actor state"])
                   and wanted <= set(found[name]["partner state"]) for name in members) \
            and set(members) <= self.enabled()
