//! The review afterwards, as Markdown: the story's times, its timeline, its checks, and the gaps that only people can fill.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::Phrase;
use crate::rollback::Unproven;
use crate::runbook::Runbook;
use crate::words::Words;

use super::report::{Draft, checks, newest, reminders};
use super::{Event, Incident, Report, facts, record, timeline};

pub(super) fn review(incident: &Incident, runbook: &Runbook, words: &Words) -> Report {
    let mut draft = Draft::new(words);
    let title = words.say(
        &Phrase::new("review-title")
            .text("incident", &incident.id)
            .text("team", &runbook.name),
    );
    draft.line(&format!("# {}", inline(&title)));

    section(&mut draft, &words.get("review-summary"));
    summary(&mut draft, incident, words);

    section(&mut draft, &words.get("review-times"));
    times(&mut draft, incident, words);

    section(&mut draft, &words.get("review-timeline"));
    for (at, phrase) in timeline(incident) {
        draft.item(&format!(
            "{} {}",
            words.date_time(at),
            inline(&words.say(&phrase))
        ));
    }

    let checks = checks(incident, runbook, words);
    let unproven = incident
        .ending
        .iter()
        .flat_map(|(ending, _)| &ending.unproven)
        .map(|unproven| {
            words.say(&Phrase::new(match unproven {
                Unproven::Digests => "unproven-digests",
                Unproven::ServiceDeployment => "unproven-service-deployment",
                Unproven::TargetHealth => "unproven-target-health",
            }))
        });
    let proof: Vec<String> = checks.into_iter().chain(unproven).collect();
    if !proof.is_empty() {
        section(&mut draft, &words.get("review-checks"));
        for line in proof {
            draft.item(&inline(&line));
        }
    }

    section(&mut draft, &words.get("review-cause"));
    let gap = draft.gap(Phrase::new("report-gap-cause"));
    draft.item(&gap);
    section(&mut draft, &words.get("review-follow-ups"));
    for reminder in reminders(incident) {
        draft.item(&inline(&words.say(&reminder)));
    }
    let gap = draft.gap(Phrase::new("report-gap-follow-ups"));
    draft.item(&gap);
    draft.finish()
}

fn section(draft: &mut Draft<'_>, title: &str) {
    draft.line("");
    draft.line(&format!("## {title}"));
    draft.line("");
}

fn summary(draft: &mut Draft<'_>, incident: &Incident, words: &Words) {
    let problems = record::problems(incident, words);
    if problems.is_empty() {
        let gap = draft.gap(Phrase::new("report-gap-problem"));
        draft.item(&gap);
    }
    for problem in problems {
        draft.item(&inline(&problem));
    }
    if let Some(impact) = record::impact(incident, words) {
        draft.item(&inline(&impact));
    }
    if let Some((approval, plan)) = facts::approved(incident) {
        let done = words.say(
            &Phrase::new("review-done")
                .text("by", &approval.by)
                .text("from", record::points(plan, |step| &step.from))
                .text("to", record::points(plan, |step| &step.to)),
        );
        draft.item(&inline(&done));
        if let Some(reason) = &approval.reason {
            draft.item(&inline(reason.as_str()));
        }
    }
    let gap = draft.gap(Phrase::new("report-gap-impact"));
    draft.item(&gap);
}

/// The times of the story and the lengths between them, as a table. What did not happen has no row.
fn times(draft: &mut Draft<'_>, incident: &Incident, words: &Words) {
    let approved = facts::approved(incident).map(|(approval, _)| approval.at);
    let stable = incident.stable_at();
    let verification = incident.verification;
    let recovered = verification.and_then(|v| v.recovered_at);
    let moments = [
        (words.get("review-first-bad"), incident.first_bad),
        (words.get("review-opened"), Some(incident.opened_at)),
        (words.get("review-approved"), approved),
        (words.get("review-sent"), incident.sent_at),
        (words.get("review-stable"), stable),
        (words.get("review-recovered"), recovered),
        (words.get("review-verified"), verification.map(|v| v.at)),
        (
            words.get("review-filed"),
            newest(incident, |event| matches!(event, Event::Filed { .. })),
        ),
    ];
    let lengths = [
        (
            words.get("review-to-decide"),
            between(incident.first_bad, approved),
        ),
        (words.get("review-to-stable"), between(incident.sent_at, stable)),
        (words.get("review-recovery"), record::recovery(incident)),
    ];
    draft.line(&format!(
        "| {} | {} |",
        words.get("review-what"),
        words.get("review-when")
    ));
    draft.line("|---|---|");
    let moments = moments
        .into_iter()
        .filter_map(|(name, at)| at.map(|at| (name, words.date_time(at))));
    let lengths = lengths
        .into_iter()
        .filter_map(|(name, length)| length.map(|length| (name, words.span(length))));
    for (name, value) in moments.chain(lengths).collect::<Vec<_>>() {
        draft.line(&format!("| {} | {} |", inline(&name), inline(&value)));
    }
}

/// The length from one moment to a later one; none when the clock says otherwise.
fn between(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<Duration> {
    Duration::try_from(to?.duration_since(from?)).ok()
}

/// Text in which nothing starts a cell, a tag or a code span of Markdown.
fn inline(text: &str) -> String {
    text.chars().fold(String::new(), |mut safe, c| {
        if matches!(c, '|' | '<' | '`' | '\\') {
            safe.push('\\');
        }
        safe.push(c);
        safe
    })
}
