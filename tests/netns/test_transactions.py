# SPDX-License-Identifier: BSD-2-Clause
"""A change that is confirmed, taken back, or cut short, and the history of all."""
import os
import shutil
import time

import pytest

from netlab import wait_for
from transactions_util import (RESTARTS, ask, bond_addresses, edit, files, history, is_new,
                                is_old, journal, kept, make_server, refused, restart,
                                restart_gently, states)


@pytest.fixture
def server(tools):
    one = make_server(tools)
    yield one
    one.close()


# --- applied ------------------------------------------------------------------------


def test_applied_for_good(server):
    edit(server)
    answer = ask(server, "apply")
    assert (answer["number"], answer["waiting"]) == (2, None)
    assert answer["files"] == history(server)[2]["files"]
    is_new(server)
    assert states(server) == ["in_force", "former"]
    entry = server.daemon.get("/v1/history/2")
    assert entry["how"] == "apply" and entry["user"] == "root"
    assert {file["name"]: file["change"] for file in entry["files"]} == {
        "ifcfg-bond0": "changed", "ifcfg-bond0.6": "added"}
    assert "-IPADDR=10.0.0.1\n+IPADDR=10.0.0.2\n" in entry["difference"]
    assert "+DEVICE=bond0.6\n" in entry["difference"]
    # Nothing to do: nothing new.
    assert ask(server, "apply")["number"] == 2
    assert ask(server, "apply", confirm=60)["waiting"] is None
    assert refused(ask, server, "confirm").code == "nothing_to_confirm"
    restart(server)
    is_new(server)
    assert states(server) == ["in_force", "former"]


def test_refused_when_the_files_have_changed_since(server):
    edit(server)
    error = refused(ask, server, "apply", revision="0" * 16)
    assert (error.status, error.code) == (409, "conflict")
    assert bond_addresses(server) == ["10.0.0.1/24"]


@RESTARTS
def test_confirmed(server, again):
    edit(server)
    events = server.daemon.events()
    answer = ask(server, "apply", confirm=600)
    waiting = answer["waiting"]
    assert waiting["number"] == 2 and waiting["user"] == "root"
    assert 590 < waiting["seconds"] <= 600
    assert abs(waiting["deadline"] - time.time() - waiting["seconds"]) < 5
    assert states(server) == ["waiting", "former"]
    for path in ("apply", "commit"):
        assert refused(ask, server, path).code in ("unconfirmed", "nothing_staged")
    assert refused(ask, server, "rollback", number=1).code == "unconfirmed"
    assert ask(server, "confirm")["waiting"] is None
    assert states(server) == ["in_force", "former"]
    assert refused(ask, server, "confirm").code == "nothing_to_confirm"
    wait_for(lambda: events.of("applied") and events.of("confirmed"), 5, "both are told of")
    events.close()
    is_new(server)
    again(server)
    is_new(server)
    assert states(server)[-2:] == ["in_force", "former"]


def test_taken_back_in_time(server):
    before = files(server)
    look = server.look("bond0", "bond0.5", "eth0", "eth1")
    edit(server)
    events = server.daemon.events()
    ask(server, "apply", confirm=1)
    is_new_while_waiting = bond_addresses(server)
    wait_for(lambda: events.of("taken_back"), 20, "it is taken back")
    events.close()
    assert is_new_while_waiting in (["10.0.0.2/24"], ["10.0.0.1/24"])
    is_old(server, before)
    assert server.look(*look) == look
    assert states(server) == ["taken_back", "in_force"]
    # What was edited is not lost.
    assert "+IPADDR=10.0.0.2\n" in server.daemon.get("/v1/history/2")["difference"]
    ask(server, "rollback", number=2)
    is_new(server)


def test_taken_back_at_once(server):
    before = files(server)
    edit(server)
    ask(server, "apply", confirm=600)
    events = server.daemon.events()
    answer = ask(server, "rollback")
    assert answer["number"] == 1 and answer["waiting"] is None
    is_old(server, before)
    wait_for(lambda: events.of("rolled_back"), 5, "it is told of")
    events.close()


@RESTARTS
def test_taken_back_by_the_next_daemon(server, again):
    before = files(server)
    edit(server)
    ask(server, "apply", confirm=600)
    assert os.path.exists(journal(server))
    again(server)
    is_old(server, before)
    assert states(server) == ["taken_back", "in_force"]
    messages = [problem["message"] for problem in server.problems()]
    assert any("configuration 2 of root (apply) was not confirmed" in message
               for message in messages), messages
    again(server)
    is_old(server, before)
    assert ask(server, "rollback", number=2)["number"] == 3
    is_new(server)


@RESTARTS
def test_a_commit_taken_back_by_the_next_daemon(server, again):
    before = files(server)
    server.daemon.request("POST", "/v1/vlans", {"parent": "bond0", "vid": 6, "stage": True})
    server.daemon.request("PATCH", "/v1/vlans/bond0.5", {"mtu": 1400, "stage": True})
    staged = server.daemon.get("/v1/staged")
    ask(server, "commit", confirm=600)
    assert server.daemon.get("/v1/staged")["changes"] == []
    again(server)
    is_old(server, before)
    assert server.daemon.get("/v1/staged") == staged
    ask(server, "commit")
    again(server)
    assert server.namespace.link("bond0.5")["mtu"] == 1400
    assert "bond0.6" in server.namespace.links()
    assert server.daemon.get("/v1/staged")["changes"] == []


def test_a_journal_left_after_the_end_leads_back_too(server):
    """The moment between the history's entry and the end of the journal."""
    before = files(server)
    edit(server)
    ask(server, "apply", confirm=600)
    shutil.copy(journal(server), server.folder)
    ask(server, "confirm")
    server.daemon.kill()
    shutil.copy(os.path.join(server.folder, "journal.json"), journal(server))
    server.daemon.start()
    is_old(server, before)
    assert states(server) == ["taken_back", "in_force"]


# --- edits by hand in between ---------------------------------------------------------


@pytest.mark.parametrize("again", [lambda server: ask(server, "rollback"), restart])
def test_edited_while_it_waits(server, again):
    before = files(server)
    edit(server)
    ask(server, "apply", confirm=600)
    server.config.vlan("bond0.6", "10.0.66.1/24")
    edited = server.config.read("bond0.6")
    server.config.vlan("bond0.9", "10.0.9.1/24")
    other = server.config.read("bond0.9")
    again(server)
    assert files(server) == {**before, "ifcfg-bond0.9": other}
    assert kept(server)["ifcfg-bond0.6.bak"] == edited
    assert any("kept as ifcfg-bond0.6.bak" in problem["message"]
               for problem in server.problems())
    assert bond_addresses(server) == ["10.0.0.1/24"]
    assert "bond0.6" not in server.namespace.links()


def test_reloaded_while_it_waits(server):
    """The reload makes nothing permanent, and what it brought in stays."""
    edit(server)
    ask(server, "apply", confirm=600)
    server.config.vlan("bond0.9", "10.0.9.1/24")
    server.daemon.reload()
    assert server.daemon.get("/v1/history")["waiting"]["number"] == 2
    ask(server, "rollback")
    assert bond_addresses(server) == ["10.0.0.1/24"]
    assert "bond0.6" not in server.namespace.links()
    assert bond_addresses(server, "bond0.9") == ["10.0.9.1/24"]
    assert states(server) == ["in_force", "taken_back", "former"]
    assert history(server)[3]["how"] == "reload"
    assert [file["name"] for file in history(server)[3]["files"]] == ["ifcfg-bond0.9"]


def test_reloaded_while_it_waits_and_confirmed(server):
    edit(server)
    ask(server, "apply", confirm=600)
    server.config.vlan("bond0.9", "10.0.9.1/24")
    server.daemon.reload()
    ask(server, "confirm")
    is_new(server)
    assert states(server) == ["in_force", "former", "former"]
    assert [file["name"] for file in history(server)[3]["files"]] == ["ifcfg-bond0.9"]
    ask(server, "rollback")
    assert "bond0.9" not in server.namespace.links()
    is_new(server)


# --- the history ------------------------------------------------------------------------


def test_ten_are_kept(server):
    for i in range(12):
        server.bond(address=f"10.0.0.{i + 2}/24")
        ask(server, "apply")
    assert sorted(history(server)) == list(range(4, 14))
    assert states(server) == ["in_force"] + ["former"] * 9
    restart(server)
    assert sorted(history(server)) == list(range(4, 14))
    assert refused(ask, server, "rollback", number=3).status == 404
    assert refused(server.daemon.get, "/v1/history/3").status == 404
    ask(server, "rollback", number=4)
    assert bond_addresses(server) == ["10.0.0.4/24"]
    assert history(server)[14]["how"] == "rollback to 4"
    ask(server, "rollback")
    assert bond_addresses(server) == ["10.0.0.13/24"]


def test_changed_while_no_daemon_ran(server):
    server.daemon.stop()
    edit(server)
    server.daemon.start()
    is_new(server)
    assert [entry["how"] for entry in
            server.daemon.get("/v1/history")["configurations"]] == ["start", "start"]
    ask(server, "rollback")
    assert bond_addresses(server) == ["10.0.0.1/24"]
    assert "bond0.6" not in server.namespace.links()


def test_rollback_leaves_alone_what_is_not_ours(server):
    server.config.write("eth2", "DEVICE=eth2\nIPADDR=10.2.2.2\n")
    edit(server)
    ask(server, "apply")
    server.config.write("eth2", "DEVICE=eth2\nIPADDR=10.3.3.3\n")
    server.config.vlan("bond0.6", "10.0.66.1/24")
    edited = server.config.read("bond0.6")
    answer = ask(server, "rollback")
    assert bond_addresses(server) == ["10.0.0.1/24"]
    assert server.config.read("eth2") == "DEVICE=eth2\nIPADDR=10.3.3.3\n"
    assert server.config.read("bond0.6.bak") == edited
    assert not os.path.exists(server.config.file("bond0.6"))
    assert any("kept as ifcfg-bond0.6.bak" in problem["message"]
               for problem in answer["problems"])


def test_rollback_confirmed_or_not(server):
    edit(server)
    ask(server, "apply")
    after = files(server)
    assert ask(server, "rollback", number=1, confirm=600)["waiting"]["number"] == 3
    assert bond_addresses(server) == ["10.0.0.1/24"]
    restart(server)
    assert files(server) == after
    is_new(server)


def test_nothing_before(server):
    error = refused(ask, server, "rollback")
    assert error.status == 404 and "before" in error.message


def test_rollback_to_the_present_one(server):
    """What runs and its files are as it has them then, whoever touched either."""
    before = files(server)
    for body in ({"number": 1}, {"number": 1, "confirm": 600}):
        answer = ask(server, "rollback", **body)
        assert (answer["number"], answer["steps"], answer["waiting"]) == (1, [], None)
    server.namespace.ip("address del 10.0.0.1/24 dev bond0")
    assert [step["text"] for step in ask(server, "rollback", number=1)["steps"]] == [
        "add 10.0.0.1/24 to bond0"]
    edit(server)
    edited = server.config.read("bond0")
    os.unlink(server.config.file("bond0.5"))
    answer = ask(server, "rollback", number=1)
    assert answer["kept"] == [{"name": "ifcfg-bond0", "kept": "ifcfg-bond0.bak"}]
    assert kept(server) == {"ifcfg-bond0.bak": edited}
    assert bond_addresses(server) == ["10.0.0.1/24"]
    # It has no ifcfg-bond0.6: that was never applied, and is in nobody's way.
    assert files(server) == {**before, "ifcfg-bond0.6": server.config.read("bond0.6")}
    assert server.daemon.get("/v1/plan")["steps"]
    assert states(server) == ["in_force"] and not os.path.exists(journal(server))


def test_rollback_to_what_is_not_there(server):
    for number in (2, 999999999):
        error = refused(ask, server, "rollback", number=number)
        assert (error.status, error.code) == (404, "no_such_configuration")
        assert f"no configuration {number} " in error.message
    for number in (0, -1, 1 << 32 | 1, "1", 1.0, None):
        assert refused(ask, server, "rollback", number=number).code == "bad_body"
    assert states(server) == ["in_force"]


def test_rollback_puts_edited_files_back(server):
    """Also one that is the same in both configurations: the next start would bring it up."""
    before = files(server)
    server.config.vlan("bond0.6", "10.0.6.1/24")
    ask(server, "apply")
    server.bond(address="10.0.0.9/24")
    edited = server.config.read("bond0")
    answer = ask(server, "rollback")
    assert answer["number"] == 3
    assert answer["kept"] == [{"name": "ifcfg-bond0", "kept": "ifcfg-bond0.bak"}]
    is_old(server, before)
    assert kept(server) == {"ifcfg-bond0.bak": edited}
    assert server.daemon.get("/v1/plan")["steps"] == []


# --- steps that fail -----------------------------------------------------------------------


def test_a_step_that_fails_leaves_the_files_as_they_were(server):
    before = files(server)
    server.namespace.ip("link add bond0.7-hub type veth peer name in-the-way")
    body = {"parent": "bond0", "vid": 7, "addresses": ["10.0.7.1/24"]}
    error = refused(server.daemon.request, "POST", "/v1/vlans", body)
    assert (error.status, error.code) == (409, "step_failed")
    assert files(server) == before
    assert not os.path.exists(journal(server))
    assert states(server) == ["in_force"]
    # Staged, it is staged again.
    server.daemon.request("POST", "/v1/vlans", {**body, "stage": True})
    staged = server.daemon.get("/v1/staged")
    assert refused(ask, server, "commit", confirm=60).code == "step_failed"
    assert files(server) == before
    assert server.daemon.get("/v1/staged") == staged
    server.namespace.ip("link delete in-the-way")
    ask(server, "commit")
    assert bond_addresses(server, "bond0.7") == ["10.0.7.1/24"]


# --- what somebody wrote by hand ----------------------------------------------------------------


def test_what_was_edited_is_kept_when_it_is_taken_back(server):
    before = files(server)
    edit(server)
    edited = files(server)
    answer = ask(server, "apply", confirm=600)
    assert answer["waiting"]["edited"] is True and answer["kept"] == []
    answer = ask(server, "rollback")
    assert answer["kept"] == [{"name": name, "kept": f"{name}.bak"}
                              for name in ("ifcfg-bond0", "ifcfg-bond0.6")]
    assert any("ifcfg-bond0.6 had been edited by hand" in problem["message"]
               for problem in answer["problems"])
    is_old(server, before)
    assert kept(server) == {f"{name}.bak": edited[name]
                            for name in ("ifcfg-bond0", "ifcfg-bond0.6")}
    # What the daemon wrote by itself is staged again, and nobody needs a copy.
    server.daemon.request("POST", "/v1/vlans", {"parent": "bond0", "vid": 8, "stage": True})
    assert ask(server, "commit", confirm=600)["waiting"]["edited"] is False
    assert ask(server, "rollback")["kept"] == []
    assert len(kept(server)) == 2


# --- faulty files ---------------------------------------------------------------------------------


def make_faulty(server):
    """bond0.5's file gets an error, which a reload takes in; the interface runs on."""
    server.config.vlan("bond0.5", "10.0.5.300/24")
    server.daemon.reload()
    assert bond_addresses(server, "bond0.5") == ["10.0.5.1/24"]
    assert "ifcfg-bond0.5:" in history(server)[2]["fault"]
    assert history(server)[1]["fault"] is None


def test_no_going_back_to_a_faulty_file(server):
    make_faulty(server)
    server.config.vlan("bond0.5", "10.0.5.2/24")
    assert ask(server, "apply")["number"] == 3
    before = files(server)
    for body in ({}, {"number": 2}):
        error = refused(ask, server, "rollback", **body)
        assert (error.status, error.code) == (409, "bad_config")
        assert "configuration 2" in error.message and "ifcfg-bond0.5:" in error.message
    assert files(server) == before and kept(server) == {}
    assert history(server)[3]["fault"] is None
    restart(server)
    assert "ifcfg-bond0.5:" in history(server)[2]["fault"]
    ask(server, "rollback", number=1)
    assert bond_addresses(server, "bond0.5") == ["10.0.5.1/24"]


@pytest.mark.parametrize("again", [lambda server: ask(server, "rollback"), restart,
                                   restart_gently])
def test_taken_back_to_a_faulty_file(server, again):
    """The text is as it was, and what ran in spite of it, too."""
    make_faulty(server)
    before = files(server)
    server.config.vlan("bond0.5", "10.0.55.1/24")
    ask(server, "apply", confirm=600)
    assert bond_addresses(server, "bond0.5") == ["10.0.55.1/24"]
    again(server)
    assert files(server) == before
    assert bond_addresses(server, "bond0.5") == ["10.0.5.1/24"]
    assert states(server) == ["taken_back", "in_force", "former"]


def test_errors_of_files_that_are_gone(server):
    server.config.write("bond9", "DEVICE=bond9\nBONDING_OPTS='mode=nonsense'\n")
    server.daemon.reload()

    def told(answer):
        return [problem for problem in answer["problems"]
                if "bond9" in (problem["file"] or "")]

    assert told(server.daemon.status())
    assert told(server.daemon.request("POST", "/v1/vlans", {"parent": "bond0", "vid": 6}))
    os.unlink(server.config.file("bond9"))
    answer = server.daemon.request("POST", "/v1/vlans", {"parent": "bond0", "vid": 7})
    assert not told(answer) and not told(server.daemon.status())


def test_nothing_to_come_back_to(server):
    """The folder comes after the daemon's start: of what runs then no text is known."""
    server.daemon.stop()
    os.rename(server.config.path, server.config.path + "-away")
    server.daemon.start()
    assert refused(ask, server, "apply").code == "config_unreadable"
    os.rename(server.config.path + "-away", server.config.path)
    shutil.rmtree(server.daemon.store)
    restart_without_folder(server)
    assert refused(ask, server, "apply", confirm=60).code == "nothing_in_force"
    assert bond_addresses(server) == ["10.0.0.1/24"]
    server.daemon.reload()
    edit(server)
    assert ask(server, "apply", confirm=60)["waiting"]["number"] == 2


def restart_without_folder(server):
    server.daemon.stop()
    os.rename(server.config.path, server.config.path + "-away")
    server.daemon.start()
    os.rename(server.config.path + "-away", server.config.path)


def test_the_folder_cannot_be_read(server):
    os.rename(server.config.path, server.config.path + "-away")
    for path, body in (("apply", {}), ("rollback", {"number": 1})):
        error = refused(ask, server, path, **body)
        assert (error.status, error.code) == (500, "config_unreadable")
    os.rename(server.config.path + "-away", server.config.path)
    assert ask(server, "apply")["number"] == 1
