//! STS: who is asking.

use serde_json::{Value, json};

use super::AwsError;
use crate::drill::world::World;

pub(super) fn answer(world: &World, operation: &str) -> Result<Value, AwsError> {
    match operation {
        "GetCallerIdentity" => {
            let session = world.caller.rsplit('/').next().unwrap_or_default();
            Ok(json!({
                "UserId": format!("AROADRILLDRILLDRILL1:{session}"),
                "Account": world.account,
                "Arn": world.caller_arn(),
            }))
        }
        _ => Err(AwsError::unknown_operation(operation)),
    }
}
