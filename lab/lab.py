#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""`make lab` and `make lab-down`: the demo's network, left up to try things in."""
import argparse
import os
import shutil
import stat
import sys

from netlab import Tools, why_not
from netlab.cleanup import NETNS_FOLDER, remove_namespace
from netlab.console import NOBODY, Console
from netlab.showcase import SEED, SWITCH, SWITCH_VLAN, make_showcase, partner_wanted

NAMES = ("pclab-server", "pclab-switch")
FOLDER = "/run/pclab"
CONFIG = os.path.join(FOLDER, "server-scripts")
SOCKET = os.path.join(FOLDER, "server.run", "portchannel.sock")

HINTS = """
The lab is up. Its page opens once with this link, within a minute:

  {link}

`{server} portchannel console` gives another. `{server} COMMAND` runs a
command on the server, `{switch} COMMAND` on the switch. Try:

{list}
The server's files are in {config}. `make lab-down` removes the lab.
"""

# Role, command, what for.
TRY = (
    ("server", "portchannel status", "what is up, what is not, and why"),
    ("server", "ping -c 3 {bond}", "the switch, over bond0"),
    ("server", "ping -c 3 {vlan}", "the same in VLAN 652"),
    ("server", "portchannel explain bond0 10.124.251.101 {bond} tcp 40000 443",
     "which link this connection takes"),
    ("server", "portchannel monitor &", "tells what happens from here on"),
    ("switch", "ip link set sw0 down", "cuts ens1f0, as if unplugged"),
    ("switch", "ip link set sw0 up", "puts it back"),
    ("server", "portchannel vlan add bond0 653 10.124.253.101/24 --confirm 30",
     "taken back after 30 s unless you confirm"),
    ("server", "portchannel config check", "what is wrong with the files"),
    ("server", "tcpdump -nei ens1f0 ether proto 0x8809", "the LACPDUs on a link"),
    ("server", "ip -s link show bond0", "an interface like any other"),
)
HINT_COLUMN = 48


def is_up():
    return any(os.path.exists(os.path.join(NETNS_FOLDER, name)) for name in NAMES)


def wrapper(tools, role):
    return os.path.join(tools.build, "lab", role)


def write_script(path, *lines):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as handle:
        handle.write("\n".join(("#!/bin/sh",) + lines) + "\n")
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)


def write_wrappers(tools, pair):
    """Commands that run in the namespaces, where `portchannel` means their daemon."""
    for namespace, daemon in ((pair.server, pair.server_daemon),
                              (pair.switch, pair.switch_daemon)):
        programs = os.path.join(FOLDER, f"{namespace.role}.bin")
        # What reads the files without the daemon reads the lab's.
        write_script(os.path.join(programs, "portchannel"),
                     f"[ $# -lt 2 ] || [ \"$1\" != config ] || {{ part=$2; shift 2; set -- config"
                     f" \"$part\" --config '{daemon.config}' \"$@\"; }}",
                     f"exec '{tools.portchannel}' --socket '{daemon.socket}' \"$@\"")
        write_script(wrapper(tools, namespace.role),
                     f"# Runs a command on the lab's {namespace.role}.",
                     f"PATH='{programs}':$PATH",
                     "[ $# -gt 0 ] || set -- sh",
                     f"exec nsenter --net='{namespace.path}' -- \"$@\"")


def hint(command, purpose):
    """One line, or two where the command is long."""
    if len(command) < HINT_COLUMN - 4:
        return f"  {command:{HINT_COLUMN - 2}}{purpose}\n"
    return f"  {command}\n{'':{HINT_COLUMN}}{purpose}\n"


def print_hints(tools, ovs):
    commands = {role: os.path.relpath(wrapper(tools, role)) for role in ("server", "switch")}
    lines = [hint(f"{commands[role]} {command}".format(bond=SWITCH, vlan=SWITCH_VLAN), purpose)
             for role, command, purpose in TRY]
    lines.append(hint(commands["switch"] + (
        f" ovs-appctl -t {FOLDER}/ovs/vswitchd.ctl lacp/show bond0" if ovs else
        " portchannel status"), "the switch's side of it"))
    print(HINTS.format(list="".join(lines), config=CONFIG, link=console(tools).link(), **commands))


def console(tools):
    return Console(SOCKET, FOLDER, tools=tools)


def up(tools):
    partner = partner_wanted()
    reason = why_not(*(["ovs-vswitchd", "ethtool", "nft"] if partner == "ovs" else []))
    if reason or tools.missing():
        sys.exit(f"The lab cannot run: {reason or 'not built yet: ' + str(tools.missing())}")
    if is_up():
        print("The lab is up already.")
        print_hints(tools, os.path.exists(os.path.join(FOLDER, "ovs")))
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    # A copy: VLAN interfaces that are made in the page become files there.
    shutil.copytree(SEED, CONFIG)
    try:
        pair = make_showcase(tools, partner, folder=FOLDER, names=NAMES, persistent=True,
                             server_config=CONFIG,
                             server_arguments=("--console-group", str(NOBODY)))
        pair.start().wait_up(30)
        console(tools).start()
        write_wrappers(tools, pair)
    except BaseException:
        down(tools)
        raise
    print_hints(tools, pair.ovs is not None)


def down(tools):
    if os.geteuid() != 0:
        sys.exit("Only root may remove the lab.")
    console(tools).stop()
    for name in NAMES:
        if os.path.exists(os.path.join(NETNS_FOLDER, name)):
            remove_namespace(name)
    shutil.rmtree(FOLDER, ignore_errors=True)
    for role in ("server", "switch"):
        if os.path.exists(wrapper(tools, role)):
            os.unlink(wrapper(tools, role))


def main():
    parser = argparse.ArgumentParser(description="The demo's network, to try things in.")
    parser.add_argument("action", choices=("up", "down"))
    parser.add_argument("--build", default=None, help="the build folder (build)")
    options = parser.parse_args()
    tools = Tools(options.build)
    if options.action == "up":
        up(tools)
    else:
        down(tools)
        print("The lab is gone.")


if __name__ == "__main__":
    main()
