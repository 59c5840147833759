# SPDX-License-Identifier: BSD-2-Clause
"""Bad files under running traffic: each is refused with file, line and what was
expected, the other bond goes on unharmed, and so does what ran before."""
import json
import os
import re
from dataclasses import dataclass, field

import pytest
from netlab import Stream, VethLink
from netlab.daemon import ApiError
from netlab.pair import SWITCH
from netlab.wait import wait_for

FAR2 = "10.124.253.1"
XOR = "mode=balance-xor miimon=100"


def bond1(*extra, options=XOR, address="10.124.253.101", prefix="PREFIX=24"):
    return [f"DEVICE=bond1\nONBOOT=yes\nBOOTPROTO=none\nIPADDR={address}\n{prefix}\n",
            f'BONDING_OPTS="{options}"\n', *extra]


def member(name, master="bond1", *extra):
    return "".join([f"DEVICE={name}\nONBOOT=yes\nMASTER={master}\nSLAVE=yes\n", *extra])


def vlan(device, *extra):
    return "".join([f"DEVICE={device}\nONBOOT=yes\nVLAN=yes\nIPADDR=10.124.254.101\nPREFIX=24\n",
                    *extra])


@dataclass
class Case:
    """Files to write (None: something else in .make), and the problem they must make."""
    files: dict
    file: str          # which file the problem names
    line: int          # and which line; 0: the file as a whole
    says: str          # what its message must say
    keeps: bool = True  # bond1 runs on as before
    links: list = field(default_factory=list)  # symbolic links: name and target


CASES = {
    "ninth member": Case({f"x{i}": member(f"x{i}") for i in range(8)}, "x7", 1,
                         r"8|eight"),
    "master that no file defines": Case({"x0": member("x0", "bond7")}, "x0", 3, "bond7"),
    "unknown mode": Case({"bond1": "".join(bond1(options="mode=frob"))}, "bond1", 6, "frob"),
    "unknown mode number": Case({"bond1": "".join(bond1(options="mode=9"))}, "bond1", 6, "9"),
    "mode that is not here yet": Case({"bond1": "".join(bond1(options="mode=balance-alb"))},
                                      "bond1", 6, "balance-alb"),
    "unknown option": Case({"bond1": "".join(bond1(options=XOR + " frobnicate=1"))}, "bond1", 6,
                           "frobnicate"),
    "option of another mode": Case({"bond1": "".join(bond1(options=XOR + " lacp_rate=fast"))},
                                   "bond1", 6, "lacp_rate"),
    "option that is not here yet": Case(
        {"bond1": "".join(bond1(options=XOR + " arp_interval=100"))}, "bond1", 6,
        "arp_interval"),
    "value that is no number": Case({"bond1": "".join(bond1(options="mode=2 miimon=often"))},
                                    "bond1", 6, "miimon"),
    "IPADDR that is none": Case({"bond1": "".join(bond1(address="10.124.253.301"))}, "bond1", 4,
                                "10.124.253.301"),
    "NETMASK that is none": Case({"bond1": "".join(bond1(prefix="NETMASK=255.0.255.0"))},
                                 "bond1", 5, "255.0.255.0"),
    "duplicate DEVICE": Case({"bond1-again": "".join(bond1())}, "bond1-again", 1, "bond1"),
    "unreadable file": Case({}, "loop", 0, "loop|read|open|levels", links=[("loop", "ifcfg-loop")]),
    "open quote": Case({"bond1": "".join(bond1()).rstrip().rstrip('"') + "\n"}, "bond1", None,
                       "quote|closed|\""),
    "command substitution": Case({"bond1": "".join(bond1("MTU=$(cat /etc/mtu)\n"))}, "bond1", 7,
                                 "command|substitution|\\$\\("),
    "VLAN id 0": Case({"bond1.0": vlan("bond1.0")}, "bond1.0", None, r"\b0\b"),
    "VLAN id 4095": Case({"bond1.4095": vlan("bond1.4095")}, "bond1.4095", None, "4095"),
    "VLAN id as text": Case({"bond1.abc": vlan("bond1.abc")}, "bond1.abc", None, "abc"),
    "VLAN on a member": Case({"ens2f0.5": vlan("ens2f0.5")}, "ens2f0.5", None, "is a member of"),
    "member with an address": Case({"ens2f0": member("ens2f0", "bond1",
                                                     "IPADDR=10.0.0.1\nPREFIX=24\n")},
                                   "ens2f0", 5, "address|IPADDR"),
    "two files that claim one member": Case({"zz": member("ens2f0", "bond0")}, "zz", 1,
                                            "ens2f0"),
    "two files of one bond's member": Case({"zz": member("ens2f0", "bond1")}, "zz", 1,
                                           "ens2f0"),
}


class Server:
    """The pair with bond0 under traffic, and bond1 with a link of its own."""

    def __init__(self, pair):
        self.pair = pair
        self.extra = VethLink(pair.server, "ens2f0", pair.switch, "bare0")
        pair.switch.ip(f"address add {FAR2}/24 dev bare0")
        pair.switch.ip("link set bare0 up")
        self.good = {"bond1": "".join(bond1()), "ens2f0": member("ens2f0")}
        self.write(self.good)

    def write(self, files):
        for name, text in files.items():
            self.pair.server_config.write(name, text)

    def restore(self):
        """Back to the good files; waits until nothing is wrong any more."""
        wanted = {"bond0", "bond0.652", *self.pair.server_names, *self.good}
        for name in os.listdir(self.pair.server_config.path):
            if name.removeprefix("ifcfg-") not in wanted:
                os.unlink(os.path.join(self.pair.server_config.path, name))
        self.write(self.good)
        answer = self.pair.server_daemon.reload()
        assert not errors(answer["problems"]), answer

    def bond1_answers(self):
        return self.pair.server.ping(FAR2, timeout_s=1, check=False)


def errors(problems):
    return [problem for problem in problems if problem["severity"] == "error"]


@pytest.fixture(scope="module")
def server(tools):
    from netlab import Pair
    from netlab.fixtures import track, untrack
    pair = track(Pair(links=2, mode="balance-xor", tools=tools))
    pair.make_links().write_config()
    made = Server(pair)
    pair.start().wait_up()
    wait_for(made.bond1_answers, 10, "bond1 answers")
    yield made
    untrack(pair)


def check_problem(case, problems):
    for problem in errors(problems):
        base = os.path.basename(problem["file"] or "")
        if case.file and base != f"ifcfg-{case.file}":
            continue
        if case.line is not None and (problem["line"] or 0) != case.line:
            continue
        if re.search(case.says, problem["message"]):
            return problem
    raise AssertionError(f"no problem in ifcfg-{case.file}:{case.line} says /{case.says}/: "
                         f"{json.dumps(problems, indent=1)}")


@pytest.mark.parametrize("name", CASES)
def test_bad_file_under_traffic(server, name):
    case, pair = CASES[name], server.pair
    stream = Stream(pair, SWITCH, flows=100, rate=10000, watch=False)
    before = pair.server.link("bond0")["ifindex"], pair.server.link("bond1")["ifindex"]
    try:
        stream.more(200)
        server.write(case.files)
        for link, target in case.links:
            os.symlink(target, pair.server_config.file(link))
        check_problem(case, pair.server_daemon.reload()["problems"])
        check_problem(case, pair.server_daemon.status()["problems"])
        # `config check` needs no daemon and says the same, as FILE:LINE: what is wrong.
        checked = pair.server.run([pair.tools.portchannel, "config", "check", "--config",
                                   pair.server_config.path], check=False)
        assert checked.returncode == 1
        text = checked.stdout + checked.stderr
        where = f"ifcfg-{case.file}" + (f":{case.line}:" if case.line else "")
        assert re.search(case.says, text) and where in text, text
        stream.more(200)
        # What ran before still runs.
        assert (pair.server.link("bond0")["ifindex"],
                pair.server.link("bond1")["ifindex"]) == before
        assert pair.server_daemon.active("bond0") == set(pair.server_names)
        assert server.bond1_answers()
    finally:
        received, _ = stream.finish()
        server.restore()
    assert received["lost"] == 0
    assert server.bond1_answers()


def test_absent_nic_is_no_error(server):
    pair = server.pair
    try:
        server.write({"ens2f1": member("ens2f1")})
        answer = pair.server_daemon.reload()
        assert not errors(answer["problems"])
        wait_for(lambda: "ens2f1" in pair.server_daemon.members("bond1"), 5, "status shows it")
        assert pair.server_daemon.members("bond1")["ens2f1"]["state"] == "absent"
        assert server.bond1_answers()
    finally:
        server.restore()


def test_member_that_belongs_to_something_else(server):
    """A port of a bridge is not torn out of it: refused, said so, and the rest goes on."""
    pair = server.pair
    pair.server.ip("link add br8 type bridge")
    pair.server.ip("link add ens2f1 type veth peer name elsewhere")
    pair.server.ip("link set ens2f1 master br8")
    try:
        server.write({"ens2f1": member("ens2f1")})
        pair.server_daemon.reload()
        wait_for(lambda: "ens2f1" in pair.server_daemon.members("bond1"), 5, "status shows it")
        refused = pair.server_daemon.members("bond1")["ens2f1"]
        assert refused["reason"] == "refused" and "bridge" in refused["reason_text"]
        assert pair.server_daemon.members("bond1")["ens2f1"]["state"] != "active"
        assert pair.server.link("ens2f1")["master"] == "br8"
        assert server.bond1_answers()
    finally:
        pair.server.ip("link del ens2f1")
        pair.server.ip("link del br8")
        server.restore()


@pytest.mark.parametrize("name", ["unknown mode", "ninth member", "duplicate DEVICE",
                                  "IPADDR that is none", "two files that claim one member"])
def test_start_with_a_bad_file(make_pair, name):
    """A daemon that starts with a bad file brings the other bonds up."""
    case = CASES[name]
    pair = make_pair(links=2, mode="balance-xor").make_links().write_config()
    made = Server(pair)
    made.write(case.files)
    pair.start()
    pair.wait_up()
    check_problem(case, pair.server_daemon.status()["problems"])
    if name == "unknown mode":
        with pytest.raises(ApiError):
            pair.server_daemon.bond("bond1")
        made.write(made.good)
        pair.server_daemon.reload()
        wait_for(made.bond1_answers, 10, "bond1 comes up once its file is right")


def test_garbage_in_files(server):
    """Random bytes crash nothing and harm nobody."""
    pair = server.pair
    try:
        for name, content in (("garbage", os.urandom(4096)), ("empty", b""),
                              ("nul", b"DEVICE=bond1\0\nBONDING_OPTS=mode=4\n"),
                              ("long", b"DEVICE=" + b"x" * 100000 + b"\n")):
            with open(pair.server_config.file(name), "wb") as handle:
                handle.write(content)
        pair.server_daemon.reload()
        assert pair.server_daemon.running()
        assert pair.server_daemon.active("bond0") == set(pair.server_names)
        assert pair.server.ping(SWITCH) and server.bond1_answers()
    finally:
        server.restore()
