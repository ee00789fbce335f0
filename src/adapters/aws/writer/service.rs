//! UpdateService: another revision, or the same one again.

use aws_sdk_ecs::operation::RequestId;
use aws_sdk_ecs::operation::update_service::UpdateServiceOutput;

use crate::adapters::aws::pace::{Bucket, ask};
use crate::domain::{
    Clean, ClusterName, DeploymentId, EcsServiceName, Fault, ServiceDeploymentArn, TaskDefinitionArn,
};
use crate::incident::Receipt;

use super::Writer;

const UPDATE_SERVICE: &str = "ecs.UpdateService";

impl Writer {
    /// Sets the service to this revision: cluster, service and task definition, and nothing else.
    pub(super) async fn update_service(
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
        Ok(receipt(&answer, Some(task_definition)))
    }

    /// Starts the service's tasks anew with what it is set to: cluster, service and `forceNewDeployment`, and nothing else.
    ///
    /// # Errors
    /// [`Fault::certainly_not_done`] says whether the call can have had an effect.
    pub(super) async fn redeploy(
        &self,
        cluster: &ClusterName,
        service: &EcsServiceName,
    ) -> Result<Receipt, Fault> {
        let answer = ask!(
            &self.pace,
            Bucket::Write,
            UPDATE_SERVICE,
            self.ecs
                .update_service()
                .cluster(cluster.as_str())
                .service(service.as_str())
                .force_new_deployment(true)
        )?;
        Ok(receipt(&answer, None))
    }
}

/// What the answer proves. ECS has accepted the call: a field that is missing or strange leaves a gap in the receipt, never a
/// fault that would read as "perhaps not done".
fn receipt(answer: &UpdateServiceOutput, asked: Option<&TaskDefinitionArn>) -> Receipt {
    let service = answer.service();
    let primary = service.and_then(|service| {
        service.deployments().iter().find(|deployment| {
            let is_ours = asked.is_none_or(|asked| deployment.task_definition() == Some(asked.as_str()));
            deployment.status() == Some("PRIMARY") && is_ours
        })
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
