//! Whether ECS's own safety net watches the rollback.

use crate::domain::{CircuitBreaker, Phrase, ServiceState, Strategy};

use super::rows::{Finding, pass, unknown, warn};

pub(super) fn breaker(state: &ServiceState) -> Finding {
    // The circuit breaker is for rolling deployments only (Amazon ECS developer guide, "How the Amazon ECS deployment circuit
    // breaker detects failures").
    let other =
        |strategy: &str| pass(Phrase::new("preflight-circuit-breaker-other").text("strategy", strategy));
    match &state.strategy {
        Strategy::Rolling => {}
        Strategy::BlueGreen => return other("BLUE_GREEN"),
        Strategy::Linear => return other("LINEAR"),
        Strategy::Canary => return other("CANARY"),
        Strategy::Other(strategy) => {
            return unknown(Phrase::new("preflight-circuit-breaker-unknown").text("strategy", strategy));
        }
    }
    match state.circuit_breaker {
        Some(CircuitBreaker {
            enable: true,
            rollback: true,
        }) => pass(Phrase::new("preflight-circuit-breaker-pass")),
        Some(CircuitBreaker {
            enable: true,
            rollback: false,
        }) => warn(Phrase::new("preflight-circuit-breaker-stops")),
        Some(CircuitBreaker { enable: false, .. }) | None => {
            warn(Phrase::new("preflight-circuit-breaker-off"))
        }
    }
}
