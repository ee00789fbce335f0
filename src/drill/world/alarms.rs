//! Alarms on the traffic, and how they watch a deployment.
//!
//! ECS looks at the alarms of a service while a deployment goes on and for a while after it has scaled. An alarm that
//! rings already when the deployment starts makes ECS ignore the alarms of that deployment.

use super::{agenda::Happening, model::Monitor, state::World, undo::Cause};

/// Seconds between two looks at the alarms of a deployment.
const LOOK: f64 = 15.0;
/// Seconds for which a deployment under alarms must hold before it is completed: ECS's bake time for an alarm on one
/// minute, with the minute that its datapoint is late.
pub(super) const BAKING: f64 = 180.0;

impl World {
    /// Whether the alarm of this name rings now: its newest minute lies above the threshold.
    fn rings(&self, name: &str) -> bool {
        let Some(alarm) = self.alarms.iter().find(|alarm| alarm.name == name) else {
            return false;
        };
        let watched = self.service_of(&alarm.environment, &alarm.application);
        watched.is_some_and(|service| {
            let recent = self.recent_error_percent(service, 1);
            let newest = recent.first().and_then(|(_, percent)| *percent);
            newest.is_some_and(|percent| percent > alarm.above_percent)
        })
    }

    /// The deployment alarms of a service that ring now.
    fn ringing(&self, service: usize) -> Vec<String> {
        let names = self.services[service].alarms.iter();
        names.filter(|name| self.rings(name)).cloned().collect()
    }

    /// How the alarms watch a deployment that starts now.
    pub(super) fn alarms_at_start(&self, service: usize) -> Monitor {
        if self.services[service].alarms.is_empty() || !self.ringing(service).is_empty() {
            Monitor::Disabled
        } else {
            Monitor::Monitoring
        }
    }

    /// Looks at the alarms of a service deployment, and again later as long as it goes on.
    pub(super) fn look_at_alarms(&mut self, service: usize, deployment: usize) {
        let it = &self.services[service].service_deployments[deployment];
        if !it.status.going_forward() || it.alarms != Monitor::Monitoring {
            return;
        }
        let ringing = self.ringing(service);
        if ringing.is_empty() {
            self.due(LOOK, Happening::Alarms { service, deployment });
            return;
        }
        let it = &mut self.services[service].service_deployments[deployment];
        it.alarms = Monitor::Triggered;
        it.triggered_alarms.clone_from(&ringing);
        self.deployment_event(service, "deployment failed: alarm detected.");
        self.fail_deployment(service, &Cause::Alarms(ringing));
    }
}
