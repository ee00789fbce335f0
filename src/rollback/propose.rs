//! Making a plan: from what was observed to exact calls under a hash.

use std::fmt::Write;

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::domain::{
    AccountId, Alarm, Company, EnvironmentName, Freshness, Identity, Observed, Phrase, PlanHash, Region,
    ServiceDeployment, ServiceState, TargetHealth, TargetSpec,
};
use crate::runbook::{Runbook, Service};

use super::flight::{self, Flight, flight};
use super::method::choose_method;
use super::served::Known;
use super::target::candidate;
use super::{
    Api, Call, Method, PLAN_SCHEMA, Plan, PlanVerdict, Point, PreflightRow, PreflightVerdict, Step, StopType,
    Target, TargetInputs, choose, fingerprint, fits, preflight,
};

/// Everything that a plan is made from.
#[derive(Clone, Copy, Debug)]
pub struct ProposalInputs<'a> {
    /// The team's runbook.
    pub runbook: &'a Runbook,
    /// The environment.
    pub environment: &'a EnvironmentName,
    /// Who the credentials belong to.
    pub identity: &'a Observed<Identity>,
    /// The service, as the runbook has it.
    pub service: &'a Service,
    /// What is observed of it.
    pub target: TargetInputs<'a>,
    /// What is observed around it.
    pub around: Around<'a>,
    /// Where to, as written.
    pub spec: &'a TargetSpec,
    /// How; `None` chooses by state.
    pub method: Option<Method>,
    /// The time of the plan.
    pub now: Timestamp,
}

/// What is observed around a service: nothing of it changes what a plan does, only whether it is wise.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The service's targets.
    pub targets: &'a Observed<TargetHealth>,
    /// The alarms of all services, by name.
    pub alarms: &'a Observed<Vec<Alarm>>,
    /// Who else is at work.
    pub company: &'a Observed<Company>,
    /// The incident that the plan belongs to, which is not another one.
    pub own_incident: Option<&'a str>,
}

/// That no plan can be made, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct NoPlan {
    /// Why, as a sentence.
    pub why: Phrase,
    /// Whether an observation is still on its way: then asking again later may help.
    pub waiting: bool,
}

/// Freezes a plan. A plan that preflight blocks is a plan all the same, so that it can be read; only its verdict forbids it.
///
/// # Errors
/// When an observation is still on its way, the account or the service cannot be read, or there is no target.
pub fn propose(inputs: &ProposalInputs<'_>) -> Result<Plan, NoPlan> {
    if still_on_its_way(inputs) {
        return Err(NoPlan {
            why: Phrase::new("no-plan-waiting"),
            waiting: true,
        });
    }
    let cannot = |why| NoPlan { why, waiting: false };
    let not_read = |id, fault: Option<&crate::domain::Fault>| {
        cannot(match fault {
            Some(fault) => Phrase::new(id).phrase("fault", fault.phrase()),
            None => Phrase::new("no-plan-waiting"),
        })
    };
    let identity = inputs
        .identity
        .value()
        .ok_or_else(|| not_read("no-plan-identity", inputs.identity.fault()))?;
    let state = inputs
        .target
        .state
        .value()
        .ok_or_else(|| not_read("no-plan-service", inputs.target.state.fault()))?;
    let known = Known::new(&inputs.target);
    let way = way(inputs, state, &known).map_err(cannot)?;
    let rows = preflight::rows(inputs, identity, state, &known, &way);
    let step = step(inputs, state, way);
    let hash = hash(
        inputs.environment,
        &identity.account,
        &identity.region,
        std::slice::from_ref(&step),
    )
    .ok_or_else(|| cannot(Phrase::new("no-plan-hash")))?;
    Ok(Plan {
        hash,
        environment: inputs.environment.clone(),
        account: identity.account.clone(),
        region: identity.region.clone(),
        steps: vec![step],
        verdict: together(&rows),
        preflight: rows,
        made_at: inputs.now,
    })
}

/// How and from where to where: what the rows look at and the step is made of.
pub(super) struct Way<'h> {
    /// What is under way.
    pub(super) flight: Flight<'h>,
    /// How.
    pub(super) method: Method,
    /// Why so.
    pub(super) why_method: Phrase,
    /// From where.
    pub(super) from: Point,
    /// To where.
    pub(super) target: Target,
}

impl<'h> Way<'h> {
    /// The service deployment that is stopped, when that is how.
    pub(super) fn stopped(&self) -> Option<&'h ServiceDeployment> {
        match (self.method, self.flight) {
            (Method::Stop, Flight::Stoppable(deployment)) => Some(deployment),
            (Method::Stop, Flight::Landed | Flight::GoingBack(_) | Flight::Untold)
            | (Method::Revision, _) => None,
        }
    }
}

/// Chooses method and target. A service that no method fits still gets its way, blocked by the row that says what to do
/// instead; and so does one that is to be stopped while there is nothing to stop.
fn way<'h>(inputs: &ProposalInputs<'h>, state: &ServiceState, known: &Known<'_>) -> Result<Way<'h>, Phrase> {
    let flight = flight(state, inputs.target.history);
    let (method, why_method) = match fits(state) {
        Ok(()) => choose_method(&flight, inputs.method),
        Err(instead) => (inputs.method.unwrap_or(Method::Revision), instead),
    };
    let now_set = candidate(known, &state.task_definition);
    let mut way = Way {
        flight,
        method,
        why_method,
        from: Point {
            revision: now_set.definition,
            image: now_set.image,
            version: now_set.version,
            digest: now_set.digest,
        },
        target: match choose(inputs.spec, &inputs.target) {
            Ok(target) => target,
            // ECS chooses the target of a stop, so that one can be had where no rule finds any.
            Err(none) => match (method, flight, inputs.target.history.value()) {
                (Method::Stop, Flight::Stoppable(stopped), Some(history)) => {
                    flight::stop_target(known, &flight::ecs_target(history, stopped)?)
                }
                (Method::Stop | Method::Revision, _, _) => return Err(none.why),
            },
        },
    };
    if let (Some(stopped), Some(history)) = (way.stopped(), inputs.target.history.value()) {
        way.target = flight::stop_target(known, &flight::ecs_target(history, stopped)?);
        // Old and new tasks run side by side, so it is the deployment and not the tasks that says what is being left.
        if let Some(leaving) = stopped.target.as_ref().and_then(|arn| history.revisions.get(arn)) {
            way.from = flight::point(known, leaving);
        }
    }
    Ok(way)
}

fn still_on_its_way(inputs: &ProposalInputs<'_>) -> bool {
    fn waits<T>(observed: &Observed<T>, now: Timestamp) -> bool {
        observed.freshness(now, std::time::Duration::MAX) == Freshness::Waiting
    }
    let (target, now) = (&inputs.target, inputs.now);
    waits(inputs.identity, now)
        || waits(target.state, now)
        || waits(target.history, now)
        || waits(target.definitions, now)
        || waits(target.images, now)
        || waits(target.tasks, now)
        || waits(inputs.around.company, now)
}

fn step(inputs: &ProposalInputs<'_>, state: &ServiceState, way: Way<'_>) -> Step {
    let stopped = way.stopped();
    let Way {
        method,
        why_method,
        from,
        target,
        ..
    } = way;
    let calls = match method {
        // Without anything to stop there is no call, and a plan without a call is never approved.
        Method::Stop => stopped
            .map(|stopped| Call {
                command: format!(
                    "aws ecs stop-service-deployment --service-deployment-arn {} --stop-type {}",
                    stopped.arn,
                    StopType::Rollback.as_str()
                ),
                api: Api::StopServiceDeployment {
                    service_deployment: stopped.arn.clone(),
                    stop_type: StopType::Rollback,
                },
            })
            .into_iter()
            .collect(),
        Method::Revision => vec![Call {
            command: format!(
                "aws ecs update-service --cluster {} --service {} --task-definition {}",
                state.cluster,
                state.name,
                target.definition.short()
            ),
            api: Api::UpdateService {
                cluster: state.cluster.clone(),
                service: state.name.clone(),
                task_definition: target.definition.clone(),
            },
        }],
    };
    Step {
        service: inputs.service.name.clone(),
        service_arn: state.arn.clone(),
        cluster: state.cluster.clone(),
        ecs_service: state.name.clone(),
        method,
        why_method: Some(why_method),
        from,
        to: Point {
            revision: target.definition.clone(),
            image: target.image.clone(),
            version: target.version.clone(),
            digest: target.digest.clone(),
        },
        target,
        calls,
        fingerprint: fingerprint(state),
    }
}

/// What rows say together: one block blocks; a warning or an unknown wants a look.
fn together(rows: &[PreflightRow]) -> PlanVerdict {
    rows.iter()
        .fold(PlanVerdict::Ready, |verdict, row| match (verdict, row.verdict) {
            (PlanVerdict::Blocked, _) | (_, PreflightVerdict::Block) => PlanVerdict::Blocked,
            (PlanVerdict::Warn, _) | (_, PreflightVerdict::Warn | PreflightVerdict::Unknown) => {
                PlanVerdict::Warn
            }
            (PlanVerdict::Ready, PreflightVerdict::Pass) => PlanVerdict::Ready,
        })
}

impl Plan {
    /// What a person types to approve this plan in a protected environment: `production/backend`, `production/both`.
    #[must_use]
    pub fn protected_phrase(&self) -> String {
        match self.steps.as_slice() {
            [step] => format!("{}/{}", self.environment, step.service),
            _ => format!("{}/both", self.environment),
        }
    }

    /// Whether the plan's hash is the one of what it says it will do. A plan that was read back and is not intact is never
    /// applied.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        hash(&self.environment, &self.account, &self.region, &self.steps).as_ref() == Some(&self.hash)
    }
}

/// SHA-256 over the canonical JSON of what will be done. Never over times, metrics or evidence: the same plan made again,
/// by another process on another machine, has the same hash.
fn hash(
    environment: &EnvironmentName,
    account: &AccountId,
    region: &Region,
    steps: &[Step],
) -> Option<PlanHash> {
    let covered = json!({
        "schema": PLAN_SCHEMA,
        "environment": environment.as_str(),
        "account": account.as_str(),
        "region": region.as_str(),
        "steps": steps.iter().map(covered_step).collect::<Vec<_>>(),
    });
    let mut text = String::new();
    canonical(&covered, &mut text);
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        write!(hex, "{byte:02x}").ok()?;
    }
    PlanHash::new(&hex).ok()
}

fn covered_step(step: &Step) -> Value {
    let point = |point: &Point| {
        json!({
            "revision": point.revision.as_str(),
            "digest": point.digest.as_ref().map(|digest| digest.as_str()),
        })
    };
    let call = |call: &Call| match &call.api {
        Api::UpdateService {
            cluster,
            service,
            task_definition,
        } => json!({
            "api": "ecs.UpdateService",
            "input": {
                "cluster": cluster.as_str(),
                "service": service.as_str(),
                "taskDefinition": task_definition.as_str(),
            },
        }),
        Api::StopServiceDeployment {
            service_deployment,
            stop_type,
        } => json!({
            "api": "ecs.StopServiceDeployment",
            "input": {
                "serviceDeploymentArn": service_deployment.as_str(),
                "stopType": stop_type.as_str(),
            },
        }),
    };
    // The content of what is being deployed becomes known only when its first task has started. The call names the service
    // deployment itself, which says more, so a plan does not go stale over it.
    let from = match step.method {
        Method::Revision => point(&step.from),
        Method::Stop => json!({ "revision": step.from.revision.as_str(), "digest": Value::Null }),
    };
    json!({
        "service_arn": step.service_arn.as_str(),
        "method": step.method.as_str(),
        "from": from,
        "to": point(&step.to),
        "calls": step.calls.iter().map(call).collect::<Vec<_>>(),
    })
}

/// Canonical JSON: keys sorted by their bytes, no spaces, UTF-8 with only the escapes that JSON demands.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&value.to_string());
        }
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                canonical(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (place, (name, item)) in fields.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                canonical(item, out);
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests;
