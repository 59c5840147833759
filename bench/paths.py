# SPDX-License-Identifier: BSD-2-Clause
"""The paths whose speed is compared: a bare link, and bonds beside it.

        server                                   far
        bare   10.90.0.1 ------- veth -------- bare   10.90.0.2
        bare2  10.90.9.1 ------- veth -------- bare2  10.90.9.2
        bond0  10.90.1.1 = m0,m1 == veth == f0,f1 = bond0 (transmit_hook=hub)
        bond0.652  10.90.2.1
        bond1  10.90.3.1 = m2,m3 == veth == f2,f3 = bond1 (transmit_hook=device)
        bond1.652  10.90.4.1

All of them lie between the same two namespaces and are measured in turn. The
second bare link is there to see how far two equal links differ on this machine.
"""

import dataclasses

from scene import wait_active, write_bond

VID = 652
# name, transmit_hook, subnet, members, far ends
BONDS = (("bond0", "hub", 1, ("m0", "m1"), ("f0", "f1")),
         ("bond1", "device", 3, ("m2", "m3"), ("f2", "f3")))
# Nobody's address: what is sent to it ends at the far interface.
NOBODY_MAC = "02:00:00:00:00:99"


@dataclasses.dataclass(frozen=True)
class Path:
    """One way from the server to the far side."""
    name: str         # as rows call it
    interface: str    # in the server's namespace
    near: str
    far: str
    far_links: tuple  # the far ends of the links that it runs over
    hook: str | None  # None: no bond of ours


BARE = Path("bare link", "bare", "10.90.0.1", "10.90.0.2", ("bare",), None)
BARE_AGAIN = Path("another bare link", "bare2", "10.90.9.1", "10.90.9.2", ("bare2",), None)


class Paths:
    """Sets all of it up in a Scene."""

    def __init__(self, scene, options, far_bonds):
        """options: BONDING_OPTS of both sides. far_bonds: whether the far side has
        bonds too; else its links are bare, and what arrives there is dropped."""
        self.server = scene.namespace("server")
        self.far = scene.namespace("far")
        pairs = [(path.interface, path.interface) for path in (BARE, BARE_AGAIN)]
        for _, _, _, near_links, far_links in BONDS:
            pairs += zip(near_links, far_links)
        scene.veth(self.server, self.far, pairs)
        for path in (BARE, BARE_AGAIN):
            self.server.ip(f"address add {path.near}/24 dev {path.interface}")
        self.daemons = [self.start_daemon(scene, self.server, options, near=True)]
        if far_bonds:
            for path in (BARE, BARE_AGAIN):
                self.far.ip(f"address add {path.far}/24 dev {path.interface}")
            self.daemons.append(self.start_daemon(scene, self.far, options, near=False))
        for daemon in self.daemons:
            for name, *_ in BONDS:
                wait_active(daemon, 2, name)
        self.all = [BARE, BARE_AGAIN]
        for name, hook, subnet, _, far_links in BONDS:
            for offset, interface in ((0, name), (1, f"{name}.{VID}")):
                label = interface if hook == "hub" else f"{interface} (device hook)"
                self.all.append(Path(label, interface, f"10.90.{subnet + offset}.1",
                                     f"10.90.{subnet + offset}.2", far_links, hook))

    @staticmethod
    def start_daemon(scene, namespace, options, near):
        config = scene.config()
        host = 1 if near else 2
        for name, hook, subnet, near_links, far_links in BONDS:
            write_bond(config, name, near_links if near else far_links, options,
                       f"10.90.{subnet}.{host}/24", f"transmit_hook={hook}")
            config.vlan(f"{name}.{VID}", f"10.90.{subnet + 1}.{host}/24")
        return scene.daemon(namespace, config)
