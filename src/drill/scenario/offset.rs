//! Moments in a scenario are offsets from its anchor: the whole minute in which the drill starts.

use jiff::Timestamp;
use serde::Deserialize;

use crate::drill::time::after;

/// An offset such as `-9d 2h`, `-3m 45s`, `+90s` or `0s`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Offset {
    seconds: f64,
}

impl Offset {
    /// The moment that it names, counted from the anchor.
    pub(crate) fn from(self, anchor: Timestamp) -> Timestamp {
        after(anchor, self.seconds)
    }

    /// Whether it lies before another one.
    pub(crate) fn before(self, other: Self) -> bool {
        self.seconds < other.seconds
    }
}

impl TryFrom<String> for Offset {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = || format!("'{text}' is no offset: write it like \"-9d 2h\", \"-3m 45s\" or \"+90s\"");
        let (sign, amount) = match text.trim().split_at_checked(1) {
            Some(("-", rest)) => (-1.0, rest),
            Some(("+", rest)) => (1.0, rest),
            _ => (1.0, text.trim()),
        };
        let mut seconds = 0.0;
        let mut parts = 0;
        for part in amount.split_whitespace() {
            let unit = part.chars().last().ok_or_else(wrong)?;
            let number: f64 = part[..part.len() - unit.len_utf8()]
                .parse()
                .map_err(|_| wrong())?;
            if !number.is_finite() || number < 0.0 {
                return Err(wrong());
            }
            seconds += number
                * match unit {
                    'd' => 86_400.0,
                    'h' => 3_600.0,
                    'm' => 60.0,
                    's' => 1.0,
                    _ => return Err(wrong()),
                };
            parts += 1;
        }
        if parts == 0 {
            Err(wrong())
        } else {
            Ok(Self {
                seconds: sign * seconds,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_in_days_hours_minutes_and_seconds() {
        let read = |text: &str| Offset::try_from(text.to_owned()).map(|offset| offset.seconds);
        assert_eq!(read("-9d 2h"), Ok(-784_800.0));
        assert_eq!(read("-3m 45s"), Ok(-225.0));
        assert_eq!(read("+90s"), Ok(90.0));
        assert_eq!(read("0s"), Ok(0.0));
        for wrong in ["", "-", "5", "m", "-3x", "3m -5s", "-1m nan"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
