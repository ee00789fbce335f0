//! One limiter for every call of this process.
//!
//! ECS evaluates alarms and deployments against the same account-wide quotas: a greedy console can make ECS skip its own
//! rollback. Each bucket refills at a few percent of the quota that AWS publishes and holds enough for one first look
//! (Amazon ECS API reference, "Request throttling": 20 to 100 calls at once, 20 a second, shared by every tool).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;

use crate::adapters::aws::{Bucket, Pace};

use super::Clock;

/// Tokens of one bucket.
#[derive(Clone, Copy, Debug)]
struct Tokens {
    left: f64,
    at: Timestamp,
    /// Refill is halved at each throttle and grows back with time.
    slowed: f64,
}

/// The limiter. Time is the engine's clock, so that a drill at sixty times the speed is not slowed to real time.
#[derive(Debug)]
pub(super) struct Limiter {
    clock: Clock,
    buckets: Mutex<BTreeMap<Bucket, Tokens>>,
}

/// How many calls at once, and how many a second after that.
const fn allowance(bucket: Bucket) -> (f64, f64) {
    match bucket {
        Bucket::ServiceRead | Bucket::ClusterResource => (20.0, 1.0),
        Bucket::TaskDefinition => (25.0, 1.0),
        Bucket::ServiceDeployment | Bucket::ServiceRevision => (12.0, 1.0),
        Bucket::Sts | Bucket::Ecr | Bucket::Elb => (12.0, 1.0),
        Bucket::Metrics => (4.0, 0.1),
        // One call each five seconds, plus one for an answer of two pages.
        Bucket::Logs => (2.0, 0.2),
        // RDS, Application Auto Scaling and IAM publish no rate; they are asked a few times for a plan and now and then
        // while a database is restored. Secrets Manager answers thousands a second (Secrets Manager user guide, "Quotas") and
        // Systems Manager forty (AWS general reference, "Systems Manager endpoints and quotas").
        Bucket::Database | Bucket::Secrets | Bucket::Parameters | Bucket::Scaling => (12.0, 1.0),
        Bucket::Iam => (12.0, 0.5),
        // Writes are rare and each is a person's decision; the bucket only stops a loop that should not be.
        Bucket::Write => (5.0, 0.2),
    }
}

impl Limiter {
    pub(super) const fn new(clock: Clock) -> Self {
        Self {
            clock,
            buckets: Mutex::new(BTreeMap::new()),
        }
    }

    /// Takes a token and returns how long to wait for it.
    fn take(&self, bucket: Bucket) -> Duration {
        let (most, per_second) = allowance(bucket);
        let now = self.clock.now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let tokens = buckets.entry(bucket).or_insert(Tokens {
            left: most,
            at: now,
            slowed: 1.0,
        });
        let passed = now.duration_since(tokens.at).as_secs_f64().max(0.0);
        tokens.slowed = (tokens.slowed + passed / 60.0).min(1.0);
        let rate = per_second * tokens.slowed;
        tokens.left = (tokens.left + passed * rate).min(most) - 1.0;
        tokens.at = now;
        if tokens.left >= 0.0 {
            Duration::ZERO
        } else {
            Duration::from_secs_f64((-tokens.left / rate).min(60.0))
        }
    }
}

impl Pace for Limiter {
    fn turn(&self, bucket: Bucket) -> BoxFuture<'_, ()> {
        async move {
            let wait = self.take(bucket);
            if !wait.is_zero() {
                self.clock.sleep(wait).await;
            }
        }
        .boxed()
    }

    fn throttled(&self, bucket: Bucket) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tokens) = buckets.get_mut(&bucket) {
            tokens.slowed = (tokens.slowed / 2.0).max(1.0 / 16.0);
            tokens.left = tokens.left.min(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_what_follows_waits_its_turn() {
        let clock = Clock::remote("2026-11-23T05:00:00Z".parse().unwrap(), 1.0);
        let limiter = Limiter::new(clock);
        for _ in 0..20 {
            assert_eq!(limiter.take(Bucket::ServiceRead), Duration::ZERO);
        }
        assert!(limiter.take(Bucket::ServiceRead) > Duration::from_millis(900));
        limiter.throttled(Bucket::ServiceRead);
        assert!(limiter.take(Bucket::ServiceRead) > Duration::from_millis(1900));
    }
}
