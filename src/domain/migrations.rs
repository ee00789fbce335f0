//! The state of a database's migrations, as the team's status command tells it.

use jiff::Timestamp;

use super::{Clean, Phrase};

/// What the status command says (Prisma CLI, `prisma migrate status`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// Every migration of the folder is applied.
    UpToDate,
    /// These are in the folder and not applied.
    Pending(Vec<Clean>),
    /// These failed half-way.
    Failed(Vec<Clean>),
    /// Folder and database each have migrations that the other has not.
    Diverged {
        /// Only in the folder.
        pending: Vec<Clean>,
        /// Only in the database.
        ahead: Vec<Clean>,
    },
    /// These are in the database and not in the folder: the code is older than the schema.
    DatabaseAhead(Vec<Clean>),
    /// The database was not reached; in the command's words.
    Unreachable(Clean),
    /// The database has tables and no table of migrations: it was never under Prisma's care, or is another one.
    NotManaged,
    /// The command said something else, or could not be started; its last line.
    Unreadable(Clean),
}

/// A migration by its folder's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The whole name, such as `20261124093000_drop_answers`.
    pub name: Clean,
    /// When it was written, as its name says (Prisma puts the UTC time in front).
    pub written_at: Option<Timestamp>,
    /// Whether it is applied in the database, where that is told.
    pub applied: Option<bool>,
}

/// What is known of the migrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrations {
    /// What the command says.
    pub state: MigrationState,
    /// Every migration that the folder or the database has, oldest first.
    pub known: Vec<Migration>,
    /// Whether the database's own list was read. The status command calls a database that is merely ahead of the folder
    /// "up to date" (Prisma CLI 6.19, observed), so without that list a newer migration may be hidden.
    pub whole: bool,
    /// The command as it was run.
    pub command: Clean,
}

impl Migrations {
    /// The state, as a sentence.
    #[must_use]
    pub fn phrase(&self) -> Phrase {
        let names = |list: &[Clean]| list.iter().map(Clean::as_str).collect::<Vec<_>>().join(", ");
        match &self.state {
            MigrationState::UpToDate => Phrase::new("migrations-up-to-date"),
            MigrationState::Pending(list) => Phrase::new("migrations-pending").text("names", names(list)),
            MigrationState::Failed(list) => Phrase::new("migrations-failed").text("names", names(list)),
            MigrationState::Diverged { pending, ahead } => Phrase::new("migrations-diverged")
                .text("pending", names(pending))
                .text("ahead", names(ahead)),
            MigrationState::DatabaseAhead(list) => Phrase::new("migrations-ahead").text("names", names(list)),
            MigrationState::Unreachable(detail) => {
                Phrase::new("migrations-unreachable").text("detail", detail)
            }
            MigrationState::NotManaged => Phrase::new("migrations-not-managed"),
            MigrationState::Unreadable(detail) => Phrase::new("migrations-unreadable").text("detail", detail),
        }
    }
}
