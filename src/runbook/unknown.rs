//! Finding the key that no runbook has.
//!
//! Serde reports what it meets first, which for a mistyped table is often that another one is missing. A person is helped
//! by the line with the mistake, so after any failure the whole file is walked beside the schema.

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Finding;

/// The first key of `table` that `schema` (the whole document's) does not know.
pub(super) fn key(table: &DeTable<'_>, schema: &Value) -> Option<Finding> {
    in_table(table, schema, schema)
}

fn in_table(table: &DeTable<'_>, schema: &Value, root: &Value) -> Option<Finding> {
    let schema = resolve(schema, root);
    let properties = schema.get("properties").and_then(Value::as_object);
    let others = schema.get("additionalProperties");
    table.iter().find_map(|(key, value)| {
        let name = key.get_ref().as_ref();
        if let Some(inner) = properties.and_then(|known| known.get(name)) {
            return in_value(value, inner, root);
        }
        match others {
            Some(inner) if inner.is_object() => in_value(value, inner, root),
            Some(Value::Bool(false)) => {
                let known: Vec<&str> = properties
                    .map(|known| known.keys().map(String::as_str).collect())
                    .unwrap_or_default();
                Some(
                    Finding::new(Some(key.span()), format!("unknown key `{name}`"))
                        .hint(format!("keys here: {}", known.join(", ")))
                        .did_you_mean(name, known),
                )
            }
            _ => None,
        }
    })
}

fn in_value(value: &Spanned<DeValue<'_>>, schema: &Value, root: &Value) -> Option<Finding> {
    match value.get_ref() {
        DeValue::Table(table) => in_table(table, schema, root),
        DeValue::Array(items) => {
            let inner = resolve(schema, root).get("items")?;
            items.iter().find_map(|item| in_value(item, inner, root))
        }
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => None,
    }
}

/// Follows `$ref`, and looks through "this or null".
fn resolve<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    let mut schema = schema;
    // A schema of ours nests a handful of times; the bound keeps a circular one from hanging.
    for _ in 0..8 {
        let optional = schema.get("anyOf").and_then(|any| any.get(0));
        let pointed = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|pointer| root.pointer(pointer.trim_start_matches('#')));
        match pointed.or(optional) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}
