# SPDX-License-Identifier: BSD-2-Clause
"""A place where DHCP clients may write what they like: file systems of their own over
all that they and their scripts change, and a host name of its own. And a server."""
import os
import subprocess

from netlab import Tools, wait_for

# What is covered, and by what: the machine's own stays as it is.
COVER = """
set -e
mount --make-rprivate /
printf 'nameserver 192.0.2.53\\n' >{folder}/resolv.conf
mount --bind {folder}/resolv.conf /etc/resolv.conf
for each in /var/lib/dhcp /var/lib/dhcpcd /etc/dhcp/dhclient-exit-hooks.d; do
    [ ! -d $each ] || mount -t tmpfs none $each
done
mkdir -p /run/dhcpcd
mount -t tmpfs none /run/dhcpcd
[ ! -e /run/systemd ] || mount -t tmpfs none /run/systemd
hostname dhcp-tester
echo covered
exec sleep infinity
"""


def alive(pid):
    """A process that has ended, but that nobody has asked for, is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as handle:
            return handle.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Shelter:
    """The namespaces beside the network's, kept by a process of their own, so that those
    who come later share them."""

    def __init__(self, namespace, folder):
        self.folder = str(folder)
        self.holder = namespace.start(
            ["unshare", "--mount", "--uts", "sh", "-c", COVER.format(folder=self.folder)],
            stdout=subprocess.PIPE, text=True)
        assert self.holder.stdout.readline() == "covered\n"
        self.prefix = ["nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt",
                       f"--uts=/proc/{self.holder.pid}/ns/uts", f"--wd={self.folder}", "--"]

    def resolv_conf(self):
        with open(os.path.join(self.folder, "resolv.conf"), encoding="utf-8") as handle:
            return handle.read()


BUS = """<busconfig><type>system</type><listen>unix:path={folder}/bus</listen>
<auth>EXTERNAL</auth><policy context="default"><allow send_destination="*"/>
<allow eavesdrop="false" receive_sender="*"/><allow own="*"/><allow user="*"/></policy>
</busconfig>"""
SYSTEM = COVER.replace("echo covered\nexec sleep infinity", """
mkdir -p /run/systemd/system
export DBUS_SYSTEM_BUS_ADDRESS=unix:path={folder}/bus
dbus-daemon --config-file={folder}/bus.conf --nofork --nopidfile &
until [ -S {folder}/bus ]; do sleep 0.05; done
{stub} &
echo covered
wait
""")


class SystemdShelter(Shelter):
    """A system of its own, which systemd_stub.c runs as systemd would: our processes are
    in the network namespace of its first one."""

    def __init__(self, namespace, folder):
        self.folder = str(folder)
        with open(os.path.join(self.folder, "bus.conf"), "w", encoding="utf-8") as handle:
            handle.write(BUS.format(folder=self.folder))
        stub = os.path.join(Tools().build, "tests", "netns", "systemd_stub")
        self.holder = namespace.start(
            ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc",
             "sh", "-c", SYSTEM.format(folder=self.folder, stub=stub)],
            stdout=subprocess.PIPE, text=True)
        assert {self.holder.stdout.readline() for _ in range(2)} == {"covered\n", "ready\n"}
        self.first = self._child(self.holder.pid)
        self.prefix = ["nsenter", f"--target={self.first}", "--mount", "--uts", "--pid",
                       f"--wd={self.folder}", "--", "env",
                       f"DBUS_SYSTEM_BUS_ADDRESS=unix:path={self.folder}/bus"]

    @staticmethod
    def _child(pid):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as handle:
            return int(handle.read().split()[0])

    def processes(self, name):
        """Ids, as seen within, of those of that name."""
        found = subprocess.run(["nsenter", f"--target={self.first}", "--mount", "--pid",
                                "pgrep", "-x", name], capture_output=True, text=True,
                               check=False)
        return [int(word) for word in found.stdout.split()]


class Server:
    """dnsmasq on an interface that has an address already."""

    def __init__(self, namespace, interface, folder, options):
        self.log_file = os.path.join(str(folder), f"dnsmasq-{interface}.log")
        self.lease_file = os.path.join(str(folder), f"dnsmasq-{interface}.leases")
        self.process = namespace.start(
            ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
             f"--interface={interface}", "--bind-interfaces", "--user=root",
             f"--dhcp-leasefile={self.lease_file}", f"--log-facility={self.log_file}",
             "--log-dhcp", "--dhcp-authoritative", "--no-ping", "--pid-file=", *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: "DHCP" in self.log(), 10, lambda: "dnsmasq is up")

    def log(self):
        try:
            with open(self.log_file, encoding="utf-8") as handle:
                return handle.read()
        except FileNotFoundError:
            return ""

    def leases(self):
        try:
            with open(self.lease_file, encoding="utf-8") as handle:
                return [line.split() for line in handle if not line.startswith("duid")]
        except FileNotFoundError:
            return []
