# SPDX-License-Identifier: BSD-2-Clause
"""DHCP by each of the clients that a system may have."""
import json
import os
import shutil
import signal
import subprocess
import time

import pytest
from addressing_util import Addressing, AddressingError
from dhcp_util import Server, Shelter, SystemdShelter, alive
from netlab import Namespace, wait_for

V4 = ["--dhcp-range=10.5.0.100,10.5.0.150,255.255.255.0,120s", "--dhcp-option=3,10.5.0.1",
      "--dhcp-option=6,10.5.0.53"]
V6 = ["--enable-ra", "--dhcp-range=fd05::100,fd05::150,64,120s"]
PROGRAMS = ["dhclient", "dhcpcd", "udhcpc"]


class Link:
    """a0 of the client, b0 of the server."""

    def __init__(self, folder, shelter=Shelter):
        self.folder = str(folder)
        self.client, self.network = Namespace("client"), Namespace("network")
        self.client.ip(f"link add a0 type veth peer name b0 netns {self.network.name}")
        self.client.ip("link set a0 up")
        self.network.ip("link set b0 up")
        self.network.ip("address add 10.5.0.1/24 dev b0")
        self.network.ip("address add fd05::1/64 dev b0 nodad")
        self.shelter = shelter(self.client, self.folder)
        self.tool = self.new_tool()

    def new_tool(self):
        return Addressing(self.client, self.folder, self.shelter.prefix)

    def restart_tool(self):
        self.tool.close()
        self.tool = self.new_tool()

    def serve(self, *options):
        return Server(self.network, "b0", self.folder, options)

    def state(self):
        return self.tool("dhcp list")["clients"]

    def pid(self):
        return self.state()[0]["pid"]

    def addresses(self, prefix):
        return [each for each in self.client.addresses("a0") if each.startswith(prefix)]

    def wait(self, what, timeout_s=30):
        wait_for(lambda: self.tool("run 50") is not None and what(), timeout_s,
                 lambda: f"{self.state()}, {self.client.addresses('a0')}")

    def close(self):
        self.tool.close()
        self.client.close()
        self.network.close()


@pytest.fixture
def link(tmp_path):
    made = Link(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=PROGRAMS)
def program(request):
    if not any(shutil.which(each, path="/sbin:/usr/sbin:/bin:/usr/bin") for each in
               [request.param] + ["busybox"] * (request.param == "udhcpc")):
        pytest.skip(f"no {request.param} here")
    return request.param


def test_a_lease_comes_outlives_us_and_is_given_back(link, program):
    server = link.serve(*V4)
    link.tool(f"dhcp start a0 4 {program}")
    link.wait(lambda: link.addresses("10.5.0."))
    assert link.addresses("10.5.0.")[0].endswith("/24")
    wait_for(lambda: "default via 10.5.0.1 dev a0" in link.client.ip("route"), 10,
             lambda: link.client.ip("route"))
    assert [each[3] for each in server.leases()] == ["tester"]
    assert link.state() == [{"interface": "a0", "family": "inet", "client": program,
                             "pid": link.pid(), "state": "running", "error": None}]
    assert link.shelter.resolv_conf() == "nameserver 192.0.2.53\n", "PEERDNS=no"
    pid = link.pid()
    # Another one of us.
    link.restart_tool()
    assert alive(pid) and link.pid() == pid
    link.tool(f"dhcp start a0 4 {program}")
    assert link.pid() == pid, "the same settings: left alone"
    link.tool("dhcp stop a0 4")
    assert not alive(pid) and not link.state() and not link.addresses("10.5.0.")
    wait_for(lambda: not server.leases(), 10, lambda: f"given back: {server.log()}")
    assert not [name for name in os.listdir(link.folder) if name.startswith("dhcp-")]


def test_one_that_dies_is_started_again(link, program):
    link.serve(*V4)
    link.tool(f"dhcp start a0 4 {program}")
    link.wait(lambda: link.addresses("10.5.0."))
    first = link.pid()
    os.kill(first, signal.SIGKILL)
    link.wait(lambda: link.state()[0]["state"] == "waiting", 10)
    assert link.state()[0]["pid"] is None and "ended" in link.state()[0]["error"]
    link.wait(lambda: link.state()[0]["state"] == "running", 20)
    assert link.pid() != first
    link.tool("dhcp stop a0 4")
    assert not link.addresses("10.5.0.")


def test_one_that_died_while_nobody_looked_is_forgotten(link, program):
    link.tool(f"dhcp start a0 4 {program}")
    pid = link.pid()
    link.tool.close()
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not alive(pid), 5, lambda: f"{pid} has ended")
    link.tool = link.new_tool()
    assert link.state() == []


def test_ipv6(link, program):
    if program == "udhcpc":
        with pytest.raises(AddressingError, match="ENOENT no DHCP client for IPv6"):
            link.tool(f"dhcp start a0 6 {program}")
        return
    link.serve(*V6)
    link.client.sysctl("net/ipv6/conf/a0/accept_ra", 0)
    wait_for(lambda: [each for each in link.client.addresses("a0") if each.startswith("fe80")],
             10, lambda: "a link-local address")
    link.tool(f"dhcp start a0 6 {program}")
    link.wait(lambda: link.addresses("fd05::1"), 40)
    link.tool("dhcp stop a0 6")
    assert not link.addresses("fd05::1") and not link.state()


def test_no_client(link):
    with pytest.raises(AddressingError, match="--dhcp-client asks for pump"):
        link.tool("dhcp start a0 4 pump")
    assert link.state() == []
    link.tool("dhcp stop a0 4")


@pytest.fixture
def systemd_link(tmp_path):
    made = Link(tmp_path, SystemdShelter)
    yield made
    made.close()


def test_as_a_unit_of_systemd(systemd_link, program):
    """The same where systemd runs the system: the client is a unit, not a child."""
    link = systemd_link
    server = link.serve(*V4)
    link.tool(f"dhcp start a0 4 {program}")
    link.wait(lambda: link.addresses("10.5.0."))
    with open(os.path.join(link.folder, "dhcp-a0-inet.json"), encoding="utf-8") as handle:
        assert json.load(handle)["unit"] is True
    pid = link.pid()
    link.restart_tool()
    link.tool(f"dhcp start a0 4 {program}")
    assert link.pid() == pid
    if program == "udhcpc":  # the quickest
        die_and_return(link, server)
    link.tool("dhcp stop a0 4")
    assert not link.state() and not link.addresses("10.5.0.")
    wait_for(lambda: not server.leases(), 10, lambda: f"given back: {server.log()}")


def die_and_return(link, server):
    """What dies is started again, as a unit again."""
    pid = link.pid()
    subprocess.run(["nsenter", f"--target={link.shelter.first}", "--mount", "--pid", "kill",
                    "-9", str(pid)], check=True)
    link.wait(lambda: link.state()[0]["state"] == "waiting", 10)
    link.wait(lambda: link.state()[0]["state"] == "running", 20)
    assert link.pid() != pid
    link.wait(lambda: server.log().count("DHCPACK") == 2)
    link.wait(lambda: link.addresses("10.5.0."))


def test_a_bus_that_does_not_answer(systemd_link):
    link = systemd_link
    for name in ("systemd_stub", "dbus-daemon"):
        for pid in link.shelter.processes(name):
            subprocess.run(["nsenter", f"--target={link.shelter.first}", "--mount", "--pid",
                            "kill", "-STOP", str(pid)], check=True)
    begun = time.monotonic()
    with pytest.raises(AddressingError, match="ETIMEDOUT the system's bus can't be reached"):
        link.tool("dhcp start a0 4")
    # A partner of LACP waits for three seconds.
    assert time.monotonic() - begun < 3
    assert link.state() == []
