//! GitHub's JSON, and the nouns that it becomes. Fields that are not used are not read.

use jiff::Timestamp;
use serde::Deserialize;

use crate::domain::{Clean, RunId, RunJob, RunState, RunStep, WorkflowRun};

/// What a refusal says.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Refusal {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: serde_json::Value,
}

impl Refusal {
    /// GitHub's words, with those of its list of errors.
    pub(super) fn words(&self) -> String {
        let mut words = self.message.clone();
        for error in self.errors.as_array().into_iter().flatten() {
            let more = error
                .as_str()
                .or_else(|| error.get("message").and_then(serde_json::Value::as_str));
            if let Some(more) = more {
                words.push_str(": ");
                words.push_str(more);
            }
        }
        words.chars().take(400).collect()
    }
}

#[derive(Deserialize)]
pub(super) struct Repository {
    pub(super) default_branch: String,
}

#[derive(Deserialize)]
pub(super) struct Workflows {
    pub(super) workflows: Vec<WorkflowAnswer>,
}

#[derive(Deserialize)]
pub(super) struct WorkflowAnswer {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) path: String,
    pub(super) state: String,
}

/// The answer to a dispatch that was asked for details (GitHub changelog, 2026-02-19).
#[derive(Deserialize)]
pub(super) struct Dispatched {
    pub(super) workflow_run_id: u64,
}

#[derive(Deserialize)]
pub(super) struct Runs {
    pub(super) workflow_runs: Vec<RunAnswer>,
}

#[derive(Deserialize)]
pub(super) struct RunAnswer {
    id: u64,
    #[serde(default)]
    display_title: Option<String>,
    #[serde(default)]
    name: Option<String>,
    status: Option<String>,
    conclusion: Option<String>,
    created_at: Option<Timestamp>,
    #[serde(default)]
    html_url: String,
}

impl RunAnswer {
    /// The run, without its jobs.
    pub(super) fn into_run(self) -> WorkflowRun {
        let title = self.display_title.or(self.name).unwrap_or_default();
        WorkflowRun {
            id: RunId(self.id),
            title: Clean::new(&title),
            state: state(self.status.as_deref(), self.conclusion.as_deref()),
            created_at: self.created_at,
            page: Clean::new(&self.html_url),
            jobs: Vec::new(),
            waits_for: Vec::new(),
            failed_tail: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Jobs {
    pub(super) total_count: usize,
    pub(super) jobs: Vec<JobAnswer>,
}

#[derive(Deserialize)]
pub(super) struct JobAnswer {
    pub(super) id: u64,
    name: String,
    status: Option<String>,
    conclusion: Option<String>,
    #[serde(default)]
    steps: Vec<StepAnswer>,
}

#[derive(Deserialize)]
pub(super) struct StepAnswer {
    name: String,
    status: Option<String>,
    conclusion: Option<String>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) completed_at: Option<Timestamp>,
}

impl StepAnswer {
    fn state(&self) -> RunState {
        state(self.status.as_deref(), self.conclusion.as_deref())
    }
}

impl JobAnswer {
    pub(super) fn state(&self) -> RunState {
        state(self.status.as_deref(), self.conclusion.as_deref())
    }

    /// The step that failed; the ones after it are skipped.
    pub(super) fn failed_step(&self) -> Option<&StepAnswer> {
        self.steps.iter().find(|step| failed(&step.state()))
    }

    pub(super) fn to_job(&self) -> RunJob {
        RunJob {
            name: Clean::new(&self.name),
            state: self.state(),
            steps: self
                .steps
                .iter()
                .map(|step| RunStep {
                    name: Clean::new(&step.name),
                    state: step.state(),
                })
                .collect(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct PendingDeployment {
    pub(super) environment: PendingEnvironment,
}

#[derive(Deserialize)]
pub(super) struct PendingEnvironment {
    pub(super) name: String,
}

/// Whether this ended badly and has a log that says why.
pub(super) fn failed(state: &RunState) -> bool {
    match state {
        RunState::Ended(how) => matches!(how.as_str(), "failure" | "timed_out" | "startup_failure"),
        RunState::Queued
        | RunState::Waiting
        | RunState::InProgress
        | RunState::Success
        | RunState::Other(_) => false,
    }
}

/// `status` and `conclusion` as one state. `pending` waits for another run of its concurrency group, `waiting` for a person.
fn state(status: Option<&str>, conclusion: Option<&str>) -> RunState {
    match (status, conclusion) {
        (Some("queued" | "requested"), _) => RunState::Queued,
        (Some("waiting" | "pending"), _) => RunState::Waiting,
        (Some("in_progress"), _) => RunState::InProgress,
        (Some("completed") | None, Some("success")) => RunState::Success,
        (Some("completed") | None, Some(other)) => RunState::Ended(Clean::new(other)),
        (Some(other), _) => RunState::Other(Clean::new(other)),
        (None, None) => RunState::Other(Clean::new("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_by_status_first() {
        let ended = |how: &str| RunState::Ended(Clean::new(how));
        for (status, conclusion, expected) in [
            ("queued", None, RunState::Queued),
            ("requested", None, RunState::Queued),
            ("waiting", None, RunState::Waiting),
            ("pending", None, RunState::Waiting),
            ("in_progress", None, RunState::InProgress),
            ("completed", Some("success"), RunState::Success),
            ("completed", Some("failure"), ended("failure")),
            ("completed", Some("cancelled"), ended("cancelled")),
            ("completed", Some("action_required"), ended("action_required")),
            ("completed", None, RunState::Other(Clean::new("completed"))),
            ("dreaming", None, RunState::Other(Clean::new("dreaming"))),
        ] {
            assert_eq!(
                state(Some(status), conclusion),
                expected,
                "{status} {conclusion:?}"
            );
        }
    }

    #[test]
    fn a_refusal_says_all_that_github_says() {
        let of = |text: &str| serde_json::from_str::<Refusal>(text).unwrap_or_default().words();
        assert_eq!(of(r#"{"message":"No ref found for: x"}"#), "No ref found for: x");
        assert_eq!(
            of(r#"{"message":"Bad","errors":["one",{"message":"two"},3]}"#),
            "Bad: one: two"
        );
        assert_eq!(of("<html>"), "");
    }
}
