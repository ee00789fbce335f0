"""The page's way through a snapshot, walked to its end by the aws command line with the settings of the live instance, and then
looked at by boto3: the tasks answer from the restored database, and of the secret only the address is another."""

import json
import pathlib
import shlex
import unittest

from stage import AWS, Drill, Witness

CLUSTER = "peoplebooster-production"
BACKEND = "peoplebooster-backend"
DATABASE = "peoplebooster-production"
RESTORED = f"{DATABASE}-restored"
SECRET = "peoplebooster/production/database"
# The waiter of the command line asks every 30 s of the machine's time.
FAST = 60


class Database(unittest.TestCase):
    def setUp(self):
        self.drill = Drill("bad-migration", 1)
        self.addCleanup(self.drill.stop)

    def aws(self, command):
        code, out, err = self.drill.shell(f"aws {command}", str(pathlib.Path(AWS).parent))
        self.assertEqual((code, err), (0, ""), command)
        return json.loads(out) if out else None

    def fast(self, command):
        self.drill.post("/_drill/clock", speed=FAST)
        try:
            self.assertIsNone(self.aws(command))
        finally:
            self.drill.post("/_drill/clock", speed=1)

    def instance(self, name):
        return self.aws(f"rds describe-db-instances --db-instance-identifier {name}")["DBInstances"][0]

    def test_the_database_of_the_page_goes_back_to_a_snapshot(self):
        snapshots = self.aws(f"rds describe-db-snapshots --db-instance-identifier {DATABASE}")["DBSnapshots"]
        known = [it for it in snapshots if it["Status"] == "available"]
        snapshot = max(known, key=lambda it: it["SnapshotCreateTime"])["DBSnapshotIdentifier"]
        self.assertEqual(snapshot, f"{DATABASE}-before-v1-4-0")
        live = self.instance(DATABASE)
        groups = " ".join(it["VpcSecurityGroupId"] for it in live["VpcSecurityGroups"])
        self.aws(
            f"rds restore-db-instance-from-db-snapshot --db-instance-identifier {RESTORED} --db-snapshot-identifier {snapshot} "
            f"--db-instance-class db.t3.medium --db-subnet-group-name {live['DBSubnetGroup']['DBSubnetGroupName']} "
            f"--vpc-security-group-ids {groups} --db-parameter-group-name {live['DBParameterGroups'][0]['DBParameterGroupName']} "
            "--no-publicly-accessible --tags Key=modosu:intent,Value=one"
        )
        self.fast(f"rds wait db-instance-available --db-instance-identifier {RESTORED}")
        restored = self.instance(RESTORED)
        for name in ("DBSubnetGroup", "VpcSecurityGroups", "DBParameterGroups", "Engine", "EngineVersion", "AllocatedStorage"):
            self.assertEqual(restored[name], live[name], name)

        secrets = self.drill.client("secretsmanager")
        old = secrets.get_secret_value(SecretId=SECRET)
        host = json.loads(old["SecretString"])["host"]
        self.assertEqual(host, live["Endpoint"]["Address"])
        value = old["SecretString"].replace(host, restored["Endpoint"]["Address"])
        updated = self.aws(f"secretsmanager update-secret --secret-id {SECRET} --secret-string {shlex.quote(value)}")
        new = secrets.get_secret_value(SecretId=SECRET)
        self.assertEqual((new["VersionId"], new["VersionStages"]), (updated["VersionId"], ["AWSCURRENT"]))
        self.assertEqual(new["SecretString"].replace(restored["Endpoint"]["Address"], host), old["SecretString"])
        before = secrets.get_secret_value(SecretId=SECRET, VersionStage="AWSPREVIOUS")
        self.assertEqual((before["VersionId"], before["SecretString"]), (old["VersionId"], old["SecretString"]))

        connected = {it["instance"] for it in self.backend()["databases"]}
        self.assertEqual(connected, {DATABASE}, "who runs keeps the connection of his start")
        self.aws(f"ecs update-service --cluster {CLUSTER} --service {BACKEND} --force-new-deployment")
        self.fast(f"ecs wait services-stable --cluster {CLUSTER} --services {BACKEND}")
        truth = self.backend()["databases"]
        self.assertEqual([(it["instance"], it["reached"], it["error_share"]) for it in truth], [(RESTORED, True, 0.0)])
        self.assertEqual(self.drill.get("/_drill/world")["databases"][0]["instance_behind_secret"], RESTORED)
        writes = [it["operation"] for it in self.drill.ledger() if it["kind"] == "write"]
        self.assertEqual(writes, ["RestoreDBInstanceFromDBSnapshot", "UpdateSecret", "UpdateService"])
        self.assertNotIn(json.loads(value)["password"], json.dumps(self.drill.ledger()))

    def backend(self):
        services = self.drill.get("/_drill/world")["services"]
        return next(it for it in services if (it["environment"], it["service"]) == ("production", "backend"))

    def test_every_state_of_a_restore_is_as_its_model_says(self):
        rds = Witness(self.drill, "rds")
        self.drill.post("/_drill/clock", speed=0)
        given = {"DBInstanceIdentifier": RESTORED, "DBSnapshotIdentifier": f"{DATABASE}-before-v1-4-0"}
        wrong = rds.call("RestoreDBInstanceFromDBSnapshot", given)[1]
        seen = set()
        for _ in range(12):
            for operation, asked in [
                ("DescribeDBInstances", {"DBInstanceIdentifier": RESTORED}),
                ("DescribeDBSnapshots", {"DBInstanceIdentifier": RESTORED}),
                ("DescribeEvents", {"SourceType": "db-instance", "SourceIdentifier": RESTORED}),
            ]:
                parsed, found = rds.call(operation, asked)
                wrong += found
                seen.update(it["DBInstanceStatus"] for it in parsed.get("DBInstances", []))
                seen.update(it["Status"] for it in parsed.get("DBSnapshots", []))
                seen.update(it["Message"] for it in parsed.get("Events", []))
            self.drill.advance(60)
        self.assertEqual(wrong, [])
        self.assertEqual(seen, {
            "creating", "backing-up", "available", f"Restored from snapshot {DATABASE}-before-v1-4-0", "Backing up DB instance",
            "Finished DB Instance backup",
        })


if __name__ == "__main__":
    unittest.main()
