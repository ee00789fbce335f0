//! `docs/walk.md`: the drill from its first screen to the record, picture by picture, made by the real loop.
//!
//! The drill's seed and clock are fixed, so the page is the same at every run. `docs/make-walk.sh` writes it; a test fails
//! when what is written there is no longer what the program shows.

use std::fmt::Write as _;
use std::path::PathBuf;

use modosu::incident::Stage;
use modosu::words::Lang;

use super::Desk;
use super::pictures::{deploy, doubtful, filed, following, holding, starting};

const SIZE: (u16, u16) = (120, 40);

const HEAD: &str = "\
# A walk through the drill

What `modosu drill` shows from its first screen to the filed record, at 120 columns and 40 lines. Nothing here touches AWS:
the account, its services, its clock and its faults are the built-in drill's (scenario `bad-deploy`: version v1.4.0 of the
backend answers one request in twenty-five with a server error).

This page is made from the program by `docs/make-walk.sh` (`tests/console/story.rs` holds the keys and the sentences). A test
fails when the page and the program differ. `/tmp/xxxxxxxxxx` stands for the state folder.
";

struct Page {
    text: String,
    number: usize,
}

impl Page {
    fn chapter(&mut self, title: &str, words: &str) {
        write!(self.text, "\n## {title}\n\n{words}\n").unwrap();
    }

    /// A picture with the keys that led to it and a sentence on what is to be seen.
    fn show(&mut self, desk: &mut Desk, keys: &str, words: &str) {
        self.number += 1;
        let typed = if keys.is_empty() {
            String::new()
        } else {
            format!(" Keys: {keys}.")
        };
        let picture = desk.picture();
        write!(
            self.text,
            "\n**{}.** {words}{typed}\n\n```text\n{picture}```\n",
            self.number
        )
        .unwrap();
    }
}

/// The page as the program makes it now.
async fn page() -> String {
    let mut page = Page {
        text: HEAD.to_owned(),
        number: 0,
    };
    looking(&mut page).await;
    going_back(&mut page).await;
    under_way(&mut page).await;
    crashing(&mut page).await;
    colleague(&mut page).await;
    in_doubt(&mut page).await;
    page.text
}

async fn looking(page: &mut Page) {
    page.chapter(
        "Looking",
        "The console never waits for the network: it draws at once, and each pane fills when its answer comes.",
    );
    let mut desk = Desk::open_unsettled("bad-deploy", Lang::En, SIZE).await;
    page.show(
        &mut desk,
        "",
        "Before anything has answered, every pane says that it waits. No verdict is made from nothing.",
    );
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    page.show(
        &mut desk,
        "",
        "It burns. The second line says which criterion is met, since when, by when to decide, and how long that is. The burning \
         service is selected, ★ marks the version that is known to have worked, and the chart shows which revision served.",
    );
    desk.keys("2jd").await;
    page.show(
        &mut desk,
        "`2` `j` `d`",
        "All that is known of the version before: when it served, for how long, and its image by digest.",
    );
    desk.keys("<esc>?").await;
    page.show(
        &mut desk,
        "`Esc` `?`",
        "Help is made from the live key map, so it cannot say anything else than what the keys do.",
    );
    desk.keys("<esc>!").await;
    page.show(
        &mut desk,
        "`Esc` `!`",
        "What no metric measures is declared by a person, in their own words; it counts like a measured criterion.",
    );
}

async fn going_back(page: &mut Page) {
    page.chapter(
        "Going back",
        "`R` opens the wizard and acts on nothing. The whole way stays in sight; the step at hand is where the incident stands in \
         the journal, so the two cannot disagree.",
    );
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.keys("R").await;
    page.show(
        &mut desk,
        "`R`",
        "Assess: the runbook's criteria as they stand, with the numbers that say so.",
    );
    desk.keys("<enter>").await;
    page.show(
        &mut desk,
        "`Enter`",
        "Scope: which services are put back, and in which account, region and cluster.",
    );
    desk.keys("<enter>").await;
    page.show(
        &mut desk,
        "`Enter`",
        "Target: every version with why it may be chosen or not. The last good one is proposed, with the rule that chose it.",
    );
    desk.keys("<enter>").await;
    page.show(
        &mut desk,
        "`Enter`",
        "Check: what stands in the way comes first, the selected row says what to do about it, and below stands exactly what would \
         be sent, also as the command that does the same.",
    );
    desk.keys("jj").await;
    desk.keys("d").await;
    page.show(&mut desk, "`j` `j` `d`", "Any row can be read whole.");
    desk.keys("<esc><enter>").await;
    desk.pause().await;
    page.show(
        &mut desk,
        "`Esc` `Enter`",
        "Approve: the plan is frozen under its hash. Production is approved by typing its name; Enter alone does nothing.",
    );
    desk.keys("production/backend").await;
    page.show(
        &mut desk,
        "`production/backend`",
        "The name is right, and only now Enter would send the plan.",
    );
    desk.keys("<enter>").await;
    desk.until_stage(following).await;
    desk.until("progress", starting).await;
    page.show(
        &mut desk,
        "`Enter`",
        "Roll back: the intent was made durable, one call was sent, and ECS starts the tasks of the old version. What it would mean \
         if it stopped here is said too.",
    );
    desk.until("holding", holding).await;
    page.show(
        &mut desk,
        "",
        "All tasks are the target's, by digest, and healthy. That has to hold for a while before it counts.",
    );
    desk.until_stage(|stage| stage == Stage::Verify).await;
    page.show(
        &mut desk,
        "",
        "Verify: did it help? The checks of the runbook under their two clocks; some are modosu's, some are a person's.",
    );
    desk.keys("jjp").await;
    desk.until_stage(|stage| stage == Stage::Report).await;
    desk.until("filed", filed).await;
    page.show(
        &mut desk,
        "`j` `j` `p`",
        "Report: drafted from recorded facts only; what a person must add is listed beside it.",
    );
    desk.keys("<ctrl-s>").await;
    desk.until_stage(|stage| stage == Stage::Done).await;
    page.show(
        &mut desk,
        "`Ctrl-S`",
        "Record: the row as it stands in the team's history, and the time to recovery from the first bad minute.",
    );
    desk.keys("c").await;
    page.show(
        &mut desk,
        "`c`",
        "The incident is closed. The criterion is not met any more, and the chart shows why.",
    );
    assert_eq!(desk.ground.writes(), ["ecs.UpdateService"]);
}

async fn under_way(page: &mut Page) {
    page.chapter(
        "When the bad deployment is still under way",
        "Scenario `in-flight`. The method follows from the state of the service: what is under way is stopped, and ECS goes back.",
    );
    let mut desk = Desk::open("in-flight", Lang::En, SIZE).await;
    desk.keys("R<enter><enter>").await;
    page.show(
        &mut desk,
        "`R` `Enter` `Enter`",
        "The target step says which method the state asks for and why; `m` asks for another.",
    );
    desk.keys("<enter>").await;
    page.show(
        &mut desk,
        "`Enter`",
        "ECS chooses where a stop leads, so the plan says where that is, and a row warns when it is not where modosu would go.",
    );
    desk.keys("<enter>").await;
    desk.pause().await;
    desk.keys("production/backend").await;
    desk.pause().await;
    desk.keys("<enter>").await;
    desk.until_stage(|stage| stage == Stage::Verify).await;
    page.show(
        &mut desk,
        "`Enter` `production/backend` `Enter`",
        "One StopServiceDeployment and nothing else; ECS put the version back, and the checks begin.",
    );
    assert_eq!(desk.ground.writes(), ["ecs.StopServiceDeployment"]);
}

async fn crashing(page: &mut Page) {
    page.chapter(
        "When the version that worked does not start",
        "Scenario `crash-loop`. What wants to be seen while it is followed is loud, with the reason that ECS gives for its tasks.",
    );
    let mut desk = Desk::open("crash-loop", Lang::En, SIZE).await;
    desk.reach_approval().await;
    desk.keys("production/backend").await;
    desk.pause().await;
    desk.keys("<enter>").await;
    desk.until("trouble", |session| {
        session.progress.as_ref().is_some_and(|p| p.trouble.is_some())
    })
    .await;
    page.show(
        &mut desk,
        "`R` to `Enter` as before",
        "New tasks come and go: the container's exit code stands under the bar.",
    );
    desk.until_stage(|stage| stage == Stage::Report).await;
    desk.until("filed", filed).await;
    page.show(
        &mut desk,
        "",
        "The circuit breaker put the bad version back. The rollback ended elsewhere: what runs now, and what can be done next.",
    );
}

async fn colleague(page: &mut Page) {
    page.chapter(
        "When a colleague deploys meanwhile",
        "UpdateService has no precondition, so modosu compares before it writes, and looks after it wrote.",
    );
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.reach_approval().await;
    deploy(&desk, "peoplebooster-backend:54").await;
    desk.until("seen", |session| {
        session.services.iter().any(|view| {
            view.state
                .value()
                .is_some_and(|state| state.task_definition.revision() == 54)
        })
    })
    .await;
    desk.keys("production/backend").await;
    desk.pause().await;
    desk.keys("<enter>").await;
    desk.until_stage(|stage| stage == Stage::Check).await;
    page.show(
        &mut desk,
        "`production/backend` `Enter`",
        "Between the plan and its approval somebody deployed :54. The plan is refused, nothing is sent, and the plan as it would be \
         now is shown with what is different.",
    );
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.reach_approval().await;
    desk.keys("production/backend").await;
    desk.pause().await;
    desk.keys("<enter>").await;
    desk.until_stage(following).await;
    desk.until("progress", starting).await;
    deploy(&desk, "peoplebooster-backend:55").await;
    desk.until_stage(|stage| stage == Stage::Report).await;
    desk.until("filed", filed).await;
    page.show(
        &mut desk,
        "",
        "Here the colleague came after the write. The rollback ended elsewhere: it says whose deployment took its place, what runs \
         now, and that another try begins with `R`.",
    );
}

async fn in_doubt(page: &mut Page) {
    page.chapter(
        "When the answer does not come",
        "A call whose answer is lost is never sent again. modosu looks whether it took effect; when it cannot tell, a person decides.",
    );
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.reach_approval().await;
    desk.ground.fault("ecs.UpdateService", "lost", 1).await;
    desk.keys("production/backend").await;
    desk.pause().await;
    desk.keys("<enter>").await;
    desk.until_stage(doubtful).await;
    desk.ground.fault("ecs.*", "denied", 1000).await;
    page.show(
        &mut desk,
        "`production/backend` `Enter`",
        "The answer of UpdateService was lost on its way.",
    );
    desk.until("looked in vain", |session| !session.looking).await;
    desk.keys("U").await;
    desk.pause().await;
    desk.keys("<tab><enter>").await;
    desk.until_stage(|stage| stage == Stage::Report).await;
    desk.until("filed", filed).await;
    page.show(
        &mut desk,
        "`U` `Tab` `Enter`",
        "Looking is denied as well, so the operator ends it as unknown. The report says no more than what is known.",
    );
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/walk.md")
}

#[tokio::test(start_paused = true)]
async fn the_page_in_docs_is_what_the_program_shows() {
    let kept = std::fs::read_to_string(path()).unwrap();
    let now = page().await;
    let different = kept
        .lines()
        .zip(now.lines())
        .enumerate()
        .find(|(_, (kept, now))| kept != now);
    assert!(
        kept == now,
        "docs/walk.md is not what the program shows ({different:?}); docs/make-walk.sh makes it anew"
    );
}

#[tokio::test(start_paused = true)]
#[ignore = "writes docs/walk.md; docs/make-walk.sh calls it"]
async fn write_the_page() {
    std::fs::write(path(), page().await).unwrap();
}
