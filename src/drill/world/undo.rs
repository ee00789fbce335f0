//! What ends a deployment before its time: the circuit breaker, an alarm, or somebody who stops it; and where the service
//! goes then.

use super::{
    agenda::Happening,
    model::{DeploymentStatus, Monitor, Rollback, Rollout},
    state::World,
};

/// Seconds from a requested stop until ECS goes back.
const STOPPING: f64 = 4.0;
/// Failed attempts in a row after which ECS says that it cannot start tasks, and again after so many more.
const COMPLAINTS: u32 = 4;

/// Why a service deployment cannot be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopRefused {
    /// There is no such service deployment.
    NotFound,
    /// It is over, or there is nothing to go back to.
    Conflict,
}

/// Why a deployment ends before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Too many of its tasks failed.
    Breaker,
    /// These alarms rang.
    Alarms(Vec<String>),
    /// Somebody stopped it.
    Stop,
    /// Somebody answered a hook with a rollback, or nobody did in time.
    Hook,
    /// A stage lasted too long.
    Overdue,
}

impl Cause {
    /// `rolloutStateReason` of the deployment that ends.
    fn why(&self) -> String {
        match self {
            Self::Breaker => "ECS deployment circuit breaker: tasks failed to start.".to_owned(),
            Self::Alarms(names) => format!("ECS deployment failed: alarm detected ({}).", names.join(", ")),
            Self::Stop => "ECS deployment was stopped.".to_owned(),
            Self::Hook => "ECS deployment failed: lifecycle hook rolled back.".to_owned(),
            Self::Overdue => "ECS deployment failed: a lifecycle stage timed out.".to_owned(),
        }
    }

    /// `rolloutStateReason` of the deployment that takes over.
    fn back_to(&self, id: &str) -> String {
        let who = match self {
            Self::Breaker => "ECS deployment circuit breaker",
            Self::Alarms(_) => "ECS deployment alarms",
            Self::Stop => "ECS deployment stopped",
            Self::Hook => "ECS deployment lifecycle hook",
            Self::Overdue => "ECS deployment lifecycle stage",
        };
        format!("{who}: rolling back to deploymentId {id}.")
    }

    /// `statusReason` and `rollback.reason` of the service deployment.
    fn reason(&self) -> String {
        let because = match self {
            Self::Breaker => "the circuit breaker threshold was exceeded".to_owned(),
            Self::Alarms(names) => format!("of alarms in ALARM state: {}", names.join(", ")),
            Self::Stop => "a stop was requested".to_owned(),
            Self::Hook => "a lifecycle hook asked for it".to_owned(),
            Self::Overdue => "a lifecycle stage timed out".to_owned(),
        };
        format!("Service deployment rolled back because {because}.")
    }
}

impl World {
    /// A task of a deployment failed; `ran` when it had come to run. While the deployment rolls out, the circuit breaker
    /// counts; else the scheduler waits longer and longer as long as no task comes to run at all.
    pub(super) fn task_failed(&mut self, service: usize, deployment: &str, ran: bool) {
        let now = self.now;
        let it = &mut self.services[service];
        let Some(primary) = it
            .deployments
            .first_mut()
            .filter(|primary| primary.id == deployment)
        else {
            return;
        };
        primary.failed_tasks += 1;
        primary.updated_at = now;
        let rolls_out = primary.rollout == Rollout::InProgress;
        // After a rollback the PRIMARY deployment is an older one, and the service deployment at hand is the last.
        let Some(watched) = it
            .service_deployments
            .last_mut()
            .filter(|watched| rolls_out && watched.status.running())
        else {
            self.start_failed(service, ran);
            return;
        };
        if watched.status == DeploymentStatus::RollbackInProgress && watched.course.is_none() {
            watched.rollback_failures += 1;
            if watched.rollback_failures >= watched.threshold {
                self.fail_rollback(service);
            } else {
                self.start_failed(service, ran);
            }
        } else if watched.breaker == Monitor::Monitoring {
            watched.failures += 1;
            watched.updated_at = now;
            if watched.failures >= watched.threshold {
                watched.breaker = Monitor::Triggered;
                self.deployment_event(service, "deployment failed: tasks failed to start.");
                self.fail_deployment(service, &Cause::Breaker);
            }
        } else {
            self.start_failed(service, ran);
        }
    }

    fn start_failed(&mut self, service: usize, ran: bool) {
        if ran {
            return;
        }
        self.wait_after_failure(service);
        if self.services[service]
            .failures_in_a_row
            .is_multiple_of(COMPLAINTS)
        {
            self.event(
                service,
                "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
            );
        }
    }

    /// A task became healthy, so the scheduler waits no more, and the breaker counts anew where it is set to.
    pub(super) fn task_succeeded(&mut self, service: usize, deployment: &str) {
        let it = &mut self.services[service];
        it.failures_in_a_row = 0;
        let resets = it.breaker_resets;
        if let Some(primary) = it
            .deployments
            .first_mut()
            .filter(|primary| primary.id == deployment)
        {
            primary.failed_tasks = 0;
            let watched = &mut it.service_deployments[primary.service_deployment];
            if resets && watched.status.going_forward() {
                watched.failures = 0;
            }
        }
    }

    /// The PRIMARY deployment has failed; the last completed one that is still there takes its place, when it may.
    pub(super) fn fail_deployment(&mut self, service: usize, cause: &Cause) {
        let now = self.now;
        let it = &mut self.services[service];
        it.finished_since = None;
        let Some(primary) = it.deployments.first_mut() else {
            return;
        };
        primary.rollout = Rollout::Failed;
        primary.reason = cause.why();
        primary.updated_at = now;
        let may = match cause {
            Cause::Breaker => it.breaker_rollback,
            Cause::Alarms(_) => it.alarm_rollback,
            Cause::Stop | Cause::Hook | Cause::Overdue => true,
        };
        let number = primary.service_deployment;
        let back_to = it
            .deployments
            .iter()
            .position(|older| older.rollout == Rollout::Completed);
        let watched = &mut it.service_deployments[number];
        watched.updated_at = now;
        for monitor in [&mut watched.breaker, &mut watched.alarms] {
            if *monitor == Monitor::Monitoring {
                *monitor = Monitor::MonitoringComplete;
            }
        }
        let Some(back_to) = back_to.filter(|_| may) else {
            watched.status = DeploymentStatus::Stopped;
            watched.reason = Some(cause.why());
            watched.stopped_at = Some(now);
            watched.finished_at = Some(now);
            if let Some(course) = &mut watched.course {
                course.abandon();
            }
            return;
        };
        let mut again = it.deployments.remove(back_to);
        watched.status = DeploymentStatus::RollbackInProgress;
        watched.reason = Some(cause.reason());
        watched.rollback = Some(Rollback {
            reason: cause.reason(),
            started_at: now,
            revision: again.revision,
        });
        again.rollout = Rollout::InProgress;
        again.reason = cause.back_to(&again.id);
        again.failed_tasks = 0;
        again.updated_at = now;
        let id = again.id.clone();
        it.deployments.insert(0, again);
        it.wait_until = None;
        it.failures_in_a_row = 0;
        self.event(service, &format!("rolling back to deployment {id}."));
        self.turn_back(service, number);
        self.reconcile_soon(service);
    }

    /// The way back has failed too: ECS starts nothing more.
    fn fail_rollback(&mut self, service: usize) {
        let now = self.now;
        let it = &mut self.services[service];
        if let (Some(primary), Some(watched)) =
            (it.deployments.first_mut(), it.service_deployments.last_mut())
        {
            primary.rollout = Rollout::Failed;
            primary.reason = "ECS deployment rollback failed: tasks failed to start.".to_owned();
            primary.updated_at = now;
            watched.status = DeploymentStatus::RollbackFailed;
            watched.reason =
                Some("Service deployment rollback failed because tasks failed to start.".to_owned());
            watched.finished_at = Some(now);
            watched.updated_at = now;
        }
        self.deployment_event(service, "deployment failed: tasks failed to start.");
    }

    /// Asks a running service deployment to stop and to go back to the last completed one. Asking one that goes back
    /// already continues it.
    pub(crate) fn stop_deployment(&mut self, arn: &str) -> Result<(), StopRefused> {
        let (service, deployment) = self.find_deployment(arn).ok_or(StopRefused::NotFound)?;
        self.request_rollback(service, deployment, Cause::Stop)
    }

    /// Index of the service and of its service deployment with this ARN. A service that ECS does not deploy has none.
    pub(super) fn find_deployment(&self, arn: &str) -> Option<(usize, usize)> {
        let mut services = self.services.iter().enumerate();
        services.find_map(|(index, service)| {
            let deployments = service.service_deployments.iter();
            let position = deployments.into_iter().position(|it| it.arn == arn)?;
            service.controller.is_ecs().then_some((index, position))
        })
    }

    /// Asks a service deployment to go back, for a cause.
    pub(super) fn request_rollback(
        &mut self,
        service: usize,
        deployment: usize,
        cause: Cause,
    ) -> Result<(), StopRefused> {
        let now = self.now;
        let it = &mut self.services[service];
        match it.service_deployments[deployment].status {
            DeploymentStatus::RollbackRequested | DeploymentStatus::RollbackInProgress => return Ok(()),
            DeploymentStatus::Pending | DeploymentStatus::InProgress => {}
            DeploymentStatus::Successful
            | DeploymentStatus::Stopped
            | DeploymentStatus::RollbackSuccessful
            | DeploymentStatus::RollbackFailed => return Err(StopRefused::Conflict),
        }
        if !it
            .deployments
            .iter()
            .any(|older| older.rollout == Rollout::Completed)
        {
            return Err(StopRefused::Conflict);
        }
        let watched = &mut it.service_deployments[deployment];
        watched.started_at.get_or_insert(now);
        watched.status = DeploymentStatus::RollbackRequested;
        watched.updated_at = now;
        let go_back = Happening::GoBack {
            service,
            deployment,
            cause,
        };
        self.due(STOPPING, go_back);
        Ok(())
    }

    /// A requested stop takes effect, unless a newer deployment came first.
    pub(super) fn go_back_as_requested(&mut self, service: usize, deployment: usize, cause: &Cause) {
        let it = &self.services[service];
        if it.service_deployments[deployment].status == DeploymentStatus::RollbackRequested {
            self.fail_deployment(service, cause);
        }
    }
}
