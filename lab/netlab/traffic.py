# SPDX-License-Identifier: BSD-2-Clause
"""The traffic tool's parts as objects: `traffic --help` tells what they do."""
import json
import select
import signal
import subprocess
import tempfile

from .flows import FlowPaths
from .tools import Tools
from .wait import wait_for


END_HEARD_S = 3.0  # a receiver that hears the end has ended by then


class _Part:
    """One running `traffic` process and its answer."""

    def __init__(self, namespace, words, tools=None):
        self._answer = tempfile.TemporaryFile("w+", encoding="ascii")
        number = self._answer.fileno()
        argv = [(tools or Tools()).traffic] + [str(word) for word in words]
        self.process = namespace.start(argv + ["--json", f"/proc/self/fd/{number}"], text=True,
                                       bufsize=1, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, pass_fds=[number])
        self._line(30)  # it works now

    def _line(self, timeout_s):
        readable, _, _ = select.select([self.process.stdout], [], [], timeout_s)
        line = self.process.stdout.readline() if readable else ""
        if not line:
            self.process.kill()
            raise AssertionError(f"traffic said nothing: {self.process.stderr.read()}")
        return line

    def progress(self):
        """How far it is, now."""
        self.process.send_signal(signal.SIGUSR1)
        return json.loads(self._line(10))

    def stop(self, after_s=0.0):
        """Asks it to end in good order (if it hasn't by then), and returns its answer."""
        try:
            self.process.wait(after_s)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGTERM)
        return self.result()

    def result(self, timeout_s=120):
        """Its answer, once it has ended by itself."""
        _, errors = self.process.communicate(timeout=timeout_s)
        if self.process.returncode != 0:
            raise AssertionError(f"traffic ended with {self.process.returncode}: {errors}")
        with self._answer:
            self._answer.seek(0)
            return json.load(self._answer)


class Sender(_Part):
    def __init__(self, namespace, to, flows=100, rate=20000, count=None, duration_s=None,
                 size=64, source_port=20000, port=9000, device=None, source=None, tools=None):
        words = ["send", "--to", to, "--flows", flows, "--rate", rate, "--size", size,
                 "--source-port", source_port, "--port", port]
        for name, value in (("count", count), ("duration", duration_s), ("device", device),
                            ("from", source)):
            if value is not None:
                words += [f"--{name}", value]
        super().__init__(namespace, words, tools)

    def sent(self):
        return self.progress()["sent"]


class Receiver(_Part):
    def __init__(self, namespace, listen, port=9000, idle_ms=None, merge_ms=None, tools=None):
        words = ["receive", "--listen", listen, "--port", port]
        for name, value in (("idle-ms", idle_ms), ("merge-ms", merge_ms)):
            if value is not None:
                words += [f"--{name}", value]
        super().__init__(namespace, words, tools)

    def received(self):
        return self.progress()["received"]


class Watcher(_Part):
    def __init__(self, namespace, links, outgoing=False, pcap=None, idle_ms=None, tools=None):
        words = ["watch"]
        for link in links:
            words += ["--link", link]
        if outgoing:
            words.append("--outgoing")
        for name, value in (("pcap", pcap), ("idle-ms", idle_ms)):
            if value is not None:
                words += [f"--{name}", value]
        super().__init__(namespace, words, tools)


class Stream:
    """A running stream through a pair, from its server to its switch or back."""

    def __init__(self, pair, to, flows=500, rate=20000, watch=True, back=False, size=64,
                 port=9000, pcap=None):
        sender, receiver = (pair.switch, pair.server) if back else (pair.server, pair.switch)
        near, far = ((pair.switch_names, pair.server_names) if back
                     else (pair.server_names, pair.switch_names))
        self.names = dict(zip(far, near))  # links by the names the sender gives them
        tools = pair.tools
        self.watcher = Watcher(receiver, far, pcap=pcap, tools=tools) if watch else None
        self.receiver = Receiver(receiver, to, port=port, tools=tools)
        self.sender = Sender(sender, to, flows=flows, rate=rate, size=size, port=port,
                             tools=tools)

    def more(self, packets, timeout_s=20):
        """Waits until so many more have arrived."""
        self.reach(self.receiver.received() + packets, timeout_s)

    def reach(self, goal, timeout_s=20):
        """Waits until so many have arrived in all."""
        wait_for(lambda: self.receiver.received() >= goal, timeout_s,
                 lambda: f"{goal} packets have arrived: {self.receiver.progress()}, "
                         f"{self.sender.progress()}")

    def finish(self):
        """Ends it. Returns the receiver's answer, and the FlowPaths if watched."""
        sent = self.sender.stop()["sent"]
        received = self.receiver.stop(END_HEARD_S)
        # Nobody heard of the end if nothing gets through any more.
        received["expected"] = max(received["expected"], sent)
        received["lost"] = received["expected"] - received["received"]
        paths = FlowPaths(self.watcher.stop(END_HEARD_S), self.names) if self.watcher else None
        return received, paths
