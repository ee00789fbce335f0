//! From a key to what it does in the wizard. What a step can do follows from the incident's stage.

use std::time::Duration;

use crossterm::event::KeyCode;

use crate::domain::{Clean, Phrase};
use crate::incident::{ActState, Incident, Stage};
use crate::rollback::CheckState;
use crate::session::{NoticeLevel, OperatorMsg};
use crate::tui::command::Command;
use crate::tui::keys::Key;
use crate::tui::layer::{AskBox, Button, Layer, NoteBox, NotePurpose, Question};
use crate::tui::listing::Motion;
use crate::tui::screen::{Request, Screen};
use crate::tui::steer::has_checklist;
use crate::tui::widgets::Field;
use crate::tui::world::World;

use super::state::service;
use super::{Step, Wizard, check, target, verify};

/// How long Enter does nothing at the last step: it may still have been meant for the one before.
const PAUSE: Duration = Duration::from_millis(500);

/// What the footer shows at the step at hand, the most important first.
pub(in crate::tui) fn commands(wizard: &Wizard, world: &World<'_>) -> Vec<Command> {
    let Some(incident) = &world.session.incident else {
        return vec![Command::Back];
    };
    if wizard.looking {
        return vec![
            Command::SignPassed,
            Command::SignFailed,
            Command::SignSkipped,
            Command::Down,
            Command::Back,
        ];
    }
    match incident.stage {
        Stage::Assess => vec![
            Command::Next,
            Command::Back,
            Command::Declare,
            Command::Abandon,
            Command::Help,
        ],
        Stage::Scope => vec![Command::Next, Command::Back, Command::Abandon, Command::Help],
        Stage::Target => vec![
            Command::Next,
            Command::Down,
            Command::Up,
            Command::Method,
            Command::Back,
            Command::Abandon,
            Command::Help,
        ],
        Stage::Check => {
            vec![
                Command::Next,
                Command::Down,
                Command::Describe,
                Command::Back,
                Command::Refresh,
                Command::Abandon,
                Command::Help,
            ]
        }
        Stage::Approve if world.session.is_protected() => vec![Command::Press, Command::Back],
        Stage::Approve => vec![Command::Switch, Command::Press, Command::Back],
        Stage::Act {
            state: ActState::Doubtful,
            ..
        } => {
            vec![Command::LookAgain, Command::GiveUp, Command::Note, Command::Help]
        }
        Stage::Act { .. } if world.session.has_a_next_call() => {
            vec![
                Command::Stop,
                Command::Note,
                Command::Refresh,
                Command::Back,
                Command::Help,
            ]
        }
        Stage::Act {
            state: ActState::Ready | ActState::Sent | ActState::Settling | ActState::Following,
            ..
        } => {
            vec![Command::Note, Command::Refresh, Command::Back, Command::Help]
        }
        Stage::Verify => vec![
            Command::SignPassed,
            Command::SignFailed,
            Command::SignSkipped,
            Command::Down,
            Command::Note,
            Command::Back,
            Command::Help,
        ],
        Stage::Report if wizard.writing => vec![Command::SettleReport, Command::Back],
        Stage::Report if may_start_again(incident) => vec![
            Command::StartRollback,
            Command::SettleReport,
            Command::WriteReport,
            Command::EditReport,
            Command::Back,
            Command::Help,
        ],
        Stage::Report => vec![
            Command::SettleReport,
            Command::WriteReport,
            Command::EditReport,
            Command::Checklist,
            Command::Back,
            Command::Help,
        ],
        Stage::Done => vec![
            Command::CloseIncident,
            Command::Checklist,
            Command::Back,
            Command::Help,
        ],
        Stage::Abandoned => vec![Command::CloseIncident, Command::Back],
    }
}

/// Whether another rollback may be started from here: this one is over, and it did not help.
pub(in crate::tui) fn may_start_again(incident: &Incident) -> bool {
    let over = match incident.stage {
        Stage::Report | Stage::Done => true,
        Stage::Assess
        | Stage::Scope
        | Stage::Target
        | Stage::Check
        | Stage::Approve
        | Stage::Act { .. }
        | Stage::Verify
        | Stage::Abandoned => false,
    };
    over && !super::report::went_well(incident)
}

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
            Command::Method => {
                let fits = target::methods(incident, world);
                match self
                    .wizard_mut()
                    .filter(|_| incident.stage == Stage::Target && fits.len() > 1)
                {
                    Some(wizard) => {
                        let at = fits.iter().position(|method| *method == wizard.method);
                        let next = at.map_or(0, |at| (at + 1) % fits.len());
                        wizard.method = fits.get(next).copied().flatten();
                    }
                    None => self.not_now(world),
                }
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
                if may_start_again(incident) {
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

    fn not_now(&mut self, world: &World<'_>) {
        self.say(NoticeLevel::Bad, Phrase::new("notice-not-now"), world.moment);
    }

    fn wizard_go(&mut self, motion: Motion, incident: &Incident, world: &World<'_>) {
        let Some(wizard) = self.wizard_mut() else { return };
        match wizard.shown(incident) {
            Step::Target => {
                let Some(view) = service(world.session, incident) else {
                    return;
                };
                // Before the first choice the last good one is selected, wherever it stands.
                if wizard.target.chosen().is_none()
                    && let Some(candidate) = target::selected(wizard, view)
                {
                    wizard.target.select(candidate.definition.clone());
                }
                wizard.target.go(motion, &target::ids(world.session, incident));
            }
            Step::Verify => wizard.checks.go(motion, &verify::line_ids(world.session)),
            Step::Check => wizard.rows.go(motion, &check::items_now(world)),
            Step::Assess | Step::Scope | Step::Approve | Step::RollBack | Step::Record => {
                wizard.scroll.go(motion);
            }
            Step::Report => {
                if let Some(draft) = &mut self.draft {
                    draft.go(motion);
                }
            }
        }
    }

    /// A step back before anything is approved; otherwise the wizard closes and what runs goes on.
    fn wizard_back(&mut self, incident: &Incident, world: &World<'_>) -> Vec<Request> {
        let Some(wizard) = self.wizard_mut() else {
            return Vec::new();
        };
        if wizard.looking && incident.stage != Stage::Verify {
            wizard.looking = false;
            return Vec::new();
        }
        if wizard.writing {
            wizard.writing = false;
            return Vec::new();
        }
        match incident.stage {
            Stage::Scope | Stage::Target | Stage::Check | Stage::Approve => {
                wizard.decide(OperatorMsg::Back, incident, world)
            }
            Stage::Assess
            | Stage::Act { .. }
            | Stage::Verify
            | Stage::Report
            | Stage::Done
            | Stage::Abandoned => {
                self.layers.pop();
                Vec::new()
            }
        }
    }

    fn wizard_next(&mut self, incident: &Incident, world: &World<'_>) -> Vec<Request> {
        let Some(wizard) = self.wizard_mut() else {
            return Vec::new();
        };
        if wizard.looking {
            return Vec::new();
        }
        match incident.stage {
            Stage::Assess | Stage::Scope | Stage::Check => {
                wizard.decide(OperatorMsg::Advance, incident, world)
            }
            Stage::Target => {
                let chosen = service(world.session, incident).and_then(|view| target::selected(wizard, view));
                match chosen {
                    Some(candidate) => {
                        let target = target::spec(candidate);
                        let method = wizard.method;
                        wizard.decide(OperatorMsg::Choose { target, method }, incident, world)
                    }
                    None => Vec::new(),
                }
            }
            Stage::Done | Stage::Abandoned => {
                if world.moment.saturating_duration_since(wizard.changed) < PAUSE {
                    return Vec::new();
                }
                self.close_incident(incident, world)
            }
            // Nothing here acts on Enter: what runs goes on by itself, what is written is settled by its own key.
            Stage::Approve | Stage::Act { .. } | Stage::Verify | Stage::Report => Vec::new(),
        }
    }

    /// Enter at the box that approves.
    fn press(&mut self, incident: &Incident, world: &World<'_>) -> Vec<Request> {
        let (Stage::Approve, Some(plan)) = (incident.stage, &incident.plan) else {
            return Vec::new();
        };
        let Some(wizard) = self.wizard_mut() else {
            return Vec::new();
        };
        let Some(open) = wizard.approve.as_mut() else {
            return Vec::new();
        };
        if !open.armed(world.moment) || !open.rested(world.moment) || open.hash != plan.hash {
            return Vec::new();
        }
        let approved = if world.session.is_protected() {
            // Compared byte for byte; the phrase is ours, not taken from what the account calls things.
            let right = open.typed == plan.protected_phrase();
            open.differs = !right && !open.typed.is_empty();
            right
        } else if open.focus == Button::Act {
            true
        } else {
            return wizard.decide(OperatorMsg::Back, incident, world);
        };
        if !approved {
            return Vec::new();
        }
        let hash = open.hash.clone();
        // Approving is one act: a second Enter must find nothing to act on.
        open.disarm(world.moment);
        let approve = OperatorMsg::Approve {
            hash,
            by: None,
            reason: None,
            timeout_seconds: None,
        };
        wizard.decide(approve, incident, world)
    }

    fn stop(&mut self, incident: &Incident, world: &World<'_>) -> Vec<Request> {
        match incident.stage {
            Stage::Act { .. } if world.session.has_a_next_call() => {
                self.say(
                    NoticeLevel::Info,
                    Phrase::new("notice-stop-requested"),
                    world.moment,
                );
                vec![Request::Tell(OperatorMsg::StopBeforeNext)]
            }
            Stage::Act { .. } => {
                self.say(NoticeLevel::Bad, Phrase::new("notice-too-late"), world.moment);
                vec![Request::Tell(OperatorMsg::StopBeforeNext)]
            }
            Stage::Assess
            | Stage::Scope
            | Stage::Target
            | Stage::Check
            | Stage::Approve
            | Stage::Verify
            | Stage::Report
            | Stage::Done
            | Stage::Abandoned => {
                self.not_now(world);
                Vec::new()
            }
        }
    }

    fn when_doubtful(
        &mut self,
        incident: &Incident,
        world: &World<'_>,
        requests: Vec<Request>,
    ) -> Vec<Request> {
        if matches!(
            incident.stage,
            Stage::Act {
                state: ActState::Doubtful,
                ..
            }
        ) {
            return requests;
        }
        self.not_now(world);
        Vec::new()
    }

    /// Signs the selected check. That it passed needs no word; that it failed or is left out does.
    fn sign(&mut self, state: CheckState, incident: &Incident, world: &World<'_>) -> Vec<Request> {
        let Some(wizard) = self.wizard_mut() else {
            return Vec::new();
        };
        if wizard.shown(incident) != Step::Verify || !has_checklist(world) {
            self.not_now(world);
            return Vec::new();
        }
        let checks = world.session.checklist();
        let ids = verify::line_ids(world.session);
        let Some(check) = checks.into_iter().nth(wizard.checks.at(&ids)) else {
            return Vec::new();
        };
        if !check.person {
            self.say(
                NoticeLevel::Bad,
                Phrase::new("notice-check-automatic"),
                world.moment,
            );
            return Vec::new();
        }
        match state {
            CheckState::Passed => {
                vec![Request::Tell(OperatorMsg::Sign {
                    check: check.id,
                    state,
                    note: Clean::default(),
                })]
            }
            CheckState::Failed | CheckState::Skipped | CheckState::Waiting | CheckState::Unknown => {
                let title = check.title.get(world.words.lang().language()).to_owned();
                let purpose = NotePurpose::Sign {
                    check: check.id,
                    state,
                    title,
                };
                self.layers.push(Layer::Note(NoteBox {
                    purpose,
                    field: Field::default(),
                }));
                Vec::new()
            }
        }
    }

    fn close_incident(&mut self, incident: &Incident, world: &World<'_>) -> Vec<Request> {
        match incident.stage {
            Stage::Done | Stage::Abandoned => {
                self.draft = None;
                vec![Request::Tell(OperatorMsg::CloseIncident)]
            }
            Stage::Assess
            | Stage::Scope
            | Stage::Target
            | Stage::Check
            | Stage::Approve
            | Stage::Act { .. }
            | Stage::Verify
            | Stage::Report => {
                self.not_now(world);
                Vec::new()
            }
        }
    }

    /// A key that is no command at the wizard: it types where the plan is approved or the report is written.
    pub(in crate::tui) fn wizard_typed(&mut self, key: Key, world: &World<'_>) {
        let Some(Layer::Wizard(wizard)) = self.layers.last_mut() else {
            return;
        };
        let stage = world.session.incident.as_ref().map(|incident| incident.stage);
        if wizard.writing && stage == Some(Stage::Report) {
            if let Some(draft) = &mut self.draft {
                draft
                    .area
                    .input(crossterm::event::KeyEvent::new(key.code, key.modifiers));
            }
            return;
        }
        let Some(open) = wizard.approve.as_mut().filter(|_| world.session.is_protected()) else {
            return;
        };
        // A box that has just opened is deaf: these keys were on their way to something else.
        if !open.armed(world.moment) {
            return;
        }
        if let Some(c) = key.printable() {
            open.typed.push(c);
        } else if key.code == KeyCode::Backspace {
            open.typed.pop();
        } else {
            return;
        }
        open.differs = false;
        open.touched = world.moment;
    }
}

impl Wizard {
    /// Tells the session a decision, once for each stage that it can be made at. While a decision is on its way to the
    /// journal, another key at the same stage is a second press of the first one; it must not decide what nobody has seen
    /// yet. When a decision was refused, the stage stays and the next key counts again.
    fn decide(&mut self, msg: OperatorMsg, incident: &Incident, world: &World<'_>) -> Vec<Request> {
        let session = world.session;
        let on_its_way = session.unsaved > 0 || !session.waiting.is_empty();
        if on_its_way && self.decided == Some(incident.stage) {
            return Vec::new();
        }
        self.decided = Some(incident.stage);
        vec![Request::Tell(msg)]
    }
}
