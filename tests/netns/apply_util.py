# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of plans have in common: one server, and looks at it."""
import pytest

from daemon_util import Server
from netlab.daemon import ApiError


def make_server(tools):
    one = Server(tools, links=4)
    one.bond(address="10.0.0.1/24")
    one.config.vlan("bond0.5", "10.0.5.1/24")
    one.config.vlan("bond0.6", "10.0.6.1/24")
    one.start()
    one.wait_members(eth0="active", eth1="active")
    return one


def plan(server):
    return server.daemon.get("/v1/plan")


def texts(answer):
    return [step["text"] for step in answer["steps"]]


def drift(server):
    return {(one["interface"], one["text"]) for one in plan(server)["drift"]}


def apply(server):
    return server.daemon.request("POST", "/v1/apply", {})


def refused(server):
    with pytest.raises(ApiError) as caught:
        apply(server)
    return caught.value


def addresses(server, name):
    return [one for one in server.namespace.addresses(name) if not one.startswith("fe80")]


def route(server, text):
    with open(f"{server.config.path}/route-bond0", "w", encoding="utf-8") as file:
        file.write(text)


def routes(server, *arguments):
    return server.namespace.run(["ip", "route", "show", *arguments]).stdout.split("\n")


def exists(server, name):
    return name in server.namespace.links()
