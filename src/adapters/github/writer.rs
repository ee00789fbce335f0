//! Writing: starting the team's workflow, once.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::json;

use crate::adapters::http::Http;
use crate::domain::{Clean, Fault, FaultKind, RunId, WritePermit};

use super::answer::Dispatched;
use super::api::{Api, GithubSettings, parse};
use super::reader::encoded;

const OPERATION: &str = "github.CreateWorkflowDispatch";
const DETAILS: &str = "return_run_details";

/// What is asked of GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatch {
    /// `owner/repository`.
    pub repository: String,
    /// The workflow's number or file.
    pub workflow: String,
    /// The branch or tag that it is started on.
    pub reference: String,
    /// Its inputs by name.
    pub inputs: BTreeMap<String, String>,
    /// Whether the answer is to name the run. Since 2026-02-19 on github.com; an older server refuses the question.
    pub return_run_details: bool,
}

/// Starts workflows. Made from the right to write; in read-only mode there is none.
#[derive(Clone)]
pub struct GithubWriter {
    api: Api,
}

impl GithubWriter {
    /// A writer.
    #[must_use]
    pub fn new(_permit: &WritePermit, http: &Http, settings: GithubSettings) -> Self {
        Self {
            api: Api::new(http, settings),
        }
    }

    /// Starts the workflow: one request, never a second one. `None` when GitHub took it and did not say which run it is;
    /// [`find_run`] looks for it then.
    ///
    /// # Errors
    /// A fault that is [`certainly_not_done`] started nothing. After any other (`Server`, `TimedOut`, `Unreachable`) the run may
    /// exist.
    ///
    /// [`find_run`]: super::GithubReader::find_run
    /// [`certainly_not_done`]: Fault::certainly_not_done
    pub async fn dispatch(&self, dispatch: &Dispatch) -> Result<Option<RunId>, Fault> {
        let path = format!(
            "/repos/{}/actions/workflows/{}/dispatches",
            dispatch.repository,
            encoded(&dispatch.workflow)
        );
        let mut body = json!({ "ref": dispatch.reference, "inputs": dispatch.inputs });
        if dispatch.return_run_details
            && let Some(fields) = body.as_object_mut()
        {
            fields.insert(DETAILS.to_owned(), json!(true));
        }
        let answer = self
            .api
            .post(OPERATION, &path, Bytes::from(body.to_string()))
            .await
            .map_err(explained)?;
        // The workflow is started whatever the body says; a body that names no run is no failure.
        Ok(parse::<Dispatched>(OPERATION, answer.body())
            .ok()
            .map(|told| RunId(told.workflow_run_id)))
    }
}

/// A server that does not know the question refused the whole request. It is not asked again without it: that would be a
/// second request under one approval.
fn explained(fault: Fault) -> Fault {
    if fault.kind == FaultKind::Rejected && fault.detail.as_str().contains(DETAILS) {
        let detail = format!(
            "{}; this server is older than that question: write `return-run-details = false` under [github] in the runbook",
            fault.detail
        );
        return Fault {
            detail: Clean::new(&detail),
            ..fault
        };
    }
    fault
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use crate::adapters::github::TokenSource;
    use crate::adapters::http::{Connector, Door};

    use super::*;

    /// Status, body, headers, and what it is called.
    type Case = (
        u16,
        &'static str,
        &'static [(&'static str, &'static str)],
        FaultKind,
    );
    type Seen = Arc<Mutex<Vec<http::Request<Bytes>>>>;

    /// A writer in front of a server that always answers the same.
    fn writer(status: u16, body: &'static str, headers: &'static [(&str, &str)]) -> (GithubWriter, Seen) {
        let seen: Seen = Arc::default();
        let asked = Arc::clone(&seen);
        let server: Connector = Arc::new(move |request| {
            asked.lock().unwrap().push(request);
            let mut answer = http::Response::builder().status(status);
            for (name, value) in headers {
                answer = answer.header(*name, *value);
            }
            Box::pin(async move { Ok(answer.body(Bytes::from_static(body.as_bytes())).unwrap()) })
        });
        let settings = GithubSettings {
            api: "https://api.github.com".to_owned(),
            token: TokenSource::Given(crate::adapters::github::Token::new("ghp_canary").unwrap()),
        };
        let http = Http::new(&Door::Direct(server));
        (
            GithubWriter::new(&WritePermit::for_tests(), &http, settings),
            seen,
        )
    }

    fn rollback() -> Dispatch {
        Dispatch {
            repository: "octo/web".to_owned(),
            workflow: "7".to_owned(),
            reference: "main".to_owned(),
            inputs: [("service", "backend"), ("version", "v1.3.4")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            return_run_details: true,
        }
    }

    #[tokio::test]
    async fn one_request_with_everything_in_its_place() {
        let (writer, seen) = writer(200, r#"{"workflow_run_id":42,"run_url":"u","html_url":"h"}"#, &[]);
        assert_eq!(writer.dispatch(&rollback()).await, Ok(Some(RunId(42))));
        let seen = seen.lock().unwrap();
        let [request] = seen.as_slice() else {
            panic!("{seen:?}")
        };
        assert_eq!(request.method(), "POST");
        assert_eq!(
            request.uri().to_string(),
            "https://api.github.com/repos/octo/web/actions/workflows/7/dispatches"
        );
        for (name, value) in [
            ("accept", "application/vnd.github+json"),
            ("x-github-api-version", "2022-11-28"),
            ("content-type", "application/json"),
            ("authorization", "Bearer ghp_canary"),
        ] {
            assert_eq!(request.headers()[name], value);
        }
        assert!(
            request.headers()["user-agent"]
                .to_str()
                .unwrap()
                .starts_with("modosu/")
        );
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(
            body,
            json!({"ref": "main", "inputs": {"service": "backend", "version": "v1.3.4"}, "return_run_details": true})
        );
    }

    #[tokio::test]
    async fn a_start_without_a_number_is_a_start() {
        for (status, body) in [(204, ""), (200, "{}"), (200, "<html>"), (201, "")] {
            let (writer, _) = writer(status, body, &[]);
            assert_eq!(writer.dispatch(&rollback()).await, Ok(None), "{status} {body}");
        }
        let (writer, seen) = writer(204, "", &[]);
        let quiet = Dispatch {
            return_run_details: false,
            ..rollback()
        };
        assert_eq!(writer.dispatch(&quiet).await, Ok(None));
        let body = String::from_utf8(seen.lock().unwrap()[0].body().to_vec()).unwrap();
        assert!(!body.contains("return_run_details"), "{body}");
    }

    #[tokio::test]
    async fn every_refusal_is_one_request_and_is_called_what_it_is() {
        use FaultKind as K;
        let denied = || K::Denied {
            action: Clean::new("Actions: write"),
        };
        let table: [Case; 12] = [
            (401, r#"{"message":"Bad credentials"}"#, &[], K::Expired),
            (403, r#"{"message":"Resource not accessible"}"#, &[], denied()),
            (
                403,
                r#"{"message":"x"}"#,
                &[("x-ratelimit-remaining", "0")],
                K::Throttled,
            ),
            (403, r#"{"message":"x"}"#, &[("retry-after", "60")], K::Throttled),
            (
                403,
                r#"{"message":"You have exceeded a secondary rate limit"}"#,
                &[],
                K::Throttled,
            ),
            (429, "", &[], K::Throttled),
            (404, r#"{"message":"Not Found"}"#, &[], K::NotFound),
            (422, r#"{"message":"No ref found for: main"}"#, &[], K::Rejected),
            (
                301,
                "",
                &[("location", "https://api.github.com/repositories/1")],
                K::Rejected,
            ),
            (400, "", &[], K::Rejected),
            (500, "", &[], K::Server),
            (502, "<html>", &[], K::Server),
        ];
        for (status, body, headers, kind) in table {
            let (writer, seen) = writer(status, body, headers);
            let fault = writer.dispatch(&rollback()).await.unwrap_err();
            assert_eq!(fault.kind, kind, "{status} {body}");
            assert_eq!(fault.certainly_not_done(), status < 500, "{status}");
            assert_eq!(seen.lock().unwrap().len(), 1, "{status}: never a second request");
            assert!(!format!("{fault:?}").contains("ghp_canary"));
        }
    }

    #[tokio::test]
    async fn an_older_server_is_not_asked_twice_and_the_way_out_is_named() {
        let (writer, seen) = writer(
            422,
            r#"{"message":"Invalid request.\n\n\"return_run_details\" is not a permitted key."}"#,
            &[],
        );
        let fault = writer.dispatch(&rollback()).await.unwrap_err();
        assert!(fault.certainly_not_done());
        assert!(
            fault.detail.as_str().contains("return-run-details = false"),
            "{fault}"
        );
        assert_eq!(seen.lock().unwrap().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_and_a_cut_leave_it_open_whether_it_was_started() {
        for answer in [None, Some("connection reset")] {
            let server: Connector = Arc::new(move |_| match answer {
                None => Box::pin(futures::future::pending()),
                Some(why) => Box::pin(async move { Err(why.to_owned()) }),
            });
            let settings = GithubSettings::of_drill("http://127.0.0.1:1/");
            let http = Http::new(&Door::Direct(server));
            let writer = GithubWriter::new(&WritePermit::for_tests(), &http, settings);
            let fault = writer.dispatch(&rollback()).await.unwrap_err();
            assert!(!fault.certainly_not_done(), "{fault:?}");
        }
    }
}
