//! The drill's clock: the caller's start, walked by tokio's clock, stretched by a speed, pushed by hand.
//!
//! It does not know the time of the machine. Under tokio's paused clock it stands still until the test advances it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::Instant;

use super::time::{later, whole_millis};

/// A handle on the drill's clock; clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<Reading>>);

#[derive(Debug, Clone, Copy)]
struct Reading {
    base: Timestamp,
    since: Instant,
    speed: f64,
}

impl Reading {
    fn now(&self) -> Timestamp {
        let elapsed = self.since.elapsed().as_secs_f64() * self.speed;
        let elapsed = Duration::try_from_secs_f64(elapsed).unwrap_or(Duration::MAX);
        whole_millis(later(self.base, elapsed))
    }

    fn rebase(&mut self, base: Timestamp) {
        self.base = base;
        self.since = Instant::now();
    }
}

impl Clock {
    /// The fastest a drill may run, in drill seconds a second.
    pub(crate) const FASTEST: f64 = 100_000.0;

    pub(crate) fn new(start: Timestamp, speed: f64) -> Self {
        Self(Arc::new(Mutex::new(Reading {
            base: start,
            since: Instant::now(),
            speed,
        })))
    }

    /// Whether a clock can run at this speed: 0 (stopped) to 100,000 drill seconds a second.
    pub(crate) fn can_run_at(speed: f64) -> bool {
        speed.is_finite() && (0.0..=Self::FASTEST).contains(&speed)
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The drill's present moment, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        self.reading().now()
    }

    /// Drill seconds that pass in one second of tokio's clock.
    pub fn speed(&self) -> f64 {
        self.reading().speed
    }

    /// Moves the drill's time forward at once.
    pub fn advance(&self, by: Duration) {
        let mut reading = self.reading();
        let now = later(reading.now(), by);
        reading.rebase(now);
    }

    /// Changes the speed from now on. A speed at which no clock can run (negative, not finite, above 100,000) changes
    /// nothing.
    pub fn set_speed(&self, speed: f64) {
        if Self::can_run_at(speed) {
            let mut reading = self.reading();
            let now = reading.now();
            reading.rebase(now);
            reading.speed = speed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_walks_with_the_paused_clock_at_its_speed() {
        let start: Timestamp = "2026-11-23T05:05:12Z".parse().unwrap();
        let clock = Clock::new(start, 1.0);
        assert_eq!(clock.now(), start);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(clock.now(), later(start, Duration::from_secs(10)));
        clock.set_speed(6.0);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(clock.now(), later(start, Duration::from_secs(70)));
        clock.advance(Duration::from_secs(30));
        assert_eq!(clock.now(), later(start, Duration::from_secs(100)));
        clock.set_speed(f64::NAN);
        clock.set_speed(-1.0);
        assert!((clock.speed() - 6.0).abs() < f64::EPSILON);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), whole_millis(Timestamp::MAX));
    }
}
