//! The team's rollback history: one Markdown table in a file that people also write in.
//!
//! A row is added under a lock and the file replaced at once; every byte that is not the new row stays as it was. This room
//! does not know what a row means: it gets eight cells.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::domain::{Fault, FaultKind, WritePermit};

/// Heading of a file that is made new.
const HEADING: &str = "# ロールバック履歴";

/// What came of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// The row was added.
    Written,
    /// The same row was there already.
    AlreadyThere,
}

/// The file, with the right to write to it.
#[derive(Debug)]
pub struct HistoryFile {
    path: PathBuf,
}

impl HistoryFile {
    /// The history at `path`. The permit is what makes it writable.
    #[must_use]
    pub fn new(_permit: &WritePermit, path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a row to the table whose header is `columns`; makes file and table when they are missing.
    ///
    /// # Errors
    /// When the file cannot be read, locked or replaced, or is not UTF-8.
    pub fn append(&self, columns: &[String; 8], cells: &[String; 8]) -> Result<Appended, Fault> {
        let fault = |error: std::io::Error| {
            Fault::new(
                FaultKind::Local,
                "history.append",
                &format!("{}: {error}", self.path.display()),
            )
        };
        let folder = self
            .path
            .parent()
            .filter(|f| !f.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(fault)?;
        // The lock lies beside the file, because the file itself is replaced.
        let lock = open_lock(&beside(&self.path, "lock")).map_err(fault)?;
        lock.lock().map_err(fault)?;
        let old = match fs::read(&self.path) {
            Ok(bytes) => String::from_utf8(bytes)
                .map_err(|_| fault(std::io::Error::new(ErrorKind::InvalidData, "it is not UTF-8")))?,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(fault(error)),
        };
        let Some(new) = with_row(&old, columns, cells) else {
            return Ok(Appended::AlreadyThere);
        };
        replace(&self.path, folder, new.as_bytes()).map_err(fault)?;
        Ok(Appended::Written)
    }
}

/// The rows of the table at `path`, oldest first; none when there is no file.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read(path: &Path, columns: &[String; 8]) -> Result<Vec<[String; 8]>, Fault> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(table(&text, columns)
            .map(|at| rows(&text, &at))
            .unwrap_or_default()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Fault::new(
            FaultKind::Local,
            "history.read",
            &format!("{}: {error}", path.display()),
        )),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

fn open_lock(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

fn replace(path: &Path, folder: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let fresh = beside(path, "new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&fresh)?;
    if let Ok(old) = fs::metadata(path) {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    File::open(folder)?.sync_all()
}

/// `text` with the row, or `None` when the table has it already.
fn with_row(text: &str, columns: &[String; 8], cells: &[String; 8]) -> Option<String> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let row = line_of(cells);
    match table(text, columns) {
        Some(at) => {
            if rows(text, &at).contains(cells) {
                return None;
            }
            let (before, after) = text.split_at(at.end);
            // The last row of a file may lack its line end; it gets one, and the new row ends the file as it ended before.
            let new = if before.ends_with('\n') {
                format!("{before}{row}{newline}{after}")
            } else {
                format!("{before}{newline}{row}{after}")
            };
            Some(new)
        }
        None => {
            let mut new = text.to_owned();
            if new.is_empty() {
                new.push_str(HEADING);
                new.push_str(newline);
            } else if !new.ends_with('\n') {
                new.push_str(newline);
            }
            let rule = "|---".repeat(columns.len()) + "|";
            for line in ["", &line_of(columns), &rule, &row] {
                new.push_str(line);
                new.push_str(newline);
            }
            Some(new)
        }
    }
}

fn line_of(cells: &[String; 8]) -> String {
    cells
        .iter()
        .fold(String::from("|"), |line, cell| line + " " + &escape(cell) + " |")
}

/// A cell on one line in which nothing ends the cell.
fn escape(cell: &str) -> String {
    let one_line = cell
        .split(['\r', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    one_line.replace('\\', "\\\\").replace('|', "\\|")
}

/// Where the table is: from its header to the end of its last row.
fn table(text: &str, columns: &[String; 8]) -> Option<Range<usize>> {
    let mut lines = lines(text).peekable();
    let mut fenced = false;
    while let Some(line) = lines.next() {
        let content = &text[line.clone()];
        if content.trim_start().starts_with("```") || content.trim_start().starts_with("~~~") {
            fenced = !fenced;
        }
        let is_header = !fenced && split(content).is_some_and(|cells| cells == columns);
        if is_header && lines.peek().is_some_and(|next| is_rule(&text[(*next).clone()])) {
            let mut end = lines.next().map_or(line.end, |rule| rule.end);
            for row in lines {
                if split(&text[row.clone()]).is_none() {
                    break;
                }
                end = row.end;
            }
            return Some(line.start..end);
        }
    }
    None
}

/// The lines of `text`, each with its line end.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end;
        range
    })
}

fn is_rule(line: &str) -> bool {
    split(line).is_some_and(|cells| {
        cells
            .iter()
            .all(|cell| cell.contains('-') && cell.chars().all(|c| c == '-' || c == ':'))
    })
}

/// The cells of a table line, unescaped; `None` when the line is not one.
fn split(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?;
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in inner.chars() {
        match (c, escaped) {
            ('\\', false) => escaped = true,
            ('|', false) => cells.push(String::new()),
            (c, was_escaped) => {
                if let Some(cell) = cells.last_mut() {
                    if was_escaped && c != '|' && c != '\\' {
                        cell.push('\\');
                    }
                    cell.push(c);
                }
                escaped = false;
            }
        }
    }
    // The text behind the closing bar is not a cell.
    if cells.len() > 1 && cells.last().is_some_and(|last| last.trim().is_empty()) {
        cells.pop();
    }
    Some(cells.into_iter().map(|cell| cell.trim().to_owned()).collect())
}

fn rows(text: &str, at: &Range<usize>) -> Vec<[String; 8]> {
    let Some(table) = text.get(at.clone()) else {
        return Vec::new();
    };
    table
        .lines()
        .skip(2)
        .filter_map(split)
        .filter_map(|cells| cells.try_into().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> [String; 8] {
        [
            "日時",
            "実施者",
            "対象環境",
            "ロールバック元",
            "ロールバック先",
            "理由",
            "影響",
            "復旧時間",
        ]
        .map(String::from)
    }

    fn cells(reason: &str) -> [String; 8] {
        [
            "2026-11-23 14:06 JST",
            "sato",
            "production",
            "v1.4.0 (:57)",
            "v1.3.4 (:56)",
            reason,
            "–",
            "7 分",
        ]
        .map(String::from)
    }

    #[test]
    fn an_empty_file_gets_a_heading_and_the_table() {
        let text = with_row("", &columns(), &cells("5xx")).unwrap();
        assert!(
            text.starts_with("# ロールバック履歴\n\n| 日時 | 実施者 |"),
            "{text}"
        );
        assert_eq!(rows(&text, &table(&text, &columns()).unwrap()), [cells("5xx")]);
        assert_eq!(with_row(&text, &columns(), &cells("5xx")), None);
    }

    #[test]
    fn what_people_wrote_stays_byte_for_byte() {
        let header = line_of(&columns());
        for (before, after) in [
            ("# 履歴\r\n\r\nメモ\r\n\r\n", "\r\nあとがき\r\n"),
            ("text\n\n", "\n## 次の章\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"),
            ("```\n| 日時 |\n```\n\n", ""),
            ("", ""),
        ] {
            let newline = if before.contains("\r\n") { "\r\n" } else { "\n" };
            let rule = "| :--- | ---: | --- |:-:|---|---|---|---|";
            let hand = "|  2026-01-01 09:00 JST|田中  | staging | a | b | 手で|  | 1 分 |";
            let old = format!("{before}{header}{newline}{rule}{newline}{hand}{newline}{after}");
            let new = with_row(&old, &columns(), &cells("x")).unwrap();
            let added = format!("{}{newline}", line_of(&cells("x")));
            assert_eq!(new.replacen(&added, "", 1), old);
            assert!(new.contains(&format!("{hand}{newline}{added}{after}")));
        }
    }

    #[test]
    fn a_last_row_without_its_line_end_does_not_run_into_the_new_one() {
        let old = with_row("", &columns(), &cells("a")).unwrap();
        let cut = old.trim_end().to_owned();
        let new = with_row(&cut, &columns(), &cells("b")).unwrap();
        assert_eq!(
            rows(&new, &table(&new, &columns()).unwrap()),
            [cells("a"), cells("b")]
        );
        assert!(new.starts_with(&cut) && !new.ends_with('\n'));
    }

    #[test]
    fn bars_backslashes_and_line_breaks_stay_inside_their_cell() {
        for reason in ["a|b", "a\\|b", "c:\\n", "one\ntwo\r\n\nthree", "全角｜と\t", "\\"] {
            let text = with_row("", &columns(), &cells(reason)).unwrap();
            let read = rows(&text, &table(&text, &columns()).unwrap());
            let expected = reason
                .split(['\r', '\n'])
                .map(str::trim)
                .filter(|p| !p.is_empty())
                .collect::<Vec<_>>()
                .join(" ");
            assert_eq!(read.first().map(|r| r[5].clone()), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_table_in_a_fence_is_an_example_and_not_the_history() {
        let example = format!(
            "```\n{}\n|---|---|---|---|---|---|---|---|\n```\n",
            line_of(&columns())
        );
        let new = with_row(&example, &columns(), &cells("x")).unwrap();
        assert!(new.starts_with(&example));
        assert_eq!(rows(&new, &table(&new, &columns()).unwrap()), [cells("x")]);
    }

    #[test]
    fn many_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docs/history.md");
        let permit = WritePermit::for_tests();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let file = HistoryFile::new(&permit, &path);
                scope.spawn(move || {
                    for n in 0..10 {
                        assert_eq!(
                            file.append(&columns(), &cells(&format!("{writer}-{n}"))),
                            Ok(Appended::Written)
                        );
                    }
                });
            }
        });
        assert_eq!(read(&path, &columns()).unwrap().len(), 40);
    }
}
