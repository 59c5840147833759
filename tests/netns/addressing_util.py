# SPDX-License-Identifier: BSD-2-Clause
"""A process that has the daemon's addressing, driven by the commands of
addressing_tool.c."""
from netlab import Namespace
from tool_util import ToolError as AddressingError
from tool_util import ToolProcess


def routing_namespace():
    """a0 and b0 with an address each of IPv4 and IPv6, and nothing else."""
    made = Namespace("routing")
    for name in ("a", "b"):
        made.ip(f"link add {name}0 type veth peer name {name}1")
    for name in ("a0", "a1", "b0", "b1", "lo"):
        made.ip(f"link set {name} up")
    for number, name in ((1, "a0"), (2, "b0")):
        made.ip(f"address add 10.{number}.{number}.2/24 dev {name}")
        made.ip(f"address add fd00:{number}::2/64 dev {name} nodad")
    return made


class Addressing(ToolProcess):
    def __init__(self, namespace, folder="/nonexistent", prefix=()):
        super().__init__(namespace, "addressing_tool", [str(folder)], prefix)

    def close(self):
        """Ends it as the daemon ends: what runs goes on."""
        self.process.stdin.close()
        self.process.wait(20)
