# SPDX-License-Identifier: BSD-2-Clause
"""portchanneld in a namespace, and its API over the Unix socket (doc/api.md)."""
import http.client
import json
import os
import signal
import socket
import subprocess
import threading

from .tools import Tools
from .wait import wait_for


class ApiError(Exception):
    """The daemon refused; .status is HTTP's, .code and .message its own; .body all it said."""

    def __init__(self, status, body):
        error = (body or {}).get("error", {})
        self.status, self.code, self.body = status, error.get("code"), body
        self.message = error.get("message", "")
        super().__init__(f"{status} {self.code}: {self.message}")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout_s):
        super().__init__("localhost", timeout=timeout_s)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Events:
    """What /v1/events tells, collected by a thread from now on."""

    def __init__(self, path):
        self.list = []
        self._connection = _UnixConnection(path, None)
        self._connection.request("GET", "/v1/events")
        self._answer = self._connection.getresponse()
        self._socket = self._connection.sock
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for line in self._answer:
                if line.startswith(b"data:"):
                    self.list.append(json.loads(line[5:]))
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            return  # the daemon or we have gone

    def of(self, event, **fields):
        """Those of one kind whose fields are as given."""
        return [one for one in list(self.list) if one["event"] == event
                and all(one.get(key) == value for key, value in fields.items())]

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError):
            pass
        self._thread.join(5)
        self._connection.close()


class Daemon:
    def __init__(self, namespace, config, folder, arguments=(), tools=None):
        """config is a folder of ifcfg files; folder is for its socket, state and log."""
        self.namespace, self.config, self.folder = namespace, str(config), str(folder)
        self.arguments = list(arguments)
        self.tools = tools or Tools()
        self.socket = os.path.join(self.folder, "portchannel.sock")
        self.state = os.path.join(self.folder, "state")
        self.store = os.path.join(self.folder, "store")
        self.log_file = os.path.join(self.folder, "log")
        self.process = None
        os.makedirs(self.folder, exist_ok=True)

    def command(self):
        """Its command line."""
        return [self.tools.portchanneld, "--foreground", "--config", self.config, "--socket",
                self.socket, "--state", self.state, "--store", self.store] + self.arguments

    def start(self, wait=True):
        with open(self.log_file, "ab") as log:
            self.process = self.namespace.start(self.command(), stdin=subprocess.DEVNULL,
                                                stdout=log, stderr=log)
        if wait:
            wait_for(self.answers, 20, lambda: f"the daemon's API answers; its log:\n{self.log()}")
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"portchanneld ended with {self.process.returncode}:\n"
                                 f"{self.log()}")
        try:
            return self.status()
        except (OSError, http.client.HTTPException):
            return None

    def log(self):
        try:
            with open(self.log_file, encoding="utf-8", errors="replace") as handle:
                return handle.read()
        except FileNotFoundError:
            return ""

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """SIGTERM: the data path goes on."""
        if self.running():
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
        return self.process.returncode

    def kill(self):
        """As a crash: SIGKILL."""
        self.process.kill()
        self.process.wait()

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)

    def connect(self, timeout_s=20):
        """An http.client.HTTPConnection to its socket."""
        return _UnixConnection(self.socket, timeout_s)

    def request(self, method, path, body=None, timeout_s=20):
        connection = self.connect(timeout_s)
        try:
            text = None if body is None else json.dumps(body)
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, path, text, headers)
            answer = connection.getresponse()
            content = answer.read()
            try:
                value = json.loads(content) if content else None
            except ValueError:
                value = None
            if answer.status >= 400:
                raise ApiError(answer.status, value)
            return value
        finally:
            connection.close()

    def get(self, path):
        return self.request("GET", path)

    def status(self):
        return self.get("/v1/status")

    def bond(self, name="bond0"):
        return self.get(f"/v1/bonds/{name}")

    def members(self, bond="bond0"):
        return {member["name"]: member for member in self.bond(bond)["members"]}

    def reload(self):
        return self.request("POST", "/v1/reload", {})

    def down(self, bond=None):
        return self.request("POST", "/v1/down", {"bond": bond} if bond else {})

    def explain(self, bond, source, destination, protocol=None, source_port=None,
                destination_port=None):
        query = f"bond={bond}&src={source}&dst={destination}"
        if protocol:
            query += f"&proto={protocol}&sport={source_port}&dport={destination_port}"
        return self.get(f"/v1/explain?{query}")

    def events(self):
        return Events(self.socket)

    def active(self, bond="bond0"):
        """Names of the members that carry traffic."""
        try:
            return {member["name"] for member in self.bond(bond)["members"]
                    if member["state"] == "active"}
        except ApiError:
            return set()

    def wait_active(self, names, bond="bond0", timeout_s=15):
        """Waits until just these members carry traffic."""
        wanted = set(names)
        wait_for(lambda: self.active(bond) == wanted, timeout_s,
                 lambda: f"{bond} of {self.namespace.role} has {sorted(wanted)} active: "
                         f"{self.describe(bond)}")

    def describe(self, bond="bond0"):
        try:
            return ", ".join(f"{member['name']} {member['state']} ({member['reason_text']})"
                             for member in self.bond(bond)["members"])
        except (ApiError, OSError) as error:
            return str(error)
