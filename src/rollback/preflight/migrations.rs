//! Whether the database's schema went on after the target was built. Whether the older code works with it is a question for
//! people; the row only says that the question is there.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::{Clean, Digest, MigrationState, Migrations, Phrase};
use crate::runbook::AppliedMigrations;

use super::super::ProposalInputs;
use super::rows::{Finding, block, names, on, pass, unknown, unread, warn};

/// `None` for a service that does not use the database.
pub(super) fn migrations(inputs: &ProposalInputs<'_>, content: Option<&Digest>) -> Option<Finding> {
    let uses = inputs
        .runbook
        .database
        .as_ref()
        .is_none_or(|database| database.services.contains(&inputs.service.name));
    uses.then(|| of_a_user(inputs, content))
}

fn of_a_user(inputs: &ProposalInputs<'_>, content: Option<&Digest>) -> Finding {
    let Some(prisma) = &inputs.runbook.prisma else {
        return unknown(Phrase::new("preflight-migrations-unset"));
    };
    let observed = inputs.around.migrations;
    let Some(known) = observed.value() else {
        return unread(observed);
    };
    let built = built(inputs, content);
    let finding = judge(known, built, prisma.when_migrations_were_applied);
    on(observed, finding)
}

/// When the target's content was pushed, which is when its code was as it is at the latest.
fn built(inputs: &ProposalInputs<'_>, content: Option<&Digest>) -> Option<Timestamp> {
    let digest = content?;
    let images = inputs.target.images.value()?;
    images.iter().find(|image| image.digest == *digest)?.pushed_at
}

fn judge(known: &Migrations, built: Option<Timestamp>, when: AppliedMigrations) -> Finding {
    let (pending, ahead): (&[Clean], &[Clean]) = match &known.state {
        MigrationState::UpToDate => (&[], &[]),
        MigrationState::Pending(pending) => (pending, &[]),
        MigrationState::DatabaseAhead(ahead) => (&[], ahead),
        MigrationState::Failed(_) | MigrationState::Diverged { .. } => {
            return block(Phrase::new("preflight-migrations-broken").phrase("state", known.phrase()));
        }
        MigrationState::Unreachable(_) | MigrationState::Unreadable(_) | MigrationState::NotManaged => {
            return unknown(known.phrase());
        }
    };
    let mut newer: BTreeSet<&Clean> = ahead.iter().collect();
    newer.extend(
        known
            .known
            .iter()
            .filter(|migration| migration.applied != Some(false) && !pending.contains(&migration.name))
            .filter(
                |migration| matches!((migration.written_at, built), (Some(at), Some(built)) if at > built),
            )
            .map(|migration| &migration.name),
    );
    if !newer.is_empty() {
        let list = names(newer.into_iter().map(Clean::as_str));
        let said = match built {
            Some(built) => Phrase::new("preflight-migrations-applied").time("built", built),
            None => Phrase::new("preflight-migrations-ahead"),
        }
        .text("names", list);
        return match when {
            AppliedMigrations::Warn => warn(said),
            AppliedMigrations::Block => block(said),
        };
    }
    let Some(built) = built else {
        return unknown(Phrase::new("preflight-migrations-unbuilt").phrase("state", known.phrase()));
    };
    // Prisma calls a database that is merely ahead of the folder up to date, so a list in part may hide the newest.
    if !known.whole {
        return unknown(Phrase::new("migrations-not-whole").phrase("state", known.phrase()));
    }
    pass(if pending.is_empty() {
        Phrase::new("preflight-migrations-pass").time("built", built)
    } else {
        Phrase::new("preflight-migrations-pending").text("names", names(pending.iter().map(Clean::as_str)))
    })
}
