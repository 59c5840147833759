# SPDX-License-Identifier: BSD-2-Clause
"""Help, usage errors and exit codes: what every subcommand has in common."""

import os
import re
import subprocess

import pytest
from conftest import environment, golden, portchannel, portchannel_as_nobody
from samples import bond, status

COMMANDS = ["status", "explain", "monitor", "config", "plan", "apply", "confirm", "rollback", "history",
            "vlan", "staged", "commit", "discard", "bond", "reload", "down", "console", "metrics",
            "check-system",
            "help"]
PARTS = ["vlan add", "vlan set", "vlan del", "vlan list", "bond add", "bond set", "bond del"]


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]])
def test_help(arguments):
    result = portchannel(*arguments)
    assert (result.returncode, result.stderr) == (0, "")
    golden("help.txt", result.stdout)


@pytest.mark.parametrize("command", COMMANDS + PARTS)
def test_help_of_a_subcommand(command):
    words = command.split()
    result = portchannel("help", *words)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"usage: portchannel {command}")
    for line in result.stdout.splitlines():
        assert len(line) <= 80, line
    if command != "help":
        assert portchannel(*words, "--help").stdout == result.stdout
        assert portchannel(*words, "-h").stdout == result.stdout
    assert command in portchannel("help", *words[:-1]).stdout or words[0] == "bond"


def test_version():
    result = portchannel("--version")
    assert result.returncode == 0
    assert re.fullmatch(r"portchannel \d+\.\d+\.\d+\n", result.stdout)


@pytest.mark.parametrize("arguments,message", [
    ([], "which subcommand?"),
    (["stauts"], "there is no subcommand 'stauts'; did you mean 'status'?"),
    (["mon"], "did you mean 'monitor'?"),
    (["check"], "did you mean 'check-system'?"),
    (["xyzzy"], "there is no subcommand 'xyzzy'; 'portchannel help' lists them"),
    (["\x1b[2J"], "there is no subcommand '\\x1b[2J'"),
    (["help", "explian"], "did you mean 'explain'?"),
    (["help", "vlan", "ad"], "there is no 'vlan' subcommand 'ad'; did you mean 'add'?"),
    (["help", "status", "x"], "there is no 'status' subcommand 'x'"),
    (["vlan"], "arguments are missing"),
    (["vlan", "--jsno"], "unknown option '--jsno'"),
    (["vlan", "lsit"], "there is no 'vlan' subcommand 'lsit'; did you mean 'list'?"),
    (["vlan", "add", "bond0"], "arguments are missing"),
    (["vlan", "add", "bond0", "5000"], "VID is '5000'; expected a number from 1 to 4094"),
    (["vlan", "add", "bond0", "x"], "VID is 'x'; expected a number from 1 to 4094"),
    (["vlan", "add", "bond0", "5", "--mtu", "big"], "--mtu is 'big'; expected a number"),
    (["vlan", "add", "bond0", "5", "--dhcp", "--no-dhcp"], "--dhcp and --no-dhcp together"),
    (["vlan", "add", "bond0", "5", "--stage", "--confirm", "60"], "--confirm goes with 'portchannel commit'"),
    (["vlan", "set", "bond0.5"], "what is to be different?"),
    (["vlan", "set", "bond0.5", "--stage"], "what is to be different?"),
    (["vlan", "set", "bond0.5", "--address", "1.2.3.4/8", "--add-address", "1.2.3.5/8"],
     "it doesn't go with --add-address"),
    (["vlan", "del"], "arguments are missing"),
    (["bond"], "arguments are missing"),
    (["bond", "create"], "there is no 'bond' subcommand 'create'"),
    (["plan", "now"], "what is 'now' for?"),
    (["apply", "--confirm"], "--confirm wants a value"),
    (["apply", "--confirm", "0"], "--confirm is '0'; expected a number from 1 to 86400"),
    (["apply", "--confirm", "1m"], "--confirm is '1m'; expected a number from 1 to 86400"),
    (["commit", "--confirm", "86401"], "--confirm is '86401'; expected a number from 1 to 86400"),
    (["rollback", "x"], "N is 'x'; expected a number from 1"),
    (["rollback", "1", "2"], "what is '2' for?"),
    (["history", "0"], "N is '0'; expected a number from 1"),
    (["confirm", "43"], "what is '43' for?"),
    (["discard", "a", "b"], "what is 'b' for?"),
    (["--jsno", "status"], "unknown option '--jsno' before the subcommand"),
    (["--socket"], "--socket wants a value"),
    (["status", "--jsno"], "unknown option '--jsno'; did you mean '--json'?"),
    (["status", "-j"], "unknown option '-j'"),
    (["status", "--json=yes"], "--json takes no value"),
    (["status", "--socket"], "--socket wants a value"),
    (["status", "bond0", "bond1"], "what is 'bond1' for? One argument too many"),
    (["status", "--", "--json", "x"], "what is 'x' for?"),
    (["monitor", "bond0"], "what is 'bond0' for?"),
    (["reload", "now"], "what is 'now' for?"),
    (["check-system", "now"], "what is 'now' for?"),
    (["metrics", "now"], "what is 'now' for?"),
    (["metrics", "--output"], "--output wants a value"),
    (["metrics", "--output", ""], "--output is ''; expected a file's name"),
    (["down", "a", "b"], "what is 'b' for?"),
    (["config"], "arguments are missing"),
    (["config", "chekc"], "config can be checked or shown, not 'chekc'"),
    (["config", "check", "show"], "what is 'show' for?"),
    (["explain"], "which bond, and from which address to which?"),
    (["explain", "bond0", "10.0.0.1"], "which bond, and from which address to which?"),
    (["explain", "b", "1", "2", "tcp", "1", "2", "3"], "what is '3' for?"),
    (["explain", "b", "1", "2", "--policy", "layer2"], "--policy and --members go with --pcap"),
    (["explain", "bond0", "--pcap", "x"], "what is 'bond0' for?"),
    (["explain", "--pcap", "x", "--vlan", "5"], "don't go with --pcap"),
    (["explain", "--pcap", "x", "--policy", "layer9"], "there is no policy 'layer9'; expected layer2,"),
    (["explain", "--pcap", "x", "--policy", "encap3+4"], "policy encap3+4 is not supported here yet"),
    (["explain", "--pcap", "x", "--members", "0"], "expected a number from 1 to 8"),
    (["explain", "--pcap", "x", "--members", "9"], "expected a number from 1 to 8"),
    (["explain", "--pcap", "x", "--members", "99999999999999999999999"], "expected a number from 1 to 8"),
    (["explain", "--pcap", "x", "--members", ""], "expected a number from 1 to 8"),
])
def test_usage_errors(arguments, message):
    result = portchannel(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize("command", [["status"], ["monitor"], ["reload"], ["down"], ["status", "--json"],
                                     ["plan"], ["plan", "--detailed-exitcode"], ["apply"], ["confirm"],
                                     ["rollback"], ["history"], ["vlan", "list"], ["vlan", "del", "x"],
                                     ["vlan", "set", "x", "--add-address", "10.0.0.1/8"], ["staged"],
                                     ["commit"], ["discard"], ["console"], ["metrics"], ["bond", "add", "bond1"],
                                     ["explain", "bond0", "10.0.0.1", "10.0.0.2"]])
def test_no_daemon(folder, command):
    result = portchannel("--socket", f"{folder}/none.sock", *command)
    assert (result.returncode, result.stdout) == (8, "")
    assert "portchanneld is not running" in result.stderr
    assert "systemctl start portchannel" in result.stderr


def test_output_that_is_lost_is_a_failure(daemon):
    daemon.answer("/v1/status", status(bond()))
    with open("/dev/full", "w", encoding="ascii") as full:
        result = subprocess.run([os.environ["PORTCHANNEL"], "--socket", daemon.socket, "status"],
                                stdout=full, stderr=subprocess.PIPE, text=True, timeout=30,
                                env=environment(), check=False)
    assert result.returncode == 1
    assert "cannot write" in result.stderr


def test_check_system_needs_root(folder):
    result = portchannel_as_nobody(folder, "check-system")
    assert (result.returncode, result.stdout) == (1, "")
    assert "only root may do" in result.stderr
