# SPDX-License-Identifier: BSD-2-Clause
"""reload, down and monitor: what they ask of the daemon and what they print."""

import json
import os
import signal
import subprocess
import threading

import pytest
from conftest import environment, portchannel
from samples import problem

CHANGES = ["bond0: added VLAN interface bond0.653", "bond0: MTU 1500 -> 9000"]


def test_reload(daemon):
    daemon.answer("/v1/reload", {"changes": CHANGES, "problems": [
        problem("ifcfg-bond0", 3, "a \x1b warning", severity="warning")]}, method="POST")
    result = portchannel("--socket", daemon.socket, "reload")
    assert result.returncode == 0
    assert result.stdout == "\n".join(CHANGES) + "\n"
    assert result.stderr == "/etc/sysconfig/network-scripts/ifcfg-bond0:3: warning: a \\x1b warning\n"
    assert daemon.requests == [("POST", "/v1/reload", {}, b"{}")]


@pytest.mark.parametrize("json_too", [False, True])
def test_reload_with_an_error_fails(daemon, json_too):
    answer = {"changes": [], "problems": [problem("ifcfg-bond1", 3, "bad", "bond1")]}
    daemon.answer("/v1/reload", answer, method="POST")
    result = portchannel("--socket", daemon.socket, "reload", *(["--json"] if json_too else []))
    assert result.returncode == 1
    if json_too:
        assert json.loads(result.stdout) == answer and result.stderr == ""
    else:
        assert result.stdout == "nothing has changed\n"
        assert "ifcfg-bond1:3: error: bad" in result.stderr


@pytest.mark.parametrize("arguments,body", [([], {}), (["bond0"], {"bond": "bond0"}),
                                            (["--yes"], {}), (["--yes", "a\"b"], {"bond": "a\"b"})])
def test_down(daemon, arguments, body):
    daemon.answer("/v1/down", {"removed": ["bond0", "\x1b"]}, method="POST")
    result = portchannel("--socket", daemon.socket, "down", *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "bond0 is down, its links are released\n\\x1b is down, its links are released\n"
        "'portchannel reload' brings up again what the files say\n")
    assert [(m, p, json.loads(b)) for m, p, _, b in daemon.requests] == [("POST", "/v1/down", body)]


@pytest.mark.parametrize("typed,sent", [("y\n", True), ("n\n", False), ("\n", False), ("\x04", False)])
def test_down_asks_a_person(daemon, terminal, typed, sent):
    daemon.answer("/v1/down", {}, method="POST")
    shown = terminal(["--socket", daemon.socket, "down", "bond0"], environment(), typed, 0 if sent else 1)
    assert "Take bond0 down and release the links?" in shown
    assert bool(daemon.requests) == sent


def test_down_with_yes_asks_nobody(daemon, terminal):
    daemon.answer("/v1/down", {"removed": []}, method="POST")
    assert terminal(["--socket", daemon.socket, "down", "--yes"], environment()) == "no bond was running\n"
    assert daemon.requests


EVENTS = [
    {"time": 1790000000.123, "bond": "bond0", "member": "ens1f0", "event": "mux", "from": "ATTACHED",
     "to": "COLLECTING_DISTRIBUTING", "text": "mux ATTACHED -> COLLECTING_DISTRIBUTING (in sync)"},
    {"time": 1790000001, "bond": "bond0", "member": "bond0.653", "event": "vlan_added", "from": None,
     "to": None, "text": "VLAN 653"},
    {"time": 1790000001, "bond": "bond0", "member": None, "event": "aggregator", "from": None,
     "to": None, "text": "aggregator partner system x"},
    {"time": 1790000001, "bond": "bond0", "member": None, "event": "carrier", "from": "down",
     "to": "up", "text": ""},
    {"time": 1790000002.5, "bond": None, "member": None, "event": "problem", "from": None, "to": None,
     "text": "\x1b[2J"},
]


class Stream:
    """Sends the events in pieces, with comments between, then holds on until released."""

    def __init__(self, held):
        self.released = threading.Event()
        if not held:
            self.released.set()

    def __call__(self, handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        data = b": hello\n\n"
        for event in EVENTS:
            data += b"event: x\nid: 1\ndata: " + json.dumps(event).encode() + b"\r\n\r\n: alive\n\n"
        for i in range(0, len(data), 7):
            handler.wfile.write(data[i:i + 7])
            handler.wfile.flush()
        self.released.wait(60)
        handler.close_connection = True


def test_monitor_ends_with_the_daemon(daemon):
    daemon.answer("/v1/events", Stream(False))
    result = portchannel("--socket", daemon.socket, "monitor")
    assert result.returncode == 8
    assert result.stdout == (
        "14:13:20.123 bond0 ens1f0 mux ATTACHED -> COLLECTING_DISTRIBUTING (in sync)\n"
        "14:13:21.000 bond0 bond0.653 vlan added: VLAN 653\n"
        "14:13:21.000 bond0 aggregator partner system x\n"
        "14:13:21.000 bond0 carrier down -> up\n"
        "14:13:22.500 problem: \\x1b[2J\n")
    assert result.stderr == "portchannel: portchanneld has ended\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_monitor_prints_at_once_and_ends_when_interrupted(daemon, number):
    stream = Stream(True)
    daemon.answer("/v1/events", stream)
    process = subprocess.Popen([os.environ["PORTCHANNEL"], "monitor", "--json", "--socket", daemon.socket],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env=environment())
    # Each line arrives though the stream goes on.
    lines = [process.stdout.readline() for _ in EVENTS]
    assert [json.loads(line) for line in lines] == EVENTS
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    stream.released.set()
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.parametrize("data,code,message", [
    (b"data: no JSON\n\n", 1, "does not answer as portchanneld does"),
    (b"data: {\"event\": \"half", 8, "portchanneld has ended"),
    (b"data: \"" + b"x" * 1100000 + b"\"\n\n", 1, "does not answer as portchanneld does"),
])
def test_monitor_of_a_bad_stream(daemon, data, code, message):
    def stream(handler):
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        try:
            handler.wfile.write(data)
        except BrokenPipeError:
            pass
        handler.close_connection = True
    daemon.answer("/v1/events", stream)
    result = portchannel("--socket", daemon.socket, "monitor", "--json")
    assert (result.returncode, result.stdout) == (code, "")
    assert message in result.stderr


def test_monitor_refused(daemon):
    daemon.answer("/v1/events", {"error": {"code": "busy", "message": "too many listeners"}}, 503)
    result = portchannel("--socket", daemon.socket, "monitor")
    assert (result.returncode, result.stderr) == (1, "portchannel: too many listeners\n")


def test_monitor_goes_on_after_events_were_lost(daemon):
    def stream(handler):
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        if len(daemon.requests) == 1:
            handler.wfile.write(b"event: lost\ndata: {\"lost\": 5}\n\n")
        else:
            handler.wfile.write(b"data: " + json.dumps(EVENTS[1]).encode() + b"\n\n")
        handler.close_connection = True
    daemon.answer("/v1/events", stream)
    result = portchannel("--socket", daemon.socket, "monitor")
    assert result.returncode == 8
    assert result.stdout == "14:13:21.000 bond0 bond0.653 vlan added: VLAN 653\n"
    assert "5 events were lost" in result.stderr
    daemon.requests.clear()
    result = portchannel("--socket", daemon.socket, "monitor", "--json")
    assert [json.loads(line) for line in result.stdout.splitlines()] == [{"lost": 5}, EVENTS[1]]


TICKET = "0f" * 32


@pytest.mark.parametrize("opens", [True, False, None])
def test_console(daemon, tmp_path, opens):
    """The link, opened where there is a browser; without one it is for the reader to open."""
    daemon.answer("/v1/tickets", {"ticket": TICKET}, method="POST")
    if opens is not None:
        program = tmp_path / "xdg-open"
        program.write_text(f"#!/bin/sh\necho \"$1\" > {tmp_path}/opened\nexit {0 if opens else 3}\n")
        program.chmod(0o755)
    result = portchannel("--socket", daemon.socket, "console", "--open", "--port=8651",
                         env=environment(PATH=str(tmp_path)))
    link = f"http://127.0.0.1:8651/#ticket={TICKET}\n"
    assert (result.returncode, result.stdout) == (0 if opens else 1, link)
    assert ("open the link yourself" in result.stderr) != bool(opens)
    if opens is not None:
        assert (tmp_path / "opened").read_text() == link


@pytest.mark.parametrize("port", ["0", "65536", "+1", ""])
def test_console_of_a_bad_port(daemon, port):
    result = portchannel("--socket", daemon.socket, "console", "--port", port)
    assert result.returncode == 2 and "from 1 to 65535" in result.stderr and not daemon.requests
