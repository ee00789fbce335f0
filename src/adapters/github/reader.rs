//! Reading: the workflow, a run, and the runs among which a lost one may be.

use jiff::{SignedDuration, Timestamp};

use crate::adapters::http::Http;
use crate::domain::{Clean, Fault, FaultKind, RunId, RunState, Workflow, WorkflowRun};

use super::answer::{
    JobAnswer, Jobs, PendingDeployment, Repository, RunAnswer, Runs, WorkflowAnswer, Workflows, failed,
};
use super::api::{Api, GithubSettings};
use super::log::tail;

/// Rows of one page, GitHub's most.
const PAGE: usize = 100;
/// The most pages that are read of one list.
const PAGES: usize = 10;
/// How far this machine's clock and GitHub's may be apart.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(2);

/// Reads from GitHub. It has no method that starts or changes anything.
#[derive(Clone)]
pub struct GithubReader {
    api: Api,
}

impl GithubReader {
    /// A reader. Nothing is asked yet, and no token is looked for.
    #[must_use]
    pub fn new(http: &Http, settings: GithubSettings) -> Self {
        Self {
            api: Api::new(http, settings),
        }
    }

    /// The workflow that `wanted` means, a file such as `rollback.yml` or a name such as `Rollback`, and the branch that it
    /// is started on: `reference`, else the repository's default branch.
    ///
    /// # Errors
    /// `NotFound` when the token sees no such repository or workflow, `Rejected` when the name means more than one.
    pub async fn workflow(
        &self,
        repository: &str,
        wanted: &str,
        reference: Option<&str>,
    ) -> Result<Workflow, Fault> {
        let found = match file_of(wanted) {
            Some(file) => {
                let path = format!("/repos/{repository}/actions/workflows/{}", encoded(file));
                self.api.read("github.GetWorkflow", &path).await?
            }
            None => self.by_name(repository, wanted).await?,
        };
        let branch = match reference {
            Some(reference) => reference.to_owned(),
            None => {
                let path = format!("/repos/{repository}");
                let answer: Repository = self.api.read("github.GetRepo", &path).await?;
                answer.default_branch
            }
        };
        Ok(Workflow {
            id: found.id,
            name: Clean::new(&found.name),
            path: Clean::new(&found.path),
            active: found.state == "active",
            branch: Clean::new(&branch),
        })
    }

    async fn by_name(&self, repository: &str, wanted: &str) -> Result<WorkflowAnswer, Fault> {
        const OPERATION: &str = "github.ListRepoWorkflows";
        let mut all: Vec<WorkflowAnswer> = Vec::new();
        for page in 1..=PAGES {
            let path = format!("/repos/{repository}/actions/workflows?per_page={PAGE}&page={page}");
            let Workflows { workflows } = self.api.read(OPERATION, &path).await?;
            let last = workflows.len() < PAGE;
            all.extend(workflows);
            if last {
                break;
            }
        }
        let names: Vec<String> = all.iter().map(|it| it.name.clone()).collect();
        let (active, idle): (Vec<_>, Vec<_>) = all
            .into_iter()
            .filter(|it| it.name == wanted)
            .partition(|it| it.state == "active");
        let mut candidates = if active.is_empty() { idle } else { active };
        match (candidates.pop(), candidates.len()) {
            (Some(only), 0) => Ok(only),
            (Some(_), _) => {
                let detail = format!("more than one workflow is called `{wanted}`; name its file");
                Err(Fault::new(FaultKind::Rejected, OPERATION, &detail))
            }
            (None, _) => {
                let detail = format!(
                    "no workflow is called `{wanted}`; there are: {}",
                    names.join(", ")
                );
                Err(Fault::new(FaultKind::NotFound, OPERATION, &detail))
            }
        }
    }

    /// A run with its jobs and steps; while it waits, whose approval it waits for; when it failed, the end of the failed
    /// step's log. A log or a list of approvals that cannot be read is left empty: the run's own state is what matters.
    ///
    /// # Errors
    /// When the run or its jobs could not be read.
    pub async fn run(&self, repository: &str, id: RunId) -> Result<WorkflowRun, Fault> {
        let base = format!("/repos/{repository}/actions/runs/{id}");
        let answer: RunAnswer = self.api.read("github.GetWorkflowRun", &base).await?;
        let mut run = answer.into_run();
        let jobs = self.jobs(&base).await?;
        run.jobs = jobs.iter().map(JobAnswer::to_job).collect();
        if run.state == RunState::Waiting {
            let path = format!("{base}/pending_deployments");
            let pending: Result<Vec<PendingDeployment>, Fault> =
                self.api.read("github.GetPendingDeploymentsForRun", &path).await;
            run.waits_for = pending
                .unwrap_or_default()
                .iter()
                .map(|it| Clean::new(&it.environment.name))
                .collect();
        }
        if failed(&run.state)
            && let Some(job) = jobs.iter().find(|job| failed(&job.state()))
        {
            let path = format!("/repos/{repository}/actions/jobs/{}/logs", job.id);
            let log = self.api.text("github.DownloadJobLogsForWorkflowRun", &path).await;
            if let Ok(log) = log {
                let step = job.failed_step();
                run.failed_tail = tail(
                    &String::from_utf8_lossy(&log),
                    step.and_then(|step| step.started_at),
                    step.and_then(|step| step.completed_at),
                );
            }
        }
        Ok(run)
    }

    async fn jobs(&self, base: &str) -> Result<Vec<JobAnswer>, Fault> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let path = format!("{base}/jobs?filter=latest&per_page={PAGE}&page={page}");
            let Jobs { total_count, jobs } = self.api.read("github.ListJobsForWorkflowRun", &path).await?;
            let none = jobs.is_empty();
            all.extend(jobs);
            if none || all.len() >= total_count {
                break;
            }
        }
        Ok(all)
    }

    /// The runs of `workflow` (its number or file) that were dispatched since `since`, newest first, without their jobs; with
    /// `correlation`, those whose title holds that word. For a dispatch whose answer was lost. The two clocks may differ: runs
    /// from two minutes before are told as well, and the caller looks at `created_at`.
    ///
    /// # Errors
    /// When the list could not be read.
    pub async fn find_run(
        &self,
        repository: &str,
        workflow: &str,
        since: Timestamp,
        correlation: Option<&str>,
    ) -> Result<Vec<WorkflowRun>, Fault> {
        let since = since.checked_sub(CLOCKS_APART).unwrap_or(since);
        let since = since.strftime("%Y-%m-%dT%H:%M:%SZ");
        let mut found = Vec::new();
        for page in 1..=PAGES {
            let path = format!(
                "/repos/{repository}/actions/workflows/{}/runs?event=workflow_dispatch&created=%3E%3D{}&per_page={PAGE}&page={page}",
                encoded(workflow),
                encoded(&since.to_string()),
            );
            let Runs { workflow_runs } = self.api.read("github.ListWorkflowRuns", &path).await?;
            let last = workflow_runs.len() < PAGE;
            found.extend(workflow_runs.into_iter().map(RunAnswer::into_run));
            if last {
                break;
            }
        }
        found.retain(|run| correlation.is_none_or(|word| run.title.as_str().contains(word)));
        Ok(found)
    }
}

/// The file's name, when a workflow is named by its file, with or without its folder.
fn file_of(wanted: &str) -> Option<&str> {
    let is_file = [".yml", ".yaml"].iter().any(|end| wanted.ends_with(end));
    is_file.then(|| wanted.rsplit('/').next().unwrap_or(wanted))
}

/// `text` as one part of a path or as a value of a query (RFC 3986: everything but the unreserved characters).
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_from_a_name_and_nothing_leaves_its_place_in_a_path() {
        assert_eq!(file_of(".github/workflows/rollback.yml"), Some("rollback.yml"));
        assert_eq!(file_of("rollback.yaml"), Some("rollback.yaml"));
        assert_eq!(file_of("Rollback"), None);
        assert_eq!(encoded("a/../b c?.yml"), "a%2F..%2Fb%20c%3F.yml");
        assert_eq!(encoded("2026-11-24T10:00:00Z"), "2026-11-24T10%3A00%3A00Z");
    }
}
