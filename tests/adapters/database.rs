//! The database as RDS and Secrets Manager tell of it.

use modosu::adapters::aws::Bucket;
use modosu::domain::{Endpoint, FaultKind};
use serde_json::json;

use super::fake::{Call, Fake, Reply, now};

/// A control character that XML can carry.
const HOSTILE: char = '\u{85}';

fn instance(id: &str, status: &str, endpoint: bool) -> String {
    let endpoint = if endpoint {
        format!(
            "<Endpoint><Address>{id}.abc.rds</Address><Port>5432</Port><HostedZoneId>Z</HostedZoneId></Endpoint>"
        )
    } else {
        String::new()
    };
    format!(
        "<DBInstance><DBInstanceIdentifier>{id}</DBInstanceIdentifier><DBInstanceClass>db.t3.medium</DBInstanceClass>\
         <Engine>postgres</Engine><EngineVersion>15.4</EngineVersion><DBInstanceStatus>{status}</DBInstanceStatus>\
         {endpoint}<AllocatedStorage>100</AllocatedStorage><InstanceCreateTime>2026-11-23T05:00:00Z</InstanceCreateTime>\
         <VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-2</VpcSecurityGroupId><Status>active</Status>\
         </VpcSecurityGroupMembership><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-1</VpcSecurityGroupId>\
         <Status>active</Status></VpcSecurityGroupMembership><VpcSecurityGroupMembership>\
         <VpcSecurityGroupId>sg-old</VpcSecurityGroupId><Status>removing</Status></VpcSecurityGroupMembership></VpcSecurityGroups>\
         <DBParameterGroups><DBParameterGroup><DBParameterGroupName>pb-pg15</DBParameterGroupName></DBParameterGroup></DBParameterGroups>\
         <DBSubnetGroup><DBSubnetGroupName>pb-subnets</DBSubnetGroupName></DBSubnetGroup>\
         <OptionGroupMemberships><OptionGroupMembership><OptionGroupName>default:postgres-15</OptionGroupName>\
         <Status>in-sync</Status></OptionGroupMembership><OptionGroupMembership><OptionGroupName>pb-options</OptionGroupName>\
         <Status>in-sync</Status></OptionGroupMembership></OptionGroupMemberships>\
         <MultiAZ>true</MultiAZ><PubliclyAccessible>false</PubliclyAccessible><DeletionProtection>true</DeletionProtection>\
         <CopyTagsToSnapshot>true</CopyTagsToSnapshot><IAMDatabaseAuthenticationEnabled>true</IAMDatabaseAuthenticationEnabled>\
         <TagList><Tag><Key>modosu:intent</Key><Value>0f{HOSTILE}1e</Value></Tag></TagList></DBInstance>"
    )
}

fn instances(list: &[String], marker: Option<&str>) -> Reply {
    let marker = marker.map_or_else(String::new, |marker| format!("<Marker>{marker}</Marker>"));
    Reply::Xml(format!(
        "<DescribeDBInstancesResponse><DescribeDBInstancesResult>{marker}<DBInstances>{}</DBInstances>\
         </DescribeDBInstancesResult></DescribeDBInstancesResponse>",
        list.concat()
    ))
}

fn snapshot(n: u32, kind: &str) -> String {
    format!(
        "<DBSnapshot><DBSnapshotIdentifier>s{n}</DBSnapshotIdentifier><Status>available</Status>\
         <SnapshotCreateTime>2026-11-{:02}T03:00:00.500Z</SnapshotCreateTime><AllocatedStorage>100</AllocatedStorage>\
         <PercentProgress>100</PercentProgress><SnapshotType>{kind}</SnapshotType><Encrypted>true</Encrypted>\
         <Engine>postgres</Engine><EngineVersion>15.4</EngineVersion></DBSnapshot>",
        n % 28 + 1
    )
}

fn rds(call: &Call) -> Reply {
    let text = |field: &str| call.input[field].as_str().unwrap_or_default().to_owned();
    match call.operation.as_str() {
        "rds.DescribeDBInstances" => match (text("DBInstanceIdentifier").as_str(), text("Marker").as_str()) {
            ("pb-production", _) => instances(&[instance("pb-production", "available", true)], None),
            ("", "") => instances(
                &[
                    instance("pb-production", "available", true),
                    instance("pb-production-restoredx", "available", true),
                ],
                Some("m1"),
            ),
            ("", "m1") => instances(
                &[
                    instance("pb-production-restored", "creating", false),
                    instance("pb-production-restored-2", "available", true),
                ],
                None,
            ),
            _ => Reply::XmlError(404, "DBInstanceNotFound", "DBInstance nothing not found."),
        },
        "rds.DescribeDBSnapshots" => {
            let page: u32 = text("Marker").parse().unwrap_or(0);
            Reply::Xml(format!(
                "<DescribeDBSnapshotsResponse><DescribeDBSnapshotsResult><Marker>{}</Marker><DBSnapshots>{}{}{}</DBSnapshots>\
                 </DescribeDBSnapshotsResult></DescribeDBSnapshotsResponse>",
                page + 1,
                snapshot(page * 2, "automated"),
                snapshot(page * 2 + 1, "manual"),
                if page == 0 {
                    "<DBSnapshot><DBSnapshotIdentifier>fresh</DBSnapshotIdentifier><Status>creating</Status></DBSnapshot>\
                     <DBSnapshot><Status>available</Status></DBSnapshot>"
                } else {
                    ""
                }
            ))
        }
        "rds.DescribeEvents" => {
            let of = text("SourceIdentifier");
            Reply::Xml(format!(
                "<DescribeEventsResponse><DescribeEventsResult><Events>\
                 <Event><SourceIdentifier>{of}</SourceIdentifier><SourceType>db-instance</SourceType>\
                 <Message>Restored from snapshot \u{202e}x</Message><Date>2025-11-14T05:59:00Z</Date></Event>\
                 <Event><SourceIdentifier>{of}</SourceIdentifier><Message>long ago</Message><Date>2025-11-01T00:00:00Z</Date></Event>\
                 </Events></DescribeEventsResult></DescribeEventsResponse>"
            ))
        }
        "secretsmanager.DescribeSecret" => Reply::Json(json!({
            "ARN": "arn:aws:secretsmanager:r:1:secret:pb/production/database-x", "Name": "pb/production/database",
            "VersionIdsToStages": {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT", "x\u{1b}y"]},
            "LastChangedDate": 1_763_000_000.0
        })),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_database_is_the_live_instance_the_restored_ones_and_every_snapshot() {
    let fake = Fake::new(rds);
    let (reader, turns) = fake.reader().await;
    let database = reader
        .database(
            "pb-production",
            "pb-production-restored",
            "pb/production/database",
            now(),
        )
        .await
        .unwrap();
    let live = &database.instance;
    assert!(live.is_available());
    assert_eq!(
        live.endpoint,
        Some(Endpoint {
            host: "pb-production.abc.rds".into(),
            port: 5432
        })
    );
    assert_eq!(live.engine, Some("postgres 15.4".into()));
    assert_eq!(live.storage_gib, Some(100));
    assert_eq!(
        live.settings.security_groups,
        ["sg-1".into(), "sg-2".into()].into()
    );
    assert_eq!(live.settings.subnet_group, Some("pb-subnets".into()));
    assert_eq!(live.settings.parameter_group, Some("pb-pg15".into()));
    // RDS's own group is no setting of the team's.
    assert_eq!(live.settings.option_group, Some("pb-options".into()));
    let settings = &live.settings;
    assert!(
        settings.multi_az
            && settings.deletion_protection
            && settings.copy_tags
            && settings.iam_authentication
    );
    assert!(!settings.publicly_accessible);
    assert_eq!(live.tags[&"modosu:intent".into()].as_str(), "0f\u{FFFD}1e");
    let restored: Vec<_> = database
        .restored
        .iter()
        .map(|it| (it.id.as_str(), it.endpoint.is_some()))
        .collect();
    assert_eq!(
        restored,
        [
            ("pb-production-restored", false),
            ("pb-production-restored-2", true)
        ],
        "not the one whose name only begins alike"
    );
    assert_eq!(database.secret.current(), Some(&"v2".into()));
    assert_eq!(database.secret.previous(), Some(&"v1".into()));
    assert!(database.secret.stages[&"v2".into()].contains(&"x\u{FFFD}y".into()));
    let messages: Vec<_> = database
        .events
        .iter()
        .map(|event| event.message.as_str())
        .collect();
    assert_eq!(
        messages, ["Restored from snapshot \u{FFFD}x"; 3],
        "the last hours of each instance"
    );
    assert!(
        turns
            .taken
            .lock()
            .unwrap()
            .iter()
            .all(|bucket| matches!(bucket, Bucket::Database | Bucket::Secrets))
    );
}

#[tokio::test(start_paused = true)]
async fn snapshots_are_bounded_newest_first_and_the_cut_is_said() {
    let fake = Fake::new(rds);
    let (reader, _) = fake.reader().await;
    let database = reader
        .database("pb-production", "pb-production-restored", "s", now())
        .await
        .unwrap();
    assert_eq!(fake.count("rds.DescribeDBSnapshots"), 5, "the pages never end");
    assert!(database.snapshots_cut);
    assert_eq!(database.snapshots.len(), 11);
    assert_eq!(database.snapshots[0].id.as_str(), "fresh", "it is being made");
    assert!(!database.snapshots[0].is_available());
    assert!(database.snapshots[1..].is_sorted_by_key(|snapshot| std::cmp::Reverse(snapshot.taken_at)));
    assert!(database.snapshots[1].is_available() && database.snapshots[1].encrypted);
    assert_eq!(
        database
            .snapshots
            .iter()
            .filter(|snapshot| snapshot.automated)
            .count(),
        5
    );
}

#[tokio::test(start_paused = true)]
async fn events_that_cannot_be_read_cost_only_the_events() {
    let fake = Fake::new(|call| match call.operation.as_str() {
        "rds.DescribeEvents" => Reply::XmlError(403, "AccessDenied", "no"),
        _ => rds(call),
    });
    let (reader, _) = fake.reader().await;
    let database = reader
        .database("pb-production", "pb-production-restored", "s", now())
        .await
        .unwrap();
    assert!(database.events.is_empty());
    assert_eq!(database.restored.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_role_that_may_not_list_still_finds_the_restored_one_by_name() {
    let fake = Fake::new(|call| {
        let id = call.input["DBInstanceIdentifier"].as_str();
        match (call.operation.as_str(), id) {
            ("rds.DescribeDBInstances", None) => Reply::XmlError(403, "AccessDenied", "no"),
            ("rds.DescribeDBInstances", Some("pb-production-restored")) => {
                instances(&[instance("pb-production-restored", "backing-up", true)], None)
            }
            _ => rds(call),
        }
    });
    let (reader, _) = fake.reader().await;
    let database = reader
        .database("pb-production", "pb-production-restored", "s", now())
        .await
        .unwrap();
    assert_eq!(database.restored[0].status.as_str(), "backing-up");
    assert_eq!(database.restored.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_not_there_is_none_and_a_strange_one_a_fault() {
    let fake = Fake::new(rds);
    let (reader, _) = fake.reader().await;
    assert_eq!(reader.db_instance("nothing").await.unwrap(), None);
    let fault = reader.database("nothing", "r", "s", now()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotFound);
    let fake = Fake::new(|_| {
        instances(
            &["<DBInstance><DBInstanceIdentifier>pb</DBInstanceIdentifier></DBInstance>".to_owned()],
            None,
        )
    });
    let fault = fake.reader().await.0.db_instance("pb").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
    assert!(fault.detail.as_str().contains("DBInstanceStatus"));
}

#[tokio::test(start_paused = true)]
async fn a_secret_on_its_way_out_says_when() {
    let fake =
        Fake::new(|_| Reply::Json(json!({"ARN": "arn:x", "Name": "s", "DeletedDate": 1_763_200_000.0})));
    let secret = fake.reader().await.0.secret_versions("s").await.unwrap();
    assert_eq!(secret.deleted_at.unwrap().as_second(), 1_763_200_000);
    assert_eq!(secret.current(), None);
    let fake = Fake::new(|_| Reply::Error(400, "ResourceNotFoundException", "Secrets Manager can't find it"));
    let fault = fake.reader().await.0.secret_versions("s").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotFound);
}
