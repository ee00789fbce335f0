//! Stories for tests: one that goes well, an alphabet of every event, and a way to tell any legal story from numbers.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    Clean, CriterionId, Digest, Endpoint, Fault, FaultKind, InstanceSettings, Operator, Phrase, PlanHash,
    RunId, ServiceKey, Severity, TargetSpec, TaskDefinitionArn,
};
use crate::rollback::{
    Api, CORRELATION, Call, CheckResult, CheckState, CriterionState, CriterionStatus, Current, DatabaseMove,
    DefinitionRef, Ending, Fingerprint, IntentToken, Method, OurTags, Outcome, Override, Plan, PlanVerdict,
    Point, PointingAt, PreflightCheck, PreflightRow, PreflightVerdict, Registration, Rule, Settled, Step,
    StopType, Target, Unproven,
};
use crate::runbook::{self, Runbook};

use super::{Event, Incident, IncidentId, Receipt, Recorded};

/// So many seconds after 14:00 in Tokyo.
pub(crate) fn at(seconds: i64) -> Timestamp {
    "2026-11-23T05:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

pub(crate) fn id() -> IncidentId {
    IncidentId::of("2026-11-23".parse().unwrap(), 1)
}

pub(crate) fn runbook() -> Runbook {
    runbook::parse(runbook::built_in("peoplebooster").unwrap(), "peoplebooster.toml").unwrap()
}

pub(crate) fn service(name: &str) -> ServiceKey {
    ServiceKey::new(name).unwrap()
}

pub(crate) fn by() -> Operator {
    Operator("sato".into())
}

fn definition(revision: u32) -> TaskDefinitionArn {
    TaskDefinitionArn::new(&format!(
        "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/peoplebooster-backend:{revision}"
    ))
    .unwrap()
}

fn point(revision: u32, version: &str) -> Point {
    Point {
        revision: Some(definition(revision)),
        image: Some(format!("example/peoplebooster-backend:{version}").into()),
        version: Some(version.into()),
        digest: Some(Digest::new(&format!("sha256:{revision:064x}")).unwrap()),
    }
}

fn fingerprint() -> Fingerprint {
    Fingerprint {
        primary: Some("ecs-svc/1".parse().unwrap()),
        task_definition: definition(57),
        desired: 4,
        deployments: 1,
        service_deployment: None,
    }
}

fn step(name: &str, calls: usize) -> Step {
    let to = point(56, "v1.3.4");
    let call = Call {
        api: Api::UpdateService {
            cluster: "peoplebooster-production".parse().unwrap(),
            service: "peoplebooster-backend".parse().unwrap(),
            task_definition: Some(DefinitionRef::Known(definition(56))),
            force: false,
        },
        command: "aws ecs update-service".to_owned(),
    };
    Step {
        service: service(name),
        service_arn:
            "arn:aws:ecs:ap-northeast-1:123456789012:service/peoplebooster-production/peoplebooster-backend"
                .parse()
                .unwrap(),
        cluster: "peoplebooster-production".parse().unwrap(),
        ecs_service: "peoplebooster-backend".parse().unwrap(),
        method: Method::Revision,
        why_method: None,
        from: point(57, "v1.4.0"),
        target: Target {
            definition: definition(56),
            image: to.image.clone(),
            version: to.version.clone(),
            digest: to.digest.clone(),
            rule: Rule::LastGood,
            why: Phrase::new("target-revision").text("revision", ":56"),
            proven: true,
            registers: None,
        },
        to,
        calls: vec![call; calls],
        database: None,
        fingerprint: fingerprint(),
    }
}

/// A plan for these services, each with so many calls.
pub(crate) fn plan(services: &[&str], calls: usize) -> Plan {
    Plan {
        hash: hash('a'),
        environment: "production".parse().unwrap(),
        account: "123456789012".parse().unwrap(),
        region: "ap-northeast-1".parse().unwrap(),
        steps: services.iter().map(|name| step(name, calls)).collect(),
        preflight: vec![PreflightRow {
            service: service("backend"),
            check: PreflightCheck::Image,
            verdict: PreflightVerdict::Pass,
            evidence: Phrase::new("preflight-account-unset").text("account", "123456789012"),
        }],
        overrides: Vec::new(),
        verdict: PlanVerdict::Ready,
        made_at: at(250),
    }
}

fn call(api: Api) -> Call {
    Call {
        command: api.name().to_owned(),
        api,
    }
}

fn deployed(task_definition: Option<DefinitionRef>) -> Call {
    call(Api::UpdateService {
        cluster: "peoplebooster-production".parse().unwrap(),
        service: "peoplebooster-backend".parse().unwrap(),
        force: task_definition.is_none(),
        task_definition,
    })
}

fn with_calls(services: &[&str], method: Method, calls: Vec<Vec<Call>>) -> Plan {
    let mut plan = plan(services, 0);
    for (step, calls) in plan.steps.iter_mut().zip(calls) {
        step.method = method;
        step.calls = calls;
    }
    plan
}

/// A plan that registers a revision, of a clone and of a file.
pub(crate) fn registering() -> Plan {
    let of_file = Registration::File {
        file: "task-definition-rollback.json".into(),
        sha256: "0f".repeat(32).into(),
        family: "peoplebooster-frontend".into(),
    };
    let of_clone = Registration::Clone {
        base: definition(56),
        container: "app".into(),
        image: "example/peoplebooster-backend@sha256:1".into(),
    };
    let calls = |of: Registration| {
        let tags = OurTags;
        vec![
            call(Api::RegisterTaskDefinition { of, tags }),
            deployed(Some(DefinitionRef::Registered)),
        ]
    };
    with_calls(
        &["backend", "frontend"],
        Method::Image,
        vec![calls(of_clone), calls(of_file)],
    )
}

/// A plan that restores the database; another service that uses it is deployed anew after the first.
pub(crate) fn restoring() -> Plan {
    let restored: Clean = "peoplebooster-production-restored".into();
    let secret: Clean = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:database-AbCdEf".into();
    let settings = InstanceSettings {
        subnet_group: Some("peoplebooster".into()),
        security_groups: ["sg-1".into()].into(),
        parameter_group: Some("peoplebooster-postgres15".into()),
        option_group: None,
        publicly_accessible: false,
        multi_az: true,
        deletion_protection: true,
        copy_tags: true,
        iam_authentication: false,
    };
    let restore = call(Api::RestoreDbInstance {
        instance: restored.clone(),
        snapshot: "rds:peoplebooster-production-2026-11-23".into(),
        class: "db.t3.medium".into(),
        settings,
        tags: OurTags,
    });
    let switch = call(Api::UpdateSecret {
        secret: secret.clone(),
        token: IntentToken,
        value: PointingAt(restored.clone()),
    });
    let mut plan = with_calls(
        &["backend", "frontend"],
        Method::Database,
        vec![vec![restore, switch, deployed(None)], vec![deployed(None)]],
    );
    plan.steps[0].database = Some(DatabaseMove {
        from: "peoplebooster-production".into(),
        to: restored,
        snapshot: Some("rds:peoplebooster-production-2026-11-23".into()),
        taken_at: Some(at(-3600)),
        secret,
        secret_version: "11111111-2222-4333-8444-555555555555".into(),
    });
    plan
}

/// A plan that goes back to the database of before.
pub(crate) fn staging_back() -> Plan {
    let stage = call(Api::UpdateSecretVersionStage {
        secret: "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:database-AbCdEf".into(),
        stage: Current::AwsCurrent,
        to: "11111111-2222-4333-8444-555555555555".into(),
        from: "66666666-7777-4888-8999-000000000000".into(),
    });
    with_calls(&["backend"], Method::Database, vec![vec![stage, deployed(None)]])
}

/// A plan that starts the team's workflow once for two services.
pub(crate) fn dispatching() -> Plan {
    let dispatch = call(Api::DispatchWorkflow {
        repository: "example/peoplebooster".into(),
        workflow: 7,
        branch: "main".into(),
        inputs: [
            ("version".to_owned(), "v1.3.4".into()),
            ("correlation_id".to_owned(), CORRELATION.into()),
        ]
        .into(),
    });
    with_calls(
        &["backend", "frontend"],
        Method::Github,
        vec![vec![dispatch], Vec::new()],
    )
}

/// A plan that answers a hook.
pub(crate) fn continuing() -> Plan {
    let answer = call(Api::ContinueServiceDeployment {
        service_deployment: "arn:aws:ecs:ap-northeast-1:123456789012:service-deployment/peoplebooster-production/peoplebooster-backend/AbCdEf"
            .parse()
            .unwrap(),
        hook: "ecs-pause-1".into(),
        action: StopType::Rollback,
    });
    with_calls(&["backend"], Method::Continue, vec![vec![answer]])
}

pub(crate) fn hash(digit: char) -> PlanHash {
    PlanHash::new(&digit.to_string().repeat(64)).unwrap()
}

/// A criterion of backend: `Met` since so many seconds, with its value.
pub(crate) fn met(id: CriterionId, since: i64, value: f64) -> CriterionStatus {
    CriterionStatus {
        id,
        service: service("backend"),
        severity: Severity::Critical,
        state: CriterionState::Met,
        declared: !id.is_measured(),
        proposed: false,
        value: id.is_measured().then_some(value),
        threshold: id.is_measured().then_some(1.0),
        since: Some(at(since)),
        decide_by: Some(at(since + 300)),
        as_of: Some(at(since + 60)),
        why: if id.is_measured() {
            Phrase::new("why-error-rate-over")
                .time("at", at(since + 60))
                .number("value", value)
                .time("since", at(since))
                .number("threshold", 1.0)
        } else {
            Phrase::new("why-declared-by")
                .text("by", by())
                .time("at", at(since))
                .text("note", "login fails")
        },
    }
}

pub(crate) fn calm(id: CriterionId) -> CriterionStatus {
    CriterionStatus {
        state: CriterionState::NotMet,
        declared: false,
        since: None,
        decide_by: None,
        why: Phrase::new("why-nobody-declared"),
        ..met(id, 0, 0.0)
    }
}

pub(crate) fn opened(services: &[&str], criteria: Vec<CriterionStatus>) -> Event {
    Event::Opened {
        environment: "production".parse().unwrap(),
        services: services.iter().map(|name| service(name)).collect(),
        account: Some("123456789012".parse().unwrap()),
        region: Some("ap-northeast-1".parse().unwrap()),
        by: by(),
        world: None,
        criteria,
    }
}

pub(crate) fn approved(digit: char) -> Event {
    Event::Approved {
        hash: hash(digit),
        by: Operator("田中".into()),
        reason: Some("ログインできない".into()),
        timeout_seconds: 1200,
    }
}

pub(crate) fn ended(outcome: Outcome) -> Event {
    Event::Ended {
        ending: Ending {
            outcome,
            kind: None,
            revision: Some(definition(56)),
            stable_at: (outcome == Outcome::OnTarget).then(|| at(480)),
            why: Phrase::new("ended-not-applied"),
            unproven: vec![Unproven::TargetHealth],
        },
    }
}

pub(crate) fn checked(check: &str, state: CheckState, by: Option<Operator>) -> Event {
    Event::Checked {
        result: CheckResult {
            check: check.to_owned(),
            state,
            evidence: Phrase::new("verify-signed"),
            at: at(600),
        },
        by,
    }
}

pub(crate) fn verified(passed: bool) -> Event {
    Event::Verified {
        passed,
        recovered_at: passed.then(|| at(540)),
    }
}

pub(crate) fn intended(step: usize, call: usize) -> Event {
    Event::Intended {
        step,
        call,
        fingerprint: fingerprint(),
        token: None,
    }
}

pub(crate) fn answered(step: usize, call: usize) -> Event {
    Event::Answered {
        step,
        call,
        receipt: Receipt {
            request_id: Some("req-1".into()),
            deployment: Some("ecs-svc/2".parse().unwrap()),
            service_deployment: None,
            ..Receipt::default()
        },
    }
}

pub(crate) fn planned(plan: Plan) -> Event {
    Event::Planned { plan: Box::new(plan) }
}

pub(crate) fn abandoned() -> Event {
    Event::Abandoned {
        why: Phrase::new("abandoned-by-operator"),
    }
}

pub(crate) fn refused() -> Event {
    Event::Refused {
        why: Phrase::new("refused-interrupted"),
    }
}

pub(crate) fn filed() -> Event {
    Event::Filed {
        path: "docs/operations/rollback-history.md".to_owned(),
    }
}

pub(crate) fn settled(step: usize, call: usize) -> Event {
    Event::Settled {
        step,
        call,
        settled: Settled {
            endpoint: Some(Endpoint {
                host: "peoplebooster-production-restored.example".into(),
                port: 5432,
            }),
            definition: Some(definition(56)),
            deployment: Some("ecs-svc/2".parse().unwrap()),
        },
    }
}

/// The events up to an approved plan.
pub(crate) fn to_approval() -> Vec<Event> {
    vec![
        opened(&["backend"], vec![met(CriterionId::ErrorRate, 120, 4.5)]),
        Event::Assessed,
        Event::Scoped { services: None },
        Event::TargetChosen {
            target: TargetSpec::LastGood,
            method: None,
            file: None,
        },
        planned(plan(&["backend"], 1)),
        approved('a'),
    ]
}

/// One whole walk that goes well: first bad at 14:02, sent at 14:06, stable at 14:08, recovered at 14:09.
pub(crate) fn walk() -> Vec<Event> {
    let mut events = to_approval();
    events.extend([
        intended(0, 0),
        answered(0, 0),
        Event::CriteriaChanged {
            criteria: vec![calm(CriterionId::ErrorRate)],
        },
        ended(Outcome::OnTarget),
        checked("health", CheckState::Passed, None),
        checked("logs", CheckState::Passed, Some(by())),
        verified(true),
        filed(),
        Event::Reported {
            text: "settled".to_owned(),
        },
    ]);
    events
}

/// The events with their places, a minute apart from 14:01.
pub(crate) fn recorded(events: &[Event]) -> Vec<Recorded> {
    (1..)
        .zip(events)
        .map(|(seq, event)| Recorded {
            seq,
            at: at(60 * i64::try_from(seq).unwrap()),
            event: event.clone(),
        })
        .collect()
}

pub(crate) fn incident(events: &[Event]) -> Incident {
    Incident::fold(id(), &recorded(events)).unwrap()
}

/// Every event, in several variants: what a story can be told with.
pub(crate) fn alphabet() -> Vec<Event> {
    let lost = Fault::new(FaultKind::TimedOut, "ecs.UpdateService", "no answer");
    let note = || -> (ServiceKey, CriterionId) { (service("backend"), CriterionId::FeatureDown) };
    let (of, criterion) = note();
    let mut blocked = plan(&["backend"], 1);
    blocked.verdict = PlanVerdict::Blocked;
    let mut events = vec![
        opened(&["backend", "frontend"], Vec::new()),
        Event::CriteriaChanged {
            criteria: vec![
                met(CriterionId::ErrorRate, 60, 2.5),
                met(CriterionId::FeatureDown, 90, 0.0),
            ],
        },
        Event::CriteriaChanged {
            criteria: vec![calm(CriterionId::ErrorRate)],
        },
        Event::Declared {
            criterion,
            service: of.clone(),
            note: "login fails".into(),
            by: by(),
        },
        Event::Withdrawn {
            criterion,
            service: of,
            by: by(),
        },
        Event::Noted {
            text: "called the on-call".into(),
            by: by(),
        },
        Event::Assessed,
        Event::Scoped { services: None },
        Event::Scoped {
            services: Some(vec![service("frontend")]),
        },
        Event::Scoped {
            services: Some(vec![service("backend"), service("frontend")]),
        },
        Event::TargetChosen {
            target: "latest-snapshot".parse().unwrap(),
            method: Some(Method::Database),
            file: None,
        },
        Event::TargetChosen {
            target: TargetSpec::LastGood,
            method: Some(Method::Image),
            file: Some("task-definition-rollback.json".into()),
        },
        Event::Overridden {
            over: Override {
                check: PreflightCheck::Tag,
                service: None,
                reason: "the tag is what was tested".into(),
                by: by(),
            },
        },
        Event::Overridden {
            over: Override {
                check: PreflightCheck::Differs,
                service: Some(service("backend")),
                reason: "read by two".into(),
                by: by(),
            },
        },
        Event::Attached {
            title: "rollback.sql".into(),
            text: "ALTER TABLE answers DROP COLUMN mood;\n".to_owned(),
            by: by(),
        },
        Event::TargetChosen {
            target: "v1.3.4".parse().unwrap(),
            method: None,
            file: None,
        },
        Event::TargetChosen {
            target: ":56".parse().unwrap(),
            method: None,
            file: None,
        },
        planned(plan(&["backend"], 1)),
        planned(plan(&["backend", "frontend"], 2)),
        planned(registering()),
        planned(restoring()),
        planned(staging_back()),
        planned(dispatching()),
        planned(continuing()),
        planned(blocked),
        planned(plan(&[], 0)),
        Event::Reconsidered,
        approved('a'),
        approved('b'),
        refused(),
        checked("health", CheckState::Passed, None),
        checked("health", CheckState::Failed, None),
        checked("logs", CheckState::Skipped, Some(by())),
        verified(true),
        verified(false),
        Event::Reported {
            text: "settled".to_owned(),
        },
        filed(),
        abandoned(),
    ];
    for outcome in [
        Outcome::OnTarget,
        Outcome::Elsewhere,
        Outcome::Failed,
        Outcome::TimedOut,
        Outcome::Unknown,
        Outcome::Refused,
    ] {
        events.push(ended(outcome));
    }
    for step in 0..2 {
        for call in 0..3 {
            events.extend([
                intended(step, call),
                Event::Intended {
                    step,
                    call,
                    fingerprint: fingerprint(),
                    token: Some("0f8fad5b-d9cb-469f-a165-70867728950e".into()),
                },
                settled(step, call),
                Event::Settled {
                    step,
                    call,
                    settled: Settled::default(),
                },
                answered(step, call),
                Event::Rejected {
                    step,
                    call,
                    fault: lost.clone(),
                },
                Event::Doubtful {
                    step,
                    call,
                    fault: Some(lost.clone()),
                },
                Event::Doubtful {
                    step,
                    call,
                    fault: None,
                },
                Event::Adopted {
                    step,
                    call,
                    receipt: Receipt {
                        definition: Some(definition(58)),
                        instance: Some("peoplebooster-production-restored".into()),
                        secret_version: Some("0f8fad5b-d9cb-469f-a165-70867728950e".into()),
                        run: Some(RunId(42)),
                        ..Receipt::default()
                    },
                },
                Event::NotApplied { step, call },
            ]);
        }
    }
    events
}

/// The legal story that the numbers choose: at each place, one of the events that can follow.
pub(crate) fn told(choices: &[usize]) -> Vec<Recorded> {
    let alphabet = alphabet();
    let first = opened(
        &["backend", "frontend"],
        vec![met(CriterionId::ErrorRate, 30, 4.5)],
    );
    let mut story = recorded(&[first]);
    let mut incident = Incident::fold(id(), &story).unwrap();
    for choice in choices {
        let seq = story.len() as u64 + 1;
        let next: Vec<Incident> = alphabet
            .iter()
            .filter_map(|event| {
                let mut after = incident.clone();
                let recorded = Recorded {
                    seq,
                    at: at(60 * i64::try_from(seq).unwrap()),
                    event: event.clone(),
                };
                after.apply(recorded).ok().map(|()| after)
            })
            .collect();
        // Notes can always follow; events that move the story are what a test wants to see.
        let moving: Vec<&Incident> = next
            .iter()
            .filter(|after| after.stage != incident.stage)
            .collect();
        let chosen = if choice % 4 == 0 || moving.is_empty() {
            &next[choice % next.len()]
        } else {
            moving[choice % moving.len()]
        };
        let chosen = chosen.clone();
        incident = chosen;
        story = incident.events.clone();
    }
    story
}
