//! awsQuery: a form goes in, XML comes out. Lists are `Name.member.N` on the way in and `<member>` on the way out; some
//! services call their items by other names.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::drill::{api::AwsError, time};

/// Reads a form into the structure that its dotted names describe. All leaves are text.
pub(super) fn decode(form: &str) -> Value {
    let mut tree = Value::Object(Map::new());
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let path: Vec<String> = unescape(name).split('.').map(str::to_owned).collect();
        insert(&mut tree, &path, unescape(value));
    }
    lists(tree)
}

fn insert(tree: &mut Value, path: &[String], value: String) {
    let Some((first, rest)) = path.split_first() else {
        *tree = Value::String(value);
        return;
    };
    if !tree.is_object() {
        *tree = Value::Object(Map::new());
    }
    if let Value::Object(fields) = tree {
        insert(fields.entry(first.clone()).or_insert(Value::Null), rest, value);
    }
}

/// The key which marks a list whose items have a name of their own in XML, as RDS has them.
const ITEMS: &str = "$items";

/// A list whose items are called so, instead of `member`.
pub(crate) fn items(name: &str, list: Vec<Value>) -> Value {
    json!({ ITEMS: { name: list } })
}

/// Name and items of such a list.
fn named_items(value: &Value) -> Option<(&String, &Vec<Value>)> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    let (name, list) = fields.get(ITEMS)?.as_object()?.iter().next()?;
    Some((name, list.as_array()?))
}

/// Turns `{ "member": { "1": a, "2": b } }` into `[a, b]`, everywhere; items may have another name.
fn lists(tree: Value) -> Value {
    let Value::Object(mut fields) = tree else {
        return tree;
    };
    let numbered = |value: &Value| {
        let members = value.as_object().filter(|members| !members.is_empty());
        members.is_some_and(|members| members.keys().all(|key| key.parse::<u32>().is_ok()))
    };
    let only = fields
        .iter()
        .next()
        .filter(|(_, value)| fields.len() == 1 && numbered(value));
    if let Some(name) = only.map(|(name, _)| name.clone())
        && let Some(Value::Object(members)) = fields.remove(&name)
    {
        let mut members: Vec<(u32, Value)> = members
            .into_iter()
            .filter_map(|(number, value)| Some((number.parse().ok()?, value)))
            .collect();
        members.sort_by_key(|(number, _)| *number);
        return members.into_iter().map(|(_, value)| lists(value)).collect();
    }
    fields
        .into_iter()
        .map(|(name, value)| (name, lists(value)))
        .collect()
}

pub(super) fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match (first, hex.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(*byte),
        }
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Writes an outcome in the service's namespace.
pub(super) fn encode(
    operation: &str,
    namespace: &str,
    outcome: &Result<Value, AwsError>,
    request_id: &str,
) -> Vec<u8> {
    let mut xml = String::new();
    match outcome {
        Ok(answer) => {
            let metadata = json!({ "RequestId": request_id });
            open(&mut xml, &format!("{operation}Response xmlns=\"{namespace}\""));
            element(&mut xml, &format!("{operation}Result"), answer);
            element(&mut xml, "ResponseMetadata", &metadata);
            close(&mut xml, &format!("{operation}Response"));
        }
        Err(error) => {
            let kind = if error.status < 500 { "Sender" } else { "Receiver" };
            let code = error.query_code.unwrap_or(error.code);
            let body = json!({ "Type": kind, "Code": code, "Message": error.message });
            open(&mut xml, &format!("ErrorResponse xmlns=\"{namespace}\""));
            element(&mut xml, "Error", &body);
            element(&mut xml, "RequestId", &json!(request_id));
            close(&mut xml, "ErrorResponse");
        }
    }
    xml.into_bytes()
}

fn open(xml: &mut String, tag: &str) {
    // Writing into a String cannot fail.
    write!(xml, "<{tag}>").unwrap_or_default();
}

fn close(xml: &mut String, tag: &str) {
    write!(xml, "</{tag}>").unwrap_or_default();
}

fn element(xml: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    open(xml, name);
    if let Some((item, list)) = named_items(value) {
        list.iter().for_each(|one| element(xml, item, one));
        close(xml, name);
        return;
    }
    match (time::marked(value), value) {
        (Some(millis), _) => xml.push_str(&time::text(millis)),
        (None, Value::Object(fields)) => fields.iter().for_each(|(name, value)| element(xml, name, value)),
        (None, Value::Array(items)) => items.iter().for_each(|item| element(xml, "member", item)),
        (None, Value::String(text)) => escape(xml, text),
        (None, Value::Bool(_) | Value::Number(_) | Value::Null) => xml.push_str(&value.to_string()),
    }
    close(xml, name);
}

fn escape(xml: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&apos;"),
            // XML 1.0 has no other control characters, not even escaped ones.
            control if control.is_control() && !matches!(control, '\t' | '\n' | '\r') => xml.push('\u{fffd}'),
            other => xml.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_names_become_structures_and_lists_in_order_of_their_numbers() {
        let form = "Action=DescribeTargetGroups&Version=2015-12-01&Names.member.10=z&Names.member.2=b+c&Names.member.1=a%2Fb\
            &Q.member.1.Stat.Metric.Dimensions.member.1.Name=LoadBalancer&Empty=";
        assert_eq!(
            decode(form),
            json!({
                "Action": "DescribeTargetGroups",
                "Version": "2015-12-01",
                "Names": ["a/b", "b c", "z"],
                "Q": [{ "Stat": { "Metric": { "Dimensions": [{ "Name": "LoadBalancer" }] } } }],
                "Empty": "",
            })
        );
        assert_eq!(decode("A=%zz&B=%4&A.b=1")["A"], json!({ "b": "1" }));
        let tags = "Tags.Tag.2.Key=b&Tags.Tag.1.Key=a&Tags.Tag.1.Value=";
        assert_eq!(
            decode(tags)["Tags"],
            json!([{ "Key": "a", "Value": "" }, { "Key": "b" }])
        );
    }

    #[test]
    fn answers_are_escaped() {
        let at = "2026-11-23T05:05:12Z".parse().unwrap();
        let ids = items("Id", vec![json!("x"), json!("y")]);
        let answer = json!({
            "Name": "a<b>&\u{7}", "On": true, "At": time::wire(at), "List": [1, 2], "No": null, "Ids": ids,
        });
        let xml = String::from_utf8(encode("Op", "urn:x", &Ok(answer), "id-1")).unwrap();
        assert_eq!(
            xml,
            "<OpResponse xmlns=\"urn:x\"><OpResult><Name>a&lt;b&gt;&amp;\u{fffd}</Name><On>true</On>\
             <At>2026-11-23T05:05:12Z</At><List><member>1</member><member>2</member></List><Ids><Id>x</Id><Id>y</Id></Ids></OpResult>\
             <ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></OpResponse>"
        );
    }
}
