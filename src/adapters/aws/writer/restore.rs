//! RestoreDBInstanceFromDBSnapshot: a new instance beside the live one, with the live one's settings.

use aws_sdk_rds::operation::RequestId;
use aws_sdk_rds::types::Tag;

use crate::adapters::aws::pace::{Bucket, ask};
use crate::domain::{Clean, Fault, InstanceSettings};
use crate::incident::Receipt;

use super::Writer;

const RESTORE: &str = "rds.RestoreDBInstanceFromDBSnapshot";

impl Writer {
    /// Makes the instance `instance` of class `class` out of `snapshot`, with every one of `settings`, which RDS would fill
    /// with defaults (RDS API reference, RestoreDBInstanceFromDBSnapshot). A name that is taken is refused by RDS.
    ///
    /// # Errors
    /// [`Fault::certainly_not_done`] says whether the call can have had an effect.
    pub(super) async fn restore(
        &self,
        snapshot: &Clean,
        instance: &Clean,
        class: &Clean,
        settings: &InstanceSettings,
        tags: &[(String, String)],
    ) -> Result<Receipt, Fault> {
        let InstanceSettings {
            subnet_group,
            security_groups,
            parameter_group,
            option_group,
            publicly_accessible,
            multi_az,
            deletion_protection,
            copy_tags,
            iam_authentication,
        } = settings;
        let text = |text: &Option<Clean>| text.as_ref().map(|text| text.as_str().to_owned());
        let groups: Vec<String> = security_groups
            .iter()
            .map(|group| group.as_str().to_owned())
            .collect();
        let tags = tags
            .iter()
            .map(|(key, value)| Tag::builder().key(key).value(value).build())
            .collect();
        let answer = ask!(
            &self.pace,
            Bucket::Write,
            RESTORE,
            self.rds
                .restore_db_instance_from_db_snapshot()
                .db_snapshot_identifier(snapshot.as_str())
                .db_instance_identifier(instance.as_str())
                .db_instance_class(class.as_str())
                .set_db_subnet_group_name(text(subnet_group))
                .set_vpc_security_group_ids((!groups.is_empty()).then_some(groups))
                .set_db_parameter_group_name(text(parameter_group))
                .set_option_group_name(text(option_group))
                .publicly_accessible(*publicly_accessible)
                .multi_az(*multi_az)
                .deletion_protection(*deletion_protection)
                .copy_tags_to_snapshot(*copy_tags)
                .enable_iam_database_authentication(*iam_authentication)
                .set_tags(Some(tags))
        )?;
        let made = answer
            .db_instance()
            .and_then(|made| made.db_instance_identifier())
            .map_or_else(|| instance.clone(), Clean::new);
        Ok(Receipt {
            request_id: answer.request_id().map(Clean::new),
            instance: Some(made),
            ..Receipt::default()
        })
    }
}
