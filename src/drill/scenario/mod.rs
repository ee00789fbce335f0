//! Scenarios: a world and its timed faults as data, never an outcome.
//!
//! A scenario says which images and revisions exist, how each image behaves, who deployed what and when, and how much
//! traffic there is. What follows from it is worked out by the world, from the earliest moment on; the past is
//! simulated by the same code as the future. The format does not know what a good ending is.

mod around;
mod database;
mod file;
mod offset;
mod read;
mod strategy;
mod threshold;

pub(crate) use around::{Cut, Finding, GitHub, RunDetails, Scaling, Severity, WorkflowStep};
pub(crate) use database::{Database, Migration};
pub(crate) use file::{
    Alarm, Application, Behaviour, Change, ImageStatus, Revision, Scenario, Service, Traffic, Trigger,
};
use offset::Offset;
pub(crate) use read::{Refused, load, names};
pub(crate) use strategy::{Controller, HookAction, HookStage, PauseHook, Strategy};
pub(crate) use threshold::Threshold;
