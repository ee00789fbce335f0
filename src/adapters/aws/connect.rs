//! From settings to SDK clients: profile, region, endpoint, time limits. Nothing is sent before the first call.

use std::fmt;
use std::time::Duration;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::adapters::http::{Door, Http, is_loopback, refusal, sdk_client};
use crate::domain::{Fault, FaultKind, Region};

const OPERATION: &str = "aws.connect";

/// How long to wait for a connection (the SDK's own default, kept explicit).
const CONNECT: Duration = Duration::from_millis(3_100);
/// How long to wait for the first byte of an answer.
const READ: Duration = Duration::from_secs(10);
/// How long one attempt of a read may take.
const ATTEMPT: Duration = Duration::from_secs(12);
/// How long a read may take with all its attempts.
const OPERATION_LIMIT: Duration = Duration::from_secs(30);
/// Attempts of a read.
const ATTEMPTS: u32 = 3;
/// How long the one attempt of a write may take. Longer than a read: giving up leaves a doubt that a person must settle.
const WRITE_ATTEMPT: Duration = Duration::from_secs(20);

/// Which AWS to talk to. What is `None` is found where every AWS tool looks: the environment and the shared config files.
#[derive(Clone, Debug, Default)]
pub struct AwsSettings {
    /// The profile.
    pub profile: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// One address for all services, before anything that the environment says.
    pub endpoint: Option<String>,
    /// Use the drill's fixed credentials; then no profile, metadata service or SSO is consulted at all.
    pub drill_credentials: bool,
}

/// A set of clients for one region. It has no public way to make a request: [`super::Reader`] and [`super::Writer`] do.
pub struct Connection {
    region: Region,
    loopback_only: bool,
    sdk: SdkConfig,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// A service client of this connection.
macro_rules! client {
    ($service:ident, $connection:expr, $adjust:expr) => {{
        let connection: &Connection = $connection;
        let mut config = $service::config::Builder::from(&connection.sdk);
        if connection.loopback_only {
            config = config.interceptor(LoopbackOnly);
        }
        let adjust: fn($service::config::Builder) -> $service::config::Builder = $adjust;
        $service::Client::from_conf(adjust(config).build())
    }};
}

impl Connection {
    /// The region that calls go to.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    pub(super) fn sts(&self) -> aws_sdk_sts::Client {
        client!(aws_sdk_sts, self, |config| config)
    }

    pub(super) fn ecs(&self) -> aws_sdk_ecs::Client {
        client!(aws_sdk_ecs, self, |config| config)
    }

    /// For writes: the SDK must not try again behind the journal's back, for `UpdateService` has no idempotency token.
    pub(super) fn ecs_once(&self) -> aws_sdk_ecs::Client {
        client!(aws_sdk_ecs, self, |config| config
            .retry_config(RetryConfig::disabled())
            .timeout_config(write_timeouts()))
    }

    pub(super) fn rds(&self) -> aws_sdk_rds::Client {
        client!(aws_sdk_rds, self, |config| config)
    }

    /// For writes, as [`Self::ecs_once`].
    pub(super) fn rds_once(&self) -> aws_sdk_rds::Client {
        client!(aws_sdk_rds, self, |config| config
            .retry_config(RetryConfig::disabled())
            .timeout_config(write_timeouts()))
    }

    pub(super) fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        client!(aws_sdk_secretsmanager, self, |config| config)
    }

    /// For writes, as [`Self::ecs_once`].
    pub(super) fn secrets_once(&self) -> aws_sdk_secretsmanager::Client {
        client!(aws_sdk_secretsmanager, self, |config| config
            .retry_config(RetryConfig::disabled())
            .timeout_config(write_timeouts()))
    }

    pub(super) fn parameters(&self) -> aws_sdk_ssm::Client {
        client!(aws_sdk_ssm, self, |config| config)
    }

    pub(super) fn scaling(&self) -> aws_sdk_applicationautoscaling::Client {
        client!(aws_sdk_applicationautoscaling, self, |config| config)
    }

    pub(super) fn iam(&self) -> aws_sdk_iam::Client {
        client!(aws_sdk_iam, self, |config| config)
    }

    pub(super) fn ecr(&self) -> aws_sdk_ecr::Client {
        client!(aws_sdk_ecr, self, |config| config)
    }

    pub(super) fn elb(&self) -> aws_sdk_elasticloadbalancingv2::Client {
        client!(aws_sdk_elasticloadbalancingv2, self, |config| config)
    }

    pub(super) fn cloudwatch(&self) -> aws_sdk_cloudwatch::Client {
        client!(aws_sdk_cloudwatch, self, |config| config)
    }

    pub(super) fn logs(&self) -> aws_sdk_cloudwatchlogs::Client {
        client!(aws_sdk_cloudwatchlogs, self, |config| config)
    }
}

/// Makes a connection. Reads the environment and the shared config files (unless `drill_credentials`); sends nothing.
///
/// # Errors
/// `NoCredentials` when no region is configured; `Local` when the region is not one, or when `door` is for loopback only
/// and the endpoint is not on this machine.
pub async fn connect(settings: &AwsSettings, door: &Door) -> Result<Connection, Fault> {
    let loopback_only = matches!(door, Door::Network { loopback_only: true });
    if let Some(endpoint) = &settings.endpoint {
        check_endpoint(endpoint, loopback_only)?;
    }
    // A door into an in-process server is for tests: they must not depend on the machine's environment.
    let sealed = settings.drill_credentials || matches!(door, Door::Direct(_));
    if sealed {
        return sealed_connection(settings, door, loopback_only);
    }
    let region = match &settings.region {
        Some(region) => Some(aws_config::Region::new(region.clone())),
        None => configured_region(settings.profile.as_deref()).await,
    };
    let region = region.ok_or_else(no_region)?;
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region.clone())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(read_timeouts());
    if let Some(profile) = &settings.profile {
        // A profile that was named wins over keys in the environment, as with the aws command line.
        let named = ProfileFileCredentialsProvider::builder()
            .profile_name(profile)
            .build();
        loader = loader.profile_name(profile).credentials_provider(named);
    }
    if let Some(endpoint) = &settings.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if loopback_only {
        // A drill's credentials come with its environment; asking SSO or the metadata service would leave the machine.
        loader = loader
            .credentials_provider(EnvironmentVariableCredentialsProvider::new())
            .http_client(near(door));
    }
    let sdk = loader.load().await;
    // An endpoint for one service alone is seen only when a client is used; `LoopbackOnly` looks at each request.
    if let Some(endpoint) = sdk.endpoint_url() {
        check_endpoint(endpoint, loopback_only)?;
    }
    Ok(Connection {
        region: parse_region(region.as_ref())?,
        loopback_only,
        sdk,
    })
}

fn sealed_connection(settings: &AwsSettings, door: &Door, loopback_only: bool) -> Result<Connection, Fault> {
    let region = settings.region.as_deref().ok_or_else(no_region)?;
    let (client, default_endpoint) = match door {
        Door::Direct(connector) => (Some(sdk_client(connector)), Some("http://127.0.0.1")),
        Door::Network { loopback_only: true } => (Some(near(door)), None),
        Door::Network { loopback_only: false } => (None, None),
    };
    let endpoint = settings.endpoint.as_deref().or(default_endpoint).ok_or_else(|| {
        Fault::new(
            FaultKind::Local,
            OPERATION,
            "a drill has no address of its own: name its endpoint",
        )
    })?;
    let credentials = Credentials::new("drill", "drill", None, None, "drill");
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
    let retries = match door {
        // The SDK waits by chance between attempts; in a simulation nothing may be left to chance, and nobody is to be spared.
        Door::Direct(_) => retries.with_initial_backoff(Duration::ZERO),
        Door::Network { .. } => retries,
    };
    let mut sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(aws_config::Region::new(region.to_owned()))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(retries)
        .timeout_config(read_timeouts());
    sdk.set_http_client(client);
    Ok(Connection {
        region: parse_region(region)?,
        loopback_only,
        sdk: sdk.build(),
    })
}

/// The connector of a drill. The SDK's own would send even `127.0.0.1` through a proxy that the environment names.
fn near(door: &Door) -> SharedHttpClient {
    sdk_client(&Http::new(door).connector())
}

fn read_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION_LIMIT)
        .build()
}

fn write_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(WRITE_ATTEMPT)
        .operation_attempt_timeout(WRITE_ATTEMPT)
        .operation_timeout(WRITE_ATTEMPT)
        .build()
}

/// The region of the environment or the profile. The instance metadata service is left out on purpose: on a laptop without
/// a region, asking it means seconds of silence instead of a clear answer.
async fn configured_region(profile: Option<&str>) -> Option<aws_config::Region> {
    let mut from_profile = ProfileFileRegionProvider::builder();
    if let Some(profile) = profile {
        from_profile = from_profile.profile_name(profile);
    }
    RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(from_profile.build())
        .region()
        .await
}

fn parse_region(text: &str) -> Result<Region, Fault> {
    Region::new(text).map_err(|error| Fault::new(FaultKind::Local, OPERATION, &error.to_string()))
}

fn no_region() -> Fault {
    Fault::new(
        FaultKind::NoCredentials,
        OPERATION,
        "no region is configured: set AWS_REGION, give the profile a region, or use --region",
    )
}

fn check_endpoint(endpoint: &str, loopback_only: bool) -> Result<(), Fault> {
    let uri: http::Uri = endpoint.parse().map_err(|error| {
        Fault::new(
            FaultKind::Local,
            OPERATION,
            &format!("`{endpoint}` is no address: {error}"),
        )
    })?;
    if loopback_only && !is_loopback(&uri) {
        return Err(Fault::new(FaultKind::Local, OPERATION, &refusal(endpoint)));
    }
    Ok(())
}

/// That a request was not sent, because its address is not on this machine.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(String);

impl Refused {
    pub(super) fn new(address: &str) -> Self {
        Self(refusal(address))
    }
}

/// Looks at the address of each request as it is about to be sent, wherever the address came from.
#[derive(Debug)]
struct LoopbackOnly;

impl Intercept for LoopbackOnly {
    fn name(&self) -> &'static str {
        "LoopbackOnly"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let address = context.request().uri();
        if address.parse().is_ok_and(|uri| is_loopback(&uri)) {
            Ok(())
        } else {
            Err(Box::new(Refused::new(address)))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crate::adapters::aws::fault::classify;
    use crate::adapters::http::Connector;

    use super::*;

    fn drill(endpoint: Option<&str>) -> AwsSettings {
        AwsSettings {
            region: Some("ap-northeast-1".to_owned()),
            endpoint: endpoint.map(str::to_owned),
            drill_credentials: true,
            ..AwsSettings::default()
        }
    }

    #[tokio::test]
    async fn a_drill_connects_to_this_machine_only() {
        let door = Door::Network { loopback_only: true };
        let connection = connect(&drill(Some("http://127.0.0.1:9")), &door).await.unwrap();
        assert_eq!(connection.region().as_str(), "ap-northeast-1");
        for endpoint in [
            Some("https://ecs.ap-northeast-1.amazonaws.com"),
            Some("http://10.0.0.7:4566"),
            Some("not an address"),
            None,
        ] {
            let fault = connect(&drill(endpoint), &door).await.unwrap_err();
            assert_eq!(fault.kind, FaultKind::Local, "{endpoint:?}");
        }
    }

    #[tokio::test]
    async fn a_drill_without_a_region_is_refused_with_advice() {
        let settings = AwsSettings {
            region: None,
            ..drill(Some("http://127.0.0.1:9"))
        };
        let fault = connect(&settings, &Door::Network { loopback_only: true })
            .await
            .unwrap_err();
        assert_eq!(fault.kind, FaultKind::NoCredentials);
        assert!(fault.detail.as_str().contains("--region"));
    }

    /// An endpoint for one service alone (`AWS_ENDPOINT_URL_ECS`) is not seen by `connect`; it is stopped on its way out.
    #[tokio::test]
    async fn a_request_to_another_machine_is_stopped_before_it_leaves() {
        let sent = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&sent);
        let connector: Connector = Arc::new(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { Err("nobody".to_owned()) })
        });
        let near = connect(&drill(None), &Door::Direct(connector)).await.unwrap();
        let far = |loopback_only| Connection {
            region: near.region.clone(),
            loopback_only,
            sdk: near.sdk.to_builder().endpoint_url("http://10.0.0.7:4566").build(),
        };
        let ask = |connection: Connection| async move {
            let error = connection.ecs_once().list_clusters().send().await.unwrap_err();
            classify("ecs.ListClusters", &error)
        };
        assert_eq!(ask(far(true)).await.kind, FaultKind::Local);
        assert_eq!(sent.load(Ordering::SeqCst), 0);
        assert_eq!(ask(far(false)).await.kind, FaultKind::Unreachable);
        assert_eq!(sent.load(Ordering::SeqCst), 1);
    }
}
