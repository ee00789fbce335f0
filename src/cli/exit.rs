//! The exit codes, in one place.

use std::process::ExitCode;

use crate::rollback::{Outcome, Verdict};

/// How a modosu process ends, towards whoever started it (contract, "Exit codes").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, or: no criterion is met.
    Done,
    /// Something that should not happen.
    Unexpected,
    /// The command line, the runbook or the credentials are wrong.
    Usage,
    /// Preflight forbids the plan, or there is no plan.
    Blocked,
    /// Nothing was done: read-only, a wrong or stale approval, or an incident that is open already.
    Refused,
    /// The rollback ended, but not on its target.
    Elsewhere,
    /// The rollback did not end in time.
    TimedOut,
    /// Verification failed.
    NotVerified,
    /// It cannot be told what happened; a person must decide.
    OutcomeUnknown,
    /// At least one criterion is met.
    CriteriaMet,
    /// It cannot be told whether a criterion is met, or whether the rollback helped.
    CannotTell,
    /// Ended by SIGINT.
    Interrupted,
    /// Ended by SIGTERM.
    Terminated,
}

impl Exit {
    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unexpected => 1,
            Self::Usage => 2,
            Self::Blocked => 3,
            Self::Refused => 4,
            Self::Elsewhere => 5,
            Self::TimedOut => 6,
            Self::NotVerified => 7,
            Self::OutcomeUnknown => 8,
            Self::CriteriaMet => 10,
            Self::CannotTell => 11,
            // By the shell's convention, 128 and the number of the signal.
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl From<Outcome> for Exit {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::OnTarget => Self::Done,
            Outcome::Refused => Self::Refused,
            Outcome::Elsewhere | Outcome::Failed => Self::Elsewhere,
            Outcome::TimedOut => Self::TimedOut,
            Outcome::Unknown => Self::OutcomeUnknown,
        }
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Hold => Self::Done,
            Verdict::RollBack => Self::CriteriaMet,
            Verdict::Unknown => Self::CannotTell,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_and_verdicts_end_with_the_contracts_numbers() {
        let outcomes = [
            (Outcome::OnTarget, 0),
            (Outcome::Refused, 4),
            (Outcome::Elsewhere, 5),
            (Outcome::Failed, 5),
            (Outcome::TimedOut, 6),
            (Outcome::Unknown, 8),
        ];
        for (outcome, code) in outcomes {
            assert_eq!(Exit::from(outcome).code(), code, "{outcome:?}");
        }
        let verdicts = [
            (Verdict::Hold, 0),
            (Verdict::RollBack, 10),
            (Verdict::Unknown, 11),
        ];
        for (verdict, code) in verdicts {
            assert_eq!(Exit::from(verdict).code(), code, "{verdict:?}");
        }
    }
}
