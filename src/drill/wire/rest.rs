//! GitHub's REST API below `/github/`: paths become operations, and errors carry `message` and `documentation_url`.
//!
//! Operations are called as in GitHub's OpenAPI description, in Pascal case; two have no name of their own there:
//! `GetRepository` (`repos/get`) and `DownloadLog`, the storage that a job's log redirects to. A token is looked at here
//! and goes no further.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts},
};
use serde_json::{Value, json};

use super::{
    json as awsjson,
    protocol::{Call, Protocol},
    query,
};
use crate::drill::api::{Api, AwsError, BASE, Reply};

/// Where the API begins.
const ROOT: &str = "/github/";
/// Versions of the API that are served (docs.github.com, "API Versions").
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];
/// Requests of an hour that a token has.
const HOURLY: usize = 5_000;

/// Reads a call, if the path is one of this API.
pub(super) fn read(parts: &Parts, body: &[u8]) -> Option<Call> {
    let path = parts.uri.path().strip_prefix(ROOT)?;
    let segments: Vec<String> = path.split('/').map(query::unescape).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (operation, mut input) = operation(&parts.method, &segments)
        .unwrap_or_else(|| (format!("{} {ROOT}{path}", parts.method), json!({})));
    let asked = query::decode(parts.uri.query().unwrap_or_default());
    let (given, mut garbled) = match awsjson::decode(body) {
        Ok(given) => (given, None),
        Err(_) => (
            json!({}),
            Some(AwsError::new("ParseError", "Problems parsing JSON")),
        ),
    };
    if let Value::Object(fields) = &mut input {
        for (name, value) in [asked, given].iter().filter_map(Value::as_object).flatten() {
            fields.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    garbled = refused(&parts.headers, &parts.method, &operation).or(garbled);
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| parts.uri.authority().map(|authority| authority.as_str()))
        .unwrap_or("127.0.0.1");
    Some(Call {
        api: Api::GitHub,
        operation,
        input,
        protocol: Protocol::Rest {
            base: format!("http://{host}{}", ROOT.trim_end_matches('/')),
        },
        garbled,
    })
}

/// What a method and a path mean, and the parameters in the path.
fn operation(method: &Method, path: &[&str]) -> Option<(String, Value)> {
    let get = method == Method::GET;
    if let ["_logs", job] = path {
        return get.then(|| ("DownloadLog".to_owned(), json!({ "job_id": job })));
    }
    let ["repos", owner, repo, rest @ ..] = path else {
        return None;
    };
    let (operation, name, value) = match (get, rest) {
        (true, []) => ("GetRepository", None, ""),
        (true, ["actions", "workflows"]) => ("ListRepoWorkflows", None, ""),
        (true, ["actions", "workflows", id]) => ("GetWorkflow", Some("workflow_id"), *id),
        (true, ["actions", "workflows", id, "runs"]) => ("ListWorkflowRuns", Some("workflow_id"), *id),
        (true, ["actions", "runs"]) => ("ListWorkflowRunsForRepo", None, ""),
        (true, ["actions", "runs", id]) => ("GetWorkflowRun", Some("run_id"), *id),
        (true, ["actions", "runs", id, "jobs"]) => ("ListJobsForWorkflowRun", Some("run_id"), *id),
        (true, ["actions", "runs", id, "pending_deployments"]) => {
            ("GetPendingDeploymentsForRun", Some("run_id"), *id)
        }
        (true, ["actions", "jobs", id, "logs"]) => ("DownloadJobLogsForWorkflowRun", Some("job_id"), *id),
        (false, ["actions", "workflows", id, "dispatches"]) if method == Method::POST => {
            ("CreateWorkflowDispatch", Some("workflow_id"), *id)
        }
        _ => return None,
    };
    let mut input = json!({ "owner": owner, "repo": repo });
    if let Some(name) = name {
        input[name] = json!(value);
    }
    Some((operation.to_owned(), input))
}

/// What is refused before the operation is looked at: no user agent, a version that is not served, a token that is bad
/// or missing. The repository is private, so that who may not see it learns nothing of it.
fn refused(headers: &HeaderMap, method: &Method, operation: &str) -> Option<AwsError> {
    let header = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let error = |status, code, message: &str| {
        Some(AwsError {
            status,
            ..AwsError::new(code, message)
        })
    };
    let token = header(header::AUTHORIZATION);
    if operation == "DownloadLog" {
        // The address is signed; the storage takes no other authorization.
        return token.and_then(|_| {
            error(
                400,
                "InvalidAuthenticationInfo",
                "Authentication information is not given in the correct format. Check the value of Authorization header.",
            )
        });
    }
    if header(header::USER_AGENT).is_none_or(str::is_empty) {
        let message = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.";
        return error(403, "Forbidden", message);
    }
    let version = headers
        .get("x-github-api-version")
        .and_then(|value| value.to_str().ok());
    if version.is_some_and(|version| !VERSIONS.contains(&version)) {
        return error(
            400,
            "UnsupportedVersion",
            "The specified API version is not supported.",
        );
    }
    let Some(token) = token else {
        return if method == Method::GET {
            error(404, "NotFound", "Not Found")
        } else {
            error(401, "RequiresAuthentication", "Requires authentication")
        };
    };
    let known = token.split_once(' ').is_some_and(|(scheme, token)| {
        (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token"))
            && !token.trim().is_empty()
            && token.trim() != "expired"
    });
    if known {
        None
    } else {
        error(401, "BadCredentials", "Bad credentials")
    }
}

/// Writes an outcome.
pub(super) fn write(base: &str, outcome: &Result<Value, AwsError>, request_id: &str) -> Response<Body> {
    let reply = match outcome {
        Ok(answer) => Reply::from_value(answer),
        Err(error) => Reply {
            status: error.status,
            ..Reply::json(json!({
                "message": error.message,
                "documentation_url": "https://docs.github.com/rest",
                "status": error.status.to_string(),
            }))
        },
    };
    let absolute = |text: &str| text.replace(BASE, base);
    let (content_type, body) = match (&reply.json, &reply.text) {
        (Some(json), _) => (
            "application/json; charset=utf-8",
            Body::from(absolute(&json.to_string())),
        ),
        (None, Some(text)) => ("text/plain; charset=utf-8", Body::from(text.clone())),
        (None, None) => ("text/plain; charset=utf-8", Body::empty()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let more = [
        (header::LINK, reply.link.as_deref()),
        (header::LOCATION, reply.location.as_deref()),
        (
            header::HeaderName::from_static("x-github-request-id"),
            Some(request_id),
        ),
        (
            header::RETRY_AFTER,
            outcome
                .as_ref()
                .is_err_and(|error| error.code == "SecondaryRateLimit")
                .then_some("60"),
        ),
    ];
    for (name, value) in more {
        if let Some(Ok(value)) = value.map(|text| HeaderValue::from_str(&absolute(text))) {
            headers.insert(name, value);
        }
    }
    response
}

/// Says how much of the hour's requests is used, and when the hour ends (seconds since 1970).
pub(crate) fn say_rate(headers: &mut HeaderMap, used: usize, reset: i64) {
    let rate = [
        ("x-ratelimit-limit", HOURLY.to_string()),
        ("x-ratelimit-remaining", HOURLY.saturating_sub(used).to_string()),
        ("x-ratelimit-used", used.to_string()),
        ("x-ratelimit-reset", reset.to_string()),
        ("x-ratelimit-resource", "core".to_owned()),
    ];
    for (name, value) in rate {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}
