//! Text in cells: measuring, cutting, folding, and the last look over a finished picture.
//!
//! Widths are ratatui's own (`CellWidth`), because that is what it draws with: a Japanese letter is two cells, half-width
//! kana with its mark is two cells although `unicode-width` counts one.

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::Clean;

/// Cells that one letter takes. A control character is never drawn, and ratatui will not measure one.
fn cells_of(grapheme: &str) -> usize {
    if grapheme.chars().any(char::is_control) {
        0
    } else {
        usize::from(grapheme.cell_width())
    }
}

/// Cells that `text` takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.graphemes(true).map(cells_of).sum()
}

/// `text` in at most `cells` cells, cut with `…`, never within a wide letter.
#[must_use]
pub(super) fn cut(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let next = cells_of(grapheme);
        if used + next + 1 > cells {
            break;
        }
        kept.push_str(grapheme);
        used += next;
    }
    if cells > 0 {
        kept.push('…');
    }
    kept
}

/// A line in at most `cells` cells, cut with `…`; a line that fits is the same line.
#[must_use]
pub(super) fn fit(line: Line<'static>, cells: usize) -> Line<'static> {
    let mut left = cells;
    if line.spans.iter().map(|span| width(&span.content)).sum::<usize>() <= cells {
        return line;
    }
    let mut kept = Vec::new();
    for span in line.spans {
        let wide = width(&span.content);
        // The last cell is kept for the mark, which belongs to the first part that does not fit.
        if wide < left {
            left -= wide;
            kept.push(span);
            continue;
        }
        kept.push(Span::styled(cut_off(&span.content, left), span.style));
        break;
    }
    Line { spans: kept, ..line }
}

/// `text` in at most `cells` cells with `…` at its end, although all of it might just have fitted: more was to follow.
fn cut_off(text: &str, cells: usize) -> String {
    let mut kept = cut(text, cells);
    if cells > 0 && !kept.ends_with('…') {
        kept = cut(&format!("{text}\u{a0}"), cells);
    }
    kept
}

/// The end of `text` in at most `cells` cells, with `…` before it: of an ARN the end tells most.
#[must_use]
pub(super) fn cut_front(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut used = 0;
    for grapheme in text.graphemes(true).rev() {
        let next = cells_of(grapheme);
        if used + next + 1 > cells {
            break;
        }
        kept.push(grapheme);
        used += next;
    }
    let mut text = String::new();
    if cells > 0 {
        text.push('…');
    }
    text.extend(kept.into_iter().rev());
    text
}

/// `text` cut and filled with spaces to exactly `cells` cells.
#[must_use]
pub(super) fn pad(text: &str, cells: usize) -> String {
    let mut padded = cut(text, cells);
    let missing = cells.saturating_sub(width(&padded));
    padded.extend(std::iter::repeat_n(' ', missing));
    padded
}

/// As `pad`, with the spaces in front.
#[must_use]
pub(super) fn pad_left(text: &str, cells: usize) -> String {
    let text = cut(text, cells);
    let mut padded: String = std::iter::repeat_n(' ', cells.saturating_sub(width(&text))).collect();
    padded.push_str(&text);
    padded
}

/// `text` folded into lines of at most `cells` cells: between words, and between the letters of Japanese. What has no space in
/// it (a command's option, a revision's name) stays whole where a line can hold it. Line breaks of the text stay.
#[must_use]
pub(super) fn fold(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(2);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut page = Page {
            cells,
            line: String::new(),
            used: 0,
            lines: &mut lines,
        };
        for unit in units(paragraph) {
            if width(unit) <= cells {
                page.put(unit);
                continue;
            }
            for word in unit.split_word_bounds() {
                if width(word) <= cells {
                    page.put(word);
                } else {
                    word.graphemes(true).for_each(|letter| page.put(letter));
                }
            }
        }
        let last = page.line.trim_end().to_owned();
        lines.push(last);
    }
    lines
}

/// Lines as they fill.
struct Page<'a> {
    cells: usize,
    line: String,
    used: usize,
    lines: &'a mut Vec<String>,
}

impl Page<'_> {
    /// Adds a part to the line at hand, or to the next one when it does not fit. No line but the first begins with a space.
    fn put(&mut self, part: &str) {
        let wide = width(part);
        if self.used + wide > self.cells {
            self.lines.push(self.line.trim_end().to_owned());
            self.line.clear();
            self.used = 0;
            if part.trim().is_empty() {
                return;
            }
        }
        self.line.push_str(part);
        self.used += wide;
    }
}

/// Letters that do not begin a line.
const CLOSING: &str = "、。，．・：；？！）］｝」』】〉》〕’”ー…,.;:!?)]}%";
/// Letters that do not end one.
const OPENING: &str = "（［｛「『【〈《〔‘“([{";

/// The parts between which a line may be broken.
fn units(paragraph: &str) -> Vec<&str> {
    let mut units = Vec::new();
    let mut begin = 0;
    let mut before: Option<char> = None;
    for (at, word) in paragraph.split_word_bound_indices() {
        let breaks = before
            .zip(word.chars().next())
            .is_some_and(|(before, after)| may_break(before, after));
        if breaks && let Some(unit) = paragraph.get(begin..at) {
            units.push(unit);
            begin = at;
        }
        before = word.chars().last();
    }
    units.extend(paragraph.get(begin..).filter(|rest| !rest.is_empty()));
    units
}

fn may_break(before: char, after: char) -> bool {
    if before.is_whitespace() || after.is_whitespace() {
        return true;
    }
    let narrow = |letter: char| width(letter.encode_utf8(&mut [0; 4])) < 2;
    !(CLOSING.contains(after) || OPENING.contains(before) || (narrow(before) && narrow(after)))
}

/// Replaces whatever could still drive a terminal or mislead the eye, in every cell of a finished picture. What comes from
/// outside is `Clean` where it arrives; this is the second fence, also for what we forgot.
pub(super) fn sweep(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let symbol = cell.symbol();
        if symbol.chars().all(is_plain) {
            continue;
        }
        let clean = Clean::new(symbol);
        if clean.as_str() != symbol {
            let safe = if width(clean.as_str()) == width(symbol).max(1) {
                clean.as_str()
            } else {
                "\u{FFFD}"
            };
            cell.set_symbol(safe);
        }
    }
}

/// Whether a letter is of the blocks that nearly every cell is made of, so that the sweep costs nothing.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{2190}'..='\u{25FF}' | '\u{3001}'..='\u{9FFF}' | '\u{FF01}'..='\u{FF60}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;

    #[test]
    fn japanese_is_two_cells_and_is_never_cut_in_half() {
        assert_eq!(width("ロールバック"), 12);
        assert_eq!(cut("ロールバック", 6), "ロー…");
        assert_eq!(cut("ロールバック", 5), "ロー…");
        assert_eq!(cut("ロールバック", 12), "ロールバック");
        assert_eq!(cut("ab", 0), "");
        assert_eq!(width("a\u{1b}b"), 2);
        assert_eq!(pad("戻す", 6), "戻す  ");
        assert_eq!(cut_front("task-definition/app:57", 6), "…pp:57");
    }

    #[test]
    fn a_line_that_is_too_long_ends_in_an_ellipsis_wherever_its_parts_meet() {
        let line = || Line::from(vec![Span::raw("stable on"), Span::raw(" our target")]);
        let said = |cells| fit(line(), cells).to_string();
        assert_eq!(said(20), "stable on our target");
        assert_eq!(said(19), "stable on our targ…");
        assert_eq!(said(10), "stable on…");
        assert_eq!(said(9), "stable o…");
        assert_eq!(said(1), "…");
        assert_eq!(said(0), "");
        let wide = Line::from(vec![Span::raw("承認"), Span::raw("する")]);
        assert_eq!(fit(wide, 4).to_string(), "承…");
    }

    #[test]
    fn folding_keeps_words_whole_where_there_are_words() {
        assert_eq!(fold("the quick brown fox", 9), ["the quick", "brown fox"]);
        assert_eq!(fold("判断期限まで", 6), ["判断期", "限まで"]);
        assert_eq!(fold("", 6), [""]);
        assert_eq!(
            fold("aws ecs wait --services backend", 14),
            ["aws ecs wait", "--services", "backend"]
        );
        assert_eq!(fold("tasks/aws/ecs", 6), ["tasks/", "aws/", "ecs"]);
        assert_eq!(fold("戻します。次へ", 8), ["戻しま", "す。次へ"]);
        assert_eq!(fold("稼働中（不明）", 8), ["稼働中", "（不明）"]);
    }

    #[test]
    fn the_sweep_leaves_nothing_that_drives_a_terminal() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        buffer[(0, 0)].set_symbol("\u{1b}");
        buffer[(1, 0)].set_symbol("a\u{202E}");
        buffer[(2, 0)].set_symbol("日");
        sweep(&mut buffer);
        assert_eq!(buffer[(0, 0)].symbol(), "\u{FFFD}");
        assert!(!buffer[(1, 0)].symbol().contains('\u{202E}'));
        assert_eq!(buffer[(2, 0)].symbol(), "日");
    }

    proptest! {
        #[test]
        fn cut_pad_and_fold_keep_to_their_cells(text in "\\PC{0,40}", cells in 0usize..30) {
            prop_assert!(width(&cut(&text, cells)) <= cells);
            prop_assert!(width(&cut_front(&text, cells)) <= cells);
            prop_assert_eq!(width(&pad(&text, cells)), cells);
            for line in fold(&text, cells) {
                // A single letter may be wider than the room there is.
                prop_assert!(width(&line) <= cells.max(2) || line.graphemes(true).count() == 1);
            }
        }
    }
}
