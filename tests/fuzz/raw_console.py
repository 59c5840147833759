# SPDX-License-Identifier: BSD-2-Clause
"""Raw bytes against the whole console, built with ASan and UBSan: requests torn, mixed up,
cut short and sent in pieces, by several clients at once, with and without a session, and a
daemon behind it that doesn't keep to the protocol either.

    raw_console.py CONSOLE PAGE [SECONDS]

In a network namespace of its own (it starts itself again there). Prints its seed.
"""
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

PORT = 8650
HOST = f"127.0.0.1:{PORT}"
TOKEN = "0123456789abcdef" * 4
CLIENTS = 4
MEMORY_KB_MAX = 700 * 1024  # with what ASan keeps of what was freed

TARGETS = ["/", "/app.js", "/session", "/live", "/api/v1/status", "/api/v1/vlans?parent=bond0",
           "/api/v1/live", "/api/v1/sessions", "/api/v1/tickets", "/../etc/passwd", "/%2e%2e/x",
           "/api/v1/bonds/%0d%0a", "//", "*", "http://evil.example/", "/" + "a" * 3000, ""]
METHODS = ["GET", "POST", "DELETE", "PATCH", "HEAD", "PUT", "TRACE", "OPTIONS", "CONNECT", "get",
           "G\x00T"]
PLAIN_TARGETS = 7
BODIES = [b"", b"{}", b'{"ticket":"%s"}' % TOKEN.encode(), b"[" * 5000, b"{" * 200, b"\x00" * 50,
          b'{"ticket":"\\ud800"}', b"x" * 70000, b'{"vid":1e999}', bytes(range(256))]


def daemon_answer(rng, path):
    """What the daemon says, if it isn't quite itself."""
    body = json.dumps({"token": TOKEN, "user": "anna", "role": "reader", "uid": 1}).encode()
    kind = rng.randrange(12)
    if kind == 0:
        body = rng.randbytes(rng.randrange(2000))
    elif kind == 1:
        return rng.randbytes(rng.randrange(200))
    elif kind == 2:
        return b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nshort"
    elif kind == 3:
        return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\nx"
    elif kind == 4:
        body = b"{" * rng.randrange(10000)
    status = "401 no" if kind == 5 and rng.random() < 0.05 else f"{rng.choice([200, 204, 403, 500, 999])} x" \
        if kind == 6 else "200 OK"
    if "/v1/events" in path:
        body = b"".join(b"data: " + rng.randbytes(rng.choice([5, 500, 70000])) + b"\n"
                        for _ in range(5))
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class FakeDaemon:
    def __init__(self, path, seed):
        self.seed, self.count, self.honest = seed, 0, True
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        os.chmod(path, 0o777)
        self.listener.listen(128)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            self.count += 1
            threading.Thread(target=self.answer, args=(connection, self.count),
                             daemon=True).start()

    def answer(self, connection, number):
        rng = random.Random(self.seed + number)
        with connection:
            try:
                connection.settimeout(2)
                request = connection.recv(65536).decode("latin-1")
                if self.honest:
                    rng.randrange = lambda *_: 11
                connection.sendall(daemon_answer(rng, request.split("\r\n")[0]))
            except OSError:
                pass


def request(rng, secrets):
    """Half of them as a page would send them; the others are odd in several ways at once."""
    wild = rng.random() < 0.5

    def odd(share):
        return wild and rng.random() < share

    body = rng.choice(BODIES) if odd(0.5) else rng.choice(BODIES[:3])
    headers = [("Host", rng.choice(["evil", "", "a" * 9000]) if odd(0.1) else HOST)]
    if not odd(0.3):
        headers += [("Cookie", secrets[0]), ("X-CSRF-Token", secrets[1])]
    if not odd(0.3):
        headers.append(("Content-Type", "application/json"))
    if odd(0.2):
        headers.append(("Origin", rng.choice([f"http://{HOST}", "null", "\x80"])))
    if odd(0.2):
        headers.append((rng.choice(["X-A", "Expect", "Connection", "Upgrade", "Cookie", "Range"]),
                        rng.choice(["100-continue", "close", "keep-alive, x", "a=b;" * 2000,
                                    "\x00", "bytes=0-"])))
    if odd(0.2):
        headers.append(("Transfer-Encoding", rng.choice(["chunked", "gzip", "chunked, chunked"])))
    size = rng.choice(["-1", "9" * 30, "0", "0x10", "10, 10"]) if odd(0.1) else str(len(body))
    headers.append(("Content-Length", size))
    rng.shuffle(headers)
    end = "\n" if odd(0.1) else "\r\n"
    method = rng.choice(METHODS if odd(0.3) else METHODS[:4])
    target = rng.choice(TARGETS if odd(0.3) else TARGETS[:PLAIN_TARGETS])
    head = f"{method} {target} HTTP/1.1{end}" + \
        "".join(f"{name}: {value}{end}" for name, value in headers) + end
    return bytearray(head.encode("latin-1") + body)


def mutate(rng, data):
    for _ in range(rng.choice([0] * 6 + [1, 2, 20])):
        place = rng.randrange(len(data) + 1)
        kind = rng.randrange(4)
        if kind == 0 and place < len(data):
            data[place] = rng.randrange(256)
        elif kind == 1:
            data[place:place] = rng.randbytes(rng.randrange(1, 50))
        elif kind == 2:
            del data[place:place + rng.randrange(1, 200)]
        else:
            data[place:place] = data[:rng.randrange(len(data) + 1)]
    return bytes(data[:200000])


def connect():
    connection = socket.create_connection(("127.0.0.1", PORT), timeout=5)
    connection.settimeout(5)
    return connection


def ask(data):
    """Sends data and reads to the end, or until it has waited enough."""
    with connect() as connection:
        connection.sendall(data)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except OSError:
            pass
        return answer


def sign_in():
    body = json.dumps({"ticket": TOKEN}).encode()
    answer = ask(f"POST /session HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Type: "
                 f"application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    cookie = re.search(rb"portchannel_session=[0-9a-f]{64}", answer)
    csrf = re.search(rb'"csrf":"([0-9a-f]{64})"', answer)
    assert cookie and csrf, answer
    return cookie.group().decode(), csrf.group(1).decode()


def attack(rng, connection, secrets):
    """One connection; it may be left without reading what comes. The answer's status."""
    data = b"".join(mutate(rng, request(rng, secrets)) for _ in range(rng.choice([1, 1, 1, 3])))
    if rng.random() < 0.3:
        for start in range(0, len(data), max(1, len(data) // 5)):
            connection.sendall(data[start:start + max(1, len(data) // 5)])
    else:
        connection.sendall(data)
    kind = rng.random()
    if kind < 0.6:
        connection.shutdown(socket.SHUT_WR)
    if kind < 0.9:
        connection.settimeout(0.3)
        return connection.recv(65536)[9:12]
    return b"unread"


def client(seed, until, secrets, counts):
    rng = random.Random(seed)
    while time.monotonic() < until:
        try:
            with connect() as connection:
                said = attack(rng, connection, secrets[0])
        except OSError:
            said = b"closed"
        counts[said] = counts.get(said, 0) + 1


def memory_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as handle:
        return int(re.search(r"VmRSS:\s+(\d+)", handle.read()).group(1))


def start(console, page, folder, log):
    # The process gives up what finding leaks takes.
    options = {"ASAN_OPTIONS": "detect_leaks=0:exitcode=9:quarantine_size_mb=16",
               "UBSAN_OPTIONS": "halt_on_error=1:exitcode=9:print_stacktrace=1"}
    process = subprocess.Popen([console, "--socket", os.path.join(folder, "socket"), "--static",
                                page, "--user", "65534:65534"], stdout=log, stderr=log,
                               env={**os.environ, **options})
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            connect().close()
            return process
        except OSError:
            assert process.poll() is None, "the console did not start"
            time.sleep(0.05)
    raise AssertionError("the console doesn't listen")


def run(console, page, seconds, seed, folder):
    daemon = FakeDaemon(os.path.join(folder, "socket"), seed)
    with open(os.path.join(folder, "log"), "wb") as log:
        process = start(console, page, folder, log)
    until, counts = time.monotonic() + seconds, {}
    secrets = [sign_in()]
    threads = [threading.Thread(target=client, args=(seed + i, until, secrets, counts))
               for i in range(CLIENTS)]
    for thread in threads:
        thread.start()
    while time.monotonic() < until and process.poll() is None:
        # Sessions end by a 401 of the daemon: then there is a new one.
        daemon.honest = True
        secrets[0] = sign_in()
        daemon.honest = False
        time.sleep(min(0.2, max(0, until - time.monotonic())))
    for thread in threads:
        thread.join()
    daemon.honest = True
    with open(os.path.join(folder, "log"), "rb") as log:
        text = log.read().decode("latin-1")
    found = re.search(r"(ERROR: AddressSanitizer|runtime error:).*(\n.*){0,30}", text)
    assert not found, found.group()
    assert process.poll() is None, f"the console ended with {process.returncode}:\n{text[-3000:]}"
    assert b" 200 OK" in ask(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    sign_in()
    memory = memory_kb(process.pid)
    assert memory < MEMORY_KB_MAX, f"{memory} kB"
    assert TOKEN not in text and secrets[0][1] not in text, "a secret is in the log"
    process.terminate()
    assert process.wait(30) == 0
    print(f"{sum(counts.values())} connections, {daemon.count} calls to the daemon, {memory} kB; answers: " +
          ", ".join(f"{said.decode('latin-1') or 'none'} {count}"
                    for said, count in sorted(counts.items())))


def main():
    if os.geteuid() != 0:
        print("needs root, for a network namespace")
        sys.exit(77)
    if os.environ.get("RAW_CONSOLE_INSIDE") != "1":
        os.environ["RAW_CONSOLE_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "--net", sys.executable] + sys.argv)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    seed = int(os.environ.get("TEST_SEED", time.time_ns() % 1000000))
    print(f"TEST_SEED={seed}", flush=True)
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 8
    with tempfile.TemporaryDirectory(prefix="raw-console-") as folder:
        os.chmod(folder, 0o755)
        run(sys.argv[1], sys.argv[2], seconds, seed, folder)


main()
