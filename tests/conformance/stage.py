"""What both tests stand on: servers that are stopped by their own handle, modosu as a command, boto3 clients."""

import json
import os
import subprocess
import tempfile
import time
import urllib.request

import boto3
from botocore.config import Config

MODOSU = os.environ["MODOSU_BINARY"]
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

    def stop(self):
        self.process.terminate()
        self.process.wait(LIMIT)
        self.process.stdout.close()
        self.folder.cleanup()


def client(service, endpoint, region, key, secret):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=60),
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
