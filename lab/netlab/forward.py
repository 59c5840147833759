# SPDX-License-Identifier: BSD-2-Clause
"""Passes connections on from one namespace to another, as `ssh -L` does between machines."""
import socket
import threading


def _pump(source, sink):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Forward:
    """Listens at address in namespace (None: where this program is) and connects to
    target as seen from to_namespace."""

    def __init__(self, namespace, address, to_namespace, target):
        self.to_namespace, self.target = to_namespace, target
        self._listener = self._socket(namespace)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(address)
        self._listener.listen(64)
        self._open = []
        threading.Thread(target=self._serve, daemon=True).start()

    @staticmethod
    def _socket(namespace):
        if namespace is None:
            return socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        return namespace.socket(socket.AF_INET, socket.SOCK_STREAM)

    def _serve(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near):
        far = self._socket(self.to_namespace)
        far.settimeout(5)
        try:
            far.connect(self.target)
        except OSError:
            near.close()
            far.close()
            return
        far.settimeout(None)
        self._open += [near, far]
        threading.Thread(target=_pump, args=(near, far), daemon=True).start()
        _pump(far, near)
        near.close()
        far.close()

    def close(self):
        for end in [self._listener] + self._open:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
