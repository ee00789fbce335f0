//! The timeline: one sentence an event, on one clock.

use jiff::Timestamp;

use crate::domain::{CriterionId, Phrase};
use crate::rollback::{CriterionState, CriterionStatus, Plan};

use super::{Event, Incident, record};

/// Everything that happened, as sentences in order.
#[must_use]
pub fn timeline(incident: &Incident) -> Vec<(Timestamp, Phrase)> {
    // A call is named by the plan that was frozen when it was sent, which need not be the newest.
    let mut frozen: Option<&Plan> = None;
    incident
        .events
        .iter()
        .map(|recorded| {
            if let Event::Planned { plan } = &recorded.event {
                frozen = Some(plan);
            }
            (recorded.at, sentence(&recorded.event, frozen))
        })
        .collect()
}

fn sentence(event: &Event, frozen: Option<&Plan>) -> Phrase {
    match event {
        Event::Opened { by, .. } => Phrase::new("timeline-opened").text("by", by),
        Event::CriteriaChanged { criteria } => criteria_sentence(criteria),
        Event::Declared {
            criterion,
            service,
            note,
            by,
        } => Phrase::new("timeline-declared")
            .phrase("criterion", criterion_name(*criterion))
            .text("service", service)
            .text("note", note)
            .text("by", by),
        Event::Withdrawn {
            criterion,
            service,
            by,
        } => Phrase::new("timeline-withdrawn")
            .phrase("criterion", criterion_name(*criterion))
            .text("service", service)
            .text("by", by),
        Event::Noted { text, by } => Phrase::new("timeline-noted").text("text", text).text("by", by),
        Event::Assessed => Phrase::new("timeline-assessed"),
        Event::Scoped { services: None } => Phrase::new("timeline-scoped"),
        Event::Scoped {
            services: Some(services),
        } => {
            let list: Vec<_> = services.iter().map(|service| service.as_str()).collect();
            Phrase::new("timeline-scoped-to").text("services", list.join(", "))
        }
        Event::Overridden { over } => Phrase::new("timeline-overridden")
            .phrase("check", over.check.phrase())
            .text("reason", &over.reason)
            .text("by", &over.by),
        Event::Attached { title, by, .. } => Phrase::new("timeline-attached")
            .text("title", title)
            .text("by", by),
        Event::Settled { step, call, .. } => Phrase::new("timeline-settled").text(
            "api",
            frozen
                .and_then(|plan| plan.steps.get(*step)?.calls.get(*call))
                .map_or("", |call| call.api.name()),
        ),
        Event::TargetChosen { target, .. } => Phrase::new("timeline-target").text("target", target),
        Event::Planned { plan } => Phrase::new("timeline-planned")
            .text("hash", plan.hash.short())
            .text("to", record::points(plan, |step| &step.to)),
        Event::Reconsidered => Phrase::new("timeline-reconsidered"),
        Event::Approved { by, hash, .. } => Phrase::new("timeline-approved")
            .text("by", by)
            .text("hash", hash.short()),
        Event::Refused { why } => Phrase::new("timeline-refused").phrase("why", why.clone()),
        Event::Intended { step, call, .. } => {
            let step = frozen.and_then(|plan| plan.steps.get(*step));
            let api = step
                .and_then(|step| step.calls.get(*call))
                .map_or("", |call| call.api.name());
            let service = step.map(|step| step.service.to_string()).unwrap_or_default();
            Phrase::new("timeline-intended")
                .text("api", api)
                .text("service", service)
        }
        Event::Answered { receipt, .. } => match &receipt.request_id {
            Some(request) => Phrase::new("timeline-answered").text("request", request),
            None => Phrase::new("timeline-answered-plain"),
        },
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
        Event::Checked { result, by: Some(by) } => Phrase::new("timeline-checked")
            .text("check", &result.check)
            .phrase("evidence", result.evidence.clone())
            .text("by", by),
        Event::Checked { result, by: None } => Phrase::new("timeline-checked")
            .text("check", &result.check)
            .phrase("evidence", result.evidence.clone())
            .text("by", "modosu"),
        Event::Verified { passed: true, .. } => Phrase::new("timeline-verified"),
        Event::Verified { passed: false, .. } => Phrase::new("timeline-not-verified"),
        Event::Reported { .. } => Phrase::new("timeline-reported"),
        Event::Filed { path } => Phrase::new("timeline-filed").text("path", path),
        Event::Abandoned { why } => Phrase::new("timeline-abandoned").phrase("why", why.clone()),
    }
}

/// A criterion's name, to stand inside another sentence.
const fn criterion_name(id: CriterionId) -> Phrase {
    Phrase::new(match id {
        CriterionId::ErrorRate => "criterion-error-rate",
        CriterionId::Latency => "criterion-latency",
        CriterionId::FeatureDown => "criterion-feature-down",
        CriterionId::DataInconsistency => "criterion-data-inconsistency",
        CriterionId::Vulnerability => "criterion-vulnerability",
    })
}

fn criteria_sentence(criteria: &[CriterionStatus]) -> Phrase {
    let of = |state| criteria.iter().find(|c| c.state == state);
    match (of(CriterionState::Met), of(CriterionState::Unknown)) {
        (Some(met), _) => Phrase::new("timeline-criteria-met")
            .text("service", &met.service)
            .phrase("why", met.why.clone()),
        (None, Some(unknown)) => Phrase::new("timeline-criteria-unknown")
            .text("service", &unknown.service)
            .phrase("why", unknown.why.clone()),
        (None, None) => Phrase::new("timeline-criteria-calm"),
    }
}
