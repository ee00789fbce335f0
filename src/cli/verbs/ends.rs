//! How a rollback ended, told: the last lines for people, and the last line for scripts.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::{Exit, Failure, Output, facts};
use crate::domain::Phrase;
use crate::engine::Engine;
use crate::incident::{Incident, Stage, next_step};
use crate::rollback::{Ending, EndingKind, Outcome, PutBackBy, Unproven};
use crate::session::Session;
use crate::words::Words;

use super::drive::End;
use super::plan_text::Shown;
use super::standing;

/// Says where the rollback ended and how the process ends by it.
pub(super) fn say_end(engine: &Engine, end: &End, out: &mut Output) -> Exit {
    let incident = engine.session().incident.as_ref();
    match end {
        End::Over(ending, at) => {
            say_ending(engine.session(), incident, ending, *at, out);
            Exit::from(ending.outcome)
        }
        End::Refused(why) => {
            say_refused(engine, why, None, out);
            Exit::Refused
        }
        End::Doubtful(why) => {
            let why = why.clone().unwrap_or_else(|| Phrase::new("cli-resume-ask"));
            say(engine, Outcome::Unknown, &why, out);
            say_how_to_go_on(incident, out);
            Exit::OutcomeUnknown
        }
        End::BetweenCalls(why) => {
            let why = why.clone().unwrap_or_else(|| Phrase::new("cli-between-calls"));
            say(engine, Outcome::Unknown, &why, out);
            say_how_to_go_on(incident, out);
            Exit::OutcomeUnknown
        }
        End::JournalFailed(fault) => {
            out.failure(&fault.clone().into());
            // Whether anything was sent can be told from the journal alone, and that is what failed.
            match incident.map(|i| i.stage) {
                Some(Stage::Act { .. }) => {
                    say(engine, Outcome::Unknown, &fault.phrase(), out);
                    Exit::OutcomeUnknown
                }
                Some(
                    Stage::Assess
                    | Stage::Scope
                    | Stage::Target
                    | Stage::Check
                    | Stage::Approve
                    | Stage::Verify
                    | Stage::Report
                    | Stage::Done
                    | Stage::Abandoned,
                )
                | None => Exit::Unexpected,
            }
        }
    }
}

fn say_how_to_go_on(incident: Option<&Incident>, out: &Output) {
    if let Some(incident) = incident {
        let hint = Phrase::new("cli-hint-open-incident").text("incident", &incident.id);
        out.note(&out.words().say(&hint));
    }
}

/// Says how a rollback ended that may have ended long ago.
pub(super) fn say_ending(
    session: &Session,
    incident: Option<&Incident>,
    ending: &Ending,
    at: Timestamp,
    out: &mut Output,
) {
    if out.is_json() {
        let last = Last {
            told: incident.map(|incident| Told { session, incident }),
            outcome: ending.outcome,
            kind: ending.kind,
            revision: ending.revision.as_ref().map(|arn| arn.as_str()),
            seconds: elapsed(incident, at),
            unproven: &ending.unproven,
            why: out.words().say(&ending.why),
            next: next(incident, ending).map(|next| out.words().say(&next)),
            new_plan: None,
        };
        let object = last.object(out.words());
        out.object(&object);
        return;
    }
    say_text(incident, ending.outcome, &ending.why, out);
    for what in &ending.unproven {
        let what = out.words().get(match what {
            Unproven::Digests => "unproven-digests",
            Unproven::ServiceDeployment => "unproven-service-deployment",
            Unproven::TargetHealth => "unproven-target-health",
        });
        let line = out.words().say(&Phrase::new("cli-unproven").text("what", what));
        out.line(&line);
    }
    if let Some(incident) = incident {
        for line in standing::lines(session, incident, out.words()) {
            out.line(&line);
        }
        for line in standing::failed_run(session, incident) {
            out.note(&line);
        }
    }
    match next(incident, ending) {
        None => out.note(&out.words().get("cli-next-verify")),
        Some(next) => {
            let next = out.words().say(&next);
            out.note(&out.words().say(&Phrase::new("cli-next").text("next", next)));
        }
    }
    for choice in incident.map(standing::choices).unwrap_or_default() {
        out.note(&format!("  {}", out.words().say(&choice.sentence())));
    }
}

/// What a person does next, where the rollback is not on its target: that one is verified.
fn next(incident: Option<&Incident>, ending: &Ending) -> Option<Phrase> {
    match ending.outcome {
        Outcome::OnTarget => None,
        Outcome::Elsewhere | Outcome::Failed | Outcome::TimedOut | Outcome::Unknown | Outcome::Refused => {
            Some(match incident.map(Incident::half_way) {
                Some(done) if !done.is_empty() => Phrase::new("cli-next-half-way"),
                Some(_) | None => next_step(incident, ending),
            })
        }
    }
}

/// Says to scripts that nothing was applied.
pub(super) fn say_not_applied(failure: &Failure, new_plan: Option<&Shown>, out: &mut Output) {
    let why = out.words().say(&failure.what);
    let last = Last {
        next: failure.hint.as_ref().map(|hint| out.words().say(hint)),
        new_plan: new_plan.map(|plan| plan.object.clone()),
        ..Last::of(Outcome::Refused, EndingKind::Refused, why)
    };
    let object = last.object(out.words());
    out.object(&object);
}

/// Says that nothing was sent, and for scripts the plan that could be approved instead.
pub(super) fn say_refused(engine: &Engine, why: &Phrase, new_plan: Option<&Shown>, out: &mut Output) {
    if out.is_json() {
        let last = Last {
            told: Told::by(engine),
            next: Some(out.words().get("next-refused")),
            new_plan: new_plan.map(|plan| plan.object.clone()),
            ..Last::of(Outcome::Refused, EndingKind::Refused, out.words().say(why))
        };
        let object = last.object(out.words());
        out.object(&object);
    } else {
        say_text(engine.session().incident.as_ref(), Outcome::Refused, why, out);
    }
}

/// Says an end that is no ending of the story: what is not known yet, or was never begun.
pub(super) fn say(engine: &Engine, outcome: Outcome, why: &Phrase, out: &mut Output) {
    let incident = engine.session().incident.as_ref();
    if out.is_json() {
        let kind = match outcome {
            Outcome::Refused => EndingKind::Refused,
            Outcome::OnTarget
            | Outcome::Elsewhere
            | Outcome::Failed
            | Outcome::TimedOut
            | Outcome::Unknown => EndingKind::Unknown,
        };
        let next = next(incident, &Ending::bare(outcome, kind, why.clone()));
        let last = Last {
            told: Told::by(engine),
            seconds: elapsed(incident, engine.now()),
            next: next.map(|next| out.words().say(&next)),
            ..Last::of(outcome, kind, out.words().say(why))
        };
        let object = last.object(out.words());
        out.object(&object);
    } else {
        say_text(incident, outcome, why, out);
    }
}

fn say_text(incident: Option<&Incident>, outcome: Outcome, why: &Phrase, out: &mut Output) {
    let words = out.words().clone();
    let sentence = words.get(match outcome {
        Outcome::OnTarget => "outcome-on-target",
        Outcome::Elsewhere => "outcome-elsewhere",
        Outcome::Failed => "outcome-failed",
        Outcome::TimedOut => "outcome-timed-out",
        Outcome::Unknown => "outcome-unknown",
        Outcome::Refused => "outcome-refused",
    });
    if let Some(incident) = incident {
        out.line(&words.say(&Phrase::new("cli-incident").text("incident", &incident.id)));
    }
    out.line(&words.say(&Phrase::new("cli-ended").text("outcome", sentence)));
    out.line(&format!("  {}", words.say(why)));
}

/// From the moment the write was sent, else from the approval, in whole seconds of the engine's clock.
fn elapsed(incident: Option<&Incident>, until: Timestamp) -> i64 {
    let since = incident.and_then(|i| i.sent_at.or(i.approval.as_ref().map(|approval| approval.at)));
    since.map_or(0, |since| until.duration_since(since).as_secs().max(0))
}

/// An incident, and the world as it is seen now.
#[derive(Clone, Copy)]
struct Told<'a> {
    session: &'a Session,
    incident: &'a Incident,
}

impl<'a> Told<'a> {
    fn by(engine: &'a Engine) -> Option<Self> {
        let session = engine.session();
        let incident = session.incident.as_ref()?;
        Some(Self { session, incident })
    }
}

/// The last line for scripts.
struct Last<'a> {
    told: Option<Told<'a>>,
    outcome: Outcome,
    kind: Option<EndingKind>,
    revision: Option<&'a str>,
    seconds: i64,
    unproven: &'a [Unproven],
    why: String,
    next: Option<String>,
    new_plan: Option<Value>,
}

impl Last<'_> {
    /// An end without an incident, a revision or a time.
    const fn of(outcome: Outcome, kind: EndingKind, why: String) -> Self {
        Self {
            told: None,
            outcome,
            kind: Some(kind),
            revision: None,
            seconds: 0,
            unproven: &[],
            why,
            next: None,
            new_plan: None,
        }
    }

    fn object(&self, words: &Words) -> Value {
        let incident = self.told.map(|told| told.incident);
        let choices: Vec<Value> = incident
            .map(standing::choices)
            .unwrap_or_default()
            .iter()
            .map(|choice| json!({ "what": words.say(&choice.sentence()), "command": choice.command() }))
            .collect();
        let mut object = json!({
            "event": "ended",
            "outcome": self.outcome,
            "kind": self.kind.map(EndingKind::as_str),
            "by": self.kind.and_then(EndingKind::put_back_by).map(PutBackBy::as_str),
            "incident": incident.map(|i| &i.id),
            "revision": self.revision,
            "seconds": self.seconds,
            "unproven": self.unproven,
            "services": self.told.map(|told| standing::services(told.session, told.incident, words)).unwrap_or_default(),
            "half_way": incident.map(half_way).unwrap_or_default(),
            "why": self.why,
            "next": self.next,
            "choices": choices,
        });
        let run = self
            .told
            .and_then(|told| standing::run(told.session, told.incident));
        let next_call = incident.and_then(standing::next_call);
        // What only some ends have is only there looked for.
        if let Value::Object(fields) = &mut object {
            fields.extend(run.map(|run| ("run".to_owned(), facts::run(run))));
            fields.extend(next_call.map(|call| ("next_call".to_owned(), call.object())));
            fields.extend(self.new_plan.clone().map(|plan| ("new_plan".to_owned(), plan)));
        }
        object
    }
}

fn half_way(incident: &Incident) -> Vec<&str> {
    incident
        .half_way()
        .iter()
        .map(|step| step.service.as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_names_the_contracts_fields() {
        let words = Words::new(crate::words::Lang::En, jiff::tz::TimeZone::UTC);
        let line = Last {
            revision: Some("arn:x:56"),
            seconds: 95,
            unproven: &[Unproven::ServiceDeployment],
            ..Last::of(
                Outcome::Elsewhere,
                EndingKind::PutBack(PutBackBy::Alarm),
                "why".to_owned(),
            )
        };
        assert_eq!(
            line.object(&words).to_string(),
            r#"{"event":"ended","outcome":"elsewhere","kind":"put-back","by":"alarm","incident":null,"revision":"arn:x:56","seconds":95,"unproven":["service-deployment"],"services":[],"half_way":[],"why":"why","next":null,"choices":[]}"#
        );
        let refused = Last {
            new_plan: Some(json!({ "hash": "abc" })),
            ..Last::of(Outcome::Refused, EndingKind::Refused, "stale".to_owned())
        };
        assert_eq!(refused.object(&words)["new_plan"]["hash"], "abc");
    }
}
