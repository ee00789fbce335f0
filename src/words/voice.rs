//! A language and a time zone, and how a phrase is said in them.

use std::borrow::Cow;
use std::time::Duration;

use fluent_templates::fluent_bundle::types::FluentNumber;
use fluent_templates::fluent_bundle::{FluentArgs, FluentValue};
use jiff::tz::TimeZone;

use super::{Lang, bundle};
use crate::domain::{Arg, CriterionId, Freshness, Mode, Phrase, Severity};

/// The reader's language and the time zone that moments are shown in.
#[derive(Clone, Debug)]
pub struct Words {
    lang: Lang,
    zone: TimeZone,
}

impl Words {
    /// Words in `lang`, moments in `zone`.
    #[must_use]
    pub const fn new(lang: Lang, zone: TimeZone) -> Self {
        Self { lang, zone }
    }

    /// The language.
    #[must_use]
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// The time zone.
    #[must_use]
    pub const fn time_zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The phrase as text. A message that does not exist shows as its id in ⟦brackets⟧.
    #[must_use]
    pub fn say(&self, phrase: &Phrase) -> String {
        self.try_say(phrase).unwrap_or_else(|text| text)
    }

    /// The message `id`, which takes no values.
    #[must_use]
    pub fn get(&self, id: &'static str) -> String {
        self.say(&Phrase::new(id))
    }

    /// The phrase as text.
    ///
    /// # Errors
    /// The text as `say` gives it, when the message or one of its values is missing, here or in a phrase inside.
    pub fn try_say(&self, phrase: &Phrase) -> Result<String, String> {
        let mut args = FluentArgs::new();
        let mut whole = true;
        for (name, arg) in &phrase.args {
            args.set(name.as_ref(), self.value(arg, &mut whole));
        }
        match bundle::format(self.lang, &phrase.id, &args) {
            Some(said) if whole && said.complete => Ok(said.text),
            Some(said) => Err(said.text),
            None => Err(format!("⟦{}⟧", phrase.id)),
        }
    }

    fn value(&self, arg: &Arg, whole: &mut bool) -> FluentValue<'static> {
        match arg {
            Arg::Text(text) => FluentValue::String(Cow::Owned(text.clone())),
            Arg::Number(number) => number_value(*number),
            Arg::Time(at) => FluentValue::String(Cow::Owned(self.hm(*at))),
            Arg::Seconds(seconds) => {
                FluentValue::String(Cow::Owned(self.countdown(Duration::from_secs(*seconds))))
            }
            Arg::Phrase(inner) => {
                FluentValue::String(Cow::Owned(self.try_say(inner).unwrap_or_else(|text| {
                    *whole = false;
                    text
                })))
            }
        }
    }

    /// The name of a criterion.
    #[must_use]
    pub fn criterion(&self, id: CriterionId) -> String {
        self.get(match id {
            CriterionId::ErrorRate => "criterion-error-rate",
            CriterionId::Latency => "criterion-latency",
            CriterionId::FeatureDown => "criterion-feature-down",
            CriterionId::DataInconsistency => "criterion-data-inconsistency",
            CriterionId::Vulnerability => "criterion-vulnerability",
        })
    }

    /// The word for a severity.
    #[must_use]
    pub fn severity(&self, severity: Severity) -> String {
        self.get(match severity {
            Severity::High => "severity-high",
            Severity::Critical => "severity-critical",
        })
    }

    /// The word for how far a reading can be trusted.
    #[must_use]
    pub fn freshness(&self, freshness: Freshness) -> String {
        self.get(match freshness {
            Freshness::Waiting => "freshness-waiting",
            Freshness::Fresh => "freshness-fresh",
            Freshness::Stale => "freshness-stale",
            Freshness::Failed => "freshness-failed",
        })
    }

    /// The word for whether anything may be written.
    #[must_use]
    pub fn mode(&self, mode: Mode) -> String {
        self.get(match mode {
            Mode::Full => "mode-full",
            Mode::ReadOnly => "mode-read-only",
        })
    }
}

/// A number with no more digits than a person reads: two after the point, three when it is under 0.1. What is no number, or
/// too large to be one of ours, is a dash.
fn number_value(number: f64) -> FluentValue<'static> {
    if !number.is_finite() || number.abs() >= 1e15 {
        return FluentValue::String(Cow::Borrowed("–"));
    }
    let scale = if number.abs() < 0.1 { 1000.0 } else { 100.0 };
    // Adding zero turns a rounded -0 into 0.
    let rounded = (number * scale).round() / scale + 0.0;
    FluentValue::Number(FluentNumber::from(rounded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn words(lang: Lang) -> Words {
        Words::new(lang, TimeZone::fixed(jiff::tz::offset(9)))
    }

    #[test]
    fn numbers_are_trimmed_and_what_is_none_is_a_dash() {
        for (number, text) in [
            (4.1, "4.1 %"),
            (1.0, "1 %"),
            (4.099_999_9, "4.1 %"),
            (0.0234, "0.023 %"),
            (-0.000_01, "0 %"),
            (f64::NAN, "– %"),
            (f64::INFINITY, "– %"),
        ] {
            assert_eq!(
                words(Lang::En).say(&Phrase::new("unit-percent").number("value", number)),
                text
            );
        }
    }

    #[test]
    fn lengths_of_time_read_as_each_language_says_them() {
        for (seconds, en, ja) in [
            (0, "0:00", "0:00"),
            (108, "1:48", "1:48"),
            (3599, "59:59", "59:59"),
            (7500, "2 h 05 m", "2時間05分"),
            (784_800, "9 d 2 h", "9日2時間"),
            (1_814_400, "21 d", "21日"),
        ] {
            let length = Duration::from_secs(seconds);
            assert_eq!(
                (
                    words(Lang::En).countdown(length),
                    words(Lang::Ja).countdown(length)
                ),
                (en.to_owned(), ja.to_owned())
            );
        }
        assert_eq!(words(Lang::En).span(Duration::from_secs(48)), "48 s");
        assert_eq!(words(Lang::Ja).span(Duration::from_secs(299)), "4分");
        assert!(!words(Lang::Ja).countdown(Duration::MAX).is_empty());
    }

    #[test]
    fn moments_are_shown_in_the_time_zone_with_its_name() {
        let at: Timestamp = "2026-11-23T05:05:12Z".parse().unwrap();
        let tokyo = Words::new(Lang::Ja, TimeZone::get("Asia/Tokyo").unwrap());
        assert_eq!(tokyo.clock(at), "14:05:12 JST");
        assert_eq!(tokyo.date_time(at), "2026-11-23 14:05 JST");
        assert_eq!(words(Lang::En).hm(at), "14:05");
        assert_eq!(
            Words::new(Lang::En, TimeZone::UTC).date_time(at),
            "2026-11-23 05:05 UTC"
        );
    }

    #[test]
    fn a_phrase_inside_a_phrase_is_said_in_the_same_language() {
        let outer = Phrase::new("age").phrase("age", Phrase::new("span-minutes").number("minutes", 4));
        assert_eq!(words(Lang::Ja).say(&outer), "4分前");
        assert_eq!(words(Lang::En).say(&outer), "4 min old");
    }

    #[test]
    fn what_is_missing_is_seen() {
        let words = words(Lang::En);
        assert_eq!(words.get("no-such-message"), "⟦no-such-message⟧");
        assert!(words.try_say(&Phrase::new("unit-percent")).is_err());
        let inside = Phrase::new("age").phrase("age", Phrase::new("no-such-message"));
        assert_eq!(words.try_say(&inside), Err("⟦no-such-message⟧ old".to_owned()));
    }

    #[test]
    fn no_isolation_mark_gets_into_a_line() {
        let said = words(Lang::En).say(&Phrase::new("unit-percent").text("value", "4.1"));
        assert!(said.is_ascii(), "{said:?}");
    }
}
