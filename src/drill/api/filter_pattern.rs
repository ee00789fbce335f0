//! Filter patterns of CloudWatch Logs (user guide, "Filter pattern syntax"): terms, and comparisons of JSON fields.
//!
//! What AWS offers beyond that (regular expressions, space-delimited events) is refused, never ignored.

use serde_json::Value;

/// A pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pattern {
    /// No condition.
    All,
    /// Terms, with the case of their letters.
    Terms {
        /// All of these.
        all: Vec<String>,
        /// Any of these, when there are no others: AWS ignores `?` beside other terms.
        any: Vec<String>,
        /// None of these.
        none: Vec<String>,
    },
    /// A condition on a JSON line.
    Json(Condition),
}

/// A condition on the fields of a JSON line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Compare {
        path: Vec<String>,
        comparison: Comparison,
        with: Operand,
    },
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    Greater,
    AtMost,
    AtLeast,
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Number(f64),
    /// Text in which `*` stands for anything.
    Text(String),
}

impl Pattern {
    /// Reads a pattern; the error says what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() || text == "\"\"" {
            return Ok(Self::All);
        }
        if let Some(inner) = text.strip_prefix('{') {
            let inner = inner
                .strip_suffix('}')
                .ok_or("Invalid filter pattern: a '}' is missing")?;
            let mut reader = Reader {
                tokens: tokens(inner)?,
                at: 0,
            };
            let condition = reader.either()?;
            return match reader.peek() {
                None => Ok(Self::Json(condition)),
                Some(token) => Err(format!("Invalid filter pattern: unexpected {token:?}")),
            };
        }
        if text.starts_with('[') || text.contains('%') {
            return Err("Invalid filter pattern: the drill reads terms and JSON comparisons only".to_owned());
        }
        terms(text)
    }

    /// Whether a line passes.
    pub(super) fn passes(&self, line: &str) -> bool {
        match self {
            Self::All => true,
            Self::Terms { all, any, none } => {
                let has = |term: &String| line.contains(term.as_str());
                let optional = all.is_empty() && none.is_empty();
                all.iter().all(has) && !none.iter().any(has) && (!optional || any.iter().any(has))
            }
            Self::Json(condition) => {
                serde_json::from_str(line).is_ok_and(|line: Value| line.is_object() && condition.holds(&line))
            }
        }
    }
}

fn terms(text: &str) -> Result<Pattern, String> {
    let (mut all, mut any, mut none) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = text;
    while !rest.is_empty() {
        let list = match rest.as_bytes().first() {
            Some(b'?') => &mut any,
            Some(b'-') => &mut none,
            _ => &mut all,
        };
        rest = rest.strip_prefix(['?', '-']).unwrap_or(rest);
        let (term, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted
                .split_once('"')
                .ok_or("Invalid filter pattern: a quote is missing")?,
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        let quoted = rest.starts_with('"');
        // Anything but letters, digits and underscores must be quoted.
        if term.is_empty() || (!quoted && !term.chars().all(|c| c.is_alphanumeric() || c == '_')) {
            return Err(format!(
                "Invalid filter pattern: invalid character(s) in term '{term}'"
            ));
        }
        list.push(term.to_owned());
        rest = after.trim_start();
    }
    Ok(Pattern::Terms { all, any, none })
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Path(Vec<String>),
    Text(String),
    Word(String),
    Compare(Comparison),
    And,
    Or,
    Open,
    Close,
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    const MARKS: [(&str, Token); 10] = [
        ("&&", Token::And),
        ("||", Token::Or),
        ("!=", Token::Compare(Comparison::Unequal)),
        ("<=", Token::Compare(Comparison::AtMost)),
        (">=", Token::Compare(Comparison::AtLeast)),
        ("=", Token::Compare(Comparison::Equal)),
        ("<", Token::Compare(Comparison::Less)),
        (">", Token::Compare(Comparison::Greater)),
        ("(", Token::Open),
        (")", Token::Close),
    ];
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some((mark, token)) = MARKS.iter().find(|(mark, _)| rest.starts_with(mark)) {
            found.push(token.clone());
            rest = rest[mark.len()..].trim_start();
            continue;
        }
        if let Some(quoted) = rest.strip_prefix('"') {
            let (inner, after) = quoted
                .split_once('"')
                .ok_or("Invalid filter pattern: a quote is missing")?;
            found.push(Token::Text(inner.to_owned()));
            rest = after.trim_start();
            continue;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || "=!<>&|()".contains(c))
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.is_empty() {
            return Err(format!("Invalid filter pattern: cannot read '{rest}'"));
        }
        found.push(match word.strip_prefix("$.") {
            Some(path) => Token::Path(path.split('.').map(str::to_owned).collect()),
            None => Token::Word(word.to_owned()),
        });
        rest = after.trim_start();
    }
    Ok(found)
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, wanted: &Token) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn either(&mut self) -> Result<Condition, String> {
        let mut left = self.both()?;
        while self.take(&Token::Or) {
            left = Condition::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Condition, String> {
        let mut left = self.one()?;
        while self.take(&Token::And) {
            left = Condition::And(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Condition, String> {
        if self.take(&Token::Open) {
            let inner = self.either()?;
            return if self.take(&Token::Close) {
                Ok(inner)
            } else {
                Err("Invalid filter pattern: a ')' is missing".to_owned())
            };
        }
        let three = self.tokens.get(self.at..self.at + 3);
        let Some([Token::Path(path), Token::Compare(comparison), value]) = three else {
            return Err("Invalid filter pattern: expected '$.field = value'".to_owned());
        };
        let with = match value {
            Token::Text(text) => Operand::Text(text.clone()),
            Token::Word(word) => word
                .parse()
                .map_or_else(|_| Operand::Text(word.clone()), Operand::Number),
            Token::Path(_) | Token::Compare(_) | Token::And | Token::Or | Token::Open | Token::Close => {
                return Err("Invalid filter pattern: expected a value".to_owned());
            }
        };
        let condition = Condition::Compare {
            path: path.clone(),
            comparison: *comparison,
            with,
        };
        self.at += 3;
        Ok(condition)
    }
}

impl Condition {
    fn holds(&self, line: &Value) -> bool {
        match self {
            Self::And(left, right) => left.holds(line) && right.holds(line),
            Self::Or(left, right) => left.holds(line) || right.holds(line),
            Self::Compare {
                path,
                comparison,
                with,
            } => {
                let field = path.iter().try_fold(line, |value, name| value.get(name));
                // A field that is not there satisfies no comparison.
                field.is_some_and(|field| compare(field, *comparison, with))
            }
        }
    }
}

fn compare(field: &Value, comparison: Comparison, with: &Operand) -> bool {
    match with {
        Operand::Number(number) => {
            let Some(value) = field.as_f64() else { return false };
            match comparison {
                Comparison::Equal => value == *number,
                Comparison::Unequal => value != *number,
                Comparison::Less => value < *number,
                Comparison::Greater => value > *number,
                Comparison::AtMost => value <= *number,
                Comparison::AtLeast => value >= *number,
            }
        }
        Operand::Text(text) => {
            let Some(value) = field.as_str() else { return false };
            match comparison {
                Comparison::Equal => wild(text, value),
                Comparison::Unequal => !wild(text, value),
                // Order is one of numbers only.
                Comparison::Less | Comparison::Greater | Comparison::AtMost | Comparison::AtLeast => false,
            }
        }
    }
}

/// Whether a text is the pattern, in which `*` stands for anything.
fn wild(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_the_user_guide() {
        let json = r#"{"level":"error","status":500,"err":{"type":"TypeError"}}"#;
        let table = [
            ("", "anything", true),
            ("ERROR", "[ERROR 400] BAD REQUEST", true),
            ("ERROR", "[error 400]", false),
            ("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", true),
            ("ERROR ARGUMENTS", "[ERROR 401] UNAUTHORIZED", false),
            ("?ERROR ?ARGUMENTS", "[ERROR 401] UNAUTHORIZED", true),
            ("?ERROR ?ARGUMENTS", "all is well", false),
            ("ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", false),
            ("ERROR -ARGUMENTS", "[ERROR 401] UNAUTHORIZED", true),
            ("\"INTERNAL SERVER ERROR\"", "500 INTERNAL SERVER ERROR", true),
            ("\"INTERNAL SERVER ERROR\"", "ERROR INTERNAL SERVER", false),
            ("-\"/health\"", "GET /health 200", false),
            ("{ $.level = \"error\" }", json, true),
            ("{ $.level = \"info\" }", json, false),
            ("{ $.level != \"info\" }", json, true),
            ("{ $.err.type = \"Type*\" }", json, true),
            ("{ $.err.type = \"*Type\" }", json, false),
            ("{ $.status >= 500 && $.level = error }", json, true),
            ("{ ($.status = 200) || ($.status = 500) }", json, true),
            ("{ $.absent != \"x\" }", json, false),
            ("{ $.level = \"error\" }", "no json: error", false),
        ];
        for (pattern, line, wanted) in table {
            assert_eq!(
                Pattern::read(pattern).unwrap().passes(line),
                wanted,
                "{pattern} on {line}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for pattern in [
            "a-b/c",
            "\"open",
            "{ $.a = }",
            "{ $.a = 1",
            "{ level = 1 }",
            "{ ($.a = 1 }",
            "[ip, user]",
            "%a.b%",
            "{}",
            "{ $.a & 1 }",
            "-",
            "?",
        ] {
            assert!(Pattern::read(pattern).is_err(), "{pattern}");
        }
    }
}
