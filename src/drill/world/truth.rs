//! The truth about the world, for tests and for people: what `GET /_drill/world` and the health endpoint tell.

use serde_json::{Value, json};

use super::{
    model::{Service, Target},
    state::World,
    tasks::remembered,
};
use crate::drill::time::{wire, wire_option};

impl World {
    /// Everything that matters, without the wire's manners. Timestamps are still marked.
    pub(crate) fn truth(&self) -> Value {
        let services: Vec<Value> = self
            .services
            .iter()
            .enumerate()
            .map(|(index, service)| self.service_truth(index, service))
            .collect();
        json!({
            "scenario": self.scenario,
            "account": self.account,
            "region": self.region,
            "now": wire(self.now),
            "services": services,
            "runs": self.runs_truth(),
            "databases": self.databases_truth(),
        })
    }

    fn service_truth(&self, index: usize, service: &Service) -> Value {
        let named = |revision: usize| {
            let it = &service.revisions[revision];
            json!({
                "task_definition": it.task_definition,
                "revision": it.number,
                "version": self.version(index, revision),
                "digest": it.images.first().and_then(|image| image.digest.clone()),
            })
        };
        let with = |mut value: Value, name: &str, more: Value| {
            value[name] = more;
            value
        };
        let serving = service.serving.last();
        let serving: Vec<Value> = serving
            .map(|it| {
                it.by_revision()
                    .into_iter()
                    .map(|(revision, share)| {
                        let healthy = it.healthy.iter().find(|(healthy, _)| *healthy == revision);
                        let named = with(named(revision), "healthy", json!(healthy.map(|(_, count)| count)));
                        with(named, "percent", json!(share * 100.0))
                    })
                    .collect()
            })
            .unwrap_or_default();
        let deployments: Vec<Value> = service
            .deployments
            .iter()
            .enumerate()
            .map(|(position, it)| {
                json!({
                    "id": it.id,
                    "status": if position == 0 { "PRIMARY" } else { "ACTIVE" },
                    "rollout": it.rollout.name(),
                    "by": it.by,
                    "created_at": wire(it.created_at),
                    "service_deployment": service.service_deployments[it.service_deployment].arn,
                    "service_deployment_status": service.service_deployments[it.service_deployment].status.name(),
                    "runs": named(it.revision),
                })
            })
            .collect();
        let tasks: Vec<Value> = service
            .tasks
            .iter()
            .filter(|task| task.stopped_at.is_none())
            .map(|task| {
                json!({
                    "id": task.id,
                    "state": task.state.name(),
                    "target": target_name(task.target),
                    "deployment": task.deployment,
                    "revision": service.revisions[task.revision].number,
                })
            })
            .collect();
        let stopped: Vec<Value> = service
            .tasks
            .iter()
            .filter(|task| task.stopped_at.is_some_and(|_| remembered(task, self.now)))
            .map(|task| {
                json!({
                    "id": task.id,
                    "deployment": task.deployment,
                    "revision": service.revisions[task.revision].number,
                    "stopped_at": wire_option(task.stopped_at),
                    "stop_code": task.stop_code,
                    "reason": task.stop_reason,
                    "exit_code": task.exit_code,
                    "container_reason": task.container_reason,
                })
            })
            .collect();
        let history: Vec<Value> = service
            .service_deployments
            .iter()
            .rev()
            .map(|it| {
                json!({
                    "arn": it.arn,
                    "status": it.status.name(),
                    "created_at": wire(it.created_at),
                    "finished_at": wire_option(it.finished_at),
                    "target": service.revisions[it.target].number,
                    "put_back": it.rollback.as_ref().map(|back| service.revisions[back.revision].number),
                    "breaker": it.breaker.name(),
                    "alarms": it.alarms.name(),
                    "stage": it.course.as_ref().map(|course| course.stage.name()),
                    "waits": it.course.as_ref().map(|course| course.waits()),
                })
            })
            .collect();
        let count = |state: super::TaskState| service.tasks.iter().filter(|task| task.state == state).count();
        json!({
            "environment": service.environment,
            "service": service.application,
            "ecs_service": service.name,
            "cluster": service.cluster,
            "controller": service.controller.name(),
            "strategy": service.controller.is_ecs().then(|| service.strategy.name()),
            "desired": service.desired,
            "running": count(super::TaskState::Running),
            "pending": super::TaskState::STARTING.map(count).iter().sum::<usize>(),
            "revision": service.deployments.first().map(|it| service.revisions[it.revision].number),
            "serving": serving,
            "databases": self.links_truth(index),
            "deployments": deployments,
            "service_deployments": history,
            "tasks": tasks,
            "stopped": stopped,
        })
    }

    /// What the public health endpoint of a service answers: a status, and the version that answered. `None` when there
    /// is no such service.
    pub(crate) fn health(&self, environment: &str, application: &str) -> Option<(u16, Option<String>)> {
        let index = self.service_of(environment, application)?;
        let service = &self.services[index];
        let Some(serving) = service.serving.last() else {
            return Some((503, None));
        };
        // The balancer sends each request to one healthy target; which one is a matter of the moment.
        let topic = format!("health {environment} {application}");
        let mut place = self.chance.unit(&topic, self.now.as_second() as u64);
        // What a task answers here does not depend on its database: the health checks ask none.
        let shares = serving.by_revision();
        let answered = shares.iter().find(|(_, share)| {
            place -= share;
            place < 0.0
        });
        // What rounding leaves over belongs to the last one, unless nobody answers it.
        let answered = answered.or_else(|| shares.last().filter(|_| serving.unanswered <= 0.0));
        let Some((answered, _)) = answered.copied() else {
            return Some((503, None));
        };
        let status = self.behaviour(index, answered, self.now).health_status;
        Some((status, Some(self.version(index, answered))))
    }
}

fn target_name(target: Target) -> &'static str {
    match target {
        Target::Unregistered => "unregistered",
        Target::Initial => "initial",
        Target::Healthy => "healthy",
        Target::Unhealthy => "unhealthy",
        Target::Draining => "draining",
    }
}
