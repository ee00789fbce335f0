//! The image on its shelf: lifecycle rules that take it away, and what scans found in it.

use super::super::super::fixtures::{pushed, scanned};
use super::super::super::{CriterionState, CriterionStatus};
use super::*;
use crate::domain::{
    CriterionId, LifecycleExpiry, LifecycleRule, LifecycleSelection, Phrase, Severity, Shelf,
};
use PreflightCheck::{Findings, ShelfLife};

fn shelf(world: &mut World) -> &mut Shelf {
    world.shelf.value_mut().unwrap()
}

fn rule(priority: u32, about: LifecycleSelection, expires: LifecycleExpiry) -> LifecycleRule {
    LifecycleRule {
        priority,
        description: Clean::new(""),
        about,
        expires,
    }
}

fn any(world: &mut World, expires: LifecycleExpiry) {
    shelf(world).lifecycle = vec![rule(1, LifecycleSelection::Any, expires)];
}

fn prefixes(list: &[&str]) -> LifecycleSelection {
    LifecycleSelection::Prefixes(list.iter().map(|text| Clean::new(text)).collect())
}

/// Days since an image of the fixtures was pushed: more than sixty-nine.
const PUSHED_DAYS: u32 = 69;

#[test]
fn what_a_lifecycle_rule_takes_away_soon_is_said() {
    holds(&[
        (ShelfLife, Pass, "shelf-life-none", |_| ()),
        // :57 is newer than :56, so of one that is kept it is the second.
        (ShelfLife, Warn, "shelf-life-now", |w| {
            any(w, LifecycleExpiry::MoreThan(1));
        }),
        (ShelfLife, Warn, "shelf-life-pushes", |w| {
            any(w, LifecycleExpiry::MoreThan(2));
        }),
        (ShelfLife, Warn, "shelf-life-pushes", |w| {
            any(w, LifecycleExpiry::MoreThan(4));
        }),
        (ShelfLife, Pass, "shelf-life-pass", |w| {
            any(w, LifecycleExpiry::MoreThan(5));
        }),
        (ShelfLife, Warn, "shelf-life-now", |w| {
            any(w, LifecycleExpiry::OlderThanDays(PUSHED_DAYS));
        }),
        (ShelfLife, Warn, "shelf-life-soon", |w| {
            any(w, LifecycleExpiry::OlderThanDays(PUSHED_DAYS + 2));
        }),
        (ShelfLife, Pass, "shelf-life-pass", |w| {
            any(w, LifecycleExpiry::OlderThanDays(PUSHED_DAYS + 9));
        }),
        (ShelfLife, Unknown, "shelf-life-untold", |w| {
            any(w, LifecycleExpiry::NotPulledForDays(PUSHED_DAYS));
        }),
        (ShelfLife, Pass, "shelf-life-pass", |w| {
            any(w, LifecycleExpiry::NotPulledForDays(PUSHED_DAYS + 9));
        }),
        (ShelfLife, Unknown, "shelf-life-untold", |w| {
            any(w, LifecycleExpiry::Other);
        }),
        (ShelfLife, Unknown, "shelf-life-untold", |w| {
            any(w, LifecycleExpiry::MoreThan(9));
            w.images.value_mut().unwrap()[1].pushed_at = None;
        }),
        (ShelfLife, Pass, "shelf-life-pass", |w| {
            let about = LifecycleSelection::Untagged;
            shelf(w).lifecycle = vec![rule(1, about, LifecycleExpiry::OlderThanDays(1))];
        }),
        (ShelfLife, Pass, "shelf-life-pass", |w| {
            shelf(w).lifecycle = vec![rule(1, prefixes(&["rc"]), LifecycleExpiry::OlderThanDays(1))];
        }),
        (ShelfLife, Warn, "shelf-life-now", |w| {
            shelf(w).lifecycle = vec![rule(1, prefixes(&["v"]), LifecycleExpiry::OlderThanDays(1))];
        }),
        (ShelfLife, Warn, "shelf-life-now", |w| {
            let patterns = LifecycleSelection::Patterns(vec![Clean::new("v*.0")]);
            shelf(w).lifecycle = vec![rule(1, patterns, LifecycleExpiry::OlderThanDays(1))];
        }),
        // A rule that selects the image keeps those after it away; one that may not select it does not.
        (ShelfLife, Pass, "shelf-life-pass", |w| {
            shelf(w).lifecycle = vec![
                rule(1, prefixes(&["v"]), LifecycleExpiry::MoreThan(900)),
                rule(2, LifecycleSelection::Any, LifecycleExpiry::OlderThanDays(1)),
            ];
        }),
        (ShelfLife, Warn, "shelf-life-now", |w| {
            shelf(w).lifecycle = vec![
                rule(1, prefixes(&["v", "rc"]), LifecycleExpiry::MoreThan(900)),
                rule(2, LifecycleSelection::Any, LifecycleExpiry::OlderThanDays(1)),
            ];
        }),
        // Images that an earlier rule selects do not count for a later one.
        (ShelfLife, Pass, "shelf-life-pass", |w| {
            for n in 58..70 {
                let mut image = pushed(n);
                image.tags = vec![Clean::new("nightly")];
                w.images.value_mut().unwrap().push(image);
            }
            shelf(w).lifecycle = vec![
                rule(1, prefixes(&["nightly"]), LifecycleExpiry::MoreThan(900)),
                rule(2, LifecycleSelection::Any, LifecycleExpiry::MoreThan(6)),
            ];
        }),
        (ShelfLife, Unknown, "not-asked", |w| {
            w.shelf = Observed::default();
        }),
        (ShelfLife, Unknown, "not-read", |w| {
            w.shelf = denied("ecr:GetLifecyclePolicy");
        }),
        (ShelfLife, Unknown, "stale", |w| {
            w.shelf.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
    ]);
    let mut world = World::new();
    any(&mut world, LifecycleExpiry::MoreThan(9));
    world.images.value_mut().unwrap().remove(1);
    assert!(evidence(&world, ShelfLife).contains("preflight-shelf-life-unlisted"));
}

fn found(world: &mut World, revision: u32, critical: &[&str]) {
    shelf(world).findings.insert(digest(revision), scanned(critical));
}

/// A person said that it goes back because of a vulnerability.
fn declared(world: &mut World) {
    world.criteria = vec![CriterionStatus {
        id: CriterionId::Vulnerability,
        service: "backend".parse().unwrap(),
        severity: Severity::Critical,
        state: CriterionState::Met,
        declared: true,
        proposed: false,
        value: None,
        threshold: None,
        since: Some(at(1)),
        decide_by: None,
        as_of: None,
        why: Phrase::new("x"),
    }];
}

#[test]
fn going_back_to_the_same_vulnerability_is_no_way_back() {
    const CVE: &str = "CVE-2026-12345";
    holds(&[
        (Findings, Pass, "findings-pass", |_| ()),
        (Findings, Pass, "findings-pass-undated", |w| {
            shelf(w).findings.get_mut(&digest(56)).unwrap().scanned_at = None;
        }),
        (Findings, Warn, "findings-critical", |w| found(w, 56, &[CVE])),
        (Findings, Warn, "findings-critical", |w| {
            found(w, 56, &[CVE]);
            found(w, 57, &[CVE]);
        }),
        (Findings, Warn, "findings-critical", |w| {
            found(w, 56, &["CVE-2025-1"]);
            found(w, 57, &[CVE]);
            declared(w);
        }),
        (Findings, Block, "findings-same", |w| {
            found(w, 56, &["CVE-2025-1", CVE]);
            found(w, 57, &[CVE]);
            declared(w);
        }),
        (Findings, Pass, "findings-pass", |w| {
            found(w, 57, &[CVE]);
            declared(w);
        }),
        (Findings, Unknown, "findings-never", |w| {
            shelf(w).findings.remove(&digest(56));
        }),
        (Findings, Unknown, "not-read", |w| {
            w.shelf = denied("ecr:DescribeImageScanFindings");
        }),
        (Findings, Unknown, "stale", |w| {
            w.shelf.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
    ]);
    let mut world = World::new();
    found(&mut world, 56, &[CVE]);
    assert!(evidence(&world, Findings).contains(CVE));
}

#[test]
fn critical_findings_of_what_runs_propose_the_criterion() {
    let proposes = |world: &World| {
        super::super::proposes_vulnerability(world.shelf.value().unwrap(), &digest(57))
            .map(|phrase| serde_json::to_string(&phrase).unwrap())
    };
    let mut world = World::new();
    assert_eq!(proposes(&world), None);
    found(&mut world, 56, &["CVE-2025-1"]);
    assert_eq!(proposes(&world), None, "it is not what runs");
    found(&mut world, 57, &["CVE-2026-12345"]);
    let said = proposes(&world).unwrap();
    assert!(
        said.contains("CVE-2026-12345") && said.contains(digest(57).short()),
        "{said}"
    );
    shelf(&mut world).findings.remove(&digest(57));
    assert_eq!(proposes(&world), None, "never scanned suggests nothing");
}
