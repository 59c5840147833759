# SPDX-License-Identifier: BSD-2-Clause
"""VLAN interfaces by the API: made, changed, deleted, at once or staged; what is in the way;
and two people who want different things."""
import json
import os
import shutil
import stat
import sys

import pytest

from daemon_util import Server
from netlab.daemon import ApiError
from test_rights import SPEAKER, as_peer

OPERATORS = 61241
ANNA, BERT = (61250, 61250, OPERATORS), (61251, 61251, OPERATORS)


@pytest.fixture(scope="module")
def _server(tools):
    one = Server(tools, links=3)
    one.daemon.arguments += ["--operator-group", str(OPERATORS)]
    one.bond(address="10.0.0.1/24")
    one.config.vlan("bond0.5", "10.0.5.1/24")
    one.start()
    os.chmod(one.folder, 0o711)
    yield one
    one.close()


@pytest.fixture
def server(_server):
    """Left as it was found: bond0 with bond0.5, and nothing staged."""
    yield _server
    daemon = _server.daemon
    if daemon.get("/v1/history")["waiting"]:
        daemon.request("POST", "/v1/rollback", {})
    staged = daemon.get("/v1/staged")
    if staged["changes"]:
        daemon.request("DELETE", "/v1/staged", {"revision": staged["revision"]})
    for name in os.listdir(_server.config.path):
        if name not in ("ifcfg-bond0", "ifcfg-eth0", "ifcfg-eth1"):
            os.unlink(os.path.join(_server.config.path, name))
    _server.config.vlan("bond0.5", "10.0.5.1/24")
    daemon.reload()


def post(server, body):
    return server.daemon.request("POST", "/v1/vlans", body)


def patch(server, name, body):
    return server.daemon.request("PATCH", f"/v1/vlans/{name}", body)


def delete(server, name, body=None):
    return server.daemon.request("DELETE", f"/v1/vlans/{name}", body or {})


def commit(server, **body):
    return server.daemon.request("POST", "/v1/commit", body)


def refused(call, *arguments, **fields):
    with pytest.raises(ApiError) as caught:
        call(*arguments, **fields)
    return caught.value


def names(server):
    return {vlan["name"]: vlan for vlan in server.daemon.get("/v1/vlans")["vlans"]}


def staged(server):
    return {change["name"]: change for change in server.daemon.get("/v1/staged")["changes"]}


def addresses(server, name):
    return sorted(address.split("/")[0] for address in server.namespace.addresses(name))


def as_person(server, who, method, path, body=None):
    """[status, json] of what somebody else asks for."""
    done = as_peer(who, [sys.executable, "-c", SPEAKER, server.daemon.socket],
                   input=json.dumps([[method, path, json.dumps(body or {})]]))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)[0]


# --- at once ------------------------------------------------------------------------


def test_added_at_once(server):
    answer = post(server, {"parent": "bond0", "vid": 7, "mtu": 1400,
                           "addresses": ["10.0.7.1/24", "10.0.77.1/25", "2001:db8:7::1/64"]})
    assert answer["waiting"] is None
    text = server.config.read("bond0.7")
    for line in ("DEVICE=bond0.7", "VLAN=yes", "IPADDR=10.0.7.1", "PREFIX=24", "MTU=1400"):
        assert line in text.splitlines()
    mode = os.stat(server.config.file("bond0.7"))
    assert stat.S_IMODE(mode.st_mode) == 0o644
    assert set(server.namespace.addresses("bond0.7")) >= {
        "10.0.7.1/24", "10.0.77.1/25", "2001:db8:7::1/64"}
    vlan = names(server)["bond0.7"]
    assert vlan["running"] and vlan["vid"] == 7 and vlan["mtu"] == 1400
    assert vlan["addresses"] == ["10.0.7.1/24", "10.0.77.1/25", "2001:db8:7::1/64"]
    newest = server.daemon.get("/v1/history")["configurations"][0]
    assert newest["how"] == "vlan add bond0.7"
    assert newest["files"] == [{"name": "ifcfg-bond0.7", "change": "added"}]


def test_it_is_there_after_a_restart(server):
    post(server, {"parent": "bond0", "vid": 7, "addresses": ["10.0.7.1/24"]})
    before = server.look("bond0.7")
    server.daemon.stop()
    server.daemon.start()
    assert server.look("bond0.7") == before
    assert names(server)["bond0.7"]["running"]


def test_long_names(server):
    answer = post(server, {"parent": "bond0", "vid": 4000, "name": "storage"})
    assert answer["problems"] == [] or all(
        problem["severity"] == "warning" for problem in answer["problems"])
    assert names(server)["storage"]["vid"] == 4000
    assert names(server)["storage"]["running"]
    assert patch(server, "storage", {"addresses": ["10.0.40.1/24"]})
    assert "10.0.40.1/24" in server.namespace.addresses("storage")


def test_changed_at_once_keeps_what_is_foreign(server):
    server.config.write("bond0.5", "# the storage network\nDEVICE=bond0.5\nVLAN=yes  # a VLAN\n"
                        "ONBOOT=yes\nBOOTPROTO=none\nIPADDR=10.0.5.1\nPREFIX=24\n"
                        "ZONE=internal\n")
    os.chmod(server.config.file("bond0.5"), 0o600)
    server.daemon.reload()
    before = server.namespace.link("bond0.5")["ifindex"]
    patch(server, "bond0.5", {"addresses": ["10.0.5.2/24"], "gateway": "10.0.5.254"})
    text = server.config.read("bond0.5")
    assert text.startswith("# the storage network\nDEVICE=bond0.5\nVLAN=yes  # a VLAN\n")
    assert "ZONE=internal\n" in text and "GATEWAY=10.0.5.254\n" in text
    assert "10.0.5.1\n" not in text
    assert stat.S_IMODE(os.stat(server.config.file("bond0.5")).st_mode) == 0o600
    assert "10.0.5.2/24" in server.namespace.addresses("bond0.5")
    assert "10.0.5.1/24" not in server.namespace.addresses("bond0.5")
    assert server.namespace.link("bond0.5")["ifindex"] == before
    patch(server, "bond0.5", {"gateway": None})
    assert "GATEWAY" not in server.config.read("bond0.5")


def test_deleted_with_what_belongs_to_it(server):
    for name, text in (("route-bond0.5", "10.50.0.0/16 via 10.0.5.254\n"),
                       ("rule-bond0.5", "from 10.0.5.0/24 table 50\n"),
                       ("ifcfg-bond0.5:1", "DEVICE=bond0.5:1\nIPADDR=10.0.55.1\nPREFIX=24\n")):
        with open(os.path.join(server.config.path, name), "w", encoding="utf-8") as file:
            file.write(text)
    server.daemon.reload()
    before = {name: open(os.path.join(server.config.path, name), encoding="utf-8").read()
              for name in os.listdir(server.config.path)}
    delete(server, "bond0.5")
    assert sorted(os.listdir(server.config.path)) == ["ifcfg-bond0", "ifcfg-eth0", "ifcfg-eth1"]
    assert "bond0.5" not in server.namespace.links()
    newest = server.daemon.get("/v1/history")["configurations"][0]
    assert {file["name"]: file["change"] for file in newest["files"]} == {
        name: "removed" for name in before if "bond0.5" in name}
    server.daemon.request("POST", "/v1/rollback", {})
    assert {name: open(os.path.join(server.config.path, name), encoding="utf-8").read()
            for name in os.listdir(server.config.path)} == before
    assert {"10.0.5.1/24", "10.0.55.1/24"} <= set(server.namespace.addresses("bond0.5"))


def test_other_edited_files_wait_for_their_own_apply(server):
    server.bond(address="10.0.0.99/24")
    post(server, {"parent": "bond0", "vid": 7})
    assert "10.0.0.1/24" in server.namespace.addresses("bond0")
    assert "10.0.0.99/24" not in server.namespace.addresses("bond0")
    server.bond(address="10.0.0.1/24")


def test_confirmed_and_not(server):
    answer = post(server, {"parent": "bond0", "vid": 7, "confirm": 600})
    assert answer["waiting"]["number"] == answer["number"]
    assert refused(post, server, {"parent": "bond0", "vid": 8}).code == "unconfirmed"
    server.daemon.request("POST", "/v1/rollback", {})
    assert "bond0.7" not in names(server)
    assert not os.path.exists(server.config.file("bond0.7"))
    assert "bond0.7" not in server.namespace.links()
    post(server, {"parent": "bond0", "vid": 7, "confirm": 600})
    server.daemon.request("POST", "/v1/confirm", {})
    assert names(server)["bond0.7"]["running"]


def test_on_a_nic(server):
    parents = {parent["name"]: parent for parent in server.daemon.get("/v1/parents")["parents"]}
    assert parents["eth2"]["kind"] == "nic" and parents["bond0"]["kind"] == "bond"
    assert not {"eth0", "eth1", "bond0-hub", "bond0.5", "lo"} & set(parents)
    post(server, {"parent": "eth2", "vid": 30, "addresses": ["10.0.30.1/24"]})
    assert names(server)["eth2.30"]["running"]
    assert "10.0.30.1/24" in server.namespace.addresses("eth2.30")
    server.daemon.stop()
    server.daemon.start()
    assert names(server)["eth2.30"]["running"]
    parents = {parent["name"]: parent for parent in server.daemon.get("/v1/parents")["parents"]}
    assert parents["eth2"]["vids"] == [30]
    assert not {"eth2.30", "eth2.30-hub"} & set(parents)
    patch(server, "eth2.30", {"addresses": ["10.0.31.1/24"]})
    assert "10.0.31.1/24" in server.namespace.addresses("eth2.30")
    delete(server, "eth2.30")
    assert "eth2.30" not in server.namespace.links()
    assert "eth2" in server.namespace.links()


# --- what is in the way ---------------------------------------------------------------


@pytest.mark.parametrize("body, status, code, part", [
    ({"parent": "bond0", "vid": 5}, 409, "name_in_use", "ifcfg-bond0.5"),
    ({"parent": "bond0", "vid": 5, "name": "other"}, 409, "vlan_in_use", "bond0.5"),
    ({"parent": "bond7", "vid": 9}, 409, "no_such_parent", "there are: bond0"),
    ({"parent": "eth0", "vid": 9}, 409, "no_such_parent", "a member of bond0"),
    ({"parent": "bond0.5", "vid": 9, "name": "q"}, 409, "no_such_parent", "bond0.5"),
    ({"parent": "bond0-hub", "vid": 9, "name": "q"}, 409, "no_such_parent", "bond0-hub"),
    ({"parent": "lo", "vid": 9}, 409, "no_such_parent", "lo"),
    ({"parent": "bond0", "vid": 9, "name": "eth1"}, 409, "name_in_use", "member of bond0"),
    ({"parent": "bond0", "vid": 9, "name": "bond0"}, 409, "name_in_use", "a bond"),
    ({"parent": "bond0", "vid": 9, "name": "eth2"}, 409, "name_in_use", "is there already"),
    ({"parent": "bond0", "vid": 9, "addresses": ["10.0.5.1/16"]}, 409, "address_in_use",
     "bond0.5 has 10.0.5.1"),
    ({"parent": "bond0", "vid": 9, "addresses": ["10.0.0.1/24"]}, 409, "address_in_use",
     "bond0 has"),
    ({"parent": "bond0", "vid": 9, "mtu": 1501}, 400, "bad_vlan", "1500 of bond0"),
    ({"parent": "bond0", "vid": 4095}, 400, "bad_vlan", "1 to 4094"),
    ({"parent": "bond0"}, 400, "bad_vlan", "vid is needed"),
    ({"parent": "bond0", "vid": 9, "addresses": ["10.0.9.255/24"]}, 400, "bad_vlan",
     "broadcast"),
])
def test_refused(server, body, status, code, part):
    before = sorted(os.listdir(server.config.path))
    for more in ({}, {"stage": True}):
        error = refused(post, server, {**body, **more})
        assert (error.status, error.code) == (status, code)
        assert part in error.message
    assert sorted(os.listdir(server.config.path)) == before
    assert staged(server) == {}


def test_address_of_an_interface_that_no_file_here_is_of(server):
    server.namespace.ip("address add 10.0.99.1/24 dev eth2")
    try:
        error = refused(post, server, {"parent": "bond0", "vid": 9,
                                       "addresses": ["10.0.99.1/24"]})
        assert error.code == "address_in_use" and "eth2" in error.message
    finally:
        server.namespace.ip("address delete 10.0.99.1/24 dev eth2")


def test_a_foreign_file_is_never_overwritten(server):
    server.config.write("bond0.9", "DEVICE=dummy9\nTYPE=Ethernet\n")
    error = refused(post, server, {"parent": "bond0", "vid": 9})
    assert error.code == "name_in_use" and "ifcfg-bond0.9" in error.message
    assert server.config.read("bond0.9") == "DEVICE=dummy9\nTYPE=Ethernet\n"


def test_a_file_that_is_shell_is_left_alone(server):
    text = "DEVICE=bond0.5\nVLAN=yes\nif true; then IPADDR=10.0.5.1; fi\n"
    server.config.write("bond0.5", text)
    error = refused(patch, server, "bond0.5", {"mtu": 1400})
    assert error.status in (404, 409)
    assert server.config.read("bond0.5") == text


def test_no_such_vlan(server):
    for call in (lambda: patch(server, "bond0.9", {"mtu": 1400}),
                 lambda: delete(server, "bond0.9"), lambda: delete(server, "bond0")):
        assert refused(call).code == "no_such_vlan"


def test_addresses_of_alias_files(server):
    with open(server.config.file("bond0.5:1"), "w", encoding="utf-8") as file:
        file.write("DEVICE=bond0.5:1\nIPADDR=10.0.55.1\nPREFIX=24\n")
    server.daemon.reload()
    error = refused(patch, server, "bond0.5", {"addresses": ["10.0.5.2/24"]})
    assert error.code == "bad_vlan" and "ifcfg-bond0.5:1" in error.message
    patch(server, "bond0.5", {"addresses": ["10.0.5.2/24", "10.0.55.1/24"]})
    assert "10.0.55.1" not in server.config.read("bond0.5")
    assert names(server)["bond0.5"]["addresses"] == ["10.0.5.2/24", "10.0.55.1/24"]
    patch(server, "bond0.5", {"mtu": 1400})
    assert "10.0.55.1" not in server.config.read("bond0.5")


# --- staged ---------------------------------------------------------------------------


def test_staged_and_committed_as_one(server):
    answer = post(server, {"parent": "bond0", "vid": 7, "addresses": ["10.0.7.1/24"],
                           "stage": True})
    assert answer["staged"]["staged"] == "add" and not answer["staged"]["running"]
    assert "IPADDR=10.0.7.1\n" in answer["text"]
    assert patch(server, "bond0.5", {"mtu": 1300, "stage": True})["staged"]["mtu"] == 1300
    assert not os.path.exists(server.config.file("bond0.7"))
    vlans = names(server)
    assert (vlans["bond0.5"]["staged"], vlans["bond0.7"]["staged"]) == ("change", "add")
    seen = server.daemon.get("/v1/staged")
    assert [change["action"] for change in seen["changes"]] == ["add", "change"]
    answer = commit(server, revision=seen["revision"])
    assert answer["waiting"] is None
    assert server.namespace.link("bond0.5")["mtu"] == 1300
    assert "10.0.7.1/24" in server.namespace.addresses("bond0.7")
    assert staged(server) == {}
    assert refused(commit, server).code == "nothing_staged"


def test_staged_changes_outlive_the_daemon(server):
    post(server, {"parent": "bond0", "vid": 7, "stage": True})
    before = server.daemon.get("/v1/staged")
    server.daemon.kill()
    server.daemon.start()
    assert server.daemon.get("/v1/staged") == before
    commit(server)
    assert names(server)["bond0.7"]["running"]


def test_a_staged_change_is_changed(server):
    post(server, {"parent": "bond0", "vid": 7, "stage": True})
    patch(server, "bond0.7", {"addresses": ["10.0.7.1/24"], "stage": True})
    assert staged(server)["bond0.7"]["action"] == "add"
    assert "IPADDR=10.0.7.1" in staged(server)["bond0.7"]["text"]
    # What is staged already can't be gone around.
    assert refused(patch, server, "bond0.7", {"mtu": 1400}).code == "conflict"
    assert delete(server, "bond0.7", {"stage": True})["staged"] is None
    assert staged(server) == {}


def test_deletion_staged(server):
    assert delete(server, "bond0.5", {"stage": True})["staged"]["staged"] == "delete"
    assert names(server)["bond0.5"]["staged"] == "delete"
    assert refused(patch, server, "bond0.5", {"mtu": 1400, "stage": True}).code == "no_such_vlan"
    # Its VLAN can be given to another.
    post(server, {"parent": "bond0", "vid": 5, "name": "other", "stage": True})
    commit(server)
    assert "bond0.5" not in names(server) and names(server)["other"]["vid"] == 5
    assert "other" in server.namespace.links()


def test_staged_ones_are_in_each_others_way(server):
    """Whose they are is said: they have no file yet."""
    post(server, {"parent": "bond0", "vid": 7, "addresses": ["10.0.7.1/24"], "stage": True})
    for body, code in (({"vid": 7, "name": "x"}, "vlan_in_use"),
                       ({"vid": 8, "addresses": ["10.0.7.1/24"]}, "address_in_use"),
                       ({"vid": 8, "name": "bond0.7"}, "name_in_use")):
        error = refused(post, server, {"parent": "bond0", "stage": True, **body})
        assert error.code == code and error.message.endswith("(staged by root)")


def test_taken_back_is_staged_again(server):
    post(server, {"parent": "bond0", "vid": 7, "stage": True})
    before = server.daemon.get("/v1/staged")
    commit(server, confirm=600)
    assert staged(server) == {}
    # Something else is staged while that one waits.
    post(server, {"parent": "bond0", "vid": 8, "stage": True})
    server.daemon.request("POST", "/v1/rollback", {})
    assert sorted(staged(server)) == ["bond0.7", "bond0.8"]
    assert staged(server)["bond0.7"] == before["changes"][0]
    commit(server)
    assert names(server)["bond0.7"]["running"] and names(server)["bond0.8"]["running"]


def test_discarded(server):
    for vid in (7, 8, 9):
        post(server, {"parent": "bond0", "vid": vid, "stage": True})
    assert server.daemon.request("DELETE", "/v1/staged/bond0.8") == {"discarded": ["bond0.8"]}
    assert refused(server.daemon.request, "DELETE", "/v1/staged/bond0.8").status == 404
    assert server.daemon.request("DELETE", "/v1/staged")["discarded"] == ["bond0.7", "bond0.9"]
    assert staged(server) == {}


def test_edited_by_hand_meanwhile(server):
    patch(server, "bond0.5", {"mtu": 1400, "stage": True})
    post(server, {"parent": "bond0", "vid": 7, "stage": True})
    assert staged(server)["bond0.5"]["conflict"] is None
    edited = server.config.read("bond0.5") + "# edited\n"
    server.config.write("bond0.5", edited)
    assert "changed since, by hand" in staged(server)["bond0.5"]["conflict"]
    error = refused(commit, server)
    assert error.code == "conflict" and "ifcfg-bond0.5" in error.message
    assert server.config.read("bond0.5") == edited
    assert not os.path.exists(server.config.file("bond0.7"))
    server.daemon.request("DELETE", "/v1/staged/bond0.5")
    commit(server)
    assert server.config.read("bond0.5") == edited


# --- two people -------------------------------------------------------------------------


def test_two_people(server):
    if not shutil.which("setpriv"):
        pytest.skip("there is no setpriv")
    body = {"parent": "bond0", "vid": 7, "mtu": 1400, "stage": True}
    status, answer = as_person(server, ANNA, "POST", "/v1/vlans", body)
    assert status == 200
    change = staged(server)["bond0.7"]
    assert change["uid"] == ANNA[0]
    # Bert has not seen it: nothing of Anna's is replaced or dropped.
    for method, path, more in (
            ("PATCH", "/v1/vlans/bond0.7", {"mtu": 1300, "stage": True}),
            ("DELETE", "/v1/vlans/bond0.7", {"stage": True}),
            ("DELETE", "/v1/staged/bond0.7", {}), ("DELETE", "/v1/staged", {})):
        status, answer = as_person(server, BERT, method, path, more)
        assert (status, answer["error"]["code"]) == (409, "conflict"), (method, path)
        assert str(ANNA[0]) in answer["error"]["message"]
    # He has, and then Anna changes it again.
    seen = change["revision"]
    assert as_person(server, ANNA, "PATCH", "/v1/vlans/bond0.7",
                     {"mtu": 1350, "stage": True})[0] == 200
    status, answer = as_person(server, BERT, "PATCH", "/v1/vlans/bond0.7",
                               {"mtu": 1300, "stage": True, "revision": seen})
    assert (status, answer["error"]["code"]) == (409, "conflict")
    assert staged(server)["bond0.7"]["vlan"]["mtu"] == 1350
    seen = staged(server)["bond0.7"]["revision"]
    assert as_person(server, BERT, "PATCH", "/v1/vlans/bond0.7",
                     {"mtu": 1300, "stage": True, "revision": seen})[0] == 200
    assert staged(server)["bond0.7"]["uid"] == BERT[0]
    # A commit of other changes than those seen.
    revision = server.daemon.get("/v1/staged")["revision"]
    assert as_person(server, ANNA, "POST", "/v1/vlans",
                     {"parent": "bond0", "vid": 8, "stage": True})[0] == 200
    status, answer = as_person(server, BERT, "POST", "/v1/commit", {"revision": revision})
    assert (status, answer["error"]["code"]) == (409, "conflict")
    revision = server.daemon.get("/v1/staged")["revision"]
    assert as_person(server, BERT, "POST", "/v1/commit", {"revision": revision})[0] == 200
    newest = server.daemon.get("/v1/history")["configurations"][0]
    assert (newest["uid"], newest["user"]) == (BERT[0], str(BERT[0]))


def test_a_rollback_and_what_two_people_have_staged(server):
    """It touches nothing of it; what it pulls the ground from is shown, and can't be committed
    until that is back."""
    if not shutil.which("setpriv"):
        pytest.skip("there is no setpriv")
    number = patch(server, "bond0.5", {"mtu": 1400})["number"]
    as_person(server, ANNA, "PATCH", "/v1/vlans/bond0.5", {"mtu": 1300, "stage": True})
    as_person(server, BERT, "POST", "/v1/vlans", {"parent": "bond0", "vid": 7, "stage": True})
    owners = {name: change["uid"] for name, change in staged(server).items()}
    assert owners == {"bond0.5": ANNA[0], "bond0.7": BERT[0]}
    server.daemon.request("POST", "/v1/rollback", {})
    assert server.namespace.link("bond0.5")["mtu"] == 1500
    assert {name: bool(change["conflict"]) for name, change in staged(server).items()} == {
        "bond0.5": True, "bond0.7": False}
    error = refused(commit, server)
    assert error.code == "conflict" and "ifcfg-bond0.5" in error.message
    server.daemon.request("POST", "/v1/rollback", {"number": number})
    assert not any(change["conflict"] for change in staged(server).values())
    # Committed by a third, and taken back: each has their own again.
    server.daemon.request("POST", "/v1/commit", {"confirm": 600})
    assert staged(server) == {}
    server.daemon.request("POST", "/v1/rollback", {})
    assert {name: change["uid"] for name, change in staged(server).items()} == owners
    commit(server)
    assert server.namespace.link("bond0.5")["mtu"] == 1300


def test_two_people_at_once(server):
    """Not staged: the second has seen a file that is another by now."""
    seen = names(server)["bond0.5"]["revision"]
    patch(server, "bond0.5", {"mtu": 1400, "revision": seen})
    error = refused(patch, server, "bond0.5", {"mtu": 1300, "revision": seen})
    assert error.code == "conflict"
    assert "root (vlan set bond0.5)" in error.message
    assert server.namespace.link("bond0.5")["mtu"] == 1400
    assert refused(delete, server, "bond0.5", {"revision": seen}).code == "conflict"
