//! Stages and folding.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::domain::CriterionId;
use crate::incident::samples::{
    abandoned, alphabet, answered, approved, at, by, calm, dispatching, ended, filed, id, incident, intended,
    met, opened, plan, planned, recorded, refused, restoring, service, settled, to_approval, told, walk,
};
use crate::incident::{ActState, Event, FoldError, Incident, IncidentId, Recorded, Stage};
use crate::rollback::{Outcome, PlanVerdict};

const fn acting(step: usize, call: usize, state: ActState) -> Stage {
    Stage::Act { step, call, state }
}

fn stages() -> Vec<(&'static str, Stage)> {
    vec![
        ("assess", Stage::Assess),
        ("scope", Stage::Scope),
        ("target", Stage::Target),
        ("check", Stage::Check),
        ("approve", Stage::Approve),
        ("ready", acting(0, 0, ActState::Ready)),
        ("ready-later", acting(0, 1, ActState::Ready)),
        ("sent", acting(0, 0, ActState::Sent)),
        ("doubtful", acting(0, 0, ActState::Doubtful)),
        ("settling", acting(0, 0, ActState::Settling)),
        ("following", acting(0, 0, ActState::Following)),
        ("verify", Stage::Verify),
        ("report", Stage::Report),
        ("done", Stage::Done),
        ("abandoned", Stage::Abandoned),
    ]
}

#[test]
fn the_table_of_what_may_follow_where_is_whole() {
    let plan = plan(&["backend"], 2);
    let mut table: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, stage) in stages() {
        for event in alphabet() {
            let Ok(after) = stage.next(&event, Some(&plan)) else {
                continue;
            };
            let said = match &event {
                Event::Ended { ending } => format!("ended-{:?}", ending.outcome).to_lowercase(),
                _ => event.name().to_owned(),
            };
            if after != stage {
                table.entry(name).or_default().insert(said);
            } else if !matches!(
                event,
                Event::CriteriaChanged { .. }
                    | Event::Declared { .. }
                    | Event::Withdrawn { .. }
                    | Event::Noted { .. }
                    | Event::Attached { .. }
            ) {
                table.entry(name).or_default().insert(format!("{said} (stays)"));
            }
        }
    }
    let bad = [
        "ended-elsewhere",
        "ended-failed",
        "ended-timedout",
        "ended-unknown",
    ];
    let of = |events: &[&str]| events.iter().map(|e| (*e).to_owned()).collect::<BTreeSet<_>>();
    let and = |events: &[&str]| of(&[&bad[..], events].concat());
    let expected = BTreeMap::from([
        ("assess", of(&["assessed", "abandoned"])),
        ("scope", of(&["scoped", "reconsidered", "abandoned"])),
        ("target", of(&["target-chosen", "reconsidered", "abandoned"])),
        (
            "check",
            of(&["planned", "reconsidered", "abandoned", "overridden (stays)"]),
        ),
        (
            "approve",
            of(&["approved", "reconsidered", "refused", "abandoned"]),
        ),
        ("ready", and(&["intended", "refused", "ended-refused"])),
        ("ready-later", and(&["intended"])),
        ("sent", of(&["answered", "rejected", "doubtful", "ended-unknown"])),
        ("doubtful", of(&["adopted", "not-applied", "ended-unknown"])),
        ("settling", and(&["settled"])),
        ("following", and(&["ended-ontarget"])),
        ("verify", of(&["checked (stays)", "verified", "filed (stays)"])),
        ("report", of(&["checked (stays)", "reported", "filed (stays)"])),
        (
            "done",
            of(&["checked (stays)", "reported (stays)", "filed (stays)"]),
        ),
        ("abandoned", of(&["filed (stays)"])),
    ]);
    assert_eq!(table, expected);
}

#[test]
fn what_is_seen_and_said_is_recorded_at_every_stage_and_moves_none() {
    for (name, stage) in stages() {
        for event in alphabet() {
            let seen_or_said = matches!(
                event,
                Event::CriteriaChanged { .. }
                    | Event::Declared { .. }
                    | Event::Withdrawn { .. }
                    | Event::Noted { .. }
                    | Event::Attached { .. }
            );
            if seen_or_said {
                assert_eq!(stage.next(&event, None), Ok(stage), "{name} {}", event.name());
            }
        }
    }
}

#[test]
fn a_walk_goes_from_assess_to_done() {
    let incident = incident(&walk());
    assert_eq!(incident.stage, Stage::Done);
    assert_eq!(incident.first_bad, Some(at(120)));
    assert_eq!(incident.stable_at(), Some(at(480)));
    assert!(incident.verification.is_some_and(|v| v.passed));
    assert_eq!(
        incident.approval.as_ref().map(|a| a.by.to_string()),
        Some("田中".to_owned())
    );
    assert!(incident.filed.is_some() && incident.report.is_some());
    assert!(!incident.is_open());
}

#[test]
fn only_a_walk_under_way_is_open() {
    let events = walk();
    let open: Vec<usize> = (1..=events.len())
        .filter(|n| incident(&events[..*n]).is_open())
        .collect();
    // From the approval (the sixth event) to the ending (the tenth).
    assert_eq!(open, [6, 7, 8, 9]);
}

#[test]
fn an_approval_is_of_exactly_the_frozen_plan_and_never_of_a_blocked_or_empty_one() {
    let to = |plan, approval: Event| {
        let mut events = to_approval();
        events.truncate(4);
        events.extend([planned(plan), approval]);
        Incident::fold(id(), &recorded(&events))
    };
    assert!(to(plan(&["backend"], 1), approved('a')).is_ok());
    assert!(to(plan(&["backend"], 1), approved('b')).is_err());
    let mut blocked = plan(&["backend"], 1);
    blocked.verdict = PlanVerdict::Blocked;
    assert!(to(blocked, approved('a')).is_err());
    assert!(to(plan(&[], 1), approved('a')).is_err());
    assert!(to(plan(&["backend"], 0), approved('a')).is_err());
}

#[test]
fn a_plan_for_another_environment_or_service_is_refused() {
    for foreign in [
        {
            let mut plan = plan(&["backend"], 1);
            plan.environment = "staging".parse().unwrap();
            plan
        },
        plan(&["frontend"], 1),
    ] {
        let mut events = to_approval();
        events.truncate(4);
        events.push(planned(foreign));
        assert_eq!(
            Incident::fold(id(), &recorded(&events)),
            Err(FoldError::ForeignPlan { id: id() })
        );
    }
}

#[test]
fn a_plan_of_several_steps_ends_with_its_last() {
    let mut events = vec![
        opened(&["backend", "frontend"], Vec::new()),
        Event::Assessed,
        Event::Scoped { services: None },
        Event::TargetChosen {
            target: "last-good".parse().unwrap(),
            method: None,
            file: None,
        },
        planned(plan(&["backend", "frontend"], 2)),
        approved('a'),
    ];
    for step in 0..2 {
        for call in 0..2 {
            events.extend([intended(step, call), answered(step, call)]);
        }
        assert_eq!(incident(&events).stage, acting(step, 1, ActState::Following));
        events.push(ended(Outcome::OnTarget));
        if step == 0 {
            let between = incident(&events);
            assert_eq!(between.stage, acting(1, 0, ActState::Ready));
            assert!(between.is_open() && between.ending.is_none());
        }
    }
    assert_eq!(incident(&events).stage, Stage::Verify);
}

fn walked_with(plan: crate::rollback::Plan, more: &[Event]) -> Incident {
    let mut events = vec![
        opened(&["backend", "frontend"], Vec::new()),
        Event::Assessed,
        Event::Scoped { services: None },
        Event::TargetChosen {
            target: "last-good".parse().unwrap(),
            method: None,
            file: None,
        },
        planned(plan),
        approved('a'),
    ];
    events.extend_from_slice(more);
    incident(&events)
}

#[test]
fn what_a_call_began_settles_before_the_next_one_is_ready() {
    let begun = [intended(0, 0), answered(0, 0)];
    assert_eq!(
        walked_with(restoring(), &begun).stage,
        acting(0, 0, ActState::Settling)
    );
    let there = [&begun[..], &[settled(0, 0)]].concat();
    let after = walked_with(restoring(), &there);
    assert_eq!(after.stage, acting(0, 1, ActState::Ready));
    assert!(after.made_before(0, 1).1.endpoint.is_some());
    assert!(!after.was_sent(), "the second call");
    // What settles is no end of the step: the secret and the service come after it.
    for outcome in [Outcome::OnTarget, Outcome::Refused] {
        let mut story = recorded(&[]);
        story.extend(after.events.clone());
        story.push(Recorded {
            seq: story.len() as u64 + 1,
            at: at(3000),
            event: ended(outcome),
        });
        assert!(Incident::fold(id(), &story).is_err(), "{outcome:?}");
    }
}

#[test]
fn a_run_does_it_for_all_services_and_each_is_followed() {
    let run = [intended(0, 0), answered(0, 0), settled(0, 0)];
    assert_eq!(
        walked_with(dispatching(), &run).stage,
        acting(0, 0, ActState::Following)
    );
    let first = [&run[..], &[ended(Outcome::OnTarget)]].concat();
    let between = walked_with(dispatching(), &first);
    assert_eq!(between.stage, acting(1, 0, ActState::Following));
    assert_eq!(between.service_at_hand(), Some(&service("frontend")));
    let second = [&first[..], &[ended(Outcome::Failed)]].concat();
    let half = walked_with(dispatching(), &second);
    assert_eq!(half.stage, Stage::Report);
    let done: Vec<_> = half.half_way().iter().map(|step| step.service.clone()).collect();
    assert_eq!(done, [service("backend")]);
}

#[test]
fn a_refused_plan_leaves_no_approval_behind() {
    let mut events = to_approval();
    events.push(refused());
    let after = incident(&events);
    assert_eq!(after.stage, Stage::Check);
    assert!(after.plan.is_none() && after.approval.is_none() && after.refusal.is_some());
    events.push(planned(plan(&["backend"], 1)));
    assert!(incident(&events).refusal.is_none());
    // Nothing of the refused plan can be carried out, and a new one needs its own approval.
    let mut behind = incident(&events);
    let sent = Recorded {
        seq: 9,
        at: at(900),
        event: intended(0, 0),
    };
    assert!(behind.apply(sent).is_err());
}

#[test]
fn after_the_first_call_a_plan_cannot_be_taken_back() {
    let mut events = to_approval();
    events.truncate(4);
    events.extend([
        planned(plan(&["backend"], 2)),
        approved('a'),
        intended(0, 0),
        answered(0, 0),
    ]);
    assert_eq!(incident(&events).stage, acting(0, 1, ActState::Ready));
    events.push(refused());
    assert!(Incident::fold(id(), &recorded(&events)).is_err());
}

#[test]
fn the_time_to_recover_begins_at_the_first_bad_minute_or_at_a_declaration_that_stands() {
    let down = || Event::Declared {
        criterion: CriterionId::FeatureDown,
        service: service("backend"),
        note: "login fails".into(),
        by: by(),
    };
    let withdrawn = || Event::Withdrawn {
        criterion: CriterionId::FeatureDown,
        service: service("backend"),
        by: by(),
    };
    let criteria = |criteria| Event::CriteriaChanged { criteria };
    let open = |criteria| opened(&["backend"], criteria);
    let rate = |since| met(CriterionId::ErrorRate, since, 4.5);
    let declared = |since| met(CriterionId::FeatureDown, since, 0.0);
    for (what, events, expected) in [
        ("nothing", vec![open(vec![calm(CriterionId::ErrorRate)])], None),
        ("measured", vec![open(vec![rate(30)])], Some(30)),
        (
            "the earliest",
            vec![
                open(vec![rate(30)]),
                criteria(vec![rate(20)]),
                criteria(vec![rate(50)]),
            ],
            Some(20),
        ),
        (
            "met once is enough",
            vec![open(vec![rate(30)]), criteria(vec![calm(CriterionId::ErrorRate)])],
            Some(30),
        ),
        ("a declaration", vec![open(vec![]), down()], Some(120)),
        ("withdrawn", vec![open(vec![]), down(), withdrawn()], None),
        (
            "declared before it was opened, then withdrawn",
            vec![open(vec![declared(10)]), withdrawn()],
            None,
        ),
        (
            "what is measured is not withdrawn with it",
            vec![open(vec![rate(30)]), down(), withdrawn()],
            Some(30),
        ),
    ] {
        assert_eq!(incident(&events).first_bad, expected.map(at), "{what}");
    }
}

#[test]
fn what_begins_after_the_rollback_ended_is_the_next_problem() {
    let mut events = walk();
    events[0] = opened(&["backend"], Vec::new());
    events.truncate(10);
    assert_eq!(incident(&events).first_bad, None);
    let late = |since| Event::CriteriaChanged {
        criteria: vec![met(CriterionId::ErrorRate, since, 4.5)],
    };
    let with = |event| {
        let mut events = events.clone();
        events.push(event);
        incident(&events).first_bad
    };
    // The ending is the tenth event, at 600 seconds.
    assert_eq!(with(late(660)), None);
    assert_eq!(with(late(300)), Some(at(300)), "data that came late");
}

#[test]
fn a_story_begins_with_its_opening_and_has_no_gaps() {
    let events = recorded(&walk());
    assert_eq!(Incident::fold(id(), &[]), Err(FoldError::Empty(id())));
    assert!(Incident::fold(id(), &events[1..]).is_err());
    let mut gap = events.clone();
    gap.remove(3);
    assert!(matches!(
        Incident::fold(id(), &gap),
        Err(FoldError::Gap {
            expected: 4,
            found: 5,
            ..
        })
    ));
    let mut twice = events.clone();
    twice.insert(3, events[2].clone());
    assert!(matches!(Incident::fold(id(), &twice), Err(FoldError::Gap { .. })));
    let noted = Recorded {
        seq: 1,
        at: at(0),
        event: Event::Assessed,
    };
    assert_eq!(Incident::opened(id(), noted), Err(FoldError::NotOpened(id())));
}

#[test]
fn the_name_of_an_event_is_the_one_in_the_journal() {
    for event in alphabet() {
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(json["event"], event.name());
        let after = Recorded {
            seq: 3,
            at: at(1),
            event,
        };
        let text = serde_json::to_string(&after).unwrap();
        assert_eq!(serde_json::from_str::<Recorded>(&text).unwrap(), after);
    }
}

#[test]
fn an_id_is_read_as_a_person_types_it() {
    assert_eq!(IncidentId::parse("2026-11-23-1"), Some(id()));
    for bad in ["", "2026 11", "../x", &"1".repeat(33)] {
        assert_eq!(IncidentId::parse(bad), None, "{bad}");
    }
}

#[test]
fn given_up_is_given_up() {
    let after = incident(&[opened(&["backend"], Vec::new()), abandoned()]);
    assert_eq!(after.stage, Stage::Abandoned);
    let row = Recorded {
        seq: 3,
        at: at(200),
        event: filed(),
    };
    let mut filed = after;
    filed.apply(row).unwrap();
    assert_eq!(filed.stage, Stage::Abandoned);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_prefix_of_a_story_folds_to_what_living_it_gave(choices in prop::collection::vec(any::<usize>(), 0..28)) {
        let story = told(&choices);
        let mut lived = Incident::opened(id(), story[0].clone()).unwrap();
        for (n, next) in story.iter().enumerate().skip(1) {
            prop_assert_eq!(&Incident::fold(id(), &story[..n]).unwrap(), &lived);
            lived.apply(next.clone()).unwrap();
        }
        prop_assert_eq!(&Incident::fold(id(), &story).unwrap(), &lived);
        let stored: Vec<String> = story.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        let read: Vec<Recorded> = stored.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        prop_assert_eq!(Incident::fold(id(), &read).unwrap(), lived);
    }

    #[test]
    fn nothing_is_sent_before_what_came_before_it_is_at_its_end(choices in prop::collection::vec(any::<usize>(), 0..40)) {
        let story = told(&choices);
        let incident = Incident::fold(id(), &story).unwrap();
        let Some(plan) = &incident.plan else {
            return Ok(());
        };
        // Since the newest approval: what is over when a call is sent.
        let approved = story.iter().rposition(|r| matches!(r.event, Event::Approved { .. })).unwrap_or(story.len());
        let (mut answered, mut settled, mut step_at_end) = (BTreeSet::new(), BTreeSet::new(), 0);
        for recorded in &story[approved.min(story.len())..] {
            match &recorded.event {
                Event::Intended { step, call, .. } => {
                    prop_assert_eq!(*step, step_at_end);
                    for earlier in 0..*call {
                        prop_assert!(answered.contains(&(*step, earlier)));
                        let settles = plan.steps[*step].calls[earlier].api.settles();
                        prop_assert!(!settles || settled.contains(&(*step, earlier)));
                    }
                }
                Event::Answered { step, call, .. } | Event::Adopted { step, call, .. } => {
                    answered.insert((*step, *call));
                }
                Event::Settled { step, call, .. } => {
                    prop_assert!(answered.contains(&(*step, *call)));
                    settled.insert((*step, *call));
                }
                Event::Ended { ending } if ending.outcome == Outcome::OnTarget => {
                    let calls = &plan.steps[step_at_end].calls;
                    prop_assert!((0..calls.len()).all(|call| answered.contains(&(step_at_end, call))));
                    step_at_end += 1;
                }
                _ => {}
            }
        }
        // Half-way is said when the rollback is over and a part of it is done, and only of what is done.
        let half_way = incident.half_way();
        let done = incident.step_endings.values().filter(|(ending, _)| ending.outcome == Outcome::OnTarget).count();
        let is_half_way = incident.ending.is_some() && done > 0 && done < plan.steps.len();
        prop_assert_eq!(half_way.len(), if is_half_way { done } else { 0 });
    }

    #[test]
    fn what_cannot_follow_is_an_error_and_changes_nothing(
        choices in prop::collection::vec(any::<usize>(), 0..20),
        seq in 0_u64..30,
    ) {
        let story = told(&choices);
        let before = Incident::fold(id(), &story).unwrap();
        for event in alphabet() {
            let mut after = before.clone();
            let next = Recorded { seq, at: at(4000), event };
            if after.apply(next).is_err() {
                prop_assert_eq!(&after, &before);
            } else {
                prop_assert_eq!(seq, story.len() as u64 + 1);
            }
        }
    }
}
