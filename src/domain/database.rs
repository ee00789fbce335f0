//! A database instance on RDS, its snapshots, and the secret that leads to it. No value of a secret is ever here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Clean;

/// Where an instance can be reached (RDS API, `Endpoint`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Its DNS name.
    pub host: Clean,
    /// Its TCP port.
    pub port: u16,
}

/// Settings of a live instance that a restored one would not have by itself: RDS gives it the defaults instead (RDS API,
/// RestoreDBInstanceFromDBSnapshot). In a plan they stand under the names that the request has for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceSettings {
    /// The DB subnet group.
    #[serde(
        rename = "DBSubnetGroupName",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub subnet_group: Option<Clean>,
    /// VPC security groups, by id.
    #[serde(rename = "VpcSecurityGroupIds", default)]
    pub security_groups: BTreeSet<Clean>,
    /// The DB parameter group.
    #[serde(
        rename = "DBParameterGroupName",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub parameter_group: Option<Clean>,
    /// The option group.
    #[serde(rename = "OptionGroupName", default, skip_serializing_if = "Option::is_none")]
    pub option_group: Option<Clean>,
    /// Whether it can be reached from outside its VPC.
    #[serde(rename = "PubliclyAccessible", default)]
    pub publicly_accessible: bool,
    /// Whether it has a standby in another zone.
    #[serde(rename = "MultiAZ", default)]
    pub multi_az: bool,
    /// Whether it is protected from deletion.
    #[serde(rename = "DeletionProtection", default)]
    pub deletion_protection: bool,
    /// Whether its snapshots get its tags.
    #[serde(rename = "CopyTagsToSnapshot", default)]
    pub copy_tags: bool,
    /// Whether IAM may authenticate its users.
    #[serde(rename = "EnableIAMDatabaseAuthentication", default)]
    pub iam_authentication: bool,
}

/// An instance (RDS API, `DBInstance`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DbInstance {
    /// Its identifier.
    pub id: Clean,
    /// Its status as RDS writes it, such as `available` or `creating`.
    pub status: Clean,
    /// Its class, such as `db.t3.medium`.
    pub class: Option<Clean>,
    /// Its engine and version, such as `postgres 15.4`.
    pub engine: Option<Clean>,
    /// Where it can be reached; absent while it is created.
    pub endpoint: Option<Endpoint>,
    /// Storage in GiB.
    pub storage_gib: Option<u32>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// What a restored one must be given.
    pub settings: InstanceSettings,
    /// Its tags.
    pub tags: BTreeMap<Clean, Clean>,
}

/// Statuses in which an instance answers beside `available` (Amazon RDS user guide, "Viewing Amazon RDS DB instance status":
/// a backup and these changes do not interrupt it).
const SERVES_MEANWHILE: [&str; 5] = [
    "backing-up",
    "configuring-enhanced-monitoring",
    "configuring-iam-database-auth",
    "configuring-log-exports",
    "storage-optimization",
];

impl DbInstance {
    /// Whether it answers now, whatever RDS does with it meanwhile.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.is_available() || SERVES_MEANWHILE.contains(&self.status.as_str())
    }

    /// Whether it can be used.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.status.as_str() == "available"
    }
}

/// A snapshot (RDS API, `DBSnapshot`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DbSnapshot {
    /// Its identifier; those that RDS makes by itself begin with `rds:`.
    pub id: Clean,
    /// Its status as RDS writes it, such as `available` or `creating`.
    pub status: Clean,
    /// When it was taken: what was written after that is not in it.
    pub taken_at: Option<Timestamp>,
    /// Storage in GiB.
    pub storage_gib: Option<u32>,
    /// How much of it is done, in percent.
    pub percent: Option<u8>,
    /// Its engine and version.
    pub engine: Option<Clean>,
    /// Whether RDS made it by itself.
    pub automated: bool,
    /// Whether it is encrypted.
    pub encrypted: bool,
}

impl DbSnapshot {
    /// Whether it can be restored.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.status.as_str() == "available"
    }
}

/// Something that RDS says happened to an instance (RDS API, `Event`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DbEvent {
    /// When.
    pub at: Timestamp,
    /// Of which instance.
    pub instance: Clean,
    /// In its words.
    pub message: Clean,
}

/// A secret's versions, by name; never a value (Secrets Manager API, DescribeSecret).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretVersions {
    /// The secret's ARN.
    pub arn: Clean,
    /// Its name.
    pub name: Clean,
    /// The stages of each version.
    pub stages: BTreeMap<Clean, BTreeSet<Clean>>,
    /// When it will be deleted, if it is on its way out: it can then neither be read nor changed.
    pub deleted_at: Option<Timestamp>,
    /// When any version last changed.
    pub changed_at: Option<Timestamp>,
}

impl SecretVersions {
    /// The version that is in use: it has the stage `AWSCURRENT`.
    #[must_use]
    pub fn current(&self) -> Option<&Clean> {
        self.staged("AWSCURRENT")
    }

    /// The version that was in use before: it has the stage `AWSPREVIOUS`.
    #[must_use]
    pub fn previous(&self) -> Option<&Clean> {
        self.staged("AWSPREVIOUS")
    }

    fn staged(&self, stage: &str) -> Option<&Clean> {
        self.stages
            .iter()
            .find(|(_, stages)| stages.iter().any(|s| s.as_str() == stage))
            .map(|(version, _)| version)
    }
}

/// All that is observed of an environment's database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// The instance of the runbook. It is never touched.
    pub instance: DbInstance,
    /// Every other instance whose identifier is the runbook's name for restored ones, or that name with a suffix.
    pub restored: Vec<DbInstance>,
    /// Its snapshots, newest first.
    pub snapshots: Vec<DbSnapshot>,
    /// Whether there are more than were read. RDS promises no order, so the newest may then be among those.
    pub snapshots_cut: bool,
    /// The connection's secret.
    pub secret: SecretVersions,
    /// What happened to these instances lately, newest first; empty where RDS does not tell.
    pub events: Vec<DbEvent>,
}

impl Database {
    /// An instance of these by its identifier.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<&DbInstance> {
        std::iter::once(&self.instance)
            .chain(&self.restored)
            .find(|instance| instance.id.as_str() == id)
    }
}
