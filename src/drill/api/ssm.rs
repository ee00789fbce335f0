//! Systems Manager, API version 2014-11-06: names of parameters, never their values.

use serde_json::{Value, json};

use super::{
    AwsError,
    input::Input,
    page::{Paging, Refusals, page_or},
};
use crate::drill::{time::wire, world::World};

const PAGING: Paging = Paging {
    token: "NextToken",
    size: "MaxResults",
    default: 10,
    most: 50,
};
const REFUSALS: Refusals = Refusals {
    token: || AwsError::new("InvalidNextToken", "The specified token is not valid."),
    size: AwsError::validation,
};

/// What a filter asks of a parameter's name or type. The types of all are one.
fn passes(filter: Input<'_>, name: &str) -> Result<bool, AwsError> {
    let key = filter.text("Key").unwrap_or_default();
    let option = filter.text("Option").unwrap_or("Equals");
    let values = filter.texts("Values");
    if values.is_empty() {
        return Err(AwsError::new(
            "InvalidFilterValue",
            "The filter value is not valid. Verify the value and try again.",
        ));
    }
    let have = match key {
        "Name" => name,
        "Type" => "SecureString",
        _ => {
            return Err(AwsError::new(
                "InvalidFilterKey",
                format!("The following filter key is not valid: {key}."),
            ));
        }
    };
    match option {
        "Equals" => Ok(values.iter().any(|value| value == have)),
        "BeginsWith" => Ok(values.iter().any(|value| have.starts_with(value.as_str()))),
        "Contains" => Ok(values.iter().any(|value| have.contains(value.as_str()))),
        other => Err(AwsError::new(
            "InvalidFilterOption",
            format!("The following filter option is not valid: {other}."),
        )),
    }
}

pub(super) fn answer(world: &World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match operation {
        "DescribeParameters" => parameters(world, input),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

fn parameters(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let filters: Vec<Input<'_>> = input.items("ParameterFilters").iter().map(Input::new).collect();
    // A filter is refused even where there is nothing to filter.
    for filter in &filters {
        passes(*filter, "")?;
    }
    let mut all = Vec::new();
    for (name, changed_at) in world.parameters() {
        let mut passed = true;
        for filter in &filters {
            passed &= passes(*filter, &name)?;
        }
        if passed {
            all.push(json!({
                "Name": name,
                "ARN": format!("arn:aws:ssm:{}:{}:parameter{name}", world.region, world.account),
                "Type": "SecureString",
                "KeyId": "alias/aws/ssm",
                "LastModifiedDate": wire(changed_at),
                "LastModifiedUser": world.session_arn("terraform"),
                "Version": 1,
                "Tier": "Standard",
                "Policies": [],
                "DataType": "text",
            }));
        }
    }
    let page = page_or(all, input, PAGING, REFUSALS, "parameters", world.chance)?;
    Ok(json!({ "Parameters": page.items, "NextToken": page.next }))
}
