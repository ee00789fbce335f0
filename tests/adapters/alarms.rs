//! Alarms are asked for by name, and only those are believed.

use jiff::Timestamp;
use modosu::domain::AlarmState;
use serde_json::{Value, json};

use super::fake::{Fake, Reply};

fn alarm(name: &str, state: &str) -> Value {
    json!({"AlarmName": name, "StateValue": state, "StateUpdatedTimestamp": {"at": 1_763_000_000.0}})
}

#[tokio::test(start_paused = true)]
async fn metric_and_composite_alarms_come_with_their_state_and_since_when() {
    let fake = Fake::new(|_| {
        Reply::Cbor(json!({
            "MetricAlarms": [
                alarm("rings", "ALARM"), alarm("quiet", "OK"), alarm("blind", "INSUFFICIENT_DATA"),
                alarm("new", "SNOOZED"), alarm("of-others", "ALARM")
            ],
            "CompositeAlarms": [alarm("composite", "ALARM")]
        }))
    });
    let names: Vec<String> = ["rings", "quiet", "blind", "new", "composite", "missing"]
        .map(str::to_owned)
        .into();
    let alarms = fake.reader().await.0.alarms(&names).await.unwrap();
    let states: Vec<_> = alarms
        .iter()
        .map(|alarm| (alarm.name.as_str(), alarm.state.clone()))
        .collect();
    assert_eq!(
        states,
        [
            ("rings", AlarmState::Alarm),
            ("quiet", AlarmState::Ok),
            ("blind", AlarmState::InsufficientData),
            ("new", AlarmState::Other("SNOOZED".into())),
            ("composite", AlarmState::Alarm),
        ],
        "one that was not asked for is dropped, one that is not there is absent"
    );
    assert_eq!(alarms[0].since, Timestamp::from_second(1_763_000_000).ok());
    let asked = &fake.calls()[0];
    assert_eq!(asked.texts("AlarmNames"), names);
    assert_eq!(asked.texts("AlarmTypes"), ["MetricAlarm", "CompositeAlarm"]);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_names_are_one_call_and_none_are_none() {
    let fake = Fake::new(|_| Reply::Cbor(json!({"MetricAlarms": []})));
    let (reader, _) = fake.reader().await;
    let names: Vec<String> = (0..101).map(|n| format!("a{n}")).collect();
    assert_eq!(reader.alarms(&names).await.unwrap(), []);
    assert_eq!(fake.count("cloudwatch.DescribeAlarms"), 2);
    // No name means "all" to CloudWatch; that question is never asked.
    assert_eq!(reader.alarms(&[]).await.unwrap(), []);
    assert_eq!(fake.count("cloudwatch.DescribeAlarms"), 2);
}
