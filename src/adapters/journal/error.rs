//! What can go wrong with the journal.

use std::path::PathBuf;

use thiserror::Error;

use crate::domain::{EnvironmentName, Fault, FaultKind, ServiceKey};
use crate::incident::{FoldError, IncidentId};

/// Why the journal could not do what was asked.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The file or its folder could not be made or reached.
    #[error("cannot use {path}: {reason}")]
    Unusable {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file is not a journal, or is of a newer version.
    #[error("{path} is not a journal of this version of modosu ({found})")]
    Foreign {
        /// The path.
        path: PathBuf,
        /// What was found.
        found: String,
    },
    /// A record is damaged. Nothing of the incident is believed.
    #[error("incident {incident}: event {seq} is damaged ({reason})")]
    Damaged {
        /// The incident.
        incident: IncidentId,
        /// The event's place.
        seq: u64,
        /// What does not fit.
        reason: String,
    },
    /// The file as a whole is damaged. Nothing in it is believed.
    #[error("the journal is damaged: {0}")]
    Corrupt(String),
    /// There is no such incident.
    #[error("there is no incident {0}")]
    NoIncident(IncidentId),
    /// The story does not fold.
    #[error(transparent)]
    Story(#[from] FoldError),
    /// A commander in another process holds the service.
    #[error("held by {who} on {host} (process {pid}) until {until}")]
    Held {
        /// Who.
        who: String,
        /// On which host.
        host: String,
        /// In which process.
        pid: u32,
        /// Until when, unless the process ends before.
        until: String,
    },
    /// An incident of the environment and a service is open: a call may have been sent and its end is not recorded.
    #[error(
        "incident {incident} of {environment}/{service} is open, a call of it may be at work; go on with it: modosu resume {incident}"
    )]
    Open {
        /// The incident.
        incident: IncidentId,
        /// Its environment.
        environment: EnvironmentName,
        /// The service that both are about.
        service: ServiceKey,
    },
    /// A damaged incident may be open, as far as its whole events tell.
    #[error("{damage}; it may be open, and a call of it may be at work")]
    MayBeOpen {
        /// The incident.
        incident: IncidentId,
        /// What is wrong with it; names it.
        damage: String,
    },
    /// Another process kept the journal for too long. Nothing was written; it may be tried again.
    #[error("another process keeps the journal busy")]
    Busy,
    /// An earlier write failed; a journal is not written to again after that.
    #[error("an earlier write of the journal failed; nothing more is written to it")]
    Poisoned,
    /// The journal was opened to be read only.
    #[error("read-only: the journal is not written")]
    ReadOnly,
    /// SQLite failed.
    #[error("sqlite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// An event could not be turned into text.
    #[error("event: {0}")]
    Json(#[from] serde_json::Error),
}

impl From<JournalError> for Fault {
    fn from(error: JournalError) -> Self {
        let kind = match &error {
            JournalError::Held { .. } | JournalError::Open { .. } | JournalError::MayBeOpen { .. } => {
                FaultKind::Held
            }
            JournalError::Unusable { .. }
            | JournalError::Foreign { .. }
            | JournalError::Damaged { .. }
            | JournalError::Corrupt(_)
            | JournalError::NoIncident(_)
            | JournalError::Story(_)
            | JournalError::Busy
            | JournalError::Poisoned
            | JournalError::ReadOnly
            | JournalError::Sqlite(_)
            | JournalError::Json(_) => FaultKind::Local,
        };
        Self::new(kind, "journal", &error.to_string())
    }
}
