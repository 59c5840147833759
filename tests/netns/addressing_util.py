# SPDX-License-Identifier: BSD-2-Clause
"""A process that has the daemon's addressing, driven by the commands of
addressing_tool.c."""
import json
import os
import subprocess

from netlab import Tools


class AddressingError(Exception):
    pass


class Addressing:
    def __init__(self, namespace, folder="/nonexistent", prefix=()):
        tool = os.path.join(Tools().build, "tests", "netns", "addressing_tool")
        self.process = namespace.start([*prefix, tool, str(folder)], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)

    def __call__(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        kind, _, rest = self.process.stdout.readline().partition(" ")
        if kind != "ok":
            raise AddressingError(f"{command}: {rest.strip()}")
        return json.loads(rest)

    def close(self):
        """Ends it as the daemon ends: what runs goes on."""
        self.process.stdin.close()
        self.process.wait(20)
