//! What will happen and when. Entries at the same moment keep the order in which they were made.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::undo::Cause;
use crate::drill::scenario::HookAction;

/// Something that is due at a moment.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    /// Somebody deploys a task definition (its ARN) by the scenario.
    Deploy {
        service: usize,
        task_definition: String,
        by: String,
        /// Of several ways in which the scenario lets somebody act, only the first one happens.
        act: Option<String>,
    },
    /// A pending service deployment begins.
    Begin { service: usize, deployment: usize },
    /// The scheduler looks at a service.
    Reconcile { service: usize },
    /// The scheduler has waited after failures and tries again.
    Retry { service: usize },
    /// The alarms of a service deployment are looked at.
    Alarms { service: usize, deployment: usize },
    /// A service deployment that was asked to stop goes back.
    GoBack {
        service: usize,
        deployment: usize,
        cause: Cause,
    },
    /// A stage of a service deployment has lasted its time; `entry` says which one was meant.
    StageOver {
        service: usize,
        deployment: usize,
        entry: u32,
    },
    /// A stage of a service deployment has lasted too long.
    StageOverdue {
        service: usize,
        deployment: usize,
        entry: u32,
    },
    /// The time of a hook is over.
    HookExpires {
        service: usize,
        deployment: usize,
        hook: usize,
    },
    /// Somebody answers the hooks that wait, by the scenario.
    Answer { service: usize, action: HookAction },
    /// A deployment that looked finished is looked at again.
    Settle { service: usize, deployment: String },
    /// A task takes its next step.
    Task { service: usize, serial: u64, step: Step },
    /// The scaling policy of a service sets its number of tasks.
    Scaled { service: usize, to: u32 },
    /// A run of a workflow goes on.
    Run { run: usize },
    /// An image behaves differently from now on.
    Changed { repository: usize, image: usize },
}

/// A step in a task's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The network is there, the image is pulled.
    Pull,
    /// The image cannot be pulled.
    PullFailed,
    /// The containers run; the task is made known to its target group.
    Activate,
    /// The task runs; the target is registered.
    Run,
    /// The target group has made up its mind.
    Judge,
    /// ECS acts on an unhealthy target.
    Replace,
    /// The process ends by itself.
    Crash,
    /// Connections have drained.
    Drained,
    /// The containers have ended on request.
    Exited,
    /// Nothing is left of it.
    Gone,
}

/// The time-ordered queue.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    entries: BTreeMap<(Timestamp, u64), Happening>,
    made: u64,
}

impl Agenda {
    /// Puts something on the agenda.
    pub(crate) fn put(&mut self, at: Timestamp, happening: Happening) {
        self.made += 1;
        self.entries.insert((at, self.made), happening);
    }

    /// Takes the first entry that is due at this moment or was before.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<(Timestamp, Happening)> {
        let entry = self.entries.first_entry().filter(|entry| entry.key().0 <= now)?;
        let ((at, _), happening) = entry.remove_entry();
        Some((at, happening))
    }
}
