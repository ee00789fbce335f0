//! The keys that look: deployments, raw, differences, copies, links, marks, search, sort, palette. Each through the real loop.

use modosu::tui::{Outside, Pane};
use modosu::words::Lang;

use super::Desk;

const SIZE: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (120, 40);

async fn desk(size: (u16, u16)) -> Desk {
    Desk::open("bad-deploy", Lang::En, size).await
}

/// What was copied since the last time.
fn copied(desk: &mut Desk) -> Vec<String> {
    desk.console
        .wants()
        .into_iter()
        .filter_map(|wanted| match wanted {
            Outside::Copy(text) => Some(text),
            Outside::Quit | Outside::Suspend | Outside::Edit(_) | Outside::ReadDefinition(_) => None,
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn p_shows_the_deployments_in_the_place_of_the_revisions() {
    for size in [SIZE, LARGE] {
        let mut desk = desk(size).await;
        desk.keys("p").await;
        assert_eq!(desk.console.screen().focus, Pane::Deployments);
        let picture = desk.picture();
        assert!(picture.contains("2 Deployments · backend"), "{picture}");
        assert!(!picture.contains("2 Revisions"), "{picture}");
        assert!(
            picture.contains(":57 v1.4.0") && picture.contains("done"),
            "{picture}"
        );
        desk.keys("d").await;
        let page = desk.picture();
        assert!(
            page.contains("SUCCESSFUL") && page.contains("ECS put nothing back"),
            "{page}"
        );
        // Tab counts the place once, and comes back to what it shows.
        desk.keys("<esc><tab>").await;
        assert_eq!(desk.console.screen().focus, Pane::Images);
        desk.keys("<shift-tab>").await;
        assert_eq!(desk.console.screen().focus, Pane::Deployments);
        desk.keys("t").await;
        assert_eq!(desk.console.screen().focus, Pane::Revisions);
        assert!(desk.picture().contains("2 Revisions"));
    }
}

#[tokio::test(start_paused = true)]
async fn two_marks_are_compared_and_a_third_takes_the_place_of_the_oldest() {
    let mut desk = desk(LARGE).await;
    let marks = |desk: &Desk| -> Vec<u32> {
        desk.console
            .screen()
            .marks
            .iter()
            .map(modosu::domain::TaskDefinitionArn::revision)
            .collect()
    };
    desk.keys("t<space>j<space>").await;
    assert_eq!(marks(&desk), [57, 56]);
    assert!(desk.picture().contains("›◆★"), "{}", desk.picture());
    desk.keys("d").await;
    let page = desk.picture();
    assert!(page.contains("Differences · :56 v1.3.4 → :57 v1.4.0"), "{page}");
    assert!(page.contains("~ 1024 → 2048"), "{page}");
    assert!(page.contains("+ FEATURE_X"), "{page}");
    assert!(page.contains("v1.3.4") && page.contains("v1.4.0"), "{page}");
    desk.keys("<esc>j<space>").await;
    assert_eq!(marks(&desk), [56, 55]);
    desk.keys("<space>").await;
    assert_eq!(marks(&desk), [56]);
    // One mark is compared with the selected row.
    desk.keys("d").await;
    assert!(desk.picture().contains("Differences · :55 v1.3.3 → :56 v1.3.4"));
    // Into the row is its page all the same.
    desk.keys("<esc><enter>").await;
    assert!(desk.picture().contains("Details · peoplebooster-backend:55"));
    // Marks of one service are not compared in another.
    desk.keys("<esc>1jtd").await;
    assert!(desk.picture().contains("Details · peoplebooster-frontend:31"));
}

#[tokio::test(start_paused = true)]
async fn revisions_that_say_the_same_are_told_to() {
    let mut desk = desk(LARGE).await;
    desk.keys("tjj<space>j<space>d").await;
    let page = desk.picture();
    assert!(page.contains(":54 v1.3.2 → :55 v1.3.3"), "{page}");
    assert!(!page.contains("FEATURE_X"), "{page}");
}

#[tokio::test(start_paused = true)]
async fn marks_are_for_revisions() {
    let mut desk = desk(SIZE).await;
    desk.keys("<space>").await;
    assert!(desk.console.screen().marks.is_empty());
    assert!(desk.picture().contains("Only revisions are marked"));
}

/// Values of the drill's definitions that no page may show.
const VALUES: [&str; 3] = ["\"info\"", "\"3000\"", "\"on\""];

#[tokio::test(start_paused = true)]
async fn y_shows_json_without_a_value() {
    let mut desk = desk((120, 60)).await;
    for (keys, has) in [
        ("1y", "\"criteria\""),
        ("ty", "\"environment_names\""),
        ("iy", "\"size_bytes\""),
        ("py", "\"service_revision\""),
        ("wy", "\"text\""),
        ("my", "\"newest_minute\""),
    ] {
        desk.keys(keys).await;
        let mut all = desk.picture();
        desk.keys("G").await;
        all.push_str(&desk.picture());
        desk.keys("c").await;
        let json = copied(&mut desk).pop().unwrap();
        serde_json::from_str::<serde_json::Value>(&json).unwrap();
        assert!(json.contains(has), "{keys}: {json}");
        assert!(all.contains("JSON ·"), "{keys}: {all}");
        for value in VALUES {
            assert!(!json.contains(value) && !all.contains(value), "{keys}: {value}");
        }
        desk.keys("<esc>").await;
    }
    // A name is no secret; the revision's page has it too.
    desk.keys("t<enter>").await;
    assert!(desk.picture().contains("DATABASE_URL"));
}

#[tokio::test(start_paused = true)]
async fn c_copies_what_is_selected_and_says_what() {
    let mut desk = desk(SIZE).await;
    for (keys, begins, said) in [
        (
            "1c",
            "arn:aws:ecs:ap-northeast-1:123456789012:service/",
            "the service’s ARN",
        ),
        (
            "tc",
            "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/",
            "the revision’s ARN",
        ),
        (
            "pc",
            "arn:aws:ecs:ap-northeast-1:123456789012:service-deployment/",
            "the deployment’s ARN",
        ),
        ("ic", "sha256:", "the digest"),
        ("wc", "backend", "the event"),
        (
            "mc",
            "arn:aws:ecs:ap-northeast-1:123456789012:service/",
            "the service’s ARN",
        ),
    ] {
        desk.keys(keys).await;
        let texts = copied(&mut desk);
        assert!(
            texts.len() == 1 && texts[0].starts_with(begins),
            "{keys}: {texts:?}"
        );
        let picture = desk.picture();
        assert!(picture.contains(&format!("Copied {said}")), "{keys}: {picture}");
    }
    assert_eq!(desk.ground.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn b_shows_and_copies_the_address_of_the_aws_console() {
    let mut desk = desk((120, 40)).await;
    let host = "https://ap-northeast-1.console.aws.amazon.com/";
    for (keys, rest) in [
        (
            "1b",
            "ecs/v2/clusters/peoplebooster-production/services/peoplebooster-backend/health",
        ),
        (
            "tb",
            "ecs/v2/task-definitions/peoplebooster-backend/57/containers",
        ),
        (
            "pb",
            "ecs/v2/clusters/peoplebooster-production/services/peoplebooster-backend/deployments",
        ),
        (
            "ib",
            "ecr/repositories/private/123456789012/peoplebooster-backend/_/image/sha256:",
        ),
        (
            "wb",
            "ecs/v2/clusters/peoplebooster-production/services/peoplebooster-backend/events",
        ),
    ] {
        desk.keys(keys).await;
        let texts = copied(&mut desk);
        assert!(
            texts.len() == 1 && texts[0].starts_with(&format!("{host}{rest}")),
            "{keys}: {texts:?}"
        );
        let page = desk.picture();
        assert!(
            page.contains(host) && page.contains("simulated"),
            "{keys}: {page}"
        );
        desk.keys("<esc>").await;
    }
}

#[tokio::test(start_paused = true)]
async fn n_goes_round_the_matches_also_when_the_filter_is_lifted() {
    let mut desk = desk(SIZE).await;
    desk.keys("tn").await;
    assert!(desk.picture().contains("Nothing was looked for"));
    desk.keys("/gone<enter>").await;
    let picture = desk.picture();
    assert!(picture.contains(":54") && !picture.contains(":56 "), "{picture}");
    desk.keys("<esc>g").await;
    assert!(desk.picture().contains(":56"));
    let selected = |desk: &Desk| {
        desk.console
            .screen()
            .revisions
            .chosen()
            .map(modosu::domain::TaskDefinitionArn::revision)
    };
    let mut seen = Vec::new();
    for key in ["n", "n", "n", "n", "N", "N"] {
        desk.keys(key).await;
        seen.push(selected(&desk).unwrap());
    }
    assert_eq!(seen, [54, 53, 52, 54, 52, 53]);
}

#[tokio::test(start_paused = true)]
async fn a_filter_reads_japanese() {
    let mut desk = Desk::open("bad-deploy", Lang::Ja, SIZE).await;
    desk.keys("t/削除").await;
    let picture = desk.picture();
    assert!(picture.contains(":54") && !picture.contains(":56 "), "{picture}");
    desk.keys("<esc>w/完了　デプロイ<enter>").await;
    let picture = desk.picture();
    assert!(picture.contains(":57 のデプロイが完了"), "{picture}");
    assert!(!picture.contains("▲ 5xx"), "{picture}");
}

#[tokio::test(start_paused = true)]
async fn a_page_is_searched_and_its_matches_gone_through() {
    let mut desk = desk(SIZE).await;
    desk.keys("ty/environment_names<enter>").await;
    let first = desk.picture();
    assert!(first.contains("\"environment_names\""), "{first}");
    desk.keys("g").await;
    assert!(!desk.picture().contains("\"environment_names\""));
    desk.keys("n").await;
    assert!(desk.picture().contains("\"environment_names\""));
    desk.keys("/zzzz<enter>n").await;
    assert!(desk.picture().contains("No match"));
    // Help is a page too.
    desk.keys("<esc>?/by its name").await;
    let help = desk.picture();
    assert!(
        help.contains("Find / by its name") && help.contains("Find a command by its name."),
        "{help}"
    );
    desk.keys("<esc><esc>").await;
    assert!(desk.console.screen().layers_are_empty());
}

#[tokio::test(start_paused = true)]
async fn o_sorts_and_the_title_says_by_what() {
    let mut desk = desk(LARGE).await;
    desk.keys("to").await;
    let picture = desk.picture();
    assert!(picture.contains("2 Revisions · backend ▼served"), "{picture}");
    let place = |picture: &str, row: &str| {
        picture
            .lines()
            .position(|line| line.contains(row))
            .unwrap_or_else(|| panic!("{row}: {picture}"))
    };
    assert!(place(&picture, ":54  ") < place(&picture, ":55  "));
    assert!(place(&picture, ":53  ") < place(&picture, ":54  "));
    desk.keys("O").await;
    let picture = desk.picture();
    assert!(
        picture.contains("▲served") && place(&picture, ":55  ") < place(&picture, ":54  "),
        "{picture}"
    );
    desk.keys("oo").await;
    assert!(!desk.picture().contains("served 5xx"));
    assert!(
        desk.picture().contains("2 Revisions · backend ─"),
        "{}",
        desk.picture()
    );
    desk.keys("io").await;
    assert!(desk.picture().contains("3 Images · backend ▼tags"));
    desk.keys("mo").await;
    assert!(desk.picture().contains("no rows to sort"));
}

#[tokio::test(start_paused = true)]
async fn the_palette_finds_commands_by_letters_and_services_by_name_and_says_when_there_is_none() {
    let mut desk = desk(LARGE).await;
    desk.keys(":frontend<enter>").await;
    assert!(
        desk.picture().contains("2 Revisions · frontend"),
        "{}",
        desk.picture()
    );
    desk.keys(":dpl<enter>").await;
    assert_eq!(desk.console.screen().focus, Pane::Deployments);
    desk.keys(":zzzz").await;
    assert!(
        desk.picture()
            .contains("No command and no service is called “zzzz”")
    );
    desk.keys("<enter>").await;
    assert!(
        !desk.console.screen().layers_are_empty(),
        "it stays, to be put right"
    );
    desk.keys("<backspace><backspace><backspace><backspace>back<enter>")
        .await;
    assert!(desk.console.screen().layers_are_empty());
}

#[tokio::test(start_paused = true)]
async fn zoom_shows_every_column_of_the_pane_and_comes_back() {
    let mut desk = desk((200, 60)).await;
    desk.keys("1+").await;
    let picture = desk.picture();
    for head in [
        "tasks", "rev", "ver", "since", "age", "5xx", "p95", "healthy", "health", "in ECS",
    ] {
        assert!(picture.contains(head), "{head}: {picture}");
    }
    assert!(picture.contains("peoplebooster-frontend"), "{picture}");
    desk.keys("_").await;
    assert!(desk.picture().contains("2 Revisions"));
}

#[tokio::test(start_paused = true)]
async fn labels_and_advice_are_whole() {
    let mut desk = Desk::open("bad-deploy", Lang::En, (80, 24)).await;
    desk.keys("1d").await;
    let picture = desk.picture();
    for label in ["data inconsistency", "main feature down", "vulnerability"] {
        assert!(picture.to_lowercase().contains(label), "{label}: {picture}");
    }
    let mut desk = Desk::open_faulty("ecr.DescribeImages", "denied", Lang::Ja, (120, 40)).await;
    let picture = desk.picture();
    assert!(
        !picture.contains("権限…") && picture.contains("ロールに切り替えてください"),
        "{picture}"
    );
    assert!(picture.contains("権限なし: ecr:DescribeImages"), "{picture}");
}
