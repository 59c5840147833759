# SPDX-License-Identifier: BSD-2-Clause
"""A process of one of our test tools, told what to do line by line: it answers "ok JSON" or
"error ...". addressing_util.py and engine_util.py have one each."""
import json
import os
import subprocess

from netlab import Tools


class ToolError(Exception):
    """The tool refused."""


class ToolProcess:
    def __init__(self, namespace, name, arguments=(), prefix=()):
        tool = os.path.join(Tools().build, "tests", "netns", name)
        self.process = namespace.start([*prefix, tool, *arguments], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)

    def __call__(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        kind, _, rest = self.process.stdout.readline().partition(" ")
        if kind != "ok":
            raise ToolError(f"{command}: {rest.strip()}")
        return json.loads(rest)
