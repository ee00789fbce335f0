//! What stands around the services in a scenario file: the team's GitHub repository, autoscaling, scan findings.

use serde::Deserialize;

use super::{Offset, Scenario};

/// How the team's GitHub repository and its "Rollback" workflow are set up.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GitHub {
    /// Whether the workflow has an input `correlation_id` and echoes it in its `run-name`.
    pub(crate) correlation_id: bool,
    /// What the server does with `return_run_details`.
    pub(crate) run_details: RunDetails,
    /// Seconds for which a run waits for a runner.
    pub(crate) queue_s: f64,
    /// Environments whose deployments a reviewer must approve.
    pub(crate) protected: Vec<String>,
    /// What the reviewer does; left out, nobody ever looks.
    pub(crate) review: Option<Review>,
    /// The step of the workflow at which its runs end; left out, they fail only by what they meet.
    pub(crate) fails: Option<Failing>,
    /// HTTP status of a throttled call. GitHub documents both 403 and 429.
    pub(crate) throttle_status: u16,
}

impl Default for GitHub {
    fn default() -> Self {
        Self {
            correlation_id: false,
            run_details: RunDetails::Given,
            queue_s: 8.0,
            protected: Vec::new(),
            review: None,
            fails: None,
            throttle_status: 403,
        }
    }
}

/// What a server does with `return_run_details`: github.com gives them since February 2026, older enterprise servers
/// do not know the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RunDetails {
    /// 200 with the run, where they are asked for.
    Given,
    /// 204 whatever is asked for.
    Ignored,
    /// 422 where they are asked for.
    Refused,
}

/// A colleague who reviews a waiting deployment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Review {
    /// How many seconds after the run began to wait.
    pub(crate) after_s: f64,
    /// Login of the reviewer.
    pub(crate) by: String,
    /// Whether the reviewer rejects.
    #[serde(default)]
    pub(crate) rejects: bool,
}

/// Where runs of the workflow end before their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Failing {
    /// The step that does nothing and ends the run.
    pub(crate) step: WorkflowStep,
    /// How it ends.
    #[serde(default = "failure")]
    pub(crate) conclusion: Cut,
}

/// How a run is cut short, in GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cut {
    Failure,
    Cancelled,
    TimedOut,
}

fn failure() -> Cut {
    Cut::Failure
}

/// The steps of the workflow's one job, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum WorkflowStep {
    #[serde(rename = "Set up job")]
    SetUp,
    #[serde(rename = "Configure AWS credentials")]
    Credentials,
    #[serde(rename = "Resolve version")]
    Resolve,
    #[serde(rename = "Register task definition")]
    Register,
    #[serde(rename = "Update service")]
    Update,
    #[serde(rename = "Wait for services-stable")]
    Wait,
    #[serde(rename = "Complete job")]
    Complete,
}

impl WorkflowStep {
    pub(crate) const ALL: [Self; 7] = [
        Self::SetUp,
        Self::Credentials,
        Self::Resolve,
        Self::Register,
        Self::Update,
        Self::Wait,
        Self::Complete,
    ];

    /// Its name in the workflow and in the API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SetUp => "Set up job",
            Self::Credentials => "Configure AWS credentials",
            Self::Resolve => "Resolve version",
            Self::Register => "Register task definition",
            Self::Update => "Update service",
            Self::Wait => "Wait for services-stable",
            Self::Complete => "Complete job",
        }
    }
}

/// Application Auto Scaling of a service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scaling {
    /// `MinCapacity`.
    pub(crate) min: u32,
    /// `MaxCapacity`.
    pub(crate) max: u32,
    /// Whether all scaling is suspended.
    #[serde(default)]
    pub(crate) suspended: bool,
    /// Target of its policy, in percent of CPU.
    #[serde(default = "target_percent")]
    pub(crate) target_percent: f64,
    /// When the policy changed the number of tasks, past or to come.
    #[serde(default)]
    pub(crate) scaled: Vec<Scaled>,
}

/// The policy changes the number of tasks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scaled {
    /// When.
    pub(crate) at: Offset,
    /// To how many.
    pub(crate) to: u32,
}

fn target_percent() -> f64 {
    60.0
}

/// What a scan finds in an image.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Finding {
    /// Its name, as `CVE-2024-3094`.
    pub(crate) name: String,
    /// How bad.
    pub(crate) severity: Severity,
    /// Package that has it.
    pub(crate) package: String,
    /// Version of the package.
    pub(crate) version: String,
    /// One sentence.
    #[serde(default)]
    pub(crate) description: String,
    /// Since when it is known, so that a scan finds it; left out, since ever.
    pub(crate) known: Option<Offset>,
}

/// `severity` of a finding, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Severity {
    Critical,
    High,
    Medium,
    Low,
    Informational,
    Undefined,
}

impl Severity {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Critical => "CRITICAL",
            Self::High => "HIGH",
            Self::Medium => "MEDIUM",
            Self::Low => "LOW",
            Self::Informational => "INFORMATIONAL",
            Self::Undefined => "UNDEFINED",
        }
    }
}

/// Names must resolve and numbers must make sense here too.
pub(super) fn check(scenario: &Scenario) -> Result<(), String> {
    let github = &scenario.github;
    let unknown = github
        .protected
        .iter()
        .find(|name| !scenario.environments.iter().any(|it| it.name == **name));
    if let Some(name) = unknown {
        return Err(format!(
            "github protects environment '{name}', which there is not"
        ));
    }
    let waits = [Some(github.queue_s), github.review.as_ref().map(|it| it.after_s)];
    if !waits.iter().flatten().all(|wait| (0.0..=1e6).contains(wait)) {
        return Err("github: seconds are out of range".to_owned());
    }
    if ![403, 429].contains(&github.throttle_status) {
        return Err("github: throttle_status is 403 or 429".to_owned());
    }
    for service in &scenario.services {
        let Some(scaling) = &service.scaling else {
            continue;
        };
        let within = |tasks: u32| (scaling.min..=scaling.max).contains(&tasks);
        if scaling.min > scaling.max || !scaling.scaled.iter().all(|it| within(it.to)) {
            return Err(format!("{} is scaled out of its bounds", service.application));
        }
        if scaling
            .scaled
            .windows(2)
            .any(|pair| !pair[0].at.before(pair[1].at))
        {
            return Err(format!(
                "scalings of {} are not in order of time",
                service.application
            ));
        }
    }
    Ok(())
}
