# SPDX-License-Identifier: BSD-2-Clause
"""A network namespace with the processes and sockets a lab has in it.

Commands run by `nsenter --net`, not by `ip netns exec`, which would mount a
/sys of its own. Sockets are made by a thread that enters the namespace: they
belong to it for good, so the program can use them from where it is.
"""
import ctypes
import itertools
import json
import os
import shlex
import signal
import socket
import subprocess
import threading

from . import cleanup

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_serial = itertools.count()


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class CommandFailed(AssertionError):
    """A command in a namespace ended with another code than 0."""


class Namespace:
    def __init__(self, role, name=None, persistent=False):
        """role is a short word for people. A persistent one outlives the program."""
        self.role = role
        self.persistent = persistent
        self.processes = []
        if not persistent:
            cleanup._install()
        self.name = name or f"{cleanup.PREFIX}-{os.getpid()}-{next(_serial)}-{role}"
        self.path = f"{cleanup.NETNS_FOLDER}/{self.name}"
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        self._withdraw = None if persistent else cleanup.register(self.close)
        self.ip("link set lo up")
        for scope in ("all", "default"):
            # Duplicate address detection takes a second; nobody else is here.
            self.sysctl(f"net/ipv6/conf/{scope}/accept_dad", 0)

    def __repr__(self):
        return f"<{self.role} {self.name}>"

    def close(self):
        if self._withdraw:
            self._withdraw()
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    stream.close()
        self.processes = []
        cleanup.remove_namespace(self.name)

    def command(self, argv):
        """The whole command line that runs argv inside."""
        if isinstance(argv, str):
            argv = shlex.split(argv)
        return ["nsenter", f"--net={self.path}", "--"] + [str(word) for word in argv]

    def run(self, argv, check=True, input_text=None, timeout_s=60):
        """Runs it to its end; returns the CompletedProcess with text output."""
        done = subprocess.run(self.command(argv), input=input_text, capture_output=True,
                              text=True, timeout=timeout_s, check=False)
        if check and done.returncode != 0:
            raise CommandFailed(f"in {self.role}: {argv}: exit code {done.returncode}\n"
                                f"{done.stdout}{done.stderr}")
        return done

    def start(self, argv, **options):
        """Starts it; it ends with the namespace, and with this program."""
        if self.persistent:
            options.setdefault("start_new_session", True)
        else:
            options.setdefault("preexec_fn", _die_with_parent)
        process = subprocess.Popen(self.command(argv), **options)
        self.processes.append(process)
        return process

    def ip(self, arguments, check=True):
        """`ip` in the namespace; returns its standard output."""
        words = shlex.split(arguments) if isinstance(arguments, str) else arguments
        done = subprocess.run(["ip", "-n", self.name] + words, capture_output=True, text=True,
                              check=False)
        if check and done.returncode != 0:
            raise CommandFailed(f"in {self.role}: ip {arguments}: {done.stderr}")
        return done.stdout

    def ip_json(self, arguments):
        text = self.ip(f"-json -details -statistics {arguments}", check=False)
        return json.loads(text) if text.strip() else []

    def link(self, name):
        """What `ip link` knows of the interface; None if there is none."""
        found = self.ip_json(f"link show dev {name}")
        return found[0] if found else None

    def links(self):
        return {link["ifname"]: link for link in self.ip_json("link show")}

    def flags(self, name):
        link = self.link(name)
        return set(link["flags"]) if link else set()

    def has_carrier(self, name):
        return "LOWER_UP" in self.flags(name)

    def counters(self, name):
        """rx and tx of the interface: {"rx": {"packets", "bytes", ...}, "tx": ...}."""
        return self.link(name)["stats64"]

    def addresses(self, name):
        """Its addresses as text, with their prefix lengths."""
        found = self.ip_json(f"address show dev {name}")
        return [f"{info['local']}/{info['prefixlen']}" for entry in found
                for info in entry.get("addr_info", [])]

    def call(self, function, *arguments):
        """function(*arguments), called by a thread that is in the namespace."""
        outcome = {}

        def work():
            try:
                with open(self.path, "rb") as handle:
                    if _libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), f"enter {self.name}")
                outcome["value"] = function(*arguments)
            except BaseException as error:  # handed to the caller
                outcome["error"] = error

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        if "error" in outcome:
            raise outcome["error"]
        return outcome["value"]

    def socket(self, *arguments):
        return self.call(socket.socket, *arguments)

    def sysctl(self, name, value=None):
        """Reads or writes /proc/sys/NAME as the namespace has it."""
        def access():
            with open(f"/proc/sys/{name}", "r" if value is None else "w",
                      encoding="ascii") as handle:
                return handle.read().strip() if value is None else handle.write(str(value))
        return self.call(access)

    def ping(self, address, count=1, size=None, timeout_s=2, interface=None, check=True,
             identifier=None):
        """Whether address answers. identifier: the ICMP one (1 to 65535), which
        the hash takes in; else the system counts on from some number."""
        words = ["ping", "-n", "-c", count, "-i", "0.05", "-W", timeout_s]
        if size is not None:
            words += ["-M", "do", "-s", size]
        if interface is not None:
            words += ["-I", interface]
        if identifier is not None:
            words += ["-e", identifier]
        return self.run(words + [address], check=check).returncode == 0
