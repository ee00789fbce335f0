//! Target: every revision with what is known of it, and why the selected one may be chosen or not.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::{Clean, Phrase, TargetSpec, TaskDefinitionArn};
use crate::incident::Incident;
use crate::rollback::{Candidate, Method};
use crate::session::{ServiceView, Session};
use crate::tui::panes::{absent, candidate_row, candidate_table, draw_lines, highlight};
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::Wizard;
use super::check::method_word;
use super::frame::Scene;
use super::state::service;

/// The ids of the rows.
pub(super) fn ids(session: &Session, incident: &Incident) -> Vec<TaskDefinitionArn> {
    service(session, incident)
        .map(|view| {
            view.candidates
                .iter()
                .map(|candidate| candidate.definition.clone())
                .collect()
        })
        .unwrap_or_default()
}

/// The selected candidate: the chosen one, before a choice the last good one.
pub(super) fn selected<'a>(wizard: &Wizard, view: &'a ServiceView) -> Option<&'a Candidate> {
    let chosen = wizard.target.chosen();
    view.candidates
        .iter()
        .find(|candidate| Some(&candidate.definition) == chosen)
        .or_else(|| view.candidates.iter().find(|candidate| candidate.last_good))
        .or_else(|| view.candidates.first())
}

/// The target that choosing a candidate means. The last good one is chosen by its rule, so that the rule is what is recorded.
pub(super) fn spec(candidate: &Candidate) -> TargetSpec {
    if candidate.last_good {
        TargetSpec::LastGood
    } else {
        TargetSpec::Revision {
            family: Some(Clean::new(candidate.definition.family())),
            number: candidate.definition.revision(),
        }
    }
}

pub(super) fn draw(scene: &Scene<'_>, body: Rect, buffer: &mut Buffer) {
    let world = &scene.world;
    let Some(view) = service(world.session, scene.incident) else {
        return;
    };
    draw_lines(
        scene.message("target-ask", Role::Title),
        Rect {
            height: body.height.min(1),
            ..body
        },
        buffer,
    );
    let below = Rect {
        y: body.y.saturating_add(2),
        height: body.height.saturating_sub(2),
        ..body
    };
    if let Some(lines) = absent(&view.definitions, world, below) {
        return draw_lines(lines, below, buffer);
    }
    let Some(candidate) = selected(scene.wizard, view) else {
        let below = Rect {
            y: body.y.saturating_add(2),
            height: body.height.saturating_sub(2),
            ..body
        };
        return draw_lines(scene.message("empty-definitions", Role::Warn), below, buffer);
    };
    let why = why(scene, view, candidate);
    let why_rows = u16::try_from(why.len()).unwrap_or(u16::MAX).min(body.height / 2);
    let list = Rect {
        y: body.y.saturating_add(1),
        height: body.height.saturating_sub(why_rows + 2),
        ..body
    };
    let below = Rect {
        y: list.bottom().saturating_add(1),
        height: why_rows,
        ..body
    };
    let ids = ids(world.session, scene.incident);
    let table = candidate_table(world, scene.cells);
    let mut lines = vec![table.head(world.style(Role::Muted))];
    // Before the first choice the window must hold the last good one, wherever it is.
    let at = ids.iter().position(|id| *id == candidate.definition).unwrap_or(0);
    let rows = usize::from(list.height).saturating_sub(1);
    let window = if scene.wizard.target.chosen().is_some() {
        scene.wizard.target.window(&ids, rows)
    } else {
        let top = at.saturating_add(1).saturating_sub(rows);
        top..ids.len().min(top + rows)
    };
    for candidate in view.candidates.iter().skip(window.start).take(window.len()) {
        let selected = ids.get(at) == Some(&candidate.definition);
        lines.push(highlight(
            candidate_row(candidate, selected, true, &table, world),
            selected,
            true,
            world,
        ));
    }
    draw_lines(lines, list, buffer);
    draw_lines(why, below, buffer);
}

/// The methods that may be asked for here. That the state chooses is always one; a stop only where something is under way.
pub(super) fn methods(incident: &Incident, world: &World<'_>) -> Vec<Option<Method>> {
    let paused = service(world.session, incident)
        .and_then(|view| view.history.value())
        .is_some_and(|history| {
            history
                .deployments
                .iter()
                .any(|d| d.status.is_stoppable() && d.paused_at().is_some())
        });
    let under_way = service(world.session, incident)
        .and_then(|view| view.history.value())
        .is_some_and(|history| history.deployments.iter().any(|d| d.status.is_stoppable()));
    let runbook = &world.session.setup.runbook;
    let is_offered = |method: &Method| match method {
        Method::Revision | Method::Image | Method::Redeploy => true,
        Method::Stop => under_way,
        Method::Continue => paused,
        Method::Github => runbook
            .github
            .as_ref()
            .is_some_and(|github| github.repository.is_some()),
        Method::Database => runbook.database.is_some(),
    };
    std::iter::once(None)
        .chain(Method::ALL.into_iter().filter(is_offered).map(Some))
        .collect()
}

/// The method that is asked for, or the one that the state chooses and why.
fn method(scene: &Scene<'_>, view: &ServiceView, candidate: &Candidate) -> String {
    let world = &scene.world;
    let wanted = scene.wizard.method;
    let proposal = world
        .session
        .proposal(&view.key, &spec(candidate), wanted, world.now);
    let step = proposal.as_ref().ok().and_then(|plan| plan.steps.first());
    match (wanted, step) {
        (Some(wanted), _) => world.get(method_word(wanted)),
        (None, Some(step)) => {
            let chosen = Phrase::new("method-auto").text("method", world.get(method_word(step.method)));
            match &step.why_method {
                Some(why) => format!("{} · {}", world.say(&chosen), world.say(why)),
                None => world.say(&chosen),
            }
        }
        (None, None) => world.say(&Phrase::new("method-auto").text("method", world.get("not-known"))),
    }
}

/// The rule that would choose it, or why it cannot be chosen.
fn why(scene: &Scene<'_>, view: &ServiceView, candidate: &Candidate) -> Vec<Line<'static>> {
    let world = &scene.world;
    let revision = format!(":{}", candidate.definition.revision());
    let label = world.say(&Phrase::new("label-why").text("revision", &revision));
    let (said, role) = match world.session.target(&view.key, &spec(candidate)) {
        Ok(target) => (
            world.say(&target.why),
            if target.proven { Role::Ok } else { Role::Warn },
        ),
        Err(none) => (world.say(&none.why), Role::Bad),
    };
    let mut lines = crate::tui::overlays::labelled(&label, &said, role, scene.cells, world);
    lines.extend(scene.labelled("label-method", &method(scene, view, candidate), Role::Text));
    if let Some(digest) = &candidate.digest {
        lines.extend(scene.labelled("label-digest", digest.as_str(), Role::Muted));
    }
    lines
}
