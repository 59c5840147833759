# SPDX-License-Identifier: BSD-2-Clause
"""Everything that can go wrong between command and daemon, told apart."""

import json
import os
import socket
import threading

import pytest
from conftest import environment, portchannel, portchannel_as_nobody
from samples import bond, status


def test_nobody_listens_any_more(folder):
    path = f"{folder}/old.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
    result = portchannel("--socket", path, "status")
    assert (result.returncode, result.stdout) == (8, "")
    assert f"nobody listens on {path}" in result.stderr


def test_not_root(daemon, folder):
    os.chmod(daemon.socket, 0o600)
    result = portchannel_as_nobody(folder, "--socket", daemon.socket, "status")
    assert (result.returncode, result.stdout) == (1, "")
    assert "run this as root" in result.stderr


def test_path_too_long():
    result = portchannel("--socket", "/tmp/" + "x" * 200, "status")
    assert result.returncode == 1
    assert "too long" in result.stderr


@pytest.mark.parametrize("content", [b"<html>", b"", b"{", b"\xff", b"{\"a\": 1, \"a\": 2}"])
def test_answer_is_no_json(daemon, content):
    daemon.answer("/v1/status", content)
    result = portchannel("--socket", daemon.socket, "status")
    assert (result.returncode, result.stdout) == (1, "")
    assert "does not answer as portchanneld does" in result.stderr


@pytest.mark.parametrize("content,message", [
    ({"error": {"code": "x", "message": "it is \x1b[2J so"}}, "portchannel: it is \\x1b[2J so\n"),
    ({"error": {}}, "portchannel: portchanneld answered with HTTP status 500\n"),
    ({"error": "x"}, "portchannel: portchanneld answered with HTTP status 500\n"),
    (b"no JSON at all", "portchannel: portchanneld answered with HTTP status 500\n"),
])
def test_refusal(daemon, content, message):
    daemon.answer("/v1/status", content, 500)
    result = portchannel("--socket", daemon.socket, "status")
    assert (result.returncode, result.stdout, result.stderr) == (1, "", message)


def serve_once(path, data):
    """Answers one connection with raw bytes once a request is there."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()

    def serve():
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(data)
        connection.close()
        listener.close()
    thread = threading.Thread(target=serve)
    thread.start()
    return thread


@pytest.mark.parametrize("data,message", [
    (b"", "went away before it had answered"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"bonds\": [", "went away before it had answered"),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "speaks no HTTP"),
])
def test_raw_answers(folder, data, message):
    thread = serve_once(f"{folder}/raw.sock", data)
    result = portchannel("--socket", f"{folder}/raw.sock", "status")
    thread.join()
    assert (result.returncode, result.stdout) == (1, "")
    assert message in result.stderr


@pytest.mark.parametrize("arguments,method,path", [
    (["status", "bond9"], "GET", "/v1/status"), (["plan"], "GET", "/v1/plan"),
    (["explain", "bond9", "::1", "::2"], "GET", "/v1/explain"), (["history", "9"], "GET", "/v1/history/9"),
    (["vlan", "list"], "GET", "/v1/vlans"), (["rollback", "9"], "POST", "/v1/rollback")])
def test_a_refusal_is_json_too(daemon, arguments, method, path):
    refusal = {"error": {"code": "no_such", "message": "there is none \x1b"}}
    daemon.answer(path, refusal, 404, method=method)
    result = portchannel("--socket", daemon.socket, *arguments, "--json")
    assert (result.returncode, result.stderr) == (1, "portchannel: there is none \\x1b\n")
    assert json.loads(result.stdout) == refusal
    assert portchannel("--socket", daemon.socket, *arguments).stdout == ""


def test_a_change_whose_answer_is_lost_says_where_to_look(folder):
    thread = serve_once(f"{folder}/raw.sock", b"")
    result = portchannel("--socket", f"{folder}/raw.sock", "apply")
    thread.join()
    assert (result.returncode, result.stdout) == (1, "")
    assert "'portchannel history' say what has become of it" in result.stderr


def test_a_proxy_of_the_environment_is_not_used(daemon):
    daemon.answer("/v1/status", status(bond()))
    env = environment(http_proxy="http://127.0.0.1:1", ALL_PROXY="socks5://127.0.0.1:1")
    assert portchannel("--socket", daemon.socket, "status", env=env).returncode == 0
