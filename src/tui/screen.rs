//! The console's own state: focus, selection, filters, open layers. Nothing here is true about the world.

use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::domain::{Digest, Phrase, ServiceDeploymentArn, ServiceKey, TaskDefinitionArn};
use crate::session::{Notice, NoticeLevel, OperatorMsg, ServiceView, Session};

use super::keymap::Context;
use super::layer::Layer;
use super::listing::Listing;
use super::log_view::LogView;
use super::panes::EventId;
use super::search::{Finder, Needle};
use super::sort::Sort;
use super::wizard::{Draft, Wizard};

/// A pane of the main screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pane {
    /// The services.
    Services,
    /// The revisions of the selected service.
    Revisions,
    /// The deployments of the selected service. It shares its place and its number with the revisions.
    Deployments,
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
            Self::Revisions | Self::Deployments => 2,
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
            Self::Deployments => "pane-deployments",
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
    /// Put this text on the terminal's clipboard.
    Copy(String),
    /// Read the definition in this file.
    ReadDefinition(String),
}

/// A sentence in the footer, of the console's own or of the session: shown for a while, or until the next key.
#[derive(Clone, Debug)]
pub struct LocalNotice {
    /// How much it wants to be seen.
    pub level: NoticeLevel,
    /// The sentence.
    pub text: Phrase,
    /// When it was first seen, at the keyboard: a drill may hurry, a reader does not.
    pub at: Instant,
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
    /// The service that the lists were about when they were last looked at.
    pub about: Option<ServiceKey>,
    /// The selected revision.
    pub revisions: Listing<TaskDefinitionArn>,
    /// The selected deployment.
    pub deployments: Listing<ServiceDeploymentArn>,
    /// Whether the place of the revisions shows the deployments.
    pub history: bool,
    /// Revisions that are marked to be compared, the older mark first; two at most, of one family.
    pub marks: Vec<TaskDefinitionArn>,
    /// The selected image.
    pub images: Listing<Digest>,
    /// The selected event.
    pub events: Listing<EventId>,
    /// What the rows of a pane are filtered by.
    pub filters: BTreeMap<Pane, String>,
    /// What was last looked for in a pane; it outlives the filter, for the next match.
    pub searches: BTreeMap<Pane, String>,
    /// By what the rows of a pane are sorted, where it is not by the pane's own order.
    pub sorts: BTreeMap<Pane, Sort>,
    /// What is looked for in the page that lies over the panes.
    pub finder: Finder,
    /// The open layers, the top one last.
    pub layers: Vec<Layer>,
    /// The report as the operator has it, kept while layers come and go.
    pub draft: Option<Draft>,
    /// The newest notice.
    pub notice: Option<LocalNotice>,
    /// The session's newest notice, once it has been taken over.
    pub heard: Option<Notice>,
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
            about: None,
            revisions: Listing::default(),
            deployments: Listing::default(),
            history: false,
            marks: Vec::new(),
            images: Listing::default(),
            events: Listing::default(),
            filters: BTreeMap::new(),
            searches: BTreeMap::new(),
            sorts: BTreeMap::new(),
            finder: Finder::default(),
            layers: Vec::new(),
            draft: None,
            notice: None,
            heard: None,
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
        session
            .services
            .iter()
            .find(|view| view.is_burning())
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
            Some(Layer::Help(_) | Layer::Details(_) | Layer::Pick(_)) => Context::List,
            Some(Layer::Sheet(_)) => Context::Report,
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

    /// The filter of a pane, taken apart.
    #[must_use]
    pub(super) fn needle(&self, pane: Pane) -> Option<Needle> {
        self.filter(pane).map(Needle::new)
    }

    /// By what the rows of a pane are sorted.
    #[must_use]
    pub(super) fn sort(&self, pane: Pane) -> Sort {
        self.sorts.get(&pane).copied().unwrap_or(Sort::OWN)
    }

    /// What stands in the place of `pane` now: revisions and deployments share one.
    #[must_use]
    pub const fn placed(&self, pane: Pane) -> Pane {
        match pane {
            Pane::Revisions | Pane::Deployments if self.history => Pane::Deployments,
            Pane::Revisions | Pane::Deployments => Pane::Revisions,
            Pane::Services | Pane::Images | Pane::Events | Pane::ErrorRate | Pane::Latency | Pane::Logs => {
                pane
            }
        }
    }

    /// Gives a pane the keyboard.
    pub fn show(&mut self, pane: Pane) {
        match pane {
            Pane::Revisions => self.history = false,
            Pane::Deployments => self.history = true,
            Pane::Services | Pane::Images | Pane::Events | Pane::ErrorRate | Pane::Latency | Pane::Logs => {}
        }
        self.focus = pane;
        if Pane::TABS.contains(&pane) || pane == Pane::Deployments {
            self.tab = pane;
        }
        if matches!(pane, Pane::Events | Pane::Logs) {
            self.foot = pane;
        }
        self.logs_open |= pane == Pane::Logs;
    }

    /// Says something in the footer.
    pub fn say(&mut self, level: NoticeLevel, text: Phrase, at: Instant) {
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
            | Layer::Pick(_)
            | Layer::Sheet(_)
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
