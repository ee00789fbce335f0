//! What a person does. Every refusal says why.

use jiff::Timestamp;

use crate::domain::{Clean, CriterionId, Mode, Operator, Phrase, PlanHash, ServiceKey, TargetSpec};
use crate::incident::{ActState, Event, Stage};
use crate::rollback::{
    CheckResult, CheckState, Declaration, Ending, EndingKind, Method, Outcome, Override, PlanVerdict,
    PreflightCheck,
};

use super::update::record;
use super::walk;
use super::{Effect, Effects, JournalState, OperatorMsg, Session, Subject, observe};

pub(super) fn operator(session: &mut Session, msg: OperatorMsg, now: Timestamp) -> Effects {
    if let (JournalState::Failed(fault), true) = (&session.journal, session.incident.is_some()) {
        // Every decision of an incident is an event; without a journal none can be made, and that is said each time.
        let text = Phrase::new("notice-journal-failed").text("detail", fault);
        session.refuse(text, now);
    }
    match msg {
        OperatorMsg::Refresh(service) => Effects::one(Effect::Observe(subjects(session, service.as_ref()))),
        OperatorMsg::WatchLogs(service) => {
            session.logs_of = service.filter(|key| session.view(key).is_some());
            Effects::none()
        }
        OperatorMsg::Declare {
            criterion,
            service,
            note,
        } => declare(session, criterion, service, note, now),
        OperatorMsg::Withdraw { criterion, service } => withdraw(session, criterion, service, now),
        OperatorMsg::Note(text) => {
            if session.incident.is_none() {
                session.refuse(Phrase::new("notice-no-incident"), now);
                return Effects::none();
            }
            let by = session.setup.operator.clone();
            record(session, Event::Noted { text, by })
        }
        OperatorMsg::Prepare(services) => {
            session.preparing = (!services.is_empty()).then_some(services);
            session.overrides.clear();
            Effects::none()
        }
        OperatorMsg::StartRollback { services } => start(session, &services, now),
        OperatorMsg::Scope(services) => scope(session, &services, now),
        OperatorMsg::UseDefinition(definition) => {
            session.own_definition = definition.map(|definition| *definition);
            Effects::none()
        }
        OperatorMsg::Override {
            check,
            service,
            reason,
            by,
        } => override_check(session, check, service, reason, by, now),
        OperatorMsg::Attach { title, text } => {
            if session.incident.is_none() {
                session.refuse(Phrase::new("notice-no-incident"), now);
                return Effects::none();
            }
            let by = session.setup.operator.clone();
            record(session, Event::Attached { title, text, by })
        }
        OperatorMsg::GoOn => {
            if session.waits_for_word {
                session.waits_for_word = false;
                session.owes_word = false;
                walk::go_on(session, now)
            } else {
                Effects::none()
            }
        }
        OperatorMsg::Advance => advance(session, now),
        OperatorMsg::Back => match session.incident.as_ref().map(|i| i.stage) {
            Some(Stage::Scope | Stage::Target | Stage::Check | Stage::Approve) => {
                record(session, Event::Reconsidered)
            }
            Some(
                Stage::Assess
                | Stage::Act { .. }
                | Stage::Verify
                | Stage::Report
                | Stage::Done
                | Stage::Abandoned,
            )
            | None => Effects::none(),
        },
        OperatorMsg::Choose { target, method } => choose(session, target, method, now),
        OperatorMsg::Approve {
            hash,
            by,
            reason,
            timeout_seconds,
        } => approve(session, &hash, by, reason, timeout_seconds, now),
        OperatorMsg::StopBeforeNext => {
            if session.waits_for_word {
                // Nobody is sending: the stop is the answer to the question whether to go on.
                session.waits_for_word = false;
                session.stop_requested = true;
                return walk::go_on(session, now);
            }
            if session.has_a_next_call() {
                session.stop_requested = true;
                Effects::one(Effect::Halt)
            } else {
                Effects::none()
            }
        }
        OperatorMsg::LookAgain | OperatorMsg::GiveUpUnknown if session.looking => {
            session.refuse(Phrase::new("notice-looking"), now);
            Effects::none()
        }
        OperatorMsg::LookAgain => walk::look_again(session),
        OperatorMsg::GiveUpUnknown => match session.incident.as_ref().map(|i| i.stage) {
            Some(Stage::Act {
                state: ActState::Doubtful,
                ..
            }) => {
                let why = Phrase::new("ended-unknown");
                let ending = Ending::bare(Outcome::Unknown, EndingKind::Unknown, why);
                record(session, Event::Ended { ending })
            }
            Some(_) | None => Effects::none(),
        },
        OperatorMsg::Sign { check, state, note } => sign(session, check, state, &note, now),
        OperatorMsg::SettleReport(text) => match session.incident.as_ref().map(|i| i.stage) {
            Some(Stage::Report) => record(session, Event::Reported { text }),
            Some(_) | None => Effects::none(),
        },
        OperatorMsg::Abandon => match session.incident.as_ref().map(|i| i.stage) {
            Some(Stage::Assess | Stage::Scope | Stage::Target | Stage::Check | Stage::Approve) => record(
                session,
                Event::Abandoned {
                    why: Phrase::new("abandoned-by-operator"),
                },
            ),
            Some(Stage::Act { .. } | Stage::Verify | Stage::Report | Stage::Done | Stage::Abandoned)
            | None => Effects::none(),
        },
        OperatorMsg::CloseIncident => {
            match session.incident.as_ref().map(|i| i.stage) {
                Some(Stage::Report | Stage::Done | Stage::Abandoned) => {
                    session.incident = None;
                    session.follow = None;
                    session.progress = None;
                }
                Some(
                    Stage::Assess
                    | Stage::Scope
                    | Stage::Target
                    | Stage::Check
                    | Stage::Approve
                    | Stage::Act { .. }
                    | Stage::Verify,
                )
                | None => {}
            }
            Effects::none()
        }
    }
}

/// Everything that can be looked at, or what belongs to one service.
pub(super) fn subjects(session: &Session, only: Option<&ServiceKey>) -> Vec<Subject> {
    let mut subjects = vec![
        Subject::Identity,
        Subject::Services,
        Subject::Metrics,
        Subject::Alarms,
        Subject::Company,
        Subject::Database,
        Subject::Migrations,
        Subject::Workflow,
        Subject::Run,
        Subject::Permissions,
    ];
    for view in session
        .services
        .iter()
        .filter(|view| only.is_none_or(|key| *key == view.key))
    {
        subjects.extend(of_service(&view.key));
    }
    // What nobody looks at or needs stays unread, also when everything is asked again.
    subjects.retain(|subject| session.wants(subject));
    subjects
}

fn of_service(key: &ServiceKey) -> [Subject; 10] {
    [
        Subject::History(key.clone()),
        Subject::Definitions(key.clone()),
        Subject::Images(key.clone()),
        Subject::Targets(key.clone()),
        Subject::Tasks(key.clone()),
        Subject::Health(key.clone()),
        Subject::Logs(key.clone()),
        Subject::Scaling(key.clone()),
        Subject::References(key.clone()),
        Subject::Shelf(key.clone()),
    ]
}

fn declare(
    session: &mut Session,
    criterion: CriterionId,
    service: ServiceKey,
    note: Clean,
    now: Timestamp,
) -> Effects {
    if criterion.is_measured() {
        session.refuse(Phrase::new("notice-measured-criterion"), now);
        return Effects::none();
    }
    session
        .declarations
        .retain(|d| !(d.criterion == criterion && d.service == service));
    let by = session.setup.operator.clone();
    session.declarations.push(Declaration {
        criterion,
        service: service.clone(),
        at: now,
        by: by.clone(),
        note: note.clone(),
    });
    observe::derive_criteria(session, now);
    if session
        .running_incident()
        .is_some_and(|i| i.services.contains(&service))
    {
        record(
            session,
            Event::Declared {
                criterion,
                service,
                note,
                by,
            },
        )
    } else {
        Effects::none()
    }
}

fn withdraw(session: &mut Session, criterion: CriterionId, service: ServiceKey, now: Timestamp) -> Effects {
    session
        .declarations
        .retain(|d| !(d.criterion == criterion && d.service == service));
    observe::derive_criteria(session, now);
    let by = session.setup.operator.clone();
    if session
        .running_incident()
        .is_some_and(|i| i.services.contains(&service))
    {
        record(
            session,
            Event::Withdrawn {
                criterion,
                service,
                by,
            },
        )
    } else {
        Effects::none()
    }
}

fn start(session: &mut Session, services: &[ServiceKey], now: Timestamp) -> Effects {
    if session.setup.mode == Mode::ReadOnly {
        session.refuse(Phrase::new("notice-read-only"), now);
        return Effects::none();
    }
    if let JournalState::Failed(fault) = &session.journal {
        let text = Phrase::new("notice-journal-failed").text("detail", fault);
        session.refuse(text, now);
        return Effects::none();
    }
    if let Some(incident) = session.running_incident() {
        if !services.iter().all(|service| incident.services.contains(service)) {
            let text = Phrase::new("notice-other-incident").text("incident", &incident.id);
            session.refuse(text, now);
        }
        return Effects::none();
    }
    let services = session.in_order(services);
    let criteria: Vec<_> = session
        .services
        .iter()
        .filter(|view| services.contains(&view.key))
        .flat_map(|view| view.criteria.iter().cloned())
        .collect();
    if services.is_empty() || services.iter().any(|service| session.view(service).is_none()) {
        return Effects::none();
    }
    let identity = session.identity.value();
    let event = Event::Opened {
        environment: session.setup.environment.clone(),
        services: services.clone(),
        account: identity.map(|i| i.account.clone()),
        region: identity.map(|i| i.region.clone()),
        by: session.setup.operator.clone(),
        world: session.setup.world.clone(),
        criteria,
    };
    session.unsaved += 1;
    let mut effects = Effects::one(Effect::CreateIncident(Box::new(event)));
    // What the checks of a plan need is read again now, so that it is there when the operator comes to it.
    let only = match services.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    effects.push(Effect::Observe(subjects(session, only)));
    effects
}

/// Confirms the services of the incident. They can be changed only before a target is chosen.
fn scope(session: &mut Session, services: &[ServiceKey], now: Timestamp) -> Effects {
    if session.incident.as_ref().map(|i| i.stage) != Some(Stage::Scope) {
        return Effects::none();
    }
    let services = session.in_order(services);
    if services.is_empty() || services.iter().any(|service| session.view(service).is_none()) {
        session.refuse(Phrase::new("notice-scope-empty"), now);
        return Effects::none();
    }
    let mut effects = record(
        session,
        Event::Scoped {
            services: Some(services),
        },
    );
    effects.push(Effect::Observe(subjects(session, None)));
    effects
}

/// Goes on in spite of a check that forbids it: only one that does, only with a reason, and only one that may be overridden.
fn override_check(
    session: &mut Session,
    check: PreflightCheck,
    service: Option<ServiceKey>,
    reason: Clean,
    by: Option<Operator>,
    now: Timestamp,
) -> Effects {
    // Of a plan that is only looked at nothing is recorded.
    let only_looked_at = session.incident.is_none() && session.preparing.is_some();
    if !only_looked_at && session.incident.as_ref().map(|i| i.stage) != Some(Stage::Check) {
        return Effects::none();
    }
    if reason.as_str().trim().is_empty() {
        session.refuse(Phrase::new("notice-override-reason"), now);
        return Effects::none();
    }
    if !check.may_be_overridden() {
        session.refuse(
            Phrase::new("notice-override-never").phrase("check", check.phrase()),
            now,
        );
        return Effects::none();
    }
    let by = by.unwrap_or_else(|| session.setup.operator.clone());
    let over = Override {
        check,
        service,
        reason,
        by,
    };
    if only_looked_at {
        session.overrides.push(over);
        return Effects::none();
    }
    record(session, Event::Overridden { over })
}

fn advance(session: &mut Session, now: Timestamp) -> Effects {
    let Some(stage) = session.incident.as_ref().map(|i| i.stage) else {
        return Effects::none();
    };
    match stage {
        Stage::Assess => record(session, Event::Assessed),
        Stage::Scope => record(session, Event::Scoped { services: None }),
        Stage::Target => choose(session, TargetSpec::LastGood, None, now),
        Stage::Check => freeze(session, now),
        Stage::Approve
        | Stage::Act { .. }
        | Stage::Verify
        | Stage::Report
        | Stage::Done
        | Stage::Abandoned => Effects::none(),
    }
}

fn choose(session: &mut Session, target: TargetSpec, method: Option<Method>, now: Timestamp) -> Effects {
    let Some(incident) = &session.incident else {
        return Effects::none();
    };
    if incident.stage != Stage::Target {
        return Effects::none();
    }
    let services = incident.services.clone();
    let by_rule = services
        .iter()
        .try_for_each(|service| session.target(service, &target).map(|_| ()));
    let needs_plan = method.is_some() || target.is_database() || session.own_definition.is_some();
    let refused = match (&by_rule, needs_plan) {
        (Ok(()), false) => None,
        // Where a deployment can still be stopped ECS chooses the target, and other methods find it in other ways.
        (Ok(()), true) | (Err(_), _) => match session.proposal_of(&services, &target, method, now) {
            Ok(_) => None,
            // What is still being read is waited for at the checks.
            Err(none) if none.waiting && by_rule.is_ok() => None,
            Err(none) if needs_plan => Some(none.why),
            Err(none) => Some(by_rule.err().map_or(none.why, |none| none.why)),
        },
    };
    let file = session.own_definition.as_ref().map(|own| own.path.clone());
    match refused {
        None => record(session, Event::TargetChosen { target, method, file }),
        Some(why) => {
            session.refuse(why, now);
            Effects::none()
        }
    }
}

fn freeze(session: &mut Session, now: Timestamp) -> Effects {
    match session.incident_proposal(now) {
        Some(Ok(plan)) if plan.verdict == PlanVerdict::Blocked => {
            session.refuse(Phrase::new("notice-blocked"), now);
            Effects::none()
        }
        Some(Ok(plan)) => record(session, Event::Planned { plan: Box::new(plan) }),
        Some(Err(none)) => {
            session.refuse(none.why, now);
            Effects::none()
        }
        None => Effects::none(),
    }
}

fn approve(
    session: &mut Session,
    hash: &PlanHash,
    by: Option<Operator>,
    reason: Option<Clean>,
    timeout_seconds: Option<u64>,
    now: Timestamp,
) -> Effects {
    let Some(incident) = &session.incident else {
        return Effects::none();
    };
    let (Stage::Approve, Some(plan)) = (incident.stage, &incident.plan) else {
        return Effects::none();
    };
    if session.setup.mode == Mode::ReadOnly {
        session.refuse(Phrase::new("notice-read-only"), now);
        return Effects::none();
    }
    if plan.hash != *hash {
        session.refuse(Phrase::new("notice-other-plan"), now);
        return Effects::none();
    }
    // The world may have moved since the plan was frozen; what was approved must still be what would be planned.
    let stale = session
        .what_changed(plan)
        .or_else(|| match session.incident_proposal(now) {
            Some(Ok(again)) if again.verdict == PlanVerdict::Blocked => Some(Phrase::new("notice-blocked")),
            Some(Ok(again)) if again.hash != *hash => Some(Phrase::new("notice-stale-plan")),
            Some(Ok(_)) => None,
            Some(Err(none)) => Some(none.why),
            None => Some(Phrase::new("notice-stale-plan")),
        });
    if let Some(why) = stale {
        session.refuse(why.clone(), now);
        return record(session, Event::Refused { why });
    }
    let timing = &session.setup.runbook.timing;
    let event = Event::Approved {
        hash: hash.clone(),
        by: by.unwrap_or_else(|| session.setup.operator.clone()),
        reason,
        timeout_seconds: timeout_seconds.unwrap_or_else(|| u64::from(timing.timeout_minutes) * 60),
    };
    record(session, event)
}

fn sign(session: &mut Session, check: String, state: CheckState, note: &Clean, now: Timestamp) -> Effects {
    let at_checks = session
        .incident
        .as_ref()
        .is_some_and(|i| matches!(i.stage, Stage::Verify | Stage::Report | Stage::Done));
    if !at_checks {
        return Effects::none();
    }
    let evidence = if note.is_empty() {
        Phrase::new("verify-signed")
    } else {
        Phrase::new("verify-signed-note").text("note", note)
    };
    let result = CheckResult {
        check,
        state,
        evidence,
        at: now,
    };
    let by = session.setup.operator.clone();
    record(session, Event::Checked { result, by: Some(by) })
}
