//! The record: the eight fields of the team's history (runbook, "ロールバック履歴の記録").

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{CriterionId, Phrase};
use crate::rollback::{Outcome, Plan, Point, Step};
use crate::runbook::Runbook;
use crate::words::Words;

use super::{Incident, Stage, facts};

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

/// The row of an incident, in the runbook's language and time zone, whoever files it.
///
/// `None` while nothing was approved and while the approved plan neither ended nor was given up. When it is written is not
/// decided here: by itself when verification ended or at once after a bad end, before that only by hand.
#[must_use]
pub fn row(incident: &Incident, runbook: &Runbook) -> Option<HistoryRow> {
    let words = Words::new(runbook.language.into(), runbook.time_zone());
    let (approval, plan) = facts::approved(incident)?;
    let ended = match (&incident.ending, incident.stage) {
        (Some((ending, _)), _) => Some(ending.outcome),
        // Approved, then refused by a changed world or stopped before the first call, and given up.
        (None, Stage::Abandoned) => None,
        (
            None,
            Stage::Assess
            | Stage::Scope
            | Stage::Target
            | Stage::Check
            | Stage::Approve
            | Stage::Act { .. }
            | Stage::Verify
            | Stage::Report
            | Stage::Done,
        ) => return None,
    };
    let none = || words.get("record-none");
    let recovery = match ended {
        Some(Outcome::OnTarget) => recovery(incident).map_or_else(none, |time| words.span(time)),
        Some(
            outcome @ (Outcome::Elsewhere
            | Outcome::Failed
            | Outcome::TimedOut
            | Outcome::Unknown
            | Outcome::Refused),
        ) => words.say(&Phrase::new("record-not-recovered").phrase("outcome", self::outcome(outcome))),
        None => words.get("record-given-up"),
    };
    Some(HistoryRow {
        cells: [
            words.date_time(incident.sent_at.unwrap_or(approval.at)),
            approval.by.to_string(),
            incident.environment.to_string(),
            of_services(plan, |step| &step.from),
            of_services(plan, |step| &step.to),
            reason(incident, &words).unwrap_or_else(none),
            impact(incident, &words).unwrap_or_else(none),
            recovery,
        ],
    })
}

/// A point as the history writes it: `v1.4.0 (:57)`.
#[must_use]
pub fn point(point: &Point) -> String {
    match (&point.version, &point.revision) {
        (Some(version), Some(revision)) => format!("{version} (:{})", revision.revision()),
        // What is registered anew has no number when it is planned; its name says enough.
        (Some(version), None) => version.to_string(),
        (None, Some(revision)) => format!(":{}", revision.revision()),
        (None, None) => point
            .digest
            .as_ref()
            .map_or_else(|| point.short(), |digest| format!("sha256:{}", digest.short())),
    }
}

/// One point of every step of a plan. The service is named only where there are several.
pub(super) fn points(plan: &Plan, of: impl Fn(&Step) -> &Point) -> String {
    match plan.steps.as_slice() {
        [step] => point(of(step)),
        _ => of_services(plan, of),
    }
}

/// One point of every step of a plan with its service, which no column of the record has a place of its own for.
fn of_services(plan: &Plan, of: impl Fn(&Step) -> &Point) -> String {
    let points = plan
        .steps
        .iter()
        .map(|step| format!("{} {}", step.service, point(of(step))));
    points.collect::<Vec<_>>().join(", ")
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
    let given = facts::approved(incident).and_then(|(approval, _)| approval.reason);
    let all: Vec<String> = given
        .map(|reason| reason.to_string())
        .into_iter()
        .chain(problems(incident, words))
        .collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// The criteria that were met, a sentence each, and what was declared without a status of its own. A service is named where
/// the incident has several.
pub(super) fn problems(incident: &Incident, words: &Words) -> Vec<String> {
    let of_service = |service: &crate::domain::ServiceKey, what: String| {
        if incident.services.len() > 1 {
            words.say(
                &Phrase::new("record-of-service")
                    .text("service", service)
                    .text("what", what),
            )
        } else {
            what
        }
    };
    let met = facts::met(incident);
    let declared = incident.declarations.iter().filter(|declaration| {
        !met.iter()
            .any(|met| (met.status.id, &met.status.service) == (declaration.criterion, &declaration.service))
    });
    let declared = declared.map(|declaration| {
        let what = words.say(
            &Phrase::new("record-declared")
                .text("criterion", words.criterion(declaration.criterion))
                .text("by", &declaration.by)
                .text("note", &declaration.note),
        );
        of_service(&declaration.service, what)
    });
    met.iter()
        .map(|met| {
            let why = words.say(&met.status.why);
            let what = if met.status.id.is_measured() {
                why
            } else {
                // The sentence of a declared criterion says who and why, but not of what.
                words.say(
                    &Phrase::new("record-criterion")
                        .text("criterion", words.criterion(met.status.id))
                        .text("why", why),
                )
            };
            of_service(&met.status.service, what)
        })
        .chain(declared)
        .collect()
}

/// What it did to users, as far as it is recorded: when a criterion was met, and the worst that was recorded.
pub(super) fn impact(incident: &Incident, words: &Words) -> Option<String> {
    let from = incident.first_bad?;
    let window = match incident.verification.as_ref().and_then(|v| v.recovered_at) {
        Some(to) => Phrase::new("record-impact-window")
            .time("from", from)
            .time("to", to),
        None => Phrase::new("record-impact-since").time("from", from),
    };
    let worst = facts::met(incident).into_iter().filter_map(|met| {
        let value = met.worst?;
        let phrase = match met.status.id {
            CriterionId::ErrorRate => Phrase::new("record-impact-errors")
                .text("service", &met.status.service)
                .number("value", value),
            CriterionId::Latency => Phrase::new("record-impact-latency")
                .text("service", &met.status.service)
                .number("value", value),
            CriterionId::FeatureDown | CriterionId::DataInconsistency | CriterionId::Vulnerability => {
                return None;
            }
        };
        Some(words.say(&phrase))
    });
    let all: Vec<String> = std::iter::once(words.say(&window)).chain(worst).collect();
    Some(all.join("; "))
}
