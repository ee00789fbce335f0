//! AWS over its own wire: the SDK's answers become the nouns of `domain`, its errors one classified fault.
//!
//! [`Reader`] has no method that writes; [`Writer`] can only be made from a permit. SDK types stop here. These modules do
//! not know when to ask (the engine polls), how often they may (a [`Pace`] tells each request when it is its turn), or what
//! an answer means for the incident.

mod alarms;
mod connect;
mod convert;
mod definition;
mod definitions;
mod ecr;
mod ecs;
mod elb;
mod fault;
mod history;
mod listing;
mod logs;
mod metrics;
mod pace;
mod reader;
mod seal;
mod writer;

pub use connect::{AwsSettings, Connection, connect};
pub use metrics::MetricsOf;
pub use pace::{Bucket, Pace};
pub use reader::Reader;
pub use writer::Writer;
