//! Metrics follow who serves, a minute late, through the SDK's CBOR and the other two protocols.

use std::time::Duration;

use aws_sdk_cloudwatch::{
    primitives::DateTime,
    types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy},
};
use axum::{body::Body, http::Request};
use modosu::drill::Drill;
use serde_json::{Value, json};

use super::door::{self, advance, drill, roll_back_to, send};

/// The dimensions of production's backend.
async fn dimensions(drill: &Drill) -> [(&'static str, String); 2] {
    let group = door::backend(drill).await["loadBalancers"][0]["targetGroupArn"]
        .as_str()
        .unwrap()
        .to_owned();
    let groups = door::elb(drill)
        .describe_target_groups()
        .target_group_arns(&group)
        .send()
        .await
        .unwrap();
    let balancer = groups.target_groups()[0].load_balancer_arns()[0].clone();
    let balancer = balancer.split_once(":loadbalancer/").unwrap().1.to_owned();
    [
        ("LoadBalancer", balancer),
        ("TargetGroup", group.rsplit(':').next().unwrap().to_owned()),
    ]
}

async fn query(drill: &Drill, id: &str, name: &str, stat: &str, period: i32) -> MetricDataQuery {
    let mut metric = Metric::builder()
        .namespace("AWS/ApplicationELB")
        .metric_name(name);
    for (name, value) in dimensions(drill).await {
        metric = metric.dimensions(Dimension::builder().name(name).value(value).build());
    }
    let stat = MetricStat::builder()
        .metric(metric.build())
        .period(period)
        .stat(stat)
        .build();
    MetricDataQuery::builder().id(id).metric_stat(stat).build()
}

fn moment(text: &str) -> DateTime {
    DateTime::from_secs(text.parse::<jiff::Timestamp>().unwrap().as_second())
}

/// Minutes (epoch seconds) and values, oldest first.
async fn series(drill: &Drill, name: &str, stat: &str, from: &str) -> Vec<(i64, f64)> {
    let answer = door::cloudwatch(drill)
        .get_metric_data()
        .metric_data_queries(query(drill, "a", name, stat, 60).await)
        .start_time(moment(from))
        .end_time(moment("2026-11-23T06:00:00Z"))
        .scan_by(ScanBy::TimestampAscending)
        .send()
        .await
        .unwrap();
    let result = &answer.metric_data_results()[0];
    assert_eq!(result.status_code().unwrap().as_str(), "Complete");
    result
        .timestamps()
        .iter()
        .map(DateTime::secs)
        .zip(result.values().iter().copied())
        .collect()
}

fn minute(text: &str) -> i64 {
    moment(text).secs()
}

#[tokio::test(start_paused = true)]
async fn the_fire_began_with_a_whole_minute_three_minutes_ago() {
    for seed in 0..20 {
        let drill = drill("bad-deploy", seed);
        let requests = series(&drill, "RequestCount", "Sum", "2026-11-23T02:05:00Z").await;
        let errors = series(&drill, "HTTPCode_Target_5XX_Count", "Sum", "2026-11-23T02:05:00Z").await;
        // It is 05:05:12, and the minute that ended at 05:04:00 became visible at 05:05:00.
        assert_eq!(requests.last().unwrap().0, minute("2026-11-23T05:03:00Z"));
        assert_eq!(requests.len(), 179);
        let rate = |at: i64| {
            let sum = |series: &[(i64, f64)]| series.iter().find(|it| it.0 == at).map_or(0.0, |it| it.1);
            100.0 * sum(&errors) / sum(&requests)
        };
        for text in ["2026-11-23T05:02:00Z", "2026-11-23T05:03:00Z"] {
            assert!(
                (3.6..4.7).contains(&rate(minute(text))),
                "seed {seed}: {}",
                rate(minute(text))
            );
        }
        for (at, _) in requests.iter().filter(|it| it.0 < minute("2026-11-23T05:02:00Z")) {
            assert!(rate(*at) < 0.95, "seed {seed}: {} at {at}", rate(*at));
        }
        let all: f64 = errors
            .iter()
            .filter(|it| it.0 < minute("2026-11-23T05:00:00Z"))
            .map(|it| it.1)
            .sum();
        let of: f64 = requests
            .iter()
            .filter(|it| it.0 < minute("2026-11-23T05:00:00Z"))
            .map(|it| it.1)
            .sum();
        assert!(
            (0.01..0.03).contains(&(100.0 * all / of)),
            "seed {seed}: calm rate {}",
            100.0 * all / of
        );
        assert!(
            errors.iter().all(|it| it.1 > 0.0),
            "a count of zero has no datapoint"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn latency_and_hosts_are_there_too() {
    let drill = drill("bad-deploy", 1);
    let from = "2026-11-23T04:55:00Z";
    for (stat, low, high) in [
        ("p50", 0.07, 0.13),
        ("p95", 0.24, 0.4),
        ("p99", 0.4, 1.5),
        ("Average", 0.08, 0.3),
    ] {
        for (_, value) in series(&drill, "TargetResponseTime", stat, from).await {
            assert!((low..high).contains(&value), "{stat} {value}");
        }
    }
    let healthy = series(&drill, "HealthyHostCount", "Maximum", from).await;
    assert!(
        healthy.iter().any(|it| it.1 > 4.0) && healthy.iter().all(|it| it.1 >= 4.0),
        "{healthy:?}"
    );
    assert!(
        series(&drill, "UnHealthyHostCount", "Maximum", from)
            .await
            .iter()
            .all(|it| it.1 == 0.0)
    );
    assert!(
        series(&drill, "HTTPCode_ELB_5XX_Count", "Sum", from)
            .await
            .is_empty(),
        "published by balancer only"
    );
}

#[tokio::test(start_paused = true)]
async fn metrics_recover_after_the_rollback_and_the_alarm_with_them() {
    let drill = drill("bad-deploy", 1);
    let alarm = |drill: &Drill| {
        door::cloudwatch(drill)
            .describe_alarms()
            .alarm_names("peoplebooster-backend-5xx")
            .send()
    };
    let answer = alarm(&drill).await.unwrap();
    assert_eq!(answer.metric_alarms()[0].state_value().unwrap().as_str(), "ALARM");
    assert_eq!(
        answer.metric_alarms()[0].state_updated_timestamp(),
        Some(&moment("2026-11-23T05:04:00Z"))
    );
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 300);
    // It is 05:10:12; the new tasks took over before 05:06:00.
    let errors = series(&drill, "HTTPCode_Target_5XX_Count", "Sum", "2026-11-23T05:04:00Z").await;
    let requests = series(&drill, "RequestCount", "Sum", "2026-11-23T05:04:00Z").await;
    assert_eq!(requests.len(), 5);
    let after: f64 = errors
        .iter()
        .filter(|it| it.0 >= minute("2026-11-23T05:06:00Z"))
        .map(|it| it.1)
        .sum();
    assert!(after < 8.0, "{errors:?}");
    let answer = alarm(&drill).await.unwrap();
    assert_eq!(answer.metric_alarms()[0].state_value().unwrap().as_str(), "OK");
}

#[tokio::test(start_paused = true)]
async fn pages_and_periods_add_up_to_the_same() {
    let drill = drill("bad-deploy", 1);
    let cloudwatch = door::cloudwatch(&drill);
    let mut token = None;
    let (mut pages, mut requests, mut latest) = (0, 0.0, i64::MAX);
    loop {
        let answer = cloudwatch
            .get_metric_data()
            .metric_data_queries(query(&drill, "p", "TargetResponseTime", "p95", 60).await)
            .metric_data_queries(query(&drill, "r", "RequestCount", "Sum", 60).await)
            .start_time(moment("2026-11-23T04:00:00Z"))
            .end_time(moment("2026-11-23T05:00:00Z"))
            .max_datapoints(25)
            .set_next_token(token)
            .send()
            .await
            .unwrap();
        let r = answer
            .metric_data_results()
            .iter()
            .find(|it| it.id() == Some("r"))
            .unwrap();
        for (at, value) in r.timestamps().iter().zip(r.values()) {
            assert!(at.secs() < latest, "newest first");
            latest = at.secs();
            requests += value;
        }
        pages += 1;
        token = answer.next_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(pages, 5);
    let hour = cloudwatch
        .get_metric_data()
        .metric_data_queries(query(&drill, "r", "RequestCount", "Sum", 3600).await)
        .start_time(moment("2026-11-23T04:00:00Z"))
        .end_time(moment("2026-11-23T05:00:00Z"))
        .send()
        .await
        .unwrap();
    let whole = hour.metric_data_results()[0].values();
    assert_eq!(whole.len(), 1);
    assert!((whole[0] - requests).abs() < 0.5, "{whole:?} {requests}");
}

#[tokio::test(start_paused = true)]
async fn mistakes_are_typed_in_cbor() {
    let drill = drill("bad-deploy", 1);
    let cloudwatch = door::cloudwatch(&drill);
    let math = MetricDataQuery::builder().id("e").expression("100*b/a").build();
    let request = cloudwatch
        .get_metric_data()
        .metric_data_queries(math)
        .start_time(moment("2026-11-23T04:00:00Z"))
        .end_time(moment("2026-11-23T05:00:00Z"));
    let error = request.send().await.unwrap_err().into_service_error();
    assert_eq!(error.meta().code(), Some("ValidationError"));
    let request = cloudwatch
        .get_metric_data()
        .metric_data_queries(query(&drill, "r", "RequestCount", "Sum", 60).await)
        .start_time(moment("2026-11-23T04:00:00Z"))
        .end_time(moment("2026-11-23T05:00:00Z"))
        .next_token("2");
    assert!(
        request
            .send()
            .await
            .unwrap_err()
            .into_service_error()
            .is_invalid_next_token()
    );
}

#[tokio::test(start_paused = true)]
async fn boto3_and_the_old_query_get_the_same_numbers() {
    let drill = drill("bad-deploy", 1);
    let cbor = series(&drill, "RequestCount", "Sum", "2026-11-23T05:00:00Z").await;
    let dimensions = dimensions(&drill).await;
    let shown: Vec<Value> = dimensions
        .iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect();
    let input = json!({
        "MetricDataQueries": [{ "Id": "a", "MetricStat": {
            "Metric": { "Namespace": "AWS/ApplicationELB", "MetricName": "RequestCount", "Dimensions": shown },
            "Period": 60, "Stat": "Sum",
        } }],
        "StartTime": minute("2026-11-23T05:00:00Z"),
        "EndTime": minute("2026-11-23T06:00:00Z"),
        "ScanBy": "TimestampAscending",
    });
    let request = Request::post("/")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", "GraniteServiceVersion20100801.GetMetricData")
        .body(Body::from(input.to_string()))
        .unwrap();
    let (_, headers, body) = send(&drill, request).await.unwrap();
    assert_eq!(headers["content-type"], "application/x-amz-json-1.0");
    let body: Value = serde_json::from_slice(&body).unwrap();
    let values = body["MetricDataResults"][0]["Values"].as_array().unwrap();
    let values: Vec<f64> = values.iter().map(|value| value.as_f64().unwrap()).collect();
    assert_eq!(values, cbor.iter().map(|it| it.1).collect::<Vec<f64>>());

    let mut form = "Action=GetMetricData&Version=2010-08-01&StartTime=2026-11-23T05%3A00%3A00Z&EndTime=2026-11-23T06%3A00%3A00Z\
        &ScanBy=TimestampAscending&MetricDataQueries.member.1.Id=a&MetricDataQueries.member.1.MetricStat.Stat=Sum\
        &MetricDataQueries.member.1.MetricStat.Period=60&MetricDataQueries.member.1.MetricStat.Metric.MetricName=RequestCount\
        &MetricDataQueries.member.1.MetricStat.Metric.Namespace=AWS%2FApplicationELB".to_owned();
    for (number, (name, value)) in dimensions.iter().enumerate() {
        let prefix = format!(
            "MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.{}",
            number + 1
        );
        form.push_str(&format!("&{prefix}.Name={name}&{prefix}.Value={value}"));
    }
    let request = Request::post("/")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form));
    let (_, _, body) = send(&drill, request.unwrap()).await.unwrap();
    let xml = String::from_utf8(body).unwrap();
    let first = format!("<Values><member>{:?}</member>", cbor[0].1);
    assert!(
        xml.contains(&first) && xml.contains("<member>2026-11-23T05:00:00Z</member>"),
        "{xml}"
    );
}

#[tokio::test(start_paused = true)]
async fn late_data_comes_by_the_drills_clock() {
    let drill = drill("bad-deploy", 1);
    let last = |series: Vec<(i64, f64)>| series.last().map(|it| it.0);
    let from = "2026-11-23T05:00:00Z";
    tokio::time::advance(Duration::from_secs(47)).await;
    assert_eq!(
        last(series(&drill, "RequestCount", "Sum", from).await),
        Some(minute("2026-11-23T05:03:00Z"))
    );
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(
        last(series(&drill, "RequestCount", "Sum", from).await),
        Some(minute("2026-11-23T05:04:00Z"))
    );
}

#[tokio::test(start_paused = true)]
async fn metrics_are_listed() {
    let drill = drill("bad-deploy", 1);
    let listed = door::cloudwatch(&drill)
        .list_metrics()
        .metric_name("RequestCount")
        .send()
        .await
        .unwrap();
    assert_eq!(listed.metrics().len(), 8);
    let quiet = door::drill("no-traffic", 1);
    let listed = door::cloudwatch(&quiet)
        .list_metrics()
        .metric_name("RequestCount")
        .send()
        .await
        .unwrap();
    assert_eq!(listed.metrics().len(), 6);
}
