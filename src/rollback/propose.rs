//! Making a plan: from what was observed to exact calls under a hash.

use std::fmt::Write;

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::domain::{
    AccountId, Alarm, Clean, Company, Database, DefinitionStatus, EnvironmentName, Freshness, Identity,
    Migrations, Observed, OwnDefinition, Permissions, Phrase, PlanHash, References, Region, Scaling,
    ServiceDeployment, ServiceKey, ServiceState, Shelf, TargetHealth, TargetSpec, Workflow,
};
use crate::runbook::{Runbook, Service};

use super::calls::{calls, workflow_version};
use super::database::{DatabaseWay, database_way};
use super::flight::{self, Flight, flight};
use super::method::choose_method;
use super::served::Known;
use super::target::candidate;
use super::{
    Candidate, CriterionStatus, Method, Override, PLAN_SCHEMA, Plan, PlanVerdict, Point, PreflightRow,
    PreflightVerdict, Rule, Served, Step, Target, TargetInputs, choose, fingerprint, fits, image, preflight,
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
    /// All services of the plan, in the order in which they are put back; `service` is one of them.
    pub scope: &'a [ServiceKey],
    /// The service's criteria as they stand.
    pub criteria: &'a [CriterionStatus],
    /// A definition of the operator's own, to be registered.
    pub own_definition: Option<&'a OwnDefinition>,
    /// Blocks that a person overrode.
    pub overrides: &'a [Override],
    /// The time of the plan.
    pub now: Timestamp,
}

impl ProposalInputs<'_> {
    /// Whether the service is the first one that is put back: what is done once for all is done with it.
    pub(super) fn is_first(&self) -> bool {
        self.scope.first().is_none_or(|first| *first == self.service.name)
    }
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
    /// The environment's database; asked for only while it matters.
    pub database: &'a Observed<Database>,
    /// The state of its migrations.
    pub migrations: &'a Observed<Migrations>,
    /// The team's workflow.
    pub workflow: &'a Observed<Workflow>,
    /// What scales the service.
    pub scaling: &'a Observed<Scaling>,
    /// What its definitions refer to.
    pub references: &'a Observed<References>,
    /// What is known of its repository beside the images.
    pub shelf: &'a Observed<Shelf>,
    /// What the caller may do.
    pub permissions: &'a Observed<Permissions>,
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

/// Freezes a plan for one service. A plan that preflight blocks is a plan all the same, so that it can be read; only its
/// verdict forbids it.
///
/// # Errors
/// When an observation is still on its way, the account or the service cannot be read, or there is no target.
pub fn propose(inputs: &ProposalInputs<'_>) -> Result<Plan, NoPlan> {
    propose_all(std::slice::from_ref(inputs))
}

/// Freezes one plan for several services, in the order of `all`.
///
/// # Errors
/// When any of them has none, with that one's reason.
pub fn propose_all(all: &[ProposalInputs<'_>]) -> Result<Plan, NoPlan> {
    let cannot = |why| NoPlan { why, waiting: false };
    let not_read = |id, fault: Option<&crate::domain::Fault>| {
        cannot(match fault {
            Some(fault) => Phrase::new(id).phrase("fault", fault.phrase()),
            None => Phrase::new("no-plan-waiting"),
        })
    };
    let Some(first) = all.first() else {
        return Err(cannot(Phrase::new("no-plan-waiting")));
    };
    let (mut steps, mut preflight) = (Vec::new(), Vec::new());
    for inputs in all {
        if still_on_its_way(inputs) {
            return Err(NoPlan {
                why: Phrase::new("no-plan-waiting"),
                waiting: true,
            });
        }
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
        let way = way(inputs, state, &known).map_err(|why| {
            cannot(match all {
                [_] => why,
                _ => Phrase::new("no-plan-of-service")
                    .text("service", &inputs.service.name)
                    .phrase("why", why),
            })
        })?;
        preflight.extend(preflight::rows(inputs, identity, state, &known, &way));
        steps.push(step(inputs, state, way));
    }
    let identity = first
        .identity
        .value()
        .ok_or_else(|| not_read("no-plan-identity", first.identity.fault()))?;
    one_version(&steps).map_err(cannot)?;
    let hash = hash(first.environment, &identity.account, &identity.region, &steps)
        .ok_or_else(|| cannot(Phrase::new("no-plan-hash")))?;
    let overrides: Vec<Override> = first
        .overrides
        .iter()
        .filter(|over| {
            preflight
                .iter()
                .any(|row| over.is_about(row) && row.is_overridable())
        })
        .cloned()
        .collect();
    Ok(Plan {
        hash,
        environment: first.environment.clone(),
        account: identity.account.clone(),
        region: identity.region.clone(),
        steps,
        verdict: together(&preflight, &overrides),
        preflight,
        overrides,
        made_at: first.now,
    })
}

/// A workflow takes one version for all services: those that would go to different ones cannot go by one run.
fn one_version(steps: &[Step]) -> Result<(), Phrase> {
    let versions: std::collections::BTreeSet<_> = steps
        .iter()
        .filter(|step| step.method == Method::Github)
        .filter_map(|step| step.to.version.as_ref())
        .collect();
    if versions.len() > 1 {
        let list: Vec<_> = versions.iter().map(|version| version.as_str()).collect();
        return Err(Phrase::new("no-plan-workflow-versions").text("versions", list.join(", ")));
    }
    Ok(())
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
    /// What is done to the database.
    pub(super) database: Option<DatabaseWay<'h>>,
    /// The version that the team's workflow is asked for.
    pub(super) version: Option<Clean>,
}

impl<'h> Way<'h> {
    /// The service deployment that is turned back, when that is how.
    pub(super) fn turned_back(&self) -> Option<&'h ServiceDeployment> {
        match (self.method, self.flight) {
            (Method::Stop, Flight::Stoppable(deployment) | Flight::Paused(deployment, _))
            | (Method::Continue, Flight::Paused(deployment, _)) => Some(deployment),
            (Method::Stop, Flight::Landed | Flight::GoingBack(_) | Flight::Untold)
            | (
                Method::Continue,
                Flight::Stoppable(_) | Flight::Landed | Flight::GoingBack(_) | Flight::Untold,
            )
            | (Method::Revision | Method::Image | Method::Github | Method::Database | Method::Redeploy, _) => {
                None
            }
        }
    }
}

/// Chooses method and target. A service that no method fits still gets its way, blocked by the row that says what to do
/// instead; and so does one that is to be stopped while there is nothing to stop.
fn way<'h>(inputs: &ProposalInputs<'h>, state: &ServiceState, known: &Known<'_>) -> Result<Way<'h>, Phrase> {
    let flight = flight(state, inputs.target.history);
    let wanted = wanted_method(inputs);
    let chosen = choose(inputs.spec, &inputs.target);
    let inactive = chosen
        .as_ref()
        .ok()
        .map(|target| &target.definition)
        .filter(|definition| candidate(known, definition).status == DefinitionStatus::Inactive);
    let (method, why_method) = match fits(state) {
        Ok(()) => choose_method(&flight, wanted, inactive),
        Err(instead) => (wanted.unwrap_or(Method::Revision), instead),
    };
    let now_set = candidate(known, &state.task_definition);
    let mut from = Point {
        revision: Some(now_set.definition.clone()),
        image: now_set.image.clone(),
        version: now_set.version.clone(),
        digest: now_set.digest.clone(),
    };
    let mut database = None;
    let target = match method {
        Method::Stop | Method::Continue => {
            let turned = match flight {
                Flight::Stoppable(deployment) | Flight::Paused(deployment, _) => Some(deployment),
                Flight::Landed | Flight::GoingBack(_) | Flight::Untold => None,
            };
            match (turned, inputs.target.history.value()) {
                // ECS chooses the target, so that one can be had where no rule finds any.
                (Some(turned), Some(history)) => {
                    // Old and new tasks run side by side, so it is the deployment and not the tasks that says what is left.
                    if let Some(leaving) = turned.target.as_ref().and_then(|arn| history.revisions.get(arn)) {
                        from = flight::point(known, leaving);
                    }
                    flight::stop_target(known, &flight::ecs_target(history, turned)?)
                }
                (None, _) | (_, None) => chosen.map_err(|none| none.why)?,
            }
        }
        Method::Revision => chosen.map_err(|none| none.why)?,
        Method::Image => match inputs.own_definition {
            Some(file) => image::by_file(known, file).map_err(|none| none.why)?,
            None => image::by_image(known, inputs.spec).map_err(|none| none.why)?,
        },
        // The workflow makes its own revision: it is the content that is asked for.
        Method::Github => match chosen {
            Ok(target) => target,
            Err(_) => image::by_image(known, inputs.spec).map_err(|none| none.why)?,
        },
        Method::Database => {
            uses_database(inputs)?;
            database = Some(database_way(
                inputs.runbook,
                inputs.environment,
                inputs.around.database,
                inputs.spec,
            )?);
            same(now_set, known)
        }
        Method::Redeploy => same(now_set, known),
    };
    let version = match method {
        Method::Github => Some(workflow_version(inputs.spec, &target)?),
        Method::Revision
        | Method::Stop
        | Method::Continue
        | Method::Image
        | Method::Database
        | Method::Redeploy => None,
    };
    Ok(Way {
        flight,
        method,
        why_method,
        from,
        target,
        database,
        version,
    })
}

/// The method that is asked for: by name, by a target that only one method has, or by a file of the operator's.
fn wanted_method(inputs: &ProposalInputs<'_>) -> Option<Method> {
    inputs
        .method
        .or_else(|| inputs.spec.is_database().then_some(Method::Database))
        .or_else(|| inputs.own_definition.map(|_| Method::Image))
}

/// What is set now, as the target of a deployment of the same.
fn same(now_set: Candidate, known: &Known<'_>) -> Target {
    let proven = matches!(now_set.served, Served::Now { since: Some(_) }) && known.has_history;
    Target {
        why: Phrase::new("target-same").text("revision", format!(":{}", now_set.definition.revision())),
        definition: now_set.definition,
        image: now_set.image,
        version: now_set.version,
        digest: now_set.digest,
        rule: Rule::Same,
        proven,
        registers: None,
    }
}

/// A database is switched for all services that use it, and for no other.
fn uses_database(inputs: &ProposalInputs<'_>) -> Result<(), Phrase> {
    let Some(database) = &inputs.runbook.database else {
        return Err(Phrase::new("no-plan-database-unset"));
    };
    let list = |keys: &[ServiceKey]| keys.iter().map(ServiceKey::as_str).collect::<Vec<_>>().join(", ");
    let same = database.services.len() == inputs.scope.len()
        && inputs.scope.iter().all(|key| database.services.contains(key));
    if same {
        Ok(())
    } else {
        Err(Phrase::new("no-plan-database-services")
            .text("services", list(&database.services))
            .text("scope", list(inputs.scope)))
    }
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
    Step {
        service: inputs.service.name.clone(),
        service_arn: state.arn.clone(),
        cluster: state.cluster.clone(),
        ecs_service: state.name.clone(),
        method: way.method,
        calls: calls(inputs, state, &way),
        database: way
            .database
            .filter(|_| inputs.is_first())
            .map(|database| database.moved),
        why_method: Some(way.why_method),
        from: way.from,
        to: match way.method {
            // What the workflow registers is known when it has.
            Method::Github => Point {
                revision: None,
                ..way.target.point()
            },
            Method::Revision
            | Method::Stop
            | Method::Continue
            | Method::Image
            | Method::Database
            | Method::Redeploy => way.target.point(),
        },
        target: way.target,
        fingerprint: fingerprint(state),
    }
}

/// What rows say together: one block blocks, unless a person overrode it; a warning or an unknown wants a look.
fn together(rows: &[PreflightRow], overrides: &[Override]) -> PlanVerdict {
    rows.iter().fold(PlanVerdict::Ready, |verdict, row| {
        let overridden = overrides.iter().any(|over| over.is_about(row)) && row.is_overridable();
        match (verdict, row.verdict) {
            (PlanVerdict::Blocked, _) => PlanVerdict::Blocked,
            (_, PreflightVerdict::Block) if !overridden => PlanVerdict::Blocked,
            (PlanVerdict::Warn, _)
            | (_, PreflightVerdict::Block | PreflightVerdict::Warn | PreflightVerdict::Unknown) => {
                PlanVerdict::Warn
            }
            (PlanVerdict::Ready, PreflightVerdict::Pass) => PlanVerdict::Ready,
        }
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
        "steps": steps.iter().map(covered_step).collect::<Option<Vec<_>>>()?,
    });
    let mut text = String::new();
    canonical(&covered, &mut text);
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        write!(hex, "{byte:02x}").ok()?;
    }
    PlanHash::new(&hex).ok()
}

fn covered_step(step: &Step) -> Option<Value> {
    let point = |point: &Point| {
        json!({
            "revision": point.revision.as_ref().map(|revision| revision.as_str()),
            "digest": point.digest.as_ref().map(|digest| digest.as_str()),
        })
    };
    // The content of what is being deployed becomes known only when its first task has started. The call names the service
    // deployment itself, which says more, so a plan does not go stale over it.
    let from = if step.method.turns_back() {
        let revision = step.from.revision.as_ref().map(|revision| revision.as_str());
        json!({ "revision": revision, "digest": Value::Null })
    } else {
        point(&step.from)
    };
    let calls: Result<Vec<Value>, _> = step
        .calls
        .iter()
        .map(|call| serde_json::to_value(&call.api))
        .collect();
    let mut covered = json!({
        "service_arn": step.service_arn.as_str(),
        "method": step.method.as_str(),
        "from": from,
        "to": point(&step.to),
        "calls": calls.ok()?,
    });
    // The version of the secret that is replaced is no input of the call and yet part of what is approved.
    if let (Some(database), Some(fields)) = (&step.database, covered.as_object_mut()) {
        fields.insert(
            "secret_version".to_owned(),
            json!(database.secret_version.as_str()),
        );
    }
    Some(covered)
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
