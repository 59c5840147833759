# SPDX-License-Identifier: BSD-2-Clause
"""portchannel-console against those who mean it no good: what it may do itself, and what
it refuses. The page and its use are tested in tests/browser/."""
import json
import os
import re
import socket
import threading

import pytest
from daemon_util import Server

from netlab.console import NOBODY, Console
from netlab.wait import wait_for

READERS = 64001
PORT = 8650
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


class Answer:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1]) if data else 0
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value

    def code(self):
        return json.loads(self.body)["error"]["code"]


class Scene:
    def __init__(self, tools):
        self.server = Server(tools)
        os.chmod(self.server.folder, 0o755)
        self.server.daemon.arguments += ["--console-group", str(NOBODY),
                                         "--reader-group", str(READERS)]
        self.server.bond()
        self.server.start()
        self.console = Console(self.server.daemon.socket, self.server.folder, PORT,
                               self.server.namespace, tools).start()
        self.host = f"127.0.0.1:{PORT}"

    def close(self):
        self.console.stop()
        self.server.close()

    def connect(self):
        connection = self.server.namespace.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", PORT))
        return connection

    def raw(self, data):
        """Sends bytes; what comes until the end."""
        with self.connect() as connection:
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # closed already: what it said is read all the same
            answer = b""
            try:
                while True:
                    piece = connection.recv(65536)
                    if not piece:
                        break
                    answer += piece
            except ConnectionResetError:
                pass
            return Answer(answer)

    def ask(self, method, target, headers=None, body=b""):
        lines = {"Host": self.host, "Connection": "close", **(headers or {})}
        if body or method not in ("GET", "DELETE", "HEAD"):
            lines.setdefault("Content-Type", "application/json")
            lines["Content-Length"] = str(len(body))
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
        return self.raw(head.encode("latin-1") + b"\r\n" + body)

    def sign_in(self, user=None):
        """The headers of somebody signed in."""
        ticket = self.console.link(user).rsplit("=", 1)[1]
        answer = self.ask("POST", "/session", body=json.dumps({"ticket": ticket}).encode())
        assert answer.status == 200, answer.body
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
        return {"Cookie": cookie.split(";")[0], "X-CSRF-Token": json.loads(answer.body)["csrf"]}

    def alive(self):
        return self.ask("GET", "/").status == 200


@pytest.fixture(scope="module")
def scene(tools):
    made = Scene(tools)
    yield made
    made.close()


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as handle:
        return dict(line.rstrip("\n").split(":\t", 1) for line in handle if ":\t" in line)


def test_it_has_no_rights(scene):
    """No capability, no way to any, nobody's user, and a filter on every thread."""
    pid = scene.console.process.pid
    threads = os.listdir(f"/proc/{pid}/task")
    assert len(threads) > 2
    for thread in threads:
        status = status_of(f"{pid}/task/{thread}")
        assert [int(status[name], 16) for name in CAPABILITIES if name != "CapBnd"] == [0] * 4
        assert status["Uid"].split() == [str(NOBODY)] * 4
        assert status["Gid"].split() == [str(NOBODY)] * 4
        assert status["Groups"].split() == [str(NOBODY)]
        assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"


def test_it_listens_on_loopback_only(scene):
    found = scene.server.namespace.run(["ss", "-Hltn"]).stdout
    listens = {line.split()[3] for line in found.splitlines() if f":{PORT}" in line}
    assert listens == {f"127.0.0.1:{PORT}", f"[::1]:{PORT}"}


def test_the_socket_grants_its_user_nothing(scene):
    """What a console that somebody has taken over could do without anybody signed in."""
    daemon = scene.server.daemon
    for method, path in (("GET", "/v1/status"), ("GET", "/v1/live"), ("POST", "/v1/apply"),
                         ("POST", "/v1/tickets"), ("GET", "/v1/events"), ("POST", "/v1/down")):
        done = scene.server.namespace.run(
            ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "curl", "-s",
             "-o", "-", "-w", "%{http_code}", "-X", method, "-d", "{}", "--unix-socket",
             daemon.socket, f"http://localhost{path}"])
        assert done.stdout.endswith("401") and "no_session" in done.stdout, path


def test_without_a_session(scene):
    for target in ("/api/v1/status", "/live", "/session", "/api/v1/plan"):
        answer = scene.ask("GET", target)
        assert (answer.status, answer.code()) == (401, "no_session"), target


def test_both_secrets_are_needed(scene):
    anna, bert = scene.sign_in(), scene.sign_in((64101, 64101, [READERS]))
    assert scene.ask("GET", "/api/v1/status", anna).status == 200
    for headers in ({"Cookie": anna["Cookie"]}, {"X-CSRF-Token": anna["X-CSRF-Token"]},
                    {"Cookie": anna["Cookie"], "X-CSRF-Token": bert["X-CSRF-Token"]},
                    {"Cookie": bert["Cookie"], "X-CSRF-Token": anna["X-CSRF-Token"]},
                    {"Cookie": anna["Cookie"], "X-CSRF-Token": "0" * 64},
                    {"Cookie": anna["Cookie"], "X-CSRF-Token": ""}):
        assert scene.ask("GET", "/api/v1/status", headers).status == 401
    # A daemon's token is no way in either, and the session doesn't lend its rights.
    assert scene.ask("GET", "/api/v1/status", {"Authorization": "Bearer " + "0" * 64}).status == 401
    assert scene.ask("POST", "/api/v1/down", bert, b"{}").status == 403
    assert scene.ask("POST", "/api/v1/tickets", anna, b"{}").status == 404


def test_signing_out_ends_it(scene):
    anna = scene.sign_in()
    assert scene.ask("DELETE", "/session", anna).status == 200
    assert scene.ask("GET", "/api/v1/status", anna).status == 401


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "",
                                  f"127.0.0.1:{PORT}.evil.example", "127.0.0.1:80"])
def test_other_names_are_refused(scene, host):
    """DNS rebinding: a page of another name that leads here."""
    answer = scene.ask("GET", "/", {"Host": host})
    assert answer.status in (400, 421)
    assert b"<html" not in answer.body


@pytest.mark.parametrize("headers", [
    {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://127.0.0.1:9999"}, {"Sec-Fetch-Site": "same-site"}])
def test_other_sites_are_refused(scene, headers):
    answer = scene.ask("POST", "/session", headers, b'{"ticket":"' + b"0" * 64 + b'"}')
    assert (answer.status, answer.code()) == (403, "bad_origin")


def test_a_form_of_another_site_is_refused(scene):
    answer = scene.ask("POST", "/session", {"Content-Type": "text/plain"}, b'{"ticket":"x"}')
    assert (answer.status, answer.code()) == (400, "bad_body")


@pytest.mark.parametrize("target", [
    "/../../../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
    "//etc/passwd", "/./app.js", "/app.js/../../etc/passwd", "/api/v1/../../etc/passwd",
    "/transport.js%00.html", "/etc/passwd", "/console.pid", "/.git/config", "/\\etc\\passwd"])
def test_paths_lead_nowhere(scene, target):
    answer = scene.ask("GET", target, scene.sign_in())
    assert answer.status in (400, 404)
    assert b"root:" not in answer.body


@pytest.mark.parametrize("target", [
    "/api/v1/status%0d%0aX-Injected:%20yes", "/%0d%0aSet-Cookie:%20a=b",
    "/api/v1/bonds/%0d%0a%0d%0aGET%20/v1/down"])
def test_nothing_is_injected(scene, target):
    answer = scene.ask("GET", target, scene.sign_in())
    assert answer.status in (400, 404)
    assert "x-injected" not in answer.headers and "a=b" not in str(answer.headers)


def test_no_call_by_head(scene):
    """Which would wait for an answer's body that never comes."""
    assert scene.ask("HEAD", "/api/v1/status", scene.sign_in()).status == 405


def test_streams_of_one_session_are_limited(scene):
    anna, streams = scene.sign_in(), []
    head = f"GET /live HTTP/1.1\r\nHost: {scene.host}\r\n" + \
        "".join(f"{name}: {value}\r\n" for name, value in anna.items()) + "\r\n"
    try:
        for _ in range(32):
            streams.append(scene.connect())
            streams[-1].sendall(head.encode())
            assert streams[-1].recv(12) == b"HTTP/1.1 200"
        answer = scene.ask("GET", "/live", anna)
        assert (answer.status, answer.code()) == (503, "too_many_streams")
        # Somebody else has a place of their own.
        bert = {**scene.sign_in(), "Host": scene.host}
        with scene.connect() as other:
            other.sendall(head.replace(anna["Cookie"], bert["Cookie"]).replace(
                anna["X-CSRF-Token"], bert["X-CSRF-Token"]).encode())
            assert other.recv(12) == b"HTTP/1.1 200"
    finally:
        for stream in streams:
            stream.close()


def test_too_much_is_refused(scene):
    anna = scene.sign_in()
    assert scene.ask("POST", "/api/v1/vlans", anna, b"x" * 70000).status == 413
    assert scene.ask("GET", "/" + "a" * 3000).status in (400, 414, 431)
    assert scene.ask("GET", "/", {"X-Long": "a" * 100000}).status in (0, 400, 413, 431)
    assert scene.alive()


@pytest.mark.parametrize("data", [
    b"", b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 1000, b"\xff\xfe" * 500,
    b"GET / HTTP/1.1\r\n\r\n", b"POST /session HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST /session HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /session HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"TRACE / HTTP/1.1\r\nHost: 127.0.0.1:8650\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"])
def test_what_is_no_request(scene, data):
    answer = scene.raw(data)
    assert answer.status == 0 or answer.status >= 400
    assert scene.alive()


def is_closed(connection):
    try:
        return connection.recv(1000, socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_the_slow_do_not_keep_others_waiting(scene):
    """More connections than there may be, on all of which a request goes on for ever."""
    anna, slow, ended = scene.sign_in(), [], threading.Event()

    def keep_sending():
        while not ended.wait(1):
            for connection in slow:
                try:
                    connection.send(b"a", socket.MSG_DONTWAIT)
                except OSError:
                    pass  # dropped

    sender = threading.Thread(target=keep_sending)
    with scene.connect() as mine:
        head = f"GET /session HTTP/1.1\r\nHost: {scene.host}\r\n" + \
            "".join(f"{name}: {value}\r\n" for name, value in anna.items()) + "\r\n"
        mine.sendall(head.encode())
        assert mine.recv(12) == b"HTTP/1.1 200"
        try:
            for _ in range(400):
                slow.append(scene.connect())
                slow[-1].sendall(b"GET / HTTP/1.1\r\nHost: ")
            sender.start()
            assert scene.alive()
            assert scene.ask("GET", "/api/v1/status", scene.sign_in()).status == 200
            # The oldest had to go; one that somebody is signed in on stays.
            wait_for(lambda: is_closed(slow[0]), 40, "the slow are dropped")
            assert "nobody has signed in: the oldest are closed" in scene.console.log()
            while True:
                if mine.recv(65536).endswith(b"}"):
                    break
            mine.sendall(head.encode())
            assert mine.recv(12) == b"HTTP/1.1 200"
        finally:
            ended.set()
            if sender.is_alive():
                sender.join()
            for connection in slow:
                connection.close()


def test_who_begins_and_says_no_more_is_dropped(scene):
    with scene.connect() as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: ")
        wait_for(lambda: is_closed(slow), 40, "it is dropped")


def test_bodies_that_are_none(scene):
    for body in (b"", b"{", b"[]", b"null", b'{"ticket": 1}', b'{"ticket": "short"}',
                 b'{"ticket": "' + b"Z" * 64 + b'"}', b"\x00", b"\xff" * 64):
        answer = scene.ask("POST", "/session", body=body)
        assert answer.status == 400, body


def test_headers_of_every_answer(scene):
    for answer in (scene.ask("GET", "/"), scene.ask("GET", "/nothing"),
                   scene.ask("GET", "/api/v1/status"), scene.ask("GET", "/app.js"),
                   scene.ask("GET", "/", {"Host": "evil"})):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_what_is_refused_is_logged_and_nothing_secret_is(scene):
    anna = scene.sign_in()
    secrets = [anna["Cookie"].split("=")[1], anna["X-CSRF-Token"]]
    scene.ask("GET", "/api/v1/status", {**anna, "Host": "evil.example\x1b[2J"})
    log = scene.console.log()
    assert re.search(r"refused with 421 bad_host", log)
    assert "evil.example" not in log and "\x1b" not in log
    assert not any(secret in log or secret in scene.server.daemon.log() for secret in secrets)


def test_the_page_needs_nothing_from_elsewhere(scene, tools):
    folder = os.path.join(tools.build, "console", "static", "page")
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding="utf-8") as handle:
            text = handle.read()
        if not name.startswith("uPlot"):  # whose comments say where things come from
            assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)[^\s\"'`)]+", text), name
