//! A fact with an age.

use std::time::Duration;

use jiff::Timestamp;

use super::Fault;

/// What is known of one subject: the last good reading and when it was taken, and the last failure if it came later.
///
/// A failure never erases the reading before it; it makes it old, visibly.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed<T> {
    reading: Option<(T, Timestamp)>,
    failure: Option<(Fault, Timestamp)>,
}

/// How far a reading can be trusted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Nothing has been heard yet.
    Waiting,
    /// Read within the time allowed for it, and nothing has failed since.
    Fresh,
    /// There is a reading, but it is older than allowed or a later attempt failed.
    Stale,
    /// There is no reading, only a failure.
    Failed,
}

impl<T> Default for Observed<T> {
    fn default() -> Self {
        Self {
            reading: None,
            failure: None,
        }
    }
}

impl<T> Observed<T> {
    /// A reading taken at `at`.
    pub fn known(value: T, at: Timestamp) -> Self {
        Self {
            reading: Some((value, at)),
            failure: None,
        }
    }

    /// Takes in a newer result. One that is older than what is known is dropped.
    pub fn take(&mut self, result: Result<T, Fault>, at: Timestamp) {
        match result {
            Ok(value) => {
                if self.reading.as_ref().is_none_or(|(_, then)| *then <= at) {
                    self.reading = Some((value, at));
                    if self.failure.as_ref().is_some_and(|(_, then)| *then <= at) {
                        self.failure = None;
                    }
                }
            }
            Err(fault) => {
                if self.reading.as_ref().is_none_or(|(_, then)| *then <= at) {
                    self.failure = Some((fault, at));
                }
            }
        }
    }

    /// Takes in a newer good result that adds to the reading before it, in place.
    pub fn fold(&mut self, at: Timestamp, add: impl FnOnce(&mut T))
    where
        T: Default,
    {
        let mut value = self.reading.take().map(|(value, _)| value).unwrap_or_default();
        add(&mut value);
        self.take(Ok(value), at);
    }

    /// The last good reading, whatever its age.
    pub fn value(&self) -> Option<&T> {
        self.reading.as_ref().map(|(value, _)| value)
    }

    /// The last good reading, to be changed in place.
    pub fn value_mut(&mut self) -> Option<&mut T> {
        self.reading.as_mut().map(|(value, _)| value)
    }

    /// When the last good reading was taken.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.reading.as_ref().map(|(_, at)| *at)
    }

    /// The failure that came after the last good reading, if any.
    pub fn fault(&self) -> Option<&Fault> {
        self.failure.as_ref().map(|(fault, _)| fault)
    }

    /// When the failure that came after the last good reading was met.
    pub fn failed_at(&self) -> Option<Timestamp> {
        self.failure.as_ref().map(|(_, at)| *at)
    }

    /// Whether an attempt at `since` or later has answered or failed.
    pub fn is_heard_since(&self, since: Timestamp) -> bool {
        self.failed_at().is_some_and(|at| at >= since) || self.as_of().is_some_and(|at| at >= since)
    }

    /// How old the last good reading is at `now`.
    pub fn age(&self, now: Timestamp) -> Option<Duration> {
        self.as_of()
            .map(|at| Duration::try_from(now.duration_since(at)).unwrap_or_default())
    }

    /// How far to trust the reading at `now`, when it may be `allowed` old.
    pub fn freshness(&self, now: Timestamp, allowed: Duration) -> Freshness {
        match (self.age(now), &self.failure) {
            (None, None) => Freshness::Waiting,
            (None, Some(_)) => Freshness::Failed,
            (Some(_), Some(_)) => Freshness::Stale,
            (Some(age), None) if age > allowed => Freshness::Stale,
            (Some(_), None) => Freshness::Fresh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::FaultKind;
    use super::*;

    fn second(n: i64) -> Timestamp {
        Timestamp::from_second(n).unwrap()
    }

    #[test]
    fn what_was_met_before_is_not_heard_since() {
        let fault = || Err::<u8, _>(Fault::new(FaultKind::Throttled, "x", "x"));
        let mut observed = Observed::default();
        assert!(!observed.is_heard_since(second(0)));
        observed.take(fault(), second(4));
        assert_eq!(observed.failed_at(), Some(second(4)));
        assert!(observed.is_heard_since(second(4)) && !observed.is_heard_since(second(5)));
        observed.take(Ok(1), second(6));
        assert_eq!(observed.failed_at(), None);
        assert!(observed.is_heard_since(second(6)) && !observed.is_heard_since(second(7)));
        observed.take(fault(), second(8));
        assert!(observed.is_heard_since(second(8)) && !observed.is_heard_since(second(9)));
    }
}
