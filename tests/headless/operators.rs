//! Two operators: what somebody else does between plan and write is seen, said, and answered with a new plan.

use serde_json::Value;

use super::account::{Desk, Ran};

async fn rolled_back(desk: &Desk, hash: &str) -> Ran {
    let arguments = [
        "rollback",
        "--service",
        "backend",
        "--approve",
        hash,
        "--json",
        "--lang",
        "en",
    ];
    desk.modosu(&arguments).await
}

/// That nothing was applied, and the plan as it would be now is shown. It leads back to the version that burns, so it is
/// blocked and no way to approve it is offered.
fn shows_another(ran: &Ran, hash: &str) -> Value {
    assert_eq!(ran.code, Some(4), "{ran:?}");
    let last = ran.lines().pop().unwrap();
    assert_eq!(
        (&last["event"], &last["outcome"], &last["kind"]),
        (&"ended".into(), &"refused".into(), &"refused".into())
    );
    let new = last["new_plan"].clone();
    let offered = new["hash"].as_str().unwrap_or_else(|| panic!("{last}"));
    assert_ne!(offered, hash);
    assert_eq!(new["verdict"], "blocked", "{new}");
    assert!(!ran.err.contains(&format!("--approve {offered}")), "{}", ran.err);
    assert!(
        ran.err.contains("would bring back peoplebooster-backend:57"),
        "{}",
        ran.err
    );
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_before_a_colleague_s_deployment_is_stale() {
    let desk = Desk::at("bad-deploy", 1).await;
    let hash = desk.hash().await;
    desk.deploy(55).await;
    let ran = rolled_back(&desk, &hash).await;
    let last = shows_another(&ran, &hash);
    // What is under way now would be stopped, and ECS would go back to where it came from: that is said.
    let step = &last["new_plan"]["steps"][0];
    assert_eq!(step["method"], "stop", "{step}");
    assert!(step["why_method"].as_str().unwrap().contains("stopping it"));
    let row = last["new_plan"]["preflight"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["check"] == "stop-target")
        .unwrap();
    assert_eq!(row["verdict"], "block", "{row}");
    assert!(
        row["evidence"]
            .as_str()
            .unwrap()
            .contains("peoplebooster-backend:57"),
        "{row}"
    );
    assert_eq!(desk.writes().await.len(), 1, "only the colleague's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_after_the_approval_refuses_the_write() {
    // The plan asks once who it is; the rollback when it looks, when it opens the incident, and immediately before it writes.
    for asked in [3, 4] {
        changed_when_asked(asked).await;
    }
}

/// A colleague deploys when the drill is asked for the identity that often.
async fn changed_when_asked(asked: u32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two.toml");
    let base = include_str!("../../assets/scenarios/bad-deploy.toml");
    let trigger = format!(
        "\n[[trigger]]\non = \"sts.GetCallerIdentity\"\nnth = {asked}\nenvironment = \"production\"\n\
         application = \"backend\"\nrevision = 55\nby = \"suzuki\"\n"
    );
    std::fs::write(&path, format!("{base}{trigger}")).unwrap();
    let desk = Desk::at(path.to_str().unwrap(), 1).await;
    let hash = desk.hash().await;
    let ran = rolled_back(&desk, &hash).await;
    let last = shows_another(&ran, &hash);
    let why = last["why"].as_str().unwrap();
    assert!(
        why.contains("peoplebooster-backend:55") && why.contains("ecs-svc/"),
        "{why}"
    );
    assert!(desk.writes().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_can_be_approved_is_offered_with_its_line() {
    let desk = Desk::at("bad-deploy", 1).await;
    let hash = desk.hash().await;
    let wrong = "0".repeat(64);
    let ran = rolled_back(&desk, &wrong).await;
    assert_eq!(ran.code, Some(4), "{ran:?}");
    let last = ran.lines().pop().unwrap();
    assert_eq!(last["new_plan"]["hash"], hash.as_str());
    assert!(ran.err.contains(&format!("--approve {hash}")), "{}", ran.err);
    assert!(desk.writes().await.is_empty());
}
