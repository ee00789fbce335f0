//! A plan as it is shown: as JSON, and as lines for people.

use serde_json::Value;

use crate::cli::plan_facts::{is_overridden, lost_minutes, plan, steps_by_hand};
use crate::cli::{Context, facts, output::table, registered};
use crate::domain::Phrase;
use crate::engine::Engine;
use crate::rollback::{
    DatabaseMove, Plan, PlanVerdict, PreflightRow, PreflightVerdict, Step, owners_reminders,
};
use crate::words::Words;

use super::wanted::Wanted;

/// A plan, ready to be printed when the engine that made it is gone.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// The fields of `plan --json`.
    pub(super) object: Value,
    /// The lines for people, the one that approves it last.
    pub(super) lines: Vec<String>,
    /// What is said beside it.
    pub(super) remarks: Vec<String>,
}

impl Shown {
    /// `made` in the words of the reader.
    pub(super) fn of(
        made: &Plan,
        wanted: &Wanted,
        context: &Context,
        engine: &Engine,
        words: &Words,
    ) -> Self {
        let mut lines = text(made, engine, words);
        match made.verdict {
            PlanVerdict::Ready | PlanVerdict::Warn => {
                let command = wanted.command(context, made);
                lines.push(String::new());
                lines.push(words.say(&Phrase::new("cli-plan-approve").text("command", command)));
            }
            PlanVerdict::Blocked => {}
        }
        let unused = wanted.overrides.iter().filter(|over| {
            !made
                .overrides
                .iter()
                .any(|used| (used.check, &used.service) == (over.check, &over.service))
        });
        Self {
            object: plan(made, engine.session(), engine.now(), words),
            lines,
            remarks: unused
                .map(|over| {
                    words.say(&Phrase::new("cli-override-unused").phrase("check", over.check.phrase()))
                })
                .collect(),
        }
    }
}

/// From, to, why, checks, calls, hash.
fn text(plan: &Plan, engine: &Engine, words: &Words) -> Vec<String> {
    let mut lines = vec![format!("{}  {}  {}", plan.environment, plan.account, plan.region)];
    for step in &plan.steps {
        lines.extend(of_step(step, engine, words));
    }
    lines.push(String::new());
    lines.push(words.get("cli-preflight"));
    let rows: Vec<Vec<String>> = plan
        .preflight
        .iter()
        .map(|row| preflight_row(plan, row, words))
        .collect();
    lines.extend(table(&rows).into_iter().map(|line| format!("  {line}")));
    for over in &plan.overrides {
        let sentence = Phrase::new("timeline-overridden")
            .phrase("check", over.check.phrase())
            .text("reason", &over.reason)
            .text("by", &over.by);
        lines.push(format!("  {}", words.say(&sentence)));
    }
    for what in owners_reminders(plan) {
        let sentence = Phrase::new("cli-plan-reminder").phrase("what", what);
        lines.push(format!("  {}", words.say(&sentence)));
    }
    lines.push(String::new());
    lines.push(words.get("cli-plan-calls"));
    lines.extend(calls(plan));
    lines.push(String::new());
    lines.push(words.say(&Phrase::new("cli-plan-hash").text("hash", &plan.hash)));
    lines.push(words.get(match plan.verdict {
        PlanVerdict::Ready => "cli-plan-ready",
        PlanVerdict::Warn => "cli-plan-warn",
        PlanVerdict::Blocked => "cli-plan-blocked",
    }));
    lines
}

fn of_step(step: &Step, engine: &Engine, words: &Words) -> Vec<String> {
    let sentence = Phrase::new("cli-plan-step")
        .text("service", &step.service)
        .text("from", facts::shown_point(&step.from))
        .text("to", facts::shown_point(&step.to));
    let mut lines = vec![words.say(&sentence), format!("  {}", words.say(&step.target.why))];
    if let Some(why) = &step.why_method {
        let sentence = Phrase::new("cli-plan-method")
            .text("method", step.method)
            .phrase("why", why.clone());
        lines.push(format!("  {}", words.say(&sentence)));
    }
    if let Some(differences) = registered::differences(engine.session(), step) {
        let now_set = step.fingerprint.task_definition.short();
        lines.push(format!(
            "  {}",
            words.say(&Phrase::new("cli-plan-definition").text("revision", now_set))
        ));
        lines.extend(
            differences
                .iter()
                .map(|difference| format!("    {}", words.say(&difference.phrase()))),
        );
    }
    let by_hand = steps_by_hand(engine.session(), step);
    if !by_hand.is_empty() {
        lines.push(format!("  {}", words.get("cli-plan-by-hand")));
        lines.extend(by_hand.iter().map(|command| format!("    {command}")));
    }
    if let Some(moved) = &step.database {
        lines.extend(
            of_database(moved, engine)
                .iter()
                .map(|phrase| format!("  {}", words.say(phrase))),
        );
    }
    lines
}

/// Where the data goes, and which of it is lost on the way.
fn of_database(moved: &DatabaseMove, engine: &Engine) -> Vec<Phrase> {
    let mut phrases = vec![
        Phrase::new("cli-plan-database")
            .text("from", &moved.from)
            .text("to", &moved.to),
    ];
    if let Some(snapshot) = &moved.snapshot {
        phrases.push(match moved.taken_at {
            Some(at) => Phrase::new("cli-plan-snapshot")
                .text("snapshot", snapshot)
                .time("at", at),
            None => Phrase::new("cli-plan-snapshot-undated").text("snapshot", snapshot),
        });
    }
    if let (Some(minutes), Some(at)) = (lost_minutes(moved, engine.now()), moved.taken_at) {
        phrases.push(
            Phrase::new("cli-plan-data-lost")
                .number("minutes", minutes)
                .time("at", at),
        );
    }
    phrases
}

/// Every call by its place: the operation with its input, and below it the same for a shell.
fn calls(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    for (at_step, step) in plan.steps.iter().enumerate() {
        for (at_call, call) in step.calls.iter().enumerate() {
            let input = serde_json::to_value(&call.api)
                .ok()
                .and_then(|value| value.get("input").cloned())
                .unwrap_or_default();
            let place = format!("{}.{}", at_step + 1, at_call + 1);
            lines.push(format!("  {place}  {}  {input}", call.api.name()));
            lines.push(format!("       {}", call.command));
        }
    }
    lines
}

fn preflight_row(plan: &Plan, row: &PreflightRow, words: &Words) -> Vec<String> {
    let (glyph, verdict) = match row.verdict {
        PreflightVerdict::Pass => ("✓", "check-pass"),
        PreflightVerdict::Warn => ("!", "check-warn"),
        PreflightVerdict::Block if is_overridden(plan, row) => ("!", "cli-check-overridden"),
        PreflightVerdict::Block => ("✗", "check-block"),
        PreflightVerdict::Unknown => ("?", "check-unknown"),
    };
    let mut cells = vec![glyph.to_owned()];
    if plan.steps.len() > 1 {
        cells.push(row.service.to_string());
    }
    cells.extend([
        words.say(&row.check.phrase()),
        words.get(verdict),
        words.say(&row.evidence),
    ]);
    cells
}
