# SPDX-License-Identifier: BSD-2-Clause
"""A daemon that isn't one: it serves prepared answers on a Unix socket, so that
the command line is tested without root, network or kernel."""

import contextlib
import http.server
import json
import os
import pathlib
import pty
import shutil
import socketserver
import subprocess
import tempfile
import threading
import urllib.parse

import pytest

GOLDEN = pathlib.Path(__file__).parent / "golden"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "unix"

    def log_message(self, *_):
        pass

    def answer(self):
        daemon = self.server.daemon
        size = int(self.headers.get("Content-Length", 0))
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        body = self.rfile.read(size)
        daemon.requests.append((self.command, url.path, query, body))
        status, content = daemon.answers.get((self.command, url.path), (404, {"error": {
            "code": "not_found", "message": f"there is no {url.path}"}}))
        if callable(content):
            content(self)
            return
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class FakeDaemon:
    def __init__(self, folder):
        self.socket = str(folder / "daemon.sock")
        self.answers = {}
        self.requests = []
        self.server = Server(self.socket, Handler)
        self.server.daemon = self
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def answer(self, path, content, status=200, method="GET"):
        self.answers[(method, path)] = (status, content)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def folder():
    """A folder with a short path: a Unix socket's has room for 107 bytes."""
    path = tempfile.mkdtemp(prefix="pc-cli-", dir="/tmp")
    yield pathlib.Path(path)
    shutil.rmtree(path)


def portchannel_as_nobody(folder, *arguments):
    """The command as another user. It runs from a copy in folder, since the build
    can stand where only root may look, root's home for one."""
    if os.geteuid() != 0:
        pytest.skip("to become another user takes root")
    os.chmod(folder, 0o711)
    copy = shutil.copy(os.environ["PORTCHANNEL"], folder)
    return subprocess.run([copy, *arguments], user=65534, group=65534, extra_groups=[], cwd=folder,
                          capture_output=True, text=True, timeout=30, env=environment(),
                          check=False)


@pytest.fixture
def daemon(folder):
    fake = FakeDaemon(folder)
    yield fake
    fake.close()


def environment(**changes):
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm", "TZ": "UTC"}
    # What a build with sanitizers wants to be told.
    env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
    env.update(changes)
    return env


def portchannel(*arguments, stdin=None, env=None):
    """Runs the command; the result has returncode, stdout and stderr as text."""
    return subprocess.run([os.environ["PORTCHANNEL"], *arguments], input=stdin, text=True,
                          capture_output=True, timeout=30, env=env or environment(), check=False)


def golden(name, text):
    """Compares with the golden file, or writes it where UPDATE_GOLDEN is set."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text(), f"differs from {path} (UPDATE_GOLDEN=1 rewrites it)"


@pytest.fixture
def terminal():
    """Runs the command with a terminal as its input and output, feeds it what is
    typed, and returns what the terminal shows."""
    def run(arguments, env, typed="", code=0):
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "rb", buffering=0) as screen:
            process = subprocess.Popen([os.environ["PORTCHANNEL"], *arguments], stdin=theirs,
                                       stdout=theirs, stderr=subprocess.PIPE, env=env)
            os.close(theirs)
            os.write(ours, typed.encode())
            shown = b""
            # The end of the other side is an error here, not an end of file.
            with contextlib.suppress(OSError):
                while data := screen.read(65536):
                    shown += data
            process.communicate(timeout=30)
            assert process.returncode == code
        return shown.decode().replace("\r\n", "\n")
    return run
