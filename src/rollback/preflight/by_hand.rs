//! The way back of a service that no method of this version fits, as commands for a person: nothing of it is ever run here.

use crate::domain::{Controller, Scheduling, ServiceState, TaskDefinitionArn};

use super::super::fits;

/// Shell commands that put the service back by hand, in order, where ECS does not drive its deployments in a way that modosu
/// may use; empty where a method fits, and where no command helps. What only their answers tell stands in `<…>`.
///
/// Sources: AWS CLI reference, `aws deploy`, `aws ecs create-task-set`, `aws ecs update-express-gateway-service`.
#[must_use]
pub fn by_hand(state: &ServiceState, target: Option<&TaskDefinitionArn>) -> Vec<String> {
    if fits(state).is_ok() {
        return Vec::new();
    }
    let (cluster, service) = (&state.cluster, &state.name);
    let of = format!("--cluster {cluster} --service {service}");
    let to = target.map_or_else(
        || format!("{}:<previous-revision>", state.task_definition.family()),
        |target| target.short().to_owned(),
    );
    let stable = format!("aws ecs wait services-stable --cluster {cluster} --services {service}");
    if state.express {
        return vec![
            format!(
                "aws ecs list-service-deployments {of} --status PENDING IN_PROGRESS \
                 --query 'serviceDeployments[].serviceDeploymentArn'"
            ),
            "aws ecs stop-service-deployment --service-deployment-arn <arn, if one is listed> --stop-type ROLLBACK"
                .to_owned(),
            format!(
                "aws ecs describe-task-definition --task-definition {to} \
                 --query 'taskDefinition.containerDefinitions[0].image'"
            ),
            format!(
                "aws ecs update-express-gateway-service --service-arn {} --primary-container image=<that image>",
                state.arn
            ),
        ];
    }
    let sets = |query: &str| {
        format!("aws ecs describe-services --cluster {cluster} --services {service} --query '{query}'")
    };
    match &state.controller {
        Controller::CodeDeploy => vec![
            sets("services[0].taskSets[].[status,taskDefinition,externalId]"),
            "aws deploy get-deployment --deployment-id <externalId> \
             --query 'deploymentInfo.[applicationName,deploymentGroupName,status]'"
                .to_owned(),
            "aws deploy stop-deployment --deployment-id <externalId, if its status is InProgress or Ready> \
             --auto-rollback-enabled"
                .to_owned(),
            format!(
                "aws deploy create-deployment --application-name <applicationName> \
                 --deployment-group-name <deploymentGroupName> --revision <AppSpec with TaskDefinition {to}>"
            ),
            "aws deploy wait deployment-successful --deployment-id <the new one>".to_owned(),
        ],
        Controller::External => vec![
            sets("services[0].taskSets[].[id,status,taskDefinition,scale.value]"),
            format!(
                "aws ecs create-task-set {of} --task-definition {to} --scale value=100,unit=PERCENT \
                 <launch type, network and load balancers as of the primary set>"
            ),
            format!("aws ecs update-service-primary-task-set {of} --primary-task-set <the new one>"),
            format!("aws ecs delete-task-set {of} --task-set <the bad one>"),
            stable,
        ],
        Controller::Ecs => match &state.scheduling {
            Scheduling::Daemon => vec![
                format!("aws ecs update-service {of} --task-definition {to}"),
                stable,
            ],
            Scheduling::Replica | Scheduling::Other(_) => Vec::new(),
        },
        Controller::Other(_) => Vec::new(),
    }
}
