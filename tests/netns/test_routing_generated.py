# SPDX-License-Identifier: BSD-2-Clause
"""Random lines of route and rule files, with `ip` itself as the oracle: what it refuses, the
reader or the kernel refuses here, and what it makes of the others is made of them here."""
import os
import random
import re
import time

import pytest
from addressing_util import Addressing, AddressingError, routing_namespace
from netlab.namespace import CommandFailed
from test_routing import routes

COUNT = int(os.environ.get("ROUTING_COUNT", "150"))


@pytest.fixture(scope="module")
def namespace():
    made = routing_namespace()
    yield made
    made.close()


@pytest.fixture
def tool(namespace):
    made = Addressing(namespace)
    yield made
    made.close()


@pytest.fixture
def chance():
    seed = int(os.environ.get("ROUTING_SEED", time.time_ns() % 10**9))
    print(f"ROUTING_SEED={seed}")
    return random.Random(seed)


def some(chance, *parts):
    """Some of the parts, in any order."""
    parts = [part for part in parts if chance.random() < 0.25]
    chance.shuffle(parts)
    return parts


def number(chance, most):
    value = chance.choice([0, 1, 7, most, chance.randrange(most + 1)])
    return chance.choice(["%d", "%d", "%d", "0x%x", "0%o"]) % value


def destination(chance, inet):
    if inet:
        return chance.choice(["default", "20/8", "20.1.0.0/16", "20.1.0.0/255.255.0.0", "20.1.2.3",
                              "20.0x10.0.0/12", "20.1.2.3/24", "0/0", "all", "any", "20.1.0.0/33",
                              "20.1.0.0/255.0.255.0", "20.256.0.0/16", "224.0.0.0/4", "2001::/16"])
    return chance.choice(["default", "fd01::/64", "fd01::1/64", "fd01::1", "::/0", "all", "fd01::/129",
                          "20.1.0.0/16", "fd01:::/64", "fd01::10.1.1.1/128"])


def gateway(chance, inet):
    if inet:
        return chance.choice(["10.1.1.1", "10.1.1.1", "10.2.2.1", "10.7.7.7", "0.0.0.0",
                              "inet6 fd00:1::1", "inet 10.1.1.1", "10.1.1.999", "fd00:1::1"])
    return chance.choice(["fd00:1::1", "fd00:1::1", "fd00:2::1", "fe80::1", "fd09::1", "10.1.1.1",
                          "inet6 fd00:1::1", "inet 10.1.1.1"])


def way(chance, inet):
    words = [f"via {gateway(chance, inet)}"] if chance.random() < 0.8 else []
    words += ["dev " + chance.choice(["a0", "a0", "b0"])] if chance.random() < 0.7 else []
    return " ".join(words + (["onlink"] if chance.random() < 0.1 else []))


def route_line(chance, inet):
    type_ = chance.choice([""] * 6 + ["unicast", "local", "blackhole", "unr", "prohibit", "throw"])
    target = chance.choice(["", "", "to "]) + (type_ + " " if type_ else "") + destination(chance, inet)
    options = some(
        chance,
        chance.choice(["metric", "metr", "priority", "preference"]) + " " + number(chance, 2**32 - 1),
        chance.choice(["table", "tab"]) + " " + chance.choice(["main", "local", "100", "0x200", "70000"]),
        chance.choice(["proto", "protocol"]) + " " + chance.choice(["static", "boot", "77", "300"]),
        "scope " + chance.choice(["link", "global", "host", "200", "site"]),
        chance.choice(["tos", "dsfield"]) + " " + chance.choice(["10", "0x10", "3", "e0", "100"]),
        "src " + chance.choice(["10.1.1.2" if inet else "fd00:1::2", "10.9.9.9", "x"]),
        "mtu " + chance.choice(["", "lock "]) + chance.choice(["1400", "0x578", "many"]),
        "advmss 1300", "window " + number(chance, 65535), "initcwnd 10", "initrwnd 20",
        "hoplimit " + chance.choice(["9", "lock 10"]), "rto_min " + chance.choice(["200", "300ms", "1s"]),
        "quickack " + chance.choice(["0", "1", "2"]), chance.choice(["metrik 5", "onlink", "via"]))
    ends = type_ not in ("", "unicast", "local")
    if not ends or chance.random() < 0.1:
        if not ends and chance.random() < 0.2:
            hops = [f"nexthop {way(chance, inet)}" + chance.choice(["", f" weight {number(chance, 257)}"])
                    for _ in range(chance.choice([1, 2, 3]))]
            # Before them it would be of the route, which nobody writes.
            options = [option for option in options if option != "onlink"]
            return " ".join(" ".join([target] + options + hops).split())
        # No gateway at all, as a way that leads nowhere, is what nobody writes.
        options.append(way(chance, inet).replace("0.0.0.0", "10.1.1.1" if ends else "0.0.0.0"))
    words = [target] + options
    if chance.random() < 0.2:
        chance.shuffle(words)
    return " ".join(" ".join(words).split())


def outcome(namespace, family, make):
    """None: refused; else what is there by it, and isn't afterwards."""
    try:
        make()
    except (AddressingError, CommandFailed) as error:
        assert not routes(namespace, family)
        return None, str(error)
    # Where nothing is sent, how it isn't makes no difference.
    made = routes(namespace, family)
    shown = [re.sub(r"^(blackhole|unreachable|prohibit|throw)(.*) onlink", r"\1\2", line)
             for line in made]
    for line in made:
        # What the kernel tells it from others by; ip can't read all that it writes.
        what = re.match(r"(blackhole |unreachable |prohibit |throw |local )?\S+", line).group()
        keys = re.findall(r" (?:table|metric|tos) \S+", line)
        if not any(" table" in key for key in keys):
            keys.append(" table main")
        namespace.ip(f"{family} route del {what}" + "".join(keys))
    assert not routes(namespace, family)
    return shown, ""


@pytest.mark.parametrize("file, family", [("route", "-4"), ("route6", "-6")])
def test_routes(namespace, tool, chance, file, family):
    accepted = 0
    for _ in range(COUNT):
        line = route_line(chance, family == "-4")
        expected, why_ip = outcome(namespace, family,
                                   lambda: namespace.ip(f"{family} route add {line}"))
        got, why = outcome(namespace, family, lambda: tool(f"{file} add a0 {line}"))
        assert got == expected, f"{line}\nip: {expected} {why_ip}\nhere: {got} {why}"
        accepted += got is not None
    assert accepted > COUNT / 10


def rules(namespace, family):
    """All but the three that are there from the beginning."""
    return [line for line in namespace.ip(f"{family} rule show").splitlines()
            if line.split(":")[0] not in ("0", "32766", "32767") or "lookup 9" in line]


def rule_line(chance, inet):
    networks = (["20.0.0.0/8", "20/8", "20.1.2.3", "all", "any", "20.1.2.3/8", "20.0.0.0/33", "x"] if inet
                else ["fd01::/64", "fd01::1", "all", "fd01::/129", "20.0.0.0/8"])
    options = some(
        chance, "not", "from " + chance.choice(networks), "to " + chance.choice(networks),
        chance.choice(["tos", "dsf"]) + " " + chance.choice(["10", "0x10", "3", "100"]),
        "fwmark " + chance.choice(["1", "0x10/0xf0", "0", "5/", "x"]),
        chance.choice(["iif", "dev", "oif"]) + " " + chance.choice(["a0", "b0", "gone", "a/b", "toolonganinterfaces"]),
        "ipproto " + chance.choice(["tcp", "udp", "6", "255", "256", "nothing"]),
        "sport " + chance.choice(["80", "80-90", "90-80", "0", "65535", "-"]),
        "dport " + chance.choice(["80", "80-90", "x"]), "uidrange " + chance.choice(["0-99", "9-1", "5"]),
        "proto " + chance.choice(["static", "7", "256"]), "suppress_p " + chance.choice(["0", "24", "-1"]),
        chance.choice(["fwmarc 1", "frm all"]))
    # A preference and a table always, so that it is known again.
    preference = chance.choice(["pref", "priority", "order", "preference"])
    options.append(f"{preference} {chance.choice(['1000', '0x3e8', '01750'])}")
    options.append(chance.choice(["table", "lookup", "tab"]) + " " + chance.choice(["9", "900", "99", "none"])
                   if chance.random() < 0.8 else
                   chance.choice(["goto 2000", "goto 9", "blackhole", "type prohibit", "unr"]))
    chance.shuffle(options)
    return " ".join(options)


@pytest.mark.parametrize("file, family", [("rule", "-4"), ("rule6", "-6")])
def test_rules(namespace, tool, chance, file, family):
    accepted = 0
    for _ in range(COUNT):
        line = rule_line(chance, family == "-4")
        results = []
        for make in (lambda: namespace.ip(f"{family} rule add {line}"),
                     lambda: tool(f"{file} add a0 {line}")):
            try:
                make()
            except (AddressingError, CommandFailed) as error:
                results.append((None, str(error)))
            else:
                results.append((rules(namespace, family), ""))
                namespace.ip(f"{family} rule del pref 1000")
            assert not rules(namespace, family)
        (expected, why_ip), (got, why) = results
        assert got == expected, f"{line}\nip: {expected} {why_ip}\nhere: {got} {why}"
        accepted += got is not None
    assert accepted > COUNT / 10
