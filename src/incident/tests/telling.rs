//! Timeline, report, record and review: what is told is what was recorded.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::domain::{CriterionId, Phrase};
use crate::incident::samples::{
    abandoned, approved, by, checked, ended, id, incident, met, opened, plan, planned, refused, runbook,
    service, to_approval, told, verified, walk,
};
use crate::incident::{Event, Incident, ReportKind, record, report, timeline};
use crate::rollback::{CheckState, Outcome, PreflightCheck, PreflightRow, PreflightVerdict};
use crate::words::{Lang, Words};

const KINDS: [ReportKind; 4] = [
    ReportKind::Declared,
    ReportKind::Started,
    ReportKind::Done,
    ReportKind::Review,
];

fn words(lang: Lang) -> Words {
    Words::new(lang, TimeZone::get("Asia/Tokyo").unwrap())
}

fn done(events: &[Event], lang: Lang) -> String {
    report::draft(&incident(events), &runbook(), ReportKind::Done, &words(lang)).text
}

fn cells(events: &[Event]) -> Option<[String; 8]> {
    record::row(&incident(events), &runbook()).map(|row| row.cells())
}

/// The walk up to and with its ending, which is `outcome`.
fn ended_with(outcome: Outcome) -> Vec<Event> {
    let mut events = walk();
    events.truncate(9);
    events.push(ended(outcome));
    events
}

#[test]
fn the_japanese_report_has_the_labels_of_the_template_in_its_order() {
    let text = done(&walk(), Lang::Ja);
    let mut rest = text.as_str();
    for label in [
        "【ロールバック実施報告】\n\n",
        "実施日時: 2026-11-23 14:07 JST\n",
        "対象環境: production\n",
        "対象サービス: backend\n",
        "ロールバック先: v1.3.4 (:56)\n\n",
        "【発生した問題】\n- ",
        "【影響範囲】\n- ",
        "【現在の状況】\n- ロールバックは完了し、サービスは正常稼働中です\n",
        "【今後の対応】\n- 原因を調査し、再発防止策を検討しています\n",
    ] {
        let at = rest.find(label).unwrap_or_else(|| panic!("{label} in {text}"));
        rest = &rest[at + label.len()..];
    }
    assert!(
        text.contains("ログインできない") && text.contains("4.5%"),
        "{text}"
    );
}

#[test]
fn what_is_not_recorded_is_a_marked_gap_and_in_the_list() {
    let events = [opened(&["backend"], Vec::new())];
    for (lang, mark) in [(Lang::Ja, "（未記入: "), (Lang::En, "(to fill in: ")] {
        for kind in KINDS {
            let draft = report::draft(&incident(&events), &runbook(), kind, &words(lang));
            assert_eq!(
                draft.text.matches(mark).count(),
                draft.gaps.len(),
                "{}",
                draft.text
            );
            assert!(!draft.gaps.is_empty());
            for gap in &draft.gaps {
                assert!(draft.text.contains(&words(lang).say(gap)));
            }
        }
    }
    let started = report::draft(&incident(&events), &runbook(), ReportKind::Done, &words(Lang::Ja)).text;
    for gap in [
        "実施日時: （未記入: 実施日時）",
        "ロールバック先: （未記入: ",
        "- （未記入: ロールバックの結果）",
    ] {
        assert!(started.contains(gap), "{gap} in {started}");
    }
    let declared = report::draft(
        &incident(&events),
        &runbook(),
        ReportKind::Declared,
        &words(Lang::Ja),
    )
    .text;
    assert!(declared.contains("実施日時: 未実施"), "{declared}");
}

#[test]
fn a_report_on_a_bad_end_says_so_and_not_more() {
    for outcome in [
        Outcome::Elsewhere,
        Outcome::Failed,
        Outcome::TimedOut,
        Outcome::Unknown,
    ] {
        let text = done(&ended_with(outcome), Lang::Ja);
        assert!(text.contains("到達していません"), "{text}");
        assert!(!text.contains("ヘルスチェック"), "no check was made: {text}");
    }
    let text = done(
        &[&ended_with(Outcome::OnTarget)[..], &[verified(false)]].concat(),
        Lang::En,
    );
    assert!(
        text.contains("did not pass") && !text.contains("running normally"),
        "{text}"
    );
}

#[test]
fn what_an_owner_would_undo_stays_open_in_the_report() {
    let mut events = walk();
    for event in &mut events {
        if let Event::Planned { plan } = event {
            plan.preflight.push(PreflightRow {
                service: service("backend"),
                check: PreflightCheck::Owner,
                verdict: PreflightVerdict::Warn,
                evidence: Phrase::new("preflight-owner-warn").text("owners", "CloudFormation pb-stack"),
            });
        }
    }
    for kind in [ReportKind::Started, ReportKind::Done, ReportKind::Review] {
        for lang in Lang::ALL {
            let text = report::draft(&incident(&events), &runbook(), kind, &words(lang)).text;
            let heading = match kind {
                ReportKind::Review => "review-follow-ups",
                ReportKind::Declared | ReportKind::Started | ReportKind::Done => "report-next",
            };
            let (_, open) = text.split_once(&words(lang).get(heading)).unwrap();
            assert!(open.contains("CloudFormation pb-stack"), "{kind:?}: {text}");
        }
    }
    // Nothing was approved yet, so nothing can be undone; and without an owner nothing stays open.
    for none in [&events[..5], &walk()[..]] {
        let text = done(none, Lang::En);
        assert!(
            !text.contains("pb-stack") && !text.contains("Open, backend"),
            "{text}"
        );
    }
}

#[test]
fn a_reason_that_is_a_sentence_of_its_own_keeps_one_full_stop() {
    let mut story = ended_with(Outcome::Elsewhere);
    for event in &mut story {
        if let Event::Ended { ending } = event {
            ending.why = Phrase::new("follow-put-back-unknown").text("reason", "threshold exceeded.");
        }
    }
    for (lang, said) in [(Lang::Ja, "exceeded。"), (Lang::En, "exceeded. Work")] {
        let text = done(&story, lang);
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn who_signed_a_check_stands_behind_its_evidence() {
    let text = done(&walk(), Lang::En);
    assert!(text.lines().any(|line| line.ends_with("(sato)")), "{text}");
    assert!(
        text.lines().any(|line| line.ends_with(": not done yet")),
        "{text}"
    );
}

#[test]
fn a_note_of_a_declaration_is_said_once() {
    let mut events = to_approval();
    events[0] = opened(&["backend"], vec![met(CriterionId::FeatureDown, 10, 0.0)]);
    events.insert(
        1,
        Event::Declared {
            criterion: CriterionId::FeatureDown,
            service: service("backend"),
            note: "login fails".into(),
            by: by(),
        },
    );
    let text = done(&events, Lang::En);
    assert_eq!(text.matches("login fails").count(), 1, "{text}");
    assert!(text.contains("main feature down"), "{text}");
}

#[test]
fn the_row_of_a_walk_has_the_eight_facts() {
    let row = cells(&walk()).unwrap();
    assert_eq!(
        row[..5],
        [
            "2026-11-23 14:07 JST",
            "田中",
            "production",
            "backend v1.4.0 (:57)",
            "backend v1.3.4 (:56)"
        ]
    );
    assert!(row[5].starts_with("ログインできない; "), "{}", row[5]);
    assert!(
        row[6].contains("14:02") && row[6].contains("14:09") && row[6].contains("4.5%"),
        "{}",
        row[6]
    );
    assert_eq!(row[7], "7分");
    assert_eq!(record::columns().len(), row.len());
}

#[test]
fn a_row_exists_when_there_is_something_to_record() {
    let events = walk();
    for n in 1..10 {
        assert_eq!(cells(&events[..n]), None, "{n}");
    }
    // From the ending on it can be filed by hand; without a recovery its time is a dash.
    assert_eq!(cells(&events[..10]).unwrap()[7], "–");
    for outcome in [
        Outcome::Elsewhere,
        Outcome::Failed,
        Outcome::TimedOut,
        Outcome::Unknown,
    ] {
        let row = cells(&ended_with(outcome)).unwrap();
        assert!(row[7].starts_with("未復旧（"), "{}", row[7]);
    }
    let failed = [&ended_with(Outcome::OnTarget)[..], &[verified(false)]].concat();
    assert_eq!(cells(&failed).unwrap()[7], "–");
}

#[test]
fn what_was_approved_and_given_up_has_a_row_and_what_was_never_approved_has_none() {
    let refused_then = |last: Event| [&to_approval()[..], &[refused(), last]].concat();
    let row = cells(&refused_then(abandoned())).unwrap();
    assert_eq!(
        row[..5],
        [
            "2026-11-23 14:06 JST",
            "田中",
            "production",
            "backend v1.4.0 (:57)",
            "backend v1.3.4 (:56)"
        ]
    );
    assert_eq!(row[7], "中止");
    assert_eq!(
        cells(&refused_then(planned(plan(&["backend"], 1)))),
        None,
        "it goes on"
    );
    assert_eq!(cells(&[opened(&["backend"], Vec::new()), abandoned()]), None);
}

#[test]
fn several_services_are_named_in_every_field() {
    let mut events = walk();
    events[0] = opened(
        &["backend", "frontend"],
        vec![met(CriterionId::ErrorRate, 120, 4.5)],
    );
    events[4] = planned(plan(&["backend", "frontend"], 1));
    events.truncate(6);
    events.extend([abandoned()]);
    events.insert(6, refused());
    let row = cells(&events).unwrap();
    assert_eq!(row[2], "production");
    assert_eq!(row[4], "backend v1.3.4 (:56), frontend v1.3.4 (:56)");
    assert!(row[5].contains("backend: "), "{}", row[5]);
}

#[test]
fn the_review_has_the_times_and_no_text_from_outside_breaks_its_table() {
    let mut events = walk();
    events[5] = match approved('a') {
        Event::Approved {
            hash,
            by,
            timeout_seconds,
            ..
        } => Event::Approved {
            hash,
            by,
            timeout_seconds,
            reason: Some("a|b <script> `x`".into()),
        },
        other => other,
    };
    let draft = report::draft(
        &incident(&events),
        &runbook(),
        ReportKind::Review,
        &words(Lang::En),
    );
    assert!(
        draft.text.starts_with("# Review of incident 2026-11-23-1 ("),
        "{}",
        draft.text
    );
    for part in [
        "| First bad minute or declaration | 2026-11-23 14:02 JST |",
        "| Recovered | 2026-11-23 14:09 JST |",
        "a\\|b \\<script> \\`x\\`",
        "## Timeline",
        "- 2026-11-23 14:01 JST incident opened by sato",
    ] {
        assert!(draft.text.contains(part), "{part} in {}", draft.text);
    }
}

#[test]
fn the_timeline_has_one_sentence_an_event() {
    let incident = incident(&walk());
    let told = timeline(&incident);
    assert_eq!(told.len(), incident.events.len());
    let said: Vec<String> = told
        .iter()
        .map(|(_, phrase)| words(Lang::En).say(phrase))
        .collect();
    assert_eq!(said[6], "backend: ecs.UpdateService is about to be sent");
    assert_eq!(said[7], "AWS answered (request req-1)");
}

fn passed(incident: &Incident) -> bool {
    incident.verification.is_some_and(|v| v.passed)
}

fn failed(incident: &Incident) -> bool {
    incident
        .checks
        .values()
        .any(|(result, _)| result.state == CheckState::Failed)
}

#[test]
fn a_check_that_a_person_saw_fail_takes_running_normally_back() {
    let mut events = walk();
    let normal = |events: &[Event]| done(events, Lang::En).contains("running normally");
    assert!(normal(&events));
    events.push(checked("login", CheckState::Failed, Some(by())));
    let text = done(&events, Lang::En);
    assert!(!normal(&events) && text.contains("did not pass"), "{text}");
    // Only its newest result counts: the person tried again.
    events.push(checked("login", CheckState::Passed, Some(by())));
    assert!(normal(&events));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_happened_it_can_be_told_in_both_languages_and_normal_means_verified(
        choices in prop::collection::vec(any::<usize>(), 0..28),
    ) {
        let incident = Incident::fold(id(), &told(&choices)).unwrap();
        let runbook = runbook();
        for lang in Lang::ALL {
            let words = words(lang);
            for (_, phrase) in timeline(&incident) {
                prop_assert!(words.try_say(&phrase).is_ok(), "{phrase:?}");
            }
            for kind in KINDS {
                let draft = report::draft(&incident, &runbook, kind, &words);
                prop_assert!(!draft.text.contains(['⟦', '{']), "{}", draft.text);
                let normal = draft.text.contains("正常稼働中") || draft.text.contains("running normally");
                prop_assert!(!normal || passed(&incident) && !failed(&incident), "{}", draft.text);
            }
        }
        if let Some(row) = record::row(&incident, &runbook) {
            for cell in row.cells() {
                prop_assert!(!cell.is_empty() && !cell.contains(['⟦', '{', '\n']), "{cell}");
            }
        }
    }
}

#[test]
fn a_check_that_failed_is_told_as_failed() {
    let mut events = ended_with(Outcome::OnTarget);
    events.push(checked("health", CheckState::Failed, None));
    let text = done(&events, Lang::Ja);
    assert!(text.contains("不合格") || text.contains("失敗"), "{text}");
}
