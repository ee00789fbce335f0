//! What a registry's scan found in an image, of either kind of scan that ECR makes.

use std::collections::BTreeMap;

use aws_sdk_ecr::types as sdk;

use crate::domain::{Clean, Digest, Fault, FaultKind, Finding, RepositoryName, ScanFindings};

use super::convert::{Pages, clean, count, time};
use super::pace::{Bucket, ask};
use super::reader::Reader;

const FINDINGS: &str = "ecr.DescribeImageScanFindings";

/// Findings in a page (ECR API reference, DescribeImageScanFindings: 1 to 1000), and pages that are followed.
const A_PAGE: i32 = 1000;
const PAGES: usize = 3;
/// Findings that are kept by name.
const WORST: usize = 10;
/// From worst to mildest, in the words of both kinds of scan.
const RANKS: [&str; 7] = [
    "CRITICAL",
    "HIGH",
    "MEDIUM",
    "LOW",
    "INFORMATIONAL",
    "UNDEFINED",
    "UNTRIAGED",
];

impl Reader {
    /// What the scan of an image found; `None` when it was never scanned, or its scan has told nothing yet.
    pub(super) async fn findings(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<ScanFindings>, Fault> {
        let mut scan: Option<ScanFindings> = None;
        let (mut pages, mut token) = (Pages::up_to(PAGES), None);
        loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::Ecr,
                FINDINGS,
                self.inner
                    .ecr
                    .describe_image_scan_findings()
                    .repository_name(repository.as_str())
                    .image_id(
                        sdk::ImageIdentifier::builder()
                            .image_digest(digest.as_str())
                            .build()
                    )
                    .max_results(A_PAGE)
                    .set_next_token(token)
            );
            let answer = match answer {
                Ok(answer) => answer,
                // Never scanned, or not there at all: whether an image is there, `images` tells.
                Err(fault) if no_scan(&fault) => return Ok(None),
                Err(fault) => return Err(fault),
            };
            let Some(found) = answer.image_scan_findings() else {
                return Ok(scan);
            };
            let known = scan.get_or_insert_with(|| ScanFindings {
                scanned_at: time(found.image_scan_completed_at())
                    .or_else(|| time(found.vulnerability_source_updated_at())),
                counts: counts(found),
                worst: Vec::new(),
            });
            known.worst.extend(found.findings().iter().map(basic));
            known.worst.extend(found.enhanced_findings().iter().map(enhanced));
            token = pages.next(answer.next_token());
            if token.is_none() {
                break;
            }
        }
        Ok(scan.map(|mut scan| {
            // Stable: of the same severity, ECR's own order stays.
            scan.worst.sort_by_key(|finding| rank(&finding.severity));
            scan.worst.truncate(WORST);
            scan
        }))
    }
}

fn no_scan(fault: &Fault) -> bool {
    let says = |code| fault.detail.as_str().starts_with(code);
    fault.kind == FaultKind::NotFound && (says("ScanNotFound") || says("ImageNotFound"))
}

fn counts(found: &sdk::ImageScanFindings) -> BTreeMap<Clean, u32> {
    found
        .finding_severity_counts()
        .into_iter()
        .flatten()
        .map(|(severity, n)| (Clean::new(severity.as_str()), count(*n)))
        .collect()
}

fn rank(severity: &Clean) -> usize {
    RANKS
        .iter()
        .position(|rank| *rank == severity.as_str())
        .unwrap_or(RANKS.len())
}

fn basic(finding: &sdk::ImageScanFinding) -> Finding {
    let attribute = |key: &str| {
        finding
            .attributes()
            .iter()
            .find(|attribute| attribute.key() == key)
            .and_then(sdk::Attribute::value)
    };
    Finding {
        name: Clean::new(finding.name().unwrap_or_default()),
        severity: Clean::new(finding.severity().map_or("", sdk::FindingSeverity::as_str)),
        package: package(attribute("package_name"), attribute("package_version")),
    }
}

fn enhanced(finding: &sdk::EnhancedImageScanFinding) -> Finding {
    let details = finding.package_vulnerability_details();
    // The first one stands for all: a list of them is longer than its use.
    let affected = details.and_then(|details| details.vulnerable_packages().first());
    Finding {
        name: clean(details.and_then(sdk::PackageVulnerabilityDetails::vulnerability_id))
            .or_else(|| clean(finding.title()))
            .unwrap_or_default(),
        severity: Clean::new(finding.severity().unwrap_or_default()),
        package: package(
            affected.and_then(sdk::VulnerablePackage::name),
            affected.and_then(sdk::VulnerablePackage::version),
        ),
    }
}

fn package(name: Option<&str>, version: Option<&str>) -> Option<Clean> {
    let name = name.filter(|name| !name.is_empty())?;
    Some(match version.filter(|version| !version.is_empty()) {
        Some(version) => Clean::new(&format!("{name} {version}")),
        None => Clean::new(name),
    })
}
