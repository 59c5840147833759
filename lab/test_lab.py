#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Whether `make lab` gives a lab whose hints work, and `make lab-down` removes it."""
import argparse
import os
import subprocess
import sys

from netlab import why_not

LAB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lab.py")
SKIPPED = 77


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: exit code {done.returncode}\n"
                         f"{done.stdout}{done.stderr}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    build = parser.parse_args().build
    reason = why_not()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    if os.path.exists("/run/netns/pclab-server"):
        print("skipped: someone has the lab up")
        sys.exit(SKIPPED)
    server, switch = (os.path.join(build, "lab", role) for role in ("server", "switch"))
    try:
        shown = run(sys.executable, LAB, "up", "--build", build)
        assert "portchannel status" in shown, shown
        assert "bond0" in run(server, "portchannel", "status")
        assert "bond0" in run(switch, "portchannel", "status")
        run(server, "ping", "-c", "1", "-W", "2", "10.124.251.1")
        run(server, "ping", "-c", "1", "-W", "2", "10.124.252.1")
        assert "0 errors, 0 warnings" in run(server, "portchannel", "config", "check")
        assert "ens1f" in run(server, "portchannel", "explain", "bond0", "10.124.251.101",
                              "10.124.251.1", "tcp", "40000", "443")
        run(switch, "ip", "link", "set", "sw0", "down")
        assert "up already" in run(sys.executable, LAB, "up", "--build", build)
    finally:
        run(sys.executable, LAB, "down", "--build", build)
    assert not os.path.exists("/run/netns/pclab-server") and not os.path.exists(server)
    run(sys.executable, LAB, "down", "--build", build)  # a second time is no error
    print("ok")


if __name__ == "__main__":
    main()
