//! The fold that follows our deployment. It says "stable" only for our own deployment, by id, seen right twice with the
//! hold in between; every other end has its name (facts: services-stable is also said after ECS put the bad version back).

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    Clean, Deployment, DeploymentHistory, DeploymentStatus, Phrase, RolloutState, ServiceDeployment,
    ServiceDeploymentStatus, ServiceState, TaskDefinitionArn,
};

use super::proof::{self, Part, since_sent};
use super::stall::Movement;
use super::time::{CLOCK_DIFFERENCE, between, minus, plus};
use super::{Ending, EndingKind, Following, Goal, Outcome, Phase, Progress, Sighting, Unproven};
use telling::{by_words, not_read, out_of_time, put_back, put_back_by, said, superseded};

/// How long a deployment may take to appear in DescribeServices after UpdateService named it.
const APPEARS_WITHIN: Duration = Duration::from_secs(60);

/// When nobody looked for longer than this, what was right before and after is not known to have held in between.
const LONGEST_GAP: Duration = Duration::from_secs(2 * 60);

/// How much longer than the time allowed is waited for a reading that shows how it ended, or for a hold that is under way.
const GRACE: Duration = Duration::from_secs(2 * 60);

/// The fold over looks: remembers since when all is right, and what was seen of our deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct Follow {
    goal: Goal,
    /// Since when every look was right.
    right_since: Option<Timestamp>,
    /// The newest reading of the service that was looked at.
    looked_at: Option<Timestamp>,
    /// Since when somebody has been looking without a long gap, and the last look.
    attended: Option<(Timestamp, Timestamp)>,
    /// Whether our deployment was ever in the service's list.
    seen: bool,
    /// The reading in which something else stood in our place first.
    displaced_at: Option<Timestamp>,
    /// The reading in which ECS had given our deployment up first, and why. It outlives the deployment in the list: one that
    /// was given up leaves it once its tasks are gone.
    gave_up: Option<(Timestamp, Option<Clean>)>,
    /// The first reading of the history in which ECS had gone back from what was stopped.
    went_back_at: Option<Timestamp>,
    /// When a counter moved last.
    movement: Movement,
}

/// What one look decided.
enum Look {
    Ended(Outcome, EndingKind, Option<TaskDefinitionArn>, Phrase),
    Wait(Phrase),
    GoOn,
}

impl Follow {
    /// Begins to follow.
    #[must_use]
    pub fn new(goal: Goal) -> Self {
        Self {
            goal,
            right_since: None,
            looked_at: None,
            attended: None,
            seen: false,
            displaced_at: None,
            gave_up: None,
            went_back_at: None,
            movement: Movement::default(),
        }
    }

    /// What is followed, with the ids that were adopted on the way.
    #[must_use]
    pub fn goal(&self) -> &Goal {
        &self.goal
    }

    /// Takes in a look. Readings from before the write do not count.
    pub fn see(&mut self, sighting: &Sighting<'_>, now: Timestamp) -> Following {
        self.attended = Some(match self.attended {
            Some((since, last)) if between(last, now) <= LONGEST_GAP => (since, now),
            Some(_) | None => (now, now),
        });
        let Some((state, state_at)) = since_sent(sighting.state, self.goal.sent_at) else {
            let note = match sighting.state.fault() {
                Some(fault) => not_read(fault),
                None => Phrase::new("follow-waiting"),
            };
            let progress = self.progress(None, sighting, note, now);
            return self.unless_out_of_time(progress, sighting, None, now);
        };
        self.adopt(state, sighting);
        let set_to = Some(
            state
                .primary()
                .map_or(&state.task_definition, |primary| &primary.task_definition)
                .clone(),
        );
        self.watch_movement(state, state_at, sighting);
        let decided = match self.native_end(state, state_at, sighting) {
            Look::GoOn => match self.given_up(state, state_at, sighting) {
                Look::GoOn => self.displaced(state, state_at, sighting),
                decided @ (Look::Ended(..) | Look::Wait(_)) => decided,
            },
            decided @ (Look::Ended(..) | Look::Wait(_)) => decided,
        };
        let note = match decided {
            Look::Ended(outcome, kind, revision, why) => {
                return Following::Ended(Ending {
                    revision: revision.or(set_to),
                    ..Ending::bare(outcome, kind, self.with_cause(kind, why, sighting))
                });
            }
            Look::Wait(note) => {
                self.right_since = None;
                note
            }
            Look::GoOn => match self.judge(state, state_at, sighting) {
                Ok(ending) => return Following::Ended(ending),
                Err(note) => note,
            },
        };
        self.looked_at = Some(state_at);
        let progress = self.progress(Some(state), sighting, note, now);
        self.unless_out_of_time(progress, sighting, set_to, now)
    }

    /// Finds our deployment, and learns the ids that the answer of the write did not tell.
    fn adopt(&mut self, state: &ServiceState, sighting: &Sighting<'_>) {
        if let (Some(stopped), None) = (&self.goal.stopped, &self.goal.deployment) {
            // What ECS puts back may be an old deployment or a new one; it is not the one that was stopped.
            self.goal.deployment = state
                .primary()
                .filter(|primary| primary.task_definition == self.goal.definition)
                .filter(|primary| Some(&primary.id) != stopped.primary.as_ref())
                .map(|primary| primary.id.clone());
        } else if self.goal.deployment.is_none() {
            let earliest = minus(self.goal.sent_at, CLOCK_DIFFERENCE);
            self.goal.deployment = state
                .primary()
                .filter(|primary| primary.task_definition == self.goal.definition)
                .filter(|primary| primary.created_at.is_none_or(|at| at >= earliest))
                .map(|primary| primary.id.clone());
        }
        if self.ours(state).is_some() {
            self.seen = true;
        }
        if let Some((history, _)) = since_sent(sighting.history, self.goal.sent_at)
            && let Some(native) = proof::native(&self.goal, state, history)
        {
            self.goal.service_deployment = Some(native.arn.clone());
        }
    }

    fn ours<'s>(&self, state: &'s ServiceState) -> Option<&'s Deployment> {
        let id = self.goal.deployment.as_ref()?;
        state.deployments.iter().find(|d| d.id == *id)
    }

    fn native<'h>(
        &self,
        state: &ServiceState,
        sighting: &Sighting<'h>,
    ) -> Option<(&'h DeploymentHistory, &'h ServiceDeployment, Timestamp)> {
        let (history, at) = since_sent(sighting.history, self.goal.sent_at)?;
        proof::native(&self.goal, state, history).map(|native| (history, native, at))
    }

    /// What ECS itself says of the end of our service deployment.
    fn native_end(&self, state: &ServiceState, state_at: Timestamp, sighting: &Sighting<'_>) -> Look {
        let Some((history, native, told_at)) = self.native(state, sighting) else {
            return Look::GoOn;
        };
        let reason = |phrase: Phrase| phrase.text("reason", said(native));
        let by = put_back_by(native, self.goal.stopped.is_some());
        match &native.status {
            ServiceDeploymentStatus::Pending | ServiceDeploymentStatus::InProgress
                if self.goal.stopped.is_some() =>
            {
                Look::Wait(Phrase::new("follow-stop-waiting").text("status", native.status.as_str()))
            }
            // It reached its end before the stop reached it.
            ServiceDeploymentStatus::Successful if self.goal.stopped.is_some() => Look::Ended(
                Outcome::Failed,
                EndingKind::Failed,
                None,
                Phrase::new("follow-stop-too-late").text("deployment", native.arn.id()),
            ),
            // That it goes back is what was asked for.
            ServiceDeploymentStatus::StopRequested
            | ServiceDeploymentStatus::RollbackRequested
            | ServiceDeploymentStatus::RollbackInProgress
                if self.goal.stopped.is_some() =>
            {
                Look::GoOn
            }
            ServiceDeploymentStatus::Pending
            | ServiceDeploymentStatus::InProgress
            | ServiceDeploymentStatus::Successful
            | ServiceDeploymentStatus::Other(_) => Look::GoOn,
            ServiceDeploymentStatus::StopRequested
            | ServiceDeploymentStatus::RollbackRequested
            | ServiceDeploymentStatus::RollbackInProgress => Look::Wait(reason(
                Phrase::new("follow-ecs-rolls-back").text("status", native.status.as_str()),
            )),
            ServiceDeploymentStatus::RollbackSuccessful => {
                let went_to = native
                    .rollback
                    .as_ref()
                    .and_then(|rollback| history.revisions.get(&rollback.revision))
                    .map(|revision| revision.task_definition.clone())
                    .or_else(|| state.primary().map(|primary| primary.task_definition.clone()));
                match went_to {
                    // ECS pinned the content with the service revision, so what it went back to does not change by waiting.
                    Some(revision)
                        if revision == self.goal.definition && self.went_to_other(history, native) =>
                    {
                        Look::Ended(
                            Outcome::Elsewhere,
                            EndingKind::OtherContent,
                            Some(revision),
                            Phrase::new("follow-other-content")
                                .text("revision", self.goal.definition.short()),
                        )
                    }
                    Some(revision) if revision == self.goal.definition => Look::GoOn,
                    Some(revision) => {
                        let why = put_back(by).text("revision", revision.short());
                        let kind = EndingKind::PutBack(by);
                        Look::Ended(Outcome::Elsewhere, kind, Some(revision), reason(why))
                    }
                    None => Look::Ended(
                        Outcome::Elsewhere,
                        EndingKind::PutBack(by),
                        None,
                        reason(Phrase::new("follow-put-back-unknown")),
                    ),
                }
            }
            ServiceDeploymentStatus::RollbackFailed => Look::Ended(
                Outcome::Failed,
                EndingKind::Failed,
                None,
                reason(Phrase::new("follow-rollback-failed")),
            ),
            ServiceDeploymentStatus::Stopped => {
                let gave_up = self
                    .ours(state)
                    .is_some_and(|ours| ours.rollout == Some(RolloutState::Failed));
                let other = self.foreign(state);
                match (gave_up, other) {
                    (true, _) => Look::Ended(
                        Outcome::Failed,
                        EndingKind::Failed,
                        None,
                        reason(Phrase::new("follow-failed")),
                    ),
                    (false, Some(primary)) => superseded(primary),
                    // The service was read before that: what took its place is seen at the next look.
                    (false, None) if state_at < told_at => {
                        Look::Wait(Phrase::new("follow-displaced-waiting"))
                    }
                    (false, None) => Look::Ended(
                        Outcome::Elsewhere,
                        EndingKind::Stopped,
                        None,
                        reason(Phrase::new("follow-stopped")),
                    ),
                }
            }
        }
    }

    /// Whether what ECS went back to is known to have other content than planned.
    fn went_to_other(&self, history: &DeploymentHistory, native: &ServiceDeployment) -> bool {
        let images = native
            .rollback
            .as_ref()
            .and_then(|rollback| history.revisions.get(&rollback.revision))
            .map(|revision| revision.images.as_slice())
            .unwrap_or_default();
        self.goal.digest.as_ref().is_some_and(|wanted| {
            !images.is_empty()
                && images
                    .iter()
                    .all(|image| image.digest.as_ref().is_some_and(|told| told != wanted))
        })
    }

    /// Whether the tasks of what was stopped may still be among those that were read: until ECS has gone back, and the tasks
    /// were read after it said so.
    fn may_be_on_their_way_out(&mut self, state: &ServiceState, sighting: &Sighting<'_>) -> bool {
        let told_at = self
            .native(state, sighting)
            .filter(|(_, native, _)| native.status == ServiceDeploymentStatus::RollbackSuccessful)
            .map(|(_, _, told_at)| told_at);
        if let Some(told_at) = told_at {
            self.went_back_at.get_or_insert(told_at);
        }
        self.went_back_at
            .is_none_or(|at| sighting.tasks.as_of().is_none_or(|read_at| read_at < at))
    }

    /// What to do when ECS gave our deployment up: it may be about to put another version back, and then its end is the end.
    fn given_up(&mut self, state: &ServiceState, state_at: Timestamp, sighting: &Sighting<'_>) -> Look {
        let ours = self.ours(state).map(|ours| {
            (
                ours.rollout == Some(RolloutState::Failed),
                ours.rollout_reason.clone(),
            )
        });
        match &ours {
            Some((true, reason)) => {
                self.gave_up.get_or_insert((state_at, reason.clone()));
            }
            Some((false, _)) => self.gave_up = None,
            None => {}
        }
        let Some((failed_at, reason)) = self.gave_up.clone() else {
            return Look::GoOn;
        };
        let text = match &reason {
            Some(reason) => reason.to_string(),
            None => "–".to_owned(),
        };
        let wait = || Look::Wait(Phrase::new("follow-gave-up-waiting").text("reason", &text));
        let other = state
            .primary()
            .filter(|primary| Some(&primary.id) != self.goal.deployment.as_ref());
        if let Some(other) = other {
            return match (self.may_still_tell(sighting, failed_at), &other.rollout) {
                // Until the history was read after this, it cannot be told apart from a colleague's deployment.
                (true, _) => wait(),
                (false, Some(RolloutState::Completed) | None) => {
                    let by = by_words(&text);
                    Look::Ended(
                        Outcome::Elsewhere,
                        EndingKind::PutBack(by),
                        Some(other.task_definition.clone()),
                        put_back(by)
                            .text("revision", other.task_definition.short())
                            .text("reason", &text),
                    )
                }
                (false, Some(RolloutState::InProgress | RolloutState::Other(_))) => wait(),
                (false, Some(RolloutState::Failed)) => Look::Ended(
                    Outcome::Failed,
                    EndingKind::Failed,
                    Some(other.task_definition.clone()),
                    Phrase::new("follow-rollback-failed").text("reason", &text),
                ),
            };
        }
        // Ours has left the list and nothing has come in its place: that is for whoever looks for what displaced it.
        if ours.is_none() {
            return Look::GoOn;
        }
        let goes_back = state
            .circuit_breaker
            .is_some_and(|breaker| breaker.enable && breaker.rollback);
        if goes_back || self.may_still_tell(sighting, failed_at) {
            return wait();
        }
        Look::Ended(
            Outcome::Failed,
            EndingKind::Failed,
            None,
            Phrase::new("follow-failed").text("reason", &text),
        )
    }

    /// Whether the history can be expected to be read again after `at`. A fault that may heal is waited out; how long is
    /// bounded by the time allowed.
    fn may_still_tell(&self, sighting: &Sighting<'_>, at: Timestamp) -> bool {
        !proof::never_tells(sighting.history) && sighting.history.as_of().is_none_or(|as_of| as_of < at)
    }

    /// The primary deployment, when it is neither ours nor the one that was stopped.
    fn foreign<'s>(&self, state: &'s ServiceState) -> Option<&'s Deployment> {
        let left = self
            .goal
            .stopped
            .as_ref()
            .and_then(|stopped| stopped.primary.as_ref());
        state
            .primary()
            .filter(|primary| Some(&primary.id) != self.goal.deployment.as_ref() && Some(&primary.id) != left)
    }

    /// Whether ECS itself is putting the primary deployment back, wherever that leads: its own end will tell.
    fn ecs_goes_back_to(
        &self,
        primary: Option<&Deployment>,
        state: &ServiceState,
        sighting: &Sighting<'_>,
    ) -> bool {
        let Some((history, native, _)) = self.native(state, sighting) else {
            return false;
        };
        let to = native
            .rollback
            .as_ref()
            .and_then(|rollback| history.revisions.get(&rollback.revision));
        native.status.is_going_back()
            && to
                .zip(primary)
                .is_none_or(|(to, primary)| to.task_definition == primary.task_definition)
    }

    /// Whether something else stands in our place.
    fn displaced(&mut self, state: &ServiceState, state_at: Timestamp, sighting: &Sighting<'_>) -> Look {
        let other = self.foreign(state);
        // Without an id ours is the one that would be adopted; where there is no primary, it may still come.
        let vanished = match self.goal.deployment {
            Some(_) => self.ours(state).is_none(),
            None => other.is_some(),
        };
        let other_version = other.is_some_and(|primary| primary.task_definition != self.goal.definition);
        let had_time = self.seen || state_at >= plus(self.goal.sent_at, APPEARS_WITHIN);
        let is_displaced = if self.goal.stopped.is_some() {
            // Until ECS begins to go back, what was stopped stands there, and that takes as long as it takes.
            (vanished && self.goal.deployment.is_some() || other.is_some())
                && !self.ecs_goes_back_to(other, state, sighting)
        } else {
            had_time && vanished || self.seen && other_version
        };
        if !is_displaced {
            self.displaced_at = None;
            return Look::GoOn;
        }
        let displaced_at = *self.displaced_at.get_or_insert(state_at);
        if self.may_still_tell(sighting, displaced_at) {
            return Look::Wait(Phrase::new("follow-displaced-waiting"));
        }
        match other {
            Some(primary) if self.goal.deployment.is_none() && self.goal.stopped.is_none() => Look::Ended(
                Outcome::Elsewhere,
                EndingKind::Superseded,
                Some(primary.task_definition.clone()),
                Phrase::new("follow-never-seen")
                    .text("deployment", &primary.id)
                    .text("revision", primary.task_definition.short()),
            ),
            Some(primary) => superseded(primary),
            None => Look::Ended(
                Outcome::Elsewhere,
                EndingKind::Superseded,
                None,
                Phrase::new("follow-gone"),
            ),
        }
    }

    /// The predicate of success. `Err` is what is still waited for.
    fn judge(
        &mut self,
        state: &ServiceState,
        state_at: Timestamp,
        sighting: &Sighting<'_>,
    ) -> Result<Ending, Phrase> {
        let broken = |this: &mut Self, note| {
            this.right_since = None;
            Err(note)
        };
        if let Some(note) = self.not_settled(state) {
            return broken(self, note);
        }
        let mut readings = vec![state_at];
        let mut unproven: Vec<Unproven> = Vec::new();
        for part in [
            proof::digests(&self.goal, sighting.tasks),
            proof::service_deployment(&self.goal, state, sighting.history),
            proof::targets(&self.goal, state, sighting.targets),
        ] {
            match part {
                Part::Right(at) => readings.extend(at),
                Part::Beyond(what) => unproven.push(what),
                Part::NotYet(note) => return broken(self, note),
                // ECS puts a pinned service revision back, so other content is that of tasks on their way out.
                Part::OtherContent
                    if self.goal.stopped.is_some() && self.may_be_on_their_way_out(state, sighting) =>
                {
                    return broken(self, Phrase::new("follow-tasks-old"));
                }
                // A deployment keeps the digests of its first task (version consistency), so this does not heal by waiting.
                Part::OtherContent => {
                    return Ok(Ending {
                        outcome: Outcome::Elsewhere,
                        kind: Some(EndingKind::OtherContent),
                        revision: Some(self.goal.definition.clone()),
                        stable_at: None,
                        why: Phrase::new("follow-other-content")
                            .text("revision", self.goal.definition.short()),
                        unproven,
                    });
                }
            }
        }
        if self
            .looked_at
            .is_some_and(|last| between(last, state_at) > LONGEST_GAP)
        {
            self.right_since = None;
        }
        let newest = readings.iter().copied().max().unwrap_or(state_at);
        let oldest = readings.iter().copied().min().unwrap_or(state_at);
        let since = *self.right_since.get_or_insert(newest);
        if oldest < plus(since, self.goal.hold) {
            return Err(Phrase::new("follow-holding")
                .duration("held", between(since, oldest))
                .duration("hold", self.goal.hold));
        }
        unproven.sort_unstable();
        Ok(Ending {
            outcome: Outcome::OnTarget,
            kind: Some(EndingKind::OnTarget),
            revision: Some(self.goal.definition.clone()),
            stable_at: Some(since),
            why: Phrase::new("follow-on-target")
                .text("revision", self.goal.definition.short())
                .number("running", state.running)
                .number("desired", state.desired)
                .duration("hold", self.goal.hold),
            unproven,
        })
    }

    /// What the service's own numbers still lack.
    fn not_settled(&self, state: &ServiceState) -> Option<Phrase> {
        let Some(ours) = self.ours(state) else {
            return Some(Phrase::new("follow-waiting"));
        };
        if ours.status != DeploymentStatus::Primary || ours.task_definition != self.goal.definition {
            return Some(Phrase::new("follow-waiting"));
        }
        if state.desired == 0 {
            // Nothing wanted and nothing running is not a version that works.
            return Some(Phrase::new("follow-desired-zero"));
        }
        if ours.running != ours.desired || ours.pending > 0 || ours.desired != state.desired {
            return Some(
                Phrase::new("follow-starting")
                    .number("running", ours.running)
                    .number("desired", state.desired),
            );
        }
        let others = state.deployments.iter().filter(|d| d.id != ours.id);
        let left: Vec<_> = others
            .filter(|d| d.status != DeploymentStatus::Inactive || d.running > 0 || d.pending > 0)
            .collect();
        if !left.is_empty() || state.running != state.desired || state.pending > 0 {
            let listed: u32 = left.iter().map(|d| d.running).sum();
            let running = listed.max(state.running.saturating_sub(ours.running));
            // An older deployment stays listed for a while after its last task: that is ECS's to finish.
            return Some(match running {
                0 => Phrase::new("follow-rollout"),
                running => Phrase::new("follow-draining").number("running", running),
            });
        }
        match &ours.rollout {
            // Absent for other strategies than rolling: then the service deployment's own end is the word on it.
            Some(RolloutState::Completed) | None => None,
            Some(RolloutState::InProgress | RolloutState::Failed | RolloutState::Other(_)) => {
                Some(Phrase::new("follow-rollout"))
            }
        }
    }

    fn progress(
        &self,
        state: Option<&ServiceState>,
        sighting: &Sighting<'_>,
        note: Phrase,
        now: Timestamp,
    ) -> Progress {
        let ours = state.and_then(|state| self.ours(state));
        let deployments = state
            .map(|state| state.deployments.as_slice())
            .unwrap_or_default();
        let old_running = deployments
            .iter()
            .filter(|d| Some(&d.id) != self.goal.deployment.as_ref())
            .map(|d| d.running)
            .sum();
        let desired = state.map_or(0, |state| state.desired);
        let phase = match (ours, self.right_since) {
            (None, _) => Phase::Waiting,
            (Some(_), Some(since)) => Phase::Holding { since },
            (Some(ours), None) if ours.running >= desired && ours.pending == 0 => Phase::Draining,
            (Some(_), None) => Phase::Starting,
        };
        Progress {
            phase,
            desired,
            new_running: ours.map_or(0, |ours| ours.running),
            new_pending: ours.map_or(0, |ours| ours.pending),
            old_running,
            healthy: since_sent(sighting.targets, self.goal.sent_at)
                .filter(|_| state.is_some_and(|state| !state.target_groups.is_empty()))
                .map(|(health, _)| health.healthy),
            elapsed: between(self.goal.sent_at, now),
            note,
            trouble: state.and_then(|state| self.trouble(state, sighting)),
        }
    }

    /// When the time allowed is over. Who begins to look late, or again after a long gap, gets the time to see a deployment
    /// that has done its work long ago be right and hold.
    fn deadline(&self) -> Timestamp {
        let asked = plus(self.goal.begun_at, self.goal.timeout);
        match self.attended {
            Some((since, _)) if between(self.goal.sent_at, since) > APPEARS_WITHIN => {
                asked.max(plus(plus(since, self.goal.hold), APPEARS_WITHIN))
            }
            Some(_) | None => asked,
        }
    }

    /// Ends when the time is over, but never without a look: "timed out" is said of what a reading of the service showed
    /// after the deadline. What is right then may finish its hold. When no such reading comes, the end is not known.
    fn unless_out_of_time(
        &self,
        progress: Progress,
        sighting: &Sighting<'_>,
        revision: Option<TaskDefinitionArn>,
        now: Timestamp,
    ) -> Following {
        let deadline = self.deadline();
        let read_at = sighting.state.as_of().filter(|at| *at >= deadline);
        let last = match (read_at, self.right_since) {
            (None, _) => plus(deadline, GRACE),
            (Some(_), Some(_)) => plus(plus(deadline, self.goal.hold), GRACE),
            (Some(_), None) => deadline,
        };
        if now < last {
            return Following::Underway(progress);
        }
        let (kind, note, revision) = match (read_at, self.right_since, sighting.state.fault()) {
            (Some(_), None, _) | (Some(_), Some(_), None) => {
                let (kind, note) = out_of_time(progress);
                (kind, note, revision)
            }
            (None, _, None) => (EndingKind::Unknown, progress.note, None),
            // What was right when it could be read last may hold, or not.
            (None | Some(_), _, Some(fault)) => (EndingKind::Unknown, not_read(fault), None),
        };
        let (outcome, why) = match kind {
            EndingKind::Unknown => (Outcome::Unknown, "follow-unread"),
            EndingKind::OnTarget
            | EndingKind::PutBack(_)
            | EndingKind::Failed
            | EndingKind::Stopped
            | EndingKind::Superseded
            | EndingKind::Paused
            | EndingKind::Stalled
            | EndingKind::TimedOut
            | EndingKind::OtherContent
            | EndingKind::Changed
            | EndingKind::Refused => (Outcome::TimedOut, "follow-timed-out"),
        };
        let why = Phrase::new(why)
            .duration("timeout", self.goal.timeout)
            .phrase("note", note);
        Following::Ended(Ending {
            revision,
            ..Ending::bare(outcome, kind, why)
        })
    }
}

mod telling;

#[cfg(test)]
mod tests;
