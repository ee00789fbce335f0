//! Whether the target has the container and port that the service's load balancers send traffic to. UpdateService with a task
//! definition alone keeps the load balancers as they are (facts: Amazon ECS API reference, UpdateService).

use crate::domain::{ContainerDefinition, LoadBalancer, Phrase, ServiceState, TargetGroup};

use super::super::{ProposalInputs, Target};
use super::rows::{Finding, block, made_of, pass, unknown, warn};

/// How a target group writes that it checks the port which traffic goes to (ELBv2 API reference, `HealthCheckPort`).
const TRAFFIC_PORT: &str = "traffic-port";

pub(super) fn ports(inputs: &ProposalInputs<'_>, state: &ServiceState, target: &Target) -> Finding {
    let revision = target.definition.short();
    if state.load_balancers.is_empty() {
        return pass(Phrase::new("preflight-ports-none"));
    }
    let Some((containers, _)) = made_of(inputs, target) else {
        return unknown(Phrase::new("preflight-ports-unlisted").text("revision", revision));
    };
    for balancer in &state.load_balancers {
        let Some(container) = containers.iter().find(|it| it.name == balancer.container) else {
            return block(
                Phrase::new("preflight-ports-no-container")
                    .text("revision", revision)
                    .text("container", &balancer.container),
            );
        };
        if !opens(container, balancer.port, Side::Container) {
            return block(
                Phrase::new("preflight-ports-no-port")
                    .text("revision", revision)
                    .text("container", &balancer.container)
                    .text("port", balancer.port),
            );
        }
    }
    // None are known where nobody asked yet: the containers alone decide then.
    let groups = inputs
        .around
        .targets
        .value()
        .map_or(&[][..], |targets| &targets.groups);
    let checked = state
        .load_balancers
        .iter()
        .find_map(|balancer| unchecked(balancer, groups, containers));
    if let Some(port) = checked {
        return warn(
            Phrase::new("preflight-ports-check")
                .text("revision", revision)
                .text("port", port),
        );
    }
    let told: Vec<String> = state
        .load_balancers
        .iter()
        .map(|balancer| told(balancer, groups))
        .collect();
    pass(
        Phrase::new("preflight-ports-pass")
            .text("revision", revision)
            .text("ports", told.join(", ")),
    )
}

/// The port that the balancer's group checks, when no container of the target opens it.
fn unchecked(
    balancer: &LoadBalancer,
    groups: &[TargetGroup],
    containers: &[ContainerDefinition],
) -> Option<u16> {
    let port: u16 = check_port(balancer, groups)?.parse().ok()?;
    let open = port == balancer.port || containers.iter().any(|it| opens(it, port, Side::Either));
    (!open).then_some(port)
}

fn group<'g>(balancer: &LoadBalancer, groups: &'g [TargetGroup]) -> Option<&'g TargetGroup> {
    let arn = balancer.target_group.as_ref()?;
    groups.iter().find(|group| group.arn == *arn)
}

fn check_port<'g>(balancer: &LoadBalancer, groups: &'g [TargetGroup]) -> Option<&'g str> {
    let port = group(balancer, groups)?.check.as_ref()?.port.as_ref()?;
    (port.as_str() != TRAFFIC_PORT).then_some(port.as_str())
}

/// Such as `app:8080`, or `app:8080 (GET :8081/health)` where the check is known.
fn told(balancer: &LoadBalancer, groups: &[TargetGroup]) -> String {
    let at = format!("{}:{}", balancer.container, balancer.port);
    let path = group(balancer, groups)
        .and_then(|group| group.check.as_ref())
        .and_then(|check| check.path.as_ref());
    match path {
        Some(path) => {
            let port = check_port(balancer, groups).map_or(balancer.port.to_string(), ToOwned::to_owned);
            format!("{at} (GET :{port}{path})")
        }
        None => at,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Container,
    Either,
}

/// Whether a container opens `port`: its ports are written `8080/tcp`, `80:8080/tcp` or as a range, `8000-8010/tcp`.
fn opens(container: &ContainerDefinition, port: u16, side: Side) -> bool {
    container.settings.ports.iter().any(|written| {
        let ports = written.as_str().split('/').next().unwrap_or_default();
        let (host, inside) = ports
            .rsplit_once(':')
            .map_or((None, ports), |(h, c)| (Some(h), c));
        covers(inside, port) || (side == Side::Either && host.is_some_and(|host| covers(host, port)))
    })
}

fn covers(written: &str, port: u16) -> bool {
    let number = |text: &str| text.trim().parse::<u16>().ok();
    match written.split_once('-') {
        Some((first, last)) => number(first)
            .zip(number(last))
            .is_some_and(|(first, last)| (first..=last).contains(&port)),
        None => number(written) == Some(port),
    }
}
