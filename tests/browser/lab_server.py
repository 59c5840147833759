# SPDX-License-Identifier: BSD-2-Clause
"""The lab of the browser tests: server and switch, the console, and the ways to it.

Reads {"id", "call", "arguments"} a line and answers {"id", "value"} or {"id", "error"}.
The console is in the server's namespace. A browser outside reaches it at the same address
by one of two ways: "direct", or "wire", which passes the switch and the bond and so breaks
when the bond's addresses do.
"""
import json
import os
import random
import shutil
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "lab"))

from netlab import Pair, Tools  # noqa: E402
from netlab.cockpit import Cockpit  # noqa: E402
from netlab.console import NOBODY, Console  # noqa: E402
from netlab.forward import Forward  # noqa: E402
from netlab.pair import SERVER  # noqa: E402
from netlab.wait import wait_for  # noqa: E402

READERS, OPERATORS = 64001, 64002
USERS = {"root": None, "reader": (64101, 64101, [READERS]),
         "operator": (64102, 64102, [OPERATORS]), "other": (64103, 64103, [OPERATORS]),
         "nobody": (64104, 64104, [64104])}


def free_port():
    """One below those that the system gives to whoever connects: nobody takes it meanwhile."""
    for _ in range(100):
        port = random.randrange(20000, 32000, 2)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
    raise OSError("no port is free")


class Lab:
    def __init__(self):
        self.tools = Tools(os.environ.get("PORTCHANNEL_BUILD"))
        arguments = ("--console-group", str(NOBODY), "--reader-group", str(READERS),
                     "--operator-group", str(OPERATORS))
        self.pair = Pair(links=2, tools=self.tools, server_arguments=arguments)
        # The console is somebody else.
        os.chmod(self.pair.folder, 0o755)
        self.forwards, self.cockpits = [], []
        self.way_name, self.odd_daemon, self.cut_links = None, False, set()
        self.port = free_port()
        self.console = Console(self.pair.server_daemon.socket, self.pair.folder, self.port,
                               self.pair.server, self.tools)

    def up(self):
        self.pair.up()
        self.console.start()
        self.way("direct")
        return {"address": f"http://127.0.0.1:{self.port}/",
                "config": self.pair.server_config.path}

    def way(self, name):
        self.way_name = name
        for forward in self.forwards:
            forward.close()
        here = ("127.0.0.1", self.port)
        if name == "direct":
            self.forwards = [Forward(None, here, self.pair.server, here)]
        else:
            self.forwards = [Forward(self.pair.server, ("0.0.0.0", self.port + 1),
                                     self.pair.server, here),
                             Forward(None, here, self.pair.switch, (SERVER, self.port + 1))]

    def link(self, user="root"):
        return self.console.link(USERS[user])

    def cockpit(self, user="root"):
        """The address of Cockpit, with user signed in."""
        port = free_port()
        self.cockpits.append(Cockpit(self.pair.server_daemon.socket, self.pair.folder, port,
                                     self.pair.server, USERS[user], self.tools).start())
        here = ("127.0.0.1", port)
        self.cockpits.append(Forward(None, here, self.pair.server, here))
        return f"http://127.0.0.1:{port}/"

    def cut(self, index):
        self.cut_links.add(index)
        self.pair.links[index].cut()

    def restore(self, index):
        self.cut_links.discard(index)
        self.pair.links[index].restore()

    def mend(self):
        """What every test may take for granted, whatever became of the one before: the
        daemon runs as it should, all links are up, and nothing waits or is staged."""
        if self.way_name != "direct":
            self.way("direct")
        daemon = self.pair.server_daemon
        if self.odd_daemon or not daemon.running():
            self.restart_daemon()
        for index in list(self.cut_links):
            self.restore(index)
        live = self.request("GET", "/v1/live")
        if live["waiting"]:
            self.request("POST", "/v1/rollback", {})
        if live["staged"]:
            self.request("DELETE", "/v1/staged", {"revision": live["staged_revision"]})
        self.pair.wait_up()

    def switch_vlan(self, vid, address):
        self.pair.switch_config.vlan(f"bond0.{vid}", address)
        self.pair.switch_daemon.reload()

    def switch_ping(self, address):
        """Whether it answers, at the latest when neighbours and links have settled."""
        wait_for(lambda: self.pair.switch.ping(address, timeout_s=2, check=False), 30,
                 f"{address} answers the switch")
        return True

    def switch_run(self, command):
        return self.pair.switch.run(command).stdout

    def server_run(self, command):
        return self.pair.server.run(command).stdout

    def request(self, method, path, body=None):
        return self.pair.server_daemon.request(method, path, body)

    def links(self):
        return sorted(self.pair.server.links())

    def files(self):
        folder = self.pair.server_config.path
        return {name: open(os.path.join(folder, name), encoding="utf-8").read()
                for name in sorted(os.listdir(folder))}

    def write(self, name, text):
        with open(os.path.join(self.pair.server_config.path, name), "w",
                  encoding="utf-8") as handle:
            handle.write(text)

    def remove(self, name):
        os.unlink(os.path.join(self.pair.server_config.path, name))

    def add_nic(self, name, vlan, address):
        """A NIC that is no member, with a VLAN interface on it."""
        far = f"far-{name}"
        self.pair.server.ip(f"link add {name} type veth peer name {far} netns "
                            f"{self.pair.switch.name}")
        self.pair.switch.ip(f"link set {far} up")
        self.pair.server_config.vlan(f"{name}.{vlan}", address)
        self.pair.server_daemon.reload()

    def wait_sampled(self, member, address):
        """Until the daemon has kept traffic of member: pings from the switch to address."""
        def sampled():
            self.pair.switch.ping(address, check=False)
            bonds = self.request("GET", "/v1/recent")["bonds"]
            sent = next(each["tx"] for bond in bonds for each in bond["members"]
                        if each["name"] == member)
            return any(None not in pair and pair[0] < pair[1] for pair in zip(sent, sent[1:]))

        wait_for(sampled, 60, f"two samples of {member} with traffic between them")

    def wait_trouble(self, bond, text):
        """Until the daemon knows of it, which it hears of from the kernel."""
        wait_for(lambda: text in str(self.request("GET", f"/v1/bonds/{bond}")["troubles"]), 30,
                 f"a trouble of {bond} with {text}")

    def stop_daemon(self):
        self.pair.server_daemon.stop()

    def start_daemon(self):
        self.pair.server_daemon.start()

    def restart_daemon(self, *arguments):
        """With other options beside its own."""
        daemon = self.pair.server_daemon
        own = daemon.arguments
        self.odd_daemon = bool(arguments)
        daemon.stop()
        daemon.arguments = own + list(arguments)
        daemon.start()
        daemon.arguments = own

    def fresh_start(self):
        """As after a reboot: nothing is left but the files on the disk."""
        daemon = self.pair.server_daemon
        daemon.down()
        daemon.kill()
        shutil.rmtree(daemon.state, ignore_errors=True)
        daemon.start()
        self.pair.wait_up()

    def close(self):
        for forward in self.forwards:
            forward.close()
        for one in self.cockpits:
            one.close()
        self.console.stop()
        self.pair.close()


def main():
    lab = Lab()
    try:
        for line in sys.stdin:
            request = json.loads(line)
            answer = {"id": request["id"]}
            try:
                answer["value"] = getattr(lab, request["call"])(*request.get("arguments", []))
            except Exception as error:  # told to the test
                answer["error"] = f"{type(error).__name__}: {error}"
            print(json.dumps(answer), flush=True)
    finally:
        lab.close()


main()
