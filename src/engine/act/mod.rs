//! The only path by which anything is written to the world.
//!
//! Read again → intent durable → one call, never repeated by any layer → outcome durable. A call without an answer is
//! looked for in the world and adopted, or left to a person; it is never sent again. Neither `UpdateService` nor
//! `StopServiceDeployment` has an idempotency token or a precondition (Amazon ECS API), so the comparison before the write
//! is ours.

mod effect;
mod send;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use crate::adapters::aws::Reader;
use crate::adapters::github::GithubReader;
use crate::domain::{AccountId, Clean, EnvironmentName, Fault, FaultKind, Phrase, ServiceKey};
use crate::incident::{Event, IncidentId, Receipt};
use crate::rollback::{self, Api, Effect, Fingerprint, Found, Step};
use crate::session::{ActMsg, Made, Msg};

use super::Clock;
use super::scribe::Scribe;

pub(super) use send::Writers;

/// How long the world is looked at before "it did nothing" is believed.
const SETTLE: SignedDuration = SignedDuration::from_secs(30);
/// How long looking goes on before it is left to a person.
const PATIENCE: SignedDuration = SignedDuration::from_secs(90);
/// Time between looks.
const BETWEEN: Duration = Duration::from_secs(3);

/// What the mutation path works with.
pub(super) struct Hands {
    pub(super) reader: Reader,
    /// The team's workflow, where it can be looked at.
    pub(super) github: Option<GithubReader>,
    pub(super) scribe: Scribe,
    pub(super) clock: Clock,
    pub(super) environment: EnvironmentName,
    /// All services of the incident: while one of them is acted on, nobody else may command another.
    pub(super) services: Vec<ServiceKey>,
    /// Set when nothing that is not sent yet may be sent: the operator said stop, the journal failed, the lease was
    /// lost, or the process ends.
    pub(super) halt: Arc<AtomicBool>,
    /// Set when the process ends. Looking writes nothing, so this alone ends it.
    pub(super) ending: Arc<AtomicBool>,
    pub(super) tell: mpsc::UnboundedSender<Msg>,
}

/// Which call of which step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) step: usize,
    pub(super) call: usize,
}

/// Why a call is not sent now.
enum NotNow {
    /// The world is not what was approved.
    Changed(Phrase),
    /// It could not be read.
    Unread(Phrase),
}

/// A call whose answer did not come.
#[derive(Debug)]
pub(super) struct Doubt {
    /// Which.
    pub(super) place: Place,
    /// Its step.
    pub(super) step: Box<Step>,
    /// The world as it was immediately before.
    pub(super) before: Box<Fingerprint>,
    /// When the intent was recorded.
    pub(super) sent_at: Timestamp,
    /// The intent's token.
    pub(super) token: Option<Clean>,
    /// What the earlier calls of the step made.
    pub(super) made: Box<Made>,
}

impl Hands {
    /// Carries out one call of an approved plan.
    pub(super) async fn carry_out(
        &self,
        writers: &Writers,
        incident: &IncidentId,
        account: &AccountId,
        step: &Step,
        place: Place,
        made: &Made,
    ) {
        let Some(call) = step.calls.get(place.call) else {
            return;
        };
        // The lease first: what is read after it is what nobody else with a lease changes.
        if let Err(fault) = self.scribe.lease(&self.environment, self.services.clone()).await {
            let id = if fault.kind == FaultKind::Held {
                "refused-lease"
            } else {
                "refused-journal"
            };
            return self.say(ActMsg::NotSent {
                why: Phrase::new(id).text("detail", &fault.detail),
            });
        }
        let fingerprint = match self.still_as_approved(account, step, place, made).await {
            Ok(fingerprint) => fingerprint,
            Err(NotNow::Changed(why)) => return self.say(ActMsg::Stale { why }),
            Err(NotNow::Unread(why)) => return self.say(ActMsg::NotSent { why }),
        };
        if self.halted() {
            return self.say(ActMsg::NotSent {
                why: Phrase::new("refused-stopped"),
            });
        }
        let Place {
            step: at_step,
            call: at_call,
        } = place;
        // Made before the call and journaled with it: by it the effect is found again when the answer is lost.
        let token = uuid::Builder::from_random_bytes(fastrand::u128(..).to_be_bytes())
            .into_uuid()
            .to_string();
        let intent = Event::Intended {
            step: at_step,
            call: at_call,
            fingerprint,
            token: Some(Clean::new(&token)),
        };
        if self.scribe.append_act(incident, intent).await.is_err() {
            // The scribe has told the session; without a durable intent nothing is sent.
            return;
        }
        let sending = send::Sending {
            incident,
            place,
            token: &token,
            made,
            secret_version: step.database.as_ref().map(|database| &database.secret_version),
        };
        let outcome = match writers.send(&call.api, &sending).await {
            Ok(receipt) => Event::Answered {
                step: at_step,
                call: at_call,
                receipt,
            },
            Err(fault) if fault.certainly_not_done() => Event::Rejected {
                step: at_step,
                call: at_call,
                fault,
            },
            Err(fault) => Event::Doubtful {
                step: at_step,
                call: at_call,
                fault: Some(fault),
            },
        };
        // When even the outcome cannot be made durable, the intent stands alone and a restart will look for its effect.
        drop(self.scribe.append_act(incident, outcome).await);
    }

    /// Reads account, service, and whatever else the call depends on again, and compares them with what was approved.
    async fn still_as_approved(
        &self,
        account: &AccountId,
        step: &Step,
        place: Place,
        made: &Made,
    ) -> Result<Fingerprint, NotNow> {
        let unread =
            |fault: &Fault| NotNow::Unread(Phrase::new("refused-unread").phrase("fault", fault.phrase()));
        let identity = self.reader.identity().await.map_err(|f| unread(&f))?;
        if identity.account != *account {
            let why = Phrase::new("refused-account").text("account", &identity.account);
            return Err(NotNow::Changed(why));
        }
        let state = self
            .reader
            .service(&step.cluster, &step.ecs_service)
            .await
            .map_err(|f| unread(&f))?;
        let api = step.calls.get(place.call).map(|call| &call.api);
        // What is to be replaced or turned back is read last: it may end or move at any moment.
        let turned = match step.turns_back() {
            Some(arn) => Some(
                self.reader
                    .service_deployment(arn)
                    .await
                    .map_err(|f| unread(&f))?,
            ),
            None => None,
        };
        rollback::unchanged(step, &state, turned.as_ref()).map_err(NotNow::Changed)?;
        if let Some(database) = &step.database {
            let secret = self
                .reader
                .secret_versions(database.secret.as_str())
                .await
                .map_err(|f| unread(&f))?;
            // Until the secret is switched it is the version of the plan that is in use, and from then on ours: the services
            // are not deployed onto a third one.
            let expected = made.secret_version.as_ref().unwrap_or(&database.secret_version);
            rollback::unchanged_secret(expected, &secret).map_err(NotNow::Changed)?;
        }
        if let Some(Api::RestoreDbInstance { instance, .. }) = api {
            let taken = self
                .reader
                .db_instance(instance.as_str())
                .await
                .map_err(|f| unread(&f))?;
            if taken.is_some() {
                let why = Phrase::new("changed-restore-taken").text("instance", instance);
                return Err(NotNow::Changed(why));
            }
        }
        Ok(rollback::fingerprint(&state))
    }

    /// Looks whether a call without an answer took effect, and makes what is found durable.
    pub(super) async fn reconcile(&self, incident: &IncidentId, doubt: &Doubt) {
        let Place {
            step: at_step,
            call: at_call,
        } = doubt.place;
        let began = self.clock.now();
        loop {
            // The process ends: what is in doubt stays so, and the next one looks.
            if self.ending.load(Ordering::SeqCst) {
                return self.say(ActMsg::StillDoubtful {
                    why: Phrase::new("doubtful-ending"),
                });
            }
            let found = self.look_for_effect(doubt).await;
            let now = self.clock.now();
            let looked = now.duration_since(began);
            let why = match found {
                Ok(Found::TookEffect(effect)) => {
                    let Effect {
                        deployment,
                        service_deployment,
                        definition,
                        instance,
                        secret_version,
                        run,
                    } = effect;
                    let receipt = Receipt {
                        request_id: None,
                        deployment,
                        service_deployment,
                        definition,
                        instance,
                        secret_version,
                        run,
                    };
                    let event = Event::Adopted {
                        step: at_step,
                        call: at_call,
                        receipt,
                    };
                    return self.conclude(incident, event).await;
                }
                Ok(Found::AsBefore) if looked >= SETTLE => {
                    let event = Event::NotApplied {
                        step: at_step,
                        call: at_call,
                    };
                    return self.conclude(incident, event).await;
                }
                Ok(Found::AsBefore) => None,
                Ok(Found::Otherwise(why)) => Some(why),
                Err(fault) => Some(Phrase::new("doubtful-unread").phrase("fault", fault.phrase())),
            };
            if let Some(why) = why.filter(|_| looked >= PATIENCE) {
                return self.say(ActMsg::StillDoubtful { why });
            }
            self.clock.sleep(BETWEEN).await;
        }
    }

    /// Makes what looking showed durable. Where that fails nobody looks any more, and the session must know.
    async fn conclude(&self, incident: &IncidentId, event: Event) {
        if let Err(fault) = self.scribe.append_act(incident, event).await {
            self.say(ActMsg::StillDoubtful {
                why: Phrase::new("doubtful-unrecorded").text("detail", &fault.detail),
            });
        }
    }

    fn halted(&self) -> bool {
        self.halt.load(Ordering::SeqCst)
    }

    fn say(&self, msg: ActMsg) {
        // The engine's end closes only when the engine is gone.
        drop(self.tell.send(Msg::Act(msg)));
    }
}
