//! Everything that is read from AWS. This type has no method that writes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::domain::{
    Clean, Fault, Identity, Region, RepositoryName, ServiceDeployment, ServiceDeploymentArn, ServiceRevision,
    ServiceRevisionArn, TargetGroupArn, TaskDefinition, TaskDefinitionArn,
};

use super::connect::Connection;
use super::convert::id;
use super::listing::{Listed, Listing};
use super::pace::{Bucket, Pace, ask};

/// Reads from AWS. Cheap to clone; clones share what never changes and need not be asked for twice.
#[derive(Clone)]
pub struct Reader {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) region: Region,
    sts: aws_sdk_sts::Client,
    pub(super) ecs: aws_sdk_ecs::Client,
    pub(super) ecr: aws_sdk_ecr::Client,
    pub(super) elb: aws_sdk_elasticloadbalancingv2::Client,
    pub(super) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(super) logs: aws_sdk_cloudwatchlogs::Client,
    pub(super) rds: aws_sdk_rds::Client,
    pub(super) secrets: aws_sdk_secretsmanager::Client,
    pub(super) parameters: aws_sdk_ssm::Client,
    pub(super) scaling: aws_sdk_applicationautoscaling::Client,
    pub(super) iam: aws_sdk_iam::Client,
    pub(super) pace: Arc<dyn Pace>,
    cache: Mutex<Cache>,
}

/// What never changes on AWS's side, or so rarely that it is asked for again only now and then: a few hundred small values.
#[derive(Default)]
pub(super) struct Cache {
    /// Finished service deployments that were described in full.
    pub(super) deployments: HashMap<ServiceDeploymentArn, ServiceDeployment>,
    /// The lists of deployments, by service.
    pub(super) listings: HashMap<Listed, Listing>,
    /// Service revisions.
    pub(super) revisions: BTreeMap<ServiceRevisionArn, ServiceRevision>,
    /// Task definitions; all but their status is immutable.
    pub(super) definitions: HashMap<TaskDefinitionArn, TaskDefinition>,
    /// Task definitions that AWS refused to describe: deregistered and no longer used by anything.
    pub(super) gone_definitions: HashSet<TaskDefinitionArn>,
    /// Whether the tags of a repository cannot be moved, and when that was asked.
    pub(super) fixed_tags: HashMap<RepositoryName, (bool, Timestamp)>,
    /// The CloudWatch names of the load balancers that a target group belongs to.
    pub(super) balancers: HashMap<TargetGroupArn, Vec<String>>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("region", &self.inner.region)
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// A reader of `connection`, whose every request waits for its turn.
    #[must_use]
    pub fn new(connection: &Connection, pace: Arc<dyn Pace>) -> Self {
        Self {
            inner: Arc::new(Inner {
                region: connection.region().clone(),
                sts: connection.sts(),
                ecs: connection.ecs(),
                ecr: connection.ecr(),
                elb: connection.elb(),
                cloudwatch: connection.cloudwatch(),
                logs: connection.logs(),
                rds: connection.rds(),
                secrets: connection.secrets(),
                parameters: connection.parameters(),
                scaling: connection.scaling(),
                iam: connection.iam(),
                pace,
                cache: Mutex::new(Cache::default()),
            }),
        }
    }

    /// Who the credentials belong to (STS GetCallerIdentity).
    ///
    /// # Errors
    /// Any fault of the call; `Malformed` when the answer names no account.
    pub async fn identity(&self) -> Result<Identity, Fault> {
        const OPERATION: &str = "sts.GetCallerIdentity";
        let answer = ask!(
            &self.inner.pace,
            Bucket::Sts,
            OPERATION,
            self.inner.sts.get_caller_identity()
        )?;
        Ok(Identity {
            account: id(OPERATION, "Account", answer.account())?,
            arn: Clean::new(answer.arn().unwrap_or_default()),
            region: self.inner.region.clone(),
        })
    }

    /// The cache. Never held across an await.
    pub(super) fn cache(&self) -> MutexGuard<'_, Cache> {
        // A panic elsewhere leaves whole values behind; they are still true.
        self.inner.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
