//! The team's GitHub repository: its workflows and their runs in time.
//!
//! What a run of the "Rollback" workflow does to the account stands in `workflow`; here is how a run comes to be, waits,
//! and is told. The runs of "Deploy" are the pipeline's: one for each deployment of the scenario's past.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{agenda::Happening, state::World};
use crate::drill::{
    chance::Chance,
    scenario::{self, Cut, Scenario},
    time::{after, wire, wire_option},
};

/// The one repository of a drill.
pub(crate) const REPOSITORY: &str = "peoplebooster/peoplebooster";
/// Its default branch.
pub(crate) const BRANCH: &str = "main";
/// Who deploys in the scenarios when nothing else is said; its deployments are runs of "Deploy".
const PIPELINE: &str = "ci-deploy";
/// Seconds from the start of a "Deploy" run to its deployment, and from there to its end.
const BUILDING: f64 = 110.0;
const DEPLOYING: f64 = 100.0;

/// The repository with everything that has run in it.
#[derive(Debug, Clone)]
pub(crate) struct GitHub {
    pub(crate) settings: scenario::GitHub,
    /// In order of their creation.
    pub(crate) runs: Vec<Run>,
}

/// A workflow of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workflow {
    /// The page's "Rollback".
    Rollback,
    /// The pipeline.
    Deploy,
}

impl Workflow {
    pub(crate) const ALL: [Self; 2] = [Self::Rollback, Self::Deploy];

    pub(crate) fn id(self) -> u64 {
        match self {
            Self::Rollback => 161_335_001,
            Self::Deploy => 148_020_377,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rollback => "Rollback",
            Self::Deploy => "Deploy",
        }
    }

    /// Name of its file.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Rollback => "rollback.yml",
            Self::Deploy => "deploy.yml",
        }
    }

    /// Name of its one job.
    pub(crate) fn job(self) -> &'static str {
        match self {
            Self::Rollback => "rollback",
            Self::Deploy => "deploy",
        }
    }
}

/// How something ended, in GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conclusion {
    Success,
    Failure,
    Cancelled,
    TimedOut,
    Skipped,
}

impl Conclusion {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::Skipped => "skipped",
        }
    }
}

impl From<Cut> for Conclusion {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::Failure => Self::Failure,
            Cut::Cancelled => Self::Cancelled,
            Cut::TimedOut => Self::TimedOut,
        }
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunState {
    /// For a runner.
    Queued,
    /// For a reviewer of its environment.
    Waiting,
    InProgress,
    Completed(Conclusion),
}

impl RunState {
    /// `status`.
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::InProgress => "in_progress",
            Self::Completed(_) => "completed",
        }
    }

    /// `conclusion`.
    pub(crate) fn conclusion(self) -> Option<&'static str> {
        match self {
            Self::Completed(conclusion) => Some(conclusion.name()),
            Self::Queued | Self::Waiting | Self::InProgress => None,
        }
    }
}

/// A step of a run's job.
#[derive(Debug, Clone)]
pub(crate) struct StepRun {
    pub(crate) name: &'static str,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) completed_at: Option<Timestamp>,
    pub(crate) conclusion: Option<Conclusion>,
}

/// What a run does to a service, once it has resolved the version.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    /// Index of the service.
    pub(super) service: usize,
    /// Tag of the image that a new definition is to run; `None` once it is registered, or where none is needed.
    pub(super) register: Option<String>,
    /// ARN of the definition that the service is to run.
    pub(super) definition: String,
}

/// A run of a workflow; each has one attempt and one job.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) id: u64,
    /// Counts the runs of its workflow from 1.
    pub(crate) number: u64,
    /// Id of its job.
    pub(crate) job: u64,
    pub(crate) workflow: Workflow,
    pub(crate) event: &'static str,
    pub(crate) title: String,
    pub(crate) actor: String,
    pub(crate) commit: String,
    pub(crate) inputs: BTreeMap<String, String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// When a runner took it.
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) completed_at: Option<Timestamp>,
    pub(crate) state: RunState,
    /// Empty until a runner took it.
    pub(crate) steps: Vec<StepRun>,
    /// Lines of the log.
    pub(crate) log: Vec<(Timestamp, String)>,
    pub(super) planned: Vec<Planned>,
    /// How often it has looked whether the services are stable.
    pub(super) looks: u32,
}

impl GitHub {
    /// The repository at the start of a drill, with the pipeline's runs of the past.
    pub(super) fn new(scenario: &Scenario, seed: u64, anchor: Timestamp, start: Timestamp) -> Self {
        let mut it = Self {
            settings: scenario.github.clone(),
            runs: Vec::new(),
        };
        let mut past: Vec<(Timestamp, String)> = scenario
            .services
            .iter()
            .flat_map(|service| service.deploys.iter().map(move |deploy| (service, deploy)))
            .filter(|(_, deploy)| deploy.by == PIPELINE)
            .map(|(service, deploy)| {
                let title = format!("Deploy {} to {}", service.application, service.environment);
                (deploy.at.from(anchor), title)
            })
            .filter(|(at, _)| after(*at, DEPLOYING) <= start)
            .collect();
        past.sort();
        for (at, title) in past {
            let (began, ended) = (after(at, -BUILDING), after(at, DEPLOYING));
            let run = it.create(Workflow::Deploy, title, "tanaka", Chance::new(seed), began);
            run.event = "push";
            run.state = RunState::Completed(Conclusion::Success);
            (run.started_at, run.completed_at) = (Some(after(began, 6.0)), Some(ended));
            run.updated_at = ended;
            run.steps = vec![StepRun {
                name: "Deploy",
                started_at: Some(after(began, 6.0)),
                completed_at: Some(ended),
                conclusion: Some(Conclusion::Success),
            }];
            run.log.push((ended, "Deployed.".to_owned()));
        }
        it
    }

    /// A new run that waits for a runner.
    fn create(
        &mut self,
        workflow: Workflow,
        title: String,
        actor: &str,
        chance: Chance,
        now: Timestamp,
    ) -> &mut Run {
        let index = self.runs.len();
        let nth = index as u64 + 1;
        let number = self.runs.iter().filter(|run| run.workflow == workflow).count() as u64 + 1;
        self.runs.push(Run {
            id: 18_500_000_000 + nth * 1_733,
            number,
            job: 52_300_000_000 + nth * 4_201,
            workflow,
            event: "workflow_dispatch",
            title,
            actor: actor.to_owned(),
            commit: chance.hex("commit", nth, 40),
            inputs: BTreeMap::new(),
            created_at: now,
            updated_at: now,
            started_at: None,
            completed_at: None,
            state: RunState::Queued,
            steps: Vec::new(),
            log: Vec::new(),
            planned: Vec::new(),
            looks: 0,
        });
        &mut self.runs[index]
    }
}

impl World {
    /// Somebody starts the "Rollback" workflow with these inputs; its index among the runs.
    pub(crate) fn dispatch_rollback(&mut self, inputs: BTreeMap<String, String>) -> usize {
        let (now, chance) = (self.now, self.chance);
        let actor = self.caller.rsplit('/').next().unwrap_or_default().to_owned();
        let title = match inputs.get("correlation_id") {
            Some(id) if self.github.settings.correlation_id => {
                let of = |name: &str| inputs.get(name).map(String::as_str).unwrap_or_default();
                format!(
                    "Rollback {} {} to {} [{id}]",
                    of("environment"),
                    of("service"),
                    of("version")
                )
            }
            Some(_) | None => Workflow::Rollback.name().to_owned(),
        };
        let run = self.github.create(Workflow::Rollback, title, &actor, chance, now);
        run.inputs = inputs;
        let index = self.github.runs.len() - 1;
        self.due(self.github.settings.queue_s, Happening::Run { run: index });
        index
    }

    /// The runs as the drill's truth tells them, the newest first.
    pub(super) fn runs_truth(&self) -> Vec<Value> {
        let dispatched = self.github.runs.iter().rev();
        dispatched
            .filter(|run| run.workflow == Workflow::Rollback)
            .map(|run| {
                json!({
                    "id": run.id,
                    "title": run.title,
                    "inputs": run.inputs,
                    "status": run.state.status(),
                    "conclusion": run.state.conclusion(),
                    "created_at": wire(run.created_at),
                    "completed_at": wire_option(run.completed_at),
                })
            })
            .collect()
    }
}
