# SPDX-License-Identifier: BSD-2-Clause
"""Routes and rules: put into the kernel as `ip` would, and known again there."""
import subprocess

import pytest
from addressing_util import Addressing, AddressingError, routing_namespace


@pytest.fixture
def namespace():
    made = routing_namespace()
    yield made
    made.close()


@pytest.fixture
def tool(namespace):
    made = Addressing(namespace)
    yield made
    made.close()


def routes(namespace, family="-4"):
    """Those of all tables that the kernel didn't make by itself, as `ip` prints them."""
    lines = []
    for line in namespace.ip(f"{family} route show table all").splitlines():
        if line.startswith("\t") and lines:
            lines[-1] += " " + line.strip()
        elif " proto kernel" not in line and not line.startswith("multicast"):
            lines.append(line.strip())
    return sorted(line.replace("  ", " ") for line in lines)


ROUTES = [
    "10.0.0.0/8 via 10.1.1.1",
    "10.0.0.0/8 via 10.1.1.1 dev a0",
    "default via 10.1.1.1 metric 50",
    "10.9.0.0/16 dev a0",
    "10.9.0.0/16 dev b0 scope global",
    "10.9.9.9 via 10.1.1.1 src 10.1.1.2 table 77 proto static",
    "10.10.0.0/16 via 10.7.7.7 dev a0 onlink",
    "10.11.0.0/16 via 10.1.1.1 mtu 1400 advmss 1300 window 2000 initcwnd 20 initrwnd 30",
    "10.11.0.0/16 via 10.1.1.1 mtu lock 1400 hoplimit 9 quickack 1 rto_min 300ms",
    "blackhole 10.12.0.0/16",
    "unreachable 10.12.0.0/16 metric 7",
    "prohibit 10.12.0.0/16 table 500",
    "throw 10.12.0.0/16",
    "local 10.13.0.1 dev lo",
    "10.14.0.0/16 tos 0x10 via 10.1.1.1",
    "10.15.0.0/16 via inet6 fd00:1::1 dev a0",
    "10.16.0.0/16 nexthop via 10.1.1.1 dev a0 weight 3 nexthop via 10.2.2.1 dev b0 weight 1",
]
ROUTES_6 = [
    "fd01::/64 via fd00:1::1",
    "fd01::/64 via fe80::1 dev a0 metric 2000",
    "default via fd00:1::1 metric 5",
    "fd02::/64 dev a0",
    "blackhole fd03::/64",
    "unreachable fd03::/64 table 88",
    "fd04::/64 via fd00:1::1 src fd00:1::2 mtu 1300 proto static",
    "fd05::/64 nexthop via fd00:1::1 dev a0 weight 2 nexthop via fd00:2::1 dev b0",
]


@pytest.mark.parametrize("file, family, line", [("route", "-4", line) for line in ROUTES]
                         + [("route6", "-6", line) for line in ROUTES_6])
def test_a_route_is_what_ip_makes_of_it(namespace, tool, file, family, line):
    before = routes(namespace, family)
    namespace.ip(f"{family} route add {line}" + ("" if "dev" in line or line.split()[0] in (
        "blackhole", "unreachable", "prohibit", "throw") else " dev a0"))
    expected = routes(namespace, family)
    assert expected != before
    assert tool(f"{file} has a0 {line}")["has"], "ip's own is known"
    tool(f"{file} remove a0 {line}")
    assert routes(namespace, family) == before
    assert not tool(f"{file} has a0 {line}")["has"]
    tool(f"{file} add a0 {line}")
    assert routes(namespace, family) == expected
    assert tool(f"{file} has a0 {line}")["has"]
    with pytest.raises(AddressingError, match="EEXIST .* is there already"):
        tool(f"{file} add a0 {line}")
    tool(f"{file} remove a0 {line}")
    assert routes(namespace, family) == before
    with pytest.raises(AddressingError, match="ESRCH .* isn't there"):
        tool(f"{file} remove a0 {line}")


@pytest.mark.parametrize("wanted, others", [
    ("10.0.0.0/8 via 10.1.1.1 dev a0", [
        "10.0.0.0/8 via 10.1.1.3 dev a0", "10.0.0.0/8 dev a0", "10.0.0.0/9 via 10.1.1.1",
        "10.0.0.0/8 via 10.1.1.1 metric 9", "10.0.0.0/8 via 10.1.1.1 table 9",
        "10.0.0.0/8 via 10.1.1.1 tos 4", "10.0.0.0/8 via 10.2.2.1 dev b0",
        "blackhole 10.0.0.0/8"]),
    ("10.0.0.0/8 via 10.1.1.1 dev a0 proto static mtu 1400", [
        "10.0.0.0/8 via 10.1.1.1", "10.0.0.0/8 via 10.1.1.1 mtu 1400",
        "10.0.0.0/8 via 10.1.1.1 proto static", "10.0.0.0/8 via 10.1.1.1 proto static mtu 1300"]),
    ("10.16.0.0/16 nexthop via 10.1.1.1 dev a0 weight 3 nexthop via 10.2.2.1 dev b0", [
        "10.16.0.0/16 nexthop via 10.1.1.1 dev a0 weight 1 nexthop via 10.2.2.1 dev b0",
        "10.16.0.0/16 via 10.1.1.1"]),
])
def test_another_route_is_another(namespace, tool, wanted, others):
    for other in others:
        namespace.ip(f"route add {other}")
        assert not tool(f"route has a0 {wanted}")["has"], other
        namespace.ip(f"route del {other}")


@pytest.mark.parametrize("wanted, same", [
    ("10.0.0.0/8 via 10.1.1.1", "10.0.0.0/8 via 10.1.1.1 proto static src 10.1.1.2"),
    ("10.0.0.0/8 via 10.1.1.1", "10.0.0.0/8 via 10.1.1.1 mtu 1400"),
    ("10.16.0.0/16 nexthop via 10.1.1.1 dev a0 weight 3 nexthop via 10.2.2.1 dev b0",
     "10.16.0.0/16 nexthop via 10.2.2.1 dev b0 nexthop via 10.1.1.1 dev a0 weight 3"),
])
def test_what_a_file_leaves_open_is_no_difference(namespace, tool, wanted, same):
    namespace.ip(f"route add {same}")
    assert tool(f"route has a0 {wanted}")["has"]


def test_a_gateway_behind_another_interface_is_found(namespace, tool):
    """As `ip route add` has it, which route-X files are fed to without a device."""
    tool("route add a0 10.0.0.0/8 via 10.2.2.1")
    assert "10.0.0.0/8 via 10.2.2.1 dev b0" in routes(namespace)
    assert tool("route has a0 10.0.0.0/8 via 10.2.2.1")["has"]
    tool("route remove a0 10.0.0.0/8 via 10.2.2.1")
    assert not routes(namespace)


def test_a_route_in_the_way(namespace, tool):
    namespace.ip("route add default via 10.2.2.1 dev b0 src 10.2.2.2")
    before = routes(namespace)
    with pytest.raises(AddressingError, match=r"ENOTUNIQ default via 10.1.1.1: another is in "
                                              r"its place: default via 10.2.2.1"):
        tool("route add a0 default via 10.1.1.1")
    assert routes(namespace) == before
    assert tool("route put-back a0 default via 10.1.1.1")["former"]
    assert routes(namespace) == before
    assert tool("route put a0 default via 10.1.1.1")["former"]
    assert routes(namespace) == ["default via 10.1.1.1 dev a0"]
    with pytest.raises(AddressingError, match="EEXIST"):
        tool("route put a0 default via 10.1.1.1")
    tool("route remove a0 default via 10.1.1.1")
    assert not tool("route put a0 default via 10.1.1.1")["former"]


@pytest.mark.parametrize("file, line, sentence", [
    ("route", "10.0.0.0/8 via 10.77.1.1 dev a0",
     "ENETUNREACH 10.0.0.0/8 via 10.77.1.1: the gateway can't be reached from a0 "
     "(Network is unreachable: Nexthop has invalid gateway)"),
    ("route", "10.0.0.0/8 via 10.77.1.1 metric 3",
     "ENETUNREACH 10.0.0.0/8 via 10.77.1.1 metric 3: the gateway can't be reached from a0"),
    ("route6", "fd01::/64 via fd77::1",
     "EHOSTUNREACH fd01::/64 via fd77::1: the gateway can't be reached from a0"),
    ("route", "10.0.0.0/8 dev gone", "ENODEV 10.0.0.0/8: there is no interface gone"),
    ("route", "10.0.0.0/8 via 10.1.1.1 src 10.9.9.9",
     "EINVAL 10.0.0.0/8 via 10.1.1.1: the kernel refuses it (Invalid argument"),
])
def test_a_refusal_names_the_route_and_the_reason(tool, file, line, sentence):
    with pytest.raises(AddressingError) as refused:
        tool(f"{file} add a0 {line}")
    assert sentence in str(refused.value)


def test_an_interface_that_is_down(namespace, tool):
    namespace.ip("link set a0 down")
    with pytest.raises(AddressingError, match="10.9.0.0/16 over a0: a0 is down"):
        tool("route add a0 10.9.0.0/16 dev a0")


RULES = [
    "from 10.0.0.0/8 table 100",
    "from 10.0.0.0/8 to 10.9.0.0/16 lookup 200 priority 500",
    "not from 10.0.0.0/8 table 100 prio 5",
    "fwmark 0x5 table 100", "fwmark 0x5/0xff table 100",
    "iif a0 table 100", "oif b0 table 1000", "tos 0x10 table 100",
    "from 10.1.0.0/16 blackhole", "from 10.1.0.0/16 prohibit", "from 10.1.0.0/16 unreachable",
    "from all goto 32766 priority 100",
    "table main suppress_prefixlength 0 priority 40",
    "ipproto tcp sport 1-100 dport 443 table 100", "uidrange 10-20 table 100",
    "from 10.0.0.0/8 table 100 protocol static",
]


@pytest.mark.parametrize("line", RULES)
@pytest.mark.parametrize("file, family", [("rule", "-4"), ("rule6", "-6")])
def test_a_rule_is_what_ip_makes_of_it(namespace, tool, file, family, line):
    if family == "-6":
        line = line.replace("10.0.0.0/8", "fd00::/8").replace("10.9.0.0/16", "fd09::/16") \
                   .replace("10.1.0.0/16", "fd01::/16")

    def rules():
        return namespace.ip(f"{family} rule")

    before = rules()
    assert not tool(f"{file} has a0 {line}")["has"]
    namespace.ip(f"{family} rule add {line}")
    expected = rules()
    assert tool(f"{file} has a0 {line}")["has"]
    tool(f"{file} remove a0 {line}")
    assert rules() == before
    tool(f"{file} add a0 {line}")
    assert rules() == expected
    with pytest.raises(AddressingError, match="EEXIST rule.* it is there already"):
        tool(f"{file} add a0 {line}")
    tool(f"{file} remove a0 {line}")
    assert rules() == before
    with pytest.raises(AddressingError, match="ESRCH rule.* it isn't there"):
        tool(f"{file} remove a0 {line}")


def test_lists_are_whole_while_all_changes(namespace, tool):
    """The kernel hands a long list over in pieces; what changes between two of them must
    not make a route vanish that was there all the time."""
    wanted = [f"10.{100 + i // 250}.{i % 250}.0/24" for i in range(10000)]
    namespace.run("ip -batch -", input_text="\n".join(
        f"route add {each} via 10.1.1.1" for each in wanted))
    churn = namespace.start(["sh", "-c",
                             "while :; do ip -batch /dev/fd/3 3<<END\n" + "\n".join(
                                 f"link add c{i} type veth peer name d{i}\n"
                                 f"address add 10.2.{10 + i}.1/24 dev c{i}\nlink set c{i} up\n"
                                 f"link del c{i}" for i in range(20)) + "\nEND\ndone"],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for each in wanted[::500] * 3:
            assert tool(f"route has a0 {each} via 10.1.1.1")["has"], each
    finally:
        churn.kill()
        churn.wait()
