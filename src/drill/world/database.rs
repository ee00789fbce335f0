//! RDS: instances, their snapshots, and what becomes of a restored one in time.
//!
//! Nothing here is on the agenda: where an instance or a snapshot stands follows from its moments and the present. No
//! instance is ever changed or removed; a restore only adds one.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{migrations::Migration, state::World};
use crate::drill::{
    scenario::Database,
    time::{after, seconds},
};

/// The VPC of everything that the account runs.
const OWN_VPC: &str = "vpc-0d111111111111111";
/// The account's default VPC, in which nothing runs.
const DEFAULT_VPC: &str = "vpc-0de1111111111111f";
/// Name and only security group of what stands in the default VPC.
const DEFAULT_GROUP: &str = "default";
const DEFAULT_SECURITY_GROUP: &str = "sg-0de1111111111111f";
/// What a parameter group is called that nobody named.
pub(crate) const DEFAULT_PARAMETERS: &str = "default.postgres16";
/// The option group of every instance.
pub(crate) const OPTION_GROUP: &str = "default:postgres-16";
/// Share of a restore after which the instance is there and takes its first backup.
const CREATING: f64 = 0.72;

/// The databases of the account.
#[derive(Debug, Default)]
pub(crate) struct Databases {
    /// In order of their creation; nothing ever leaves.
    pub(crate) instances: Vec<DbInstance>,
    /// In order of their making.
    pub(crate) snapshots: Vec<DbSnapshot>,
    pub(crate) subnet_groups: Vec<SubnetGroup>,
    pub(crate) parameter_groups: Vec<String>,
    /// How many instances there may be.
    pub(crate) quota: usize,
    /// What the environments have of their own.
    pub(super) homes: Vec<Home>,
}

/// The database of an environment: the secret that says where it is, and who is let in.
#[derive(Debug, Clone)]
pub(super) struct Home {
    pub(super) environment: String,
    /// Name of the secret.
    pub(super) secret: String,
    /// Security groups that let the environment's tasks in.
    pub(super) doors: Vec<String>,
    pub(super) restore_s: f64,
    /// Every migration that was ever made for it.
    pub(super) migrations: Vec<Migration>,
}

/// A subnet group.
#[derive(Debug, Clone)]
pub(crate) struct SubnetGroup {
    pub(crate) name: String,
    pub(crate) vpc: &'static str,
}

/// Who may log in, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) database: String,
}

/// A DB instance.
#[derive(Debug, Clone)]
pub(crate) struct DbInstance {
    pub(crate) identifier: String,
    pub(crate) arn: String,
    pub(crate) resource_id: String,
    /// Index of the environment's database that its data comes from.
    pub(super) home: usize,
    pub(crate) class: String,
    pub(crate) engine_version: String,
    pub(crate) storage_gb: u32,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) login: Login,
    pub(crate) zone: String,
    pub(crate) subnet_group: String,
    pub(crate) security_groups: Vec<String>,
    pub(crate) parameter_group: String,
    pub(crate) multi_az: bool,
    pub(crate) public: bool,
    pub(crate) deletion_protection: bool,
    pub(crate) iam_authentication: bool,
    pub(crate) copy_tags: bool,
    pub(crate) minor_upgrades: bool,
    pub(crate) retention_days: u32,
    pub(crate) tags: BTreeMap<String, String>,
    /// When its creation was asked for, when it was there, and when it was ready for use.
    pub(crate) begun_at: Timestamp,
    pub(crate) created_at: Timestamp,
    pub(crate) available_at: Timestamp,
    /// The snapshot that it was made from.
    pub(crate) restored_from: Option<String>,
    /// What was run on it, in the order of the names.
    pub(super) migrations: Vec<Migration>,
}

impl DbInstance {
    /// Whether it has its endpoint.
    pub(crate) fn is_there(&self, now: Timestamp) -> bool {
        self.created_at <= now
    }
}

/// A snapshot of an instance.
#[derive(Debug, Clone)]
pub(crate) struct DbSnapshot {
    pub(crate) identifier: String,
    pub(crate) arn: String,
    /// Index of the instance that it was taken of.
    pub(crate) instance: usize,
    pub(crate) automated: bool,
    /// When it was begun: it holds what was in the database then.
    pub(crate) taken_at: Timestamp,
    pub(crate) done_at: Timestamp,
    pub(crate) tags: BTreeMap<String, String>,
}

impl DbSnapshot {
    /// `PercentProgress`.
    pub(crate) fn percent(&self, now: Timestamp) -> i64 {
        let whole = seconds(self.taken_at, self.done_at).max(0.001);
        ((seconds(self.taken_at, now) / whole).clamp(0.0, 1.0) * 100.0) as i64
    }

    /// `Status`.
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        if self.done_at <= now {
            "available"
        } else {
            "creating"
        }
    }
}

/// What a restore asks for beyond snapshot and name; what is left out is as RDS has it by default.
#[derive(Debug, Clone, Default)]
pub(crate) struct RestoreWish {
    pub(crate) identifier: String,
    pub(crate) class: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) zone: Option<String>,
    pub(crate) storage_gb: Option<u32>,
    pub(crate) subnet_group: Option<String>,
    pub(crate) security_groups: Vec<String>,
    pub(crate) parameter_group: Option<String>,
    pub(crate) multi_az: bool,
    pub(crate) public: Option<bool>,
    pub(crate) deletion_protection: bool,
    pub(crate) iam_authentication: bool,
    pub(crate) copy_tags: bool,
    pub(crate) minor_upgrades: bool,
    pub(crate) retention_days: Option<u32>,
    pub(crate) tags: BTreeMap<String, String>,
}

/// Why nothing is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RestoreRefused {
    /// There is an instance of that name.
    Exists,
    /// There is no such snapshot.
    NoSnapshot,
    /// The snapshot is not finished.
    SnapshotState,
    /// The account has as many instances as it may.
    Quota,
    NoSubnetGroup,
    NoParameterGroup,
    /// A security group that there is not.
    NoSecurityGroup,
    /// A security group of another VPC than the subnet group's.
    OtherVpc,
    /// Less storage than the snapshot needs.
    Storage,
}

/// Something that RDS says happened.
#[derive(Debug, Clone)]
pub(crate) struct DbEvent {
    pub(crate) at: Timestamp,
    /// Identifier of an instance or of a snapshot.
    pub(crate) source: String,
    pub(crate) arn: String,
    pub(crate) of_snapshot: bool,
    pub(crate) message: String,
    pub(crate) category: &'static str,
}

impl World {
    /// Puts the databases of a scenario into the account.
    pub(super) fn add_databases(&mut self, databases: &[Database], quota: usize, anchor: Timestamp) {
        self.databases.quota = quota;
        self.databases.subnet_groups.push(SubnetGroup {
            name: DEFAULT_GROUP.to_owned(),
            vpc: DEFAULT_VPC,
        });
        self.databases
            .parameter_groups
            .push(DEFAULT_PARAMETERS.to_owned());
        for it in databases {
            let home = self.databases.homes.len();
            let migrations: Vec<Migration> = it
                .migrations
                .iter()
                .map(|one| Migration::new(one, anchor))
                .collect();
            self.databases.homes.push(Home {
                environment: it.environment.clone(),
                secret: it.secret.clone(),
                doors: it.security_groups.clone(),
                restore_s: it.restore_s,
                migrations: migrations.clone(),
            });
            let own = SubnetGroup {
                name: it.subnet_group.clone(),
                vpc: OWN_VPC,
            };
            self.databases.subnet_groups.push(own);
            if !self.databases.parameter_groups.contains(&it.parameter_group) {
                self.databases.parameter_groups.push(it.parameter_group.clone());
            }
            let host = self.db_host(&it.instance);
            let value = it.value.replace("@HOST@", &host);
            let (login, port) = read_login(&value).unwrap_or((Login::nobody(), 5432));
            let created_at = it.created.from(anchor);
            let instance = self.databases.instances.len();
            self.databases.instances.push(DbInstance {
                arn: self.rds_arn("db", &it.instance),
                resource_id: self.db_resource(instance),
                identifier: it.instance.clone(),
                home,
                class: it.class.clone(),
                engine_version: it.engine_version.clone(),
                storage_gb: it.storage_gb,
                host,
                port,
                login,
                zone: format!("{}a", self.region),
                subnet_group: it.subnet_group.clone(),
                security_groups: it.security_groups.clone(),
                parameter_group: it.parameter_group.clone(),
                multi_az: it.multi_az,
                public: false,
                deletion_protection: it.deletion_protection,
                iam_authentication: false,
                copy_tags: true,
                minor_upgrades: true,
                retention_days: it.automated.days,
                tags: it.tags.clone(),
                begun_at: after(created_at, -600.0),
                created_at,
                available_at: after(created_at, 300.0),
                restored_from: None,
                migrations,
            });
            for snapshot in &it.snapshots {
                self.add_snapshot(
                    instance,
                    Some(&snapshot.name),
                    snapshot.at.from(anchor),
                    snapshot.takes_s,
                );
            }
            // RDS goes on with them: the past ones, and one a day as long as a drill can last.
            for day in -i64::from(it.automated.days) + 1..=2 {
                let taken = it.automated.at.from(anchor);
                let taken = taken
                    .saturating_add(SignedDuration::from_hours(24 * day))
                    .unwrap_or(taken);
                self.add_snapshot(instance, None, taken, it.automated.takes_s);
            }
            self.add_secret(&it.secret, &value, Some(home), anchor);
        }
        self.databases.snapshots.sort_by_key(|it| it.taken_at);
    }

    fn add_snapshot(&mut self, instance: usize, name: Option<&str>, taken_at: Timestamp, takes_s: f64) {
        let of = &self.databases.instances[instance];
        let identifier = name.map_or_else(
            || format!("rds:{}-{}", of.identifier, taken_at.strftime("%Y-%m-%d-%H-%M")),
            str::to_owned,
        );
        let snapshot = DbSnapshot {
            arn: self.rds_arn("snapshot", &identifier),
            identifier,
            instance,
            automated: name.is_none(),
            taken_at,
            done_at: after(taken_at, takes_s),
            tags: if of.copy_tags {
                of.tags.clone()
            } else {
                BTreeMap::new()
            },
        };
        self.databases.snapshots.push(snapshot);
    }

    fn rds_arn(&self, kind: &str, name: &str) -> String {
        format!("arn:aws:rds:{}:{}:{kind}:{name}", self.region, self.account)
    }

    fn db_resource(&self, number: usize) -> String {
        let hex = self.chance.hex("dbi resource", number as u64, 26);
        format!("db-{}", hex.to_uppercase())
    }

    /// The address that RDS gives to an instance of this name: the middle part is the account's own in a region.
    fn db_host(&self, identifier: &str) -> String {
        let own = self.chance.hex("rds", 0, 11);
        format!("{identifier}.c{own}.{}.rds.amazonaws.com", self.region)
    }

    /// Index of the instance of this name.
    pub(crate) fn db_instance(&self, identifier: &str) -> Option<usize> {
        let instances = &self.databases.instances;
        instances
            .iter()
            .position(|it| it.identifier.eq_ignore_ascii_case(identifier))
    }

    /// Every snapshot that has been begun.
    pub(crate) fn db_snapshots(&self) -> impl Iterator<Item = &DbSnapshot> {
        self.databases
            .snapshots
            .iter()
            .filter(|it| it.taken_at <= self.now)
    }

    /// `DBInstanceStatus`.
    pub(crate) fn db_status(&self, instance: usize) -> &'static str {
        let it = &self.databases.instances[instance];
        let backs_up = || {
            self.db_snapshots()
                .any(|one| one.instance == instance && one.done_at > self.now)
        };
        if it.created_at > self.now {
            "creating"
        } else if it.available_at > self.now || backs_up() {
            "backing-up"
        } else {
            "available"
        }
    }

    /// The VPC of an instance.
    pub(crate) fn db_vpc(&self, subnet_group: &str) -> &'static str {
        let mut groups = self.databases.subnet_groups.iter();
        groups
            .find(|it| it.name == subnet_group)
            .map_or(DEFAULT_VPC, |it| it.vpc)
    }

    /// The VPC that a security group belongs to, if there is one of that id.
    fn security_group_vpc(&self, id: &str) -> Option<&'static str> {
        if id == DEFAULT_SECURITY_GROUP {
            return Some(DEFAULT_VPC);
        }
        let known = self
            .databases
            .homes
            .iter()
            .any(|home| home.doors.iter().any(|door| door == id));
        // Every VPC has a default group of its own, besides those of the databases.
        (known || id == own_default(OWN_VPC)).then_some(OWN_VPC)
    }

    /// Makes an instance from a snapshot.
    ///
    /// # Errors
    /// When RDS would not.
    pub(crate) fn restore_db(&mut self, snapshot: &str, wish: RestoreWish) -> Result<usize, RestoreRefused> {
        let identifier = wish.identifier.to_ascii_lowercase();
        if self.db_instance(&identifier).is_some() {
            return Err(RestoreRefused::Exists);
        }
        let snapshot = self
            .db_snapshots()
            .find(|it| it.identifier.eq_ignore_ascii_case(snapshot) || it.arn == snapshot)
            .cloned()
            .ok_or(RestoreRefused::NoSnapshot)?;
        if snapshot.done_at > self.now {
            return Err(RestoreRefused::SnapshotState);
        }
        if self.databases.instances.len() >= self.databases.quota {
            return Err(RestoreRefused::Quota);
        }
        let subnet_group = wish.subnet_group.unwrap_or_else(|| DEFAULT_GROUP.to_owned());
        if !self
            .databases
            .subnet_groups
            .iter()
            .any(|it| it.name == subnet_group)
        {
            return Err(RestoreRefused::NoSubnetGroup);
        }
        let parameter_group = wish
            .parameter_group
            .unwrap_or_else(|| DEFAULT_PARAMETERS.to_owned());
        if !self.databases.parameter_groups.contains(&parameter_group) {
            return Err(RestoreRefused::NoParameterGroup);
        }
        let vpc = self.db_vpc(&subnet_group);
        for id in &wish.security_groups {
            match self.security_group_vpc(id) {
                None => return Err(RestoreRefused::NoSecurityGroup),
                Some(its) if its != vpc => return Err(RestoreRefused::OtherVpc),
                Some(_) => {}
            }
        }
        let security_groups = if wish.security_groups.is_empty() {
            vec![own_default(vpc)]
        } else {
            wish.security_groups
        };
        let source = self.databases.instances[snapshot.instance].clone();
        if wish.storage_gb.is_some_and(|storage| storage < source.storage_gb) {
            return Err(RestoreRefused::Storage);
        }
        let serial = self.next_serial();
        let takes =
            self.databases.homes[source.home].restore_s * self.chance.between("restore", serial, 0.92, 1.08);
        let index = self.databases.instances.len();
        let retention_days = wish.retention_days.unwrap_or(source.retention_days);
        let created_at = after(self.now, takes * CREATING);
        // Without new tags RDS adds those of the snapshot's source.
        let tags = if wish.tags.is_empty() {
            source.tags
        } else {
            wish.tags
        };
        self.databases.instances.push(DbInstance {
            arn: self.rds_arn("db", &identifier),
            resource_id: self.db_resource(index),
            host: self.db_host(&identifier),
            identifier,
            home: source.home,
            class: wish.class.unwrap_or(source.class),
            engine_version: source.engine_version,
            storage_gb: wish.storage_gb.unwrap_or(source.storage_gb),
            port: wish.port.unwrap_or(source.port),
            login: source.login,
            zone: wish.zone.unwrap_or_else(|| format!("{}c", self.region)),
            subnet_group,
            security_groups,
            parameter_group,
            multi_az: wish.multi_az,
            // The default VPC has a gateway to the internet; the account's own has none here.
            public: wish.public.unwrap_or(vpc == DEFAULT_VPC),
            deletion_protection: wish.deletion_protection,
            iam_authentication: wish.iam_authentication,
            copy_tags: wish.copy_tags,
            minor_upgrades: wish.minor_upgrades,
            retention_days,
            tags,
            begun_at: self.now,
            created_at,
            available_at: after(self.now, takes),
            restored_from: Some(snapshot.identifier),
            migrations: source
                .migrations
                .into_iter()
                .filter(|one| one.at <= snapshot.taken_at)
                .collect(),
        });
        if retention_days > 0 {
            self.add_snapshot(index, None, created_at, takes * (1.0 - CREATING));
            self.databases.snapshots.sort_by_key(|it| it.taken_at);
        }
        Ok(index)
    }

    /// What RDS has said until now, oldest first.
    pub(crate) fn db_events(&self) -> Vec<DbEvent> {
        let mut events = Vec::new();
        for it in &self.databases.instances {
            let mut say = |at, message: String, category| {
                let (source, arn) = (it.identifier.clone(), it.arn.clone());
                events.push(DbEvent {
                    at,
                    source,
                    arn,
                    of_snapshot: false,
                    message,
                    category,
                });
            };
            match &it.restored_from {
                Some(snapshot) => say(
                    it.created_at,
                    format!("Restored from snapshot {snapshot}"),
                    "restoration",
                ),
                None => say(it.created_at, "DB instance created".to_owned(), "creation"),
            }
        }
        for it in &self.databases.snapshots {
            let of = &self.databases.instances[it.instance];
            let mut say = |at, source: &str, arn: &str, of_snapshot, message: &str, category| {
                let (source, arn, message) = (source.to_owned(), arn.to_owned(), message.to_owned());
                events.push(DbEvent {
                    at,
                    source,
                    arn,
                    of_snapshot,
                    message,
                    category,
                });
            };
            let (begun, done) = if it.automated {
                ("Creating automated snapshot", "Automated snapshot created")
            } else {
                ("Creating manual snapshot", "Manual snapshot created")
            };
            say(
                it.taken_at,
                &of.identifier,
                &of.arn,
                false,
                "Backing up DB instance",
                "backup",
            );
            say(
                it.done_at,
                &of.identifier,
                &of.arn,
                false,
                "Finished DB Instance backup",
                "backup",
            );
            say(it.taken_at, &it.identifier, &it.arn, true, begun, "creation");
            say(it.done_at, &it.identifier, &it.arn, true, done, "creation");
        }
        events.retain(|it| it.at <= self.now);
        events.sort_by_key(|it| it.at);
        events
    }
}

impl Login {
    /// A login that opens nothing.
    pub(super) fn nobody() -> Self {
        Self {
            username: String::new(),
            password: String::new(),
            database: String::new(),
        }
    }
}

/// Id of the default security group of a VPC.
fn own_default(vpc: &str) -> String {
    if vpc == DEFAULT_VPC {
        DEFAULT_SECURITY_GROUP.to_owned()
    } else {
        "sg-0d1fffffffffffffd".to_owned()
    }
}

/// Login and port in a secret's value.
pub(super) fn read_login(value: &str) -> Option<(Login, u16)> {
    let value: serde_json::Value = serde_json::from_str(value).ok()?;
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let login = Login {
        username: text("username")?,
        password: text("password")?,
        database: text("dbname")?,
    };
    Some((login, u16::try_from(value["port"].as_u64()?).ok()?))
}
