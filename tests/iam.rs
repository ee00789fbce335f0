//! The policies in `docs/iam/`, the page about them and the calls in the code say the same, both ways.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

const POLICIES: [&str; 4] = ["read-only", "operator", "registration", "database"];

/// How IAM calls the services whose clients are fields of the reader and the writer.
const CLIENTS: [(&str, &str); 11] = [
    ("cloudwatch", "cloudwatch"),
    ("ecr", "ecr"),
    ("ecs", "ecs"),
    ("elb", "elasticloadbalancing"),
    ("iam", "iam"),
    ("logs", "logs"),
    ("parameters", "ssm"),
    ("rds", "rds"),
    ("scaling", "application-autoscaling"),
    ("secrets", "secretsmanager"),
    ("sts", "sts"),
];

/// What AWS asks for beside the call itself (service authorization reference): the call, and the action.
const BESIDE: [(&str, &str); 4] = [
    ("ecs:updateservice", "iam:passrole"),
    ("ecs:registertaskdefinition", "iam:passrole"),
    ("ecs:registertaskdefinition", "ecs:tagresource"),
    ("rds:restoredbinstancefromdbsnapshot", "rds:addtagstoresource"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sources of a folder, each without its tests and without spaces.
fn sources(folder: &Path, deeper: bool) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if deeper {
                found.extend(sources(&path, true));
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            found.push(code.split_whitespace().collect());
        }
    }
    found
}

/// The operations that a source asks the SDK for: `self.inner.rds.describe_events()` is `rds:describeevents`.
fn asked(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (client, service) in CLIENTS {
        for rest in source.split(&format!(".{client}.")).skip(1) {
            let name: String = rest
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_')
                .collect();
            if rest[name.len()..].starts_with("()") {
                found.insert(format!("{service}:{}", name.replace('_', "")));
            }
        }
    }
    found
}

/// The operations that a source names in its faults: `"elbv2.DescribeTargetGroups"` and the like.
fn named(source: &str) -> BTreeSet<String> {
    source
        .split("&str=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next()?.split_once('.'))
        .filter(|(_, operation)| operation.starts_with(|c: char| c.is_ascii_uppercase()))
        .map(|(service, operation)| {
            let service = match service {
                "elbv2" => "elasticloadbalancing",
                same => same,
            };
            format!("{service}:{operation}").to_lowercase()
        })
        .collect()
}

fn all(sources: &[String], of: fn(&str) -> BTreeSet<String>) -> BTreeSet<String> {
    sources.iter().flat_map(|source| of(source)).collect()
}

fn readers() -> Vec<String> {
    sources(&root().join("src/adapters/aws"), false)
}

fn writers() -> Vec<String> {
    sources(&root().join("src/adapters/aws/writer"), true)
}

fn policy(name: &str) -> Value {
    let text = fs::read_to_string(root().join(format!("docs/iam/{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn statements(policy: &Value) -> &Vec<Value> {
    policy["Statement"].as_array().unwrap()
}

/// One text or a list of them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        one => vec![one.as_str().unwrap().to_owned()],
    }
}

/// The actions of a policy, without those of the statement that everybody has.
fn own_actions(name: &str) -> BTreeSet<String> {
    statements(&policy(name))
        .iter()
        .filter(|statement| name == "read-only" || statement["Sid"] != "Observe")
        .flat_map(|statement| texts(&statement["Action"]))
        .map(|action| action.to_lowercase())
        .collect()
}

#[test]
fn a_look_needs_exactly_the_read_only_policy() {
    let asked = all(&readers(), asked);
    assert!(
        asked.len() > 20 && asked.contains("sts:getcalleridentity"),
        "{asked:?}"
    );
    assert_eq!(asked, own_actions("read-only"));
}

#[test]
fn a_write_needs_exactly_the_other_policies_beside_it() {
    let mut needed = all(&writers(), asked);
    for (call, action) in BESIDE {
        assert!(needed.contains(call), "{call}");
        needed.insert(action.to_owned());
    }
    let reads = own_actions("read-only");
    let needed: BTreeSet<_> = needed.difference(&reads).cloned().collect();
    let given: BTreeSet<_> = ["operator", "registration", "database"]
        .into_iter()
        .flat_map(own_actions)
        .collect();
    assert_eq!(needed, given);
}

#[test]
fn every_call_is_named_in_its_faults_as_it_is_called() {
    for sources in [readers(), writers()] {
        let (asked, mut named) = (all(&sources, asked), all(&sources, named));
        // A write reads first, under the reader's own name for it.
        named.extend(all(&readers(), self::named).intersection(&asked).cloned());
        assert_eq!(asked, named);
    }
}

#[test]
fn looking_is_the_same_for_everybody_and_reads_no_value() {
    let (look, operator) = (policy("read-only"), policy("operator"));
    assert_eq!(statements(&look)[0], statements(&operator)[0]);
    let is_reading = |action: &String| {
        let (_, name) = action.split_once(':').unwrap();
        let reads = ["describe", "list", "filterlogevents", "simulateprincipalpolicy"];
        let looks = [
            "getcalleridentity",
            "getlifecyclepolicy",
            "getmetricdata",
            "getrole",
        ];
        reads.iter().any(|start| name.starts_with(start)) || looks.contains(&name)
    };
    let others: Vec<_> = own_actions("read-only")
        .into_iter()
        .filter(|action| !is_reading(action))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn the_value_of_a_secret_has_a_statement_of_its_own_on_the_one_secret() {
    let mut seen = 0;
    for name in POLICIES {
        for statement in statements(&policy(name)) {
            let actions = texts(&statement["Action"]);
            assert!(actions.iter().all(|action| !action.contains('*')), "{statement}");
            if !actions.iter().any(|action| {
                ["GetSecretValue", "UpdateSecret", "UpdateSecretVersionStage"]
                    .iter()
                    .any(|end| action.ends_with(&format!(":{end}")))
            }) {
                continue;
            }
            seen += 1;
            assert_eq!(
                (name, &statement["Sid"]),
                ("database", &Value::from("SwitchTheOneSecret"))
            );
            assert_eq!(actions.len(), 3, "{statement}");
            for resource in texts(&statement["Resource"]) {
                assert!(
                    resource.starts_with("arn:aws:secretsmanager:REGION:ACCOUNT:secret:")
                        && resource.ends_with("/database-??????")
                        && !resource.contains('*'),
                    "{resource}"
                );
            }
        }
    }
    assert_eq!(seen, 1);
}

#[test]
fn the_page_lists_every_statement_with_its_actions() {
    let page = fs::read_to_string(root().join("docs/iam.md")).unwrap();
    let quoted =
        |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let mut listed = BTreeSet::new();
    let rows = page
        .lines()
        .skip_while(|line| !line.starts_with("| policy | statement |"))
        .take_while(|line| line.starts_with('|'))
        .skip(2);
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        for policy in quoted(cells[0]) {
            listed.insert((policy, quoted(cells[1])[0].clone(), quoted(cells[2])));
        }
    }
    let mut there = BTreeSet::new();
    for name in POLICIES {
        assert!(page.contains(&format!("(iam/{name}.json)")), "{name}");
        for statement in statements(&policy(name)) {
            let sid = statement["Sid"].as_str().unwrap().to_owned();
            let mut actions = texts(&statement["Action"]);
            actions.sort();
            there.insert((name.to_owned(), sid, actions));
        }
    }
    assert_eq!(listed, there);
    let files = fs::read_dir(root().join("docs/iam")).unwrap().count();
    assert_eq!(files, POLICIES.len(), "every file is a policy of the page");
}
