//! CloudWatch alarms, by name and never all of them: ECS asks for its own out of the same quota, and a console that uses it
//! up could make ECS miss an alarm and with it an automatic rollback (Amazon ECS developer guide, "How CloudWatch alarms
//! detect Amazon ECS deployment failures").

use aws_sdk_cloudwatch::types as sdk;

use crate::domain::{Alarm, AlarmState, Clean, Fault};

use super::convert::{Pages, time};
use super::pace::{Bucket, ask};
use super::reader::Reader;

const DESCRIBE: &str = "cloudwatch.DescribeAlarms";
/// Names in one call, and alarms in a page (CloudWatch API reference, DescribeAlarms).
const NAMES_A_CALL: usize = 100;

impl Reader {
    /// The alarms of these names, metric and composite. One that is not there is left out.
    ///
    /// # Errors
    /// Any fault of a call: part of the alarms would look like quiet ones.
    pub async fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, Fault> {
        let mut alarms = Vec::new();
        for chunk in names.chunks(NAMES_A_CALL) {
            let (mut pages, mut token) = (Pages::up_to(NAMES_A_CALL), None);
            loop {
                let answer = ask!(
                    &self.inner.pace,
                    Bucket::Metrics,
                    DESCRIBE,
                    self.inner
                        .cloudwatch
                        .describe_alarms()
                        .set_alarm_names(Some(chunk.to_vec()))
                        // Without types only metric alarms are answered (CloudWatch API reference).
                        .alarm_types(sdk::AlarmType::MetricAlarm)
                        .alarm_types(sdk::AlarmType::CompositeAlarm)
                        .set_next_token(token)
                )?;
                alarms.extend(answer.metric_alarms().iter().filter_map(|alarm| {
                    let since = alarm
                        .state_transitioned_timestamp()
                        .or(alarm.state_updated_timestamp());
                    Some(alarm_from(alarm.alarm_name()?, alarm.state_value(), since))
                }));
                alarms.extend(answer.composite_alarms().iter().filter_map(|alarm| {
                    let since = alarm
                        .state_transitioned_timestamp()
                        .or(alarm.state_updated_timestamp());
                    Some(alarm_from(alarm.alarm_name()?, alarm.state_value(), since))
                }));
                token = pages.next(answer.next_token());
                if token.is_none() {
                    break;
                }
            }
        }
        // An endpoint that does not filter answers more than was asked for.
        alarms.retain(|alarm: &Alarm| names.iter().any(|name| name == alarm.name.as_str()));
        Ok(alarms)
    }
}

fn alarm_from(
    name: &str,
    state: Option<&sdk::StateValue>,
    since: Option<&aws_smithy_types::DateTime>,
) -> Alarm {
    Alarm {
        name: Clean::new(name),
        state: match state {
            Some(sdk::StateValue::Ok) => AlarmState::Ok,
            Some(sdk::StateValue::Alarm) => AlarmState::Alarm,
            Some(sdk::StateValue::InsufficientData) => AlarmState::InsufficientData,
            other => AlarmState::Other(Clean::new(other.map_or("", sdk::StateValue::as_str))),
        },
        since: time(since),
    }
}
