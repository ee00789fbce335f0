//! The console's own state: focus, selection, filters, open layers. Nothing here is true about the world.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::domain::{Digest, Phrase, ServiceKey, TaskDefinitionArn};
use crate::session::{NoticeLevel, OperatorMsg, ServiceView, Session};

use super::keymap::Context;
use super::layer::Layer;
use super::listing::Listing;
use super::log_view::LogView;
use super::panes::EventId;
use super::wizard::{Draft, Wizard};

/// A pane of the main screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pane {
    /// The services.
    Services,
    /// The revisions of the selected service.
    Revisions,
    /// The images of the selected service.
    Images,
    /// What happened.
    Events,
    /// The 5xx rate of the selected service.
    ErrorRate,
    /// The response time of the selected service.
    Latency,
    /// The log of the selected service.
    Logs,
}

impl Pane {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Services,
        Self::Revisions,
        Self::Images,
        Self::Events,
        Self::ErrorRate,
        Self::Latency,
        Self::Logs,
    ];

    /// Those that share one place on a small screen.
    pub const TABS: [Self; 6] = [
        Self::Revisions,
        Self::ErrorRate,
        Self::Latency,
        Self::Images,
        Self::Events,
        Self::Logs,
    ];

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Services => 1,
            Self::Revisions => 2,
            Self::Images => 3,
            Self::Events => 4,
            Self::ErrorRate => 5,
            Self::Latency => 6,
            Self::Logs => 7,
        }
    }

    /// The message of its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Services => "pane-services",
            Self::Revisions => "pane-revisions",
            Self::Images => "pane-images",
            Self::Events => "pane-events",
            Self::ErrorRate => "pane-error-rate",
            Self::Latency => "pane-latency",
            Self::Logs => "pane-logs",
        }
    }
}

/// Something that the console asks of its surroundings.
#[derive(Clone, Debug)]
pub enum Request {
    /// A person did something: for the session.
    Tell(OperatorMsg),
    /// Leave.
    Quit,
    /// Go to the background.
    Suspend,
    /// Draw everything again.
    Redraw,
    /// Edit this text in `$EDITOR`.
    Edit(String),
}

/// A sentence of the console's own, shown in the footer for a while.
#[derive(Clone, Debug)]
pub struct LocalNotice {
    /// How much it wants to be seen.
    pub level: NoticeLevel,
    /// The sentence.
    pub text: Phrase,
    /// When, on the engine's clock.
    pub at: Timestamp,
}

/// Focus, selection, filters and layers.
pub struct Screen {
    /// The pane that has the keyboard.
    pub focus: Pane,
    /// Which of the panes that share a place is seen on a small screen.
    pub tab: Pane,
    /// Which of events and log has the lower place, where there is room for one of them only.
    pub foot: Pane,
    /// Where the operator stands in the log.
    pub logs: LogView,
    /// Whether the log was opened and not closed since.
    pub logs_open: bool,
    /// Whether the focused pane has the whole screen.
    pub zoomed: bool,
    /// Whether the header is folded to one line.
    pub header_folded: bool,
    /// The selected service.
    pub services: Listing<ServiceKey>,
    /// The selected revision.
    pub revisions: Listing<TaskDefinitionArn>,
    /// The selected image.
    pub images: Listing<Digest>,
    /// The selected event.
    pub events: Listing<EventId>,
    /// What the rows of a pane are filtered by.
    pub filters: BTreeMap<Pane, String>,
    /// The open layers, the top one last.
    pub layers: Vec<Layer>,
    /// The report as the operator has it, kept while layers come and go.
    pub draft: Option<Draft>,
    /// The console's own newest notice.
    pub notice: Option<LocalNotice>,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            focus: Pane::Services,
            tab: Pane::Revisions,
            foot: Pane::Events,
            logs: LogView::default(),
            logs_open: false,
            zoomed: false,
            header_folded: false,
            services: Listing::default(),
            revisions: Listing::default(),
            images: Listing::default(),
            events: Listing::default(),
            filters: BTreeMap::new(),
            layers: Vec::new(),
            draft: None,
            notice: None,
        }
    }
}

impl Screen {
    /// The service that the other panes are about: the chosen one; before a choice the one that burns, else the first.
    #[must_use]
    pub fn service<'a>(&self, session: &'a Session) -> Option<&'a ServiceView> {
        if let Some(chosen) = self.services.chosen()
            && let Some(view) = session.services.iter().find(|view| view.key == *chosen)
        {
            return Some(view);
        }
        let burning = |view: &&ServiceView| {
            view.criteria
                .iter()
                .any(|criterion| criterion.state == crate::rollback::CriterionState::Met)
        };
        session
            .services
            .iter()
            .find(burning)
            .or_else(|| session.services.first())
    }

    /// Whether nothing lies over the panes.
    #[must_use]
    pub fn layers_are_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// Where the keyboard is.
    #[must_use]
    pub fn context(&self, session: &Session) -> Context {
        match self.layers.last() {
            None => Context::Main,
            Some(Layer::Help(_) | Layer::Details(_)) => Context::List,
            Some(Layer::Palette(_) | Layer::Filter(_) | Layer::Declare(_) | Layer::Note(_)) => Context::Text,
            Some(Layer::Ask(_)) => Context::Approve,
            Some(Layer::Wizard(wizard)) => wizard.context(session),
        }
    }

    /// The filter of a pane.
    #[must_use]
    pub fn filter(&self, pane: Pane) -> Option<&str> {
        self.filters
            .get(&pane)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    /// Gives a pane the keyboard.
    pub fn show(&mut self, pane: Pane) {
        self.focus = pane;
        if Pane::TABS.contains(&pane) {
            self.tab = pane;
        }
        if matches!(pane, Pane::Events | Pane::Logs) {
            self.foot = pane;
        }
        self.logs_open |= pane == Pane::Logs;
    }

    /// Says something in the footer.
    pub fn say(&mut self, level: NoticeLevel, text: Phrase, at: Timestamp) {
        self.notice = Some(LocalNotice { level, text, at });
    }

    /// The wizard, if it is open.
    pub fn wizard_mut(&mut self) -> Option<&mut Wizard> {
        self.layers.iter_mut().find_map(|layer| match layer {
            Layer::Wizard(wizard) => Some(&mut **wizard),
            Layer::Help(_)
            | Layer::Details(_)
            | Layer::Palette(_)
            | Layer::Filter(_)
            | Layer::Declare(_)
            | Layer::Note(_)
            | Layer::Ask(_) => None,
        })
    }

    /// Forgets what was typed or chosen to approve: the person may have looked away.
    pub fn disarm(&mut self, moment: Instant) {
        if let Some(wizard) = self.wizard_mut() {
            wizard.disarm(moment);
        }
        if let Some(Layer::Ask(ask)) = self.layers.last_mut() {
            ask.focus = super::layer::Button::Cancel;
            ask.opened = moment;
        }
    }
}
