//! The secret that leads to the database: switched to another address, or back to the version before.
//!
//! This is the one place that ever asks for a secret's value. The value goes from one answer into one request; it is not
//! shown, stored, logged or put into a fault, and our own copies of it are overwritten before their memory is given back. The
//! copies of the SDK and of the HTTP client are not: the promise is "never written", not "wiped".

use std::hint::black_box;

use aws_sdk_secretsmanager::operation::RequestId;

use crate::adapters::aws::pace::{Bucket, ask};
use crate::domain::{Clean, Endpoint, Fault};
use crate::incident::Receipt;

use super::Writer;
use super::groundwork::{not_sent, unfit};
use super::member::switched;

const GET: &str = "secretsmanager.GetSecretValue";
const UPDATE: &str = "secretsmanager.UpdateSecret";
const STAGE: &str = "secretsmanager.UpdateSecretVersionStage";

/// The stage of the version that is in use.
const CURRENT: &str = "AWSCURRENT";

/// A secret's value. It can be neither printed nor serialized nor cloned.
pub(super) struct SecretText(String);

impl SecretText {
    pub(super) const fn new(text: String) -> Self {
        Self(text)
    }

    /// The value: for the request that carries it, and for nothing else.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for SecretText {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0).into_bytes();
        bytes.fill(0);
        // Keeps the compiler from seeing that nobody reads the zeroes.
        black_box(&bytes);
    }
}

impl Writer {
    /// Puts the address of another database into the secret: `host` and `port` of its JSON, every other byte as it was. The
    /// new version has the id `token`; the version before keeps its value and gets the stage AWSPREVIOUS.
    ///
    /// Secrets Manager has no "only if it is still this version" for UpdateSecret: what is checked a moment before is that the
    /// current version is `expected`.
    ///
    /// # Errors
    /// [`Fault::certainly_not_done`] says whether the call can have had an effect; it is true of all that goes wrong before:
    /// a value that cannot be read, another current version, a value that is not JSON with a `host`.
    pub(super) async fn switch_secret(
        &self,
        secret: &Clean,
        expected: &Clean,
        token: &str,
        endpoint: &Endpoint,
    ) -> Result<Receipt, Fault> {
        let mut read = ask!(
            &self.pace,
            Bucket::Secrets,
            GET,
            self.secrets
                .get_secret_value()
                .secret_id(secret.as_str())
                .version_stage(CURRENT)
        )
        .map_err(not_sent)?;
        let value = read.secret_string.take().map(SecretText::new);
        let version = read.version_id().unwrap_or_default();
        if version != expected.as_str() {
            let version = Clean::new(version);
            return Err(unfit(
                GET,
                &format!("the version in use is {version} and no longer {expected}"),
            ));
        }
        let value = value.ok_or_else(|| unfit(GET, "the secret holds bytes and no text"))?;
        let new = switched(&value, endpoint).map_err(|why| unfit(GET, &why.to_string()))?;
        drop(value);
        let answer = ask!(
            &self.pace,
            Bucket::Write,
            UPDATE,
            self.secrets
                .update_secret()
                .secret_id(secret.as_str())
                .client_request_token(token)
                .secret_string(new.expose())
        )?;
        Ok(Receipt {
            request_id: answer.request_id().map(Clean::new),
            secret_version: Some(Clean::new(answer.version_id().unwrap_or(token))),
            ..Receipt::default()
        })
    }

    /// Puts an earlier version of the secret back into use, if the one in use is still `remove_from`: Secrets Manager refuses
    /// when that version does not have the stage (Secrets Manager API reference, UpdateSecretVersionStage). No value is read.
    ///
    /// # Errors
    /// [`Fault::certainly_not_done`] says whether the call can have had an effect.
    pub(super) async fn stage_back(
        &self,
        secret: &Clean,
        move_to: &Clean,
        remove_from: &Clean,
    ) -> Result<Receipt, Fault> {
        let answer = ask!(
            &self.pace,
            Bucket::Write,
            STAGE,
            self.secrets
                .update_secret_version_stage()
                .secret_id(secret.as_str())
                .version_stage(CURRENT)
                .move_to_version_id(move_to.as_str())
                .remove_from_version_id(remove_from.as_str())
        )?;
        Ok(Receipt {
            request_id: answer.request_id().map(Clean::new),
            secret_version: Some(move_to.clone()),
            ..Receipt::default()
        })
    }
}
