//! The one clock. Against AWS it is the machine's; in a drill it is the drill's, shared within the process or asked for
//! over the wire; in simulations it is tokio's paused clock behind the drill's.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A drill's clock can be moved by hand; a sleep looks this often, in real time, whether it is over.
const LOOK: Duration = Duration::from_millis(100);

/// Tells the time and sleeps. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Kind);

#[derive(Clone)]
enum Kind {
    Machine,
    Shared {
        now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
        speed: Arc<dyn Fn() -> f64 + Send + Sync>,
    },
    Remote(Arc<Mutex<Reading>>),
}

/// The last word of a remote clock and when it was heard.
#[derive(Clone, Copy)]
struct Reading {
    now: Timestamp,
    speed: f64,
    heard: Instant,
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn machine() -> Self {
        Self(Kind::Machine)
    }

    /// A clock of somebody else in this process: its time, and how many of its seconds pass in a real one.
    #[must_use]
    pub fn from_parts(
        now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
        speed: Arc<dyn Fn() -> f64 + Send + Sync>,
    ) -> Self {
        Self(Kind::Shared { now, speed })
    }

    /// A clock of another process, which is set whenever it is heard of.
    #[must_use]
    pub(super) fn remote(now: Timestamp, speed: f64) -> Self {
        Self(Kind::Remote(Arc::new(Mutex::new(Reading {
            now,
            speed,
            heard: Instant::now(),
        }))))
    }

    /// Sets a remote clock by what it said just now; any other clock stays as it is. Time never goes back.
    pub(super) fn set(&self, now: Timestamp, speed: f64) {
        if let Kind::Remote(reading) = &self.0 {
            let known = self.now();
            let mut reading = reading.lock().unwrap_or_else(PoisonError::into_inner);
            *reading = Reading {
                now: now.max(known),
                speed,
                heard: Instant::now(),
            };
        }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::Machine => machine_now(),
            Kind::Shared { now, .. } => now(),
            Kind::Remote(reading) => {
                let reading = *reading.lock().unwrap_or_else(PoisonError::into_inner);
                let speed = if reading.speed.is_finite() {
                    reading.speed.clamp(0.0, 1e6)
                } else {
                    1.0
                };
                let passed = reading.heard.elapsed().mul_f64(speed);
                SignedDuration::try_from(passed)
                    .ok()
                    .and_then(|d| reading.now.checked_add(d).ok())
                    .unwrap_or(reading.now)
            }
        }
    }

    fn speed(&self) -> Option<f64> {
        match &self.0 {
            Kind::Machine => None,
            Kind::Shared { speed, .. } => Some(speed()),
            Kind::Remote(reading) => Some(reading.lock().unwrap_or_else(PoisonError::into_inner).speed),
        }
    }

    /// Sleeps for `duration` of this clock.
    pub async fn sleep(&self, duration: Duration) {
        let until = SignedDuration::try_from(duration)
            .ok()
            .and_then(|d| self.now().checked_add(d).ok());
        if let Some(until) = until {
            self.sleep_until(until).await;
        }
    }

    /// Sleeps until this clock shows `until`. Dropping the future ends the sleep; nothing is lost by it.
    pub async fn sleep_until(&self, until: Timestamp) {
        loop {
            let left = Duration::try_from(until.duration_since(self.now())).unwrap_or_default();
            if left.is_zero() {
                return;
            }
            let real = match self.speed() {
                None => left,
                Some(speed) if speed > 0.0 => Duration::try_from_secs_f64(left.as_secs_f64() / speed)
                    .unwrap_or(LOOK)
                    .clamp(Duration::from_millis(1), LOOK),
                Some(_) => LOOK,
            };
            tokio_sleep(real).await;
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that everybody else asks"
)]
fn machine_now() -> Timestamp {
    Timestamp::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that everybody else sleeps by"
)]
async fn tokio_sleep(real: Duration) {
    tokio::time::sleep(real).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_remote_clock_runs_at_its_speed_and_never_goes_back() {
        let clock = Clock::remote(at("2026-11-23T05:00:00Z"), 60.0);
        let began = Instant::now();
        clock.sleep(Duration::from_secs(600)).await;
        assert!(
            began.elapsed() <= Duration::from_millis(10_200),
            "{:?}",
            began.elapsed()
        );
        assert!(clock.now() >= at("2026-11-23T05:10:00Z"));
        clock.set(at("2026-11-23T05:00:00Z"), 1.0);
        assert!(clock.now() >= at("2026-11-23T05:10:00Z"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_moved_by_hand_ends_a_sleep() {
        let clock = Clock::remote(at("2026-11-23T05:00:00Z"), 1.0);
        let asleep = clock.clone();
        let began = Instant::now();
        tokio::join!(asleep.sleep(Duration::from_secs(3600)), async {
            clock.set(at("2026-11-23T06:00:01Z"), 1.0);
        });
        assert!(began.elapsed() < Duration::from_secs(1));
    }
}
