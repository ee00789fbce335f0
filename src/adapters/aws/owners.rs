//! Who else rules over a service, by its tags.

use aws_sdk_ecs::types as sdk;

use crate::domain::{Clean, Owner};

/// Tags whose value names the tool that made a service. Teams write them in many ways; `-`, `_`, `:` and capitals are no
/// difference. HashiCorp's and AWS's tagging guides suggest the first two.
const MADE_BY: [&str; 6] = [
    "managedby",
    "provisionedby",
    "provisioner",
    "deployedby",
    "createdby",
    "iac",
];
/// Tags that only Terraform's users write, whatever their value.
const TERRAFORM: [&str; 4] = ["terraform", "tf", "terraformworkspace", "terraformmodule"];
/// Tags that name a pipeline.
const PIPELINES: [&str; 5] = [
    "pipeline",
    "codepipeline",
    "githubworkflow",
    "gitlabpipeline",
    "pulumiproject",
];

/// The owners that `tags` name, each once, in the order of [`Owner`]'s certainty: AWS's own tags first.
pub(super) fn owners(tags: &[sdk::Tag]) -> Vec<Owner> {
    let mut stacks = Vec::new();
    let mut others: Vec<Owner> = Vec::new();
    for tag in tags {
        let (Some(key), Some(value)) = (tag.key(), tag.value()) else {
            continue;
        };
        let named = match key {
            // CloudFormation user guide, "Resource tag": it tags what it makes, and nobody else can write `aws:`.
            "aws:cloudformation:stack-name" => {
                stacks.push(Owner::CloudFormation(Clean::new(value)));
                continue;
            }
            "copilot-application" => Some(Owner::Copilot(Clean::new(value))),
            _ => named(key, value),
        };
        others.extend(named.filter(|owner| !others.contains(owner)));
    }
    stacks.extend(others);
    stacks
}

fn named(key: &str, value: &str) -> Option<Owner> {
    let plain: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let says_no = matches!(
        value.trim().to_ascii_lowercase().as_str(),
        "" | "false" | "no" | "0" | "none" | "manual"
    );
    if says_no {
        return None;
    }
    let said = || Clean::new(&format!("{key}={value}"));
    let is = |known: &[&str]| known.contains(&plain.as_str());
    if is(&TERRAFORM) {
        return Some(Owner::Terraform(said()));
    }
    if is(&MADE_BY) {
        let tool = value.to_ascii_lowercase();
        let terraform = ["terraform", "opentofu", "tofu", "terragrunt"]
            .iter()
            .any(|name| tool.contains(name));
        let other = [
            "pulumi",
            "cdk",
            "cloudformation",
            "sst",
            "pipeline",
            "actions",
            "gitlab",
            "circleci",
            "jenkins",
            "ecspresso",
            "argo",
            "spinnaker",
        ]
        .iter()
        .any(|name| tool.contains(name));
        // "createdby = sato" names a person, and a person puts nothing back by itself.
        return match (terraform, other) {
            (true, _) => Some(Owner::Terraform(said())),
            (false, true) => Some(Owner::Pipeline(said())),
            (false, false) => None,
        };
    }
    is(&PIPELINES).then(|| Owner::Pipeline(said()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tags: &[(&str, &str)]) -> Vec<Owner> {
        let tags: Vec<_> = tags
            .iter()
            .map(|(key, value)| sdk::Tag::builder().key(*key).value(*value).build())
            .collect();
        owners(&tags)
    }

    #[test]
    fn tools_are_known_by_their_tags_and_people_are_not_tools() {
        assert_eq!(
            of(&[
                ("ManagedBy", "Terraform Cloud"),
                ("aws:cloudformation:stack-name", "pb"),
                ("copilot-application", "pb"),
                ("Pipeline", "deploy-main"),
                ("Managed-By", "pulumi"),
            ]),
            [
                Owner::CloudFormation("pb".into()),
                Owner::Terraform("ManagedBy=Terraform Cloud".into()),
                Owner::Copilot("pb".into()),
                Owner::Pipeline("Pipeline=deploy-main".into()),
                Owner::Pipeline("Managed-By=pulumi".into()),
            ]
        );
        assert_eq!(
            of(&[("terraform", "true")]),
            [Owner::Terraform("terraform=true".into())]
        );
        for none in [
            ("terraform", "false"),
            ("CreatedBy", "sato"),
            ("ManagedBy", ""),
            ("Name", "terraform"),
        ] {
            assert_eq!(of(&[none]), [], "{none:?}");
        }
        assert_eq!(
            of(&[("terraform", "x\u{1b}[2J")]),
            [Owner::Terraform("terraform=x\u{FFFD}[2J".into())]
        );
    }
}
