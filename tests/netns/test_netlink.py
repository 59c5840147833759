# SPDX-License-Identifier: BSD-2-Clause
"""netlink/ by itself: news of links and addresses, and what drivers say."""
import pytest
from netlab import Namespace
from test_engine import Engine, EngineError


@pytest.fixture
def namespace():
    made = Namespace("netlink")
    yield made
    made.close()


@pytest.fixture
def tool(namespace):
    return Engine(namespace)


def test_news(namespace, tool):
    tool("watch")
    assert tool("news") == {"overrun": False}
    namespace.ip("link add a0 type veth peer name a1")
    namespace.ip("address add 192.0.2.1/24 dev a0")
    news = tool("news")
    assert news["link_new"] >= 2 and news["address_new"] == 1 and not news["overrun"]
    namespace.ip("link del a0")
    news = tool("news")
    assert news["link_gone"] == 2 and news["address_gone"] == 1


def test_news_of_bridge_ports_is_not_of_links(namespace, tool):
    namespace.ip("link add a0 type veth peer name a1")
    namespace.ip("link add br0 type bridge")
    namespace.ip("link set a0 master br0")
    tool("watch")
    namespace.ip("link set a0 nomaster")
    assert "link_gone" not in tool("news")


def test_lost_news_are_told(namespace, tool):
    namespace.ip("link add a0 type veth peer name a1")
    tool("watch")
    batch = "\n".join(f"link set a0 mtu {1000 + number % 2}" for number in range(30000))
    namespace.run("ip -batch -", input_text=batch)
    assert tool("news")["overrun"]
    # And it goes on.
    namespace.ip("link set a1 mtu 1400")
    news = tool("news")
    assert news["last"] == "a1" and not news["overrun"]


def test_features(namespace, tool):
    namespace.ip("link add a0 type veth peer name a1")
    name = "tx-checksum-ip-generic"
    assert tool(f"feature a0 {name}") == {"present": True, "on": True, "fixed": False}
    assert tool(f"feature a0 {name} off")["on"] is False
    assert f"{name}: off" in namespace.run("ethtool -k a0").stdout
    assert tool(f"feature a0 {name} on")["on"] is True
    assert tool("feature a0 rx-vlan-filter") == {"present": False, "on": False, "fixed": True}
    assert tool("feature a0 no-such-feature")["present"] is False
    for wrong in ("no-such-feature", "rx-vlan-filter"):
        with pytest.raises(EngineError, match="EOPNOTSUPP"):
            tool(f"feature a0 {wrong} on")


def test_carrier_and_speed(namespace, tool):
    namespace.ip("link add a0 type veth peer name a1")
    assert tool("link a0")["carrier"] is False
    namespace.ip("link set a0 up")
    namespace.ip("link set a1 up")
    assert tool("link a0") == {"carrier": True, "speed_mbps": 10000, "duplex": 1}
    namespace.ip("link set a1 down")
    assert tool("link a0")["carrier"] is False
    namespace.ip("link add br0 type ifb")
    assert tool("link br0")["speed_mbps"] == 0
    with pytest.raises(EngineError, match="ENODEV"):
        tool("link nothere")
