//! The wizard's own state: what is selected, scrolled and typed. Where it stands is not among it.

use tokio::time::Instant;

use crate::domain::{ServiceKey, TaskDefinitionArn};
use crate::incident::{Incident, Stage};
use crate::rollback::{Method, Plan};
use crate::session::{ServiceView, Session};
use crate::tui::keymap::Context;
use crate::tui::layer::ApproveBox;
use crate::tui::listing::{Listing, Scroll};

use super::Step;
use super::check::Item;
use super::choice::Choice;

/// The open wizard.
pub struct Wizard {
    /// Whether an incident was there since it opened.
    seen: bool,
    /// The step that it showed last.
    step: Option<Step>,
    /// When that step came.
    pub(super) changed: Instant,
    /// The selected candidate.
    pub(super) target: Listing<Choice>,
    /// The service that the keyboard is at, where the scope is confirmed.
    pub(super) scope: Listing<ServiceKey>,
    /// The services that are marked there; `None` before anybody marked, then they are those of the incident.
    pub(super) marked: Option<Vec<ServiceKey>>,
    /// The selected check.
    pub(super) checks: Listing<String>,
    /// The method that is asked for; `None` lets the state of the service choose.
    pub(super) method: Option<Method>,
    /// The selected row or call of the plan.
    pub(super) rows: Listing<Item>,
    /// The plan that waited for approval last: what is proposed after it was refused is told by the difference.
    pub(super) asked: Option<Plan>,
    /// How far the step is scrolled.
    pub(super) scroll: Scroll,
    /// Whether the checklist is looked at although the incident is past it.
    pub(super) looking: bool,
    /// The box that approves, while the plan waits for it.
    pub(super) approve: Option<ApproveBox>,
    /// Whether the report is being written here.
    pub(super) writing: bool,
    /// The stage at which the newest decision was made.
    pub(super) decided: Option<Stage>,
}

impl Wizard {
    /// A wizard that opens now.
    #[must_use]
    pub fn new(moment: Instant) -> Self {
        Self {
            seen: false,
            step: None,
            changed: moment,
            target: Listing::default(),
            scope: Listing::default(),
            marked: None,
            checks: Listing::default(),
            method: None,
            rows: Listing::default(),
            asked: None,
            scroll: Scroll::default(),
            looking: false,
            approve: None,
            writing: false,
            decided: None,
        }
    }

    /// The same, opening at the checklist.
    #[must_use]
    pub fn at_checklist(moment: Instant) -> Self {
        Self {
            looking: true,
            ..Self::new(moment)
        }
    }

    /// Proposes a revision as the target, when one is known.
    pub fn propose(&mut self, definition: Option<TaskDefinitionArn>) {
        if let Some(definition) = definition {
            self.target.select(Choice::Revision(definition));
        }
    }

    /// The operator's own definition was read: it becomes a revision by the method of images.
    pub fn ask_for_image(&mut self) {
        self.method = Some(Method::Image);
    }

    /// Follows the incident's stage; whether the wizard still has something to show.
    pub fn follow(&mut self, session: &Session, moment: Instant) -> bool {
        let Some(incident) = &session.incident else {
            // The incident is on its way to the journal, or it is over, or it was refused.
            return !self.seen && session.unsaved > 0;
        };
        self.seen = true;
        let step = Step::of(incident.stage);
        if self.step != Some(step) {
            self.step = Some(step);
            self.changed = moment;
            self.scroll.reset();
            self.writing = false;
            if step < Step::Report {
                self.looking = false;
            }
        }
        let waiting = incident
            .plan
            .as_ref()
            .filter(|_| incident.stage == Stage::Approve);
        let Some(plan) = waiting else {
            self.approve = None;
            return true;
        };
        if self.asked.as_ref().is_none_or(|asked| asked.hash != plan.hash) {
            self.asked = Some(plan.clone());
        }
        if self.approve.as_ref().is_none_or(|open| open.hash != plan.hash) {
            self.approve = Some(ApproveBox::new(plan.hash.clone(), moment));
        }
        if let Some(open) = self.approve.as_mut().filter(|open| open.is_old(moment)) {
            open.disarm(moment);
        }
        true
    }

    /// Forgets what was typed or chosen to approve.
    pub fn disarm(&mut self, moment: Instant) {
        if let Some(open) = &mut self.approve {
            open.disarm(moment);
        }
    }

    /// What the keys mean now.
    #[must_use]
    pub fn context(&self, session: &Session) -> Context {
        if self.looking {
            return Context::Wizard;
        }
        match session.incident.as_ref().map(|incident| incident.stage) {
            Some(Stage::Approve) => Context::Approve,
            Some(Stage::Report) if self.writing => Context::Report,
            Some(
                Stage::Assess
                | Stage::Scope
                | Stage::Target
                | Stage::Check
                | Stage::Act { .. }
                | Stage::Verify
                | Stage::Report
                | Stage::Done
                | Stage::Abandoned,
            )
            | None => Context::Wizard,
        }
    }

    /// The step that is shown.
    #[must_use]
    pub fn shown(&self, incident: &Incident) -> Step {
        if self.looking {
            Step::Verify
        } else {
            Step::of(incident.stage)
        }
    }

    /// Whether the report is being written here.
    #[must_use]
    pub const fn is_writing(&self) -> bool {
        self.writing
    }
}

/// The service that the incident is about.
pub(super) fn service<'a>(session: &'a Session, incident: &Incident) -> Option<&'a ServiceView> {
    let key: &ServiceKey = incident.service_at_hand()?;
    session.services.iter().find(|view| view.key == *key)
}
