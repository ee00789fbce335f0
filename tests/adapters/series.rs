//! CloudWatch over CBOR: one batch, gaps, pages, and numbers that may not be believed.

use jiff::Timestamp;
use modosu::adapters::aws::MetricsOf;
use modosu::domain::{FaultKind, TargetGroupArn};
use serde_json::{Value, json};

use super::fake::{Call, Fake, Reply, group_arn, key};

const START: i64 = 1_763_000_040;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn group(name: &str) -> TargetGroupArn {
    TargetGroupArn::new(&group_arn(name)).unwrap()
}

fn wanted(service: &str, groups: &[&str]) -> MetricsOf {
    MetricsOf {
        service: key(service),
        groups: groups.iter().map(|name| group(name)).collect(),
        shared: false,
        statistic: "p95",
    }
}

/// Each group forwards from the balancer of its own name, up to a dash: `web-blue` and `web-green` share `web`.
fn groups(call: &Call) -> Reply {
    let members: String = call
        .input
        .as_object()
        .unwrap()
        .iter()
        .filter(|(field, _)| field.starts_with("TargetGroupArns.member."))
        .map(|(_, arn)| {
            let arn = arn.as_str().unwrap();
            let name = arn.split('/').nth(1).unwrap().split('-').next().unwrap();
            format!(
                "<member><TargetGroupArn>{arn}</TargetGroupArn><LoadBalancerArns><member>\
                 arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/{name}/1\
                 </member></LoadBalancerArns></member>"
            )
        })
        .collect();
    Reply::Xml(format!(
        "<DescribeTargetGroupsResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\">\
         <DescribeTargetGroupsResult><TargetGroups>{members}</TargetGroups></DescribeTargetGroupsResult>\
         </DescribeTargetGroupsResponse>"
    ))
}

fn metric(query: &Value) -> &str {
    query["MetricStat"]["Metric"]["MetricName"].as_str().unwrap()
}

fn result(query: &Value, points: &[(i64, f64)], status: &str) -> Value {
    json!({
        "Id": query["Id"], "Label": "x", "StatusCode": status,
        "Timestamps": points.iter().map(|(at, _)| json!({"at": at})).collect::<Vec<_>>(),
        "Values": points.iter().map(|(_, value)| value).collect::<Vec<_>>(),
    })
}

fn answer(call: &Call, each: impl Fn(&Value) -> Value) -> Reply {
    let queries = call.input["MetricDataQueries"].as_array().unwrap();
    Reply::Cbor(json!({"MetricDataResults": queries.iter().map(each).collect::<Vec<_>>()}))
}

#[tokio::test(start_paused = true)]
async fn two_services_are_one_batch_of_plain_queries_and_gaps_stay_gaps() {
    let fake = Fake::new(|call| match call.operation.as_str() {
        "elbv2.DescribeTargetGroups" => groups(call),
        _ => answer(call, |query| {
            assert!(query.get("Expression").is_none());
            match metric(query) {
                "RequestCount" => result(query, &[(START, 100.0), (START + 120, 50.0)], "Complete"),
                "HTTPCode_Target_5XX_Count" => result(query, &[(START + 120, 2.0)], "Complete"),
                "TargetResponseTime" => {
                    assert_eq!(query["MetricStat"]["Stat"], "p95");
                    result(query, &[(START, 0.25)], "Complete")
                }
                _ => result(query, &[], "Complete"),
            }
        }),
    });
    let (reader, _) = fake.reader().await;
    let both = [wanted("backend", &["web"]), wanted("frontend", &["site"])];
    let series = reader.metrics(&both, at(START), at(START + 180)).await.unwrap();
    assert_eq!(fake.count("cloudwatch.GetMetricData"), 1);
    let backend = series[0].1.as_ref().unwrap();
    assert!(backend.balancer_is_ours);
    assert_eq!(backend.minutes.len(), 2, "the minute between is a gap");
    assert_eq!(backend.error_percent(at(START)), Some(0.0));
    assert_eq!(backend.error_percent(at(START + 60)), None);
    assert_eq!(backend.error_percent(at(START + 120)), Some(4.0));
    assert_eq!(backend.newest_latency(), Some((at(START), 0.25)));

    reader.metrics(&both, at(START), at(START + 180)).await.unwrap();
    assert_eq!(
        fake.count("elbv2.DescribeTargetGroups"),
        2,
        "once for each service, then cached"
    );
    let get = fake
        .calls()
        .into_iter()
        .find(|call| call.operation == "cloudwatch.GetMetricData")
        .unwrap();
    let own = get.input["MetricDataQueries"]
        .as_array()
        .unwrap()
        .iter()
        .find(|query| metric(query) == "HTTPCode_ELB_5XX_Count")
        .unwrap();
    let dimensions = own["MetricStat"]["Metric"]["Dimensions"].as_array().unwrap();
    assert_eq!(dimensions.len(), 1, "the balancer's own 5xx has no target group");
    assert_eq!(dimensions[0]["Value"], "app/web/1");
}

#[tokio::test(start_paused = true)]
async fn groups_of_a_service_are_summed_and_a_common_balancer_is_counted_once() {
    let fake = Fake::new(|call| match call.operation.as_str() {
        "elbv2.DescribeTargetGroups" => groups(call),
        _ => answer(call, |query| result(query, &[(START, 10.0)], "Complete")),
    });
    let (reader, _) = fake.reader().await;
    let series = reader
        .metrics(
            &[wanted("backend", &["web-blue", "web-green"])],
            at(START),
            at(START + 60),
        )
        .await
        .unwrap();
    let minute = series[0].1.as_ref().unwrap().minutes[&at(START)];
    assert_eq!(minute.requests, Some(20.0));
    assert_eq!(minute.elb_5xx, Some(10.0));
    assert_eq!(minute.latency_seconds, Some(10.0));
}

#[tokio::test(start_paused = true)]
async fn a_balancer_that_serves_two_services_is_not_ours() {
    let fake = Fake::new(|call| match call.operation.as_str() {
        "elbv2.DescribeTargetGroups" => groups(call),
        _ => answer(call, |query| result(query, &[(START, 1.0)], "Complete")),
    });
    let (reader, _) = fake.reader().await;
    let series = reader
        .metrics(
            &[wanted("backend", &["web-a"]), wanted("frontend", &["web-b"])],
            at(START),
            at(START + 60),
        )
        .await
        .unwrap();
    for (_, one) in series {
        let one = one.unwrap();
        assert!(!one.balancer_is_ours);
        assert_eq!(one.minutes[&at(START)].elb_5xx, Some(1.0), "shown apart");
    }
}

#[tokio::test(start_paused = true)]
async fn pages_are_followed_and_partial_data_completes() {
    let fake = Fake::new(|call| match call.operation.as_str() {
        "elbv2.DescribeTargetGroups" => groups(call),
        _ => {
            let second = call.input["NextToken"].as_str().is_some();
            let queries = call.input["MetricDataQueries"].as_array().unwrap();
            let results: Vec<_> = queries
                .iter()
                .map(|query| match second {
                    false => result(query, &[(START, 1.0)], "PartialData"),
                    true => result(query, &[(START + 60, 2.0)], "Complete"),
                })
                .collect();
            let mut page = json!({"MetricDataResults": results});
            if !second {
                page["NextToken"] = json!("more");
            }
            Reply::Cbor(page)
        }
    });
    let (reader, _) = fake.reader().await;
    let series = reader
        .metrics(&[wanted("backend", &["web"])], at(START), at(START + 120))
        .await
        .unwrap();
    assert_eq!(fake.count("cloudwatch.GetMetricData"), 2);
    let minutes = &series[0].1.as_ref().unwrap().minutes;
    assert_eq!(minutes[&at(START)].requests, Some(1.0));
    assert_eq!(minutes[&at(START + 60)].requests, Some(2.0));
}

#[tokio::test(start_paused = true)]
async fn data_that_stays_partial_is_a_fault_and_spares_the_other_service() {
    for (status, expected) in [
        ("PartialData", FaultKind::Server),
        ("InternalError", FaultKind::Server),
        (
            "Forbidden",
            FaultKind::Denied {
                action: "cloudwatch:GetMetricData".into(),
            },
        ),
        ("Sideways", FaultKind::Malformed),
    ] {
        let fake = Fake::new(move |call| match call.operation.as_str() {
            "elbv2.DescribeTargetGroups" => groups(call),
            _ => answer(call, |query| {
                let dimensions = query["MetricStat"]["Metric"]["Dimensions"].to_string();
                let bad =
                    metric(query) == "HTTPCode_Target_5XX_Count" && dimensions.contains("targetgroup/web/");
                result(query, &[(START, 1.0)], if bad { status } else { "Complete" })
            }),
        });
        let (reader, _) = fake.reader().await;
        let series = reader
            .metrics(
                &[wanted("backend", &["web"]), wanted("frontend", &["site"])],
                at(START),
                at(START + 60),
            )
            .await
            .unwrap();
        assert_eq!(series[0].1.as_ref().unwrap_err().kind, expected, "{status}");
        assert!(series[1].1.is_ok(), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn more_than_five_hundred_queries_are_several_calls() {
    let fake = Fake::new(|call| match call.operation.as_str() {
        "elbv2.DescribeTargetGroups" => groups(call),
        _ => {
            assert!(call.input["MetricDataQueries"].as_array().unwrap().len() <= 500);
            answer(call, |query| result(query, &[(START, 1.0)], "Complete"))
        }
    });
    let (reader, _) = fake.reader().await;
    let many: Vec<_> = (0..130)
        .map(|n| wanted(&format!("s{n}"), &[format!("g{n}").as_str()]))
        .collect();
    let series = reader.metrics(&many, at(START), at(START + 60)).await.unwrap();
    assert_eq!(fake.count("cloudwatch.GetMetricData"), 2);
    assert!(
        series
            .iter()
            .all(|(_, one)| one.as_ref().unwrap().minutes[&at(START)].requests == Some(1.0))
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_behind_no_balancer_says_so() {
    let fake = Fake::new(groups);
    let (reader, _) = fake.reader().await;
    let series = reader
        .metrics(&[wanted("batch", &[])], at(START), at(START + 60))
        .await
        .unwrap();
    assert_eq!(series[0].1.as_ref().unwrap_err().kind, FaultKind::NotFound);
    assert!(fake.calls().is_empty());
}
