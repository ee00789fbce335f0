"""Every answer of every operation that the drill serves, held against botocore's model of it: what is there, what is
refused, what a fault does, in each protocol of the service, and while a deployment runs, fails and goes back."""

import datetime
import pathlib
import re
import unittest

from stage import Drill, Witness

ROOT = pathlib.Path(__file__).parents[2]
CLUSTER = "peoplebooster-production"
BACKEND = "peoplebooster-backend"
FRONTEND = "peoplebooster-frontend"
ACCOUNT = "123456789012"
REGION = "ap-northeast-1"
DATABASE = "peoplebooster-production"
SNAPSHOT = f"{DATABASE}-before-v1-4-0"
SECRET = "peoplebooster/production/database"
TOKEN = "3f1a7f0e-52b7-4f0e-9a55-0c7f4ab1de10"
NOWHERE = f"arn:aws:ecs:{REGION}:{ACCOUNT}"

# Every protocol of a service that the drill speaks; None is the one that botocore takes by itself.
PROTOCOLS = {
    "ecs": [None],
    "ecr": [None],
    "elbv2": [None],
    "sts": [None],
    "logs": [None],
    "application-autoscaling": [None],
    "iam": [None],
    "ssm": [None],
    "rds": [None],
    "secretsmanager": [None],
    "cloudwatch": ["json", "smithy-rpc-v2-cbor", "query"],
}
# What a fault of the drill is called; the query protocol and its children have names of their own for some.
FAULTS = {
    "throttle": {"ThrottlingException", "Throttling"},
    "denied": {"AccessDeniedException", "AccessDenied"},
    "forbidden": {"AccessDeniedException", "AccessDenied"},
    "expired": {"ExpiredTokenException", "ExpiredToken"},
    "error": {"ServerException", "InternalFailure", "ServiceUnavailableException", "InternalServiceException", "InternalServerError", "InternalServiceError"},
}

DEFINITION = {
    "family": BACKEND,
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "512",
    "memory": "1024",
    "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/{BACKEND}-execution",
    "containerDefinitions": [
        {
            "name": "app",
            "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{BACKEND}:v1.3.4",
            "essential": True,
            "portMappings": [{"containerPort": 3000}],
            "environment": [{"name": "LOG_LEVEL", "value": "info"}],
        }
    ],
}


def served():
    """The operations that the drill's own source says it answers, by service."""
    found = {}
    for file in sorted((ROOT / "src/drill/api").rglob("*.rs")):
        text = file.read_text(encoding="utf-8")
        start = text.find("fn answer(")
        if start < 0 or file.name == "operation.rs":
            continue
        service = file.parent.name if file.stem == "mod" else file.stem
        names = re.findall(r'^ {8}"([A-Z]\w+)" =>', text[start:], re.MULTILINE)
        found[{"elb": "elbv2", "autoscaling": "application-autoscaling"}.get(service, service)] = set(names)
    return found


class Account:
    """What the inputs need to know of a drill: names that only the account itself can tell."""

    def __init__(self, drill):
        self.drill = drill
        ecs, elb = drill.client("ecs"), drill.client("elbv2")
        service = ecs.describe_services(cluster=CLUSTER, services=[BACKEND])["services"][0]
        deployments = ecs.list_service_deployments(cluster=CLUSTER, service=BACKEND)["serviceDeployments"]
        self.service = service["serviceArn"]
        self.cluster = service["clusterArn"]
        self.definition = service["taskDefinition"]
        self.deployments = [it["serviceDeploymentArn"] for it in deployments]
        self.revisions = [it["targetServiceRevisionArn"] for it in deployments]
        self.tasks = ecs.list_tasks(cluster=CLUSTER, serviceName=BACKEND)["taskArns"]
        self.group = service["loadBalancers"][0]["targetGroupArn"]
        group = elb.describe_target_groups(TargetGroupArns=[self.group])["TargetGroups"][0]
        self.balancer, self.group_name = group["LoadBalancerArns"][0], group["TargetGroupName"]
        images = drill.client("ecr").describe_images(repositoryName=BACKEND)["imageDetails"]
        self.digest = images[0]["imageDigest"]
        self.target = elb.describe_target_health(TargetGroupArn=self.group)["TargetHealthDescriptions"][0]["Target"]
        self.now = drill.now()

    def metric(self, name, group=True):
        dimensions = [{"Name": "LoadBalancer", "Value": self.balancer.split(":loadbalancer/", 1)[1]}]
        if group:
            dimensions.append({"Name": "TargetGroup", "Value": self.group.rsplit(":", 1)[1]})
        return {"Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": dimensions}

    def query(self, id, name, stat="Sum", group=True, **more):
        return {"Id": id, "MetricStat": {"Metric": self.metric(name, group), "Period": 60, "Stat": stat}, **more}

    def span(self, minutes=20):
        return {"StartTime": self.now - datetime.timedelta(minutes=minutes), "EndTime": self.now}

    def reads(self):
        """(service, operation, input, None or the code of the refusal)."""
        ghost = "peoplebooster-ghost"
        return [
            ("sts", "GetCallerIdentity", {}, None),
            # --- ECS
            ("ecs", "ListClusters", {}, None),
            ("ecs", "ListClusters", {"maxResults": 1}, None),
            ("ecs", "ListClusters", {"maxResults": 101}, "InvalidParameterException"),
            ("ecs", "ListClusters", {"nextToken": "2"}, "InvalidParameterException"),
            ("ecs", "DescribeClusters", {"clusters": [CLUSTER, self.cluster, ghost], "include": ["TAGS"]}, None),
            ("ecs", "DescribeClusters", {}, None),
            ("ecs", "DescribeClusters", {"clusters": [f"c-{n}" for n in range(101)]}, "InvalidParameterException"),
            ("ecs", "ListServices", {"cluster": CLUSTER, "maxResults": 1}, None),
            ("ecs", "ListServices", {"cluster": CLUSTER, "launchType": "EC2"}, None),
            ("ecs", "ListServices", {"cluster": ghost}, "ClusterNotFoundException"),
            ("ecs", "ListServices", {}, "ClusterNotFoundException"),
            ("ecs", "DescribeServices", {"cluster": CLUSTER, "services": [BACKEND, FRONTEND, ghost], "include": ["TAGS"]}, None),
            ("ecs", "DescribeServices", {"cluster": self.cluster, "services": [self.service]}, None),
            ("ecs", "DescribeServices", {"cluster": ghost, "services": [BACKEND]}, "ClusterNotFoundException"),
            ("ecs", "DescribeServices", {"cluster": CLUSTER, "services": []}, "InvalidParameterException"),
            ("ecs", "DescribeServices", {"cluster": CLUSTER, "services": [f"s-{n}" for n in range(11)]}, "InvalidParameterException"),
            ("ecs", "ListServiceDeployments", {"cluster": CLUSTER, "service": BACKEND, "maxResults": 2}, None),
            ("ecs", "ListServiceDeployments", {"service": self.service, "status": ["SUCCESSFUL"]}, None),
            (
                "ecs",
                "ListServiceDeployments",
                {"cluster": CLUSTER, "service": BACKEND, "createdAt": {"after": self.now - datetime.timedelta(days=10), "before": self.now}},
                None,
            ),
            ("ecs", "ListServiceDeployments", {"cluster": CLUSTER, "service": ghost}, "ServiceNotFoundException"),
            ("ecs", "ListServiceDeployments", {"cluster": CLUSTER, "service": BACKEND, "status": ["DONE"]}, "InvalidParameterException"),
            ("ecs", "DescribeServiceDeployments", {"serviceDeploymentArns": [*self.deployments, self.deployments[0] + "x"]}, None),
            ("ecs", "DescribeServiceDeployments", {"serviceDeploymentArns": []}, "InvalidParameterException"),
            ("ecs", "DescribeServiceRevisions", {"serviceRevisionArns": [*self.revisions, self.revisions[0] + "1"]}, None),
            ("ecs", "DescribeServiceRevisions", {"serviceRevisionArns": ["a"] * 21}, "InvalidParameterException"),
            ("ecs", "ListTasks", {"cluster": CLUSTER, "serviceName": BACKEND}, None),
            ("ecs", "ListTasks", {"cluster": CLUSTER, "family": BACKEND, "desiredStatus": "STOPPED"}, None),
            ("ecs", "ListTasks", {"cluster": CLUSTER, "serviceName": ghost}, "ServiceNotFoundException"),
            ("ecs", "ListTasks", {"cluster": CLUSTER, "maxResults": 2, "launchType": "FARGATE"}, None),
            ("ecs", "ListTasks", {"cluster": CLUSTER, "desiredStatus": "GONE"}, "InvalidParameterException"),
            ("ecs", "DescribeTasks", {"cluster": CLUSTER, "tasks": [*self.tasks, "0123456789abcdef0123456789abcdef"], "include": ["TAGS"]}, None),
            ("ecs", "DescribeTasks", {"cluster": CLUSTER, "tasks": [f"t-{n}" for n in range(101)]}, "InvalidParameterException"),
            ("ecs", "DescribeTasks", {"cluster": ghost, "tasks": self.tasks}, "ClusterNotFoundException"),
            ("ecs", "ListTaskDefinitions", {"familyPrefix": BACKEND, "sort": "DESC", "maxResults": 2}, None),
            ("ecs", "ListTaskDefinitions", {"status": "INACTIVE"}, None),
            ("ecs", "ListTaskDefinitions", {"sort": "SIDEWAYS"}, "InvalidParameterException"),
            ("ecs", "ListTaskDefinitions", {"status": "GONE"}, "InvalidParameterException"),
            ("ecs", "ListTaskDefinitions", {"nextToken": "2"}, "InvalidParameterException"),
            ("ecs", "ListTaskDefinitionFamilies", {"familyPrefix": "peoplebooster", "status": "ACTIVE"}, None),
            ("ecs", "ListTaskDefinitionFamilies", {"status": "GONE"}, "InvalidParameterException"),
            ("ecs", "DescribeTaskDefinition", {"taskDefinition": BACKEND, "include": ["TAGS"]}, None),
            ("ecs", "DescribeTaskDefinition", {"taskDefinition": f"{BACKEND}:56"}, None),
            ("ecs", "DescribeTaskDefinition", {"taskDefinition": self.definition}, None),
            ("ecs", "DescribeTaskDefinition", {"taskDefinition": f"{BACKEND}:999"}, "ClientException"),
            ("ecs", "DescribeTaskDefinition", {"taskDefinition": f"{BACKEND}:latest"}, "InvalidParameterException"),
            ("ecs", "ListTagsForResource", {"resourceArn": self.service}, None),
            ("ecs", "ListTagsForResource", {"resourceArn": self.definition}, None),
            ("ecs", "ListTagsForResource", {"resourceArn": self.cluster}, None),
            ("ecs", "ListTagsForResource", {"resourceArn": f"{NOWHERE}:service/{CLUSTER}/{ghost}"}, "InvalidParameterException"),
            # --- ECR
            ("ecr", "DescribeRepositories", {}, None),
            ("ecr", "DescribeRepositories", {"repositoryNames": [BACKEND], "registryId": ACCOUNT}, None),
            ("ecr", "DescribeRepositories", {"maxResults": 1}, None),
            ("ecr", "DescribeRepositories", {"repositoryNames": [ghost]}, "RepositoryNotFoundException"),
            ("ecr", "DescribeRepositories", {"repositoryNames": [BACKEND], "maxResults": 1}, "InvalidParameterException"),
            ("ecr", "DescribeImages", {"repositoryName": BACKEND}, None),
            ("ecr", "DescribeImages", {"repositoryName": BACKEND, "maxResults": 1}, None),
            ("ecr", "DescribeImages", {"repositoryName": BACKEND, "filter": {"tagStatus": "TAGGED"}}, None),
            ("ecr", "DescribeImages", {"repositoryName": BACKEND, "imageIds": [{"imageDigest": self.digest}]}, None),
            ("ecr", "DescribeImages", {"repositoryName": BACKEND, "imageIds": [{"imageTag": "v0.0.0"}]}, "ImageNotFoundException"),
            ("ecr", "DescribeImages", {"repositoryName": BACKEND, "imageIds": [{}]}, "InvalidParameterException"),
            (
                "ecr",
                "DescribeImages",
                {"repositoryName": BACKEND, "imageIds": [{"imageDigest": self.digest}], "maxResults": 5},
                "InvalidParameterException",
            ),
            ("ecr", "DescribeImages", {"repositoryName": ghost}, "RepositoryNotFoundException"),
            ("ecr", "DescribeImages", {"repositoryName": BACKEND, "nextToken": "2"}, "InvalidParameterException"),
            ("ecr", "ListImages", {"repositoryName": BACKEND, "filter": {"tagStatus": "TAGGED"}, "maxResults": 2}, None),
            ("ecr", "ListImages", {"repositoryName": BACKEND, "filter": {"tagStatus": "UNTAGGED"}}, None),
            ("ecr", "ListImages", {"repositoryName": ghost}, "RepositoryNotFoundException"),
            ("ecr", "BatchGetImage", {"repositoryName": BACKEND, "imageIds": [{"imageDigest": self.digest}, {"imageTag": "v0.0.0"}]}, None),
            ("ecr", "BatchGetImage", {"repositoryName": ghost, "imageIds": [{"imageTag": "v0.0.0"}]}, "RepositoryNotFoundException"),
            ("ecr", "BatchGetImage", {"repositoryName": BACKEND, "imageIds": []}, "InvalidParameterException"),
            # --- ELB
            ("elbv2", "DescribeLoadBalancers", {}, None),
            ("elbv2", "DescribeLoadBalancers", {"LoadBalancerArns": [self.balancer]}, None),
            ("elbv2", "DescribeLoadBalancers", {"PageSize": 1}, None),
            ("elbv2", "DescribeLoadBalancers", {"Names": [ghost]}, "LoadBalancerNotFound"),
            ("elbv2", "DescribeLoadBalancers", {"PageSize": 0}, "ValidationError"),
            ("elbv2", "DescribeLoadBalancers", {"Marker": "2"}, "ValidationError"),
            ("elbv2", "DescribeTargetGroups", {"LoadBalancerArn": self.balancer}, None),
            ("elbv2", "DescribeTargetGroups", {"Names": [self.group_name]}, None),
            ("elbv2", "DescribeTargetGroups", {"Names": [ghost]}, "TargetGroupNotFound"),
            ("elbv2", "DescribeTargetGroups", {"LoadBalancerArn": self.balancer + "0"}, "LoadBalancerNotFound"),
            ("elbv2", "DescribeTargetHealth", {"TargetGroupArn": self.group}, None),
            ("elbv2", "DescribeTargetHealth", {"TargetGroupArn": self.group, "Targets": [self.target, {"Id": "10.9.9.9", "Port": 3000}]}, None),
            ("elbv2", "DescribeTargetHealth", {"TargetGroupArn": self.group + "0"}, "TargetGroupNotFound"),
            ("elbv2", "DescribeTargetHealth", {}, "ValidationError"),
            # --- CloudWatch
            (
                "cloudwatch",
                "GetMetricData",
                {
                    "MetricDataQueries": [
                        self.query("requests", "RequestCount"),
                        self.query("errors", "HTTPCode_Target_5XX_Count", Label="5xx"),
                        self.query("own", "HTTPCode_ELB_5XX_Count", group=False),
                        self.query("slow", "TargetResponseTime", "p95"),
                        self.query("mean", "TargetResponseTime", "Average", ReturnData=True),
                        self.query("hosts", "HealthyHostCount", "Minimum"),
                        self.query("hidden", "UnHealthyHostCount", "Maximum", ReturnData=False),
                    ],
                    "ScanBy": "TimestampAscending",
                    **self.span(),
                },
                None,
            ),
            ("cloudwatch", "GetMetricData", {"MetricDataQueries": [self.query("a", "RequestCount")], "MaxDatapoints": 3, **self.span()}, None),
            ("cloudwatch", "GetMetricData", {"MetricDataQueries": [], **self.span()}, "ValidationError"),
            ("cloudwatch", "GetMetricData", {"MetricDataQueries": [self.query("A", "RequestCount")], **self.span()}, "ValidationError"),
            ("cloudwatch", "GetMetricData", {"MetricDataQueries": [self.query("a", "RequestCount")] * 2, **self.span()}, "ValidationError"),
            ("cloudwatch", "GetMetricData", {"MetricDataQueries": [self.query("a", "RequestCount")], **self.span(0)}, "ValidationError"),
            (
                "cloudwatch",
                "GetMetricData",
                {"MetricDataQueries": [self.query("a", "RequestCount")], "NextToken": "2", **self.span()},
                "InvalidNextToken",
            ),
            ("cloudwatch", "ListMetrics", {}, None),
            ("cloudwatch", "ListMetrics", {"Namespace": "AWS/ApplicationELB", "MetricName": "RequestCount"}, None),
            ("cloudwatch", "ListMetrics", {"NextToken": "2"}, "InvalidParameterValue"),
            ("cloudwatch", "DescribeAlarms", {}, None),
            ("cloudwatch", "DescribeAlarms", {"AlarmNamePrefix": "peoplebooster", "StateValue": "ALARM", "MaxRecords": 1}, None),
            ("cloudwatch", "DescribeAlarms", {"AlarmNames": [ghost], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}, None),
            ("cloudwatch", "DescribeAlarms", {"AlarmNames": [ghost], "AlarmNamePrefix": "p"}, "ValidationError"),
            ("cloudwatch", "DescribeAlarms", {"MaxRecords": 101}, "ValidationError"),
            ("cloudwatch", "DescribeAlarms", {"NextToken": "2"}, "InvalidNextToken"),
            *(self.logs() if "logs" in served() else []),
            *self.around(),
            *self.databases(),
            *self.secrets(),
        ]

    def around(self):
        """The same for what stands around the services."""
        scaling = {"ServiceNamespace": "ecs"}
        resource = f"service/{CLUSTER}/{BACKEND}"
        role = f"arn:aws:iam::{ACCOUNT}:role/incident-commander"
        simulation = {"PolicySourceArn": role, "ActionNames": ["ecs:UpdateService", "iam:PassRole"]}
        context = [{"ContextKeyName": "ecs:cluster", "ContextKeyValues": [self.cluster], "ContextKeyType": "string"}]
        name = {"Key": "Name", "Option": "Equals", "Values": ["/peoplebooster/production/feature-flags"]}
        image = {"repositoryName": BACKEND, "imageId": {"imageDigest": self.digest}}
        return [
            ("application-autoscaling", "DescribeScalableTargets", {**scaling, "ResourceIds": [resource]}, None),
            ("application-autoscaling", "DescribeScalableTargets", {"ServiceNamespace": "dynamodb"}, None),
            ("application-autoscaling", "DescribeScalableTargets", {}, "ValidationException"),
            ("application-autoscaling", "DescribeScalableTargets", {**scaling, "ResourceIds": ["table/x"]}, "ValidationException"),
            ("application-autoscaling", "DescribeScalingActivities", {**scaling, "ResourceId": resource}, None),
            ("application-autoscaling", "DescribeScalingActivities", {**scaling, "NextToken": "2"}, "InvalidNextTokenException"),
            ("application-autoscaling", "DescribeScalingPolicies", {**scaling, "ResourceId": resource}, None),
            ("application-autoscaling", "DescribeScalingPolicies", {"ServiceNamespace": "moon"}, "ValidationException"),
            ("iam", "GetRole", {"RoleName": "incident-commander"}, None),
            ("iam", "GetRole", {"RoleName": "nobody"}, "NoSuchEntity"),
            ("iam", "SimulatePrincipalPolicy", {**simulation, "ResourceArns": [self.service], "ContextEntries": context}, None),
            ("iam", "SimulatePrincipalPolicy", {**simulation, "MaxItems": 1}, None),
            ("iam", "SimulatePrincipalPolicy", {**simulation, "PolicySourceArn": role + "s"}, "NoSuchEntity"),
            ("iam", "SimulatePrincipalPolicy", {**simulation, "ActionNames": ["UpdateService"]}, "InvalidInput"),
            ("ssm", "DescribeParameters", {"ParameterFilters": [name]}, None),
            ("ssm", "DescribeParameters", {"ParameterFilters": [{**name, "Key": "Colour"}]}, "InvalidFilterKey"),
            ("ssm", "DescribeParameters", {"NextToken": "2"}, "InvalidNextToken"),
            ("ecr", "DescribeImageScanFindings", image, None),
            ("ecr", "DescribeImageScanFindings", {**image, "imageId": {"imageTag": "v0.0.0"}}, "ImageNotFoundException"),
            ("ecr", "DescribeImageScanFindings", {**image, "imageId": {}}, "InvalidParameterException"),
            ("ecr", "GetLifecyclePolicy", {"repositoryName": BACKEND}, None),
            ("ecr", "GetLifecyclePolicy", {"repositoryName": FRONTEND}, "LifecyclePolicyNotFoundException"),
        ]

    def databases(self):
        """The same for RDS."""
        rds = self.drill.client("rds")
        arn = rds.describe_db_instances(DBInstanceIdentifier=DATABASE)["DBInstances"][0]["DBInstanceArn"]
        snapshot = rds.describe_db_snapshots(DBSnapshotIdentifier=SNAPSHOT)["DBSnapshots"][0]["DBSnapshotArn"]
        mine = [{"Name": "db-instance-id", "Values": [DATABASE]}]
        return [
            ("rds", "DescribeDBInstances", {}, None),
            ("rds", "DescribeDBInstances", {"DBInstanceIdentifier": DATABASE.upper()}, None),
            ("rds", "DescribeDBInstances", {"Filters": mine, "MaxRecords": 20}, None),
            ("rds", "DescribeDBInstances", {"DBInstanceIdentifier": "ghost"}, "DBInstanceNotFound"),
            ("rds", "DescribeDBInstances", {"MaxRecords": 19}, "InvalidParameterValue"),
            ("rds", "DescribeDBInstances", {"Filters": [{"Name": "colour", "Values": ["red"]}]}, "InvalidParameterValue"),
            ("rds", "DescribeDBSnapshots", {}, None),
            ("rds", "DescribeDBSnapshots", {"DBInstanceIdentifier": DATABASE, "SnapshotType": "automated"}, None),
            ("rds", "DescribeDBSnapshots", {"DBInstanceIdentifier": "ghost"}, None),
            ("rds", "DescribeDBSnapshots", {"Filters": mine}, None),
            ("rds", "DescribeDBSnapshots", {"DBSnapshotIdentifier": "ghost"}, "DBSnapshotNotFound"),
            ("rds", "DescribeDBSnapshots", {"SnapshotType": "daily"}, "InvalidParameterValue"),
            ("rds", "DescribeDBSnapshots", {"Marker": "2"}, "InvalidParameterValue"),
            ("rds", "DescribeEvents", {"SourceType": "db-instance", "SourceIdentifier": DATABASE, "Duration": 1440}, None),
            ("rds", "DescribeEvents", {"StartTime": self.now - datetime.timedelta(days=2), "EndTime": self.now}, None),
            ("rds", "DescribeEvents", {"SourceType": "db-snapshot", "EventCategories": ["creation"]}, None),
            ("rds", "DescribeEvents", {"SourceIdentifier": DATABASE}, "InvalidParameterCombination"),
            ("rds", "DescribeEvents", {"Duration": 99999}, "InvalidParameterValue"),
            ("rds", "ListTagsForResource", {"ResourceName": arn}, None),
            ("rds", "ListTagsForResource", {"ResourceName": snapshot}, None),
            ("rds", "ListTagsForResource", {"ResourceName": arn + "x"}, "DBInstanceNotFound"),
            ("rds", "ListTagsForResource", {"ResourceName": snapshot + "x"}, "DBSnapshotNotFound"),
        ]

    def secrets(self):
        """The same for Secrets Manager."""
        described = self.drill.client("secretsmanager").describe_secret(SecretId=SECRET)
        version = next(iter(described["VersionIdsToStages"]))
        there, ghost = {"SecretId": SECRET}, {"SecretId": "ghost"}
        return [
            ("secretsmanager", "DescribeSecret", there, None),
            ("secretsmanager", "DescribeSecret", {"SecretId": described["ARN"]}, None),
            ("secretsmanager", "DescribeSecret", ghost, "ResourceNotFoundException"),
            ("secretsmanager", "GetSecretValue", there, None),
            ("secretsmanager", "GetSecretValue", {**there, "VersionId": version, "VersionStage": "AWSCURRENT"}, None),
            ("secretsmanager", "GetSecretValue", {**there, "VersionStage": "AWSPENDING"}, "ResourceNotFoundException"),
            ("secretsmanager", "GetSecretValue", {}, "InvalidParameterException"),
            ("secretsmanager", "ListSecretVersionIds", {**there, "MaxResults": 1}, None),
            ("secretsmanager", "ListSecretVersionIds", {**there, "IncludeDeprecated": True}, None),
            ("secretsmanager", "ListSecretVersionIds", {**there, "NextToken": "2"}, "InvalidNextTokenException"),
        ]

    def data_writes(self):
        """What changes databases and secrets."""
        described = self.drill.client("secretsmanager").describe_secret(SecretId=SECRET)
        version = next(iter(described["VersionIdsToStages"]))
        there, ghost = {"SecretId": SECRET}, {"SecretId": "ghost"}
        restore = {"DBInstanceIdentifier": f"{DATABASE}-restored", "DBSnapshotIdentifier": SNAPSHOT, "DBInstanceClass": "db.t3.medium"}
        whole = {
            **restore,
            "DBSubnetGroupName": DATABASE,
            "VpcSecurityGroupIds": ["sg-0db1111111111111a", "sg-0db1111111111111b"],
            "DBParameterGroupName": "peoplebooster-postgres16",
            "PubliclyAccessible": False,
            "Tags": [{"Key": "modosu:intent", "Value": TOKEN}, {"Key": "modosu:step", "Value": "1"}],
        }
        move = {**there, "VersionStage": "AWSCURRENT"}
        return [
            ("rds", "RestoreDBInstanceFromDBSnapshot", {**restore, "DBSnapshotIdentifier": "ghost"}, "DBSnapshotNotFound"),
            ("rds", "RestoreDBInstanceFromDBSnapshot", {**restore, "DBSnapshotIdentifier": f"{DATABASE}-incident"}, "InvalidDBSnapshotState"),
            ("rds", "RestoreDBInstanceFromDBSnapshot", {**restore, "DBInstanceIdentifier": DATABASE}, "DBInstanceAlreadyExists"),
            ("rds", "RestoreDBInstanceFromDBSnapshot", {**restore, "DBInstanceIdentifier": "a--b"}, "InvalidParameterValue"),
            ("rds", "RestoreDBInstanceFromDBSnapshot", {**restore, "DBSubnetGroupName": "ghost"}, "DBSubnetGroupNotFoundFault"),
            ("rds", "RestoreDBInstanceFromDBSnapshot", {**restore, "DBParameterGroupName": "ghost"}, "DBParameterGroupNotFound"),
            ("rds", "RestoreDBInstanceFromDBSnapshot", {**restore, "OptionGroupName": "ghost"}, "OptionGroupNotFoundFault"),
            ("rds", "RestoreDBInstanceFromDBSnapshot", {**whole, "DBSubnetGroupName": "default"}, "InvalidParameterCombination"),
            ("rds", "RestoreDBInstanceFromDBSnapshot", whole, None),
            ("rds", "RestoreDBInstanceFromDBSnapshot", whole, "DBInstanceAlreadyExists"),
            ("rds", "DescribeDBInstances", {"DBInstanceIdentifier": whole["DBInstanceIdentifier"]}, None),
            ("secretsmanager", "UpdateSecret", {**there, "Description": "Where the database is"}, None),
            ("secretsmanager", "UpdateSecret", {**there, "SecretString": "{}", "ClientRequestToken": TOKEN}, None),
            ("secretsmanager", "UpdateSecret", {**there, "SecretString": "{}", "ClientRequestToken": TOKEN}, None),
            ("secretsmanager", "UpdateSecret", {**there, "SecretString": "[]", "ClientRequestToken": TOKEN}, "ResourceExistsException"),
            ("secretsmanager", "UpdateSecret", {**ghost, "SecretString": "[]"}, "ResourceNotFoundException"),
            ("secretsmanager", "UpdateSecretVersionStage", {**move, "MoveToVersionId": version}, "InvalidParameterException"),
            ("secretsmanager", "UpdateSecretVersionStage", {**move, "MoveToVersionId": version, "RemoveFromVersionId": TOKEN}, None),
            ("secretsmanager", "UpdateSecretVersionStage", {**move, "RemoveFromVersionId": version}, "InvalidParameterException"),
            ("secretsmanager", "PutSecretValue", {**there, "SecretString": "null", "VersionStages": ["AWSPENDING"]}, None),
            ("secretsmanager", "PutSecretValue", {**there, "SecretString": "null"}, None),
            ("secretsmanager", "PutSecretValue", {**there, "SecretString": "[]", "ClientRequestToken": TOKEN}, "ResourceExistsException"),
            ("secretsmanager", "PutSecretValue", there, "InvalidRequestException"),
            ("secretsmanager", "ListSecretVersionIds", {**there, "IncludeDeprecated": True}, None),
        ]

    def logs(self):
        """The same for CloudWatch Logs."""
        logs = self.drill.client("logs")
        named = [it["logGroupName"] for it in logs.describe_log_groups()["logGroups"]]
        group = {"logGroupName": next(name for name in named if "backend" in name and "staging" not in name)}
        ghost = {"logGroupName": "/ecs/peoplebooster-ghost"}
        streams = logs.describe_log_streams(**group)["logStreams"]
        stream = {"logStreamName": streams[0]["logStreamName"]}
        since = {"startTime": int((self.now - datetime.timedelta(minutes=5)).timestamp() * 1000)}
        return [
            ("logs", "DescribeLogGroups", {"logGroupNamePrefix": "/ecs/"}, None),
            ("logs", "DescribeLogGroups", {"nextToken": "2"}, "InvalidParameterException"),
            ("logs", "DescribeLogStreams", {**group, "orderBy": "LastEventTime", "descending": True, "limit": 2}, None),
            ("logs", "DescribeLogStreams", ghost, "ResourceNotFoundException"),
            ("logs", "FilterLogEvents", {**group, **since, "limit": 5}, None),
            ("logs", "FilterLogEvents", {**group, **since, "filterPattern": "ERROR"}, None),
            ("logs", "FilterLogEvents", ghost, "ResourceNotFoundException"),
            ("logs", "FilterLogEvents", {**group, "nextToken": "2"}, "InvalidParameterException"),
            ("logs", "GetLogEvents", {**group, **stream, "limit": 5}, None),
            ("logs", "GetLogEvents", {**group, "logStreamName": "app/app/none"}, "ResourceNotFoundException"),
        ]

    def writes(self):
        """The same for what changes the account, in an order in which each finds what it needs."""
        ghost = "peoplebooster-ghost"
        update = {"cluster": CLUSTER, "service": BACKEND}
        return [
            ("ecs", "StopServiceDeployment", {"serviceDeploymentArn": self.deployments[0]}, "ConflictException"),
            ("ecs", "StopServiceDeployment", {"serviceDeploymentArn": self.deployments[0] + "x"}, "ServiceDeploymentNotFoundException"),
            ("ecs", "StopServiceDeployment", {"serviceDeploymentArn": self.deployments[0], "stopType": "ABORT"}, "InvalidParameterException"),
            ("ecs", "ContinueServiceDeployment", {"serviceDeploymentArn": self.deployments[0], "hookId": "ecs-pause-x"}, "InvalidParameterException"),
            (
                "ecs",
                "ContinueServiceDeployment",
                {"serviceDeploymentArn": self.deployments[0] + "x", "hookId": "ecs-pause-x", "action": "ROLLBACK"},
                "ServiceDeploymentNotFoundException",
            ),
            (
                "ecs",
                "ContinueServiceDeployment",
                {"serviceDeploymentArn": self.deployments[0], "hookId": "ecs-pause-x", "action": "ABORT"},
                "InvalidParameterException",
            ),
            ("ecs", "UpdateService", {**update, "taskDefinition": f"{BACKEND}:999"}, "ClientException"),
            ("ecs", "UpdateService", {**update, "taskDefinition": f"{BACKEND}:latest"}, "InvalidParameterException"),
            ("ecs", "UpdateService", {"cluster": CLUSTER, "service": ghost}, "ServiceNotFoundException"),
            ("ecs", "UpdateService", {"cluster": ghost, "service": BACKEND}, "ClusterNotFoundException"),
            ("ecs", "UpdateService", {**update, "desiredCount": -1}, "InvalidParameterException"),
            ("ecs", "UpdateService", {"cluster": CLUSTER}, "InvalidParameterException"),
            ("ecs", "UpdateService", {**update, "taskDefinition": f"{BACKEND}:56"}, None),
            ("ecs", "StopServiceDeployment", {"serviceDeploymentArn": None, "stopType": "ROLLBACK"}, None),
            ("ecs", "UpdateService", {"cluster": self.cluster, "service": self.service, "taskDefinition": BACKEND, "forceNewDeployment": True}, None),
            ("ecs", "UpdateService", {**update, "desiredCount": 5}, None),
            ("ecs", "RegisterTaskDefinition", {**DEFINITION, "tags": [{"key": "by", "value": "hand"}]}, None),
            ("ecs", "RegisterTaskDefinition", {**DEFINITION, "family": "a family"}, "ClientException"),
            ("ecs", "RegisterTaskDefinition", {**DEFINITION, "containerDefinitions": []}, "ClientException"),
            ("ecs", "RegisterTaskDefinition", {**DEFINITION, "memory": "896"}, "ClientException"),
            ("ecs", "DeregisterTaskDefinition", {"taskDefinition": f"{BACKEND}:53"}, None),
            ("ecs", "DeregisterTaskDefinition", {"taskDefinition": f"{BACKEND}:53"}, None),
            ("ecs", "DeregisterTaskDefinition", {"taskDefinition": f"{BACKEND}:999"}, "ClientException"),
            ("ecs", "DeregisterTaskDefinition", {"taskDefinition": BACKEND}, "ClientException"),
            ("ecs", "DescribeTaskDefinition", {"taskDefinition": f"{BACKEND}:53"}, None),
            ("ecs", "UpdateService", {**update, "taskDefinition": f"{BACKEND}:53"}, "ClientException"),
            *self.data_writes(),
        ]


class Models(unittest.TestCase):
    def right(self, wrong):
        # The same mistake in every step of a walk is one mistake.
        wrong = list(dict.fromkeys(wrong))
        if wrong:
            self.fail("\n".join([f"{len(wrong)} answers are not what they should be", *wrong[:60]]))

    def drill(self, scenario):
        # The clock stands still; the test walks it.
        drill = Drill(scenario, 0)
        self.addCleanup(drill.stop)
        return drill

    def witnesses(self, drill):
        return {service: [Witness(drill, service, protocol) for protocol in all] for service, all in PROTOCOLS.items()}

    def ask(self, witnesses, cases):
        """Asks in every protocol of the service and collects what is wrong."""
        wrong = []
        for service, operation, given, code in cases:
            for witness in witnesses[service]:
                parsed, found = witness.call(operation, given)
                wrong += found
                said = parsed.get("Error", {}).get("Code")
                if said != code:
                    wrong.append(f"{operation} {given} over {witness.protocol}: {said}, not {code}: {parsed.get('Error')}")
        return wrong

    def test_every_operation_answers_as_its_model_says(self):
        drill = self.drill("bad-deploy")
        witnesses, account = self.witnesses(drill), Account(drill)
        reads, writes = account.reads(), account.writes()
        wrong = self.ask(witnesses, reads)
        for service, operation, given, code in writes:
            if given.get("serviceDeploymentArn", "") is None:
                drill.advance(30)
                newest = drill.client("ecs").list_service_deployments(cluster=CLUSTER, service=BACKEND)
                given["serviceDeploymentArn"] = newest["serviceDeployments"][0]["serviceDeploymentArn"]
            wrong += self.ask(witnesses, [(service, operation, given, code)])
        self.right(wrong)
        writes += self.answer_hooks()

        # Nothing that the drill serves is left out: each operation has an answer here, and a refusal where it has any.
        answered, refused = {}, {}
        for service, operation, _, code in reads + writes:
            (refused if code else answered).setdefault(service, set()).add(operation)
        self.assertEqual(answered, served())
        unrefused = {"sts": {"GetCallerIdentity"}}
        for service, operations in served().items():
            self.assertEqual(operations - refused.get(service, set()), unrefused.get(service, set()))

    def answer_hooks(self):
        """A hook is answered where a deployment waits at one: it goes on by default, and a second answer is refused."""
        drill = self.drill("paused-hook")
        paused = Account(drill).deployments[0]
        described = drill.client("ecs").describe_service_deployments(serviceDeploymentArns=[paused])
        hooks = described["serviceDeployments"][0]["lifecycleHookDetails"]
        waiting = {"serviceDeploymentArn": paused, "hookId": next(it["hookId"] for it in hooks if it["status"] == "AWAITING_ACTION")}
        cases = [
            ("ecs", "ContinueServiceDeployment", waiting, None),
            ("ecs", "ContinueServiceDeployment", {**waiting, "action": "ROLLBACK"}, "ClientException"),
        ]
        self.right(self.ask(self.witnesses(drill), cases))
        return cases

    def test_every_page_of_a_list_is_whole(self):
        drill = self.drill("bad-deploy")
        account = Account(drill)
        lists = {
            "ecs": [
                ("ListClusters", {}, "clusterArns", 1),
                ("ListServices", {"cluster": CLUSTER}, "serviceArns", 1),
                ("ListTasks", {"cluster": CLUSTER}, "taskArns", 2),
                ("ListTaskDefinitions", {"sort": "DESC"}, "taskDefinitionArns", 2),
                ("ListTaskDefinitionFamilies", {}, "families", 1),
                ("ListServiceDeployments", {"cluster": CLUSTER, "service": BACKEND}, "serviceDeployments", 2),
            ],
            "ecr": [
                ("DescribeRepositories", {}, "repositories", 1),
                ("DescribeImages", {"repositoryName": BACKEND}, "imageDetails", 1),
                ("ListImages", {"repositoryName": BACKEND}, "imageIds", 1),
            ],
            "secretsmanager": [("ListSecretVersionIds", {"SecretId": SECRET, "IncludeDeprecated": True}, "Versions", 1)],
            "elbv2": [("DescribeLoadBalancers", {}, "LoadBalancers", 1), ("DescribeTargetGroups", {}, "TargetGroups", 1)],
        }
        tokens = {"ecs": ("nextToken", "maxResults"), "ecr": ("nextToken", "maxResults"), "elbv2": ("Marker", "PageSize"), "secretsmanager": ("NextToken", "MaxResults")}
        for text in ("{}", "[]"):
            drill.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString=text)
        for service, rows in lists.items():
            witness = Witness(drill, service)
            token, size = tokens[service]
            for operation, given, key, at_a_time in rows:
                with self.subTest(operation):
                    whole, pages, mark = witness.call(operation, given)[0][key], [], None
                    while mark is not None or not pages:
                        more = {token: mark} if mark else {}
                        parsed, found = witness.call(operation, {**given, size: at_a_time, **more})
                        self.right(found)
                        self.assertLessEqual(len(parsed[key]), at_a_time)
                        pages.append(parsed[key])
                        mark = parsed.get("nextToken") or parsed.get("NextMarker") or parsed.get("NextToken")
                    self.assertGreater(len(pages), 1)
                    self.assertEqual([item for page in pages for item in page], whole)
        query = {"MetricDataQueries": [account.query("a", "RequestCount"), account.query("b", "TargetResponseTime", "p99")], **account.span()}
        for witness in self.witnesses(drill)["cloudwatch"]:
            whole = witness.call("GetMetricData", query)[0]["MetricDataResults"]
            values, mark = {}, None
            while mark is not None or not values:
                parsed, found = witness.call("GetMetricData", {**query, "MaxDatapoints": 7, **({"NextToken": mark} if mark else {})})
                self.right(found)
                self.assertLessEqual(sum(len(it["Values"]) for it in parsed["MetricDataResults"]), 7)
                for it in parsed["MetricDataResults"]:
                    values.setdefault(it["Id"], []).extend(it["Values"])
                mark = parsed.get("NextToken")
            self.assertEqual(values, {it["Id"]: it["Values"] for it in whole})

    def test_every_fault_is_an_error_of_the_operation(self):
        drill = self.drill("bad-deploy")
        witnesses = self.witnesses(drill)
        wrong = []
        for service, operations in served().items():
            for operation in sorted(operations):
                for witness in witnesses[service]:
                    for kind, codes in FAULTS.items():
                        drill.post("/_drill/faults", operation=f"{service}.{operation}", kind=kind, times=1)
                        parsed, found = witness.call(operation, {})
                        wrong += found
                        if parsed.get("Error", {}).get("Code") not in codes:
                            wrong.append(f"{operation} over {witness.protocol}: {kind} is {parsed}")
        self.right(wrong)

    def test_no_state_of_a_service_breaks_a_model(self):
        """In every scenario: back to the revision before, and on every step of the way all reads are what they should be."""
        seen = set()
        for file in sorted((ROOT / "assets/scenarios").glob("*.toml")):
            with self.subTest(file.stem):
                drill = Drill(file.stem, 0)
                try:
                    self.right(self.walk(drill, seen))
                finally:
                    drill.stop()
        # The walks came through what they are for.
        for state in [
            "IN_PROGRESS", "SUCCESSFUL", "STOPPED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL",
            "RUNNING", "PROVISIONING", "DEACTIVATING", "initial", "healthy", "draining", "ALARM", "CRITICAL", "Successful",
            "AWAITING_ACTION", "FAILED", "SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP", "STEADY_STATE",
        ]:
            self.assertIn(state, seen)

    def walk(self, drill, seen):
        witnesses = self.witnesses(drill)
        wrong = self.look(drill, witnesses, seen)
        ecs = witnesses["ecs"][0]
        there = {"cluster": CLUSTER, "service": BACKEND}
        goes_on, found = ecs.call("ListServiceDeployments", {**there, "status": ["PENDING", "IN_PROGRESS"]})
        wrong += found
        active, found = ecs.call("ListTaskDefinitions", {"familyPrefix": BACKEND, "sort": "DESC"})
        wrong += found
        # What waits at a hook is answered, what is still on its way is stopped; else the revision before is deployed.
        newest = [it["serviceDeploymentArn"] for it in goes_on.get("serviceDeployments", [])[:1]]
        whole = ecs.call("DescribeServiceDeployments", {"serviceDeploymentArns": newest})[0] if newest else {}
        details = [hook for it in whole.get("serviceDeployments", []) for hook in it.get("lifecycleHookDetails", [])]
        waits = [hook["hookId"] for hook in details if hook["status"] == "AWAITING_ACTION"]
        if waits:
            back = {"serviceDeploymentArn": newest[0], "hookId": waits[0], "action": "ROLLBACK"}
            wrong += ecs.call("ContinueServiceDeployment", back)[1]
        elif goes_on.get("serviceDeployments"):
            stop = {"serviceDeploymentArn": goes_on["serviceDeployments"][0]["serviceDeploymentArn"], "stopType": "ROLLBACK"}
            wrong += ecs.call("StopServiceDeployment", stop)[1]
        else:
            for arn in active.get("taskDefinitionArns", [])[1:2]:
                wrong += ecs.call("UpdateService", {**there, "taskDefinition": arn})[1]
        for seconds in (0, 2, 10, 15, 15, 30, 60, 120, 300):
            drill.advance(seconds)
            wrong += self.look(drill, witnesses, seen)
        return wrong

    def look(self, drill, witnesses, seen):
        """All that there is to see of the backend; what is refused is looked at all the same."""
        wrong = []

        def ask(api, operation, **given):
            answers = []
            for witness in witnesses[api]:
                parsed, found = witness.call(operation, given)
                wrong.extend(found)
                answers.append(parsed)
            return answers[0]

        there = {"cluster": CLUSTER}
        service = ask("ecs", "DescribeServices", services=[BACKEND], include=["TAGS"], **there)
        deployments = ask("ecs", "ListServiceDeployments", service=BACKEND, **there).get("serviceDeployments", [])[:20]
        if deployments:
            arns = [it["serviceDeploymentArn"] for it in deployments]
            whole = ask("ecs", "DescribeServiceDeployments", serviceDeploymentArns=arns)
            for it in whole.get("serviceDeployments", []):
                seen.update([it["status"], it.get("lifecycleStage")])
                seen.update(hook["status"] for hook in it.get("lifecycleHookDetails", []))
            ask("ecs", "DescribeServiceRevisions", serviceRevisionArns=[it["targetServiceRevisionArn"] for it in deployments])
        for status in ("RUNNING", "STOPPED"):
            tasks = ask("ecs", "ListTasks", serviceName=BACKEND, desiredStatus=status, **there).get("taskArns")
            if tasks:
                described = ask("ecs", "DescribeTasks", tasks=tasks, **there)
                seen.update(it["lastStatus"] for it in described.get("tasks", []))
        for it in service.get("services", []):
            ask("ecs", "DescribeTaskDefinition", taskDefinition=it["taskDefinition"], include=["TAGS"])
            seen.update(one["stabilityStatus"] for one in it.get("taskSets", []))
            balanced = it["loadBalancers"][0]
            for group in [balanced["targetGroupArn"], balanced.get("advancedConfiguration", {}).get("alternateTargetGroupArn")]:
                health = ask("elbv2", "DescribeTargetHealth", TargetGroupArn=group) if group else {}
                seen.update(one["TargetHealth"]["State"] for one in health.get("TargetHealthDescriptions", []))
        images = ask("ecr", "DescribeImages", repositoryName=BACKEND, filter={"imageStatus": "ANY"})
        for it in images.get("imageDetails", []):
            scan = ask("ecr", "DescribeImageScanFindings", repositoryName=BACKEND, imageId={"imageDigest": it["imageDigest"]})
            seen.update(one["severity"] for one in scan.get("imageScanFindings", {}).get("findings", []))
        scaled = ask("application-autoscaling", "DescribeScalingActivities", ServiceNamespace="ecs")
        seen.update(it["StatusCode"] for it in scaled.get("ScalingActivities", []))
        ask("ssm", "DescribeParameters")
        ask("rds", "DescribeDBInstances")
        ask("rds", "DescribeDBSnapshots", DBInstanceIdentifier=DATABASE)
        ask("secretsmanager", "DescribeSecret", SecretId=SECRET)
        alarms = ask("cloudwatch", "DescribeAlarms")
        seen.update(it["StateValue"] for it in alarms.get("MetricAlarms", []))
        return wrong


if __name__ == "__main__":
    unittest.main()
