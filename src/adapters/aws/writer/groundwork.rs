//! What is read before a write. Whatever goes wrong there, the write itself was not sent.

use crate::domain::{Fault, FaultKind};

/// The fault of a reading as the fault of the write that needed it: certainly not done. A class that says so by itself stays.
pub(super) fn not_sent(fault: Fault) -> Fault {
    if fault.certainly_not_done() {
        fault
    } else {
        Fault {
            kind: FaultKind::NotSent,
            ..fault
        }
    }
}

/// What was read is not what the write may build on.
pub(super) fn unfit(operation: &str, why: &str) -> Fault {
    Fault::new(FaultKind::NotSent, operation, why)
}
