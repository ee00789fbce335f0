//! Telling what happens while a rollback goes on: each recorded event once, and where a deployment, a restore or a run
//! stands, when that changes.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::cli::{Output, facts};
use crate::domain::Phrase;
use crate::engine::Engine;
use crate::incident::{ActState, Event, Incident, Recorded, Stage, timeline};
use crate::rollback::{Api, Phase, Plan, Progress, Settling, Trouble};
use crate::session::Session;

use super::standing;

/// How often an unchanged progress is said again, on the engine's clock.
const SAY_AGAIN: SignedDuration = SignedDuration::from_secs(10);

/// How often an unchanged wait is said again: a restore takes half an hour.
const WAIT_AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// Says what happens.
#[derive(Debug, Default)]
pub(super) struct Teller {
    told: u64,
    said: Option<(Value, Timestamp)>,
}

impl Teller {
    /// One that stays silent about what happened before, for an incident of an earlier process.
    pub(super) fn after(incident: &Incident) -> Self {
        Self {
            told: incident.events.last().map_or(0, |recorded| recorded.seq),
            said: None,
        }
    }

    /// Says what has happened since the last time.
    pub(super) fn tell(&mut self, engine: &Engine, out: &mut Output) {
        let session = engine.session();
        let Some(incident) = &session.incident else {
            return;
        };
        let sentences = timeline(incident);
        for (index, recorded) in incident
            .events
            .iter()
            .enumerate()
            .filter(|(_, r)| r.seq > self.told)
        {
            let sentence = sentences
                .get(index)
                .map(|(_, phrase)| out.words().say(phrase))
                .unwrap_or_default();
            say_event(incident, recorded, &sentence, out);
        }
        self.told = incident
            .events
            .last()
            .map_or(self.told, |recorded| recorded.seq.max(self.told));
        let Stage::Act { step, call, state } = incident.stage else {
            return;
        };
        match (state, &session.progress, &session.settling) {
            (ActState::Following, Some(progress), _) => {
                self.say_progress(incident, progress, engine.now(), out);
            }
            (ActState::Settling, _, Some(Settling::Underway { note, elapsed, usual })) => {
                let seconds = (elapsed.as_secs(), usual.as_secs());
                self.say_settling(session, incident, (step, call), note, seconds, engine.now(), out);
            }
            (ActState::Following, None, _)
            | (ActState::Settling, _, Some(Settling::Settled(_) | Settling::Ended { .. }) | None)
            | (ActState::Ready | ActState::Sent | ActState::Doubtful, _, _) => {}
        }
    }

    /// Whether it has changed since it was last said, or that is long ago.
    fn is_news(&mut self, facts: &Value, again: SignedDuration, now: Timestamp) -> bool {
        let news = self
            .said
            .as_ref()
            .is_none_or(|(said, at)| said != facts || now.duration_since(*at) >= again);
        if news {
            self.said = Some((facts.clone(), now));
        }
        news
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "each is one field of the line that is said"
    )]
    fn say_settling(
        &mut self,
        session: &Session,
        incident: &Incident,
        place: (usize, usize),
        note: &Phrase,
        (elapsed, usual): (u64, u64),
        now: Timestamp,
        out: &mut Output,
    ) {
        let (step, call) = place;
        let of_plan = incident.plan.as_ref().and_then(|plan| plan.steps.get(step));
        let api = of_plan
            .and_then(|step| step.calls.get(call))
            .map(|call| &call.api);
        let run = standing::run(session, incident).map(facts::run);
        let instance = api.and_then(|api| instance(session, api));
        let note = out.words().say(note);
        let facts = json!({ "note": note, "instance": instance, "run": run });
        if !self.is_news(&facts, WAIT_AGAIN, now) {
            return;
        }
        if out.is_json() {
            let mut object = json!({
                "event": "settling",
                "at": now.to_string(),
                "incident": incident.id,
                "call": standing::label(place),
                "service": of_plan.map(|step| &step.service),
                "api": api.map(Api::name),
                "elapsed_s": elapsed,
                "usual_s": usual,
            });
            merge(&mut object, &facts);
            out.object(&object);
        } else {
            let times = Phrase::new("settling-elapsed")
                .duration("elapsed", std::time::Duration::from_secs(elapsed))
                .duration("usual", std::time::Duration::from_secs(usual));
            let times = out.words().say(&times);
            out.note(&format!("{note}  {times}"));
        }
    }

    fn say_progress(&mut self, incident: &Incident, progress: &Progress, now: Timestamp, out: &mut Output) {
        let numbers = json!({
            "service": incident.service_at_hand(),
            "phase": phase(progress.phase),
            "desired": progress.desired,
            "new_running": progress.new_running,
            "new_pending": progress.new_pending,
            "old_running": progress.old_running,
            "healthy": progress.healthy,
            "trouble": progress.trouble.as_ref().map(Trouble::as_str),
        });
        if !self.is_news(&numbers, SAY_AGAIN, now) {
            return;
        }
        let note = out.words().say(&progress.note);
        if out.is_json() {
            let mut object = json!({
                "event": "progress",
                "at": now.to_string(),
                "incident": incident.id,
                "elapsed_s": progress.elapsed.as_secs(),
                "note": note,
                "trouble_why": progress.trouble.as_ref().map(|trouble| out.words().say(trouble.sentence())),
            });
            merge(&mut object, &numbers);
            out.object(&object);
            return;
        }
        // Right after sending there is nothing to count yet.
        let sentence = if progress.desired == 0 {
            Phrase::new("cli-progress-sent")
        } else {
            Phrase::new("cli-progress")
                .number("new", progress.new_running)
                .number("desired", progress.desired)
                .number("old", progress.old_running)
        }
        .duration("elapsed", progress.elapsed)
        .text("note", note);
        let sentence = out.words().say(&sentence);
        out.note(&match incident.service_at_hand() {
            Some(service) if incident.services.len() > 1 => format!("{service}  {sentence}"),
            Some(_) | None => sentence,
        });
        if let Some(trouble) = &progress.trouble {
            let why = out.words().say(trouble.sentence());
            out.note(&out.words().say(&Phrase::new("cli-trouble").text("why", why)));
        }
    }
}

/// The instance that is restored, as RDS tells of it; absent while it is not in the list.
fn instance(session: &Session, api: &Api) -> Option<Value> {
    match api {
        Api::RestoreDbInstance { instance, .. } => {
            let seen = session.database.value()?.named(instance.as_str())?;
            Some(json!({ "id": seen.id, "status": seen.status }))
        }
        Api::UpdateService { .. }
        | Api::StopServiceDeployment { .. }
        | Api::ContinueServiceDeployment { .. }
        | Api::RegisterTaskDefinition { .. }
        | Api::UpdateSecret { .. }
        | Api::UpdateSecretVersionStage { .. }
        | Api::DispatchWorkflow { .. } => None,
    }
}

fn merge(object: &mut Value, more: &Value) {
    if let (Value::Object(fields), Value::Object(more)) = (object, more) {
        fields.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Waiting => "waiting",
        Phase::Starting => "starting",
        Phase::Draining => "draining",
        Phase::Holding { .. } => "holding",
    }
}

fn say_event(incident: &Incident, recorded: &Recorded, sentence: &str, out: &mut Output) {
    if !out.is_json() {
        out.note(&format!("{}  {sentence}", out.words().clock(recorded.at)));
        return;
    }
    let mut object = json!({ "event": "recorded", "at": recorded.at.to_string(), "incident": incident.id });
    merge(
        &mut object,
        &json!({ "what": recorded.event.name(), "sentence": sentence }),
    );
    merge(&mut object, &of_call(&recorded.event, incident.plan.as_ref()));
    out.object(&object);
}

/// Which call an event is about, and what came of it; nothing for an event that is about none.
fn of_call(event: &Event, plan: Option<&Plan>) -> Value {
    let (place, more) = match event {
        Event::Intended {
            step, call, token, ..
        } => ((*step, *call), json!({ "token": token })),
        Event::Answered { step, call, receipt } | Event::Adopted { step, call, receipt } => {
            ((*step, *call), json!({ "receipt": receipt }))
        }
        Event::Rejected { step, call, .. }
        | Event::Doubtful { step, call, .. }
        | Event::NotApplied { step, call } => ((*step, *call), Value::Null),
        Event::Settled { step, call, settled } => ((*step, *call), json!({ "settled": settled })),
        Event::Overridden { over } => return json!({ "override": over }),
        Event::Ended { ending } => return json!({ "outcome": ending.outcome }),
        Event::Opened { .. }
        | Event::CriteriaChanged { .. }
        | Event::Declared { .. }
        | Event::Withdrawn { .. }
        | Event::Noted { .. }
        | Event::Assessed
        | Event::Scoped { .. }
        | Event::TargetChosen { .. }
        | Event::Attached { .. }
        | Event::Planned { .. }
        | Event::Reconsidered
        | Event::Approved { .. }
        | Event::Refused { .. }
        | Event::Checked { .. }
        | Event::Verified { .. }
        | Event::Reported { .. }
        | Event::Filed { .. }
        | Event::Abandoned { .. } => return Value::Null,
    };
    let step = plan.and_then(|plan| plan.steps.get(place.0));
    let mut object = json!({
        "call": standing::label(place),
        "service": step.map(|step| &step.service),
        "api": step.and_then(|step| step.calls.get(place.1)).map(|call| call.api.name()),
    });
    merge(&mut object, &more);
    object
}
