//! A run of a team's workflow on GitHub Actions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Clean;

/// The number that GitHub gives a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u64);

impl std::fmt::Display for RunId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a run, a job or a step stands (GitHub REST API, workflow runs: `status` and `conclusion`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It waits for a runner.
    Queued,
    /// It waits for a person's approval or for another run.
    Waiting,
    /// It runs.
    InProgress,
    /// It ended well.
    Success,
    /// It ended otherwise; GitHub's word: `failure`, `cancelled`, `timed_out`, `startup_failure` and the like.
    Ended(Clean),
    /// A value that this version does not know.
    Other(Clean),
}

/// A step of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunStep {
    /// Its name.
    pub name: Clean,
    /// Where it stands; a step that was passed over is `Ended(skipped)`.
    pub state: RunState,
}

/// A job of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunJob {
    /// Its name.
    pub name: Clean,
    /// Where it stands.
    pub state: RunState,
    /// Its steps, in order.
    pub steps: Vec<RunStep>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowRun {
    /// Its number.
    pub id: RunId,
    /// Its title, in which a workflow may echo what it was given.
    pub title: Clean,
    /// Where it stands.
    pub state: RunState,
    /// When it was asked for.
    pub created_at: Option<Timestamp>,
    /// Its page, for people.
    pub page: Clean,
    /// Its jobs, in order.
    pub jobs: Vec<RunJob>,
    /// Environments whose approval it waits for.
    pub waits_for: Vec<Clean>,
    /// The last lines of the log of the step that failed.
    pub failed_tail: Vec<Clean>,
}

/// Whether a team's workflow can be asked at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// GitHub's number of it.
    pub id: u64,
    /// Its name.
    pub name: Clean,
    /// Its file in the repository.
    pub path: Clean,
    /// Whether it is switched on.
    pub active: bool,
    /// The branch that it is started on.
    pub branch: Clean,
}
