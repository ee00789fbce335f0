//! The course of a deployment that shifts traffic: sides, stages, and the hooks at which it pauses. Plain data; how it goes
//! on stands in `shift`, and what answers a hook in `hooks`.

use jiff::Timestamp;

use crate::drill::scenario::{HookAction, HookStage};

/// One of the two target groups between which traffic is shifted. A rolling service has the blue one only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Blue,
    Green,
}

impl Side {
    /// The other one.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Blue => Self::Green,
            Self::Green => Self::Blue,
        }
    }
}

/// A stage of a deployment (ECS developer guide, "Amazon ECS blue/green service deployments workflow").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    ReconcileService,
    PreScaleUp,
    ScaleUp,
    PostScaleUp,
    TestTrafficShift,
    PostTestTrafficShift,
    /// Before each step.
    PreProductionTrafficShift,
    /// A step is taken.
    ProductionTrafficShift,
    /// Between two steps.
    StepBake,
    PostProductionTrafficShift,
    BakeTime,
    CleanUp,
}

impl Stage {
    /// `lifecycleStage`. Its enum has no word for the moment before a step, nor for the wait after one: both are part of
    /// the shift.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ReconcileService => "RECONCILE_SERVICE",
            Self::PreScaleUp => "PRE_SCALE_UP",
            Self::ScaleUp => "SCALE_UP",
            Self::PostScaleUp => "POST_SCALE_UP",
            Self::TestTrafficShift => "TEST_TRAFFIC_SHIFT",
            Self::PostTestTrafficShift => "POST_TEST_TRAFFIC_SHIFT",
            Self::PreProductionTrafficShift | Self::ProductionTrafficShift | Self::StepBake => {
                "PRODUCTION_TRAFFIC_SHIFT"
            }
            Self::PostProductionTrafficShift => "POST_PRODUCTION_TRAFFIC_SHIFT",
            Self::BakeTime => "BAKE_TIME",
            Self::CleanUp => "CLEAN_UP",
        }
    }

    /// What a hook calls it, where one may stand.
    pub(super) fn hook(self) -> Option<HookStage> {
        match self {
            Self::ReconcileService => Some(HookStage::ReconcileService),
            Self::PreScaleUp => Some(HookStage::PreScaleUp),
            Self::PostScaleUp => Some(HookStage::PostScaleUp),
            Self::PostTestTrafficShift => Some(HookStage::PostTestTrafficShift),
            Self::PreProductionTrafficShift => Some(HookStage::PreProductionTrafficShift),
            Self::PostProductionTrafficShift => Some(HookStage::PostProductionTrafficShift),
            Self::ScaleUp
            | Self::TestTrafficShift
            | Self::ProductionTrafficShift
            | Self::StepBake
            | Self::BakeTime
            | Self::CleanUp => None,
        }
    }

    /// Whether the new tasks are to be there in it.
    pub(super) fn scaled(self) -> bool {
        !matches!(self, Self::ReconcileService | Self::PreScaleUp)
    }
}

/// `status` of a lifecycle hook, as far as a PAUSE hook has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HookStatus {
    AwaitingAction,
    Succeeded,
    Failed,
    TimedOut,
}

impl HookStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AwaitingAction => "AWAITING_ACTION",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
        }
    }
}

/// One time that a deployment paused at a hook.
#[derive(Debug, Clone)]
pub(crate) struct Pause {
    pub(crate) id: String,
    pub(crate) status: HookStatus,
    pub(crate) expires_at: Timestamp,
    pub(crate) timeout_action: HookAction,
}

/// How far a deployment has come.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    pub(crate) stage: Stage,
    /// How often a stage was entered, so that a late timer of an earlier one is known.
    pub(super) entry: u32,
    /// Which step of the shift, from 0.
    pub(super) step: u32,
    /// Index of the service revision that has the traffic at first; the first deployment of a service has none.
    pub(crate) source: Option<usize>,
    /// Percent of the production traffic at the target.
    pub(crate) percent: f64,
    pub(crate) pauses: Vec<Pause>,
}

impl Course {
    /// A course that begins; `several` when more than one revision was active then.
    pub(super) fn new(source: Option<usize>, several: bool) -> Self {
        Self {
            stage: if several {
                Stage::ReconcileService
            } else {
                Stage::PreScaleUp
            },
            entry: 0,
            step: 0,
            source,
            percent: if source.is_some() { 0.0 } else { 100.0 },
            pauses: Vec::new(),
        }
    }

    /// Whether a hook waits for an answer.
    pub(crate) fn waits(&self) -> bool {
        self.pauses
            .iter()
            .any(|pause| pause.status == HookStatus::AwaitingAction)
    }

    /// The deployment ends here: nobody can answer a hook any more.
    pub(super) fn abandon(&mut self) {
        for pause in &mut self.pauses {
            if pause.status == HookStatus::AwaitingAction {
                pause.status = HookStatus::Failed;
            }
        }
    }
}
