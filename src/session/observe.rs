//! Taking in what was observed, and what follows from it at once: criteria, candidates, verdict.

use jiff::Timestamp;

use crate::domain::{Fault, ServiceKey};
use crate::rollback::{self, Evidence, TargetInputs};
use crate::runbook::Service;

use super::{Observation, ServiceView, Session, Subject};

/// How many answers of a health address are kept.
const HEALTH_ANSWERS: usize = 64;

/// Takes one result in. Returns whether it changed anything; a late answer of an older request does not.
pub(super) fn take(
    session: &mut Session,
    subject: Subject,
    generation: u64,
    result: Result<Observation, Fault>,
    at: Timestamp,
    now: Timestamp,
) -> bool {
    let newest = session.generations.entry(subject.clone()).or_default();
    if generation < *newest {
        return false;
    }
    *newest = generation;
    match result {
        Ok(observation) => take_value(session, &subject, observation, at),
        Err(fault) => take_fault(session, &subject, &fault, at),
    }
    derive_candidates(session, &subject);
    derive_criteria(session, now);
    true
}

fn take_value(session: &mut Session, subject: &Subject, observation: Observation, at: Timestamp) {
    match observation {
        Observation::Identity(identity) => session.identity.take(Ok(identity), at),
        Observation::Services(states) => {
            for (key, state) in states {
                if let Some(view) = session.view_mut(&key) {
                    view.state.take(state, at);
                }
            }
        }
        Observation::Metrics(series) => {
            for (key, series) in series {
                if let Some(view) = session.view_mut(&key) {
                    view.series.take(series, at);
                }
            }
        }
        Observation::Alarms(alarms) => session.alarms.take(Ok(alarms), at),
        Observation::Company(company) => session.company.take(Ok(company), at),
        Observation::History(history) => {
            with_view(session, subject, |view| view.history.take(Ok(history), at));
        }
        Observation::Definitions(list) => {
            with_view(session, subject, |view| view.definitions.take(Ok(list), at));
        }
        Observation::Images(images) => with_view(session, subject, |view| view.images.take(Ok(images), at)),
        Observation::Targets(targets) => {
            with_view(session, subject, |view| view.targets.take(Ok(targets), at));
        }
        Observation::Tasks(tasks, stopped) => with_view(session, subject, |view| {
            view.tasks.take(Ok(tasks), at);
            if let Some(stopped) = stopped {
                view.stopped = stopped;
            }
        }),
        Observation::Health(reading) => with_view(session, subject, |view| {
            keep_answer(view, Ok(reading.clone()), at);
            view.health.take(Ok(reading), at);
        }),
        Observation::Logs(batch) => with_view(session, subject, |view| {
            view.logs.fold(at, |window| window.take(batch, at));
        }),
        Observation::Database(database) => session.database.take(Ok(*database), at),
        Observation::Migrations(migrations) => session.migrations.take(Ok(migrations), at),
        Observation::Workflow(workflow) => session.workflow.take(Ok(workflow), at),
        Observation::Run(run) => session.run.take(Ok(run), at),
        Observation::Permissions(permissions) => session.permissions.take(Ok(permissions), at),
        Observation::Scaling(scaling) => {
            with_view(session, subject, |view| view.scaling.take(Ok(scaling), at));
        }
        Observation::References(references) => {
            with_view(session, subject, |view| view.references.take(Ok(references), at));
        }
        Observation::Shelf(shelf) => with_view(session, subject, |view| view.shelf.take(Ok(shelf), at)),
    }
}

fn take_fault(session: &mut Session, subject: &Subject, fault: &Fault, at: Timestamp) {
    match subject {
        Subject::Identity => session.identity.take(Err(fault.clone()), at),
        Subject::Services => {
            for view in &mut session.services {
                view.state.take(Err(fault.clone()), at);
            }
        }
        Subject::Metrics => {
            for view in &mut session.services {
                view.series.take(Err(fault.clone()), at);
            }
        }
        Subject::Alarms => session.alarms.take(Err(fault.clone()), at),
        Subject::Company => session.company.take(Err(fault.clone()), at),
        Subject::History(_) => with_view(session, subject, |view| view.history.take(Err(fault.clone()), at)),
        Subject::Definitions(_) => with_view(session, subject, |view| {
            view.definitions.take(Err(fault.clone()), at);
        }),
        Subject::Images(_) => with_view(session, subject, |view| view.images.take(Err(fault.clone()), at)),
        Subject::Targets(_) => with_view(session, subject, |view| view.targets.take(Err(fault.clone()), at)),
        Subject::Tasks(_) => with_view(session, subject, |view| view.tasks.take(Err(fault.clone()), at)),
        Subject::Health(_) => with_view(session, subject, |view| {
            keep_answer(view, Err(fault.clone()), at);
            view.health.take(Err(fault.clone()), at);
        }),
        Subject::Logs(_) => with_view(session, subject, |view| view.logs.take(Err(fault.clone()), at)),
        Subject::Database => session.database.take(Err(fault.clone()), at),
        Subject::Migrations => session.migrations.take(Err(fault.clone()), at),
        Subject::Workflow => session.workflow.take(Err(fault.clone()), at),
        Subject::Run => session.run.take(Err(fault.clone()), at),
        Subject::Permissions => session.permissions.take(Err(fault.clone()), at),
        Subject::Scaling(_) => with_view(session, subject, |view| view.scaling.take(Err(fault.clone()), at)),
        Subject::References(_) => with_view(session, subject, |view| {
            view.references.take(Err(fault.clone()), at);
        }),
        Subject::Shelf(_) => with_view(session, subject, |view| view.shelf.take(Err(fault.clone()), at)),
    }
}

fn keep_answer(view: &mut ServiceView, answer: Result<crate::domain::HealthReading, Fault>, at: Timestamp) {
    if view.health_answers.len() >= HEALTH_ANSWERS {
        view.health_answers.drain(..1);
    }
    view.health_answers.push((answer, at));
}

impl Subject {
    /// The service that it is about, if it is about one.
    #[must_use]
    pub fn service(&self) -> Option<&ServiceKey> {
        match self {
            Self::Identity
            | Self::Services
            | Self::Metrics
            | Self::Alarms
            | Self::Company
            | Self::Database
            | Self::Migrations
            | Self::Workflow
            | Self::Run
            | Self::Permissions => None,
            Self::History(key)
            | Self::Definitions(key)
            | Self::Images(key)
            | Self::Targets(key)
            | Self::Tasks(key)
            | Self::Health(key)
            | Self::Logs(key)
            | Self::Scaling(key)
            | Self::References(key)
            | Self::Shelf(key) => Some(key),
        }
    }
}

fn with_view(session: &mut Session, subject: &Subject, change: impl FnOnce(&mut ServiceView)) {
    if let Some(view) = subject.service().cloned().and_then(|key| session.view_mut(&key)) {
        change(view);
    }
}

/// What the choice of a target looks at.
pub(super) fn target_inputs<'a>(
    session: &'a Session,
    service: &'a Service,
    view: &'a ServiceView,
) -> TargetInputs<'a> {
    TargetInputs {
        repository: &service.repository,
        state: &view.state,
        history: &view.history,
        definitions: &view.definitions,
        images: &view.images,
        tasks: &view.tasks,
        series: &view.series,
        soak: std::time::Duration::from_secs(u64::from(session.setup.runbook.timing.soak_minutes) * 60),
    }
}

fn derive_candidates(session: &mut Session, subject: &Subject) {
    let keys: Vec<ServiceKey> = match subject {
        Subject::Identity
        | Subject::Alarms
        | Subject::Company
        | Subject::Health(_)
        | Subject::Targets(_)
        | Subject::Logs(_)
        | Subject::Database
        | Subject::Migrations
        | Subject::Workflow
        | Subject::Run
        | Subject::Permissions
        | Subject::Scaling(_)
        | Subject::References(_)
        | Subject::Shelf(_) => Vec::new(),
        Subject::Services | Subject::Metrics => {
            session.services.iter().map(|view| view.key.clone()).collect()
        }
        Subject::History(key) | Subject::Definitions(key) | Subject::Images(key) | Subject::Tasks(key) => {
            vec![key.clone()]
        }
    };
    for key in keys {
        let candidates = match (session.setup.runbook.service(&key), session.view(&key)) {
            (Some(service), Some(view)) => rollback::candidates(&target_inputs(session, service, view)),
            (None, _) | (_, None) => Vec::new(),
        };
        if let Some(view) = session.view_mut(&key) {
            view.candidates = candidates;
        }
    }
}

/// Folds the criteria of every service anew and the verdict over them.
pub(super) fn derive_criteria(session: &mut Session, now: Timestamp) {
    let runbook = session.setup.runbook.clone();
    for view in &mut session.services {
        let evidence = Evidence {
            service: &view.key,
            state: &view.state,
            series: &view.series,
            targets: &view.targets,
            shelf: &view.shelf,
            running: view
                .candidates
                .iter()
                .find(|candidate| matches!(candidate.served, rollback::Served::Now { .. }))
                .and_then(|candidate| candidate.digest.as_ref()),
        };
        view.criteria = rollback::assess(&runbook, &evidence, &session.declarations, now);
    }
    session.verdict = rollback::verdict(session.services.iter().flat_map(|view| &view.criteria));
}
