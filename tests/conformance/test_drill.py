"""boto3 runs the ECS commands of the team's runbook against the drill, as written there, and parses every answer."""

import datetime
import unittest

from botocore.exceptions import ClientError

from stage import Drill

CLUSTER = "peoplebooster-production"
SERVICE = "peoplebooster-backend"


class RunbookByHand(unittest.TestCase):
    def setUp(self):
        self.drill = Drill("bad-deploy", 60)
        self.addCleanup(self.drill.stop)
        self.ecs = self.drill.client("ecs")

    def described(self):
        return self.ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]

    def test_the_four_commands_of_the_runbook(self):
        # 1. The current task definition.
        before = self.described()
        self.assertTrue(before["taskDefinition"].endswith(":task-definition/peoplebooster-backend:57"))
        self.assertIsInstance(before["createdAt"], datetime.datetime)
        self.assertEqual([d["status"] for d in before["deployments"]], ["PRIMARY"])

        # 2. The revisions that there are, newest first, five at most.
        pages = self.ecs.get_paginator("list_task_definitions").paginate(
            familyPrefix=SERVICE, sort="DESC", PaginationConfig={"MaxItems": 5}
        )
        revisions = [int(arn.rsplit(":", 1)[1]) for page in pages for arn in page["taskDefinitionArns"]][:5]
        self.assertEqual(revisions, [57, 56, 55, 54, 53])

        # 3. Back to the previous one.
        answer = self.ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=f"{SERVICE}:56")["service"]
        self.assertTrue(answer["taskDefinition"].endswith(":56"))
        self.assertEqual(answer["deployments"][0]["rolloutState"], "IN_PROGRESS")
        self.assertEqual(len(self.described()["deployments"]), 2)

        # 4. Wait until it is stable.
        self.ecs.get_waiter("services_stable").wait(
            cluster=CLUSTER, services=[SERVICE], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
        after = self.described()
        self.assertEqual(after["deployments"][0]["rolloutState"], "COMPLETED")
        self.assertEqual(after["runningCount"], after["desiredCount"])
        self.assertIn("has reached a steady state.", " ".join(e["message"] for e in after["events"]))

        tasks = self.ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE)["taskArns"]
        described = self.ecs.describe_tasks(cluster=CLUSTER, tasks=tasks)["tasks"]
        self.assertTrue(all(task["taskDefinitionArn"].endswith(":56") for task in described))

        ledger = self.drill.get("/_drill/ledger")
        writes = [entry["operation"] for entry in ledger if entry["kind"] == "write"]
        self.assertEqual(writes, ["UpdateService"])

    def test_what_does_not_exist_is_an_error_that_boto3_knows(self):
        with self.assertRaises(self.ecs.exceptions.ClusterNotFoundException):
            self.ecs.describe_services(cluster="nowhere", services=[SERVICE])
        missing = self.ecs.describe_services(cluster=CLUSTER, services=["nobody"])
        self.assertEqual([f["reason"] for f in missing["failures"]], ["MISSING"])
        with self.assertRaises(ClientError) as refused:
            self.ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=f"{SERVICE}:999")
        self.assertEqual(refused.exception.response["Error"]["Code"], "ClientException")

    def test_the_other_services_answer_on_their_own_wires(self):
        identity = self.drill.client("sts").get_caller_identity()
        self.assertEqual(identity["Account"], "123456789012")
        images = self.drill.client("ecr").describe_images(repositoryName=SERVICE)["imageDetails"]
        self.assertIn("v1.3.4", [tag for image in images for tag in image.get("imageTags", [])])
        group = self.described()["loadBalancers"][0]["targetGroupArn"]
        elb = self.drill.client("elbv2")
        states = [t["TargetHealth"]["State"] for t in elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]]
        self.assertEqual(states, ["healthy"] * 4)
        balancer = elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]["LoadBalancerArns"][0]
        now = datetime.datetime.fromisoformat(self.drill.get("/_drill/clock")["now"].replace("Z", "+00:00"))
        metric = {
            "Namespace": "AWS/ApplicationELB",
            "MetricName": "RequestCount",
            "Dimensions": [
                {"Name": "LoadBalancer", "Value": balancer.split(":loadbalancer/", 1)[1]},
                {"Name": "TargetGroup", "Value": group.rsplit(":", 1)[1]},
            ],
        }
        answer = self.drill.client("cloudwatch").get_metric_data(
            MetricDataQueries=[{"Id": "requests", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}],
            StartTime=now - datetime.timedelta(minutes=30),
            EndTime=now,
        )["MetricDataResults"][0]
        self.assertEqual(answer["StatusCode"], "Complete")
        self.assertGreater(len(answer["Values"]), 20)
        self.assertTrue(all(value > 0 for value in answer["Values"]))


if __name__ == "__main__":
    unittest.main()
