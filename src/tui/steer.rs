//! From a key to what it does: the top layer first, then the panes.

use crate::domain::{Clean, Phrase};
use crate::incident::Stage;
use crate::session::{NoticeLevel, OperatorMsg};

use super::answers::still_asks;
use super::command::Command;
use super::keymap::Context;
use super::keys::Key;
use super::layer::{AskBox, DeclareBox, Layer, NoteBox, NotePurpose, Palette, Question};
use super::layout;
use super::listing::{Listing, Motion, Scroll};
use super::panes::{deployment_ids, event_moved, image_ids, log_in_view, revision_ids, service_ids};
use super::screen::{Pane, Request, Screen};
use super::search::Needle;
use super::widgets::Field;
use super::wizard::{self, Wizard};
use super::world::World;

impl Screen {
    /// Follows the session: a wizard whose incident is over closes, a report draft follows the recorded facts.
    pub fn follow(&mut self, world: &World<'_>) {
        let keep = self
            .wizard_mut()
            .is_none_or(|wizard| wizard.follow(world.session, world.moment));
        if !keep {
            self.layers.retain(|layer| !matches!(layer, Layer::Wizard(_)));
        }
        // A question whose time is over would be answered for something else.
        self.layers
            .retain(|layer| !matches!(layer, Layer::Ask(ask) if !still_asks(ask.question, world.session)));
        // What the session says is young from when it is first seen here, whatever its clock does meanwhile.
        if let Some(news) = &world.session.notice
            && self.heard.as_ref() != Some(news)
        {
            self.heard = Some(news.clone());
            self.say(news.level, news.text.clone(), world.moment);
        }
        // A service that burns, or that a layer was opened on, stays the one that keys are about: the next that burns must not
        // slip under a finger.
        if self.services.chosen().is_none()
            && let Some(view) = self.service(world.session)
            && (view.is_burning() || !self.layers.is_empty())
        {
            self.services.select(view.key.clone());
        }
        // The lists of another service begin at their top: what was selected belongs to the service that was left.
        let about = self.service(world.session).map(|view| &view.key);
        if self.about.as_ref() != about {
            self.about = about.cloned();
            self.revisions = Listing::default();
            self.deployments = Listing::default();
            self.images = Listing::default();
            self.logs.follow();
        }
        let reporting = world
            .session
            .incident
            .as_ref()
            .is_some_and(|incident| incident.stage == Stage::Report);
        if reporting && self.wizard_mut().is_some() {
            wizard::keep_draft(&mut self.draft, world);
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: Key, world: &World<'_>) -> Vec<Request> {
        // Who types has read it; what this key has to say comes in its place.
        self.notice = None;
        self.follow(world);
        if !layout::shows(world.size) {
            return self.key_unseen(key, world);
        }
        let context = self.context(world.session);
        let command = world.keymap.command(context, key);
        if context == Context::Approve && !layout::approves(world.size) {
            // A question that is not seen whole takes no answer, and what was typed into it is forgotten.
            self.disarm(world.moment);
            if matches!(command, None | Some(Command::Press | Command::Switch)) {
                return Vec::new();
            }
        }
        match command {
            Some(command) => self.command(command, world),
            None => {
                self.typed(key, world);
                Vec::new()
            }
        }
    }

    /// Takes a key while the screen shows nothing that it could act on: one may leave, and draw again.
    fn key_unseen(&mut self, key: Key, world: &World<'_>) -> Vec<Request> {
        self.disarm(world.moment);
        match world.keymap.command(Context::Main, key) {
            Some(command @ (Command::Quit | Command::Suspend | Command::Redraw)) => {
                self.command(command, world)
            }
            Some(_) | None => Vec::new(),
        }
    }

    /// Does what a command says.
    pub fn command(&mut self, command: Command, world: &World<'_>) -> Vec<Request> {
        if let Some(requests) = self.everywhere(command, world) {
            return requests;
        }
        match self.layers.last() {
            None => self.main(command, world),
            Some(Layer::Wizard(_)) => self.wizard_command(command, world),
            Some(Layer::Help(_) | Layer::Details(_)) => self.page(command, world),
            Some(Layer::Pick(_)) => self.pick(command, world),
            Some(Layer::Sheet(_)) => self.sheet(command, world),
            Some(Layer::Palette(_) | Layer::Filter(_) | Layer::Declare(_) | Layer::Note(_)) => {
                self.line(command, world)
            }
            Some(Layer::Ask(_)) => self.ask(command, world),
        }
    }

    fn quit(&mut self, world: &World<'_>) -> Vec<Request> {
        if !world.session.is_writing() {
            return vec![Request::Quit];
        }
        let asking = self
            .layers
            .iter()
            .any(|layer| matches!(layer, Layer::Ask(ask) if ask.question == Question::Quit));
        if !asking {
            self.layers
                .push(Layer::Ask(AskBox::new(Question::Quit, world.moment)));
        }
        Vec::new()
    }

    /// Commands that mean the same everywhere, or over the panes as in the wizard; `None` when this is none of them.
    fn everywhere(&mut self, command: Command, world: &World<'_>) -> Option<Vec<Request>> {
        if command == Command::Quit {
            return Some(self.quit(world));
        } else if command == Command::Suspend {
            return Some(vec![Request::Suspend]);
        } else if command == Command::Redraw {
            return Some(vec![Request::Redraw]);
        } else if command == Command::ToggleHeader {
            self.header_folded = !self.header_folded;
            return Some(Vec::new());
        } else if !matches!(self.layers.last(), None | Some(Layer::Wizard(_))) {
            return None;
        }
        let requests = if command == Command::Help {
            self.finder.look_for(String::new());
            self.layers.push(Layer::Help(Scroll::default()));
            Vec::new()
        } else if command == Command::Palette {
            self.layers.push(Layer::Palette(Palette::default()));
            Vec::new()
        } else if command == Command::Note && world.session.incident.is_none() {
            // Said before anything is typed: a note belongs to an incident.
            self.say(NoticeLevel::Bad, Phrase::new("notice-no-incident"), world.moment);
            Vec::new()
        } else if command == Command::Note {
            let note = NoteBox {
                purpose: NotePurpose::Timeline,
                field: Field::default(),
            };
            self.layers.push(Layer::Note(note));
            Vec::new()
        } else if command == Command::Declare {
            self.open_declare(world);
            Vec::new()
        } else if command == Command::Refresh {
            self.say(NoticeLevel::Info, Phrase::new("notice-refreshing"), world.moment);
            vec![Request::Tell(OperatorMsg::Refresh(None))]
        } else {
            return None;
        };
        Some(requests)
    }

    fn open_declare(&mut self, world: &World<'_>) {
        match self.service(world.session) {
            Some(view) => {
                let service = view.key.clone();
                let declare = DeclareBox {
                    service,
                    list: Listing::default(),
                    note: Field::default(),
                };
                self.layers.push(Layer::Declare(declare));
            }
            None => self.say(NoticeLevel::Bad, Phrase::new("notice-no-service"), world.moment),
        }
    }

    /// A command over the panes.
    fn main(&mut self, command: Command, world: &World<'_>) -> Vec<Request> {
        if let Some(motion) = Motion::of(command) {
            self.go(motion, world);
            return Vec::new();
        }
        if let Some(pane) = pane_of(command) {
            self.show(pane);
            return Vec::new();
        }
        match command {
            Command::StartRollback => return self.start_rollback(world),
            Command::Checklist => self.open_checklist(world),
            Command::EditReport => return self.edit_report(world),
            Command::Into if self.focus == Pane::Services => self.show(Pane::Revisions),
            Command::Into => self.describe(world),
            Command::Describe => self.describe_or_diff(world),
            Command::Raw => self.show_raw(world),
            Command::Copy => return self.copy(world),
            Command::Link => return self.show_link(world),
            Command::Mark => self.mark(world),
            Command::NextMatch if self.focus == Pane::Logs => self.log_match(Motion::Down, world),
            Command::PreviousMatch if self.focus == Pane::Logs => self.log_match(Motion::Up, world),
            Command::NextMatch => self.next_match(true, world),
            Command::PreviousMatch => self.next_match(false, world),
            Command::Sort => self.resort(false, world),
            Command::Reverse => self.resort(true, world),
            Command::Out => self.show(Pane::Services),
            Command::Back => self.back(),
            Command::WrapLines => self.logs.wrap = !self.logs.wrap,
            Command::NextPane => self.turn(&Pane::ALL, 1),
            Command::PreviousPane => self.turn(&Pane::ALL, Pane::ALL.len() - 1),
            Command::NextTab => self.turn_tab(1),
            Command::PreviousTab => self.turn_tab(Pane::TABS.len() - 1),
            Command::Zoom => self.zoomed = true,
            Command::Unzoom => self.zoomed = false,
            Command::Filter => self.open_filter(),
            Command::Services
            | Command::Revisions
            | Command::Deployments
            | Command::Images
            | Command::Events
            | Command::Metrics
            | Command::Latency
            | Command::Logs
            | Command::Down
            | Command::Up
            | Command::Top
            | Command::Bottom
            | Command::PageDown
            | Command::PageUp
            | Command::Help
            | Command::Palette
            | Command::ToggleHeader
            | Command::Redraw
            | Command::Suspend
            | Command::Quit
            | Command::Refresh
            | Command::Declare
            | Command::Note => {
                // Done above, for every layer alike.
            }
            Command::Next
            | Command::Choose
            | Command::Press
            | Command::Switch
            | Command::Method
            | Command::Stop
            | Command::LookAgain
            | Command::GiveUp
            | Command::SignPassed
            | Command::SignFailed
            | Command::SignSkipped
            | Command::WriteReport
            | Command::SettleReport
            | Command::CloseIncident
            | Command::Toggle
            | Command::AllServices
            | Command::DefinitionFile
            | Command::Override
            | Command::DataWays
            | Command::GoOn
            | Command::Abandon => {
                self.say(NoticeLevel::Bad, Phrase::new("notice-not-now"), world.moment);
            }
        }
        Vec::new()
    }

    fn go(&mut self, motion: Motion, world: &World<'_>) {
        match self.focus {
            // Charts have no rows: moving there chooses the service that they are about.
            Pane::Services | Pane::ErrorRate | Pane::Latency => {
                let ids = service_ids(self, world);
                // Before the first choice the burning one is selected, wherever it stands.
                if self.services.chosen().is_none()
                    && let Some(view) = self.service(world.session)
                {
                    self.services.select(view.key.clone());
                }
                self.services.go(motion, &ids);
            }
            Pane::Revisions => self.revisions.go(motion, &revision_ids(self, world)),
            Pane::Deployments => self.deployments.go(motion, &deployment_ids(self, world)),
            Pane::Images => self.images.go(motion, &image_ids(self, world)),
            Pane::Events => {
                if let Some(id) = event_moved(self, world, motion) {
                    self.events.select(id);
                }
            }
            Pane::Logs => {
                if let Some((window, rows)) = log_in_view(self, world) {
                    self.logs.go(motion, &rows, window);
                }
            }
        }
    }

    fn turn(&mut self, panes: &[Pane], by: usize) {
        // Revisions and deployments share a place, so the place is what is counted.
        let number = self.focus.number();
        let at = panes.iter().position(|pane| pane.number() == number).unwrap_or(0);
        if let Some(pane) = panes.get((at + by) % panes.len().max(1)) {
            self.show(self.placed(*pane));
        }
    }

    fn turn_tab(&mut self, by: usize) {
        let tabs = Pane::TABS;
        let number = self.tab.number();
        let at = tabs.iter().position(|pane| pane.number() == number).unwrap_or(0);
        if let Some(pane) = tabs.get((at + by) % tabs.len()) {
            self.show(self.placed(*pane));
        }
    }

    fn back(&mut self) {
        if self.filter(self.focus).is_some() {
            self.filters.remove(&self.focus);
        } else if self.focus == Pane::Logs && self.logs.search.take().is_some() {
            // Only what was sought is let go of; the place in the log stays.
        } else if self.zoomed {
            self.zoomed = false;
        } else if self.focus == Pane::Logs {
            self.logs_open = false;
            self.show(Pane::Events);
        }
    }

    /// To the next or previous line that matches, among all lines: a filter becomes a search, so that what stands around a
    /// match is seen.
    fn log_match(&mut self, way: Motion, world: &World<'_>) {
        // Where the operator stands among the filtered lines is where the search begins.
        if let Some((window, rows)) = log_in_view(self, world)
            && let Some(line) = rows
                .get(self.logs.at(&rows, window))
                .and_then(|nth| window.get(*nth))
        {
            self.logs.choose(line.id.clone());
        }
        let filter = self.filters.remove(&Pane::Logs).filter(|text| !text.is_empty());
        let from_filter = filter.is_some();
        if from_filter {
            self.logs.search = filter;
        }
        let Some(sought) = self.logs.search.clone() else {
            self.say(NoticeLevel::Bad, Phrase::new("logs-nothing-sought"), world.moment);
            return;
        };
        let Some((window, rows)) = log_in_view(self, world) else {
            return;
        };
        let at = self.logs.at(&rows, window);
        let needle = Needle::new(&sought);
        let passes = |row: &usize| {
            rows.get(*row)
                .and_then(|nth| window.get(*nth))
                .is_some_and(|line| needle.passes(&[line.message.as_str()]))
        };
        let found = if way == Motion::Down {
            (at + 1..rows.len()).find(passes)
        } else {
            (0..at).rev().find(passes)
        };
        match found
            .and_then(|row| rows.get(row))
            .and_then(|nth| window.get(*nth))
        {
            Some(line) => self.logs.choose(line.id.clone()),
            // The line where the filter left off is a match itself.
            None if from_filter => {}
            None => {
                let text = Phrase::new("logs-no-match").text("text", Clean::from(sought));
                self.say(NoticeLevel::Bad, text, world.moment);
            }
        }
    }

    /// Opens the wizard; only the session may open an incident.
    fn start_rollback(&mut self, world: &World<'_>) -> Vec<Request> {
        let session = world.session;
        let goes_on = session
            .incident
            .as_ref()
            .is_some_and(|incident| incident.stage != Stage::Abandoned);
        if goes_on {
            self.layers
                .push(Layer::Wizard(Box::new(Wizard::new(world.moment))));
            return Vec::new();
        }
        let Some(service) = self.service(session).map(|view| view.key.clone()) else {
            self.say(NoticeLevel::Bad, Phrase::new("notice-no-service"), world.moment);
            return Vec::new();
        };
        let tell = vec![Request::Tell(OperatorMsg::StartRollback {
            services: vec![service],
        })];
        if session.setup.mode == crate::domain::Mode::ReadOnly {
            // Nothing opens; the session says why.
            return tell;
        }
        self.layers
            .push(Layer::Wizard(Box::new(Wizard::new(world.moment))));
        tell
    }

    fn open_checklist(&mut self, world: &World<'_>) {
        if has_checklist(world) {
            self.layers
                .push(Layer::Wizard(Box::new(Wizard::at_checklist(world.moment))));
        } else {
            self.say(NoticeLevel::Bad, Phrase::new("notice-no-checklist"), world.moment);
        }
    }

    /// Asks for the editor, when there is a report to edit.
    pub(super) fn edit_report(&mut self, world: &World<'_>) -> Vec<Request> {
        let reporting = world
            .session
            .incident
            .as_ref()
            .is_some_and(|incident| incident.stage == Stage::Report);
        if reporting {
            wizard::keep_draft(&mut self.draft, world);
        }
        match self.draft.as_ref().filter(|_| reporting) {
            Some(draft) => vec![Request::Edit(draft.text())],
            None => {
                self.say(NoticeLevel::Bad, Phrase::new("notice-no-report"), world.moment);
                Vec::new()
            }
        }
    }
}

/// Whether there is a checklist to look at: the rollback ended on target.
pub(super) fn has_checklist(world: &World<'_>) -> bool {
    world
        .session
        .incident
        .as_ref()
        .is_some_and(|incident| match incident.stage {
            Stage::Verify | Stage::Report | Stage::Done => true,
            Stage::Assess
            | Stage::Scope
            | Stage::Target
            | Stage::Check
            | Stage::Approve
            | Stage::Act { .. }
            | Stage::Abandoned => false,
        })
}

/// The pane that a command goes to.
fn pane_of(command: Command) -> Option<Pane> {
    [
        (Command::Services, Pane::Services),
        (Command::Revisions, Pane::Revisions),
        (Command::Deployments, Pane::Deployments),
        (Command::Images, Pane::Images),
        (Command::Events, Pane::Events),
        (Command::Metrics, Pane::ErrorRate),
        (Command::Latency, Pane::Latency),
        (Command::Logs, Pane::Logs),
    ]
    .into_iter()
    .find(|(asked, _)| *asked == command)
    .map(|(_, pane)| pane)
}
