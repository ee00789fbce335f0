//! Approve: what will happen, where, and how it is undone. In a protected environment its name is typed; nothing here acts
//! on Enter alone.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::domain::Phrase;
use crate::rollback::{Api, Method, Plan, PreflightVerdict, Step};
use crate::session::Session;
use crate::tui::layer::ApproveBox;
use crate::tui::overlays::{buttons, draw_field};
use crate::tui::panes::draw_lines;
use crate::tui::theme::Role;
use crate::tui::widgets::Field;

use super::check::{method_word, overridden, sent};
use super::frame::{Scene, draw_page};
use super::scope::{place, place_in_short};

pub(super) fn draw(scene: &Scene<'_>, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let world = &scene.world;
    let (Some(plan), Some(open)) = (&scene.incident.plan, &scene.wizard.approve) else {
        draw_lines(scene.message("empty-waiting", Role::Muted), body, buffer);
        return None;
    };
    // What is typed must be in sight at any height, so it stands below and the facts scroll.
    let below = 3.min(body.height);
    let facts = Rect {
        height: body.height.saturating_sub(below),
        ..body
    };
    let question = Rect {
        y: facts.bottom(),
        height: below,
        ..body
    };
    draw_page(scene, lines(scene, plan, facts.height), facts, buffer);
    if world.session.is_protected() {
        draw_typed(scene, plan, open, question, buffer)
    } else {
        let lines = vec![
            Line::from(world.span(world.get("approve-two-step"), Role::Title)),
            buttons(
                open.focus,
                &world.get("button-cancel"),
                &world.get("button-approve"),
                world,
            ),
        ];
        draw_lines(lines, question, buffer);
        None
    }
}

fn draw_typed(
    scene: &Scene<'_>,
    plan: &Plan,
    open: &ApproveBox,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let world = &scene.world;
    let phrase = plan.protected_phrase();
    let said = |id| world.say(&Phrase::new(id).text("phrase", &phrase));
    let hint = if !open.armed(world.moment) {
        Line::from(world.span(world.get("approve-arming"), Role::Muted))
    } else if open.differs {
        Line::from(world.span(said("approve-differs"), Role::Bad))
    } else if open.typed == phrase {
        Line::from(world.span(world.get("approve-ready"), Role::Warn))
    } else {
        Line::default()
    };
    draw_lines(
        [Line::default(), hint],
        Rect {
            y: area.y,
            height: area.height.min(2),
            ..area
        },
        buffer,
    );
    let field = Rect {
        y: area.bottom().saturating_sub(1),
        height: area.height.min(1),
        ..area
    };
    draw_field(
        &said("approve-type"),
        &Field::with(&open.typed),
        field,
        world,
        buffer,
    )
}

/// What is approved, then what is good to know. Where not all of it fits, the place takes one line, so that what must be
/// read is in sight; the rest is a scroll away.
fn lines(scene: &Scene<'_>, plan: &Plan, height: u16) -> Vec<Line<'static>> {
    let must = must_be_read(scene, plan);
    let more = good_to_know(scene, plan);
    let whole = place(scene);
    let mut lines = if whole.len() + must.len() + more.len() <= usize::from(height) {
        whole
    } else {
        place_in_short(scene)
    };
    lines.extend(must);
    lines.extend(more);
    lines
}

fn must_be_read(scene: &Scene<'_>, plan: &Plan) -> Vec<Line<'static>> {
    let world = &scene.world;
    let mut lines = Vec::new();
    for step in &plan.steps {
        let from = format!(
            "{}  {}",
            crate::tui::panes::point(&step.from),
            digest(scene, &step.from)
        );
        let to = format!(
            "{}  {}",
            crate::tui::panes::point(&step.to),
            digest(scene, &step.to)
        );
        lines.extend(scene.labelled(
            "label-service",
            &format!("{} · {}", step.service, step.ecs_service),
            Role::Title,
        ));
        lines.extend(scene.labelled("label-method", &world.get(method_word(step.method)), Role::Title));
        lines.extend(scene.labelled("label-from", &from, Role::Text));
        lines.extend(scene.labelled("label-to", &to, Role::Focus));
        // What is lost and what stays is read before the long inputs.
        if let Some(moved) = &step.database {
            let said = format!("{}  →  {}", moved.from, moved.to);
            lines.extend(scene.labelled("label-database", &said, Role::Focus));
            if moved.snapshot.is_some() {
                lines.extend(super::data::loss(scene, moved.taken_at));
            }
        }
        for id in stays(step) {
            lines.extend(scene.labelled("label-stays", &world.get(id), Role::Warn));
        }
        for call in &step.calls {
            lines.extend(scene.labelled("label-will-send", &sent(call), Role::Text));
        }
    }
    for over in &plan.overrides {
        let said = Phrase::new("override-of")
            .phrase("check", over.check.phrase())
            .text("by", &over.by)
            .text("reason", &over.reason);
        lines.extend(scene.labelled("check-overridden", &world.say(&said), Role::Warn));
    }
    let (open, role) = open_rows(scene, plan);
    lines.extend(scene.labelled("label-checks", &open, role));
    lines.extend(scene.labelled("label-hash", &format!("{}…", plan.hash.half()), Role::Text));
    lines
}

/// What cannot be taken back once it is sent.
fn stays(step: &Step) -> Vec<&'static str> {
    let mut stays: Vec<&'static str> = step
        .calls
        .iter()
        .filter_map(|call| match &call.api {
            Api::RegisterTaskDefinition { .. } => Some("stays-revision"),
            Api::RestoreDbInstance { .. } => Some("stays-instance"),
            Api::UpdateSecret { .. } | Api::UpdateSecretVersionStage { .. } => Some("stays-secret"),
            Api::DispatchWorkflow { .. } => Some("stays-run"),
            Api::ContinueServiceDeployment { .. } | Api::StopServiceDeployment { .. } => {
                Some("stays-stopped")
            }
            Api::UpdateService { .. } => None,
        })
        .collect();
    stays.dedup();
    stays
}

/// The warnings and what could not be told, by name: they are approved with the plan.
fn open_rows(scene: &Scene<'_>, plan: &Plan) -> (String, Role) {
    let world = &scene.world;
    let named: Vec<String> = [
        (PreflightVerdict::Block, "✗", "check-block"),
        (PreflightVerdict::Warn, "!", "check-warn"),
        (PreflightVerdict::Unknown, "?", "check-unknown"),
    ]
    .into_iter()
    .filter_map(|(verdict, glyph, word)| {
        let rows = plan
            .preflight
            .iter()
            .filter(|row| row.verdict == verdict && overridden(plan, row).is_none());
        let names: Vec<String> = rows.map(|row| world.say(&row.check.phrase())).collect();
        let count = names.len();
        (count > 0).then(|| format!("{glyph} {} {count}: {}", world.get(word), names.join(", ")))
    })
    .collect();
    if named.is_empty() {
        (world.get("check-ready"), Role::Ok)
    } else {
        (named.join("  "), Role::Warn)
    }
}

fn good_to_know(scene: &Scene<'_>, plan: &Plan) -> Vec<Line<'static>> {
    let world = &scene.world;
    let mut lines = Vec::new();
    for step in &plan.steps {
        lines.extend(scene.labelled("label-tasks", &tasks(scene, step), Role::Text));
        let expected = expected(world.session, step).map_or_else(
            || world.get("not-known"),
            |length| {
                let minutes = u32::try_from(length.as_secs().div_ceil(60).max(1)).unwrap_or(u32::MAX);
                world.say(&Phrase::new("expected-minutes").number("minutes", minutes))
            },
        );
        lines.extend(scene.labelled("label-expected", &expected, Role::Text));
        let undo = Phrase::new(match step.method {
            Method::Revision | Method::Image | Method::Github => "undo-how",
            Method::Stop | Method::Continue => "undo-stop",
            Method::Database => "undo-database",
            Method::Redeploy => "undo-redeploy",
        });
        let undo = undo.text("revision", crate::tui::panes::point(&step.from));
        lines.extend(scene.labelled("label-undo", &world.say(&undo), Role::Text));
    }
    lines
}

/// Which tasks it is about: a deployment replaces all of them, a stop only takes those away that the stopped one started.
fn tasks(scene: &Scene<'_>, step: &Step) -> String {
    let world = &scene.world;
    match step.method {
        Method::Revision | Method::Image | Method::Github | Method::Database | Method::Redeploy => {
            world.say(&Phrase::new("tasks-affected").number("tasks", step.fingerprint.desired))
        }
        Method::Stop | Method::Continue => {
            let view = world.session.view(&step.service);
            view.and_then(|view| view.state.value()).map_or_else(
                || world.get("not-known"),
                |state| {
                    let started = state
                        .deployments
                        .iter()
                        .filter(|deployment| Some(&deployment.task_definition) == step.from.revision.as_ref())
                        .map(|deployment| deployment.running + deployment.pending)
                        .sum::<u32>();
                    world.say(
                        &Phrase::new("tasks-stopped")
                            .number("tasks", started)
                            .text("revision", step.from.short()),
                    )
                },
            )
        }
    }
}

fn digest(scene: &Scene<'_>, point: &crate::rollback::Point) -> String {
    point.digest.as_ref().map_or_else(
        || {
            format!(
                "{} {}",
                scene.world.get("label-digest"),
                scene.world.get("not-known")
            )
        },
        |digest| format!("sha256:{}…", digest.short()),
    )
}

/// How long it will take: as long as the newest deployment that reached its end took, and the time that is held after it.
pub(super) fn expected(session: &Session, step: &Step) -> Option<Duration> {
    let view = session.services.iter().find(|view| view.key == step.service)?;
    let history = view.history.value()?;
    let took = history
        .deployments
        .iter()
        .filter(|deployment| deployment.effective().is_some() && deployment.rollback.is_none())
        .find_map(|deployment| {
            let began = deployment.started_at.unwrap_or(deployment.created_at);
            Duration::try_from(deployment.finished_at?.duration_since(began)).ok()
        })?;
    Some(took + Duration::from_secs(u64::from(session.setup.runbook.timing.hold_seconds)))
}
