//! The rows, in the order in which they are shown, and those on the account and the service itself.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::{
    CriterionId, DefinitionStatus, Deployment, FaultKind, Identity, Observed, Phrase, RolloutState,
    ServiceDeployment, ServiceKey, ServiceState, Strategy, TargetSpec,
};

use super::super::flight::{Agreement, Flight, agreement, ecs_target, is_among_sources};
use super::super::propose::Way;
use super::super::served::Known;
use super::super::target::candidate;
use super::super::{CriterionState, Method, Point, ProposalInputs, Rule, Target, fits};
use super::{alarms, breaker, changes, company, health, image, protected, tag};

/// What is checked before a plan may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PreflightCheck {
    /// The account is the one that the runbook names.
    Account,
    /// ECS itself drives deployments, of replicas, in a way that this version knows.
    Controller,
    /// The service wants at least one task.
    Desired,
    /// No other incident of the service is open.
    Incident,
    /// No other commander holds the service.
    Lease,
    /// No other deployment is under way.
    Deployment,
    /// The target is not what runs already.
    NotCurrent,
    /// The target can still be deployed.
    TargetActive,
    /// The target's image is in ECR, by digest, and can be pulled.
    Image,
    /// The tag that the target names still leads to the content that ran.
    Tag,
    /// The target is known to have run.
    Proven,
    /// Nothing but the image differs between what is set and the target.
    Differs,
    /// What the load balancer says of the targets now.
    TargetHealth,
    /// The alarms of the service are quiet.
    Alarms,
    /// ECS's own safety net is on.
    CircuitBreaker,
    /// How the plan is approved.
    Protected,
    /// Where ECS goes back to when the deployment is stopped; a row of the method `stop` alone.
    StopTarget,
}

/// What a check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PreflightVerdict {
    /// Fine.
    Pass,
    /// Go on with open eyes.
    Warn,
    /// Do not go on.
    Block,
    /// It cannot be told; never shown as a pass.
    Unknown,
}

/// One checked row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreflightRow {
    /// The service it is about.
    pub service: ServiceKey,
    /// What was checked.
    pub check: PreflightCheck,
    /// What it says.
    pub verdict: PreflightVerdict,
    /// Why, as a sentence.
    pub evidence: Phrase,
}

impl PreflightRow {
    /// Whether it blocks because somebody else is at work on the service.
    #[must_use]
    pub fn is_anothers_command(&self) -> bool {
        let about_others = match self.check {
            PreflightCheck::Lease => true,
            PreflightCheck::Incident => self.evidence.id != "preflight-incident-no-journal",
            PreflightCheck::Account
            | PreflightCheck::Controller
            | PreflightCheck::Desired
            | PreflightCheck::Deployment
            | PreflightCheck::NotCurrent
            | PreflightCheck::TargetActive
            | PreflightCheck::Image
            | PreflightCheck::Tag
            | PreflightCheck::Proven
            | PreflightCheck::Differs
            | PreflightCheck::TargetHealth
            | PreflightCheck::Alarms
            | PreflightCheck::CircuitBreaker
            | PreflightCheck::Protected
            | PreflightCheck::StopTarget => false,
        };
        about_others && self.verdict == PreflightVerdict::Block
    }
}

impl PreflightRow {
    /// Whether a person may go on in spite of it, with a reason. Never without an image or with a revision that ECS refuses; and
    /// never where another account, another commander or an impossible call is what stands in the way.
    #[must_use]
    pub fn is_overridable(&self) -> bool {
        self.verdict == PreflightVerdict::Block && self.check.may_be_overridden()
    }
}

impl PreflightCheck {
    /// Whether a block of this check may be overridden at all.
    #[must_use]
    pub const fn may_be_overridden(self) -> bool {
        match self {
            Self::Deployment
            | Self::Tag
            | Self::Proven
            | Self::Differs
            | Self::TargetHealth
            | Self::Alarms
            | Self::CircuitBreaker
            | Self::StopTarget => true,
            Self::Account
            | Self::Controller
            | Self::Desired
            | Self::Incident
            | Self::Lease
            | Self::NotCurrent
            | Self::TargetActive
            | Self::Image
            | Self::Protected => false,
        }
    }

    /// Those that every plan has, in the order in which they are shown.
    pub const ALL: [Self; 16] = [
        Self::Account,
        Self::Controller,
        Self::Incident,
        Self::Lease,
        Self::Desired,
        Self::Deployment,
        Self::NotCurrent,
        Self::TargetActive,
        Self::Image,
        Self::Tag,
        Self::Proven,
        Self::Differs,
        Self::TargetHealth,
        Self::Alarms,
        Self::CircuitBreaker,
        Self::Protected,
    ];

    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Controller => "controller",
            Self::Desired => "desired",
            Self::Deployment => "deployment",
            Self::NotCurrent => "not-current",
            Self::TargetActive => "target-active",
            Self::Image => "image",
            Self::Proven => "proven",
            Self::Incident => "incident",
            Self::Lease => "lease",
            Self::Tag => "tag",
            Self::Differs => "differs",
            Self::TargetHealth => "target-health",
            Self::Alarms => "alarms",
            Self::CircuitBreaker => "circuit-breaker",
            Self::Protected => "protected",
            Self::StopTarget => "stop-target",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn phrase(self) -> Phrase {
        Phrase::new(match self {
            Self::Account => "preflight-account",
            Self::Controller => "preflight-controller",
            Self::Incident => "preflight-incident",
            Self::Lease => "preflight-lease",
            Self::Desired => "preflight-desired",
            Self::Deployment => "preflight-deployment",
            Self::NotCurrent => "preflight-not-current",
            Self::TargetActive => "preflight-target-active",
            Self::Image => "preflight-image",
            Self::Tag => "preflight-tag",
            Self::Proven => "preflight-proven",
            Self::Differs => "preflight-differs",
            Self::TargetHealth => "preflight-target-health",
            Self::Alarms => "preflight-alarms",
            Self::CircuitBreaker => "preflight-circuit-breaker",
            Self::Protected => "preflight-protected",
            Self::StopTarget => "preflight-stop-target",
        })
    }
}

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

/// All rows for one service, in the order of [`PreflightCheck::ALL`].
pub(in crate::rollback) fn rows(
    inputs: &ProposalInputs<'_>,
    identity: &Identity,
    state: &ServiceState,
    known: &Known<'_>,
    way: &Way<'_>,
) -> Vec<PreflightRow> {
    let observed = &inputs.target;
    let around = &inputs.around;
    let (from, target) = (&way.from, &way.target);
    let of_stop = way.method.turns_back().then_some(PreflightCheck::StopTarget);
    PreflightCheck::ALL
        .into_iter()
        .chain(of_stop)
        .map(|check| {
            let (verdict, evidence) = match check {
                PreflightCheck::Account => on(inputs.identity, account(inputs, identity)),
                PreflightCheck::Controller => on(observed.state, controller(state)),
                PreflightCheck::Desired => on(observed.state, desired(state)),
                PreflightCheck::Deployment => {
                    on_history(inputs, on(observed.state, deployment(inputs, state, way)))
                }
                PreflightCheck::NotCurrent => {
                    let finding = on(observed.state, not_current(inputs, from, target, way));
                    if way.method.turns_back() {
                        on_history(inputs, finding)
                    } else {
                        finding
                    }
                }
                PreflightCheck::TargetActive => on(observed.definitions, target_active(known, target, way)),
                PreflightCheck::Image => on(observed.images, image::image(inputs, target)),
                PreflightCheck::Proven => on_history(inputs, proven(known, target)),
                PreflightCheck::Incident => on(around.company, company::incident(inputs)),
                PreflightCheck::Lease => on(around.company, company::lease(inputs)),
                PreflightCheck::Tag => on(observed.images, tag::tag(known, way.method, target)),
                PreflightCheck::Differs => on(observed.definitions, changes::changes(inputs, from, target)),
                PreflightCheck::TargetHealth => health::health(inputs, state),
                PreflightCheck::Alarms => on(observed.state, alarms::alarms(inputs, state)),
                PreflightCheck::CircuitBreaker => on(observed.state, breaker::breaker(state)),
                PreflightCheck::Protected => protected::protected(inputs),
                PreflightCheck::StopTarget => on(observed.history, stop_target(inputs, known, way)),
            };
            PreflightRow {
                service: inputs.service.name.clone(),
                check,
                verdict,
                evidence,
            }
        })
        .collect()
}

fn account(inputs: &ProposalInputs<'_>, identity: &Identity) -> Finding {
    let environment = inputs.runbook.environments.get(inputs.environment);
    if let Some(region) = environment.and_then(|e| e.region.as_ref())
        && *region != identity.region
    {
        return block(
            Phrase::new("preflight-account-region")
                .text("region", &identity.region)
                .text("expected", region),
        );
    }
    match environment.and_then(|e| e.account.as_ref()) {
        Some(expected) if *expected == identity.account => {
            pass(Phrase::new("preflight-account-pass").text("account", expected))
        }
        Some(expected) => block(
            Phrase::new("preflight-account-differs")
                .text("account", &identity.account)
                .text("expected", expected),
        ),
        None => unknown(Phrase::new("preflight-account-unset").text("account", &identity.account)),
    }
}

fn controller(state: &ServiceState) -> Finding {
    if let Err(instead) = fits(state) {
        return block(instead);
    }
    match &state.strategy {
        Strategy::Rolling => pass(Phrase::new("preflight-controller-pass")),
        Strategy::BlueGreen => whole_strategy("BLUE_GREEN"),
        Strategy::Linear => whole_strategy("LINEAR"),
        Strategy::Canary => whole_strategy("CANARY"),
        Strategy::Other(other) => block(Phrase::new("preflight-controller-strategy").text("strategy", other)),
    }
}

fn whole_strategy(strategy: &str) -> Finding {
    warn(Phrase::new("preflight-controller-whole-strategy").text("strategy", strategy))
}

fn desired(state: &ServiceState) -> Finding {
    if state.desired == 0 {
        block(Phrase::new("preflight-desired-zero"))
    } else {
        pass(
            Phrase::new("preflight-desired-pass")
                .number("desired", state.desired)
                .number("running", state.running),
        )
    }
}

/// Whether `deployment` has, or is about to have, tasks.
fn has_tasks(deployment: &Deployment) -> bool {
    deployment.running > 0 || deployment.pending > 0 || deployment.desired > 0
}

fn deployment(inputs: &ProposalInputs<'_>, state: &ServiceState, way: &Way<'_>) -> Finding {
    let primary = state.primary();
    match way.flight {
        // What is stopped is no foreign deployment, and the tasks beside it are those that ECS goes back to.
        Flight::Stoppable(stopped) | Flight::Paused(stopped, _) if way.turned_back().is_some() => {
            return pass(
                Phrase::new("preflight-deployment-stopped")
                    .text("deployment", stopped.arn.id())
                    .text("status", stopped.status.as_str()),
            );
        }
        Flight::Stoppable(running) | Flight::Paused(running, _) => {
            return block(
                Phrase::new("preflight-deployment-stoppable")
                    .text("deployment", running.arn.id())
                    .text("status", running.status.as_str())
                    .time("at", running.created_at),
            );
        }
        Flight::GoingBack(running) => return block(going_back(inputs, running)),
        Flight::Landed | Flight::Untold => {}
    }
    let other = state
        .deployments
        .iter()
        .find(|d| primary.is_none_or(|primary| primary.id != d.id) && has_tasks(d));
    if let Some(other) = other {
        return block(
            Phrase::new("preflight-deployment-other")
                .text("deployment", &other.id)
                .text("revision", other.task_definition.short())
                .number("running", other.running),
        );
    }
    let running = inputs
        .target
        .history
        .value()
        .and_then(|history| history.deployments.iter().find(|d| d.status.is_running()));
    if let Some(running) = running {
        return block(
            Phrase::new("preflight-deployment-running")
                .text("deployment", running.arn.id())
                .text("status", running.status.as_str())
                .time("at", running.created_at),
        );
    }
    let Some(primary) = primary else {
        return unknown(Phrase::new("preflight-deployment-no-primary"));
    };
    match &primary.rollout {
        Some(RolloutState::InProgress) => {
            return block(
                Phrase::new("preflight-deployment-rollout")
                    .text("deployment", &primary.id)
                    .text("revision", primary.task_definition.short()),
            );
        }
        Some(RolloutState::Other(other)) => {
            return unknown(
                Phrase::new("preflight-deployment-state")
                    .text("deployment", &primary.id)
                    .text("state", other),
            );
        }
        Some(RolloutState::Completed | RolloutState::Failed) | None => {}
    }
    // What is not offered is not needed: the service's own list shows the deployments of such an endpoint. What is refused
    // or broken could be hiding one.
    match inputs.target.history.fault() {
        Some(fault) if fault.kind != FaultKind::NotOffered => {
            unknown(Phrase::new("preflight-deployment-history").phrase("fault", fault.phrase()))
        }
        Some(_) | None => pass(match primary.updated_at.or(primary.created_at) {
            Some(at) => Phrase::new("preflight-deployment-pass").time("at", at),
            None => Phrase::new("preflight-deployment-pass-undated"),
        }),
    }
}

/// That ECS goes back already, and where to as far as it says.
fn going_back(inputs: &ProposalInputs<'_>, running: &ServiceDeployment) -> Phrase {
    let to = running
        .rollback
        .as_ref()
        .zip(inputs.target.history.value())
        .and_then(|(rollback, history)| history.revisions.get(&rollback.revision))
        .map(|revision| revision.task_definition.short().to_owned());
    Phrase::new("preflight-deployment-going-back")
        .text("deployment", running.arn.id())
        .text("status", running.status.as_str())
        .text("revision", to.unwrap_or_else(|| "–".to_owned()))
}

/// Where ECS goes back to, beside what was asked for.
fn stop_target(inputs: &ProposalInputs<'_>, known: &Known<'_>, way: &Way<'_>) -> Finding {
    let Some(stopped) = way.turned_back() else {
        return block(match way.flight {
            Flight::GoingBack(running) => going_back(inputs, running),
            Flight::Stoppable(_) => Phrase::new("preflight-stop-target-no-hook"),
            Flight::Landed | Flight::Paused(..) => Phrase::new("preflight-stop-target-landed"),
            Flight::Untold => Phrase::new("preflight-stop-target-untold"),
        });
    };
    let to = way.target.definition.short();
    let differs = |id: &'static str, wanted: &Target| {
        Phrase::new(id)
            .text("revision", to)
            .text("wanted", wanted.definition.short())
    };
    let agreement = agreement(known, inputs.spec, &way.target);
    if *inputs.spec == TargetSpec::LastGood
        && let Some(why) = undoes_a_cure(inputs, known, way, agreement == Agreement::Same)
    {
        return block(why);
    }
    match agreement {
        Agreement::Same => {}
        Agreement::RuleDiffers(wanted) => {
            return warn(differs("preflight-stop-target-rule", &wanted));
        }
        Agreement::RuleFindsNone(why) => {
            return warn(
                Phrase::new("preflight-stop-target-rule-none")
                    .text("revision", to)
                    .phrase("why", why),
            );
        }
        Agreement::NamedDiffers(wanted) => {
            return block(differs("preflight-stop-target-named", &wanted));
        }
        Agreement::NamedNone(why) => {
            return block(
                Phrase::new("preflight-stop-target-named-none")
                    .text("revision", to)
                    .phrase("why", why),
            );
        }
    }
    let revision = inputs
        .target
        .history
        .value()
        .and_then(|history| ecs_target(history, stopped).ok());
    match revision.and_then(|revision| is_among_sources(stopped, &revision)) {
        Some(false) => unknown(Phrase::new("preflight-stop-target-sources").text("revision", to)),
        Some(true) | None => pass(Phrase::new("preflight-stop-target-pass").text("revision", to)),
    }
}

/// Why a stop that nobody named a version for would bring the illness back: the version that ECS goes to burnt while it
/// served, or what is being deployed is itself a way back, ours or a colleague's.
fn undoes_a_cure(
    inputs: &ProposalInputs<'_>,
    known: &Known<'_>,
    way: &Way<'_>,
    agreed: bool,
) -> Option<Phrase> {
    let to = way.target.definition.short();
    if let Some(percent) = burnt(inputs, known, &way.target) {
        return Some(
            Phrase::new("preflight-stop-target-burnt")
                .text("revision", to)
                .text("percent", format!("{percent:.2}")),
        );
    }
    let leaving = way.from.revision.as_ref()?;
    let served: Duration = known
        .of_definition(leaving)
        .map(|residence| residence.length(known.end))
        .sum();
    let way_back = !agreed && *leaving != way.target.definition && served >= inputs.target.soak;
    way_back.then(|| {
        Phrase::new("preflight-stop-target-way-back")
            .text("from", leaving.short())
            .duration("served", served)
            .text("revision", to)
    })
}

/// The 5xx rate in percent of a version while it served, when that is over the runbook's threshold.
fn burnt(inputs: &ProposalInputs<'_>, known: &Known<'_>, target: &Target) -> Option<f64> {
    let over = inputs.runbook.criterion(CriterionId::ErrorRate)?.over_percent?;
    candidate(known, &target.definition)
        .error_percent
        .filter(|percent| *percent > over)
}

fn not_current(inputs: &ProposalInputs<'_>, from: &Point, target: &Target, way: &Way<'_>) -> Finding {
    let revision = |point: &str| Phrase::new("preflight-not-current-pass").text("revision", point);
    let same = match (&from.digest, &target.digest) {
        (Some(from), Some(to)) => from == to,
        (None, _) | (_, None) => true,
    };
    if way.method.deploys_the_same() {
        return the_same(inputs, way);
    }
    if target.registers.is_some() {
        // A new revision of what runs already is no way back, whatever its number.
        return if same && from.digest.is_some() {
            block(Phrase::new("preflight-not-current-content").text("revision", from.family_short()))
        } else {
            pass(Phrase::new("preflight-not-current-new").text("current", from.family_short()))
        };
    }
    if from.revision.as_ref() != Some(&target.definition) {
        return pass(revision(target.definition.short()).text("current", from.family_short()));
    }
    // The same definition with other content, deployed anew: a stop goes back to the content that was pinned.
    if !same && way.turned_back().is_some() {
        return pass(revision(target.definition.short()).text("current", from.family_short()));
    }
    // Naming the definition that is set already starts no deployment, whatever its tag means by now.
    let id = if same {
        "preflight-not-current-same"
    } else {
        "preflight-not-current-same-definition"
    };
    block(Phrase::new(id).text("revision", target.definition.short()))
}

/// A deployment of the same: right after a switch of the database, and no answer to an image that is bad.
fn the_same(inputs: &ProposalInputs<'_>, way: &Way<'_>) -> Finding {
    let revision = |id: &'static str| Phrase::new(id).text("revision", way.target.definition.short());
    if way.method == Method::Database {
        return pass(revision("preflight-not-current-database"));
    }
    let burning = inputs
        .criteria
        .iter()
        .any(|criterion| criterion.state == CriterionState::Met);
    if burning {
        block(revision("preflight-not-current-redeploy"))
    } else {
        warn(revision("preflight-not-current-redeploy-calm"))
    }
}

fn target_active(known: &Known<'_>, target: &Target, way: &Way<'_>) -> Finding {
    let revision = target.definition.short();
    // A revision that is made now is as ACTIVE as can be; what it is made from need not be.
    if target.registers.is_some() {
        return pass(Phrase::new("preflight-target-active-new").text("revision", revision));
    }
    match candidate(known, &target.definition).status {
        DefinitionStatus::Active => {
            pass(Phrase::new("preflight-target-active-pass").text("revision", revision))
        }
        // ECS goes back to a service revision that it keeps; only a new deployment needs the definition to be ACTIVE.
        DefinitionStatus::Inactive if way.turned_back().is_some() => {
            warn(Phrase::new("preflight-target-active-kept").text("revision", revision))
        }
        DefinitionStatus::Inactive => {
            block(Phrase::new("preflight-target-active-inactive").text("revision", revision))
        }
        DefinitionStatus::DeleteInProgress => {
            block(Phrase::new("preflight-target-active-deleted").text("revision", revision))
        }
        DefinitionStatus::Other(_) => {
            unknown(Phrase::new("preflight-target-active-unknown").text("revision", revision))
        }
    }
}

fn proven(known: &Known<'_>, target: &Target) -> Finding {
    let revision = target.definition.short();
    if target.rule == Rule::Registered {
        return warn(Phrase::new("preflight-proven-registered").text("revision", revision));
    }
    if target.registers.is_some() {
        let digest = target
            .digest
            .as_ref()
            .map_or_else(|| "–".to_owned(), |digest| digest.short().to_owned());
        return if target.proven {
            pass(Phrase::new("preflight-proven-content").text("digest", digest))
        } else {
            warn(Phrase::new("preflight-proven-content-never").text("digest", digest))
        };
    }
    if !target.proven {
        let id = if known.has_history {
            "preflight-proven-never"
        } else {
            "preflight-proven-unknown"
        };
        return warn(Phrase::new(id).text("revision", revision));
    }
    let served = known
        .of_definition(&target.definition)
        .map(|r| r.length(known.end))
        .sum();
    pass(
        Phrase::new("preflight-proven-pass")
            .text("revision", revision)
            .duration("served", served),
    )
}
