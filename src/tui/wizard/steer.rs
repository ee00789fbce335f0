//! From a key to what it does in the wizard. What a step can do follows from the incident's stage.

use crate::domain::Phrase;
use crate::incident::{Incident, Stage};
use crate::rollback::CheckState;
use crate::session::{NoticeLevel, OperatorMsg};
use crate::tui::command::Command;
use crate::tui::layer::{AskBox, Layer, NoteBox, NotePurpose, PickBox, Question};
use crate::tui::listing::Motion;
use crate::tui::screen::{Request, Screen};
use crate::tui::steer::has_checklist;
use crate::tui::widgets::Field;
use crate::tui::world::World;

use super::hints::may_start_again;
use super::{Step, check, choice, data, halfway, scope, verify};

impl Screen {
    /// A command at the wizard.
    pub(in crate::tui) fn wizard_command(&mut self, command: Command, world: &World<'_>) -> Vec<Request> {
        let Some(incident) = &world.session.incident else {
            if command == Command::Back {
                self.layers.pop();
            }
            return Vec::new();
        };
        if let Some(motion) = Motion::of(command) {
            self.wizard_go(motion, incident, world);
            return Vec::new();
        }
        match command {
            Command::Back => self.wizard_back(incident, world),
            Command::Next => self.wizard_next(incident, world),
            Command::Press => self.press(incident, world),
            Command::Switch => {
                if let Some(open) = self.wizard_mut().and_then(|wizard| wizard.approve.as_mut())
                    && open.armed(world.moment)
                {
                    open.focus = open.focus.other();
                    open.touched = world.moment;
                }
                Vec::new()
            }
            Command::Method => self.next_method(incident, world),
            Command::Toggle => {
                self.toggle(incident, world);
                Vec::new()
            }
            Command::AllServices => {
                self.toggle_all(incident, world);
                Vec::new()
            }
            Command::DefinitionFile => {
                if incident.stage == Stage::Target {
                    self.layers.push(Layer::Note(NoteBox {
                        purpose: NotePurpose::DefinitionFile,
                        field: Field::default(),
                    }));
                } else {
                    self.not_now(world);
                }
                Vec::new()
            }
            Command::Override => {
                self.open_override(incident, world);
                Vec::new()
            }
            Command::DataWays => {
                if data::has_data_ways(world, incident) {
                    self.open_data_ways(world);
                } else {
                    self.not_now(world);
                }
                Vec::new()
            }
            Command::GoOn => {
                self.ask_to_go_on(world);
                Vec::new()
            }
            Command::Stop => self.stop(incident, world),
            Command::LookAgain => {
                self.when_doubtful(incident, world, vec![Request::Tell(OperatorMsg::LookAgain)])
            }
            Command::GiveUp => {
                if self
                    .when_doubtful(incident, world, vec![Request::Redraw])
                    .is_empty()
                {
                    return Vec::new();
                }
                self.layers
                    .push(Layer::Ask(AskBox::new(Question::GiveUp, world.moment)));
                Vec::new()
            }
            Command::Abandon => {
                if Step::of(incident.stage) <= Step::Approve {
                    self.layers
                        .push(Layer::Ask(AskBox::new(Question::Abandon, world.moment)));
                } else {
                    self.not_now(world);
                }
                Vec::new()
            }
            Command::Describe => {
                let looked = self
                    .wizard_mut()
                    .filter(|wizard| wizard.shown(incident) == Step::Check)
                    .and_then(|wizard| check::details(wizard, world));
                match looked {
                    Some(details) => self.layers.push(Layer::Details(details)),
                    None => self.not_now(world),
                }
                Vec::new()
            }
            Command::StartRollback => {
                let half_way = halfway::ways(incident, world);
                if may_start_again(incident) && !half_way.is_empty() {
                    let title = world.get("half-way-title");
                    self.layers.push(Layer::Pick(PickBox::new(title, half_way)));
                } else if may_start_again(incident) {
                    self.layers
                        .push(Layer::Ask(AskBox::new(Question::Again, world.moment)));
                } else {
                    self.not_now(world);
                }
                Vec::new()
            }
            Command::SignPassed => self.sign(CheckState::Passed, incident, world),
            Command::SignFailed => self.sign(CheckState::Failed, incident, world),
            Command::SignSkipped => self.sign(CheckState::Skipped, incident, world),
            Command::EditReport => self.edit_report(world),
            Command::WriteReport => {
                let reporting = incident.stage == Stage::Report && self.draft.is_some();
                match self.wizard_mut().filter(|wizard| reporting && !wizard.looking) {
                    Some(wizard) => wizard.writing = true,
                    None => self.not_now(world),
                }
                Vec::new()
            }
            Command::SettleReport => match self.draft.as_ref().filter(|_| incident.stage == Stage::Report) {
                Some(draft) => vec![Request::Tell(OperatorMsg::SettleReport(draft.text()))],
                None => {
                    self.not_now(world);
                    Vec::new()
                }
            },
            Command::CloseIncident => self.close_incident(incident, world),
            Command::Checklist => {
                if has_checklist(world)
                    && let Some(wizard) = self.wizard_mut()
                {
                    wizard.looking = !wizard.looking && incident.stage != Stage::Verify;
                } else {
                    self.not_now(world);
                }
                Vec::new()
            }
            Command::Down
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
                Vec::new()
            }
            Command::Choose
            | Command::Services
            | Command::Revisions
            | Command::Images
            | Command::Events
            | Command::Metrics
            | Command::Latency
            | Command::Deployments
            | Command::Raw
            | Command::Copy
            | Command::Link
            | Command::Mark
            | Command::NextMatch
            | Command::PreviousMatch
            | Command::Sort
            | Command::Reverse
            | Command::Filter
            | Command::Into
            | Command::Out
            | Command::NextPane
            | Command::PreviousPane
            | Command::NextTab
            | Command::PreviousTab
            | Command::Zoom
            | Command::Unzoom
            | Command::Logs
            | Command::WrapLines => Vec::new(),
        }
    }

    pub(super) fn not_now(&mut self, world: &World<'_>) {
        self.say(NoticeLevel::Bad, Phrase::new("notice-not-now"), world.moment);
    }

    fn wizard_go(&mut self, motion: Motion, incident: &Incident, world: &World<'_>) {
        let Some(wizard) = self.wizard_mut() else { return };
        match wizard.shown(incident) {
            Step::Target => {
                let choices = choice::choices(wizard, world.session, incident);
                // Before the first choice the proposed one is selected, wherever it stands.
                match choice::selected(wizard, world.session, incident) {
                    Some(choice) => {
                        wizard.target.select(choice);
                        wizard.target.go(motion, &choices);
                    }
                    None => wizard.scroll.go(motion),
                }
            }
            Step::Verify => wizard.checks.go(motion, &verify::line_ids(world.session)),
            Step::Check => wizard.rows.go(motion, &check::items_now(world)),
            Step::Scope => {
                let marked = scope::marked(wizard, world.session, incident);
                if let (None, Some(first)) = (wizard.scope.chosen(), marked.first()) {
                    wizard.scope.select(first.clone());
                }
                wizard.scope.go(motion, &scope::ids(world.session));
            }
            Step::Assess | Step::Approve | Step::RollBack | Step::Record => {
                wizard.scroll.go(motion);
            }
            Step::Report => {
                if let Some(draft) = &mut self.draft {
                    draft.go(motion);
                }
            }
        }
    }

    /// The next method of those that can be had here; the first is the one that the state chooses.
    fn next_method(&mut self, incident: &Incident, world: &World<'_>) -> Vec<Request> {
        let fits = choice::methods(world.session, incident);
        let Some(wizard) = self
            .wizard_mut()
            .filter(|_| incident.stage == Stage::Target && fits.len() > 1)
        else {
            self.not_now(world);
            return Vec::new();
        };
        let at = fits.iter().position(|method| *method == wizard.method);
        let next = at.map_or(0, |at| (at + 1) % fits.len());
        wizard.method = fits.get(next).copied().flatten();
        // A file belongs to the method that it was given for.
        if world.session.own_definition.is_some() {
            vec![Request::Tell(OperatorMsg::UseDefinition(None))]
        } else {
            Vec::new()
        }
    }

    /// Marks the service at the keyboard, or takes its mark away.
    fn toggle(&mut self, incident: &Incident, world: &World<'_>) {
        let ids = scope::ids(world.session);
        let Some(wizard) = self.wizard_mut().filter(|_| incident.stage == Stage::Scope) else {
            return self.not_now(world);
        };
        let mut marked = scope::marked(wizard, world.session, incident);
        let at = match wizard.scope.chosen() {
            Some(_) => wizard.scope.id(&ids),
            None => marked.first(),
        };
        let Some(key) = at.cloned() else { return };
        if marked.contains(&key) {
            marked.retain(|known| *known != key);
        } else {
            marked.push(key.clone());
        }
        wizard.scope.select(key);
        wizard.marked = Some(marked);
    }

    /// Marks every service, or, when all are, only those of the incident.
    fn toggle_all(&mut self, incident: &Incident, world: &World<'_>) {
        let ids = scope::ids(world.session);
        let Some(wizard) = self.wizard_mut().filter(|_| incident.stage == Stage::Scope) else {
            return self.not_now(world);
        };
        let all = scope::marked(wizard, world.session, incident).len() == ids.len();
        wizard.marked = if all {
            ids.first().map(|first| vec![first.clone()])
        } else {
            Some(ids)
        };
    }

    /// Asks for the reason to go on in spite of the selected row; only for one that forbids, and that may be overridden.
    fn open_override(&mut self, incident: &Incident, world: &World<'_>) {
        let asked = self
            .wizard_mut()
            .filter(|_| incident.stage == Stage::Check)
            .map(|wizard| check::to_override(wizard, world));
        match asked {
            Some(Ok((check, service))) => {
                let title = Phrase::new("override-title").phrase("check", check.phrase());
                let purpose = NotePurpose::Override {
                    check,
                    service,
                    title: world.say(&title),
                };
                self.layers.push(Layer::Note(NoteBox {
                    purpose,
                    field: Field::default(),
                }));
            }
            Some(Err(why)) => self.say(NoticeLevel::Bad, why, world.moment),
            None => self.not_now(world),
        }
    }

    /// After a restart between two calls: whether to send the next one. The focus is on stopping.
    pub(super) fn ask_to_go_on(&mut self, world: &World<'_>) {
        if world.session.waits_for_word {
            self.layers
                .push(Layer::Ask(AskBox::new(Question::GoOn, world.moment)));
        } else {
            self.not_now(world);
        }
    }
}
