//! F0, what the team configured: typed, validated, unknown keys refused.
//!
//! This room does not know where the file lies or who asked for it: it turns text into a [`Runbook`] or into an error with
//! file, line, what and a hint.

mod channel;
mod error;
mod lookup;
mod model;
mod outside;
mod parse;
mod unknown;
mod validate;

pub use channel::Channel;
pub use error::RunbookError;
pub use lookup::{built_in, built_in_names, json_schema};
pub use model::{
    AppliedMigrations, Check, CheckKind, CheckList, Checks, Contact, Criterion, Database, Environment,
    Github, GithubInputs, History, Language, LatencyStatistic, Localized, Prisma, Runbook, Service,
    Timeliness, Timing,
};
pub use parse::parse;

use lookup::{ENVIRONMENT, zone};
