//! F0, what the team configured: typed, validated, unknown keys refused.
//!
//! This room does not know where the file lies or who asked for it: it turns text into a [`Runbook`] or into an error with
//! file, line, what and a hint.

mod model;

pub use model::{
    Channel, Check, CheckKind, CheckList, Checks, Contact, Criterion, Database, Environment, Github,
    GithubInputs, History, Language, LatencyStatistic, Localized, Prisma, Runbook, Service, Timeliness,
    Timing,
};
