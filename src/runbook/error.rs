//! What is wrong with a runbook, and where.

use std::fmt;
use std::ops::Range;

use crate::domain::Clean;

/// Why a text is no runbook: file, line, what and a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbookError {
    /// The file, as given to `parse`.
    pub file: String,
    /// The line, from 1; absent when something is missing from the file as a whole.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// What is wrong: lower case, clean, one line.
    pub what: String,
    /// What to do about it: lower case, clean, one line.
    pub hint: Option<String>,
}

impl fmt::Display for RunbookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}", self.what)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RunbookError {}

/// A finding before it has a file's name and a line.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) span: Option<Range<usize>>,
    pub(super) what: String,
    pub(super) hint: Option<String>,
}

impl Finding {
    pub(super) fn new(span: Option<Range<usize>>, what: impl Into<String>) -> Self {
        Self {
            span,
            what: what.into(),
            hint: None,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds "did you mean" when one of `known` is close to `given`.
    pub(super) fn did_you_mean<'a>(mut self, given: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        if let Some(near) = nearest(given, known) {
            self.hint = Some(format!("did you mean `{near}`?"));
        }
        self
    }

    /// The error over `text`, with everything that came from the file made safe to show.
    pub(super) fn into_error(self, text: &str, file: &str) -> RunbookError {
        let place = self.span.map(|span| position(text, span.start));
        RunbookError {
            file: Clean::new(file).to_string(),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            what: short(&Clean::new(self.what.trim()).to_string()),
            hint: self.hint.map(|hint| short(&Clean::new(hint.trim()).to_string())),
        }
    }
}

/// The one of `known` that `given` is most probably a mistyping of: at most a third of its letters differ.
pub(super) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance costs the product of both lengths; a key of a megabyte is not a mistyping.
    if given.len() > 256 {
        return None;
    }
    let given = given.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&given, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= (name.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Line and column from 1 of the byte `at`.
fn position(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

fn short(text: &str) -> String {
    const LIMIT: usize = 300;
    if text.chars().count() <= LIMIT {
        text.to_owned()
    } else {
        text.chars().take(LIMIT).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_mistyping_and_not_another_word() {
        let known = ["services", "criteria", "id"];
        assert_eq!(nearest("sevrices", known), Some("services"));
        assert_eq!(nearest("Criteria", known), Some("criteria"));
        assert_eq!(nearest("ids", known), Some("id"));
        assert_eq!(nearest("weather", known), None);
        assert_eq!(nearest(&"s".repeat(1_000_000), known), None);
    }

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        assert_eq!(position("ab\nあい\n", 0), (1, 1));
        assert_eq!(position("ab\nあい\n", 6), (2, 2));
        assert_eq!(position("ab\nあい\n", 7), (2, 2), "inside a character");
        assert_eq!(position("ab", 99), (1, 3));
    }
}
