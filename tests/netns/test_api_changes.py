# SPDX-License-Identifier: BSD-2-Clause
"""The API's calls that change something: bodies, answers that come later, clients and
daemons that go away in between. What is done is tests of transactions' matter."""
import json
import os
import socket

import pytest

from daemon_util import Server, raw_request, status_of
from netlab import ApiError, wait_for


def make_server(tools):
    one = Server(tools, links=3)
    one.bond(address="10.0.0.1/24")
    one.start()
    one.wait_members(eth0="active", eth1="active")
    return one


@pytest.fixture(scope="module")
def server(tools):
    one = make_server(tools)
    yield one
    one.close()


@pytest.fixture
def fresh(tools):
    one = make_server(tools)
    yield one
    one.close()


def refused(server, method, path, body=None):
    with pytest.raises(ApiError) as error:
        server.daemon.request(method, path, body)
    return error.value


def text_of(method, path, body, close=True):
    text = json.dumps(body)
    end = "Connection: close\r\n" if close else ""
    return (f"{method} {path} HTTP/1.1\r\nHost: x\r\n{end}Content-Length: {len(text)}\r\n\r\n"
            f"{text}").encode()


def connect(server):
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    one.settimeout(30)
    one.connect(server.daemon.socket)
    return one


def vlans(server):
    return {one["name"]: one for one in server.daemon.get("/v1/vlans")["vlans"]}


@pytest.mark.parametrize("method, path, body, words", [
    ("POST", "/v1/apply", {"confrim": 60}, "unknown field 'confrim'; expected confirm, revision"),
    ("POST", "/v1/apply", {"confirm": "60"}, "'confirm' is a string; expected whole seconds"),
    ("POST", "/v1/apply", {"confirm": 0}, "'confirm' is 0; expected whole seconds from 1 to 86400"),
    ("POST", "/v1/apply", {"revision": "x"}, "16 hex digits"),
    ("POST", "/v1/apply", [], "expected an object"),
    ("POST", "/v1/confirm", {"number": 1}, "unknown field 'number'; expected none"),
    ("POST", "/v1/rollback", {"number": "41"}, "'number' is a string"),
    ("POST", "/v1/rollback", {"revision": "0123456789abcdef"}, "unknown field 'revision'"),
    ("POST", "/v1/commit", {"number": 1}, "unknown field 'number'"),
    ("DELETE", "/v1/staged", {"confirm": 1}, "unknown field 'confirm'"),
    ("DELETE", "/v1/staged/bond0.5", {"revision": 5}, "'revision' is a number"),
    ("POST", "/v1/vlans", [], "expected an object"),
    ("POST", "/v1/reload", {"bond": "bond0"}, "unknown field 'bond'; expected none"),
])
def test_bad_bodies(server, method, path, body, words):
    number = server.daemon.get("/v1/history")["configurations"][0]["number"]
    error = refused(server, method, path, body)
    assert (error.status, error.code) == (400, "bad_body")
    assert words in error.message
    assert server.daemon.get("/v1/history")["configurations"][0]["number"] == number


@pytest.mark.parametrize("method, path, body, status, code", [
    ("GET", "/v1/plan?staged=maybe", None, 400, "bad_parameter"),
    ("GET", "/v1/history/999", None, 404, "no_such_configuration"),
    ("GET", "/v1/history/x", None, 404, "no_such_configuration"),
    ("GET", "/v1/history/1x", None, 404, "no_such_configuration"),
    ("GET", "/v1/history/99999999999999999999", None, 404, "no_such_configuration"),
    ("GET", "/v1/vlans/bond0.9", None, 404, "no_such_vlan"),
    ("POST", "/v1/confirm", {}, 409, "nothing_to_confirm"),
    ("POST", "/v1/commit", {}, 409, "nothing_staged"),
    ("DELETE", "/v1/staged/bond0.9", {}, 404, "nothing_staged"),
    ("POST", "/v1/apply", {"revision": "0123456789abcdef"}, 409, "conflict"),
])
def test_errors(server, method, path, body, status, code):
    error = refused(server, method, path, body)
    assert (error.status, error.code) == (status, code)


@pytest.mark.parametrize("path, methods", [
    ("/v1/vlans", "GET, POST"), ("/v1/vlans/x", "GET, PATCH, DELETE"), ("/v1/staged", "GET, DELETE"),
    ("/v1/apply", "POST"), ("/v1/bonds", "POST")])
def test_wrong_method_names_all_that_there_are(server, path, methods):
    got, headers, answer = status_of(raw_request(server.daemon.socket, text_of("PUT", path, {})))
    assert (got, headers["Allow"], answer["error"]["code"]) == (405, methods, "wrong_method")


def test_plan_has_what_the_document_says(server):
    plan = server.daemon.get("/v1/plan")
    assert set(plan) == {"revision", "steps", "disruption", "drift", "problems", "waiting"}
    assert plan["steps"] == [] and plan["disruption"] == "none"
    assert server.daemon.get("/v1/plan?staged=false")["revision"] == plan["revision"]
    assert server.daemon.request("POST", "/v1/apply", {"revision": plan["revision"]})["steps"] == []


def test_vlan_staged_committed_confirmed(server):
    daemon = server.daemon
    staged = daemon.request("POST", "/v1/vlans", {
        "parent": "bond0", "vid": 5, "addresses": ["10.0.5.1/24"], "stage": True})
    assert staged["staged"]["staged"] == "add" and "10.0.5.1" in staged["text"]
    assert daemon.status()["staged"] == 1
    assert daemon.get("/v1/vlans/bond0.5")["staged"] == "add"
    assert not os.path.exists(os.path.join(server.config.path, "ifcfg-bond0.5"))
    done = daemon.request("POST", "/v1/commit", {"confirm": 60})
    assert done["waiting"]["user"] == "root"
    waiting = daemon.status()["waiting"]
    assert waiting["number"] == done["number"] and 0 < waiting["seconds"] <= 60
    assert daemon.get("/v1/history")["waiting"]["number"] == done["number"]
    assert daemon.status()["staged"] == 0
    daemon.request("POST", "/v1/confirm", {})
    assert daemon.status()["waiting"] is None
    assert vlans(server)["bond0.5"]["running"] is True
    daemon.request("DELETE", "/v1/vlans/bond0.5", {})
    assert "bond0.5" not in vlans(server)


def test_client_that_leaves_before_the_answer(server):
    """What was begun is done all the same, and the daemon goes on."""
    def heard():
        return server.daemon.log().count("asks for POST /v1/vlans")
    for vid in range(20, 30):
        before = heard()
        client = connect(server)
        client.sendall(text_of("POST", "/v1/vlans", {
            "parent": "bond0", "vid": vid, "addresses": [f"10.0.{vid}.1/24"]}))
        wait_for(lambda: heard() > before, 10, "the daemon hears it", every_s=0.001)
        client.close()
        wait_for(lambda: vlans(server).get(f"bond0.{vid}", {}).get("running"), 10,
                 lambda: f"bond0.{vid} runs: {vlans(server)}")
    assert server.bonds() == ["bond0"]


def test_others_are_answered_while_one_waits(server):
    """Several that change something at the same time: each is answered, done or busy."""
    clients = [connect(server) for _ in range(8)]
    for i, client in enumerate(clients):
        client.sendall(text_of("POST", "/v1/vlans", {
            "parent": "bond0", "vid": 40 + i, "addresses": [f"10.0.{40 + i}.1/24"]}))
        assert server.bonds() == ["bond0"]
    done = set()
    for i, client in enumerate(clients):
        answer = b""
        while piece := client.recv(65536):
            answer += piece
        client.close()
        status, _, body = status_of(answer)
        assert status == 200 or (status, body["error"]["code"]) == (409, "busy")
        if status == 200:
            done.add(f"bond0.{40 + i}")
    assert done
    there = {name for name, one in vlans(server).items() if one["running"]}
    assert {name for name in there if int(name.split(".")[1]) in range(40, 48)} == done


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_daemon_that_ends_before_the_answer(fresh, how):
    """The client gets some answer or the end of the connection; the next daemon has the
    change whole or not at all."""
    client = connect(fresh)
    client.sendall(text_of("POST", "/v1/vlans", {
        "parent": "bond0", "vid": 7, "addresses": ["10.0.7.1/24"]}))
    if how == "stop":
        assert fresh.daemon.stop() == 0
    else:
        fresh.daemon.kill()
    answer = b""
    try:
        while piece := client.recv(65536):
            answer += piece
    except ConnectionResetError:
        pass
    client.close()
    assert "event=assert" not in fresh.daemon.log()
    fresh.start()
    fresh.wait_members(eth0="active", eth1="active")
    there = vlans(fresh).get("bond0.7")
    assert os.path.exists(os.path.join(fresh.config.path, "ifcfg-bond0.7")) == bool(there)
    assert there is None or there["running"]
    if answer.startswith(b"HTTP/1.1 200"):
        assert there
    elif answer:
        assert status_of(answer)[0] == 503 and not there
    fresh.daemon.request("POST", "/v1/apply", {})


def test_connection_is_used_again_after_an_answer_that_came_later(server):
    client = connect(server)
    for vid in (60, 61):
        client.sendall(text_of("POST", "/v1/vlans", {
            "parent": "bond0", "vid": vid, "addresses": [f"10.0.{vid}.1/24"]}, close=False))
        assert client.recv(65536).startswith(b"HTTP/1.1 200")
    client.close()


def test_session_by_command(fresh, tools):
    """What README shows, by the command line."""
    def command(*arguments, code=0):
        done = fresh.namespace.run([tools.portchannel, "--socket", fresh.daemon.socket, *arguments],
                                   check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    file = os.path.join(fresh.config.path, "ifcfg-bond0.653")
    assert "IPADDR=10.0.53.1" in command("vlan", "add", "bond0", "653", "10.0.53.1/24", "--stage")
    assert "1 staged change" in command("status") and "bond0.653" in command("staged")
    assert not os.path.exists(file)
    command("plan", "--staged")
    assert command("plan", "--detailed-exitcode").startswith("Nothing to do")
    said = command("commit", "--confirm", "60")
    assert "is taken back in 60 s" in said and "portchannel confirm" in said
    assert "by root waits to be confirmed" in command("status") and os.path.exists(file)
    assert "to be confirmed" in command("history")
    assert "confirm" in command("apply", code=1)
    assert command("confirm").endswith("is kept.\n")
    command("confirm", code=1)
    command("vlan", "set", "bond0.653", "--add-address", "10.0.53.2/24")
    assert "10.0.53.1/24, 10.0.53.2/24" in command("vlan", "list")
    assert "no address" in command("vlan", "set", "bond0.653", "--remove-address", "10.9.9.9/8", code=1)
    number = fresh.daemon.get("/v1/history")["configurations"][0]["number"]
    assert "+IPADDR1=10.0.53.2" in command("history", str(number))
    command("vlan", "del", "bond0.653", "--confirm", "60")
    assert not os.path.exists(file)
    command("rollback")
    assert os.path.exists(file) and "10.0.53.2/24" in command("vlan", "list")
    command("rollback", "1")
    assert not os.path.exists(file) and command("vlan", "list") == "There are no VLAN interfaces.\n"
    assert "ifcfg-bond0" in command("bond", "del", "bond0", code=1)
    command("vlan", "add", "bond0", "5", "--stage")
    assert "bond0.5 is dropped" in command("discard", "bond0.5")
    assert command("staged") == "No change is staged.\n"
