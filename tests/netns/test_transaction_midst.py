# SPDX-License-Identifier: BSD-2-Clause
"""Changes in whose midst something else happens, or while they wait to be confirmed: other
calls, signals, clients and interfaces that go."""
import json
import os
import signal
import threading
import time

import pytest

from netlab import Namespace, wait_for
from netlab.daemon import ApiError
from transactions_util import (ask, bond_addresses, edit, files, history, is_new, is_old,
                               journal, make_server, refused, restart, states)


@pytest.fixture
def server(tools):
    one = make_server(tools)
    yield one
    one.close()


def calls(server):
    return server.daemon.log().count(" asks for ")


def ask_or_error(server, path, **body):
    try:
        return ask(server, path, **body)
    except ApiError as error:
        return error


class Asking:
    """A call of which the daemon knows, and that it has not answered yet: edit()'s address is
    one that it asks the network for first."""

    def __init__(self, server, path, **body):
        before = calls(server)
        self.answer = self.error = None
        self._thread = threading.Thread(target=self._ask, args=(server, path, body))
        self._thread.start()
        wait_for(lambda: calls(server) > before, 10, "it is asked for")

    def _ask(self, server, path, body):
        answer = ask_or_error(server, path, **body)
        if isinstance(answer, ApiError):
            self.error = answer
        else:
            self.answer = answer

    def end(self):
        self._thread.join(30)
        assert self.answer or self.error
        return self.answer


# --- the deadline ------------------------------------------------------------------------


def test_the_time_begins_when_all_is_done(server):
    """However long the steps take: there are many here."""
    for vid in range(100, 300):
        server.config.vlan(f"bond0.{vid}")
    events = server.daemon.events()
    first = ask(server, "apply", confirm=600)["waiting"]["deadline"]
    deadline = server.daemon.get("/v1/history")["waiting"]["deadline"]
    wait_for(lambda: events.of("applied"), 10, "it is told of")
    events.close()
    asked, done = events.of("call")[0]["time"], events.of("applied")[0]["time"]
    for one in (first, deadline):
        assert one - 600 > done - (done - asked) / 2, (asked, done, one)


HOUR_S = 3600


class Clock:
    """The daemon's time of day, which can be set; it is to be started anew with it."""

    def __init__(self, server):
        self._server = server
        self._file = os.path.join(server.folder, "clock")
        self.set(0)
        command = server.daemon.command()
        library = os.path.join(server.daemon.tools.build, "tests", "netns", "clock_set.so")
        server.daemon.command = lambda: [
            "env", f"LD_PRELOAD={library}", f"PORTCHANNEL_TEST_CLOCK={self._file}", *command]

    def set(self, ahead_s):
        self.ahead_s = ahead_s
        with open(f"{self._file}.new", "w", encoding="ascii") as file:
            file.write(str(ahead_s))
        os.rename(f"{self._file}.new", self._file)
        if self._server.daemon.running():
            self._server.daemon.status()  # it wakes up

    def waiting(self):
        """Seconds that are left, by the daemon's clock and by its count."""
        waiting = self._server.daemon.get("/v1/history")["waiting"]
        return waiting["deadline"] - time.time() - self.ahead_s, waiting["seconds"]


def test_the_clock_is_set_while_a_change_waits(server):
    """By hours, to and fro: that doesn't touch the time to confirm, and `deadline` is what the
    clock will say by then."""
    before = files(server)
    clock = Clock(server)
    restart(server)
    edit(server)
    clock.set(HOUR_S)
    ask(server, "apply", confirm=600)
    for hours in (5, -5, 24 * 365):
        clock.set(hours * HOUR_S)
        for left in clock.waiting():
            assert 540 < left <= 601, (hours, left)
        assert states(server) == ["waiting", "former"]
    ask(server, "rollback")
    # The later one has an earlier time, and is the later one all the same.
    clock.set(0)
    edit(server, "10.0.0.3/24")
    events = server.daemon.events()
    ask(server, "apply", confirm=2)
    clock.set(-5 * HOUR_S)
    assert history(server)[3]["time"] < history(server)[2]["time"]
    assert states(server) == ["waiting", "taken_back", "former"]
    wait_for(lambda: events.of("taken_back"), 20, "it is taken back in time")
    events.close()
    is_old(server, before)
    ask(server, "rollback", number=2)
    assert bond_addresses(server) == ["10.0.0.2/24"]


@pytest.mark.parametrize("hours", [-24, 24])
def test_the_time_is_over_while_no_daemon_runs(server, hours):
    """Also if the clock, set meanwhile, says that there is time left: who starts asks none."""
    before = files(server)
    edit(server)
    ask(server, "apply", confirm=60)
    server.daemon.kill()
    with open(journal(server), "r+", encoding="utf-8") as file:
        entry = json.load(file)
        assert entry["deadline"] == entry["time"] + 60
        for key in ("time", "deadline"):
            entry[key] += hours * HOUR_S
        file.seek(0)
        json.dump(entry, file)
        file.truncate()
    server.daemon.start()
    is_old(server, before)
    assert states(server) == ["taken_back", "in_force"]
    assert history(server)[2]["user"] == "root"
    said = "configuration 2 of root (apply) was not confirmed when the daemon ended: it is " \
           "taken back, the files are as they were before"
    assert said in [problem["message"] for problem in server.problems()]
    log = server.daemon.log()
    assert said in log and "taken back at the start event=taken_back" in log
    assert refused(ask, server, "confirm").code == "nothing_to_confirm"


# --- another call ---------------------------------------------------------------------------


def test_calls_in_the_midst_of_another(server):
    before = files(server)
    edit(server)
    asking = Asking(server, "apply", confirm=600)
    server.daemon.hang_up()
    for path, body in (("apply", {}), ("rollback", {}), ("rollback", {"number": 1}),
                       ("down", {})):
        assert refused(ask, server, path, **body).code == "busy"
    assert refused(ask, server, "confirm").code == "nothing_to_confirm"
    vlan = {"parent": "bond0", "vid": 9}
    assert refused(server.daemon.request, "POST", "/v1/vlans", vlan).code == "busy"
    server.daemon.request("POST", "/v1/vlans", {**vlan, "stage": True})
    assert refused(ask, server, "commit").code == "busy"
    assert server.daemon.get("/v1/history")["waiting"] is None
    assert server.daemon.get("/v1/plan")["steps"]
    assert bond_addresses(server) == ["10.0.0.1/24"], "all that was in its midst"
    assert asking.end()["waiting"]["number"] == 2
    # The reload comes after it, and neither takes it back nor makes it lasting.
    wait_for(lambda: "event=reloaded" in server.daemon.log(), 10, "it is reloaded")
    assert states(server) == ["waiting", "former"]
    ask(server, "rollback")
    is_old(server, before)
    assert [change["name"] for change in server.daemon.get("/v1/staged")["changes"]] == ["bond0.9"]


@pytest.mark.parametrize("confirm", [600, 1])
def test_taken_back_in_the_midst_of_a_reload(server, confirm):
    """On request, and when its time is over: the reload has read the files before."""
    edit(server)
    deadline = ask(server, "apply", confirm=confirm)["waiting"]["deadline"]
    server.config.vlan("bond0.9", "10.0.9.1/24")
    if confirm == 1:
        # A reload takes longer than what is left.
        wait_for(lambda: time.time() > deadline - 0.3, 5, "little is left")
    reload = Asking(server, "reload")
    if confirm == 600:
        assert ask(server, "rollback")["number"] == 3
    reload.end()
    wait_for(lambda: states(server) == ["in_force", "taken_back", "former"], 20,
             "it is taken back")
    assert bond_addresses(server) == ["10.0.0.1/24"]
    assert "bond0.6" not in server.namespace.links()
    assert bond_addresses(server, "bond0.9") == ["10.0.9.1/24"]
    assert server.daemon.get("/v1/plan")["steps"] == []


def test_taken_back_by_two(server):
    """The second to ask for it, or who does so a moment after its time was over, doesn't get
    the configuration before that."""
    server.bond(address="10.0.0.9/24")
    ask(server, "apply")
    edit(server)
    ask(server, "apply", confirm=600)
    server.daemon.process.send_signal(signal.SIGSTOP)
    both = [threading.Thread(target=lambda: answers.append(ask_or_error(server, "rollback")))
            for _ in range(2)]
    answers = []
    for one in both:
        one.start()
    server.daemon.process.send_signal(signal.SIGCONT)
    for one in both:
        one.join(30)
    done, error = sorted(answers, key=lambda answer: isinstance(answer, ApiError))
    assert done["number"] == 2
    assert (error.status, error.code) in ((409, "taken_back"), (409, "busy"))
    assert bond_addresses(server) == ["10.0.0.9/24"]
    error = refused(ask, server, "rollback")
    assert error.code == "taken_back" and "'portchannel rollback 1' goes back" in error.message
    restart(server)
    assert refused(ask, server, "rollback").code == "taken_back"
    ask(server, "rollback", number=1)
    assert bond_addresses(server) == ["10.0.0.1/24"]
    ask(server, "rollback")
    assert bond_addresses(server) == ["10.0.0.9/24"]


# --- who asked, or the daemon, is gone -----------------------------------------------------------


def test_who_asked_is_gone(server):
    """An SSH connection that the change itself cuts, say."""
    before = files(server)
    edit(server)
    connection = server.daemon.connect()
    sent = calls(server)
    connection.request("POST", "/v1/apply", '{"confirm": 1}',
                       {"Content-Type": "application/json"})
    wait_for(lambda: calls(server) > sent, 10, "it is asked for")
    connection.close()
    wait_for(lambda: "configuration 2 applied" in server.daemon.log(), 10, "it is applied")
    wait_for(lambda: states(server) == ["taken_back", "in_force"], 20, "and taken back")
    is_old(server, before)


ENDED = "the daemon ends before that is done"


def test_the_daemon_ends_in_the_midst_of_an_apply(server):
    """The files are somebody's, and the next start applies them."""
    edit(server)
    asking = Asking(server, "apply")
    server.daemon.stop()
    asking.end()
    assert asking.error.code == "ending" and ENDED in asking.error.message
    assert "the next start applies the files as they are" in server.daemon.log()
    server.daemon.start()
    is_new(server)
    assert states(server) == ["in_force", "former"]


@pytest.mark.parametrize("confirm", [{}, {"confirm": 600}])
def test_the_daemon_ends_in_the_midst_of_a_commit(server, confirm):
    before = files(server)
    vlan = {"parent": "bond0", "vid": 6, "addresses": ["10.0.6.1/24"]}
    server.daemon.request("POST", "/v1/vlans", {**vlan, "stage": True})
    staged = server.daemon.get("/v1/staged")
    asking = Asking(server, "commit", **confirm)
    server.daemon.stop()
    asking.end()
    assert asking.error.code == "ending"
    assert "the next start takes it back" in server.daemon.log()
    server.daemon.start()
    is_old(server, before)
    assert server.daemon.get("/v1/staged") == staged
    assert states(server) == ["in_force"]


# --- an interface is gone ---------------------------------------------------------------------


@pytest.fixture
def elsewhere():
    one = Namespace("elsewhere")
    yield one
    one.close()


class Gone:
    """A NIC that goes, in one of the ways in which they do, and comes again."""

    def __init__(self, server, elsewhere, name, how):
        self._server, self._elsewhere, self._name, self._how = server, elsewhere, name, how
        if how == "deleted":
            server.namespace.ip(f"link delete {name}")
        elif how == "renamed":
            self._rename(name, f"was-{name}")
        else:
            server.namespace.ip(f"link set {name} netns {elsewhere.name}")

    def _rename(self, name, to):
        self._server.namespace.ip(f"link set {name} down")
        self._server.namespace.ip(f"link set {name} name {to}")
        self._server.namespace.ip(f"link set {to} up")

    def back(self):
        if self._how == "deleted":
            self._server.make_link(self._name)
        elif self._how == "renamed":
            self._rename(f"was-{self._name}", self._name)
        else:
            self._elsewhere.ip(f"link set {self._name} netns {self._server.namespace.name}")


WAYS = pytest.mark.parametrize("how", ["deleted", "renamed", "moved"])


def drift(server):
    return [one["text"] for one in server.daemon.get("/v1/plan")["drift"]]


def test_interfaces_go_in_the_midst(server):
    """A member, and what the change is about: what is there no more is made anew, and waited
    for."""
    before = files(server)
    edit(server)
    server.config.vlan("bond0.5", "10.0.5.2/24")
    asking = Asking(server, "apply", confirm=600)
    server.namespace.ip("link delete bond0.5")
    server.namespace.ip("link delete eth1")
    assert asking.end()["waiting"]["number"] == 2
    is_not_confirmed = bond_addresses(server), bond_addresses(server, "bond0.5")
    assert is_not_confirmed == (["10.0.0.2/24"], ["10.0.5.2/24"])
    assert drift(server) == ["member eth1 is not there"]
    server.namespace.ip("link delete bond0.5")
    ask(server, "rollback")
    is_old(server, before)
    assert server.daemon.get("/v1/plan")["steps"] == []
    server.make_link("eth1")
    server.wait_members(eth0="active", eth1="active")


@pytest.mark.parametrize("end", ["rollback", "expiry"])
def test_the_bond_goes_in_the_midst_and_while_it_waits(server, end):
    before = files(server)
    edit(server)
    asking = Asking(server, "apply", confirm=600 if end == "rollback" else 1)
    server.namespace.ip("link delete bond0")
    assert "bond0: made" in asking.end()["changes"]
    server.namespace.ip("link delete bond0", check=False)
    if end == "rollback":
        ask(server, "rollback")
    wait_for(lambda: states(server) == ["taken_back", "in_force"], 20, "it is taken back")
    is_old(server, before)
    server.wait_members(eth0="active", eth1="active")


@WAYS
def test_nics_that_go_while_a_change_of_members_waits(server, elsewhere, how):
    """The one that is to come in again, and the one that came in for it."""
    before = files(server)
    os.unlink(server.config.file("eth1"))
    server.config.member("eth2", "bond0")
    ask(server, "apply", confirm=600)
    server.wait_members(eth0="active", eth2="active")
    gone = [Gone(server, elsewhere, name, how) for name in ("eth1", "eth2")]
    ask(server, "rollback")
    is_old(server, before)
    assert drift(server) == ["member eth1 is not there"]
    for one in gone:
        one.back()
    server.wait_members(eth0="active", eth1="active")
    assert drift(server) == [] and server.daemon.get("/v1/plan")["steps"] == []


@WAYS
def test_a_nic_under_vlans_that_goes_while_a_change_waits(server, elsewhere, how):
    server.config.vlan("eth2.7", "10.0.7.1/24")
    ask(server, "apply")
    before = files(server)
    server.config.vlan("eth2.7", "10.0.7.2/24")
    server.config.vlan("eth2.8", "10.0.8.1/24")
    ask(server, "apply", confirm=600)
    gone = Gone(server, elsewhere, "eth2", how)
    ask(server, "rollback")
    is_old(server, before)
    # One that is renamed is followed.
    assert drift(server) == ([] if how == "renamed" else ["it waits for eth2"])
    gone.back()
    wait_for(lambda: "eth2.7" in server.namespace.links()
             and bond_addresses(server, "eth2.7") == ["10.0.7.1/24"], 10, "it is as before")
    assert "eth2.8" not in server.namespace.links()
    assert drift(server) == [] and server.daemon.get("/v1/plan")["steps"] == []
