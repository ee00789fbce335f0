//! The operations of the account: a JSON value in, a JSON value or an AWS error out.
//!
//! Handlers do not know which protocol a request came in. Field names are those of the service's own model, since every
//! protocol keeps them; timestamps are marked (see `time`) and null fields mean "left out".

mod autoscaling;
mod cloudwatch;
mod ecr;
mod ecs;
mod elb;
mod error;
mod filter_pattern;
mod github;
mod iam;
mod input;
mod logs;
mod operation;
mod page;
pub(crate) mod prisma;
mod rds;
mod reply;
mod scans;
mod secretsmanager;
mod ssm;
mod sts;

pub(crate) use error::AwsError;
pub(crate) use operation::{Api, answer, kind, played, resource, worded};
pub(crate) use reply::{BASE, Reply};
