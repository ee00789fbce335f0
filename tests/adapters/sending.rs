//! The writer's calls as a plan makes them: through `send`, with what goes beside the input.

use std::path::Path;

use modosu::adapters::aws::{Sending, Writer};
use modosu::domain::{
    Clean, ClusterName, EcsServiceName, Endpoint, Fault, InstanceSettings, ServiceDeploymentArn,
    TaskDefinitionArn,
};
use modosu::incident::Receipt;
use modosu::rollback::{Api, Current, IntentToken, OurTags, PointingAt, Registration, StopType};

/// Nothing beside the input.
pub(super) const BARE: Sending<'static> = Sending {
    tags: &[],
    token: "token",
    definition: None,
    endpoint: None,
    secret_version: None,
};

type Sent = Result<Receipt, Fault>;

pub(super) async fn continue_back(writer: &Writer, deployment: &ServiceDeploymentArn, hook: &Clean) -> Sent {
    let call = Api::ContinueServiceDeployment {
        service_deployment: deployment.clone(),
        hook: hook.clone(),
        action: StopType::Rollback,
    };
    writer.send(&call, &BARE).await
}

pub(super) async fn redeploy(writer: &Writer, cluster: &ClusterName, service: &EcsServiceName) -> Sent {
    let call = Api::UpdateService {
        cluster: cluster.clone(),
        service: service.clone(),
        task_definition: None,
        force: true,
    };
    writer.send(&call, &BARE).await
}

pub(super) async fn register_clone(
    writer: &Writer,
    base: &TaskDefinitionArn,
    container: &Clean,
    image: &Clean,
    tags: &[(String, String)],
) -> Sent {
    let call = Api::RegisterTaskDefinition {
        of: Registration::Clone {
            base: base.clone(),
            container: container.clone(),
            image: image.clone(),
        },
        tags: OurTags,
    };
    writer.send(&call, &Sending { tags, ..BARE }).await
}

pub(super) async fn register_file(
    writer: &Writer,
    path: &Path,
    sha256: &Clean,
    tags: &[(String, String)],
) -> Sent {
    let call = Api::RegisterTaskDefinition {
        of: Registration::File {
            file: Clean::new(&path.to_string_lossy()),
            sha256: sha256.clone(),
            family: "family".into(),
        },
        tags: OurTags,
    };
    writer.send(&call, &Sending { tags, ..BARE }).await
}

pub(super) async fn restore(
    writer: &Writer,
    snapshot: &Clean,
    instance: &Clean,
    class: &Clean,
    settings: &InstanceSettings,
    tags: &[(String, String)],
) -> Sent {
    let call = Api::RestoreDbInstance {
        instance: instance.clone(),
        snapshot: snapshot.clone(),
        class: class.clone(),
        settings: settings.clone(),
        tags: OurTags,
    };
    writer.send(&call, &Sending { tags, ..BARE }).await
}

pub(super) async fn switch_secret(
    writer: &Writer,
    secret: &Clean,
    version: &Clean,
    token: &str,
    endpoint: &Endpoint,
) -> Sent {
    let call = Api::UpdateSecret {
        secret: secret.clone(),
        token: IntentToken,
        value: PointingAt("restored".into()),
    };
    let sending = Sending {
        token,
        endpoint: Some(endpoint),
        secret_version: Some(version),
        ..BARE
    };
    writer.send(&call, &sending).await
}

pub(super) async fn stage_back(writer: &Writer, secret: &Clean, to: &Clean, from: &Clean) -> Sent {
    let call = Api::UpdateSecretVersionStage {
        secret: secret.clone(),
        stage: Current::AwsCurrent,
        to: to.clone(),
        from: from.clone(),
    };
    writer.send(&call, &BARE).await
}
