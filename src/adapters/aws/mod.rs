//! AWS over its own wire: the SDK's answers become the nouns of `domain`, its errors one classified fault.
//!
//! [`Reader`] has no method that writes; [`Writer`] can only be made from a permit. SDK types stop here. These modules do
//! not know when to ask (the engine polls), how often they may (a [`Pace`] tells each request when it is its turn), or what
//! an answer means for the incident.

mod alarms;
mod connect;
mod convert;
mod database;
mod definition;
mod definition_file;
mod definition_shape;
mod definitions;
mod ecr;
mod ecs;
mod elb;
mod fault;
mod findings;
mod history;
mod lifecycle;
mod listing;
mod logs;
mod metrics;
mod owners;
mod pace;
mod permissions;
mod reader;
mod references;
mod scaling;
mod seal;
mod secret;
mod strategy;
mod tagged;
mod writer;

pub use connect::{AwsSettings, Connection, connect};
pub use definition_file::read_definition_file;
pub use metrics::MetricsOf;
pub use pace::{Bucket, Pace};
pub use reader::Reader;
pub use writer::{Sending, Writer};
