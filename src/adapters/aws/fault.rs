//! The SDK's errors, classified in one place.
//!
//! For a write the classes carry weight: what is certainly not done may be tried again by a person, everything else must be
//! looked at first. So a class that promises "nothing was done" is given only to a typed refusal or to a request that never
//! left.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::adapters::http::chain;
use crate::domain::{Clean, Fault, FaultKind};

use super::connect::Refused;

/// The most of a foreign message that is kept, in characters.
const DETAIL_LENGTH: usize = 600;

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "NotAuthorized",
];
const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "RequestExpired"];
const UNUSABLE: &[&str] = &[
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "AuthFailure",
];
const THROTTLED: &[&str] = &[
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "SlowDown",
];
const NOT_FOUND: &[&str] = &[
    "ClusterNotFoundException",
    "ServiceNotFoundException",
    "ServiceDeploymentNotFoundException",
    "ImageNotFoundException",
    "RepositoryNotFoundException",
    "TargetGroupNotFound",
    "TargetGroupNotFoundException",
    "LoadBalancerNotFound",
    "ResourceNotFound",
    "ResourceNotFoundException",
    "ScanNotFoundException",
    "LifecyclePolicyNotFoundException",
    "DBInstanceNotFound",
    "DBInstanceNotFoundFault",
    "DBSnapshotNotFound",
    "DBSnapshotNotFoundFault",
    "NoSuchEntity",
    "NoSuchEntityException",
    "ObjectNotFoundException",
    "ParameterNotFound",
];
const NOT_OFFERED: &[&str] = &[
    "UnknownOperationException",
    "UnknownOperation",
    "InvalidAction",
    "NotImplemented",
    "NotImplementedException",
];
const TIMED_OUT: &[&str] = &["RequestTimeout", "RequestTimeoutException"];

/// Whether an error's body names one of AWS's codes for "slow down".
pub(super) fn names_throttling(body: &[u8]) -> bool {
    THROTTLED
        .iter()
        .any(|code| body.windows(code.len()).any(|window| window == code.as_bytes()))
}

/// What `error` means for `operation`, which is written `service.Operation`.
pub(super) fn classify<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> Fault
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match error {
        SdkError::ConstructionFailure(_) => fault(FaultKind::Local, operation, &chain(error)),
        SdkError::TimeoutError(_) => fault(FaultKind::TimedOut, operation, &chain(error)),
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(connector) => dispatch(operation, connector),
            None => fault(FaultKind::Unreachable, operation, &chain(error)),
        },
        SdkError::ResponseError(response) => {
            let status = response.raw().status().as_u16();
            // When the body was never read to its end, the connection broke; when it was, it made no sense.
            let whole = response.raw().body().bytes().is_some();
            let kind = match (status, whole) {
                (500.., _) => FaultKind::Server,
                (_, false) => FaultKind::Unreachable,
                (404 | 405, true) => FaultKind::NotOffered,
                (_, true) => FaultKind::Malformed,
            };
            fault(kind, operation, &chain(error))
        }
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            let (code, message) = (service.err().code(), service.err().message());
            let detail = match (code, message) {
                (Some(code), Some(message)) => format!("{code}: {message}"),
                (Some(code), None) => code.to_owned(),
                (None, Some(message)) => format!("HTTP {status}: {message}"),
                (None, None) => format!("HTTP {status} without an error code"),
            };
            fault(answered(operation, code, message, status), operation, &detail)
        }
        // `SdkError` may grow; what is not known says nothing about what happened.
        _ => fault(FaultKind::Malformed, operation, &chain(error)),
    }
}

fn fault(kind: FaultKind, operation: &str, detail: &str) -> Fault {
    let short: String = detail.chars().take(DETAIL_LENGTH).collect();
    Fault::new(kind, operation, &short)
}

/// The service answered with an error.
fn answered(operation: &str, code: Option<&str>, message: Option<&str>, status: u16) -> FaultKind {
    let is = |codes: &[&str]| code.is_some_and(|code| codes.contains(&code));
    if is(DENIED) {
        FaultKind::Denied {
            action: Clean::new(&missing_action(operation, message)),
        }
    } else if is(EXPIRED) {
        FaultKind::Expired
    } else if is(UNUSABLE) {
        FaultKind::NoCredentials
    } else if is(THROTTLED) || (code.is_none() && status == 429) {
        FaultKind::Throttled
    } else if is(TIMED_OUT) || status == 408 {
        FaultKind::TimedOut
    } else if is(NOT_FOUND) {
        FaultKind::NotFound
    } else if is(NOT_OFFERED) || (code.is_none() && matches!(status, 404 | 405 | 501)) {
        FaultKind::NotOffered
    } else if code.is_none() && status == 403 {
        FaultKind::Denied {
            action: Clean::new(&missing_action(operation, message)),
        }
    } else {
        match status {
            500.. => FaultKind::Server,
            400..500 => FaultKind::Rejected,
            _ => FaultKind::Malformed,
        }
    }
}

/// There was no answer.
fn dispatch(operation: &str, error: &ConnectorError) -> Fault {
    let text = chain(error);
    if find::<Refused>(error).is_some() {
        return fault(FaultKind::Local, operation, &text);
    }
    if let Some(credentials) = find::<CredentialsError>(error) {
        return fault(credentials_kind(credentials), operation, &text);
    }
    let kind = if error.is_timeout() {
        FaultKind::TimedOut
    } else {
        FaultKind::Unreachable
    };
    fault(kind, operation, &text)
}

fn credentials_kind(error: &CredentialsError) -> FaultKind {
    // The SSO and web-identity providers say only in words that a cached token has run out.
    if chain(error).to_ascii_lowercase().contains("expired") {
        FaultKind::Expired
    } else {
        FaultKind::NoCredentials
    }
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The IAM action that is missing: as AWS names it, else the one that the operation needs.
fn missing_action(operation: &str, message: Option<&str>) -> String {
    message
        .and_then(|message| message.split_once("not authorized to perform: "))
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .map(|action| action.trim_end_matches(['.', ',']))
        .filter(|action| {
            action.contains(':')
                && action
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b":-*".contains(&b))
        })
        .map_or_else(|| needed_action(operation), str::to_owned)
}

/// `elbv2.DescribeTargetHealth` needs `elasticloadbalancing:DescribeTargetHealth` (service authorization reference).
pub(super) fn needed_action(operation: &str) -> String {
    match operation.split_once('.') {
        Some(("elbv2", name)) => format!("elasticloadbalancing:{name}"),
        Some((service, name)) => format!("{service}:{name}"),
        None => operation.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::provider::error::CredentialsError;
    use aws_sdk_ecs::operation::update_service::UpdateServiceError;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    type Failed = SdkError<UpdateServiceError, HttpResponse>;

    fn response(status: u16, body: &str) -> HttpResponse {
        HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
    }

    fn service(status: u16, code: Option<&str>, message: &str) -> Failed {
        let mut metadata = ErrorMetadata::builder().message(message);
        if let Some(code) = code {
            metadata = metadata.code(code);
        }
        SdkError::service_error(
            UpdateServiceError::generic(metadata.build()),
            response(status, "{}"),
        )
    }

    fn kind(error: &Failed) -> FaultKind {
        classify("ecs.UpdateService", error).kind
    }

    fn denied(action: &str) -> FaultKind {
        FaultKind::Denied {
            action: Clean::new(action),
        }
    }

    #[test]
    fn answers_with_a_code() {
        let authorized = "User: arn:aws:sts::1:assumed-role/x/y is not authorized to perform: ecs:TagResource on resource: *";
        let table: &[(u16, Option<&str>, &str, FaultKind)] = &[
            (
                400,
                Some("AccessDeniedException"),
                authorized,
                denied("ecs:TagResource"),
            ),
            (403, Some("AccessDenied"), "no", denied("ecs:UpdateService")),
            (
                403,
                Some("UnauthorizedOperation"),
                "not authorized to perform: \u{1b}[2J:x",
                denied("ecs:UpdateService"),
            ),
            (403, None, "", denied("ecs:UpdateService")),
            (400, Some("ExpiredTokenException"), "", FaultKind::Expired),
            (403, Some("ExpiredToken"), "", FaultKind::Expired),
            (400, Some("RequestExpired"), "", FaultKind::Expired),
            (
                400,
                Some("UnrecognizedClientException"),
                "",
                FaultKind::NoCredentials,
            ),
            (403, Some("InvalidClientTokenId"), "", FaultKind::NoCredentials),
            (
                400,
                Some("ThrottlingException"),
                "Rate exceeded",
                FaultKind::Throttled,
            ),
            (400, Some("Throttling"), "", FaultKind::Throttled),
            (503, Some("SlowDown"), "", FaultKind::Throttled),
            (400, Some("TooManyRequestsException"), "", FaultKind::Throttled),
            (400, Some("RequestLimitExceeded"), "", FaultKind::Throttled),
            (429, None, "", FaultKind::Throttled),
            (400, Some("ClusterNotFoundException"), "", FaultKind::NotFound),
            (400, Some("ServiceNotFoundException"), "", FaultKind::NotFound),
            (400, Some("TargetGroupNotFound"), "", FaultKind::NotFound),
            (400, Some("UnknownOperationException"), "", FaultKind::NotOffered),
            (400, Some("InvalidAction"), "", FaultKind::NotOffered),
            (404, None, "", FaultKind::NotOffered),
            (405, None, "", FaultKind::NotOffered),
            (501, None, "", FaultKind::NotOffered),
            (501, Some("NotImplemented"), "", FaultKind::NotOffered),
            (408, None, "", FaultKind::TimedOut),
            (
                400,
                Some("ClientException"),
                "TaskDefinition is inactive",
                FaultKind::Rejected,
            ),
            (404, Some("SomethingElse"), "", FaultKind::Rejected),
            (500, Some("ServerException"), "", FaultKind::Server),
            (500, None, "", FaultKind::Server),
            (503, None, "", FaultKind::Server),
            (200, None, "", FaultKind::Malformed),
        ];
        for (status, code, message, expected) in table {
            assert_eq!(
                &kind(&service(*status, *code, message)),
                expected,
                "{status} {code:?} {message}"
            );
        }
    }

    #[test]
    fn no_answer() {
        let io = || -> Box<dyn Error + Send + Sync> { "connection reset".into() };
        let dispatched = |error| Failed::dispatch_failure(error);
        assert_eq!(kind(&Failed::timeout_error(io())), FaultKind::TimedOut);
        assert_eq!(
            kind(&dispatched(ConnectorError::timeout(io()))),
            FaultKind::TimedOut
        );
        assert_eq!(
            kind(&dispatched(ConnectorError::io(io()))),
            FaultKind::Unreachable
        );
        assert_eq!(
            kind(&dispatched(ConnectorError::user(io()))),
            FaultKind::Unreachable
        );
        assert_eq!(
            kind(&dispatched(ConnectorError::other(io(), None))),
            FaultKind::Unreachable
        );
        assert_eq!(kind(&Failed::construction_failure(io())), FaultKind::Local);
        let refused = ConnectorError::other(Box::new(Refused::new("https://ecs.example.com")), None);
        assert_eq!(kind(&dispatched(refused)), FaultKind::Local);
    }

    #[test]
    fn credentials_that_ran_out_are_not_credentials_that_are_missing() {
        let with = |error: CredentialsError| {
            kind(&Failed::dispatch_failure(ConnectorError::other(
                Box::new(error),
                None,
            )))
        };
        assert_eq!(
            with(CredentialsError::not_loaded(
                "no providers in chain provided credentials"
            )),
            FaultKind::NoCredentials
        );
        assert_eq!(
            with(CredentialsError::provider_error("the SSO token has expired")),
            FaultKind::Expired
        );
        assert_eq!(
            with(CredentialsError::invalid_configuration(
                "profile `x` is not defined"
            )),
            FaultKind::NoCredentials
        );
    }

    #[test]
    fn an_answer_that_makes_no_sense_is_not_one_that_broke_off() {
        let broken = |status, body: SdkBody| {
            kind(&Failed::response_error(
                "unreadable",
                HttpResponse::new(u16::try_into(status).unwrap(), body),
            ))
        };
        assert_eq!(broken(200, SdkBody::from("<html>")), FaultKind::Malformed);
        assert_eq!(broken(200, SdkBody::taken()), FaultKind::Unreachable);
        assert_eq!(broken(404, SdkBody::from("<html>")), FaultKind::NotOffered);
        assert_eq!(broken(502, SdkBody::from("<html>")), FaultKind::Server);
    }

    #[test]
    fn only_refusals_promise_that_nothing_was_done() {
        for doubtful in [
            Failed::timeout_error("t"),
            Failed::dispatch_failure(ConnectorError::io("reset".into())),
            Failed::dispatch_failure(ConnectorError::timeout("t".into())),
            Failed::response_error("x", response(200, "<html>")),
            service(500, Some("ServerException"), ""),
            service(503, None, ""),
            service(408, None, ""),
        ] {
            assert!(
                !classify("ecs.UpdateService", &doubtful).certainly_not_done(),
                "{doubtful:?}"
            );
        }
    }

    #[test]
    fn a_foreign_message_is_cut_and_clean() {
        let long = format!("\u{1b}]0;x{}", "y".repeat(5_000));
        let fault = classify("ecs.UpdateService", &service(400, Some("ClientException"), &long));
        assert!(fault.detail.as_str().chars().count() <= DETAIL_LENGTH);
        assert!(!fault.detail.as_str().contains('\u{1b}'));
    }

    #[test]
    fn throttling_is_found_in_any_protocol() {
        assert!(names_throttling(br#"{"__type":"ThrottlingException"}"#));
        assert!(names_throttling(b"<Code>Throttling</Code>"));
        assert!(!names_throttling(br#"{"__type":"ClientException"}"#));
    }
}
