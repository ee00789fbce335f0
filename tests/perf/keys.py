#!/usr/bin/env python3
"""How long a key takes until the console shows it: while nothing happens, and while every AWS call takes a second.

    cargo build --release
    tests/perf/keys.py target/release/modosu [--size 120x40] [--keys 300] [--rounds 3] [--delay-ms 1000]

Standard library only; Linux. Each round starts, in turn: `cat` in a raw terminal (what the harness itself costs), the console on
an account that answers at once, and the console on the same account behind a proxy that holds every call back. The account is the
program's own (`drill --headless`), so nothing leaves the machine.

A key is `j` or `k`, alternately: it moves the selected row, whose mark is drawn anew. The time is from the write of the key to the
read that brings that mark. In the delayed part `r` is pressed before every tenth key, so that refreshes are outstanding throughout.
"""
import argparse
import http.client
import http.server
import json
import os
import pty
import random
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import fcntl
import termios

MARK = "›".encode()


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, command, size, environment):
        columns, rows = size
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, {**os.environ, **environment, "TERM": "xterm-256color"})
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, milliseconds):
        if not select.select([self.fd], [], [], milliseconds / 1000)[0]:
            return b""
        return os.read(self.fd, 65536)

    def until(self, wanted, seconds):
        seen, end = b"", time.monotonic() + seconds
        while wanted not in seen:
            if time.monotonic() > end:
                sys.exit(f"never saw {wanted!r}; the last was {seen[-500:]!r}")
            seen += self.read(100)

    def quiet(self, milliseconds):
        while self.read(milliseconds):
            pass

    def key(self, key, wanted):
        """Milliseconds from the key to the read that completes `wanted`."""
        began = time.perf_counter_ns()
        os.write(self.fd, key)
        seen = b""
        while wanted not in seen:
            part = self.read(2000)
            if not part:
                return None
            seen += part
        return (time.perf_counter_ns() - began) / 1e6

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        try:
            while self.read(500):
                pass
        except OSError:
            pass
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def measured(terminal, count, refresh, echo):
    """Latencies of `count` keys, each after a silence and a random moment."""
    chance, times, lost = random.Random(1), [], 0
    for nth in range(-10, count):
        terminal.quiet(15)
        if refresh and nth % 10 == 0:
            os.write(terminal.fd, b"r")
            terminal.quiet(15)
        time.sleep(chance.random() * 0.04)
        key = b"jk"[nth % 2 : nth % 2 + 1]
        took = terminal.key(key, key if echo else MARK)
        if nth >= 0:
            if took is None:
                lost += 1
            else:
                times.append(took)
    return times, lost


def proxy(target, delay):
    """Serves on loopback, holds every call back, counts them, and prints its port."""
    count, lock = [0], threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_):
            pass

        def answer(self):
            if self.path == "/__count":
                data, status, headers = str(count[0]).encode(), 200, []
            else:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                # The drill's clock is not AWS: it stands in for the machine's own.
                if not self.path.startswith("/_drill/clock"):
                    with lock:
                        count[0] += 1
                    time.sleep(delay / 1000)
                connection = http.client.HTTPConnection(target)
                headers = {k: v for k, v in self.headers.items() if k.lower() != "connection"}
                connection.request(self.command, self.path, body, headers)
                response = connection.getresponse()
                data, status = response.read(), response.status
                dropped = ("content-length", "transfer-encoding", "connection", "date", "server")
                headers = [(k, v) for k, v in response.getheaders() if k.lower() not in dropped]
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = answer

    class Server(http.server.ThreadingHTTPServer):
        # A console that ends leaves its calls unanswered.
        def handle_error(self, *_):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


def line(name, times, lost):
    ordered = sorted(times)
    at = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))]
    print(
        f"{name:<28} median {at(0.5):7.3f}  p90 {at(0.9):7.3f}  p99 {at(0.99):7.3f}  max {ordered[-1]:7.3f} ms"
        f"  ({len(ordered)} keys, {lost} without an answer)"
    )
    return at(0.99)


def main():
    if sys.argv[1:2] == ["--proxy"]:
        return proxy(sys.argv[2], float(sys.argv[3]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modosu")
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--keys", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delay-ms", type=float, default=1000)
    options = parser.parse_args()
    size = tuple(map(int, re.fullmatch(r"(\d+)x(\d+)", options.size).groups()))
    program = os.path.abspath(options.modosu)

    account = subprocess.Popen([program, "drill", "--headless", "--port", "0"], stdout=subprocess.PIPE, text=True)
    variables = json.loads(account.stdout.readline())["environment"]
    target = variables["AWS_ENDPOINT_URL"].removeprefix("http://")
    slow = subprocess.Popen(
        [sys.executable, __file__, "--proxy", target, str(options.delay_ms)], stdout=subprocess.PIPE, text=True
    )
    through = f"127.0.0.1:{slow.stdout.readline().strip()}"
    results = {name: ([], 0) for name in ("cat, the harness itself", "idle", "every call delayed")}

    def run(name, command, environment, ready, refresh, echo):
        terminal = Terminal(command, size, environment)
        terminal.until(ready, 60)
        terminal.quiet(300 if echo else 15)
        times, lost = measured(terminal, options.keys, refresh, echo)
        results[name] = (results[name][0] + times, results[name][1] + lost)
        terminal.end()

    try:
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory() as folder:
                raw = ["sh", "-c", "stty raw -echo; printf ready; exec cat"]
                run("cat, the harness itself", raw, {}, b"ready", False, True)
                console = [program, "--lang", "en", "--runbook", "peoplebooster", "-e", "production", "--state-dir", folder]
                run("idle", console, variables, b"v1.3.4", False, False)
                # A console in a drill asks the drill's address for everything.
                delayed = {**variables, "AWS_ENDPOINT_URL": f"http://{through}", "MODOSU_DRILL": f"http://{through}"}
                run("every call delayed", console, delayed, b"v1.3.4", True, False)
        connection = http.client.HTTPConnection(through)
        connection.request("GET", "/__count")
        calls = connection.getresponse().read().decode()
    finally:
        for process in (slow, account):
            process.send_signal(signal.SIGTERM)
            process.wait()
    print(f"{options.size}, {options.rounds} rounds of {options.keys} keys, load {os.getloadavg()[0]:.2f}, {calls} calls held back")
    p99 = {name: line(name, *result) for name, result in results.items()}
    idle, delayed = p99["idle"], p99["every call delayed"]
    verdict = "within" if delayed <= 2 * idle else "over"
    print(f"p99 under delay is {delayed / idle:.2f} x the idle p99: {verdict} the goal of 2 x")
    return 0 if delayed <= 2 * idle else 1


if __name__ == "__main__":
    sys.exit(main())
