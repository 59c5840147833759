# SPDX-License-Identifier: BSD-2-Clause
"""The daemon killed at any of its system calls, and what is there afterwards."""
import http.client
import json
import os
import re
import subprocess
import tempfile

from daemon_util import Server
from netlab import Tools, wait_for
from netlab.daemon import ApiError

# What one call may be, of a program that ends: the answer never came.
GONE = (OSError, http.client.HTTPException)


class Killer:
    """kill_at on the daemon: counts its system calls from now on, and has it die at one:
    a number, or "N@TEXT", the N-th of those whose line has the text."""

    def __init__(self, pid, number=0):
        self.killed = False
        tool = os.path.join(Tools().build, "tests", "netns", "kill_at")
        self.process = subprocess.Popen([tool, str(pid), str(number)], text=True,
                                        stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == "ready\n"

    def calls(self):
        """Ends the watching; what the calls were."""
        self.process.terminate()
        text, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0
        return self._without_end(text.splitlines())

    def _without_end(self, lines):
        self.killed = lines[-1:] == ["killed"]
        return lines[:-1] if self.killed else lines


class BadDisk:
    """kill_at on the daemon: these system calls on paths with this in them fail, while the
    context lasts."""

    def __init__(self, pid, calls, path, error):
        tool = os.path.join(Tools().build, "tests", "netns", "kill_at")
        self.process = subprocess.Popen([tool, str(pid), calls, path, str(error)], text=True,
                                        stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == "ready\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=60)


def _differences(known, now, path=""):
    """What differs in two dictionaries of dictionaries, a line each."""
    for key in sorted(known.keys() | now.keys()):
        one, other = known.get(key), now.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _differences(one, other, f"{path}{key}.")
        elif one != other:
            yield f"{path}{key} was {one}, is {other}"


class KilledStart:
    """The daemon started under kill_at, which has it die at one of its calls, or when it
    is ready."""

    def __init__(self, server, number=0):
        tool = os.path.join(Tools().build, "tests", "netns", "kill_at")
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said, \
                open(server.daemon.log_file, "ab") as log:
            process = server.namespace.start(
                [tool, str(number), "--", *server.daemon.command()], stdout=said, stderr=log)
            wait_for(lambda: process.poll() is not None or self._answers(server), 60,
                     lambda: f"the daemon ends, or is ready; its log:\n{server.daemon.log()}")
            process.terminate()
            process.wait(60)
            said.seek(0)
            self.calls = [line for line in said.read().splitlines()[1:] if line != "killed"]

    @staticmethod
    def _answers(server):
        try:
            return server.daemon.status()
        except GONE:
            return None


class FaultServer(Server):
    """A server whose configuration is one of two folders' files."""

    def __init__(self, tools):
        super().__init__(tools, links=4)
        self.namespace.ip("link set lo up")
        # Beside the folder, for the calls that write it are no matter.
        self.daemon.log_file = f"{self.folder}.log"
        self.running_of, self.files_of = {}, {}
        self.refusal = ""
        self.last = None

    def close(self):
        super().close()
        os.unlink(self.daemon.log_file)

    def write_files(self, files):
        """Makes the folder hold these files and no others."""
        for name in os.listdir(self.config.path):
            if name not in files:
                os.unlink(os.path.join(self.config.path, name))
        for name, text in files.items():
            path = os.path.join(self.config.path, name)
            with open(path + "~", "w", encoding="utf-8") as handle:
                handle.write(text)
            os.rename(path + "~", path)

    def files(self):
        found = {}
        for name in sorted(os.listdir(self.config.path)):
            if name.endswith(".bak"):  # edited by hand, and kept beside
                continue
            with open(os.path.join(self.config.path, name), encoding="utf-8") as handle:
                found[name] = handle.read()
        return found

    def running(self):
        """Links, addresses, routes and rules as `ip -json` has them, and the members."""
        links = {}
        for link in self.namespace.ip_json("address show"):
            name = link["ifname"]
            if name == "lo" or name.startswith("far-"):
                continue
            links[name] = {key: link.get(key) for key in ("mtu", "ifalias")}
            if not name.endswith("-hub"):  # those follow the carrier
                links[name]["up"] = "UP" in link["flags"]
            links[name]["addresses"] = sorted(
                f"{a['local']}/{a['prefixlen']}" for a in link["addr_info"]
                if a.get("scope") != "link")
        routes = [
            {key: route.get(key) for key in ("dst", "gateway", "dev", "metric", "type", "table")}
            for family in ("-4", "-6")
            for route in self.namespace.ip_json(f"{family} route show table all")
            if route.get("type") not in ("local", "broadcast", "multicast", "anycast")
            and not route["dst"].startswith("fe80") and route.get("dev") != "lo"]
        rules = self.namespace.ip_json("rule show") + self.namespace.ip_json("-6 rule show")
        members = {bond["name"]: sorted(
            (member["configured_name"], member["ifindex"] != 0) for member in bond["members"])
            for bond in self.daemon.status()["bonds"]}
        # Router advertisements, heeded or not.
        text = self.namespace.run(["sh", "-c", "grep -H . /proc/sys/net/ipv6/conf/bond*/accept_ra"],
                                  check=False).stdout
        settings = {line.split(":")[0].split("/")[-2]: line.split(":")[1]
                    for line in text.splitlines() if "-hub/" not in line}
        return {"links": links, "accept_ra": settings, "routes": sorted(routes, key=json.dumps),
                "rules": rules, "members": members}

    def learn(self, which):
        """What is now is what that configuration looks like."""
        self.files_of[which], self.running_of[which] = self.files(), self.running()

    def leftovers(self):
        """Files that nobody should find: of the folder, the store and the state."""
        wrong = []
        for name in os.listdir(self.config.path):
            if not re.fullmatch(r"(ifcfg|route6?|rule6?)-[\w.]+", name):
                wrong.append(os.path.join(self.config.path, name))
        for folder in (self.daemon.store, self.daemon.state):
            for where, _, names in os.walk(folder):
                wrong += [os.path.join(where, name) for name in names if not re.fullmatch(
                    r"\d+\.json|staged\.json|bond-\w+\.json|nic-\w+\.json|portchanneld\.pid",
                    name)]
        return wrong

    def which(self):
        """(files, running): the name of the configuration that each is, or None."""
        files, running = self.files(), self.running()
        return tuple(next((name for name, of in known.items() if of == now), None)
                     for known, now in ((self.files_of, files), (self.running_of, running)))

    def difference(self):
        """For people: where what runs is not one of the configurations."""
        running = self.running()
        text = [f"files: {sorted(self.files())}"]
        for name, known in self.running_of.items():
            text += [f"not as in {name}: {line}" for line in _differences(known, running)]
        return "\n".join(text)

    def check_whole(self, allowed):
        """One of the allowed configurations, files and what runs; nothing else left."""
        try:
            wait_for(lambda: self.which()[0] is not None and self.which() in
                     [(name, name) for name in allowed], 10, self.difference)
        finally:
            self.last = self.which()
        wait_for(lambda: not self.leftovers(), 5, self.leftovers)
        return self.last[0]

    def ask(self, method, path, body=None):
        """True: done; False: refused; None: no answer, for the daemon has died."""
        try:
            self.daemon.request(method, path, body)
        except ApiError as error:
            self.refusal = str(error)
            return False
        except GONE:
            self.daemon.process.wait(20)
            return None
        return True
