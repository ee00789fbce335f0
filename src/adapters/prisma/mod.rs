//! The state of a database's migrations, as `prisma migrate status` tells it (Prisma CLI 6.19).
//!
//! The team's own command is run in its own folder and what it prints is read by pure functions; nothing here speaks to a
//! database. The command calls a database that is merely ahead of the folder "up to date", and tells of failed migrations
//! only when none is pending (both observed with 6.19.3). Where the command is Prisma's own it is therefore run again beside
//! folders of migrations that modosu lays out itself (`survey`): that makes it list everything that the database has.
//! This room does not know which migrations matter for a rollback; `rollback::preflight` judges.

mod command;
mod drill;
mod folder;
mod print;
mod survey;

use crate::domain::Migrations;

pub use command::StatusCommand;
pub use drill::status_in_drill;

/// Runs the team's status command and says what it told. Every failure is a state: unreachable, or unreadable in words that
/// a person can act on.
pub async fn status(command: &StatusCommand) -> Migrations {
    survey::of_command(command).await
}
