//! A value that may be compared and never seen.

use std::fmt;

/// The keyed digest of a value that never leaves the place where it arrived, such as an environment variable's.
///
/// The key is made anew in each process and never stored, so two of them tell "the same" or "changed" within one process and
/// nothing else: not the value, and not that it is a value seen elsewhere. It is deliberately neither shown nor serialized.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sealed([u8; 32]);

impl Sealed {
    /// Wraps a digest that is keyed already.
    #[must_use]
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}
