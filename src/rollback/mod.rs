//! F1, decisions: pure functions over what was observed.
//!
//! When to go back (criteria), where to (target), whether it is safe (preflight), how (method, plan), where it ended
//! (follow) and whether it helped (verify). This room does no I/O and never asks for the time: `now` is an argument.

mod cause;
mod choose;
mod compare;
mod criteria;
mod differs;
mod flight;
mod follow;
mod follower;
mod method;
mod plan;
mod preflight;
mod proof;
mod propose;
mod served;
mod stall;
mod target;
mod time;
mod verify;

#[cfg(test)]
mod fixtures;

pub use choose::choose;
pub use compare::{Found, fingerprint, found_effect, found_stop, unchanged, what_changed};
pub use criteria::{CriterionState, CriterionStatus, Declaration, Evidence, Verdict, assess, verdict};
pub use differs::{Change, Difference, DifferenceField, differs, differs_beyond_image};
pub use follow::{
    Ending, EndingKind, Following, Goal, Outcome, Phase, Progress, PutBackBy, Sighting, Stopped, Trouble,
    Unproven,
};
pub use follower::Follow;
pub use method::{Method, UnknownMethod, fits};
pub use plan::{Api, Call, Fingerprint, PLAN_SCHEMA, Plan, PlanVerdict, Point, Step, StopType};
pub use preflight::{PreflightCheck, PreflightRow, PreflightVerdict, alarm_names};
pub use propose::{Around, NoPlan, ProposalInputs, propose};
pub use target::{Candidate, ImageState, NoTarget, Rule, Served, Target, TargetInputs, candidates};
pub use verify::{CheckResult, CheckState, check_error_rate, check_health, recovered_at};
