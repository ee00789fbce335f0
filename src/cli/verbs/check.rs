//! `check`: are the rollback criteria met?

use crate::cli::{Context, Exit, Failure, Output, Signals, facts};

use super::drive::Stopped;
use super::status;

pub(super) async fn run(context: &Context, out: &mut Output, signals: &mut Signals) -> Result<Exit, Failure> {
    let engine = match status::observed(context, signals, |_| ()).await? {
        Ok(engine) => engine,
        Err(Stopped(exit)) => return Ok(exit),
    };
    let (session, now) = (engine.session(), engine.now());
    if out.is_json() {
        out.object(&facts::check(session, now));
    } else {
        let words = out.words().clone();
        for line in status::head(session, now, &words)
            .into_iter()
            .chain(status::criteria(session, now, &words))
        {
            out.line(&line);
        }
        status::faults(session, out);
    }
    let exit = Exit::from(session.verdict);
    engine.shutdown().await;
    Ok(exit)
}
