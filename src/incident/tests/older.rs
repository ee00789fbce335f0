//! Journals of before a plan had several calls: they fold to what they always folded to.

use crate::incident::samples::{at, id, incident, walk};
use crate::incident::{ActState, Incident, Recorded, Stage};
use crate::rollback::{Api, Method};

/// The events of a whole walk as they were stored then. It is never made anew: what is stored somewhere must be read.
const ONE_CALL: &str = include_str!("one-call.jsonl");

fn events(text: &str) -> Vec<Recorded> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_walk_of_one_call_still_folds_from_its_first_event_to_its_last() {
    let events = events(ONE_CALL);
    let whole = Incident::fold(id(), &events).unwrap();
    assert_eq!(whole.stage, Stage::Done);
    assert_eq!(whole, incident(&walk()));
    assert!(whole.plan.as_ref().unwrap().steps[0].to.revision.is_some());
    assert!(whole.last_token().is_none() && whole.settled.is_empty() && whole.half_way().is_empty());
    let stages: Vec<Stage> = (1..=events.len())
        .map(|n| Incident::fold(id(), &events[..n]).unwrap().stage)
        .collect();
    let acting = |state| Stage::Act {
        step: 0,
        call: 0,
        state,
    };
    assert_eq!(
        stages[..10],
        [
            Stage::Assess,
            Stage::Scope,
            Stage::Target,
            Stage::Check,
            Stage::Approve,
            acting(ActState::Ready),
            acting(ActState::Sent),
            acting(ActState::Following),
            acting(ActState::Following),
            Stage::Verify,
        ]
    );
}

#[test]
fn what_was_stored_then_is_stored_the_same_now() {
    for (line, event) in ONE_CALL.lines().zip(events(ONE_CALL)) {
        assert_eq!(serde_json::to_string(&event).unwrap(), line);
    }
}

#[test]
fn a_stop_of_then_is_a_stop_now_and_an_intent_without_a_token_is_looked_for() {
    let update = r#"{"api":"ecs.UpdateService","input":{"cluster":"peoplebooster-production","service":"peoplebooster-backend","taskDefinition":"arn:aws:ecs:ap-northeast-1:123456789012:task-definition/peoplebooster-backend:56"},"command":"aws ecs update-service"}"#;
    let stop = r#"{"api":"ecs.StopServiceDeployment","input":{"serviceDeploymentArn":"arn:aws:ecs:ap-northeast-1:123456789012:service-deployment/peoplebooster-production/peoplebooster-backend/AbCdEf","stopType":"ROLLBACK"},"command":"aws ecs stop-service-deployment"}"#;
    assert_eq!(ONE_CALL.matches(update).count(), 1);
    let text = ONE_CALL
        .replace(update, stop)
        .replace(r#""method":"revision""#, r#""method":"stop""#);
    let events = events(&text);
    let sent = Incident::fold(id(), &events[..7]).unwrap();
    let step = &sent.plan.as_ref().unwrap().steps[0];
    assert_eq!(step.method, Method::Stop);
    assert!(matches!(step.calls[0].api, Api::StopServiceDeployment { .. }));
    assert!(sent.was_sent() && sent.last_token().is_none());
    assert_eq!(sent.last_intent().map(|(_, at)| at), Some(at(420)));
}
