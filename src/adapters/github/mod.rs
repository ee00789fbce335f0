//! A team's workflow on GitHub Actions: whether it can be asked, asking it, and following its run to its end.
//!
//! A reader and a writer apart, as for AWS: [`GithubReader`] has no method that starts anything, and [`GithubWriter`] can only
//! be made from a [`WritePermit`]. Facts are those of the GitHub REST API, version 2022-11-28 ("Workflows", "Workflow runs",
//! "Workflow jobs"). This room does not know what the workflow does to ECS, nor what its inputs mean.
//!
//! [`WritePermit`]: crate::domain::WritePermit

mod answer;
mod api;
mod log;
mod reader;
mod token;
mod writer;

pub use api::{GithubSettings, drill_address};
pub use reader::GithubReader;
pub use token::{Token, TokenSource};
pub use writer::{Dispatch, GithubWriter};
