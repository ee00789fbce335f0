//! The right to write.

use serde::{Deserialize, Serialize};

/// Whether this modosu may change anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Approved plans are applied.
    Full,
    /// Nothing is ever written: no permit exists in this process.
    ReadOnly,
}

/// The right to write to the world. Every writer (AWS, the history file) is made from one; in read-only mode there is none
/// to make it from. It cannot be cloned, stored or forged.
#[derive(Debug)]
pub struct WritePermit {
    _sealed: (),
}

impl WritePermit {
    /// Grants the permit, or not. Called in exactly one place, `engine::start`; a test sees to it.
    #[must_use]
    pub fn grant(mode: Mode) -> Option<Self> {
        match mode {
            Mode::Full => Some(Self { _sealed: () }),
            Mode::ReadOnly => None,
        }
    }

    /// A permit for the tests of writers.
    #[cfg(test)]
    pub(crate) const fn for_tests() -> Self {
        Self { _sealed: () }
    }
}
