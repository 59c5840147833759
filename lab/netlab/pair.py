# SPDX-License-Identifier: BSD-2-Clause
"""Server and switch with a port channel between them.

    namespace "server"                          namespace "switch"
    bond0 .101, bond0.652 .101                  bond0 .1, bond0.652 .1
        ens1f0 ──────────────────────────────── sw0
        ens1f1 ──────────────────────────────── sw1   ...

The switch is a second portchanneld with a folder of its own, or Open vSwitch
(partner="ovs"), whose bridge br0 then has the addresses. They are in
10.124.251.0/24, those of VLAN 652 in 10.124.252.0/24.
"""
import os
import shutil
import tempfile

from . import cleanup
from .config import OPTIONS, ConfigFolder
from .daemon import Daemon
from .namespace import Namespace
from .ovs import OpenVSwitch
from .tools import Tools
from .wait import wait_for
from .wire import TapLink, VethLink

SERVER = "10.124.251.101"
SWITCH = "10.124.251.1"
SERVER_VLAN = "10.124.252.101"
SWITCH_VLAN = "10.124.252.1"
VLAN_ID = 652
VLAN = f"bond0.{VLAN_ID}"


class Pair:
    """Made up of parts that a caller may also start by itself: make_links(),
    write_config(), start(), wait_up()."""

    def __init__(self, links=2, mode="802.3ad", rate="fast", tap=False, options="",
                 portchannel="", server_arguments=(), switch_arguments=(), partner="portchanneld",
                 tools=None, folder=None, names=(None, None), persistent=False,
                 server_config=None):
        self.tools = tools or Tools()
        self.count = links
        self.folder = folder or tempfile.mkdtemp(prefix="pclab-")
        self._withdraw = None if persistent else cleanup.register(self._remove_folder)
        self.server = Namespace("server", names[0], persistent)
        self.switch = Namespace("switch", names[1], persistent)
        self.options = OPTIONS[mode] + (f" lacp_rate={rate}" if mode == "802.3ad" else "")
        self.options += f" {options}" if options else ""
        self.rate = rate
        self.portchannel = portchannel
        self.link_type = TapLink if tap else VethLink
        self.links = []
        self.vlan = True
        self.seeded = server_config is not None  # the folder is as it should be
        self.server_config = ConfigFolder(server_config or os.path.join(self.folder, "server"))
        self.switch_config = ConfigFolder(os.path.join(self.folder, "switch"))
        self.server_daemon = Daemon(self.server, self.server_config.path,
                                    os.path.join(self.folder, "server.run"),
                                    server_arguments, self.tools)
        self.switch_daemon = Daemon(self.switch, self.switch_config.path,
                                    os.path.join(self.folder, "switch.run"),
                                    switch_arguments, self.tools)
        self.ovs = None
        if partner == "ovs":
            self.ovs = OpenVSwitch(self.switch, os.path.join(self.folder, "ovs"))

    def _remove_folder(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self):
        for link in self.links:
            link.close()
        self.server.close()
        self.switch.close()
        self._remove_folder()
        if self._withdraw:
            self._withdraw()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def server_names(self):
        return [f"ens1f{i}" for i in range(self.count)]

    @property
    def switch_names(self):
        return [f"sw{i}" for i in range(self.count)]

    def make_links(self):
        for near, far in zip(self.server_names, self.switch_names):
            self.links.append(self.link_type(self.server, near, self.switch, far))
        return self

    def write_config(self, vlan=True):
        self.vlan = vlan
        if not self.seeded:
            self.write_side(self.server_config, self.server_names, SERVER,
                            SERVER_VLAN if vlan else None, self.portchannel)
        self.write_side(self.switch_config, self.switch_names, SWITCH,
                        SWITCH_VLAN if vlan else None)
        return self

    def write_side(self, config, members, address, vlan_address=None, portchannel=None):
        config.bond("bond0", self.options, f"{address}/24", portchannel)
        for name in members:
            config.member(name, "bond0")
        if vlan_address:
            config.vlan(VLAN, f"{vlan_address}/24")

    def _start_ovs(self):
        for name in self.server_names:
            # Open vSwitch reads frames whole: the wire must carry whole checksums,
            # as a NIC makes them.
            self.server.run(["ethtool", "-K", name, "tx", "off"])
        self.ovs.start().make_bond(self.switch_names, self.rate, f"{SWITCH}/24",
                                   VLAN_ID if self.vlan else None, f"{SWITCH_VLAN}/24")

    def start(self):
        if self.ovs:
            self._start_ovs()
        else:
            self.switch_daemon.start()
        self.server_daemon.start()
        return self

    def switch_active(self):
        """The switch's links that carry traffic as the switch sees it."""
        if self.ovs:
            return {name for name in self.switch_names if self.ovs.ready([name])}
        return self.switch_daemon.active()

    def wait_active(self, indices, timeout_s=20):
        """Waits until just the links of these indices carry traffic, as both ends see it."""
        self.server_daemon.wait_active({self.server_names[i] for i in indices},
                                       timeout_s=timeout_s)
        wanted = {self.switch_names[i] for i in indices}
        wait_for(lambda: self.switch_active() == wanted, timeout_s,
                 lambda: f"the switch has {sorted(wanted)} active: {self.describe_switch()}")

    def describe_switch(self):
        return self.ovs.appctl("lacp/show", "bond0") if self.ovs else \
            self.switch_daemon.describe()

    def wait_up(self, timeout_s=20):
        """Waits until every link carries traffic as both ends see it, and the switch answers."""
        self.wait_active(range(self.count), timeout_s)
        wait_for(lambda: self.server.ping(SWITCH, timeout_s=1, check=False), 10,
                 "the switch answers on bond0")
        return self

    def up(self):
        """All of it."""
        return self.make_links().write_config().start().wait_up()
