//! A small world for this room's tests: one service, its history, images, tasks and minutes, each changed by a line.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    Alarm, CircuitBreaker, Clean, Company, ContainerDefinition, ContainerImage, ContainerSettings,
    Controller, Database, DefinitionStatus, Deployment, DeploymentAlarms, DeploymentHistory, DeploymentId,
    DeploymentStatus, Digest, EnvironmentName, Fault, FaultKind, Identity, Image, ImageStatus, Migrations,
    Minute, NativeRollback, Observed, OwnDefinition, Permissions, References, RepositoryName, RolloutState,
    Scaling, Scheduling, Series, ServiceDeployment, ServiceDeploymentArn, ServiceDeploymentStatus,
    ServiceKey, ServiceRevision, ServiceRevisionArn, ServiceState, ServiceStatus, Shelf, Strategy,
    TargetGroupArn, TargetHealth, TargetSpec, Task, TaskDefinition, TaskDefinitionArn, TaskSettings,
    Workflow,
};
use crate::runbook::Runbook;

use super::{Around, CriterionStatus, Method, NoPlan, Override, Plan, ProposalInputs, TargetInputs, propose};

pub(super) const REGISTRY: &str = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/pb-backend";

/// So many minutes after 05:00 UTC (14:00 in Tokyo) of the day on which everything happens.
pub(super) fn at(minutes: i64) -> Timestamp {
    seconds(minutes * 60)
}

pub(super) fn seconds(seconds: i64) -> Timestamp {
    "2026-11-23T05:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

pub(super) fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

pub(super) fn digest(n: u32) -> Digest {
    Digest::new(&format!("sha256:{n:064x}")).unwrap()
}

pub(super) fn definition(revision: u32) -> TaskDefinitionArn {
    TaskDefinitionArn::new(&format!(
        "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/pb-backend:{revision}"
    ))
    .unwrap()
}

pub(super) fn tag(revision: u32) -> String {
    format!("v1.{revision}.0")
}

pub(super) fn fault(kind: FaultKind) -> Fault {
    Fault::new(kind, "test.Operation", "as the test wants it")
}

pub(super) fn failed<T>(kind: FaultKind) -> Observed<T> {
    let mut observed = Observed::default();
    observed.take(Err(fault(kind)), at(0));
    observed
}

pub(super) fn revision_arn(id: &str) -> ServiceRevisionArn {
    ServiceRevisionArn::new(&format!(
        "arn:aws:ecs:ap-northeast-1:123456789012:service-revision/pb-production/pb-backend/{id}"
    ))
    .unwrap()
}

pub(super) fn deployment_arn(id: &str) -> ServiceDeploymentArn {
    ServiceDeploymentArn::new(&format!(
        "arn:aws:ecs:ap-northeast-1:123456789012:service-deployment/pb-production/pb-backend/{id}"
    ))
    .unwrap()
}

pub(super) fn deployment_id(id: &str) -> DeploymentId {
    DeploymentId::new(&format!("ecs-svc/{id}")).unwrap()
}

/// Adds a service deployment of `revision` with content `content` that began at `began` and ended at `ended`.
pub(super) fn deployed(
    history: &mut DeploymentHistory,
    (revision, content): (u32, u32),
    status: ServiceDeploymentStatus,
    began: Timestamp,
    ended: Option<Timestamp>,
) -> ServiceDeploymentArn {
    let n = history.deployments.len();
    let arn = deployment_arn(&format!("d{}", 9_000 - n));
    let target = described(history, (revision, content));
    history.deployments.insert(
        0,
        ServiceDeployment {
            arn: arn.clone(),
            status,
            reason: None,
            target: Some(target),
            sources: Vec::new(),
            rollback: None,
            given_up_by: None,
            lifecycle_stage: None,
            hooks: Vec::new(),
            created_at: began,
            started_at: Some(began),
            finished_at: ended,
        },
    );
    arn
}

/// Makes the newest entry one that ECS ended by putting `back` into effect.
pub(super) fn put_back(history: &mut DeploymentHistory, back: (u32, u32)) {
    let revision = described(history, back);
    history.deployments[0].status = ServiceDeploymentStatus::RollbackSuccessful;
    history.deployments[0].rollback = Some(NativeRollback {
        reason: None,
        started_at: None,
        revision,
    });
}

fn described(history: &mut DeploymentHistory, (revision, content): (u32, u32)) -> ServiceRevisionArn {
    let arn = revision_arn(&format!("r{revision}-{content}"));
    history
        .revisions
        .entry(arn.clone())
        .or_insert_with(|| ServiceRevision {
            arn: arn.clone(),
            task_definition: definition(revision),
            images: vec![ContainerImage {
                container: Clean::new("app"),
                image: Clean::new(&format!("{REGISTRY}:{}", tag(revision))),
                digest: Some(digest(content)),
            }],
            created_at: None,
        });
    arn
}

pub(super) fn registered(revision: u32) -> TaskDefinition {
    TaskDefinition {
        arn: definition(revision),
        status: DefinitionStatus::Active,
        registered_at: None,
        registered_by: None,
        containers: vec![
            ContainerDefinition {
                name: Clean::new("app"),
                image: Clean::new(&format!("{REGISTRY}:{}", tag(revision))),
                settings: ContainerSettings::default(),
            },
            ContainerDefinition {
                name: Clean::new("proxy"),
                image: Clean::new("public.ecr.aws/envoy:1"),
                settings: ContainerSettings::default(),
            },
        ],
        settings: TaskSettings::default(),
    }
}

pub(super) fn pushed(revision: u32) -> Image {
    Image {
        digest: digest(revision),
        tags: vec![Clean::new(&tag(revision))],
        pushed_at: None,
        size_bytes: None,
        status: ImageStatus::Active,
        tags_are_fixed: false,
    }
}

pub(super) fn task(n: u32, revision: u32, content: Option<u32>) -> Task {
    Task {
        arn: Clean::new(&format!("task-{n}")),
        task_definition: definition(revision),
        last_status: Clean::new("RUNNING"),
        started_by: Clean::new("ecs-svc/1"),
        digests: vec![
            (Clean::new("app"), content.map(digest)),
            (Clean::new("proxy"), content.map(|_| digest(9000))),
        ],
        stopped_reason: None,
    }
}

pub(super) fn listed(id: &str, revision: u32, status: DeploymentStatus, tasks: u32) -> Deployment {
    Deployment {
        id: deployment_id(id),
        status,
        task_definition: definition(revision),
        rollout: Some(RolloutState::Completed),
        rollout_reason: None,
        desired: tasks,
        running: tasks,
        pending: 0,
        failed: 0,
        created_at: Some(at(-1)),
        updated_at: Some(at(0)),
    }
}

pub(super) fn service(revision: u32, tasks: u32) -> ServiceState {
    ServiceState {
        arn: "arn:aws:ecs:ap-northeast-1:123456789012:service/pb-production/pb-backend"
            .parse()
            .unwrap(),
        cluster: "pb-production".parse().unwrap(),
        name: "pb-backend".parse().unwrap(),
        status: ServiceStatus::Active,
        desired: tasks,
        running: tasks,
        pending: 0,
        task_definition: definition(revision),
        controller: Controller::Ecs,
        strategy: Strategy::Rolling,
        scheduling: Scheduling::Replica,
        express: false,
        percent: Some((100, 200)),
        circuit_breaker: Some(CircuitBreaker {
            enable: true,
            rollback: false,
        }),
        alarms: DeploymentAlarms::default(),
        deployments: vec![listed("bad", revision, DeploymentStatus::Primary, tasks)],
        current_deployment: None,
        target_groups: vec![
            TargetGroupArn::new(
                "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/pb-backend/1",
            )
            .unwrap(),
        ],
        load_balancers: Vec::new(),
        health_check_grace_seconds: None,
        strategy_settings: crate::domain::StrategySettings::default(),
        owners: Vec::new(),
        events: Vec::new(),
    }
}

/// A minute with so many requests and 5xx answers of the targets.
pub(super) fn minute(requests: f64, errors: f64) -> Minute {
    Minute {
        requests: Some(requests),
        target_5xx: Some(errors),
        latency_seconds: Some(0.3),
        ..Minute::default()
    }
}

pub(super) fn series(minutes: impl IntoIterator<Item = (i64, Minute)>) -> Series {
    Series {
        minutes: minutes.into_iter().map(|(m, minute)| (at(m), minute)).collect(),
        balancer_is_ours: true,
    }
}

pub(super) fn runbook() -> Runbook {
    toml::from_str(
        r#"
        name = "PB"
        language = "en"
        time-zone = "Asia/Tokyo"
        default-environment = "production"
        contacts = []
        [environments.production]
        protected = true
        cluster = "pb-production"
        account = "123456789012"
        [[services]]
        name = "backend"
        ecs-service = "pb-backend"
        task-family = "pb-backend"
        repository = "pb-backend"
        [[criteria]]
        id = "error-rate"
        severity = "critical"
        decide-within-minutes = 5
        over-percent = 1.0
        [[criteria]]
        id = "latency"
        severity = "high"
        decide-within-minutes = 10
        over-seconds = 5.0
        [[criteria]]
        id = "feature-down"
        severity = "critical"
        decide-within-minutes = 0
        [[criteria]]
        id = "vulnerability"
        severity = "critical"
        decide-within-minutes = 0
        [checks.immediate]
        within-minutes = 5
        items = []
        [checks.functional]
        within-minutes = 30
        items = []
        [history]
        file = "history.md"
        "#,
    )
    .unwrap()
}

/// All that is observed of one service. As made, :57 runs since 14:01 and is bad; :56 served nine days before it, :55 was
/// registered and never ran, :54 served for ten days before that.
pub(super) struct World {
    pub(super) runbook: Runbook,
    pub(super) environment: EnvironmentName,
    pub(super) repository: RepositoryName,
    pub(super) identity: Observed<Identity>,
    pub(super) state: Observed<ServiceState>,
    pub(super) history: Observed<DeploymentHistory>,
    pub(super) definitions: Observed<Vec<TaskDefinition>>,
    pub(super) images: Observed<Vec<Image>>,
    pub(super) tasks: Observed<Vec<Task>>,
    pub(super) targets: Observed<TargetHealth>,
    pub(super) series: Observed<Series>,
    pub(super) alarms: Observed<Vec<Alarm>>,
    pub(super) company: Observed<Company>,
    pub(super) own_incident: Option<&'static str>,
    pub(super) database: Observed<Database>,
    pub(super) migrations: Observed<Migrations>,
    pub(super) workflow: Observed<Workflow>,
    pub(super) scaling: Observed<Scaling>,
    pub(super) references: Observed<References>,
    pub(super) shelf: Observed<Shelf>,
    pub(super) permissions: Observed<Permissions>,
    pub(super) criteria: Vec<CriterionStatus>,
    pub(super) own_definition: Option<OwnDefinition>,
    pub(super) overrides: Vec<Override>,
    /// All services of the plan; the first of the runbook alone unless set.
    pub(super) scope: Option<Vec<ServiceKey>>,
}

impl World {
    pub(super) fn new() -> Self {
        let mut history = DeploymentHistory::default();
        let day = 24 * 60;
        let ok = || ServiceDeploymentStatus::Successful;
        deployed(
            &mut history,
            (54, 54),
            ok(),
            at(-19 * day),
            Some(at(-19 * day + 3)),
        );
        deployed(&mut history, (56, 56), ok(), at(-9 * day), Some(at(-9 * day + 3)));
        deployed(&mut history, (57, 57), ok(), at(-2), Some(at(1)));
        let now = at(5);
        let mut state = service(57, 4);
        state.circuit_breaker = Some(CircuitBreaker {
            enable: true,
            rollback: true,
        });
        Self {
            runbook: runbook(),
            environment: "production".parse().unwrap(),
            repository: "pb-backend".parse().unwrap(),
            identity: Observed::known(
                Identity {
                    account: "123456789012".parse().unwrap(),
                    arn: Clean::new("arn:aws:sts::123456789012:assumed-role/ic/sato"),
                    region: "ap-northeast-1".parse().unwrap(),
                },
                now,
            ),
            state: Observed::known(state, now),
            history: Observed::known(history, now),
            definitions: Observed::known([57, 56, 55, 54].into_iter().map(registered).collect(), now),
            images: Observed::known([57, 56, 55, 54].into_iter().map(pushed).collect(), now),
            tasks: Observed::known((0..4).map(|n| task(n, 57, Some(57))).collect(), now),
            targets: Observed::known(
                TargetHealth {
                    healthy: 4,
                    ..TargetHealth::default()
                },
                now,
            ),
            series: Observed::known(
                series((-60..4).map(|m| (m, minute(1000.0, if m < 1 { 1.0 } else { 41.0 })))),
                now,
            ),
            alarms: Observed::default(),
            company: Observed::known(Company::default(), now),
            own_incident: None,
            database: Observed::default(),
            migrations: Observed::default(),
            workflow: Observed::default(),
            scaling: Observed::default(),
            references: Observed::default(),
            shelf: Observed::default(),
            permissions: Observed::default(),
            criteria: Vec::new(),
            own_definition: None,
            overrides: Vec::new(),
            scope: None,
        }
    }

    pub(super) fn inputs(&self) -> TargetInputs<'_> {
        TargetInputs {
            repository: &self.repository,
            state: &self.state,
            history: &self.history,
            definitions: &self.definitions,
            images: &self.images,
            tasks: &self.tasks,
            series: &self.series,
            soak: minutes(30),
        }
    }

    pub(super) fn propose(&self, spec: &str, now: Timestamp) -> Result<Plan, NoPlan> {
        self.propose_by(spec, None, now)
    }

    /// The same a few minutes earlier: the deployment of :57 is still under way, and two of its tasks run beside :56's.
    pub(super) fn in_flight() -> Self {
        let mut world = Self::new();
        let stopped = &mut world.history_mut().deployments[0];
        stopped.status = ServiceDeploymentStatus::InProgress;
        stopped.finished_at = None;
        stopped.sources = vec![revision_arn("r56-56")];
        let arn = stopped.arn.clone();
        let state = world.state_mut();
        state.current_deployment = Some(arn);
        state.deployments[0].rollout = Some(RolloutState::InProgress);
        state.deployments[0].running = 2;
        state
            .deployments
            .push(listed("good", 56, DeploymentStatus::Active, 4));
        let tasks = world.tasks.value_mut().unwrap();
        tasks.truncate(2);
        tasks.extend((2..6).map(|n| task(n, 56, Some(56))));
        world
    }

    pub(super) fn propose_by(
        &self,
        spec: &str,
        method: Option<Method>,
        now: Timestamp,
    ) -> Result<Plan, NoPlan> {
        let scope = [self.runbook.services[0].name.clone()];
        let scope = self.scope.as_deref().unwrap_or(&scope);
        propose(&ProposalInputs {
            runbook: &self.runbook,
            environment: &self.environment,
            identity: &self.identity,
            service: &self.runbook.services[0],
            target: self.inputs(),
            around: Around {
                targets: &self.targets,
                alarms: &self.alarms,
                company: &self.company,
                own_incident: self.own_incident,
                database: &self.database,
                migrations: &self.migrations,
                workflow: &self.workflow,
                scaling: &self.scaling,
                references: &self.references,
                shelf: &self.shelf,
                permissions: &self.permissions,
            },
            spec: &spec.parse::<TargetSpec>().unwrap(),
            method,
            scope,
            criteria: &self.criteria,
            own_definition: self.own_definition.as_ref(),
            overrides: &self.overrides,
            now,
        })
    }

    pub(super) fn state_mut(&mut self) -> &mut ServiceState {
        self.state.value_mut().unwrap()
    }

    pub(super) fn history_mut(&mut self) -> &mut DeploymentHistory {
        self.history.value_mut().unwrap()
    }
}
