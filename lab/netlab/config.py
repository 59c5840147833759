# SPDX-License-Identifier: BSD-2-Clause
"""Writes folders of ifcfg files."""
import os

OPTIONS = {
    "802.3ad": "mode=802.3ad miimon=100 xmit_hash_policy=layer3+4",
    "balance-xor": "mode=balance-xor miimon=100 xmit_hash_policy=layer3+4",
}


class ConfigFolder:
    def __init__(self, path):
        self.path = str(path)
        os.makedirs(self.path, exist_ok=True)

    def file(self, name):
        return os.path.join(self.path, f"ifcfg-{name}")

    def write(self, name, text):
        """Puts text into ifcfg-NAME, whole at once, as an editor does."""
        temporary = os.path.join(self.path, f".{name}.new")
        with open(temporary, "w", encoding="utf-8") as handle:
            handle.write(text)
        os.rename(temporary, self.file(name))

    def read(self, name):
        with open(self.file(name), encoding="utf-8") as handle:
            return handle.read()

    def remove(self, name):
        os.unlink(self.file(name))

    def _interface(self, name, address, extra):
        lines = [f"DEVICE={name}", "ONBOOT=yes", "BOOTPROTO=none", "NM_CONTROLLED=no"]
        if address:
            host, prefix = address.split("/")
            lines += [f"IPADDR={host}", f"PREFIX={prefix}"]
        lines += [f"{key}={value}" for key, value in extra.items()]
        return lines

    def bond(self, name, options=OPTIONS["802.3ad"], address=None, portchannel=None, **extra):
        """address is like 10.0.0.1/24; portchannel is PORTCHANNEL_OPTS."""
        lines = self._interface(name, address, extra)
        lines.append(f'BONDING_OPTS="{options}"')
        if portchannel:
            lines.append(f'PORTCHANNEL_OPTS="{portchannel}"')
        self.write(name, "\n".join(lines) + "\n")

    def member(self, name, bond, **extra):
        lines = self._interface(name, None, extra) + [f"MASTER={bond}", "SLAVE=yes"]
        self.write(name, "\n".join(lines) + "\n")

    def vlan(self, name, address=None, **extra):
        """name is PARENT.ID."""
        lines = self._interface(name, address, extra) + ["VLAN=yes"]
        self.write(name, "\n".join(lines) + "\n")
