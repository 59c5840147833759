# SPDX-License-Identifier: BSD-2-Clause
"""The manual, the help and the completion know the same subcommands and options."""

import os
import pathlib
import re
import subprocess

import pytest
from conftest import portchannel
from samples import bond, member, status, vlan
from test_usage import COMMANDS

SOURCE = pathlib.Path(os.environ.get("SOURCE", "."))
PAGE = (SOURCE / "man" / "portchannel.8").read_text()
COMPLETION = SOURCE / "packaging" / "portchannel.bash"


def options_of(command):
    return set(re.findall(r"--[a-z-]+", portchannel("help", command).stdout)) - {"--help"}


@pytest.mark.parametrize("command", COMMANDS)
def test_page_knows_the_subcommand_and_its_options(command):
    assert f".Cm {command}" in PAGE
    assert re.search(rf"^\.Ss {command}", PAGE, re.M)
    for option in options_of(command):
        assert f"Fl -{option[2:]}" in PAGE, option


def test_page_knows_nothing_else():
    known = {"--help", "--version", "--socket"}.union(*(options_of(c) for c in COMMANDS))
    for option in re.findall(r"Fl -([a-z-]+)", PAGE):
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
    assert complete("st") == ["status"]
    assert complete("--socket", "/x", "st") == ["status"]
    assert complete("config", "sh") == ["show"]
    assert complete("help", "ex") == ["explain"]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c != "help"])
def test_completion_of_options(command):
    assert options_of(command) <= set(complete(command, "--"))


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
