//! Check: is it safe? Every row with its evidence, and exactly what would be sent.

use ratatui::text::{Line, Span};

use crate::domain::Phrase;
use crate::rollback::{
    Api, Call, Method, Plan, PlanVerdict, PreflightCheck, PreflightRow, PreflightVerdict, Step,
};
use crate::tui::panes::from_to;
use crate::tui::text;
use crate::tui::theme::Role;

use super::frame::Scene;

pub(super) fn lines(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    match world.session.incident_proposal(world.now) {
        Some(Ok(plan)) => plan_lines(scene, &plan),
        Some(Err(none)) => {
            let role = if none.waiting { Role::Warn } else { Role::Bad };
            let mut lines = scene.text(&world.say(&none.why), role);
            if none.waiting {
                lines.extend(scene.message("empty-waiting", Role::Muted));
            }
            lines
        }
        None => scene.message("empty-waiting", Role::Muted),
    }
}

fn plan_lines(scene: &Scene<'_>, plan: &Plan) -> Vec<Line<'static>> {
    let world = &scene.world;
    let mut lines = Vec::new();
    for step in &plan.steps {
        lines.extend(way(scene, step));
    }
    lines.push(Line::default());
    // What the rows say together comes first: on a small screen the last of them may be out of sight.
    lines.extend(match plan.verdict {
        PlanVerdict::Ready => scene.message("check-ready", Role::Ok),
        PlanVerdict::Warn => scene.message("check-warned", Role::Warn),
        PlanVerdict::Blocked => scene.message("check-blocked", Role::Bad),
    });
    for row in &plan.preflight {
        lines.extend(row_lines(scene, row));
    }
    lines.push(Line::default());
    for call in plan.steps.iter().flat_map(|step| &step.calls) {
        lines.extend(call_lines(scene, call));
    }
    if let Some(refusal) = &scene.incident.refusal {
        // The plan before this one was refused; what is shown now was read after that.
        let mut first = scene.text(&format!("! {}", world.say(refusal)), Role::Bad);
        first.push(Line::default());
        first.append(&mut lines);
        return first;
    }
    lines
}

/// From where to where, how, and the rule that chose it.
pub(super) fn way(scene: &Scene<'_>, step: &Step) -> Vec<Line<'static>> {
    let world = &scene.world;
    let method = match step.method {
        Method::Revision => world.get("method-revision"),
        Method::Stop => world.get("method-stop"),
    };
    let mut lines = vec![Line::from(vec![
        world.span(text::pad(step.service.as_str(), 14), Role::Title),
        Span::raw(" "),
        world.span(from_to(&step.from, &step.to), Role::Focus),
        world.span(format!("   {}: {method}", world.get("label-method")), Role::Muted),
    ])];
    let label =
        world.say(&Phrase::new("label-why").text("revision", format!(":{}", step.to.revision.revision())));
    let role = if step.target.proven {
        Role::Text
    } else {
        Role::Warn
    };
    lines.extend(crate::tui::overlays::labelled(
        &label,
        &world.say(&step.target.why),
        role,
        scene.cells,
        world,
    ));
    // The usual way needs no word; a stop is another deed, and ECS chooses where it leads.
    if let (Method::Stop, Some(why)) = (step.method, &step.why_method) {
        lines.extend(scene.labelled("label-method", &world.say(why), Role::Warn));
    }
    lines
}

fn row_lines(scene: &Scene<'_>, row: &PreflightRow) -> Vec<Line<'static>> {
    let world = &scene.world;
    let (glyph, id, role) = match row.verdict {
        PreflightVerdict::Pass => ("✓", "check-pass", Role::Ok),
        PreflightVerdict::Warn => ("!", "check-warn", Role::Warn),
        PreflightVerdict::Block => ("✗", "check-block", Role::Bad),
        PreflightVerdict::Unknown => ("?", "check-unknown", Role::Warn),
    };
    let name = world.get(match row.check {
        PreflightCheck::Account => "preflight-account",
        PreflightCheck::Controller => "preflight-controller",
        PreflightCheck::Desired => "preflight-desired",
        PreflightCheck::Deployment => "preflight-deployment",
        PreflightCheck::NotCurrent => "preflight-not-current",
        PreflightCheck::TargetActive => "preflight-target-active",
        PreflightCheck::Image => "preflight-image",
        PreflightCheck::Proven => "preflight-proven",
        PreflightCheck::StopTarget => "preflight-stop-target",
    });
    let said = format!("{name}: {}", world.say(&row.evidence));
    text::fold(&said, scene.cells.saturating_sub(11))
        .into_iter()
        .enumerate()
        .map(|(nth, part)| {
            let (glyph, word) = if nth == 0 {
                (glyph, world.get(id))
            } else {
                (" ", String::new())
            };
            Line::from(vec![
                world.span(format!("{glyph} "), role),
                world.span(text::pad(&word, 8), role),
                Span::raw(" "),
                world.span(part, if role == Role::Ok { Role::Text } else { role }),
            ])
        })
        .collect()
}

fn call_lines(scene: &Scene<'_>, call: &Call) -> Vec<Line<'static>> {
    let sent = match &call.api {
        Api::UpdateService {
            cluster,
            service,
            task_definition,
        } => format!(
            "ecs.UpdateService {{ cluster: {cluster}, service: {service}, taskDefinition: {task_definition} }}"
        ),
        Api::StopServiceDeployment {
            service_deployment,
            stop_type,
        } => format!(
            "ecs.StopServiceDeployment {{ serviceDeploymentArn: {service_deployment}, stopType: {} }}",
            stop_type.as_str()
        ),
    };
    let mut lines = scene.labelled("label-will-send", &sent, Role::Text);
    lines.extend(scene.labelled("label-as-command", &call.command, Role::Muted));
    lines
}
