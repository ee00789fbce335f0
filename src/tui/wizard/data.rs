//! What concerns data: what a snapshot would lose, and the ways that the runbook names for a database that must go back.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::text::Line;

use crate::domain::Phrase;
use crate::incident::{Incident, Stage};
use crate::rollback::Method;
use crate::session::OperatorMsg;
use crate::tui::layer::{Deed, Layer, PickBox, Way};
use crate::tui::screen::{Request, Screen};
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::frame::Scene;

/// How long ago something was; nothing for what is still to come.
pub(super) fn since(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(at)).unwrap_or_default()
}

/// The window of data that a restore would lose: in minutes and as a time, never as a mere age.
pub(super) fn loss(scene: &Scene<'_>, taken_at: Option<Timestamp>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let said = match taken_at {
        Some(at) => Phrase::new("data-lost")
            .number("minutes", (since(at, world.now).as_secs() / 60) as f64)
            .text("since", world.words.date_time(at)),
        None => Phrase::new("data-lost-untold"),
    };
    scene.labelled("label-data-lost", &world.say(&said), Role::Bad)
}

/// Whether the ways of the data can be looked at: while a plan is made, and the team's page names any.
pub(super) fn has_data_ways(world: &World<'_>, incident: &Incident) -> bool {
    let runbook = &world.session.setup.runbook;
    let planning = match incident.stage {
        Stage::Assess | Stage::Scope | Stage::Target | Stage::Check => true,
        Stage::Approve
        | Stage::Act { .. }
        | Stage::Verify
        | Stage::Report
        | Stage::Done
        | Stage::Abandoned => false,
    };
    planning && (runbook.database.is_some() || runbook.prisma.is_some())
}

/// The ways that the team's page names for a database that must go back: SQL by hand, a snapshot, and for development alone
/// the command that resets it, which is shown and never run.
fn ways(world: &World<'_>) -> Vec<Way> {
    let runbook = &world.session.setup.runbook;
    let mut ways = vec![Way {
        label: world.get("data-way-sql"),
        text: world.get("data-way-sql-means"),
        deed: Deed::WriteSql,
    }];
    if runbook.database.is_some() {
        ways.push(Way {
            label: world.get("data-way-snapshot"),
            text: world.get("data-way-snapshot-means"),
            deed: Deed::ChooseSnapshot,
        });
    }
    if let Some(prisma) = &runbook.prisma
        && !prisma.reset_command.is_empty()
    {
        let command = prisma.reset_command.join(" ");
        ways.push(Way {
            label: world.get("data-way-reset"),
            text: world.say(&Phrase::new("data-way-reset-means").text("command", command)),
            deed: Deed::OnlyShown,
        });
    }
    ways
}

impl Screen {
    /// Opens the ways of the data.
    pub(super) fn open_data_ways(&mut self, world: &World<'_>) {
        let migrations = &world.session.migrations;
        let title = match migrations.value() {
            Some(known) => {
                let said = Phrase::new("data-ways-title-state").phrase("state", known.phrase());
                world.say(&said)
            }
            None => world.get("data-ways-title"),
        };
        self.layers.push(Layer::Pick(PickBox::new(title, ways(world))));
    }

    /// Goes to the target step with the snapshots of the database.
    pub(in crate::tui) fn choose_snapshot(&mut self, world: &World<'_>) -> Vec<Request> {
        let stage = world.session.incident.as_ref().map(|incident| incident.stage);
        let Some(wizard) = self.wizard_mut() else {
            return Vec::new();
        };
        wizard.method = Some(Method::Database);
        match stage {
            Some(Stage::Check) => vec![Request::Tell(OperatorMsg::Back)],
            Some(
                Stage::Assess
                | Stage::Scope
                | Stage::Target
                | Stage::Approve
                | Stage::Act { .. }
                | Stage::Verify
                | Stage::Report
                | Stage::Done
                | Stage::Abandoned,
            )
            | None => Vec::new(),
        }
    }
}
