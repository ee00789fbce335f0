//! What the recorded events say about the problem itself: which criteria were met, since when, how bad it was.
//!
//! Report, record and the time to recover all read it here, so that they cannot tell different stories.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{CriterionId, ServiceKey};
use crate::rollback::{CriterionState, CriterionStatus, Plan};

use super::{Approval, Event, Incident};

/// A criterion that was met while the incident was on.
#[derive(Debug)]
pub(super) struct Met<'a> {
    /// Its newest status in which it was met.
    pub(super) status: &'a CriterionStatus,
    /// The earliest `since` that was recorded of it.
    pub(super) first: Option<Timestamp>,
    /// The highest value that was recorded of it, in the criterion's unit. Statuses are recorded when a verdict changes, so
    /// between two of them it may have been higher.
    pub(super) worst: Option<f64>,
}

/// The criteria that were met before the rollback ended, in the runbook's order. What a person declared and withdrew again
/// was a mistake and is not among them.
pub(super) fn met(incident: &Incident) -> Vec<Met<'_>> {
    let ended_at = incident.ending.as_ref().map(|(_, at)| *at);
    let mut found: BTreeMap<(CriterionId, &ServiceKey), Met<'_>> = BTreeMap::new();
    let mut ended = false;
    for recorded in &incident.events {
        match &recorded.event {
            Event::Opened { criteria, .. } | Event::CriteriaChanged { criteria } => {
                let bad = criteria
                    .iter()
                    .filter(|status| status.state == CriterionState::Met);
                // What began after the end is the next problem, whoever recorded it here.
                let ours = bad.filter(|status| {
                    status
                        .since
                        .map_or(!ended, |since| ended_at.is_none_or(|end| since < end))
                });
                for status in ours {
                    let entry = found.entry((status.id, &status.service)).or_insert(Met {
                        status,
                        first: status.since,
                        worst: status.value,
                    });
                    entry.status = status;
                    entry.first = earliest(entry.first, status.since);
                    entry.worst = highest(entry.worst, status.value);
                }
            }
            Event::Withdrawn {
                criterion, service, ..
            } => {
                let key = (*criterion, service);
                if found.get(&key).is_some_and(|met| met.status.declared) {
                    found.remove(&key);
                }
            }
            Event::Ended { .. } => ended = ended_at.is_some_and(|end| end <= recorded.at),
            Event::Declared { .. }
            | Event::Noted { .. }
            | Event::Assessed
            | Event::Scoped { .. }
            | Event::Overridden { .. }
            | Event::Attached { .. }
            | Event::Settled { .. }
            | Event::TargetChosen { .. }
            | Event::Planned { .. }
            | Event::Reconsidered
            | Event::Approved { .. }
            | Event::Refused { .. }
            | Event::Intended { .. }
            | Event::Answered { .. }
            | Event::Rejected { .. }
            | Event::Doubtful { .. }
            | Event::Adopted { .. }
            | Event::NotApplied { .. }
            | Event::Checked { .. }
            | Event::Verified { .. }
            | Event::Reported { .. }
            | Event::Filed { .. }
            | Event::Abandoned { .. } => {}
        }
    }
    found.into_values().collect()
}

/// Where the time to recover begins: the first bad complete minute, or the declaration.
pub(super) fn first_bad(incident: &Incident) -> Option<Timestamp> {
    let ended_at = incident.ending.as_ref().map(|(_, at)| *at);
    let declared = incident
        .declarations
        .iter()
        .map(|declaration| declaration.at)
        .filter(|at| ended_at.is_none_or(|end| *at < end));
    met(incident)
        .iter()
        .filter_map(|met| met.first)
        .chain(declared)
        .min()
}

/// The newest approval with the plan that it approved, also when that plan was refused or given up afterwards.
pub(super) fn approved(incident: &Incident) -> Option<(Approval, &Plan)> {
    let mut frozen: Option<&Plan> = None;
    let mut approved = None;
    for recorded in &incident.events {
        if let Event::Planned { plan } = &recorded.event {
            frozen = Some(plan);
        }
        if let (
            Event::Approved {
                by,
                reason,
                timeout_seconds,
                ..
            },
            Some(plan),
        ) = (&recorded.event, frozen)
        {
            let approval = Approval {
                by: by.clone(),
                at: recorded.at,
                reason: reason.clone(),
                timeout_seconds: *timeout_seconds,
            };
            approved = Some((approval, plan));
        }
    }
    approved
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

fn highest(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).reduce(f64::max)
}
