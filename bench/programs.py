# SPDX-License-Identifier: BSD-2-Clause
"""What the eBPF programs themselves cost, by BPF test run: bpf_cost.c."""

import json
import os
import subprocess

from scene import BenchError

TRANSMIT_BOUND = "<= 60"
RECEIVE_BOUND = "<= 40"


def run(options, report):
    tool = os.path.join(options.build, "bench", "bpf_cost")
    command = [tool] + (["--quick"] if options.quick else [])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"bpf_cost: {done.stderr.strip()}")
    for row in json.loads(done.stdout):
        bound = None
        if row["unit"] == "ns":
            bound = RECEIVE_BOUND if "receive" in row["name"] else TRANSMIT_BOUND
        report.add(row["name"], row["value"], row["unit"], bound)
