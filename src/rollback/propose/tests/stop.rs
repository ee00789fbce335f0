//! The deployment that is to be undone is still under way.

use super::super::super::fixtures::{
    World, at, definition, deployed, deployment_arn, digest, put_back, revision_arn,
};
use super::super::super::{Effect, Found, Method, Rule, found_stop, unchanged, what_changed};
use super::*;

fn row(plan: &Plan, check: PreflightCheck) -> (PreflightVerdict, String) {
    let row = plan.preflight.iter().find(|row| row.check == check).unwrap();
    (row.verdict, row.evidence.id.to_string())
}

fn stop_row(plan: &Plan) -> (PreflightVerdict, String) {
    row(plan, PreflightCheck::StopTarget)
}

fn why_method(plan: &Plan) -> String {
    plan.steps[0].why_method.as_ref().unwrap().id.to_string()
}

#[test]
fn what_is_under_way_is_stopped_and_ecs_chooses() {
    let world = World::in_flight();
    let plan = plan(&world);
    let step = &plan.steps[0];
    let arn = deployment_arn("d8998");
    assert_eq!(
        (step.method, why_method(&plan).as_str()),
        (Method::Stop, "why-method-stop")
    );
    assert_eq!(
        serde_json::to_value(&step.calls).unwrap(),
        json!([{
            "api": "ecs.StopServiceDeployment",
            "input": { "serviceDeploymentArn": arn.as_str(), "stopType": "ROLLBACK" },
            "command": format!("aws ecs stop-service-deployment --service-deployment-arn {arn} --stop-type ROLLBACK"),
        }])
    );
    assert_eq!(step.turns_back(), Some(&arn));
    assert_eq!((step.target.rule, step.target.proven), (Rule::EcsChooses, true));
    assert_eq!(
        (step.to.revision.clone().unwrap(), step.to.digest.clone()),
        (definition(56), Some(digest(56)))
    );
    assert_eq!(step.from.revision, Some(definition(57)));
    assert_eq!(plan.verdict, PlanVerdict::Ready, "{:#?}", plan.preflight);
    assert_eq!(
        row(&plan, PreflightCheck::Deployment).1,
        "preflight-deployment-stopped",
        "what is stopped is no foreign deployment"
    );
    let read: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(read, plan);
    assert!(read.is_intact());
}

#[test]
fn what_is_being_deployed_may_learn_its_content_and_the_plan_stays_the_same() {
    let hash = plan(&World::in_flight()).hash;
    let mut early = World::in_flight();
    let leaving = revision_arn("r57-57");
    early.history_mut().revisions.get_mut(&leaving).unwrap().images[0].digest = None;
    early.history_mut().deployments[0].status = ServiceDeploymentStatus::Pending;
    assert_eq!(plan(&early).hash, hash);
    let mut landed = World::new();
    landed.state_mut().current_deployment = None;
    assert_ne!(plan(&landed).hash, hash, "another method is another plan");
}

#[test]
fn a_target_of_ecs_that_is_not_ours_is_said() {
    use PreflightVerdict::{Block, Pass, Unknown, Warn};
    let said = |world: &World, spec: &str| stop_row(&world.propose(spec, at(5)).unwrap());
    let of = |verdict, id: &str| (verdict, format!("preflight-stop-target-{id}"));
    let world = World::in_flight();
    assert_eq!(said(&world, "last-good"), of(Pass, "pass"));
    assert_eq!(said(&world, ":56"), of(Pass, "pass"), "named, and the same");
    assert_eq!(said(&world, ":54"), of(Block, "named"));
    assert_eq!(said(&world, ":999"), of(Block, "named-none"));

    // :58 completed a moment ago: ECS goes there, and it has not served long enough to be good.
    let mut world = World::in_flight();
    let mut history = DeploymentHistory::default();
    let ok = || ServiceDeploymentStatus::Successful;
    deployed(&mut history, (56, 56), ok(), at(-9000), Some(at(-8990)));
    deployed(&mut history, (58, 58), ok(), at(-12), Some(at(-10)));
    let arn = deployed(
        &mut history,
        (57, 57),
        ServiceDeploymentStatus::InProgress,
        at(-2),
        None,
    );
    world.state_mut().current_deployment = Some(arn);
    world.history = Observed::known(history, at(5));
    assert_eq!(said(&world, "last-good"), of(Warn, "rule"));
    assert_eq!(
        world.propose("last-good", at(5)).unwrap().steps[0]
            .target
            .definition,
        definition(58)
    );
    world.history_mut().deployments.remove(2);
    assert_eq!(said(&world, "last-good"), of(Warn, "rule-none"));

    let mut world = World::in_flight();
    world.history_mut().deployments[0].sources = vec![revision_arn("r54-54")];
    assert_eq!(said(&world, "last-good"), of(Unknown, "sources"));

    // ECS goes where the newest ended deployment left the service, also when that one was put back itself.
    let mut world = World::in_flight();
    let mut newest = world.history_mut().deployments.remove(0);
    deployed(
        world.history_mut(),
        (55, 55),
        ServiceDeploymentStatus::RollbackSuccessful,
        at(-60),
        Some(at(-50)),
    );
    put_back(world.history_mut(), (54, 54));
    world.history_mut().deployments[0].arn = deployment_arn("back");
    newest.sources.clear();
    world.history_mut().deployments.insert(0, newest);
    assert_eq!(
        world.propose("last-good", at(5)).unwrap().steps[0]
            .target
            .definition,
        definition(54)
    );
}

#[test]
fn without_a_completed_deployment_there_is_nothing_to_go_back_to() {
    let mut world = World::in_flight();
    world.history_mut().deployments.truncate(1);
    let none = world.propose(":56", at(5)).unwrap_err();
    assert_eq!((none.why.id.as_ref(), none.waiting), ("no-plan-stop-none", false));
    let mut world = World::in_flight();
    world.history_mut().revisions.remove(&revision_arn("r56-56"));
    let none = world.propose(":56", at(5)).unwrap_err();
    assert_eq!(none.why.id, "no-plan-stop-undescribed");
}

#[test]
fn a_method_that_cannot_work_now_is_blocked_with_what_to_do() {
    use PreflightVerdict::Block;
    let by = |world: &World, method| world.propose_by("last-good", Some(method), at(5)).unwrap();

    let landed = by(&World::new(), Method::Stop);
    assert_eq!(
        stop_row(&landed),
        (Block, "preflight-stop-target-landed".to_owned())
    );
    assert_eq!(landed.verdict, PlanVerdict::Blocked);
    assert!(landed.steps[0].calls.is_empty(), "there is nothing to be sent");

    let other = by(&World::in_flight(), Method::Revision);
    assert_eq!(
        row(&other, PreflightCheck::Deployment),
        (Block, "preflight-deployment-stoppable".to_owned())
    );
    assert_eq!(other.steps[0].calls[0].api.name(), "ecs.UpdateService");

    for status in [
        ServiceDeploymentStatus::StopRequested,
        ServiceDeploymentStatus::RollbackRequested,
        ServiceDeploymentStatus::RollbackInProgress,
    ] {
        let mut world = World::in_flight();
        world.history_mut().deployments[0].status = status;
        let plan = plan(&world);
        assert_eq!(
            row(&plan, PreflightCheck::Deployment),
            (Block, "preflight-deployment-going-back".to_owned())
        );
        let stop = by(&world, Method::Stop);
        assert_eq!(
            stop_row(&stop),
            (Block, "preflight-deployment-going-back".to_owned())
        );
        assert!(stop.steps[0].calls.is_empty());
    }

    // Where the endpoint lists no service deployments there is nothing to be stopped by.
    let mut world = World::in_flight();
    world.history = failed(FaultKind::NotOffered);
    let plan = world.propose(":56", at(5)).unwrap();
    assert_eq!(plan.steps[0].method, Method::Revision);
    assert_eq!(plan.verdict, PlanVerdict::Blocked);
}

#[test]
fn what_a_stop_goes_back_to_is_kept_by_ecs() {
    use PreflightVerdict::{Pass, Warn};
    let mut world = World::in_flight();
    world.definitions.value_mut().unwrap()[1].status = DefinitionStatus::Inactive;
    // The tag has moved; a service revision keeps its digests.
    world.images.value_mut().unwrap()[1].tags.clear();
    let plan = plan(&world);
    assert_eq!(
        row(&plan, PreflightCheck::TargetActive),
        (Warn, "preflight-target-active-kept".to_owned())
    );
    assert_eq!(
        row(&plan, PreflightCheck::Image),
        (Pass, "preflight-image-pass".to_owned())
    );

    // The same definition deployed anew with other content goes back to the content that was pinned.
    let mut world = World::in_flight();
    world.state_mut().task_definition = definition(56);
    world.state_mut().deployments[0].task_definition = definition(56);
    let history = world.history_mut();
    let again = deployed(
        history,
        (56, 12),
        ServiceDeploymentStatus::InProgress,
        at(-1),
        None,
    );
    history.deployments.remove(1);
    world.state_mut().current_deployment = Some(again);
    let plan = world.propose("latest-1", at(5));
    let plan = plan.unwrap_or_else(|none| panic!("{none:?}"));
    assert_eq!(
        row(&plan, PreflightCheck::NotCurrent),
        (Pass, "preflight-not-current-pass".to_owned())
    );
}

#[test]
fn before_a_stop_its_own_deployment_must_still_go_forward() {
    let world = World::in_flight();
    let plan = plan(&world);
    let step = &plan.steps[0];
    let state = world.state.value().unwrap();
    let with = |status: ServiceDeploymentStatus| {
        let mut history = world.history.value().unwrap().clone();
        history.deployments[0].status = status;
        history
    };
    let cases = [
        (ServiceDeploymentStatus::InProgress, None),
        (ServiceDeploymentStatus::Pending, None),
        (ServiceDeploymentStatus::Successful, Some("changed-stop-over")),
        (ServiceDeploymentStatus::Stopped, Some("changed-stop-over")),
        (
            ServiceDeploymentStatus::RollbackInProgress,
            Some("changed-stop-going-back"),
        ),
        (
            ServiceDeploymentStatus::Other(Clean::new("X")),
            Some("changed-stop-over"),
        ),
    ];
    for (status, expected) in cases {
        let history = with(status);
        let found = unchanged(step, state, Some(&history.deployments[0])).err();
        assert_eq!(found.map(|p| p.id.into_owned()).as_deref(), expected);
        let seen = what_changed(step, state, Some(&history));
        assert_eq!(seen.map(|p| p.id.into_owned()).as_deref(), expected);
    }
    assert!(
        unchanged(step, state, None).is_err(),
        "what is not read is not stopped"
    );
    // Old tasks leave while it goes on; a new primary is somebody else's.
    let mut fewer = world.state.value().unwrap().clone();
    fewer.deployments.truncate(1);
    let history = world.history.value().unwrap();
    assert_eq!(unchanged(step, &fewer, Some(&history.deployments[0])), Ok(()));
    fewer.deployments[0].id = super::super::super::fixtures::deployment_id("theirs");
    let found = unchanged(step, &fewer, Some(&history.deployments[0])).unwrap_err();
    assert_eq!(found.id, "changed-deployment-dated");
}

#[test]
fn looking_tells_whether_a_stop_without_an_answer_took_effect() {
    let mut seen = World::in_flight().history.value().unwrap().deployments[0].clone();
    let took = Found::TookEffect(Effect {
        service_deployment: Some(seen.arn.clone()),
        ..Effect::default()
    });
    let cases = [
        (ServiceDeploymentStatus::Pending, Found::AsBefore),
        (ServiceDeploymentStatus::InProgress, Found::AsBefore),
        (ServiceDeploymentStatus::Successful, Found::AsBefore),
        (ServiceDeploymentStatus::StopRequested, took.clone()),
        (ServiceDeploymentStatus::Stopped, took.clone()),
        (ServiceDeploymentStatus::RollbackRequested, took.clone()),
        (ServiceDeploymentStatus::RollbackInProgress, took.clone()),
        (ServiceDeploymentStatus::RollbackSuccessful, took.clone()),
        (ServiceDeploymentStatus::RollbackFailed, took),
    ];
    for (status, expected) in cases {
        seen.status = status;
        assert_eq!(found_stop(&seen), expected, "{:?}", seen.status);
    }
    seen.status = ServiceDeploymentStatus::Other(Clean::new("X"));
    assert!(matches!(found_stop(&seen), Found::Otherwise(_)));
}
