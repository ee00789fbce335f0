//! How a deployment that shifts traffic goes from stage to stage, and how it goes back.
//!
//! The new revision is started at full size beside the old one, on the other target group; the listener's weights decide
//! who answers; after the bake time the old tasks are removed. On the way back the weights flip first. A stage that waits
//! for tasks is left by the scheduler, the others by the clock, and none of them while a hook waits (see `hooks`).

use super::{
    agenda::Happening,
    course::{Course, Side, Stage},
    model::{DeploymentStatus, Rollout, Target},
    state::World,
    undo::Cause,
};
use crate::drill::time::after;

/// Seconds of a stage that only marks a moment.
const MARK: f64 = 5.0;
/// Seconds until a change of weights has reached every node of the load balancer.
const SHIFTING: f64 = 10.0;
/// A stage lasts a day at most (ECS developer guide, "Deployment lifecycle stages").
const LONGEST_STAGE: f64 = 86_400.0;

impl World {
    /// The service revision that a new deployment would take the traffic from: what was completed last, as long as it
    /// runs, else what has most of the traffic.
    pub(super) fn source(&self, service: usize) -> Option<usize> {
        let it = &self.services[service];
        let runs = |revision: &usize| {
            it.tasks
                .iter()
                .any(|task| task.revision == *revision && task.target == Target::Healthy)
        };
        let completed = it
            .deployments
            .iter()
            .find(|deployment| deployment.rollout == Rollout::Completed);
        let busiest = || it.production.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        completed
            .map(|deployment| deployment.revision)
            .filter(runs)
            .or_else(|| busiest().map(|(revision, _)| *revision))
    }

    /// The target group for a revision that is to take the traffic from this one.
    pub(super) fn side_beside(&self, service: usize, source: Option<usize>) -> Side {
        let it = &self.services[service];
        source
            .filter(|_| it.strategy.shifts())
            .map_or(Side::Blue, |source| it.revisions[source].side.other())
    }

    /// A deployment that only had the old tasks left to remove has done its work when another one begins.
    pub(super) fn end_in_clean_up(&mut self, service: usize) {
        let now = self.now;
        let it = &mut self.services[service];
        let (Some(primary), Some(last)) = (it.deployments.first_mut(), it.service_deployments.last_mut())
        else {
            return;
        };
        let cleans_up = last
            .course
            .as_ref()
            .is_some_and(|course| course.stage == Stage::CleanUp);
        if cleans_up && last.status == DeploymentStatus::InProgress {
            last.status = DeploymentStatus::Successful;
            last.finished_at = Some(now);
            last.updated_at = now;
            primary.rollout = Rollout::Completed;
            primary.reason = format!("ECS deployment {} completed.", primary.id);
            primary.updated_at = now;
        }
    }

    /// Who has the traffic while a deployment only begins: the source, or the target of the very first one.
    pub(super) fn route_at_start(&mut self, service: usize, deployment: usize) {
        let it = &self.services[service].service_deployments[deployment];
        if let Some(percent) = it.course.as_ref().map(|course| course.percent) {
            self.shift_to(service, deployment, percent);
        }
    }

    /// Sends so many percent of the production traffic to the target of a service deployment, the rest to its source.
    fn shift_to(&mut self, service: usize, deployment: usize, percent: f64) {
        let it = &mut self.services[service];
        let watched = &mut it.service_deployments[deployment];
        let target = watched.target;
        let Some(course) = &mut watched.course else {
            return;
        };
        course.percent = percent;
        let rest = course.source.map(|source| (source, 100.0 - percent));
        it.production = [Some((target, percent)), rest]
            .into_iter()
            .flatten()
            .filter(|(_, percent)| *percent > 0.0)
            .collect();
        self.note_serving(service);
    }

    /// The stage in which a service deployment begins, once it is no longer pending.
    pub(super) fn begin_course(&mut self, service: usize, deployment: usize) {
        let it = &self.services[service].service_deployments[deployment];
        if let Some(stage) = it.course.as_ref().map(|course| course.stage) {
            self.enter(service, deployment, stage);
        }
    }

    /// A service deployment turns back: the old tasks must be whole before they get the traffic.
    pub(super) fn turn_back(&mut self, service: usize, deployment: usize) {
        let it = &mut self.services[service];
        let back_to = it.deployments.first().map(|primary| primary.revision);
        if let Some(course) = &mut it.service_deployments[deployment].course {
            course.abandon();
            course.source = back_to;
            self.enter(service, deployment, Stage::ScaleUp);
        }
    }

    fn enter(&mut self, service: usize, deployment: usize, stage: Stage) {
        let now = self.now;
        let it = &mut self.services[service];
        let strategy = it.strategy;
        let watched = &mut it.service_deployments[deployment];
        watched.updated_at = now;
        let Some(course) = &mut watched.course else {
            return;
        };
        course.stage = stage;
        course.entry += 1;
        let (entry, step) = (course.entry, course.step);
        if stage == Stage::ProductionTrafficShift {
            self.shift_to(service, deployment, strategy.percent_after(step));
        }
        self.reconcile_soon(service);
        let overdue = Happening::StageOverdue {
            service,
            deployment,
            entry,
        };
        if stage == Stage::ScaleUp {
            self.due(LONGEST_STAGE, overdue);
        }
        if !self.pause(service, deployment) {
            self.leave_in_time(service, deployment);
        }
    }

    /// Lets the clock end the stage, where it is the clock that does.
    pub(super) fn leave_in_time(&mut self, service: usize, deployment: usize) {
        let it = &self.services[service];
        let Some(course) = &it.service_deployments[deployment].course else {
            return;
        };
        let minutes = |minutes: u32| 60.0 * f64::from(minutes);
        let lasts = match course.stage {
            Stage::PreScaleUp
            | Stage::PostScaleUp
            | Stage::TestTrafficShift
            | Stage::PostTestTrafficShift
            | Stage::PreProductionTrafficShift
            | Stage::PostProductionTrafficShift => MARK,
            Stage::ProductionTrafficShift => SHIFTING,
            Stage::StepBake => minutes(it.strategy.step_bake_minutes()),
            Stage::BakeTime => minutes(it.strategy.bake_minutes()),
            // The scheduler ends these when the tasks are as they should be.
            Stage::ReconcileService | Stage::ScaleUp | Stage::CleanUp => {
                self.reconcile_soon(service);
                return;
            }
        };
        let entry = course.entry;
        self.due(
            lasts,
            Happening::StageOver {
                service,
                deployment,
                entry,
            },
        );
    }

    /// The clock ends a stage, unless the deployment has gone elsewhere meanwhile.
    pub(super) fn stage_over(&mut self, service: usize, deployment: usize, entry: u32) {
        let it = &self.services[service].service_deployments[deployment];
        let still = it.course.as_ref().is_some_and(|course| course.entry == entry);
        if still && it.status == DeploymentStatus::InProgress {
            self.leave(service, deployment);
        }
    }

    /// The new tasks have not become healthy in a day.
    pub(super) fn stage_overdue(&mut self, service: usize, deployment: usize, entry: u32) {
        let it = &self.services[service].service_deployments[deployment];
        let still = it.course.as_ref().is_some_and(|course| course.entry == entry);
        if still && it.status == DeploymentStatus::InProgress {
            self.deployment_event(service, "deployment failed: tasks failed to start.");
            self.fail_deployment(service, &Cause::Overdue);
        }
    }

    /// Goes on to the next stage.
    fn leave(&mut self, service: usize, deployment: usize) {
        let it = &mut self.services[service];
        let strategy = it.strategy;
        let Some(course) = &mut it.service_deployments[deployment].course else {
            return;
        };
        let next = match course.stage {
            Stage::ReconcileService => Stage::PreScaleUp,
            Stage::PreScaleUp => Stage::ScaleUp,
            // The first deployment of a service has nothing to shift away from.
            Stage::ScaleUp if course.source.is_none() => Stage::CleanUp,
            Stage::ScaleUp => Stage::PostScaleUp,
            Stage::PostScaleUp => Stage::TestTrafficShift,
            Stage::TestTrafficShift => Stage::PostTestTrafficShift,
            Stage::PostTestTrafficShift => Stage::PreProductionTrafficShift,
            Stage::PreProductionTrafficShift => Stage::ProductionTrafficShift,
            Stage::ProductionTrafficShift if strategy.percent_after(course.step) < 100.0 => Stage::StepBake,
            Stage::ProductionTrafficShift => Stage::PostProductionTrafficShift,
            Stage::StepBake => {
                course.step += 1;
                Stage::PreProductionTrafficShift
            }
            Stage::PostProductionTrafficShift => Stage::BakeTime,
            Stage::BakeTime | Stage::CleanUp => Stage::CleanUp,
        };
        self.enter(service, deployment, next);
    }

    /// The scheduler has looked: a stage that waited for tasks may be over.
    pub(super) fn stage_follows(&mut self, service: usize) {
        let it = &self.services[service];
        let (Some(primary), Some(deployment)) = (
            it.deployments.first(),
            it.service_deployments.len().checked_sub(1),
        ) else {
            return;
        };
        let watched = &it.service_deployments[deployment];
        let Some(course) = watched.course.as_ref().filter(|course| !course.waits()) else {
            return;
        };
        let whole = || {
            let healthy = it
                .tasks
                .iter()
                .filter(|task| task.deployment == primary.id && task.target == Target::Healthy);
            healthy.count() >= it.desired as usize
        };
        let alone = || {
            let mut standing = it.tasks.iter().filter(|task| task.stopped_at.is_none());
            standing.all(|task| Some(task.revision) == course.source)
        };
        let over = match course.stage {
            Stage::ReconcileService => alone(),
            Stage::ScaleUp => whole(),
            Stage::PreScaleUp
            | Stage::PostScaleUp
            | Stage::TestTrafficShift
            | Stage::PostTestTrafficShift
            | Stage::PreProductionTrafficShift
            | Stage::ProductionTrafficShift
            | Stage::StepBake
            | Stage::PostProductionTrafficShift
            | Stage::BakeTime
            | Stage::CleanUp => false,
        };
        match watched.status {
            DeploymentStatus::InProgress if over => self.leave(service, deployment),
            DeploymentStatus::RollbackInProgress if over => {
                self.shift_to(service, deployment, 0.0);
                self.enter(service, deployment, Stage::CleanUp);
            }
            DeploymentStatus::Pending
            | DeploymentStatus::InProgress
            | DeploymentStatus::RollbackRequested
            | DeploymentStatus::RollbackInProgress
            | DeploymentStatus::Successful
            | DeploymentStatus::Stopped
            | DeploymentStatus::RollbackSuccessful
            | DeploymentStatus::RollbackFailed => {}
        }
    }

    /// How many tasks of a deployment there should be; `None` when they are left as they are.
    pub(super) fn wanted_of(&self, service: usize, position: usize) -> Option<u32> {
        let it = &self.services[service];
        let deployment = &it.deployments[position];
        let last = it.service_deployments.last().filter(|it| it.status.running());
        let Some((last, course)) = last.and_then(|last| Some((last, last.course.as_ref()?))) else {
            // A deployment that failed and could not go back stands where it stopped.
            let failed = it.deployments.iter().any(|it| it.rollout == Rollout::Failed);
            return (!failed).then_some(if position == 0 { it.desired } else { 0 });
        };
        let back = last.status == DeploymentStatus::RollbackInProgress;
        let wanted = if position == 0 {
            back || course.stage.scaled()
        } else {
            // The other side keeps running until it has no traffic any more.
            let other = if back { Some(last.target) } else { course.source };
            other == Some(deployment.revision) && course.stage != Stage::CleanUp
        };
        Some(if wanted { it.desired } else { 0 })
    }

    /// Whether a deployment of this service can be called finished: it has come to its last stage, or has none.
    pub(super) fn at_last_stage(&self, service: usize) -> bool {
        let last = self.services[service].service_deployments.last();
        last.and_then(|last| last.course.as_ref())
            .is_none_or(|course| course.stage == Stage::CleanUp)
    }

    /// A new course for a deployment that takes the traffic from this revision; `None` for a rolling one.
    pub(super) fn new_course(
        &self,
        service: usize,
        source: Option<usize>,
        active: &[usize],
    ) -> Option<Course> {
        let shifts = self.services[service].strategy.shifts();
        shifts.then(|| Course::new(source, active.len() > 1))
    }

    /// When something that lasts so many minutes from now ends.
    pub(super) fn in_minutes(&self, minutes: u32) -> jiff::Timestamp {
        after(self.now, 60.0 * f64::from(minutes))
    }
}
