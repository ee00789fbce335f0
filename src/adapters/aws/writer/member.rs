//! Two members of a JSON text replaced and every other byte kept: order, spacing, escapes and numbers as they were written.
//!
//! The text is a secret. A refusal says what is wrong with its form and never repeats any of it.

use std::fmt;
use std::ops::Range;

use serde::de::IgnoredAny;

use crate::domain::Endpoint;

use super::secret::SecretText;

/// Why a secret's text cannot be switched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not one JSON object.
    NotAnObject,
    /// It has no `host`.
    NoHost,
    /// Its `host` is not a text.
    StrangeHost,
    /// Its `port` is neither a number nor a text.
    StrangePort,
    /// A member is there twice: which one counts, each reader decides for itself.
    Twice(&'static str),
    /// What it should be switched to is no name of a host.
    StrangeTarget,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("the secret is not a JSON object"),
            Self::NoHost => f.write_str("the secret has no member `host`"),
            Self::StrangeHost => f.write_str("the secret's member `host` is not a text"),
            Self::StrangePort => f.write_str("the secret's member `port` is neither a number nor a text"),
            Self::Twice(name) => write!(f, "the secret has the member `{name}` twice"),
            Self::StrangeTarget => f.write_str("the new address is not the name of a host"),
        }
    }
}

/// `text` with the values of its members `host` and `port` replaced. A port that was written as a text stays one; a text
/// without a port gets none.
pub(super) fn switched(text: &SecretText, endpoint: &Endpoint) -> Result<SecretText, Refusal> {
    let host = endpoint.host.as_str();
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
    if host.is_empty() || host.len() > 253 || !host.bytes().all(is_name) {
        return Err(Refusal::StrangeTarget);
    }
    let text = text.expose();
    // Valid JSON as a whole, so that the walk below only has to tell where things begin and end.
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return Err(Refusal::NotAnObject);
    }
    let mut edits = Vec::new();
    let (mut has_host, mut has_port) = (false, false);
    for member in Walk::new(text).members().ok_or(Refusal::NotAnObject)? {
        let first = text.as_bytes().get(member.value.start);
        match member.name.expose() {
            "host" => {
                if std::mem::replace(&mut has_host, true) {
                    return Err(Refusal::Twice("host"));
                }
                if first != Some(&b'"') {
                    return Err(Refusal::StrangeHost);
                }
                edits.push((member.value, format!("\"{host}\"")));
            }
            "port" => {
                if std::mem::replace(&mut has_port, true) {
                    return Err(Refusal::Twice("port"));
                }
                let port = endpoint.port;
                edits.push(match first {
                    Some(b'"') => (member.value, format!("\"{port}\"")),
                    Some(b'-' | b'0'..=b'9') => (member.value, port.to_string()),
                    Some(_) | None => return Err(Refusal::StrangePort),
                });
            }
            _ => {}
        }
    }
    if !has_host {
        return Err(Refusal::NoHost);
    }
    replaced(text, &edits).ok_or(Refusal::NotAnObject)
}

/// `text` with other values at these places, which are in order.
fn replaced(text: &str, edits: &[(Range<usize>, String)]) -> Option<SecretText> {
    let added: usize = edits.iter().map(|(_, value)| value.len()).sum();
    // Room for all of it at once: a text that grows leaves copies behind.
    let mut new = String::with_capacity(text.len().saturating_add(added));
    let mut at = 0;
    for (place, value) in edits {
        new.push_str(text.get(at..place.start)?);
        new.push_str(value);
        at = place.end;
    }
    new.push_str(text.get(at..)?);
    Some(SecretText::new(new))
}

/// A member of the outermost object.
struct Member {
    /// Its name, without quotes and escapes.
    name: SecretText,
    /// Where its value stands.
    value: Range<usize>,
}

/// Walks over a text that is known to be valid JSON.
struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Walk<'a> {
    const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The members of the object that the text is; `None` when it is something else.
    fn members(mut self) -> Option<Vec<Member>> {
        let mut members = Vec::new();
        self.spaces();
        if self.peek()? != b'{' {
            return None;
        }
        self.at += 1;
        loop {
            self.spaces();
            match self.peek()? {
                b'}' => return Some(members),
                b',' => self.at += 1,
                b'"' => {
                    let name = self.string()?;
                    let name: String = serde_json::from_str(self.text.get(name)?).ok()?;
                    self.spaces();
                    if self.peek()? != b':' {
                        return None;
                    }
                    self.at += 1;
                    self.spaces();
                    members.push(Member {
                        name: SecretText::new(name),
                        value: self.value()?,
                    });
                }
                _ => return None,
            }
        }
    }

    /// Over a string, with its quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek()? {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return Some(start..self.at);
                }
                _ => self.at += 1,
            }
        }
    }

    /// Over any value.
    fn value(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' => self.at += 1,
                // A number or a word.
                _ => {
                    while !matches!(
                        self.peek()?,
                        b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' | b'}' | b']'
                    ) {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return Some(start..self.at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn endpoint() -> Endpoint {
        Endpoint {
            host: "pb-restored.abc.rds.amazonaws.com".into(),
            port: 6432,
        }
    }

    fn switch(text: &str) -> Result<String, Refusal> {
        switched(&SecretText::new(text.to_owned()), &endpoint()).map(|new| new.expose().to_owned())
    }

    #[test]
    fn only_two_values_change_and_each_stays_of_its_kind() {
        assert_eq!(
            switch("{ \"username\":\"pb\",\n\t\"host\" : \"old\" ,\"port\":5432,\"x\":1e0, \"p\":\"a\\u0022}\"}\n").unwrap(),
            "{ \"username\":\"pb\",\n\t\"host\" : \"pb-restored.abc.rds.amazonaws.com\" ,\"port\":6432,\"x\":1e0, \"p\":\"a\\u0022}\"}\n"
        );
        assert_eq!(
            switch(r#"{"port":"5432","host":""}"#).unwrap(),
            r#"{"port":"6432","host":"pb-restored.abc.rds.amazonaws.com"}"#
        );
        assert_eq!(
            switch(r#"{"host":"old"}"#).unwrap(),
            r#"{"host":"pb-restored.abc.rds.amazonaws.com"}"#
        );
    }

    #[test]
    fn the_same_names_elsewhere_are_not_meant() {
        assert_eq!(
            switch(r#"{"replica":{"host":"a","port":1,"s":["}",{"host":"b"}]},"h\u006fst":"old","Host":"c","url":"postgres://old:1/host"}"#)
                .unwrap(),
            r#"{"replica":{"host":"a","port":1,"s":["}",{"host":"b"}]},"h\u006fst":"pb-restored.abc.rds.amazonaws.com","Host":"c","url":"postgres://old:1/host"}"#
        );
    }

    #[test]
    fn what_is_not_certain_is_refused_without_a_word_of_it() {
        for (text, why) in [
            ("hunter2", Refusal::NotAnObject),
            ("\"hunter2\"", Refusal::NotAnObject),
            ("[{\"host\":\"hunter2\"}]", Refusal::NotAnObject),
            ("{\"host\":\"hunter2\"} x", Refusal::NotAnObject),
            ("{\"host\":\"hunter2\",}", Refusal::NotAnObject),
            ("\u{feff}{\"host\":\"hunter2\"}", Refusal::NotAnObject),
            ("", Refusal::NotAnObject),
            ("{}", Refusal::NoHost),
            ("{\"HOST\":\"hunter2\"}", Refusal::NoHost),
            ("{\"host\":null}", Refusal::StrangeHost),
            ("{\"host\":[\"hunter2\"]}", Refusal::StrangeHost),
            ("{\"host\":\"a\",\"port\":null}", Refusal::StrangePort),
            ("{\"host\":\"a\",\"port\":true}", Refusal::StrangePort),
            ("{\"host\":\"a\",\"port\":{\"n\":1}}", Refusal::StrangePort),
            (
                "{\"host\":\"hunter2\",\"h\\u006fst\":\"b\"}",
                Refusal::Twice("host"),
            ),
            ("{\"host\":\"a\",\"port\":1,\"port\":1}", Refusal::Twice("port")),
        ] {
            let refusal = switch(text).unwrap_err();
            assert_eq!(refusal, why, "{text}");
            assert!(!refusal.to_string().contains("hunter2"));
        }
        for host in ["", "a b", "a\"", "a\u{FFFD}", "xn/y"] {
            let to = Endpoint {
                host: host.into(),
                port: 1,
            };
            let text = SecretText::new("{\"host\":\"a\"}".to_owned());
            assert_eq!(switched(&text, &to).err(), Some(Refusal::StrangeTarget), "{host}");
        }
    }

    /// Any JSON value, as text with spaces of its own.
    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            any::<i32>().prop_map(|n| n.to_string()),
            Just("-1.50E+3".to_owned()),
            any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
            Just(r#""\u0068ost\\\"}{][,:""#.to_owned()),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let key = prop_oneof![
                Just("\"host\"".to_owned()),
                Just("\"port\"".to_owned()),
                any::<String>().prop_map(|key| serde_json::to_string(&key).unwrap()),
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4)
                    .prop_map(|list| format!("[ {} ]", list.join(" ,"))),
                prop::collection::vec((key, inner), 0..4).prop_map(|members| {
                    let members: Vec<_> = members
                        .iter()
                        .map(|(key, value)| format!("{key} :\t{value}"))
                        .collect();
                    format!("{{\n{}}}", members.join(","))
                }),
            ]
        })
    }

    fn members() -> impl Strategy<Value = Vec<(String, String)>> {
        let key = any::<String>()
            .prop_filter("not one of ours", |key| key != "host" && key != "port")
            .prop_map(|key| serde_json::to_string(&key).unwrap());
        prop::collection::vec((key, json()), 0..6)
    }

    proptest! {
        #[test]
        fn every_other_byte_is_kept(
            before in members(),
            between in members(),
            after in members(),
            space in "[ \t\r\n]{0,3}",
            old in any::<String>(),
            port in prop_oneof![Just("5432".to_owned()), Just("\"5432\"".to_owned())],
        ) {
            let old = serde_json::to_string(&old).unwrap();
            let text = |host: &str, port: &str| {
                let written = |members: &[(String, String)]| -> Vec<String> {
                    members.iter().map(|(key, value)| format!("{space}{key}{space}:{space}{value}{space}")).collect()
                };
                let mut all = written(&before);
                all.push(format!("\"host\":{space}{host}{space}"));
                all.extend(written(&between));
                all.push(format!("\"port\"{space}:{port}"));
                all.extend(written(&after));
                format!("{space}{{{}}}{space}", all.join(","))
            };
            let new_port = if port.starts_with('"') { "\"6432\"" } else { "6432" };
            let new = switch(&text(&old, &port)).unwrap();
            prop_assert_eq!(&new, &text("\"pb-restored.abc.rds.amazonaws.com\"", new_port));
            let read: Value = serde_json::from_str(&new).unwrap();
            prop_assert_eq!(&read["host"], "pb-restored.abc.rds.amazonaws.com");
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), json in json()) {
            let _known = (switch(&text), switch(&json));
        }
    }
}
