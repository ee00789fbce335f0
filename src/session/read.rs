//! The read side: questions that console and command line ask of a session.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Operator, Phrase, ServiceKey, ServiceState, TargetSpec};
use crate::incident::{Incident, Report, ReportKind, report};
use crate::rollback::{
    self, Around, CheckResult, Method, NoPlan, NoTarget, Plan, ProposalInputs, Step, Target,
};
use crate::runbook::{CheckKind, Localized};
use crate::words::Words;

use super::{ServiceView, Session, Subject, observe};

/// One line of the checklist after a rollback.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckLine {
    /// The check's id in the runbook.
    pub id: String,
    /// Whether it belongs to the immediate checks; the others are functional.
    pub immediate: bool,
    /// Whether a person makes it.
    pub person: bool,
    /// Its name.
    pub title: Localized,
    /// What to do or look at.
    pub how: Localized,
    /// Where it stands.
    pub result: Option<CheckResult>,
    /// Who signed it.
    pub signed_by: Option<Operator>,
    /// When it is to be done; known once the rollback is stable.
    pub due: Option<Timestamp>,
}

impl Session {
    /// The plan that would take `service` to `spec` now.
    ///
    /// # Errors
    /// When no plan can be made, with the reason.
    pub fn proposal(
        &self,
        service: &ServiceKey,
        spec: &TargetSpec,
        method: Option<Method>,
        now: Timestamp,
    ) -> Result<Plan, NoPlan> {
        self.proposal_of(std::slice::from_ref(service), spec, method, now)
    }

    /// The one plan that would take all of `services` to `spec` now, in the runbook's order.
    ///
    /// # Errors
    /// When no plan can be made, with the reason.
    pub fn proposal_of(
        &self,
        services: &[ServiceKey],
        spec: &TargetSpec,
        method: Option<Method>,
        now: Timestamp,
    ) -> Result<Plan, NoPlan> {
        let scope = self.in_order(services);
        // What the checks need and has not answered is waited for, so that the same plan made twice says the same.
        if self.checks_are_on_their_way(&scope) {
            return Err(NoPlan {
                why: Phrase::new("no-plan-waiting"),
                waiting: true,
            });
        }
        let inputs: Result<Vec<_>, NoPlan> = scope
            .iter()
            .map(|service| self.proposal_inputs(service, &scope, spec, method, now))
            .collect();
        rollback::propose_all(&inputs?)
    }

    /// These services as the runbook orders them, each once; one that it does not know stays, to be refused by name.
    #[must_use]
    pub fn in_order(&self, services: &[ServiceKey]) -> Vec<ServiceKey> {
        let known = self.setup.runbook.services.iter().map(|service| &service.name);
        let mut ordered: Vec<ServiceKey> = known.filter(|key| services.contains(key)).cloned().collect();
        for service in services {
            if !ordered.contains(service) {
                ordered.push(service.clone());
            }
        }
        ordered
    }

    fn checks_are_on_their_way(&self, scope: &[ServiceKey]) -> bool {
        fn waits<T>(wanted: bool, observed: &crate::domain::Observed<T>) -> bool {
            wanted && observed.value().is_none() && observed.fault().is_none()
        }
        waits(self.wants(&Subject::Database), &self.database)
            || waits(self.wants(&Subject::Migrations), &self.migrations)
            || waits(self.wants(&Subject::Workflow), &self.workflow)
            || waits(self.wants(&Subject::Permissions), &self.permissions)
            || scope.iter().any(|key| {
                self.view(key).is_some_and(|view| {
                    waits(self.wants(&Subject::Scaling(key.clone())), &view.scaling)
                        || waits(self.wants(&Subject::References(key.clone())), &view.references)
                        || waits(self.wants(&Subject::Shelf(key.clone())), &view.shelf)
                })
            })
    }

    fn proposal_inputs<'s>(
        &'s self,
        service: &ServiceKey,
        scope: &'s [ServiceKey],
        spec: &'s TargetSpec,
        method: Option<Method>,
        now: Timestamp,
    ) -> Result<ProposalInputs<'s>, NoPlan> {
        let (Some(of_runbook), Some(view)) = (self.setup.runbook.service(service), self.view(service)) else {
            let why = Phrase::new("plan-no-service").text("service", service);
            return Err(NoPlan { why, waiting: false });
        };
        Ok(ProposalInputs {
            runbook: &self.setup.runbook,
            environment: &self.setup.environment,
            identity: &self.identity,
            service: of_runbook,
            target: observe::target_inputs(self, of_runbook, view),
            around: Around {
                targets: &view.targets,
                alarms: &self.alarms,
                company: &self.company,
                own_incident: self.incident.as_ref().map(|incident| incident.id.as_str()),
                database: &self.database,
                migrations: &self.migrations,
                workflow: &self.workflow,
                permissions: &self.permissions,
                scaling: &view.scaling,
                references: &view.references,
                shelf: &view.shelf,
            },
            spec,
            method,
            scope,
            criteria: &view.criteria,
            own_definition: self.own_definition.as_ref(),
            overrides: self
                .incident
                .as_ref()
                .map_or(self.overrides.as_slice(), |incident| {
                    incident.overrides.as_slice()
                }),
            now,
        })
    }

    /// The target that `spec` means for `service` now.
    ///
    /// # Errors
    /// When it means none, with the reason.
    pub fn target(&self, service: &ServiceKey, spec: &TargetSpec) -> Result<Target, NoTarget> {
        let (Some(of_runbook), Some(view)) = (self.setup.runbook.service(service), self.view(service)) else {
            return Err(NoTarget {
                why: Phrase::new("plan-no-service").text("service", service),
            });
        };
        rollback::choose(spec, &observe::target_inputs(self, of_runbook, view))
    }

    /// What has changed in the world since `plan` was made, as far as it is observed: who deployed what, by the deployment and
    /// by who registered its revision. ECS does not tell who called it.
    #[must_use]
    pub fn what_changed(&self, plan: &Plan) -> Option<Phrase> {
        plan.steps.iter().find_map(|step| {
            let view = self.view(&step.service)?;
            let state = view.state.value()?;
            let why = rollback::what_changed(step, state, view.history.value())?;
            Some(self.with_author(view, state, step, why))
        })
    }

    /// Adds who registered the revision that the service is set to now, when that is not the one that was planned from.
    fn with_author(&self, view: &ServiceView, state: &ServiceState, step: &Step, why: Phrase) -> Phrase {
        let by = view
            .definitions
            .value()
            .into_iter()
            .flatten()
            .find(|definition| definition.arn == state.task_definition)
            .filter(|definition| Some(&definition.arn) != step.from.revision.as_ref())
            .and_then(|definition| definition.registered_by.as_ref());
        match by {
            Some(by) => Phrase::new("changed-by")
                .phrase("why", why)
                .text("revision", state.task_definition.short())
                .text("by", by),
            None => why,
        }
    }

    /// The plan that the incident's own target would give now; `None` before a target is chosen.
    #[must_use]
    pub fn incident_proposal(&self, now: Timestamp) -> Option<Result<Plan, NoPlan>> {
        let incident = self.incident.as_ref()?;
        let target = incident.target.as_ref()?;
        Some(self.proposal_of(&incident.services, target, incident.method, now))
    }

    /// The checklist of the runbook with what is known of each line.
    #[must_use]
    pub fn checklist(&self) -> Vec<CheckLine> {
        let checks = &self.setup.runbook.checks;
        let incident = self.incident.as_ref();
        let stable_at = incident.and_then(Incident::stable_at);
        let lists = [(true, &checks.immediate), (false, &checks.functional)];
        lists
            .into_iter()
            .flat_map(|(immediate, list)| {
                list.items
                    .iter()
                    .map(move |check| (immediate, list.within_minutes, check))
            })
            .map(|(immediate, within_minutes, check)| {
                let known = incident.and_then(|i| i.checks.get(&check.id));
                CheckLine {
                    id: check.id.clone(),
                    immediate,
                    person: check.by == CheckKind::Person,
                    title: check.title.clone(),
                    how: check.how.clone(),
                    result: known.map(|(result, _)| result.clone()),
                    signed_by: known.and_then(|(_, by)| by.clone()),
                    due: stable_at.and_then(|at| {
                        at.checked_add(SignedDuration::from_mins(i64::from(within_minutes)))
                            .ok()
                    }),
                }
            })
            .collect()
    }

    /// The report on the incident at hand, drafted from recorded facts.
    #[must_use]
    pub fn report(&self, kind: ReportKind, words: &Words) -> Option<Report> {
        self.incident
            .as_ref()
            .map(|incident| report::draft(incident, &self.setup.runbook, kind, words))
    }
}
