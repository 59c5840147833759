# SPDX-License-Identifier: BSD-2-Clause
"""Small pieces of real traffic between two namespaces, made in this process."""
import contextlib
import hashlib
import os
import socket
import struct
import threading

ETH_P_ALL = 0x0003
PACKET_OUTGOING = 4
SOL_PACKET = 263
PACKET_AUXDATA = 8
TP_STATUS_VLAN_VALID = 1 << 4


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


@contextlib.contextmanager
def udp_listener(namespace, address="0.0.0.0", port=7000):
    """A UDP socket in the namespace; receive() waits at most 5 s."""
    listener = namespace.socket(family_of(address), socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.settimeout(5)
    listener.bind((address, port))
    with contextlib.closing(listener):
        yield listener


def udp_send(namespace, address, port, data=b"x", device=None, count=1, source_port=0):
    with contextlib.closing(namespace.socket(family_of(address), socket.SOCK_DGRAM)) as sender:
        if device:
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        if source_port:
            sender.bind(("" if family_of(address) == socket.AF_INET else "::", source_port))
        for _ in range(count):
            sender.sendto(data, (address, port))


def udp_passes(sender, receiver, address, port=7000, answer_s=5.0):
    """Whether a datagram from one namespace gets to the other."""
    with udp_listener(receiver, "::" if ":" in address else "0.0.0.0", port) as listener:
        listener.settimeout(answer_s)
        mark = os.urandom(16)
        udp_send(sender, address, port, mark)
        try:
            while True:
                if listener.recv(2048) == mark:
                    return True
        except TimeoutError:
            return False


def udp_filtered(sender, receiver, address, blocked, open_port):
    """Whether the blocked port's datagram is lost while the next one, to the open
    port, arrives: nothing has to be waited for in vain."""
    any_address = "::" if ":" in address else "0.0.0.0"
    with udp_listener(receiver, any_address, blocked) as lost, \
            udp_listener(receiver, any_address, open_port) as heard:
        udp_send(sender, address, blocked, b"blocked")
        udp_send(sender, address, open_port, b"open")
        if heard.recv(64) != b"open":
            return False
        lost.setblocking(False)
        try:
            lost.recv(64)
            return False
        except BlockingIOError:
            return True


def tcp_transfer(sender, receiver, address, size, port=7001):
    """Sends size random bytes by TCP; true if just these arrive."""
    listener = receiver.socket(family_of(address), socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(1)
    listener.settimeout(10)
    received = hashlib.sha256()

    def serve():
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(20)
            while True:
                data = connection.recv(1 << 20)
                if not data:
                    return
                received.update(data)

    thread = threading.Thread(target=serve)
    thread.start()
    sent = hashlib.sha256()
    with contextlib.closing(sender.socket(family_of(address), socket.SOCK_STREAM)) as source:
        source.settimeout(20)
        source.connect((address, port))
        block = os.urandom(min(size, 1 << 20))
        for start in range(0, size, len(block)):
            part = block[:size - start]
            source.sendall(part)
            sent.update(part)
    thread.join()
    listener.close()
    return sent.digest() == received.digest()


@contextlib.contextmanager
def packet_socket(namespace, interface, protocol=ETH_P_ALL):
    """Sees every frame of the interface; a timeout of 5 s."""
    def make():
        found = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        found.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        found.bind((interface, protocol))
        return found
    sniffer = namespace.call(make)
    sniffer.settimeout(5)
    with contextlib.closing(sniffer):
        yield sniffer


def frames(sniffer, wanted):
    """The first frame for which wanted(frame, vlan, outgoing) is true; AssertionError
    if none comes within the socket's timeout."""
    try:
        while True:
            data, ancillary, _, address = sniffer.recvmsg(65536, 256)
            vlan = 0
            for level, kind, content in ancillary:
                if level == SOL_PACKET and kind == PACKET_AUXDATA:
                    status, _, _, _, _, tci, _ = struct.unpack("=IIIHHHH", content[:20])
                    if status & TP_STATUS_VLAN_VALID:
                        vlan = tci & 0xFFF
            if data[12:14] == b"\x81\x00":
                vlan = struct.unpack_from("!H", data, 14)[0] & 0xFFF
            if wanted(data, vlan, address[2] == PACKET_OUTGOING):
                return data
    except TimeoutError:
        raise AssertionError("no such frame was seen") from None


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def ethernet(destination, source, protocol, payload, vlan=None):
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    frame = mac_bytes(destination) + mac_bytes(source) + tag + struct.pack("!H", protocol)
    return (frame + payload).ljust(60, b"\0")


def send_frame(namespace, interface, frame):
    def send():
        with contextlib.closing(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)) as sender:
            sender.bind((interface, 0))
            sender.send(frame)
    namespace.call(send)
