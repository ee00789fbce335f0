//! Builds the world of a scenario at its earliest moment. Everything after that is simulated, the past as well.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    agenda::{Agenda, Happening},
    database::Databases,
    github::GitHub,
    model::{Balancer, Cluster, Image, Repository, Service, TargetGroup, TaskDefinition},
    scaling::Scaling,
    state::World,
};
use crate::drill::{
    chance::Chance,
    scenario::{self, Application, Controller, Revision, Scenario, Strategy},
    time::{after, minute},
};

/// The one region of a drill.
pub(crate) const REGION: &str = "ap-northeast-1";

impl World {
    /// The world of a scenario, advanced to the start. Offsets count from the whole minute that holds the start.
    pub(crate) fn new(name: &str, scenario: &Scenario, seed: u64, start: Timestamp) -> Self {
        let anchor = minute(start);
        let mut world = Self {
            scenario: name.to_owned(),
            chance: Chance::new(seed),
            account: scenario.account.clone(),
            region: REGION,
            caller: scenario.caller.clone(),
            now: Timestamp::MIN,
            clusters: Vec::new(),
            repositories: Vec::new(),
            families: BTreeMap::new(),
            services: Vec::new(),
            alarms: scenario.alarms.clone(),
            databases: Databases::default(),
            secrets: Vec::new(),
            gone_parameters: BTreeMap::new(),
            gone_roles: scenario.gone_roles.iter().cloned().collect(),
            denials: Vec::new(),
            github: GitHub::new(scenario, seed, anchor, start),
            acted: BTreeSet::new(),
            agenda: Agenda::default(),
            serial: 0,
        };
        for environment in &scenario.environments {
            let arn = world.ecs_arn("cluster", &environment.cluster);
            let (environment, name) = (environment.name.clone(), environment.cluster.clone());
            world.clusters.push(Cluster {
                environment,
                name,
                arn,
            });
        }
        for application in &scenario.applications {
            world.add_repository(application, anchor);
            let definitions = application.revisions.iter();
            let mut definitions: Vec<TaskDefinition> = definitions
                .map(|revision| world.definition(application, revision, anchor))
                .collect();
            definitions.sort_by_key(|definition| definition.revision);
            world.families.insert(application.family.clone(), definitions);
        }
        for service in &scenario.services {
            if let Some(application) = scenario
                .applications
                .iter()
                .find(|it| it.name == service.application)
            {
                world.add_service(application, service, anchor);
            }
        }
        world.add_databases(&scenario.databases, scenario.database_quota, anchor);
        world.add_secrets(scenario, anchor);
        world.advance_to(start);
        world
    }

    fn ecs_arn(&self, kind: &str, name: &str) -> String {
        format!("arn:aws:ecs:{}:{}:{kind}/{name}", self.region, self.account)
    }

    fn add_repository(&mut self, application: &Application, anchor: Timestamp) {
        let repository = self.repositories.len();
        let name = application.family.clone();
        let mut images: Vec<Image> = application
            .images
            .iter()
            .enumerate()
            .map(|(index, image)| {
                let mut changes: Vec<_> = image
                    .changes
                    .iter()
                    .map(|change| (change.at.from(anchor), change.clone()))
                    .collect();
                changes.sort_by_key(|(at, _)| *at);
                Image {
                    tag: image.tag.clone(),
                    digest: self.chance.digest(&format!("{name} {} {index}", image.tag)),
                    pushed_at: image.pushed.from(anchor),
                    expired_at: image.expired.map(|at| at.from(anchor)),
                    bytes: (image.size_mb * 1e6) as u64
                        + self.chance.between("size", index as u64, 0.0, 9e5) as u64,
                    status: image.status,
                    scanned: image.scanned,
                    findings: image
                        .findings
                        .iter()
                        .map(|it| (it.known.map_or(Timestamp::MIN, |at| at.from(anchor)), it.clone()))
                        .collect(),
                    behaviour: image.behaviour.clone(),
                    changes,
                }
            })
            .collect();
        images.sort_by_key(|image| image.pushed_at);
        for (index, image) in images.iter().enumerate() {
            for (at, _) in &image.changes {
                self.agenda.put(
                    *at,
                    Happening::Changed {
                        repository,
                        image: index,
                    },
                );
            }
        }
        let first = images.first().map_or(anchor, |image| image.pushed_at);
        self.repositories.push(Repository {
            arn: format!("arn:aws:ecr:{}:{}:repository/{name}", self.region, self.account),
            uri: format!("{}.dkr.ecr.{}.amazonaws.com/{name}", self.account, self.region),
            created_at: after(first, -3_600.0),
            lifecycle_days: application.lifecycle_days,
            name,
            images,
        });
    }

    fn definition(
        &self,
        application: &Application,
        revision: &Revision,
        anchor: Timestamp,
    ) -> TaskDefinition {
        TaskDefinition {
            arn: self.ecs_arn(
                "task-definition",
                &format!("{}:{}", application.family, revision.number),
            ),
            family: application.family.clone(),
            revision: revision.number,
            registered_at: revision.registered.from(anchor),
            registered_by: self.session_arn(&revision.by),
            deregistered_at: revision.deregistered.map(|at| at.from(anchor)),
            body: self.definition_body(application, revision),
            tags: json!([
                { "key": "app", "value": "peoplebooster" },
                { "key": "version", "value": revision.image },
            ]),
        }
    }

    /// A definition as a pipeline registers it.
    fn definition_body(&self, application: &Application, revision: &Revision) -> Value {
        let (region, account, family) = (self.region, &self.account, &application.family);
        let variables: BTreeMap<&String, &String> =
            application.variables.iter().chain(&revision.variables).collect();
        let variables: Vec<Value> = variables
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect();
        // A name that begins like a path is a parameter's.
        let secret = |name: &str| match name.starts_with('/') {
            true => format!("arn:aws:ssm:{region}:{account}:parameter{name}"),
            false => format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}"),
        };
        let secrets: Vec<Value> = application
            .secrets
            .iter()
            .chain(&revision.secrets)
            .collect::<BTreeMap<&String, &String>>()
            .into_iter()
            .map(|(name, from)| json!({ "name": name, "valueFrom": secret(from) }))
            .collect();
        json!({
            "containerDefinitions": [{
                "name": application.container,
                "image": format!("{account}.dkr.ecr.{region}.amazonaws.com/{family}:{}", revision.image),
                "cpu": 0,
                "portMappings": [{
                    "containerPort": application.port, "hostPort": application.port, "protocol": "tcp",
                }],
                "essential": true,
                "environment": variables,
                "mountPoints": [],
                "volumesFrom": [],
                "secrets": secrets,
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": format!("/ecs/{family}"),
                        "awslogs-region": region,
                        "awslogs-stream-prefix": application.container,
                    },
                },
                "systemControls": [],
            }],
            "taskRoleArn": format!("arn:aws:iam::{account}:role/{family}-task"),
            "executionRoleArn": format!("arn:aws:iam::{account}:role/{family}-execution"),
            "networkMode": "awsvpc",
            "volumes": [],
            "placementConstraints": [],
            "requiresCompatibilities": ["FARGATE"],
            "cpu": revision.cpu.unwrap_or(application.cpu).to_string(),
            "memory": revision.memory.unwrap_or(application.memory).to_string(),
            "runtimePlatform": { "cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX" },
        })
    }

    fn add_service(&mut self, application: &Application, service: &scenario::Service, anchor: Timestamp) {
        let Some(cluster) = self
            .clusters
            .iter()
            .find(|it| it.environment == service.environment)
        else {
            return;
        };
        let (cluster, cluster_arn) = (cluster.name.clone(), cluster.arn.clone());
        let index = self.services.len();
        for deploy in &service.deploys {
            let task_definition = self.ecs_arn(
                "task-definition",
                &format!("{}:{}", application.family, deploy.revision),
            );
            let deploy_it = Happening::Deploy {
                service: index,
                task_definition,
                by: deploy.by.clone(),
                act: None,
            };
            self.agenda.put(deploy.at.from(anchor), deploy_it);
        }
        for scaled in service.scaling.iter().flat_map(|scaling| &scaling.scaled) {
            let (service, to) = (index, scaled.to);
            self.agenda
                .put(scaled.at.from(anchor), Happening::Scaled { service, to });
        }
        for answer in &service.answers {
            let answer_it = Happening::Answer {
                service: index,
                action: answer.action,
            };
            self.agenda.put(answer.at.from(anchor), answer_it);
        }
        let strategy = match service.controller {
            Controller::Ecs => service.strategy,
            // What another controller does looks like this from outside: two task sets, and all traffic at once.
            Controller::CodeDeploy | Controller::External => Strategy::BlueGreen { bake_minutes: 5 },
        };
        self.services.push(Service {
            environment: service.environment.clone(),
            application: application.name.clone(),
            name: application.family.clone(),
            arn: self.ecs_arn("service", &format!("{cluster}/{}", application.family)),
            cluster,
            cluster_arn,
            created_at: None,
            container: application.container.clone(),
            port: application.port,
            desired: service.desired,
            minimum_percent: service.minimum_percent,
            maximum_percent: service.maximum_percent,
            breaker: service.breaker,
            breaker_rollback: service.breaker_rollback,
            breaker_threshold: service.breaker_threshold,
            breaker_resets: service.breaker_resets,
            alarms: service.alarms.clone(),
            alarm_rollback: service.alarm_rollback,
            shortages: service
                .shortages
                .iter()
                .map(|shortage| (shortage.at.from(anchor), shortage.until.from(anchor)))
                .collect(),
            controller: service.controller,
            strategy,
            hooks: service.hooks.clone(),
            grace_s: service.grace_s,
            tags: service.tags.clone().into_iter().collect(),
            propagate_tags: service.propagate_tags,
            scaling: service.scaling.as_ref().map(Scaling::new),
            traffic: service.traffic.clone(),
            balancer: self.balancer(
                &service.environment,
                &application.name,
                index as u64,
                strategy.shifts(),
            ),
            deployments: Vec::new(),
            service_deployments: Vec::new(),
            revisions: Vec::new(),
            tasks: Vec::new(),
            archive: Vec::new(),
            events: VecDeque::new(),
            production: Vec::new(),
            serving: Vec::new(),
            reconcile_due: false,
            finished_since: None,
            failures_in_a_row: 0,
            wait_until: None,
        });
    }

    fn balancer(&self, environment: &str, application: &str, index: u64, shifts: bool) -> Balancer {
        let name = format!("pb-{environment}-{application}");
        let id = |topic: &str| self.chance.hex(topic, index, 16);
        let (balancer, listener, rule) = (id("balancer"), id("listener"), id("rule"));
        let prefix = format!("arn:aws:elasticloadbalancing:{}:{}", self.region, self.account);
        let dimension = format!("app/{name}/{balancer}");
        let group = |name: String, id: String| {
            let dimension = format!("targetgroup/{name}/{id}");
            TargetGroup {
                arn: format!("{prefix}:{dimension}"),
                name,
                dimension,
            }
        };
        let green = shifts.then(|| group(format!("{name}-green"), id("green group")));
        Balancer {
            arn: format!("{prefix}:loadbalancer/{dimension}"),
            dns: format!(
                "{name}-{}.{}.elb.amazonaws.com",
                self.chance.digits("dns", index, 10),
                self.region
            ),
            listener_rule: format!("{prefix}:listener-rule/{dimension}/{listener}/{rule}"),
            blue: group(name.clone(), id("group")),
            green,
            name,
            dimension,
        }
    }
}
