//! Services and their tasks.

use aws_sdk_ecs::types as sdk;

use crate::domain::{
    CircuitBreaker, Clean, ClusterName, Controller, Deployment, DeploymentAlarms, DeploymentStatus,
    EcsServiceName, Fault, FaultKind, Launch, LoadBalancer, RolloutState, Scheduling, ServiceEvent,
    ServiceKey, ServiceState, ServiceStatus, StoppedContainer, StoppedTask, Strategy, TargetGroupArn, Task,
    TaskDefinitionArn,
};

use super::convert::{Pages, clean, count, id, malformed, optional_id, time};
use super::owners::owners;
use super::pace::{Bucket, ask};
use super::reader::Reader;
use super::strategy::strategy_settings;

const DESCRIBE_SERVICES: &str = "ecs.DescribeServices";
const LIST_TASKS: &str = "ecs.ListTasks";
const DESCRIBE_TASKS: &str = "ecs.DescribeTasks";

/// Services in one call (ECS API reference, DescribeServices).
const SERVICES_A_CALL: usize = 10;
/// Tasks in one call (ECS API reference, ListTasks and DescribeTasks).
const TASKS_A_CALL: usize = 100;
/// Pages of tasks that are followed: five thousand tasks, ECS's quota for a service.
const TASK_PAGES: usize = 50;
/// Events that are kept of a service; ECS keeps as many.
const EVENTS: usize = 100;

impl Reader {
    /// The services by what the runbook calls them, in the order asked; one that is missing carries its own fault.
    ///
    /// # Errors
    /// When a call failed as a whole, such as for a cluster that is not there.
    pub async fn services(
        &self,
        cluster: &ClusterName,
        names: &[(ServiceKey, EcsServiceName)],
    ) -> Result<Vec<(ServiceKey, Result<ServiceState, Fault>)>, Fault> {
        let mut unique: Vec<&EcsServiceName> = names.iter().map(|(_, name)| name).collect();
        unique.sort();
        unique.dedup();
        let (mut services, mut failures) = (Vec::new(), Vec::new());
        for chunk in unique.chunks(SERVICES_A_CALL) {
            let names = chunk.iter().map(|name| name.as_str().to_owned()).collect();
            let answer = ask!(
                &self.inner.pace,
                Bucket::ServiceRead,
                DESCRIBE_SERVICES,
                self.inner
                    .ecs
                    .describe_services()
                    .cluster(cluster.as_str())
                    .set_services(Some(names))
                    .include(sdk::ServiceField::Tags)
            )?;
            services.extend(answer.services.unwrap_or_default());
            failures.extend(answer.failures.unwrap_or_default());
        }
        Ok(names
            .iter()
            .map(|(key, name)| (key.clone(), pick(cluster, name, &services, &failures)))
            .collect())
    }

    /// One service, asked for now: what a write is compared with immediately before it is sent.
    ///
    /// # Errors
    /// `NotFound` when it is not there; any fault of the call.
    pub async fn service(&self, cluster: &ClusterName, name: &EcsServiceName) -> Result<ServiceState, Fault> {
        let answer = ask!(
            &self.inner.pace,
            Bucket::ServiceRead,
            DESCRIBE_SERVICES,
            self.inner
                .ecs
                .describe_services()
                .cluster(cluster.as_str())
                .services(name.as_str())
                .include(sdk::ServiceField::Tags)
        )?;
        pick(cluster, name, answer.services(), answer.failures())
    }

    /// The tasks that a service has or is starting, with the digests that they really run.
    ///
    /// # Errors
    /// Any fault of the calls. A task that stopped between the two is left out.
    pub async fn tasks(&self, cluster: &ClusterName, name: &EcsServiceName) -> Result<Vec<Task>, Fault> {
        let mut arns = Vec::new();
        let (mut pages, mut token) = (Pages::up_to(TASK_PAGES), None);
        loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::ClusterResource,
                LIST_TASKS,
                self.inner
                    .ecs
                    .list_tasks()
                    .cluster(cluster.as_str())
                    .service_name(name.as_str())
                    .max_results(100)
                    .set_next_token(token)
            )?;
            arns.extend_from_slice(answer.task_arns());
            token = pages.next(answer.next_token());
            if token.is_none() {
                break;
            }
        }
        let mut tasks = Vec::new();
        for chunk in arns.chunks(TASKS_A_CALL) {
            let answer = ask!(
                &self.inner.pace,
                Bucket::ClusterResource,
                DESCRIBE_TASKS,
                self.inner
                    .ecs
                    .describe_tasks()
                    .cluster(cluster.as_str())
                    .set_tasks(Some(chunk.to_vec()))
            )?;
            for task in answer.tasks() {
                tasks.push(task_from(task)?);
            }
        }
        Ok(tasks)
    }
}

impl Reader {
    /// The tasks of a service that stopped lately and why, newest first: one page of them, which is what a rollback that
    /// is looked at closely needs. ECS promises no order, so of more than a hundred in an hour some are not seen.
    ///
    /// # Errors
    /// Any fault of the two calls.
    pub async fn stopped_tasks(
        &self,
        cluster: &ClusterName,
        name: &EcsServiceName,
    ) -> Result<Vec<StoppedTask>, Fault> {
        let listed = ask!(
            &self.inner.pace,
            Bucket::ClusterResource,
            LIST_TASKS,
            self.inner
                .ecs
                .list_tasks()
                .cluster(cluster.as_str())
                .service_name(name.as_str())
                .desired_status(sdk::DesiredStatus::Stopped)
                .max_results(100)
        )?;
        if listed.task_arns().is_empty() {
            return Ok(Vec::new());
        }
        let answer = ask!(
            &self.inner.pace,
            Bucket::ClusterResource,
            DESCRIBE_TASKS,
            self.inner
                .ecs
                .describe_tasks()
                .cluster(cluster.as_str())
                .set_tasks(Some(listed.task_arns().to_vec()))
        )?;
        let mut stopped: Vec<StoppedTask> = answer.tasks().iter().filter_map(stopped_from).collect();
        stopped.sort_by_key(|task| std::cmp::Reverse(task.at));
        Ok(stopped)
    }
}

/// A task that stopped or is stopping; what ECS tells too little of is left out, because nothing is decided on it.
fn stopped_from(task: &sdk::Task) -> Option<StoppedTask> {
    Some(StoppedTask {
        arn: clean(task.task_arn())?,
        task_definition: TaskDefinitionArn::new(task.task_definition_arn()?).ok()?,
        started_by: Clean::new(task.started_by().unwrap_or_default()),
        at: time(task.stopping_at()).or_else(|| time(task.stopped_at()))?,
        code: clean(task.stop_code().map(sdk::TaskStopCode::as_str)),
        reason: clean(task.stopped_reason()),
        containers: task
            .containers()
            .iter()
            .map(|container| StoppedContainer {
                name: Clean::new(container.name().unwrap_or_default()),
                exit_code: container.exit_code(),
                reason: clean(container.reason()),
            })
            .collect(),
    })
}

/// Finds `name` among the answers.
fn pick(
    cluster: &ClusterName,
    name: &EcsServiceName,
    services: &[sdk::Service],
    failures: &[sdk::Failure],
) -> Result<ServiceState, Fault> {
    if let Some(service) = services
        .iter()
        .find(|service| service.service_name() == Some(name.as_str()))
    {
        return service_from(cluster, name, service);
    }
    let failure = failures
        .iter()
        .find(|failure| failure.arn().and_then(|arn| arn.rsplit('/').next()) == Some(name.as_str()));
    let reason = failure.and_then(sdk::Failure::reason).unwrap_or("MISSING");
    let kind = if reason == "MISSING" {
        FaultKind::NotFound
    } else {
        FaultKind::Rejected
    };
    Err(Fault::new(
        kind,
        DESCRIBE_SERVICES,
        &format!("{reason}: {cluster}/{name}"),
    ))
}

fn service_from(
    cluster: &ClusterName,
    name: &EcsServiceName,
    service: &sdk::Service,
) -> Result<ServiceState, Fault> {
    let of = DESCRIBE_SERVICES;
    let configuration = service.deployment_configuration();
    let deployments = service
        .deployments()
        .iter()
        .map(deployment_from)
        .collect::<Result<_, _>>()?;
    // A service that CodeDeploy or an external controller drives may name its definition only in its primary task set.
    let task_definition = service.task_definition().filter(|t| !t.is_empty()).or_else(|| {
        service
            .task_sets()
            .iter()
            .find(|set| set.status() == Some("PRIMARY"))
            .and_then(sdk::TaskSet::task_definition)
    });
    Ok(ServiceState {
        arn: id(of, "serviceArn", service.service_arn())?,
        cluster: cluster.clone(),
        name: name.clone(),
        status: match service.status() {
            Some("ACTIVE") => ServiceStatus::Active,
            Some("DRAINING") => ServiceStatus::Draining,
            Some("INACTIVE") => ServiceStatus::Inactive,
            other => ServiceStatus::Other(Clean::new(other.unwrap_or_default())),
        },
        desired: count(service.desired_count()),
        running: count(service.running_count()),
        pending: count(service.pending_count()),
        task_definition: id(of, "taskDefinition", task_definition)?,
        controller: service
            .deployment_controller()
            .map_or(Controller::Ecs, |c| controller_from(c.r#type())),
        strategy: configuration
            .and_then(sdk::DeploymentConfiguration::strategy)
            .map_or(Strategy::Rolling, strategy_from),
        scheduling: match service.scheduling_strategy() {
            None | Some(sdk::SchedulingStrategy::Replica) => Scheduling::Replica,
            Some(sdk::SchedulingStrategy::Daemon) => Scheduling::Daemon,
            Some(other) => Scheduling::Other(Clean::new(other.as_str())),
        },
        express: service.resource_management_type() == Some(&sdk::ResourceManagementType::Ecs),
        launch: launch(service),
        percent: configuration
            .and_then(|c| Some((count(c.minimum_healthy_percent()?), count(c.maximum_percent()?)))),
        circuit_breaker: configuration
            .and_then(sdk::DeploymentConfiguration::deployment_circuit_breaker)
            .map(|breaker| CircuitBreaker {
                enable: breaker.enable(),
                rollback: breaker.rollback(),
            }),
        alarms: configuration
            .and_then(sdk::DeploymentConfiguration::alarms)
            .map(|alarms| DeploymentAlarms {
                names: alarms.alarm_names().iter().map(|name| Clean::new(name)).collect(),
                enable: alarms.enable(),
                rollback: alarms.rollback(),
            })
            .unwrap_or_default(),
        deployments,
        current_deployment: optional_id(
            of,
            "currentServiceDeployment",
            service.current_service_deployment(),
        )?,
        target_groups: target_groups(service)?,
        load_balancers: service
            .load_balancers()
            .iter()
            .map(load_balancer)
            .collect::<Result<_, _>>()?,
        health_check_grace_seconds: service.health_check_grace_period_seconds().map(count),
        strategy_settings: configuration.map(strategy_settings).unwrap_or_default(),
        owners: owners(service.tags()),
        events: events(service),
    })
}

/// A service has either a launch type or a strategy of capacity providers (ECS API reference, `Service`).
fn launch(service: &sdk::Service) -> Launch {
    let providers = service.capacity_provider_strategy();
    if !providers.is_empty() {
        let fargate = |name: &str| matches!(name, "FARGATE" | "FARGATE_SPOT");
        return if providers.iter().all(|item| fargate(item.capacity_provider())) {
            Launch::Fargate
        } else {
            let names = providers.iter().map(|item| Clean::new(item.capacity_provider()));
            Launch::Providers(names.collect())
        };
    }
    match service.launch_type() {
        Some(sdk::LaunchType::Fargate) => Launch::Fargate,
        Some(sdk::LaunchType::Ec2) => Launch::Ec2,
        Some(sdk::LaunchType::External) => Launch::External,
        // Managed instances are instances of AWS's choice, whose room is AWS's to find.
        Some(other) => Launch::Providers(vec![Clean::new(other.as_str())]),
        None => Launch::Untold,
    }
}

fn controller_from(controller: &sdk::DeploymentControllerType) -> Controller {
    match controller {
        sdk::DeploymentControllerType::Ecs => Controller::Ecs,
        sdk::DeploymentControllerType::CodeDeploy => Controller::CodeDeploy,
        sdk::DeploymentControllerType::External => Controller::External,
        other => Controller::Other(Clean::new(other.as_str())),
    }
}

fn strategy_from(strategy: &sdk::DeploymentStrategy) -> Strategy {
    match strategy {
        sdk::DeploymentStrategy::Rolling => Strategy::Rolling,
        sdk::DeploymentStrategy::BlueGreen => Strategy::BlueGreen,
        sdk::DeploymentStrategy::Linear => Strategy::Linear,
        sdk::DeploymentStrategy::Canary => Strategy::Canary,
        other => Strategy::Other(Clean::new(other.as_str())),
    }
}

fn deployment_from(deployment: &sdk::Deployment) -> Result<Deployment, Fault> {
    let of = DESCRIBE_SERVICES;
    Ok(Deployment {
        id: id(of, "deployments[].id", deployment.id())?,
        status: match deployment.status() {
            Some("PRIMARY") => DeploymentStatus::Primary,
            Some("ACTIVE") => DeploymentStatus::Active,
            Some("INACTIVE") => DeploymentStatus::Inactive,
            other => DeploymentStatus::Other(Clean::new(other.unwrap_or_default())),
        },
        task_definition: id(of, "deployments[].taskDefinition", deployment.task_definition())?,
        rollout: deployment.rollout_state().map(|state| match state {
            sdk::DeploymentRolloutState::InProgress => RolloutState::InProgress,
            sdk::DeploymentRolloutState::Completed => RolloutState::Completed,
            sdk::DeploymentRolloutState::Failed => RolloutState::Failed,
            other => RolloutState::Other(Clean::new(other.as_str())),
        }),
        rollout_reason: clean(deployment.rollout_state_reason()),
        desired: count(deployment.desired_count()),
        running: count(deployment.running_count()),
        pending: count(deployment.pending_count()),
        failed: count(deployment.failed_tasks()),
        created_at: time(deployment.created_at()),
        updated_at: time(deployment.updated_at()),
    })
}

/// All groups that tasks may be registered with: after a blue/green switch the alternate one serves.
fn target_groups(service: &sdk::Service) -> Result<Vec<TargetGroupArn>, Fault> {
    let sets = service.task_sets().iter().flat_map(sdk::TaskSet::load_balancers);
    let mut groups = Vec::new();
    for balancer in service.load_balancers().iter().chain(sets) {
        let alternate = balancer
            .advanced_configuration()
            .and_then(sdk::AdvancedConfiguration::alternate_target_group_arn);
        for arn in [balancer.target_group_arn(), alternate].into_iter().flatten() {
            let arn: TargetGroupArn = id(DESCRIBE_SERVICES, "loadBalancers[].targetGroupArn", Some(arn))?;
            if !groups.contains(&arn) {
                groups.push(arn);
            }
        }
    }
    Ok(groups)
}

fn load_balancer(balancer: &sdk::LoadBalancer) -> Result<LoadBalancer, Fault> {
    let of = DESCRIBE_SERVICES;
    let port = balancer.container_port().unwrap_or_default();
    Ok(LoadBalancer {
        target_group: optional_id(of, "loadBalancers[].targetGroupArn", balancer.target_group_arn())?,
        container: Clean::new(balancer.container_name().unwrap_or_default()),
        port: u16::try_from(port)
            .map_err(|_| malformed(of, "loadBalancers[].containerPort", "is no port"))?,
    })
}

fn events(service: &sdk::Service) -> Vec<ServiceEvent> {
    let mut events: Vec<_> = service
        .events()
        .iter()
        .filter_map(|event| {
            Some(ServiceEvent {
                id: Clean::new(event.id()?),
                at: time(event.created_at())?,
                message: Clean::new(event.message().unwrap_or_default()),
            })
        })
        .collect();
    // Stable: events of the same moment keep ECS's order, which is newest first.
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events.truncate(EVENTS);
    events
}

fn task_from(task: &sdk::Task) -> Result<Task, Fault> {
    let of = DESCRIBE_TASKS;
    Ok(Task {
        arn: clean(task.task_arn()).ok_or_else(|| malformed(of, "taskArn", "is missing"))?,
        task_definition: id(of, "taskDefinitionArn", task.task_definition_arn())?,
        last_status: Clean::new(task.last_status().unwrap_or_default()),
        started_by: Clean::new(task.started_by().unwrap_or_default()),
        digests: task
            .containers()
            .iter()
            .map(|container| {
                let digest = optional_id(of, "containers[].imageDigest", container.image_digest())?;
                Ok((Clean::new(container.name().unwrap_or_default()), digest))
            })
            .collect::<Result<_, Fault>>()?,
        stopped_reason: clean(task.stopped_reason()),
    })
}
