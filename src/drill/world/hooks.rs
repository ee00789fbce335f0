//! PAUSE hooks: a deployment that reaches one stands still until somebody answers it or its time is over
//! (ECS developer guide, "Pause hooks for Amazon ECS service deployments").

use super::{
    agenda::Happening,
    course::{HookStatus, Pause},
    model::DeploymentStatus,
    state::World,
    undo::{Cause, StopRefused},
};
use crate::drill::scenario::HookAction;

/// Why a hook cannot be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContinueRefused {
    /// There is no such service deployment.
    NotFound,
    /// The service deployment has never paused at a hook with this id.
    NoHook,
    /// The hook does not wait, or the service deployment does not go forward any more.
    NotWaiting,
    /// There is nothing to go back to.
    NoWayBack,
}

impl World {
    /// Pauses a service deployment at the hooks of its stage; `false` when there are none. One that goes back, or that is
    /// the first of its service, does not pause.
    pub(super) fn pause(&mut self, service: usize, deployment: usize) -> bool {
        let it = &self.services[service];
        let watched = &it.service_deployments[deployment];
        let Some(course) = &watched.course else {
            return false;
        };
        let forward = watched.status.going_forward() && course.source.is_some();
        let Some(stage) = course.stage.hook().filter(|_| forward) else {
            return false;
        };
        let here: Vec<(u32, HookAction)> = it
            .hooks
            .iter()
            .filter(|hook| hook.stages.contains(&stage))
            .map(|hook| (hook.timeout_minutes, hook.timeout_action))
            .collect();
        for (minutes, timeout_action) in &here {
            let serial = self.next_serial();
            let pause = Pause {
                id: format!("ecs-pause-{}", self.chance.token("hook", serial, 43)),
                status: HookStatus::AwaitingAction,
                expires_at: self.in_minutes(*minutes),
                timeout_action: *timeout_action,
            };
            let pauses = self.services[service].service_deployments[deployment]
                .course
                .as_mut()
                .map(|course| &mut course.pauses);
            let Some(pauses) = pauses else {
                return false;
            };
            let hook = pauses.len();
            pauses.push(pause);
            self.due(
                60.0 * f64::from(*minutes),
                Happening::HookExpires {
                    service,
                    deployment,
                    hook,
                },
            );
        }
        !here.is_empty()
    }

    /// Answers a hook: the deployment goes on, or it goes back exactly as if it had been stopped.
    pub(crate) fn continue_deployment(
        &mut self,
        arn: &str,
        hook: &str,
        action: HookAction,
    ) -> Result<(), ContinueRefused> {
        let (service, deployment) = self.find_deployment(arn).ok_or(ContinueRefused::NotFound)?;
        let watched = &self.services[service].service_deployments[deployment];
        let pauses = watched.course.as_ref().map(|course| course.pauses.as_slice());
        let pauses = pauses.unwrap_or_default();
        let hook = pauses.iter().position(|pause| pause.id == hook);
        let hook = hook.ok_or(ContinueRefused::NoHook)?;
        let waits = pauses[hook].status == HookStatus::AwaitingAction;
        if !waits || watched.status != DeploymentStatus::InProgress {
            return Err(ContinueRefused::NotWaiting);
        }
        self.answer(service, deployment, hook, action)
            .map_err(|refused| match refused {
                StopRefused::NotFound => ContinueRefused::NotFound,
                StopRefused::Conflict => ContinueRefused::NoWayBack,
            })
    }

    fn answer(
        &mut self,
        service: usize,
        deployment: usize,
        hook: usize,
        action: HookAction,
    ) -> Result<(), StopRefused> {
        let status = match action {
            HookAction::Rollback => {
                self.request_rollback(service, deployment, Cause::Hook)?;
                HookStatus::Failed
            }
            HookAction::Continue => HookStatus::Succeeded,
        };
        self.resolve_pause(service, deployment, hook, status, action);
        Ok(())
    }

    fn resolve_pause(
        &mut self,
        service: usize,
        deployment: usize,
        hook: usize,
        status: HookStatus,
        action: HookAction,
    ) {
        let now = self.now;
        let watched = &mut self.services[service].service_deployments[deployment];
        watched.updated_at = now;
        let Some(course) = &mut watched.course else {
            return;
        };
        course.pauses[hook].status = status;
        // Several hooks may stand at one stage; all of them must be answered.
        if action == HookAction::Continue && !course.waits() {
            self.leave_in_time(service, deployment);
        }
    }

    /// The time of a hook is over.
    pub(super) fn hook_expires(&mut self, service: usize, deployment: usize, hook: usize) {
        let watched = &self.services[service].service_deployments[deployment];
        let Some(course) = &watched.course else {
            return;
        };
        let pause = &course.pauses[hook];
        if pause.status != HookStatus::AwaitingAction || watched.status != DeploymentStatus::InProgress {
            return;
        }
        let action = pause.timeout_action;
        let goes = match action {
            HookAction::Rollback => self.request_rollback(service, deployment, Cause::Hook),
            HookAction::Continue => Ok(()),
        };
        // Without a way back the deployment stays where it is.
        if goes.is_ok() {
            self.resolve_pause(service, deployment, hook, HookStatus::TimedOut, action);
        }
    }

    /// Somebody answers every hook that waits in a service now, by the scenario.
    pub(super) fn answer_waiting(&mut self, service: usize, action: HookAction) {
        let Some(deployment) = self.services[service].service_deployments.len().checked_sub(1) else {
            return;
        };
        let watched = &self.services[service].service_deployments[deployment];
        let pauses = watched.course.as_ref().map(|course| course.pauses.as_slice());
        let waiting: Vec<String> = pauses
            .unwrap_or_default()
            .iter()
            .filter(|pause| pause.status == HookStatus::AwaitingAction)
            .map(|pause| pause.id.clone())
            .collect();
        let arn = watched.arn.clone();
        for hook in waiting {
            if let Err(refused) = self.continue_deployment(&arn, &hook, action) {
                tracing::debug!(?refused, "drill: a hook was not answered");
            }
        }
    }
}
