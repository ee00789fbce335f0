//! F0, the nouns: ids parsed once, what AWS told us, how old it is, and what went wrong.
//!
//! Plain data with small, total functions over it. This room does not know where an observation comes from, what time it
//! is, which language the reader speaks, or that there is a screen.

mod alarm;
mod company;
mod criterion;
mod database;
mod deployment;
mod fault;
mod ids;
mod image;
mod log;
mod metrics;
mod migrations;
mod observed;
mod permit;
mod phrase;
mod sealed;
mod service;
mod strategy;
mod surroundings;
mod target_health;
mod task_definition;
mod text;
mod version;
mod workflow;

pub use alarm::{Alarm, AlarmState};
pub use company::{Company, HeldService, OpenIncident};
pub use criterion::{CriterionId, Severity, UnknownCriterion};
pub use database::{Database, DbEvent, DbInstance, DbSnapshot, Endpoint, InstanceSettings, SecretVersions};
pub use deployment::{
    Deployment, DeploymentHistory, DeploymentStatus, ECS_HISTORY_DAYS, GivenUpBy, LifecycleHook,
    NativeRollback, RolloutState, ServiceDeployment, ServiceDeploymentStatus, ServiceRevision,
};
pub use fault::{Fault, FaultKind};
pub use ids::{
    AccountId, ClusterName, DeploymentId, Digest, EcsServiceName, EnvironmentName, InvalidId, Operator,
    PlanHash, Region, RepositoryName, ServiceArn, ServiceDeploymentArn, ServiceKey, ServiceRevisionArn,
    TargetGroupArn, TaskDefinitionArn,
};
pub use image::{ContainerImage, Image, ImageReference, ImageStatus};
pub use log::{LogBatch, LogGap, LogLevel, LogLine, LogWindow};
pub use metrics::{Minute, Series};
pub use migrations::{Migration, MigrationState, Migrations};
pub use observed::{Freshness, Observed};
pub use permit::{Mode, WritePermit};
pub use phrase::{Arg, Phrase};
pub use sealed::Sealed;
pub use service::{
    CircuitBreaker, Controller, DeploymentAlarms, HealthReading, Identity, Launch, LoadBalancer, Scheduling,
    ServiceEvent, ServiceState, ServiceStatus, StoppedContainer, StoppedTask, Strategy, Task,
};
pub use strategy::{ConfiguredHook, HookKind, HookTimeout, StrategySettings, TrafficSteps};
pub use surroundings::{
    Finding, LifecycleExpiry, LifecycleRule, LifecycleSelection, Owner, Permission, Permissions,
    ReferenceState, References, Scaling, ScalingActivity, ScalingBounds, ScanFindings, Shelf,
};
pub use target_health::{TargetCheck, TargetGroup, TargetHealth, TargetReason};
pub use task_definition::{
    ContainerDefinition, ContainerSettings, DefinitionStatus, OwnDefinition, TaskDefinition, TaskSettings,
};
pub use text::Clean;
pub use version::{InvalidTarget, TargetSpec};
pub use workflow::{RunId, RunJob, RunState, RunStep, Workflow, WorkflowRun};
