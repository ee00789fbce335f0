"""The way back of the data on two emulators that nobody of this project wrote, looked at by boto3: on ministack it is walked to
its end and back again, on moto as far as moto goes. A recorder before each keeps what was really asked, and once."""

import base64
import json
import os
import pathlib
import sqlite3
import tempfile
import unittest
import urllib.parse

from emulators import REGION, Ministack, Moto, Recorder, fields, form
from stage import modosu

CLUSTER = "peoplebooster-production"
SERVICE = "peoplebooster-backend"
LIVE = "peoplebooster-production"
RESTORED = f"{LIVE}-restored"
SNAPSHOT = f"{LIVE}-before-v1-4-0"
SECRET = "peoplebooster/production/database"
RUNBOOK = pathlib.Path(__file__).parents[2] / "assets/runbooks/peoplebooster.toml"
DATABASE = ("--service", "backend", "--method", "database", "--to", "latest-snapshot")
BACK = ("--service", "backend", "--to", "old-database")
# What an application may really keep: nobody who parses and prints it again gets the same bytes.
PASSWORD = 'hunterZq7é/\\n"x y+&%=\u00a0末'
ESCAPED = r'hunterZq7\u00e9\/\\n\"x y+&%=\u00A0末'


def text(host, port):
    """The secret, as it was written by hand: spaces, a tab, escapes, an order of its own, the same names further in."""
    return (
        f'\n{{ "username" : "pb",\t"replica":{{"host":"replica.internal","port":5432,"of":[{{"host":"a","port":"1"}}]}} ,\r\n'
        f'  "host" :"{host}" , "password":"{ESCAPED}",\n  "ssl" : true,"weight":1.50E+3, "note":"\\ud83d\\ude00 host: 5431",'
        f'"Host":"old.internal","port": {port} ,"url":"postgres://old.internal:5431/pb", "empty":{{ }}}}  \n'
    )


BEFORE = text("old.internal", 5431)


def shapes_of_the_password():
    """The ways in which a password gets into a file: as it is, escaped, encoded for an address, in hex, in base64 at any place."""
    raw = PASSWORD.encode()
    found = {raw, ESCAPED.encode(), json.dumps(PASSWORD)[1:-1].encode(), json.dumps(PASSWORD, ensure_ascii=False)[1:-1].encode()}
    found |= {urllib.parse.quote(PASSWORD, safe="").encode(), urllib.parse.quote_plus(PASSWORD).encode()}
    found |= {urllib.parse.quote(ESCAPED, safe="").encode(), repr(PASSWORD)[1:-1].encode(), raw.hex().encode(), raw[:9]}
    for value in (raw, ESCAPED.encode()):
        for before in range(3):
            # What stands before moves the groups of three; the first and the last group belong to the neighbours too.
            encoded = base64.b64encode(b"." * before + value)[4:-4]
            found |= {encoded, encoded.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def everything_below(folder):
    """The bytes of all that was written there, and the text of the journal as SQLite reads it."""
    files = {str(path): path.read_bytes() for path in pathlib.Path(folder).rglob("*") if path.is_file()}
    for path in [path for path in files if path.endswith("journal.db")]:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as journal:
            files[f"{path}: dump"] = "\n".join(journal.iterdump()).encode()
        journal.close()
    return files


class Estate:
    """The page's backend and its database, as far as the emulator holds them."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.ecs, self.rds, self.secrets = (emulator.client(name) for name in ("ecs", "rds", "secretsmanager"))
        ec2, ecr = emulator.client("ec2"), emulator.client("ecr")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
            for n, zone in enumerate("ac")
        ]
        self.groups = [
            ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("pb-db", "pb-ops")
        ]
        self.seed_database()
        self.seed_service(ecr)

    def seed_database(self):
        self.rds.create_db_subnet_group(DBSubnetGroupName="pb-db", DBSubnetGroupDescription="pb", SubnetIds=self.subnets)
        self.rds.create_db_parameter_group(
            DBParameterGroupName="pb-postgres16", DBParameterGroupFamily="postgres16", Description="pb"
        )
        self.rds.create_db_instance(
            DBInstanceIdentifier=LIVE,
            DBInstanceClass="db.m6g.large",
            Engine="postgres",
            EngineVersion="16.4",
            MasterUsername="pb",
            MasterUserPassword="not-the-one-of-the-secret",
            AllocatedStorage=20,
            DBSubnetGroupName="pb-db",
            VpcSecurityGroupIds=self.groups,
            DBParameterGroupName="pb-postgres16",
            DeletionProtection=True,
            CopyTagsToSnapshot=True,
            EnableIAMDatabaseAuthentication=True,
            PubliclyAccessible=False,
            StorageEncrypted=True,
        )
        self.rds.create_db_snapshot(DBInstanceIdentifier=LIVE, DBSnapshotIdentifier=SNAPSHOT)
        self.live = self.instance(LIVE)
        self.secret = self.secrets.create_secret(Name=SECRET, SecretString=BEFORE)

    def seed_service(self, ecr):
        ecr.create_repository(repositoryName=SERVICE)
        self.ecs.create_cluster(clusterName=CLUSTER)
        for version in ("v1.3.4", "v1.4.0"):
            manifest = {
                "schemaVersion": 2,
                "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 7, "digest": "sha256:" + "a" * 64},
                "layers": [],
                "annotations": {"version": version},
            }
            ecr.put_image(repositoryName=SERVICE, imageTag=version, imageManifest=json.dumps(manifest))
            image = f"{self.emulator.account}.dkr.ecr.{REGION}.amazonaws.com/{SERVICE}:{version}"
            self.ecs.register_task_definition(
                family=SERVICE,
                networkMode="awsvpc",
                requiresCompatibilities=["FARGATE"],
                cpu="256",
                memory="512",
                containerDefinitions=[
                    {
                        "name": "app",
                        "image": image,
                        "memory": 128,
                        "essential": True,
                        "secrets": [{"name": "DATABASE", "valueFrom": self.secret["ARN"]}],
                    }
                ],
            )
        self.ecs.create_service(
            cluster=CLUSTER,
            serviceName=SERVICE,
            taskDefinition=f"{SERVICE}:2",
            desiredCount=2,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": self.subnets, "securityGroups": self.groups}},
        )

    def instance(self, name):
        return self.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]

    def instances(self):
        return {it["DBInstanceIdentifier"] for it in self.rds.describe_db_instances()["DBInstances"]}

    def staged(self, stage):
        value = self.secrets.get_secret_value(SecretId=SECRET, VersionStage=stage)
        return value["VersionId"], value["SecretString"]

    def stages(self):
        return self.secrets.describe_secret(SecretId=SECRET)["VersionIdsToStages"]

    def deployment(self):
        service = self.ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]
        return service["deployments"][0]["id"]


def settled(instance):
    """What does not move by itself: not the time up to which it could be restored, not the order of its groups."""
    kept = {key: value for key, value in instance.items() if key != "LatestRestorableTime"}
    kept["VpcSecurityGroups"] = sorted(kept["VpcSecurityGroups"], key=lambda group: group["VpcSecurityGroupId"])
    return kept


def runbook_for(folder, account):
    """The team's runbook with what differs here: the account, one service, no address outside this machine, a short hold."""
    whole = RUNBOOK.read_text(encoding="utf-8")
    whole = whole.replace('# account = "123456789012"', f'account = "{account}"', 1)
    whole = whole.replace('backend = "https://api.peoplebooster.com/health"', "", 1)
    lines = [("hold-seconds = 3" if line.startswith("hold-seconds") else line) for line in whole.splitlines()]
    pathlib.Path(folder, "modosu.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


class Restoring:
    """What both emulators show."""

    emulator_class = None

    def setUp(self):
        self.maxDiff = None
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        # Its log is not ours and must not be searched as ours.
        self.emulator = self.emulator_class(self.enterContext(tempfile.TemporaryDirectory()))
        self.addCleanup(self.emulator.stop)
        self.estate = Estate(self.emulator)
        self.recorder = Recorder(self.emulator)
        self.addCleanup(self.recorder.stop)
        runbook_for(self.folder, self.emulator.account)
        self.said = []

    def modosu(self, *arguments):
        environment = {
            "AWS_ENDPOINT_URL": self.recorder.endpoint,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            # Whoever sets this gets no more than the file of modosu's own events.
            "RUST_LOG": "trace",
            "RUST_BACKTRACE": "full",
        }
        code, out, err = modosu(["--lang", "en", "--log-level", "trace", *arguments], self.folder, environment)
        self.said.append(out + err)
        return code, out, err

    def plan(self, *way):
        code, out, err = self.modosu("plan", *way, "--json")
        self.assertEqual(code, 0, out + err)
        plan = json.loads(out)
        self.assertEqual(plan["hash"], json.loads(self.modosu("plan", *way, "--json")[1])["hash"], "another process plans the same")
        return plan

    def apply(self, plan, *way, limit="2m"):
        code, out, err = self.modosu("rollback", *way, "--approve", plan["hash"], "--timeout", limit, "--json")
        lines = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(lines[-1]["event"], "ended", out + err)
        return code, lines, out + err

    def rows(self, plan):
        return {row["check"]: row["verdict"] for row in plan["preflight"]}

    def calls(self, plan):
        return [call["api"] for step in plan["steps"] for call in step["calls"]]

    def assert_restored(self, tags):
        """The call named every setting of the live instance; the name and the class are the runbook's, the tags ours."""
        live = self.estate.live
        [asked] = map(form, self.recorder.bodies("RestoreDBInstanceFromDBSnapshot"))
        groups = [asked[key] for key in sorted(asked) if key.startswith("VpcSecurityGroupIds.")]
        self.assertEqual(sorted(groups), sorted(self.estate.groups))
        wanted = {
            "DBInstanceIdentifier": RESTORED,
            "DBSnapshotIdentifier": SNAPSHOT,
            "DBInstanceClass": "db.t3.medium",
            "DBSubnetGroupName": live["DBSubnetGroup"]["DBSubnetGroupName"],
            "DBParameterGroupName": live["DBParameterGroups"][0]["DBParameterGroupName"],
            "DeletionProtection": "true",
            "CopyTagsToSnapshot": "true",
            "EnableIAMDatabaseAuthentication": "true",
            "PubliclyAccessible": "false",
            "MultiAZ": "false",
        }
        self.assertEqual({key: asked.get(key) for key in wanted}, wanted)
        # RDS gives its own default group by itself, and knows none of that name before.
        self.assertTrue(live["OptionGroupMemberships"][0]["OptionGroupName"].startswith("default:"))
        self.assertNotIn("OptionGroupName", asked)
        keys = {asked[key]: asked[key.replace(".Key", ".Value")] for key in asked if key.endswith(".Key")}
        self.assertEqual(set(keys), {"modosu:incident", "modosu:intent", "modosu:step"})
        restored = self.estate.instance(RESTORED)
        self.assertEqual(
            (restored["DBInstanceClass"], restored["DBSubnetGroup"]["DBSubnetGroupName"]), ("db.t3.medium", "pb-db")
        )
        if tags:
            self.assertEqual({it["Key"]: it["Value"] for it in restored["TagList"]}, keys)
        # The old one is the way back.
        still = self.estate.instance(LIVE)
        self.assertEqual(settled(still), settled(live))
        self.assertEqual(self.estate.instances(), {LIVE, RESTORED})
        return restored["Endpoint"]

    def assert_switched(self, endpoint):
        """One new version with another address and no other byte; the one before is there with its stage and its value. The
        token that the call carried, and the version that came of it."""
        [asked] = map(fields, self.recorder.bodies("UpdateSecret"))
        version, value = self.estate.staged("AWSCURRENT")
        self.assertEqual(value.encode(), text(endpoint["Address"], endpoint["Port"]).encode())
        self.assertEqual(json.loads(value)["password"], PASSWORD)
        self.assertEqual(asked["SecretString"], value)
        self.assertEqual(self.estate.staged("AWSPREVIOUS"), (self.estate.secret["VersionId"], BEFORE))
        self.assertEqual(len(self.recorder.bodies("GetSecretValue")), 1, "the value is asked for once, by the writer")
        return asked["ClientRequestToken"], version

    def assert_nothing_leaked(self, token):
        """Nothing that modosu said or kept holds the password, in any shape; what may be there is found by the same search."""
        kept = everything_below(self.folder)
        kept["stdout and stderr"] = "".join(self.said).encode()
        self.assertEqual(len([path for path in kept if path.endswith("modosu.log")]), 1, "the log was on, at its finest")
        dumped = [value for path, value in kept.items() if path.endswith(": dump")]
        self.assertTrue(any(token.encode() in value for value in dumped), "the token is journaled, so the search reads what is there")
        shapes = shapes_of_the_password()
        sent = b"".join(self.recorder.bodies("UpdateSecret"))
        self.assertTrue(any(shape in sent for shape in shapes), "the search would find it where it must be")
        leaks = [(path, shape) for path, value in kept.items() for shape in shapes if shape in value]
        self.assertEqual(leaks, [])
        for path, value in kept.items():
            self.assertNotIn(b"replica.internal", value, path)


class OnMinistack(Restoring, unittest.TestCase):
    emulator_class = Ministack

    def test_to_the_snapshot_and_back_to_the_old_database(self):
        plan = self.plan(*DATABASE)
        self.assertEqual(
            self.calls(plan),
            ["rds.RestoreDBInstanceFromDBSnapshot", "secretsmanager.UpdateSecret", "ecs.UpdateService"],
        )
        rows = self.rows(plan)
        self.assertEqual((plan["verdict"], rows["account"], rows["data-loss"], rows["secret"]), ("warn", "pass", "warn", "pass"), rows)
        self.assertNotIn("block", rows.values())
        self.assertEqual(self.recorder.bodies("GetSecretValue"), [], "a plan reads no value")
        first = self.estate.deployment()

        code, lines, said = self.apply(plan, *DATABASE)
        self.assertEqual((code, lines[-1]["outcome"]), (0, "on-target"), said)
        self.assertIn("service-deployment", lines[-1]["unproven"], "ministack has no service deployments")
        self.assertEqual(self.recorder.writes(), ["RestoreDBInstanceFromDBSnapshot", "UpdateSecret", "UpdateService"])
        # ministack takes neither the groups nor the tags of a restore; that they were sent, the recorder saw.
        endpoint = self.assert_restored(tags=False)
        self.assertNotEqual(endpoint["Port"], 5431)
        # ministack gives the new version an id of its own and not the token's.
        token, version = self.assert_switched(endpoint)
        self.assertEqual(fields(self.recorder.bodies("UpdateService")[0]), {
            "cluster": CLUSTER, "service": SERVICE, "forceNewDeployment": True,
        })
        second = self.estate.deployment()
        self.assertNotEqual(first, second)

        for verb in (["history", "append"], ["report", "--kind", "review"]):
            self.modosu(*verb)
        self.assert_nothing_leaked(token)
        # What the verification waits for is a person's; the way back is open before it ends.
        code, out, err = self.modosu("incidents", "--json")
        self.assertEqual(json.loads(out)["incidents"][0]["outcome"], "on-target", out + err)
        state = os.path.join(self.folder, "state")
        os.rename(state, state + "-of-the-first")
        back = self.plan(*BACK)
        self.assertEqual(self.calls(back), ["secretsmanager.UpdateSecretVersionStage", "ecs.UpdateService"])
        code, lines, said = self.apply(back, *BACK)
        self.assertEqual((code, lines[-1]["outcome"]), (0, "on-target"), said)
        self.assertEqual(self.recorder.writes()[3:], ["UpdateSecretVersionStage", "UpdateService"])
        [staged] = map(fields, self.recorder.bodies("UpdateSecretVersionStage"))
        self.assertEqual((staged["MoveToVersionId"], staged["RemoveFromVersionId"]), (self.estate.secret["VersionId"], version))
        self.assertEqual(self.estate.staged("AWSCURRENT"), (self.estate.secret["VersionId"], BEFORE))
        self.assertEqual(self.estate.stages()[version], ["AWSPREVIOUS"], "the other one stays too")
        self.assertEqual(self.estate.instances(), {LIVE, RESTORED}, "nothing is deleted")
        self.assertNotEqual(second, self.estate.deployment())
        self.assertEqual(len(self.recorder.bodies("GetSecretValue")), 1, "going back reads no value")
        self.assert_nothing_leaked_further()

    def assert_nothing_leaked_further(self):
        shapes = shapes_of_the_password()
        for path, value in everything_below(self.folder).items():
            self.assertFalse([shape for shape in shapes if shape in value], path)


class OnMoto(Restoring, unittest.TestCase):
    emulator_class = Moto

    def test_up_to_the_switched_secret(self):
        plan = self.plan(*DATABASE)
        self.assertNotIn("block", self.rows(plan).values())
        before = self.estate.deployment()
        code, lines, said = self.apply(plan, *DATABASE, limit="40s")
        for check in ("deployment", "scaling", "tag", "permissions"):
            self.assertEqual(self.rows(plan)[check], "unknown", "what moto cannot show is not known, and no failure")
        endpoint = self.assert_restored(tags=True)
        restored, live = settled(self.estate.instance(RESTORED)), settled(self.estate.live)
        for name in (
            "DBSubnetGroup", "VpcSecurityGroups", "DBParameterGroups", "OptionGroupMemberships", "Engine", "EngineVersion",
            "AllocatedStorage", "DeletionProtection", "CopyTagsToSnapshot", "IAMDatabaseAuthenticationEnabled", "PubliclyAccessible",
            "MultiAZ", "StorageEncrypted",
        ):
            self.assertEqual(restored[name], live[name], name)
        token, version = self.assert_switched(endpoint)
        self.assertEqual(token, version, "a version has the id of the token that made it")
        self.assertEqual(self.recorder.writes(), ["RestoreDBInstanceFromDBSnapshot", "UpdateSecret", "UpdateService"])
        # There moto's way ends: its service gets a deployment with another name, but what became of it moto cannot say, because it
        # has no service deployments (it fails when it is asked). What is not seen is never called stable.
        self.assertNotEqual(before, self.estate.deployment())
        ended = lines[-1]
        self.assertEqual((code, ended["outcome"], ended["half_way"]), (6, "timed-out", []), said)
        self.assertEqual((ended["services"][0]["calls_done"], ended["services"][0]["calls_left"]), (self.calls(plan), []))
        self.assertIn("ecs.ListServiceDeployments", ended["why"])
        phases = {line["phase"] for line in lines if line["event"] == "progress"}
        self.assertNotIn("stable", phases)
        self.assert_nothing_leaked(token)


if __name__ == "__main__":
    unittest.main()
