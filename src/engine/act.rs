//! The only path by which anything is written to the world.
//!
//! Read again → intent durable → one call, never repeated by any layer → outcome durable. A call without an answer is
//! looked for in the world and adopted, or left to a person; it is never sent again. Neither `UpdateService` nor
//! `StopServiceDeployment` has an idempotency token or a precondition (Amazon ECS API), so the comparison before the write
//! is ours.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use crate::adapters::aws::{Reader, Writer};
use crate::domain::{AccountId, EnvironmentName, Fault, FaultKind, Phrase};
use crate::incident::{Event, IncidentId, Receipt};
use crate::rollback::{self, Fingerprint, Found, Step};
use crate::session::{ActMsg, Msg};

use super::Clock;
use super::scribe::Scribe;

/// How long the world is looked at before "it did nothing" is believed.
const SETTLE: SignedDuration = SignedDuration::from_secs(30);
/// How long looking goes on before it is left to a person.
const PATIENCE: SignedDuration = SignedDuration::from_secs(90);
/// Time between looks.
const BETWEEN: Duration = Duration::from_secs(3);

/// What the mutation path works with.
pub(super) struct Hands {
    pub(super) reader: Reader,
    pub(super) scribe: Scribe,
    pub(super) clock: Clock,
    pub(super) environment: EnvironmentName,
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

impl Hands {
    /// Carries out one call of an approved plan.
    pub(super) async fn carry_out(
        &self,
        writer: &Writer,
        incident: &IncidentId,
        account: &AccountId,
        step: &Step,
        place: Place,
    ) {
        let Some(call) = step.calls.get(place.call) else {
            return;
        };
        // The lease first: what is read after it is what nobody else with a lease changes.
        if let Err(fault) = self
            .scribe
            .lease(&self.environment, vec![step.service.clone()])
            .await
        {
            let id = if fault.kind == FaultKind::Held {
                "refused-lease"
            } else {
                "refused-journal"
            };
            return self.say(ActMsg::Stale {
                why: Phrase::new(id).text("detail", &fault.detail),
            });
        }
        let fingerprint = match self.still_as_approved(account, step).await {
            Ok(fingerprint) => fingerprint,
            Err(why) => return self.say(ActMsg::Stale { why }),
        };
        if self.halted() {
            return self.say(ActMsg::Stale {
                why: Phrase::new("refused-stopped"),
            });
        }
        let Place {
            step: at_step,
            call: at_call,
        } = place;
        let intent = Event::Intended {
            step: at_step,
            call: at_call,
            fingerprint,
        };
        if self.scribe.append_act(incident, intent).await.is_err() {
            // The scribe has told the session; without a durable intent nothing is sent.
            return;
        }
        let outcome = match writer.send(&call.api).await {
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

    /// Reads account and service again and compares them with what was approved.
    async fn still_as_approved(&self, account: &AccountId, step: &Step) -> Result<Fingerprint, Phrase> {
        let unread = |fault: &Fault| Phrase::new("refused-unread").phrase("fault", fault.phrase());
        let identity = self.reader.identity().await.map_err(|f| unread(&f))?;
        if identity.account != *account {
            return Err(Phrase::new("refused-account").text("account", &identity.account));
        }
        let state = self
            .reader
            .service(&step.cluster, &step.ecs_service)
            .await
            .map_err(|f| unread(&f))?;
        // What is to be stopped is read last: it may end at any moment.
        let stopped = match step.stops() {
            Some(arn) => Some(
                self.reader
                    .service_deployment(arn)
                    .await
                    .map_err(|f| unread(&f))?,
            ),
            None => None,
        };
        rollback::unchanged(step, &state, stopped.as_ref())?;
        Ok(rollback::fingerprint(&state))
    }

    /// Looks once whether the call took effect.
    async fn look_for_effect(
        &self,
        step: &Step,
        before: &Fingerprint,
        sent_at: Timestamp,
    ) -> Result<Found, Fault> {
        match step.stops() {
            Some(arn) => {
                let seen = self.reader.service_deployment(arn).await?;
                Ok(rollback::found_stop(&seen))
            }
            None => {
                let state = self.reader.service(&step.cluster, &step.ecs_service).await?;
                Ok(rollback::found_effect(step, before, sent_at, &state))
            }
        }
    }

    /// Looks whether a call without an answer took effect, and makes what is found durable.
    pub(super) async fn reconcile(
        &self,
        incident: &IncidentId,
        step: &Step,
        place: Place,
        before: &Fingerprint,
        sent_at: Timestamp,
    ) {
        let Place {
            step: at_step,
            call: at_call,
        } = place;
        let began = self.clock.now();
        loop {
            // The process ends: what is in doubt stays so, and the next one looks.
            if self.ending.load(Ordering::SeqCst) {
                return self.say(ActMsg::StillDoubtful {
                    why: Phrase::new("doubtful-ending"),
                });
            }
            let found = self.look_for_effect(step, before, sent_at).await;
            let now = self.clock.now();
            let looked = now.duration_since(began);
            let why = match found {
                Ok(Found::TookEffect(deployment, service_deployment)) => {
                    let receipt = Receipt {
                        request_id: None,
                        deployment,
                        service_deployment,
                        ..Receipt::default()
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
