//! What a team configures, as types. Every key of the file is a field here; unknown keys are refused.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Channel;
use crate::domain::{
    AccountId, ClusterName, CriterionId, EcsServiceName, EnvironmentName, Region, RepositoryName, ServiceKey,
    Severity,
};

/// A team's rollback runbook.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Runbook {
    /// The team's or product's name, as shown.
    pub name: String,
    /// The language of screen and report unless the command line says otherwise.
    pub language: Language,
    /// IANA name of the time zone that times are shown and recorded in, such as `Asia/Tokyo`.
    pub time_zone: String,
    /// Environments by name, such as `production`.
    pub environments: BTreeMap<EnvironmentName, Environment>,
    /// Which environment is meant when none is named.
    pub default_environment: EnvironmentName,
    /// The services, in the order in which they are shown and put back.
    pub services: Vec<Service>,
    /// When to consider a rollback. Each of the five at most once.
    pub criteria: Vec<Criterion>,
    /// How the engine waits and proves.
    #[serde(default)]
    pub timing: Timing,
    /// What to check after a rollback.
    pub checks: Checks,
    /// Who is told, where and when.
    pub contacts: Vec<Contact>,
    /// Where rollbacks are recorded.
    pub history: History,
    /// The team's GitHub workflow, if it has one.
    pub github: Option<Github>,
    /// The database, if the runbook covers one.
    pub database: Option<Database>,
    /// Prisma migrations, if the team uses them.
    pub prisma: Option<Prisma>,
}

/// A language that modosu speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// One environment.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Environment {
    /// Whether approval is by typing `ENVIRONMENT/SERVICE`, and `--yes` is refused.
    #[serde(default)]
    pub protected: bool,
    /// The ECS cluster.
    pub cluster: ClusterName,
    /// The AWS account that this environment lives in. Unset: the account cannot be checked, which is *unknown*.
    pub account: Option<AccountId>,
    /// The region, when it is not the one of the AWS settings.
    pub region: Option<Region>,
    /// Link to the team's dashboard.
    pub dashboard: Option<String>,
    /// Health addresses by service. A service without one has *unknown* health.
    #[serde(default)]
    pub health: BTreeMap<ServiceKey, String>,
}

/// One service. `<environment>` in a name stands for the environment's name.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Service {
    /// What people call it, such as `backend`.
    pub name: ServiceKey,
    /// The ECS service.
    pub ecs_service: EcsServiceName,
    /// The family of its task definitions.
    pub task_family: String,
    /// Its repository in ECR.
    pub repository: RepositoryName,
    /// Its log group, `<environment>` allowed.
    pub log_group: Option<String>,
    /// CloudWatch alarms that are looked at before it is put back, beside those that ECS watches itself. `<environment>`
    /// allowed.
    #[serde(default)]
    pub alarms: Vec<String>,
    /// Whether its load balancer also serves other services; then the balancer's own 5xx are shown apart.
    #[serde(default)]
    pub shared_load_balancer: bool,
}

/// One situation in which a rollback is considered.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Criterion {
    /// Which of the five.
    pub id: CriterionId,
    /// How bad it is.
    pub severity: Severity,
    /// Minutes from when it began until a person must have decided; 0 is at once.
    pub decide_within_minutes: u32,
    /// For `error-rate`: percent that must be exceeded.
    pub over_percent: Option<f64>,
    /// For `latency`: seconds that must be exceeded.
    pub over_seconds: Option<f64>,
    /// For `latency`: which statistic of the response time. The 95th percentile unless it says otherwise.
    #[serde(default)]
    pub statistic: LatencyStatistic,
}

/// Statistic of the response time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LatencyStatistic {
    /// Median.
    P50,
    /// 90th percentile.
    P90,
    /// 95th percentile.
    #[default]
    P95,
    /// 99th percentile.
    P99,
    /// Arithmetic mean.
    Average,
}

/// How the engine waits and proves. All in seconds unless the name says minutes.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Timing {
    /// How long a version must have served alone to count as last good.
    pub soak_minutes: u32,
    /// How long everything must stay right before "stable" is said.
    pub hold_seconds: u32,
    /// When waiting for a rollback ends with "timed out".
    pub timeout_minutes: u32,
    /// Complete minutes under the threshold that prove the error rate after stable.
    pub healthy_minutes: u32,
    /// Health answers in a row that prove the health address, one each ten seconds.
    pub health_answers: u32,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            soak_minutes: 30,
            hold_seconds: 60,
            timeout_minutes: 20,
            healthy_minutes: 3,
            health_answers: 3,
        }
    }
}

/// What to check after a rollback.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Checks {
    /// The checks to finish first.
    pub immediate: CheckList,
    /// The checks of what users do.
    pub functional: CheckList,
}

/// A list of checks with its clock.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckList {
    /// Minutes from stable within which all are to be done.
    pub within_minutes: u32,
    /// The checks, in order.
    pub items: Vec<Check>,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// A short id, unique in the runbook, such as `health`.
    pub id: String,
    /// How it is done.
    pub by: CheckKind,
    /// Its name in each language.
    pub title: Localized,
    /// What a person does or looks at.
    pub how: Localized,
}

/// How a check is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// modosu asks the health address.
    Health,
    /// modosu reads the 5xx rate.
    ErrorRate,
    /// A person looks and signs.
    Person,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Localized {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Localized {
    /// The text in `language`.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Ja => &self.ja,
            Language::En => &self.en,
        }
    }
}

/// Someone who is told about a rollback.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Contact {
    /// Who.
    pub who: Localized,
    /// Where: `slack:#CHANNEL`, `mail` or `mail:ADDRESS`.
    pub by: Channel,
    /// When.
    pub when: Timeliness,
}

/// When someone is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Timeliness {
    /// At once.
    AtOnce,
    /// When users are affected.
    WhenUsersAffected,
    /// When the incident is critical.
    WhenCritical,
}

/// Where rollbacks are recorded.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct History {
    /// The Markdown file, relative to the folder in which modosu runs.
    pub file: String,
}

/// The team's GitHub workflow.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Github {
    /// `owner/repository`; unset until the team fills it in, and then this way back is not offered.
    pub repository: Option<String>,
    /// The workflow's name or file.
    pub workflow: String,
    /// The address of GitHub's REST API. Of a GitHub Enterprise Server it is `https://HOST/api/v3`.
    #[serde(default = "github_api")]
    pub api: String,
    /// The branch or tag that the workflow is started on. Unset: the repository's default branch.
    pub r#ref: Option<String>,
    /// Whether GitHub is asked to answer with the run's number. A server that does not know the question refuses it; then
    /// this is `false` and the run is found by `inputs.correlation`.
    #[serde(default = "yes")]
    pub return_run_details: bool,
    /// Names of its inputs.
    pub inputs: GithubInputs,
}

fn github_api() -> String {
    Github::DEFAULT_API.to_owned()
}

const fn yes() -> bool {
    true
}

impl Github {
    /// Where the REST API of github.com is (GitHub REST API, "Getting started").
    pub const DEFAULT_API: &'static str = "https://api.github.com";
}

/// Names of the workflow's inputs.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GithubInputs {
    /// The input that takes the environment.
    pub environment: String,
    /// The input that takes `backend`, `frontend` or `both`.
    pub service: String,
    /// The input that takes a version such as `v1.2.3`, or `latest-1`.
    pub version: String,
    /// The input that takes a word by which the run can be found again, if the workflow has one. It must stand in the
    /// workflow's `run-name`.
    pub correlation: Option<String>,
}

/// The database. `<environment>` in a name stands for the environment's name.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Database {
    /// The RDS instance.
    pub instance: String,
    /// The name that a restored instance gets.
    pub restored_instance: String,
    /// The class that it gets.
    pub instance_class: String,
    /// The secret that holds the connection.
    pub secret: String,
    /// The services that use it and are deployed again after a switch.
    pub services: Vec<ServiceKey>,
}

/// Prisma migrations.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Prisma {
    /// The command that tells their state.
    pub status_command: Vec<String>,
    /// The folder that it runs in; unset: migrations are *unknown*.
    pub folder: Option<String>,
    /// The folder of the migrations, below `folder`.
    #[serde(default = "migrations_folder")]
    pub migrations_folder: String,
    /// How long the command may take, in seconds.
    #[serde(default = "status_seconds")]
    pub timeout_seconds: u32,
    /// What preflight says while migrations were applied that the target does not know and nobody has called them
    /// compatible.
    #[serde(default)]
    pub when_migrations_were_applied: AppliedMigrations,
    /// The command that resets a development database. Shown, never run.
    pub reset_command: Vec<String>,
}

fn migrations_folder() -> String {
    "prisma/migrations".to_owned()
}

const fn status_seconds() -> u32 {
    60
}

/// What preflight says of migrations that were applied after the target was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AppliedMigrations {
    /// It warns.
    Warn,
    /// It blocks, until a person says with name and reason that they are compatible.
    #[default]
    Block,
}
