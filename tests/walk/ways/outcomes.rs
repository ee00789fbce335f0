//! Every call of every way × every outcome that a call can have: one request for each intent, and the right word for it.

use modosu::domain::Phrase;
use modosu::incident::{ActState, Incident, next_step};
use modosu::rollback::{EndingKind, Outcome};

use super::preview::is_as_previewed;
use super::way::{
    BLUE_GREEN, BOTH, CONTINUE, DATABASE, DATABASE_OF_TWO, GITHUB, IMAGE, OLD_DATABASE, REDEPLOY, Way,
    after_answers, calls, is_at, reach, to_the_end,
};
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
    let ground = way.ground().await;
    let mut engine = way.engine(&ground).await;
    let first_of_its_name = !way.writes[..nth].contains(&way.writes[nth]);
    if first_of_its_name {
        let hash = way.walk_to_approval(&mut engine).await;
        ground.fault_of(way, nth, kind).await;
        crate::walk::ground::approve(&mut engine, hash);
    } else {
        way.approved(&mut engine).await;
        reach(&ground, &mut engine, "followed", |s| {
            is_at(s, nth - 1, ActState::Following)
        })
        .await;
        ground.fault_of(way, nth, kind).await;
    }
    let incident = to_the_end(&ground, &mut engine, way.name).await;
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
                    assert_eq!(way.writes_on(&ground), way.writes, "{what}: each call once");
                    is_as_previewed(way, &ground, &incident).await;
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
        way.writes_on(ground),
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

#[tokio::test(start_paused = true)]
async fn of_github() {
    every_outcome_of(&GITHUB).await;
}

#[tokio::test(start_paused = true)]
async fn of_a_restored_database() {
    every_outcome_of(&DATABASE).await;
}

#[tokio::test(start_paused = true)]
async fn of_the_old_database() {
    every_outcome_of(&OLD_DATABASE).await;
}

/// The last call of a database that two services use.
#[tokio::test(start_paused = true)]
async fn of_the_second_service_of_a_database() {
    for kind in ["lost", "cut"] {
        let (ground, incident) = with_fault(&DATABASE_OF_TWO, 3, kind).await;
        let outcome = incident.outcome();
        let half_way = incident.half_way().len();
        match kind {
            "lost" => assert_eq!((outcome, half_way), (Some(Outcome::OnTarget), 0)),
            _ => assert_eq!((outcome, half_way), (Some(Outcome::Failed), 1)),
        }
        assert_eq!(
            DATABASE_OF_TWO.writes_on(&ground),
            DATABASE_OF_TWO.writes,
            "{kind}"
        );
    }
}

/// The value is read before it is replaced: when that goes wrong, nothing was done, whatever went wrong.
#[tokio::test(start_paused = true)]
async fn of_reading_the_secret() {
    for kind in ["lost", "cut", "hang", "error", "throttle", "denied", "expired"] {
        let ground = DATABASE.ground().await;
        let mut engine = DATABASE.engine(&ground).await;
        let hash = DATABASE.walk_to_approval(&mut engine).await;
        ground.fault("secretsmanager.GetSecretValue", kind, 1).await;
        crate::walk::ground::approve(&mut engine, hash);
        let incident = to_the_end(&ground, &mut engine, "database").await;
        assert_eq!(
            calls(&incident),
            after_answers(1, &["intended", "rejected"]),
            "{kind}"
        );
        assert_eq!(incident.outcome(), Some(Outcome::Failed), "{kind}");
        assert_eq!(DATABASE.writes_on(&ground), DATABASE.writes[..1], "{kind}");
        engine.shutdown().await;
    }
}

/// A run that nobody can tell from another one is a person's to judge: it is not started again, and not believed in.
#[tokio::test(start_paused = true)]
async fn of_a_run_without_a_word_of_its_own() {
    let way = Way {
        name: "github without correlation",
        world: || Ground::new("bad-deploy"),
        runbook: &[],
        ..GITHUB
    };
    for kind in ["lost", "cut"] {
        let ground = way.ground().await;
        let mut engine = way.engine(&ground).await;
        let hash = way.walk_to_approval(&mut engine).await;
        ground.fault_of(&way, 0, kind).await;
        crate::walk::ground::approve(&mut engine, hash);
        until(&mut engine, 600, "left to a person", |s| {
            is_at(s, 0, ActState::Doubtful) && !s.looking
        })
        .await;
        assert_eq!(way.writes_on(&ground), way.writes, "{kind}");
        engine.tell(modosu::session::OperatorMsg::GiveUpUnknown);
        let incident = to_the_end(&ground, &mut engine, way.name).await;
        assert_eq!(incident.outcome(), Some(Outcome::Unknown), "{kind}");
        engine.shutdown().await;
        assert_eq!(way.writes_on(&ground), way.writes, "{kind}");
    }
}

/// A server that starts the run and does not say which one it is: it is looked for as if the answer had been lost.
#[tokio::test(start_paused = true)]
async fn of_a_run_whose_number_is_not_told() {
    let way = Way {
        name: "github without details",
        world: || {
            Ground::of(
                include_str!("../../../assets/scenarios/bad-deploy.toml"),
                &[],
                "\n[github]\ncorrelation_id = true\nrun_details = \"ignored\"\n",
            )
        },
        ..GITHUB
    };
    let ground = way.ground().await;
    let mut engine = way.engine(&ground).await;
    way.approved(&mut engine).await;
    let incident = to_the_end(&ground, &mut engine, way.name).await;
    assert_eq!(calls(&incident), ["intended", "doubtful", "adopted"]);
    assert_eq!(
        incident.outcome(),
        Some(Outcome::OnTarget),
        "{:?}",
        incident.ending
    );
    assert_eq!(way.writes_on(&ground), way.writes);
    engine.shutdown().await;
}
