//! Moments and lengths of time as people read them.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Words;
use crate::domain::Phrase;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl Words {
    /// `HH:MM:SS` and the zone, such as `14:05:12 JST`.
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> String {
        show(at, self.time_zone(), "%H:%M:%S %Z")
    }

    /// `HH:MM`, such as `14:05`.
    #[must_use]
    pub fn hm(&self, at: Timestamp) -> String {
        show(at, self.time_zone(), "%H:%M")
    }

    /// `YYYY-MM-DD HH:MM` and the zone, such as `2026-11-23 14:05 JST`: the form of the history and the report
    /// (contract, "Files").
    #[must_use]
    pub fn date_time(&self, at: Timestamp) -> String {
        show(at, self.time_zone(), "%Y-%m-%d %H:%M %Z")
    }

    /// A length of time to the second under an hour, `1:48`, and rounded down to what matters above: `2 h 05 m`, `9 d 2 h`.
    #[must_use]
    pub fn countdown(&self, length: Duration) -> String {
        let seconds = length.as_secs();
        if seconds < HOUR {
            format!("{}:{:02}", seconds / MINUTE, seconds % MINUTE)
        } else {
            self.long(seconds)
        }
    }

    /// A length of time in one unit under an hour, `48 s` or `4 min`, and as `countdown` above. Rounded down.
    #[must_use]
    pub fn span(&self, length: Duration) -> String {
        let seconds = length.as_secs();
        if seconds < MINUTE {
            self.say(&Phrase::new("span-seconds").text("seconds", seconds))
        } else if seconds < HOUR {
            self.say(&Phrase::new("span-minutes").text("minutes", seconds / MINUTE))
        } else {
            self.long(seconds)
        }
    }

    fn long(&self, seconds: u64) -> String {
        let (days, hours) = (seconds / DAY, seconds % DAY / HOUR);
        if days == 0 {
            let minutes = format!("{:02}", seconds % HOUR / MINUTE);
            self.say(
                &Phrase::new("span-hours")
                    .text("hours", hours)
                    .text("minutes", minutes),
            )
        } else if hours == 0 {
            self.say(&Phrase::new("span-days").text("days", days))
        } else {
            self.say(
                &Phrase::new("span-days-hours")
                    .text("days", days)
                    .text("hours", hours),
            )
        }
    }
}

fn show(at: Timestamp, zone: &TimeZone, format: &str) -> String {
    at.to_zoned_datetime(zone.clone()).strftime(format).to_string()
}
