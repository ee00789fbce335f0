//! One exchange with GitHub's REST API, and what its refusals mean.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::adapters::http::{Http, Keep, is_loopback};
use crate::domain::{Clean, Fault, FaultKind};

use super::answer::Refusal;
use super::token::{Keeper, Token, TokenSource};

/// The version of the API that the answers are read by.
const VERSION: &str = "2022-11-28";
/// The most of a JSON answer that is read, in bytes. A page of a hundred runs is some two megabytes.
const JSON_LIMIT: usize = 8 * 1024 * 1024;
/// The most of a job's log that is kept, in bytes, from its end.
const LOG_LIMIT: usize = 512 * 1024;
/// How long GitHub may take. Its own limit is ten seconds for a request.
const TIMEOUT: Duration = Duration::from_secs(20);
const LOG_TIMEOUT: Duration = Duration::from_secs(60);
const USER_AGENT: &str = concat!("modosu/", env!("CARGO_PKG_VERSION"));
/// What a fine-grained token needs on the one repository.
const PERMISSION: &str = "Actions: write";

/// The address under which a drill plays GitHub's REST API.
#[must_use]
pub fn drill_address(drill: &str) -> String {
    format!("{}/github", drill.trim_end_matches('/'))
}

/// Where GitHub is, and by whose word it is asked.
#[derive(Clone)]
pub struct GithubSettings {
    /// The REST API: `https://api.github.com`, `https://HOST/api/v3`, or a drill's.
    pub api: String,
    /// Where the token comes from.
    pub token: TokenSource,
}

impl GithubSettings {
    /// The settings of a drill: its own address, a token that opens nothing else, and `gh` is never run.
    #[must_use]
    pub fn of_drill(drill: &str) -> Self {
        Self {
            api: drill_address(drill),
            token: TokenSource::Given(Token::of_drill()),
        }
    }
}

/// The API, as reader and writer share it.
#[derive(Clone)]
pub(super) struct Api {
    http: Http,
    base: String,
    keeper: Arc<Keeper>,
}

impl Api {
    pub(super) fn new(http: &Http, settings: GithubSettings) -> Self {
        let base = settings.api.trim_end_matches('/').to_owned();
        let host = host_for_gh(&base);
        Self {
            http: http.clone(),
            base,
            keeper: Arc::new(Keeper::new(settings.token, host)),
        }
    }

    /// Reads `path`, which begins with `/`, as JSON.
    pub(super) async fn read<T: DeserializeOwned>(&self, operation: &str, path: &str) -> Result<T, Fault> {
        let answer = self.exchange(operation, Method::GET, path, Bytes::new()).await?;
        parse(operation, answer.body())
    }

    /// Sends `body` to `path` once.
    pub(super) async fn post(
        &self,
        operation: &str,
        path: &str,
        body: Bytes,
    ) -> Result<Response<Bytes>, Fault> {
        self.exchange(operation, Method::POST, path, body).await
    }

    /// The end of a text that GitHub keeps elsewhere: it answers with an address that is good for a minute (302). That
    /// address carries its own signature; the token is not sent there.
    pub(super) async fn text(&self, operation: &str, path: &str) -> Result<Bytes, Fault> {
        let url = format!("{}{path}", self.base);
        let request = self.request(operation, Method::GET, &url, Bytes::new()).await?;
        let answer = self
            .http
            .send(operation, request, Keep::Last(LOG_LIMIT), LOG_TIMEOUT)
            .await?;
        if !answer.status().is_redirection() {
            return accepted(operation, answer, self.has_token()).map(Response::into_body);
        }
        let place = self.redirect(operation, &answer)?;
        let request = Request::get(place)
            .header(header::USER_AGENT, USER_AGENT)
            .body(Bytes::new())
            .map_err(|error| Fault::new(FaultKind::Malformed, operation, &error.to_string()))?;
        let answer = self
            .http
            .send(operation, request, Keep::Last(LOG_LIMIT), LOG_TIMEOUT)
            .await
            // The address holds a signature; it has no place in a message.
            .map_err(|fault| Fault {
                detail: Clean::new("the place of the log was not reached"),
                ..fault
            })?;
        if answer.status().is_success() {
            return Ok(answer.into_body());
        }
        let detail = format!("the place of the log answered {}", answer.status().as_u16());
        Err(Fault::new(FaultKind::NotFound, operation, &detail))
    }

    async fn exchange(
        &self,
        operation: &str,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Response<Bytes>, Fault> {
        let url = format!("{}{path}", self.base);
        let request = self.request(operation, method, &url, body).await?;
        let answer = self
            .http
            .send(operation, request, Keep::First(JSON_LIMIT), TIMEOUT)
            .await?;
        accepted(operation, answer, self.has_token())
    }

    async fn request(
        &self,
        operation: &str,
        method: Method,
        url: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Fault> {
        let local = |detail: &str| Fault::new(FaultKind::Local, operation, detail);
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header(header::ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", VERSION)
            .header(header::USER_AGENT, USER_AGENT);
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let mut request = request.body(body).map_err(|error| local(&error.to_string()))?;
        if request.uri().scheme_str() != Some("https") && !is_loopback(request.uri()) {
            return Err(local("a token is sent over https only"));
        }
        let token = self.keeper.header().await.map_err(|fault| Fault {
            operation: operation.to_owned(),
            ..fault
        })?;
        if let Some(token) = token {
            request.headers_mut().insert(header::AUTHORIZATION, token);
        }
        Ok(request)
    }

    fn has_token(&self) -> bool {
        self.keeper.has_one()
    }

    /// Where an answer points to: a whole address, or a path on the same host.
    fn redirect(&self, operation: &str, answer: &Response<Bytes>) -> Result<http::Uri, Fault> {
        let malformed = || Fault::new(FaultKind::Malformed, operation, "a redirect to no address");
        let place = answer
            .headers()
            .get(header::LOCATION)
            .and_then(|place| place.to_str().ok())
            .ok_or_else(malformed)?;
        let place = if place.starts_with('/') && !place.starts_with("//") {
            format!("{}{place}", origin(&self.base))
        } else {
            place.to_owned()
        };
        let uri: http::Uri = place.parse().map_err(|_| malformed())?;
        if uri.scheme_str() == Some("https") || is_loopback(&uri) {
            Ok(uri)
        } else {
            Err(malformed())
        }
    }
}

/// Scheme and authority of an address.
fn origin(base: &str) -> &str {
    let start = base.find("://").map_or(0, |at| at + 3);
    let end = base.get(start..).and_then(|rest| rest.find('/'));
    end.and_then(|end| base.get(..start + end)).unwrap_or(base)
}

/// The host by the name that `gh` keeps a token under.
fn host_for_gh(base: &str) -> String {
    let host = base
        .parse::<http::Uri>()
        .ok()
        .and_then(|uri| uri.host().map(str::to_owned))
        .unwrap_or_default();
    if host == "api.github.com" {
        "github.com".to_owned()
    } else {
        // A company's own address on GitHub's cloud is `api.NAME.ghe.com`, and `gh` calls it `NAME.ghe.com`.
        match host.strip_prefix("api.") {
            Some(rest) if rest.ends_with(".ghe.com") => rest.to_owned(),
            Some(_) | None => host,
        }
    }
}

/// The answer, when GitHub did what was asked.
fn accepted(operation: &str, answer: Response<Bytes>, token: bool) -> Result<Response<Bytes>, Fault> {
    if answer.status().is_success() {
        Ok(answer)
    } else {
        Err(refused(operation, &answer, token))
    }
}

/// What a refusal means (GitHub REST API, "Troubleshooting" and "Rate limits").
fn refused(operation: &str, answer: &Response<Bytes>, token: bool) -> Fault {
    let status = answer.status();
    let refusal: Refusal = serde_json::from_slice(answer.body()).unwrap_or_default();
    let said = refusal.words();
    let detail = format!("{} {said}", status.as_u16());
    let detail = detail.trim_end();
    let kind = match status {
        StatusCode::UNAUTHORIZED if token => FaultKind::Expired,
        StatusCode::UNAUTHORIZED => FaultKind::NoCredentials,
        StatusCode::TOO_MANY_REQUESTS => FaultKind::Throttled,
        StatusCode::FORBIDDEN if is_limit(answer, &said) => FaultKind::Throttled,
        StatusCode::FORBIDDEN => FaultKind::Denied {
            action: Clean::new(PERMISSION),
        },
        StatusCode::NOT_FOUND | StatusCode::GONE => FaultKind::NotFound,
        StatusCode::REQUEST_TIMEOUT => FaultKind::TimedOut,
        status if status.is_server_error() => FaultKind::Server,
        // A repository that was renamed answers with its new address, and nothing was done.
        status if status.is_redirection() => {
            let moved = format!("{} the repository has moved; write its new name", status.as_u16());
            return Fault::new(FaultKind::Rejected, operation, &moved);
        }
        _ => FaultKind::Rejected,
    };
    Fault::new(kind, operation, detail)
}

fn is_limit(answer: &Response<Bytes>, said: &str) -> bool {
    let headers = answer.headers();
    headers.contains_key(header::RETRY_AFTER)
        || headers
            .get("x-ratelimit-remaining")
            .is_some_and(|left| left == "0")
        || said.contains("rate limit")
}

/// Reads a whole JSON answer.
pub(super) fn parse<T: DeserializeOwned>(operation: &str, body: &Bytes) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|error| {
        let detail = format!(
            "the answer is not what GitHub's API gives (line {})",
            error.line()
        );
        Fault::new(FaultKind::Malformed, operation, &detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_by_the_names_that_gh_uses() {
        for (base, host) in [
            ("https://api.github.com", "github.com"),
            ("https://ghe.example.com/api/v3", "ghe.example.com"),
            ("https://api.octo.ghe.com", "octo.ghe.com"),
            ("https://api.example.com/v3", "api.example.com"),
        ] {
            assert_eq!(host_for_gh(base), host);
        }
        assert_eq!(origin("http://127.0.0.1:1/github/x"), "http://127.0.0.1:1");
        assert_eq!(origin("https://api.github.com"), "https://api.github.com");
    }
}
