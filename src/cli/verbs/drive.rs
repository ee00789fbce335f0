//! Driving an engine from a verb: looking, stepping until something is so, and telling what happens meanwhile.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::cli::context::Region;
use crate::cli::{Context, Exit, Failure, Output, Signals, facts};
use crate::domain::{Fault, Mode, Phrase, ServiceKey};
use crate::engine::{Engine, Watch};
use crate::incident::{ActState, Event, Incident, Recorded, Stage, timeline};
use crate::rollback::{Ending, Phase, Progress, Trouble};
use crate::session::{JournalState, Notice, NoticeLevel, OperatorMsg, Session};

/// How often an unchanged progress is said again, on the engine's clock.
const SAY_AGAIN: SignedDuration = SignedDuration::from_secs(10);

/// How long a renewed look is waited for, on the engine's clock.
const LOOK_ANEW: SignedDuration = SignedDuration::from_secs(20);

/// A signal asked the process to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stopped(pub(super) Exit);

/// Looks at everything once.
pub(super) async fn look_once(engine: &mut Engine, signals: &mut Signals) -> Result<(), Stopped> {
    tokio::select! {
        () = engine.settle() => Ok(()),
        exit = signals.next() => Err(Stopped(exit)),
    }
}

/// Waits for the next thing that happens.
pub(super) async fn step(engine: &mut Engine, signals: &mut Signals) -> Result<(), Stopped> {
    tokio::select! {
        _ = engine.step() => Ok(()),
        exit = signals.next() => Err(Stopped(exit)),
    }
}

/// Waits until the journal and the history have everything and nothing that was said waits for them.
pub(super) async fn until_idle(engine: &mut Engine, signals: &mut Signals) -> Result<(), Stopped> {
    while is_busy(engine) {
        step(engine, signals).await?;
    }
    Ok(())
}

fn is_busy(engine: &Engine) -> bool {
    let session = engine.session();
    session.unsaved > 0 || session.filing || !session.waiting.is_empty()
}

/// Refuses what writes in read-only mode.
pub(super) fn may_write(context: &Context) -> Result<(), Failure> {
    match context.mode() {
        Mode::Full => Ok(()),
        Mode::ReadOnly => {
            let refused = Failure::refused(Phrase::new("cli-error-read-only"));
            Err(refused.hint(Phrase::new("cli-hint-read-only")))
        }
    }
}

/// Does `work` with an engine that goes on looking and may write, and ends it in order.
pub(super) async fn commanding(
    context: &Context,
    signals: &mut Signals,
    work: impl AsyncFnOnce(&mut Engine, &mut Signals) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    may_write(context)?;
    let mut engine = match live(context, signals).await? {
        Ok(engine) => engine,
        Err(Stopped(exit)) => return Ok(exit),
    };
    let done = work(&mut engine, signals).await;
    engine.shutdown().await;
    done
}

/// An engine that goes on looking, after its first look at everything.
pub(super) async fn live(
    context: &Context,
    signals: &mut Signals,
) -> Result<Result<Engine, Stopped>, Failure> {
    let mut engine = context.engine(&Region::Needed, Watch::Live).await?;
    if let Err(stopped) = look_once(&mut engine, signals).await {
        engine.shutdown().await;
        return Ok(Err(stopped));
    }
    if let Some(fault) = facts::credentials_fault(engine.session()) {
        engine.shutdown().await;
        return Err(fault.into());
    }
    Ok(Ok(engine))
}

/// The fault of a journal that does not take events any more.
pub(super) fn journal_fault(engine: &Engine) -> Option<Fault> {
    match &engine.session().journal {
        JournalState::Ready => None,
        JournalState::Failed(fault) => Some(fault.clone()),
    }
}

/// Where following a rollback came to.
#[derive(Debug)]
pub(super) enum End {
    /// The rollback ended.
    Over(Box<Ending>, Timestamp),
    /// Nothing was sent.
    Refused(Phrase),
    /// It cannot be told whether a call took effect.
    Doubtful(Option<Phrase>),
    /// The journal failed: nothing more is written, and what happens now is not recorded.
    JournalFailed(Fault),
}

/// Follows the incident at hand until its rollback is over or a person must decide.
pub(super) async fn follow(
    engine: &mut Engine,
    signals: &mut Signals,
    out: &mut Output,
    teller: &mut Teller,
) -> Result<End, Stopped> {
    let notice = engine.session().notice.clone();
    loop {
        teller.tell(engine, out);
        if let Some(end) = end_of(engine, notice.as_ref()) {
            // A bad end is filed at once; a row that could not be written is said before the process ends.
            if matches!(end, End::Over(..)) {
                until_idle(engine, signals).await?;
                say_unfiled(engine, out);
            }
            return Ok(end);
        }
        step(engine, signals).await?;
    }
}

/// Looks again at what belongs to a service, until it was read anew or that takes too long.
pub(super) async fn look_anew(
    engine: &mut Engine,
    service: &ServiceKey,
    signals: &mut Signals,
) -> Result<(), Stopped> {
    let since = engine.now();
    engine.tell(OperatorMsg::Refresh(Some(service.clone())));
    while !is_anew(engine.session(), service, since) && engine.now().duration_since(since) < LOOK_ANEW {
        step(engine, signals).await?;
    }
    Ok(())
}

/// Whether what a plan is made from was read at `since` or later, or could not be read then.
fn is_anew(session: &Session, service: &ServiceKey, since: Timestamp) -> bool {
    let of_all = session.identity.is_heard_since(since) && session.company.is_heard_since(since);
    of_all
        && session.view(service).is_none_or(|view| {
            view.state.is_heard_since(since)
                && view.history.is_heard_since(since)
                && view.definitions.is_heard_since(since)
                && view.images.is_heard_since(since)
                && view.tasks.is_heard_since(since)
        })
}

/// Says that the history row was not written, if it was not.
fn say_unfiled(engine: &Engine, out: &Output) {
    if let Some(notice) = &engine.session().notice
        && notice.text.id == "notice-history-failed"
    {
        out.note(&out.words().say(&notice.text));
    }
}

fn end_of(engine: &Engine, notice_before: Option<&Notice>) -> Option<End> {
    let session = engine.session();
    if let Some(fault) = journal_fault(engine) {
        return Some(End::JournalFailed(fault));
    }
    let incident = session.incident.as_ref()?;
    if let Some((ending, at)) = &incident.ending {
        return Some(End::Over(Box::new(ending.clone()), *at));
    }
    match incident.stage {
        Stage::Act {
            state: ActState::Doubtful,
            ..
        } => {
            let news = session
                .notice
                .as_ref()
                .filter(|notice| notice.level == NoticeLevel::Bad && Some(*notice) != notice_before);
            (!session.looking).then(|| End::Doubtful(news.map(|notice| notice.text.clone())))
        }
        Stage::Act {
            state: ActState::Ready | ActState::Sent | ActState::Settling | ActState::Following,
            ..
        } => None,
        Stage::Assess
        | Stage::Scope
        | Stage::Target
        | Stage::Check
        | Stage::Approve
        | Stage::Verify
        | Stage::Report
        | Stage::Done
        | Stage::Abandoned => {
            let settled = session.unsaved == 0 && session.waiting.is_empty();
            incident.refusal.clone().filter(|_| settled).map(End::Refused)
        }
    }
}

/// Says what happens: each recorded event once, and the progress of a deployment when it changes.
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
        let Some(incident) = &engine.session().incident else {
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
        if let (
            Some(progress),
            Stage::Act {
                state: ActState::Following,
                ..
            },
        ) = (&engine.session().progress, incident.stage)
        {
            self.say_progress(incident, progress, engine.now(), out);
        }
    }

    fn say_progress(&mut self, incident: &Incident, progress: &Progress, now: Timestamp, out: &mut Output) {
        let numbers = json!({
            "phase": phase(progress.phase),
            "desired": progress.desired,
            "new_running": progress.new_running,
            "new_pending": progress.new_pending,
            "old_running": progress.old_running,
            "healthy": progress.healthy,
            "trouble": progress.trouble.as_ref().map(Trouble::as_str),
        });
        let again = self
            .said
            .as_ref()
            .is_none_or(|(said, at)| *said != numbers || now.duration_since(*at) >= SAY_AGAIN);
        if !again {
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
        } else {
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
            out.note(&out.words().say(&sentence));
            if let Some(trouble) = &progress.trouble {
                let why = out.words().say(trouble.sentence());
                out.note(&out.words().say(&Phrase::new("cli-trouble").text("why", why)));
            }
        }
        self.said = Some((numbers, now));
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
    if out.is_json() {
        let mut object =
            json!({ "event": "recorded", "at": recorded.at.to_string(), "incident": incident.id });
        merge(
            &mut object,
            &json!({ "what": kind(&recorded.event), "sentence": sentence }),
        );
        out.object(&object);
    } else {
        out.note(&format!("{}  {sentence}", out.words().clock(recorded.at)));
    }
}

/// The name that an event has in the journal.
pub(super) fn kind(event: &Event) -> Value {
    serde_json::to_value(event)
        .ok()
        .and_then(|value| value.get("event").cloned())
        .unwrap_or(Value::Null)
}
