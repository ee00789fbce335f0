//! F1, decisions: pure functions over what was observed.
//!
//! When to go back (criteria), where to (target), whether it is safe (preflight), how (method, plan), where it ended
//! (follow) and whether it helped (verify). This room does no I/O and never asks for the time: `now` is an argument.

mod api;
mod calls;
mod cause;
mod choose;
mod compare;
mod criteria;
mod database;
mod differs;
mod flight;
mod follow;
mod follower;
mod image;
mod method;
mod plan;
mod preflight;
mod proof;
mod propose;
mod served;
mod settle;
mod stall;
mod target;
mod time;
mod verify;

#[cfg(test)]
mod fixtures;

pub use api::{
    Api, CORRELATION, Current, DefinitionRef, IntentToken, OurTags, PointingAt, Registration, StopType,
};
pub use choose::choose;
pub use compare::{
    Effect, Found, fingerprint, found_effect, found_registration, found_restore, found_run, found_secret,
    found_stage, found_stop, unchanged, unchanged_secret, what_changed,
};
pub use criteria::{CriterionState, CriterionStatus, Declaration, Evidence, Verdict, assess, verdict};
pub use differs::{Change, Difference, DifferenceField, differs, differs_beyond_image};
pub use follow::{
    Ending, EndingKind, Following, Goal, Outcome, Phase, Progress, PutBackBy, Sighting, Stopped, Trouble,
    Unproven,
};
pub use follower::Follow;
pub use method::{Method, UnknownMethod, fits};
pub use plan::{Call, DatabaseMove, Fingerprint, Override, PLAN_SCHEMA, Plan, PlanVerdict, Point, Step};
pub use preflight::{
    PreflightCheck, PreflightRow, PreflightVerdict, alarm_names, by_hand, owners_reminders,
    proposes_vulnerability,
};
pub use propose::{Around, NoPlan, ProposalInputs, propose, propose_all};
pub use settle::{Awaited, SettleSighting, Settled, Settling, settle};
pub use target::{Candidate, ImageState, NoTarget, Rule, Served, Target, TargetInputs, candidates};
pub use verify::{CheckResult, CheckState, check_error_rate, check_health, recovered_at};
