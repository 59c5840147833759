# SPDX-License-Identifier: BSD-2-Clause
"""portchannel-console, for the page: on loopback of the namespace that it is started in."""
import os
import signal
import subprocess

from .tools import Tools
from .wait import wait_for

PORT = 8650
# Debian's nobody and nogroup: it needs no rights, only a group that the daemon knows.
NOBODY = 65534


class Console:
    """daemon_socket is the daemon's; folder is for the log and the process's number. The
    daemon has to run with --console-group NOBODY."""

    def __init__(self, daemon_socket, folder, port=PORT, namespace=None, tools=None):
        self.daemon_socket, self.folder, self.port = daemon_socket, str(folder), port
        self.namespace = namespace
        self.tools = tools or Tools()
        self.log_file = os.path.join(self.folder, "console.log")
        self.pid_file = os.path.join(self.folder, "console.pid")

    def argv(self):
        build = self.tools.build
        return [os.path.join(build, "console", "portchannel-console"), "--port", str(self.port),
                "--socket", self.daemon_socket, "--user", f"{NOBODY}:{NOBODY}",
                "--static", os.path.join(build, "console", "static", "page")]

    def start(self):
        with open(self.log_file, "ab") as log:
            start = self.namespace.start if self.namespace else subprocess.Popen
            process = start(self.argv(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                            start_new_session=True)
        with open(self.pid_file, "w", encoding="ascii") as handle:
            handle.write(f"{process.pid}\n")

        def serves():
            if process.poll() is not None:
                raise AssertionError(f"portchannel-console ended with {process.returncode}:\n"
                                     f"{self.log()}")
            return "serves on" in self.log()
        wait_for(serves, 10, lambda: f"the console serves: {self.log()}")
        self.process = process
        return self

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as handle:
            return handle.read()

    def link(self, user=None):
        """One that signs in, once; user is (uid, gid, groups) or root."""
        command = [self.tools.portchannel, "--socket", self.daemon_socket, "console", "--port",
                   str(self.port)]
        if user:
            uid, gid, groups = user
            command = ["setpriv", "--reuid", str(uid), "--regid", str(gid), "--groups",
                       ",".join(map(str, groups))] + command
        return subprocess.run(command, check=True, capture_output=True,
                              text=True).stdout.strip()

    def stop(self):
        """Ends it, whoever started it: by the number that it left."""
        try:
            with open(self.pid_file, encoding="ascii") as handle:
                pid = int(handle.read())
            with open(f"/proc/{pid}/comm", encoding="ascii") as handle:
                if not handle.read().startswith("portchannel-con"):
                    return
            os.kill(pid, signal.SIGTERM)
            os.unlink(self.pid_file)
        except (OSError, ValueError):
            return
        process = getattr(self, "process", None)
        if process:
            process.wait(20)
