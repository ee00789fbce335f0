//! Which operations there are, whether they read or write, and who answers them.

use serde_json::Value;

use super::{
    AwsError, autoscaling, cloudwatch, ecr, ecs, elb, github, iam, input::Input, logs, rds, secretsmanager,
    ssm, sts,
};
use crate::drill::{ledger::CallKind, world::World};

/// An AWS service of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Api {
    Ecs,
    Ecr,
    Elb,
    CloudWatch,
    Logs,
    Sts,
    AutoScaling,
    Iam,
    Ssm,
    Rds,
    Secrets,
    /// Not of AWS: GitHub's REST API.
    GitHub,
    /// A service that the drill does not play, by the name in the request.
    Other(String),
}

impl Api {
    /// Its short name in the ledger and in faults.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Ecs => "ecs",
            Self::Ecr => "ecr",
            Self::Elb => "elbv2",
            Self::CloudWatch => "cloudwatch",
            Self::Logs => "logs",
            Self::Sts => "sts",
            Self::AutoScaling => "application-autoscaling",
            Self::Iam => "iam",
            Self::Ssm => "ssm",
            Self::GitHub => "github",
            Self::Rds => "rds",
            Self::Secrets => "secretsmanager",
            Self::Other(name) => name,
        }
    }

    /// Its prefix in IAM actions.
    pub(crate) fn iam_prefix(&self) -> &str {
        match self {
            Self::Elb => "elasticloadbalancing",
            Self::Ecs
            | Self::Ecr
            | Self::CloudWatch
            | Self::Logs
            | Self::Sts
            | Self::AutoScaling
            | Self::Iam
            | Self::Ssm
            | Self::Rds
            | Self::Secrets
            | Self::GitHub
            | Self::Other(_) => self.name(),
        }
    }

    /// What its errors call their sentence in JSON.
    pub(crate) fn sentence(&self) -> &'static str {
        match self {
            Self::AutoScaling | Self::Ssm | Self::Secrets => "Message",
            Self::Ecs
            | Self::Ecr
            | Self::Elb
            | Self::CloudWatch
            | Self::Logs
            | Self::Sts
            | Self::Iam
            | Self::Rds
            | Self::GitHub
            | Self::Other(_) => "message",
        }
    }

    /// What it calls its own failures.
    pub(crate) fn server_error(&self) -> &'static str {
        match self {
            Self::Ecs | Self::Ecr => "ServerException",
            Self::Logs => "ServiceUnavailableException",
            Self::Secrets => "InternalServiceError",
            // Few operations of CloudWatch declare an error of their own for it; the common one fits all of them.
            Self::AutoScaling => "InternalServiceException",
            Self::Ssm => "InternalServerError",
            Self::CloudWatch
            | Self::Elb
            | Self::Sts
            | Self::Iam
            | Self::Rds
            | Self::GitHub
            | Self::Other(_) => "InternalFailure",
        }
    }

    /// Operations that change something.
    fn writes(&self) -> &'static [&'static str] {
        match self {
            Self::Ecs => &[
                "UpdateService",
                "StopServiceDeployment",
                "ContinueServiceDeployment",
                "RegisterTaskDefinition",
                "DeregisterTaskDefinition",
            ],
            Self::Rds => &["RestoreDBInstanceFromDBSnapshot"],
            Self::Secrets => &["UpdateSecret", "PutSecretValue", "UpdateSecretVersionStage"],
            Self::GitHub => &["CreateWorkflowDispatch"],
            Self::Ecr
            | Self::Elb
            | Self::CloudWatch
            | Self::Logs
            | Self::Sts
            | Self::AutoScaling
            | Self::Iam
            | Self::Ssm
            | Self::Other(_) => &[],
        }
    }

    /// Operations that only look.
    fn reads(&self) -> &'static [&'static str] {
        match self {
            Self::Ecs => &[
                "ListClusters",
                "DescribeClusters",
                "ListServices",
                "DescribeServices",
                "ListServiceDeployments",
                "DescribeServiceDeployments",
                "DescribeServiceRevisions",
                "ListTasks",
                "DescribeTasks",
                "ListTaskDefinitions",
                "ListTaskDefinitionFamilies",
                "DescribeTaskDefinition",
                "ListTagsForResource",
            ],
            Self::Ecr => &[
                "DescribeRepositories",
                "DescribeImages",
                "ListImages",
                "BatchGetImage",
                "DescribeImageScanFindings",
                "GetLifecyclePolicy",
            ],
            Self::Elb => &[
                "DescribeLoadBalancers",
                "DescribeTargetGroups",
                "DescribeTargetHealth",
            ],
            Self::CloudWatch => &["GetMetricData", "ListMetrics", "DescribeAlarms"],
            Self::Logs => &[
                "DescribeLogGroups",
                "DescribeLogStreams",
                "FilterLogEvents",
                "GetLogEvents",
            ],
            Self::Sts => &["GetCallerIdentity"],
            Self::AutoScaling => &[
                "DescribeScalableTargets",
                "DescribeScalingActivities",
                "DescribeScalingPolicies",
            ],
            Self::Iam => &["GetRole", "SimulatePrincipalPolicy"],
            Self::Ssm => &["DescribeParameters"],
            Self::GitHub => &[
                "GetRepository",
                "ListRepoWorkflows",
                "GetWorkflow",
                "ListWorkflowRunsForRepo",
                "ListWorkflowRuns",
                "GetWorkflowRun",
                "ListJobsForWorkflowRun",
                "GetPendingDeploymentsForRun",
                "DownloadJobLogsForWorkflowRun",
                "DownloadLog",
            ],
            Self::Rds => &[
                "DescribeDBInstances",
                "DescribeDBSnapshots",
                "DescribeEvents",
                "ListTagsForResource",
            ],
            Self::Secrets => &["DescribeSecret", "GetSecretValue", "ListSecretVersionIds"],
            Self::Other(_) => &[],
        }
    }
}

/// Every operation that is played, as `ecs` and `UpdateService`.
pub(crate) fn played() -> impl Iterator<Item = (String, &'static str)> {
    let all = [
        Api::Ecs,
        Api::Ecr,
        Api::Elb,
        Api::CloudWatch,
        Api::Logs,
        Api::Sts,
        Api::AutoScaling,
        Api::Iam,
        Api::Ssm,
        Api::Rds,
        Api::Secrets,
        Api::GitHub,
    ];
    all.into_iter().flat_map(|api| {
        api.reads()
            .iter()
            .chain(api.writes())
            .map(|operation| (api.name().to_owned(), *operation))
            .collect::<Vec<_>>()
    })
}

/// Read or write; what is not known to be a read counts as a write.
pub(crate) fn kind(api: &Api, operation: &str) -> CallKind {
    if api.reads().contains(&operation) {
        CallKind::Read
    } else {
        CallKind::Write
    }
}

/// Carries an operation out.
pub(crate) fn answer(
    world: &mut World,
    api: &Api,
    operation: &str,
    input: &Value,
) -> Result<Value, AwsError> {
    let input = Input::new(input);
    match api {
        Api::Ecs => ecs::answer(world, operation, input),
        Api::Ecr => ecr::answer(world, operation, input),
        Api::Elb => elb::answer(world, operation, input),
        Api::CloudWatch => cloudwatch::answer(world, operation, input),
        Api::Logs => logs::answer(world, operation, input),
        Api::Sts => sts::answer(world, operation),
        Api::AutoScaling => autoscaling::answer(world, operation, input),
        Api::Iam => iam::answer(world, operation, input),
        Api::Ssm => ssm::answer(world, operation, input),
        Api::GitHub => github::respond(world, operation, input),
        Api::Rds => rds::answer(world, operation, input),
        Api::Secrets => secretsmanager::answer(world, operation, input),
        Api::Other(_) => Err(AwsError::unknown_operation(operation)),
    }
}

/// An error in the words of the service that answers it.
pub(crate) fn worded(world: &World, api: &Api, error: AwsError) -> AwsError {
    if *api == Api::GitHub {
        github::worded(world, error)
    } else {
        error
    }
}

/// The resource that a denied request names: the ECS service, when there is one.
pub(crate) fn resource(world: &World, api: &Api, input: &Value) -> String {
    let input = Input::new(input);
    let service = match api {
        Api::Ecs => world
            .cluster(input.text("cluster").unwrap_or("default"))
            .and_then(|cluster| {
                let services = input.texts("services");
                let wanted = input.text("service").or(services.first().map(String::as_str))?;
                world.service(&cluster.name, wanted)
            }),
        Api::Ecr
        | Api::Elb
        | Api::CloudWatch
        | Api::Logs
        | Api::Sts
        | Api::AutoScaling
        | Api::Iam
        | Api::Ssm
        | Api::GitHub
        | Api::Rds
        | Api::Secrets
        | Api::Other(_) => None,
    };
    service.map_or_else(|| "*".to_owned(), |index| world.services[index].arn.clone())
}
