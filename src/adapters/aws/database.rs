//! An environment's database on RDS: the instance, those restored beside it, its snapshots and what happened to them.

use aws_sdk_rds::types as sdk;
use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    Clean, Database, DbEvent, DbInstance, DbSnapshot, Endpoint, Fault, FaultKind, InstanceSettings,
};

use super::convert::{Pages, clean, count, malformed, time};
use super::pace::{Bucket, ask};
use super::reader::Reader;

const INSTANCES: &str = "rds.DescribeDBInstances";
const SNAPSHOTS: &str = "rds.DescribeDBSnapshots";
const EVENTS: &str = "rds.DescribeEvents";

/// Records in a page (RDS API reference: 20 to 100).
const A_PAGE: i32 = 100;
/// Pages of the account's instances that are followed: ten times RDS's quota of a hundred in a region.
const INSTANCE_PAGES: usize = 10;
/// Pages of snapshots that are followed: five times RDS's quota of manual ones.
const SNAPSHOT_PAGES: usize = 5;
/// How far back events are asked for. A restore that is being looked at began within these hours.
const EVENTS_OF: SignedDuration = SignedDuration::from_hours(6);
/// How the names of RDS's own option groups begin, `default:postgres-16` (Amazon RDS user guide, "Working with option groups").
/// They have no options, belong to one version of the engine, and are what an instance gets for which none is named. A restore
/// that names one can only go wrong: where the snapshot is of an earlier version, or where RDS has not made the group yet.
const DEFAULT_OPTIONS: &str = "default:";
/// Instances whose events are asked for, one call each.
const TOLD_OF: usize = 4;

impl Reader {
    /// The instance, those that were restored under the name `restored` or that name with a suffix (`restored-…`), the
    /// instance's snapshots, the secret's versions and the events of the last six hours.
    ///
    /// Costs a call for the instance, one for a hundred instances of the account (RDS has no filter by the beginning of a
    /// name), one for a hundred snapshots, one for the secret and one for each instance's events. Where the account's
    /// instances may not be listed, only the one named exactly `restored` is looked for.
    ///
    /// # Errors
    /// `NotFound` when the instance or the secret is not there; any fault of a call but that of the events, which are only
    /// told and decide nothing.
    pub async fn database(
        &self,
        instance: &str,
        restored: &str,
        secret: &str,
        now: Timestamp,
    ) -> Result<Database, Fault> {
        let live = self.db_instance(instance).await?.ok_or_else(|| {
            Fault::new(
                FaultKind::NotFound,
                INSTANCES,
                &format!("there is no instance {instance}"),
            )
        })?;
        let restored = self.restored(&live.id, restored).await?;
        let (snapshots, snapshots_cut) = self.snapshots(instance).await?;
        let secret = self.secret_versions(secret).await?;
        let told_of = std::iter::once(&live).chain(&restored).take(TOLD_OF);
        let mut events = Vec::new();
        for instance in told_of {
            // They decide nothing; that they cannot be read must not hide the rest.
            events.extend(self.events(instance.id.as_str(), now).await.unwrap_or_default());
        }
        events.sort_by_key(|event| std::cmp::Reverse(event.at));
        Ok(Database {
            instance: live,
            restored,
            snapshots,
            snapshots_cut,
            secret,
            events,
        })
    }

    /// One instance; `None` when there is none of this name.
    ///
    /// # Errors
    /// Any fault of the call.
    pub async fn db_instance(&self, id: &str) -> Result<Option<DbInstance>, Fault> {
        let answer = ask!(
            &self.inner.pace,
            Bucket::Database,
            INSTANCES,
            self.inner.rds.describe_db_instances().db_instance_identifier(id)
        );
        match answer {
            Ok(answer) => answer
                .db_instances()
                .iter()
                // RDS keeps names in lower case, whatever was asked for.
                .find(|instance| {
                    instance
                        .db_instance_identifier()
                        .is_some_and(|is| is.eq_ignore_ascii_case(id))
                })
                .map(instance_from)
                .transpose(),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn restored(&self, live: &Clean, name: &str) -> Result<Vec<DbInstance>, Fault> {
        let listed = self.instances().await;
        let all = match listed {
            Ok(all) => all,
            // A role may be allowed to look at its own instances only.
            Err(Fault {
                kind: FaultKind::Denied { .. },
                ..
            }) => return Ok(self.db_instance(name).await?.into_iter().collect()),
            Err(fault) => return Err(fault),
        };
        let name = name.to_ascii_lowercase();
        let ours = |instance: &sdk::DbInstance| {
            instance.db_instance_identifier().is_some_and(|id| {
                let id = id.to_ascii_lowercase();
                let rest = id.strip_prefix(&name);
                id != live.as_str() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            })
        };
        let mut found: Vec<DbInstance> = all
            .iter()
            .filter(|instance| ours(instance))
            .map(instance_from)
            .collect::<Result<_, _>>()?;
        found.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
        Ok(found)
    }

    async fn instances(&self) -> Result<Vec<sdk::DbInstance>, Fault> {
        let mut all = Vec::new();
        let (mut pages, mut marker) = (Pages::up_to(INSTANCE_PAGES), None);
        loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::Database,
                INSTANCES,
                self.inner
                    .rds
                    .describe_db_instances()
                    .max_records(A_PAGE)
                    .set_marker(marker)
            )?;
            all.extend_from_slice(answer.db_instances());
            marker = pages.next(answer.marker());
            if marker.is_none() {
                return Ok(all);
            }
        }
    }

    /// Snapshots newest first, and whether there are more than were read.
    async fn snapshots(&self, instance: &str) -> Result<(Vec<DbSnapshot>, bool), Fault> {
        let mut snapshots = Vec::new();
        let (mut pages, mut marker) = (Pages::up_to(SNAPSHOT_PAGES), None);
        let cut = loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::Database,
                SNAPSHOTS,
                self.inner
                    .rds
                    .describe_db_snapshots()
                    .db_instance_identifier(instance)
                    .max_records(A_PAGE)
                    .set_marker(marker)
            )?;
            snapshots.extend(answer.db_snapshots().iter().filter_map(snapshot_from));
            let more = answer.marker().is_some_and(|marker| !marker.is_empty());
            marker = pages.next(answer.marker());
            if marker.is_none() {
                break more;
            }
        };
        // One that is being made has no time yet: it will be the newest.
        snapshots.sort_by_key(|snapshot| std::cmp::Reverse((snapshot.taken_at.is_none(), snapshot.taken_at)));
        Ok((snapshots, cut))
    }

    async fn events(&self, instance: &str, now: Timestamp) -> Result<Vec<DbEvent>, Fault> {
        let minutes = i32::try_from(EVENTS_OF.as_mins()).unwrap_or(60);
        let answer = ask!(
            &self.inner.pace,
            Bucket::Database,
            EVENTS,
            self.inner
                .rds
                .describe_events()
                .source_type(sdk::SourceType::DbInstance)
                .source_identifier(instance)
                .duration(minutes)
                .max_records(A_PAGE)
        )?;
        // Some endpoints answer with all that ever happened.
        let is_late = |event: &DbEvent| now.duration_since(event.at) <= EVENTS_OF;
        Ok(answer
            .events()
            .iter()
            .filter_map(|event| {
                Some(DbEvent {
                    at: time(event.date())?,
                    instance: Clean::new(event.source_identifier().unwrap_or(instance)),
                    message: Clean::new(event.message().unwrap_or_default()),
                })
            })
            .filter(is_late)
            .collect())
    }
}

fn instance_from(instance: &sdk::DbInstance) -> Result<DbInstance, Fault> {
    let id = clean(instance.db_instance_identifier())
        .ok_or_else(|| malformed(INSTANCES, "DBInstanceIdentifier", "is missing"))?;
    Ok(DbInstance {
        id,
        status: clean(instance.db_instance_status())
            .ok_or_else(|| malformed(INSTANCES, "DBInstanceStatus", "is missing"))?,
        class: clean(instance.db_instance_class()),
        engine: engine(instance.engine(), instance.engine_version()),
        endpoint: instance.endpoint().and_then(|endpoint| {
            Some(Endpoint {
                host: clean(endpoint.address())?,
                port: endpoint.port().and_then(|port| u16::try_from(port).ok())?,
            })
        }),
        storage_gib: instance.allocated_storage().map(count),
        created_at: time(instance.instance_create_time()),
        settings: settings(instance),
        tags: instance
            .tag_list()
            .iter()
            .filter_map(|tag| {
                Some((
                    Clean::new(tag.key()?),
                    Clean::new(tag.value().unwrap_or_default()),
                ))
            })
            .collect(),
    })
}

fn settings(instance: &sdk::DbInstance) -> InstanceSettings {
    InstanceSettings {
        subnet_group: instance
            .db_subnet_group()
            .and_then(|group| clean(group.db_subnet_group_name())),
        security_groups: instance
            .vpc_security_groups()
            .iter()
            // One that is on its way out is no setting any more.
            .filter(|group| group.status() != Some("removing"))
            .filter_map(|group| clean(group.vpc_security_group_id()))
            .collect(),
        parameter_group: instance
            .db_parameter_groups()
            .first()
            .and_then(|group| clean(group.db_parameter_group_name())),
        option_group: instance
            .option_group_memberships()
            .iter()
            .filter(|group| group.status() != Some("removing") && group.status() != Some("pending-removal"))
            .filter_map(|group| clean(group.option_group_name()))
            .find(|name| !name.as_str().starts_with(DEFAULT_OPTIONS)),
        publicly_accessible: instance.publicly_accessible().unwrap_or_default(),
        multi_az: instance.multi_az().unwrap_or_default(),
        deletion_protection: instance.deletion_protection().unwrap_or_default(),
        copy_tags: instance.copy_tags_to_snapshot().unwrap_or_default(),
        iam_authentication: instance.iam_database_authentication_enabled().unwrap_or_default(),
    }
}

fn engine(name: Option<&str>, version: Option<&str>) -> Option<Clean> {
    let name = name.filter(|name| !name.is_empty())?;
    Some(version.map_or_else(
        || Clean::new(name),
        |version| Clean::new(&format!("{name} {version}")),
    ))
}

/// A snapshot; one without a name cannot be restored and is left out.
fn snapshot_from(snapshot: &sdk::DbSnapshot) -> Option<DbSnapshot> {
    Some(DbSnapshot {
        id: clean(snapshot.db_snapshot_identifier())?,
        status: Clean::new(snapshot.status().unwrap_or_default()),
        // A copy says when its original was taken, and that is what its data is as of.
        taken_at: time(snapshot.original_snapshot_create_time())
            .or_else(|| time(snapshot.snapshot_create_time())),
        storage_gib: snapshot.allocated_storage().map(count),
        percent: snapshot
            .percent_progress()
            .and_then(|percent| u8::try_from(percent).ok()),
        engine: engine(snapshot.engine(), snapshot.engine_version()),
        automated: snapshot.snapshot_type() == Some("automated"),
        encrypted: snapshot.encrypted().unwrap_or_default(),
    })
}
