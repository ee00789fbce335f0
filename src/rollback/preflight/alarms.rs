//! Whether alarms ring already. ECS ignores an alarm that is in ALARM when a deployment starts, for all of that deployment
//! (Amazon ECS developer guide, "How CloudWatch alarms detect Amazon ECS deployment failures").

use crate::domain::{Alarm, AlarmState, EnvironmentName, Phrase, ServiceState};
use crate::runbook::{Runbook, Service};

use super::super::ProposalInputs;
use super::rows::{Finding, on, pass, unknown, warn};

/// The names of the alarms of a service: those that ECS watches while it deploys, then those that the runbook adds.
#[must_use]
pub fn alarm_names(
    state: Option<&ServiceState>,
    service: &Service,
    environment: &EnvironmentName,
) -> Vec<String> {
    let watched = state
        .map(|state| &state.alarms)
        .filter(|alarms| alarms.enable)
        .into_iter()
        .flat_map(|alarms| alarms.names.iter().map(ToString::to_string));
    let added = service
        .alarms
        .iter()
        .map(|name| Runbook::expand(name, environment));
    let mut names: Vec<String> = Vec::new();
    for name in watched.chain(added) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

pub(super) fn alarms(inputs: &ProposalInputs<'_>, state: &ServiceState) -> Finding {
    let names = alarm_names(Some(state), inputs.service, inputs.environment);
    if names.is_empty() {
        return pass(Phrase::new("preflight-alarms-none"));
    }
    let observed = inputs.around.alarms;
    match (observed.value(), observed.fault()) {
        (Some(alarms), _) => on(observed, judge(&names, alarms, state)),
        (None, Some(fault)) => {
            unknown(Phrase::new("preflight-alarms-not-read").phrase("fault", fault.phrase()))
        }
        (None, None) => unknown(Phrase::new("preflight-alarms-waiting").text("alarms", names.join(", "))),
    }
}

fn judge(names: &[String], alarms: &[Alarm], state: &ServiceState) -> Finding {
    let found = |name: &String| alarms.iter().find(|alarm| alarm.name.as_str() == name);
    let listed = |wanted: fn(&Alarm) -> bool| -> Vec<&String> {
        names
            .iter()
            .filter(|name| found(name).is_some_and(wanted))
            .collect()
    };
    let ringing = listed(|alarm| alarm.state == AlarmState::Alarm);
    if let Some(first) = ringing.first() {
        let watched = state.alarms.enable
            && ringing
                .iter()
                .any(|name| state.alarms.names.iter().any(|it| it.as_str() == *name));
        let since = found(first).and_then(|alarm| alarm.since);
        return warn(match (watched, since) {
            (true, Some(since)) => Phrase::new("preflight-alarms-ringing")
                .text("alarms", joined(&ringing))
                .time("since", since),
            (true, None) => Phrase::new("preflight-alarms-ringing-undated").text("alarms", joined(&ringing)),
            (false, _) => Phrase::new("preflight-alarms-ringing-unwatched").text("alarms", joined(&ringing)),
        });
    }
    let missing: Vec<&String> = names.iter().filter(|name| found(name).is_none()).collect();
    if !missing.is_empty() {
        return unknown(Phrase::new("preflight-alarms-missing").text("alarms", joined(&missing)));
    }
    let unclear = listed(|alarm| match alarm.state {
        AlarmState::InsufficientData | AlarmState::Other(_) => true,
        AlarmState::Ok | AlarmState::Alarm => false,
    });
    if !unclear.is_empty() {
        return unknown(Phrase::new("preflight-alarms-insufficient").text("alarms", joined(&unclear)));
    }
    pass(Phrase::new("preflight-alarms-pass").text("alarms", joined(&names.iter().collect::<Vec<_>>())))
}

fn joined(names: &[&String]) -> String {
    let texts: Vec<String> = names
        .iter()
        .map(|name| crate::domain::Clean::new(name).to_string())
        .collect();
    texts.join(", ")
}
