# SPDX-License-Identifier: BSD-2-Clause
"""Ends and removes what a lab has made, last made first: at the program's end,
on a signal, and what a killed program has left behind, at the next start."""
import atexit
import os
import re
import signal
import subprocess
import time

NETNS_FOLDER = "/run/netns"
PREFIX = "pclab"
_OWNED = re.compile(rf"^{PREFIX}-(\d+)-")

_closers = []
_installed = False


def register(close):
    """Has close() called at the end; returns what withdraws it."""
    _install()
    _closers.append(close)

    def withdraw():
        if close in _closers:
            _closers.remove(close)
    return withdraw


def clean_up():
    while _closers:
        close = _closers.pop()
        try:
            close()
        except Exception as error:  # the rest must be removed all the same
            print(f"while cleaning up: {error}")


def _on_signal(number, _frame):
    clean_up()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _install():
    global _installed
    if _installed:
        return
    _installed = True
    atexit.register(clean_up)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _on_signal)
    remove_stale()


def processes_in(namespace):
    """Ids of the processes whose network namespace it is."""
    try:
        wanted = os.stat(f"{NETNS_FOLDER}/{namespace}").st_ino
    except OSError:
        return []
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if os.stat(f"/proc/{entry}/ns/net").st_ino == wanted:
                    found.append(int(entry))
            except OSError:
                continue
    return found


def remove_namespace(name):
    """Ends what runs in the namespace (it is ours, so they are too), and removes it."""
    deadline = time.monotonic() + 5
    while processes_in(name) and time.monotonic() < deadline:
        for pid in processes_in(name):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)
    subprocess.run(["ip", "netns", "del", name], check=False, stderr=subprocess.DEVNULL)


def remove_stale():
    """Removes the namespaces of labs whose program is gone."""
    if not os.path.isdir(NETNS_FOLDER):
        return
    for name in os.listdir(NETNS_FOLDER):
        owner = _OWNED.match(name)
        if owner and not os.path.exists(f"/proc/{owner.group(1)}"):
            remove_namespace(name)
