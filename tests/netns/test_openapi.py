# SPDX-License-Identifier: BSD-2-Clause
"""doc/openapi.yaml against the daemon, both ways: its calls are those of the daemon's table,
the daemon's answers are what its schemas say, and the codes of errors are those of the
daemon's sources; and the examples of doc/api.md are such answers."""
import glob
import json
import os
import re

import pytest

from netlab import wait_for
from openapi_util import ROOT, Client, OpenApi
from test_rights import ROUTES

pytest.importorskip("jsonschema")
DOCUMENT = OpenApi()


def test_calls_are_those_of_the_daemons_table():
    calls = {(re.sub(r"\{\w+\}$", "", one.path), one.method): one.role.replace("console", "reader")
             for one in DOCUMENT.operations}
    assert calls == {(path, method): role for path, method, role in ROUTES}


def walk(node, path=()):
    """Every dict in the document with its place."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from walk(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, (*path, index))


def test_it_is_whole():
    """References lead somewhere, each schema is used, names are given once, objects are strict."""
    used = set()
    for path, node in walk(DOCUMENT.data):
        if "$ref" in node:
            assert DOCUMENT.resolve(node) is not None
            used.add(node["$ref"])
        if node.get("type") == "object" and "properties" in node:
            assert set(node.get("required", [])) <= set(node["properties"]), path
            if "sessions" not in "/".join(map(str, path)):
                assert node.get("additionalProperties") is False, path
    for name in DOCUMENT.data["components"]["schemas"]:
        assert f"#/components/schemas/{name}" in used, name
    ids = [one.id for one in DOCUMENT.operations]
    assert len(ids) == len(set(ids))
    for operation in DOCUMENT.operations:
        names = set(re.findall(r"\{(\w+)\}", operation.path))
        parameters = [DOCUMENT.resolve(one) for one in DOCUMENT.data["paths"][operation.path].get(
            "parameters", [])]
        assert names == {one["name"] for one in parameters if one["in"] == "path"}


def test_fields_of_answers_are_all_required():
    """So that a check of the running daemon's answers is one of their fields, too."""
    bodies = ("VlanAdd", "VlanSet", "VlanDelete")
    for name, schema in DOCUMENT.data["components"]["schemas"].items():
        for path, node in walk(schema, (name,)):
            if name in bodies or "properties" not in node or path[-1] == "properties":
                continue
            optional = set(node["properties"]) - set(node.get("required", []))
            assert optional == ({"field", "restoring", "steps"}
                                if path == ("Error", "properties", "error") else set()), path


def test_codes_are_those_of_the_sources():
    """Those of vlan_check.c and vlan_request.c stand in structs, the others in calls."""
    codes = set()
    for name in glob.glob(os.path.join(ROOT, "daemon", "*.c")):
        with open(name, encoding="utf-8") as file:
            text = file.read()
        codes |= set(re.findall(r'MHD_HTTP_\w+,\s*"([a-z_]+)"', text))
        codes |= set(re.findall(r'\b[45]\d\d,\s*"([a-z_]+)"', text))
        codes |= set(re.findall(r'"code",\s*"([a-z_]+)"', text))
        codes |= set(re.findall(r'(?:->|\.)code = "([a-z_]+)"', text))
        codes |= set(re.findall(r'apply_fail\(apply, "([a-z_]+)"', text))
    for code in sorted(codes):
        assert code in DOCUMENT.codes(), code
    sources = "".join(open(name, encoding="utf-8").read()
                      for name in glob.glob(os.path.join(ROOT, "daemon", "*.c")))
    for code in sorted(DOCUMENT.codes()):
        assert f'"{code}"' in sources, code
    with open(os.path.join(ROOT, "doc", "api.md"), encoding="utf-8") as file:
        text = file.read()
    for code in re.findall(r"\b[45]\d\d `([a-z_]+)`", text):
        assert code in DOCUMENT.codes(), code


# In their order.
EXAMPLES = ["Bond", "Member", "Nic", "Explanation", "Live", "Plan", "Applied", "History", "Vlan",
            "Staged", "Config"]


def test_examples_of_the_document():
    with open(os.path.join(ROOT, "doc", "api.md"), encoding="utf-8") as file:
        blocks = re.findall(r"^```json\n(.*?)^```", file.read(), re.M | re.S)
    assert len(blocks) == len(EXAMPLES)
    for name, block in zip(EXAMPLES, blocks):
        strict = DOCUMENT.errors(DOCUMENT.named(name), json.loads(block))
        assert not DOCUMENT.errors(DOCUMENT.named(name), json.loads(block), relaxed=True), \
            "\n".join([name, *strict])


@pytest.fixture(scope="module")
def lab(tools):
    from netlab import Pair
    pair = Pair(links=2, tools=tools)
    pair.make_links().write_config()
    for name in ("nic0", "eth9"):
        pair.server.ip(f"link add {name} type veth peer name far-{name}")
        pair.server.ip(f"link set far-{name} up")
    config = pair.server_config
    config.vlan("nic0.7", "10.0.7.1/24", GATEWAY="10.0.7.254")
    config.bond("bond1", "mode=balance-xor miimon=100", "10.0.9.1/24")
    config.member("eth8", "bond1")  # which isn't there
    config.member("eth9", "bond1")
    config.bond("bad0", "mode=1")
    config.vlan("bond0.8", None, BOOTPROTO="dhcp")
    for name, text in (("route-bond0", "10.99.0.0/16 via 10.124.251.1 mtu lock 1400\n"),
                       ("rule-bond0", "from 10.124.251.101 table 77 priority 100\n")):
        with open(os.path.join(config.path, name), "w", encoding="utf-8") as file:
            file.write(text)
    pair.start().wait_up()
    yield pair
    pair.close()


@pytest.fixture(scope="module")
def client(lab):
    return Client(DOCUMENT, lab.server_daemon.socket)


def test_what_reads(lab, client):
    status = client.ask("GET", "/v1/status")
    assert status["problems"] and status["nics"] and status["bonds"][0]["lacp"]
    states = {member["state"] for bond in status["bonds"] for member in bond["members"]}
    assert {"active", "absent"} <= states
    client.ask("GET", "/v1/status?bond=bond0")
    client.ask("GET", "/v1/status?bond=x", code="no_such_bond")
    client.ask("GET", "/v1/bonds/bond0")
    client.ask("GET", "/v1/bonds/bond1")
    client.ask("GET", "/v1/bonds/x", code="no_such_bond")
    config = client.ask("GET", "/v1/config")
    assert config["bonds"][0]["routes"] and config["bonds"][0]["rules"] or \
        config["bonds"][1]["routes"] and config["bonds"][1]["rules"]
    client.ask("GET", "/v1/explain?bond=bond0&src=10.0.0.1&dst=10.0.0.2&proto=udp&sport=1&dport=2")
    client.ask("GET", "/v1/explain", code="missing_parameter")
    client.ask("GET", "/v1/explain?bond=bond0", code="bad_parameter")
    client.ask("GET", "/v1/explain?bond=x", code="no_such_bond")
    live = client.ask("GET", "/v1/live")
    assert live["bonds"][0]["partner"] or live["bonds"][1]["partner"]
    assert [(nic["name"], nic["present"], nic["vlans"]) for nic in live["nics"]] == [
        ("nic0", True, 1)]
    wait_for(lambda: client.ask("GET", "/v1/recent")["times"], 10, "the first sample is taken")
    recent = client.ask("GET", "/v1/recent")
    assert recent["events"][-1]["id"] >= len(recent["events"])
    members = {member["name"]: member for bond in recent["bonds"] for member in bond["members"]}
    assert members["ens1f0"]["rx"][-1] + members["ens1f1"]["rx"][-1] > 0
    assert all(len(member["tx"]) == len(recent["times"]) for member in members.values())
    assert set(client.ask("GET", "/v1/counters?parent=bond0")["vlans"]) >= {"bond0.652"}
    assert set(client.ask("GET", "/v1/counters?parent=nic0")["vlans"]) == {"nic0.7"}
    for vids, names in (("652", {"bond0.652"}), ("1,652,4094", {"bond0.652"}), ("7", set())):
        assert set(client.ask("GET", f"/v1/counters?parent=bond0&vids={vids}")["vlans"]) == names
    for vids in ("", "x", "1,", ",1", "-1", "4096", "1 2", "99999999999999999999"):
        vids = vids.replace(" ", "%20")
        client.ask("GET", f"/v1/counters?parent=bond0&vids={vids}", code="bad_parameter")
    client.ask("GET", "/v1/counters", code="missing_parameter")
    client.ask("GET", "/v1/counters?parent=x", code="no_such_bond")
    client.ask("GET", "/metrics")
    client.ask("GET", "/metrics?vlans=yes", code="bad_parameter")
    client.ask("GET", "/v1/events")
    client.ask("GET", "/v1/access")
    client.ask("GET", "/v1/plan")
    client.ask("GET", "/v1/plan?staged=yes", code="bad_parameter")
    number = client.ask("GET", "/v1/history")["configurations"][0]["number"]
    client.ask("GET", f"/v1/history/{number}")
    client.ask("GET", "/v1/history/x", code="no_such_configuration")
    assert client.ask("GET", "/v1/vlans")["vlans"]
    assert [one["name"] for one in client.ask("GET", "/v1/vlans?parent=nic0")["vlans"]] == ["nic0.7"]
    assert client.ask("GET", "/v1/vlans?parent=x")["vlans"] == []
    client.ask("GET", "/v1/vlans/bond0.652")
    client.ask("GET", "/v1/vlans/x", code="no_such_vlan")
    kinds = {one["kind"] for one in client.ask("GET", "/v1/parents")["parents"]}
    assert kinds == {"bond", "nic"}
    client.ask("GET", "/v1/staged")


def test_a_link_that_is_down(lab, client):
    lab.links[1].cut()
    lab.wait_active([0])
    try:
        check_down(client)
    finally:
        lab.links[1].restore()
        lab.wait_active([0, 1])


def check_down(client):
    members = {one["name"]: one for one in client.ask("GET", "/v1/bonds/bond0")["members"]}
    assert members["ens1f1"]["reason"] == "no_carrier"
    client.ask("GET", "/v1/live")


def test_events(lab, client):
    events = lab.server_daemon.events()
    lab.links[0].cut()
    lab.wait_active([1])
    lab.links[0].restore()
    lab.wait_active([0, 1])
    client.ask("POST", "/v1/reload", {})
    wait_for(lambda: events.of("reloaded") or events.of("call"), 10, "the call is told")
    events.close()
    assert len(events.list) > 10
    for event in events.list:
        assert not DOCUMENT.errors(DOCUMENT.named("Event"), event), event


def test_bonds_are_refused(client):
    for method, path in (("POST", "/v1/bonds"), ("PUT", "/v1/bonds/b"), ("PATCH", "/v1/bonds/b"),
                         ("DELETE", "/v1/bonds/b")):
        client.ask(method, path, code="files_only")


def test_sessions(client):
    client.ask("POST", "/v1/tickets", {"x": 1}, code="bad_body")
    ticket = client.ask("POST", "/v1/tickets", {})["ticket"]
    client.ask("POST", "/v1/sessions", [], code="bad_body")
    client.ask("POST", "/v1/sessions", {"ticket": "x"}, code="bad_ticket")
    token = client.ask("POST", "/v1/sessions", {"ticket": ticket})["token"]
    client.ask("POST", "/v1/sessions", {"ticket": ticket}, code="bad_ticket")
    client.ask("GET", "/v1/access", token=token)
    client.ask("POST", "/v1/tickets", {}, token=token, code="forbidden")
    client.ask("DELETE", "/v1/sessions", token=token)
    client.ask("DELETE", "/v1/sessions", token=token, code="no_session")


def test_staged_changes(client):
    new = {"parent": "bond0", "vid": 77, "addresses": ["10.0.77.1/24", "fd00:77::1/64"], "mtu": 1400,
           "mac": None, "gateway": None, "dhcp": False, "onboot": True, "stage": True}
    client.ask("POST", "/v1/vlans", [], code="bad_body")
    client.ask("POST", "/v1/vlans", {"parent": "bond0"}, code="bad_vlan")
    client.ask("POST", "/v1/vlans", {"parent": "bond0", "vid": 5000}, code="bad_vlan")
    client.ask("POST", "/v1/vlans", {"parent": "bond0", "vid": 5, "mut": 1500}, code="bad_vlan")
    client.ask("POST", "/v1/vlans", {"parent": "bond0", "vid": 652, "name": "x",
                                     "stage": True}, code="vlan_in_use")
    client.ask("POST", "/v1/vlans", {"parent": "bond0", "vid": 5, "name": "bond0.652",
                                     "stage": True}, code="name_in_use")
    client.ask("POST", "/v1/vlans", {"parent": "x", "vid": 5, "stage": True}, code="no_such_parent")
    client.ask("POST", "/v1/commit", {}, code="nothing_staged")
    client.ask("DELETE", "/v1/staged/bond0.77", {}, code="nothing_staged")
    staged = client.ask("POST", "/v1/vlans", new)
    assert staged["staged"]["mtu"] == 1400
    client.ask("PATCH", "/v1/vlans/bond0.652", {"mtu": 1300, "stage": True})
    client.ask("PATCH", "/v1/vlans/bond0.652", {"mtu": 10, "stage": True}, code="bad_vlan")
    client.ask("PATCH", "/v1/vlans/x", {"mtu": 1300, "stage": True}, code="no_such_vlan")
    client.ask("DELETE", "/v1/vlans/nic0.7", {"stage": True})
    client.ask("DELETE", "/v1/vlans/x", {"stage": True}, code="no_such_vlan")
    listed = client.ask("GET", "/v1/staged")
    assert {one["action"] for one in listed["changes"]} == {"add", "change", "delete"}
    assert {one["staged"] for one in client.ask("GET", "/v1/vlans")["vlans"]} == \
        {None, "add", "change", "delete"}
    assert client.ask("GET", "/v1/plan?staged=true")["steps"]
    assert client.ask("GET", "/v1/live")["staged"] == 3
    client.ask("POST", "/v1/commit", {"revision": "0" * 16}, code="conflict")
    client.ask("DELETE", "/v1/staged", {"confirm": 1}, code="bad_body")
    client.ask("DELETE", "/v1/vlans/bond0.77", {"stage": True})  # which was staged only
    client.ask("DELETE", "/v1/staged/nic0.7", {"revision": "x"}, code="bad_body")
    client.ask("DELETE", "/v1/staged/nic0.7", {})
    client.ask("DELETE", "/v1/staged", {"revision": client.ask("GET", "/v1/staged")["revision"]})


def test_changes_that_wait(lab, client):
    client.ask("POST", "/v1/confirm", {}, code="nothing_to_confirm")
    client.ask("POST", "/v1/apply", {"confirm": 0}, code="bad_body")
    client.ask("POST", "/v1/apply", {"revision": "0" * 16}, code="conflict")
    client.ask("POST", "/v1/vlans", {"parent": "bond0", "vid": 78, "addresses": ["10.0.78.1/24"],
                                     "stage": True})
    applied = client.ask("POST", "/v1/commit", {"confirm": 600})
    assert applied["waiting"] and applied["files"] and applied["steps"]
    for path in ("/v1/status", "/v1/live", "/v1/history"):
        assert client.ask("GET", path)["waiting"]["seconds"] > 0
    client.ask("POST", "/v1/apply", {}, code="unconfirmed")
    client.ask("POST", "/v1/confirm", {})
    client.ask("PATCH", "/v1/vlans/bond0.78", {"mtu": 1400, "confirm": 600})
    client.ask("POST", "/v1/rollback", {})
    states = {one["state"] for one in client.ask("GET", "/v1/history")["configurations"]}
    assert "taken_back" in states or "former" in states
    client.ask("POST", "/v1/rollback", {"number": 999}, code="no_such_configuration")
    client.ask("POST", "/v1/rollback", {"revision": "x"}, code="bad_body")
    client.ask("DELETE", "/v1/vlans/bond0.78", {})
    lab.server_config.vlan("bond0.79", "10.0.79.1/24")
    steps = client.ask("GET", "/v1/plan")["steps"]
    assert {"vlan_add", "address_add"} <= {one["action"] for one in steps}
    client.ask("POST", "/v1/apply", {}, code="bad_config")
    bad = os.path.join(lab.server_config.path, "ifcfg-bad0")
    os.rename(bad, bad + ".bak")
    client.ask("POST", "/v1/apply", {})
    os.rename(bad + ".bak", bad)


def test_reload_and_down(client):
    client.ask("POST", "/v1/reload", {"x": 1}, code="bad_body")
    assert client.ask("POST", "/v1/reload", {})["problems"]
    client.ask("POST", "/v1/down", {"bond": "x"}, code="no_such_bond")
    client.ask("POST", "/v1/down", {"bond": 1}, code="bad_body")
    client.ask("POST", "/v1/down", {"bond": "bond1"})


def test_nothing_was_left_out(client):
    """The last one: each call that can be done was seen to be done, and each refused one, too."""
    for operation in DOCUMENT.operations:
        done = {str(status) for one, status in client.seen if one == operation.id}
        responses = set(operation.item["responses"])
        assert "200" not in responses or "200" in done, operation.id
        if responses & {"400", "404", "409"}:
            assert done & {"400", "404", "409"}, operation.id
