//! When to look at what: the polite budget of a calm console, and the closer one of a rollback.
//!
//! Intervals follow what AWS's quotas and CloudWatch's own delay allow (one point a minute, one to three minutes late):
//! looking more often would show nothing new.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::ServiceKey;
use crate::session::{Attention, Subject};

/// The longest that failures stretch an interval.
const MOST: Duration = Duration::from_secs(120);
/// How soon what was never read is tried again, and how often at that pace.
const EAGER: Duration = Duration::from_secs(3);
const EAGER_TRIES: u32 = 3;
/// How soon a subject is tried again whose precondition has not answered.
const SOON: SignedDuration = SignedDuration::from_millis(200);
/// Seconds after a full minute at which metrics are asked for.
const AFTER_MINUTE: i64 = 5;

#[derive(Clone, Copy, Debug)]
struct Due {
    next: Timestamp,
    in_flight: bool,
    /// Asked for again while the answer to an older request is under way.
    again: bool,
    /// Whether it was ever answered.
    known: bool,
    failures: u32,
    /// Whether the newest failure was AWS asking for fewer calls: the same call later may well be answered.
    throttled: bool,
    generation: u64,
    /// Nobody looks at it: it is not asked for until somebody does.
    asleep: bool,
}

/// The timetable of all subjects.
#[derive(Debug)]
pub(super) struct Timetable {
    dues: BTreeMap<Subject, Due>,
    next_tick: Timestamp,
}

impl Timetable {
    pub(super) fn new(subjects: impl IntoIterator<Item = Subject>, now: Timestamp) -> Self {
        let due = Due {
            next: now,
            in_flight: false,
            again: false,
            known: false,
            failures: 0,
            throttled: false,
            generation: 0,
            asleep: false,
        };
        Self {
            dues: subjects
                .into_iter()
                .map(|subject| {
                    let asleep = is_occasional(&subject);
                    (subject, Due { asleep, ..due })
                })
                .collect(),
            next_tick: now,
        }
    }

    /// When something is due next.
    pub(super) fn next(&self) -> Timestamp {
        self.dues
            .values()
            .filter(|d| !d.in_flight && !d.asleep)
            .map(|d| d.next)
            .min()
            .unwrap_or(self.next_tick)
            .min(self.next_tick)
    }

    /// Whether a second has passed since the last tick; then the next one is a second away.
    pub(super) fn tick(&mut self, now: Timestamp) -> bool {
        if now < self.next_tick {
            return false;
        }
        self.next_tick = later(now, SignedDuration::from_secs(1));
        true
    }

    /// Subjects to look at now, each with the generation of the request.
    pub(super) fn due(&mut self, now: Timestamp) -> Vec<(Subject, u64)> {
        self.dues
            .iter_mut()
            .filter(|(_, due)| !due.in_flight && !due.asleep && due.next <= now)
            .map(|(subject, due)| {
                due.in_flight = true;
                due.generation += 1;
                (subject.clone(), due.generation)
            })
            .collect()
    }

    /// Nothing could be asked yet: try again soon.
    pub(super) fn not_yet(&mut self, subject: &Subject, now: Timestamp) {
        if let Some(due) = self.dues.get_mut(subject) {
            due.in_flight = false;
            due.next = later(now, SOON);
        }
    }

    /// AWS answered a request by asking for fewer calls; told after [`Self::answered`].
    pub(super) fn throttled(&mut self, subject: &Subject) {
        if let Some(due) = self.dues.get_mut(subject) {
            due.throttled = true;
        }
    }

    /// A request ended.
    pub(super) fn answered(&mut self, subject: &Subject, ok: bool, attention: &Attention, now: Timestamp) {
        let Some(due) = self.dues.get_mut(subject) else {
            return;
        };
        due.in_flight = false;
        due.known |= ok;
        due.failures = if ok { 0 } else { due.failures.saturating_add(1) };
        due.throttled = false;
        if std::mem::take(&mut due.again) {
            due.next = now;
            return;
        }
        let calm = interval(subject, attention);
        // What was never read is wanted soon, whatever its interval: without it nothing can be decided.
        let base = if due.known || due.failures > EAGER_TRIES {
            calm
        } else {
            calm.min(EAGER)
        };
        let stretched = base.saturating_mul(1 << due.failures.min(5)).min(MOST.max(base));
        due.next = match subject {
            Subject::Metrics if ok => next_minute(now),
            Subject::Identity
            | Subject::Services
            | Subject::Metrics
            | Subject::Alarms
            | Subject::Company
            | Subject::History(_)
            | Subject::Definitions(_)
            | Subject::Images(_)
            | Subject::Targets(_)
            | Subject::Tasks(_)
            | Subject::Health(_)
            | Subject::Logs(_)
            | Subject::Database
            | Subject::Migrations
            | Subject::Workflow
            | Subject::Run
            | Subject::Permissions
            | Subject::Scaling(_)
            | Subject::References(_)
            | Subject::Shelf(_) => later(
                now,
                SignedDuration::try_from(stretched).unwrap_or(SignedDuration::ZERO),
            ),
        };
    }

    /// Look at these now.
    pub(super) fn hurry(&mut self, subjects: &[Subject], now: Timestamp) {
        for subject in subjects {
            if let Some(due) = self.dues.get_mut(subject) {
                due.next = now;
                // The answer that is under way is of before; another look follows it.
                due.again |= due.in_flight;
            }
        }
    }

    /// Which of the subjects that are not always watched are wanted now. One that is wanted for the first time, or again after a
    /// pause, is asked for no sooner than staying would have: at once when it was never read.
    pub(super) fn attend_to(&mut self, wanted: impl Fn(&Subject) -> bool, now: Timestamp) {
        for (subject, due) in &mut self.dues {
            if is_occasional(subject) {
                let was_asleep = std::mem::replace(&mut due.asleep, !wanted(subject));
                if was_asleep && !due.asleep && !due.known {
                    due.next = now;
                }
            }
        }
    }

    /// What is watched closely changed: nothing waits longer than its new interval.
    pub(super) fn attend(&mut self, attention: &Attention, now: Timestamp) {
        for (subject, due) in &mut self.dues {
            if *subject != Subject::Metrics {
                let at = later(
                    now,
                    SignedDuration::try_from(interval(subject, attention)).unwrap_or(SignedDuration::ZERO),
                );
                due.next = due.next.min(at);
            }
        }
    }

    /// Whether a subject has not been answered yet, well or badly. What was only throttled is asked for a few times more:
    /// one call too many a moment ago must not look like a fact about the service.
    pub(super) fn waiting(&self, heard: impl Fn(&Subject) -> bool) -> bool {
        self.dues.iter().any(|(subject, due)| {
            let again = due.throttled && !due.known && due.failures <= EAGER_TRIES;
            !due.asleep && (!heard(subject) || again)
        })
    }
}

/// Whether a subject is watched only while somebody needs it.
const fn is_occasional(subject: &Subject) -> bool {
    match subject {
        Subject::Logs(_)
        | Subject::Database
        | Subject::Migrations
        | Subject::Workflow
        | Subject::Run
        | Subject::Permissions
        | Subject::Scaling(_)
        | Subject::References(_)
        | Subject::Shelf(_) => true,
        Subject::Identity
        | Subject::Services
        | Subject::Metrics
        | Subject::Alarms
        | Subject::Company
        | Subject::History(_)
        | Subject::Definitions(_)
        | Subject::Images(_)
        | Subject::Targets(_)
        | Subject::Tasks(_)
        | Subject::Health(_) => false,
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(now)
}

fn next_minute(now: Timestamp) -> Timestamp {
    let second = now.as_second() - AFTER_MINUTE;
    let next = (second.div_euclid(60) + 1) * 60 + AFTER_MINUTE;
    Timestamp::from_second(next).unwrap_or(now)
}

fn interval(subject: &Subject, attention: &Attention) -> Duration {
    let closely = |key: &ServiceKey, close: u64, calm: u64| match attention {
        Attention::Rollback(at_hand) if at_hand == key => close,
        Attention::Rollback(_) | Attention::Verify(_) | Attention::Calm => calm,
    };
    let seconds = match subject {
        Subject::Identity => 300,
        Subject::Services => match attention {
            Attention::Rollback(_) => 2,
            Attention::Verify(_) | Attention::Calm => 10,
        },
        Subject::Metrics => 60,
        // ECS asks for the same alarms out of the same quota; one that it misses is an automatic rollback that never comes.
        Subject::Alarms => 60,
        // The journal is a file of this machine: nobody's quota.
        Subject::Company => 20,
        Subject::History(key) => closely(key, 5, 60),
        Subject::Definitions(_) => 180,
        Subject::Images(_) => 300,
        Subject::Targets(key) => closely(key, 5, 60),
        Subject::Tasks(key) => closely(key, 5, 180),
        Subject::Health(key) => match attention {
            Attention::Rollback(at_hand) if at_hand == key => 10,
            Attention::Verify(at_hand) if at_hand.contains(key) => 10,
            Attention::Rollback(_) | Attention::Verify(_) | Attention::Calm => 30,
        },
        // FilterLogEvents: five a second for the whole account and region (CloudWatch Logs user guide, quotas).
        Subject::Logs(_) => 5,
        // While it is restored it is asked for closely; RDS has no quota of its own for reads that this comes near.
        Subject::Database => match attention {
            Attention::Rollback(_) => 10,
            Attention::Verify(_) | Attention::Calm => 60,
        },
        // The command opens a connection to the database each time.
        Subject::Migrations => 60,
        Subject::Workflow => 120,
        // Five thousand requests an hour for a token (GitHub REST API, "Rate limits"); a look is at most three.
        Subject::Run => 5,
        Subject::Permissions => 300,
        Subject::Scaling(_) => 60,
        Subject::References(_) => 300,
        Subject::Shelf(_) => 300,
    };
    Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 - 1_795_000_000 % 60 + second).unwrap()
    }

    #[test]
    fn a_calm_console_stays_within_fifteen_calls_a_minute() {
        let key = |k: &str| ServiceKey::new(k).unwrap();
        let mut subjects = vec![
            Subject::Identity,
            Subject::Services,
            Subject::Metrics,
            Subject::Alarms,
            Subject::Company,
        ];
        for k in ["backend", "frontend"] {
            subjects.extend([
                Subject::History(key(k)),
                Subject::Definitions(key(k)),
                Subject::Images(key(k)),
                Subject::Targets(key(k)),
                Subject::Tasks(key(k)),
            ]);
        }
        let mut table = Timetable::new(subjects, at(0));
        let mut calls = 0;
        for second in 0..1800 {
            for (subject, _) in table.due(at(second)) {
                // The first half hour counts from the second minute on; the first look is a burst of its own.
                if second >= 60 {
                    calls += match subject {
                        Subject::Tasks(_) => 2,
                        Subject::Company => 0,
                        _ => 1,
                    };
                }
                table.answered(&subject, true, &Attention::Calm, at(second));
            }
        }
        assert!(calls <= 15 * 29, "{calls} calls in 29 minutes");
        assert!(calls >= 8 * 29, "{calls} calls in 29 minutes: nothing is watched");
    }

    #[test]
    fn failures_stretch_the_interval_and_an_answer_restores_it() {
        assert_eq!(
            gaps(&[true, false, false, false, true, true]),
            [10, 20, 40, 80, 10, 10]
        );
    }

    #[test]
    fn what_was_never_read_is_tried_again_sooner() {
        assert_eq!(gaps(&[false, false, false, false, true]), [6, 12, 24, 120, 10]);
    }

    #[test]
    fn a_wish_while_an_answer_is_under_way_is_not_lost() {
        let mut table = Timetable::new([Subject::Services], at(0));
        assert_eq!(table.due(at(0)).len(), 1);
        table.hurry(&[Subject::Services], at(1));
        table.answered(&Subject::Services, true, &Attention::Calm, at(2));
        assert_eq!(table.due(at(2)).len(), 1);
    }

    /// Seconds from each answer to the next look.
    fn gaps(answers: &[bool]) -> Vec<i64> {
        let mut table = Timetable::new([Subject::Services], at(0));
        let mut now = 0;
        let mut gaps = Vec::new();
        for ok in answers {
            assert_eq!(table.due(at(now)).len(), 1);
            table.answered(&Subject::Services, *ok, &Attention::Calm, at(now));
            let mut gap = 0;
            while table
                .dues
                .get(&Subject::Services)
                .is_none_or(|d| d.next > at(now + gap))
            {
                gap += 1;
            }
            gaps.push(gap);
            now += gap;
        }
        gaps
    }

    #[test]
    fn metrics_are_asked_for_just_after_a_full_minute() {
        assert_eq!(next_minute(at(3)), at(5));
        assert_eq!(next_minute(at(5)), at(65));
        assert_eq!(next_minute(at(59)), at(65));
    }
}
