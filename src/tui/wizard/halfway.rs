//! Between two versions: some services of the plan are back and others are not. It is told service by service, and what a
//! person can do about it is a choice, never a default.

use ratatui::text::Line;

use crate::domain::{Phrase, ServiceKey};
use crate::incident::Incident;
use crate::rollback::{Outcome, Step};
use crate::tui::layer::{Deed, Way};
use crate::tui::overlays;
use crate::tui::panes::point;
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::frame::Scene;
use super::report::runs;

/// Whether the step's service is on its target.
fn is_back(incident: &Incident, place: usize) -> bool {
    incident
        .step_endings
        .get(&place)
        .is_some_and(|(ending, _)| match ending.outcome {
            Outcome::OnTarget => true,
            Outcome::Elsewhere
            | Outcome::Failed
            | Outcome::TimedOut
            | Outcome::Unknown
            | Outcome::Refused => false,
        })
}

/// The steps of the plan whose service is not on its target, and those whose service is.
fn halves(incident: &Incident) -> (Vec<&Step>, Vec<&Step>) {
    let (mut left, mut back) = (Vec::new(), Vec::new());
    for (place, step) in incident.plan.iter().flat_map(|plan| &plan.steps).enumerate() {
        if is_back(incident, place) {
            back.push(step);
        } else {
            left.push(step);
        }
    }
    (left, back)
}

fn names(steps: &[&Step]) -> String {
    let names: Vec<&str> = steps.iter().map(|step| step.service.as_str()).collect();
    names.join(", ")
}

/// Each service with what it was to run and what it runs; empty when all ended alike.
pub(super) fn lines(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let incident = scene.incident;
    if incident.half_way().is_empty() {
        return Vec::new();
    }
    let mut lines = scene.message("half-way-told", Role::Bad);
    for (place, step) in incident.plan.iter().flat_map(|plan| &plan.steps).enumerate() {
        let (glyph, id, role) = if is_back(incident, place) {
            ("✓", "half-way-back", Role::Ok)
        } else {
            ("✗", "half-way-not-back", Role::Bad)
        };
        let said = Phrase::new(id)
            .text("target", point(&step.to))
            .text("runs", runs(world.session.view(&step.service), world));
        let said = format!("{glyph} {}", world.say(&said));
        lines.extend(overlays::labelled(
            step.service.as_str(),
            &said,
            role,
            scene.cells,
            world,
        ));
    }
    lines
}

/// What can be done about it: the other services once more, or the first ones to where they were.
pub(super) fn ways(incident: &Incident, world: &World<'_>) -> Vec<Way> {
    if incident.half_way().is_empty() {
        return Vec::new();
    }
    let (left, back) = halves(incident);
    let keys =
        |steps: &[&Step]| -> Vec<ServiceKey> { steps.iter().map(|step| step.service.clone()).collect() };
    let mut ways = vec![Way {
        label: world.say(&Phrase::new("half-way-again").text("services", names(&left))),
        text: world.get("half-way-again-means"),
        deed: Deed::StartAgain {
            services: keys(&left),
            back_to: None,
        },
    }];
    let before: Vec<String> = back
        .iter()
        .map(|step| format!("{} {}", step.service, point(&step.from)))
        .collect();
    ways.push(Way {
        label: world.say(&Phrase::new("half-way-undo").text("services", before.join(", "))),
        text: world.get("half-way-undo-means"),
        deed: Deed::StartAgain {
            services: keys(&back),
            back_to: match back.as_slice() {
                [only] => only.from.revision.clone(),
                _ => None,
            },
        },
    });
    ways.push(Way {
        label: world.get("half-way-all"),
        text: world.get("half-way-all-means"),
        deed: Deed::StartAgain {
            services: incident.services.clone(),
            back_to: None,
        },
    });
    ways
}
