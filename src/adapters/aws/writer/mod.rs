//! The only place that changes anything in AWS.
//!
//! One file for each thing that is changed: a service, a deployment under way, a task definition's family, a database, a
//! secret. All of it goes out through clients that never try twice. What a write needs to know first is read here too, by the
//! same clients; when that fails, the fault says that nothing was sent. This room does not know why a call is made, nor
//! whether it was approved: the permit that makes a [`Writer`] and the intent in the journal stand for that.

mod deployment;
mod groundwork;
mod member;
mod registration;
mod restore;
mod secret;
mod sender;
mod service;

pub use sender::{Sending, Writer};
