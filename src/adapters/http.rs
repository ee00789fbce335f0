//! The one way out: every HTTP request of every adapter leaves through a [`Door`].
//!
//! A door leads to the network, to loopback only (a modosu that belongs to a drill must not reach anything else), or
//! straight into an in-process server, so that tests stand in front of all of it under a paused clock.
//! This module does not know what is asked of whom; it knows addresses, limits and what a failed exchange means.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use futures::future::BoxFuture;

use crate::domain::{Fault, FaultKind};

/// The most of an answer's body that [`Http::get`] reads, in bytes. A health page is a few hundred.
pub const BODY_LIMIT: usize = 64 * 1024;

const USER_AGENT: &str = concat!("modosu/", env!("CARGO_PKG_VERSION"));
const OPERATION: &str = "http.get";

/// An in-process server: takes a request, gives the whole answer, or says why there was none. A connection that is dropped
/// (before or while the body arrives) is an `Err`; one that never answers is a future that never ends.
pub type Connector = Arc<
    dyn Fn(http::Request<Bytes>) -> BoxFuture<'static, Result<http::Response<Bytes>, String>> + Send + Sync,
>;

/// Where requests may go.
#[derive(Clone)]
pub enum Door {
    /// The network.
    Network {
        /// Refuse every address that is not on this machine: no byte of a drill leaves it.
        loopback_only: bool,
    },
    /// Straight into an in-process server, without a socket.
    Direct(Connector),
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network { loopback_only } => f
                .debug_struct("Network")
                .field("loopback_only", loopback_only)
                .finish(),
            Self::Direct(_) => f.write_str("Direct"),
        }
    }
}

/// Whether `uri` names this machine: a loopback literal or `localhost`, with its scheme. A name that merely resolves to
/// loopback today does not count.
#[must_use]
pub fn is_loopback(uri: &http::Uri) -> bool {
    let Some(host) = uri.host().filter(|_| uri.scheme().is_some()) else {
        return false;
    };
    let bare = host
        .strip_prefix('[')
        .and_then(|h| h.strip_suffix(']'))
        .unwrap_or(host);
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// An answer to a GET.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The body, at most [`BODY_LIMIT`] bytes of it.
    pub body: Bytes,
    /// From the request to the end of the body, in milliseconds.
    pub millis: u64,
}

/// A small HTTP client for the adapters that are not AWS. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Http {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    door: Door,
    // Built at the first request: reading the machine's certificates takes tens of milliseconds.
    network: OnceLock<Result<reqwest::Client, String>>,
    loopback: OnceLock<Result<reqwest::Client, String>>,
}

/// Which part of a long body is kept. What is left out was read and dropped; memory stays bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The first so many bytes; the rest is not even read.
    First(usize),
    /// The last so many bytes, of at most [`TAIL_READ_LIMIT`] that are read: the end of a log is what matters.
    Last(usize),
}

/// The most that is read of a body whose end is wanted, in bytes.
pub const TAIL_READ_LIMIT: usize = 64 * 1024 * 1024;

impl Keep {
    /// What is kept of a body that is there as a whole.
    fn of(self, body: &Bytes) -> Bytes {
        match self {
            Self::First(limit) => body.slice(..body.len().min(limit)),
            Self::Last(limit) => body.slice(body.len().saturating_sub(limit)..),
        }
    }
}

/// Why there was no answer.
struct NoAnswer {
    kind: FaultKind,
    detail: String,
}

impl Http {
    /// A client that leaves through `door`. Nothing is opened yet.
    #[must_use]
    pub fn new(door: &Door) -> Self {
        Self {
            inner: Arc::new(Inner {
                door: door.clone(),
                network: OnceLock::new(),
                loopback: OnceLock::new(),
            }),
        }
    }

    /// Fetches `url`. Redirects are not followed: a health page that redirects is an answer to be shown, not a new address.
    ///
    /// # Errors
    /// `Local` when the address is not one or is refused by the door, `TimedOut` after `timeout`, `Unreachable` when there
    /// was no connection or it broke. An HTTP error status is an answer, not an error.
    pub async fn get(&self, url: &str, timeout: Duration) -> Result<Response, Fault> {
        let request = http::Request::get(url)
            .header(http::header::USER_AGENT, USER_AGENT)
            .body(Bytes::new())
            .map_err(|error| {
                Fault::new(
                    FaultKind::Local,
                    OPERATION,
                    &format!("`{url}` is no address: {error}"),
                )
            })?;
        let begun = tokio::time::Instant::now();
        let response = self
            .send(OPERATION, request, Keep::First(BODY_LIMIT), timeout)
            .await?;
        Ok(Response {
            status: response.status().as_u16(),
            body: response.into_body(),
            millis: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// Sends `request` once, as it is: no retry, no redirect followed, nothing added. `operation` names it in a fault.
    ///
    /// # Errors
    /// As [`Http::get`]. For a request that changes something, `TimedOut` and `Unreachable` leave open whether it did.
    pub async fn send(
        &self,
        operation: &str,
        request: http::Request<Bytes>,
        keep: Keep,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, Fault> {
        match tokio::time::timeout(timeout, self.exchange(request, keep)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(NoAnswer { kind, detail })) => Err(Fault::new(kind, operation, &detail)),
            Err(_elapsed) => Err(Fault::new(
                FaultKind::TimedOut,
                operation,
                &format!("no answer within {} s", timeout.as_secs()),
            )),
        }
    }

    /// This client as a connector, for the AWS SDK. Bodies are not cut.
    pub(crate) fn connector(&self) -> Connector {
        let http = self.clone();
        Arc::new(move |request| {
            let http = http.clone();
            Box::pin(async move {
                http.exchange(request, Keep::First(usize::MAX))
                    .await
                    .map_err(|no| no.detail)
            })
        })
    }

    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        keep: Keep,
    ) -> Result<http::Response<Bytes>, NoAnswer> {
        match &self.inner.door {
            Door::Direct(connector) => connector(request)
                .await
                .map(|response| response.map(|body| keep.of(&body)))
                .map_err(|detail| NoAnswer {
                    kind: FaultKind::Unreachable,
                    detail,
                }),
            Door::Network { loopback_only } => {
                let near = is_loopback(request.uri());
                if *loopback_only && !near {
                    return Err(NoAnswer {
                        kind: FaultKind::Local,
                        detail: refusal(&request.uri().to_string()),
                    });
                }
                self.over_the_network(request, near, keep).await
            }
        }
    }

    async fn over_the_network(
        &self,
        request: http::Request<Bytes>,
        near: bool,
        keep: Keep,
    ) -> Result<http::Response<Bytes>, NoAnswer> {
        let client = self.client(near).map_err(|detail| NoAnswer {
            kind: FaultKind::Local,
            detail,
        })?;
        let request = reqwest::Request::try_from(request).map_err(no_answer)?;
        let mut answer = client.execute(request).await.map_err(no_answer)?;
        let mut response = http::Response::new(Bytes::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        let (read_limit, kept) = match keep {
            Keep::First(limit) => (limit, limit),
            Keep::Last(limit) => (TAIL_READ_LIMIT, limit),
        };
        let mut body = Vec::new();
        let mut read: usize = 0;
        while let Some(chunk) = answer.chunk().await.map_err(no_answer)? {
            let room = read_limit.saturating_sub(read);
            body.extend(chunk.iter().take(room));
            read = read.saturating_add(chunk.len());
            // Cut now and then and not at each chunk, so that a long log is not moved again and again.
            if body.len() > kept.saturating_mul(2) {
                body.drain(..body.len() - kept);
            }
            if chunk.len() >= room {
                break;
            }
        }
        *response.body_mut() = keep.of(&Bytes::from(body));
        Ok(response)
    }

    fn client(&self, near: bool) -> Result<reqwest::Client, String> {
        let cell = if near {
            &self.inner.loopback
        } else {
            &self.inner.network
        };
        cell.get_or_init(|| {
            let builder = reqwest::Client::builder()
                .user_agent(USER_AGENT)
                .redirect(reqwest::redirect::Policy::none());
            // A proxy of the company must not be asked for addresses on this machine.
            let builder = if near { builder.no_proxy() } else { builder };
            builder.build().map_err(|error| chain(&error))
        })
        .clone()
    }
}

fn no_answer(error: reqwest::Error) -> NoAnswer {
    // The address may carry a token of the team's health page; it has no place in a message.
    let error = error.without_url();
    let kind = if error.is_timeout() {
        FaultKind::TimedOut
    } else if error.is_builder() {
        FaultKind::Local
    } else {
        FaultKind::Unreachable
    };
    NoAnswer {
        kind,
        detail: chain(&error),
    }
}

/// The words for an address that a drill does not go to.
pub(crate) fn refusal(address: &str) -> String {
    format!("`{address}` is not on this machine, and a drill never leaves it")
}

/// An error with its causes, as one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        // Many wrappers repeat their cause; once is enough.
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

/// Makes the AWS SDK talk through `connector`. A connection that broke is an I/O error to the SDK, which may retry a read.
#[must_use]
pub fn sdk_client(connector: &Connector) -> SharedHttpClient {
    let shared = SharedHttpConnector::new(Wrapped(Arc::clone(connector)));
    http_client_fn(move |_settings, _components| shared.clone())
}

struct Wrapped(Connector);

impl fmt::Debug for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wrapped")
    }
}

impl HttpConnector for Wrapped {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            let (parts, body) = request.into_parts();
            let bytes = body
                .bytes()
                .map(Bytes::copy_from_slice)
                .ok_or_else(|| ConnectorError::user("a streaming body cannot be sent".into()))?;
            let answer = connector(http::Request::from_parts(parts, bytes)).await;
            let response = answer.map_err(|why| {
                if why.contains("timed out") {
                    ConnectorError::timeout(why.into())
                } else {
                    ConnectorError::io(why.into())
                }
            })?;
            HttpResponse::try_from(response.map(SdkBody::from))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_literal_loopback_is_near() {
        for near in [
            "http://127.0.0.1:4566/x",
            "http://localhost",
            "https://LOCALHOST:1",
            "http://[::1]:80/",
            "http://127.8.9.1",
        ] {
            assert!(is_loopback(&near.parse().unwrap()), "{near}");
        }
        for far in [
            "http://example.com",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@example.com/",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "http://169.254.169.254/latest",
            "http://[::2]/",
            "/path",
            "localhost:80",
        ] {
            assert!(!is_loopback(&far.parse().unwrap()), "{far}");
        }
    }

    #[tokio::test]
    async fn a_drill_reaches_no_other_machine() {
        let http = Http::new(&Door::Network { loopback_only: true });
        let fault = http
            .get("https://example.com/health", Duration::from_secs(1))
            .await
            .unwrap_err();
        assert_eq!(fault.kind, FaultKind::Local);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_at_the_timeout() {
        let silent: Connector = Arc::new(|_| Box::pin(futures::future::pending()));
        let http = Http::new(&Door::Direct(silent));
        let fault = http
            .get("http://x/health", Duration::from_secs(5))
            .await
            .unwrap_err();
        assert_eq!(fault.kind, FaultKind::TimedOut);
    }

    #[tokio::test]
    async fn a_long_body_is_cut() {
        let long: Connector = Arc::new(|_| {
            Box::pin(async { Ok(http::Response::new(Bytes::from(vec![b'x'; BODY_LIMIT * 2]))) })
        });
        let response = Http::new(&Door::Direct(long))
            .get("http://x/", Duration::from_secs(1))
            .await
            .unwrap();
        assert_eq!(response.body.len(), BODY_LIMIT);
    }

    #[tokio::test]
    async fn of_a_log_the_end_is_kept() {
        let log: Connector =
            Arc::new(|_| Box::pin(async { Ok(http::Response::new(Bytes::from_static(b"begin end"))) }));
        let request = http::Request::get("http://x/").body(Bytes::new()).unwrap();
        let answer = Http::new(&Door::Direct(log))
            .send("x", request, Keep::Last(3), Duration::from_secs(1))
            .await
            .unwrap();
        assert_eq!(answer.body().as_ref(), b"end");
    }
}
