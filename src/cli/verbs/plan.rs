//! `plan`: the plan of a rollback, frozen under its hash. Nothing is changed.

use crate::cli::args::PlanArgs;
use crate::cli::near::nearest;
use crate::cli::{Context, Exit, Failure, Output, Signals, facts, output::table};
use crate::domain::{Clean, Phrase, ServiceKey, TargetSpec};
use crate::rollback::{Method, NoPlan, Plan, PlanVerdict, PreflightRow, PreflightVerdict};
use crate::words::Words;

use super::drive::Stopped;
use super::status;

/// The methods that the contract names; this version offers the first three.
const METHODS: [&str; 8] = [
    "auto", "revision", "stop", "continue", "image", "github", "database", "redeploy",
];

/// What is to be planned, read from the command line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    pub(super) service: ServiceKey,
    pub(super) target: TargetSpec,
    pub(super) method: Option<Method>,
}

pub(super) async fn run(
    context: &Context,
    args: &PlanArgs,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Exit, Failure> {
    let wanted = wanted(context, args)?;
    let engine = match status::observed(context, signals).await? {
        Ok(engine) => engine,
        Err(Stopped(exit)) => return Ok(exit),
    };
    let proposal = engine
        .session()
        .proposal(&wanted.service, &wanted.target, wanted.method, engine.now());
    engine.shutdown().await;
    match proposal {
        Ok(plan) => {
            print(context, &wanted, &plan, out);
            Ok(exit_of(plan.verdict))
        }
        Err(none) => Err(no_plan(none)),
    }
}

/// Reads service, target and method.
pub(super) fn wanted(context: &Context, args: &PlanArgs) -> Result<Wanted, Failure> {
    let service = context.service(&args.service)?;
    if args.to == "latest-snapshot" || args.to.starts_with("snapshot:") {
        return Err(Failure::usage(Phrase::new("cli-error-database-target")));
    }
    let target = args.to.parse().map_err(|_| {
        Failure::usage(Phrase::new("cli-error-target").text("target", Clean::new(&args.to)))
            .hint(Phrase::new("cli-hint-target"))
    })?;
    Ok(Wanted {
        service,
        target,
        method: method(&args.method)?,
    })
}

fn method(name: &str) -> Result<Option<Method>, Failure> {
    if name == "auto" {
        return Ok(None);
    }
    name.parse().map(Some).map_err(|_| {
        let what = Phrase::new("cli-error-method").text("method", Clean::new(name));
        let offered = Phrase::new("cli-hint-methods");
        let meant = nearest(name, METHODS).filter(|meant| *meant != name);
        Failure::usage(what).hint(match meant {
            Some(meant) => Phrase::new("cli-hint-did-you-mean").text("name", meant),
            None => offered,
        })
    })
}

/// That there is no plan, and why.
pub(super) fn no_plan(none: NoPlan) -> Failure {
    let what = Phrase::new("cli-error-no-plan").phrase("why", none.why);
    Failure::new(Exit::Blocked, what).hint(Phrase::new("cli-hint-no-plan"))
}

/// How `plan` ends.
pub(super) const fn exit_of(verdict: PlanVerdict) -> Exit {
    match verdict {
        PlanVerdict::Ready | PlanVerdict::Warn => Exit::Done,
        PlanVerdict::Blocked => Exit::Blocked,
    }
}

fn print(context: &Context, wanted: &Wanted, plan: &Plan, out: &mut Output) {
    let words = out.words().clone();
    if out.is_json() {
        out.object(&facts::plan(plan, &words));
        return;
    }
    for line in text(plan, &words) {
        out.line(&line);
    }
    match plan.verdict {
        PlanVerdict::Ready | PlanVerdict::Warn => {
            out.line("");
            out.line(&words.say(&how_to_approve(context, wanted, plan)));
        }
        PlanVerdict::Blocked => {}
    }
}

/// The line that approves exactly this plan.
pub(super) fn how_to_approve(context: &Context, wanted: &Wanted, plan: &Plan) -> Phrase {
    let method = wanted
        .method
        .map(|method| format!(" --method {method}"))
        .unwrap_or_default();
    let command = format!(
        "modosu rollback -e {} --service {} --to {}{method} --approve {}",
        context.environment, wanted.service, wanted.target, plan.hash
    );
    Phrase::new("cli-plan-approve").text("command", command)
}

/// A plan for people: from, to, why, checks, calls, hash.
pub(super) fn text(plan: &Plan, words: &Words) -> Vec<String> {
    let mut lines = vec![format!("{}  {}  {}", plan.environment, plan.account, plan.region)];
    for step in &plan.steps {
        let sentence = Phrase::new("cli-plan-step")
            .text("service", &step.service)
            .text("from", facts::shown_point(&step.from))
            .text("to", facts::shown_point(&step.to));
        lines.push(words.say(&sentence));
        lines.push(format!("  {}", words.say(&step.target.why)));
        if let Some(why) = &step.why_method {
            let sentence = Phrase::new("cli-plan-method")
                .text("method", step.method)
                .phrase("why", why.clone());
            lines.push(format!("  {}", words.say(&sentence)));
        }
    }
    lines.push(String::new());
    lines.push(words.get("cli-preflight"));
    let rows: Vec<Vec<String>> = plan
        .preflight
        .iter()
        .map(|row| preflight_row(row, words))
        .collect();
    lines.extend(table(&rows).into_iter().map(|line| format!("  {line}")));
    lines.push(String::new());
    lines.push(words.get("cli-plan-calls"));
    lines.extend(
        plan.steps
            .iter()
            .flat_map(|step| &step.calls)
            .map(|call| format!("  {}", call.command)),
    );
    lines.push(String::new());
    lines.push(words.say(&Phrase::new("cli-plan-hash").text("hash", &plan.hash)));
    lines.push(words.get(match plan.verdict {
        PlanVerdict::Ready => "cli-plan-ready",
        PlanVerdict::Warn => "cli-plan-warn",
        PlanVerdict::Blocked => "cli-plan-blocked",
    }));
    lines
}

/// The rows that block a plan, each with its evidence.
pub(super) fn blocking(plan: &Plan) -> Phrase {
    plan.preflight
        .iter()
        .filter(|row| row.verdict == PreflightVerdict::Block)
        .map(|row| {
            Phrase::new("cli-blocking-row")
                .phrase("check", row.check.phrase())
                .phrase("evidence", row.evidence.clone())
        })
        .reduce(|first, rest| {
            Phrase::new("cli-blocking-rows")
                .phrase("first", first)
                .phrase("rest", rest)
        })
        .unwrap_or_else(|| Phrase::new("cli-plan-blocked"))
}

fn preflight_row(row: &PreflightRow, words: &Words) -> Vec<String> {
    let (glyph, verdict) = match row.verdict {
        PreflightVerdict::Pass => ("✓", "check-pass"),
        PreflightVerdict::Warn => ("!", "check-warn"),
        PreflightVerdict::Block => ("✗", "check-block"),
        PreflightVerdict::Unknown => ("?", "check-unknown"),
    };
    vec![
        glyph.to_owned(),
        words.say(&row.check.phrase()),
        words.say(&Phrase::new(verdict)),
        words.say(&row.evidence),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_of_the_contract_that_is_not_offered_yet_is_a_usage_error() {
        assert_eq!(method("auto"), Ok(None));
        assert_eq!(method("revision"), Ok(Some(Method::Revision)));
        assert_eq!(method("stop"), Ok(Some(Method::Stop)));
        for name in ["continue", "image", "github", "revison", ""] {
            assert_eq!(method(name).unwrap_err().exit, Exit::Usage, "{name}");
        }
    }

    #[test]
    fn only_a_blocked_plan_ends_badly() {
        assert_eq!(exit_of(PlanVerdict::Warn), Exit::Done);
        assert_eq!(exit_of(PlanVerdict::Blocked), Exit::Blocked);
    }
}
