//! `replay`: the timeline of an incident.

use serde_json::json;

use crate::cli::context::Region;
use crate::cli::{Context, Exit, Failure, Output};
use crate::engine::Watch;
use crate::incident::timeline;

use super::pick;

pub(super) async fn run(context: &Context, id: &str, out: &mut Output) -> Result<Exit, Failure> {
    let engine = context.engine(&Region::Any, Watch::Once).await?;
    let incident = pick::named(&engine, id).await;
    engine.shutdown().await;
    let incident = incident?;
    let words = out.words().clone();
    if out.is_json() {
        out.object(&json!({
            "id": incident.id,
            "state": pick::state(incident.stage),
            "events": incident.events,
        }));
        return Ok(Exit::Done);
    }
    for (at, sentence) in timeline(&incident) {
        out.line(&format!("{}  {}", words.clock(at), words.say(&sentence)));
    }
    Ok(Exit::Done)
}
