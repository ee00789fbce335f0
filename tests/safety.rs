//! `docs/safety.md` and the code say the same: every row of preflight stands in its table, in the order in which rows are shown,
//! with what proves it, and what proves it is there.

use std::fs;
use std::path::Path;

use modosu::rollback::PreflightCheck;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The cells of the table of rows.
fn table(page: &str) -> Vec<Vec<&str>> {
    page.lines()
        .skip_while(|line| !line.starts_with("| row | known by |"))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

/// What stands between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

fn rust(dir: &Path, into: &mut String) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

fn page() -> String {
    fs::read_to_string(root().join("docs/safety.md")).unwrap()
}

#[test]
fn every_row_stands_in_the_table_in_its_order() {
    let page = page();
    let listed: Vec<&str> = table(&page)
        .iter()
        .map(|cells| quoted(cells[0]).next().unwrap())
        .collect();
    assert_eq!(listed, PreflightCheck::ALL.map(PreflightCheck::as_str));
}

#[test]
fn the_table_says_which_rows_are_never_overridden() {
    let page = page();
    for (cells, check) in table(&page).iter().zip(PreflightCheck::ALL) {
        assert_eq!(!cells[0].contains('✕'), check.may_be_overridden(), "{check:?}");
    }
}

#[test]
fn no_row_stands_without_what_proves_it() {
    let page = page();
    let mut code = String::new();
    rust(&root().join("src"), &mut code);
    rust(&root().join("tests"), &mut code);
    for cells in table(&page) {
        assert_eq!(cells.len(), 7, "{cells:?}");
        assert!(!cells[1].is_empty(), "how it is known: {cells:?}");
        assert!(
            cells[2..6].iter().any(|does| !does.is_empty()),
            "what it does: {cells:?}"
        );
        let proofs: Vec<&str> = quoted(cells[6]).collect();
        assert!(!proofs.is_empty(), "what proves it: {cells:?}");
        for proof in proofs {
            let there = if proof.ends_with(".rs") {
                root().join(proof).is_file()
            } else {
                code.contains(&format!("fn {proof}()"))
            };
            assert!(there, "there is no {proof}: {cells:?}");
        }
    }
}
