//! Every call of every way × every outcome that a call can have: one request for each intent, and the right word for it.

use modosu::domain::{Mode, Phrase};
use modosu::incident::{ActState, Incident, next_step};
use modosu::rollback::{EndingKind, Outcome};

use super::preview::is_as_previewed;
use super::way::{BLUE_GREEN, BOTH, CONTINUE, IMAGE, REDEPLOY, Way, after_answers, calls, is_at, to_the_end};
use crate::walk::ground::{Ground, until};

/// What may come of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Comes {
    /// It took effect, and looking finds it.
    Adopted,
    /// It did nothing, and looking finds that.
    NotApplied,
    /// AWS said that it did nothing.
    Rejected(&'static str),
}

/// The drill's faults, what they mean for a call, and what a person is told to do.
const FAULTS: [(&str, Comes); 8] = [
    ("lost", Comes::Adopted),
    ("slow", Comes::Adopted),
    ("cut", Comes::NotApplied),
    ("hang", Comes::NotApplied),
    ("error", Comes::NotApplied),
    ("throttle", Comes::Rejected("next-throttled")),
    ("denied", Comes::Rejected("next-denied")),
    ("expired", Comes::Rejected("next-credentials")),
];

/// Walks with one fault on call number `nth`.
async fn with_fault(way: &Way, nth: usize, kind: &str) -> (Ground, Incident) {
    let ground = (way.ground)();
    let mut engine = ground.engine(Mode::Full).await;
    let first_of_its_name = !way.writes[..nth].contains(&way.writes[nth]);
    if first_of_its_name {
        let hash = way.to_approval(&mut engine).await;
        ground.fault_of(way, nth, kind).await;
        crate::walk::ground::approve(&mut engine, hash);
    } else {
        way.approved(&mut engine).await;
        until(&mut engine, super::way::LONGEST, "followed", |s| {
            is_at(s, nth - 1, ActState::Following)
        })
        .await;
        ground.fault_of(way, nth, kind).await;
    }
    let incident = to_the_end(&mut engine, way.name).await;
    engine.shutdown().await;
    (ground, incident)
}

async fn every_outcome_of(way: &Way) {
    for nth in 0..way.writes.len() {
        for (kind, comes) in FAULTS {
            let what = format!("{} call {nth} {kind}", way.name);
            let (ground, incident) = with_fault(way, nth, kind).await;
            let (ending, _) = incident.ending.clone().unwrap();
            match comes {
                Comes::Adopted => {
                    assert_eq!(ending.outcome, Outcome::OnTarget, "{what}: {ending:?}");
                    // An answer that is only late is an answer.
                    let told: &[_] = if kind == "slow" {
                        &["intended", "answered"]
                    } else {
                        &["intended", "doubtful", "adopted"]
                    };
                    let mut expected = after_answers(nth, told);
                    expected.extend(["intended", "answered"].repeat(way.writes.len() - nth - 1));
                    assert_eq!(calls(&incident), expected, "{what}");
                    assert_eq!(ground.writes(), way.writes, "{what}: each call once");
                    is_as_previewed(&ground, &incident).await;
                }
                Comes::NotApplied => {
                    let expected = after_answers(nth, &["intended", "doubtful", "not-applied"]);
                    ended_after(way, nth, &ground, &incident, &expected, &what);
                    assert_eq!(advice(&incident).id, "next-not-applied", "{what}");
                }
                Comes::Rejected(next) => {
                    let expected = after_answers(nth, &["intended", "rejected"]);
                    ended_after(way, nth, &ground, &incident, &expected, &what);
                    assert_eq!(advice(&incident).id, next, "{what}");
                }
            }
        }
    }
}

fn advice(incident: &Incident) -> Phrase {
    let (ending, _) = incident.ending.as_ref().unwrap();
    next_step(Some(incident), ending)
}

/// It ended as failed with call `nth`, after which nothing more was sent.
fn ended_after(way: &Way, nth: usize, ground: &Ground, incident: &Incident, expected: &[&str], what: &str) {
    let (ending, _) = incident.ending.as_ref().unwrap();
    assert_eq!(
        (ending.outcome, ending.kind),
        (Outcome::Failed, Some(EndingKind::Failed)),
        "{what}: {ending:?}"
    );
    assert_eq!(calls(incident), expected, "{what}");
    assert_eq!(
        ground.writes(),
        way.writes[..=nth],
        "{what}: one request for each intent"
    );
    // Services that were put back before are told.
    let half_way = incident.half_way().len();
    assert_eq!(half_way, incident.step_endings.len() - 1, "{what}");
}

#[tokio::test(start_paused = true)]
async fn of_continue() {
    every_outcome_of(&CONTINUE).await;
}

#[tokio::test(start_paused = true)]
async fn of_image() {
    every_outcome_of(&IMAGE).await;
}

#[tokio::test(start_paused = true)]
async fn of_redeploy() {
    every_outcome_of(&REDEPLOY).await;
}

#[tokio::test(start_paused = true)]
async fn of_both() {
    every_outcome_of(&BOTH).await;
}

#[tokio::test(start_paused = true)]
async fn of_a_revision_under_blue_green() {
    every_outcome_of(&BLUE_GREEN).await;
}
