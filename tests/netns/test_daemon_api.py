# SPDX-License-Identifier: BSD-2-Clause
"""The API: its answers, its errors, and clients that behave badly."""
import json
import os
import socket
import stat

import pytest

from daemon_util import LACP, XOR, Server, raw_request, status_of
from netlab import ApiError, Namespace, wait_for


@pytest.fixture(scope="module")
def server(tools):
    one = Server(tools)
    one.bond(address="10.0.0.1/24")
    one.config.vlan("bond0.5", "10.0.5.1/24")
    one.start()
    one.wait_members(eth0="active", eth1="active")
    yield one
    one.close()


def request(server, line, headers="", body=""):
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return status_of(raw_request(
        server.daemon.socket,
        f"{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}{length}\r\n{body}".encode()))


def test_socket_is_for_all_to_connect(server):
    """test_rights.py says what they may do then."""
    mode = os.stat(server.daemon.socket).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o666


def test_status(server):
    status = server.daemon.status()
    daemon = status["daemon"]
    assert daemon["pid"] == server.daemon.process.pid
    assert daemon["config"] == server.config.path
    assert daemon["engine"] == "ebpf" and isinstance(daemon["carrier_read"], bool)
    assert isinstance(daemon["loop_latency_max_us"], int)
    bond = status["bonds"][0]
    assert [one["name"] for one in server.daemon.get("/v1/status?bond=bond0")["bonds"]] == ["bond0"]
    assert bond["addresses"] == [{"family": "inet", "address": "10.0.0.1", "prefix": 24,
                                  "in_use": False}]
    assert (bond["mode"], bond["engine"], bond["lacp"]) == ("balance-xor", "ebpf", None)
    assert bond["vlans"][0]["hub"] == "bond0.5-hub"
    assert [m["buckets"] for m in bond["members"]] == [420, 420]
    assert status["problems"] == []


def test_every_field_of_the_document_is_there(server):
    """doc/api.md's examples name the fields; the answers have all of them."""
    path = os.path.join(os.path.dirname(__file__), "..", "..", "doc", "api.md")
    text = open(path, encoding="utf-8").read()
    blocks = [json.loads(block.split("```")[0]) for block in text.split("```json\n")[1:]]
    bond = server.daemon.bond()
    assert set(blocks[0]) == set(bond)
    assert set(blocks[0]["vlans"][0]) == set(bond["vlans"][0])
    assert set(blocks[1]) == set(bond["members"][0])


@pytest.mark.parametrize("line, status, code, words", [
    ("GET /", 404, "no_such_path", "'/'"),
    ("GET /v1/nothing", 404, "no_such_path", "/v1/nothing"),
    ("GET /v1/bonds/", 404, "no_such_path", "/v1/bonds/"),
    ("GET /v1/bonds/bond7", 404, "no_such_bond", "there is no bond 'bond7'; there are: bond0"),
    ("GET /v1/status?bond=bond7", 404, "no_such_bond", "bond7"),
    ("GET /v1/bonds/%ff%fe", 404, "no_such_bond", "there are: bond0"),
    ("GET /v1/explain", 400, "missing_parameter", "bond is needed"),
    ("GET /v1/explain?bond=bond7", 404, "no_such_bond", "bond7"),
    ("GET /v1/explain?bond=bond0", 400, "bad_parameter", "src is needed"),
    ("GET /v1/explain?bond=bond0&src=10.0.0.1", 400, "bad_parameter", "dst is needed"),
    ("GET /v1/explain?bond=bond0&src=10.0.0.x&dst=10.0.0.2", 400, "bad_parameter", "10.0.0.x"),
    ("GET /v1/explain?bond=bond0&src=10.0.0.1&dst=fe80::1", 400, "bad_parameter", "src's kind"),
    ("GET /v1/explain?bond=bond0&src=10.0.0.1&dst=10.0.0.2&proto=tcp", 400, "bad_parameter",
     "sport is needed"),
    ("GET /v1/explain?bond=bond0&src=10.0.0.1&dst=10.0.0.2&proto=xyz", 400, "bad_parameter",
     "xyz"),
    ("GET /v1/explain?bond=bond0&src=10.0.0.1&dst=10.0.0.2&proto=tcp&sport=1&dport=70000", 400,
     "bad_parameter", "70000"),
    ("GET /v1/explain?bond=bond0&src=10.0.0.1&dst=10.0.0.2&dst_mac=zz", 400, "bad_parameter",
     "zz"),
])
def test_errors(server, line, status, code, words):
    got, headers, answer = request(server, line)
    assert (got, answer["error"]["code"]) == (status, code)
    assert words in answer["error"]["message"]
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("line, allow", [
    ("POST /v1/status", "GET"), ("GET /v1/reload", "POST"), ("POST /v1/bonds/bond0", "GET, PUT, PATCH, DELETE"),
    ("PUT /v1/down", "POST"), ("PATCH /v1/events", "GET")])
def test_wrong_method(server, line, allow):
    got, headers, answer = request(server, line)
    assert (got, headers["Allow"], answer["error"]["code"]) == (405, allow, "wrong_method")


@pytest.mark.parametrize("line, file", [
    ("POST /v1/bonds", "ifcfg-NAME"), ("PUT /v1/bonds/bond0", "ifcfg-bond0"),
    ("PATCH /v1/bonds/bond0", "ifcfg-bond0"), ("DELETE /v1/bonds/bond0", "ifcfg-bond0"),
    ("PATCH /v1/bonds/bond7", "ifcfg-bond7"), ("DELETE /v1/bonds/%ff", "ifcfg-?")])
def test_bonds_are_configured_in_files_only(server, line, file):
    got, _, answer = request(server, line, body="{}")
    assert (got, answer["error"]["code"]) == (409, "files_only")
    assert f"{server.config.path}/{file}" in answer["error"]["message"]
    assert server.bonds() == ["bond0"]


@pytest.mark.parametrize("body", ["{", "[]", "3", '{"bond": 3}', "\0{}", '{"bond": null}'])
def test_bad_bodies_take_nothing_down(server, body):
    got, _, answer = request(server, "POST /v1/down", body=body)
    assert (got, answer["error"]["code"]) == (400, "bad_body")
    assert server.bonds() == ["bond0"]


def test_body_too_large(server):
    got, _, answer = request(server, "POST /v1/down", body=" " * 70000)
    assert (got, answer["error"]["code"]) == (413, "body_too_large")


def test_down_of_no_such_bond(server):
    with pytest.raises(ApiError) as error:
        server.daemon.down("bond9")
    assert (error.value.status, error.value.code) == (404, "no_such_bond")


def test_config(server):
    config = server.daemon.get("/v1/config")
    assert [bond["name"] for bond in config["bonds"]] == ["bond0"]
    assert {file["name"] for file in config["files"]} >= {"ifcfg-bond0", "ifcfg-eth0"}


def test_explain(server):
    answer = server.daemon.explain("bond0", "10.0.0.1", "10.0.0.2", "tcp", 1000, 80)
    # X = the ports' bytes 03e8 0050 as a little-endian word, A = 0x03000000.
    word = int.from_bytes(bytes([0x03, 0xe8, 0x00, 0x50]), "little") ^ 0x03000000
    word ^= word >> 16
    word = (word ^ word >> 8) >> 1
    assert (answer["hash"], answer["bucket"]) == (word, word % 840)
    assert answer["member"] == answer["kernel_member"] == f"eth{word % 2}"
    assert answer["backup"] == f"eth{1 - word % 2}"
    assert answer["frame"].endswith("IPv4 10.0.0.1 > 10.0.0.2, TCP 1000 > 80")


@pytest.mark.parametrize("query", [
    "src=2001:db8::1&dst=2001:db8::2&proto=udp&sport=1&dport=2",
    "src=10.0.0.1&dst=10.0.0.2&proto=icmp&sport=77",
    "src=2001:db8::1&dst=2001:db8::2&proto=icmp&sport=77",
    "src=10.0.0.1&dst=10.0.0.2&proto=47", "src=10.0.0.1&dst=10.0.0.2",
    "src=10.0.0.1&dst=10.0.0.2&proto=6&sport=0&dport=65535&vlan=5&src_mac=02:00:00:00:00:01"])
def test_explain_takes(server, query):
    answer = server.daemon.get(f"/v1/explain?bond=bond0&{query}")
    assert answer["member"] in ("eth0", "eth1")
    assert 0 <= answer["bucket"] < 840


def test_events(server):
    events = server.daemon.events()
    server.namespace.ip("link set far-eth0 down")
    server.wait_members(eth0="down", eth1="active")
    server.namespace.ip("link set far-eth0 up")
    server.wait_members(eth0="active", eth1="active")
    wait_for(lambda: len(events.of("link", member="eth0")) == 2, 5, lambda: events.list)
    events.close()
    down, up = events.of("link", member="eth0")
    assert (down["bond"], down["from"], down["to"]) == ("bond0", "UP", "DOWN")
    assert (up["from"], up["to"]) == ("DOWN", "UP")
    assert set(down) == {"id", "time", "bond", "member", "event", "from", "to", "text"}
    reasons = events.of("reason", member="eth0")
    assert [one["to"] for one in reasons] == ["no_carrier", None]


def connect(server):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(server.daemon.socket)
    client.settimeout(30)
    return client


def test_clients_that_say_nothing_delay_nobody(server):
    idle = [connect(server) for _ in range(20)]
    for i, client in enumerate(idle):
        client.sendall(b"GET /v1/status HTTP/1.1\r\nHost: x\r\n"[:i + 1])
    assert server.bonds() == ["bond0"]
    # They are dropped before long.
    for client in idle:
        while client.recv(4096):
            pass
        client.close()


def test_client_that_leaves_in_the_midst_of_an_answer(server):
    for _ in range(50):
        client = connect(server)
        client.sendall(b"GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
        client.close()
    assert server.bonds() == ["bond0"]


def test_slow_reader_of_events_loses_some_and_is_told(server):
    slow = connect(server)
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    slow.sendall(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"text/event-stream" in slow.recv(1000)
    # More than the daemon keeps and the socket takes: a reload is one event.
    body = b"POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    other = connect(server)
    for _ in range(1800):
        other.sendall(body)
        answer = other.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200")
    other.close()
    rest = b""
    while True:
        piece = slow.recv(65536)
        if not piece:
            break
        rest += piece
    slow.close()
    # It was told, or was dropped as one that doesn't read; it never delays others.
    assert b'event: lost\ndata: {"lost": ' in rest or rest
    assert rest.count(b"data: ") < 1800
    assert server.bonds() == ["bond0"]


def test_too_many_streams(server):
    streams = []
    for _ in range(16):
        streams.append(connect(server))
        streams[-1].sendall(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
        assert streams[-1].recv(1000).startswith(b"HTTP/1.1 200")
    got, _, answer = request(server, "GET /v1/events")
    assert (got, answer["error"]["code"]) == (503, "too_many_streams")
    for stream in streams:
        stream.close()


def test_lacp_goes_on_while_clients_are_busy(make_pair):
    pair = make_pair(links=2).up()
    events = pair.switch_daemon.events()
    path = pair.server_daemon.socket
    heard = pair.switch_daemon.members()["sw0"]["lacp"]["lacpdus_received"]
    line = b"GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    # As many requests as it takes for several periods of the fast rate.
    while pair.switch_daemon.members()["sw0"]["lacp"]["lacpdus_received"] < heard + 4:
        for _ in range(20):
            assert raw_request(path, line).startswith(b"HTTP/1.1 200")
    events.close()
    assert events.list == []
    assert pair.server_daemon.status()["daemon"]["loop_latency_max_us"] < 500_000


@pytest.mark.parametrize("arguments, words", [
    (["--nonsense"], "unrecognized option"), (["--engine", "kernel"], "not available"),
    (["--engine", "x"], "expected ebpf"), (["--carrier-read", "x"], "expected auto or off"),
    (["--ticket-lifetime", "61"], "expected 1 to 60"), (["--session-idle", "0"], "1 to 3600"),
    (["--log-level", "x"], "expected error"), (["argument"], "no arguments but options")])
def test_usage(server, arguments, words):
    done = server.namespace.run([server.daemon.tools.portchanneld, *arguments], check=False)
    assert done.returncode == 2
    assert words in done.stderr and not done.stdout


def test_help_and_version(server):
    for option, words in (("--help", "--carrier-read auto|off"), ("--version", "portchanneld ")):
        done = server.namespace.run([server.daemon.tools.portchanneld, option])
        assert words in done.stdout and not done.stderr


def test_socket_name_that_is_something_else(server, tmp_path):
    (tmp_path / "file").write_text("mine")
    # One daemon a namespace.
    elsewhere = Namespace("elsewhere")
    try:
        for path, words in ((tmp_path / "file", "is no socket"),
                            ("/tmp/" + "x" * 120, "at most")):
            done = elsewhere.run(
                [server.daemon.tools.portchanneld, "--foreground", "--config",
                 server.config.path, "--state", str(tmp_path / "state"), "--store",
                 str(tmp_path / "store"), "--socket", str(path)], check=False)
            assert done.returncode == 1 and words in done.stderr
    finally:
        elsewhere.close()
    assert (tmp_path / "file").read_text() == "mine"
