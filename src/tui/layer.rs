//! What can lie over the panes. Each layer carries its own data; the top one takes the keys first.

use std::time::Duration;

use tokio::time::Instant;
use tui_textarea::TextArea;

use crate::domain::{CriterionId, PlanHash, ServiceKey, TaskDefinitionArn};
use crate::rollback::{CheckState, PreflightCheck};

use super::listing::{Listing, Scroll};
use super::palette::Entry;
use super::screen::Pane;
use super::theme::Role;
use super::widgets::Field;
use super::wizard::Wizard;

/// How long a box that approves is deaf after it opened: what was on its way to something else is not meant for it.
pub(super) const DEAF: Duration = Duration::from_millis(500);
/// How long what was typed into such a box stays there without another key.
pub(super) const FORGETS: Duration = Duration::from_secs(60);
/// How long after the newest key Enter counts in a box that writes: a person's next key comes later than a pasted one.
pub(super) const RESTS: Duration = Duration::from_millis(100);

/// A layer.
pub enum Layer {
    /// The keys.
    Help(Scroll),
    /// All that is known of one thing.
    Details(Details),
    /// All commands by name.
    Palette(Palette),
    /// What a pane's rows are filtered by.
    Filter(FilterBox),
    /// Declaring a criterion.
    Declare(DeclareBox),
    /// A note for the timeline.
    Note(NoteBox),
    /// A question of two buttons.
    Ask(AskBox),
    /// Ways to pick one from.
    Pick(PickBox),
    /// A text of several lines that is put beside the incident.
    Sheet(Box<Sheet>),
    /// The rollback wizard.
    Wizard(Box<Wizard>),
}

/// What picking a way does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Opens a sheet for SQL that people run by hand.
    WriteSql,
    /// Back to the target, with the snapshots of the database.
    ChooseSnapshot,
    /// Nothing: what it shows is never run from here.
    OnlyShown,
    /// Leaves the rollback that is over and opens one for these services; the revision is selected where one is named.
    StartAgain {
        /// The services.
        services: Vec<ServiceKey>,
        /// Where to, as a proposal.
        back_to: Option<TaskDefinitionArn>,
    },
}

/// A way that can be picked.
pub struct Way {
    /// Its name.
    pub label: String,
    /// What it means, told while it is selected or where there is room.
    pub text: String,
    /// What picking it does.
    pub deed: Deed,
}

/// Ways to pick one from.
pub struct PickBox {
    /// What it is about.
    pub title: String,
    /// The ways.
    pub ways: Vec<Way>,
    /// The selected one, by its place.
    pub list: Listing<usize>,
}

impl PickBox {
    /// A list whose first way is selected.
    #[must_use]
    pub fn new(title: String, ways: Vec<Way>) -> Self {
        Self {
            title,
            ways,
            list: Listing::default(),
        }
    }

    /// The places of its ways.
    #[must_use]
    pub fn places(&self) -> Vec<usize> {
        (0..self.ways.len()).collect()
    }
}

/// A text of several lines while it is written.
pub struct Sheet {
    /// What it is: its title beside the incident.
    pub title: String,
    /// What it is for, in a line.
    pub about: String,
    /// The text.
    pub area: TextArea<'static>,
}

/// A line of a page: a label at the left, where there is one, and a text that is folded.
pub struct PageLine {
    /// The label; without one the text has the whole width when no line of the page has a label.
    pub label: String,
    /// The text.
    pub text: String,
    /// What the text means.
    pub role: Role,
}

impl PageLine {
    /// A text with its label.
    #[must_use]
    pub fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            text: text.into(),
            role: Role::Text,
        }
    }

    /// A text without a label.
    #[must_use]
    pub fn bare(text: impl Into<String>) -> Self {
        Self::new(String::new(), text)
    }

    /// The same with another meaning.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }
}

/// A page about one thing: all that is known of it, its raw form, what differs, where AWS shows it.
pub struct Details {
    /// What it is.
    pub title: String,
    /// What it says.
    pub lines: Vec<PageLine>,
    /// What `c` copies: a message that names it, and the text.
    pub copies: Option<(&'static str, String)>,
    /// How far it is scrolled.
    pub scroll: Scroll,
}

impl Details {
    /// A page.
    #[must_use]
    pub fn new(title: String, lines: Vec<PageLine>) -> Self {
        Self {
            title,
            lines,
            copies: None,
            scroll: Scroll::default(),
        }
    }

    /// The same, with something to copy.
    #[must_use]
    pub fn copying(mut self, what: &'static str, text: String) -> Self {
        self.copies = Some((what, text));
        self
    }
}

/// The command palette.
#[derive(Default)]
pub struct Palette {
    /// What was typed.
    pub field: Field,
    /// Which entry is selected.
    pub list: Listing<Entry>,
}

/// The filter of a pane, or what is looked for in a page, while it is typed.
pub struct FilterBox {
    /// Of which pane; `None` for the page beneath.
    pub pane: Option<Pane>,
    /// What was typed.
    pub field: Field,
}

/// Declaring a criterion, or taking the declaration back.
pub struct DeclareBox {
    /// Of which service.
    pub service: ServiceKey,
    /// Which criterion is selected.
    pub list: Listing<CriterionId>,
    /// What was seen, in the operator's words.
    pub note: Field,
}

/// What a note is for.
pub enum NotePurpose {
    /// The incident's timeline.
    Timeline,
    /// Signing a check that did not pass or is left out; the runbook wants a word on it.
    Sign {
        /// The check's id.
        check: String,
        /// How it went.
        state: CheckState,
        /// The check's name.
        title: String,
    },
    /// Going on in spite of a check that forbids it.
    Override {
        /// Which check.
        check: PreflightCheck,
        /// Of which service.
        service: ServiceKey,
        /// What is asked.
        title: String,
    },
    /// The file of a definition of the operator's own.
    DefinitionFile,
}

/// A line of text for the incident's story.
pub struct NoteBox {
    /// What it is for.
    pub purpose: NotePurpose,
    /// What was typed.
    pub field: Field,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// To quit although a write runs.
    Quit,
    /// To give the incident up before anything was sent.
    Abandon,
    /// To end a rollback as unknown.
    GiveUp,
    /// To leave a rollback that did not help and start another.
    Again,
    /// After a restart between two calls: to send the next one. The other button stops here.
    GoOn,
}

/// Which of two buttons has the focus. The harmless one has it first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Button {
    /// The harmless one.
    #[default]
    Cancel,
    /// The one that acts.
    Act,
}

impl Button {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Cancel => Self::Act,
            Self::Act => Self::Cancel,
        }
    }
}

/// A question of two buttons.
pub struct AskBox {
    /// What is asked.
    pub question: Question,
    /// Which button has the focus.
    pub focus: Button,
    /// When it opened.
    pub opened: Instant,
}

impl AskBox {
    /// A question that opens now.
    #[must_use]
    pub fn new(question: Question, opened: Instant) -> Self {
        Self {
            question,
            focus: Button::default(),
            opened,
        }
    }

    /// Whether it listens.
    #[must_use]
    pub fn armed(&self, moment: Instant) -> bool {
        moment.saturating_duration_since(self.opened) >= DEAF
    }
}

/// The box that approves a frozen plan. Nothing in it acts on Enter alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApproveBox {
    /// The plan that it was opened for.
    pub hash: PlanHash,
    /// When it opened.
    pub opened: Instant,
    /// When the newest key came.
    pub touched: Instant,
    /// What was typed, in a protected environment.
    pub typed: String,
    /// Which button has the focus, elsewhere.
    pub focus: Button,
    /// Whether Enter came on a text that is not the right one.
    pub differs: bool,
}

impl ApproveBox {
    /// A box for a plan, opening now.
    #[must_use]
    pub(super) fn new(hash: PlanHash, opened: Instant) -> Self {
        Self {
            hash,
            opened,
            touched: opened,
            typed: String::new(),
            focus: Button::default(),
            differs: false,
        }
    }

    /// Whether it listens.
    #[must_use]
    pub(super) fn armed(&self, moment: Instant) -> bool {
        moment.saturating_duration_since(self.opened) >= DEAF
    }

    /// Whether Enter may count: it came apart from the key before it. A paste that the terminal did not mark as one may fill
    /// the box, but the line break that it carries never confirms.
    #[must_use]
    pub(super) fn rested(&self, moment: Instant) -> bool {
        moment.saturating_duration_since(self.touched) >= RESTS
    }

    /// Forgets what was typed or chosen, and is deaf again for a moment.
    pub(super) fn disarm(&mut self, moment: Instant) {
        *self = Self::new(self.hash.clone(), moment);
    }

    /// Whether what was typed has lain too long.
    #[must_use]
    pub(super) fn is_old(&self, moment: Instant) -> bool {
        let touched = !self.typed.is_empty() || self.focus == Button::Act;
        touched && moment.saturating_duration_since(self.touched) >= FORGETS
    }
}
