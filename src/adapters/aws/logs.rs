//! Lines of CloudWatch Logs.

use aws_sdk_cloudwatchlogs::types as sdk;
use jiff::Timestamp;

use crate::domain::{Fault, LogBatch, LogLine};

use super::convert::Pages;
use super::pace::{Bucket, ask};
use super::reader::Reader;

const FILTER: &str = "logs.FilterLogEvents";

/// Lines in a page (CloudWatch Logs API reference, FilterLogEvents: 1 to 10000, and at most 1 MB).
const A_PAGE: i32 = 1_000;
/// Pages that are followed in one look. CloudWatch may answer with an empty page and a token while it still searches.
const PAGES: usize = 3;

impl Reader {
    /// The lines of a log group from `from` on, the oldest first. At most three pages are read; when there was more, the
    /// batch says so.
    ///
    /// # Errors
    /// `NotFound` when there is no such group; `Denied` names `logs:FilterLogEvents`; any fault of the call.
    pub async fn logs(&self, group: &str, from: Timestamp) -> Result<LogBatch, Fault> {
        let mut lines = Vec::new();
        let (mut pages, mut token) = (Pages::up_to(PAGES), None);
        let complete = loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::Logs,
                FILTER,
                self.inner
                    .logs
                    .filter_log_events()
                    .log_group_name(group)
                    .start_time(from.as_millisecond())
                    .limit(A_PAGE)
                    .set_next_token(token)
            )?;
            lines.extend(answer.events().iter().filter_map(line_from));
            let more = answer.next_token().is_some_and(|token| !token.is_empty());
            token = pages.next(answer.next_token());
            if token.is_none() {
                break !more;
            }
        };
        lines.sort_by_key(|line: &LogLine| line.at);
        Ok(LogBatch {
            from,
            lines,
            complete,
        })
    }
}

/// An event without a time or an id cannot be put into its place and is left out.
fn line_from(event: &sdk::FilteredLogEvent) -> Option<LogLine> {
    Some(LogLine::new(
        event.event_id()?,
        Timestamp::from_millisecond(event.timestamp()?).ok()?,
        event.log_stream_name().unwrap_or_default(),
        event.message().unwrap_or_default(),
    ))
}
