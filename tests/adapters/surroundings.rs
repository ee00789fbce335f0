//! What stands around a service: scaling, references, rights, the image's shelf, owners, hooks, target groups.

use std::collections::BTreeSet;

use modosu::domain::{
    Clean, Digest, FaultKind, HookKind, HookTimeout, LifecycleExpiry, Owner, Permission, ReferenceState,
    RepositoryName, ScalingBounds, TargetGroupArn, TrafficSteps,
};
use serde_json::{Value, json};

use super::fake::{Call, ECS, Fake, Reply, cluster, definition_arn, ecs_name, group_arn, service};

#[tokio::test(start_paused = true)]
async fn a_service_tells_its_owner_its_grace_its_balancers_and_its_hooks() {
    let fake = Fake::new(|_| {
        let mut service = service("s");
        service["healthCheckGracePeriodSeconds"] = json!(45);
        service["tags"] = json!([
            {"key": "ManagedBy", "value": "terraform"}, {"key": "aws:cloudformation:stack-name", "value": "pb"}, {"key": "x"}
        ]);
        service["deploymentConfiguration"] = json!({
            "strategy": "CANARY", "bakeTimeInMinutes": 10,
            "canaryConfiguration": {"canaryPercent": 5.5, "canaryBakeTimeInMinutes": 3},
            "lifecycleHooks": [
                {"hookTargetArn": "arn:aws:lambda:r:1:function:f", "roleArn": "arn:r", "lifecycleStages": ["PRE_SCALE_UP"]},
                {"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP", "SOMETHING_NEW"],
                 "timeoutConfiguration": {"timeoutInMinutes": 60, "action": "ROLLBACK"}}
            ]
        });
        Reply::Json(json!({"services": [service]}))
    });
    let (reader, _) = fake.reader().await;
    let state = reader.service(&cluster(), &ecs_name("s")).await.unwrap();
    assert_eq!(fake.calls()[0].texts("include"), ["TAGS"]);
    assert_eq!(state.health_check_grace_seconds, Some(45));
    assert_eq!(
        state.owners,
        [
            Owner::CloudFormation("pb".into()),
            Owner::Terraform("ManagedBy=terraform".into())
        ]
    );
    let [balancer] = state.load_balancers.as_slice() else {
        panic!("{:?}", state.load_balancers);
    };
    assert_eq!(
        balancer.target_group.as_ref().unwrap().as_str(),
        group_arn("blue")
    );
    assert_eq!((balancer.container.as_str(), balancer.port), ("app", 3000));
    let settings = state.strategy_settings;
    assert_eq!(settings.bake_minutes, Some(10));
    assert_eq!(
        settings.steps,
        Some(TrafficSteps {
            permille: Some(55),
            bake_minutes: Some(3)
        })
    );
    assert!(settings.pauses());
    assert_eq!(settings.hooks[0].kind, HookKind::Lambda);
    assert_eq!(
        settings.hooks[1].stages,
        ["POST_SCALE_UP".into(), "SOMETHING_NEW".into()]
    );
    assert_eq!(settings.hooks[1].timeout_minutes, Some(60));
    assert_eq!(settings.hooks[1].on_timeout, Some(HookTimeout::Rollback));
}

#[tokio::test(start_paused = true)]
async fn target_groups_tell_how_they_check() {
    let fake = Fake::new(|_| {
        Reply::Xml(format!(
            "<DescribeTargetGroupsResponse><DescribeTargetGroupsResult><TargetGroups><member>\
             <TargetGroupArn>{}</TargetGroupArn><Protocol>HTTP</Protocol><Port>3000</Port>\
             <HealthCheckProtocol>HTTP</HealthCheckProtocol><HealthCheckPort>traffic-port</HealthCheckPort>\
             <HealthCheckEnabled>true</HealthCheckEnabled><HealthCheckIntervalSeconds>30</HealthCheckIntervalSeconds>\
             <HealthCheckTimeoutSeconds>5</HealthCheckTimeoutSeconds><HealthyThresholdCount>5</HealthyThresholdCount>\
             <UnhealthyThresholdCount>2</UnhealthyThresholdCount><HealthCheckPath>/health</HealthCheckPath>\
             <Matcher><HttpCode>200-299</HttpCode></Matcher></member><member><TargetGroupArn>{}</TargetGroupArn>\
             <HealthCheckEnabled>false</HealthCheckEnabled></member></TargetGroups></DescribeTargetGroupsResult>\
             </DescribeTargetGroupsResponse>",
            group_arn("blue"),
            group_arn("green")
        ))
    });
    let arns = ["blue", "green"].map(|name| TargetGroupArn::new(&group_arn(name)).unwrap());
    let groups = fake.reader().await.0.target_groups(&arns).await.unwrap();
    assert_eq!(groups[0].port, Some(3000));
    let check = groups[0].check.as_ref().unwrap();
    assert_eq!(check.path, Some("/health".into()));
    assert_eq!(check.port, Some("traffic-port".into()));
    assert_eq!(check.codes, Some("200-299".into()));
    assert_eq!((check.interval_seconds, check.healthy_after), (Some(30), Some(5)));
    assert_eq!(groups[1].check, None);
}

fn scaling(call: &Call) -> Reply {
    let activity = |n: f64, description: &str, status: &str| {
        json!({
            "ActivityId": "a", "ServiceNamespace": "ecs", "ResourceId": "service/pb/s",
            "ScalableDimension": "ecs:service:DesiredCount", "Description": description, "Cause": "alarm \u{1b}[2J",
            "StartTime": 1_763_000_000.0 + n, "StatusCode": status
        })
    };
    match call.operation.as_str() {
        "application-autoscaling.DescribeScalableTargets" => Reply::Json(json!({"ScalableTargets": [
            {"ServiceNamespace": "ecs", "ResourceId": "service/pb/other", "ScalableDimension": "ecs:service:DesiredCount",
             "MinCapacity": 1, "MaxCapacity": 1, "RoleARN": "r", "CreationTime": 1.0},
            {"ServiceNamespace": "ecs", "ResourceId": "service/pb/s", "ScalableDimension": "ecs:service:DesiredCount",
             "MinCapacity": 2, "MaxCapacity": 8, "RoleARN": "r", "CreationTime": 1.0,
             "SuspendedState": {"DynamicScalingInSuspended": true}}
        ]})),
        "application-autoscaling.DescribeScalingActivities" => match call.input["NextToken"].as_str() {
            None => Reply::Json(json!({"ScalingActivities": [
                activity(0.0, "Setting desired count to 3.", "Successful"),
            ], "NextToken": "2"})),
            Some(_) => Reply::Json(json!({"ScalingActivities": [
                activity(60.0, "Setting desired count to 6.", "Failed"),
            ], "NextToken": "3"})),
        },
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn scaling_is_bounds_and_what_was_done_newest_first() {
    let fake = Fake::new(scaling);
    let scaling = fake
        .reader()
        .await
        .0
        .scaling(&cluster(), &ecs_name("s"))
        .await
        .unwrap();
    assert_eq!(
        scaling.bounds,
        Some(ScalingBounds {
            min: 2,
            max: 8,
            suspended: true
        })
    );
    let seen: Vec<_> = scaling
        .activities
        .iter()
        .map(|it| (it.desired, it.done))
        .collect();
    assert_eq!(seen, [(Some(6), false), (Some(3), true)]);
    assert_eq!(scaling.activities[0].cause.as_str(), "alarm \u{FFFD}[2J");
    assert_eq!(
        fake.calls()[0].input,
        json!({"ServiceNamespace": "ecs", "ResourceIds": ["service/pb/s"],
               "ScalableDimension": "ecs:service:DesiredCount"})
    );
    assert_eq!(fake.count("application-autoscaling.DescribeScalingActivities"), 2);
    let fake = Fake::new(|_| Reply::Json(json!({"ScalableTargets": [], "ScalingActivities": []})));
    let none = fake
        .reader()
        .await
        .0
        .scaling(&cluster(), &ecs_name("s"))
        .await
        .unwrap();
    assert_eq!(none.bounds, None);
}

const HERE: &str = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret";

fn identity() -> Reply {
    Reply::Xml(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/ic/sato</Arn>\
         <UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
            .to_owned(),
    )
}

fn role(arn: &str) -> Reply {
    Reply::Xml(format!(
        "<GetRoleResponse><GetRoleResult><Role><Path>/</Path><RoleName>r</RoleName><RoleId>A</RoleId><Arn>{arn}</Arn>\
         <CreateDate>2026-01-01T00:00:00Z</CreateDate></Role></GetRoleResult></GetRoleResponse>"
    ))
}

fn referred(call: &Call) -> Reply {
    match call.operation.as_str() {
        "secretsmanager.DescribeSecret" => {
            let arn = call.input["SecretId"].as_str().unwrap();
            match arn.rsplit(':').next().unwrap() {
                "db-AbCdEf" => Reply::Json(json!({"ARN": arn, "Name": "db",
                    "VersionIdsToStages": {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT"]}})),
                "leaving" => Reply::Json(
                    json!({"ARN": arn, "Name": "leaving", "DeletedDate": 1_763_200_000.0,
                    "VersionIdsToStages": {"v2": ["AWSCURRENT"]}}),
                ),
                "closed" => Reply::Error(400, "AccessDeniedException", "not yours \u{1b}[2J"),
                _ => Reply::Error(400, "ResourceNotFoundException", "can't find"),
            }
        }
        "secretsmanager.ListSecretVersionIds" => Reply::Json(json!({"Versions": [{"VersionId": "v0"}]})),
        "ssm.DescribeParameters" => match call.input["NextToken"].as_str() {
            // Systems Manager answers with short pages.
            None => Reply::Json(json!({"Parameters": [{"Name": "/pb/key"}], "NextToken": "2"})),
            Some(_) => Reply::Json(json!({"Parameters": [{"Name": "plain"}]})),
        },
        "sts.GetCallerIdentity" => identity(),
        "iam.GetRole" => match call.input["RoleName"].as_str().unwrap() {
            "task" => role("arn:aws:iam::123456789012:role/path/task"),
            _ => Reply::XmlError(404, "NoSuchEntity", "cannot be found"),
        },
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn references_are_looked_up_by_name_and_never_read() {
    let fake = Fake::new(referred);
    let ssm = "arn:aws:ssm:ap-northeast-1";
    let text = |text: &str| Clean::new(text);
    let expected = [
        (text(&format!("{HERE}:db-AbCdEf")), ReferenceState::Present),
        (text(&format!("{HERE}:db-AbCdEf:host::")), ReferenceState::Present),
        (
            text(&format!("{HERE}:db-AbCdEf:host:AWSPREVIOUS:")),
            ReferenceState::Present,
        ),
        (
            text(&format!("{HERE}:db-AbCdEf:host:AWSPENDING:")),
            ReferenceState::NoVersion("AWSPENDING".into()),
        ),
        (text(&format!("{HERE}:db-AbCdEf:::v1")), ReferenceState::Present),
        (text(&format!("{HERE}:db-AbCdEf:::v0")), ReferenceState::Present),
        (
            text(&format!("{HERE}:db-AbCdEf:::v9")),
            ReferenceState::NoVersion("v9".into()),
        ),
        (
            text(&format!("{HERE}:leaving")),
            ReferenceState::Deleted(Some("2025-11-15T09:46:40Z".parse().unwrap())),
        ),
        (text(&format!("{HERE}:nothing")), ReferenceState::Gone),
        (
            text(&format!("{HERE}:closed")),
            ReferenceState::Untold("AccessDeniedException: not yours \u{FFFD}[2J".into()),
        ),
        (text("plain"), ReferenceState::Present),
        (text("/pb/key"), ReferenceState::Present),
        (text("/pb/none"), ReferenceState::Gone),
        (
            text(&format!("{ssm}:123456789012:parameter/pb/key")),
            ReferenceState::Present,
        ),
        (
            text(&format!("{ssm}:999999999999:parameter/pb/key")),
            ReferenceState::Untold("it is in another account".into()),
        ),
        (
            text("arn:aws:secretsmanager:us-east-1:1:secret:x"),
            ReferenceState::Untold("it is in another region".into()),
        ),
        (
            text("arn:aws:iam::123456789012:role/path/task"),
            ReferenceState::Present,
        ),
        (text("arn:aws:iam::123456789012:role/exec"), ReferenceState::Gone),
    ];
    let wanted: BTreeSet<Clean> = expected.iter().map(|(text, _)| text.clone()).collect();
    let found = fake.reader().await.0.references(&wanted).await.unwrap();
    for (reference, state) in &expected {
        assert_eq!(&found[reference], state, "{reference}");
    }
    assert_eq!(found.len(), expected.len());
    assert_eq!(
        fake.count("secretsmanager.DescribeSecret"),
        4,
        "each secret once, and only those that can be asked for"
    );
    assert_eq!(fake.count("ssm.DescribeParameters"), 2);
    let filter = &fake
        .calls()
        .into_iter()
        .find(|call| call.operation == "ssm.DescribeParameters")
        .unwrap()
        .input;
    assert_eq!(filter["ParameterFilters"][0]["Key"], "Name");
    assert_eq!(filter["ParameterFilters"][0]["Option"], "Equals");
}

#[tokio::test(start_paused = true)]
async fn when_nothing_could_be_asked_no_reference_is_called_gone() {
    let wanted = BTreeSet::from([Clean::new(&format!("{HERE}:db-AbCdEf"))]);
    let fake = Fake::new(|_| Reply::Error(400, "ExpiredTokenException", "expired"));
    let fault = fake.reader().await.0.references(&wanted).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Expired);
    let parameters = BTreeSet::from([Clean::new("plain")]);
    let fake = Fake::new(|_| Reply::Error(400, "AccessDeniedException", "no"));
    let found = fake.reader().await.0.references(&parameters).await.unwrap();
    assert!(
        matches!(&found[&"plain".into()], ReferenceState::Untold(_)),
        "{found:?}"
    );
    let fake = Fake::new(|call| panic!("{}", call.operation));
    let none = fake.reader().await.0.references(&BTreeSet::new()).await.unwrap();
    assert!(none.is_empty());
}

fn digest(letter: char) -> Digest {
    Digest::new(&format!("sha256:{}", letter.to_string().repeat(64))).unwrap()
}

fn repository() -> RepositoryName {
    RepositoryName::new("pb-backend").unwrap()
}

fn scans(call: &Call) -> Reply {
    if call.operation == "ecr.GetLifecyclePolicy" {
        return Reply::Json(json!({"lifecyclePolicyText": json!({"rules": [{
            "rulePriority": 1, "description": "ten", "selection": {"tagStatus": "any", "countType": "imageCountMoreThan",
            "countNumber": 10}, "action": {"type": "expire"}}]}).to_string()}));
    }
    let wanted = call.input["imageId"]["imageDigest"].as_str().unwrap();
    match wanted.chars().nth(7) {
        Some('a') => {
            let findings: Vec<Value> = (0..12)
                .map(|n| {
                    json!({"name": format!("CVE-{n}"), "severity": if n == 11 { "CRITICAL" } else { "LOW" },
                           "attributes": [{"key": "package_name", "value": "openssl"},
                                          {"key": "package_version", "value": "1.1\u{1b}"}]})
                })
                .collect();
            Reply::Json(
                json!({"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {
                "imageScanCompletedAt": 1_763_000_000.0, "findings": findings,
                "findingSeverityCounts": {"CRITICAL": 1, "LOW": 11}}}),
            )
        }
        Some('b') => Reply::Json(
            json!({"imageScanStatus": {"status": "ACTIVE"}, "imageScanFindings": {
            "findingSeverityCounts": {"HIGH": 1},
            "enhancedFindings": [{"title": "t", "severity": "HIGH", "score": 1.0, "packageVulnerabilityDetails": {
                "vulnerabilityId": "CVE-9", "vulnerablePackages": [{"name": "zlib", "version": "1.2"}]}}]}}),
        ),
        Some('c') => Reply::Error(400, "ScanNotFoundException", "no scan"),
        _ => Reply::Json(json!({"imageScanStatus": {"status": "IN_PROGRESS"}})),
    }
}

#[tokio::test(start_paused = true)]
async fn the_shelf_is_the_policy_and_both_kinds_of_scan() {
    let fake = Fake::new(scans);
    let digests = ['a', 'b', 'c', 'd'].map(digest);
    let shelf = fake
        .reader()
        .await
        .0
        .shelf(&repository(), &digests)
        .await
        .unwrap();
    assert_eq!(shelf.lifecycle[0].expires, LifecycleExpiry::MoreThan(10));
    assert_eq!(
        shelf.findings.len(),
        2,
        "not those that were never scanned to the end"
    );
    let basic = &shelf.findings[&digest('a')];
    assert_eq!((basic.count("CRITICAL"), basic.count("HIGH")), (1, 0));
    assert_eq!(basic.worst.len(), 10);
    assert_eq!(basic.worst[0].name.as_str(), "CVE-11");
    assert_eq!(basic.worst[0].package, Some("openssl 1.1\u{FFFD}".into()));
    let enhanced = &shelf.findings[&digest('b')];
    assert_eq!(enhanced.worst[0].name.as_str(), "CVE-9");
    assert_eq!(enhanced.worst[0].package, Some("zlib 1.2".into()));
}

#[tokio::test(start_paused = true)]
async fn no_policy_is_no_rule_and_no_repository_a_fault() {
    let fake = Fake::new(|_| Reply::Error(400, "LifecyclePolicyNotFoundException", "none"));
    let shelf = fake.reader().await.0.shelf(&repository(), &[]).await.unwrap();
    assert!(shelf.lifecycle.is_empty());
    let fake = Fake::new(|_| Reply::Error(400, "RepositoryNotFoundException", "none"));
    let fault = fake.reader().await.0.shelf(&repository(), &[]).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotFound);
    let fake = Fake::new(|_| Reply::Json(json!({"lifecyclePolicyText": "{"})));
    let fault = fake.reader().await.0.shelf(&repository(), &[]).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
}

fn evaluated(results: &[(&str, &str, bool)], marker: Option<&str>) -> Reply {
    let members: String = results
        .iter()
        .map(|(action, decision, missing)| {
            let missing = if *missing {
                "<MissingContextValues><member>aws:ResourceTag/team</member></MissingContextValues>"
            } else {
                "<MissingContextValues/>"
            };
            format!(
                "<member><EvalActionName>{action}</EvalActionName><EvalDecision>{decision}</EvalDecision>{missing}</member>"
            )
        })
        .collect();
    let more = marker.map_or_else(
        || "<IsTruncated>false</IsTruncated>".to_owned(),
        |marker| format!("<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>"),
    );
    Reply::Xml(format!(
        "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult>{more}<EvaluationResults>{members}\
         </EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
    ))
}

#[tokio::test(start_paused = true)]
async fn rights_are_simulated_for_the_role_behind_the_session() {
    let service = format!("{ECS}:service/pb/s");
    let fake = Fake::new(|call| {
        let text = |field: &str| call.input[field].as_str().unwrap_or_default();
        match (
            call.operation.as_str(),
            text("ResourceArns.member.1"),
            text("Marker"),
        ) {
            ("iam.GetRole", ..) => role("arn:aws:iam::123456789012:role/path/ic"),
            (_, "", _) => evaluated(
                &[("rds:RestoreDBInstanceFromDBSnapshot", "explicitDeny", false)],
                None,
            ),
            (_, "arn:aws:iam::1:role/task", _) => evaluated(&[("iam:PassRole", "allowed", false)], None),
            (_, "arn:aws:iam::1:role/exec", _) => evaluated(&[("iam:PassRole", "implicitDeny", false)], None),
            (_, _, "") => evaluated(&[("ecs:UpdateService", "allowed", false)], Some("m")),
            (_, _, _) => evaluated(&[("ecs:StopServiceDeployment", "implicitDeny", true)], None),
        }
    });
    let wanted = [
        ("ecs:UpdateService".into(), Clean::new(&service)),
        ("ecs:StopServiceDeployment".into(), Clean::new(&service)),
        ("rds:RestoreDBInstanceFromDBSnapshot".into(), "*".into()),
    ];
    let pass = BTreeSet::from([
        "arn:aws:iam::1:role/task".into(),
        "arn:aws:iam::1:role/exec".into(),
    ]);
    let caller = "arn:aws:sts::123456789012:assumed-role/ic/sato@example.com";
    let told = fake
        .reader()
        .await
        .0
        .permissions(caller, &wanted, &pass)
        .await
        .unwrap();
    assert_eq!(told[&"ecs:UpdateService".into()], Permission::Allowed);
    assert_eq!(
        told[&"rds:RestoreDBInstanceFromDBSnapshot".into()],
        Permission::Denied { explicit: true }
    );
    assert_eq!(
        told[&"iam:PassRole".into()],
        Permission::Denied { explicit: false },
        "one role that may not be passed is enough"
    );
    assert!(
        !told.contains_key(&"ecs:StopServiceDeployment".into()),
        "it hangs on a tag that only the real call has"
    );
    let calls = fake.calls();
    assert_eq!(calls[0].input["RoleName"], "ic");
    let of_service = calls
        .iter()
        .find(|call| call.input["ResourceArns.member.1"] == service.as_str())
        .unwrap();
    assert_eq!(
        of_service.input["PolicySourceArn"],
        "arn:aws:iam::123456789012:role/path/ic"
    );
    assert_eq!(
        of_service.input["ContextEntries.member.1.ContextKeyName"],
        "ecs:cluster"
    );
    assert_eq!(
        of_service.input["ContextEntries.member.1.ContextKeyValues.member.1"],
        format!("{ECS}:cluster/pb")
    );
}

#[tokio::test(start_paused = true)]
async fn without_the_right_to_look_the_role_is_taken_for_one_without_a_path() {
    let fake = Fake::new(|call| match call.operation.as_str() {
        "iam.GetRole" => Reply::XmlError(403, "AccessDenied", "no"),
        _ => evaluated(&[("a:B", "allowed", false)], None),
    });
    let (reader, _) = fake.reader().await;
    let wanted = [("a:B".into(), "*".into())];
    let caller = "arn:aws:sts::123456789012:assumed-role/ic/sato";
    reader
        .permissions(caller, &wanted, &BTreeSet::new())
        .await
        .unwrap();
    assert_eq!(
        fake.calls()[1].input["PolicySourceArn"],
        "arn:aws:iam::123456789012:role/ic"
    );
    for caller in ["arn:aws:iam::123456789012:root", "nonsense", ""] {
        let fault = reader
            .permissions(caller, &wanted, &BTreeSet::new())
            .await
            .unwrap_err();
        assert_eq!(fault.kind, FaultKind::Rejected, "{caller}");
    }
    let denied = Fake::new(|_| Reply::XmlError(403, "AccessDenied", "no"));
    let user = "arn:aws:iam::123456789012:user/sato";
    let fault = denied
        .reader()
        .await
        .0
        .permissions(user, &wanted, &BTreeSet::new())
        .await
        .unwrap_err();
    assert!(matches!(fault.kind, FaultKind::Denied { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_revision_is_found_by_its_tag_newest_first_and_not_forever() {
    let fake = Fake::new(|call| match call.operation.as_str() {
        "ecs.ListTaskDefinitions" => Reply::Json(json!({
            "taskDefinitionArns": (1..=40).rev().map(definition_arn).collect::<Vec<_>>()
        })),
        _ => {
            let arn = call.input["taskDefinition"].as_str().unwrap();
            let tags = if arn.ends_with(":38") || arn.ends_with(":5") {
                json!([{"key": "modosu:intent", "value": if arn.ends_with(":38") { "mine" } else { "old" }}])
            } else {
                json!([])
            };
            Reply::Json(json!({"taskDefinition": {"taskDefinitionArn": arn}, "tags": tags}))
        }
    });
    let (reader, _) = fake.reader().await;
    let found = reader
        .family_tagged("pb-backend", "modosu:intent", "mine")
        .await
        .unwrap();
    assert_eq!(found.unwrap().revision(), 38);
    assert_eq!(fake.count("ecs.DescribeTaskDefinition"), 3);
    let found = reader
        .family_tagged("pb-backend", "modosu:intent", "old")
        .await
        .unwrap();
    assert_eq!(found, None, "too far down to be ours");
    assert_eq!(fake.count("ecs.DescribeTaskDefinition"), 3 + 15);
}
