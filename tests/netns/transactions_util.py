# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of changes have in common: one server, two configurations of it."""
import os
import shutil

import pytest

from daemon_util import Server
from netlab.daemon import ApiError


def make_server(tools):
    """The old configuration runs."""
    one = Server(tools, links=3)
    one.bond(address="10.0.0.1/24")
    one.config.vlan("bond0.5", "10.0.5.1/24")
    return one.start()


def ask(server, path, **body):
    return server.daemon.request("POST", f"/v1/{path}", body)


def refused(call, *arguments, **fields):
    with pytest.raises(ApiError) as caught:
        call(*arguments, **fields)
    return caught.value


def every_file(server):
    found = {}
    for name in os.listdir(server.config.path):
        with open(os.path.join(server.config.path, name), encoding="utf-8") as file:
            found[name] = file.read()
    return found


def files(server):
    """Those that are read."""
    return {name: text for name, text in every_file(server).items()
            if not name.endswith(".bak")}


def kept(server):
    """Those that had been edited by hand."""
    return {name: text for name, text in every_file(server).items() if name.endswith(".bak")}


def history(server):
    return {entry["number"]: entry
            for entry in server.daemon.get("/v1/history")["configurations"]}


def states(server):
    return [entry["state"] for entry in server.daemon.get("/v1/history")["configurations"]]


def bond_addresses(server, name="bond0"):
    return [address for address in server.namespace.addresses(name)
            if not address.startswith("fe80")]


def journal(server):
    return os.path.join(server.daemon.store, "journal.json")


def edit(server, address="10.0.0.2/24"):
    """Somebody edits two files: another address, and a VLAN interface more."""
    server.bond(address=address)
    server.config.vlan("bond0.6", "10.0.6.1/24")


def lose_power(server):
    """What a reboot leaves: the disk; no interface of ours, nothing in /run."""
    server.daemon.kill()
    shutil.rmtree(server.daemon.state)
    for name in list(server.namespace.links()):
        if name.startswith(("bond", "eth")) and name in server.namespace.links():
            server.namespace.ip(f"link delete {name}")
    for i in range(3):
        server.make_link(f"eth{i}")


def restart(server):
    server.daemon.kill()
    server.daemon.start()


def restart_gently(server):
    server.daemon.stop()
    server.daemon.start()


def restart_after_power_loss(server):
    lose_power(server)
    server.daemon.start()


RESTARTS = pytest.mark.parametrize("again", [restart, restart_gently, restart_after_power_loss])


def is_old(server, before):
    assert files(server) == before
    assert bond_addresses(server) == ["10.0.0.1/24"]
    assert "bond0.6" not in server.namespace.links()
    assert bond_addresses(server, "bond0.5") == ["10.0.5.1/24"]
    assert not os.path.exists(journal(server))
    assert server.daemon.get("/v1/history")["waiting"] is None


def is_new(server):
    assert bond_addresses(server) == ["10.0.0.2/24"]
    assert bond_addresses(server, "bond0.6") == ["10.0.6.1/24"]
    assert not os.path.exists(journal(server))
