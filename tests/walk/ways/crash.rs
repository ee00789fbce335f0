//! The process ends at each place of each call; another goes on to the same end, and the account sees each call once.

use modosu::domain::Mode;
use modosu::incident::{ActState, Incident, Stage};
use modosu::rollback::Outcome;
use modosu::session::OperatorMsg;

use super::preview::is_as_previewed;
use super::way::{
    BLUE_GREEN, BOTH, CONTINUE, DATABASE, GITHUB, IMAGE, OLD_DATABASE, REDEPLOY, Way, incident, is_at, reach,
    stage,
};
use crate::walk::ground::{Ground, approve};

/// Where a process ends, seen from one call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ends {
    /// Before the intent is recorded.
    BeforeIntent,
    /// The intent is durable and nothing reached the account.
    AfterIntent,
    /// The call took effect, its answer is on the way and never recorded.
    AnswerUnrecorded,
    /// The call took effect and its answer was lost.
    AnswerLost,
    /// The call never arrived, and nobody had looked yet.
    NeverArrived,
    /// What the call began goes on, or its deployment is followed.
    After,
}

impl Ends {
    const ALL: [Self; 6] = [
        Self::BeforeIntent,
        Self::AfterIntent,
        Self::AnswerUnrecorded,
        Self::AnswerLost,
        Self::NeverArrived,
        Self::After,
    ];

    /// What goes wrong with the call, so that the process can end just there.
    const fn fault(self) -> Option<&'static str> {
        match self {
            Self::BeforeIntent | Self::After => None,
            Self::AfterIntent => Some("hang"),
            Self::AnswerUnrecorded => Some("slow"),
            Self::AnswerLost => Some("lost"),
            Self::NeverArrived => Some("cut"),
        }
    }

    /// Whether the call took effect.
    const fn is_done(self) -> bool {
        match self {
            Self::AnswerUnrecorded | Self::AnswerLost | Self::After => true,
            Self::BeforeIntent | Self::AfterIntent | Self::NeverArrived => false,
        }
    }
}

/// Walks until the process ends there.
async fn until_it_ends(way: &Way, nth: usize, ends: Ends) -> Ground {
    let ground = way.ground().await;
    let mut engine = way.engine(&ground).await;
    let hash = way.walk_to_approval(&mut engine).await;
    let repeated = way.writes[..nth].contains(&way.writes[nth]);
    if let Some(kind) = ends.fault().filter(|_| !repeated) {
        ground.fault_of(way, nth, kind).await;
    }
    approve(&mut engine, hash);
    if repeated {
        reach(&ground, &mut engine, "followed", |s| {
            is_at(s, nth - 1, ActState::Following)
        })
        .await;
        if let Some(kind) = ends.fault() {
            ground.fault_of(way, nth, kind).await;
        }
    }
    let reached = |ground: &Ground| way.writes_on(ground).len() > nth;
    reach(&ground, &mut engine, "interrupted", |s| match ends {
        Ends::BeforeIntent => is_at(s, nth, ActState::Ready),
        Ends::AfterIntent => is_at(s, nth, ActState::Sent),
        Ends::AnswerUnrecorded => is_at(s, nth, ActState::Sent) && reached(&ground),
        Ends::AnswerLost | Ends::NeverArrived => is_at(s, nth, ActState::Doubtful),
        Ends::After => is_after(s, nth),
    })
    .await;
    drop(engine);
    ground
}

/// Whether call `nth` is answered and the next one is not sent: what it began goes on, or its service is followed, or
/// nothing stands between it and the next call.
fn is_after(session: &modosu::session::Session, nth: usize) -> bool {
    is_at(session, nth, ActState::Following)
        || is_at(session, nth, ActState::Settling)
        || is_at(session, nth + 1, ActState::Ready)
}

/// Goes on with it in another process, giving the word whenever it is asked for, and says how often that was.
async fn gone_on_with(way: &Way, ground: &Ground) -> (Incident, usize) {
    let mut engine = way.taken_up(ground).await;
    let mut asked = 0;
    loop {
        reach(ground, &mut engine, "ended, refused or asking", |s| {
            s.waits_for_word
                || s.incident
                    .as_ref()
                    .is_some_and(|i| i.ending.is_some() || i.refusal.is_some())
        })
        .await;
        if !engine.session().waits_for_word {
            break;
        }
        asked += 1;
        // Nothing is sent while nobody has said so.
        let before = ground.writes();
        let asked_at = engine.now();
        while engine.now().duration_since(asked_at).as_secs() < 60 {
            engine.step().await;
        }
        assert_eq!(ground.writes(), before);
        engine.tell(OperatorMsg::GoOn);
    }
    let incident = incident(&engine);
    engine.shutdown().await;
    (incident, asked)
}

async fn wherever_it_ends(way: &Way) {
    for nth in 0..way.writes.len() {
        for ends in Ends::ALL {
            let what = format!("{} call {nth} {ends:?}", way.name);
            let ground = until_it_ends(way, nth, ends).await;
            let sent_before = way.writes_on(&ground).len();
            let (incident, asked) = gone_on_with(way, &ground).await;
            match ends {
                // Approved and nothing sent: the approval was for another moment.
                Ends::BeforeIntent if nth == 0 => {
                    assert_eq!((incident.stage, asked), (Stage::Check, 0), "{what}");
                    assert!(way.writes_on(&ground).is_empty(), "{what}");
                }
                Ends::BeforeIntent | Ends::AnswerUnrecorded | Ends::AnswerLost | Ends::After => {
                    assert_eq!(
                        incident.outcome(),
                        Some(Outcome::OnTarget),
                        "{what}: {:?}",
                        incident.ending
                    );
                    assert_eq!(way.writes_on(&ground), way.writes, "{what}: each call once");
                    is_as_previewed(way, &ground, &incident).await;
                    // One word for all the calls that are left, and none where there is none.
                    let left = way.writes.len() > if ends.is_done() { nth + 1 } else { nth };
                    assert_eq!(asked, usize::from(left), "{what}");
                }
                Ends::AfterIntent | Ends::NeverArrived => {
                    assert_eq!(
                        incident.outcome(),
                        Some(Outcome::Failed),
                        "{what}: {:?}",
                        incident.ending
                    );
                    assert_eq!(
                        way.writes_on(&ground).len(),
                        sent_before,
                        "{what}: nothing is sent again"
                    );
                    assert!(sent_before <= nth + 1, "{what}");
                    assert_eq!(asked, 0, "{what}");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn in_continue() {
    wherever_it_ends(&CONTINUE).await;
}

#[tokio::test(start_paused = true)]
async fn in_image() {
    wherever_it_ends(&IMAGE).await;
}

#[tokio::test(start_paused = true)]
async fn in_redeploy() {
    wherever_it_ends(&REDEPLOY).await;
}

#[tokio::test(start_paused = true)]
async fn in_both() {
    wherever_it_ends(&BOTH).await;
}

#[tokio::test(start_paused = true)]
async fn in_a_revision_under_blue_green() {
    wherever_it_ends(&BLUE_GREEN).await;
}

#[tokio::test(start_paused = true)]
async fn in_github() {
    wherever_it_ends(&GITHUB).await;
}

#[tokio::test(start_paused = true)]
async fn in_a_restored_database() {
    wherever_it_ends(&DATABASE).await;
}

#[tokio::test(start_paused = true)]
async fn in_the_old_database() {
    wherever_it_ends(&OLD_DATABASE).await;
}

/// Must-show 4 of the issue in one place: whatever happens to the registration, the account sees at most one.
#[tokio::test(start_paused = true)]
async fn a_revision_is_registered_exactly_once() {
    for ends in [Ends::AnswerLost, Ends::AnswerUnrecorded, Ends::After] {
        let ground = until_it_ends(&IMAGE, 0, ends).await;
        let (incident, _) = gone_on_with(&IMAGE, &ground).await;
        let registered = ground
            .writes()
            .iter()
            .filter(|name| *name == "ecs.RegisterTaskDefinition")
            .count();
        assert_eq!(registered, 1, "{ends:?}");
        let (ending, _) = incident.ending.clone().unwrap();
        assert_eq!(
            ending.revision.map(|revision| revision.revision()),
            Some(58),
            "{ends:?}"
        );
    }
}

/// An orderly end of the process between two calls is no stop: what is left waits for the next process and a word.
#[tokio::test(start_paused = true)]
async fn leaving_between_two_calls_leaves_the_rest_for_later() {
    let ground = Ground::new("bad-deploy");
    let mut engine = ground.engine(Mode::Full).await;
    BOTH.approved(&mut engine).await;
    reach(&ground, &mut engine, "followed", |s| {
        is_at(s, 0, ActState::Following)
    })
    .await;
    // The last look before the second write takes its time.
    reach(&ground, &mut engine, "at the second call", |s| {
        is_at(s, 1, ActState::Ready)
    })
    .await;
    engine.shutdown().await;
    assert_eq!(ground.writes().len(), 1);
    let mut next = ground.engine(Mode::Full).await;
    assert!(next.resume_open().await.is_some(), "it is open");
    assert!(next.session().waits_for_word);
    assert!(matches!(stage(next.session()), Some(Stage::Act { step: 1, .. })));
    next.tell(OperatorMsg::GoOn);
    let incident = super::way::to_the_end(&ground, &mut next, "both").await;
    assert_eq!(incident.outcome(), Some(Outcome::OnTarget));
    assert_eq!(ground.writes(), BOTH.writes);
    next.shutdown().await;
}
