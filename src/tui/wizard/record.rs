//! Record: the row as it was filed, and how long everything took.

use ratatui::text::Line;

use crate::domain::Phrase;
use crate::incident::{Stage, record};
use crate::tui::overlays;
use crate::tui::theme::Role;

use super::frame::Scene;
use super::verify::recovered;

pub(super) fn lines(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let incident = scene.incident;
    if incident.stage == Stage::Abandoned {
        return scene.message("record-abandoned", Role::Warn);
    }
    let file = &world.session.setup.runbook.history.file;
    let (id, path, role) = match &incident.filed {
        Some(path) => ("record-done", path, Role::Ok),
        None => ("record-pending", file, Role::Warn),
    };
    let mut lines = scene.text(&world.say(&Phrase::new(id).text("path", path)), role);
    lines.push(Line::default());
    if let Some(row) = record::row(incident, &world.session.setup.runbook) {
        let columns = record::columns();
        for (column, cell) in columns.iter().zip(row.cells()) {
            lines.extend(overlays::labelled(column, &cell, Role::Text, scene.cells, world));
        }
    }
    lines.push(Line::default());
    if incident.report.is_some() {
        lines.extend(scene.message("report-settled", Role::Ok));
    }
    lines.extend(recovered(scene));
    if let Some(key) = world.keymap.key(
        crate::tui::keymap::Context::Wizard,
        crate::tui::command::Command::Checklist,
    ) {
        lines.extend(scene.text(
            &world.say(&Phrase::new("record-open-checks").text("key", key)),
            Role::Muted,
        ));
    }
    lines
}
