//! Keys as people write them: `R`, `ctrl-f`, `shift-tab`, `space`.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// One key press, normalised: a capital letter carries its own shift, and back-tab is shift and tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The key.
    pub code: KeyCode,
    /// Ctrl, Alt, and Shift where the key itself does not tell.
    pub modifiers: KeyModifiers,
}

const NAMED: [(&str, KeyCode); 14] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
];

impl Key {
    /// The key that `code` and `modifiers` name.
    #[must_use]
    pub fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let kept = modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        match code {
            KeyCode::BackTab => Self {
                code: KeyCode::Tab,
                modifiers: kept | KeyModifiers::SHIFT,
            },
            KeyCode::Char(c) if kept.contains(KeyModifiers::CONTROL) => Self {
                code: KeyCode::Char(c.to_ascii_lowercase()),
                modifiers: kept - KeyModifiers::SHIFT,
            },
            KeyCode::Char(_) => Self {
                code,
                modifiers: kept - KeyModifiers::SHIFT,
            },
            other => Self {
                code: other,
                modifiers: kept,
            },
        }
    }

    /// The character that the key types into a text, if it types one.
    #[must_use]
    pub fn printable(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() && !c.is_control() => Some(c),
            _ => None,
        }
    }

    /// Reads a key as the key map writes it; `None` when the text names none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            let (modifier, after) = if let Some(after) = rest.strip_prefix("ctrl-") {
                (KeyModifiers::CONTROL, after)
            } else if let Some(after) = rest.strip_prefix("alt-") {
                (KeyModifiers::ALT, after)
            } else if let Some(after) = rest.strip_prefix("shift-") {
                (KeyModifiers::SHIFT, after)
            } else {
                break;
            };
            if after.is_empty() {
                break;
            }
            modifiers |= modifier;
            rest = after;
        }
        let named = NAMED
            .iter()
            .find(|(name, _)| *name == rest)
            .map(|(_, code)| *code);
        let code = named.or_else(|| {
            let mut chars = rest.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => Some(KeyCode::Char(c)),
                _ => None,
            }
        })?;
        Some(Self::new(code, modifiers))
    }

    /// Reads a run of keys, such as `R<enter>production/backend<enter>`.
    #[must_use]
    pub fn parse_all(text: &str) -> Option<Vec<Self>> {
        let mut keys = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some((name, after)) = rest.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
                keys.push(Self::parse(name)?);
                rest = after;
            } else {
                keys.push(Self::new(KeyCode::Char(first), KeyModifiers::NONE));
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
        Some(keys)
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "Ctrl-"),
            (KeyModifiers::ALT, "Alt-"),
            (KeyModifiers::SHIFT, "Shift-"),
        ] {
            if self.modifiers.contains(modifier) {
                text.push_str(name);
            }
        }
        let named = NAMED
            .iter()
            .find(|(_, code)| *code == self.code)
            .map(|(name, _)| *name);
        match (self.code, named) {
            (KeyCode::Up, _) => text.push('↑'),
            (KeyCode::Down, _) => text.push('↓'),
            (KeyCode::Left, _) => text.push('←'),
            (KeyCode::Right, _) => text.push('→'),
            (KeyCode::PageUp, _) => text.push_str("PgUp"),
            (KeyCode::PageDown, _) => text.push_str("PgDn"),
            (_, Some(name)) => {
                let mut chars = name.chars();
                text.extend(chars.next().map(|c| c.to_ascii_uppercase()));
                text.push_str(chars.as_str());
            }
            (KeyCode::Char(c), None) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                text.push(c.to_ascii_uppercase());
            }
            (KeyCode::Char(c), None) => text.push(c),
            (other, None) => text.push_str(&other.to_string()),
        }
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_s_event_and_the_key_map_s_text_meet() {
        for (text, code, modifiers) in [
            ("R", KeyCode::Char('R'), KeyModifiers::SHIFT),
            ("?", KeyCode::Char('?'), KeyModifiers::NONE),
            ("ctrl-f", KeyCode::Char('f'), KeyModifiers::CONTROL),
            (
                "ctrl-f",
                KeyCode::Char('F'),
                KeyModifiers::CONTROL | KeyModifiers::SHIFT,
            ),
            ("shift-tab", KeyCode::BackTab, KeyModifiers::SHIFT),
            ("space", KeyCode::Char(' '), KeyModifiers::NONE),
            ("-", KeyCode::Char('-'), KeyModifiers::NONE),
        ] {
            assert_eq!(
                Key::parse(text),
                Some(Key::from(KeyEvent::new(code, modifiers))),
                "{text}"
            );
        }
        for bad in ["", "hyper-x", "entr", "ctrl-"] {
            assert_eq!(Key::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_run_of_keys_reads_one_by_one() {
        let keys = Key::parse_all("R<enter>ab<shift-tab>").unwrap();
        let said: Vec<String> = keys.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["R", "Enter", "a", "b", "Shift-Tab"]);
        assert_eq!(Key::parse_all("<nonsense>"), None);
    }

    #[test]
    fn only_plain_characters_type() {
        assert_eq!(Key::parse("ctrl-a").and_then(Key::printable), None);
        assert_eq!(Key::parse("A").and_then(Key::printable), Some('A'));
        assert_eq!(
            Key::new(KeyCode::Char('日'), KeyModifiers::NONE).printable(),
            Some('日')
        );
    }
}
