//! CloudWatch, API version 2010-08-01: raw metrics of the load balancers, and alarms on them. No metric math.

use serde_json::{Value, json};

use super::{
    AwsError,
    input::Input,
    page::{Paging, Refusals, page_or, read_token, token},
};
use crate::drill::{
    time::{after, wire},
    world::{Metric, Service, Side, Statistic, TargetGroup, World},
};

const NAMESPACE: &str = "AWS/ApplicationELB";
/// The most datapoints of one answer.
const MOST: usize = 100_800;

pub(super) fn answer(world: &World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match operation {
        "GetMetricData" => data(world, input),
        "ListMetrics" => list(world, input),
        "DescribeAlarms" => alarms(world, input),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

/// A token that CloudWatch did not make.
fn bad_token() -> AwsError {
    AwsError::new("InvalidNextToken", "The next token specified is invalid.")
}

/// One query and its whole answer, before it is cut into pages.
struct Answered {
    id: String,
    label: String,
    points: Vec<(jiff::Timestamp, f64)>,
}

fn data(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let wrong = |message: &str| AwsError::validation(message.to_owned());
    let (from, to) = match (input.moment("StartTime"), input.moment("EndTime")) {
        (Some(from), Some(to)) if from < to => (from, to),
        (Some(_), Some(_)) => {
            return Err(wrong(
                "The parameter StartTime must be less than the parameter EndTime.",
            ));
        }
        (None, _) => return Err(wrong("The parameter StartTime is required.")),
        (_, None) => return Err(wrong("The parameter EndTime is required.")),
    };
    let queries = input.items("MetricDataQueries");
    if queries.is_empty() || queries.len() > 500 {
        return Err(wrong(
            "The collection MetricDataQueries must have from 1 to 500 elements.",
        ));
    }
    let descending = match input.text("ScanBy") {
        None | Some("TimestampDescending") => true,
        Some("TimestampAscending") => false,
        Some(_) => {
            return Err(wrong(
                "The value of ScanBy must be TimestampDescending or TimestampAscending.",
            ));
        }
    };
    let mut answered = Vec::new();
    for query in queries {
        let query = Input::new(query);
        let one = one_query(world, query, (from, to), descending)?;
        if answered.iter().any(|other: &Answered| other.id == one.id) {
            return Err(wrong(
                "The values for parameter id in MetricDataQueries are not unique.",
            ));
        }
        if query.field("ReturnData").is_none() || query.flag("ReturnData") {
            answered.push(one);
        }
    }
    let most = input
        .number("MaxDatapoints")
        .map_or(MOST, |most| usize::try_from(most).unwrap_or(MOST).clamp(1, MOST));
    let offset = match input.text("NextToken") {
        None => 0,
        Some(text) => read_token(text, "datapoints", world.chance).ok_or_else(bad_token)?,
    };
    let total: usize = answered.iter().map(|it| it.points.len()).sum();
    let end = offset.saturating_add(most);
    let mut before = 0;
    let results: Vec<Value> = answered
        .iter()
        .map(|it| {
            // This page holds the datapoints from `offset` to `end` of all answers laid end to end.
            let first = offset.saturating_sub(before).min(it.points.len());
            let last = end.saturating_sub(before).min(it.points.len());
            let complete = last == it.points.len();
            before += it.points.len();
            let points = &it.points[first..last.max(first)];
            json!({
                "Id": it.id,
                "Label": it.label,
                "Timestamps": points.iter().map(|(at, _)| wire(*at)).collect::<Vec<Value>>(),
                "Values": points.iter().map(|(_, value)| json!(value)).collect::<Vec<Value>>(),
                "StatusCode": if complete { "Complete" } else { "PartialData" },
            })
        })
        .collect();
    let next = (end < total).then(|| token(end, "datapoints", world.chance));
    Ok(json!({ "MetricDataResults": results, "NextToken": next, "Messages": [] }))
}

fn one_query(
    world: &World,
    query: Input<'_>,
    span: (jiff::Timestamp, jiff::Timestamp),
    descending: bool,
) -> Result<Answered, AwsError> {
    let id = query.text("Id").unwrap_or_default().to_owned();
    if !id.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(AwsError::validation(format!(
            "The value '{id}' for parameter id must start with a lower-case letter."
        )));
    }
    if query.field("Expression").is_some() {
        return Err(AwsError::validation(
            "The drill evaluates no expressions: ask for raw metrics with MetricStat.",
        ));
    }
    let stat = query.inner("MetricStat");
    let metric = stat.inner("Metric");
    let name = metric.text("MetricName").unwrap_or_default();
    let period = stat.number("Period").unwrap_or(0);
    let period = u32::try_from(period)
        .ok()
        .filter(|period| *period >= 60 && period % 60 == 0)
        .ok_or_else(|| {
            AwsError::validation(
                "The drill keeps whole minutes: the parameter Period must be a multiple of 60.",
            )
        })?;
    let text = stat.text("Stat").unwrap_or_default();
    let statistic = Statistic::read(text).ok_or_else(|| {
        AwsError::validation(format!("The value '{text}' for parameter Stat is not supported."))
    })?;
    let known = Metric::ALL.into_iter().find(|known| known.name() == name);
    let known = known.filter(|known| {
        metric.text("Namespace") == Some(NAMESPACE)
            && stat.text("Unit").is_none_or(|unit| unit == known.unit())
    });
    let service = known.and_then(|known| by_dimensions(world, metric, known));
    let mut points = match (known, service) {
        (Some(known), Some(service)) => world.series(service, known, statistic, period, span),
        _ => Vec::new(),
    };
    if descending {
        points.reverse();
    }
    let label = query.text("Label").unwrap_or(name).to_owned();
    Ok(Answered { id, label, points })
}

/// The service whose metric a query names, and the target group where it names one. A metric is published with certain dimensions only, and all must fit.
fn by_dimensions(world: &World, metric: Input<'_>, known: Metric) -> Option<(usize, Option<Side>)> {
    let (mut balancer, mut group) = (None, None);
    for dimension in metric.items("Dimensions") {
        let dimension = Input::new(dimension);
        match dimension.text("Name")? {
            "LoadBalancer" => balancer = dimension.text("Value"),
            "TargetGroup" => group = dimension.text("Value"),
            _ => return None,
        }
    }
    let published = if group.is_some() {
        known.by_group()
    } else {
        known.by_balancer()
    };
    let balancer = balancer.filter(|_| published)?;
    let service = world
        .services
        .iter()
        .position(|it| it.balancer.dimension == balancer)?;
    let Some(group) = group else {
        return Some((service, None));
    };
    let mut groups = world.services[service].balancer.groups();
    let (side, _) = groups.find(|(_, it)| it.dimension == group)?;
    Some((service, Some(side)))
}

fn list(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let dimensions = |service: &Service, group: Option<&TargetGroup>| {
        let mut all = vec![json!({ "Name": "LoadBalancer", "Value": service.balancer.dimension })];
        all.extend(group.map(|group| json!({ "Name": "TargetGroup", "Value": group.dimension })));
        all
    };
    let mut all = Vec::new();
    for service in &world.services {
        for metric in Metric::ALL {
            let silent = match metric {
                Metric::RequestCount | Metric::Target5xx | Metric::Elb5xx | Metric::TargetResponseTime => {
                    service.traffic.per_minute <= 0.0
                }
                Metric::HealthyHostCount | Metric::UnHealthyHostCount => false,
            };
            let groups = service.balancer.groups().map(|(_, group)| Some(group));
            for group in std::iter::once(None).chain(groups) {
                let published = if group.is_some() {
                    metric.by_group()
                } else {
                    metric.by_balancer()
                };
                if published && !silent {
                    all.push(json!({
                        "Namespace": NAMESPACE,
                        "MetricName": metric.name(),
                        "Dimensions": dimensions(service, group),
                    }));
                }
            }
        }
    }
    all.retain(|metric| {
        let has = |wish: &Value| {
            let wish = Input::new(wish);
            metric["Dimensions"].as_array().is_some_and(|dimensions| {
                dimensions.iter().any(|it| {
                    it["Name"].as_str() == wish.text("Name")
                        && wish
                            .text("Value")
                            .is_none_or(|value| it["Value"].as_str() == Some(value))
                })
            })
        };
        input
            .text("Namespace")
            .is_none_or(|wish| metric["Namespace"].as_str() == Some(wish))
            && input
                .text("MetricName")
                .is_none_or(|wish| metric["MetricName"].as_str() == Some(wish))
            && input.items("Dimensions").iter().all(has)
    });
    let paging = Paging {
        token: "NextToken",
        size: "-",
        default: 500,
        most: 500,
    };
    let refusals = Refusals {
        token: || {
            AwsError::spelled(
                "InvalidParameterValueException",
                "InvalidParameterValue",
                "The value for parameter NextToken is not valid.",
            )
        },
        size: AwsError::validation,
    };
    let page = page_or(all, input, paging, refusals, "metrics", world.chance)?;
    Ok(json!({ "Metrics": page.items, "NextToken": page.next }))
}

fn alarms(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let (names, prefix) = (
        input.texts("AlarmNames"),
        input.text("AlarmNamePrefix").unwrap_or_default(),
    );
    let types = input.texts("AlarmTypes");
    if !names.is_empty() && !prefix.is_empty() {
        return Err(AwsError::validation(
            "AlarmNames and AlarmNamePrefix cannot be specified at the same time.",
        ));
    }
    if names.len() > 100 {
        return Err(AwsError::validation(
            "The collection AlarmNames must not have a size greater than 100.",
        ));
    }
    let states = ["OK", "ALARM", "INSUFFICIENT_DATA"];
    if input
        .text("StateValue")
        .is_some_and(|state| !states.contains(&state))
    {
        return Err(AwsError::validation(
            "The value of StateValue must be OK, ALARM or INSUFFICIENT_DATA.",
        ));
    }
    let mut all = Vec::new();
    // The drill's alarms do nothing but ring, and no composite alarm stands on them.
    let mute = ["ActionPrefix", "ChildrenOfAlarmName", "ParentsOfAlarmName"];
    if mute.iter().any(|filter| input.field(filter).is_some()) {
        return Ok(json!({ "MetricAlarms": [], "CompositeAlarms": [] }));
    }
    if types.is_empty() || types.iter().any(|it| it == "MetricAlarm") {
        for alarm in &world.alarms {
            let asked = (names.is_empty() || names.contains(&alarm.name)) && alarm.name.starts_with(prefix);
            let Some(index) = world.service_of(&alarm.environment, &alarm.application) else {
                continue;
            };
            let shown = asked.then(|| alarm_shown(world, index, &alarm.name, alarm.above_percent));
            all.extend(shown.filter(|it| {
                input
                    .text("StateValue")
                    .is_none_or(|state| it["StateValue"] == state)
            }));
        }
    }
    let paging = Paging {
        token: "NextToken",
        size: "MaxRecords",
        default: 50,
        most: 100,
    };
    let refusals = Refusals {
        token: bad_token,
        size: AwsError::validation,
    };
    let page = page_or(all, input, paging, refusals, "alarms", world.chance)?;
    Ok(json!({ "MetricAlarms": page.items, "CompositeAlarms": [], "NextToken": page.next }))
}

fn alarm_shown(world: &World, index: usize, name: &str, above: f64) -> Value {
    let service = &world.services[index];
    let state = |percent: Option<f64>| match percent {
        None => "INSUFFICIENT_DATA",
        Some(percent) if percent > above => "ALARM",
        Some(_) => "OK",
    };
    // The alarm looks at one minute; it changed when the oldest minute of the present run became visible.
    let recent = world.recent_error_percent(index, 180);
    let now = recent
        .first()
        .map_or("INSUFFICIENT_DATA", |(_, percent)| state(*percent));
    let run = recent
        .iter()
        .take_while(|(_, percent)| state(*percent) == now)
        .last();
    let since = run.map_or(world.now, |(start, _)| after(*start, 120.0));
    let reason = match recent.first().and_then(|(_, percent)| *percent) {
        None => "Insufficient Data: 1 datapoint was unknown.".to_owned(),
        Some(percent) => {
            format!("Threshold Crossed: 1 datapoint [{percent:.4}] against the threshold ({above}).")
        }
    };
    let mut dimensions = vec![json!({ "Name": "LoadBalancer", "Value": service.balancer.dimension })];
    // Where traffic is shifted, an alarm on one target group would lose sight of the service.
    if service.balancer.green.is_none() {
        dimensions.push(json!({ "Name": "TargetGroup", "Value": service.balancer.blue.dimension }));
    }
    let raw = |id: &str, metric: Metric| {
        json!({
            "Id": id,
            "MetricStat": {
                "Metric": { "Namespace": NAMESPACE, "MetricName": metric.name(), "Dimensions": dimensions },
                "Period": 60,
                "Stat": "Sum",
            },
            "ReturnData": false,
        })
    };
    let created = service.created_at.unwrap_or(world.now);
    json!({
        "AlarmName": name,
        "AlarmArn": format!("arn:aws:cloudwatch:{}:{}:alarm:{name}", world.region, world.account),
        "AlarmDescription": format!("5xx answers of {} in {} above {above} %", service.name, service.environment),
        "AlarmConfigurationUpdatedTimestamp": wire(created),
        "ActionsEnabled": true,
        "OKActions": [],
        "AlarmActions": [],
        "InsufficientDataActions": [],
        "StateValue": now,
        "StateReason": reason,
        "StateUpdatedTimestamp": wire(since.min(world.now)),
        "StateTransitionedTimestamp": wire(since.min(world.now)),
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "Threshold": above,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "missing",
        "Metrics": [
            {
                "Id": "rate",
                "Expression": "100 * FILL(errors, 0) / requests",
                "Label": "5xx %",
                "ReturnData": true,
                "Period": 60,
            },
            raw("errors", Metric::Target5xx),
            raw("requests", Metric::RequestCount),
        ],
    })
}
