//! What a person decides in the wizard: forward, back, approve, stop, sign, close; each once for what was seen.

use std::time::Duration;

use crossterm::event::KeyCode;

use crate::domain::{Clean, Phrase};
use crate::incident::{ActState, Incident, Stage};
use crate::rollback::CheckState;
use crate::session::{NoticeLevel, OperatorMsg};
use crate::tui::keys::Key;
use crate::tui::layer::{Button, Layer, NoteBox, NotePurpose};
use crate::tui::screen::{Request, Screen};
use crate::tui::steer::has_checklist;
use crate::tui::widgets::Field;
use crate::tui::world::World;

use super::choice::{self, Offer};
use super::{Step, Wizard, ladder, scope, verify};

/// How long Enter does nothing at the last step: it may still have been meant for the one before.
const PAUSE: Duration = Duration::from_millis(500);

impl Screen {
    /// A step back before anything is approved; otherwise the wizard closes and what runs goes on.
    pub(super) fn wizard_back(&mut self, incident: &Incident, world: &World<'_>) -> Vec<Request> {
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

    pub(super) fn wizard_next(&mut self, incident: &Incident, world: &World<'_>) -> Vec<Request> {
        let Some(wizard) = self.wizard_mut() else {
            return Vec::new();
        };
        if wizard.looking {
            return Vec::new();
        }
        match incident.stage {
            Stage::Assess | Stage::Check => wizard.decide(OperatorMsg::Advance, incident, world),
            Stage::Scope => {
                let services = scope::marked(wizard, world.session, incident);
                wizard.decide(OperatorMsg::Scope(services), incident, world)
            }
            Stage::Target => {
                let chosen = choice::selected(wizard, world.session, incident);
                let is_choice = match choice::offer(wizard, world.session, incident) {
                    Offer::Revisions | Offer::Images | Offer::Versions | Offer::Snapshots => true,
                    Offer::Nothing(_) => false,
                };
                if is_choice && chosen.is_none() {
                    return Vec::new();
                }
                let target = choice::spec(chosen.as_ref(), world.session, incident);
                let method = wizard.method;
                wizard.decide(OperatorMsg::Choose { target, method }, incident, world)
            }
            Stage::Done | Stage::Abandoned => {
                if world.moment.saturating_duration_since(wizard.changed) < PAUSE {
                    return Vec::new();
                }
                self.close_incident(incident, world)
            }
            Stage::Act { .. } if world.session.waits_for_word => {
                self.ask_to_go_on(world);
                Vec::new()
            }
            // Nothing here acts on Enter: what runs goes on by itself, what is written is settled by its own key.
            Stage::Approve | Stage::Act { .. } | Stage::Verify | Stage::Report => Vec::new(),
        }
    }

    /// Enter at the box that approves.
    pub(super) fn press(&mut self, incident: &Incident, world: &World<'_>) -> Vec<Request> {
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

    pub(super) fn stop(&mut self, incident: &Incident, world: &World<'_>) -> Vec<Request> {
        match incident.stage {
            Stage::Act { .. } if world.session.has_a_next_call() => {
                let said = match ladder::next_call(incident) {
                    Some(next) => Phrase::new("notice-stop-before").text("call", next),
                    None => Phrase::new("notice-stop-requested"),
                };
                self.say(NoticeLevel::Info, said, world.moment);
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

    pub(super) fn when_doubtful(
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
    pub(super) fn sign(&mut self, state: CheckState, incident: &Incident, world: &World<'_>) -> Vec<Request> {
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

    pub(super) fn close_incident(&mut self, incident: &Incident, world: &World<'_>) -> Vec<Request> {
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
