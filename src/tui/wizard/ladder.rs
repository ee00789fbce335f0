//! All steps and calls of the plan, each with where it stands; of each service what is expected and what is observed.

use ratatui::text::{Line, Span};

use crate::incident::{ActState, Incident, Stage};
use crate::rollback::{Outcome, Plan, Step};
use crate::tui::panes::point;
use crate::tui::text;
use crate::tui::theme::Role;

use super::frame::Scene;
use super::report::runs;

/// Where a call or a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It is done.
    Done,
    /// It ended otherwise than planned.
    Bad,
    /// It is at hand.
    Now,
    /// It is still to come.
    Next,
}

impl Standing {
    const fn glyph(self) -> (&'static str, Role) {
        match self {
            Self::Done => ("✓", Role::Ok),
            Self::Bad => ("✗", Role::Bad),
            Self::Now => ("●", Role::Focus),
            Self::Next => ("○", Role::Muted),
        }
    }
}

/// The call at hand: step, call, and how far it is.
const fn at_hand(incident: &Incident) -> Option<(usize, usize, ActState)> {
    match incident.stage {
        Stage::Act { step, call, state } => Some((step, call, state)),
        Stage::Assess
        | Stage::Scope
        | Stage::Target
        | Stage::Check
        | Stage::Approve
        | Stage::Verify
        | Stage::Report
        | Stage::Done
        | Stage::Abandoned => None,
    }
}

fn of_call(incident: &Incident, place: (usize, usize)) -> Standing {
    match at_hand(incident) {
        Some((step, call, state)) if (step, call) == place => match state {
            ActState::Ready => Standing::Next,
            ActState::Sent | ActState::Doubtful | ActState::Settling => Standing::Now,
            ActState::Following => Standing::Done,
        },
        Some((step, call, _)) if place < (step, call) => Standing::Done,
        Some(_) => Standing::Next,
        None if incident.receipts.contains_key(&place) => Standing::Done,
        None => Standing::Next,
    }
}

fn of_step(incident: &Incident, place: usize) -> Standing {
    if let Some((ending, _)) = incident.step_endings.get(&place) {
        return match ending.outcome {
            Outcome::OnTarget => Standing::Done,
            Outcome::Elsewhere
            | Outcome::Failed
            | Outcome::TimedOut
            | Outcome::Unknown
            | Outcome::Refused => Standing::Bad,
        };
    }
    match at_hand(incident) {
        Some((step, _, _)) if step == place => Standing::Now,
        Some(_) | None => Standing::Next,
    }
}

/// Whether anything of the plan was sent.
pub(super) fn is_begun(incident: &Incident) -> bool {
    !incident.receipts.is_empty()
}

/// The calls that are done, as people call them.
pub(super) fn done_calls(incident: &Incident) -> Vec<String> {
    every(incident)
        .filter(|(place, _, _)| of_call(incident, *place) == Standing::Done)
        .map(|(_, step, api)| named(step, api))
        .collect()
}

/// The call that would be sent next, as people call it.
pub(super) fn next_call(incident: &Incident) -> Option<String> {
    every(incident)
        .find(|(place, _, _)| of_call(incident, *place) == Standing::Next)
        .map(|(_, step, api)| named(step, api))
}

fn named(step: &Step, api: &'static str) -> String {
    format!("{api} ({})", step.service)
}

/// Every call of the plan with its place and its step.
fn every(incident: &Incident) -> impl Iterator<Item = ((usize, usize), &Step, &'static str)> {
    incident
        .plan
        .iter()
        .flat_map(|plan| plan.steps.iter().enumerate())
        .flat_map(|(nth, step)| {
            step.calls
                .iter()
                .enumerate()
                .map(move |(call, of)| ((nth, call), step, of.api.name()))
        })
}

pub(super) fn lines(scene: &Scene<'_>, plan: &Plan) -> Vec<Line<'static>> {
    plan.steps
        .iter()
        .enumerate()
        .flat_map(|(nth, step)| step_lines(scene, nth, step))
        .collect()
}

fn step_lines(scene: &Scene<'_>, nth: usize, step: &Step) -> Vec<Line<'static>> {
    let world = &scene.world;
    let incident = scene.incident;
    let (glyph, role) = of_step(incident, nth).glyph();
    let expected = format!("{} {}", world.get("label-expects"), point(&step.to));
    let observed = format!(
        "{} {}",
        world.get("label-observed"),
        runs(world.session.view(&step.service), world)
    );
    let mut lines = vec![Line::from(vec![
        world.span(format!("{glyph} "), role),
        world.span(text::pad(step.service.as_str(), 14), Role::Title),
        world.span(format!(" {expected}"), Role::Focus),
        Span::raw("   "),
        world.span(observed, Role::Text),
        world.span(format!("   {}", step.method), Role::Muted),
    ])];
    for (call, of) in step.calls.iter().enumerate() {
        let place = (nth, call);
        let standing = of_call(incident, place);
        let (glyph, role) = standing.glyph();
        let said = match (standing, incident.receipts.get(&place)) {
            (Standing::Done | Standing::Now, Some((_, at))) => world.words.clock(*at),
            (Standing::Done | Standing::Bad, None) => String::new(),
            (Standing::Now, None) => world.get("call-sent"),
            (Standing::Next, _) | (Standing::Bad, Some(_)) => world.get("call-next"),
        };
        lines.push(Line::from(vec![
            world.span(format!("  {glyph} "), role),
            world.span(
                of.api.name(),
                if standing == Standing::Now {
                    Role::Title
                } else {
                    Role::Text
                },
            ),
            world.span(format!("  {said}"), Role::Muted),
        ]));
    }
    lines
}
