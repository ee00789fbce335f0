"""modosu against ministack, an emulator that nobody of this project wrote: it sees, plans and rolls back there too, and
says what that endpoint cannot show."""

import datetime
import hashlib
import json
import os
import pathlib
import tempfile
import unittest

from emulators import REGION, Ministack
from stage import modosu

ACCOUNT = Ministack.account
CLUSTER = "peoplebooster-production"
RUNBOOK = pathlib.Path(__file__).parents[2] / "assets/runbooks/peoplebooster.toml"


def manifest(version):
    config = hashlib.sha256(version.encode()).hexdigest()
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 7, "digest": f"sha256:{config}"},
            "layers": [],
        }
    )


class Account:
    """The account of the runbook's product, as far as ministack can hold it."""

    def __init__(self, ministack):
        self.ecs = ministack.client("ecs")
        self.ecr = ministack.client("ecr")
        self.elb = ministack.client("elbv2")
        self.cloudwatch = ministack.client("cloudwatch")
        self.ecs.create_cluster(clusterName=CLUSTER)
        for name in ("backend", "frontend"):
            self.seed(f"peoplebooster-{name}", errors=0.04 if name == "backend" else 0.0)

    def seed(self, name, errors):
        self.ecr.create_repository(repositoryName=name)
        for version in ("v1.3.3", "v1.3.4", "v1.4.0"):
            self.ecr.put_image(repositoryName=name, imageTag=version, imageManifest=manifest(name + version))
            self.ecs.register_task_definition(
                family=name,
                containerDefinitions=[
                    {
                        "name": "app",
                        "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}:{version}",
                        "memory": 128,
                        "essential": True,
                        "portMappings": [{"containerPort": 3000}],
                    }
                ],
            )
        balancer = self.elb.create_load_balancer(Name=name[:32], Type="application", Subnets=["subnet-1", "subnet-2"])
        balancer = balancer["LoadBalancers"][0]["LoadBalancerArn"]
        group = self.elb.create_target_group(Name=name[:32], Protocol="HTTP", Port=3000, VpcId="vpc-1", TargetType="ip")
        group = group["TargetGroups"][0]["TargetGroupArn"]
        self.elb.create_listener(
            LoadBalancerArn=balancer,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        self.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": f"10.0.0.{n}", "Port": 3000} for n in (1, 2)])
        self.ecs.create_service(
            cluster=CLUSTER,
            serviceName=name,
            taskDefinition=f"{name}:3",
            desiredCount=2,
            launchType="FARGATE",
            loadBalancers=[{"targetGroupArn": group, "containerName": "app", "containerPort": 3000}],
        )
        self.put_minutes(balancer, group, errors)

    def put_minutes(self, balancer, group, errors):
        dimensions = [
            {"Name": "LoadBalancer", "Value": balancer.split(":loadbalancer/", 1)[1]},
            {"Name": "TargetGroup", "Value": group.rsplit(":", 1)[1]},
        ]
        now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
        for minute in range(1, 21):
            at = now - datetime.timedelta(minutes=minute)
            data = [
                {"MetricName": "RequestCount", "Dimensions": dimensions, "Timestamp": at, "Value": 500.0, "Unit": "Count"},
                {
                    "MetricName": "TargetResponseTime",
                    "Dimensions": dimensions,
                    "Timestamp": at,
                    "Values": [0.12, 0.3],
                    "Counts": [90.0, 10.0],
                    "Unit": "Seconds",
                },
            ]
            if errors and minute <= 5:
                data.append(
                    {
                        "MetricName": "HTTPCode_Target_5XX_Count",
                        "Dimensions": dimensions,
                        "Timestamp": at,
                        "Value": 500.0 * errors,
                        "Unit": "Count",
                    }
                )
            self.cloudwatch.put_metric_data(Namespace="AWS/ApplicationELB", MetricData=data)

    def described(self):
        return self.ecs.describe_services(cluster=CLUSTER, services=["peoplebooster-backend"])["services"][0]


def runbook_for(folder):
    """The team's runbook with what differs here: the account, no address outside this machine, a short hold."""
    text = RUNBOOK.read_text(encoding="utf-8")
    text = text.replace('# account = "123456789012"', f'account = "{ACCOUNT}"', 1)
    text = text.replace('backend = "https://api.peoplebooster.com/health"', "", 1)
    lines = [("hold-seconds = 5" if line.startswith("hold-seconds") else line) for line in text.splitlines()]
    path = os.path.join(folder, "modosu.toml")
    pathlib.Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


class OnMinistack(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.ministack = Ministack(self.folder.name)
        self.addCleanup(self.ministack.stop)
        self.account = Account(self.ministack)
        runbook_for(self.folder.name)

    def modosu(self, *arguments):
        environment = {
            "AWS_ENDPOINT_URL": self.ministack.endpoint,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        return modosu(["--lang", "en", *arguments], self.folder.name, environment)

    def test_see_decide_and_go_back(self):
        code, out, err = self.modosu("status", "--json")
        self.assertEqual(code, 0, err)
        status = json.loads(out)
        self.assertEqual((status["account"], status["region"]), (ACCOUNT, REGION))
        backend = status["services"][0]
        self.assertTrue(backend["revision"].endswith("task-definition/peoplebooster-backend:3"), backend)
        self.assertEqual((backend["version"], backend["running"]), ("v1.4.0", 2))
        self.assertEqual(backend["error_rate"]["state"], "met", status)
        self.assertAlmostEqual(backend["error_rate"]["value"], 4.0, places=3)
        self.assertEqual(backend["latency"]["state"], "not-met", status)
        self.assertEqual(backend["health"]["state"], "unknown", "an address that nobody names is not healthy")
        self.assertEqual(self.modosu("check")[0], 10)

        code, out, err = self.modosu("plan", "--service", "backend", "--json")
        self.assertEqual(code, 0, out + err)
        plan = json.loads(out)
        self.assertEqual(plan["verdict"], "warn", "without history nothing is proven to have run")
        self.assertEqual(plan["steps"][0]["rule"], "registered")
        self.assertTrue(plan["steps"][0]["to"]["revision"].endswith(":2"), plan)
        rows = {row["check"]: row["verdict"] for row in plan["preflight"]}
        self.assertEqual((rows["account"], rows["image"], rows["proven"]), ("pass", "pass", "warn"), plan)

        code, out, err = self.modosu("rollback", "--service", "backend", "--approve", "0" * 64)
        self.assertEqual(code, 4, out + err)
        self.assertTrue(self.account.described()["taskDefinition"].endswith(":3"))

        code, out, err = self.modosu("rollback", "--service", "backend", "--approve", plan["hash"], "--timeout", "3m", "--json")
        ended = json.loads(out.splitlines()[-1])
        self.assertEqual((code, ended["outcome"]), (0, "on-target"), out + err)
        self.assertIn("service-deployment", ended["unproven"], "ministack has no service deployments")

        service = self.account.described()
        self.assertTrue(service["taskDefinition"].endswith("task-definition/peoplebooster-backend:2"), service)
        self.assertEqual([d["status"] for d in service["deployments"]], ["PRIMARY"])
        code, out, _ = self.modosu("incidents", "--json")
        incident = json.loads(out)["incidents"][0]
        self.assertEqual((incident["state"], incident["outcome"]), ("verify", "on-target"))


if __name__ == "__main__":
    unittest.main()
