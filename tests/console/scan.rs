//! What no picture may show: a border that does not close, a word that a border or the screen's edge cuts off without saying
//! so, a half of a wide letter, a message without its text. Every picture that a test draws goes through here, and so does
//! every picture that is kept.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use modosu::tui::width;
use modosu::words::{LOCALE_FILES, Lang};
use unicode_segmentation::UnicodeSegmentation;

/// Something wrong in a picture, and where (counted from 0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) what: String,
}

/// What is said of U+FFFD.
const FOREIGN: &str = "a letter that cannot be shown";

impl Flaw {
    /// Whether it is only a letter from outside that cannot be shown.
    pub(crate) fn is_foreign_letter(&self) -> bool {
        self.what == FOREIGN
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, cell {}: {}", self.y + 1, self.x + 1, self.what)
    }
}

/// A picture in cells. The second cell of a wide letter is empty.
struct Grid<'a> {
    rows: Vec<Vec<&'a str>>,
}

/// The corners and sides of a box.
const CORNERS: [&str; 4] = ["╭", "╮", "╰", "╯"];

/// A closed box, its border included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Frame {
    fn covers(&self, x: usize, y: usize) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

impl<'a> Grid<'a> {
    fn new(picture: &'a str) -> Self {
        let rows = picture
            .lines()
            .map(|line| {
                let mut row = Vec::new();
                for letter in line.graphemes(true) {
                    row.push(letter);
                    row.extend(std::iter::repeat_n("", width(letter).saturating_sub(1)));
                }
                row
            })
            .collect();
        Self { rows }
    }

    fn at(&self, x: usize, y: usize) -> &'a str {
        self.rows
            .get(y)
            .and_then(|row| row.get(x))
            .copied()
            .unwrap_or(" ")
    }

    /// The text of the cells `from..to` of a row.
    fn text(&self, y: usize, from: usize, to: usize) -> String {
        (from..to).map(|x| self.at(x, y)).collect()
    }

    fn corners(&self) -> impl Iterator<Item = (usize, usize, &'a str)> + '_ {
        self.rows.iter().enumerate().flat_map(|(y, row)| {
            row.iter()
                .enumerate()
                .filter(|(_, cell)| CORNERS.contains(*cell))
                .map(move |(x, cell)| (x, y, *cell))
        })
    }

    /// The box whose upper left corner is here, when all of it is to be seen.
    fn frame(&self, left: usize, top: usize) -> Option<Frame> {
        let right = (left + 1..self.rows.get(top)?.len()).find(|x| CORNERS.contains(&self.at(*x, top)))?;
        if self.at(right, top) != "╮" {
            return None;
        }
        let mut bottom = top + 1;
        while self.at(left, bottom) == "│" && self.at(right, bottom) == "│" {
            bottom += 1;
        }
        let closes = self.at(left, bottom) == "╰"
            && self.at(right, bottom) == "╯"
            && (left + 1..right).all(|x| !CORNERS.contains(&self.at(x, bottom)));
        closes.then_some(Frame {
            left,
            top,
            right,
            bottom,
        })
    }
}

/// Everything that is wrong with a picture of that language and size.
pub(crate) fn flaws(picture: &str, lang: Lang, size: (u16, u16)) -> Vec<Flaw> {
    let grid = Grid::new(picture);
    let mut found = Vec::new();
    extent(&grid, size, &mut found);
    letters(&grid, &mut found);
    let frames = frames(&grid, &mut found);
    clipped(&grid, &frames, lang, size, &mut found);
    labels(&grid, lang, &mut found);
    found
}

fn extent(grid: &Grid<'_>, (columns, rows): (u16, u16), found: &mut Vec<Flaw>) {
    if grid.rows.len() > usize::from(rows) {
        found.push(Flaw {
            x: 0,
            y: usize::from(rows),
            what: format!("{} lines on a screen of {rows}", grid.rows.len()),
        });
    }
    for (y, row) in grid.rows.iter().enumerate() {
        if row.len() > usize::from(columns) {
            found.push(Flaw {
                x: usize::from(columns),
                y,
                what: format!("{} cells on a screen of {columns}", row.len()),
            });
        }
    }
}

/// Letters and marks that say that something went wrong on the way to the screen.
fn letters(grid: &Grid<'_>, found: &mut Vec<Flaw>) {
    for (y, row) in grid.rows.iter().enumerate() {
        for (x, cell) in row.iter().enumerate() {
            if cell.contains('\u{FFFD}') {
                found.push(Flaw {
                    x,
                    y,
                    what: FOREIGN.to_owned(),
                });
            }
            if cell.chars().any(char::is_control) {
                found.push(Flaw {
                    x,
                    y,
                    what: format!("a control character {cell:?}"),
                });
            }
        }
        let line: String = row.concat();
        for mark in ["{ $", "{$", "⟦", "⟧"] {
            if let Some(at) = line.find(mark) {
                found.push(Flaw {
                    x: width(&line[..at]),
                    y,
                    what: format!("a message without its text or value: {}", &line[at..]),
                });
            }
        }
    }
}

/// The closed boxes; every corner that belongs to none must lead, along both of its sides, to another corner or under a
/// closed box that lies over it.
fn frames(grid: &Grid<'_>, found: &mut Vec<Flaw>) -> Vec<Frame> {
    let frames: Vec<Frame> = grid
        .corners()
        .filter(|(_, _, corner)| *corner == "╭")
        .filter_map(|(x, y, _)| grid.frame(x, y))
        .collect();
    let closed: BTreeSet<(usize, usize)> = frames
        .iter()
        .flat_map(|f| {
            [
                (f.left, f.top),
                (f.right, f.top),
                (f.left, f.bottom),
                (f.right, f.bottom),
            ]
        })
        .collect();
    for (x, y, corner) in grid.corners() {
        if closed.contains(&(x, y)) {
            continue;
        }
        let (across, down) = match corner {
            "╭" => (1isize, 1isize),
            "╮" => (-1, 1),
            "╰" => (1, -1),
            _ => (-1, -1),
        };
        let side = leads(grid, &frames, (x, y), (0, down));
        // Titles stand in the upper and lower border, so only a corner ends it.
        let edge = leads(grid, &frames, (x, y), (across, 0));
        if !side || !edge {
            found.push(Flaw {
                x,
                y,
                what: format!("the border at {corner} does not close"),
            });
        }
    }
    frames
}

/// Whether the side that leaves a corner ends at a fitting corner or under a closed box.
fn leads(grid: &Grid<'_>, frames: &[Frame], from: (usize, usize), (dx, dy): (isize, isize)) -> bool {
    let wanted: &[&str] = match (dx, dy) {
        (1, _) => &["╮", "╯"],
        (-1, _) => &["╭", "╰"],
        (_, 1) => &["╰", "╯"],
        _ => &["╭", "╮"],
    };
    let (mut x, mut y) = from;
    loop {
        let (Some(next_x), Some(next_y)) = (x.checked_add_signed(dx), y.checked_add_signed(dy)) else {
            return false;
        };
        (x, y) = (next_x, next_y);
        if y >= grid.rows.len() || x >= grid.rows[y].len() {
            return false;
        }
        if frames
            .iter()
            .any(|frame| frame.covers(x, y) && !frame.covers(from.0, from.1))
        {
            return true;
        }
        let cell = grid.at(x, y);
        if CORNERS.contains(&cell) {
            return wanted.contains(&cell);
        }
        if dx == 0 && cell != "│" {
            return false;
        }
    }
}

/// Fewer letters than this tell nothing about where a text comes from.
const TELLING: usize = 5;

/// Text that runs into a border or the screen's edge although the message that it is from goes on, and not in the next line.
fn clipped(grid: &Grid<'_>, frames: &[Frame], lang: Lang, size: (u16, u16), found: &mut Vec<Flaw>) {
    let pieces = match lang {
        Lang::Ja => &*PIECES_JA,
        Lang::En => &*PIECES_EN,
    };
    let mut edges: Vec<(usize, usize, usize)> = Vec::new();
    for frame in frames {
        for y in frame.top..=frame.bottom {
            edges.push((y, frame.left, frame.right));
        }
    }
    for y in 0..grid.rows.len() {
        edges.push((y, 0, usize::from(size.0)));
    }
    for (y, left, right) in edges {
        // Text ends right at the edge, or one cell before it: a wide letter that no longer fitted leaves one cell.
        let end = if right > 0 && grid.at(right - 1, y) == " " {
            right - 1
        } else {
            right
        };
        let line = grid.text(y, left, end);
        if line.ends_with([' ', '…', '│', '─', '╮', '╯']) || (end < right && lang == Lang::En) {
            continue;
        }
        // What stands there: from the last gap of two cells or the last border on.
        let start = line
            .rfind("  ")
            .map(|at| at + 2)
            .max(line.rfind('│').map(|at| at + '│'.len_utf8()))
            .unwrap_or(0);
        let seen = line[start..].trim();
        if seen.graphemes(true).count() < TELLING {
            continue;
        }
        let next = grid.text(y + 1, left, right);
        if let Some(rest) = goes_on(pieces, seen, next.trim_matches([' ', '│'])) {
            found.push(Flaw {
                x: end,
                y,
                what: format!("“{seen}” is cut off; it goes on “{rest}”"),
            });
        }
    }
}

/// What a message that is seen up to `seen` has after that, unless it ends there or goes on in the next line.
fn goes_on(pieces: &BTreeSet<String>, seen: &str, next: &str) -> Option<String> {
    let mut rest: Option<String> = None;
    for piece in pieces {
        // The end of what is seen is a beginning of the piece: the whole of what is seen, or the piece after a value.
        let Some(end) = overlap(seen, piece) else {
            continue;
        };
        let after = piece[end..].trim_start();
        if after.is_empty() {
            return None;
        }
        let first: String = after.graphemes(true).take(2).collect();
        if next.starts_with(first.trim_end()) || next.contains(&format!(" {}", first.trim_end())) {
            return None;
        }
        rest.get_or_insert_with(|| after.to_owned());
    }
    rest
}

/// How much of `piece` stands at the end of `seen`: the longest beginning of it, when it is long enough to tell.
fn overlap(seen: &str, piece: &str) -> Option<usize> {
    piece
        .grapheme_indices(true)
        .map(|(at, letter)| at + letter.len())
        .skip(TELLING - 1)
        .filter(|end| seen.ends_with(&piece[..*end]))
        .last()
}

static PIECES_JA: LazyLock<BTreeSet<String>> = LazyLock::new(|| pieces(Lang::Ja));
static PIECES_EN: LazyLock<BTreeSet<String>> = LazyLock::new(|| pieces(Lang::En));

/// The parts of all messages between their values.
fn pieces(lang: Lang) -> BTreeSet<String> {
    let mut pieces = BTreeSet::new();
    for text in texts(lang) {
        for part in text.split(['{', '}']) {
            let part = part.trim();
            if !part.starts_with('$') && part.graphemes(true).count() >= TELLING {
                pieces.insert(part.to_owned());
            }
        }
    }
    pieces
}

fn texts(lang: Lang) -> Vec<String> {
    let mut texts = Vec::new();
    for (_, ja, en) in LOCALE_FILES {
        let file = match lang {
            Lang::Ja => ja,
            Lang::En => en,
        };
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            let text = match line.split_once(" = ") {
                Some((_, text)) => text,
                None => line.trim().split_once("] ").map_or("", |(_, text)| text),
            };
            texts.push(text.to_owned());
        }
    }
    texts
}

static WORDS_JA: LazyLock<BTreeSet<String>> = LazyLock::new(|| fixed_words(Lang::Ja));
static WORDS_EN: LazyLock<BTreeSet<String>> = LazyLock::new(|| fixed_words(Lang::En));

/// The words that stand in columns and after keys.
fn fixed_words(lang: Lang) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for (_, ja, en) in LOCALE_FILES {
        let file = match lang {
            Lang::Ja => ja,
            Lang::En => en,
        };
        for line in file.lines() {
            let fixed = [
                "label-",
                "column-",
                "check-",
                "state-",
                "step-",
                "footer-",
                "wizard-key-",
            ];
            if let Some((id, text)) = line.split_once(" = ")
                && fixed.iter().any(|prefix| id.starts_with(prefix))
                && !text.contains('{')
                && width(text) <= 24
            {
                words.insert(text.to_owned());
            }
        }
    }
    words
}

/// Words that have a fixed room must fit into it: labels, column heads, the words of a state, keys' labels.
fn labels(grid: &Grid<'_>, lang: Lang, found: &mut Vec<Flaw>) {
    let words = match lang {
        Lang::Ja => &*WORDS_JA,
        Lang::En => &*WORDS_EN,
    };
    for (y, row) in grid.rows.iter().enumerate() {
        let line = row.concat();
        for (at, _) in line.match_indices('…') {
            let before = &line[..at];
            let cut = words.iter().find_map(|word| {
                let letters: Vec<&str> = word.graphemes(true).collect();
                (3..letters.len())
                    .map(|count| letters[..count].concat())
                    .find(|kept| before.strip_suffix(kept.as_str()).is_some_and(begins_a_cell))
                    .map(|_| word)
            });
            if let Some(word) = cut {
                found.push(Flaw {
                    x: width(before),
                    y,
                    what: format!("“{word}” has no room"),
                });
            }
        }
    }
}

/// Whether what follows begins a cell of its own, rather than a word within a sentence.
fn begins_a_cell(front: &str) -> bool {
    front.is_empty() || ["  ", "│", "│ "].iter().any(|edge| front.ends_with(edge))
}

/// The flaws as one text, for the message of a failed test.
pub(crate) fn listed(flaws: &[Flaw]) -> String {
    let lines: Vec<String> = flaws.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Language and size of a kept picture, from the name of its file.
fn named(file: &str) -> Option<(Lang, (u16, u16))> {
    let name = file.rsplit_once("__")?.1;
    let mut parts = name.splitn(3, '-');
    let lang = parts
        .next()
        .and_then(|tag| Lang::ALL.into_iter().find(|lang| lang.tag() == tag))?;
    let (columns, rows) = parts.next()?.split_once('x')?;
    Some((lang, (columns.parse().ok()?, rows.parse().ok()?)))
}

#[test]
fn every_kept_picture_is_whole() {
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let files = std::fs::read_dir(tests)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("snapshots"))
        .filter(|folder| folder.is_dir())
        .flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in files {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some((lang, size)) = named(&file) else {
            wrong.push(format!("{file}: its name says neither language nor size"));
            continue;
        };
        let text = std::fs::read_to_string(&path).unwrap();
        // A head between two lines `---`, then the picture.
        let picture = text.splitn(3, "---\n").nth(2).unwrap();
        let flaws = flaws(picture, lang, size);
        if !flaws.is_empty() {
            wrong.push(format!("{file}\n{}", listed(&flaws)));
        }
        seen += 1;
    }
    assert!(
        wrong.is_empty(),
        "{} of {seen}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(seen > 80, "the pictures are no longer where they were: {seen}");
}

fn of(picture: &str) -> Vec<String> {
    let size = (24, 8);
    flaws(picture, Lang::En, size)
        .into_iter()
        .map(|flaw| flaw.what)
        .collect()
}

#[test]
fn a_whole_picture_has_no_flaw() {
    let picture =
        "╭ Keys ───────╮ plain\n│ ╭─────╮     │\n│ │ 日本 │    │\n│ ╰─────╯     │\n╰─────────────╯\n";
    assert_eq!(
        flaws(&picture.replace(" │    │", "│     │"), Lang::Ja, (24, 8)),
        []
    );
}

#[test]
fn a_border_that_does_not_close_is_found() {
    for broken in [
        "╭────╮\n│    │\n╰────\n",
        "╭────╮\n│   │\n╰────╯\n",
        "╭────╮\n│     \n╰────╯\n",
        "╭─────\n│    │\n╰────╯\n",
        "╭────╮\n│ 日本│\n╰────╯\n",
        " ────╮\n│    │\n╰────╯\n",
    ] {
        let found = of(broken);
        assert!(
            found.iter().any(|what| what.contains("does not close")),
            "{broken}{found:?}"
        );
    }
}

#[test]
fn a_box_under_another_may_be_seen_in_part() {
    let layered = "╭─ a ───────╮\n│  ╭──────────╮\n│  │ over     │\n│  ╰──────────╯\n╰───────────╯\n";
    assert_eq!(of(layered), Vec::<String>::new());
    let aside = layered.replace("╰───────────╯", "╰──────────");
    assert!(!of(&aside).is_empty());
}

#[test]
fn what_does_not_fit_the_screen_is_found() {
    assert_eq!(of(&"x".repeat(25)).len(), 1);
    assert_eq!(of(&"日".repeat(12)), Vec::<String>::new());
    assert_eq!(of(&"日".repeat(13)).len(), 1);
    assert_eq!(of(&"x\n".repeat(9)).len(), 1);
}

#[test]
fn letters_that_went_wrong_and_messages_without_text_are_found() {
    for wrong in [
        "a\u{FFFD}b",
        "a\tb",
        "of { $minutes }",
        "{$minutes}",
        "⟦no-such-message⟧",
    ] {
        assert!(!of(wrong).is_empty(), "{wrong}");
    }
}

#[test]
fn a_word_that_runs_into_a_border_is_found_and_an_ellipsis_is_not() {
    let boxed = |inside: &str| {
        let cells = width(inside);
        format!(
            "╭{0}╮\n│{inside}│\n│{1}│\n╰{0}╯\n",
            "─".repeat(cells),
            " ".repeat(cells)
        )
    };
    // “Write what was seen, then press Enter.” is a message of the console.
    assert!(of(&boxed("Write what was se"))[0].contains("is cut off"));
    assert!(of(&boxed("Write what was"))[0].contains("is cut off"));
    assert_eq!(of(&boxed("Write what was s…")), Vec::<String>::new());
    assert_eq!(of(&boxed("a name not from here")), Vec::<String>::new());
    let folded =
        "╭───────────────────╮\n│Write what was seen│\n│, then press Enter.│\n╰───────────────────╯\n";
    assert_eq!(of(folded), Vec::<String>::new());
    let edge = "     Write what was seen";
    assert!(of(edge)[0].contains("is cut off"));
}

#[test]
fn a_label_without_room_is_found() {
    assert!(of("environm…  production")[0].contains("has no room"));
    assert_eq!(of("peoplebooster-ba…"), Vec::<String>::new());
    assert_eq!(of("  in an environm…"), Vec::<String>::new());
}
