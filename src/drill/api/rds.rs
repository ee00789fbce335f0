//! RDS, API version 2014-10-31: instances, snapshots, events, and a restore. Nothing here changes or removes an instance.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    AwsError,
    input::Input,
    page::{Page, Paging, Refusals, page_or},
};
use crate::drill::{
    time::{after, seconds, wire},
    wire::items,
    world::{
        DEFAULT_PARAMETERS, DbEvent, DbInstance, DbSnapshot, OPTION_GROUP, RestoreRefused, RestoreWish, World,
    },
};

const PAGING: Paging = Paging {
    token: "Marker",
    size: "MaxRecords",
    default: 100,
    most: 100,
};
const REFUSALS: Refusals = Refusals {
    token: || invalid("Marker is not valid."),
    size: |message| AwsError::new("InvalidParameterValue", message),
};
/// Events can be asked for over two weeks.
const LONGEST: i64 = 20_160;
/// Hosted zone of RDS endpoints in the region.
const ZONE: &str = "Z24O6O9L7SGTNB";

pub(super) fn answer(world: &mut World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match operation {
        "DescribeDBInstances" => instances(world, input),
        "DescribeDBSnapshots" => snapshots(world, input),
        "DescribeEvents" => events(world, input),
        "ListTagsForResource" => tags_of(world, input),
        "RestoreDBInstanceFromDBSnapshot" => restore(world, input),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValue", message)
}

fn combination(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterCombination", message)
}

/// A page of at least twenty.
fn page(all: Vec<Value>, input: Input<'_>, list: &str, world: &World) -> Result<Page<Value>, AwsError> {
    if let Some(size) = input
        .number("MaxRecords")
        .filter(|size| !(20..=100).contains(size))
    {
        return Err(invalid(format!(
            "Invalid value {size} for MaxRecords. Must be between 20 and 100"
        )));
    }
    page_or(all, input, PAGING, REFUSALS, list, world.chance)
}

/// Whether a thing passes the filters, which know it by these names.
fn passes(input: Input<'_>, known: &[(&str, &[&str])]) -> Result<bool, AwsError> {
    let mut all = true;
    for filter in input.items("Filters") {
        let filter = Input::new(filter);
        let name = filter.text("Name").unwrap_or_default();
        let (_, is) = known
            .iter()
            .find(|(key, _)| *key == name)
            .ok_or_else(|| invalid(format!("Unrecognized filter name: {name}")))?;
        all &= filter
            .texts("Values")
            .iter()
            .any(|value| is.contains(&value.as_str()));
    }
    Ok(all)
}

fn no_instance(name: &str) -> AwsError {
    AwsError::missing("DBInstanceNotFound", format!("DBInstance {name} not found."))
}

fn no_snapshot(name: &str) -> AwsError {
    AwsError::missing("DBSnapshotNotFound", format!("DBSnapshot {name} not found."))
}

fn instances(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let wanted = input.text("DBInstanceIdentifier");
    let mut found = Vec::new();
    for (index, it) in world.databases.instances.iter().enumerate() {
        let named = wanted.is_none_or(|name| it.identifier.eq_ignore_ascii_case(name) || it.arn == name);
        let known: [(&str, &[&str]); 3] = [
            ("db-instance-id", &[&it.identifier, &it.arn]),
            ("dbi-resource-id", &[&it.resource_id]),
            ("engine", &["postgres"]),
        ];
        if it.begun_at <= world.now && passes(input, &known)? && named {
            found.push(instance_shown(world, index, it));
        }
    }
    if let (Some(name), true) = (wanted, found.is_empty()) {
        return Err(no_instance(name));
    }
    let page = page(found, input, "db instances", world)?;
    Ok(json!({ "DBInstances": items("DBInstance", page.items), "Marker": page.next }))
}

fn tag_list(tags: &BTreeMap<String, String>) -> Value {
    let tags = tags
        .iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }));
    items("Tag", tags.collect())
}

/// An instance as RDS describes it; what it has only once it is there is left out before.
fn instance_shown(world: &World, index: usize, it: &DbInstance) -> Value {
    let there = it.is_there(world.now);
    let groups = it
        .security_groups
        .iter()
        .map(|id| json!({ "VpcSecurityGroupId": id, "Status": "active" }));
    // Transaction logs go out every five minutes.
    let restorable = (it.available_at <= world.now && it.retention_days > 0).then(|| {
        let ago = seconds(it.available_at, world.now) % 300.0;
        wire(after(world.now, -ago))
    });
    let mut shown = json!({
        "DBInstanceIdentifier": it.identifier,
        "DBInstanceClass": it.class,
        "Engine": "postgres",
        "DBInstanceStatus": world.db_status(index),
        "MasterUsername": "postgres",
        "DBName": it.login.database,
        "AllocatedStorage": it.storage_gb,
        "PreferredBackupWindow": "18:00-18:30",
        "BackupRetentionPeriod": it.retention_days,
        "DBSecurityGroups": items("DBSecurityGroup", Vec::new()),
        "VpcSecurityGroups": items("VpcSecurityGroupMembership", groups.collect()),
        "DBParameterGroups": items("DBParameterGroup", vec![json!({
            "DBParameterGroupName": it.parameter_group, "ParameterApplyStatus": "in-sync",
        })]),
        "DBSubnetGroup": subnet_group(world, it),
        "PreferredMaintenanceWindow": "sun:17:00-sun:17:30",
        "PendingModifiedValues": {},
        "MultiAZ": it.multi_az,
        "EngineVersion": it.engine_version,
        "AutoMinorVersionUpgrade": it.minor_upgrades,
        "ReadReplicaDBInstanceIdentifiers": items("ReadReplicaDBInstanceIdentifier", Vec::new()),
        "LicenseModel": "postgresql-license",
        "OptionGroupMemberships": items("OptionGroupMembership", vec![json!({
            "OptionGroupName": OPTION_GROUP, "Status": "in-sync",
        })]),
        "PubliclyAccessible": it.public,
        "TagList": tag_list(&it.tags),
        "LatestRestorableTime": restorable,
    });
    let as_usual = json!({
        "StorageType": "gp3",
        "DbInstancePort": 0,
        "StorageEncrypted": true,
        "KmsKeyId": kms_key(world),
        "DbiResourceId": it.resource_id,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "DomainMemberships": items("DomainMembership", Vec::new()),
        "CopyTagsToSnapshot": it.copy_tags,
        "MonitoringInterval": 0,
        "DBInstanceArn": it.arn,
        "IAMDatabaseAuthenticationEnabled": it.iam_authentication,
        "PerformanceInsightsEnabled": false,
        "DeletionProtection": it.deletion_protection,
        "AssociatedRoles": items("DBInstanceRole", Vec::new()),
        "CustomerOwnedIpEnabled": false,
        "NetworkType": "IPV4",
        "ActivityStreamStatus": "stopped",
        "BackupTarget": "region",
    });
    if let (Some(shown), Value::Object(more)) = (shown.as_object_mut(), as_usual) {
        shown.extend(more);
    }
    if there {
        shown["Endpoint"] = json!({ "Address": it.host, "Port": it.port, "HostedZoneId": ZONE });
        shown["InstanceCreateTime"] = wire(it.created_at);
        shown["AvailabilityZone"] = json!(it.zone);
    }
    shown
}

fn subnet_group(world: &World, it: &DbInstance) -> Value {
    let subnet = |letter: char, number: u8| {
        json!({
            "SubnetIdentifier": format!("subnet-0{letter}{}", number.to_string().repeat(15)),
            "SubnetAvailabilityZone": { "Name": format!("{}{letter}", world.region) },
            "SubnetStatus": "Active",
        })
    };
    let own = it.subnet_group != "default";
    let number = if own { 1 } else { 9 };
    json!({
        "DBSubnetGroupName": it.subnet_group,
        "DBSubnetGroupDescription": if own { "private subnets" } else { "default" },
        "VpcId": world.db_vpc(&it.subnet_group),
        "SubnetGroupStatus": "Complete",
        "Subnets": items("Subnet", vec![subnet('a', number), subnet('c', number)]),
    })
}

fn kms_key(world: &World) -> String {
    let key = world.chance.uuid("kms rds", 0);
    format!("arn:aws:kms:{}:{}:key/{key}", world.region, world.account)
}

fn snapshots(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let (of, named) = (
        input.text("DBInstanceIdentifier"),
        input.text("DBSnapshotIdentifier"),
    );
    let kind = input.text("SnapshotType");
    let known = ["automated", "manual", "shared", "public", "awsbackup"];
    if let Some(other) = kind.filter(|kind| !known.contains(kind)) {
        return Err(invalid(format!(
            "Invalid snapshot type: {other}. Valid types are: automated, manual, shared, public, awsbackup"
        )));
    }
    let mut found = Vec::new();
    for it in world.db_snapshots() {
        let instance = &world.databases.instances[it.instance];
        let is = if it.automated { "automated" } else { "manual" };
        let known: [(&str, &[&str]); 5] = [
            ("db-instance-id", &[&instance.identifier, &instance.arn]),
            ("db-snapshot-id", &[&it.identifier]),
            ("dbi-resource-id", &[&instance.resource_id]),
            ("snapshot-type", &[is]),
            ("engine", &["postgres"]),
        ];
        if passes(input, &known)?
            && kind.is_none_or(|kind| kind == is)
            && of.is_none_or(|name| instance.identifier.eq_ignore_ascii_case(name) || instance.arn == name)
            && named.is_none_or(|name| it.identifier.eq_ignore_ascii_case(name) || it.arn == name)
        {
            found.push(snapshot_shown(world, it, instance, is));
        }
    }
    if let (Some(name), true) = (named, found.is_empty()) {
        return Err(no_snapshot(name));
    }
    let list = format!("db snapshots {}", of.unwrap_or_default());
    let page = page(found, input, &list, world)?;
    Ok(json!({ "DBSnapshots": items("DBSnapshot", page.items), "Marker": page.next }))
}

fn snapshot_shown(world: &World, it: &DbSnapshot, of: &DbInstance, kind: &str) -> Value {
    let mut shown = json!({
        "DBSnapshotIdentifier": it.identifier,
        "DBInstanceIdentifier": of.identifier,
        "Engine": "postgres",
        "AllocatedStorage": of.storage_gb,
        "Status": it.status(world.now),
        "Port": of.port,
        "AvailabilityZone": of.zone,
        "VpcId": world.db_vpc(&of.subnet_group),
        "InstanceCreateTime": wire(of.created_at),
        "MasterUsername": "postgres",
        "EngineVersion": of.engine_version,
        "LicenseModel": "postgresql-license",
        "SnapshotType": kind,
        "OptionGroupName": OPTION_GROUP,
        "PercentProgress": it.percent(world.now),
        "StorageType": "gp3",
        "Encrypted": true,
        "KmsKeyId": kms_key(world),
        "DBSnapshotArn": it.arn,
        "IAMDatabaseAuthenticationEnabled": of.iam_authentication,
        "ProcessorFeatures": items("ProcessorFeature", Vec::new()),
        "DbiResourceId": of.resource_id,
        "TagList": tag_list(&it.tags),
        "SnapshotTarget": "region",
    });
    // RDS names the moment once the snapshot's data is safe; a fifth of the work is that.
    if it.percent(world.now) >= 20 {
        shown["SnapshotCreateTime"] = wire(it.taken_at);
        shown["OriginalSnapshotCreateTime"] = wire(it.taken_at);
    }
    shown
}

fn events(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let known = [
        "db-instance",
        "db-parameter-group",
        "db-security-group",
        "db-snapshot",
        "db-cluster",
        "db-cluster-snapshot",
    ];
    let kind = input.text("SourceType");
    if let Some(other) = kind.filter(|kind| !known.contains(kind)) {
        return Err(invalid(format!("Invalid source type: {other}")));
    }
    let source = input.text("SourceIdentifier");
    if source.is_some() && kind.is_none() {
        return Err(combination(
            "The parameter SourceType must be provided if SourceIdentifier is provided",
        ));
    }
    let minutes = input.number("Duration").unwrap_or(60);
    if !(1..=LONGEST).contains(&minutes) {
        return Err(invalid(format!(
            "Invalid value {minutes} for Duration. Must be between 1 and {LONGEST}"
        )));
    }
    let (from, to) = span(world.now, input, minutes as f64)?;
    let categories = input.texts("EventCategories");
    let wanted = |it: &DbEvent| {
        let is = if it.of_snapshot {
            "db-snapshot"
        } else {
            "db-instance"
        };
        kind.is_none_or(|kind| kind == is)
            && source.is_none_or(|name| it.source.eq_ignore_ascii_case(name))
            && (categories.is_empty() || categories.iter().any(|category| category == it.category))
            && (from..=to).contains(&it.at)
    };
    let events = world.db_events();
    let found = events.iter().filter(|it| wanted(it)).map(|it| {
        json!({
            "SourceIdentifier": it.source,
            "SourceType": if it.of_snapshot { "db-snapshot" } else { "db-instance" },
            "Message": it.message,
            "EventCategories": items("EventCategory", vec![json!(it.category)]),
            "Date": wire(it.at),
            "SourceArn": it.arn,
        })
    });
    let page = page(found.collect(), input, "db events", world)?;
    Ok(json!({ "Events": items("Event", page.items), "Marker": page.next }))
}

/// From when to when events are asked for.
fn span(now: Timestamp, input: Input<'_>, minutes: f64) -> Result<(Timestamp, Timestamp), AwsError> {
    let to = input.moment("EndTime").unwrap_or(now);
    let from = input
        .moment("StartTime")
        .unwrap_or_else(|| after(to, -60.0 * minutes));
    if from > to {
        return Err(combination("StartTime must be before EndTime"));
    }
    if seconds(from, now) > LONGEST as f64 * 60.0 + 60.0 {
        return Err(invalid("Events are available for the last 14 days only"));
    }
    Ok((from, to))
}

fn tags_of(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let arn = input
        .text("ResourceName")
        .ok_or_else(|| invalid("ResourceName must not be empty."))?;
    let tail = arn.rsplit_once(':').map_or(arn, |(_, name)| name);
    let instance = world
        .databases
        .instances
        .iter()
        .find(|it| it.arn == arn)
        .map(|it| &it.tags);
    let snapshot = || world.db_snapshots().find(|it| it.arn == arn).map(|it| &it.tags);
    let tags = instance.or_else(snapshot).ok_or_else(|| {
        if arn.contains(":snapshot:") {
            no_snapshot(arn.split_once(":snapshot:").map_or(tail, |(_, name)| name))
        } else if arn.starts_with("arn:aws:rds:") {
            no_instance(tail)
        } else {
            invalid(format!("Invalid resource name: {arn}"))
        }
    })?;
    Ok(json!({ "TagList": tag_list(tags) }))
}

/// Whether RDS takes an identifier.
fn is_identifier(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
        && !text.ends_with('-')
        && !text.contains("--")
}

fn restore(world: &mut World, input: Input<'_>) -> Result<Value, AwsError> {
    let identifier = input.text("DBInstanceIdentifier").unwrap_or_default();
    if !is_identifier(identifier) {
        return Err(invalid(
            "The parameter DBInstanceIdentifier is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.",
        ));
    }
    let snapshot = input.text("DBSnapshotIdentifier").ok_or_else(|| {
        combination("Either DBSnapshotIdentifier or DBClusterSnapshotIdentifier must be specified.")
    })?;
    let class = input.text("DBInstanceClass");
    if let Some(other) =
        class.filter(|class| class.strip_prefix("db.").is_none_or(|rest| !rest.contains('.')))
    {
        return Err(invalid(format!("Invalid DB Instance class: {other}")));
    }
    let option_group = input.text("OptionGroupName");
    if let Some(name) = option_group.filter(|name| *name != OPTION_GROUP) {
        return Err(AwsError::missing(
            "OptionGroupNotFoundFault",
            format!("Specified OptionGroupName: {name} not found."),
        ));
    }
    if let Some(port) = input
        .number("Port")
        .filter(|port| !(1_150..=65_535).contains(port))
    {
        return Err(invalid(format!(
            "Invalid value {port} for Port. Must be between 1150 and 65535"
        )));
    }
    if input.flag("MultiAZ") && input.text("AvailabilityZone").is_some() {
        return Err(combination(
            "Requesting a specific availability zone is not valid for Multi-AZ instances.",
        ));
    }
    let tags = input.items("Tags").iter().map(|tag| {
        let tag = Input::new(tag);
        let text = |name: &str| tag.text(name).unwrap_or_default().to_owned();
        (text("Key"), text("Value"))
    });
    let text = |name: &str| input.text(name).map(str::to_owned);
    let (subnet_group, parameter_group) = (text("DBSubnetGroupName"), text("DBParameterGroupName"));
    let small = |name: &str| input.number(name).and_then(|number| u32::try_from(number).ok());
    let wish = RestoreWish {
        identifier: identifier.to_owned(),
        class: class.map(str::to_owned),
        port: small("Port").and_then(|port| u16::try_from(port).ok()),
        zone: text("AvailabilityZone"),
        storage_gb: small("AllocatedStorage"),
        subnet_group: subnet_group.clone(),
        security_groups: input.texts("VpcSecurityGroupIds"),
        parameter_group: parameter_group.clone(),
        multi_az: input.flag("MultiAZ"),
        public: input
            .field("PubliclyAccessible")
            .map(|_| input.flag("PubliclyAccessible")),
        deletion_protection: input.flag("DeletionProtection"),
        iam_authentication: input.flag("EnableIAMDatabaseAuthentication"),
        copy_tags: input.flag("CopyTagsToSnapshot"),
        minor_upgrades: input
            .field("AutoMinorVersionUpgrade")
            .is_none_or(|_| input.flag("AutoMinorVersionUpgrade")),
        retention_days: small("BackupRetentionPeriod"),
        tags: tags.collect(),
    };
    let subnet_group = subnet_group.unwrap_or_else(|| "default".to_owned());
    let parameter_group = parameter_group.unwrap_or_else(|| DEFAULT_PARAMETERS.to_owned());
    let index = world
        .restore_db(snapshot, wish)
        .map_err(|refused| match refused {
            RestoreRefused::Exists => AwsError::new("DBInstanceAlreadyExists", "DB instance already exists"),
            RestoreRefused::NoSnapshot => no_snapshot(snapshot),
            RestoreRefused::SnapshotState => AwsError::new(
                "InvalidDBSnapshotState",
                format!("Cannot restore from snapshot {snapshot}: it is not in the available state."),
            ),
            RestoreRefused::Quota => AwsError::new("InstanceQuotaExceeded", "DB Instance quota exceeded"),
            RestoreRefused::NoSubnetGroup => AwsError::missing(
                "DBSubnetGroupNotFoundFault",
                format!("DB subnet group '{subnet_group}' does not exist."),
            ),
            RestoreRefused::NoParameterGroup => AwsError::missing(
                "DBParameterGroupNotFound",
                format!("DBParameterGroup not found: {parameter_group}"),
            ),
            RestoreRefused::NoSecurityGroup => {
                let ids = input.texts("VpcSecurityGroupIds").join(", ");
                invalid(format!("Invalid security group , groupId= {ids}, groupName=."))
            }
            RestoreRefused::OtherVpc => combination(format!(
                "The DB instance and EC2 security group are in different VPCs. The DB instance is in {}",
                world.db_vpc(&subnet_group)
            )),
            RestoreRefused::Storage => {
                combination("The allocated storage must not be less than that of the snapshot.")
            }
        })?;
    let it = &world.databases.instances[index];
    Ok(json!({ "DBInstance": instance_shown(world, index, it) }))
}
