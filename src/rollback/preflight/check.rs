//! The rows by name: what each is called, in which order they are shown, which plans have them, and which of them a person may
//! override.

use serde::{Deserialize, Serialize};

use crate::domain::{Phrase, ServiceKey};

use super::super::Method;

/// What is checked before a plan may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PreflightCheck {
    /// The account is the one that the runbook names.
    Account,
    /// ECS itself drives deployments, of replicas, in a way that this version knows.
    Controller,
    /// What a deployment of the service goes through beside replacing tasks.
    Strategy,
    /// No other incident of the service is open.
    Incident,
    /// No other commander holds the service.
    Lease,
    /// Nothing else rules over the service that would undo the way back.
    Owner,
    /// The service wants at least one task.
    Desired,
    /// No other deployment is under way.
    Deployment,
    /// The target is not what runs already.
    NotCurrent,
    /// The target can still be deployed.
    TargetActive,
    /// The target's image is in ECR, by digest, and can be pulled.
    Image,
    /// No lifecycle rule is about to expire the target's image.
    ShelfLife,
    /// What scans found in the target's image.
    Findings,
    /// The tag that the target names still leads to the content that ran.
    Tag,
    /// The target is known to have run.
    Proven,
    /// Nothing but the image differs between what is set and the target.
    Differs,
    /// The secrets, parameters and roles that the target names are there.
    References,
    /// The container and port that the load balancers send traffic to are in the target.
    Ports,
    /// The health-check grace period is long enough for the target to start.
    Grace,
    /// What scales the service agrees with how many tasks are wanted.
    Scaling,
    /// There is room for the new tasks, as far as it can be seen.
    Capacity,
    /// No migration was applied that the target does not know.
    Migrations,
    /// What the load balancer says of the targets now.
    TargetHealth,
    /// The alarms of the service are quiet.
    Alarms,
    /// ECS's own safety net is on.
    CircuitBreaker,
    /// The caller may make the calls of the plan, as far as simulation tells.
    Permissions,
    /// How the plan is approved.
    Protected,
    /// Where ECS goes back to when the deployment is turned back.
    StopTarget,
    /// The snapshot can be restored.
    Snapshot,
    /// What was written and will not be there.
    DataLoss,
    /// The instance that will be used.
    RestoredInstance,
    /// The secret that leads to the database can be read and changed.
    Secret,
    /// The team's workflow can be started.
    Workflow,
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
            | PreflightCheck::Strategy
            | PreflightCheck::Owner
            | PreflightCheck::Desired
            | PreflightCheck::Deployment
            | PreflightCheck::NotCurrent
            | PreflightCheck::TargetActive
            | PreflightCheck::Image
            | PreflightCheck::ShelfLife
            | PreflightCheck::Findings
            | PreflightCheck::Tag
            | PreflightCheck::Proven
            | PreflightCheck::Differs
            | PreflightCheck::References
            | PreflightCheck::Ports
            | PreflightCheck::Grace
            | PreflightCheck::Scaling
            | PreflightCheck::Capacity
            | PreflightCheck::Migrations
            | PreflightCheck::TargetHealth
            | PreflightCheck::Alarms
            | PreflightCheck::CircuitBreaker
            | PreflightCheck::Permissions
            | PreflightCheck::Protected
            | PreflightCheck::StopTarget
            | PreflightCheck::Snapshot
            | PreflightCheck::DataLoss
            | PreflightCheck::RestoredInstance
            | PreflightCheck::Secret
            | PreflightCheck::Workflow => false,
        };
        about_others && self.verdict == PreflightVerdict::Block
    }

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
            Self::Strategy
            | Self::Owner
            | Self::Deployment
            | Self::ShelfLife
            | Self::Findings
            | Self::Tag
            | Self::Proven
            | Self::Differs
            | Self::References
            | Self::Grace
            | Self::Scaling
            | Self::Capacity
            | Self::Migrations
            | Self::TargetHealth
            | Self::Alarms
            | Self::CircuitBreaker
            | Self::Permissions
            | Self::StopTarget
            | Self::DataLoss => true,
            Self::Account
            | Self::Controller
            | Self::Incident
            | Self::Lease
            | Self::Desired
            | Self::NotCurrent
            | Self::TargetActive
            | Self::Image
            // ECS refuses a definition without the container and port that its load balancer is told to use.
            | Self::Ports
            | Self::Protected
            | Self::Snapshot
            | Self::RestoredInstance
            | Self::Secret
            | Self::Workflow => false,
        }
    }

    /// Whether plans by `method` have this row. One that says nothing of a method is left out rather than shown as passed.
    #[must_use]
    pub const fn is_for(self, method: Method) -> bool {
        match self {
            Self::Account
            | Self::Controller
            | Self::Strategy
            | Self::Incident
            | Self::Lease
            | Self::Owner
            | Self::Desired
            | Self::Deployment
            | Self::NotCurrent
            | Self::Image
            | Self::ShelfLife
            | Self::Grace
            | Self::Scaling
            | Self::Capacity
            | Self::TargetHealth
            | Self::Alarms
            | Self::CircuitBreaker
            | Self::Protected => true,
            // The team's workflow makes a revision of its own, from what it chooses, with rights of its own.
            Self::TargetActive | Self::Tag | Self::References | Self::Permissions => {
                !matches!(method, Method::Github)
            }
            Self::Differs => !matches!(method, Method::Github) && !method.deploys_the_same(),
            Self::Findings | Self::Proven | Self::Migrations => !method.deploys_the_same(),
            // A stop puts a service revision back whole, its load balancers with it.
            Self::Ports => matches!(method, Method::Revision | Method::Image),
            Self::StopTarget => method.turns_back(),
            Self::Snapshot | Self::DataLoss | Self::RestoredInstance | Self::Secret => {
                matches!(method, Method::Database)
            }
            Self::Workflow => matches!(method, Method::Github),
        }
    }

    /// All of them, in the order in which they are shown; [`Self::is_for`] says which a plan has.
    pub const ALL: [Self; 33] = [
        Self::Account,
        Self::Controller,
        Self::Strategy,
        Self::Incident,
        Self::Lease,
        Self::Owner,
        Self::Desired,
        Self::Deployment,
        Self::NotCurrent,
        Self::TargetActive,
        Self::Image,
        Self::ShelfLife,
        Self::Findings,
        Self::Tag,
        Self::Proven,
        Self::Differs,
        Self::References,
        Self::Ports,
        Self::Grace,
        Self::Scaling,
        Self::Capacity,
        Self::Migrations,
        Self::TargetHealth,
        Self::Alarms,
        Self::CircuitBreaker,
        Self::Permissions,
        Self::Protected,
        Self::StopTarget,
        Self::Snapshot,
        Self::DataLoss,
        Self::RestoredInstance,
        Self::Secret,
        Self::Workflow,
    ];

    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Controller => "controller",
            Self::Strategy => "strategy",
            Self::Incident => "incident",
            Self::Lease => "lease",
            Self::Owner => "owner",
            Self::Desired => "desired",
            Self::Deployment => "deployment",
            Self::NotCurrent => "not-current",
            Self::TargetActive => "target-active",
            Self::Image => "image",
            Self::ShelfLife => "shelf-life",
            Self::Findings => "findings",
            Self::Tag => "tag",
            Self::Proven => "proven",
            Self::Differs => "differs",
            Self::References => "references",
            Self::Ports => "ports",
            Self::Grace => "grace",
            Self::Scaling => "scaling",
            Self::Capacity => "capacity",
            Self::Migrations => "migrations",
            Self::TargetHealth => "target-health",
            Self::Alarms => "alarms",
            Self::CircuitBreaker => "circuit-breaker",
            Self::Permissions => "permissions",
            Self::Protected => "protected",
            Self::StopTarget => "stop-target",
            Self::Snapshot => "snapshot",
            Self::DataLoss => "data-loss",
            Self::RestoredInstance => "restored-instance",
            Self::Secret => "secret",
            Self::Workflow => "workflow",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn phrase(self) -> Phrase {
        Phrase::new(match self {
            Self::Account => "preflight-account",
            Self::Controller => "preflight-controller",
            Self::Strategy => "preflight-strategy",
            Self::Incident => "preflight-incident",
            Self::Lease => "preflight-lease",
            Self::Owner => "preflight-owner",
            Self::Desired => "preflight-desired",
            Self::Deployment => "preflight-deployment",
            Self::NotCurrent => "preflight-not-current",
            Self::TargetActive => "preflight-target-active",
            Self::Image => "preflight-image",
            Self::ShelfLife => "preflight-shelf-life",
            Self::Findings => "preflight-findings",
            Self::Tag => "preflight-tag",
            Self::Proven => "preflight-proven",
            Self::Differs => "preflight-differs",
            Self::References => "preflight-references",
            Self::Ports => "preflight-ports",
            Self::Grace => "preflight-grace",
            Self::Scaling => "preflight-scaling",
            Self::Capacity => "preflight-capacity",
            Self::Migrations => "preflight-migrations",
            Self::TargetHealth => "preflight-target-health",
            Self::Alarms => "preflight-alarms",
            Self::CircuitBreaker => "preflight-circuit-breaker",
            Self::Permissions => "preflight-permissions",
            Self::Protected => "preflight-protected",
            Self::StopTarget => "preflight-stop-target",
            Self::Snapshot => "preflight-snapshot",
            Self::DataLoss => "preflight-data-loss",
            Self::RestoredInstance => "preflight-restored-instance",
            Self::Secret => "preflight-secret",
            Self::Workflow => "preflight-workflow",
        })
    }
}
