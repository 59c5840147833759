# SPDX-License-Identifier: BSD-2-Clause
"""config and check-system: what works without the daemon. What the files mean is
tested with ifcfg/ and config/; here is what the command makes of it."""

import json
import os
import pathlib
import subprocess

import pytest
from conftest import environment, portchannel

SEED = pathlib.Path(os.environ.get("SOURCE", "."), "lab", "seed")


def write(folder, **files):
    for name, text in files.items():
        (folder / f"ifcfg-{name}").write_text(text)
    return str(folder)


BOND = "BONDING_OPTS='mode=4 miimon=100'\nIPADDR=10.0.0.1\nPREFIX=24\n"
MEMBER = "MASTER=bond0\nSLAVE=yes\n"


def test_check_of_good_files():
    result = portchannel("config", "check", "--config", str(SEED))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{SEED}: 1 bond, 1 VLAN interface: 0 errors, 0 warnings\n"
    result = portchannel("config", "check", "--config", str(SEED), "--json")
    assert (result.returncode, json.loads(result.stdout)) == (0, [])


def test_show_of_good_files():
    result = portchannel("config", "show", "--config", str(SEED))
    assert (result.returncode, result.stderr) == (0, "")
    for word in ["bond0", "802.3ad", "layer3+4", "10.124.251.101/24", "ens1f0", "ens1f1", "bond0.652"]:
        assert word in result.stdout
    result = portchannel("config", "--json", "show", f"--config={SEED}")
    assert result.returncode == 0
    shown = json.loads(result.stdout)
    assert [b["name"] for b in shown["bonds"]] == ["bond0"]
    assert shown["problems"] == []


def test_errors_fail_and_name_file_and_line(folder):
    path = write(folder, bond0=BOND, eth0=MEMBER, bond1="# a comment\nBONDING_OPTS='mode=9'\n")
    result = portchannel("config", "check", "--config", path)
    assert result.returncode == 1
    assert f"{path}/ifcfg-bond1:2:15: error: " in result.stdout
    assert "1 error" in result.stdout.splitlines()[-1]
    as_json = portchannel("config", "check", "--config", path, "--json")
    assert as_json.returncode == 1 and as_json.stderr == ""
    errors = [p for p in json.loads(as_json.stdout) if p["severity"] == "error"]
    assert [(p["file"], p["line"], p["column"]) for p in errors] == [(f"{path}/ifcfg-bond1", 2, 15)]


CARETS = """\
DIR/ifcfg-bond0:2:14: warning: 802.3ad needs miimon; miimon=100 is used, as the kernel does
  BONDING_OPTS=" é mode=4 lacp_rat=1 \\x1b"
               ^
DIR/ifcfg-bond0:2:16: error: BONDING_OPTS: 'é'; expected NAME=VALUE
  BONDING_OPTS=" é mode=4 lacp_rat=1 \\x1b"
                 ^
DIR/ifcfg-bond0:2:26: error: unknown option 'lacp_rat'; did you mean 'lacp_rate'?
  BONDING_OPTS=" é mode=4 lacp_rat=1 \\x1b"
                          ^
DIR/ifcfg-bond0:2:37: error: BONDING_OPTS: '?'; expected NAME=VALUE
  BONDING_OPTS=" é mode=4 lacp_rat=1 \\x1b"
                                     ^
DIR/ifcfg-bond0:3:10: error: IPADDR 'x' is no IPv4 address; expected one like 192.0.2.1
    IPADDR=x
           ^
DIR/ifcfg-eth0: error: is a folder, a pipe or a device; expected a regular file
DIR: 1 bond, 0 VLAN interfaces: 5 errors, 1 warning
"""


def test_carets_stand_below_what_is_wrong(folder):
    """With characters of several bytes, tabs and escapes before them."""
    path = write(folder, bond0="\nBONDING_OPTS=\" é\tmode=4 lacp_rat=1 \x1b\"\n\t\tIPADDR=x\nNM_CONTROLLED=no\n")
    (folder / "ifcfg-eth0").mkdir()
    result = portchannel("config", "check", "--config", path)
    assert result.returncode == 1
    assert result.stdout.replace(path, "DIR") == CARETS


def test_dialects(folder):
    path = write(folder, bond0=BOND, eth0="MASTER=bond0\nONBOOT=off\nX='a b'\n")
    (folder / "ifcfg-bond0.rej").write_text("")
    result = portchannel("config", "check", "--config", path)
    assert result.returncode == 0
    for line in [f"{path}/ifcfg-bond0:1:14: warning: the dialects differ in what this file describes: "
                 "initscripts reads a bond, nm reads none of these",
                 f"{path}/ifcfg-eth0:1:8: warning: the dialects differ in what this file describes: "
                 "initscripts reads none of these, nm reads a member of a bond",
                 f"warning: the dialects differ in {path}/ifcfg-bond0.rej: initscripts reads it, "
                 "nm takes it for a backup"]:
        assert line in result.stdout.splitlines()
    for command in ["check", "show"]:
        result = portchannel("config", command, "--dialect=nm", "--config", path)
        assert result.returncode == 1
        assert f"{path}/ifcfg-eth0:1:8: error: MASTER 'bond0' is no bond by " in result.stdout + result.stderr
    (folder / "ifcfg-bond0").write_text("TYPE=Bond\n" + BOND)
    shown = json.loads(portchannel("config", "show", "--dialect", "nm", "--json", "--config", path).stdout)
    assert [m["name"] for m in shown["bonds"][0]["members"]] == ["eth0"]
    assert "the dialects differ" not in json.dumps(shown)
    result = portchannel("config", "check", "--dialect=bsd", "--config", path)
    assert result.returncode == 2 and "initscripts or nm, not 'bsd'" in result.stderr


def test_daemon_knows_the_dialects_by_name():
    result = subprocess.run([os.environ["PORTCHANNELD"], "--dialect=bsd"], capture_output=True, text=True,
                            timeout=30, check=False)
    assert result.returncode == 2
    assert "--dialect is 'bsd'; expected initscripts or nm" in result.stderr


def test_unknown_keys_are_shown_and_no_error(folder):
    path = write(folder, bond0=BOND + "IPADR=$'a\\nb'\nTIPE=Bond\n", eth0=MEMBER, eth1="FOO=1\n",
                 bond1="BONDING_OPTS='mode=9'\n")
    result = portchannel("config", "show", "--unknown", "--config", path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{path}/ifcfg-bond0:4:7: IPADR=a b\n{path}/ifcfg-bond0:5:6: TIPE=Bond\n"
    result = portchannel("config", "show", "--unknown", "--json", "--config", path)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == [
        {"file": f"{path}/ifcfg-bond0", "line": 4, "column": 7, "name": "IPADR", "value": "a\nb"},
        {"file": f"{path}/ifcfg-bond0", "line": 5, "column": 6, "name": "TIPE", "value": "Bond"}]
    shown = json.loads(portchannel("config", "show", "--json", "--config", path).stdout)
    assert {f["name"]: f["unknown"] for f in shown["files"]} == {
        "ifcfg-bond0": ["IPADR", "TIPE"], "ifcfg-bond1": [], "ifcfg-eth0": [], "ifcfg-eth1": []}
    assert portchannel("config", "check", "--unknown", "--config", path).returncode == 2


def test_colours_are_for_terminals(folder, terminal):
    path = write(folder, bond0=BOND.replace("mode=4", "mode=9"), eth0=MEMBER)
    shown = terminal(["config", "check", "--config", path], environment(), code=1)
    assert "\x1b[31merror:\x1b[0m" in shown and "\x1b[32m^\x1b[0m" in shown


def test_show_puts_problems_on_standard_error(folder):
    path = write(folder, bond0=BOND, eth0=MEMBER, bond1="BONDING_OPTS='mode=9'\n")
    result = portchannel("config", "show", "--config", path)
    assert result.returncode == 1
    assert "10.0.0.1/24" in result.stdout and "error" not in result.stdout
    assert f"{path}/ifcfg-bond1:1:15: error: " in result.stderr
    as_json = portchannel("config", "show", "--config", path, "--json")
    assert as_json.returncode == 1 and as_json.stderr == ""
    assert json.loads(as_json.stdout)["problems"]


def test_warnings_are_no_failure(folder):
    path = write(folder, bond0=BOND.replace("100'", "100 use_carrier=0'"), eth0=MEMBER)
    result = portchannel("config", "check", "--config", path)
    assert result.returncode == 0
    assert "warning: " in result.stdout and "0 errors" in result.stdout


def test_what_stands_in_files_does_not_play_with_the_terminal(folder):
    path = write(folder, bond0=BOND + "IPADDR1=$'\\e[2J\\x9b'\n", eth0=MEMBER)
    (folder / "ifcfg-x\x1b[2J").write_text("IPADDR=")
    for arguments in [["check"], ["show"], ["check", "--json"], ["show", "--json"]]:
        result = portchannel("config", *arguments, "--config", path)
        assert "\x1b" not in result.stdout + result.stderr
        assert "\x9b" not in result.stdout + result.stderr
        if "--json" in arguments:
            json.loads(result.stdout)


def test_an_empty_folder_is_no_failure(folder):
    result = portchannel("config", "check", "--config", str(folder))
    assert result.returncode == 0
    assert result.stdout.endswith(": 0 bonds, 0 VLAN interfaces: 0 errors, 0 warnings\n")


@pytest.mark.parametrize("name,message", [("none", "there is no folder"), ("file", "Not a directory")])
def test_a_folder_that_is_none(folder, name, message):
    (folder / "file").write_text("")
    result = portchannel("config", "check", "--json", "--config", f"{folder}/{name}")
    assert (result.returncode, result.stdout) == (1, "")
    assert message in result.stderr


def test_check_system():
    if os.geteuid() != 0:
        pytest.skip("needs root")
    result = portchannel("check-system", "--json")
    assert result.stderr == ""
    answer = json.loads(result.stdout)
    statuses = {f["status"] for f in answer["features"]}
    assert answer["features"] and statuses <= {"ok", "substituted", "missing"}
    assert answer["ready"] == ("missing" not in statuses)
    assert result.returncode == (0 if answer["ready"] else 1)
    text = portchannel("check-system")
    assert text.returncode == result.returncode
    for feature in answer["features"]:
        assert feature["name"] in text.stdout
    assert ("This machine can run portchannel." in text.stdout) == answer["ready"]
