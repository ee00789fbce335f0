//! The world behind the wire: clusters, services that roll out in time, tasks, targets, images, traffic.
//!
//! [`World`] is advanced to a moment and works off what was due until then. It does not know protocols, faults or who
//! is asking; it does not know the time either, only the moment that it was advanced to.

mod agenda;
mod alarms;
mod build;
mod course;
mod database;
mod findings;
mod github;
mod hooks;
mod images;
mod logs;
mod metrics;
mod migrations;
mod model;
mod permissions;
mod rollout;
mod scaling;
mod scheduler;
mod secrets;
mod shift;
mod state;
mod stops;
mod tasks;
mod traffic;
mod truth;
mod undo;
mod workflow;

pub(crate) use course::{Course, Side, Stage};
pub(crate) use database::{
    DEFAULT_PARAMETERS, DbEvent, DbInstance, DbSnapshot, OPTION_GROUP, RestoreRefused, RestoreWish,
};
pub(crate) use findings::Scan;
pub(crate) use github::{BRANCH, Conclusion, REPOSITORY, Run, RunState, StepRun, Workflow};
pub(crate) use hooks::ContinueRefused;
pub(crate) use logs::{LogEvent, LogGroup, LogStream, RETENTION_DAYS};
pub(crate) use metrics::{Metric, Statistic};
pub(crate) use migrations::Status;
pub(crate) use model::{
    Cluster, Deployment, DeploymentStatus, Image, Service, ServiceDeployment, ServiceRevision, Target,
    TargetGroup, Task, TaskDefinition, TaskState,
};
pub(crate) use permissions::{Decision, Denial};
pub(crate) use scaling::{Activity, Scaling};
pub(crate) use secrets::{CURRENT, Secret, SecretRefused, SecretVersion};
pub(crate) use state::World;
pub(crate) use undo::StopRefused;
