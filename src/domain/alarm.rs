//! CloudWatch alarms, as far as a deployment depends on them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Clean;

/// The state of an alarm (CloudWatch API, `StateValue`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmState {
    /// Quiet.
    Ok,
    /// It rings.
    Alarm,
    /// It has not enough data to tell; never taken for quiet.
    InsufficientData,
    /// A value that this version does not know.
    Other(Clean),
}

/// One alarm (CloudWatch DescribeAlarms).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub name: Clean,
    /// Its state.
    pub state: AlarmState,
    /// Since when it is in that state, where CloudWatch says.
    pub since: Option<Timestamp>,
}
