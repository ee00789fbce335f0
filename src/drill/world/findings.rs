//! What ECR knows of an image besides its bytes: what a scan found in it, and when somebody last pulled it.

use jiff::Timestamp;

use super::{model::Image, state::World};
use crate::drill::{
    scenario::{Finding, Severity},
    time::after,
};

/// Seconds from a push to the end of its scan.
const SCANNING: f64 = 20.0;

/// A scan that is over.
#[derive(Debug, Clone)]
pub(crate) struct Scan<'w> {
    pub(crate) completed_at: Timestamp,
    /// When the list of what is known was last brought up to date.
    pub(crate) sources_at: Timestamp,
    /// The worst first.
    pub(crate) findings: Vec<&'w Finding>,
}

impl Scan<'_> {
    /// How many findings there are of each severity, the worst first.
    pub(crate) fn counts(&self) -> Vec<(Severity, usize)> {
        let mut counts: Vec<(Severity, usize)> = Vec::new();
        for finding in &self.findings {
            match counts.last_mut() {
                Some((severity, count)) if *severity == finding.severity => *count += 1,
                Some(_) | None => counts.push((finding.severity, 1)),
            }
        }
        counts
    }
}

impl Image {
    /// Its last scan: after the push, and again when something became known. `None` when it was never scanned.
    pub(crate) fn scan(&self, now: Timestamp) -> Option<Scan<'_>> {
        let pushed = after(self.pushed_at, SCANNING);
        if !self.scanned || pushed > now {
            return None;
        }
        let known = || self.findings.iter().filter(|(since, _)| *since <= now);
        let completed_at = known().map(|(since, _)| *since).fold(pushed, Timestamp::max);
        let mut findings: Vec<&Finding> = known().map(|(_, finding)| finding).collect();
        findings.sort_by(|a, b| (a.severity, &a.name).cmp(&(b.severity, &b.name)));
        Some(Scan {
            completed_at,
            sources_at: after(completed_at, -3_600.0),
            findings,
        })
    }
}

impl World {
    /// When a task last pulled an image, as far as the tasks are remembered.
    pub(crate) fn last_pull(&self, repository: usize, image: usize) -> Option<Timestamp> {
        let of = |service: &super::Service, task: &super::Task| {
            let runs = service.revisions[task.revision].runs;
            task.pulled_at.filter(|_| runs == Some((repository, image)))
        };
        self.services
            .iter()
            .flat_map(|service| {
                let tasks = service.tasks.iter().chain(&service.archive);
                tasks.filter_map(move |task| of(service, task))
            })
            .max()
    }
}
