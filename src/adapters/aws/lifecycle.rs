//! What a repository's lifecycle policy will take away, and with it what scans found in its images.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::{
    Clean, Digest, Fault, FaultKind, LifecycleExpiry, LifecycleRule, LifecycleSelection, RepositoryName,
    Shelf,
};

use super::convert::malformed;
use super::pace::{Bucket, ask};
use super::reader::Reader;

const POLICY: &str = "ecr.GetLifecyclePolicy";

impl Reader {
    /// The rules of a repository's lifecycle policy, and the scans of these images: one call for the policy and one or more
    /// for each image.
    ///
    /// # Errors
    /// `NotFound` when there is no such repository; any fault of a call. A repository without a policy has no rules.
    pub async fn shelf(&self, repository: &RepositoryName, digests: &[Digest]) -> Result<Shelf, Fault> {
        let lifecycle = self.lifecycle(repository).await?;
        let mut findings = BTreeMap::new();
        for digest in digests {
            if let Some(found) = self.findings(repository, digest).await? {
                findings.insert(digest.clone(), found);
            }
        }
        Ok(Shelf { lifecycle, findings })
    }

    async fn lifecycle(&self, repository: &RepositoryName) -> Result<Vec<LifecycleRule>, Fault> {
        let answer = ask!(
            &self.inner.pace,
            Bucket::Ecr,
            POLICY,
            self.inner
                .ecr
                .get_lifecycle_policy()
                .repository_name(repository.as_str())
        );
        match answer {
            Ok(answer) => rules(answer.lifecycle_policy_text().unwrap_or_default()),
            Err(fault) if no_policy(&fault) => Ok(Vec::new()),
            Err(fault) => Err(fault),
        }
    }
}

fn no_policy(fault: &Fault) -> bool {
    fault.kind == FaultKind::NotFound && fault.detail.as_str().starts_with("LifecyclePolicyNotFound")
}

/// A policy as ECR documents it (Amazon ECR user guide, "Lifecycle policy properties"). ECR may add fields.
#[derive(Deserialize)]
struct Policy {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    rule_priority: u32,
    #[serde(default)]
    description: String,
    selection: Selection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    tag_status: String,
    #[serde(default)]
    tag_prefix_list: Vec<String>,
    #[serde(default)]
    tag_pattern_list: Vec<String>,
    count_type: String,
    #[serde(default)]
    count_unit: Option<String>,
    count_number: u32,
    /// `archive` when the rule is about images that are in the archive already.
    #[serde(default)]
    storage_class: Option<String>,
}

/// The rules of a policy, by priority. A rule that moves images to the archive counts as one that expires them: what is in
/// the archive cannot be pulled.
fn rules(text: &str) -> Result<Vec<LifecycleRule>, Fault> {
    let policy: Policy = serde_json::from_str(text)
        .map_err(|error| malformed(POLICY, "lifecyclePolicyText", &error.to_string()))?;
    let mut rules: Vec<LifecycleRule> = policy.rules.into_iter().map(rule).collect();
    rules.sort_by_key(|rule| rule.priority);
    Ok(rules)
}

fn rule(rule: Rule) -> LifecycleRule {
    let Selection {
        tag_status,
        tag_prefix_list,
        tag_pattern_list,
        count_type,
        count_unit,
        count_number,
        storage_class,
    } = rule.selection;
    let texts = |list: &[String]| list.iter().map(|text| Clean::new(text)).collect();
    let about = match tag_status.as_str() {
        "untagged" => LifecycleSelection::Untagged,
        "tagged" if !tag_pattern_list.is_empty() => LifecycleSelection::Patterns(texts(&tag_pattern_list)),
        "tagged" => LifecycleSelection::Prefixes(texts(&tag_prefix_list)),
        // "any", and what a later version of ECR may add: that the rule is about an image must never be missed.
        _ => LifecycleSelection::Any,
    };
    let days = count_unit.as_deref().is_none_or(|unit| unit == "days");
    let active = storage_class.as_deref().is_none_or(|class| class != "archive");
    let expires = match count_type.as_str() {
        "imageCountMoreThan" if active => LifecycleExpiry::MoreThan(count_number),
        "sinceImagePushed" if days && active => LifecycleExpiry::OlderThanDays(count_number),
        "sinceImagePulled" if days && active => LifecycleExpiry::NotPulledForDays(count_number),
        _ => LifecycleExpiry::Other,
    };
    LifecycleRule {
        priority: rule.rule_priority,
        description: Clean::new(&rule.description),
        about,
        expires,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documented_policy_is_understood() {
        let rules = rules(
            r#"{"rules": [
                {"rulePriority": 20, "description": "keep \u001b ten", "selection": {"tagStatus": "any",
                 "countType": "imageCountMoreThan", "countNumber": 10}, "action": {"type": "expire"}},
                {"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed",
                 "countUnit": "days", "countNumber": 14}, "action": {"type": "expire"}},
                {"rulePriority": 2, "selection": {"tagStatus": "tagged", "tagPrefixList": ["v", "rc"],
                 "countType": "sinceImagePulled", "countUnit": "days", "countNumber": 90},
                 "action": {"type": "transition", "targetStorageClass": "archive"}},
                {"rulePriority": 3, "selection": {"tagStatus": "tagged", "tagPatternList": ["prod*"],
                 "countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": 90, "storageClass": "archive"},
                 "action": {"type": "expire"}}
            ]}"#,
        )
        .unwrap();
        let seen: Vec<_> = rules
            .iter()
            .map(|rule| (rule.priority, rule.about.clone(), rule.expires))
            .collect();
        assert_eq!(
            seen,
            [
                (
                    1,
                    LifecycleSelection::Untagged,
                    LifecycleExpiry::OlderThanDays(14)
                ),
                (
                    2,
                    LifecycleSelection::Prefixes(vec!["v".into(), "rc".into()]),
                    LifecycleExpiry::NotPulledForDays(90)
                ),
                (
                    3,
                    LifecycleSelection::Patterns(vec!["prod*".into()]),
                    LifecycleExpiry::Other
                ),
                (20, LifecycleSelection::Any, LifecycleExpiry::MoreThan(10)),
            ]
        );
        assert_eq!(rules[3].description.as_str(), "keep \u{FFFD} ten");
    }

    #[test]
    fn what_is_no_policy_is_said_to_be_none() {
        for text in ["", "[]", r#"{"rules":[{}]}"#] {
            assert_eq!(rules(text).unwrap_err().kind, FaultKind::Malformed, "{text}");
        }
    }
}
