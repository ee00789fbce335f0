"""The team's page (`runbook.ja.md`), walked by the aws command line: every AWS command as it is written there, with
nothing filled in but the names in angle brackets, and nothing set but what the drill's first line says."""

import json
import pathlib
import re
import unittest

from stage import AWS, Drill

PAGE = pathlib.Path(__file__).parent / "runbook.ja.md"
BACKEND = "peoplebooster-backend"
DATABASE = "peoplebooster-production"
# A waiter of the command line asks every 15 s of the machine's time.
FAST = 60


def commands():
    """Every command of the page in its order, one line each, comments and line continuations gone."""
    found = []
    for block in re.findall(r"```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        lines = [line for line in block.splitlines() if not line.lstrip().startswith("#")]
        text = "\n".join(lines).replace("\\\n", " ")
        found += [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    return found


class Page(unittest.TestCase):
    def setUp(self):
        self.drill = Drill("bad-deploy", 1)
        self.addCleanup(self.drill.stop)
        self.folder = pathlib.Path(self.drill.folder.name)
        self.names = {"environment": "production", "previous-revision": "56", "snapshot-identifier": f"{DATABASE}-before-v1-4-0"}

    def run_it(self, command):
        """One line of the page in a shell."""
        for name, value in self.names.items():
            command = command.replace(f"<{name}>", value)
        self.assertNotRegex(command, r"<[a-z-]+>", "there is still a name to fill in")
        code, out, err = self.drill.shell(command, str(pathlib.Path(AWS).parent))
        self.assertEqual((code, err), (0, ""), command)
        return out

    def aws(self, command):
        return json.loads(self.run_it(f"aws {command}"))

    def service(self):
        return self.aws(f"ecs describe-services --cluster peoplebooster-production --services {BACKEND}")["services"][0]

    # --- what each command must show ------------------------------------------------------------------------------

    def current_definition(self, command):
        out = self.run_it(command)
        self.assertRegex(json.loads(out), rf"^arn:aws:ecs:ap-northeast-1:123456789012:task-definition/{BACKEND}:57$")

    def five_revisions(self, command):
        answer = json.loads(self.run_it(command))
        # The sixth is there: the command line says so with a token of its own.
        self.assertEqual([arn.rsplit("/", 1)[1] for arn in answer["taskDefinitionArns"]], [f"{BACKEND}:{n}" for n in range(57, 52, -1)])
        self.assertIn("NextToken", answer)

    def back_to_the_previous(self, command):
        service = json.loads(self.run_it(command))["service"]
        self.assertTrue(service["taskDefinition"].endswith(f"{BACKEND}:56"))
        primary = service["deployments"][0]
        self.assertEqual((primary["status"], primary["rolloutState"]), ("PRIMARY", "IN_PROGRESS"))
        self.assertTrue(primary["taskDefinition"].endswith(f"{BACKEND}:56"))

    def wait_until_stable(self, command):
        self.assertEqual(len(self.service()["deployments"]), 2, "it is stable before anything was waited for")
        self.drill.post("/_drill/clock", speed=FAST)
        self.assertEqual(self.run_it(command), "")
        self.drill.post("/_drill/clock", speed=1)
        service = self.service()
        self.assertEqual([it["rolloutState"] for it in service["deployments"]], ["COMPLETED"])
        self.assertEqual(service["runningCount"], service["desiredCount"])
        self.assertEqual(service["events"][0]["message"], f"(service {BACKEND}) has reached a steady state.")
        waited = [it["operation"] for it in self.drill.ledger()].count("DescribeServices")
        self.assertGreaterEqual(waited, 4, "the waiter asked at least twice")

    def tags_as_a_table(self, command):
        lines = self.run_it(command).splitlines()
        self.assertIn("DescribeImages", lines[1])
        for version in ("v1.3.3", "v1.3.4", "v1.4.0"):
            self.assertTrue(any(f"|  {version} " in line for line in lines), version)
        # The lifecycle policy took this one away.
        self.assertNotIn("v1.3.2", "\n".join(lines))

    def register_the_file(self, command):
        # The file as a person makes it: the good definition, as the account itself describes it, answers' fields and all.
        described = self.aws(f"ecs describe-task-definition --task-definition {BACKEND}:56")["taskDefinition"]
        answers_only = ("taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy")
        for name in answers_only:
            self.assertIsNotNone(described.pop(name))
        (self.folder / "task-definition-rollback.json").write_text(json.dumps(described), encoding="utf-8")
        registered = json.loads(self.run_it(command))["taskDefinition"]
        self.assertEqual((registered["revision"], registered["status"]), (58, "ACTIVE"))
        self.assertEqual(registered["containerDefinitions"], described["containerDefinitions"])
        self.names["new-revision"] = str(registered["revision"])

    def to_the_new_one(self, command):
        service = json.loads(self.run_it(command))["service"]
        self.assertTrue(service["deployments"][0]["taskDefinition"].endswith(f"{BACKEND}:58"))

    def snapshots_as_a_table(self, command):
        lines = self.run_it(command).splitlines()
        self.assertIn("DescribeDBSnapshots", lines[1])
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if DATABASE in line]
        self.assertEqual(sum(name.startswith(f"rds:{DATABASE}-") for name, _ in rows), 7)
        times = dict(rows)
        self.assertRegex(times[f"{DATABASE}-before-v1-4-0"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d")
        self.assertIn(f"{DATABASE}-incident", times)

    def restore_beside(self, command):
        restored = json.loads(self.run_it(command))["DBInstance"]
        self.assertEqual((restored["DBInstanceIdentifier"], restored["DBInstanceStatus"]), (f"{DATABASE}-restored", "creating"))
        self.assertEqual(restored["DBInstanceClass"], "db.t3.medium")
        # What the page does not say is as RDS has it by default, which is not as the live instance has it.
        live = self.aws(f"rds describe-db-instances --db-instance-identifier {DATABASE}")["DBInstances"][0]
        for name in ("DBSubnetGroup", "VpcSecurityGroups", "DBParameterGroups"):
            self.assertNotEqual(restored[name], live[name], name)
        self.assertNotIn("Endpoint", restored)

    def put_into_the_secret(self, command):
        updated = json.loads(self.run_it(command))
        shown = self.aws("secretsmanager describe-secret --secret-id peoplebooster/production/database")
        self.assertEqual(shown["VersionIdsToStages"][updated["VersionId"]], ["AWSCURRENT"])
        self.assertEqual(sorted(shown["VersionIdsToStages"].values()), [["AWSCURRENT"], ["AWSPREVIOUS"]])

    def start_anew(self, command):
        before = self.service()
        service = json.loads(self.run_it(command))["service"]
        self.assertEqual(service["taskDefinition"], before["taskDefinition"])
        self.assertNotEqual(service["deployments"][0]["id"], before["deployments"][0]["id"])

    # --- the page -------------------------------------------------------------------------------------------------

    def test_every_command_as_it_is_written(self):
        table = {
            "aws ecs describe-services --cluster peoplebooster-<environment> --services peoplebooster-backend "
            "--query 'services[0].taskDefinition'": self.current_definition,
            "aws ecs list-task-definitions --family-prefix peoplebooster-backend --sort DESC --max-items 5": self.five_revisions,
            "aws ecs update-service --cluster peoplebooster-<environment> --service peoplebooster-backend "
            "--task-definition peoplebooster-backend:<previous-revision>": self.back_to_the_previous,
            "aws ecs wait services-stable --cluster peoplebooster-<environment> --services peoplebooster-backend": self.wait_until_stable,
            "aws ecr describe-images --repository-name peoplebooster-backend "
            "--query 'imageDetails[*].[imageTags,imagePushedAt]' --output table": self.tags_as_a_table,
            "aws ecs register-task-definition --cli-input-json file://task-definition-rollback.json": self.register_the_file,
            "aws ecs update-service --cluster peoplebooster-<environment> --service peoplebooster-backend "
            "--task-definition peoplebooster-backend:<new-revision>": self.to_the_new_one,
            "aws rds describe-db-snapshots --db-instance-identifier peoplebooster-<environment> "
            "--query 'DBSnapshots[*].[DBSnapshotIdentifier,SnapshotCreateTime]' --output table": self.snapshots_as_a_table,
            "aws rds restore-db-instance-from-db-snapshot --db-instance-identifier peoplebooster-<environment>-restored "
            "--db-snapshot-identifier <snapshot-identifier> --db-instance-class db.t3.medium": self.restore_beside,
            "aws secretsmanager update-secret --secret-id peoplebooster/<environment>/database "
            "--secret-string '{\"host\":\"new-endpoint\",...}'": self.put_into_the_secret,
            "aws ecs update-service --cluster peoplebooster-<environment> --service peoplebooster-backend "
            "--force-new-deployment": self.start_anew,
        }
        walked = []
        for command in commands():
            if not command.startswith("aws "):
                continue
            self.assertIn(command, table, "the page has a command that this test does not know")
            with self.subTest(command):
                table[command](command)
                walked.append(command)
        self.assertEqual(sorted(walked), sorted(table), "this test knows a command that is not on the page")
        writes = [(it["operation"], it["status"]) for it in self.drill.ledger() if it["kind"] == "write"]
        update = ("UpdateService", 200)
        self.assertEqual(writes, [
            update, ("RegisterTaskDefinition", 200), update,
            ("RestoreDBInstanceFromDBSnapshot", 200), ("UpdateSecret", 200), update,
        ])

    def test_what_a_hurried_hand_gets_wrong(self):
        """The command line's own words for what AWS refuses, and its exit code."""
        there = f"--cluster peoplebooster-production --service {BACKEND}"
        for command, said in [
            (f"ecs update-service {there} --task-definition {BACKEND}:999", "(ClientException)"),
            (f"ecs update-service {there} --task-definition {BACKEND}:latest", "Invalid revision number. Number: latest"),
            (f"ecs update-service --cluster peoplebooster-prod --service {BACKEND}", "(ClusterNotFoundException)"),
            ("ecs update-service --cluster peoplebooster-production --service backend", "(ServiceNotFoundException)"),
            (f"ecr describe-images --repository-name {BACKEND} --image-ids imageTag=v9.9.9", "(ImageNotFoundException)"),
            ("ecr describe-images --repository-name backend", "(RepositoryNotFoundException)"),
        ]:
            with self.subTest(command):
                code, out, err = self.drill.shell(f"aws {command}", str(pathlib.Path(AWS).parent))
                self.assertEqual((code, out), (255, ""), err)
                self.assertIn(said, err)
        self.aws(f"ecs deregister-task-definition --task-definition {BACKEND}:56")
        code, _, err = self.drill.shell(f"aws ecs update-service {there} --task-definition {BACKEND}:56", str(pathlib.Path(AWS).parent))
        self.assertEqual(code, 255)
        self.assertIn("TaskDefinition is inactive", err)
        self.assertEqual(len(self.service()["deployments"]), 1)


if __name__ == "__main__":
    unittest.main()
