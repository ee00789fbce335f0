//! The only hand on stdout and stderr: data goes to the one, everything else to the other.

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use crate::words::Words;

use super::Failure;

/// How data is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one object, or one object a line.
    Json,
}

impl Format {
    /// JSON where it was asked for.
    #[must_use]
    pub const fn json_if(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }
}

/// Prints. Once the reader of stdout is gone it goes on quietly: a rollback that is under way does not end because `head`
/// has seen enough.
#[derive(Debug)]
pub struct Output {
    /// How data is printed.
    pub format: Format,
    words: Words,
    gone: bool,
    failed: bool,
}

impl Output {
    /// Prints data in `format` and sentences in the language of `words`.
    #[must_use]
    pub const fn new(format: Format, words: Words) -> Self {
        Self {
            format,
            words,
            gone: false,
            failed: false,
        }
    }

    /// The words that sentences are said in.
    #[must_use]
    pub const fn words(&self) -> &Words {
        &self.words
    }

    /// Whether JSON was asked for.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// A line of data.
    pub fn line(&mut self, line: &str) {
        self.raw(&format!("{line}\n"));
    }

    /// Data as it is.
    pub fn raw(&mut self, data: &str) {
        if self.gone {
            return;
        }
        let mut out = io::stdout().lock();
        if let Err(error) = out.write_all(data.as_bytes()).and_then(|()| out.flush()) {
            self.gone = true;
            // A reader that went away has what it wanted; a full disk has lost data, and that is said.
            self.failed = error.kind() != io::ErrorKind::BrokenPipe;
        }
    }

    /// Whether data was lost on its way to stdout.
    #[must_use]
    pub const fn failed(&self) -> bool {
        self.failed
    }

    /// An object on a line of its own.
    pub fn object(&mut self, object: &Value) {
        self.line(&object.to_string());
    }

    /// A line that is no data.
    pub fn note(&self, line: &str) {
        // When stderr is gone there is nobody left to tell.
        drop(writeln!(io::stderr().lock(), "{line}"));
    }

    /// What went wrong, and the hint.
    pub fn failure(&self, failure: &Failure) {
        self.note(&format!("modosu: {}", self.words.say(&failure.what)));
        if let Some(hint) = &failure.hint {
            let hint = self.words.say(hint);
            self.note(
                &self
                    .words
                    .say(&crate::domain::Phrase::new("cli-hint").text("hint", hint)),
            );
        }
    }

    /// Whether a person can be asked.
    #[must_use]
    pub fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }
}

/// Lines of cells, each column as wide as its widest cell, measured as a terminal draws it.
pub(super) fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.width())
                .max()
                .unwrap_or(0)
        })
        .collect();
    rows.iter()
        .map(|row| {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
            }
            line.trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_under_wide_characters_too() {
        let rows = [
            vec!["不明".to_owned(), "a".to_owned()],
            vec!["hold".to_owned(), "b".to_owned()],
            vec!["x".to_owned()],
        ];
        assert_eq!(table(&rows), ["不明  a", "hold  b", "x"]);
    }
}
