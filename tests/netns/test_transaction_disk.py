# SPDX-License-Identifier: BSD-2-Clause
"""Changes on a disk that is full or broken: nothing is lost, nothing is said to be as it was
that isn't, and what can't be done now is done once it can be."""
import errno
import json
import os
import shutil

import pytest

from daemon_util import Server
from fault_util import BadDisk
from netlab import wait_for
from transactions_util import (ask, bond_addresses, edit, files, history, is_new, is_old, journal,
                               kept, lose_power, make_server, refused, restart, states)


@pytest.fixture
def server(tools):
    one = make_server(tools)
    yield one
    one.close()


def bad_disk(server, calls, path, error=errno.EIO):
    return BadDisk(server.daemon.process.pid, calls, path, error)


def messages(server):
    return [problem["message"] for problem in server.problems()]


def in_the_way(server, name="bond0.7"):
    """The step that makes this VLAN interface will fail."""
    server.namespace.ip(f"link add {name}-hub type veth peer name in-the-way")


VLAN = {"parent": "bond0", "vid": 7, "addresses": ["10.0.7.1/24"]}


def add_vlan(server):
    return server.daemon.request("POST", "/v1/vlans", VLAN)


# --- a change that fails, and a disk too -----------------------------------------------------


def gently(server):
    """Nobody restarts it."""


@pytest.mark.parametrize("again", [gently, restart])
def test_a_failed_change_that_cannot_be_called_off(server, again):
    """The file was written, its step fails, and the file can't be removed."""
    before = files(server)
    in_the_way(server)
    events = server.daemon.events()
    with bad_disk(server, "unlinkat", server.config.path):
        error = refused(add_vlan, server)
        assert (error.status, error.code) == (409, "step_failed")
        assert error.body["error"]["restoring"] is True
        assert "not all is as it was before" in error.message
        assert "ifcfg-bond0.7: Input/output error" in error.message
        assert error.body["error"]["steps"]
        assert os.path.exists(journal(server))
        for call in (lambda: ask(server, "apply"), lambda: ask(server, "rollback"),
                     lambda: server.daemon.request("POST", "/v1/vlans", {**VLAN, "vid": 8,
                                                                         "addresses": []})):
            assert refused(call).code == "restoring"
        assert refused(ask, server, "confirm").code == "nothing_to_confirm"
        assert any("can't be taken back yet" in message for message in messages(server))
        assert states(server) == ["in_force"]
    again(server)
    wait_for(lambda: not os.path.exists(journal(server)), 30, "it is tried again")
    wait_for(lambda: again is restart or events.of("taken_back"), 5, "it is told of")
    events.close()
    assert files(server) == before and kept(server) == {}
    assert not any("can't be taken back yet" in message for message in messages(server))
    assert ask(server, "apply")["number"] == 1
    server.namespace.ip("link delete in-the-way")
    assert add_vlan(server)["number"] == 2


def test_reloaded_before_it_could_be_called_off(server):
    """What the reload brings in by a file that shouldn't be there goes with the file."""
    before = files(server)
    in_the_way(server)
    with bad_disk(server, "unlinkat", server.config.path):
        assert refused(add_vlan, server).body["error"]["restoring"] is True
        server.namespace.ip("link delete in-the-way")
        server.daemon.reload()
        assert bond_addresses(server, "bond0.7") == ["10.0.7.1/24"]
    wait_for(lambda: "bond0.7" not in server.namespace.links(), 30, "it is tried again")
    is_old(server, before)
    assert states(server) == ["in_force"]


def test_staged_changes_are_not_lost_with_the_commit(server):
    """The store's folder can't be synced: nobody knows what of it is on the disk."""
    server.daemon.request("POST", "/v1/vlans", {**VLAN, "stage": True})
    staged = server.daemon.get("/v1/staged")
    with bad_disk(server, "fsync", "/store/$"):
        assert refused(ask, server, "commit").code == "no_store"
    wait_for(lambda: not any("yet" in message for message in messages(server)), 30,
             "it is tried again")
    restart(server)
    assert server.daemon.get("/v1/staged") == staged
    assert ask(server, "commit")["number"] == 2


def test_a_file_that_cannot_be_written(server):
    before = files(server)
    with bad_disk(server, "renameat", server.config.path, errno.ENOSPC):
        error = refused(add_vlan, server)
    assert (error.status, error.code) == (500, "write_failed")
    assert "all files are as they were" in error.message
    assert "restoring" not in error.body["error"]
    assert files(server) == before and not os.path.exists(journal(server))
    assert add_vlan(server)["number"] == 2


def test_rollback_with_a_folder_that_is_read_only(server):
    edit(server)
    ask(server, "apply")
    server.bond(address="10.0.0.3/24")
    as_it_was = files(server)
    with bad_disk(server, "renameat", server.config.path, errno.EROFS):
        for body in ({}, {"number": 1, "confirm": 600}, {"number": 2}):
            error = refused(ask, server, "rollback", **body)
            assert (error.status, error.code) == (500, "write_failed")
            assert "Read-only file system" in error.message
            assert "restoring" not in error.body["error"]
    assert files(server) == as_it_was and kept(server) == {}
    assert bond_addresses(server) == ["10.0.0.2/24"]
    assert states(server) == ["in_force", "former"] and not os.path.exists(journal(server))
    ask(server, "rollback")
    assert bond_addresses(server) == ["10.0.0.1/24"]


def test_a_failed_change_leaves_edited_files_alone(server):
    """They were so before anybody asked; also when the journal can't be removed at once."""
    edit(server)
    edited = files(server)
    in_the_way(server, "bond0.6")
    assert refused(ask, server, "apply", confirm=600).code == "step_failed"
    assert files(server) == edited and kept(server) == {}
    assert not os.path.exists(journal(server))
    with bad_disk(server, "unlinkat", "journal.json"):
        error = refused(ask, server, "apply", confirm=600)
        assert error.code == "step_failed" and error.body["error"]["restoring"] is True
        assert refused(ask, server, "apply").code == "restoring"
        assert os.path.exists(journal(server))
    wait_for(lambda: not os.path.exists(journal(server)), 30, "it is tried again")
    assert files(server) == edited and kept(server) == {}
    server.namespace.ip("link delete in-the-way")
    wait_for(lambda: ask(server, "apply")["number"] == 2, 5, "changes are possible again")
    is_new(server)


# --- the journal --------------------------------------------------------------------------------


def test_a_journal_of_which_nobody_knows_whether_it_is_written(server):
    """It is renamed, and its folder can't be synced: it counts until it is surely gone."""
    edit(server)
    edited = files(server)
    with bad_disk(server, "fsync", "/store/$"):
        error = refused(ask, server, "apply", confirm=600)
        assert (error.status, error.code) == (503, "no_store")
        assert error.body["error"]["restoring"] is True
        assert refused(ask, server, "apply").code == "restoring"
    wait_for(lambda: refused(ask, server, "confirm").code == "nothing_to_confirm" and
             not any("yet" in message for message in messages(server)), 30, "it is tried again")
    assert not os.path.exists(journal(server))
    assert files(server) == edited and bond_addresses(server) == ["10.0.0.1/24"]
    assert ask(server, "apply", confirm=600)["waiting"]["number"] == 2
    ask(server, "confirm")
    is_new(server)


def test_no_journal_in_the_place_of_another(server):
    """One that came from elsewhere: another daemon has the same store."""
    with open(journal(server), "w", encoding="utf-8") as file:
        file.write("{}")
    before = files(server)
    error = refused(add_vlan, server)
    assert error.code == "no_store" and "another change" in error.message
    assert files(server) == before
    with open(journal(server), encoding="utf-8") as file:
        assert file.read() == "{}"


def test_a_confirmation_that_is_not_durable_is_none(server):
    before = files(server)
    edit(server)
    ask(server, "apply", confirm=600)
    with bad_disk(server, "fsync", "/store/$"):
        error = refused(ask, server, "confirm")
        assert error.code == "no_store" and "still waits" in error.message
    assert os.path.exists(journal(server))
    assert states(server) == ["waiting", "former"]
    restart(server)
    is_old(server, before)


def test_the_store_is_gone(server):
    """Somebody has removed it while a change waits: what runs comes back all the same."""
    before = files(server)
    edit(server)
    ask(server, "apply", confirm=600)
    shutil.rmtree(server.daemon.store)
    ask(server, "rollback")
    wait_for(lambda: bond_addresses(server) == ["10.0.0.1/24"], 5, "it is taken back")
    assert files(server) == before
    assert add_vlan(server)["waiting"] is None


# --- the history ----------------------------------------------------------------------------------


def test_a_change_that_cannot_be_recorded_is_taken_back(server):
    before = files(server)
    with bad_disk(server, "renameat", "/store/history/", errno.ENOSPC):
        error = refused(add_vlan, server)
        assert (error.status, error.code) == (503, "no_store")
        assert "No space left on device; the change is taken back: files and what runs are as " \
               "they were" in error.message
    assert "bond0.7" not in server.namespace.links()
    is_old(server, before)
    assert states(server) == ["in_force"]
    assert add_vlan(server)["number"] == 2


def test_applied_with_a_full_disk_is_recorded_later(server):
    edit(server)
    with bad_disk(server, "renameat", "/store/history/", errno.ENOSPC):
        answer = ask(server, "apply")
        assert answer["number"] is None
        assert any("can't be kept" in problem["message"] for problem in answer["problems"])
        is_new(server)
        for body in ({"confirm": 600}, {}):
            error = refused(ask, server, "apply" if body else "rollback", **body)
            assert error.code == "no_store" and "No space left" in error.message
        # Another one: the last is what is recorded.
        server.bond(address="10.0.0.3/24")
        assert ask(server, "apply")["number"] is None
        assert states(server) == ["former"]
    wait_for(lambda: 2 in history(server), 30, "there is room again")
    assert states(server) == ["in_force", "former"]
    assert not any("can't be kept" in message for message in messages(server))
    entry = server.daemon.get("/v1/history/2")
    assert entry["how"] == "apply" and "+IPADDR=10.0.0.3\n" in entry["difference"]
    assert [file["name"] for file in entry["files"]] == ["ifcfg-bond0", "ifcfg-bond0.6"]
    ask(server, "rollback")
    assert bond_addresses(server) == ["10.0.0.1/24"]


def test_recorded_before_the_next_change(server):
    edit(server)
    with bad_disk(server, "renameat", "/store/history/", errno.ENOSPC):
        assert ask(server, "apply")["number"] is None
    assert add_vlan(server)["number"] == 3
    assert states(server) == ["in_force", "former", "former"]
    ask(server, "rollback")
    is_new(server)
    assert "bond0.7" not in server.namespace.links()


# --- damage, and things in the way -------------------------------------------------------------------


def test_no_store(server):
    server.daemon.stop()
    shutil.rmtree(server.daemon.store)
    with open(server.daemon.store, "w", encoding="utf-8"):
        pass
    server.daemon.start()
    assert any("nothing can be kept in" in problem["message"] for problem in server.problems())
    edit(server)
    before = files(server)
    assert refused(ask, server, "apply", confirm=60).code == "no_store"
    assert refused(ask, server, "rollback").code == "no_store"
    body = {"parent": "bond0", "vid": 7}
    for more in ({}, {"stage": True}):
        assert refused(server.daemon.request, "POST", "/v1/vlans",
                       {**body, **more}).code == "no_store"
    assert files(server) == before
    answer = ask(server, "apply")
    assert answer["number"] is None
    is_new(server)
    assert history(server) == {}


def test_damaged_journal(server):
    edit(server)
    ask(server, "apply", confirm=600)
    server.daemon.kill()
    before = files(server)
    with open(journal(server), "w", encoding="utf-8") as file:
        file.write('{"version": 1, "number"')
    server.daemon.start()
    assert files(server) == before
    assert any("journal.json is damaged" in problem["message"] for problem in server.problems())
    assert os.path.exists(journal(server) + ".damaged")
    assert not os.path.exists(journal(server))


def test_damaged_history(server):
    for i in range(2):
        server.bond(address=f"10.0.0.{i + 2}/24")
        ask(server, "apply")
    server.daemon.stop()
    folder = os.path.join(server.daemon.store, "history")
    with open(os.path.join(folder, "000002.json"), "w", encoding="utf-8") as file:
        file.write("[]")
    with open(os.path.join(folder, "000003.json"), "r+", encoding="utf-8") as file:
        entry = json.load(file)
        entry["texts"][0]["name"] = "../../../tmp/x"
        file.seek(0)
        json.dump(entry, file)
    server.daemon.start()
    assert sum("is damaged" in problem["message"] or "can't be read" in problem["message"]
               for problem in server.problems()) == 2
    # Number 3 was in force, and can't be compared with: a new one begins.
    assert sorted(history(server)) == [1, 3, 4]
    assert refused(ask, server, "rollback", number=3).code == "history_damaged"
    ask(server, "rollback", number=1)
    assert bond_addresses(server) == ["10.0.0.1/24"]


def test_files_that_cannot_be_put_back_yet(server):
    before = files(server)
    edit(server)
    ask(server, "apply", confirm=600)
    path = server.config.file("bond0.6")
    os.unlink(path)
    os.mkdir(path)
    events = server.daemon.events()
    error = refused(ask, server, "rollback")
    assert error.code == "write_failed" and error.body["error"]["restoring"] is True
    assert "ifcfg-bond0.6: Is a directory" in error.message
    assert os.path.exists(journal(server))
    # What runs, the server's connection with it, is as before all the same.
    assert bond_addresses(server) == ["10.0.0.1/24"]
    assert "bond0.6" not in server.namespace.links()
    assert states(server) == ["taken_back", "in_force"]
    assert refused(ask, server, "apply").code == "restoring"
    assert refused(ask, server, "rollback").code == "restoring"
    os.rmdir(path)
    wait_for(lambda: events.of("rolled_back"), 30, "it is tried again")
    events.close()
    is_old(server, before)


@pytest.mark.parametrize("end", [lambda server: server.daemon.stop(), lose_power])
def test_files_that_cannot_be_put_back_at_the_start(server, end):
    before = files(server)
    edit(server)
    ask(server, "apply", confirm=600)
    end(server)
    path = server.config.file("bond0.6")
    os.unlink(path)
    os.mkdir(path)
    server.daemon.start()
    assert any("can't be taken back yet" in problem["message"] for problem in server.problems())
    assert refused(ask, server, "apply").code == "restoring"
    # Brought up is what was before nevertheless.
    assert bond_addresses(server) == ["10.0.0.1/24"]
    assert bond_addresses(server, "bond0.5") == ["10.0.5.1/24"]
    assert "bond0.6" not in server.namespace.links()
    events = server.daemon.events()
    os.rmdir(path)
    wait_for(lambda: events.of("taken_back"), 30, "it is tried again")
    events.close()
    is_old(server, before)
    assert states(server) == ["taken_back", "in_force"]
    assert ask(server, "apply")["number"] == 1
