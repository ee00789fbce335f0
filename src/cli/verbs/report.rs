//! `report`: the stakeholder report, drafted from recorded facts.

use crate::cli::args::{KindArg, ReportArgs};
use crate::cli::context::Region;
use crate::cli::{Context, Exit, Failure, Output};
use crate::engine::Watch;
use crate::incident::{Incident, ReportKind, Stage, report};

use super::pick;

impl From<KindArg> for ReportKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Declared => Self::Declared,
            KindArg::Started => Self::Started,
            KindArg::Done => Self::Done,
            KindArg::Review => Self::Review,
        }
    }
}

pub(super) async fn run(context: &Context, args: &ReportArgs, out: &mut Output) -> Result<Exit, Failure> {
    let engine = context.engine(&Region::Any, Watch::Once).await?;
    let incident = pick::named_or_newest(&engine, args.incident.as_deref(), |_| true).await;
    engine.shutdown().await;
    let incident = incident?;
    // What a person has settled is what was said; a draft is only made where a kind is asked for or nothing was settled.
    if let (Some(settled), None) = (&incident.report, args.kind) {
        out.line(settled);
        return Ok(Exit::Done);
    }
    let kind = args.kind.map_or_else(|| fitting(&incident), ReportKind::from);
    let draft = report::draft(&incident, &context.runbook, kind, out.words());
    out.line(draft.text.trim_end());
    if !draft.gaps.is_empty() {
        out.note(&out.words().get("cli-report-gaps"));
    }
    for gap in &draft.gaps {
        out.note(&format!("  {}", out.words().say(gap)));
    }
    Ok(Exit::Done)
}

/// The kind that fits where the incident stands.
const fn fitting(incident: &Incident) -> ReportKind {
    match incident.stage {
        Stage::Assess | Stage::Scope | Stage::Target | Stage::Check | Stage::Approve => ReportKind::Declared,
        Stage::Act { .. } => ReportKind::Started,
        Stage::Verify | Stage::Report | Stage::Done | Stage::Abandoned => ReportKind::Done,
    }
}
