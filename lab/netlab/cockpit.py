# SPDX-License-Identifier: BSD-2-Clause
"""Cockpit with our package in it, for somebody who has signed in there.

cockpit-ws and its bridge run in a mount namespace of their own, where /run has nothing but
the daemon's socket at its usual place, and with the package as built: nothing of this
machine is changed, and nothing of it is shown.
"""
import os
import shlex
import shutil
import socket
import subprocess

from .tools import Tools
from .wait import wait_for

WS = "/usr/lib/cockpit/cockpit-ws"
SOCKET = "/run/portchannel/portchannel.sock"


class Cockpit:
    """user is (uid, gid, groups), or None for root; folder is for the package and the log."""

    def __init__(self, daemon_socket, folder, port, namespace, user=None, tools=None):
        self.daemon_socket, self.port, self.namespace = daemon_socket, port, namespace
        self.folder = os.path.join(str(folder), f"cockpit-{port}")
        self.user = user
        self.tools = tools or Tools()
        self.log_file = os.path.join(self.folder, "log")
        self.process = None

    def argv(self):
        """A shell in the mount namespace makes /run, and becomes cockpit-ws."""
        words = [WS, "--local-session=/usr/bin/cockpit-bridge", "--no-tls", "--address",
                 "127.0.0.1", "--port", str(self.port)]
        if self.user:
            uid, gid, groups = self.user
            words = ["setpriv", "--reuid", str(uid), "--regid", str(gid), "--groups",
                     ",".join(map(str, groups))] + words
        home = os.path.join(self.folder, "home")
        words = ["env", f"HOME={home}", f"XDG_RUNTIME_DIR={home}",
                 f"XDG_DATA_DIRS={self.folder}:/usr/share"] + words
        folder = os.path.dirname(SOCKET)
        passwd = os.path.join(self.folder, "passwd")
        script = (f"mount --bind {passwd} /etc/passwd && mount -t tmpfs -o mode=755 tmpfs /run && mkdir {folder} && "
                  f"ln -s {shlex.quote(self.daemon_socket)} {SOCKET} && exec {shlex.join(words)}")
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]

    def start(self):
        package = os.path.join(self.folder, "cockpit", "portchannel")
        shutil.copytree(os.path.join(self.tools.build, "console", "cockpit"), package,
                        ignore=shutil.ignore_patterns("*.p", "meson*"))
        home = os.path.join(self.folder, "home")
        os.mkdir(home)
        # Cockpit wants to know by name who signs in.
        shutil.copy("/etc/passwd", os.path.join(self.folder, "passwd"))
        if self.user:
            uid, gid, _ = self.user
            os.chown(home, uid, gid)
            with open(os.path.join(self.folder, "passwd"), "a", encoding="ascii") as passwd:
                passwd.write(f"user-{uid}:x:{uid}:{gid}::{home}:/bin/sh\n")
        with open(self.log_file, "ab") as log:
            self.process = self.namespace.start(self.argv(), stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=log)

        def serves():
            if self.process.poll() is not None:
                raise AssertionError(f"cockpit-ws ended with {self.process.returncode}:\n"
                                     f"{self.log()}")
            with self.namespace.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0
        wait_for(serves, 10, lambda: f"cockpit-ws serves: {self.log()}")
        return self

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as handle:
            return handle.read()

    def close(self):
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None
