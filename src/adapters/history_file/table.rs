//! The table in its text: found by its header, extended by a line, read row by row (GitHub Flavored Markdown, "Tables").
//!
//! This is a line editor and no Markdown parser: it knows tables, code blocks and comments, because a table inside one of
//! those is an example and not the history.

use std::ops::Range;

use crate::domain::Clean;

/// Heading of a file that is made new.
const HEADING: &str = "# ロールバック履歴";

/// The text ends inside a code block or a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unclosed;

/// A table with our header.
struct Table {
    /// From its header to the end of its last row.
    at: Range<usize>,
    /// How many columns its header has; a team may have added some of its own behind ours.
    width: usize,
    /// The line end of its header.
    newline: &'static str,
}

/// `text` with the row, or `None` when a table has it already.
pub(super) fn with_row(
    text: &str,
    columns: &[String; 8],
    cells: &[String; 8],
) -> Result<Option<String>, Unclosed> {
    let cells = cells.each_ref().map(|cell| one_line(cell));
    let (tables, closed) = tables(text, columns);
    if tables.iter().any(|table| rows_of(text, table).contains(&cells)) {
        return Ok(None);
    }
    let line = |cells: &[String], width: usize| {
        let own = "  |".repeat(width.saturating_sub(cells.len()));
        cells
            .iter()
            .fold(String::from("|"), |line, cell| line + " " + &escape(cell) + " |")
            + &own
    };
    if let Some(table) = tables.last() {
        let row = line(&cells, table.width);
        let newline = table.newline;
        let (before, after) = text.split_at(table.at.end);
        // The last row of a file may lack its line end; it gets one, and the new row ends the file as it ended before.
        return Ok(Some(if before.ends_with('\n') {
            format!("{before}{row}{newline}{after}")
        } else {
            format!("{before}{newline}{row}{after}")
        }));
    }
    if !closed {
        return Err(Unclosed);
    }
    let newline = newline_of(text.split_inclusive('\n').next().unwrap_or_default());
    let mut new = text.to_owned();
    if new.is_empty() {
        new.push_str(HEADING);
        new.push_str(newline);
    } else if !new.ends_with('\n') {
        new.push_str(newline);
    }
    if new.lines().last().is_some_and(|last| !last.trim().is_empty()) {
        new.push_str(newline);
    }
    let rule = "|---".repeat(columns.len()) + "|";
    for line in [line(columns, 0), rule, line(&cells, 0)] {
        new.push_str(&line);
        new.push_str(newline);
    }
    Ok(Some(new))
}

/// The rows of every table with our header, in their order.
pub(super) fn rows(text: &str, columns: &[String; 8]) -> Vec<[String; 8]> {
    let (tables, _) = tables(text, columns);
    tables.iter().flat_map(|table| rows_of(text, table)).collect()
}

fn rows_of(text: &str, table: &Table) -> Vec<[String; 8]> {
    text.get(table.at.clone())
        .unwrap_or_default()
        .lines()
        .skip(2)
        .filter_map(split)
        .map(|row| {
            // A row that people wrote may have fewer cells than the header; the rest of it is empty.
            let mut row = row.into_iter();
            std::array::from_fn(|_| row.next().unwrap_or_default())
        })
        .collect()
}

/// Text on one line that nothing can hide in.
fn one_line(cell: &str) -> String {
    cell.split(['\r', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| Clean::new(part).to_string())
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

/// A cell in which nothing ends the cell, and nothing starts a comment or a tag.
fn escape(cell: &str) -> String {
    cell.chars().fold(String::new(), |mut escaped, c| {
        if matches!(c, '\\' | '|' | '<') {
            escaped.push('\\');
        }
        escaped.push(c);
        escaped
    })
}

/// The tables with our header, and whether the text ends outside of code blocks and comments.
fn tables(text: &str, columns: &[String; 8]) -> (Vec<Table>, bool) {
    let mut found = Vec::new();
    let mut inside = Inside::Text;
    let mut lines = lines(text).peekable();
    while let Some(line) = lines.next() {
        let content = &text[line.clone()];
        let was = inside;
        inside = inside.after(content);
        if was != Inside::Text || inside != Inside::Text {
            continue;
        }
        let Some(width) = header_width(content, columns) else {
            continue;
        };
        let Some(rule) = lines.next_if(|next| is_rule(&text[next.clone()], width)) else {
            continue;
        };
        let mut end = rule.end;
        while let Some(row) = lines.next_if(|next| is_row(&text[next.clone()])) {
            end = row.end;
        }
        found.push(Table {
            at: line.start..end,
            width,
            newline: newline_of(content),
        });
    }
    (found, inside == Inside::Text)
}

/// What a line of the text stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Text,
    /// A fenced code block, by the sign of its fence and how many there are.
    Fence(char, usize),
    Comment,
}

impl Inside {
    /// What the line after `line` stands in.
    fn after(self, line: &str) -> Self {
        let trimmed = line.trim();
        match self {
            Self::Text => match fence(line) {
                // The text behind a fence of backticks has none itself; otherwise it is a code span.
                Some((sign, count)) if sign != '`' || !trimmed.trim_start_matches('`').contains('`') => {
                    Self::Fence(sign, count)
                }
                Some(_) => Self::Text,
                None if trimmed.starts_with("<!--") && !trimmed.contains("-->") => Self::Comment,
                None => Self::Text,
            },
            Self::Fence(sign, count) => match fence(line) {
                Some((closing, long)) if closing == sign && long >= count && trimmed.len() == long => {
                    Self::Text
                }
                Some(_) | None => self,
            },
            Self::Comment if trimmed.contains("-->") => Self::Text,
            Self::Comment => Self::Comment,
        }
    }
}

/// The sign of a fence and how many of it a line begins with.
fn fence(line: &str) -> Option<(char, usize)> {
    if is_indented(line) {
        return None;
    }
    let line = line.trim_start();
    let sign = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let count = line.chars().take_while(|c| *c == sign).count();
    (count >= 3).then_some((sign, count))
}

/// Four spaces or a tab make an indented code block.
fn is_indented(line: &str) -> bool {
    line.starts_with("    ") || line.starts_with('\t')
}

/// How many columns the line has, when it is a header that begins with ours. People make headers bold.
fn header_width(line: &str, columns: &[String; 8]) -> Option<usize> {
    let cells = split(line.trim_start_matches('\u{feff}'))?;
    let ours = cells.len() >= columns.len()
        && columns
            .iter()
            .zip(&cells)
            .all(|(column, cell)| cell.trim_matches(['*', '_', '`', ' ']) == column);
    (ours && !is_indented(line)).then_some(cells.len())
}

fn is_rule(line: &str, width: usize) -> bool {
    split(line).is_some_and(|cells| {
        cells.len() == width
            && cells.iter().all(|cell| {
                let dashes = cell.trim_start_matches(':').trim_end_matches(':');
                !dashes.is_empty() && dashes.chars().all(|c| c == '-') && cell.len() <= dashes.len() + 2
            })
    })
}

/// Whether the line goes on with a table: it has a bar and starts nothing else.
fn is_row(line: &str) -> bool {
    let starts_something =
        line.trim_start().starts_with(['#', '>']) || fence(line).is_some() || is_indented(line);
    !starts_something && split(line).is_some()
}

/// The cells of a table line, unescaped; `None` when the line has no bar.
fn split(line: &str) -> Option<Vec<String>> {
    let line = line.trim();
    let inner = line.strip_prefix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in inner.chars() {
        if c == '|' && !escaped {
            cells.push(String::new());
            continue;
        }
        if let Some(cell) = cells.last_mut() {
            if escaped && !matches!(c, '|' | '\\' | '<') {
                cell.push('\\');
            }
            if c != '\\' || escaped {
                cell.push(c);
            }
        }
        escaped = c == '\\' && !escaped;
    }
    if escaped && let Some(cell) = cells.last_mut() {
        cell.push('\\');
    }
    let barred = cells.len() > 1 || inner.len() < line.len();
    // The text behind the closing bar is not a cell.
    if cells.len() > 1 && cells.last().is_some_and(|last| last.trim().is_empty()) {
        cells.pop();
    }
    barred.then(|| cells.into_iter().map(|cell| cell.trim().to_owned()).collect())
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

fn newline_of(line: &str) -> &'static str {
    if line.ends_with("\r\n") { "\r\n" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
            "7分",
        ]
        .map(String::from)
    }

    const HEADER: &str =
        "| 日時 | 実施者 | 対象環境 | ロールバック元 | ロールバック先 | 理由 | 影響 | 復旧時間 |";
    const RULE: &str = "|---|---|---|---|---|---|---|---|";

    fn row(reason: &str) -> String {
        format!(
            "| 2026-11-23 14:06 JST | sato | production | v1.4.0 (:57) | v1.3.4 (:56) | {reason} | – | 7分 |"
        )
    }

    fn with(text: &str, reason: &str) -> String {
        with_row(text, &columns(), &cells(reason)).unwrap().unwrap()
    }

    #[test]
    fn an_empty_file_gets_a_heading_and_the_table() {
        let text = with("", "5xx");
        let expected = format!("# ロールバック履歴\n\n{HEADER}\n{RULE}\n{}\n", row("5xx"));
        assert_eq!(text, expected);
        assert_eq!(with_row(&text, &columns(), &cells("5xx")), Ok(None));
    }

    #[test]
    fn a_text_without_the_table_gets_it_at_its_end() {
        for (old, between) in [
            ("# 履歴\n", "\n"),
            ("# 履歴\n\n", ""),
            ("# 履歴", "\n\n"),
            ("| a | b |\n|---|---|\n| 1 | 2 |\n", "\n"),
            ("メモ\r\n", "\r\n"),
        ] {
            let n = if old.contains("\r\n") { "\r\n" } else { "\n" };
            let expected = format!("{old}{between}{HEADER}{n}{RULE}{n}{}{n}", row("x"));
            assert_eq!(with(old, "x"), expected);
        }
    }

    #[test]
    fn what_people_wrote_stays_byte_for_byte() {
        let hand = "|  2026-01-01 09:00 JST|田中  | staging | a | b | 手で|  | 1 分 |";
        for (before, after) in [
            ("# 履歴\r\n\r\nメモ\r\n\r\n", "\r\nあとがき\r\n"),
            ("text\n\n", "\n## 次の章\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"),
            ("", "すぐ下の段落\n"),
            ("", "# 見出し | と棒\n"),
            ("", "> 引用 | と棒\n"),
            ("\u{feff}", ""),
            ("```\n| 日時 |\n```\n\n", ""),
            ("trailing spaces   \n\n\n", "\n\n\n"),
        ] {
            let n = if before.contains("\r\n") { "\r\n" } else { "\n" };
            for rule in [RULE, "| :--- | ---: | --- |:-:|---|---|---|---|"] {
                let table = format!("{HEADER}{n}{rule}{n}{hand}{n}");
                let new = with(&format!("{before}{table}{after}"), "x");
                assert_eq!(new, format!("{before}{table}{}{n}{after}", row("x")));
            }
        }
    }

    #[test]
    fn headers_that_people_dress_up_are_still_the_header() {
        for header in [
            HEADER.trim_matches('|').trim().to_owned(),
            HEADER.replace("日時", "**日時**"),
            HEADER.replace(" | ", "|"),
            format!("  {HEADER}"),
        ] {
            let old = format!("{header}\n{RULE}\n");
            assert_eq!(with(&old, "x"), format!("{old}{}\n", row("x")), "{header}");
        }
        // A team's own columns stand behind ours and stay empty.
        let wider = format!("{HEADER} 備考 | 担当 |\n{RULE}---|---|\n");
        assert_eq!(with(&wider, "x"), format!("{wider}{}  |  |\n", row("x")));
    }

    #[test]
    fn a_last_row_without_its_line_end_does_not_run_into_the_new_one() {
        for n in ["\n", "\r\n"] {
            let old = format!("{HEADER}{n}{RULE}{n}{}", row("a"));
            let new = with(&old, "b");
            assert_eq!(new, format!("{old}{n}{}", row("b")));
            assert_eq!(rows(&new, &columns()), [cells("a"), cells("b")]);
        }
    }

    #[test]
    fn an_example_is_not_the_history() {
        for (before, after) in [
            ("```\n", "```\n"),
            ("~~~~ markdown\n~~~\n```\n", "~~~~\n"),
            ("<!--\n", "-->\n"),
            ("   ```\n", "   ```\n"),
        ] {
            let example = format!("{before}{HEADER}\n{RULE}\n{}\n{after}", row("x"));
            let new = with(&example, "x");
            assert!(new.starts_with(&example), "{new}");
            assert_eq!(rows(&new, &columns()), [cells("x")]);
        }
        let indented = format!("    {HEADER}\n    {RULE}\n");
        assert!(with(&indented, "x").starts_with(&format!("{indented}\n{HEADER}")));
        let without_rule = format!("{HEADER}\n\n");
        assert!(with(&without_rule, "x").contains(&format!("{HEADER}\n{RULE}")));
    }

    #[test]
    fn what_is_never_closed_takes_no_row() {
        for old in ["```\n", "text\n~~~\ncode\n", "<!-- draft\n"] {
            assert_eq!(with_row(old, &columns(), &cells("x")), Err(Unclosed), "{old}");
        }
        for old in ["``` a `code` span ```\n", "<!-- done -->\n", "~~~\n~~~~\n"] {
            assert!(with_row(old, &columns(), &cells("x")).is_ok(), "{old}");
        }
    }

    #[test]
    fn rows_of_several_tables_are_all_read_and_the_last_one_grows() {
        let year = |reason: &str| format!("{HEADER}\n{RULE}\n{}\n", row(reason));
        let old = format!("## 2025\n\n{}\n## 2026\n\n{}", year("a"), year("b"));
        let new = with(&old, "c");
        assert_eq!(new, format!("{old}{}\n", row("c")));
        assert_eq!(rows(&new, &columns()), [cells("a"), cells("b"), cells("c")]);
        assert_eq!(with_row(&new, &columns(), &cells("a")), Ok(None));
    }

    #[test]
    fn a_short_row_is_read_with_empty_cells() {
        let text = format!("{HEADER}\n{RULE}\n| 2026-01-01 | 田中 |\n");
        let read = rows(&text, &columns());
        assert_eq!(read.len(), 1);
        assert_eq!(read[0], ["2026-01-01", "田中", "", "", "", "", "", ""]);
    }

    #[test]
    fn nothing_breaks_out_of_its_cell() {
        let text = with("", "a|b\n| c | <!-- \u{1b}[31m\u{202e} \\| \\");
        assert!(text.contains(r"a\|b \| c \| \<!-- "), "{text}");
        assert_eq!(text.lines().count(), 5);
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            reasons in prop::collection::vec(r#"[a-zｱ-ﾝ｜|\\<>`*~#\-! \t\r\n\u{1b}\u{feff}日時]{0,24}"#, 1..4),
            old in r"(# .{0,8}\n)?(\n)?(```\n.{0,5}\n```\n)?(text)?",
        ) {
            let mut text = old.clone();
            let mut expected: Vec<[String; 8]> = Vec::new();
            for reason in &reasons {
                let row = cells(reason).map(|cell| one_line(&cell));
                match with_row(&text, &columns(), &cells(reason)) {
                    Ok(Some(new)) => {
                        prop_assert!(!expected.contains(&row));
                        expected.push(row);
                        text = new;
                    }
                    Ok(None) => prop_assert!(expected.contains(&row)),
                    Err(Unclosed) => return Ok(()),
                }
            }
            prop_assert!(text.starts_with(&old));
            prop_assert_eq!(rows(&text, &columns()), expected);
        }

        #[test]
        fn no_text_upsets_it(old in r"[|`~<>\-!# \n\r日時a:\\*]{0,80}") {
            if let Ok(Some(new)) = with_row(&old, &columns(), &cells("x")) {
                prop_assert!(new.len() > old.len());
                prop_assert_eq!(rows(&new, &columns()).len(), rows(&old, &columns()).len() + 1);
            }
        }
    }
}
