//! GitHub's REST API: one repository, its workflows, their runs, jobs and logs (docs.github.com/rest/actions).
//!
//! Errors are GitHub's sentences with a short code of the drill's own for the ledger.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    AwsError,
    input::Input,
    reply::{BASE, Reply},
};
use crate::drill::{
    scenario::RunDetails,
    time::after,
    world::{BRANCH, Conclusion, REPOSITORY, Run, RunState, StepRun, Workflow, World},
};

/// Seconds until a run that was started shows up in lists; alone, it is there at once.
const LISTED: f64 = 2.0;

/// Carries an operation out; the answer is a [`Reply`].
pub(super) fn respond(world: &mut World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    if operation == "DownloadLog" {
        return log(world, input).map(Reply::into_value);
    }
    let named = format!(
        "{}/{}",
        input.text("owner").unwrap_or_default(),
        input.text("repo").unwrap_or_default()
    );
    // Names are not case-sensitive on GitHub.
    if !named.eq_ignore_ascii_case(REPOSITORY) {
        return Err(not_found());
    }
    let reply = match operation {
        "GetRepository" => Ok(Reply::json(repository(world))),
        "ListRepoWorkflows" => {
            let all = Workflow::ALL.iter().map(|it| workflow_shown(*it)).collect();
            Ok(page(all, input, "workflows", "actions/workflows", ""))
        }
        "GetWorkflow" => Ok(Reply::json(workflow_shown(workflow(input)?))),
        "CreateWorkflowDispatch" => dispatch(world, input),
        "ListWorkflowRuns" => {
            let only = workflow(input)?;
            list(world, input, Some(only))
        }
        "ListWorkflowRunsForRepo" => list(world, input, None),
        "GetWorkflowRun" => Ok(Reply::json(run_shown(world, run(world, input)?))),
        "ListJobsForWorkflowRun" => {
            let run = run(world, input)?;
            let path = format!("actions/runs/{}/jobs", run.id);
            Ok(page(vec![job_shown(run)], input, "jobs", &path, ""))
        }
        "DownloadJobLogsForWorkflowRun" => {
            let job = finished_job(world, input)?;
            Ok(Reply {
                location: Some(format!("{BASE}/_logs/{}?sig={}", job.job, signature(world, job))),
                ..Reply::status(302)
            })
        }
        "GetPendingDeploymentsForRun" => Ok(Reply::json(pending(world, run(world, input)?))),
        _ => Err(not_found()),
    };
    reply.map(Reply::into_value)
}

/// A fault's error in the words of GitHub; errors that are its own already stay as they are.
pub(super) fn worded(world: &World, error: AwsError) -> AwsError {
    let say = |status, code, message: &str| AwsError {
        status,
        ..AwsError::new(code, message)
    };
    match error.code {
        "ThrottlingException" => say(
            world.github.settings.throttle_status,
            "SecondaryRateLimit",
            "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        ),
        "ExpiredTokenException" => say(401, "BadCredentials", "Bad credentials"),
        "AccessDeniedException" => say(
            403,
            "Forbidden",
            "Resource not accessible by personal access token",
        ),
        "InternalFailure" => say(502, "ServerError", "Server Error"),
        "UnknownOperationException" => not_found(),
        _ => error,
    }
}

fn not_found() -> AwsError {
    AwsError {
        status: 404,
        ..AwsError::new("NotFound", "Not Found")
    }
}

fn unprocessable(message: impl Into<String>) -> AwsError {
    AwsError {
        status: 422,
        ..AwsError::new("ValidationFailed", message)
    }
}

/// A moment as GitHub writes it, in whole seconds.
fn moment(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

fn api(path: &str) -> String {
    format!("{BASE}/repos/{REPOSITORY}/{path}")
}

fn page_of_people(path: &str) -> String {
    format!("https://github.com/{REPOSITORY}/{path}")
}

fn user(login: &str) -> Value {
    json!({ "login": login, "type": "User", "html_url": format!("https://github.com/{login}") })
}

fn repository(world: &World) -> Value {
    let (owner, name) = REPOSITORY.split_once('/').unwrap_or_default();
    json!({
        "id": 610_204_771,
        "name": name,
        "full_name": REPOSITORY,
        "private": true,
        "visibility": "private",
        "owner": { "login": owner, "type": "Organization" },
        "html_url": format!("https://github.com/{REPOSITORY}"),
        "url": format!("{BASE}/repos/{REPOSITORY}"),
        "default_branch": BRANCH,
        "archived": false,
        "disabled": false,
        "pushed_at": world.github.runs.last().map(|run| moment(run.created_at)),
        "permissions": { "admin": false, "maintain": false, "push": true, "triage": true, "pull": true },
    })
}

/// The workflow that an input names by id or by file.
fn workflow(input: Input<'_>) -> Result<Workflow, AwsError> {
    let wanted = input.text("workflow_id").unwrap_or_default();
    Workflow::ALL
        .into_iter()
        .find(|it| it.id().to_string() == wanted || it.file() == wanted)
        .ok_or_else(not_found)
}

fn workflow_shown(it: Workflow) -> Value {
    json!({
        "id": it.id(),
        "name": it.name(),
        "path": format!(".github/workflows/{}", it.file()),
        "state": "active",
        "created_at": "2025-04-02T01:10:22Z",
        "updated_at": "2025-04-02T01:10:22Z",
        "url": api(&format!("actions/workflows/{}", it.id())),
        "html_url": page_of_people(&format!("blob/{BRANCH}/.github/workflows/{}", it.file())),
        "badge_url": page_of_people(&format!("workflows/{}/badge.svg", it.name())),
    })
}

fn run<'w>(world: &'w World, input: Input<'_>) -> Result<&'w Run, AwsError> {
    let wanted = input.number("run_id");
    let runs = &world.github.runs;
    runs.iter()
        .find(|run| i64::try_from(run.id).ok() == wanted)
        .ok_or_else(not_found)
}

/// The run whose job an input names, once it has ended: there is no log before that.
fn finished_job<'w>(world: &'w World, input: Input<'_>) -> Result<&'w Run, AwsError> {
    let wanted = input.number("job_id");
    let runs = &world.github.runs;
    runs.iter()
        .find(|run| i64::try_from(run.job).ok() == wanted && run.completed_at.is_some())
        .ok_or_else(not_found)
}

fn run_shown(world: &World, it: &Run) -> Value {
    let url = api(&format!("actions/runs/{}", it.id));
    let mut repository = repository(world);
    if let Value::Object(fields) = &mut repository {
        fields.retain(|name, _| {
            ["id", "name", "full_name", "private", "html_url", "url"].contains(&name.as_str())
        });
    }
    json!({
        "id": it.id,
        "name": it.workflow.name(),
        "display_title": it.title,
        "head_branch": BRANCH,
        "head_sha": it.commit,
        "path": format!(".github/workflows/{}", it.workflow.file()),
        "run_number": it.number,
        "run_attempt": 1,
        "event": it.event,
        "status": it.state.status(),
        "conclusion": it.state.conclusion(),
        "workflow_id": it.workflow.id(),
        "url": url,
        "html_url": page_of_people(&format!("actions/runs/{}", it.id)),
        "jobs_url": format!("{url}/jobs"),
        "logs_url": format!("{url}/logs"),
        "workflow_url": api(&format!("actions/workflows/{}", it.workflow.id())),
        "created_at": moment(it.created_at),
        "updated_at": moment(it.updated_at),
        "run_started_at": moment(it.created_at),
        "actor": user(&it.actor),
        "triggering_actor": user(&it.actor),
        "pull_requests": [],
        "repository": repository,
    })
}

fn job_shown(it: &Run) -> Value {
    let steps: Vec<Value> = it
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| step_shown(index + 1, step))
        .collect();
    json!({
        "id": it.job,
        "run_id": it.id,
        "run_url": api(&format!("actions/runs/{}", it.id)),
        "run_attempt": 1,
        "workflow_name": it.workflow.name(),
        "head_branch": BRANCH,
        "head_sha": it.commit,
        "url": api(&format!("actions/jobs/{}", it.job)),
        "html_url": page_of_people(&format!("actions/runs/{}/job/{}", it.id, it.job)),
        "status": it.state.status(),
        "conclusion": it.state.conclusion(),
        "created_at": moment(it.created_at),
        "started_at": moment(it.started_at.unwrap_or(it.created_at)),
        "completed_at": it.completed_at.map(moment),
        "name": it.workflow.job(),
        "steps": steps,
        "labels": ["ubuntu-latest"],
        "runner_id": it.started_at.map(|_| 7),
        "runner_name": it.started_at.map(|_| "GitHub Actions 7"),
    })
}

fn step_shown(number: usize, it: &StepRun) -> Value {
    let status = match (it.started_at, it.completed_at) {
        (_, Some(_)) => "completed",
        (Some(_), None) => "in_progress",
        (None, None) => "queued",
    };
    json!({
        "name": it.name,
        "status": status,
        "conclusion": it.conclusion.map(Conclusion::name),
        "number": number,
        "started_at": it.started_at.map(moment),
        "completed_at": it.completed_at.map(moment),
    })
}

/// Environments whose reviewer a run waits for.
fn pending(world: &World, run: &Run) -> Value {
    if run.state != RunState::Waiting {
        return json!([]);
    }
    let name = run.inputs.get("environment").cloned().unwrap_or_default();
    let reviewer = world.github.settings.review.as_ref().map(|review| &review.by);
    let reviewers: Vec<Value> = reviewer
        .iter()
        .map(|login| json!({ "type": "User", "reviewer": user(login) }))
        .collect();
    json!([{
        "environment": {
            "id": 161_088_068,
            "name": name,
            "url": api(&format!("environments/{name}")),
            "html_url": page_of_people("settings/environments"),
        },
        "wait_timer": 0,
        "wait_timer_started_at": null,
        "current_user_can_approve": false,
        "reviewers": reviewers,
    }])
}

fn signature(world: &World, run: &Run) -> String {
    world.chance.token("log", run.job, 40)
}

/// The storage of logs: plain text for whoever has a signed address.
fn log(world: &World, input: Input<'_>) -> Result<Reply, AwsError> {
    let run = finished_job(world, input)?;
    if input.text("sig") != Some(signature(world, run).as_str()) {
        return Err(AwsError {
            status: 403,
            ..AwsError::new(
                "AuthenticationFailed",
                "Server failed to authenticate the request.",
            )
        });
    }
    let text = run
        .log
        .iter()
        .map(|(at, line)| format!("{at:.7} {line}\n"))
        .collect();
    Ok(Reply {
        text: Some(text),
        ..Reply::status(200)
    })
}

/// A page of a list (`page`, `per_page`: 30, 100 at most), with the addresses of the others in `Link`.
fn page(all: Vec<Value>, input: Input<'_>, key: &str, path: &str, filters: &str) -> Reply {
    let at_least_one = |name: &str, otherwise: usize| {
        let given = input.number(name).and_then(|given| usize::try_from(given).ok());
        given.filter(|given| *given > 0).unwrap_or(otherwise)
    };
    let size = at_least_one("per_page", 30).min(100);
    let number = at_least_one("page", 1);
    let (total, last) = (all.len(), all.len().div_ceil(size).max(1));
    let to = |number: usize, name: &str| {
        format!(
            "<{}?{filters}per_page={size}&page={number}>; rel=\"{name}\"",
            api(path)
        )
    };
    let mut links = Vec::new();
    if number > 1 {
        links.extend([to((number - 1).min(last), "prev"), to(1, "first")]);
    }
    if number < last {
        links.extend([to(number + 1, "next"), to(last, "last")]);
    }
    let items: Vec<Value> = all
        .into_iter()
        .skip(size.saturating_mul(number - 1))
        .take(size)
        .collect();
    Reply {
        link: (!links.is_empty()).then(|| links.join(", ")),
        ..Reply::json(json!({ "total_count": total, key: items }))
    }
}

fn list(world: &World, input: Input<'_>, only: Option<Workflow>) -> Result<Reply, AwsError> {
    let span = match input.text("created") {
        None => Span::default(),
        Some(text) => Span::read(text).ok_or_else(|| unprocessable("Invalid value for 'created'"))?,
    };
    let is = |name: &str, value: &str| input.text(name).is_none_or(|wanted| wanted == value);
    // One parameter names a status or a conclusion.
    let in_state = |run: &Run| {
        input
            .text("status")
            .is_none_or(|wanted| wanted == run.state.status() || Some(wanted) == run.state.conclusion())
    };
    let shown = world
        .github
        .runs
        .iter()
        .rev()
        .filter(|run| only.is_none_or(|only| only == run.workflow))
        .filter(|run| after(run.created_at, LISTED) <= world.now && run.created_at <= world.now)
        .filter(|run| is("event", run.event) && is("branch", BRANCH) && is("actor", &run.actor))
        .filter(|run| is("head_sha", &run.commit) && in_state(run) && span.holds(run.created_at))
        .map(|run| run_shown(world, run))
        .collect();
    let path = match only {
        Some(only) => format!("actions/workflows/{}/runs", only.id()),
        None => "actions/runs".to_owned(),
    };
    let filters: String = ["event", "branch", "actor", "status", "head_sha", "created"]
        .into_iter()
        .filter_map(|name| Some((name, input.text(name)?)))
        .map(|(name, value)| format!("{name}={}&", escaped(value)))
        .collect();
    Ok(page(shown, input, "workflow_runs", &path, &filters))
}

/// A value as it may stand in a query.
fn escaped(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value
        .bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

/// A span of time in GitHub's search syntax: `>=T`, `>T`, `<=T`, `<T`, `T..T` with `*` for an open end, or a day.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Span {
    /// Not before.
    from: Option<Timestamp>,
    /// Not after.
    until: Option<Timestamp>,
}

impl Span {
    fn read(text: &str) -> Option<Self> {
        let one = |text: &str| Moment::read(text);
        if let Some((from, until)) = text.split_once("..") {
            let end = |text: &str| match text {
                "*" => Some(None),
                other => one(other).map(Some),
            };
            return Some(Self {
                from: end(from)?.map(|it| it.first),
                until: end(until)?.map(|it| it.last),
            });
        }
        let (from, until) = if let Some(rest) = text.strip_prefix(">=") {
            (Some(one(rest)?.first), None)
        } else if let Some(rest) = text.strip_prefix("<=") {
            (None, Some(one(rest)?.last))
        } else if let Some(rest) = text.strip_prefix('>') {
            (Some(after(one(rest)?.last, 0.001)), None)
        } else if let Some(rest) = text.strip_prefix('<') {
            (None, Some(after(one(rest)?.first, -0.001)))
        } else {
            let it = one(text)?;
            (Some(it.first), Some(it.last))
        };
        Some(Self { from, until })
    }

    fn holds(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from) && self.until.is_none_or(|until| at <= until)
    }
}

/// A second or a whole day.
#[derive(Debug, Clone, Copy)]
struct Moment {
    first: Timestamp,
    last: Timestamp,
}

impl Moment {
    fn read(text: &str) -> Option<Self> {
        if let Ok(first) = text.parse::<Timestamp>() {
            return Some(Self {
                first,
                last: after(first, 0.999),
            });
        }
        let first: Timestamp = format!("{text}T00:00:00Z").parse().ok()?;
        Some(Self {
            first,
            last: after(first, 86_399.999),
        })
    }
}

/// Inputs of the "Rollback" workflow: name, whether it must be given, and the values of a choice.
const INPUTS: [(&str, &[&str]); 3] = [
    ("environment", &["production", "staging"]),
    ("service", &["backend", "frontend", "both"]),
    ("version", &[]),
];
/// The one that it has where the scenario says so; it may be left out.
const CORRELATION: &str = "correlation_id";
/// The most inputs of a dispatch, and the most characters of them all.
const MOST_INPUTS: usize = 25;
const MOST_CHARACTERS: usize = 65_535;

fn dispatch(world: &mut World, input: Input<'_>) -> Result<Reply, AwsError> {
    let workflow = workflow(input)?;
    if workflow != Workflow::Rollback {
        return Err(unprocessable(
            "Workflow does not have 'workflow_dispatch' trigger",
        ));
    }
    let reference = input
        .text("ref")
        .ok_or_else(|| unprocessable("Invalid request.\n\n\"ref\" wasn't supplied."))?;
    if reference.trim_start_matches("refs/heads/") != BRANCH {
        return Err(unprocessable(format!("No ref found for: {reference}")));
    }
    let details = world.github.settings.run_details;
    if details == RunDetails::Refused && input.field("return_run_details").is_some() {
        return Err(unprocessable(
            "Invalid request.\n\n\"return_run_details\" is not a permitted key.",
        ));
    }
    let inputs = inputs(world, input)?;
    let run = world.dispatch_rollback(inputs);
    let run = &world.github.runs[run];
    if details != RunDetails::Given || !input.flag("return_run_details") {
        return Ok(Reply::status(204));
    }
    Ok(Reply::json(json!({
        "workflow_run_id": run.id,
        "run_url": api(&format!("actions/runs/{}", run.id)),
        "html_url": page_of_people(&format!("actions/runs/{}", run.id)),
    })))
}

/// The inputs of a dispatch, if the workflow takes them.
fn inputs(world: &World, input: Input<'_>) -> Result<BTreeMap<String, String>, AwsError> {
    let given: BTreeMap<String, String> = input
        .inner("inputs")
        .fields()
        .map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (name.clone(), text)
        })
        .collect();
    if given.len() > MOST_INPUTS {
        return Err(unprocessable(format!(
            "you may only define up to {MOST_INPUTS} `inputs` for a `workflow_dispatch` event"
        )));
    }
    if given.values().map(|value| value.chars().count()).sum::<usize>() > MOST_CHARACTERS {
        return Err(unprocessable("inputs are too large."));
    }
    let correlated = world.github.settings.correlation_id;
    let strangers: Vec<&String> = given
        .keys()
        .filter(|name| !INPUTS.iter().any(|(known, _)| known == name))
        .filter(|name| !(correlated && *name == CORRELATION))
        .collect();
    if !strangers.is_empty() {
        return Err(unprocessable(format!(
            "Unexpected inputs provided: {}",
            json!(strangers)
        )));
    }
    for (name, choice) in INPUTS {
        let Some(value) = given.get(name).filter(|value| !value.is_empty()) else {
            return Err(unprocessable(format!("Required input '{name}' not provided")));
        };
        if !choice.is_empty() && !choice.contains(&value.as_str()) {
            return Err(unprocessable(format!(
                "Provided value '{value}' for input '{name}' not in the list of allowed values"
            )));
        }
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_the_search_writes_them() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let noon = at("2026-11-23T12:00:00Z");
        for (text, holds) in [
            (">=2026-11-23T12:00:00Z", true),
            (">2026-11-23T12:00:00Z", false),
            ("<=2026-11-23T12:00:00Z", true),
            ("<2026-11-23T12:00:00Z", false),
            ("2026-11-23", true),
            ("2026-11-22", false),
            ("2026-11-22..2026-11-23", true),
            ("2026-11-23T12:00:01Z..*", false),
            ("*..2026-11-23T11:59:59+00:00", false),
            ("*..2026-11-23T21:00:00+09:00", true),
        ] {
            assert_eq!(
                Span::read(text).map(|span| span.holds(noon)),
                Some(holds),
                "{text}"
            );
        }
        assert_eq!(Span::read("yesterday"), None);
        assert_eq!(Span::read(">=soon"), None);
    }
}
