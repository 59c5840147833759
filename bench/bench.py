#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measures portchannel and writes a table and build/bench/report.json.

Each group of measurements is a module of its own with run(options, report);
README.md says what each row means. A group that cannot run is a row without a
value, and the others run all the same.
"""

import argparse
import os
import pathlib
import sys
import time

import config_read
import daemon_cost
import failover
import lacp_time
import openvswitch
import packets
import page
import programs
import scale
import tcp
import vlans
from report import Report
from scene import BenchError
from netlab import why_not  # after scene, which says where netlab is

GROUPS = {
    "programs": ("The programs' cost, by BPF test run", programs.run),
    "packets": ("64-byte packets, one core sending", packets.run),
    "tcp": ("TCP throughput", tcp.run),
    "ovs": ("Open vSwitch's user-space bond beside the bare link", openvswitch.run),
    "failover": ("A link is cut under traffic", failover.run),
    "lacp": ("LACP's time to carry traffic", lacp_time.run),
    "daemon": ("The daemon's memory and processor", daemon_cost.run),
    "vlans": ("1,000 VLAN interfaces", vlans.run),
    "config": ("The files of 8 bonds with 500 VLAN interfaces each", config_read.run),
    "scale": ("8 bonds with 500 VLAN interfaces each", scale.run),
    "page": ("The console's page", page.run),
}

EXIT_DONE, EXIT_FAILED, EXIT_USAGE = 0, 1, 2


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Measures portchannel; the table goes to standard output.",
        epilog="Exit code: 0 measured, 1 a group could not be measured (with --strict, "
               "or a bound was missed), 2 usage.")
    parser.add_argument("--build", default="build", help="the build folder (default: build)")
    parser.add_argument("--only", action="append", choices=GROUPS, metavar="GROUP",
                        help=f"this group only, repeatable: {', '.join(GROUPS)}")
    parser.add_argument("--quick", action="store_true",
                        help="a few seconds each, nothing judged: that it runs")
    parser.add_argument("--strict", action="store_true", help="exit code 1 if a bound is missed")
    parser.add_argument("--output", help="the report (default: BUILD/bench/report.json)")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    return options


def run_group(name, options, report):
    title, run = GROUPS[name]
    start = time.monotonic()
    report.section(title)
    try:
        run(options, report)
    except (BenchError, AssertionError, TimeoutError, OSError) as error:
        report.failed(name, str(error))
    print(f"  ({time.monotonic() - start:.0f} s)", flush=True)


def main():
    options = parse_arguments()
    reason = why_not()
    if reason:
        print(f"bench: {reason}", file=sys.stderr)
        return EXIT_FAILED
    report = Report(judge=not options.quick)
    for name in options.only or GROUPS:
        run_group(name, options, report)
    report.print_end()
    path = pathlib.Path(options.output or os.path.join(options.build, "bench", "report.json"))
    report.write(path)
    print(f"written: {path}")
    if not report.all_measured() or (options.strict and not report.all_ok()):
        return EXIT_FAILED
    return EXIT_DONE


if __name__ == "__main__":
    sys.exit(main())
