//! Where each service of a rollback stands: what was expected of it, what is seen, and what a person can do where the
//! services stand between two versions.

use serde_json::{Value, json};

use crate::cli::shell::quoted;
use crate::cli::{facts, output::table};
use crate::domain::{Phrase, ServiceKey, WorkflowRun};
use crate::incident::{ActState, Incident, Stage, record};
use crate::rollback::{Call, EndingKind, Method, Outcome, Point, Step};
use crate::session::Session;
use crate::words::Words;

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    NotBegun,
    UnderWay,
    Ended(Outcome),
}

impl Standing {
    fn of(incident: &Incident, place: usize) -> Self {
        if let Some((ending, _)) = incident.step_endings.get(&place) {
            return Self::Ended(ending.outcome);
        }
        let at_hand = match incident.stage {
            Stage::Act { step, call, state } => step == place && (call > 0 || state != ActState::Ready),
            Stage::Assess
            | Stage::Scope
            | Stage::Target
            | Stage::Check
            | Stage::Approve
            | Stage::Verify
            | Stage::Report
            | Stage::Done
            | Stage::Abandoned => false,
        };
        if at_hand { Self::UnderWay } else { Self::NotBegun }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::NotBegun => "not-begun",
            Self::UnderWay => "under-way",
            Self::Ended(_) => "ended",
        }
    }

    fn phrase(self) -> Phrase {
        match self {
            Self::NotBegun => Phrase::new("cli-standing-not-begun"),
            Self::UnderWay => Phrase::new("cli-standing-under-way"),
            Self::Ended(outcome) => record::outcome(outcome),
        }
    }
}

/// Each service with what was expected of it and what is seen of it now, as JSON.
pub(super) fn services(session: &Session, incident: &Incident, words: &Words) -> Vec<Value> {
    let steps = incident.plan.iter().flat_map(|plan| &plan.steps).enumerate();
    steps
        .map(|(place, step)| {
            let standing = Standing::of(incident, place);
            let ending = incident.step_endings.get(&place).map(|(ending, _)| ending);
            let is_done = |call: usize| incident.receipts.contains_key(&(place, call));
            let names = |done: bool| -> Vec<&str> {
                let calls = step.calls.iter().enumerate();
                calls
                    .filter(|(call, _)| is_done(*call) == done)
                    .map(|(_, call)| call.api.name())
                    .collect()
            };
            json!({
                "service": step.service,
                "method": step.method,
                "expected": facts::point(&expected(incident, place, step)),
                "observed": observed(session, step).map(|seen| facts::point(&seen)),
                "state": standing.as_str(),
                "outcome": ending.map(|ending| ending.outcome),
                "kind": ending.and_then(|ending| ending.kind).map(EndingKind::as_str),
                "why": ending.map(|ending| words.say(&ending.why)),
                "calls_done": names(true),
                "calls_left": names(false),
            })
        })
        .collect()
}

/// Expected and observed side by side, where there are several services.
pub(super) fn lines(session: &Session, incident: &Incident, words: &Words) -> Vec<String> {
    let Some(plan) = incident.plan.as_ref().filter(|plan| plan.steps.len() > 1) else {
        return Vec::new();
    };
    let mut rows = vec![
        [
            "cli-column-service",
            "cli-column-expected",
            "cli-column-observed",
            "cli-column-standing",
        ]
        .map(|id| words.get(id))
        .to_vec(),
    ];
    for (place, step) in plan.steps.iter().enumerate() {
        rows.push(vec![
            step.service.to_string(),
            facts::shown_point(&expected(incident, place, step)),
            observed(session, step).map_or_else(|| words.get("not-known"), |seen| facts::shown_point(&seen)),
            words.say(&Standing::of(incident, place).phrase()),
        ]);
    }
    table(&rows).into_iter().map(|line| format!("  {line}")).collect()
}

/// Where the plan goes, with the revision that was registered meanwhile.
fn expected(incident: &Incident, place: usize, step: &Step) -> Point {
    let (made, settled) = incident.made_before(place, step.calls.len());
    Point {
        revision: step
            .to
            .revision
            .clone()
            .or(made.definition)
            .or(settled.definition),
        ..step.to.clone()
    }
}

/// What the service is set to now.
fn observed(session: &Session, step: &Step) -> Option<Point> {
    let view = session.view(&step.service)?;
    let state = view.state.value()?;
    let known = facts::current(view, state);
    Some(Point {
        revision: Some(state.task_definition.clone()),
        image: known.and_then(|known| known.image.clone()),
        version: known.and_then(|known| known.version.clone()),
        digest: known.and_then(|known| known.digest.clone()),
    })
}

/// The run that the rollback started, as last seen by this process.
pub(super) fn run<'s>(session: &'s Session, incident: &Incident) -> Option<&'s WorkflowRun> {
    let run = session.run.value()?;
    let is_ours = |run_of: &crate::domain::RunId| *run_of == run.id;
    let ours = incident
        .receipts
        .values()
        .any(|(receipt, _)| receipt.run.as_ref().is_some_and(is_ours));
    ours.then_some(run)
}

/// The page and the last log lines of a run that failed.
pub(super) fn failed_run(session: &Session, incident: &Incident) -> Vec<String> {
    let Some(run) = run(session, incident).filter(|run| !run.failed_tail.is_empty()) else {
        return Vec::new();
    };
    let tail = run.failed_tail.iter().map(|line| format!("  | {line}"));
    std::iter::once(run.page.to_string()).chain(tail).collect()
}

/// A call that a person is asked about.
#[derive(Clone, Copy, Debug)]
pub(super) struct NextCall<'a> {
    place: (usize, usize),
    step: &'a Step,
    call: &'a Call,
}

impl NextCall<'_> {
    pub(super) fn object(&self) -> Value {
        json!({
            "call": label(self.place),
            "service": self.step.service,
            "api": self.call.api.name(),
            "command": self.call.command,
        })
    }
}

/// A call's place as it is tagged and shown: `1.2` is the second call of the first step.
pub(super) fn label((step, call): (usize, usize)) -> String {
    format!("{}.{}", step + 1, call + 1)
}

/// The call that would be sent next, while the rollback stands between two calls.
pub(super) fn next_call(incident: &Incident) -> Option<NextCall<'_>> {
    let Stage::Act {
        step: at_step,
        call: at_call,
        state: ActState::Ready,
    } = incident.stage
    else {
        return None;
    };
    let step = incident.plan.as_ref()?.steps.get(at_step)?;
    Some(NextCall {
        place: (at_step, at_call),
        call: step.calls.get(at_call)?,
        step,
    })
}

/// What is done and what comes next, a line each, for the question whether to go on.
pub(super) fn between_calls(incident: &Incident, words: &Words) -> Vec<String> {
    let steps = incident.plan.iter().flat_map(|plan| &plan.steps).enumerate();
    let mut lines = Vec::new();
    for (place, step) in steps {
        for (at_call, call) in step.calls.iter().enumerate() {
            if incident.receipts.contains_key(&(place, at_call)) {
                let done = Phrase::new("cli-call-done")
                    .text("place", label((place, at_call)))
                    .text("service", &step.service)
                    .text("api", call.api.name());
                lines.push(format!("  {}", words.say(&done)));
            }
        }
    }
    if let Some(next) = next_call(incident) {
        let sentence = Phrase::new("cli-call-next")
            .text("place", label(next.place))
            .text("service", &next.step.service)
            .text("api", next.call.api.name());
        lines.push(format!("  {}", words.say(&sentence)));
        lines.push(format!("       {}", next.call.command));
    }
    lines
}

/// What a person can do where services stand between two versions.
#[derive(Clone, Debug)]
pub(super) enum Choice {
    /// The ones that did not get there, once more.
    Again(Command),
    /// Those that did, back to where they were.
    Back(Command),
    /// Nothing.
    Keep,
}

/// A plan that a person can ask for.
#[derive(Clone, Debug)]
pub(super) struct Command {
    environment: String,
    services: Vec<ServiceKey>,
    target: String,
    method: Option<Method>,
}

impl Command {
    fn text(&self) -> String {
        let services: Vec<_> = self.services.iter().map(ServiceKey::as_str).collect();
        let method = self.method.map(|method| format!(" --method {method}"));
        format!(
            "modosu plan -e {} --service {} --to {}{}",
            quoted(&self.environment),
            quoted(&services.join(",")),
            quoted(&self.target),
            method.unwrap_or_default()
        )
    }
}

impl Choice {
    /// The choice with its command, as a sentence.
    pub(super) fn sentence(&self) -> Phrase {
        let with = |id, command: &Command| {
            let services: Vec<_> = command.services.iter().map(ServiceKey::as_str).collect();
            Phrase::new(id)
                .text("services", services.join(", "))
                .text("command", command.text())
        };
        match self {
            Self::Again(command) => with("cli-choice-again", command),
            Self::Back(command) => with("cli-choice-back", command),
            Self::Keep => Phrase::new("cli-choice-keep"),
        }
    }

    /// The command, where there is one.
    pub(super) fn command(&self) -> Option<String> {
        match self {
            Self::Again(command) | Self::Back(command) => Some(command.text()),
            Self::Keep => None,
        }
    }
}

/// The choices where the rollback ended half-way; none where all services ended alike.
pub(super) fn choices(incident: &Incident) -> Vec<Choice> {
    let done = incident.half_way();
    let Some(plan) = incident.plan.as_ref().filter(|_| !done.is_empty()) else {
        return Vec::new();
    };
    let environment = || incident.environment.to_string();
    let left: Vec<ServiceKey> = plan
        .steps
        .iter()
        .filter(|step| !done.iter().any(|done| done.service == step.service))
        .map(|step| step.service.clone())
        .collect();
    let moved_database = done.iter().any(|step| step.database.is_some());
    let mut choices = vec![Choice::Again(Command {
        environment: environment(),
        services: left,
        // What connects to the new database only starts again; the database itself is there already.
        target: match (&incident.target, moved_database) {
            (Some(target), false) => target.to_string(),
            (Some(_) | None, _) => "last-good".to_owned(),
        },
        method: if moved_database {
            Some(Method::Redeploy)
        } else {
            incident.method
        },
    })];
    if moved_database {
        choices.push(Choice::Back(Command {
            environment: environment(),
            services: plan.steps.iter().map(|step| step.service.clone()).collect(),
            target: "old-database".to_owned(),
            method: None,
        }));
    } else {
        choices.extend(done.iter().filter_map(|step| {
            let revision = step.from.revision.as_ref()?;
            Some(Choice::Back(Command {
                environment: environment(),
                services: vec![step.service.clone()],
                target: format!(":{}", revision.revision()),
                method: None,
            }))
        }));
    }
    choices.push(Choice::Keep);
    choices
}
