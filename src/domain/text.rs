//! Text that came from outside, made safe to draw, print and store.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// Text from outside modosu in which nothing can drive a terminal or mislead the eye.
///
/// Control characters (category Cc), bidirectional controls and invisible characters are replaced by U+FFFD, not removed:
/// deleting them would itself be a spoof (`1<ESC>0` must not read as `10`). Line breaks and tabs become a space.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Clean(String);

impl Clean {
    /// Cleans `raw`.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        Self(raw.chars().map(clean_char).collect())
    }

    /// The safe text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn clean_char(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' => ' ',
        c if c.is_control() => '\u{FFFD}',
        '\u{061C}'
        | '\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}' => '\u{FFFD}',
        c => c,
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for Clean {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl From<String> for Clean {
    fn from(raw: String) -> Self {
        Self::new(&raw)
    }
}

impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_drive_a_terminal_is_replaced_and_stays_visible() {
        assert_eq!(Clean::new("1\u{1b}[31m0").as_str(), "1\u{FFFD}[31m0");
        assert_eq!(
            Clean::new("a\u{202E}b\u{200B}c\u{9b}").as_str(),
            "a\u{FFFD}b\u{FFFD}c\u{FFFD}"
        );
        assert_eq!(Clean::new("二行\n目\t。").as_str(), "二行 目 。");
    }

    #[test]
    fn reading_it_back_cleans_again() {
        let read: Clean = serde_json::from_str("\"x\\u001by\"").unwrap();
        assert_eq!(read.as_str(), "x\u{FFFD}y");
    }
}
