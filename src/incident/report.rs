//! The stakeholder report, drafted from recorded facts in the team's template. What is not recorded is a marked gap.

use crate::domain::Phrase;
use crate::rollback::{CheckState, Outcome};
use crate::runbook::{Check, Runbook};
use crate::words::{Lang, Words};

use super::{Incident, record, timeline};

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
        ReportKind::Review => review(incident, runbook, words),
        ReportKind::Declared | ReportKind::Started | ReportKind::Done => {
            template(incident, runbook, kind, words)
        }
    }
}

struct Draft<'a> {
    words: &'a Words,
    text: String,
    gaps: Vec<Phrase>,
}

impl Draft<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn field(&mut self, label: &'static str, value: Option<String>, gap: &'static str) {
        let value = value.unwrap_or_else(|| self.gap(gap));
        let line = self.words.say(
            &Phrase::new("report-field")
                .phrase("label", Phrase::new(label))
                .text("value", value),
        );
        self.line(&line);
    }

    fn heading(&mut self, label: &'static str) {
        self.line("");
        let heading = self.words.get(label);
        self.line(&heading);
    }

    fn item(&mut self, item: &str) {
        self.line(&format!("- {item}"));
    }

    fn gap(&mut self, what: &'static str) -> String {
        let what = Phrase::new(what);
        let marked = self
            .words
            .say(&Phrase::new("report-gap").phrase("what", what.clone()));
        self.gaps.push(what);
        marked
    }
}

fn template(incident: &Incident, runbook: &Runbook, kind: ReportKind, words: &Words) -> Report {
    let mut draft = Draft {
        words,
        text: String::new(),
        gaps: Vec::new(),
    };
    let step = incident.plan.as_ref().and_then(|plan| plan.steps.first());
    let title = words.get("report-title");
    draft.line(&title);
    draft.line("");
    draft.field(
        "report-when",
        incident.sent_at.map(|at| words.date_time(at)),
        "report-gap-when",
    );
    draft.field(
        "report-environment",
        Some(incident.environment.to_string()),
        "report-gap-when",
    );
    let services = incident
        .services
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" / ");
    draft.field("report-services", Some(services), "report-gap-when");
    draft.field(
        "report-target",
        step.map(|step| record::point(&step.to)),
        "report-gap-target",
    );

    draft.heading("report-problem");
    let met: Vec<String> = record::met_criteria(incident)
        .map(|c| words.say(&c.why))
        .collect();
    for why in &met {
        draft.item(why);
    }
    for declaration in &incident.declarations {
        draft.item(declaration.note.as_str());
    }
    if met.is_empty() && incident.declarations.is_empty() {
        let gap = draft.gap("report-gap-problem");
        draft.item(&gap);
    }
    if let Some(reason) = incident.approval.as_ref().and_then(|a| a.reason.as_ref()) {
        draft.item(reason.as_str());
    }

    draft.heading("report-impact");
    if let Some(impact) = record::impact(incident, words) {
        draft.item(&impact);
    }
    // Which users and features were hit is not in any metric; a person knows or finds out.
    let gap = draft.gap("report-gap-impact");
    draft.item(&gap);

    draft.heading("report-state");
    for line in state(incident, runbook, kind, words) {
        draft.item(&line);
    }

    draft.heading("report-next");
    let notes = incident
        .events
        .iter()
        .filter_map(|recorded| match &recorded.event {
            super::Event::Noted { text, .. } => Some(text.to_string()),
            _ => None,
        });
    for note in notes {
        draft.item(&note);
    }
    let next = words.get("report-next-cause");
    draft.item(&next);
    Report {
        text: draft.text,
        gaps: draft.gaps,
    }
}

/// What can honestly be said about now. "Running normally" needs a verification that passed.
fn state(incident: &Incident, runbook: &Runbook, kind: ReportKind, words: &Words) -> Vec<String> {
    let passed = incident.verification.as_ref().map(|v| v.passed);
    let first = match (kind, incident.outcome(), passed) {
        (ReportKind::Declared, _, _) | (_, None, _) if incident.approval.is_none() => {
            Phrase::new("report-state-deciding")
        }
        (_, None, _) | (ReportKind::Started, _, _) => Phrase::new("report-state-under-way"),
        (_, Some(Outcome::OnTarget), Some(true)) => Phrase::new("report-state-normal"),
        (_, Some(Outcome::OnTarget), Some(false)) => Phrase::new("report-state-not-verified"),
        (_, Some(Outcome::OnTarget), None) => Phrase::new("report-state-verifying"),
        (
            _,
            Some(
                outcome @ (Outcome::Elsewhere
                | Outcome::Failed
                | Outcome::TimedOut
                | Outcome::Unknown
                | Outcome::Refused),
            ),
            _,
        ) => Phrase::new("report-state-ended-badly").phrase("outcome", record::outcome(outcome)),
    };
    let mut lines = vec![words.say(&first)];
    if incident.outcome() == Some(Outcome::OnTarget) {
        let checks = runbook
            .checks
            .immediate
            .items
            .iter()
            .chain(&runbook.checks.functional.items);
        lines.extend(checks.map(|check| check_line(incident, check, words)));
    }
    lines
}

fn check_line(incident: &Incident, check: &Check, words: &Words) -> String {
    let title = match words.lang() {
        Lang::Ja => &check.title.ja,
        Lang::En => &check.title.en,
    };
    let (state, evidence) = match incident.checks.get(&check.id) {
        Some((result, _)) => (check_state(result.state), words.say(&result.evidence)),
        None => (Phrase::new("check-not-done"), String::new()),
    };
    let line = Phrase::new("report-check")
        .text("title", title)
        .phrase("state", state)
        .text("evidence", evidence);
    words
        .say(&line)
        .trim_end()
        .trim_end_matches([':', '：', '—'])
        .trim_end()
        .to_owned()
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

fn review(incident: &Incident, runbook: &Runbook, words: &Words) -> Report {
    let mut draft = Draft {
        words,
        text: String::new(),
        gaps: Vec::new(),
    };
    let title = words.say(
        &Phrase::new("review-title")
            .text("incident", &incident.id)
            .text("team", &runbook.name),
    );
    draft.line(&format!("# {title}"));
    for (heading, lines) in [
        (
            "review-summary",
            vec![record::reason(incident, words), record::impact(incident, words)],
        ),
        (
            "review-recovery",
            vec![record::recovery(incident).map(|time| words.span(time))],
        ),
    ] {
        draft.line("");
        draft.line(&format!("## {}", words.get(heading)));
        draft.line("");
        let known: Vec<String> = lines.into_iter().flatten().collect();
        if known.is_empty() {
            let gap = draft.gap("report-gap-problem");
            draft.line(&gap);
        }
        for line in known {
            draft.item(&line);
        }
    }
    draft.line("");
    draft.line(&format!("## {}", words.get("review-timeline")));
    draft.line("");
    for (at, phrase) in timeline(incident) {
        let line = format!("{} {}", words.date_time(at), words.say(&phrase));
        draft.item(&line);
    }
    draft.line("");
    draft.line(&format!("## {}", words.get("review-follow-ups")));
    draft.line("");
    let gap = draft.gap("report-gap-follow-ups");
    draft.item(&gap);
    Report {
        text: draft.text,
        gaps: draft.gaps,
    }
}
