//! Log lines: one line, one answer's worth of them, and the bounded window that a pane looks through.

use std::collections::{HashSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::Clean;

/// The most of a line that is kept, in characters. CloudWatch Logs takes events of up to 1 MB (CloudWatch Logs user guide,
/// "CloudWatch Logs quotas"); nobody reads one of those in a terminal.
const LINE_MOST: usize = 4_000;
/// The most lines that a window keeps.
const WINDOW_MOST: usize = 2_000;
/// How far back from the newest line the next look begins: lines of different streams become visible out of order.
const OVERLAP: SignedDuration = SignedDuration::from_secs(15);

/// How late a line may become visible and still be found, when nothing was written since.
const LATEST: SignedDuration = SignedDuration::from_secs(60);

/// How bad a line says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For people who look for a defect.
    Debug,
    /// It says nothing about itself, or that all is well.
    Plain,
    /// It warns.
    Warn,
    /// It tells of a failure.
    Error,
}

impl LogLevel {
    /// The level that the words of a line name; the worst one wins. Numbers are those of pino and bunyan (`"level":50`).
    #[must_use]
    pub fn of(message: &str) -> Self {
        let mut level = Self::Plain;
        // A level stands at the beginning of a line; a long stack behind it is not searched.
        let head: String = message.chars().take(400).collect();
        let mut before = "";
        let words = head
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty());
        for (at, word) in words.enumerate() {
            let found = match word.to_ascii_lowercase().as_str() {
                "error" | "err" | "fatal" | "critical" | "crit" | "panic" | "exception" | "emerg"
                | "alert" => Some(Self::Error),
                "50" | "60" if before == "level" => Some(Self::Error),
                "warn" | "warning" => Some(Self::Warn),
                "40" if before == "level" => Some(Self::Warn),
                "debug" | "trace" if at < 6 => Some(Self::Debug),
                _ => None,
            };
            if let Some(found) = found {
                level = match (level, found) {
                    // A line that calls itself one for debugging may still warn later on.
                    (Self::Plain, found) => found,
                    (level, found) => level.max(found),
                };
            }
            before = word;
        }
        level
    }
}

/// One line of a log, safe to draw and of bounded length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// CloudWatch's id of the event, unique in its group.
    pub id: Clean,
    /// When it was written, by the writer's clock.
    pub at: Timestamp,
    /// The stream; of an ECS task `prefix/container/task id` (Amazon ECS developer guide, "awslogs-stream-prefix").
    pub stream: Clean,
    /// What it says.
    pub message: Clean,
    /// How many characters at its end were left out.
    pub left_out: usize,
    /// How bad it says that it is.
    pub level: LogLevel,
}

impl LogLine {
    /// A line from outside: cleaned, and cut to a bounded length.
    #[must_use]
    pub fn new(id: &str, at: Timestamp, stream: &str, raw: &str) -> Self {
        // Writers end a line with a line break; it is no part of what the line says.
        let raw = raw.trim_end_matches(['\n', '\r']);
        let (kept, left_out) = match raw.char_indices().nth(LINE_MOST) {
            Some((end, _)) => (&raw[..end], raw[end..].chars().count()),
            None => (raw, 0),
        };
        let message = Clean::new(kept);
        Self {
            id: bounded(id),
            at,
            stream: bounded(stream),
            level: LogLevel::of(message.as_str()),
            message,
            left_out,
        }
    }

    /// The task that wrote it: the last part of the stream's name.
    #[must_use]
    pub fn task(&self) -> &str {
        let stream = self.stream.as_str();
        stream.rsplit('/').next().unwrap_or(stream)
    }
}

/// Names of streams have at most 512 characters (CloudWatch Logs API reference, LogStream); a broken endpoint's may not.
fn bounded(text: &str) -> Clean {
    let text: String = text.chars().take(512).collect();
    Clean::from(text)
}

/// What one look brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogBatch {
    /// From when on was looked.
    pub from: Timestamp,
    /// The lines, the oldest first.
    pub lines: Vec<LogLine>,
    /// Whether these are all lines; otherwise there were more than are read at once, and the newest are missing.
    pub complete: bool,
}

/// A span of time of which lines are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogGap {
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

/// The newest lines of a log: bounded, and honest about what is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogWindow {
    lines: VecDeque<LogLine>,
    dropped: u64,
    /// Lines up to here were let go of; the same ones may arrive again and are not counted twice.
    horizon: Option<Timestamp>,
    gap: Option<LogGap>,
    /// From where on the next look reads.
    since: Option<Timestamp>,
}

impl LogWindow {
    /// The lines, the oldest first.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &LogLine> + ExactSizeIterator {
        self.lines.iter()
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The nth line, counted from the oldest.
    #[must_use]
    pub fn get(&self, nth: usize) -> Option<&LogLine> {
        self.lines.get(nth)
    }

    /// How many lines were let go of because there were too many.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The newest span of which lines were never read.
    #[must_use]
    pub fn gap(&self) -> Option<LogGap> {
        self.gap
    }

    /// From where on the next look reads.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// Takes in what a look brought that was made at `asked_at`.
    pub fn take(&mut self, batch: LogBatch, asked_at: Timestamp) {
        // Nobody looked for a while, or looking failed: what was written in between is not read any more.
        if let Some(since) = self.since.filter(|since| batch.from > *since) {
            self.gap = Some(LogGap {
                from: since,
                to: batch.from,
            });
        }
        let known: HashSet<Clean> = self
            .lines
            .iter()
            .rev()
            .take_while(|line| line.at >= batch.from)
            .map(|line| line.id.clone())
            .collect();
        let last = batch.lines.iter().map(|line| line.at).max();
        let horizon = self.horizon;
        self.lines.extend(
            batch
                .lines
                .into_iter()
                .filter(|line| !known.contains(&line.id))
                .filter(|line| horizon.is_none_or(|horizon| line.at > horizon)),
        );
        self.lines.make_contiguous().sort_by_key(|line| line.at);
        while self.lines.len() > WINDOW_MOST {
            self.horizon = self.lines.pop_front().map(|line| line.at).max(self.horizon);
            self.dropped += 1;
        }
        if batch.complete {
            let back = |at: Timestamp, by| at.checked_sub(by).unwrap_or(at);
            // A writer whose clock runs ahead must not make the next look begin in the future.
            let newest = self.lines.back().map(|line| back(line.at.min(asked_at), OVERLAP));
            self.since = self.since.max(newest).max(Some(back(asked_at, LATEST)));
        } else {
            // Reading on where it ended would never catch up; what happens now is what matters.
            self.gap = Some(LogGap {
                from: last.unwrap_or(batch.from),
                to: asked_at,
            });
            self.since = Some(asked_at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_410_000 + second).unwrap()
    }

    fn line(second: i64, id: &str) -> LogLine {
        LogLine::new(id, at(second), "app/app/0123456789abcdef", "GET / 200")
    }

    fn batch(from: i64, lines: Vec<LogLine>, complete: bool) -> LogBatch {
        LogBatch {
            from: at(from),
            lines,
            complete,
        }
    }

    fn ids(window: &LogWindow) -> Vec<&str> {
        window.lines().map(|line| line.id.as_str()).collect()
    }

    #[test]
    fn a_level_is_a_word_of_the_line_and_not_a_part_of_one() {
        let table = [
            ("ERROR could not save", LogLevel::Error),
            (r#"{"level":"error","msg":"x"}"#, LogLevel::Error),
            (r#"{"level":50,"msg":"x"}"#, LogLevel::Error),
            (r#"{"level":40,"msg":"x"}"#, LogLevel::Warn),
            ("[warning] disk is filling", LogLevel::Warn),
            ("terror and errors are other words", LogLevel::Plain),
            ("GET /api/users/50 200 40ms", LogLevel::Plain),
            ("DEBUG cache miss", LogLevel::Debug),
            ("", LogLevel::Plain),
        ];
        for (message, wanted) in table {
            assert_eq!(LogLevel::of(message), wanted, "{message}");
        }
    }

    #[test]
    fn a_hostile_line_is_harmless_and_bounded() {
        let line = LogLine::new(
            "1\u{1b}[2J",
            at(0),
            "app/\u{202E}app/x",
            &format!("\u{1b}]52;c;eA==\u{7}{}\r\n", "あ".repeat(9_000)),
        );
        let drawn = format!("{}{}{}", line.id, line.stream, line.message);
        assert!(
            drawn.chars().all(|c| !c.is_control() && c != '\u{202E}'),
            "{drawn}"
        );
        assert_eq!(line.message.as_str().chars().count(), LINE_MOST);
        assert_eq!(line.left_out, 9_000 + 12 - LINE_MOST);
    }

    #[test]
    fn looks_that_overlap_join_without_a_double_and_in_order() {
        let mut window = LogWindow::default();
        window.take(batch(0, vec![line(10, "a"), line(12, "c")], true), at(13));
        assert_eq!(window.since(), Some(at(-3)));
        // A line of another stream became visible late.
        window.take(
            batch(
                -3,
                vec![line(10, "a"), line(11, "b"), line(12, "c"), line(14, "d")],
                true,
            ),
            at(18),
        );
        assert_eq!(ids(&window), ["a", "b", "c", "d"]);
        assert_eq!((window.dropped(), window.gap()), (0, None));
    }

    #[test]
    fn what_does_not_fit_is_counted_once() {
        let mut window = LogWindow::default();
        let many = |from: i64| -> Vec<LogLine> {
            (0..1_500)
                .map(|n| line(from + n, &format!("{}", from + n)))
                .collect()
        };
        window.take(batch(0, many(0), true), at(1_500));
        window.take(batch(1_500, many(1_500), true), at(3_000));
        assert_eq!((window.len(), window.dropped()), (WINDOW_MOST, 1_000));
        // What was let go of arrives again and stays away.
        window.take(batch(0, many(0), true), at(3_001));
        assert_eq!((window.len(), window.dropped()), (WINDOW_MOST, 1_000));
    }

    #[test]
    fn more_lines_than_are_read_leave_a_gap_that_is_named() {
        let mut window = LogWindow::default();
        window.take(batch(0, vec![line(1, "a")], false), at(60));
        assert_eq!(
            window.gap(),
            Some(LogGap {
                from: at(1),
                to: at(60)
            })
        );
        assert_eq!(window.since(), Some(at(60)));
    }

    #[test]
    fn what_was_written_while_nobody_looked_is_a_gap_and_silence_is_none() {
        let mut window = LogWindow::default();
        window.take(batch(0, vec![line(100, "a")], true), at(105));
        window.take(batch(85, vec![line(100, "a")], true), at(1_000));
        assert_eq!((window.since(), window.gap()), (Some(at(940)), None));
        window.take(batch(3_000, vec![line(3_001, "b")], true), at(3_005));
        let gap = LogGap {
            from: at(940),
            to: at(3_000),
        };
        assert_eq!((ids(&window), window.gap()), (vec!["a", "b"], Some(gap)));
    }
}
