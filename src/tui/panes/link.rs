//! Where AWS's own console shows a thing. The address is shown and copied; no browser is started.

use crate::domain::{EcsServiceName, Phrase};
use crate::runbook::Service;
use crate::session::ServiceView;
use crate::tui::layer::{Details, PageLine};
use crate::tui::screen::Pane;
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::Thing;

/// The page with the address of a thing; `None` before account and region are known.
#[must_use]
pub(in crate::tui) fn link(thing: &Thing<'_>, pane: Pane, world: &World<'_>) -> Option<Details> {
    let url = url(thing, pane, world)?;
    let title = world.say(&Phrase::new("link-title").text("what", thing.name(world)));
    let mut lines = vec![PageLine::bare(url.clone()).role(Role::Focus)];
    if world.session.setup.world.is_some() {
        lines.push(PageLine::bare(world.get("link-drill")).role(Role::Muted));
    }
    Some(Details::new(title, lines).copying("copied-link", url))
}

/// The host of the console in the partition of a region (AWS General Reference, "AWS Management Console endpoints").
fn host(region: &str) -> String {
    if region.starts_with("cn-") {
        format!("https://{region}.console.amazonaws.cn")
    } else if region.starts_with("us-gov-") {
        "https://console.amazonaws-us-gov.com".to_owned()
    } else {
        format!("https://{region}.console.aws.amazon.com")
    }
}

fn url(thing: &Thing<'_>, pane: Pane, world: &World<'_>) -> Option<String> {
    let identity = world.session.identity.value()?;
    let environment = world.session.environment()?;
    let region = identity.region.as_str();
    let (host, cluster) = (host(region), &environment.cluster);
    let tab = |name: &EcsServiceName, tab: &str| {
        format!("{host}/ecs/v2/clusters/{cluster}/services/{name}/{tab}?region={region}")
    };
    let runbook = |view: &ServiceView| -> Option<&Service> { world.session.setup.runbook.service(&view.key) };
    Some(match thing {
        Thing::Service(_)
            if matches!(pane, Pane::ErrorRate | Pane::Latency) && environment.dashboard.is_some() =>
        {
            // The team's own dashboard says more than a page of a single service.
            environment.dashboard.clone()?
        }
        Thing::Service(view) => tab(&runbook(view)?.ecs_service, "health"),
        Thing::Revision(_, candidate) => format!(
            "{host}/ecs/v2/task-definitions/{}/{}/containers?region={region}",
            candidate.definition.family(),
            candidate.definition.revision()
        ),
        Thing::Deployment(view, _) => tab(&runbook(view)?.ecs_service, "deployments"),
        Thing::Image(view, image) => format!(
            "{host}/ecr/repositories/private/{}/{}/_/image/{}/details?region={region}",
            identity.account,
            runbook(view)?.repository,
            image.digest
        ),
        Thing::Log(view, _) => {
            // The console writes a slash in the fragment as a percent sign encoded twice, `$252F`.
            let group = world.session.log_group(&view.key)?.replace('/', "$252F");
            format!("{host}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{group}")
        }
        Thing::Event(Some(view), ..) => tab(&runbook(view)?.ecs_service, "events"),
        Thing::Event(None, ..) => format!("{host}/ecs/v2/clusters/{cluster}/services?region={region}"),
    })
}
