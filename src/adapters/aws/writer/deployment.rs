//! A deployment that is under way: turned back, or told at its pause to go back.

use aws_sdk_ecs::operation::RequestId;
use aws_sdk_ecs::types::{DeploymentLifecycleHookAction, StopServiceDeploymentStopType};

use crate::adapters::aws::pace::{Bucket, ask};
use crate::domain::{Clean, Fault, ServiceDeploymentArn};
use crate::incident::Receipt;
use crate::rollback::StopType;

use super::Writer;

const STOP_SERVICE_DEPLOYMENT: &str = "ecs.StopServiceDeployment";
const CONTINUE_SERVICE_DEPLOYMENT: &str = "ecs.ContinueServiceDeployment";

impl Writer {
    pub(super) async fn stop_service_deployment(
        &self,
        service_deployment: &ServiceDeploymentArn,
        stop_type: StopType,
    ) -> Result<Receipt, Fault> {
        let answer = ask!(
            &self.pace,
            Bucket::Write,
            STOP_SERVICE_DEPLOYMENT,
            self.ecs
                .stop_service_deployment()
                .service_deployment_arn(service_deployment.as_str())
                .stop_type(match stop_type {
                    StopType::Rollback => StopServiceDeploymentStopType::Rollback,
                })
        )?;
        Ok(of(service_deployment, answer.request_id()))
    }

    /// Tells a deployment that stands still at the hook `hook` to go back. The action is always named: without it ECS goes on
    /// with the new version (ECS API reference, ContinueServiceDeployment: the default is CONTINUE).
    ///
    /// # Errors
    /// [`Fault::certainly_not_done`] says whether the call can have had an effect.
    pub(super) async fn continue_back(
        &self,
        service_deployment: &ServiceDeploymentArn,
        hook: &Clean,
    ) -> Result<Receipt, Fault> {
        let answer = ask!(
            &self.pace,
            Bucket::Write,
            CONTINUE_SERVICE_DEPLOYMENT,
            self.ecs
                .continue_service_deployment()
                .service_deployment_arn(service_deployment.as_str())
                .hook_id(hook.as_str())
                .action(DeploymentLifecycleHookAction::Rollback)
        )?;
        Ok(of(service_deployment, answer.request_id()))
    }
}

/// The deployment that ECS puts back shows only when it has begun to.
fn of(service_deployment: &ServiceDeploymentArn, request: Option<&str>) -> Receipt {
    Receipt {
        request_id: request.map(Clean::new),
        service_deployment: Some(service_deployment.clone()),
        ..Receipt::default()
    }
}
