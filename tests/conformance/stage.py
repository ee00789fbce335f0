"""What the tests stand on: servers that are stopped by their own handle, commands of third parties, boto3 clients."""

import contextlib
import datetime
import json
import os
import subprocess
import tempfile
import time
import urllib.request
from unittest import mock

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import ServiceModel

import shapes

MODOSU = os.environ["MODOSU_BINARY"]
AWS = os.environ["AWS_BINARY"]
ECS_DEPLOY = os.environ["ECS_DEPLOY_BINARY"]
# Enough for a machine that does other things too; reached only when something hangs.
LIMIT = 180


def clean_environment(folder, **more):
    """Nothing of the machine's own AWS settings reaches what is tested."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": folder,
        "LANG": "C.UTF-8",
        "USER": "sato",
        "MODOSU_STATE_DIR": os.path.join(folder, "state"),
        "AWS_EC2_METADATA_DISABLED": "true",
        **more,
    }


class Drill:
    """A drill in a process of its own."""

    def __init__(self, scenario, speed):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [MODOSU, "drill", "--headless", "--port", "0", "--scenario", scenario, "--speed", str(speed)],
            stdout=subprocess.PIPE,
            env=clean_environment(self.folder.name),
            text=True,
        )
        said = json.loads(self.process.stdout.readline())
        self.endpoint = said["endpoint"]
        self.environment = said["environment"]

    def client(self, service):
        return client(service, self.endpoint, self.environment["AWS_REGION"], self.environment["AWS_ACCESS_KEY_ID"],
                      self.environment["AWS_SECRET_ACCESS_KEY"])

    def get(self, path):
        with urllib.request.urlopen(self.endpoint + path, timeout=LIMIT) as answer:
            return json.load(answer)

    def post(self, path, **body):
        """One of the drill's own endpoints."""
        request = urllib.request.Request(self.endpoint + path, json.dumps(body).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=LIMIT) as answer:
            return json.load(answer)

    def advance(self, seconds):
        self.post("/_drill/clock", advance_s=seconds)

    def now(self):
        return datetime.datetime.fromisoformat(self.get("/_drill/clock")["now"].replace("Z", "+00:00"))

    def ledger(self):
        return self.get("/_drill/ledger")

    def shell(self, command, path, cwd=None):
        """A line of a shell, with nothing but what the drill's first line says: exit code, stdout, stderr."""
        environment = clean_environment(self.folder.name, **self.environment)
        environment["PATH"] = os.pathsep.join([path, environment["PATH"]])
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=cwd or self.folder.name,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
        return done.returncode, done.stdout, done.stderr

    def stop(self):
        self.process.terminate()
        self.process.wait(LIMIT)
        self.process.stdout.close()
        self.folder.cleanup()


class Witness:
    """A boto3 client that keeps what came over the wire and holds it against the model."""

    def __init__(self, drill, service, protocol=None):
        # botocore has no setting for the protocol: it takes the first one of its own list that the service speaks.
        forced = contextlib.nullcontext()
        if protocol:
            forced = mock.patch.object(ServiceModel, "resolved_protocol", protocol)
        with forced:
            self.client = drill.client(service)
        model = self.client.meta.service_model
        if protocol:
            vars(model)["resolved_protocol"] = protocol
        self.service = model.service_name
        self.protocol = model.resolved_protocol
        self.client.meta.events.register("before-parse", self.keep)
        self.answered = []

    def keep(self, operation_model, response_dict, **_):
        self.answered.append((operation_model, response_dict["status_code"], response_dict["headers"], response_dict["body"]))

    def call(self, operation, given):
        """The parsed answer (an error has `Error`) and what is wrong with the one on the wire."""
        self.answered.clear()
        try:
            parsed = self.client._make_api_call(operation, given)
        except ClientError as error:
            parsed = error.response
        found = [
            f"{operation} {given} over {self.protocol}: {problem}"
            for model, status, headers, body in self.answered
            for problem in shapes.problems(model, self.protocol, status, headers, body)
        ]
        return parsed, found if self.answered else [f"{operation} did not reach the drill"]


def client(service, endpoint, region, key, secret):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=60),
    )


def modosu(arguments, folder, environment):
    """Runs modosu to its end: exit code, stdout, stderr."""
    done = subprocess.run(
        [MODOSU, *arguments],
        cwd=folder,
        env=clean_environment(folder, **environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    return done.returncode, done.stdout, done.stderr


def until(what, seconds=60):
    """Asks again until the answer is true; a server needs a moment to come up."""
    end = time.monotonic() + seconds
    while True:
        answer = what()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError("it did not come up")
        time.sleep(0.1)
