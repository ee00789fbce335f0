//! Target: by what method, where to, and why the selected row may be chosen or not.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::{DbSnapshot, Phrase, TargetSpec};
use crate::rollback::{Method, NoPlan, Plan, Step};
use crate::session::ServiceView;
use crate::tui::command::Command;
use crate::tui::keymap::Context;
use crate::tui::overlays;
use crate::tui::panes::{
    absent, candidate_row, candidate_table, draw_lines, from_to, highlight, image_row, image_table,
};
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Table};
use crate::tui::world::World;

use super::check::method_word;
use super::choice::{self, Choice, Offer};
use super::data;
use super::frame::{Scene, draw_page};
use super::state::service;

pub(super) fn draw(scene: &Scene<'_>, body: Rect, buffer: &mut Buffer) {
    let world = &scene.world;
    let Some(view) = service(world.session, scene.incident) else {
        return;
    };
    let offer = choice::offer(scene.wizard, world.session, scene.incident);
    let ask = match offer {
        Offer::Revisions | Offer::Versions => "target-ask",
        Offer::Images => "target-ask-image",
        Offer::Snapshots => "target-ask-snapshot",
        Offer::Nothing(id) => id,
    };
    let ask = scene.message(ask, Role::Title);
    let above = u16::try_from(ask.len()).unwrap_or(1).min(body.height);
    draw_lines(ask, body, buffer);
    let rest = Rect {
        y: body.y.saturating_add(above),
        height: body.height.saturating_sub(above),
        ..body
    };
    let below = Rect {
        y: rest.y.saturating_add(1),
        height: rest.height.saturating_sub(1),
        ..rest
    };
    let waits = match offer {
        Offer::Revisions | Offer::Nothing(_) => absent(&view.definitions, world, below),
        Offer::Images | Offer::Versions => absent(&view.images, world, below),
        Offer::Snapshots => absent(&world.session.database, world, below),
    };
    if let Some(lines) = waits {
        return draw_lines(lines, below, buffer);
    }
    let selected = choice::selected(scene.wizard, world.session, scene.incident);
    let why = why(scene, view, selected.as_ref());
    if let Offer::Nothing(_) = offer {
        return draw_page(scene, why, below, buffer);
    }
    let Some(selected) = selected else {
        let id = match offer {
            Offer::Images | Offer::Versions => "empty-images",
            Offer::Snapshots => "empty-snapshots",
            Offer::Revisions | Offer::Nothing(_) => "empty-definitions",
        };
        let mut lines = scene.message(id, Role::Warn);
        lines.push(Line::default());
        lines.extend(why);
        return draw_lines(lines, below, buffer);
    };
    let why_rows = u16::try_from(why.len()).unwrap_or(u16::MAX).min(rest.height / 2);
    let list = Rect {
        height: rest.height.saturating_sub(why_rows + 1),
        ..rest
    };
    draw_lines(rows(scene, view, &selected, list), list, buffer);
    let below = Rect {
        y: list.bottom().saturating_add(1),
        height: why_rows,
        ..rest
    };
    draw_page(scene, why, below, buffer);
}

/// The rows that are seen, with the selected one among them.
fn rows(scene: &Scene<'_>, view: &ServiceView, selected: &Choice, list: Rect) -> Vec<Line<'static>> {
    let world = &scene.world;
    let choices = choice::choices(scene.wizard, world.session, scene.incident);
    // Before the first choice the window must hold the proposed one, wherever it is.
    let at = choices.iter().position(|choice| choice == selected).unwrap_or(0);
    let height = usize::from(list.height).saturating_sub(1);
    let window = scene.wizard.target.window_at(at, choices.len(), height);
    let table = match selected {
        Choice::Revision(_) => candidate_table(world, scene.cells),
        Choice::Image(_) => image_table(world, scene.cells),
        Choice::LatestBut1 | Choice::Version(_) => version_table(world, scene.cells),
        Choice::OldDatabase | Choice::Snapshot(_) => snapshot_table(world, scene.cells),
    };
    let mut lines = vec![table.head(world.style(Role::Muted))];
    for choice in choices.iter().skip(window.start).take(window.len()) {
        let is_selected = choice == selected;
        let row = row(scene, view, choice, is_selected, &table);
        lines.push(highlight(row, is_selected, true, world));
    }
    lines
}

fn row(
    scene: &Scene<'_>,
    view: &ServiceView,
    choice: &Choice,
    selected: bool,
    table: &Table,
) -> Line<'static> {
    let world = &scene.world;
    let mark = || {
        (
            if selected { "›" } else { " " }.to_owned(),
            world.style(Role::Focus),
        )
    };
    let styled = |text: String, role| (text, world.style(role));
    match choice {
        Choice::Revision(definition) => choice::candidate(view, definition)
            .map(|candidate| candidate_row(candidate, selected, true, table, world))
            .unwrap_or_default(),
        Choice::Image(digest) => view
            .images
            .value()
            .into_iter()
            .flatten()
            .find(|image| image.digest == *digest)
            .map(|image| image_row(image, view, selected, true, table, world))
            .unwrap_or_default(),
        Choice::LatestBut1 => table.row(&[
            mark(),
            styled("latest-1".to_owned(), Role::Text),
            styled(world.get("version-before"), Role::Muted),
        ]),
        Choice::Version(version) => table.row(&[
            mark(),
            styled(version.to_string(), Role::Text),
            styled(ran_with(view, version.as_str(), world), Role::Muted),
        ]),
        Choice::OldDatabase => table.short_row(
            &[mark()],
            &world.get("database-of-before"),
            world.style(Role::Text),
        ),
        Choice::Snapshot(id) => world
            .session
            .database
            .value()
            .and_then(|database| database.snapshots.iter().find(|snapshot| snapshot.id == *id))
            .map(|snapshot| snapshot_row(scene, snapshot, mark(), table))
            .unwrap_or_default(),
    }
}

/// The revisions that carry a version, so that a name is more than a name.
fn ran_with(view: &ServiceView, version: &str, world: &World<'_>) -> String {
    let revisions: Vec<String> = view
        .candidates
        .iter()
        .filter(|candidate| candidate.version.as_ref().is_some_and(|v| v.as_str() == version))
        .map(|candidate| {
            format!(
                ":{} {}",
                candidate.definition.revision(),
                crate::tui::panes::served_word(candidate, world)
            )
        })
        .collect();
    revisions.join(" · ")
}

fn version_table(world: &World<'_>, room: usize) -> Table {
    Table::fit(
        vec![
            Column::new("", 2, 0),
            Column::new(world.get("column-ver"), 16, 0),
            Column::new(world.get("column-rev"), 20, 1).growing(),
        ],
        room,
    )
}

fn snapshot_table(world: &World<'_>, room: usize) -> Table {
    let head = |id| world.get(id);
    Table::fit(
        vec![
            Column::new("", 2, 0),
            Column::new(head("column-snapshot"), 42, 0).growing(),
            Column::new(head("column-taken"), 16, 2),
            Column::new(head("column-age"), 10, 0).right(),
            Column::new(head("column-size"), 8, 4).right(),
            Column::new(head("column-state"), 12, 1),
            Column::new(head("column-made-by"), 8, 3),
        ],
        room,
    )
}

fn snapshot_row(
    scene: &Scene<'_>,
    snapshot: &DbSnapshot,
    mark: (String, ratatui::style::Style),
    table: &Table,
) -> Line<'static> {
    let world = &scene.world;
    let style = |role| world.style(role);
    let role = if snapshot.is_available() {
        Role::Text
    } else {
        Role::Warn
    };
    let status = match snapshot.percent {
        Some(percent) if !snapshot.is_available() => format!("{} {percent}%", snapshot.status),
        Some(_) | None => snapshot.status.to_string(),
    };
    let made_by = if snapshot.automated {
        "snapshot-automated"
    } else {
        "snapshot-manual"
    };
    let taken = snapshot.taken_at;
    table.row(&[
        mark,
        (snapshot.id.to_string(), style(role)),
        (
            taken
                .map(|at| world.words.date_time(at).get(..16).unwrap_or_default().to_owned())
                .unwrap_or_default(),
            style(Role::Muted),
        ),
        (
            taken
                .map(|at| world.words.span(data::since(at, world.now)))
                .unwrap_or_default(),
            style(Role::Text),
        ),
        (
            snapshot
                .storage_gib
                .map(|gib| format!("{gib} GiB"))
                .unwrap_or_default(),
            style(Role::Muted),
        ),
        (status, style(role)),
        (world.get(made_by), style(Role::Muted)),
    ])
}

/// Why the selected row may be chosen, or not; by which method, and which others there are.
fn why(scene: &Scene<'_>, view: &ServiceView, selected: Option<&Choice>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let spec = choice::spec(selected, world.session, scene.incident);
    let wanted = scene.wizard.method;
    let proposal = world
        .session
        .proposal_of(&scene.incident.services, &spec, wanted, world.now);
    let mut lines = match (&proposal, selected) {
        (_, Some(Choice::Revision(_))) if scene.incident.services.len() == 1 => by_rule(scene, view, &spec),
        (Ok(plan), _) => plan.steps.iter().flat_map(|step| of_step(scene, step)).collect(),
        (Err(none), _) => refused(scene, none),
    };
    if let Some(Choice::Snapshot(id)) = selected {
        let snapshots = world.session.database.value().map(|database| &database.snapshots);
        let taken = snapshots
            .and_then(|list| list.iter().find(|snapshot| snapshot.id == *id))
            .and_then(|snapshot| snapshot.taken_at);
        lines.extend(data::loss(scene, taken));
    }
    if let Some(Choice::OldDatabase) = selected {
        lines.extend(scene.message("old-database-means", Role::Warn));
    }
    lines.extend(method(scene, proposal.as_ref().ok()));
    lines.extend(others(scene));
    if let Some(Choice::Revision(definition)) = selected
        && let Some(digest) = choice::candidate(view, definition).and_then(|found| found.digest.as_ref())
    {
        lines.extend(scene.labelled("label-digest", digest.as_str(), Role::Muted));
    }
    lines
}

fn refused(scene: &Scene<'_>, none: &NoPlan) -> Vec<Line<'static>> {
    let role = if none.waiting { Role::Muted } else { Role::Bad };
    scene.text(&scene.world.say(&none.why), role)
}

/// The rule that would choose a revision, or why it cannot be chosen.
fn by_rule(scene: &Scene<'_>, view: &ServiceView, spec: &TargetSpec) -> Vec<Line<'static>> {
    let world = &scene.world;
    let target = world.session.target(&view.key, spec);
    let revision = match &target {
        Ok(target) => format!(":{}", target.definition.revision()),
        Err(_) => spec.to_string(),
    };
    let label = world.say(&Phrase::new("label-why").text("revision", &revision));
    let (said, role) = match target {
        Ok(target) => (
            world.say(&target.why),
            if target.proven { Role::Ok } else { Role::Warn },
        ),
        Err(none) => (world.say(&none.why), Role::Bad),
    };
    overlays::labelled(&label, &said, role, scene.cells, world)
}

/// What a service would go from and to, and why there.
fn of_step(scene: &Scene<'_>, step: &Step) -> Vec<Line<'static>> {
    let world = &scene.world;
    let way = from_to(&step.from, &step.to);
    let mut lines = overlays::labelled(step.service.as_str(), &way, Role::Focus, scene.cells, world);
    let role = if step.target.proven {
        Role::Text
    } else {
        Role::Warn
    };
    lines.extend(overlays::labelled(
        "",
        &world.say(&step.target.why),
        role,
        scene.cells,
        world,
    ));
    lines
}

/// The method that is asked for, or the one that the state chooses and why.
fn method(scene: &Scene<'_>, plan: Option<&Plan>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let step = plan.and_then(|plan| plan.steps.first());
    let said = match (scene.wizard.method, step) {
        (Some(wanted), _) => world.get(method_word(wanted)),
        (None, Some(step)) => {
            let chosen = Phrase::new("method-auto").text("method", world.get(method_word(step.method)));
            match &step.why_method {
                Some(why) => format!("{} · {}", world.say(&chosen), world.say(why)),
                None => world.say(&chosen),
            }
        }
        (None, None) => world.say(&Phrase::new("method-auto").text("method", world.get("not-known"))),
    };
    scene.labelled("label-method", &said, Role::Text)
}

/// Which other methods there are, and the key that goes through them.
fn others(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let others: Vec<&str> = choice::methods(world.session, scene.incident)
        .into_iter()
        .filter(|method| *method != scene.wizard.method)
        .map(|method| method.map_or("auto", Method::as_str))
        .collect();
    let Some(key) = world.keymap.key(Context::Wizard, Command::Method) else {
        return Vec::new();
    };
    let said = Phrase::new("method-others")
        .text("key", key)
        .text("methods", others.join(", "));
    overlays::labelled("", &world.say(&said), Role::Muted, scene.cells, world)
}
