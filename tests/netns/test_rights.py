# SPDX-License-Identifier: BSD-2-Clause
"""Who may do what: each call of the API, by root, by an operator, by a reader, and by
somebody without a role. The calls are those of the daemon's own table."""
import contextlib
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys

import pytest

from daemon_util import Server, status_of
from netlab import wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")

# Numbers that nobody on the machine has.
READERS, OPERATORS, OTHERS = 61240, 61241, 61242
UID = 61250
IDS = {
    "reader": (UID, UID, READERS), "operator": (UID + 1, UID + 1, OPERATORS),
    "nobody": (UID + 2, OTHERS, OTHERS),
    # By the primary group, and in both.
    "reader by primary group": (UID + 3, READERS, OTHERS),
    "operator by primary group": (UID + 4, OPERATORS, OTHERS),
}

# Speaks for somebody else: reads a list of [method, path, body], prints the answers.
SPEAKER = r"""
import http.client, json, socket, sys
class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(sys.argv[1])
answers = []
for method, path, body in json.load(sys.stdin):
    connection = Connection("localhost")
    connection.request(method, path, body)
    answer = connection.getresponse()
    text = answer.read() if answer.headers["Content-Type"] == "application/json" else b""
    answers.append([answer.status, json.loads(text) if text else None])
    connection.close()
print(json.dumps(answers))
"""


def routes():
    """[path, method, role] of each call, as the daemon's table has it."""
    with open(os.path.join(ROOT, "daemon", "api_routes.c"), encoding="utf-8") as file:
        table = file.read().split("api_routes[] = {", 1)[1].split("};", 1)[0]
    found = re.findall(r'\{\s*"([^"]+)",\s*MHD_HTTP_METHOD_(\w+),\s*PEER_ROLE_(\w+),', table)
    assert len(found) == table.count("{"), "a route of another shape"
    # What the console may by itself everybody with a role may.
    return [(path, method, role.lower().replace("console", "reader"))
            for path, method, role in found]


ROUTES = routes()


def as_peer(ids, argv, **more):
    uid, gid, group = ids
    return subprocess.run(["setpriv", f"--reuid={uid}", f"--regid={gid}", f"--groups={group}",
                           "--", *argv], capture_output=True, text=True, timeout=60,
                          cwd="/", **more)


def ask(server, who, requests):
    """[status, json] of each request [method, path, body], made by who."""
    done = as_peer(IDS[who], [sys.executable, "-c", SPEAKER, server.daemon.socket],
                   input=json.dumps(requests))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def server(tools):
    if not shutil.which("setpriv"):
        pytest.skip("there is no setpriv")
    one = Server(tools)
    one.daemon.arguments += ["--reader-group", str(READERS), "--operator-group", str(OPERATORS)]
    one.bond(address="10.0.0.1/24")
    one.start()
    one.wait_members(eth0="active", eth1="active")
    os.chmod(one.folder, 0o711)
    yield one
    one.close()


def path_of(path):
    return path + "bond0" if path.endswith("/") else path


def test_table_and_document_agree():
    with open(os.path.join(ROOT, "doc", "api.md"), encoding="utf-8") as file:
        text = file.read()
    documented = {}
    for row in re.findall(r"^\| (`[A-Z]+ .*`) \| (.*) \|$", text, re.M):
        path = None
        for call in re.findall(r"`([^`]+)`", row[0]):
            method, _, rest = call.partition(" ")
            path = re.sub(r"[?\[].*", "", rest) or path
            documented[re.sub(r"/(NAME|N)$", "/", path), method] = \
                "operator" if row[1].startswith("*op*") else "reader"
    # "`POST /v1/bonds`, `PUT`, `PATCH`, `DELETE /v1/bonds/NAME`"
    for method in ("PUT", "PATCH"):
        documented.pop(("/v1/bonds", method), None)
        documented["/v1/bonds/", method] = "reader"
    assert documented == {(path, method): role for path, method, role in ROUTES}


# Nobody can change a bond; a ticket and a session have no more rights than who asks.
HARMLESS = ("/v1/bonds", "/v1/bonds/", "/v1/tickets", "/v1/sessions")


def test_all_that_changes_something_is_for_operators():
    for path, method, role in ROUTES:
        if method != "GET" and path not in HARMLESS:
            assert role == "operator", f"{method} {path}"


@pytest.mark.parametrize("path, method, role", ROUTES)
def test_reader(server, path, method, role):
    (status, answer), = ask(server, "reader", [[method, path_of(path), "{}"]])
    if role == "operator":
        assert (status, answer["error"]["code"]) == (403, "forbidden")
        assert str(OPERATORS) in answer["error"]["message"]
        assert f"{method} {path_of(path)}" in answer["error"]["message"]
    else:
        assert status != 403 or answer["error"]["code"] != "forbidden"


@pytest.mark.parametrize("path, method, role", ROUTES)
def test_without_a_role(server, path, method, role):
    (status, answer), = ask(server, "nobody", [[method, path_of(path), "{}"]])
    assert (status, answer["error"]["code"]) == (403, "forbidden")
    for group in (READERS, OPERATORS):
        assert str(group) in answer["error"]["message"]


def test_refused_calls_changed_nothing(server):
    assert server.bonds() == ["bond0"]
    log = server.daemon.log()
    assert "event=forbidden" in log and f"user={UID}" in log


@pytest.mark.parametrize("who, role", [
    ("reader", "reader"), ("operator", "operator"), ("reader by primary group", "reader"),
    ("operator by primary group", "operator")])
def test_access(server, who, role):
    uid = IDS[who][0]
    assert ask(server, who, [["GET", "/v1/access", None]]) == [
        [200, {"role": role, "uid": uid, "user": str(uid)}]]


def test_access_of_root(server):
    assert server.daemon.get("/v1/access") == {"role": "operator", "uid": 0, "user": "root"}


def test_who_changed_something_is_logged_and_told(server):
    events = server.daemon.events()
    (status, answer), = ask(server, "operator", [["POST", "/v1/reload", "{}"]])
    assert status == 200, answer
    wait_for(lambda: events.of("call"), 5, lambda: events.list)
    events.close()
    text = events.of("call")[0]["text"]
    assert f"{UID + 1} (uid {UID + 1}, process " in text and "POST /v1/reload" in text
    assert re.search(rf"POST /v1/reload .*user={UID + 1} uid={UID + 1} pid=\d+ event=call",
                     server.daemon.log())


def test_socket_is_for_everybody_to_connect(server):
    assert stat.S_IMODE(os.stat(server.daemon.socket).st_mode) == 0o666


@contextlib.contextmanager
def connections(server, who, count):
    """A process of who that holds so many connections."""
    uid, gid, group = IDS[who]
    script = ("import socket, sys\nlist = []\n"
              "for _ in range(int(sys.argv[2])):\n"
              "    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)\n"
              "    one.connect(sys.argv[1]); list.append(one)\n"
              "    one.sendall(b'GET /v1/access HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')\n"
              "    print(one.recv(4096).split()[1].decode(), flush=True)\n"
              "sys.stdin.read()\n")
    process = subprocess.Popen(
        ["setpriv", f"--reuid={uid}", f"--regid={gid}", f"--groups={group}", "--",
         sys.executable, "-c", script, server.daemon.socket, str(count)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
    try:
        yield [process.stdout.readline().strip() for _ in range(count)]
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


def test_readers_cannot_shut_operators_out(server):
    with connections(server, "reader", 24) as statuses:
        assert statuses == ["200"] * 24
        (status, answer), = ask(server, "reader", [["GET", "/v1/status", None]])
        assert (status, answer["error"]["code"]) == (503, "too_many_clients")
        assert ask(server, "operator", [["GET", "/v1/access", None]])[0][0] == 200
        assert server.bonds() == ["bond0"]
    # The places are free again.
    wait_for(lambda: ask(server, "reader", [["GET", "/v1/access", None]])[0][0] == 200, 10,
             lambda: "a reader gets in")


def test_a_flood_of_those_without_a_role_keeps_nobody_out(server):
    with connections(server, "nobody", 200) as statuses:
        assert statuses == ["403"] * 200
        assert server.bonds() == ["bond0"]


def test_who_waits_is_served_when_another_leaves(server):
    # Streams of earlier tests' clients are known to be over at the next event.
    server.daemon.reload()
    held = []
    for _ in range(32):
        one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        one.connect(server.daemon.socket)
        one.settimeout(30)
        one.sendall(b"GET /v1/access HTTP/1.1\r\nHost: x\r\n\r\n")
        assert one.recv(4096).startswith(b"HTTP/1.1 200")
        held.append(one)
    late = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    late.connect(server.daemon.socket)
    late.settimeout(30)
    late.sendall(b"GET /v1/access HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    for one in held:
        one.close()
    answer = b""
    while piece := late.recv(4096):
        answer += piece
    late.close()
    assert status_of(answer)[0] == 200


def test_groups_that_are_not_there_let_nobody_in(tools):
    one = Server(tools, links=2)
    try:
        one.daemon.arguments += ["--reader-group", "no-such-group-of-ours",
                                 "--operator-group", ""]
        one.bond()
        one.start()
        os.chmod(one.folder, 0o711)
        (status, answer), = ask(one, "reader", [["GET", "/v1/status", None]])
        assert (status, answer["error"]["code"]) == (403, "forbidden")
        assert "no-such-group-of-ours" in answer["error"]["message"]
        assert one.bonds() == ["bond0"]
    finally:
        one.close()


def test_command_tells_plainly(server, tools):
    """The command line of somebody without a role, and of a reader."""
    command = os.path.join(server.folder, "portchannel")
    shutil.copy(tools.portchannel, command)
    os.chmod(command, 0o755)
    done = as_peer(IDS["nobody"], [command, "--socket", server.daemon.socket, "status"])
    assert done.returncode == 1
    assert f"you are in neither group {READERS} nor {OPERATORS}" in done.stderr
    done = as_peer(IDS["reader"], [command, "--socket", server.daemon.socket, "status"])
    assert done.returncode == 0 and "bond0" in done.stdout
    done = as_peer(IDS["reader"], [command, "--socket", server.daemon.socket, "reload"])
    assert done.returncode == 1 and f"group {OPERATORS}" in done.stderr
