# SPDX-License-Identifier: BSD-2-Clause
"""The links between server and switch.

A VethLink is a veth pair: quick, with all of a NIC's features but its own
carrier; it is cut by setting the far end down. A TapLink is two TAP devices and
a thread that carries frames between them: slow, but its carrier is a device's
own, as a NIC's is, and it can lose frames while the carrier stays.
"""
import fcntl
import os
import select
import struct
import threading

TUNSETIFF = 0x400454CA
TUNSETCARRIER = 0x400454E2
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
FRAME_MAX = 65536


class VethLink:
    def __init__(self, near, near_name, far, far_name, mac=None):
        """near and far are namespaces; near_name is what a server sees."""
        self.near, self.near_name = near, near_name
        self.far, self.far_name = far, far_name
        address = f"address {mac} " if mac else ""
        near.ip(f"link add {near_name} {address}type veth "
                f"peer name {far_name} netns {far.name}")

    def cut(self):
        self.far.ip(f"link set {self.far_name} down")

    def restore(self):
        self.far.ip(f"link set {self.far_name} up")

    def _lose(self, namespace, name):
        """Drops all that leaves the interface, while its carrier stays."""
        namespace.run(["nft", f"add table netdev lose_{name}; "
                       f"add chain netdev lose_{name} out {{ type filter hook egress "
                       f"device {name} priority 0; policy drop; }}"])

    def lose_from_far(self):
        self._lose(self.far, self.far_name)

    def lose_from_near(self):
        self._lose(self.near, self.near_name)

    def lose_nothing(self):
        self.far.run(["nft", "delete", "table", "netdev", f"lose_{self.far_name}"], check=False)
        self.near.run(["nft", "delete", "table", "netdev", f"lose_{self.near_name}"], check=False)

    def remove(self):
        self.near.ip(f"link del {self.near_name}")

    def close(self):
        pass


def _open_tap(name):
    handle = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(handle, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return handle


class TapLink:
    def __init__(self, near, near_name, far, far_name):
        self.near, self.near_name = near, near_name
        self.far, self.far_name = far, far_name
        self.taps = [near.call(_open_tap, near_name), far.call(_open_tap, far_name)]
        self.lossy = [False, False]  # frames from near, from far
        self._stop_reader, self._stop_writer = os.pipe()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self):
        poll = select.poll()
        for handle in self.taps + [self._stop_reader]:
            poll.register(handle, select.POLLIN)
        while True:
            for handle, _ in poll.poll():
                if handle == self._stop_reader:
                    return
                self._carry_frames(self.taps.index(handle))

    def _carry_frames(self, side):
        while True:
            try:
                frame = os.read(self.taps[side], FRAME_MAX)
            except BlockingIOError:
                return
            except OSError:  # the device is down
                return
            if not self.lossy[side]:
                try:
                    os.write(self.taps[1 - side], frame)
                except OSError:  # the other one is down: a wire loses it
                    pass

    def _set_carrier(self, on):
        for tap in self.taps:
            fcntl.ioctl(tap, TUNSETCARRIER, struct.pack("i", on))

    def cut(self):
        self._set_carrier(0)

    def restore(self):
        self._set_carrier(1)

    def lose_from_near(self):
        self.lossy[0] = True

    def lose_from_far(self):
        self.lossy[1] = True

    def lose_nothing(self):
        self.lossy = [False, False]

    def close(self):
        if self._thread.is_alive():
            os.write(self._stop_writer, b"x")
            self._thread.join()
            for handle in self.taps + [self._stop_reader, self._stop_writer]:
                os.close(handle)

    remove = close
