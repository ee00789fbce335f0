//! The record: the eight fields of the team's history (runbook, "ロールバック履歴の記録").

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::Phrase;
use crate::rollback::{CriterionState, Outcome, Point};
use crate::runbook::Runbook;
use crate::words::Words;

use super::Incident;

/// A row of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    cells: [String; 8],
}

impl HistoryRow {
    /// The eight cells in the runbook's order.
    #[must_use]
    pub fn cells(&self) -> [String; 8] {
        self.cells.clone()
    }
}

/// The names of the columns in the runbook's order. They are the record's own and do not follow the reader's language, so
/// that one table stays one table.
#[must_use]
pub fn columns() -> [String; 8] {
    [
        "日時",
        "実施者",
        "対象環境",
        "ロールバック元",
        "ロールバック先",
        "理由",
        "影響",
        "復旧時間",
    ]
    .map(String::from)
}

/// The row of an incident; `None` while nothing was approved or its rollback has not ended. Written in the runbook's
/// language and time zone, whoever files it.
#[must_use]
pub fn row(incident: &Incident, runbook: &Runbook) -> Option<HistoryRow> {
    let words = Words::new(runbook.language.into(), runbook.time_zone());
    let approval = incident.approval.as_ref()?;
    let (ending, _) = incident.ending.as_ref()?;
    let step = incident.plan.as_ref().and_then(|plan| plan.steps.first())?;
    let none = || words.get("record-none");
    let services = incident
        .services
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    let recovery = recovery(incident).map_or_else(none, |time| words.span(time));
    let recovery = match ending.outcome {
        Outcome::OnTarget => recovery,
        Outcome::Elsewhere | Outcome::Failed | Outcome::TimedOut | Outcome::Unknown | Outcome::Refused => {
            words.say(&Phrase::new("record-not-recovered").phrase("outcome", outcome(ending.outcome)))
        }
    };
    Some(HistoryRow {
        cells: [
            words.date_time(incident.sent_at.unwrap_or(approval.at)),
            approval.by.to_string(),
            format!("{} / {services}", incident.environment),
            point(&step.from),
            point(&step.to),
            reason(incident, &words).unwrap_or_else(none),
            impact(incident, &words).unwrap_or_else(none),
            recovery,
        ],
    })
}

/// A point as the history writes it: `v1.4.0 (:57)`.
#[must_use]
pub fn point(point: &Point) -> String {
    let revision = format!(":{}", point.revision.revision());
    match &point.version {
        Some(version) => format!("{version} ({revision})"),
        None => revision,
    }
}

/// How a rollback ended, as a word.
#[must_use]
pub const fn outcome(outcome: Outcome) -> Phrase {
    Phrase::new(match outcome {
        Outcome::OnTarget => "outcome-on-target",
        Outcome::Elsewhere => "outcome-elsewhere",
        Outcome::Failed => "outcome-failed",
        Outcome::TimedOut => "outcome-timed-out",
        Outcome::Unknown => "outcome-unknown",
        Outcome::Refused => "outcome-refused",
    })
}

/// From the first bad minute, or the declaration, to recovered.
#[must_use]
pub fn recovery(incident: &Incident) -> Option<Duration> {
    let recovered: Timestamp = incident.verification.as_ref()?.recovered_at?;
    Duration::try_from(recovered.duration_since(incident.first_bad?)).ok()
}

/// Why it was done: the commander's own words, then the criteria that were met.
pub(super) fn reason(incident: &Incident, words: &Words) -> Option<String> {
    let given = incident
        .approval
        .as_ref()
        .and_then(|a| a.reason.as_ref())
        .map(ToString::to_string);
    let met = met_criteria(incident).map(|c| words.say(&c.why));
    let all: Vec<String> = given.into_iter().chain(met).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// The newest status of each criterion that was ever met.
pub(super) fn met_criteria(incident: &Incident) -> impl Iterator<Item = &crate::rollback::CriterionStatus> {
    let mut seen = std::collections::BTreeSet::new();
    let recorded = incident
        .events
        .iter()
        .rev()
        .flat_map(|recorded| match &recorded.event {
            super::Event::Opened { criteria, .. } | super::Event::CriteriaChanged { criteria } => {
                criteria.as_slice()
            }
            _ => &[],
        });
    recorded
        .filter(|c| c.state == CriterionState::Met)
        .filter(move |c| seen.insert((c.service.clone(), c.id)))
}

/// What it did to users, as far as it is recorded: the time in which a criterion was met.
pub(super) fn impact(incident: &Incident, words: &Words) -> Option<String> {
    let from = incident.first_bad?;
    let phrase = match incident.verification.as_ref().and_then(|v| v.recovered_at) {
        Some(to) => Phrase::new("record-impact-window")
            .time("from", from)
            .time("to", to),
        None => Phrase::new("record-impact-since").time("from", from),
    };
    Some(words.say(&phrase))
}
