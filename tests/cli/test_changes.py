# SPDX-License-Identifier: BSD-2-Clause
"""plan, apply, confirm, rollback, history, vlan, staged, commit, discard and bond: what
they ask of the daemon, and what they print."""

import json

import pytest
from conftest import environment, golden, portchannel
from samples import WAITING, bond, configured_vlan, problem, status, step

STEPS = [step("address_remove", "remove 10.9.9.9/24 from bond0", "vlan"),
         step("vlan_add", "make VLAN interface bond0.653, VLAN 653 of bond0"),
         step("member_add", "take ens1f2 into bond0", "member"),
         step("bond_options", "bond0: mode balance-xor -> 802.3ad", "bond")]
PLAN = {"revision": "9f2c41d07be03a55", "steps": STEPS, "disruption": "bond", "problems": [],
        "drift": [{"interface": "bond0", "text": "10.9.9.9/24 is in no file; it is left alone"}]}


def applied(**changes):
    value = {"number": 43, "steps": [dict(one, result="done") for one in STEPS[:2]],
             "changes": [], "problems": [], "waiting": None}
    value.update(changes)
    return value


def refusal(code, message, **more):
    return {"error": {"code": code, "message": message, **more}}


def run(daemon, *arguments, **more):
    return portchannel("--socket", daemon.socket, *arguments, **more)


def asked(daemon):
    """The only request: method, path, body."""
    (method, path, _, body), = daemon.requests
    return method, path, json.loads(body)


# --- plan ----------------------------------------------------------------------


def test_plan(daemon):
    daemon.answer("/v1/plan", PLAN)
    result = run(daemon, "plan")
    assert (result.returncode, result.stderr) == (0, "")
    golden("plan.txt", result.stdout)
    assert daemon.requests == [("GET", "/v1/plan", {}, b"")]


def test_plan_of_the_staged_changes(daemon):
    daemon.answer("/v1/plan", dict(PLAN, steps=STEPS[1:2], disruption="none", drift=[]))
    result = run(daemon, "plan", "--staged")
    golden("plan_staged.txt", result.stdout)
    assert daemon.requests == [("GET", "/v1/plan", {"staged": "true"}, b"")]


def test_plan_with_nothing_to_do_and_problems(daemon):
    daemon.answer("/v1/plan", dict(PLAN, steps=[], disruption="none", drift=[], problems=[
        dict(problem("ifcfg-bond1", 3, "MTU is 'x\x1b'", "bond1"), column=5)]))
    result = run(daemon, "plan")
    assert (result.returncode, result.stderr) == (0, "")
    golden("plan_problems.txt", result.stdout)


def test_plan_that_apply_would_refuse(daemon):
    daemon.answer("/v1/plan", dict(PLAN, drift=[], problems=[problem("ifcfg-bond1", 3, "bad", "bond1")]))
    golden("plan_refused.txt", run(daemon, "plan").stdout)
    assert "'portchannel commit --confirm 60' does it" in run(daemon, "plan", "--staged").stdout


@pytest.mark.parametrize("steps", [[], STEPS[1:2]])
def test_plan_while_a_change_waits(daemon, steps):
    daemon.answer("/v1/plan", dict(PLAN, steps=steps, disruption="none", drift=[], waiting=WAITING))
    text = run(daemon, "plan").stdout
    assert "Change 43 is taken back in " in text and "  portchannel confirm    keep it\n" in text
    assert "apply --confirm" not in text


def test_plan_as_json(daemon):
    daemon.answer("/v1/plan", PLAN)
    result = run(daemon, "plan", "--json")
    assert json.loads(result.stdout) == PLAN


@pytest.mark.parametrize("changes,code", [
    ({}, 2), ({"steps": []}, 0), ({"steps": [], "problems": [problem("ifcfg-x", 1, "bad", severity="warning")]}, 0),
    ({"problems": [problem("ifcfg-x", 1, "bad")]}, 1), ({"steps": [], "problems": [problem("ifcfg-x", 1, "bad")]}, 1)])
def test_detailed_exit_code(daemon, changes, code):
    daemon.answer("/v1/plan", dict(PLAN, **changes))
    assert run(daemon, "plan", "--detailed-exitcode").returncode == code
    assert run(daemon, "plan", "--detailed-exitcode", "--json").returncode == code
    assert run(daemon, "plan").returncode == 0


def test_detailed_exit_code_of_wrong_usage_is_not_something_to_do(daemon):
    assert run(daemon, "plan", "--detailed-exitcode", "--jsno").returncode == 1
    assert run(daemon, "plan", "now", "--detailed-exitcode").returncode == 1
    daemon.answer("/v1/plan", refusal("config_unreadable", "x can't be read"), 500)
    assert run(daemon, "plan", "--detailed-exitcode").returncode == 1


# --- apply, confirm, rollback -----------------------------------------------------


@pytest.mark.parametrize("arguments,body", [
    ([], {}), (["--confirm", "60"], {"confirm": 60}), (["--confirm=86400", "--json"], {"confirm": 86400}),
    (["--revision", "9f2c41d07be03a55"], {"revision": "9f2c41d07be03a55"})])
def test_apply_asks(daemon, arguments, body):
    daemon.answer("/v1/apply", applied(), method="POST")
    assert run(daemon, "apply", *arguments).returncode == 0
    assert asked(daemon) == ("POST", "/v1/apply", body)


def test_apply(daemon):
    daemon.answer("/v1/apply", applied(), method="POST")
    result = run(daemon, "apply")
    assert (result.returncode, result.stderr) == (0, "")
    golden("apply.txt", result.stdout)


def test_apply_that_waits_to_be_confirmed(daemon):
    daemon.answer("/v1/apply", applied(waiting=WAITING), method="POST")
    result = run(daemon, "apply", "--confirm", "60")
    assert (result.returncode, result.stderr) == (0, "")
    golden("apply_confirm.txt", result.stdout)


def test_apply_with_nothing_to_do(daemon):
    daemon.answer("/v1/apply", applied(steps=[]), method="POST")
    assert run(daemon, "apply").stdout == "Nothing to do: what runs is what the files say.\n"


def test_nothing_to_do_but_errors(daemon):
    answer = applied(steps=[], problems=[problem("ifcfg-bond1", 3, "bad", "bond1")])
    daemon.answer("/v1/apply", answer, method="POST")
    result = run(daemon, "apply")
    assert result.returncode == 1 and "Nothing to do" not in result.stdout
    assert result.stdout == "Nothing was done; what has an error below is left as it runs.\n"


def test_rollback_with_nothing_to_do(daemon):
    daemon.answer("/v1/rollback", applied(steps=[]), method="POST")
    assert run(daemon, "rollback", "43").stdout == "Nothing to do: that runs already.\n"


def test_what_was_edited_is_said_to_be_kept(daemon):
    daemon.answer("/v1/apply", applied(waiting={**WAITING, "edited": True}), method="POST")
    assert "kept beside, as NAME.bak." in run(daemon, "apply", "--confirm", "60").stdout


def test_change_that_takes_no_step(daemon):
    daemon.answer("/v1/rollback", applied(steps=[], changes=["ifcfg-bond0: a comment \x1b"]), method="POST")
    assert run(daemon, "rollback").stdout == "ifcfg-bond0: a comment \\x1b\nChange 43 is in force.\n"


def test_apply_with_errors_in_the_files(daemon):
    answer = applied(problems=[problem("ifcfg-bond1", 3, "bad", "bond1")])
    daemon.answer("/v1/apply", answer, method="POST")
    result = run(daemon, "apply")
    assert result.returncode == 1
    assert "Change 43 is in force." in result.stdout
    assert result.stderr == "/etc/sysconfig/network-scripts/ifcfg-bond1:3: error: bad\n"
    result = run(daemon, "apply", "--json")
    assert result.returncode == 1 and json.loads(result.stdout) == answer and not result.stderr


FAILED = [dict(STEPS[0], result="undone"), dict(STEPS[1], result="failed"), dict(STEPS[2], result="skipped")]


def test_apply_that_fails_shows_what_became_of_each_step(daemon):
    answer = refusal("step_failed", "bond0.653: the kernel refuses it", steps=FAILED)
    daemon.answer("/v1/apply", answer, 409, method="POST")
    result = run(daemon, "apply")
    assert (result.returncode, result.stderr) == (1, "portchannel: bond0.653: the kernel refuses it\n")
    golden("apply_failed.txt", result.stdout)
    result = run(daemon, "apply", "--json")
    assert result.returncode == 1 and json.loads(result.stdout) == answer


@pytest.mark.parametrize("code", ["busy", "unconfirmed", "conflict", "address_in_use"])
def test_apply_refused(daemon, code):
    daemon.answer("/v1/apply", refusal(code, "not now"), 409, method="POST")
    result = run(daemon, "apply")
    assert (result.returncode, result.stdout, result.stderr) == (1, "", "portchannel: not now\n")


def test_confirm(daemon):
    daemon.answer("/v1/confirm", applied(steps=[]), method="POST")
    result = run(daemon, "confirm")
    assert (result.returncode, result.stdout) == (0, "Change 43 is kept.\n")
    assert asked(daemon) == ("POST", "/v1/confirm", {})


def test_nothing_to_confirm(daemon):
    daemon.answer("/v1/confirm", refusal("nothing_to_confirm", "no change waits"), 409, method="POST")
    result = run(daemon, "confirm")
    assert (result.returncode, result.stdout, result.stderr) == (1, "", "portchannel: no change waits\n")


@pytest.mark.parametrize("arguments,body", [
    ([], {}), (["41"], {"number": 41}), (["41", "--confirm", "30"], {"number": 41, "confirm": 30})])
def test_rollback(daemon, arguments, body):
    daemon.answer("/v1/rollback", applied(number=44), method="POST")
    result = run(daemon, "rollback", *arguments)
    assert result.returncode == 0 and result.stdout.endswith("Change 44 is in force.\n")
    (method, path, _, sent), second = daemon.requests
    assert (method, path, json.loads(sent)) == ("POST", "/v1/rollback", body)
    assert second[:2] == ("GET", "/v1/staged")


def test_rollback_of_a_commit_says_that_it_is_staged_again(daemon):
    daemon.answer("/v1/rollback", applied(number=42), method="POST")
    daemon.answer("/v1/staged", {"revision": "5d0c", "changes": [staged("bond0.653", "add")]})
    assert run(daemon, "rollback").stdout.endswith(
        "Change 42 is in force.\n1 staged change: see 'portchannel staged'\n")


# --- history ----------------------------------------------------------------------


ENTRIES = [
    {"number": 43, "time": 1790000000.123, "user": "anna", "uid": 1000, "how": "vlan add bond0.653",
     "state": "waiting", "files": [{"name": "ifcfg-bond0.653", "change": "added"}]},
    {"number": 42, "time": 1789990000, "user": "root", "uid": 0, "how": "apply", "state": "in_force",
     "files": [{"name": f"ifcfg-bond0.{i}", "change": "changed"} for i in range(5)]},
    {"number": 41, "time": 1789980000, "user": "1007\x1b", "uid": 1007, "how": "commit", "state": "taken_back",
     "files": []},
    {"number": 40, "time": 1789970000, "user": "root", "uid": 0, "how": "start", "state": "former", "files": []},
]


def test_history_shows_a_faulty_entry(daemon):
    entry = {**ENTRIES[3], "fault": "ifcfg-bond0.5:5:8: bad"}
    daemon.answer("/v1/history", {"configurations": [entry], "waiting": None})
    assert "faulty: ifcfg-bond0.5:5:8: bad\n" in run(daemon, "history").stdout


def test_history(daemon):
    daemon.answer("/v1/history", {"configurations": ENTRIES, "waiting": WAITING})
    result = run(daemon, "history")
    assert (result.returncode, result.stderr) == (0, "")
    golden("history.txt", result.stdout)
    assert json.loads(run(daemon, "history", "--json").stdout)["configurations"] == ENTRIES


def test_history_of_nothing(daemon):
    daemon.answer("/v1/history", {"configurations": [], "waiting": None})
    assert run(daemon, "history").stdout == "Nothing has been applied yet.\n"


def test_history_of_one(daemon, terminal):
    difference = ("--- ifcfg-bond0.653\n+++ ifcfg-bond0.653\n@@ -1,2 +1,2 @@\n DEVICE=bond0.653\n"
                  "-MTU=1500\n+MTU=\x1b9000\n")
    daemon.answer("/v1/history/43", dict(ENTRIES[0], difference=difference))
    result = run(daemon, "history", "43")
    assert (result.returncode, result.stderr) == (0, "")
    golden("history_one.txt", result.stdout)
    assert "\x1b" not in result.stdout
    shown = terminal(["--socket", daemon.socket, "history", "43"], environment())
    assert "\x1b[31m-MTU=1500" in shown and "\x1b[32m+MTU=\\x1b9000" in shown


def test_history_of_none_such(daemon):
    daemon.answer("/v1/history/7", refusal("no_such_configuration", "there is no 7"), 404)
    result = run(daemon, "history", "7")
    assert (result.returncode, result.stderr) == (1, "portchannel: there is no 7\n")


# --- VLAN interfaces --------------------------------------------------------------


@pytest.mark.parametrize("arguments,body", [
    (["bond0", "652"], {"parent": "bond0", "vid": 652}),
    (["bond0", "652", "10.1.2.3/24", "2001:db8::3/64"],
     {"parent": "bond0", "vid": 652, "addresses": ["10.1.2.3/24", "2001:db8::3/64"]}),
    (["ens2", "5", "--name", "guests", "--mtu", "9000", "--mac", "02:00:00:00:00:01", "--gateway", "10.0.0.1",
      "--gateway6", "fe80::1", "--no-onboot", "--dhcp", "--dhcpv6", "--no-ipv6-autoconf"],
     {"parent": "ens2", "vid": 5, "name": "guests", "mtu": 9000, "mac": "02:00:00:00:00:01",
      "gateway": "10.0.0.1", "gateway6": "fe80::1", "onboot": False, "dhcp": True, "dhcpv6": True,
      "ipv6_autoconf": False}),
    (["bond0", "652", "--confirm", "60"], {"parent": "bond0", "vid": 652, "confirm": 60}),
    (["bond0", "652", "--stage", "--revision", "77aa"],
     {"parent": "bond0", "vid": 652, "stage": True, "revision": "77aa"}),
])
def test_vlan_add_asks(daemon, arguments, body):
    daemon.answer("/v1/vlans", applied(), method="POST")
    assert run(daemon, "vlan", "add", *arguments).returncode == 0
    assert asked(daemon) == ("POST", "/v1/vlans", body)


def test_vlan_add(daemon):
    daemon.answer("/v1/vlans", applied(waiting=WAITING), method="POST")
    result = run(daemon, "vlan", "add", "bond0", "653", "--confirm", "60")
    assert "VLAN 653 of bond0" in result.stdout and "portchannel confirm" in result.stdout
    # Errors in other files are not this change's.
    daemon.answer("/v1/vlans", applied(problems=[problem("ifcfg-bond1", 3, "bad", "bond1")]), method="POST")
    result = run(daemon, "vlan", "add", "bond0", "653")
    assert result.returncode == 0 and "bad" in result.stderr


def test_vlan_add_staged(daemon):
    daemon.answer("/v1/vlans", {
        "staged": configured_vlan(653, staged="add", running=False),
        "file": "/etc/sysconfig/network-scripts/ifcfg-bond0.653",
        "text": "DEVICE=bond0.653\nVLAN=yes\n# \x1b[2J\n"}, method="POST")
    result = run(daemon, "vlan", "add", "bond0", "653", "--stage")
    assert (result.returncode, result.stderr) == (0, "")
    golden("vlan_add_staged.txt", result.stdout)


@pytest.mark.parametrize("arguments,body", [
    (["--mtu", "9000"], {"mtu": 9000}), (["--mtu", "none"], {"mtu": None}),
    (["--gateway", "none", "--mac", "none"], {"gateway": None, "mac": None}),
    (["--no-dhcp", "--onboot", "--ipv6-autoconf"], {"dhcp": False, "onboot": True, "ipv6_autoconf": True}),
    (["--address", "10.0.0.1/8", "--address=10.0.0.2/8"], {"addresses": ["10.0.0.1/8", "10.0.0.2/8"]}),
    (["--address", "none", "--stage"], {"addresses": [], "stage": True}),
])
def test_vlan_set_asks(daemon, arguments, body):
    daemon.answer("/v1/vlans/bond0.652", applied(), method="PATCH")
    assert run(daemon, "vlan", "set", "bond0.652", *arguments).returncode == 0
    assert asked(daemon) == ("PATCH", "/v1/vlans/bond0.652", body)


@pytest.mark.parametrize("arguments,addresses", [
    (["--add-address", "10.0.0.2/8"], ["10.0.0.1/8", "2001:db8::1/64", "10.0.0.2/8"]),
    (["--add-address", "10.0.0.1/8"], ["10.0.0.1/8", "2001:db8::1/64"]),
    (["--remove-address", "2001:DB8:0::1/64", "--add-address", "10.0.0.3/8", "--add-address", "10.0.0.4/8"],
     ["10.0.0.1/8", "10.0.0.3/8", "10.0.0.4/8"]),
])
def test_vlan_set_edits_addresses_at_the_revision_it_saw(daemon, arguments, addresses):
    seen = configured_vlan(652, addresses=["10.0.0.1/8", "2001:db8::1/64"])
    daemon.answer("/v1/vlans/bond0.652", seen)
    daemon.answer("/v1/vlans/bond0.652", applied(), method="PATCH")
    result = run(daemon, "vlan", "set", "bond0.652", *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(daemon.requests[1][3]) == {"addresses": addresses, "revision": seen["revision"]}


def test_vlan_set_removes_no_address_that_is_not_there(daemon):
    daemon.answer("/v1/vlans/bond0.652", configured_vlan(652))
    result = run(daemon, "vlan", "set", "bond0.652", "--remove-address", "10.124.252.101/25")
    assert (result.returncode, result.stderr) == (1, "portchannel: bond0.652 has no address 10.124.252.101/25\n")
    assert len(daemon.requests) == 1


def test_vlan_del(daemon):
    daemon.answer("/v1/vlans/a b%2F\xe4", applied(), method="DELETE")
    daemon.answer("/v1/vlans/a%20b%252F%C3%A4", applied(), method="DELETE")
    result = run(daemon, "vlan", "del", "a b%2F\xe4", "--confirm", "9")
    assert result.returncode == 0
    assert asked(daemon) == ("DELETE", "/v1/vlans/a%20b%252F%C3%A4", {"confirm": 9})


def test_vlan_list(daemon):
    vlans = [configured_vlan(652), configured_vlan(653, staged="add", running=False, addresses=[], dhcp=True),
             configured_vlan(654, running=False, addresses=["10.0.0.1/8", "10.0.0.2/8", "10.0.0.3/8", "10.0.0.4/8"],
                             dhcpv6=True),
             configured_vlan(655, running=False, onboot=False, addresses=[]),
             configured_vlan(5, "ens2", name="\x1bguests", staged="delete"), configured_vlan(6, staged="change")]
    answer = {"revision": "x", "vlans": vlans}
    daemon.answer("/v1/vlans", answer)
    result = run(daemon, "vlan", "list")
    assert (result.returncode, result.stderr) == (0, "")
    golden("vlan_list.txt", result.stdout)
    assert json.loads(run(daemon, "vlan", "list", "--json").stdout) == answer
    daemon.answer("/v1/vlans", {"revision": "x", "vlans": []})
    assert run(daemon, "vlan", "list").stdout == "There are no VLAN interfaces.\n"


@pytest.mark.parametrize("arguments,method", [
    (["add", "bond0", "653"], "POST"), (["set", "bond0.653", "--mtu", "9"], "PATCH"), (["del", "bond0.653"], "DELETE")])
def test_vlan_refused(daemon, arguments, method):
    path = "/v1/vlans" if method == "POST" else "/v1/vlans/bond0.653"
    daemon.answer(path, refusal("conflict", "anna has changed it, at 14:13"), 409, method=method)
    result = run(daemon, "vlan", *arguments)
    assert (result.returncode, result.stdout, result.stderr) == (
        1, "", "portchannel: anna has changed it, at 14:13\n")


# --- staged changes ---------------------------------------------------------------


def staged(name, action, **changes):
    value = {"action": action, "name": name, "time": 1790000000.1, "user": "anna", "uid": 1000,
             "revision": "77aa", "vlan": None, "file": "f", "text": "", "conflict": None}
    value.update(changes)
    return value


def test_staged(daemon):
    answer = {"revision": "5d0c", "changes": [
        staged("bond0.653", "add"), staged("bond0.654", "delete", user="root", conflict="bob has edited the file")]}
    daemon.answer("/v1/staged", answer)
    result = run(daemon, "staged")
    assert (result.returncode, result.stderr) == (0, "")
    golden("staged.txt", result.stdout)
    assert json.loads(run(daemon, "staged", "--json").stdout) == answer
    daemon.answer("/v1/staged", {"revision": "x", "changes": []})
    assert run(daemon, "staged").stdout == "No change is staged.\n"


@pytest.mark.parametrize("arguments,body", [
    ([], {}), (["--confirm", "60", "--revision", "5d0c"], {"confirm": 60, "revision": "5d0c"})])
def test_commit(daemon, arguments, body):
    daemon.answer("/v1/commit", applied(), method="POST")
    result = run(daemon, "commit", *arguments)
    assert result.returncode == 0 and "done" in result.stdout
    assert asked(daemon) == ("POST", "/v1/commit", body)


@pytest.mark.parametrize("arguments,path,body,words", [
    ([], "/v1/staged", {}, "The staged change of bond0.653 is dropped.\n"),
    (["bond0.653", "--revision", "77aa"], "/v1/staged/bond0.653", {"revision": "77aa"},
     "The staged change of bond0.653 is dropped.\n")])
def test_discard(daemon, arguments, path, body, words):
    daemon.answer(path, {"discarded": ["bond0.653"]}, method="DELETE")
    result = run(daemon, "discard", *arguments)
    assert (result.returncode, result.stdout) == (0, words)
    assert asked(daemon) == ("DELETE", path, body)


def test_discard_of_nothing(daemon):
    daemon.answer("/v1/staged", {"discarded": []}, method="DELETE")
    assert run(daemon, "discard").stdout == "No change was staged.\n"


# --- bonds ------------------------------------------------------------------------


@pytest.mark.parametrize("arguments,method,path", [
    (["add", "bond1", "mode=4", "--mode", "4"], "PUT", "/v1/bonds/bond1"), (["add"], "POST", "/v1/bonds"),
    (["set", "bond0", "--mtu=9000", "-x"], "PATCH", "/v1/bonds/bond0"), (["del", "bond0"], "DELETE", "/v1/bonds/bond0")])
def test_bond_is_refused_with_the_file(daemon, arguments, method, path):
    daemon.answer(path, refusal("files_only", "edit /etc/x/ifcfg-bond0"), 409, method=method)
    result = run(daemon, "bond", *arguments)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", "portchannel: edit /etc/x/ifcfg-bond0\n")
    assert asked(daemon) == (method, path, {})


# --- what status says of them -------------------------------------------------------


def test_status_of_a_change_that_waits(daemon):
    daemon.answer("/v1/status", dict(status(bond()), waiting=dict(WAITING, seconds=52), staged=2))
    result = run(daemon, "status")
    golden("status_waiting.txt", result.stdout)
    daemon.answer("/v1/status", dict(status(bond()), waiting=None, staged=1))
    assert "1 staged change: see 'portchannel staged'" in run(daemon, "status").stdout
