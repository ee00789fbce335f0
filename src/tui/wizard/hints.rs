//! Which keys matter at the step at hand.

use crate::incident::{ActState, Incident, Stage};
use crate::tui::command::Command;
use crate::tui::world::World;

use super::{Wizard, check, data, report};

/// What the footer shows at the step at hand, the most important first.
pub(in crate::tui) fn commands(wizard: &Wizard, world: &World<'_>) -> Vec<Command> {
    let Some(incident) = &world.session.incident else {
        return vec![Command::Back];
    };
    if wizard.looking {
        return vec![
            Command::SignPassed,
            Command::SignFailed,
            Command::SignSkipped,
            Command::Down,
            Command::Back,
        ];
    }
    match incident.stage {
        Stage::Assess => vec![
            Command::Next,
            Command::Back,
            Command::Declare,
            Command::Abandon,
            Command::Help,
        ],
        Stage::Scope => vec![
            Command::Next,
            Command::Toggle,
            Command::AllServices,
            Command::Down,
            Command::Back,
            Command::Abandon,
            Command::Help,
        ],
        Stage::Target => vec![
            Command::Next,
            Command::Down,
            Command::Method,
            Command::Back,
            Command::DefinitionFile,
            Command::DataWays,
            Command::Abandon,
            Command::Help,
        ],
        Stage::Check => {
            let mut commands = vec![Command::Next, Command::Down, Command::Describe, Command::Back];
            if check::to_override(wizard, world).is_ok() {
                commands.insert(1, Command::Override);
            }
            if data::has_data_ways(world, incident) {
                commands.push(Command::DataWays);
            }
            commands.extend([Command::Refresh, Command::Abandon, Command::Help]);
            commands
        }
        Stage::Approve if world.session.is_protected() => vec![Command::Press, Command::Back],
        Stage::Approve => vec![Command::Switch, Command::Press, Command::Back],
        Stage::Act {
            state: ActState::Doubtful,
            ..
        } => {
            vec![Command::LookAgain, Command::GiveUp, Command::Note, Command::Help]
        }
        Stage::Act { .. } if world.session.waits_for_word => {
            vec![Command::GoOn, Command::Stop, Command::Note, Command::Help]
        }
        Stage::Act { .. } if world.session.has_a_next_call() => {
            vec![
                Command::Stop,
                Command::Note,
                Command::Refresh,
                Command::Back,
                Command::Help,
            ]
        }
        Stage::Act {
            state: ActState::Ready | ActState::Sent | ActState::Settling | ActState::Following,
            ..
        } => {
            vec![Command::Note, Command::Refresh, Command::Back, Command::Help]
        }
        Stage::Verify => vec![
            Command::SignPassed,
            Command::SignFailed,
            Command::SignSkipped,
            Command::Down,
            Command::Note,
            Command::Back,
            Command::Help,
        ],
        Stage::Report if wizard.writing => vec![Command::SettleReport, Command::Back],
        Stage::Report if may_start_again(incident) => vec![
            Command::StartRollback,
            Command::SettleReport,
            Command::WriteReport,
            Command::EditReport,
            Command::Back,
            Command::Help,
        ],
        Stage::Report => vec![
            Command::SettleReport,
            Command::WriteReport,
            Command::EditReport,
            Command::Checklist,
            Command::Back,
            Command::Help,
        ],
        Stage::Done => vec![
            Command::CloseIncident,
            Command::Checklist,
            Command::Back,
            Command::Help,
        ],
        Stage::Abandoned => vec![Command::CloseIncident, Command::Back],
    }
}

/// Whether another rollback may be started from here: this one is over, and it did not help.
pub(in crate::tui) fn may_start_again(incident: &Incident) -> bool {
    let over = match incident.stage {
        Stage::Report | Stage::Done => true,
        Stage::Assess
        | Stage::Scope
        | Stage::Target
        | Stage::Check
        | Stage::Approve
        | Stage::Act { .. }
        | Stage::Verify
        | Stage::Abandoned => false,
    };
    over && !report::went_well(incident)
}
