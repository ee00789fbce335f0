//! The AWS wire protocols, one file each. They turn requests into calls and outcomes into answers, and do not know what
//! an operation does.

mod cbor;
mod json;
mod protocol;
mod query;
mod rest;

pub(crate) use json::{plain, readable};
pub(crate) use protocol::{Call, read, write};
pub(crate) use query::items;
pub(crate) use rest::say_rate;
