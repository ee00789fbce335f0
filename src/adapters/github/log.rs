//! The end of a job's log, as a person wants to read it.

use jiff::{SignedDuration, Timestamp};

use crate::domain::Clean;

/// How many lines of a failed step are kept.
const TAIL: usize = 40;
/// The most of one line, in characters.
const LINE: usize = 500;

/// The last lines of `log` that were written between `from` and `to`, or of the whole log when none was: the log of a job
/// holds all its steps, each line with its time in front, and steps are told with whole seconds.
pub(super) fn tail(log: &str, from: Option<Timestamp>, to: Option<Timestamp>) -> Vec<Clean> {
    let lines: Vec<(Option<Timestamp>, &str)> = log.lines().map(line).collect();
    let begins = |at: Timestamp| from.is_none_or(|from| at >= from);
    let ends = |at: Timestamp| {
        to.is_none_or(|to| at < to.saturating_add(SignedDuration::from_secs(1)).unwrap_or(to))
    };
    let mut inside = false;
    let within: Vec<&str> = lines
        .iter()
        .filter(|(at, _)| {
            // A line without a time belongs to the one before it.
            inside = at.map_or(inside, |at| begins(at) && ends(at));
            inside
        })
        .map(|(_, text)| *text)
        .collect();
    let chosen = if within.is_empty() {
        lines.iter().map(|(_, text)| *text).collect()
    } else {
        within
    };
    let shown: Vec<Clean> = chosen.into_iter().filter_map(readable).collect();
    let start = shown.len().saturating_sub(TAIL);
    shown.into_iter().skip(start).collect()
}

/// A line's time, and what follows it.
fn line(raw: &str) -> (Option<Timestamp>, &str) {
    let raw = raw.trim_start_matches('\u{FEFF}');
    match raw.split_once(' ') {
        Some((time, rest)) if time.ends_with('Z') => match time.parse() {
            Ok(at) => (Some(at), rest),
            Err(_) => (None, raw),
        },
        Some(_) | None => (None, raw),
    }
}

/// The text without colours and without the runner's own marks; `None` for what says nothing.
fn readable(text: &str) -> Option<Clean> {
    let plain = without_colours(text);
    let plain = plain.trim_end();
    let plain = match plain.split_once("]") {
        Some(("##[error", rest)) => format!("error: {rest}"),
        Some(("##[warning", rest)) => format!("warning: {rest}"),
        Some(("##[endgroup", _)) => return None,
        Some(("##[group" | "##[command" | "##[section" | "##[debug", rest)) => rest.to_owned(),
        Some(_) | None => plain.to_owned(),
    };
    let short: String = plain.chars().take(LINE).collect();
    (!short.trim().is_empty()).then(|| Clean::new(&short))
}

/// `text` without the sequences that colour it (ECMA-48, CSI … m and their like).
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\u{1b}' {
            plain.push(c);
            continue;
        }
        let mut ahead = rest.clone();
        if ahead.next() == Some('[') && ahead.by_ref().any(|c| ('@'..='~').contains(&c)) {
            rest = ahead;
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\u{FEFF}2026-11-24T10:00:00.1000000Z Current runner version\r\n\
        2026-11-24T10:00:05.0000000Z ##[group]Run aws ecs update-service\n\
        2026-11-24T10:00:05.2000000Z \u{1b}[36;1maws ecs update-service\u{1b}[0m\n\
        2026-11-24T10:00:05.3000000Z ##[endgroup]\n\
        2026-11-24T10:00:06.0000000Z An error occurred (AccessDenied)\n  of two lines\n\
        2026-11-24T10:00:06.9000000Z ##[error]Process completed with exit code 254.\n\
        2026-11-24T10:00:08.0000000Z Post job cleanup.\n";

    fn at(second: i64) -> Option<Timestamp> {
        "2026-11-24T10:00:00Z"
            .parse::<Timestamp>()
            .unwrap()
            .checked_add(SignedDuration::from_secs(second))
            .ok()
    }

    fn texts(lines: &[Clean]) -> Vec<&str> {
        lines.iter().map(Clean::as_str).collect()
    }

    #[test]
    fn the_failed_steps_own_lines_are_kept_and_can_be_read() {
        assert_eq!(
            texts(&tail(LOG, at(5), at(6))),
            [
                "Run aws ecs update-service",
                "aws ecs update-service",
                "An error occurred (AccessDenied)",
                "  of two lines",
                "error: Process completed with exit code 254.",
            ]
        );
    }

    #[test]
    fn a_step_without_lines_shows_the_end_of_the_job() {
        let lines = tail(LOG, at(500), at(600));
        assert_eq!(lines.len(), 7);
        assert_eq!(lines.last().unwrap().as_str(), "Post job cleanup.");
    }

    #[test]
    fn a_long_log_is_cut_to_its_end_and_cannot_drive_a_terminal() {
        let long: String = (0..500).map(|n| format!("line {n} \u{1b}]0;x\u{7}\n")).collect();
        let lines = tail(&long, None, None);
        assert_eq!(lines.len(), TAIL);
        assert!(lines[39].as_str().starts_with("line 499") && !lines[39].as_str().contains('\u{1b}'));
        assert_eq!(tail(&"x".repeat(10_000), None, None)[0].as_str().len(), LINE);
    }
}
