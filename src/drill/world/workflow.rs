//! What a run of the "Rollback" workflow does to the account, step by step.
//!
//! It acts over no wire: a colleague's script on a machine of GitHub's, with a role of its own. It believes what
//! `aws ecs wait services-stable` says, as such scripts do; whether the service runs what was asked for is not its affair.

use serde_json::json;

use super::{
    agenda::Happening,
    github::{Conclusion, Planned, RunState, StepRun},
    model::{TaskDefinition, TaskState},
    state::World,
};
use crate::drill::scenario::WorkflowStep;

/// Who acts in the account.
const ACTOR: &str = "github-actions/rollback";
/// `aws ecs wait services-stable`: seconds between two looks, and how many there are.
const LOOK: f64 = 15.0;
const LOOKS: u32 = 40;

/// How far a step has come.
enum Progress {
    Done,
    /// Look again in so many seconds.
    Again(f64),
}

/// Seconds that a step takes before it does what it does.
fn duration(step: WorkflowStep) -> f64 {
    match step {
        WorkflowStep::SetUp => 3.0,
        WorkflowStep::Credentials | WorkflowStep::Resolve | WorkflowStep::Update => 2.0,
        WorkflowStep::Register => 3.0,
        WorkflowStep::Wait | WorkflowStep::Complete => 1.0,
    }
}

impl World {
    /// A run does what is due: a runner takes it, a reviewer decides, a step ends.
    pub(super) fn run_goes_on(&mut self, run: usize) {
        let settings = &self.github.settings;
        let it = &self.github.runs[run];
        let environment = it.inputs.get("environment").cloned().unwrap_or_default();
        match it.state {
            RunState::Queued if settings.protected.contains(&environment) => {
                let wait = settings.review.as_ref().map(|review| review.after_s);
                self.touch(run).state = RunState::Waiting;
                if let Some(wait) = wait {
                    self.due(wait, Happening::Run { run });
                }
            }
            RunState::Waiting if settings.review.as_ref().is_some_and(|review| review.rejects) => {
                self.complete(run, Conclusion::Failure);
            }
            RunState::Queued | RunState::Waiting => self.begin_job(run),
            RunState::InProgress => self.step_goes_on(run),
            RunState::Completed(_) => {}
        }
    }

    /// The run, marked as changed now.
    fn touch(&mut self, run: usize) -> &mut super::Run {
        let it = &mut self.github.runs[run];
        it.updated_at = self.now;
        it
    }

    fn say(&mut self, run: usize, line: impl Into<String>) {
        let now = self.now;
        self.touch(run).log.push((now, line.into()));
    }

    fn complete(&mut self, run: usize, conclusion: Conclusion) {
        let now = self.now;
        let it = self.touch(run);
        it.state = RunState::Completed(conclusion);
        it.completed_at = Some(now);
    }

    fn begin_job(&mut self, run: usize) {
        let now = self.now;
        let it = self.touch(run);
        it.state = RunState::InProgress;
        it.started_at = Some(now);
        it.steps = WorkflowStep::ALL
            .iter()
            .map(|step| StepRun {
                name: step.name(),
                started_at: None,
                completed_at: None,
                conclusion: None,
            })
            .collect();
        self.begin_step(run, 0);
    }

    fn begin_step(&mut self, run: usize, index: usize) {
        let Some(step) = WorkflowStep::ALL.get(index) else {
            return;
        };
        let now = self.now;
        self.touch(run).steps[index].started_at = Some(now);
        self.say(run, format!("##[group]{}", step.name()));
        self.due(duration(*step), Happening::Run { run });
    }

    fn step_goes_on(&mut self, run: usize) {
        let steps = &self.github.runs[run].steps;
        let Some(index) = steps.iter().position(|step| step.completed_at.is_none()) else {
            return;
        };
        let step = WorkflowStep::ALL[index];
        let cut = self.github.settings.fails.filter(|fails| fails.step == step);
        let outcome = match cut {
            Some(fails) => Err((Conclusion::from(fails.conclusion), refusal(step))),
            None => self
                .perform(run, step)
                .map_err(|line| (Conclusion::Failure, line)),
        };
        let now = self.now;
        match outcome {
            Ok(Progress::Again(wait)) => self.due(wait, Happening::Run { run }),
            Ok(Progress::Done) => {
                let it = &mut self.touch(run).steps[index];
                it.completed_at = Some(now);
                it.conclusion = Some(Conclusion::Success);
                self.say(run, "##[endgroup]");
                if step == WorkflowStep::Complete {
                    self.complete(run, Conclusion::Success);
                } else {
                    self.begin_step(run, index + 1);
                }
            }
            Err((conclusion, line)) => {
                self.say(run, line);
                let last = match conclusion {
                    Conclusion::Success | Conclusion::Failure | Conclusion::Skipped => {
                        "##[error]Process completed with exit code 254."
                    }
                    Conclusion::Cancelled => "##[error]The operation was canceled.",
                    Conclusion::TimedOut => {
                        "##[error]The job running on runner GitHub Actions 7 has exceeded the maximum execution time."
                    }
                };
                self.say(run, last);
                for (number, it) in self.touch(run).steps.iter_mut().enumerate().skip(index) {
                    it.started_at.get_or_insert(now);
                    it.completed_at = Some(now);
                    it.conclusion = Some(if number == index {
                        conclusion
                    } else if WorkflowStep::ALL[number] == WorkflowStep::Complete {
                        Conclusion::Success
                    } else {
                        Conclusion::Skipped
                    });
                }
                self.complete(run, conclusion);
            }
        }
    }

    /// Does what a step does. An error is the last but one line of the log.
    fn perform(&mut self, run: usize, step: WorkflowStep) -> Result<Progress, String> {
        match step {
            WorkflowStep::SetUp => self.say(run, "Current runner version: '2.333.0'"),
            WorkflowStep::Credentials => {
                let who = self.session_arn(ACTOR);
                self.say(run, format!("Authenticated as {who}"));
            }
            WorkflowStep::Resolve => {
                let planned = self.resolve_version(run)?;
                for it in &planned {
                    let name = self.services[it.service].name.clone();
                    let what = match &it.register {
                        Some(tag) => format!("image tag {tag}"),
                        None => it.definition.clone(),
                    };
                    self.say(run, format!("{name}: {what}"));
                }
                self.touch(run).planned = planned;
            }
            WorkflowStep::Register => {
                for index in 0..self.github.runs[run].planned.len() {
                    let planned = self.github.runs[run].planned[index].clone();
                    let Some(tag) = planned.register else {
                        self.say(run, "An earlier revision is used; nothing is registered.");
                        continue;
                    };
                    let arn = self.register_copy(planned.service, &planned.definition, &tag)?;
                    self.say(run, format!("Registered {arn}"));
                    let it = &mut self.github.runs[run].planned[index];
                    (it.register, it.definition) = (None, arn);
                }
            }
            WorkflowStep::Update => {
                for planned in self.github.runs[run].planned.clone() {
                    // The workflow has the same call as everybody, and ECS refuses it where another controller deploys.
                    let refusal = self.services[planned.service].controller.refuses_definition();
                    if let Some(refusal) = refusal {
                        return Err(format!(
                            "An error occurred (InvalidParameterException) when calling the UpdateService operation: {refusal}"
                        ));
                    }
                    self.begin_deployment(planned.service, &planned.definition, ACTOR);
                    let name = self.services[planned.service].name.clone();
                    self.say(run, format!("{name}: deploying {}", planned.definition));
                }
            }
            WorkflowStep::Wait => return self.look_for_stability(run),
            WorkflowStep::Complete => self.say(run, "Cleaning up orphan processes"),
        }
        Ok(Progress::Done)
    }

    /// What the inputs mean for each service: an image by its tag, or the Nth revision before the one that runs
    /// (`latest-1`), ever served or not.
    fn resolve_version(&self, run: usize) -> Result<Vec<Planned>, String> {
        let inputs = &self.github.runs[run].inputs;
        let of = |name: &str| inputs.get(name).map(String::as_str).unwrap_or_default();
        let (environment, version) = (of("environment"), of("version"));
        let applications = match of("service") {
            "both" => vec!["backend", "frontend"],
            one => vec![one],
        };
        let mut planned = Vec::new();
        for application in applications {
            let service = self
                .service_of(environment, application)
                .ok_or_else(|| format!("There is no service {application} in {environment}."))?;
            let it = &self.services[service];
            let current = it
                .deployments
                .first()
                .map(|primary| &it.revisions[primary.revision])
                .ok_or_else(|| format!("{} was never deployed.", it.name))?;
            let planned_here = match version.strip_prefix("latest-").map(str::parse::<usize>) {
                Some(Ok(back)) if back > 0 => {
                    let family = self.families.get(&current.family);
                    let mut earlier = family.into_iter().flatten().rev().filter(|definition| {
                        definition.revision < current.number
                            && definition.registered_at <= self.now
                            && definition.active(self.now)
                    });
                    let definition = earlier
                        .nth(back - 1)
                        .ok_or_else(|| format!("{} has no revision {version}.", it.name))?;
                    Planned {
                        service,
                        register: None,
                        definition: definition.arn.clone(),
                    }
                }
                Some(_) | None => {
                    let repository = self.repositories.iter().position(|known| known.name == it.name);
                    repository
                        .and_then(|repository| self.tag_holder(repository, version))
                        .ok_or_else(|| {
                            format!(
                                "An error occurred (ImageNotFoundException) when calling the DescribeImages operation: {}:{version}",
                                it.name
                            )
                        })?;
                    Planned {
                        service,
                        register: Some(version.to_owned()),
                        definition: current.task_definition.clone(),
                    }
                }
            };
            planned.push(planned_here);
        }
        Ok(planned)
    }

    /// Registers a definition again with another tag of the service's own repository; its ARN.
    fn register_copy(&mut self, service: usize, definition: &str, tag: &str) -> Result<String, String> {
        let name = self.services[service].name.clone();
        let repository = self.repositories.iter().find(|it| it.name == name);
        let uri = repository.map(|it| it.uri.clone()).unwrap_or_default();
        let old = self.task_definition(definition).cloned();
        let old = old.ok_or_else(|| format!("There is no task definition {definition}."))?;
        let mut body = old.body;
        let containers = body["containerDefinitions"].as_array_mut().into_iter().flatten();
        for container in containers {
            let ours = container["image"]
                .as_str()
                .is_some_and(|image| image.starts_with(&uri));
            if ours {
                container["image"] = json!(format!("{uri}:{tag}"));
            }
        }
        let (now, who) = (self.now, self.session_arn(ACTOR));
        let family = self.families.entry(old.family.clone()).or_default();
        let revision = family.last().map_or(1, |last| last.revision + 1);
        let arn = old
            .arn
            .rsplit_once(':')
            .map_or_else(String::new, |(front, _)| format!("{front}:{revision}"));
        family.push(TaskDefinition {
            arn: arn.clone(),
            family: old.family,
            revision,
            registered_at: now,
            registered_by: who,
            deregistered_at: None,
            body,
            tags: json!([{ "key": "app", "value": "peoplebooster" }, { "key": "version", "value": tag }]),
        });
        Ok(arn)
    }

    /// One look of `aws ecs wait services-stable`: one deployment, and as many tasks running as are wanted.
    fn look_for_stability(&mut self, run: usize) -> Result<Progress, String> {
        let stable = self.github.runs[run].planned.iter().all(|planned| {
            let it = &self.services[planned.service];
            let running = it.tasks.iter().filter(|task| task.state == TaskState::Running);
            it.deployments.len() == 1 && running.count() == it.desired as usize
        });
        let it = self.touch(run);
        it.looks += 1;
        match (stable, it.looks >= LOOKS) {
            (true, _) => Ok(Progress::Done),
            (false, false) => Ok(Progress::Again(LOOK)),
            (false, true) => Err("Waiter ServicesStable failed: Max attempts exceeded".to_owned()),
        }
    }
}

/// What the log says where the scenario ends a step.
fn refusal(step: WorkflowStep) -> String {
    match step {
        WorkflowStep::Credentials => {
            "Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity"
                .to_owned()
        }
        WorkflowStep::Register => denied("RegisterTaskDefinition"),
        WorkflowStep::Update => denied("UpdateService"),
        WorkflowStep::Wait => "Waiter ServicesStable failed: Max attempts exceeded".to_owned(),
        WorkflowStep::SetUp | WorkflowStep::Resolve | WorkflowStep::Complete => {
            format!("{} failed", step.name())
        }
    }
}

fn denied(operation: &str) -> String {
    format!(
        "An error occurred (AccessDeniedException) when calling the {operation} operation: User: {ACTOR} is not authorized to perform: ecs:{operation} because no identity-based policy allows the ecs:{operation} action"
    )
}
