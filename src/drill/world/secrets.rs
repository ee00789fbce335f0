//! Secrets Manager: secrets with versions, and the stages that move between them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{model::TaskDefinition, permissions::parameter, state::World};
use crate::drill::{scenario::Scenario, time::after};

/// The stage that everybody reads.
pub(crate) const CURRENT: &str = "AWSCURRENT";
/// The stage of the version before.
pub(crate) const PREVIOUS: &str = "AWSPREVIOUS";

/// A secret.
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) description: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) changed_at: Timestamp,
    /// Since when it is gone altogether.
    gone_at: Option<Timestamp>,
    /// Since when it is scheduled for deletion.
    pub(crate) scheduled_at: Option<Timestamp>,
    /// Index of the environment's database that it leads to.
    pub(super) home: Option<usize>,
    /// Oldest first.
    pub(crate) versions: Vec<SecretVersion>,
    /// Id of the version that has each stage.
    pub(crate) stages: BTreeMap<String, String>,
}

/// A version of a secret. Its value never changes.
#[derive(Debug, Clone)]
pub(crate) struct SecretVersion {
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) value: String,
}

/// Why a version is not added or a stage not moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecretRefused {
    /// The token names a version with another value.
    TokenTaken,
    /// There is no such version.
    NoVersion,
    /// The stage is on this version, and the request says otherwise.
    StageElsewhere(String),
    /// The stage is on no version.
    StageNowhere,
    /// AWSCURRENT cannot be taken away, only moved.
    LastCurrent,
}

impl Secret {
    /// The value that tasks get.
    pub(crate) fn current(&self) -> Option<&str> {
        let id = self.stages.get(CURRENT)?;
        self.version(id).map(|it| it.value.as_str())
    }

    /// The version with this id.
    pub(crate) fn version(&self, id: &str) -> Option<&SecretVersion> {
        self.versions.iter().find(|it| it.id == id)
    }

    /// The stages of a version, by name.
    pub(crate) fn stages_of(&self, id: &str) -> Vec<&str> {
        let on = self.stages.iter().filter(|(_, on)| *on == id);
        on.map(|(stage, _)| stage.as_str()).collect()
    }

    fn is_gone(&self, now: Timestamp) -> bool {
        self.gone_at.is_some_and(|at| at <= now)
    }

    /// Whether it waits for its deletion.
    pub(crate) fn is_scheduled(&self, now: Timestamp) -> bool {
        self.scheduled_at.is_some_and(|at| at <= now)
    }

    /// Adds a version with these stages; the token is its id. A version that is there with this value stays as it is.
    pub(crate) fn put(
        &mut self,
        token: &str,
        value: &str,
        stages: &[String],
        now: Timestamp,
    ) -> Result<(), SecretRefused> {
        if let Some(there) = self.version(token) {
            return if there.value == value {
                Ok(())
            } else {
                Err(SecretRefused::TokenTaken)
            };
        }
        let (id, value) = (token.to_owned(), value.to_owned());
        self.versions.push(SecretVersion {
            id,
            created_at: now,
            value,
        });
        for stage in stages {
            self.set_stage(stage, token);
        }
        self.changed_at = now;
        Ok(())
    }

    /// Puts a stage on a version; when AWSCURRENT moves, AWSPREVIOUS goes to where it was.
    fn set_stage(&mut self, stage: &str, id: &str) {
        let before = self.stages.insert(stage.to_owned(), id.to_owned());
        if stage == CURRENT
            && let Some(before) = before.filter(|before| before != id)
        {
            self.stages.insert(PREVIOUS.to_owned(), before);
        }
    }

    /// Moves a stage, only from where the request says that it is.
    pub(crate) fn move_stage(
        &mut self,
        stage: &str,
        from: Option<&str>,
        to: Option<&str>,
        now: Timestamp,
    ) -> Result<(), SecretRefused> {
        if [from, to]
            .into_iter()
            .flatten()
            .any(|id| self.version(id).is_none())
        {
            return Err(SecretRefused::NoVersion);
        }
        let on = self.stages.get(stage).cloned();
        match (on, to) {
            (None, Some(to)) if from.is_none() => self.set_stage(stage, to),
            (None, _) => return Err(SecretRefused::StageNowhere),
            (Some(on), Some(to)) if on == to => {}
            (Some(on), _) if from != Some(on.as_str()) => return Err(SecretRefused::StageElsewhere(on)),
            (Some(_), Some(to)) => self.set_stage(stage, to),
            (Some(_), None) if stage == CURRENT => return Err(SecretRefused::LastCurrent),
            (Some(_), None) => {
                self.stages.remove(stage);
            }
        }
        self.changed_at = now;
        Ok(())
    }
}

impl TaskDefinition {
    /// `valueFrom` of every secret of every container.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let containers = self.body["containerDefinitions"].as_array();
        containers
            .into_iter()
            .flatten()
            .filter_map(|container| container["secrets"].as_array())
            .flatten()
            .filter_map(|secret| secret["valueFrom"].as_str())
    }
}

impl World {
    /// Adds a secret with one version, a year old.
    pub(super) fn add_secret(&mut self, name: &str, value: &str, home: Option<usize>, anchor: Timestamp) {
        let topic = format!("secret {name}");
        let (created_at, id) = (after(anchor, -365.0 * 86_400.0), self.chance.uuid(&topic, 1));
        let suffix = self.chance.hex(&topic, 0, 6);
        self.secrets.push(Secret {
            arn: format!(
                "arn:aws:secretsmanager:{}:{}:secret:{name}-{suffix}",
                self.region, self.account
            ),
            name: name.to_owned(),
            description: home.map(|_| "Connection of the application to its database".to_owned()),
            created_at,
            changed_at: created_at,
            gone_at: None,
            scheduled_at: None,
            home,
            stages: BTreeMap::from([(CURRENT.to_owned(), id.clone())]),
            versions: vec![SecretVersion {
                id,
                created_at,
                value: value.to_owned(),
            }],
        });
    }

    /// Adds what task definitions name besides the databases' secrets, and says what is gone. A name that begins like a
    /// path is a parameter's, and no secret.
    pub(super) fn add_secrets(&mut self, scenario: &Scenario, anchor: Timestamp) {
        let of_applications = scenario.applications.iter().flat_map(|application| {
            let of_revisions = application.revisions.iter().flat_map(|it| it.secrets.values());
            application.secrets.values().chain(of_revisions)
        });
        let gone = scenario.gone_secrets.iter().map(|it| &it.name);
        let is_parameter = |name: &str| name.starts_with('/');
        for name in of_applications.chain(gone).filter(|name| !is_parameter(name)) {
            if self.secrets.iter().all(|it| it.name != *name) {
                let value = self.chance.token(&format!("value {name}"), 0, 43);
                self.add_secret(name, &value, None, anchor);
            }
        }
        for gone in &scenario.gone_secrets {
            if is_parameter(&gone.name) {
                let since = gone.since.from(anchor);
                self.gone_parameters.insert(gone.name.clone(), since);
            }
            for it in self.secrets.iter_mut().filter(|it| it.name == gone.name) {
                let since = Some(gone.since.from(anchor));
                let place = if gone.scheduled {
                    &mut it.scheduled_at
                } else {
                    &mut it.gone_at
                };
                *place = since;
            }
        }
    }

    /// Index of the secret with this name, ARN, or ARN without the six letters at its end.
    pub(crate) fn secret(&self, wanted: &str) -> Option<usize> {
        let name = wanted.rsplit_once(":secret:").map_or(wanted, |(_, name)| name);
        let is_arn = name.len() != wanted.len();
        self.secrets.iter().position(|it| {
            let full = it.arn.rsplit_once(":secret:").map_or("", |(_, name)| name);
            (it.name == name || (is_arn && full == name)) && !it.is_gone(self.now)
        })
    }

    /// Index of the secret that a `valueFrom` names, which may go on with a key, a stage and a version.
    pub(super) fn secret_by_reference(&self, from: &str) -> Option<usize> {
        let (head, rest) = from.split_once(":secret:")?;
        let name = rest.split(':').next().unwrap_or(rest);
        self.secret(&format!("{head}:secret:{name}"))
    }

    /// Why tasks of a service revision cannot start: the first secret or parameter of its definition that cannot be had,
    /// in the words of ECS.
    pub(super) fn missing_secret(&self, service: usize, revision: usize) -> Option<String> {
        let revision = &self.services[service].revisions[revision];
        let definition = self.task_definition(&revision.task_definition)?;
        definition.secrets().find_map(|from| {
            if let Some(name) = parameter(from) {
                return self.parameter_is_gone(name).then(|| format!(
                    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: {name}"
                ));
            }
            if !from.contains(":secretsmanager:") {
                return None;
            }
            let why = match self.secret_by_reference(from) {
                None => "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
                Some(index) if self.secrets[index].is_scheduled(self.now) => {
                    "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion."
                }
                Some(_) => return None,
            };
            Some(format!(
                "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret {from} from secrets manager: {why}"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        let at = Timestamp::UNIX_EPOCH;
        let mut secret = Secret {
            name: "a".to_owned(),
            arn: "arn:aws:secretsmanager:x:1:secret:a-abcdef".to_owned(),
            description: None,
            created_at: at,
            changed_at: at,
            gone_at: None,
            scheduled_at: None,
            home: None,
            versions: Vec::new(),
            stages: BTreeMap::new(),
        };
        for id in ["one", "two"] {
            secret.put(id, id, &[CURRENT.to_owned()], at).unwrap();
        }
        secret
    }

    #[test]
    fn the_version_before_stays_staged_and_comes_back() {
        let (mut it, at) = (secret(), Timestamp::UNIX_EPOCH);
        assert_eq!((it.current(), it.stages_of("one")), (Some("two"), vec![PREVIOUS]));
        assert_eq!(it.put("two", "two", &[CURRENT.to_owned()], at), Ok(()));
        assert_eq!(it.put("one", "three", &[], at), Err(SecretRefused::TokenTaken));
        assert_eq!(it.versions.len(), 2);
        let elsewhere = SecretRefused::StageElsewhere("two".to_owned());
        assert_eq!(
            it.move_stage(CURRENT, None, Some("one"), at),
            Err(elsewhere.clone())
        );
        assert_eq!(
            it.move_stage(CURRENT, Some("one"), Some("one"), at).err(),
            Some(elsewhere)
        );
        assert_eq!(
            it.move_stage(CURRENT, Some("two"), None, at),
            Err(SecretRefused::LastCurrent)
        );
        assert_eq!(it.move_stage(CURRENT, Some("two"), Some("one"), at), Ok(()));
        assert_eq!((it.current(), it.stages_of("two")), (Some("one"), vec![PREVIOUS]));
        assert_eq!(it.move_stage(PREVIOUS, Some("two"), None, at), Ok(()));
        assert!(it.stages_of("two").is_empty());
        assert_eq!(
            it.move_stage("GHOST", None, None, at),
            Err(SecretRefused::StageNowhere)
        );
    }
}
