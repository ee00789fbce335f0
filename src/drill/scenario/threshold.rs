//! How many failed tasks the circuit breaker bears: `thresholdConfiguration` of ECS.

use serde::Deserialize;

/// The three kinds of a threshold, each with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(
    tag = "type",
    content = "value",
    rename_all = "kebab-case",
    deny_unknown_fields
)]
pub(crate) enum Threshold {
    /// Percent of the desired tasks, but from 3 to 200 tasks.
    BoundedPercent(u32),
    /// Percent of the desired tasks.
    UnboundedPercent(u32),
    /// So many tasks.
    Count(u32),
}

impl Default for Threshold {
    fn default() -> Self {
        Self::BoundedPercent(50)
    }
}

impl Threshold {
    /// Failed tasks that trip the breaker of a service which wants so many. Below one there is no threshold.
    pub(crate) fn of(self, desired: u32) -> u32 {
        let share = |percent: u32| {
            let tasks = (u64::from(desired) * u64::from(percent)).div_ceil(100);
            u32::try_from(tasks).unwrap_or(u32::MAX)
        };
        match self {
            Self::BoundedPercent(percent) => share(percent).clamp(3, 200),
            Self::UnboundedPercent(percent) => share(percent).max(1),
            Self::Count(count) => count.max(1),
        }
    }

    /// `type` on the wire.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::BoundedPercent(_) => "BOUNDED_PERCENT",
            Self::UnboundedPercent(_) => "UNBOUNDED_PERCENT",
            Self::Count(_) => "COUNT",
        }
    }

    /// `value` on the wire.
    pub(crate) fn value(self) -> u32 {
        match self {
            Self::BoundedPercent(value) | Self::UnboundedPercent(value) | Self::Count(value) => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_bounded_unless_it_says_otherwise() {
        for (threshold, desired, failures) in [
            (Threshold::default(), 1, 3),
            (Threshold::default(), 4, 3),
            (Threshold::default(), 7, 4),
            (Threshold::default(), 10, 5),
            (Threshold::default(), 1_000, 200),
            (Threshold::UnboundedPercent(50), 1, 1),
            (Threshold::UnboundedPercent(50), 1_000, 500),
            (Threshold::UnboundedPercent(25), 4, 1),
            (Threshold::Count(7), 4, 7),
            (Threshold::Count(0), 4, 1),
        ] {
            assert_eq!(threshold.of(desired), failures, "{threshold:?} of {desired}");
        }
    }
}
