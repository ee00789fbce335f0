//! Pages of lists. Tokens are opaque, and one that the drill did not make is refused.

use super::{AwsError, input::Input};
use crate::drill::chance::Chance;

/// A page of a list and the token of the next one.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}

/// How a list names its token and its size, and how large a page may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging {
    pub(crate) token: &'static str,
    pub(crate) size: &'static str,
    pub(crate) default: usize,
    pub(crate) most: usize,
}

/// How a service refuses a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusals {
    /// What it calls a token that it did not make.
    pub(crate) token: fn() -> AwsError,
    /// What it calls a size that it does not allow.
    pub(crate) size: fn(String) -> AwsError,
}

impl Paging {
    /// ECS and ECR: `nextToken`, `maxResults`.
    pub(crate) const fn lower(default: usize, most: usize) -> Self {
        Self {
            token: "nextToken",
            size: "maxResults",
            default,
            most,
        }
    }
}

/// Cuts the page that an input asks for out of the whole list, and refuses as ECS and ECR do. `list` names what is
/// listed, so that the token of one list is not taken for another's.
pub(crate) fn page<T>(
    all: Vec<T>,
    input: Input<'_>,
    paging: Paging,
    list: &str,
    chance: Chance,
) -> Result<Page<T>, AwsError> {
    let refusals = Refusals {
        token: || AwsError::parameter("Invalid token."),
        size: AwsError::parameter,
    };
    page_or(all, input, paging, refusals, list, chance)
}

/// The same with the refusals of another service.
pub(crate) fn page_or<T>(
    all: Vec<T>,
    input: Input<'_>,
    paging: Paging,
    refusals: Refusals,
    list: &str,
    chance: Chance,
) -> Result<Page<T>, AwsError> {
    let size = match input.number(paging.size) {
        None => paging.default,
        Some(size) => usize::try_from(size)
            .ok()
            .filter(|size| (1..=paging.most).contains(size))
            .ok_or_else(|| {
                let name = paging.size;
                (refusals.size)(format!("{name} must be between 1 and {}.", paging.most))
            })?,
    };
    let offset = match input.text(paging.token) {
        None => 0,
        Some(token) => read_token(token, list, chance).ok_or_else(refusals.token)?,
    };
    let more = all.len() > offset.saturating_add(size);
    let next = more.then(|| token(offset + size, list, chance));
    Ok(Page {
        items: all.into_iter().skip(offset).take(size).collect(),
        next,
    })
}

/// The token for an offset in a list.
pub(crate) fn token(offset: usize, list: &str, chance: Chance) -> String {
    format!(
        "{:x}.{}",
        offset as u64 ^ 0x5a5a_a5a5,
        chance.token(list, offset as u64, 40)
    )
}

/// The offset of a token, if the drill made it for this list.
pub(crate) fn read_token(text: &str, list: &str, chance: Chance) -> Option<usize> {
    let (number, _) = text.split_once('.')?;
    let offset = usize::try_from(u64::from_str_radix(number, 16).ok()? ^ 0x5a5a_a5a5).ok()?;
    (token(offset, list, chance) == text).then_some(offset)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pages_join_to_the_whole_and_foreign_tokens_are_refused() {
        let chance = Chance::new(3);
        let mut seen = Vec::new();
        let mut token = serde_json::Value::Null;
        loop {
            let input = json!({ "nextToken": token, "maxResults": 4 });
            let page = page(
                (0..10).collect(),
                Input::new(&input),
                Paging::lower(100, 100),
                "numbers",
                chance,
            )
            .unwrap();
            seen.extend(page.items);
            match page.next {
                Some(next) => token = json!(next),
                None => break,
            }
        }
        assert_eq!(seen, (0..10).collect::<Vec<i32>>());
        for wrong in [
            json!({ "nextToken": "2" }),
            json!({ "maxResults": 0 }),
            json!({ "maxResults": 101 }),
        ] {
            let refused = page(
                vec![1],
                Input::new(&wrong),
                Paging::lower(100, 100),
                "numbers",
                chance,
            );
            assert_eq!(
                refused.err().map(|error| error.code),
                Some("InvalidParameterException"),
                "{wrong}"
            );
        }
        let foreign = super::token(4, "letters", chance);
        assert_eq!(read_token(&foreign, "numbers", chance), None);
    }
}
