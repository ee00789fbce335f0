//! An error that a person can do something about: what, and a hint.

use crate::domain::{Fault, FaultKind, Phrase};
use crate::engine::StartError;

use super::Exit;

/// Why a verb ended without doing what it was asked, in words that are said on stderr.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// What is wrong.
    pub what: Phrase,
    /// What to do about it.
    pub hint: Option<Phrase>,
}

impl Failure {
    /// A failure that ends with `exit`, without a hint yet.
    #[must_use]
    pub const fn new(exit: Exit, what: Phrase) -> Self {
        Self {
            exit,
            what,
            hint: None,
        }
    }

    /// Something on the command line, in the runbook or in the credentials is wrong.
    #[must_use]
    pub const fn usage(what: Phrase) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// Nothing is done, because it may not be.
    #[must_use]
    pub const fn refused(what: Phrase) -> Self {
        Self::new(Exit::Refused, what)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: Phrase) -> Self {
        self.hint = Some(hint);
        self
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let exit = match fault.kind {
            FaultKind::Held => Exit::Refused,
            FaultKind::Denied { .. } | FaultKind::Expired | FaultKind::NoCredentials => Exit::Usage,
            FaultKind::Throttled
            | FaultKind::TimedOut
            | FaultKind::Unreachable
            | FaultKind::NotFound
            | FaultKind::NotOffered
            | FaultKind::Rejected
            | FaultKind::Server
            | FaultKind::Malformed
            | FaultKind::Local
            | FaultKind::NotSent => Exit::Unexpected,
        };
        Self::new(exit, fault.phrase()).hint(fault.hint())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::usage(error.why).hint(error.hint)
    }
}
