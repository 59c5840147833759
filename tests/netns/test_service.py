# SPDX-License-Identifier: BSD-2-Clause
"""The daemon as its systemd unit runs it (capabilities, notifications, watchdog),
and the command line against a daemon that is one."""
import contextlib
import copy
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import threading

import pytest
from netlab.pair import SERVER, SWITCH
from netlab.wait import wait_for

WATCHDOG_US = 400000


def unit_setting(tools, name):
    with open(os.path.join(tools.build, "packaging", "portchannel.service"), encoding="utf-8") as unit:
        return re.search(rf"^{name}=(.*)$", unit.read(), re.M).group(1)


class Notices:
    """What the daemon tells systemd; read at once, as systemd does."""

    def __init__(self, path):
        self.path, self.list = path, []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while data := self.socket.recv(65536):
            self.list += data.decode().splitlines()

    def wait(self, line, count=1):
        wait_for(lambda: self.list.count(line) >= count, 20, lambda: f"{line} in {self.list}")

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self.path)
        self.thread.join(10)
        self.socket.close()


@pytest.fixture
def service(make_pair, tools, tmp_path):
    """A pair whose server runs with what the unit allows, and its notices."""
    if not shutil.which("setpriv"):
        pytest.skip("there is no setpriv")
    capabilities = unit_setting(tools, "CapabilityBoundingSet").split()
    kept = ",".join("+" + name.removeprefix("CAP_").lower() for name in capabilities)
    notices = Notices(str(tmp_path / "notify"))
    wrapper = tmp_path / "portchanneld"
    wrapper.write_text("#!/bin/sh\n"
                       f"export NOTIFY_SOCKET={notices.path} WATCHDOG_USEC={WATCHDOG_US}\n"
                       "umask 0077\n"
                       f"exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,{kept} "
                       f"{tools.portchanneld} \"$@\"\n")
    wrapper.chmod(0o755)
    pair = make_pair()
    pair.server_daemon.tools = copy.copy(tools)
    pair.server_daemon.tools.portchanneld = str(wrapper)
    yield pair.up(), notices
    notices.close()


def test_unit_allows_what_is_needed(service):
    pair, notices = service
    notices.wait("READY=1")
    notices.wait("WATCHDOG=1", 3)
    with open(f"/proc/{pair.server_daemon.process.pid}/status", encoding="utf-8") as status:
        assert bin(int(re.search(r"CapEff:\s+(\w+)", status.read()).group(1), 16)).count("1") == 5
    # A new daemon takes over, which is what CAP_SYS_ADMIN is for.
    before = {name: link["ifindex"] for name, link in pair.server.links().items()}
    pair.server_daemon.kill()
    notices.list.clear()
    pair.server_daemon.start()
    notices.wait("READY=1")
    assert "taken over" in pair.server_daemon.log()
    pair.wait_up()
    assert {name: link["ifindex"] for name, link in pair.server.links().items()} == before
    # systemctl reload, then stop.
    notices.list.clear()
    pair.server_config.vlan("bond0.700")
    pair.server_daemon.hang_up()
    notices.wait("READY=1")
    assert "RELOADING=1" in notices.list
    wait_for(lambda: "bond0.700" in pair.server.links(), 10, "the new VLAN interface is there")
    assert pair.server_daemon.stop() == 0
    notices.wait("STOPPING=1")
    assert pair.server.ping(SWITCH)


def test_manager_that_is_stuck(make_pair, tmp_path, monkeypatch):
    """Its queue is full and it reads nothing: the daemon doesn't wait for it, and
    tells it later."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        manager.bind(path)
        other.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                other.sendto(b"X=1", path)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        monkeypatch.setenv("WATCHDOG_USEC", str(WATCHDOG_US))
        pair = make_pair()
        pair.up()
        pair.server_daemon.hang_up()
        wait_for(lambda: "event=reloaded" in pair.server_daemon.log(), 10, "the files are read again")
        manager.settimeout(10)
        while not manager.recv(4096).startswith(b"READY=1\nSTATUS="):
            pass


def test_journal_that_is_stuck(make_pair, monkeypatch):
    """What it can't take is dropped, and said when it takes more."""
    pair = make_pair()
    pair.make_links().write_config()
    journal, end = socket.socketpair()
    with journal, end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        about = os.fstat(end.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{about.st_dev}:{about.st_ino}")
        daemon = pair.server_daemon
        daemon.process = daemon.namespace.start(
            [daemon.tools.portchanneld, "--foreground", "--config", daemon.config, "--socket",
             daemon.socket, "--state", daemon.state, "--store", daemon.store, "--log-level", "debug"], stderr=end)
        wait_for(daemon.answers, 10, "the daemon answers")
        for _ in range(100):
            daemon.reload()
        journal.setblocking(False)
        lines = b""
        with contextlib.suppress(BlockingIOError):
            while True:
                lines += journal.recv(65536)
        assert b"dropped" not in lines
        daemon.reload()
        journal.settimeout(10)
        while b"lines were dropped" not in lines:
            lines += journal.recv(65536)
        assert all(line.startswith(b"<") for line in lines.splitlines())


def test_descriptors_are_raised(make_pair):
    low, high = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(low, 1024), high))
    pair = make_pair()
    pair.make_links().write_config().start()
    resource.setrlimit(resource.RLIMIT_NOFILE, (low, high))
    pid = pair.server_daemon.process.pid
    assert resource.prlimit(pid, resource.RLIMIT_NOFILE)[0] >= min(65536, high)


@pytest.fixture
def command(any_pair, tools):
    """A function that runs portchannel against the server's daemon."""
    def run(*words, code=0):
        result = subprocess.run([tools.portchannel, "--socket", any_pair.server_daemon.socket, *words],
                                capture_output=True, text=True, timeout=60, check=False)
        assert result.returncode == code, result.stderr
        return result.stdout
    run.pair = any_pair
    return run


def test_status_of_a_cut_link(command):
    pair = command.pair
    total = pair.count
    screen = command("status")
    assert re.search(rf"^bond0  UP  {total} of {total} links .* 802\.3ad .* {SERVER}/24$", screen, re.M)
    assert "!" not in screen
    pair.links[1].cut()
    pair.server_daemon.wait_active({"ens1f0", "ens1f2"})
    screen = command("status")
    assert f"bond0  UP  {total - 1} of {total} links" in screen
    assert re.search(r"^! ens1f1 +down +DOWN .*\n +why: no carrier", screen, re.M)
    for line in screen.splitlines():
        assert len(line) <= 80
    pair.links[1].restore()
    pair.wait_up()


def test_json_is_that_of_the_api(command):
    status = json.loads(command("status", "--json"))
    assert [bond["name"] for bond in status["bonds"]] == ["bond0"]
    assert json.loads(command("status", "bond0", "--json"))["bonds"][0]["name"] == "bond0"
    assert command("status", "bond7", code=1) == ""
    explained = json.loads(command("explain", "bond0", SERVER, SWITCH, "udp", "1000", "2000", "--json"))
    assert explained["member"] in {m["name"] for m in status["bonds"][0]["members"]}


def test_monitor_sees_what_happens(command, tools):
    pair = command.pair
    monitor = subprocess.Popen([tools.portchannel, "monitor", "--json", "--socket",
                                pair.server_daemon.socket], stdout=subprocess.PIPE, text=True)
    try:
        # It listens once the first event has come; set off events until then.
        os.set_blocking(monitor.stdout.fileno(), False)
        events = []

        def read():
            events.extend(json.loads(line) for line in iter(monitor.stdout.readline, ""))
            return events

        def reload_heard():
            command("reload")
            return any(event["event"] == "reloaded" for event in read())
        wait_for(reload_heard, 20, lambda: f"a reload is seen: {events}")
        pair.links[0].cut()
        wait_for(lambda: any(e["event"] == "link" and e["member"] == "ens1f0" for e in read()), 10,
                 lambda: f"the cut is seen: {events}")
        pair.links[0].restore()
        pair.wait_up()
    finally:
        monitor.send_signal(signal.SIGINT)
        assert monitor.wait(10) == 0


def test_reload_and_down(make_pair, tools):
    pair = make_pair().up()
    macs = {m["name"]: m["permanent_mac"] for m in pair.server_daemon.members().values()}

    def run(*words):
        result = subprocess.run([tools.portchannel, "--socket", pair.server_daemon.socket, *words],
                                capture_output=True, text=True, timeout=60, check=False)
        return result.returncode, result.stdout, result.stderr
    assert run("reload") == (0, "nothing has changed\n", "")
    pair.server_config.vlan("bond0.700")
    code, out, err = run("reload")
    assert (code, err) == (0, "") and "bond0.700" in out
    pair.server_config.bond("bond9", "mode=9")
    code, out, err = run("reload")
    assert code == 1 and "ifcfg-bond9:" in err and "error: " in err
    assert pair.server.ping(SWITCH)
    assert run("down") == (0, "bond0 is down, its links are released\n'portchannel reload' "
                           "brings up again what the files say\n", "")
    assert set(pair.server.links()) == {"lo", *pair.server_names}
    assert {name: pair.server.link(name)["address"] for name in pair.server_names} == macs
    code, out, _ = run("status")
    assert code == 0 and "taken down: bond0" in out
    assert run("down")[1] == "no bond was running\n"
    pair.server_daemon.stop()
    assert run("status")[0] == 8
