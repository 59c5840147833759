# SPDX-License-Identifier: BSD-2-Clause
"""The manual, the help and the completion know the same subcommands and options."""

import os
import pathlib
import re
import subprocess

import pytest
from conftest import portchannel
from samples import bond, configured_vlan, member, status, vlan
from test_usage import COMMANDS, PARTS

SOURCE = pathlib.Path(os.environ.get("SOURCE", "."))
PAGE = (SOURCE / "man" / "portchannel.8").read_text()
COMPLETION = SOURCE / "packaging" / "portchannel.bash"


def options_of(command):
    """What its usage line and its list of options name."""
    lines = [line for line in portchannel("help", *command.split()).stdout.splitlines()
             if line.startswith(("usage: ", "  --"))]
    return set(re.findall(r"--[a-z][a-z0-9-]*", "\n".join(lines))) - {"--help"}


@pytest.mark.parametrize("command", COMMANDS + PARTS)
def test_page_knows_the_subcommand_and_its_options(command):
    assert f".Cm {command.split()[0]}" in PAGE
    if command != "vlan" and not command.startswith("bond "):
        assert re.search(rf"^\.Ss {command}", PAGE, re.M)
    for option in options_of(command):
        assert f"Fl -{option[2:]}" in PAGE, option


def test_page_knows_nothing_else():
    known = {"--help", "--version", "--socket"}.union(*(options_of(c) for c in COMMANDS + PARTS))
    for option in re.findall(r"Fl -([a-z][a-z0-9-]*)", PAGE):
        assert f"--{option}" in known, option
    for name in re.findall(r"^\.Nm\n(?:\.Op .*\n)?\.Cm (\S+)", PAGE, re.M):
        assert name in COMMANDS


def test_page_knows_the_reasons_of_the_api():
    """A reason that doc/api.md names is explained."""
    api = (SOURCE / "doc" / "api.md").read_text()
    words = re.search(r"`reason` is .*?snake_case word: (.*?)\(", api, re.S).group(1)
    for reason in re.findall(r"`(\w+)`", words):
        assert re.search(rf"\.It Sy .*\b{reason}\b", PAGE), reason


def test_daemons_page_knows_its_options():
    page = (SOURCE / "man" / "portchanneld.8").read_text()
    result = subprocess.run([os.environ["PORTCHANNELD"], "--help"], capture_output=True, text=True,
                            timeout=30, check=True)
    options = set(re.findall(r"--[a-z-]+", result.stdout))
    assert options == {f"--{o}" for o in re.findall(r"Fl -([a-z-]+)", page)}


def complete(*words, binary=None):
    """What bash would offer for the last of the words."""
    script = f"""
        source {COMPLETION}
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        _portchannel
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    first = binary or os.environ["PORTCHANNEL"]
    result = subprocess.run(["bash", "--norc", "-c", script, "bash", first, *words], text=True, check=True,
                            capture_output=True, timeout=30)
    return result.stdout.split()


def test_completion_of_subcommands():
    assert set(complete("")) == set(COMMANDS)
    assert complete("stat") == ["status"]
    assert complete("--socket", "/x", "stat") == ["status"]
    assert complete("config", "sh") == ["show"]
    assert complete("help", "ex") == ["explain"]
    assert complete("vlan", "") == ["add", "set", "del", "list"]
    assert complete("bond", "d") == ["del"]
    assert complete("help", "vlan", "a") == ["add"]
    assert complete("console", "--port", "8651", "--o") == ["--open"]


@pytest.mark.parametrize("command", [c for c in COMMANDS + PARTS if c != "help"])
def test_completion_of_options(command):
    assert options_of(command) <= set(complete(*command.split(), "--"))


def test_completion_of_values(folder):
    (folder / "a b.pcap").write_text("")
    assert complete("explain", "--policy", "layer3") == ["layer3+4"]
    assert complete("explain", "--pcap", f"{folder}/a") == [*f"{folder}/a b.pcap".split()]
    assert complete("explain", "bond0", "10.0.0.1", "10.0.0.2", "u") == ["udp"]


def test_completion_of_bonds(daemon, folder):
    daemon.answer("/v1/status", status(bond(), bond("bond1", members=[member("bond-no")], vlans=[vlan(7)])))
    script = folder / "portchannel"
    script.write_text(f'#!/bin/sh\nexec "$PORTCHANNEL" --socket {daemon.socket} "$@"\n')
    script.chmod(0o755)
    assert complete("status", "bon", binary=str(script)) == ["bond0", "bond1"]
    assert complete("status", "bond0", "bon", binary=str(script)) == []
    assert complete("vlan", "add", "bon", binary=str(script)) == ["bond0", "bond1"]
    assert complete("vlan", "add", "bond0", "", binary=str(script)) == []
    # The daemon that the line names is the one that is asked.
    assert complete("bond", "set", "--socket", daemon.socket, "bon") == ["bond0", "bond1"]
    assert complete("bond", "set", "--socket", f"{folder}/none", "bon", binary=str(script)) == []


def test_completion_of_vlans(daemon, folder):
    daemon.answer("/v1/vlans", {"revision": "x", "vlans": [configured_vlan(7), configured_vlan(8, staged="add")]})
    script = folder / "portchannel"
    script.write_text(f'#!/bin/sh\nexec "$PORTCHANNEL" --socket {daemon.socket} "$@"\n')
    script.chmod(0o755)
    for words in (["vlan", "set"], ["vlan", "del"], ["vlan", "set", "--mtu", "9000"], ["discard"]):
        assert complete(*words, "", binary=str(script)) == ["bond0.7", "bond0.8"]
