# SPDX-License-Identifier: BSD-2-Clause
"""Reading 8 bonds with 500 VLAN interfaces each, and writing one more: config_time.c."""

import json
import os
import subprocess

from scale import Sizes, write_all
from scene import BenchError, Scene

# The rest of what one VLAN interface more takes is the daemon's and the kernel's.
BOUNDS = {"read them again, unchanged": "<= 15", "make the model of them": "<= 60"}


def run(options, report):
    tool = os.path.join(options.build, "bench", "config_time")
    sizes = Sizes(options.quick)
    with Scene(options.build) as scene:
        config = scene.config()
        write_all(config, sizes)
        done = subprocess.run([tool, config.path], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"config_time: {done.stderr.strip()}")
    for row in json.loads(done.stdout):
        report.add(f"{sizes}: {row['name']}", row["value"], row["unit"],
                   BOUNDS.get(row["name"]))
