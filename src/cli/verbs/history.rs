//! `history`: the team's rollback history.

use std::time::Duration;

use serde_json::json;

use crate::cli::args::{HistoryArgs, HistoryVerb};
use crate::cli::context::Region;
use crate::cli::{Context, Exit, Failure, Output, output::table};
use crate::domain::{Mode, Phrase};
use crate::engine::{Appended, Engine, Watch};
use crate::incident::{Incident, record};

use super::pick;

pub(super) async fn run(context: &Context, args: &HistoryArgs, out: &mut Output) -> Result<Exit, Failure> {
    let engine = context.engine(&Region::Any, Watch::Once).await?;
    let done = match &args.verb {
        None | Some(HistoryVerb::List(_)) => list(&engine, out).await,
        Some(HistoryVerb::Stats(_)) => stats(&engine, out).await,
        Some(HistoryVerb::Path) => {
            out.line(&engine.history_path().display().to_string());
            Ok(Exit::Done)
        }
        Some(HistoryVerb::Append { incident }) => append(context, &engine, incident.as_deref(), out).await,
    };
    engine.shutdown().await;
    done
}

async fn list(engine: &Engine, out: &mut Output) -> Result<Exit, Failure> {
    let rows = engine.read_history().await?;
    let columns = record::columns();
    if out.is_json() {
        let objects: Vec<serde_json::Value> = rows
            .iter()
            .map(|cells| {
                columns
                    .iter()
                    .cloned()
                    .zip(cells.iter().map(|cell| json!(cell)))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            })
            .collect();
        out.object(&json!({ "path": engine.history_path().display().to_string(), "rows": objects }));
        return Ok(Exit::Done);
    }
    if rows.is_empty() {
        let path = engine.history_path().display();
        out.note(&out.words().say(&Phrase::new("history-empty").text("path", path)));
        return Ok(Exit::Done);
    }
    let all: Vec<Vec<String>> = std::iter::once(columns.to_vec())
        .chain(rows.iter().map(|cells| cells.to_vec()))
        .collect();
    for line in table(&all) {
        out.line(&line);
    }
    Ok(Exit::Done)
}

/// How many rows the file has, and how long recovery took by the incidents of the journal: a cell that people may edit is
/// not something to calculate with.
async fn stats(engine: &Engine, out: &mut Output) -> Result<Exit, Failure> {
    let rows = engine.read_history().await?.len();
    let times: Vec<Duration> = pick::all(engine)
        .await?
        .iter()
        .filter_map(|incident| incident.as_ref().ok())
        .filter_map(time_to_recover)
        .collect();
    let mean = mean(&times);
    if out.is_json() {
        out.object(&json!({
            "rollbacks": rows,
            "recovered": times.len(),
            "mean_time_to_recover_s": mean.map(|mean| mean.as_secs()),
        }));
        return Ok(Exit::Done);
    }
    let words = out.words().clone();
    let count = u32::try_from(rows).unwrap_or(u32::MAX);
    out.line(&words.say(&Phrase::new("history-stats-count").number("count", count)));
    if let Some(mean) = mean {
        out.line(&words.say(&Phrase::new("cli-history-mean").text("time", words.span(mean))));
    }
    Ok(Exit::Done)
}

fn time_to_recover(incident: &Incident) -> Option<Duration> {
    let recovered = incident.verification?.recovered_at?;
    Duration::try_from(recovered.duration_since(incident.first_bad?)).ok()
}

fn mean(times: &[Duration]) -> Option<Duration> {
    let count = u32::try_from(times.len()).ok()?;
    times.iter().sum::<Duration>().checked_div(count)
}

async fn append(
    context: &Context,
    engine: &Engine,
    id: Option<&str>,
    out: &mut Output,
) -> Result<Exit, Failure> {
    if context.mode() == Mode::ReadOnly {
        return Err(
            Failure::refused(Phrase::new("cli-error-read-only")).hint(Phrase::new("cli-hint-read-only"))
        );
    }
    let incident = pick::named_or_newest(engine, id, |incident| incident.approval.is_some()).await?;
    let (path, appended) = engine.write_history(&incident.id).await?;
    let sentence = match appended {
        Appended::Written => Phrase::new("history-appended"),
        Appended::AlreadyThere => Phrase::new("history-already"),
    };
    out.line(
        &out.words()
            .say(&sentence.text("incident", &incident.id).text("path", path)),
    );
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_nothing_is_nothing() {
        assert_eq!(mean(&[]), None);
        assert_eq!(
            mean(&[Duration::from_secs(60), Duration::from_secs(120)]),
            Some(Duration::from_secs(90))
        );
    }
}
