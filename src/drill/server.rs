//! The two doors: a router that answers AWS requests, and a server that puts it on a listener.

use std::{future::Future, io, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode},
    serve::ListenerExt,
};

use super::{
    api::{self, Api, AwsError},
    control,
    faults::Fault,
    handle::Drill,
    ledger::{LedgerEntry, dispatch_without_secrets, without_secrets},
    time::hour,
    triggers::Seen,
    wire::{self, Call},
    world::Denial,
};

/// The largest body that is read; AWS's own limits lie far below.
const LARGEST: usize = 4 * 1024 * 1024;
/// How long open connections may take to end when the server stops.
const PARTING: Duration = Duration::from_millis(500);

/// How a request ends.
enum Ending {
    /// With this answer.
    Answer(Response<Body>),
    /// With this answer, late.
    Late(Duration, Response<Body>),
    /// Never.
    Never,
    /// With a dropped connection.
    Dropped,
}

impl Drill {
    /// The account as a router: call it in process as a tower service, or put it behind a listener.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(control::routes())
            .fallback(aws)
            .with_state(self.clone())
    }

    /// Serves on a listener until the future resolves. Connections that are still open then get half a second to end.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        &self,
        listener: tokio::net::TcpListener,
        until: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let (closing, mut closed) = tokio::sync::watch::channel(false);
        let stop = async move {
            until.await;
            closing.send_replace(true);
        };
        let listener = listener.tap_io(|stream| {
            // Answers are small; without this they would wait for the client's acknowledgement.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "drill: no TCP_NODELAY");
            }
        });
        let serving = axum::serve(listener, self.router())
            .with_graceful_shutdown(stop)
            .into_future();
        // A request that hangs by design must not keep the server alive.
        let parting = async move {
            if closed.wait_for(|closing| *closing).await.is_err() {
                std::future::pending::<()>().await;
            }
            if tokio::time::timeout(PARTING, std::future::pending::<()>())
                .await
                .is_err()
            {
                tracing::debug!("drill: connections were still open");
            }
        };
        tokio::select! {
            served = serving => served,
            () = parting => Ok(()),
        }
    }

    /// Takes a call: faults first, then the operation, and the ledger in any case.
    fn take(&self, call: &Call) -> Ending {
        let (service, operation) = (call.api.name(), call.operation.as_str());
        self.with(|state| {
            let now = state.world.now;
            let n = state.ledger.len() as u64 + 1;
            let request_id = state.world.chance.uuid("request", n);
            let chance = state.world.chance;
            let draw = |armed: usize, nth: u64| chance.unit(&format!("fault {armed} {operation}"), nth);
            let seen = Seen {
                service,
                operation,
                input: &call.input,
            };
            let fault = state.faults.take(service, operation, now, draw);
            if call.api == Api::Iam {
                let denials = state.faults.denials(now);
                state.world.denials = denials
                    .map(|(pattern, explicit)| Denial {
                        pattern: pattern.to_owned(),
                        explicit,
                    })
                    .collect();
            }
            let outcome = match fault {
                Some(Fault::Hang | Fault::Cut) => None,
                Some(Fault::Throttle) => Some(Err(AwsError::throttled())),
                Some(Fault::Error) => Some(Err(AwsError::server(call.api.server_error()))),
                Some(Fault::Expired) => Some(Err(AwsError::expired())),
                Some(Fault::Denied | Fault::Forbidden) => {
                    let action = format!("{}:{operation}", call.api.iam_prefix());
                    let resource = api::resource(&state.world, &call.api, &call.input);
                    let who = state.world.caller_arn();
                    let error = if fault == Some(Fault::Forbidden) {
                        AwsError::forbidden(&who, &action, &resource)
                    } else {
                        AwsError::denied(&who, &action, &resource)
                    };
                    Some(Err(error))
                }
                Some(Fault::Lost | Fault::Slow(_)) | None => Some(match &call.garbled {
                    Some(error) => Err(error.clone()),
                    None => {
                        state.triggers.arriving(&mut state.world, seen);
                        api::answer(&mut state.world, &call.api, operation, &call.input)
                    }
                }),
            };
            let outcome = outcome.map(|it| it.map_err(|error| api::worded(&state.world, &call.api, error)));
            let mut response = outcome
                .as_ref()
                .map(|outcome| wire::write(call, outcome, &request_id));
            if let Some(response) = response.as_mut().filter(|_| call.api == Api::GitHub) {
                let (from, until) = hour(now);
                let recent = state.ledger.iter().rev().take_while(|entry| entry.at >= from);
                let used = recent.filter(|entry| entry.service == service).count() + 1;
                wire::say_rate(response.headers_mut(), used, until.as_second());
            }
            let done = outcome.as_ref().is_some_and(Result::is_ok);
            state.ledger.push(LedgerEntry {
                n,
                at: now,
                service: service.to_owned(),
                operation: operation.to_owned(),
                kind: api::kind(&call.api, operation),
                input: if call.api == Api::GitHub {
                    dispatch_without_secrets(&call.input)
                } else {
                    without_secrets(&wire::plain(&call.input))
                },
                status: response.as_ref().map_or(0, |response| response.status().as_u16()),
                error: outcome.and_then(Result::err).map(|error| error.code.to_owned()),
                fault: fault.map(Fault::name),
            });
            if done {
                state.triggers.answered(&mut state.world, seen);
            }
            match (fault, response) {
                (Some(Fault::Lost | Fault::Cut), _) => Ending::Dropped,
                (Some(Fault::Slow(delay)), Some(response)) => Ending::Late(delay, response),
                (Some(Fault::Hang), _) | (_, None) => Ending::Never,
                (_, Some(response)) => Ending::Answer(response),
            }
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a slow wire is slow by tokio's clock, which the caller's timeouts use too"
)]
async fn aws(State(drill): State<Drill>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE);
    };
    match drill.take(&wire::read(&parts, &body)) {
        Ending::Answer(response) => response,
        Ending::Late(delay, response) => {
            tokio::time::sleep(delay).await;
            response
        }
        Ending::Never => std::future::pending().await,
        Ending::Dropped => dropped(),
    }
}

fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A body that fails before its first byte: behind a listener the connection closes without an answer, in process
/// reading the body fails.
fn dropped() -> Response<Body> {
    let broken = futures::stream::iter([Err::<axum::body::Bytes, _>(io::Error::from(
        io::ErrorKind::ConnectionReset,
    ))]);
    let mut response = Response::new(Body::from_stream(broken));
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert("connection", HeaderValue::from_static("close"));
    response
}
