//! Small steps from the SDK's types to ours.

use std::collections::HashSet;

use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::domain::{Clean, Fault, FaultKind, InvalidId};

/// A fault for an answer in which `field` is not what it should be.
pub(super) fn malformed(operation: &str, field: &str, why: &str) -> Fault {
    Fault::new(FaultKind::Malformed, operation, &format!("{field}: {why}"))
}

/// Parses a field that must be there.
pub(super) fn id<T>(operation: &str, field: &str, text: Option<&str>) -> Result<T, Fault>
where
    T: TryFrom<String, Error = InvalidId>,
{
    let text = text.ok_or_else(|| malformed(operation, field, "is missing"))?;
    T::try_from(text.to_owned()).map_err(|error| malformed(operation, field, &error.to_string()))
}

/// Parses a field that may be absent, but must be right when it is there.
pub(super) fn optional_id<T>(operation: &str, field: &str, text: Option<&str>) -> Result<Option<T>, Fault>
where
    T: TryFrom<String, Error = InvalidId>,
{
    text.filter(|text| !text.is_empty())
        .map(|text| id(operation, field, Some(text)))
        .transpose()
}

/// A moment. One that is out of range is as good as absent.
pub(super) fn time(at: Option<&DateTime>) -> Option<Timestamp> {
    let at = at?;
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}

/// A count. AWS's are never negative; a broken endpoint's become zero.
pub(super) fn count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or_default()
}

/// Text that may be absent or empty.
pub(super) fn clean(text: Option<&str>) -> Option<Clean> {
    text.filter(|text| !text.is_empty()).map(Clean::new)
}

/// Follows page tokens without ever going round in circles.
pub(super) struct Pages {
    seen: HashSet<String>,
    left: usize,
}

impl Pages {
    /// At most `limit` pages.
    pub(super) fn up_to(limit: usize) -> Self {
        Self {
            seen: HashSet::new(),
            left: limit.saturating_sub(1),
        }
    }

    /// The token of the next page, unless this was the last one, the limit is reached, or the endpoint repeats itself.
    pub(super) fn next(&mut self, token: Option<&str>) -> Option<String> {
        let token = token.filter(|token| !token.is_empty())?;
        if self.left == 0 || !self.seen.insert(token.to_owned()) {
            return None;
        }
        self.left -= 1;
        Some(token.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_end() {
        let mut pages = Pages::up_to(3);
        assert_eq!(pages.next(Some("a")).as_deref(), Some("a"));
        assert_eq!(pages.next(Some("a")), None, "a repeated token");
        assert_eq!(pages.next(Some("b")).as_deref(), Some("b"));
        assert_eq!(pages.next(Some("c")), None, "the limit");
        assert_eq!(Pages::up_to(3).next(None), None);
        assert_eq!(Pages::up_to(3).next(Some("")), None);
    }
}
