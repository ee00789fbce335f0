//! Check: is it safe? Every row with its evidence, what stands in the way first, and exactly what would be sent.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::{Phrase, ServiceKey};
use crate::rollback::{
    Api, Call, CriterionState, Method, NoPlan, Override, Plan, PlanVerdict, PreflightCheck, PreflightRow,
    PreflightVerdict, Step,
};
use crate::tui::command::Command;
use crate::tui::keymap::Context;
use crate::tui::layer::{Details, PageLine};
use crate::tui::panes::{draw_lines, from_to, highlight};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::frame::{Scene, draw_page};
use super::state::service;
use super::{Wizard, definition};

/// Cells before the evidence of a row: mark, glyph, word.
const INDENT: usize = 13;
/// Below this many lines the head scrolls with the rest.
const ROOMY: u16 = 12;

/// Something that can be selected at this step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A checked row.
    Row(ServiceKey, PreflightCheck),
    /// A call, by its place among all calls of the plan.
    Call(usize),
}

/// How a verdict is shown.
fn shown(verdict: PreflightVerdict) -> (&'static str, &'static str, Role) {
    match verdict {
        PreflightVerdict::Block => ("✗", "check-block", Role::Bad),
        PreflightVerdict::Warn => ("!", "check-warn", Role::Warn),
        PreflightVerdict::Unknown => ("?", "check-unknown", Role::Warn),
        PreflightVerdict::Pass => ("✓", "check-pass", Role::Ok),
    }
}

/// What stands in the way comes first; of the same weight, as the checks are ordered.
fn weight(verdict: PreflightVerdict) -> u8 {
    match verdict {
        PreflightVerdict::Block => 0,
        PreflightVerdict::Warn => 1,
        PreflightVerdict::Unknown => 2,
        PreflightVerdict::Pass => 3,
    }
}

/// The rows, service by service in the order of the plan, and of each what stands in the way first.
fn rows(plan: &Plan) -> Vec<&PreflightRow> {
    let place = |row: &PreflightRow| plan.steps.iter().position(|step| step.service == row.service);
    let mut rows: Vec<&PreflightRow> = plan.preflight.iter().collect();
    rows.sort_by_key(|row| (place(row), weight(row.verdict)));
    rows
}

/// The override of a row, where a person gave one that counts.
pub(super) fn overridden<'p>(plan: &'p Plan, row: &PreflightRow) -> Option<&'p Override> {
    plan.overrides
        .iter()
        .find(|over| over.is_about(row) && row.is_overridable())
}

/// The selected row, when a person may go on in spite of it.
///
/// # Errors
/// Why not: it is no row, does not forbid, or may never be overridden.
pub(super) fn to_override(
    wizard: &Wizard,
    world: &World<'_>,
) -> Result<(PreflightCheck, ServiceKey), Phrase> {
    let nothing = || Phrase::new("override-nothing");
    let Some(Ok(plan)) = world.session.incident_proposal(world.now) else {
        return Err(nothing());
    };
    let items = items(&plan);
    let Some(Item::Row(service, check)) = wizard.rows.id(&items) else {
        return Err(nothing());
    };
    let row = plan
        .preflight
        .iter()
        .find(|row| row.service == *service && row.check == *check)
        .filter(|row| row.verdict == PreflightVerdict::Block)
        .ok_or_else(nothing)?;
    if row.is_overridable() {
        Ok((row.check, row.service.clone()))
    } else {
        Err(Phrase::new("notice-override-never").phrase("check", check.phrase()))
    }
}

fn calls(plan: &Plan) -> impl Iterator<Item = &Call> {
    plan.steps.iter().flat_map(|step| &step.calls)
}

/// What can be selected, in the order in which it is shown.
pub(super) fn items(plan: &Plan) -> Vec<Item> {
    rows(plan)
        .into_iter()
        .map(|row| Item::Row(row.service.clone(), row.check))
        .chain((0..calls(plan).count()).map(Item::Call))
        .collect()
}

/// The items of the plan as it would be made now.
pub(super) fn items_now(world: &World<'_>) -> Vec<Item> {
    match world.session.incident_proposal(world.now) {
        Some(Ok(plan)) => items(&plan),
        Some(Err(_)) | None => Vec::new(),
    }
}

pub(super) fn draw(scene: &Scene<'_>, body: Rect, buffer: &mut Buffer) {
    let world = &scene.world;
    match world.session.incident_proposal(world.now) {
        Some(Ok(plan)) => draw_plan(scene, &plan, body, buffer),
        Some(Err(none)) => draw_page(scene, no_plan(scene, &none), body, buffer),
        None => draw_page(scene, scene.message("empty-waiting", Role::Muted), body, buffer),
    }
}

fn no_plan(scene: &Scene<'_>, none: &NoPlan) -> Vec<Line<'static>> {
    let role = if none.waiting { Role::Warn } else { Role::Bad };
    let mut lines = refusal(scene);
    lines.extend(scene.text(&scene.world.say(&none.why), role));
    if none.waiting {
        lines.extend(scene.message("empty-waiting", Role::Muted));
    }
    lines
}

fn draw_plan(scene: &Scene<'_>, plan: &Plan, body: Rect, buffer: &mut Buffer) {
    let head = head(scene, plan);
    let (list, selected) = list(scene, plan);
    let head_rows = u16::try_from(head.len()).unwrap_or(u16::MAX);
    // On a small screen, or under a long head, everything scrolls together.
    let pinned = body.height >= ROOMY && head_rows <= body.height / 2;
    let (area, lines, selected) = if pinned {
        draw_lines(head, body, buffer);
        let area = Rect {
            y: body.y.saturating_add(head_rows),
            height: body.height.saturating_sub(head_rows),
            ..body
        };
        (area, list, selected)
    } else {
        let above = head.len();
        let lines: Vec<Line<'static>> = head.into_iter().chain(list).collect();
        // The first row is reached from the top, so that the head can be read.
        let selected = if selected.0 == 0 {
            (0, 1)
        } else {
            (selected.0 + above, selected.1 + above)
        };
        (body, lines, selected)
    };
    draw_window(scene, lines, selected, area, buffer);
}

/// Draws as much as fits with the selected lines in sight, and says how much more there is.
fn draw_window(
    scene: &Scene<'_>,
    lines: Vec<Line<'static>>,
    (from, to): (usize, usize),
    area: Rect,
    buffer: &mut Buffer,
) {
    let world = &scene.world;
    let height = usize::from(area.height);
    let all = lines.len();
    // One line is kept for the word on what is hidden below.
    let top = to
        .saturating_sub(height.saturating_sub(1))
        .min(from)
        .min(all.saturating_sub(height));
    let mut seen: Vec<Line<'static>> = lines.into_iter().skip(top).take(height).collect();
    let hidden = all.saturating_sub(top + seen.len());
    if hidden > 0
        && let Some(last) = seen.last_mut()
    {
        let said = world.say(&Phrase::new("wizard-more").text("count", hidden + 1));
        *last = Line::from(world.span(format!("↓ {said}"), Role::Key));
    }
    draw_lines(seen, area, buffer);
}

/// From where to where, and what the rows say together: on a small screen the last of them may be out of sight.
fn head(scene: &Scene<'_>, plan: &Plan) -> Vec<Line<'static>> {
    let world = &scene.world;
    let mut lines = refusal(scene);
    lines.extend(calm(scene));
    lines.extend(changes(scene, plan));
    for step in &plan.steps {
        lines.extend(way(scene, step));
    }
    lines.push(Line::default());
    let (id, role) = match plan.verdict {
        PlanVerdict::Ready => ("check-ready", Role::Ok),
        PlanVerdict::Warn => ("check-warned", Role::Warn),
        PlanVerdict::Blocked => ("check-blocked", Role::Bad),
    };
    let count = |wanted: PreflightVerdict| {
        let rows = plan.preflight.iter().filter(|row| row.verdict == wanted);
        let count = rows.filter(|row| overridden(plan, row).is_none()).count();
        let (glyph, id, _) = shown(wanted);
        (count > 0).then(|| format!("{glyph} {} {count}", world.get(id)))
    };
    let waived = (!plan.overrides.is_empty())
        .then(|| format!("⊘ {} {}", world.get("check-overridden"), plan.overrides.len()));
    let counts: Vec<String> = [
        PreflightVerdict::Block,
        PreflightVerdict::Warn,
        PreflightVerdict::Unknown,
        PreflightVerdict::Pass,
    ]
    .into_iter()
    .filter_map(count)
    .chain(waived)
    .collect();
    let said = world.get(id);
    let counts = counts.join("  ");
    if text::width(&said) + text::width(&counts) + 3 <= scene.cells {
        lines.push(Line::from(vec![
            world.span(said, role),
            Span::raw("   "),
            world.span(counts, Role::Muted),
        ]));
    } else {
        lines.extend(scene.text(&said, role));
        lines.push(Line::from(world.span(counts, Role::Muted)));
    }
    lines
}

/// That the plan before this one was refused; what is shown now was read after that.
fn refusal(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let Some(refusal) = &scene.incident.refusal else {
        return Vec::new();
    };
    let world = &scene.world;
    let mut lines = scene.text(&format!("! {}", world.say(refusal)), Role::Bad);
    lines.extend(scene.message("stale-new-plan", Role::Warn));
    lines
}

/// That what the incident was opened for is over: somebody else may have mended it.
fn calm(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let criteria = service(world.session, scene.incident).map_or(&[][..], |view| view.criteria.as_slice());
    let is_calm = scene.incident.first_bad.is_some()
        && !criteria.is_empty()
        && criteria
            .iter()
            .all(|criterion| criterion.state == CriterionState::NotMet);
    if !is_calm {
        return Vec::new();
    }
    let key = world
        .keymap
        .key(Context::Wizard, Command::Abandon)
        .map(|key| key.to_string())
        .unwrap_or_default();
    scene.text(
        &format!("! {}", world.say(&Phrase::new("check-none-met").text("key", key))),
        Role::Warn,
    )
}

/// What is different from the plan that was refused.
fn changes(scene: &Scene<'_>, plan: &Plan) -> Vec<Line<'static>> {
    let world = &scene.world;
    let (Some(_), Some(before)) = (&scene.incident.refusal, &scene.wizard.asked) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for (was, is) in before.steps.iter().zip(&plan.steps) {
        let (old, new) = (from_to(&was.from, &was.to), from_to(&is.from, &is.to));
        if old != new {
            let said = Phrase::new("stale-was").text("before", old).text("now", new);
            lines.extend(scene.text(&world.say(&said), Role::Warn));
        }
        if was.method != is.method {
            let said = Phrase::new("stale-was")
                .text("before", world.get(method_word(was.method)))
                .text("now", world.get(method_word(is.method)));
            lines.extend(scene.text(&world.say(&said), Role::Warn));
        }
    }
    lines
}

/// The word for a method.
pub(super) const fn method_word(method: Method) -> &'static str {
    match method {
        Method::Revision => "method-revision",
        Method::Stop => "method-stop",
        Method::Continue => "method-continue",
        Method::Image => "method-image",
        Method::Github => "method-github",
        Method::Database => "method-database",
        Method::Redeploy => "method-redeploy",
    }
}

/// From where to where, how, and the rule that chose it.
pub(super) fn way(scene: &Scene<'_>, step: &Step) -> Vec<Line<'static>> {
    let world = &scene.world;
    let method = world.get(method_word(step.method));
    let mut lines = vec![Line::from(vec![
        world.span(text::pad(step.service.as_str(), 14), Role::Title),
        Span::raw(" "),
        world.span(from_to(&step.from, &step.to), Role::Focus),
        world.span(format!("   {}: {method}", world.get("label-method")), Role::Muted),
    ])];
    let label = world.say(&Phrase::new("label-why").text("revision", step.to.short()));
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
    if let Some(moved) = &step.database {
        let said = format!("{}  →  {}", moved.from, moved.to);
        lines.extend(scene.labelled("label-database", &said, Role::Focus));
    }
    // The usual way needs no word; every other one is another deed.
    if let (false, Some(why)) = (step.method == Method::Revision, &step.why_method) {
        lines.extend(scene.labelled("label-method", &world.say(why), Role::Warn));
    }
    lines
}

/// All rows and calls as lines, and which of them belong to the selected one.
fn list(scene: &Scene<'_>, plan: &Plan) -> (Vec<Line<'static>>, (usize, usize)) {
    let at = scene.wizard.rows.at(&items(plan));
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut range = (0, 1);
    let rows = rows(plan);
    let several = plan.steps.len() > 1;
    let mut about = None;
    for (nth, row) in rows.iter().enumerate() {
        if several && about != Some(&row.service) {
            about = Some(&row.service);
            lines.push(Line::from(scene.world.span(row.service.to_string(), Role::Title)));
        }
        let from = lines.len();
        lines.extend(row_lines(scene, row, overridden(plan, row), nth == at));
        if nth == at {
            range = (from, lines.len());
        }
    }
    for (nth, call) in calls(plan).enumerate() {
        lines.push(Line::default());
        let from = lines.len();
        lines.extend(call_lines(scene, call, rows.len() + nth == at));
        if rows.len() + nth == at {
            range = (from, lines.len());
        }
    }
    (lines, range)
}

/// What a person does about a row that did not pass.
const fn remedy(verdict: PreflightVerdict) -> Option<&'static str> {
    match verdict {
        PreflightVerdict::Block => Some("remedy-block"),
        PreflightVerdict::Warn => Some("remedy-warn"),
        PreflightVerdict::Unknown => Some("remedy-unknown"),
        PreflightVerdict::Pass => None,
    }
}

/// The same, and of a block whether a person may go on in spite of it.
fn remedy_of(row: &PreflightRow, over: Option<&Override>, world: &World<'_>) -> Option<String> {
    let said = world.get(remedy(row.verdict)?);
    if row.verdict != PreflightVerdict::Block {
        return Some(said);
    }
    if over.is_some() {
        return None;
    }
    let more = if row.is_overridable() {
        let key = world.keymap.key(Context::Wizard, Command::Override)?;
        Phrase::new("override-may").text("key", key)
    } else {
        Phrase::new("override-never")
    };
    Some(world.say(&more.text("remedy", said)))
}

/// One row. What passed takes one line; what did not is told whole, and the selected one with what to do about it.
fn row_lines(
    scene: &Scene<'_>,
    row: &PreflightRow,
    over: Option<&Override>,
    selected: bool,
) -> Vec<Line<'static>> {
    let world = &scene.world;
    let (glyph, id, role) = match over {
        Some(_) => ("⊘", "check-overridden", Role::Warn),
        None => shown(row.verdict),
    };
    let said = format!("{}: {}", world.say(&row.check.phrase()), world.say(&row.evidence));
    let room = scene.cells.saturating_sub(INDENT);
    let whole = selected || row.verdict != PreflightVerdict::Pass;
    let parts = if whole {
        text::fold(&said, room)
    } else {
        vec![text::cut(&said, room)]
    };
    let said_role = if role == Role::Ok { Role::Text } else { role };
    let mut lines: Vec<Line<'static>> = parts
        .into_iter()
        .enumerate()
        .map(|(nth, part)| {
            let (mark, glyph, word) = match nth {
                0 => (if selected { "›" } else { " " }, glyph, world.get(id)),
                _ => (" ", " ", String::new()),
            };
            let line = Line::from(vec![
                world.span(format!("{mark} "), Role::Focus),
                world.span(format!("{glyph} "), role),
                world.span(text::pad(&word, INDENT - 5), role),
                world.span(format!(" {part}"), said_role),
            ]);
            highlight(line, selected && nth == 0, true, world)
        })
        .collect();
    if let Some(over) = over {
        let said = Phrase::new("override-by")
            .text("by", &over.by)
            .text("reason", &over.reason);
        lines.extend(
            text::fold(&world.say(&said), room)
                .into_iter()
                .map(|part| Line::from(vec![Span::raw(" ".repeat(INDENT)), world.span(part, Role::Warn)])),
        );
    }
    if let Some(said) = remedy_of(row, over, world).filter(|_| selected) {
        for part in text::fold(&format!("→ {said}"), room) {
            lines.push(Line::from(vec![
                Span::raw(" ".repeat(INDENT)),
                world.span(part, Role::Text),
            ]));
        }
    }
    lines
}

/// The call as it would be sent.
pub(super) fn sent(call: &Call) -> String {
    let written = serde_json::to_value(&call.api).unwrap_or_default();
    let input = written.get("input").unwrap_or(&serde_json::Value::Null);
    let mut said = String::new();
    shown_value(input, &mut said);
    format!("{} {said}", call.api.name())
}

/// An input as people read it: names without quotes, spaces between.
fn shown_value(value: &serde_json::Value, out: &mut String) {
    use serde_json::Value;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
        Value::String(text) => out.push_str(text),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                shown_value(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push_str("{ ");
            for (place, (name, item)) in fields.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                out.push_str(name);
                out.push_str(": ");
                shown_value(item, out);
            }
            out.push_str(" }");
        }
    }
}

fn call_lines(scene: &Scene<'_>, call: &Call, selected: bool) -> Vec<Line<'static>> {
    let world = &scene.world;
    let mut lines = scene.labelled("label-will-send", &sent(call), Role::Text);
    if let Some(first) = lines.first_mut() {
        *first = highlight(std::mem::take(first), selected, true, world);
    }
    lines.extend(scene.labelled("label-as-command", &call.command, Role::Muted));
    lines
}

/// All that is known of the selected row or call, to be read in peace.
pub(super) fn details(wizard: &Wizard, world: &World<'_>) -> Option<Details> {
    let Some(Ok(plan)) = world.session.incident_proposal(world.now) else {
        return None;
    };
    let items = items(&plan);
    // The step whose new definition the page shows as a diff.
    let mut new = None;
    let (what, lines) = match wizard.rows.id(&items)? {
        Item::Row(service, check) => {
            let row = plan
                .preflight
                .iter()
                .find(|row| row.service == *service && row.check == *check)?;
            let (_, id, _) = shown(row.verdict);
            let mut lines = vec![
                (world.get("label-service"), service.to_string()),
                (world.get("label-result"), world.get(id)),
                (world.get("label-evidence"), world.say(&row.evidence)),
            ];
            let over = overridden(&plan, row);
            lines.extend(over.map(|over| {
                let said = Phrase::new("override-by")
                    .text("by", &over.by)
                    .text("reason", &over.reason);
                (world.get("check-overridden"), world.say(&said))
            }));
            lines.extend(remedy_of(row, over, world).map(|said| (world.get("label-to-do"), said)));
            if *check == PreflightCheck::Differs {
                new = plan.steps.iter().find(|step| step.service == *service);
            }
            (world.say(&check.phrase()), lines)
        }
        Item::Call(nth) => {
            let call = calls(&plan).nth(*nth)?;
            let lines = vec![
                (world.get("label-will-send"), sent(call)),
                (world.get("label-as-command"), call.command.clone()),
            ];
            if matches!(call.api, Api::RegisterTaskDefinition { .. }) {
                new = plan.steps.iter().find(|step| step.calls.contains(call));
            }
            (call.api.name().to_owned(), lines)
        }
    };
    let title = world.say(&Phrase::new("describe-title").text("what", what));
    let lines = lines.into_iter().map(|(label, text)| PageLine::new(label, text));
    let diff = new.map(|step| definition::diff(step, world)).unwrap_or_default();
    Some(Details::new(title, lines.chain(diff).collect()))
}
