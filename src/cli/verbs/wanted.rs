//! What is to be planned: read from the command line, and told to an engine.

use crate::cli::args::PlanArgs;
use crate::cli::context::hint_of;
use crate::cli::near::nearest;
use crate::cli::shell::quoted;
use crate::cli::{Context, Exit, Failure};
use crate::domain::{Clean, OwnDefinition, Phrase, ServiceKey, TargetSpec};
use crate::engine::{Engine, read_definition_file};
use crate::rollback::{Method, NoPlan, Plan, PreflightCheck};
use crate::session::OperatorMsg;

/// What is to be planned.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    /// Which services, in the runbook's order.
    pub(super) services: Vec<ServiceKey>,
    /// Where to.
    pub(super) target: TargetSpec,
    /// How; `None` lets the state choose.
    pub(super) method: Option<Method>,
    /// The operator's own definition.
    pub(super) definition: Option<OwnDefinition>,
    /// Checks that the operator goes past.
    pub(super) overrides: Vec<Over>,
    /// The same as options, for the line that approves it.
    options: Vec<String>,
}

/// A check that the operator goes past.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Over {
    /// Which.
    pub(super) check: PreflightCheck,
    /// Of which service; `None` for all.
    pub(super) service: Option<ServiceKey>,
    /// Why.
    pub(super) reason: Clean,
}

impl Over {
    /// It as something that a person says.
    pub(super) fn said(&self) -> OperatorMsg {
        OperatorMsg::Override {
            check: self.check,
            service: self.service.clone(),
            reason: self.reason.clone(),
            by: None,
        }
    }
}

impl Wanted {
    /// Lets an engine observe what the plan needs, and know what it is made from.
    pub(super) fn prepare(&self, engine: &mut Engine) {
        engine.tell(OperatorMsg::Prepare(self.services.clone()));
        engine.tell(OperatorMsg::UseDefinition(self.definition.clone().map(Box::new)));
        for over in &self.overrides {
            engine.tell(over.said());
        }
    }

    /// The plan as it would be made now.
    pub(super) fn proposal(&self, engine: &Engine) -> Result<Plan, NoPlan> {
        let session = engine.session();
        session.proposal_of(&self.services, &self.target, self.method, engine.now())
    }

    /// The command that applies exactly this plan, as a shell reads it.
    pub(super) fn command(&self, context: &Context, plan: &Plan) -> String {
        let global = &context.global;
        let mut words = vec!["modosu".to_owned(), "rollback".to_owned()];
        let state_dir = global.state_dir.as_ref().map(|dir| dir.display().to_string());
        for (option, value) in [
            ("--runbook", global.runbook.clone()),
            ("-e", Some(context.environment.to_string())),
            ("--profile", global.profile.clone()),
            ("--region", global.region.clone()),
            ("--state-dir", state_dir),
        ] {
            words.extend(value.map(|value| format!("{option} {}", quoted(&value))));
        }
        words.extend(self.options.iter().cloned());
        words.push(format!("--approve {}", plan.hash));
        words.join(" ")
    }
}

/// Reads services, target, method, definition and overrides.
pub(super) async fn wanted(context: &Context, args: &PlanArgs) -> Result<Wanted, Failure> {
    let services = context.services(&args.service)?;
    let target: TargetSpec = args.to.parse().map_err(|_| {
        Failure::usage(Phrase::new("cli-error-target").text("target", Clean::new(&args.to)))
            .hint(Phrase::new("cli-hint-target"))
    })?;
    let method = method(&args.method)?;
    let overrides = args
        .r#override
        .iter()
        .map(|text| over(context, &services, text))
        .collect::<Result<Vec<_>, _>>()?;
    let definition = match &args.task_definition {
        None => None,
        Some(_) if !registers_a_file(method, &target, &services) => {
            return Err(Failure::usage(Phrase::new("cli-error-definition-use"))
                .hint(Phrase::new("cli-hint-definition-use")));
        }
        Some(path) => {
            let read = read_definition_file(path).await;
            let read = read.map_err(|fault| {
                Failure::usage(Phrase::new("cli-error-definition").text("detail", &fault.detail))
                    .hint(Phrase::new("cli-hint-definition"))
            })?;
            Some(read)
        }
    };
    Ok(Wanted {
        options: options(args, &services, &target),
        services,
        target,
        method,
        definition,
        overrides,
    })
}

/// A file is one definition for one service, and only a registration uses it.
fn registers_a_file(method: Option<Method>, target: &TargetSpec, services: &[ServiceKey]) -> bool {
    let by_image = match method {
        None | Some(Method::Image) => true,
        Some(
            Method::Revision
            | Method::Stop
            | Method::Continue
            | Method::Github
            | Method::Database
            | Method::Redeploy,
        ) => false,
    };
    by_image && !target.is_database() && services.len() == 1
}

fn options(args: &PlanArgs, services: &[ServiceKey], target: &TargetSpec) -> Vec<String> {
    let names: Vec<_> = services.iter().map(ServiceKey::as_str).collect();
    let mut options = vec![
        format!("--service {}", quoted(&names.join(","))),
        format!("--to {}", quoted(&target.to_string())),
    ];
    if args.method != "auto" {
        options.push(format!("--method {}", quoted(&args.method)));
    }
    if let Some(path) = &args.task_definition {
        options.push(format!(
            "--task-definition {}",
            quoted(&path.display().to_string())
        ));
    }
    options.extend(
        args.r#override
            .iter()
            .map(|text| format!("--override {}", quoted(text))),
    );
    options
}

fn method(name: &str) -> Result<Option<Method>, Failure> {
    if name == "auto" {
        return Ok(None);
    }
    name.parse().map(Some).map_err(|_| {
        let what = Phrase::new("cli-error-method").text("method", Clean::new(name));
        let known = std::iter::once("auto").chain(Method::ALL.map(Method::as_str));
        Failure::usage(what).hint(match nearest(name, known) {
            Some(meant) => Phrase::new("cli-hint-did-you-mean").text("name", meant),
            None => Phrase::new("cli-hint-methods"),
        })
    })
}

/// Reads `CHECK=REASON` or `SERVICE.CHECK=REASON`.
fn over(context: &Context, services: &[ServiceKey], text: &str) -> Result<Over, Failure> {
    let form = || Failure::usage(Phrase::new("cli-error-override-form").text("given", Clean::new(text)));
    let (about, reason) = text.split_once('=').ok_or_else(form)?;
    let (service, check) = match about.trim().split_once('.') {
        Some((service, check)) => (Some(context.service(service)?), check),
        None => (None, about.trim()),
    };
    if let Some(service) = service.as_ref().filter(|service| !services.contains(service)) {
        let what = Phrase::new("cli-error-override-service").text("service", service);
        return Err(Failure::usage(what));
    }
    if check.is_empty() {
        return Err(form());
    }
    let check = check_named(check)?;
    if reason.trim().is_empty() {
        return Err(
            Failure::usage(Phrase::new("cli-error-override-reason").phrase("check", check.phrase()))
                .hint(Phrase::new("cli-hint-override-reason")),
        );
    }
    if !check.may_be_overridden() {
        let what = Phrase::new("notice-override-never").phrase("check", check.phrase());
        return Err(Failure::new(Exit::Blocked, what).hint(Phrase::new("cli-hint-override")));
    }
    Ok(Over {
        check,
        service,
        reason: Clean::new(reason.trim()),
    })
}

fn check_named(name: &str) -> Result<PreflightCheck, Failure> {
    let read = serde_json::from_value(serde_json::Value::String(name.to_owned()));
    read.map_err(|_| {
        let what = Phrase::new("cli-error-check").text("name", Clean::new(name));
        let known = PreflightCheck::ALL
            .iter()
            .filter(|check| check.may_be_overridden())
            .map(|check| check.as_str());
        Failure::usage(what).hint(hint_of(name, known, "cli-hint-checks"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Global, Settings};

    fn context() -> Context {
        let global = Global {
            runbook: Some("peoplebooster".to_owned()),
            state_dir: Some(std::path::PathBuf::from("/tmp/it's here")),
            ..Global::default()
        };
        Context::new(&global, &Settings::default()).unwrap()
    }

    fn args(line: &str) -> PlanArgs {
        use clap::Parser as _;
        let line = line.split('|');
        let cli = crate::cli::Cli::try_parse_from(["modosu", "plan"].into_iter().chain(line)).unwrap();
        match cli.verb {
            Some(crate::cli::Verb::Plan(plan)) => plan,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_method_of_the_contract_is_known() {
        assert_eq!(method("auto"), Ok(None));
        for known in Method::ALL {
            assert_eq!(method(known.as_str()), Ok(Some(known)));
        }
        let slip = method("revison").unwrap_err();
        assert_eq!(
            (slip.exit, &*slip.hint.unwrap().id),
            (Exit::Usage, "cli-hint-did-you-mean")
        );
        assert_eq!(method("").unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn services_come_in_the_runbooks_order_each_once() {
        let context = context();
        let names = |list: &str| -> Result<Vec<String>, String> {
            let services = context
                .services(list)
                .map_err(|failure| failure.what.id.to_string())?;
            Ok(services.iter().map(ToString::to_string).collect())
        };
        let both = Ok(vec!["backend".to_owned(), "frontend".to_owned()]);
        assert_eq!(names("both"), both);
        assert_eq!(names("frontend, backend"), both);
        assert_eq!(names("frontend"), Ok(vec!["frontend".to_owned()]));
        assert_eq!(
            names("backend,backend"),
            Err("cli-error-service-twice".to_owned())
        );
        assert_eq!(names("backend,"), Err("cli-error-service".to_owned()));
        assert_eq!(names("backend,both"), Err("cli-error-service".to_owned()));
    }

    #[test]
    fn an_override_names_a_check_and_a_reason_or_is_refused() {
        let context = context();
        let services = context.services("backend").unwrap();
        let read = |text: &str| over(&context, &services, text);
        let tag = read("backend.tag = seen by hand = yes ").unwrap();
        assert_eq!(
            (
                tag.check,
                tag.service.as_ref().map(ServiceKey::as_str),
                tag.reason.as_str()
            ),
            (PreflightCheck::Tag, Some("backend"), "seen by hand = yes")
        );
        for (text, id, exit) in [
            ("tag", "cli-error-override-form", Exit::Usage),
            ("=why", "cli-error-override-form", Exit::Usage),
            ("tag= ", "cli-error-override-reason", Exit::Usage),
            ("tga=why", "cli-error-check", Exit::Usage),
            ("nobody.tag=why", "cli-error-service", Exit::Usage),
            ("frontend.tag=why", "cli-error-override-service", Exit::Usage),
            ("image=we have it", "notice-override-never", Exit::Blocked),
            ("target-active=why", "notice-override-never", Exit::Blocked),
        ] {
            let failure = read(text).unwrap_err();
            assert_eq!((&*failure.what.id, failure.exit), (id, exit), "{text}");
        }
    }

    #[tokio::test]
    async fn the_line_that_applies_a_plan_carries_everything_and_can_be_pasted() {
        let context = context();
        let args = args("--service|both|--to|v1.3.4|--method|image|--override|tag=it's the same; really");
        let wanted = wanted(&context, &args).await.unwrap();
        let plan = crate::incident::samples::plan(&["backend", "frontend"], 1);
        assert_eq!(
            wanted.command(&context, &plan),
            format!(
                "modosu rollback --runbook peoplebooster -e production --state-dir '/tmp/it'\\''s here' \
                 --service backend,frontend --to v1.3.4 --method image \
                 --override 'tag=it'\\''s the same; really' --approve {}",
                plan.hash
            )
        );
    }

    #[tokio::test]
    async fn a_definition_is_for_one_service_and_a_method_that_registers() {
        let context = context();
        for line in [
            "--service|both|--task-definition|none.json",
            "--service|backend|--method|stop|--task-definition|none.json",
            "--service|backend|--to|latest-snapshot|--task-definition|none.json",
        ] {
            let failure = wanted(&context, &args(line)).await.unwrap_err();
            assert_eq!(failure.what.id, "cli-error-definition-use", "{line}");
        }
        let missing = wanted(&context, &args("--service|backend|--task-definition|none.json")).await;
        let missing = missing.unwrap_err();
        assert_eq!(
            (&*missing.what.id, missing.exit),
            ("cli-error-definition", Exit::Usage)
        );
    }
}
