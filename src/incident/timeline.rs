//! The timeline: one sentence an event, on one clock.

use jiff::Timestamp;

use crate::domain::Phrase;
use crate::rollback::{CriterionState, CriterionStatus};

use super::{Event, Incident, record};

/// Everything that happened, as sentences in order.
#[must_use]
pub fn timeline(incident: &Incident) -> Vec<(Timestamp, Phrase)> {
    incident
        .events
        .iter()
        .map(|recorded| (recorded.at, sentence(&recorded.event, incident)))
        .collect()
}

fn sentence(event: &Event, incident: &Incident) -> Phrase {
    match event {
        Event::Opened { by, .. } => Phrase::new("timeline-opened").text("by", by),
        Event::CriteriaChanged { criteria } => criteria_sentence(criteria),
        Event::Declared {
            criterion, note, by, ..
        } => Phrase::new("timeline-declared")
            .text("criterion", criterion)
            .text("note", note)
            .text("by", by),
        Event::Withdrawn { criterion, by, .. } => Phrase::new("timeline-withdrawn")
            .text("criterion", criterion)
            .text("by", by),
        Event::Noted { text, by } => Phrase::new("timeline-noted").text("text", text).text("by", by),
        Event::Assessed => Phrase::new("timeline-assessed"),
        Event::Scoped => Phrase::new("timeline-scoped"),
        Event::TargetChosen { target } => Phrase::new("timeline-target").text("target", target),
        Event::Planned { plan } => {
            let to = plan
                .steps
                .first()
                .map(|step| record::point(&step.to))
                .unwrap_or_default();
            Phrase::new("timeline-planned")
                .text("hash", plan.hash.short())
                .text("to", to)
        }
        Event::Reconsidered => Phrase::new("timeline-reconsidered"),
        Event::Approved { by, hash, .. } => Phrase::new("timeline-approved")
            .text("by", by)
            .text("hash", hash.short()),
        Event::Refused { why } => Phrase::new("timeline-refused").phrase("why", why.clone()),
        Event::Intended { step, call, .. } => {
            let api = incident
                .plan
                .as_ref()
                .and_then(|plan| plan.steps.get(*step))
                .and_then(|step| step.calls.get(*call))
                .map_or("", |call| call.api.name());
            Phrase::new("timeline-intended").text("api", api)
        }
        Event::Answered { receipt, .. } => {
            let request = receipt
                .request_id
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            Phrase::new("timeline-answered").text("request", request)
        }
        Event::Rejected { fault, .. } => Phrase::new("timeline-rejected").phrase("fault", fault.phrase()),
        Event::Doubtful {
            fault: Some(fault), ..
        } => Phrase::new("timeline-doubtful").phrase("fault", fault.phrase()),
        Event::Doubtful { fault: None, .. } => Phrase::new("timeline-interrupted"),
        Event::Adopted { .. } => Phrase::new("timeline-adopted"),
        Event::NotApplied { .. } => Phrase::new("timeline-not-applied"),
        Event::Ended { ending } => Phrase::new("timeline-ended")
            .phrase("outcome", record::outcome(ending.outcome))
            .phrase("why", ending.why.clone()),
        Event::Checked { result, by } => {
            let by = by
                .as_ref()
                .map_or_else(|| "modosu".to_owned(), ToString::to_string);
            Phrase::new("timeline-checked")
                .text("check", &result.check)
                .phrase("evidence", result.evidence.clone())
                .text("by", by)
        }
        Event::Verified { passed: true, .. } => Phrase::new("timeline-verified"),
        Event::Verified { passed: false, .. } => Phrase::new("timeline-not-verified"),
        Event::Reported { .. } => Phrase::new("timeline-reported"),
        Event::Filed { path } => Phrase::new("timeline-filed").text("path", path),
        Event::Abandoned { why } => Phrase::new("timeline-abandoned").phrase("why", why.clone()),
    }
}

fn criteria_sentence(criteria: &[CriterionStatus]) -> Phrase {
    let of = |state| criteria.iter().find(|c| c.state == state);
    match (of(CriterionState::Met), of(CriterionState::Unknown)) {
        (Some(met), _) => Phrase::new("timeline-criteria-met").phrase("why", met.why.clone()),
        (None, Some(unknown)) => Phrase::new("timeline-criteria-unknown").phrase("why", unknown.why.clone()),
        (None, None) => Phrase::new("timeline-criteria-calm"),
    }
}
