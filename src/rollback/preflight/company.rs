//! Who else is at work: an open incident of the same service, another commander's hold on it.

use crate::domain::{Company, Phrase};

use super::super::ProposalInputs;
use super::rows::{Finding, block, pass, unknown};

pub(super) fn incident(inputs: &ProposalInputs<'_>) -> Finding {
    let Some(company) = known(inputs) else {
        return match inputs.around.company.fault() {
            // What cannot be read cannot be written either: the first event of an incident would fail.
            Some(fault) => {
                block(Phrase::new("preflight-incident-no-journal").phrase("fault", fault.phrase()))
            }
            None => unknown(Phrase::new("preflight-incident-waiting")),
        };
    };
    let service = &inputs.service.name;
    let other = company.incidents.iter().find(|incident| {
        inputs.around.own_incident != Some(incident.id.as_str())
            && incident
                .services
                .as_ref()
                .is_none_or(|services| services.contains(service))
    });
    match other {
        None => pass(Phrase::new("preflight-incident-pass").text("service", service)),
        Some(other) => block(match other.opened_at {
            Some(at) => Phrase::new("preflight-incident-open")
                .text("incident", &other.id)
                .time("at", at),
            None => Phrase::new("preflight-incident-damaged").text("incident", &other.id),
        }),
    }
}

pub(super) fn lease(inputs: &ProposalInputs<'_>) -> Finding {
    let Some(company) = known(inputs) else {
        return unknown(match inputs.around.company.fault() {
            Some(fault) => Phrase::new("preflight-lease-not-read").phrase("fault", fault.phrase()),
            None => Phrase::new("preflight-incident-waiting"),
        });
    };
    let service = &inputs.service.name;
    let held = company
        .held
        .iter()
        .find(|held| held.service == *service && held.until > inputs.now);
    match held {
        None => pass(Phrase::new("preflight-lease-pass").text("service", service)),
        Some(held) => block(
            Phrase::new("preflight-lease-held")
                .text("who", &held.who)
                .text("host", &held.host)
                .text("process", held.pid)
                .time("at", held.renewed_at)
                .time("until", held.until),
        ),
    }
}

fn known<'a>(inputs: &'a ProposalInputs<'_>) -> Option<&'a Company> {
    inputs.around.company.value()
}
