//! Chance without a history: every draw is a pure function of the seed, a topic and a number.
//!
//! A shared generator would make an answer depend on how often somebody looked before. Here looking changes nothing.

use std::fmt::Write as _;

use fastrand::Rng;
use sha2::{Digest, Sha256};

/// The seed of a drill.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chance {
    seed: u64,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// A generator for one topic and number; FNV-1a keeps topics apart, and the generator mixes the rest.
    fn stream(self, topic: &str, number: u64) -> Rng {
        let mut key = 0xcbf2_9ce4_8422_2325_u64 ^ self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in topic.bytes().chain(number.to_le_bytes()) {
            key = (key ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let mut rng = Rng::with_seed(key ^ (key >> 31));
        rng.u64(..);
        rng
    }

    /// Evenly from 0 to 1.
    pub(crate) fn unit(self, topic: &str, number: u64) -> f64 {
        self.stream(topic, number).f64()
    }

    /// Evenly between two bounds.
    pub(crate) fn between(self, topic: &str, number: u64, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit(topic, number)
    }

    /// Roughly normal with mean 0 and deviation 1 (twelve even draws), never beyond six.
    pub(crate) fn normal(self, topic: &str, number: u64) -> f64 {
        let mut rng = self.stream(topic, number);
        (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0
    }

    /// A count with the given mean: Poisson where counts are small, a little spread around the mean where they are large.
    pub(crate) fn count(self, topic: &str, number: u64, mean: f64) -> f64 {
        if mean <= 0.0 {
            return 0.0;
        }
        if mean > 12.0 {
            // A narrow spread keeps a rate recognisable from minute to minute.
            return (mean * (1.0 + 0.03 * self.normal(topic, number)))
                .round()
                .max(0.0);
        }
        let mut rng = self.stream(topic, number);
        let (limit, mut product, mut count) = ((-mean).exp(), rng.f64(), 0.0);
        while product > limit {
            product *= rng.f64();
            count += 1.0;
        }
        count
    }

    /// Lower-case hexadecimal digits.
    pub(crate) fn hex(self, topic: &str, number: u64, length: usize) -> String {
        self.letters(topic, number, length, b"0123456789abcdef")
    }

    /// Decimal digits that do not begin with zero, as in `ecs-svc/…` and service revision ids.
    pub(crate) fn digits(self, topic: &str, number: u64, length: usize) -> String {
        let rest = self.letters(topic, number, length.saturating_sub(1), b"0123456789");
        let first = char::from(b'1' + (self.unit(topic, number) * 8.9) as u8);
        format!("{first}{rest}")
    }

    /// Letters of URL-safe base 64, as in service deployment ids and tokens.
    pub(crate) fn token(self, topic: &str, number: u64, length: usize) -> String {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        self.letters(topic, number, length, alphabet)
    }

    /// The usual shape of a UUID.
    pub(crate) fn uuid(self, topic: &str, number: u64) -> String {
        let hex = self.hex(topic, number, 32);
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }

    /// A digest for a thing with this name.
    pub(crate) fn digest(self, name: &str) -> String {
        let sum = Sha256::digest(format!("{} {name}", self.seed));
        sum.iter().fold(String::from("sha256:"), |mut text, byte| {
            // Writing into a String cannot fail.
            write!(text, "{byte:02x}").unwrap_or_default();
            text
        })
    }

    fn letters(self, topic: &str, number: u64, length: usize, alphabet: &[u8]) -> String {
        let mut rng = self.stream(topic, number);
        (0..length)
            .map(|_| char::from(alphabet[rng.usize(..alphabet.len())]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_has_the_same_answer_and_others_differ() {
        let chance = Chance::new(7);
        assert_eq!(chance.hex("task", 1, 32), chance.hex("task", 1, 32));
        assert_ne!(chance.hex("task", 1, 32), chance.hex("task", 2, 32));
        assert_ne!(chance.hex("task", 1, 32), Chance::new(8).hex("task", 1, 32));
        assert_ne!(chance.hex("task", 1, 32), chance.hex("ksat", 1, 32));
        assert_eq!(chance.digits("deployment", 3, 19).len(), 19);
        assert!(!chance.digits("deployment", 3, 19).starts_with('0'));
        assert_eq!(chance.digest("image").len(), "sha256:".len() + 64);
    }

    #[test]
    fn counts_keep_their_mean() {
        let chance = Chance::new(1);
        for mean in [0.3, 4.0, 120.0] {
            let total: f64 = (0..4000).map(|n| chance.count("errors", n, mean)).sum();
            let seen = total / 4000.0;
            assert!(
                (seen - mean).abs() < mean * 0.1 + 0.02,
                "mean {mean}, seen {seen}"
            );
        }
        assert!(chance.count("errors", 1, 0.0).abs() < f64::EPSILON);
    }
}
