//! Arithmetic on moments that cannot panic: it stops at the ends of time instead.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// One minute, the grain of the load balancer's metrics.
pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// AWS stamps with its clock and we with ours; up to this far apart they are taken to agree.
pub(super) const CLOCK_DIFFERENCE: Duration = Duration::from_secs(5 * 60);

/// `at` and then `length`.
pub(super) fn plus(at: Timestamp, length: Duration) -> Timestamp {
    SignedDuration::try_from(length)
        .ok()
        .and_then(|length| at.checked_add(length).ok())
        .unwrap_or(Timestamp::MAX)
}

/// `length` before `at`.
pub(super) fn minus(at: Timestamp, length: Duration) -> Timestamp {
    SignedDuration::try_from(length)
        .ok()
        .and_then(|length| at.checked_sub(length).ok())
        .unwrap_or(Timestamp::MIN)
}

/// How long it is from `from` to `until`; nothing when `until` is not later.
pub(super) fn between(from: Timestamp, until: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(from)).unwrap_or_default()
}

/// When a minute must have begun to be complete in a series that was read at `as_of`: what a reading shows of a minute that
/// was not over then is a part of it, and stays a part however long ago that is now.
pub(super) fn complete_until(as_of: Timestamp) -> Timestamp {
    minus(as_of, MINUTE)
}

/// The first whole minute that begins at `at` or after it.
pub(super) fn next_whole_minute(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    let whole = at.subsec_nanosecond() == 0 && second.rem_euclid(60) == 0;
    let floor = second.saturating_sub(second.rem_euclid(60));
    let begin = if whole { second } else { floor.saturating_add(60) };
    Timestamp::from_second(begin).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_minutes_are_found_at_and_after_a_moment() {
        for (at, expected) in [
            ("2026-11-23T05:02:00Z", "2026-11-23T05:02:00Z"),
            ("2026-11-23T05:02:00.1Z", "2026-11-23T05:03:00Z"),
            ("2026-11-23T05:02:59Z", "2026-11-23T05:03:00Z"),
            ("1969-12-31T23:58:30Z", "1969-12-31T23:59:00Z"),
        ] {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(next_whole_minute(at), expected.parse::<Timestamp>().unwrap());
        }
    }

    #[test]
    fn the_ends_of_time_are_ends() {
        assert_eq!(plus(Timestamp::MAX, MINUTE), Timestamp::MAX);
        assert_eq!(minus(Timestamp::MIN, MINUTE), Timestamp::MIN);
        assert_eq!(between(Timestamp::MAX, Timestamp::MIN), Duration::ZERO);
    }
}
