# SPDX-License-Identifier: BSD-2-Clause
"""Configurations at random, all that can be seen of what runs, and a daemon of whose
requests to the kernel one fails."""
import ipaddress
import json
import os
import random
import subprocess

from daemon_util import Server
from fault_util import _differences
from netlab import Tools, wait_for
from netlab.daemon import ApiError
from netlab.tcx import tcx_count

LINKS = 6
BONDS = ("bond0", "bond1")
# A NIC that never is a member: it may carry VLAN interfaces.
SPARE = "eth5"
ENOMEM = 12


class Failer:
    """kill_at --fail on the daemon: the N-th request that changes something fails."""

    def __init__(self, pid, number=0, error=ENOMEM):
        tool = os.path.join(Tools().build, "tests", "netns", "kill_at")
        self.process = subprocess.Popen(
            [tool, "--fail", str(error), str(pid), str(number)], text=True,
            stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == "ready\n"

    def requests(self):
        self.process.terminate()
        text, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0
        return text.splitlines()


# --- configurations


def _interface(name, *lines):
    return "\n".join([f"DEVICE={name}", "ONBOOT=yes", "BOOTPROTO=none", "NM_CONTROLLED=no",
                      *lines]) + "\n"


class Generator:
    """Folders of files, each valid by itself."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def maybe(self, chance=0.5):
        return self.random.random() < chance

    def _addresses(self, network, mtu):
        """Lines of IPv4 addresses, some of one network, in some order, and of IPv6."""
        hosts = self.random.sample(range(1, 5), self.random.randint(0, 3))
        lines = []
        for i, host in enumerate(hosts):
            number = "" if i == 0 else str(i)
            net = network if self.maybe(0.7) or host == 1 else network + 100
            lines += [f"IPADDR{number}=10.0.{net}.{host}", f"PREFIX{number}=24"]
        if self.maybe(0.3) and mtu >= 1280:
            more = f"fd00:{network:x}::8/64" if self.maybe(0.5) else ""
            lines += ["IPV6INIT=yes", f"IPV6ADDR=fd00:{network:x}::7/64",
                      f'IPV6ADDR_SECONDARIES="{more}"']
        elif self.maybe(0.2):
            lines += ["IPV6INIT=yes", "IPV6_AUTOCONF=yes"]
        return lines, [f"10.0.{network}.{host}" for host in hosts
                       if f"10.0.{network}.{host}" in "\n".join(lines)]

    def _routes(self, name, network, own, files):
        if not own:
            return
        routes, rules = [], []
        if self.maybe(0.5):
            source = f" src {self.random.choice(own)}" if self.maybe(0.5) else ""
            routes.append(f"10.{network}.0.0/16 via 10.0.{network}.254{source}")
        if self.maybe(0.4):
            routes.append(f"10.{network + 50}.0.0/16 dev {name} metric "
                          f"{self.random.choice((10, 20))}")
        if self.maybe(0.3):
            routes.append(f"default via 10.0.{network}.253 table {network + 100}")
            rules.append(f"from 10.0.{network}.0/24 lookup {network + 100} priority "
                         f"{1000 + network}")
        if self.maybe(0.2):
            rules.append(f"to 10.0.{network}.0/24 lookup main priority {2000 + network}")
        if routes:
            files[f"route-{name}"] = "\n".join(routes) + "\n"
        if rules:
            files[f"rule-{name}"] = "\n".join(rules) + "\n"

    def _mtu(self):
        return self.random.choice((1500, 1500, 1500, 1400, 9000, 1000))

    def _put(self, name, network, mtu, lines, files, own_mtu=None):
        mac = [f"MACADDR=02:0c:00:00:{network:02x}:{self.random.randint(1, 2):02x}"] \
            if self.maybe(0.2) else []
        addresses, own = self._addresses(network, mtu)
        gateway = [f"GATEWAY=10.0.{network}.252"] if own and self.maybe(0.1) else []
        limit = [f"MTU={own_mtu}"] if own_mtu else []
        onboot = self.maybe(0.9)
        text = _interface(name, *lines, *addresses, *mac, *gateway, *limit)
        files[f"ifcfg-{name}"] = text if onboot else text.replace("ONBOOT=yes", "ONBOOT=no")
        if onboot:
            self._routes(name, network, own, files)

    def _vlans(self, parent, base, mtu, files):
        for i, vid in enumerate(self.random.sample(range(5, 10), self.random.randint(0, 3))):
            own = self.random.choice((None, None, 1300, min(mtu, 1500)))
            if own and own > mtu:
                own = None
            self._put(f"{parent}.{vid}", base + vid, own or mtu, ["VLAN=yes"], files, own)

    def folder(self):
        files = {}
        free = [f"eth{i}" for i in range(LINKS) if f"eth{i}" != SPARE]
        self.random.shuffle(free)
        for i, name in enumerate(BONDS):
            if not self.maybe(0.8):
                continue
            mtu = self._mtu()
            mode = self.random.choice(("balance-xor", "balance-xor", "802.3ad"))
            options = f"mode={mode} miimon=100"
            if self.maybe():
                options += " xmit_hash_policy=" + self.random.choice(
                    ("layer2", "layer2+3", "layer3+4"))
            if self.maybe(0.2):
                options += " min_links=1"
            if mode == "802.3ad" and self.maybe():
                options += " lacp_rate=fast"
            hook = [f'PORTCHANNEL_OPTS="transmit_hook={self.random.choice(("hub", "device"))}"'] \
                if self.maybe(0.3) else []
            self._put(name, 10 + 20 * i, mtu, [f'BONDING_OPTS="{options}"', *hook], files,
                      mtu if mtu != 1500 else None)
            for _ in range(self.random.randint(0, 3)):
                if free:
                    member = free.pop()
                    files[f"ifcfg-{member}"] = _interface(member, f"MASTER={name}", "SLAVE=yes")
            self._vlans(name, 10 + 20 * i, mtu, files)
        if self.maybe(0.3):
            self._vlans(SPARE, 60, 1500, files)
        return files


# --- what runs

LINK_KEYS = ("mtu", "ifalias", "promiscuity", "allmulti", "address", "gso_max_size", "group",
             "inet6_addr_gen_mode")
SYSCTLS = ("accept_ra", "autoconf", "accept_redirects", "disable_ipv6")
ROUTE_KEYS = ("dst", "gateway", "dev", "metric", "type", "table", "prefsrc", "scope",
              "protocol", "flags", "nexthops")


class UndoServer(Server):
    """A server of whose requests some fail."""

    def __init__(self, tools):
        super().__init__(tools, links=LINKS)
        self.refusal = ""

    def write_files(self, files):
        for name in os.listdir(self.config.path):
            os.unlink(os.path.join(self.config.path, name))
        for name, text in files.items():
            with open(os.path.join(self.config.path, name), "w", encoding="utf-8") as handle:
                handle.write(text)

    def apply(self):
        """Whether it was done; else self.refusal says why not."""
        try:
            self.daemon.request("POST", "/v1/apply", {}, timeout_s=60)
        except ApiError as error:
            self.refusal = str(error)
            return False
        return True

    def plan(self):
        return [step["text"] for step in self.daemon.get("/v1/plan")["steps"]]

    def _sysctls(self):
        """Of all interfaces at once: {name: {key: value}}."""
        def read():
            found = {}
            for name in os.listdir("/proc/sys/net/ipv6/conf"):
                if name in ("all", "default", "lo") or name.startswith("far-"):
                    continue
                found[name] = {}
                for family, keys in (("ipv6", SYSCTLS), ("ipv4", ("promote_secondaries",))):
                    for key in keys:
                        try:
                            with open(f"/proc/sys/net/{family}/conf/{name}/{key}",
                                      encoding="ascii") as handle:
                                found[name][key] = int(handle.read())
                        except OSError:
                            found[name][key] = None
            return found
        return self.namespace.call(read)

    def _links(self):
        links = {}
        for entry in self.namespace.ip_json("address show"):
            name = entry["ifname"]
            if name == "lo" or name.startswith("far-"):
                continue
            link = {key: entry.get(key) for key in LINK_KEYS}
            hub = name.endswith("-hub")
            link["flags"] = sorted(set(entry["flags"]) & {"PROMISC", "ALLMULTI"}
                                   | (set() if hub else set(entry["flags"]) & {"UP"}))
            if hub:
                # Random, and of no use to anybody.
                link["address"] = None
            link["addresses"] = [
                {key: info.get(key) for key in ("local", "prefixlen", "label", "secondary",
                                                "noprefixroute", "broadcast", "scope",
                                                "valid_life_time")}
                for info in entry["addr_info"] if info["scope"] != "link"]
            # Of one network the first is the one that is spoken with; which network's came
            # first is no matter.
            link["addresses"].sort(key=lambda info: str(ipaddress.ip_interface(
                f"{info['local']}/{info['prefixlen']}").network))
            links[name] = link
        return links

    def _filters(self):
        """How many programs stand at each interface, tc's and tcx's."""
        links = {name: link["ifindex"] for name, link in self.namespace.links().items()
                 if name != "lo" and not name.startswith("far-")}
        text = self.namespace.run(
            ["sh", "-c", 'for name; do echo "== $name"; tc filter show dev "$name" ingress; done',
             "sh", *links], check=False).stdout
        counts = {part.split("\n", 1)[0]: part.count("direct-action")
                  for part in text.split("== ")[1:]}

        def tcx():
            return {name: [tcx_count(ifindex, where) for where in ("ingress", "egress")]
                    for name, ifindex in links.items()}
        return {"tc": counts, "tcx": self.namespace.call(tcx)}

    def _routes(self):
        found = []
        for family in ("-4", "-6"):
            for route in self.namespace.ip_json(f"{family} route show table all"):
                if route["dst"].startswith(("fe80", "ff00")) or route.get("dev") == "lo":
                    continue
                known = {key: route.get(key) for key in ROUTE_KEYS}
                known["flags"] = sorted(set(known["flags"] or []) - {"linkdown", "dead"})
                found.append(known)
        return sorted(found, key=json.dumps)

    def _daemon(self):
        """What the daemon says of it, but for what time and luck do."""
        bonds = {}
        for bond in self.daemon.status()["bonds"]:
            # LACP without a partner takes seconds to come to rest.
            lacp = bond.get("mode") == "802.3ad"
            keys = ["configured_name", "permanent_mac", "port"]
            keys += [] if lacp else ["state", "reason"]
            bonds[bond["name"]] = {
                "mode": bond.get("mode"), "policy": bond.get("xmit_hash_policy"),
                "options": bond.get("options"), "carrier": None if lacp else bond["carrier"],
                "troubles": bond["troubles"],
                "vlans": sorted((vlan["name"], vlan["vid"]) for vlan in bond["vlans"]),
                "members": {member["name"]: {key: member.get(key) for key in keys}
                            for member in bond["members"]}}
        return bonds

    def state(self):
        """All of it."""
        return {"links": self._links(), "sysctls": self._sysctls(), "filters": self._filters(),
                "routes": {json.dumps(route, sort_keys=True): True for route in self._routes()},
                "rules": {json.dumps(rule, sort_keys=True): True for family in ("", "-6")
                          for rule in self.namespace.ip_json(f"{family} rule show")},
                "daemon": self._daemon()}

    def settled(self):
        """The state once it has come to rest: carriers and LACP take a moment."""
        last = [None]

        def quiet():
            now = self.state()
            same, last[0] = now == last[0], now
            return same
        wait_for(quiet, 10, "it comes to rest")
        return last[0]

    def becomes(self, known, compare=lambda state: state):
        """Waits until the state is this; what differs, in lines, "" if nothing does."""
        try:
            wait_for(lambda: compare(self.state()) == compare(known), 3, "")
        except TimeoutError:
            pass
        return "\n".join(_differences(compare(known), compare(self.state())))
