//! Driving an engine from a verb: looking, and stepping until something is so.

use jiff::{SignedDuration, Timestamp};

use crate::cli::context::Region;
use crate::cli::{Context, Exit, Failure, Output, Signals, facts};
use crate::domain::{Fault, Mode, Phrase, ServiceKey};
use crate::engine::{Engine, Watch};
use crate::incident::{ActState, Stage};
use crate::rollback::Ending;
use crate::session::{JournalState, Notice, NoticeLevel, OperatorMsg, Session};

use super::teller::Teller;

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
    let mut engine = match live(context, signals, |_| ()).await? {
        Ok(engine) => engine,
        Err(Stopped(exit)) => return Ok(exit),
    };
    let done = work(&mut engine, signals).await;
    engine.shutdown().await;
    done
}

/// An engine that goes on looking, after its first look at everything. It is prepared for that before it looks.
pub(super) async fn live(
    context: &Context,
    signals: &mut Signals,
    prepare: impl FnOnce(&mut Engine),
) -> Result<Result<Engine, Stopped>, Failure> {
    let mut engine = context.engine(&Region::Needed, Watch::Live).await?;
    prepare(&mut engine);
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
    /// Between two calls, and the next one waits for a person's word: an earlier process ended there, or the call could not
    /// be sent, and why.
    BetweenCalls(Option<Phrase>),
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

/// Looks again at what belongs to services, until it was read anew or that takes too long.
pub(super) async fn look_anew(
    engine: &mut Engine,
    services: &[ServiceKey],
    signals: &mut Signals,
) -> Result<(), Stopped> {
    let since = engine.now();
    for service in services {
        engine.tell(OperatorMsg::Refresh(Some(service.clone())));
    }
    let all_anew = |session: &Session| services.iter().all(|service| is_anew(session, service, since));
    while !all_anew(engine.session()) && engine.now().duration_since(since) < LOOK_ANEW {
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
            state: ActState::Ready,
            ..
        } => (session.waits_for_word && session.unsaved == 0).then(|| {
            let notice = session
                .notice
                .as_ref()
                .filter(|notice| notice.level == NoticeLevel::Bad);
            let why = notice.map(|notice| notice.text.clone());
            End::BetweenCalls(why.filter(|why| why.id != "notice-waits-for-word"))
        }),
        Stage::Act {
            state: ActState::Sent | ActState::Settling | ActState::Following,
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
