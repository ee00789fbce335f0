//! One line of text that a person types.

use crossterm::event::KeyCode;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::Clean;
use crate::tui::keys::Key;
use crate::tui::text;

/// A line of text with a cursor between its letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    before: String,
    after: String,
}

impl Field {
    /// A field that holds `text`, the cursor at its end.
    #[must_use]
    pub fn with(text: &str) -> Self {
        Self {
            before: text.to_owned(),
            after: String::new(),
        }
    }

    /// What it holds.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}{}", self.before, self.after)
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// Types or pastes `text`; control characters do not get in.
    pub fn insert(&mut self, text: &str) {
        self.before.push_str(Clean::new(text).as_str());
    }

    /// Takes a key that edits; whether it did.
    pub fn key(&mut self, key: Key) -> bool {
        if let Some(c) = key.printable() {
            self.insert(c.encode_utf8(&mut [0; 4]));
            return true;
        }
        if !key.modifiers.is_empty() {
            return false;
        }
        match key.code {
            KeyCode::Backspace => {
                self.take_before();
            }
            KeyCode::Delete => {
                self.take_after();
            }
            KeyCode::Left => {
                if let Some(letter) = self.take_before() {
                    self.after.insert_str(0, &letter);
                }
            }
            KeyCode::Right => {
                if let Some(letter) = self.take_after() {
                    self.before.push_str(&letter);
                }
            }
            KeyCode::Home => {
                let text = self.text();
                self.before.clear();
                self.after = text;
            }
            KeyCode::End => {
                self.before = self.text();
                self.after.clear();
            }
            _ => return false,
        }
        true
    }

    fn take_before(&mut self) -> Option<String> {
        let (at, letter) = self.before.grapheme_indices(true).next_back()?;
        let letter = letter.to_owned();
        self.before.truncate(at);
        Some(letter)
    }

    fn take_after(&mut self) -> Option<String> {
        let letter = self.after.graphemes(true).next()?.to_owned();
        self.after.drain(..letter.len());
        Some(letter)
    }

    /// What is seen of it in `cells` cells, and the cell of the cursor.
    #[must_use]
    pub fn seen(&self, cells: usize) -> (String, usize) {
        // The cursor stands on a cell of its own, also at the end.
        let room = cells.saturating_sub(1);
        let before = text::cut_front(&self.before, room);
        let cursor = text::width(&before);
        let after = text::cut(&self.after, cells.saturating_sub(cursor));
        (format!("{before}{after}"), cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &str) -> Field {
        let mut field = Field::default();
        for key in Key::parse_all(keys).unwrap() {
            field.key(key);
        }
        field
    }

    #[test]
    fn letters_go_where_the_cursor_is() {
        assert_eq!(typed("abd<left>c").text(), "abcd");
        assert_eq!(typed("abc<home><delete>").text(), "bc");
        assert_eq!(typed("が日<backspace>").text(), "が");
        assert_eq!(typed("a<home>b<end>c").text(), "bac");
    }

    #[test]
    fn a_paste_brings_no_control_characters() {
        let mut field = Field::default();
        field.insert("a\u{1b}[31m\nb");
        assert_eq!(field.text(), "a\u{FFFD}[31m b");
    }

    #[test]
    fn the_cursor_is_seen_in_any_room() {
        let field = typed("本番環境で確認");
        for cells in 0..20 {
            let (seen, cursor) = field.seen(cells);
            assert!(text::width(&seen) <= cells.max(1), "{cells}");
            assert!(cursor < cells.max(1), "{cells}");
        }
    }
}
