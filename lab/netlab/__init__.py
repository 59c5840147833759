# SPDX-License-Identifier: BSD-2-Clause
"""Labs in network namespaces: a server, a switch, and the links between them.

    namespace.py  a network namespace, its processes and sockets
    wire.py       the links: veth pairs, and TAP devices with a carrier of their own
    config.py     writes ifcfg files
    daemon.py     portchanneld in a namespace, and its API
    traffic.py    the traffic tool (lab/traffic/) as objects
    flows.py      what it saw: flows, and their moves from link to link
    ovs.py        Open vSwitch as the switch
    pair.py       all of it together: server and switch with a port channel between
    cleanup.py    what ends and removes all of it, whatever happens
    tcx.py        which programs tcx has at an interface
    wait.py       waiting for what can be seen
    tools.py      where the built programs are, and whether a lab can run here
    showcase.py   the lab of `make demo` and `make lab`
    report.py     the demo's table
    fixtures.py   what the tests share

Only the standard library is used, so that the demo runs on a bare machine.
"""
from .cleanup import clean_up
from .config import ConfigFolder
from .daemon import ApiError, Daemon
from .namespace import Namespace
from .pair import Pair
from .tools import Tools, why_not
from .traffic import Receiver, Sender, Stream, Watcher
from .wait import wait_for
from .wire import TapLink, VethLink

__all__ = ["ApiError", "ConfigFolder", "Daemon", "Namespace", "Pair", "Receiver", "Sender",
           "Stream", "TapLink", "Tools", "VethLink", "Watcher", "clean_up", "wait_for", "why_not"]
