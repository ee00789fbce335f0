"""ecs-deploy, the tool that many teams deploy with, goes back to an older definition on the drill, and believes what it sees."""

import unittest

from stage import ECS_DEPLOY, Drill

CLUSTER = "peoplebooster-production"
SERVICE = "peoplebooster-backend"


class EcsDeploy(unittest.TestCase):
    def setUp(self):
        # A rollout of two minutes is over in a few looks.
        self.drill = Drill("bad-deploy", 30)
        self.addCleanup(self.drill.stop)

    def deploy(self, *arguments):
        line = " ".join([ECS_DEPLOY, "deploy", CLUSTER, SERVICE, *arguments])
        return self.drill.shell(line, "/usr/bin")

    def test_an_older_definition_is_deployed_and_followed_to_its_end(self):
        code, out, err = self.deploy("--task", f"{SERVICE}:56", "--timeout", "120")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("Deployment successful", out)
        self.assertIn("Successfully created revision: 58", out)

        service = self.drill.client("ecs").describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]
        self.assertTrue(service["taskDefinition"].endswith(":58"))
        self.assertEqual([it["rolloutState"] for it in service["deployments"]], ["COMPLETED"])

        ledger = self.drill.ledger()
        self.assertTrue(all(it["status"] == 200 for it in ledger), ledger)
        writes = [it for it in ledger if it["kind"] == "write"]
        self.assertEqual(
            [it["operation"] for it in writes], ["RegisterTaskDefinition", "UpdateService", "DeregisterTaskDefinition"]
        )
        register, update, deregister = (it["input"] for it in writes)
        self.assertEqual(register["family"], SERVICE)
        self.assertTrue(register["containerDefinitions"][0]["image"].endswith(":v1.3.4"))
        self.assertTrue(update["taskDefinition"].endswith(":58"))
        # It cleans up behind itself: what it replaced cannot be deployed again.
        self.assertTrue(deregister["taskDefinition"].endswith(f"{SERVICE}:56"))
        reads = {it["operation"] for it in ledger if it["kind"] == "read"}
        self.assertEqual(reads, {"DescribeServices", "DescribeTaskDefinition", "ListTasks", "DescribeTasks"})

    def test_what_is_not_there_is_refused(self):
        code, out, err = self.deploy("--task", f"{SERVICE}:999")
        self.assertNotEqual(code, 0)
        self.assertIn("999", out + err)
        self.assertEqual([it for it in self.drill.ledger() if it["kind"] == "write"], [])


if __name__ == "__main__":
    unittest.main()
