//! The stakeholder report, drafted from recorded facts in the team's template. What is not recorded is a marked gap.
//!
//! The kind of a report chooses what is still expected of it, never what is claimed: the state and the checks are what the
//! events say, whichever message is written from them.

use crate::domain::Phrase;
use crate::rollback::{CheckState, Outcome, owners_reminders};
use crate::runbook::{Check, Runbook};
use crate::words::{Lang, Words};

use super::{ActState, Event, Incident, Stage, facts, record, review};

/// Which report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// A criterion is met and a rollback is considered.
    Declared,
    /// A rollback has begun.
    Started,
    /// A rollback has ended.
    Done,
    /// The review afterwards, as Markdown.
    Review,
}

/// A drafted report.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The text.
    pub text: String,
    /// What a person has to fill in.
    pub gaps: Vec<Phrase>,
}

/// Drafts a report on `incident`.
#[must_use]
pub fn draft(incident: &Incident, runbook: &Runbook, kind: ReportKind, words: &Words) -> Report {
    match kind {
        ReportKind::Review => review::review(incident, runbook, words),
        ReportKind::Declared | ReportKind::Started | ReportKind::Done => {
            template(incident, runbook, kind, words)
        }
    }
}

/// A report in the making.
pub(super) struct Draft<'a> {
    words: &'a Words,
    text: String,
    gaps: Vec<Phrase>,
}

impl<'a> Draft<'a> {
    pub(super) const fn new(words: &'a Words) -> Self {
        Self {
            words,
            text: String::new(),
            gaps: Vec::new(),
        }
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn field(&mut self, label: Phrase, value: &str) {
        let line = self.words.say(
            &Phrase::new("report-field")
                .phrase("label", label)
                .text("value", value),
        );
        self.line(&line);
    }

    fn heading(&mut self, label: &Phrase) {
        self.line("");
        let heading = self.words.say(label);
        self.line(&heading);
    }

    pub(super) fn item(&mut self, item: &str) {
        self.line(&format!("- {item}"));
    }

    /// A marked gap in the text, also in the list of gaps.
    pub(super) fn gap(&mut self, what: Phrase) -> String {
        let marked = self
            .words
            .say(&Phrase::new("report-gap").phrase("what", what.clone()));
        self.gaps.push(what);
        marked
    }

    pub(super) fn finish(self) -> Report {
        Report {
            text: self.text,
            gaps: self.gaps,
        }
    }
}

fn template(incident: &Incident, runbook: &Runbook, kind: ReportKind, words: &Words) -> Report {
    let mut draft = Draft::new(words);
    draft.line(&words.get("report-title"));
    draft.line("");
    head(&mut draft, incident, kind, words);

    draft.heading(&Phrase::new("report-problem"));
    let problems = record::problems(incident, words);
    for problem in &problems {
        draft.item(problem);
    }
    let reason = facts::approved(incident).and_then(|(approval, _)| approval.reason);
    if let Some(reason) = &reason {
        draft.item(reason.as_str());
    }
    if problems.is_empty() && reason.is_none() {
        let gap = draft.gap(Phrase::new("report-gap-problem"));
        draft.item(&gap);
    }

    draft.heading(&Phrase::new("report-impact"));
    if let Some(impact) = record::impact(incident, words) {
        draft.item(&impact);
    }
    // Which users and features were hit is not in any metric; a person knows or finds out.
    let gap = draft.gap(Phrase::new("report-gap-impact"));
    draft.item(&gap);

    draft.heading(&Phrase::new("report-state"));
    draft.item(&words.say(&state(incident, words)));
    if kind == ReportKind::Done && incident.ending.is_none() && incident.stage != Stage::Abandoned {
        let gap = draft.gap(Phrase::new("report-gap-outcome"));
        draft.item(&gap);
    }
    for line in checks(incident, runbook, words) {
        draft.item(&line);
    }

    draft.heading(&Phrase::new("report-next"));
    draft.item(&words.say(&next(incident)));
    for reminder in reminders(incident) {
        draft.item(&words.say(&reminder));
    }
    draft.finish()
}

/// The four fields above the sections.
fn head(draft: &mut Draft<'_>, incident: &Incident, kind: ReportKind, words: &Words) {
    let when = match (incident.sent_at, kind) {
        (Some(at), _) => words.date_time(at),
        (None, ReportKind::Declared) => words.get("report-not-sent"),
        (None, ReportKind::Started | ReportKind::Done | ReportKind::Review) => {
            draft.gap(Phrase::new("report-gap-when"))
        }
    };
    draft.field(Phrase::new("report-when"), &when);
    draft.field(Phrase::new("report-environment"), incident.environment.as_str());
    let services = incident
        .services
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" / ");
    draft.field(Phrase::new("report-services"), &services);
    let plan = incident
        .plan
        .as_ref()
        .or_else(|| facts::approved(incident).map(|(_, plan)| plan));
    let target = match plan {
        Some(plan) => record::points(plan, |step| &step.to),
        None => draft.gap(Phrase::new("report-gap-target")),
    };
    draft.field(Phrase::new("report-target"), &target);
}

/// What can honestly be said about now. "Running normally" needs a verification that passed and no check that failed, also
/// none that a person signed afterwards.
fn state(incident: &Incident, words: &Words) -> Phrase {
    match (incident.stage, &incident.refusal) {
        (Stage::Check, Some(why)) => Phrase::new("report-state-refused").phrase("why", why.clone()),
        (Stage::Assess | Stage::Scope | Stage::Target | Stage::Check | Stage::Approve, _) => {
            Phrase::new("report-state-deciding")
        }
        (
            Stage::Act {
                state: ActState::Doubtful,
                ..
            },
            _,
        ) => Phrase::new("report-state-doubtful"),
        (
            Stage::Act {
                state: ActState::Ready | ActState::Sent | ActState::Settling | ActState::Following,
                ..
            },
            _,
        ) => Phrase::new("report-state-under-way"),
        (Stage::Abandoned, _) => Phrase::new("report-state-given-up"),
        (Stage::Verify | Stage::Report | Stage::Done, _) => {
            let passed = incident.verification.as_ref().map(|v| v.passed);
            let ended = incident.ending.as_ref().map(|(ending, _)| ending);
            match (ended.map(|ending| ending.outcome), passed) {
                (Some(Outcome::OnTarget), Some(true)) if !a_check_failed(incident) => {
                    Phrase::new("report-state-normal")
                }
                (Some(Outcome::OnTarget), Some(_)) => Phrase::new("report-state-not-verified"),
                (Some(Outcome::OnTarget) | None, None) => Phrase::new("report-state-verifying"),
                (None, Some(_)) => Phrase::new("report-state-not-verified"),
                (
                    Some(
                        outcome @ (Outcome::Elsewhere
                        | Outcome::Failed
                        | Outcome::TimedOut
                        | Outcome::Unknown
                        | Outcome::Refused),
                    ),
                    _,
                ) => {
                    let why = ended.map_or_else(|| words.get("record-none"), |ending| words.say(&ending.why));
                    Phrase::new("report-state-ended-badly")
                        .phrase("outcome", record::outcome(outcome))
                        // AWS's reasons are sentences of their own; this one goes on after them.
                        .text("why", why.trim_end_matches(['.', '。']))
                }
            }
        }
    }
}

/// Whether the newest result of any check, whoever made it, is that it failed.
fn a_check_failed(incident: &Incident) -> bool {
    incident
        .checks
        .values()
        .any(|(result, _)| result.state == CheckState::Failed)
}

/// What comes next, as far as the stage itself says it.
const fn next(incident: &Incident) -> Phrase {
    match incident.stage {
        Stage::Assess | Stage::Scope | Stage::Target | Stage::Check | Stage::Approve => {
            Phrase::new("report-next-decide")
        }
        Stage::Act { .. } | Stage::Verify => Phrase::new("report-next-result"),
        Stage::Report | Stage::Done | Stage::Abandoned => Phrase::new("report-next-cause"),
    }
}

/// What stays open after an approved plan: who would put the bad version back.
pub(super) fn reminders(incident: &Incident) -> Vec<Phrase> {
    facts::approved(incident).map_or_else(Vec::new, |(_, plan)| owners_reminders(plan))
}

/// The runbook's checks with where each stands, once the rollback is on target.
pub(super) fn checks(incident: &Incident, runbook: &Runbook, words: &Words) -> Vec<String> {
    if incident.outcome() != Some(Outcome::OnTarget) {
        return Vec::new();
    }
    runbook
        .checks
        .immediate
        .items
        .iter()
        .chain(&runbook.checks.functional.items)
        .map(|check| check_line(incident, check, words))
        .collect()
}

fn check_line(incident: &Incident, check: &Check, words: &Words) -> String {
    let title = match words.lang() {
        Lang::Ja => &check.title.ja,
        Lang::En => &check.title.en,
    };
    match incident.checks.get(&check.id) {
        Some((result, by)) => {
            let evidence = words.say(&result.evidence);
            let evidence = match by {
                Some(by) => words.say(
                    &Phrase::new("report-signed")
                        .text("evidence", evidence)
                        .text("by", by),
                ),
                None => evidence,
            };
            words.say(
                &Phrase::new("report-check")
                    .text("title", title)
                    .phrase("state", check_state(result.state))
                    .text("evidence", evidence),
            )
        }
        None => words.say(
            &Phrase::new("report-field")
                .text("label", title)
                .phrase("value", Phrase::new("check-not-done")),
        ),
    }
}

/// Where a check stands, as a word.
const fn check_state(state: CheckState) -> Phrase {
    Phrase::new(match state {
        CheckState::Waiting => "check-waiting",
        CheckState::Passed => "check-passed",
        CheckState::Failed => "check-failed",
        CheckState::Unknown => "check-unknown",
        CheckState::Skipped => "check-skipped",
    })
}

/// When the newest event of a kind was recorded.
pub(super) fn newest(incident: &Incident, is: impl Fn(&Event) -> bool) -> Option<jiff::Timestamp> {
    incident
        .events
        .iter()
        .rev()
        .find(|recorded| is(&recorded.event))
        .map(|recorded| recorded.at)
}
