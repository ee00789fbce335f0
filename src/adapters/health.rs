//! Asks a service's health address how it is.
//!
//! It reports what was answered. It does not know whether a slow or failing answer matters; `rollback::verify` judges.

use std::time::Duration;

use crate::domain::{Clean, Fault, HealthReading};

use super::http::Http;

/// How long a health address may take, in seconds. A page that needs longer is not healthy to its users either.
pub const TIMEOUT_SECONDS: u64 = 5;

const OPERATION: &str = "health.get";
const VERSION_FIELDS: [&str; 3] = ["version", "app_version", "tag"];
const VERSION_LENGTH: usize = 64;

/// Fetches `url` once.
///
/// # Errors
/// When there was no answer at all. An answer of any status is a reading.
pub async fn get(http: &Http, url: &str) -> Result<HealthReading, Fault> {
    let response = http
        .get(url, Duration::from_secs(TIMEOUT_SECONDS))
        .await
        .map_err(|fault| Fault {
            operation: OPERATION.to_owned(),
            ..fault
        })?;
    Ok(HealthReading {
        status: response.status,
        millis: response.millis,
        version: version(&response.body),
    })
}

/// The version that a JSON object names, if the body is one and it does.
fn version(body: &[u8]) -> Option<Clean> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    VERSION_FIELDS.iter().find_map(|field| {
        let text = body.get(field)?.as_str()?.trim();
        let short: String = text.chars().take(VERSION_LENGTH).collect();
        (!short.is_empty()).then(|| Clean::new(&short))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_json_only() {
        let read = |body: &str| version(body.as_bytes()).map(|v| v.to_string());
        assert_eq!(
            read(r#"{"status":"ok","version":"v1.3.4"}"#).as_deref(),
            Some("v1.3.4")
        );
        assert_eq!(read(r#"{"app_version":"7"}"#).as_deref(), Some("7"));
        assert_eq!(
            read(r#"{"version":"a\u001b[2Jb"}"#).as_deref(),
            Some("a\u{FFFD}[2Jb")
        );
        for none in [
            "ok",
            "",
            r#"{"version":3}"#,
            r#"["version"]"#,
            r#"{"version":" "}"#,
        ] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
