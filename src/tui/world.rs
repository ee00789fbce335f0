//! What the console looks at while it draws or reacts: the session and the means to show it, all borrowed.

use jiff::Timestamp;
use ratatui::layout::Size;
use ratatui::style::Style;
use ratatui::text::Span;
use tokio::time::Instant;

use crate::domain::Phrase;
use crate::session::Session;
use crate::words::Words;

use super::keymap::Keymap;
use super::theme::{Role, Theme};

/// Everything that a pane, a step or a reaction may look at. It cannot change any of it.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// What is true.
    pub session: &'a Session,
    /// How it is said.
    pub words: &'a Words,
    /// What the keys mean.
    pub keymap: &'a Keymap,
    /// How it looks.
    pub theme: &'a Theme,
    /// The time on the engine's clock: ages, deadlines.
    pub now: Timestamp,
    /// The terminal's size: what is not in sight is not acted on.
    pub size: Size,
    /// The time at the keyboard: what was typed before a box opened. Not the engine's, which a drill may hurry.
    pub moment: Instant,
}

impl World<'_> {
    /// The style of a role.
    #[must_use]
    pub const fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// A message without values.
    #[must_use]
    pub fn get(&self, id: &'static str) -> String {
        self.words.get(id)
    }

    /// A phrase.
    #[must_use]
    pub fn say(&self, phrase: &Phrase) -> String {
        self.words.say(phrase)
    }

    /// Text in the style of a role.
    pub fn span(&self, text: impl Into<String>, role: Role) -> Span<'static> {
        Span::styled(text.into(), self.style(role))
    }
}
