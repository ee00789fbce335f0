//! The only place that changes anything in AWS.

use std::fmt;
use std::sync::Arc;

use aws_sdk_ecs::operation::RequestId;
use aws_sdk_ecs::operation::update_service::UpdateServiceOutput;
use aws_sdk_ecs::types::StopServiceDeploymentStopType;

use crate::domain::{
    Clean, ClusterName, DeploymentId, EcsServiceName, Fault, ServiceDeploymentArn, TaskDefinitionArn,
    WritePermit,
};
use crate::incident::Receipt;
use crate::rollback::{Api, StopType};

use super::connect::Connection;
use super::pace::{Bucket, Pace, ask};

const UPDATE_SERVICE: &str = "ecs.UpdateService";
const STOP_SERVICE_DEPLOYMENT: &str = "ecs.StopServiceDeployment";

/// Sends the calls of an approved plan. It can only be made from a permit, and it never tries a call twice.
pub struct Writer {
    ecs: aws_sdk_ecs::Client,
    pace: Arc<dyn Pace>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    /// A writer over `connection`, by the right of `permit`.
    #[must_use]
    pub fn new(_permit: &WritePermit, connection: &Connection, pace: Arc<dyn Pace>) -> Self {
        Self {
            ecs: connection.ecs_once(),
            pace,
        }
    }

    /// Sends exactly this call, once. The caller has made its intent durable before.
    ///
    /// # Errors
    /// [`Fault::certainly_not_done`] says whether the call can have had an effect.
    pub async fn send(&self, call: &Api) -> Result<Receipt, Fault> {
        match call {
            Api::UpdateService {
                cluster,
                service,
                task_definition,
            } => self.update_service(cluster, service, task_definition).await,
            Api::StopServiceDeployment {
                service_deployment,
                stop_type,
            } => self.stop_service_deployment(service_deployment, *stop_type).await,
        }
    }

    async fn stop_service_deployment(
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
        Ok(Receipt {
            request_id: answer.request_id().map(Clean::new),
            // The deployment that ECS puts back shows only when it has begun to.
            deployment: None,
            service_deployment: Some(service_deployment.clone()),
            ..Receipt::default()
        })
    }

    async fn update_service(
        &self,
        cluster: &ClusterName,
        service: &EcsServiceName,
        task_definition: &TaskDefinitionArn,
    ) -> Result<Receipt, Fault> {
        let answer = ask!(
            &self.pace,
            Bucket::Write,
            UPDATE_SERVICE,
            self.ecs
                .update_service()
                .cluster(cluster.as_str())
                .service(service.as_str())
                .task_definition(task_definition.as_str())
        )?;
        Ok(receipt(&answer, task_definition))
    }
}

/// What the answer proves. ECS has accepted the call: a field that is missing or strange leaves a gap in the receipt, never a
/// fault that would read as "perhaps not done".
fn receipt(answer: &UpdateServiceOutput, asked: &TaskDefinitionArn) -> Receipt {
    let service = answer.service();
    let primary = service.and_then(|service| {
        service
            .deployments()
            .iter()
            .find(|d| d.status() == Some("PRIMARY") && d.task_definition() == Some(asked.as_str()))
    });
    Receipt {
        request_id: answer.request_id().map(Clean::new),
        deployment: primary
            .and_then(|deployment| deployment.id())
            .and_then(|id| DeploymentId::new(id).ok()),
        service_deployment: service
            .and_then(|service| service.current_service_deployment())
            .and_then(|arn| ServiceDeploymentArn::new(arn).ok()),
        ..Receipt::default()
    }
}
