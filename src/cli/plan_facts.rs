//! A plan as the contract's JSON fields, and what is worked out of it for people and programs alike.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::rollback::{DatabaseMove, Plan, PreflightRow, Step, by_hand, owners_reminders};
use crate::session::Session;
use crate::words::Words;

use super::{facts, registered};

/// The fields of `plan`. Evidence is said in the reader's language; nothing of it is in the hash.
pub(super) fn plan(plan: &Plan, session: &Session, now: Timestamp, words: &Words) -> Value {
    json!({
        "hash": plan.hash,
        "environment": plan.environment,
        "account": plan.account,
        "region": plan.region,
        "steps": plan.steps.iter().map(|s| step(s, session, now, words)).collect::<Vec<_>>(),
        "preflight": plan.preflight.iter().map(|row| preflight(plan, row, words)).collect::<Vec<_>>(),
        "overrides": plan.overrides,
        "reminders": owners_reminders(plan).iter().map(|what| words.say(what)).collect::<Vec<_>>(),
        "verdict": plan.verdict,
    })
}

fn step(step: &Step, session: &Session, now: Timestamp, words: &Words) -> Value {
    let differences = registered::differences(session, step);
    json!({
        "service": step.service,
        "method": step.method,
        "why_method": step.why_method.as_ref().map(|why| words.say(why)),
        "from": facts::point(&step.from),
        "to": facts::point(&step.to),
        "rule": step.target.rule,
        "why": words.say(&step.target.why),
        "proven": step.target.proven,
        "calls": step.calls,
        "registers": step.target.registers,
        "differences": differences.map(|list| list.iter().map(|d| words.say(&d.phrase())).collect::<Vec<_>>()),
        "by_hand": steps_by_hand(session, step),
        "database": step.database,
        "lost_minutes": step.database.as_ref().and_then(|moved| lost_minutes(moved, now)),
    })
}

fn preflight(plan: &Plan, row: &PreflightRow, words: &Words) -> Value {
    json!({
        "service": row.service,
        "check": row.check,
        "verdict": row.verdict,
        "evidence": words.say(&row.evidence),
        "overridden": is_overridden(plan, row),
    })
}

/// Whether a person goes on in spite of this row.
pub(super) fn is_overridden(plan: &Plan, row: &PreflightRow) -> bool {
    row.is_overridable() && plan.overrides.iter().any(|over| over.is_about(row))
}

/// Minutes of data that a restored snapshot does not have, when it is restored at `now`; begun minutes count.
pub(super) fn lost_minutes(moved: &DatabaseMove, now: Timestamp) -> Option<u32> {
    let seconds = now.duration_since(moved.taken_at?).as_secs().max(0);
    u64::try_from(seconds).ok()?.div_ceil(60).try_into().ok()
}

/// Commands for a person, where no method of this version fits the service; empty where one does.
pub(super) fn steps_by_hand(session: &Session, step: &Step) -> Vec<String> {
    session
        .view(&step.service)
        .and_then(|view| view.state.value())
        .map_or_else(Vec::new, |state| by_hand(state, Some(&step.target.definition)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Clean;

    #[test]
    fn a_begun_minute_of_data_is_lost_too() {
        let taken: Timestamp = "2026-11-23T01:00:00Z".parse().unwrap();
        let clean = |text| Clean::new(text);
        let moved = |taken_at| DatabaseMove {
            from: clean("a"),
            to: clean("b"),
            snapshot: None,
            taken_at,
            secret: clean("s"),
            secret_version: clean("v"),
        };
        for (now, minutes) in [
            ("01:00:00", 0),
            ("01:00:01", 1),
            ("02:00:00", 60),
            ("00:59:00", 0),
        ] {
            let now = format!("2026-11-23T{now}Z").parse().unwrap();
            assert_eq!(lost_minutes(&moved(Some(taken)), now), Some(minutes), "{now}");
        }
        assert_eq!(lost_minutes(&moved(None), taken), None);
    }
}
