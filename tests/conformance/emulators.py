"""Emulators of AWS that nobody of this project wrote, each on a free loopback port, and a recorder that stands before one and
keeps what it was asked."""

import http.client
import http.server
import json
import os
import re
import socket
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request

from stage import LIMIT, clean_environment, client, until

REGION = "ap-northeast-1"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Emulator:
    """One of them in a process of its own, stopped by its own handle."""

    name = account = health = None

    def __init__(self, folder):
        port = free_port()
        self.endpoint = f"http://127.0.0.1:{port}"
        self.log = open(os.path.join(folder, f"{self.name}.log"), "wb")
        command, settings = self.started_by(str(port))
        self.process = subprocess.Popen(
            command, env=clean_environment(folder, **settings), stdout=self.log, stderr=subprocess.STDOUT, cwd=folder
        )
        until(self.answers)

    def started_by(self, port):
        raise NotImplementedError

    def answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}")
        try:
            urllib.request.urlopen(self.endpoint + self.health, timeout=5).close()
            return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def client(self, service):
        return client(service, self.endpoint, REGION, "test", "test")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(LIMIT)
        self.log.close()


class Ministack(Emulator):
    name, account, health = "ministack", "000000000000", "/_ministack/health"

    def started_by(self, port):
        # By default it listens on every address of the machine.
        return [os.environ["MINISTACK_BINARY"]], {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": port}


class Moto(Emulator):
    name, account, health = "moto", "123456789012", "/moto-api/"

    def started_by(self, port):
        # Without this a service of moto's never has a task and is never stable.
        return [os.environ["MOTO_BINARY"], "-H", "127.0.0.1", "-p", port], {"MOTO_ECS_SERVICE_RUNNING": "2"}


class Recorder:
    """A door of our own before an emulator: passes every request on as it came, and keeps its operation and its body."""

    def __init__(self, emulator):
        self.asked = []
        target = urllib.parse.urlsplit(emulator.endpoint).netloc
        asked = self.asked

        class Door(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                asked.append((operation(self.path, self.headers, body), body))
                onward = http.client.HTTPConnection(target, timeout=LIMIT)
                onward.request(self.command, self.path, body, dict(self.headers))
                answer = onward.getresponse()
                content = answer.read()
                onward.close()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def bodies(self, name):
        """What the operation was asked with, in order."""
        return [body for operation, body in self.asked if operation == name]

    def writes(self):
        """The operations that change something, in order."""
        reads = ("Describe", "Get", "List", "Filter", "Simulate", "BatchGet", "?")
        return [name for name, _ in self.asked if not name.startswith(reads)]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(LIMIT)


def operation(path, headers, body):
    """The operation's name, whatever the protocol."""
    target = headers.get("x-amz-target")
    if target:
        return target.rsplit(".", 1)[1]
    named = re.search(r"/operation/(\w+)$", path)
    if named:
        return named[1]
    form = urllib.parse.parse_qs(body.decode("utf-8", "replace"))
    return form.get("Action", [f"?{path}"])[0]


def form(body):
    """A request of the query protocol, as a plain table."""
    return dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))


def fields(body):
    """A request of a JSON protocol."""
    return json.loads(body)
