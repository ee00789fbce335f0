//! What went wrong, classified once, with a hint that the operator can act on.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Clean, Phrase};

/// The kind of a failure: what a person or the engine would do differently about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The caller may not do this; `action` is the IAM action that is missing, such as `ecs:DescribeServices`.
    Denied {
        /// The IAM action.
        action: Clean,
    },
    /// The credentials have expired.
    Expired,
    /// There are no credentials, or none that can be used.
    NoCredentials,
    /// The service asked for fewer calls.
    Throttled,
    /// No answer in time. For a write this says nothing about whether it happened.
    TimedOut,
    /// No connection, or it broke. For a write this says nothing about whether it happened, unless it never left.
    Unreachable,
    /// The thing asked for is not there.
    NotFound,
    /// The endpoint does not offer this operation (an emulator, an older API).
    NotOffered,
    /// The service refused the request as wrong; nothing was done.
    Rejected,
    /// The service failed (5xx). For a write this says nothing about whether it happened.
    Server,
    /// The answer could not be understood.
    Malformed,
    /// Another commander holds what was asked for.
    Held,
    /// Something on this machine: a file, the journal, a refused address.
    Local,
    /// What a write needs could not be read, or was not as approved; the call that changes something was not sent.
    NotSent,
}

/// A classified failure of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What kind it is.
    pub kind: FaultKind,
    /// The operation, such as `ecs.DescribeServices` or `health.get`.
    pub operation: String,
    /// What the other side said, cleaned: error code and message.
    pub detail: Clean,
}

impl Fault {
    /// A fault of `operation`.
    #[must_use]
    pub fn new(kind: FaultKind, operation: &str, detail: &str) -> Self {
        Self {
            kind,
            operation: operation.to_owned(),
            detail: Clean::new(detail),
        }
    }

    /// Whether a write that failed this way certainly did nothing.
    #[must_use]
    pub fn certainly_not_done(&self) -> bool {
        match &self.kind {
            FaultKind::Denied { .. }
            | FaultKind::Expired
            | FaultKind::NoCredentials
            | FaultKind::Throttled
            | FaultKind::NotFound
            | FaultKind::NotOffered
            | FaultKind::Rejected
            | FaultKind::Held
            | FaultKind::Local
            | FaultKind::NotSent => true,
            FaultKind::TimedOut | FaultKind::Unreachable | FaultKind::Server | FaultKind::Malformed => false,
        }
    }

    /// What happened, as a sentence.
    #[must_use]
    pub fn phrase(&self) -> Phrase {
        let id = match &self.kind {
            FaultKind::Denied { .. } => "fault-denied",
            FaultKind::Expired => "fault-expired",
            FaultKind::NoCredentials => "fault-no-credentials",
            FaultKind::Throttled if self.of_github() => "fault-github-throttled",
            FaultKind::Throttled => "fault-throttled",
            FaultKind::TimedOut => "fault-timed-out",
            FaultKind::Unreachable => "fault-unreachable",
            FaultKind::NotFound => "fault-not-found",
            FaultKind::NotOffered => "fault-not-offered",
            FaultKind::Rejected => "fault-rejected",
            FaultKind::Server => "fault-server",
            FaultKind::Malformed => "fault-malformed",
            FaultKind::Held => "fault-held",
            FaultKind::Local => "fault-local",
            FaultKind::NotSent => "fault-not-sent",
        };
        Phrase::new(id)
            .text("operation", &self.operation)
            .text("detail", &self.detail)
    }

    /// What the operator can do about it.
    #[must_use]
    pub fn hint(&self) -> Phrase {
        if let Some(hint) = self.github_hint() {
            return hint;
        }
        match &self.kind {
            FaultKind::Denied { action } => Phrase::new("hint-denied").text("action", action),
            FaultKind::Expired => Phrase::new("hint-expired"),
            FaultKind::NoCredentials => Phrase::new("hint-no-credentials"),
            FaultKind::Throttled => Phrase::new("hint-throttled"),
            FaultKind::TimedOut => Phrase::new("hint-timed-out"),
            FaultKind::Unreachable => Phrase::new("hint-unreachable"),
            FaultKind::NotFound => Phrase::new("hint-not-found"),
            FaultKind::NotOffered => Phrase::new("hint-not-offered"),
            FaultKind::Rejected => Phrase::new("hint-rejected"),
            FaultKind::Server => Phrase::new("hint-server"),
            FaultKind::Malformed => Phrase::new("hint-malformed"),
            FaultKind::Held => Phrase::new("hint-held"),
            FaultKind::Local => Phrase::new("hint-local"),
            FaultKind::NotSent => Phrase::new("hint-not-sent"),
        }
    }
}

impl Fault {
    /// Whether GitHub was asked and not AWS: its credentials, permissions and limits are other ones.
    fn of_github(&self) -> bool {
        self.operation.starts_with("github.")
    }

    fn github_hint(&self) -> Option<Phrase> {
        if !self.of_github() {
            return None;
        }
        match &self.kind {
            FaultKind::Expired | FaultKind::NoCredentials => Some(Phrase::new("hint-github-token")),
            FaultKind::Denied { action } => Some(Phrase::new("hint-github-denied").text("action", action)),
            FaultKind::NotFound => Some(Phrase::new("hint-github-not-found")),
            FaultKind::Throttled => Some(Phrase::new("hint-github-throttled")),
            FaultKind::Server => Some(Phrase::new("hint-github-server")),
            FaultKind::Malformed | FaultKind::NotOffered => Some(Phrase::new("hint-github-api")),
            FaultKind::TimedOut
            | FaultKind::Unreachable
            | FaultKind::Rejected
            | FaultKind::Held
            | FaultKind::Local
            | FaultKind::NotSent => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.detail)
    }
}

impl std::error::Error for Fault {}
