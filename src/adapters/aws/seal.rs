//! Sealing: a value that may be secret becomes a keyed digest here and goes no further.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::domain::Sealed;

/// The key of this process. It is never stored, so that digests of two processes say nothing about each other and a digest
/// that got out could not be tried against a list of likely values.
fn key() -> &'static [u8; 32] {
    static KEY: OnceLock<[u8; 32]> = OnceLock::new();
    KEY.get_or_init(|| {
        let mut hash = Sha256::new();
        // The standard library seeds each thread's first state from the operating system's randomness, 128 bits of it; what
        // a state answers to a fixed question stands for its keys.
        for _ in 0..8_u8 {
            let state = RandomState::new();
            for question in 0..4_u64 {
                let mut hasher = state.build_hasher();
                hasher.write_u64(question);
                hash.update(hasher.finish().to_be_bytes());
            }
        }
        hash.finalize().into()
    })
}

/// Seals a list of parts: a nested keyed hash, with the length of each part before it, so that parts cannot run together.
pub(super) fn seal<'a>(parts: impl IntoIterator<Item = &'a str>) -> Sealed {
    let mut inner = Sha256::new();
    inner.update(key());
    for part in parts {
        inner.update((part.len() as u64).to_be_bytes());
        inner.update(part.as_bytes());
    }
    let mut outer = Sha256::new();
    outer.update(key());
    outer.update(inner.finalize());
    Sealed::new(outer.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_is_the_same_and_parts_do_not_run_together() {
        assert_eq!(seal(["a", "b"]), seal(["a", "b"]));
        assert_ne!(seal(["a", "b"]), seal(["ab"]));
        assert_ne!(seal(["a"]), seal(["b"]));
        assert_ne!(seal([]), seal([""]));
    }

    #[test]
    fn without_the_key_it_is_not_the_digest_of_the_value() {
        let plain: [u8; 32] = Sha256::digest(b"hunter2").into();
        assert_ne!(seal(["hunter2"]), Sealed::new(plain));
    }
}
