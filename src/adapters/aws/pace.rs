//! Every request waits for its turn, and every "slow down" of AWS is reported, also one that a retry hid.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use futures::future::BoxFuture;

/// The request quotas that AWS keeps apart, per account and region (Amazon ECS developer guide, "Request throttling for
/// the Amazon ECS API").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bucket {
    /// STS.
    Sts,
    /// DescribeServices.
    ServiceRead,
    /// ListServiceDeployments and DescribeServiceDeployments.
    ServiceDeployment,
    /// DescribeServiceRevisions.
    ServiceRevision,
    /// ListTasks and DescribeTasks.
    ClusterResource,
    /// ListTaskDefinitions and DescribeTaskDefinition.
    TaskDefinition,
    /// ECR.
    Ecr,
    /// Elastic Load Balancing.
    Elb,
    /// CloudWatch.
    Metrics,
    /// CloudWatch Logs.
    Logs,
    /// RDS.
    Database,
    /// Secrets Manager.
    Secrets,
    /// Systems Manager.
    Parameters,
    /// Application Auto Scaling.
    Scaling,
    /// IAM.
    Iam,
    /// Anything that changes something.
    Write,
}

/// Says when a request may be sent. The engine has one for all adapters.
pub trait Pace: Send + Sync + 'static {
    /// Ends when it is this request's turn.
    fn turn(&self, bucket: Bucket) -> BoxFuture<'_, ()>;
    /// AWS asked for fewer requests of this kind.
    fn throttled(&self, bucket: Bucket);
}

/// Watches each attempt of one call for AWS asking to slow down.
pub(super) struct Throttles {
    pace: Arc<dyn Pace>,
    bucket: Bucket,
}

impl Throttles {
    pub(super) fn new(pace: &Arc<dyn Pace>, bucket: Bucket) -> Self {
        Self {
            pace: Arc::clone(pace),
            bucket,
        }
    }
}

impl fmt::Debug for Throttles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Throttles({:?})", self.bucket)
    }
}

impl Intercept for Throttles {
    fn name(&self) -> &'static str {
        "Throttles"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(response) = context.response() {
            let status = response.status().as_u16();
            // The error code stands as plain text in all of the protocols, CBOR included.
            let body = response.body().bytes().unwrap_or_default();
            if status == 429 || (status >= 400 && super::fault::names_throttling(body)) {
                self.pace.throttled(self.bucket);
            }
        }
        Ok(())
    }
}

/// Sends one SDK request: waits its turn, watches for throttling, classifies the error.
macro_rules! ask {
    ($pace:expr, $bucket:expr, $operation:expr, $request:expr) => {{
        let pace: &std::sync::Arc<dyn $crate::adapters::aws::Pace> = $pace;
        let bucket: $crate::adapters::aws::Bucket = $bucket;
        pace.turn(bucket).await;
        $request
            .customize()
            .interceptor($crate::adapters::aws::pace::Throttles::new(pace, bucket))
            .send()
            .await
            .map_err(|error| $crate::adapters::aws::fault::classify($operation, &error))
    }};
}
pub(super) use ask;
