//! Whether a rule of the repository's lifecycle policy takes the target's image away, and when. A rule that moves images to the
//! archive counts: what is there cannot be pulled.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{Clean, Digest, Image, LifecycleExpiry, LifecycleRule, LifecycleSelection, Phrase};

use super::super::ProposalInputs;
use super::super::time::plus;
use super::rows::{Finding, on, pass, unknown, unread, warn};

/// An image that goes within this time goes soon.
const SOON: Duration = Duration::from_secs(3 * DAY);
const DAY: u64 = 24 * 60 * 60;
/// An image that goes after so many further pushes goes soon: a morning's work in an incident.
const SOON_PUSHES: u32 = 3;

pub(super) fn shelf_life(inputs: &ProposalInputs<'_>, content: Option<&Digest>) -> Finding {
    let observed = inputs.around.shelf;
    let Some(shelf) = observed.value() else {
        return unread(observed);
    };
    if shelf.lifecycle.is_empty() {
        return on(observed, pass(Phrase::new("preflight-shelf-life-none")));
    }
    let images = inputs.target.images.value().map_or(&[][..], Vec::as_slice);
    let image = content.and_then(|digest| images.iter().find(|image| image.digest == *digest));
    let Some(image) = image else {
        return unknown(Phrase::new("preflight-shelf-life-unlisted"));
    };
    on(observed, judge(image, images, &shelf.lifecycle, inputs.now))
}

/// What a rule says of an image.
enum Fate {
    Stays,
    /// It goes at the next evaluation, which ECR makes within a day (Amazon ECR user guide, "Lifecycle policies").
    Now,
    At(Timestamp),
    AfterPushes(u32),
    Untold,
}

fn judge(image: &Image, images: &[Image], rules: &[LifecycleRule], now: Timestamp) -> Finding {
    let mut captured: Vec<&LifecycleRule> = Vec::new();
    for rule in rules {
        if selects(&rule.about, image, Tags::Some) {
            let number = |id: &'static str| Phrase::new(id).number("rule", rule.priority);
            match fate(rule, image, images, &captured, now) {
                Fate::Stays => {}
                Fate::Now => return warn(number("preflight-shelf-life-now")),
                Fate::At(at) => return warn(number("preflight-shelf-life-soon").time("at", at)),
                Fate::AfterPushes(pushes) => {
                    return warn(number("preflight-shelf-life-pushes").number("pushes", pushes));
                }
                Fate::Untold => return unknown(number("preflight-shelf-life-untold")),
            }
            // An image that a rule selects is not expired by one of lower priority (Amazon ECR user guide, "Lifecycle policies").
            if selects(&rule.about, image, Tags::Each) {
                break;
            }
        }
        captured.push(rule);
    }
    pass(Phrase::new("preflight-shelf-life-pass"))
}

fn fate(
    rule: &LifecycleRule,
    image: &Image,
    images: &[Image],
    before: &[&LifecycleRule],
    now: Timestamp,
) -> Fate {
    let age = |days: u32| {
        image
            .pushed_at
            .map(|pushed| plus(pushed, Duration::from_secs(u64::from(days) * DAY)))
    };
    match rule.expires {
        LifecycleExpiry::MoreThan(keeps) => {
            let Some(pushed) = image.pushed_at else {
                return Fate::Untold;
            };
            let newer = images
                .iter()
                .filter(|other| selects(&rule.about, other, Tags::Some))
                .filter(|other| !before.iter().any(|rule| selects(&rule.about, other, Tags::Each)))
                .filter(|other| other.pushed_at.is_some_and(|at| at > pushed))
                .count();
            let newer = u32::try_from(newer).unwrap_or(u32::MAX);
            match keeps.checked_sub(newer) {
                None | Some(0) => Fate::Now,
                Some(left) if left <= SOON_PUSHES => Fate::AfterPushes(left),
                Some(_) => Fate::Stays,
            }
        }
        LifecycleExpiry::OlderThanDays(days) => match age(days) {
            None => Fate::Untold,
            Some(at) if at <= now => Fate::Now,
            Some(at) if at <= plus(now, SOON) => Fate::At(at),
            Some(_) => Fate::Stays,
        },
        // When an image was last pulled is not on the list; one that was pushed a short while ago cannot have waited longer.
        LifecycleExpiry::NotPulledForDays(days) => match age(days) {
            Some(at) if at > plus(now, SOON) => Fate::Stays,
            Some(_) | None => Fate::Untold,
        },
        LifecycleExpiry::Other => Fate::Untold,
    }
}

/// How the texts of a rule are read where it has several: ECR wants all of them on an image. Whether one is in danger is asked
/// with any of them, so that no rule is missed; whether a rule keeps later ones away from it, with each.
#[derive(Clone, Copy)]
enum Tags {
    Some,
    Each,
}

fn selects(about: &LifecycleSelection, image: &Image, tags: Tags) -> bool {
    let fit = |texts: &[Clean], fits: fn(&str, &str) -> bool| {
        let one = |text: &Clean| image.tags.iter().any(|tag| fits(text.as_str(), tag.as_str()));
        match tags {
            Tags::Some => texts.iter().any(one),
            Tags::Each => !texts.is_empty() && texts.iter().all(one),
        }
    };
    match about {
        LifecycleSelection::Untagged => image.tags.is_empty(),
        LifecycleSelection::Prefixes(prefixes) => fit(prefixes, |prefix, tag| tag.starts_with(prefix)),
        LifecycleSelection::Patterns(patterns) => fit(patterns, fits_pattern),
        LifecycleSelection::Any => true,
    }
}

/// Whether `tag` fits `pattern`, in which `*` stands for any text.
fn fits_pattern(pattern: &str, tag: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = tag.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, tag, fits) in [
            ("v*", "v1.2.0", true),
            ("v*", "rc1", false),
            ("*", "", true),
            ("prod*web", "prod-web", true),
            ("prod*web", "prod-web-2", false),
            ("*a*a", "a", false),
            ("v1", "v1", true),
            ("v1", "v10", false),
        ] {
            assert_eq!(fits_pattern(pattern, tag), fits, "{pattern} {tag}");
        }
    }
}
