//! F1, decisions: pure functions over what was observed.
//!
//! When to go back (criteria), where to (target), whether it is safe (preflight), how (method, plan), where it ended
//! (follow) and whether it helped (verify). This room does no I/O and never asks for the time: `now` is an argument.

mod criteria;
mod follow;
mod method;
mod plan;
mod preflight;
mod target;
mod verify;

pub use criteria::{CriterionState, CriterionStatus, Declaration, Evidence, Verdict};
pub use follow::{Ending, Follow, Following, Goal, Outcome, Phase, Progress, Sighting, Unproven};
pub use method::Method;
pub use plan::{Api, Call, Fingerprint, PLAN_SCHEMA, Plan, PlanVerdict, Point, Step};
pub use preflight::{PreflightCheck, PreflightRow, PreflightVerdict};
pub use target::{Candidate, ImageState, NoTarget, Rule, Served, Target, TargetInputs};
pub use verify::{CheckResult, CheckState};
