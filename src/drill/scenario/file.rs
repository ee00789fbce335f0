//! The shape of a scenario file. Unknown fields are refused, so a slip of the pen is an error and not a calm world.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Database, Finding, GitHub, Offset, Scaling, Threshold,
    strategy::{Controller, HookAnswer, PauseHook, Strategy},
};
use crate::drill::faults::FaultKind;

/// A whole scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// One sentence for people.
    pub(crate) summary: String,
    /// Twelve digits.
    #[serde(default = "account")]
    pub(crate) account: String,
    /// Who asks: role and session of the caller.
    #[serde(default = "caller")]
    pub(crate) caller: String,
    /// Environments; each has one cluster.
    #[serde(rename = "environment")]
    pub(crate) environments: Vec<Environment>,
    /// Applications: an ECR repository and a task family each, shared by the environments.
    #[serde(rename = "application")]
    pub(crate) applications: Vec<Application>,
    /// Services: an application in an environment.
    #[serde(rename = "service")]
    pub(crate) services: Vec<Service>,
    /// Alarms on the share of 5xx answers.
    #[serde(default, rename = "alarm")]
    pub(crate) alarms: Vec<Alarm>,
    /// Databases, one for each environment; without any, the scenario has those of `assets/scenarios/base/database.toml`.
    #[serde(default, rename = "database")]
    pub(crate) databases: Vec<Database>,
    /// How many DB instances the account may have.
    #[serde(default = "database_quota")]
    pub(crate) database_quota: usize,
    /// Secrets that are gone although task definitions may still name them.
    #[serde(default, rename = "gone_secret")]
    pub(crate) gone_secrets: Vec<GoneSecret>,
    /// Roles that somebody deleted although task definitions still name them.
    #[serde(default)]
    pub(crate) gone_roles: Vec<String>,
    /// The team's GitHub repository.
    #[serde(default)]
    pub(crate) github: GitHub,
    /// Deployments by other people that wait for a request.
    #[serde(default, rename = "trigger")]
    pub(crate) triggers: Vec<Trigger>,
    /// Faults on the wire.
    #[serde(default, rename = "fault")]
    pub(crate) faults: Vec<FaultEntry>,
}

/// A secret that somebody deleted. A task whose definition names it cannot start from then on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoneSecret {
    /// Its name, as in `secrets` of an application or a revision.
    pub(crate) name: String,
    /// Since when it is gone.
    pub(crate) since: Offset,
    /// Whether it is only scheduled for deletion.
    #[serde(default)]
    pub(crate) scheduled: bool,
}

/// An environment and its cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Environment {
    /// Short name, as in `/_drill/health/{environment}/…`.
    pub(crate) name: String,
    /// Name of the ECS cluster.
    pub(crate) cluster: String,
}

/// What is built once and runs in several environments.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    /// Short name, as in `/_drill/health/…/{service}`.
    pub(crate) name: String,
    /// Name of the ECR repository, the task family and the ECS service alike.
    pub(crate) family: String,
    /// Name of the essential container.
    #[serde(default = "container")]
    pub(crate) container: String,
    /// Port of the container.
    #[serde(default = "port")]
    pub(crate) port: u16,
    /// CPU units of a task, unless a revision says otherwise.
    #[serde(default = "cpu")]
    pub(crate) cpu: u32,
    /// Memory of a task in MiB, unless a revision says otherwise.
    #[serde(default = "memory")]
    pub(crate) memory: u32,
    /// Environment variables of every revision.
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, String>,
    /// Secrets of every revision: name and the secret it comes from.
    #[serde(default)]
    pub(crate) secrets: BTreeMap<String, String>,
    /// Days after its push for which the repository's lifecycle policy keeps an image; left out, there is no policy.
    pub(crate) lifecycle_days: Option<u32>,
    /// Images in the repository.
    #[serde(rename = "image")]
    pub(crate) images: Vec<Image>,
    /// Revisions of the family.
    #[serde(rename = "revision")]
    pub(crate) revisions: Vec<Revision>,
}

/// An image. Several may have carried the same tag; the newest one that was pushed holds it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    /// The tag, which is the version too.
    pub(crate) tag: String,
    /// When it was pushed.
    pub(crate) pushed: Offset,
    /// When the lifecycle policy removed it.
    pub(crate) expired: Option<Offset>,
    /// Compressed size in MB.
    #[serde(default = "size")]
    pub(crate) size_mb: f64,
    /// Whether it can be pulled.
    #[serde(default)]
    pub(crate) status: ImageStatus,
    /// Whether it was scanned.
    #[serde(default = "yes")]
    pub(crate) scanned: bool,
    /// What a scan finds in it.
    #[serde(default, rename = "finding")]
    pub(crate) findings: Vec<Finding>,
    /// How it behaves wherever it runs.
    #[serde(default)]
    pub(crate) behaviour: Behaviour,
    /// How that changes, in time and by environment.
    #[serde(default, rename = "change")]
    pub(crate) changes: Vec<Change>,
}

/// `imageStatus` of ECR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ImageStatus {
    /// It can be pulled.
    #[default]
    Active,
    /// It is archived and cannot be pulled.
    Archived,
}

/// How an image behaves when it runs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Behaviour {
    /// Share of requests that the application answers with 5xx.
    pub(crate) error_rate: f64,
    /// Share of requests that the load balancer answers with 5xx itself.
    pub(crate) elb_error_rate: f64,
    /// Median response time in milliseconds.
    pub(crate) p50_ms: f64,
    /// 95th percentile of the response time in milliseconds.
    pub(crate) p95_ms: f64,
    /// Seconds from RUNNING to a healthy target.
    pub(crate) boot_s: f64,
    /// Seconds from RUNNING to the end of the process, when it crashes.
    pub(crate) crash_after_s: Option<f64>,
    /// Exit code of a process that crashes.
    pub(crate) exit_code: i32,
    /// Whether it crashes because its memory does not suffice: exit code 137, in ECS's words.
    pub(crate) out_of_memory: bool,
    /// Whether the target group's health checks succeed.
    pub(crate) healthy: bool,
    /// What the public health endpoint says.
    pub(crate) health_status: u16,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            error_rate: 0.0002,
            elb_error_rate: 0.0,
            p50_ms: 95.0,
            p95_ms: 300.0,
            boot_s: 15.0,
            crash_after_s: None,
            exit_code: 1,
            out_of_memory: false,
            healthy: true,
            health_status: 200,
        }
    }
}

/// A change of behaviour from a moment on. Traffic and running targets feel it at once; how a task boots or crashes is
/// decided when it starts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// From when on.
    pub(crate) at: Offset,
    /// Only in this environment.
    pub(crate) environment: Option<String>,
    pub(crate) error_rate: Option<f64>,
    pub(crate) elb_error_rate: Option<f64>,
    pub(crate) p50_ms: Option<f64>,
    pub(crate) p95_ms: Option<f64>,
    pub(crate) boot_s: Option<f64>,
    pub(crate) crash_after_s: Option<f64>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) out_of_memory: Option<bool>,
    pub(crate) healthy: Option<bool>,
    pub(crate) health_status: Option<u16>,
}

/// A registered revision of the family.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revision {
    /// Its number.
    pub(crate) number: u32,
    /// Tag of its image.
    pub(crate) image: String,
    /// When it was registered.
    pub(crate) registered: Offset,
    /// When it was deregistered.
    pub(crate) deregistered: Option<Offset>,
    /// Role of who registered it.
    #[serde(default = "pipeline")]
    pub(crate) by: String,
    /// CPU units, when they differ.
    pub(crate) cpu: Option<u32>,
    /// MiB, when they differ.
    pub(crate) memory: Option<u32>,
    /// Environment variables which this revision adds or changes.
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, String>,
    /// Secrets which this revision adds or changes: name and the secret it comes from.
    #[serde(default)]
    pub(crate) secrets: BTreeMap<String, String>,
}

/// An application in an environment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    /// Name of the environment.
    pub(crate) environment: String,
    /// Name of the application.
    pub(crate) application: String,
    /// Tasks wanted.
    pub(crate) desired: u32,
    /// `minimumHealthyPercent`.
    #[serde(default = "minimum_percent")]
    pub(crate) minimum_percent: u32,
    /// `maximumPercent`.
    #[serde(default = "maximum_percent")]
    pub(crate) maximum_percent: u32,
    /// Whether the circuit breaker watches deployments.
    #[serde(default = "yes")]
    pub(crate) breaker: bool,
    /// Whether the circuit breaker rolls back.
    #[serde(default = "yes")]
    pub(crate) breaker_rollback: bool,
    /// How many failed tasks trip the circuit breaker (`thresholdConfiguration`).
    #[serde(default)]
    pub(crate) breaker_threshold: Threshold,
    /// Whether a healthy task sets the circuit breaker's count back to zero (`resetOnHealthyTask`).
    #[serde(default = "yes")]
    pub(crate) breaker_resets: bool,
    /// Names of the alarms that watch deployments (`deploymentConfiguration.alarms`).
    #[serde(default)]
    pub(crate) alarms: Vec<String>,
    /// Whether such an alarm rolls back.
    #[serde(default = "yes")]
    pub(crate) alarm_rollback: bool,
    /// When there is no capacity for new tasks.
    #[serde(default, rename = "shortage")]
    pub(crate) shortages: Vec<Shortage>,
    /// Who deploys (`deploymentController`).
    #[serde(default)]
    pub(crate) controller: Controller,
    /// How ECS deploys (`deploymentConfiguration.strategy`).
    #[serde(default)]
    pub(crate) strategy: Strategy,
    /// Where a deployment pauses (`deploymentConfiguration.lifecycleHooks`).
    #[serde(default, rename = "hook")]
    pub(crate) hooks: Vec<PauseHook>,
    /// What somebody answers such a hook.
    #[serde(default, rename = "answer")]
    pub(crate) answers: Vec<HookAnswer>,
    /// `healthCheckGracePeriodSeconds`.
    #[serde(default = "grace")]
    pub(crate) grace_s: u32,
    /// Its tags, besides those that all services have.
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    /// Whether its tasks get its tags (`propagateTags`).
    #[serde(default)]
    pub(crate) propagate_tags: bool,
    /// Application Auto Scaling; left out, it is no scalable target.
    pub(crate) scaling: Option<Scaling>,
    /// What comes in.
    pub(crate) traffic: Traffic,
    /// Deployments, past and to come; the first one creates the service.
    #[serde(rename = "deploy")]
    pub(crate) deploys: Vec<Deploy>,
}

/// A time in which no new task can be placed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shortage {
    /// From when on.
    pub(crate) at: Offset,
    /// Until when.
    pub(crate) until: Offset,
}

/// How many requests come in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Traffic {
    /// Requests a minute, averaged over a day.
    pub(crate) per_minute: f64,
    /// Share by which the day's shape and its noise move it.
    #[serde(default = "swing")]
    pub(crate) swing: f64,
}

/// Somebody deploys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deploy {
    /// When.
    pub(crate) at: Offset,
    /// Which revision.
    pub(crate) revision: u32,
    /// Who.
    #[serde(default = "pipeline")]
    pub(crate) by: String,
}

/// Somebody else deploys once requests have been answered. His own deployment is no request and triggers nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trigger {
    /// `ecs.DescribeServices`, `ecs.Describe*`, `ecs.*` or `*`.
    pub(crate) on: String,
    /// At which such request, counted from 1.
    #[serde(default = "once")]
    pub(crate) nth: u32,
    /// Only requests for exactly these ECS services (`services` or `service` of the input, by name); all, when it is empty.
    #[serde(default)]
    pub(crate) services: Vec<String>,
    /// Counts only an unbroken row of requests, each at most so many seconds after the one before; a longer pause begins a
    /// new row.
    pub(crate) again_within_s: Option<f64>,
    /// Whether he acts before the request is answered, so that its answer shows it.
    #[serde(default)]
    pub(crate) before: bool,
    /// How many seconds later he acts.
    #[serde(default)]
    pub(crate) after_s: f64,
    /// Name of what he does; of all triggers that share it, only the first to act does so.
    pub(crate) act: Option<String>,
    /// Where.
    pub(crate) environment: String,
    /// Which application.
    pub(crate) application: String,
    /// Which revision.
    pub(crate) revision: u32,
    /// Who.
    pub(crate) by: String,
}

/// An alarm on the share of 5xx answers of a service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alarm {
    /// Its name.
    pub(crate) name: String,
    /// Name of the environment.
    pub(crate) environment: String,
    /// Name of the application.
    pub(crate) application: String,
    /// It is in ALARM above this share, in percent.
    pub(crate) above_percent: f64,
}

/// A fault on the wire.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultEntry {
    /// `ecs.UpdateService`, `ecs.Describe*`, `ecs.*` or `*`.
    pub(crate) operation: String,
    /// What happens.
    pub(crate) kind: FaultKind,
    /// Share of such requests that meet it, from 0 to 1, drawn from the seed; all of them, when it is left out.
    pub(crate) share: Option<f64>,
    /// How often; always, when it is left out.
    pub(crate) times: Option<u32>,
    /// From when on.
    pub(crate) at: Option<Offset>,
    /// Until when.
    pub(crate) until: Option<Offset>,
    /// Delay of a slow answer.
    #[serde(default = "delay")]
    pub(crate) delay_s: f64,
}

fn account() -> String {
    "123456789012".to_owned()
}
fn caller() -> String {
    "incident-commander/sato".to_owned()
}
fn pipeline() -> String {
    "ci-deploy".to_owned()
}
fn database_quota() -> usize {
    40
}
fn container() -> String {
    "app".to_owned()
}
fn port() -> u16 {
    3000
}
fn cpu() -> u32 {
    512
}
fn memory() -> u32 {
    1024
}
fn size() -> f64 {
    181.0
}
fn minimum_percent() -> u32 {
    100
}
fn maximum_percent() -> u32 {
    200
}
fn grace() -> u32 {
    60
}
fn swing() -> f64 {
    0.3
}
fn delay() -> f64 {
    5.0
}
fn once() -> u32 {
    1
}
fn yes() -> bool {
    true
}
