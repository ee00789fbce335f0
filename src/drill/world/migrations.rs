//! What ties services to databases: the connection that a task took from the secret at its start, the migrations that ran
//! there, and what both do to the answers.
//!
//! Decided by real effect alone: a task that cannot reach its database fails, old code on a newer schema fails as far as
//! the migration says, and damaged data fails for everybody.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{database::read_login, state::World};
use crate::drill::{
    scenario::{self, Behaviour},
    time::wire,
};

/// Share of requests that need the database.
const NEED_IT: f64 = 0.96;

/// A migration, where and when it ran.
#[derive(Debug, Clone)]
pub(crate) struct Migration {
    /// As Prisma names its folder: the time of its making, then the name.
    pub(crate) name: String,
    pub(crate) made_at: Timestamp,
    /// When it ran.
    pub(crate) at: Timestamp,
    pub(crate) failed: bool,
    damages: f64,
    breaks_older: f64,
    needed: f64,
}

impl Migration {
    pub(super) fn new(it: &scenario::Migration, anchor: Timestamp) -> Self {
        let made_at = it.made.from(anchor);
        Self {
            name: format!("{}_{}", made_at.strftime("%Y%m%d%H%M%S"), it.name),
            made_at,
            at: it.at.from(anchor),
            failed: it.failed,
            damages: it.damages,
            breaks_older: it.breaks_older,
            needed: it.needed,
        }
    }
}

/// Where a task's connection leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Link {
    /// The task uses no database.
    #[default]
    Unused,
    /// To the instance with this index.
    Instance(usize),
    /// The secret names an address at which there is nothing, or a login that opens nothing.
    Nowhere,
}

/// What `prisma migrate status` compares: the folder of a version, and what the database says.
#[derive(Debug)]
pub(crate) struct Status {
    /// Names in the folder of the version.
    pub(crate) local: Vec<String>,
    /// Name of the database, from the secret.
    pub(crate) database: String,
    /// `host:port` of the secret.
    pub(crate) address: String,
    /// Names in the database, and those of them that failed; `None` when it cannot be reached.
    pub(crate) there: Option<(Vec<String>, Vec<String>)>,
}

impl World {
    /// Index of the environment's database, when a definition of the service names a database's secret. The families are
    /// shared by the environments, so that the name of one environment's secret stands for the service's own.
    fn home_of(&self, service: usize, revision: usize) -> Option<usize> {
        let it = &self.services[service];
        let definition = self.task_definition(&it.revisions[revision].task_definition)?;
        let homes = &self.databases.homes;
        let named = definition
            .secrets()
            .filter_map(|from| self.secret_by_reference(from))
            .find_map(|secret| self.secrets[secret].home)?;
        Some(
            homes
                .iter()
                .position(|home| home.environment == it.environment)
                .unwrap_or(named),
        )
    }

    /// The connection that a task of this service revision takes now.
    pub(super) fn link_now(&self, service: usize, revision: usize) -> Link {
        match self.home_of(service, revision) {
            None => Link::Unused,
            Some(home) => self.behind_secret(home),
        }
    }

    /// Where the current value of a database's secret leads.
    fn behind_secret(&self, home: usize) -> Link {
        let secret = self.secret(&self.databases.homes[home].secret);
        let Some(value) = secret.and_then(|it| self.secrets[it].current()) else {
            return Link::Nowhere;
        };
        let (Some(host), Some((login, port))) = (host_of(value), read_login(value)) else {
            return Link::Nowhere;
        };
        let mut instances = self.databases.instances.iter();
        instances
            .position(|it| it.host.eq_ignore_ascii_case(&host) && it.port == port && it.login == login)
            .map_or(Link::Nowhere, Link::Instance)
    }

    /// Whether tasks of an environment get through to an instance at a moment: it is there, in their VPC, and one of its
    /// security groups lets them in.
    fn reaches(&self, environment: &str, instance: usize, at: Timestamp) -> bool {
        let it = &self.databases.instances[instance];
        let mut homes = self.databases.homes.iter();
        let doors = homes
            .find(|home| home.environment == environment)
            .map(|home| &home.doors);
        it.is_there(at)
            && doors.is_some_and(|doors| it.security_groups.iter().any(|group| doors.contains(group)))
    }

    /// When the image of a service revision was pushed: its code has the migrations that were made until then.
    fn built_at(&self, service: usize, revision: usize) -> Option<Timestamp> {
        let (repository, image) = self.services[service].revisions[revision].runs?;
        Some(self.repositories[repository].images[image].pushed_at)
    }

    /// Share of requests that fail for the database's sake.
    fn database_errors(&self, service: usize, revision: usize, link: Link, at: Timestamp) -> f64 {
        let instance = match link {
            Link::Unused => return 0.0,
            Link::Nowhere => return NEED_IT,
            Link::Instance(instance) => instance,
        };
        if !self.reaches(&self.services[service].environment, instance, at) {
            return NEED_IT;
        }
        let it = &self.databases.instances[instance];
        let built = self.built_at(service, revision);
        let of_code = |one: &Migration| built.is_none_or(|built| one.made_at <= built);
        let ran = |one: &&Migration| one.at <= at && !one.failed;
        let mut share = 0.0_f64;
        for one in it.migrations.iter().filter(ran) {
            share = share.max(one.damages);
            if !of_code(one) {
                share = share.max(one.breaks_older);
            }
        }
        for one in self.databases.homes[it.home]
            .migrations
            .iter()
            .filter(|one| of_code(one))
        {
            if built.is_some()
                && !it
                    .migrations
                    .iter()
                    .filter(ran)
                    .any(|other| other.name == one.name)
            {
                share = share.max(one.needed);
            }
        }
        share
    }

    /// How a service revision behaves at a moment with this connection.
    pub(crate) fn behaviour_on(
        &self,
        service: usize,
        revision: usize,
        link: Link,
        at: Timestamp,
    ) -> Behaviour {
        let mut is = self.behaviour(service, revision, at);
        let share = self.database_errors(service, revision, link, at);
        is.error_rate = 1.0 - (1.0 - is.error_rate) * (1.0 - share);
        is
    }

    /// What the Prisma command line finds for a service: the folder is a checkout of the newest version that was pushed,
    /// or of the one that is asked for; the database is the one behind the environment's secret. `None` when the service
    /// has no database, or the version never was.
    pub(crate) fn migration_status(&self, service: usize, version: Option<&str>) -> Option<Status> {
        let it = &self.services[service];
        let revision = it.deployments.first()?.revision;
        let home = self.home_of(service, revision)?;
        let (repository, _) = it.revisions[revision].runs?;
        let mut images = self.repositories[repository].images.iter();
        let built = images
            .rfind(|image| image.pushed_at <= self.now && version.is_none_or(|wanted| image.tag == wanted))?
            .pushed_at;
        let home_is = &self.databases.homes[home];
        let local = home_is.migrations.iter().filter(|one| one.made_at <= built);
        let local = local.map(|one| one.name.clone()).collect();
        let value = self
            .secret(&home_is.secret)
            .and_then(|it| self.secrets[it].current());
        let value = value.unwrap_or_default();
        let (login, port) = read_login(value)?;
        let there = match self.behind_secret(home) {
            Link::Instance(instance) if self.reaches(&home_is.environment, instance, self.now) => {
                let ran = self.databases.instances[instance]
                    .migrations
                    .iter()
                    .filter(|one| one.at <= self.now);
                let names = |failed: bool| {
                    ran.clone()
                        .filter(|one| one.failed || !failed)
                        .map(|one| one.name.clone())
                        .collect()
                };
                Some((names(false), names(true)))
            }
            Link::Instance(_) | Link::Nowhere | Link::Unused => None,
        };
        let address = format!("{}:{port}", host_of(value).unwrap_or_default());
        Some(Status {
            local,
            database: login.database,
            address,
            there,
        })
    }

    /// The instances that the running tasks of a service are connected to, for the truth.
    pub(super) fn links_truth(&self, service: usize) -> Vec<Value> {
        let it = &self.services[service];
        let mut seen: Vec<(usize, Link, usize)> = Vec::new();
        for task in it
            .tasks
            .iter()
            .filter(|task| task.state == super::TaskState::Running)
        {
            match seen
                .iter_mut()
                .find(|(revision, link, _)| (*revision, *link) == (task.revision, task.link))
            {
                Some((_, _, count)) => *count += 1,
                None => seen.push((task.revision, task.link, 1)),
            }
        }
        seen.into_iter()
            .filter(|(_, link, _)| *link != Link::Unused)
            .map(|(revision, link, tasks)| {
                let instance = self.link_name(link);
                let reached = match link {
                    Link::Instance(index) => self.reaches(&it.environment, index, self.now),
                    Link::Nowhere | Link::Unused => false,
                };
                json!({
                    "instance": instance,
                    "revision": it.revisions[revision].number,
                    "tasks": tasks,
                    "reached": reached,
                    "error_share": self.database_errors(service, revision, link, self.now),
                })
            })
            .collect()
    }

    fn link_name(&self, link: Link) -> Option<&str> {
        match link {
            Link::Instance(index) => Some(&self.databases.instances[index].identifier),
            Link::Nowhere | Link::Unused => None,
        }
    }

    /// The databases, for the truth: which instance stands behind each secret, and what there is.
    pub(super) fn databases_truth(&self) -> Vec<Value> {
        let homes = self.databases.homes.iter().enumerate();
        homes
            .map(|(index, home)| {
                let instances: Vec<Value> = self
                    .databases
                    .instances
                    .iter()
                    .enumerate()
                    .filter(|(_, it)| it.home == index)
                    .map(|(number, it)| {
                        let ran = it.migrations.iter().filter(|one| one.at <= self.now);
                        json!({
                            "identifier": it.identifier,
                            "status": self.db_status(number),
                            "host": it.host,
                            "restored_from": it.restored_from,
                            "reachable": self.reaches(&home.environment, number, self.now),
                            "migrations": ran
                                .map(|one| json!({ "name": one.name, "at": wire(one.at), "failed": one.failed }))
                                .collect::<Vec<Value>>(),
                        })
                    })
                    .collect();
                json!({
                    "environment": home.environment,
                    "secret": home.secret,
                    "instance_behind_secret": self.link_name(self.behind_secret(index)),
                    "instances": instances,
                })
            })
            .collect()
    }
}

/// The address in a secret's value.
fn host_of(value: &str) -> Option<String> {
    let value: Value = serde_json::from_str(value).ok()?;
    value["host"].as_str().map(str::to_owned)
}
