//! Which protocol a request speaks, which call it carries, and how the outcome goes back.

use axum::{
    body::Body,
    http::{HeaderValue, Method, Response, StatusCode, header, request::Parts},
};
use serde_json::{Value, json};

use super::{cbor, json as awsjson, query, rest};
use crate::drill::api::{Api, AwsError};

/// How the answer is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// awsJson1.0 and 1.1; the version is the content type's.
    Json { version: &'static str },
    /// Smithy RPC v2 CBOR.
    Cbor,
    /// awsQuery: XML in the service's namespace.
    Query { namespace: &'static str },
    /// GitHub's REST API, with the address at which it begins.
    Rest { base: String },
}

/// A request as an AWS service reads it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) api: Api,
    pub(crate) operation: String,
    pub(crate) input: Value,
    pub(crate) protocol: Protocol,
    /// The body could not be read; the call reached the account all the same.
    pub(crate) garbled: Option<AwsError>,
}

/// Reads the call out of a request. Something that is no AWS request at all becomes a call that nobody offers.
pub(crate) fn read(parts: &Parts, body: &[u8]) -> Call {
    let header = |name: &str| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    if let Some(call) = rest::read(parts, body) {
        return call;
    }
    if let Some((api, operation)) = rpc_path(parts.uri.path()) {
        return finish(api, operation, Protocol::Cbor, cbor::decode(body));
    }
    if let Some((target, operation)) = header("x-amz-target").split_once('.') {
        let version = if header("content-type").contains("json-1.0") {
            "1.0"
        } else {
            "1.1"
        };
        return finish(
            by_target(target),
            operation,
            Protocol::Json { version },
            awsjson::decode(body),
        );
    }
    let text = match parts.method {
        Method::GET => parts.uri.query().unwrap_or_default().to_owned(),
        _ => String::from_utf8_lossy(body).into_owned(),
    };
    let input = query::decode(&text);
    let operation = input["Action"].as_str().map(str::to_owned);
    let (api, namespace) = by_version(input["Version"].as_str().unwrap_or_default());
    let operation = operation.unwrap_or_else(|| format!("{} {}", parts.method, parts.uri.path()));
    finish(api, &operation, Protocol::Query { namespace }, Ok(input))
}

fn finish(api: Api, operation: &str, protocol: Protocol, input: Result<Value, String>) -> Call {
    let (input, garbled) = match input {
        Ok(input) => (input, None),
        Err(reason) => (json!({}), Some(AwsError::new("SerializationException", reason))),
    };
    Call {
        api,
        operation: operation.to_owned(),
        input,
        protocol,
        garbled,
    }
}

/// `/service/{shape}/operation/{operation}`.
fn rpc_path(path: &str) -> Option<(Api, &str)> {
    let (shape, operation) = path.strip_prefix("/service/")?.split_once("/operation/")?;
    Some((by_target(shape), operation))
}

/// The service that a target prefix or service shape names.
fn by_target(target: &str) -> Api {
    match target {
        "AmazonEC2ContainerServiceV20141113" => Api::Ecs,
        "AmazonEC2ContainerRegistry_V20150921" => Api::Ecr,
        "GraniteServiceVersion20100801" => Api::CloudWatch,
        "Logs_20140328" => Api::Logs,
        "AnyScaleFrontendService" => Api::AutoScaling,
        "AmazonSSM" => Api::Ssm,
        "secretsmanager" => Api::Secrets,
        other => Api::Other(other.to_owned()),
    }
}

/// The service that a version of the query protocol names, and its XML namespace.
fn by_version(version: &str) -> (Api, &'static str) {
    match version {
        "2015-12-01" => (
            Api::Elb,
            "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
        ),
        "2011-06-15" => (Api::Sts, "https://sts.amazonaws.com/doc/2011-06-15/"),
        "2010-08-01" => (Api::CloudWatch, "http://monitoring.amazonaws.com/doc/2010-08-01/"),
        "2014-10-31" => (Api::Rds, "http://rds.amazonaws.com/doc/2014-10-31/"),
        "2010-05-08" => (Api::Iam, "https://iam.amazonaws.com/doc/2010-05-08/"),
        _ => (Api::Other("unknown".to_owned()), "http://amazonaws.com/doc/"),
    }
}

/// Writes the outcome of a call.
pub(crate) fn write(call: &Call, outcome: &Result<Value, AwsError>, request_id: &str) -> Response<Body> {
    let (status, code) = match outcome {
        Ok(_) => (200, None),
        Err(error) => (error.status, Some(error.query_code.unwrap_or(error.code))),
    };
    let (content_type, body) = match &call.protocol {
        Protocol::Json { version } => (
            if *version == "1.0" {
                "application/x-amz-json-1.0"
            } else {
                "application/x-amz-json-1.1"
            },
            awsjson::encode(outcome, call.api.sentence()),
        ),
        Protocol::Rest { base } => return rest::write(base, outcome, request_id),
        Protocol::Cbor => ("application/cbor", cbor::encode(outcome)),
        Protocol::Query { namespace } => (
            "text/xml",
            query::encode(&call.operation, namespace, outcome, request_id),
        ),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    if call.protocol == Protocol::Cbor {
        headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    }
    // CloudWatch came from the query protocol, and its clients still look for the old codes.
    if let Some(code) = code.filter(|_| call.api == Api::CloudWatch)
        && let Ok(value) = HeaderValue::from_str(&format!(
            "{code};{}",
            if status < 500 { "Sender" } else { "Receiver" }
        ))
    {
        headers.insert("x-amzn-query-error", value);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::http::{Request, request::Builder};

    use super::*;

    fn parts(builder: Builder) -> Parts {
        builder.body(()).unwrap().into_parts().0
    }

    #[test]
    fn each_protocol_is_told_apart() {
        let ecs =
            Request::post("/").header("x-amz-target", "AmazonEC2ContainerServiceV20141113.ListClusters");
        let call = read(&parts(ecs), b"{}");
        assert_eq!((call.api, call.operation.as_str()), (Api::Ecs, "ListClusters"));
        assert_eq!(call.protocol, Protocol::Json { version: "1.1" });

        let cbor = Request::post("/service/GraniteServiceVersion20100801/operation/ListMetrics");
        let call = read(&parts(cbor), &[0xa0]);
        assert_eq!((call.api, call.protocol), (Api::CloudWatch, Protocol::Cbor));

        let call = read(
            &parts(Request::post("/")),
            b"Action=GetCallerIdentity&Version=2011-06-15",
        );
        assert_eq!(
            (call.api, call.operation.as_str()),
            (Api::Sts, "GetCallerIdentity")
        );

        let call = read(&parts(Request::get("/favicon.ico")), b"");
        assert_eq!(
            (call.api, call.operation.as_str()),
            (Api::Other("unknown".into()), "GET /favicon.ico")
        );
    }

    #[test]
    fn a_garbled_body_is_the_callers_mistake() {
        let ecs =
            Request::post("/").header("x-amz-target", "AmazonEC2ContainerServiceV20141113.ListClusters");
        assert_eq!(
            read(&parts(ecs), b"{\"a\":").garbled.map(|error| error.code),
            Some("SerializationException")
        );
    }
}
