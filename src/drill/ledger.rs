//! The ledger: every request of AWS's APIs and GitHub's that reached the account, in order. Tests take it for the oracle.
//!
//! It never holds a secret: values of environment variables, secret strings and passwords are removed on the way in.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

/// Whether a call only looks or may change the account. Operations that the drill does not know count as writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CallKind {
    /// Looks only.
    Read,
    /// May change the account.
    Write,
}

/// One request as it reached the drill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LedgerEntry {
    /// Counts from 1 in order of arrival.
    pub n: u64,
    /// The drill's time of arrival.
    pub at: Timestamp,
    /// Short name of the AWS service: `ecs`, `ecr`, `elbv2`, `cloudwatch`, `sts`, …; `github`; or what the request said.
    pub service: String,
    /// The operation's name as AWS spells it.
    pub operation: String,
    /// Read or write.
    pub kind: CallKind,
    /// The input with secrets removed.
    pub input: Value,
    /// HTTP status of the answer; 0 when there was none (`hang`, `cut`). A `lost` answer keeps the status it would have had.
    pub status: u16,
    /// Error code of the answer, when it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Name of the fault that met this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<&'static str>,
}

/// What a removed value is replaced with.
const REMOVED: &str = "(removed)";

/// Removes what must never be kept: values of environment variables, secret strings, passwords, tokens of callers. An
/// idempotency token is none of these: it is the id of what it makes.
pub(crate) fn without_secrets(input: &Value) -> Value {
    match input {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let kept = match name.to_ascii_lowercase().as_str() {
                    "environment" => without_values(value),
                    "secretstring"
                    | "secretbinary"
                    | "password"
                    | "masteruserpassword"
                    | "securitytoken"
                    | "x-amz-security-token"
                    | "access_token"
                    | "token"
                    | "sig" => json!(REMOVED),
                    _ => without_secrets(value),
                };
                (name.clone(), kept)
            })
            .collect(),
        Value::Array(items) => items.iter().map(without_secrets).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => input.clone(),
    }
}

/// The same for a dispatch of a workflow, whose input `environment` is a name and no list of variables.
pub(crate) fn dispatch_without_secrets(input: &Value) -> Value {
    let mut kept = without_secrets(input);
    if let Some(name) = input["inputs"]["environment"].as_str() {
        kept["inputs"]["environment"] = json!(name);
    }
    kept
}

/// Keeps the names of environment variables and drops their values; anything of another shape is dropped whole.
fn without_values(environment: &Value) -> Value {
    match environment {
        Value::Array(pairs) => pairs
            .iter()
            .map(|pair| json!({ "name": pair.get("name"), "value": REMOVED }))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            json!(REMOVED)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_reach_the_ledger() {
        let input = json!({
            "family": "peoplebooster-backend",
            "containerDefinitions": [{ "name": "app", "environment": [{ "name": "API_KEY", "value": "hush-1" }] }],
            "overrides": { "environment": { "A": "hush-2" } },
            "SecretString": "hush-3",
            "ClientRequestToken": "5f0c",
            "nested": [{ "MasterUserPassword": "hush-4" }],
        });
        let kept = without_secrets(&input);
        assert!(!kept.to_string().contains("hush"), "{kept}");
        assert_eq!(
            kept["containerDefinitions"][0]["environment"][0]["name"],
            "API_KEY"
        );
        assert_eq!(kept["family"], "peoplebooster-backend");
        assert_eq!(kept["ClientRequestToken"], "5f0c");
    }
}
