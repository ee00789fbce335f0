//! Whether what a task definition refers to by name is there: secrets, parameters, roles. Names only, never a value.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ssm::types as ssm;

use crate::domain::{Clean, Fault, FaultKind, ReferenceState, References, SecretVersions};

use super::convert::Pages;
use super::pace::{Bucket, ask};
use super::reader::Reader;

const PARAMETERS: &str = "ssm.DescribeParameters";
const ROLE: &str = "iam.GetRole";
const VERSION_IDS: &str = "secretsmanager.ListSecretVersionIds";

/// Names in one filter, and parameters in a page (Systems Manager API reference, ParameterStringFilter and
/// DescribeParameters: 50).
const NAMES_A_CALL: usize = 50;
/// Pages that are followed for one filter: Systems Manager answers with short and even empty pages.
const PAGES: usize = 20;

/// What a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    /// A secret, and what of it is asked for.
    Secret {
        arn: String,
        stage: Option<String>,
        version: Option<String>,
    },
    /// A parameter by its name without a leading `/`; the account when an ARN names one.
    Parameter { name: String, account: Option<String> },
    /// A role.
    Role { name: String },
    /// Something that is not looked up, and why.
    Other(&'static str),
}

impl Named {
    /// Takes a reference apart as ECS does (Amazon ECS developer guide, "Pass Secrets Manager secrets through Amazon ECS
    /// environment variables": `arn:aws:secretsmanager:region:account:secret:name:json-key:version-stage:version-id`).
    fn parse(text: &str, region: &str) -> Self {
        if !text.starts_with("arn:") {
            return Self::Parameter {
                name: bare(text).to_owned(),
                account: None,
            };
        }
        let parts: Vec<&str> = text.split(':').collect();
        let part = |n: usize| parts.get(n).copied().filter(|part| !part.is_empty());
        let here = part(3).is_none_or(|there| there == region);
        match (part(2), part(5)) {
            (Some("secretsmanager" | "ssm"), _) if !here => Self::Other("it is in another region"),
            (Some("secretsmanager"), Some("secret")) if parts.len() > 6 => Self::Secret {
                arn: parts.get(..7).unwrap_or_default().join(":"),
                stage: part(8).map(str::to_owned),
                version: part(9).map(str::to_owned),
            },
            (Some("ssm"), Some(resource)) => match resource.strip_prefix("parameter/") {
                Some(name) => Self::Parameter {
                    name: bare(name).to_owned(),
                    account: part(4).map(str::to_owned),
                },
                None => Self::Other("it is no parameter"),
            },
            (Some("iam"), Some(resource)) => match resource.strip_prefix("role/") {
                // The path of a role is no part of its name.
                Some(path) => Self::Role {
                    name: path.rsplit('/').next().unwrap_or(path).to_owned(),
                },
                None => Self::Other("it is no role"),
            },
            _ => Self::Other("modosu does not look it up"),
        }
    }
}

/// A parameter's name without the `/` that an ARN leaves out, and without a version or label behind it.
fn bare(name: &str) -> &str {
    let name = name.strip_prefix('/').unwrap_or(name);
    name.split_once(':').map_or(name, |(name, _)| name)
}

impl Reader {
    /// Whether each of `wanted` is there: the `valueFrom` texts of task definitions (a secret's ARN, perhaps with key, stage
    /// and version behind it; a parameter's name or ARN) and the ARNs of roles. One that cannot be told, for lack of a right
    /// or because it is elsewhere, is `Untold`; each secret, parameter and role is asked for once.
    ///
    /// # Errors
    /// A fault that says nothing about the reference, such as expired credentials or no connection.
    pub async fn references(&self, wanted: &BTreeSet<Clean>) -> Result<References, Fault> {
        let region = self.inner.region.as_str();
        let named: BTreeMap<&Clean, Named> = wanted
            .iter()
            .map(|text| (text, Named::parse(text.as_str(), region)))
            .collect();
        let mut secrets: BTreeMap<&str, Result<SecretVersions, ReferenceState>> = BTreeMap::new();
        let mut roles: BTreeMap<&str, ReferenceState> = BTreeMap::new();
        for named in named.values() {
            match named {
                Named::Secret { arn, .. } if !secrets.contains_key(arn.as_str()) => {
                    let answer = self.secret_versions(arn).await;
                    secrets.insert(arn, told(answer)?);
                }
                Named::Role { name } if !roles.contains_key(name.as_str()) => {
                    let state = told(self.role_arn(name).await)?
                        .map_or_else(|state| state, |_| ReferenceState::Present);
                    roles.insert(name, state);
                }
                Named::Secret { .. } | Named::Role { .. } | Named::Parameter { .. } | Named::Other(_) => {}
            }
        }
        let parameters = self.parameters(named.values()).await?;
        let mut found = References::new();
        for (text, named) in &named {
            let state = match named {
                Named::Secret { arn, stage, version } => match secrets.get(arn.as_str()) {
                    Some(Ok(secret)) => {
                        self.version_state(secret, stage.as_deref(), version.as_deref())
                            .await?
                    }
                    Some(Err(state)) => state.clone(),
                    None => untold("it was not asked for"),
                },
                Named::Parameter { name, account } => parameters.state(name, account.as_deref()),
                Named::Role { name } => roles
                    .get(name.as_str())
                    .cloned()
                    .unwrap_or_else(|| untold("it was not asked for")),
                Named::Other(why) => untold(why),
            };
            found.insert((*text).clone(), state);
        }
        Ok(found)
    }

    /// The whole ARN of a role, with its path.
    pub(super) async fn role_arn(&self, name: &str) -> Result<String, Fault> {
        let answer = ask!(
            &self.inner.pace,
            Bucket::Iam,
            ROLE,
            self.inner.iam.get_role().role_name(name)
        )?;
        let arn = answer.role().map(|role| role.arn().to_owned());
        arn.filter(|arn| arn.starts_with("arn:"))
            .ok_or_else(|| Fault::new(FaultKind::Malformed, ROLE, "Role.Arn: is missing"))
    }

    /// Whether a secret has what is asked for of it; the current version when nothing is.
    async fn version_state(
        &self,
        secret: &SecretVersions,
        stage: Option<&str>,
        version: Option<&str>,
    ) -> Result<ReferenceState, Fault> {
        if secret.deleted_at.is_some() {
            return Ok(ReferenceState::Deleted(secret.deleted_at));
        }
        let of_version = |id: &str| secret.stages.iter().find(|(known, _)| known.as_str() == id);
        let has = |stages: &BTreeSet<Clean>, stage: &str| stages.iter().any(|s| s.as_str() == stage);
        Ok(match (version, stage) {
            (Some(version), Some(stage)) => match of_version(version) {
                Some((_, stages)) if has(stages, stage) => ReferenceState::Present,
                Some(_) | None => ReferenceState::NoVersion(Clean::new(&format!("{version} {stage}"))),
            },
            (Some(version), None) if of_version(version).is_some() => ReferenceState::Present,
            (Some(version), None) => self.unstaged(secret, version).await?,
            (None, stage) => {
                let stage = stage.unwrap_or("AWSCURRENT");
                if secret.stages.values().any(|stages| has(stages, stage)) {
                    ReferenceState::Present
                } else {
                    ReferenceState::NoVersion(Clean::new(stage))
                }
            }
        })
    }

    /// A version that DescribeSecret does not name has no stage: it may still be there, until Secrets Manager removes it.
    async fn unstaged(&self, secret: &SecretVersions, version: &str) -> Result<ReferenceState, Fault> {
        let (mut pages, mut token) = (Pages::up_to(PAGES), None);
        loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::Secrets,
                VERSION_IDS,
                self.inner
                    .secrets
                    .list_secret_version_ids()
                    .secret_id(secret.arn.as_str())
                    .include_deprecated(true)
                    .max_results(100)
                    .set_next_token(token)
            );
            let answer = match told(answer)? {
                Ok(answer) => answer,
                Err(state) => return Ok(state),
            };
            if answer
                .versions()
                .iter()
                .any(|entry| entry.version_id() == Some(version))
            {
                return Ok(ReferenceState::Present);
            }
            token = pages.next(answer.next_token());
            if token.is_none() {
                return Ok(ReferenceState::NoVersion(Clean::new(version)));
            }
        }
    }

    /// The names of those parameters that are there.
    async fn parameters<'a>(&self, named: impl Iterator<Item = &'a Named>) -> Result<Parameters, Fault> {
        let mut names = BTreeSet::new();
        let mut by_arn = false;
        for named in named {
            match named {
                Named::Parameter { name, account } => {
                    // An ARN does not tell whether the name begins with a `/`.
                    names.insert(name.clone());
                    names.insert(format!("/{name}"));
                    by_arn |= account.is_some();
                }
                Named::Secret { .. } | Named::Role { .. } | Named::Other(_) => {}
            }
        }
        let mut found = Parameters {
            own_account: None,
            there: Ok(BTreeSet::new()),
        };
        if names.is_empty() {
            return Ok(found);
        }
        if by_arn {
            // Another account's parameter would look as if it were gone.
            let identity = self.identity().await?;
            found.own_account = Some(identity.account.as_str().to_owned());
        }
        let names: Vec<String> = names.into_iter().collect();
        let mut there = BTreeSet::new();
        for some in names.chunks(NAMES_A_CALL) {
            match told(self.parameters_named(some).await)? {
                Ok(found) => there.extend(found),
                Err(state) => {
                    found.there = Err(state);
                    return Ok(found);
                }
            }
        }
        found.there = Ok(there);
        Ok(found)
    }

    async fn parameters_named(&self, names: &[String]) -> Result<BTreeSet<String>, Fault> {
        let filter = ssm::ParameterStringFilter::builder()
            .key("Name")
            .option("Equals")
            .set_values(Some(names.to_vec()))
            .build()
            .map_err(|error| Fault::new(FaultKind::Local, PARAMETERS, &error.to_string()))?;
        let mut there = BTreeSet::new();
        let (mut pages, mut token) = (Pages::up_to(PAGES), None);
        loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::Parameters,
                PARAMETERS,
                self.inner
                    .parameters
                    .describe_parameters()
                    .parameter_filters(filter.clone())
                    .max_results(50)
                    .set_next_token(token)
            )?;
            there.extend(
                answer
                    .parameters()
                    .iter()
                    .filter_map(|parameter| parameter.name())
                    .map(|name| bare(name).to_owned()),
            );
            token = pages.next(answer.next_token());
            if token.is_none() {
                return Ok(there);
            }
        }
    }
}

/// Which parameters are there, without their leading `/`.
struct Parameters {
    own_account: Option<String>,
    there: Result<BTreeSet<String>, ReferenceState>,
}

impl Parameters {
    fn state(&self, name: &str, account: Option<&str>) -> ReferenceState {
        if account.is_some() && account != self.own_account.as_deref() {
            return untold("it is in another account");
        }
        match &self.there {
            Ok(there) if there.contains(name) => ReferenceState::Present,
            Ok(_) => ReferenceState::Gone,
            Err(state) => state.clone(),
        }
    }
}

fn untold(why: &str) -> ReferenceState {
    ReferenceState::Untold(Clean::new(why))
}

/// Sorts a fault: what it says about the thing asked for (inner), or that nothing could be asked (outer).
fn told<T>(answer: Result<T, Fault>) -> Result<Result<T, ReferenceState>, Fault> {
    let fault = match answer {
        Ok(answer) => return Ok(Ok(answer)),
        Err(fault) => fault,
    };
    match &fault.kind {
        FaultKind::NotFound => Ok(Err(ReferenceState::Gone)),
        FaultKind::Denied { .. } | FaultKind::NotOffered | FaultKind::Rejected | FaultKind::Malformed => {
            Ok(Err(untold(fault.detail.as_str())))
        }
        FaultKind::Expired
        | FaultKind::NoCredentials
        | FaultKind::Throttled
        | FaultKind::TimedOut
        | FaultKind::Unreachable
        | FaultKind::Server
        | FaultKind::Held
        | FaultKind::Local
        | FaultKind::NotSent => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "arn:aws:secretsmanager:r:1:secret:pb/db-AbCdEf";

    fn parse(text: &str) -> Named {
        Named::parse(text, "r")
    }

    #[test]
    fn references_come_apart_as_ecs_takes_them() {
        let secret = |stage: Option<&str>, version: Option<&str>| Named::Secret {
            arn: SECRET.to_owned(),
            stage: stage.map(str::to_owned),
            version: version.map(str::to_owned),
        };
        assert_eq!(parse(SECRET), secret(None, None));
        assert_eq!(parse(&format!("{SECRET}:host::")), secret(None, None));
        assert_eq!(
            parse(&format!("{SECRET}::AWSPREVIOUS:")),
            secret(Some("AWSPREVIOUS"), None)
        );
        assert_eq!(parse(&format!("{SECRET}:k::v1")), secret(None, Some("v1")));
        let parameter = |name: &str, account: Option<&str>| Named::Parameter {
            name: name.to_owned(),
            account: account.map(str::to_owned),
        };
        assert_eq!(parse("/pb/key"), parameter("pb/key", None));
        assert_eq!(
            parse("arn:aws:ssm:r:1:parameter/pb/key"),
            parameter("pb/key", Some("1"))
        );
        assert_eq!(
            parse("arn:aws:iam::1:role/path/to/task"),
            Named::Role {
                name: "task".to_owned()
            }
        );
    }

    #[test]
    fn what_cannot_be_asked_for_here_is_not_called_gone() {
        for text in [
            "arn:aws:secretsmanager:elsewhere:1:secret:pb",
            "arn:aws:ssm:elsewhere:1:parameter/pb",
            "arn:aws:s3:::bucket/file.env",
            "arn:",
            "arn:aws:iam::1:user/sato",
        ] {
            assert!(
                matches!(parse(text), Named::Other(_)),
                "{text}: {:?}",
                parse(text)
            );
        }
    }
}
