# SPDX-License-Identifier: BSD-2-Clause
"""The lab that people see: the server of lab/seed/, a switch, and a bare link.

`make demo` and `make lab` both show it. The server reads lab/seed/ itself. Beside
the port channel's two links there is a third, bare one to compare with:
10.124.250.101 on the server, 10.124.250.1 on the switch.
"""
import os

from .pair import SERVER, SERVER_VLAN, SWITCH, SWITCH_VLAN, VLAN, Pair
from .tools import REPOSITORY
from .wire import VethLink

SEED = os.path.join(REPOSITORY, "lab", "seed")
BARE_SERVER = "10.124.250.101"
BARE_SWITCH = "10.124.250.1"
PARTNERS = ("portchanneld", "ovs")

__all__ = ["BARE_SERVER", "BARE_SWITCH", "SEED", "SERVER", "SERVER_VLAN", "SWITCH",
           "SWITCH_VLAN", "VLAN", "make_showcase", "partner_wanted", "switch_view"]


def partner_wanted():
    """Who plays the switch: LAB_PARTNER, portchanneld if it isn't set."""
    partner = os.environ.get("LAB_PARTNER", "") or "portchanneld"
    if partner not in PARTNERS:
        raise SystemExit(f"LAB_PARTNER={partner}: expected one of {', '.join(PARTNERS)}")
    return partner


def make_showcase(tools, partner, server_config=SEED, **arguments):
    """The pair with its links made, and nothing started yet."""
    pair = Pair(links=2, rate="slow", partner=partner, tools=tools, server_config=server_config,
                **arguments)
    pair.make_links().write_config()
    VethLink(pair.server, "bare0", pair.switch, "bare1")
    for namespace, name, address in ((pair.server, "bare0", BARE_SERVER),
                                     (pair.switch, "bare1", BARE_SWITCH)):
        namespace.ip(f"address add {address}/24 dev {name}")
        namespace.ip(f"link set {name} up")
        if pair.ovs:
            namespace.run(["ethtool", "-K", name, "tx", "off"])
    return pair


def server_view(pair):
    """{link: (state in a word or two, the partner's flags)} as the server sees it."""
    return {member["name"]: (member["lacp"]["mux_state"] if member["lacp"] else member["state"],
                             tuple(member["lacp"]["partner"]["state"]) if member["lacp"] else (),
                             member["reason_text"])
            for member in pair.server_daemon.bond()["members"]}


def switch_view(pair):
    """The same as the switch sees it."""
    if not pair.ovs:
        return {member["name"]: (member["lacp"]["mux_state"],
                                 tuple(member["lacp"]["partner"]["state"]),
                                 member["reason_text"])
                for member in pair.switch_daemon.bond()["members"]}
    return {name: (found["status"], tuple(found["partner state"]),
                   "carries traffic" if name in pair.ovs.enabled() else "not enabled")
            for name, found in pair.ovs.members().items()}
