//! All rows of a service: which it has, and what each is made from.

use crate::domain::{
    ContainerDefinition, Digest, FaultKind, Identity, Observed, Phrase, ServiceState, TaskSettings,
};

use super::super::propose::Way;
use super::super::served::Known;
use super::super::{ProposalInputs, Registration, Target};
use super::{
    PreflightCheck, PreflightRow, PreflightVerdict, alarms, breaker, capacity, changes, company, controller,
    database, findings, grace, health, image, migrations, owner, permissions, ports, protected, references,
    revision, scaling, service, shelf, stop, tag, workflow,
};

pub(super) type Finding = (PreflightVerdict, Phrase);

pub(super) fn pass(evidence: Phrase) -> Finding {
    (PreflightVerdict::Pass, evidence)
}
pub(super) fn warn(evidence: Phrase) -> Finding {
    (PreflightVerdict::Warn, evidence)
}
pub(super) fn block(evidence: Phrase) -> Finding {
    (PreflightVerdict::Block, evidence)
}
pub(super) fn unknown(evidence: Phrase) -> Finding {
    (PreflightVerdict::Unknown, evidence)
}

/// A finding on a reading whose last renewal failed: what forbids still forbids, but nothing passes on it.
pub(super) fn on<T>(observed: &Observed<T>, finding: Finding) -> Finding {
    match (finding.0, observed.fault()) {
        (PreflightVerdict::Pass | PreflightVerdict::Warn, Some(fault)) => {
            unknown(Phrase::new("preflight-stale").phrase("fault", fault.phrase()))
        }
        (PreflightVerdict::Pass | PreflightVerdict::Warn, None)
        | (PreflightVerdict::Block | PreflightVerdict::Unknown, _) => finding,
    }
}

/// A finding that rests on the history too. What an endpoint does not offer is not needed; a reading whose renewal failed
/// could be hiding what happened since.
fn on_history(inputs: &ProposalInputs<'_>, finding: Finding) -> Finding {
    let history = inputs.target.history;
    match history.fault().map(|fault| &fault.kind) {
        Some(FaultKind::NotOffered) | None => finding,
        // What was never read is in the finding already.
        Some(_) if history.value().is_none() => finding,
        Some(_) => on(history, finding),
    }
}

/// Why an observation that only plans need has no reading: refused or broken, or nobody has asked yet.
pub(super) fn unread<T>(observed: &Observed<T>) -> Finding {
    unknown(match observed.fault() {
        Some(fault) => Phrase::new("preflight-not-read").phrase("fault", fault.phrase()),
        None => Phrase::new("preflight-not-asked"),
    })
}

/// What the target's tasks will be made of: its definition, the clone's original, or the operator's own file. `None` when it
/// is not on the list that was read.
pub(super) fn made_of<'a>(
    inputs: &ProposalInputs<'a>,
    target: &Target,
) -> Option<(&'a [ContainerDefinition], &'a TaskSettings)> {
    if let (Some(Registration::File { .. }), Some(own)) = (&target.registers, inputs.own_definition) {
        return Some((&own.containers, &own.settings));
    }
    inputs
        .target
        .definitions
        .value()?
        .iter()
        .find(|definition| definition.arn == target.definition)
        .map(|definition| (definition.containers.as_slice(), &definition.settings))
}

/// The content that the target's tasks would run: as it ran or is pinned, else what its tag means now, which is what ECS would
/// resolve. What ECS puts back by itself runs what it ran with, whatever the tag means by now.
pub(super) fn content(known: &Known<'_>, way: &Way<'_>) -> Option<Digest> {
    let target = &way.target;
    target.digest.clone().or_else(|| {
        let image = target.image.as_ref().filter(|_| !way.method.turns_back())?;
        known.digest_of_tag(image.as_str())
    })
}

/// At most this many names are told; the rest is a number.
const TOLD: usize = 5;

/// Names in one line.
pub(super) fn names<'n>(all: impl IntoIterator<Item = &'n str>) -> String {
    let all: Vec<&str> = all.into_iter().collect();
    let told = all.len().min(TOLD);
    let mut text = all.get(..told).unwrap_or_default().join(", ");
    if all.len() > told {
        text.push_str(&format!(" (+{})", all.len() - told));
    }
    text
}

/// All rows for one service, in the order of [`PreflightCheck::ALL`].
pub(in crate::rollback) fn rows(
    inputs: &ProposalInputs<'_>,
    identity: &Identity,
    state: &ServiceState,
    known: &Known<'_>,
    way: &Way<'_>,
) -> Vec<PreflightRow> {
    PreflightCheck::ALL
        .into_iter()
        .filter(|check| check.is_for(way.method))
        .filter_map(|check| {
            let (verdict, evidence) = finding(check, inputs, identity, state, known, way)?;
            Some(PreflightRow {
                service: inputs.service.name.clone(),
                check,
                verdict,
                evidence,
            })
        })
        .collect()
}

/// What one check finds; `None` where it says nothing of this service.
fn finding(
    check: PreflightCheck,
    inputs: &ProposalInputs<'_>,
    identity: &Identity,
    state: &ServiceState,
    known: &Known<'_>,
    way: &Way<'_>,
) -> Option<Finding> {
    let observed = &inputs.target;
    let around = &inputs.around;
    let (from, target) = (&way.from, &way.target);
    Some(match check {
        PreflightCheck::Account => on(inputs.identity, service::account(inputs, identity)),
        PreflightCheck::Controller => on(observed.state, controller::controller(state)),
        PreflightCheck::Strategy => on(observed.state, controller::strategy(state, way)),
        PreflightCheck::Incident => on(around.company, company::incident(inputs)),
        PreflightCheck::Lease => on(around.company, company::lease(inputs)),
        PreflightCheck::Owner => owner::owner(inputs, state),
        PreflightCheck::Desired => on(observed.state, service::desired(state)),
        PreflightCheck::Deployment => on_history(
            inputs,
            on(observed.state, service::deployment(inputs, state, way)),
        ),
        PreflightCheck::NotCurrent => {
            let finding = on(observed.state, service::not_current(inputs, from, target, way));
            if way.method.turns_back() {
                on_history(inputs, finding)
            } else {
                finding
            }
        }
        PreflightCheck::TargetActive => on(observed.definitions, revision::target_active(known, target, way)),
        PreflightCheck::Image => on(observed.images, image::image(inputs, target)),
        PreflightCheck::ShelfLife => on(
            observed.images,
            shelf::shelf_life(inputs, content(known, way).as_ref()),
        ),
        PreflightCheck::Findings => findings::findings(inputs, way, content(known, way).as_ref()),
        PreflightCheck::Tag => on(observed.images, tag::tag(known, way.method, target)),
        PreflightCheck::Proven => on_history(inputs, revision::proven(known, target)),
        PreflightCheck::Differs => on(observed.definitions, changes::changes(inputs, from, target)),
        PreflightCheck::References => on(observed.definitions, references::references(inputs, target)),
        PreflightCheck::Ports => on(
            observed.state,
            on(observed.definitions, ports::ports(inputs, state, target)),
        ),
        PreflightCheck::Grace => on(observed.state, grace::grace(inputs, state, target)),
        PreflightCheck::Scaling => on(observed.state, scaling::scaling(inputs, state, known, way)),
        PreflightCheck::Capacity => on(observed.state, capacity::capacity(inputs, state)),
        PreflightCheck::Migrations => migrations::migrations(inputs, content(known, way).as_ref())?,
        PreflightCheck::TargetHealth => health::health(inputs, state),
        PreflightCheck::Alarms => on(observed.state, alarms::alarms(inputs, state)),
        PreflightCheck::CircuitBreaker => on(observed.state, breaker::breaker(state)),
        PreflightCheck::Permissions => permissions::permissions(inputs, state, way),
        PreflightCheck::Protected => protected::protected(inputs),
        PreflightCheck::StopTarget => on(observed.history, stop::stop_target(inputs, known, way)),
        PreflightCheck::Snapshot => on(around.database, database::snapshot(inputs, way)?),
        PreflightCheck::DataLoss => database::data_loss(inputs, way)?,
        PreflightCheck::RestoredInstance => on(around.database, database::restored_instance(inputs, way)?),
        PreflightCheck::Secret => on(around.database, database::secret(inputs, way)?),
        PreflightCheck::Workflow => workflow::workflow(inputs)?,
    })
}
