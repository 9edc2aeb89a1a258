//! Python's `repr` → a value.
//!
//! No crate reads it: those for Python's literals know no `datetime.timedelta(days=1)`, and those for the whole
//! language are no longer looked after.

use super::tokens::{Token, tokens};
use super::value::Value;

/// How deep lists may stand in lists.
const DEEPEST: usize = 64;

/// Reads one value.
///
/// # Errors
/// Says why not, and repeats nothing of the text, which may be a secret.
pub fn parse(text: &str) -> Result<Value, String> {
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens: tokens.iter().peekable(), depth: 0 };
    let value = reader.value()?;
    match reader.tokens.next() {
        None => Ok(value),
        Some(_) => Err("there is more behind its value".to_owned()),
    }
}

struct Reader<'a> {
    tokens: std::iter::Peekable<std::slice::Iter<'a, Token>>,
    depth: usize,
}

/// What stands between two brackets: values, and values with a key.
#[derive(Default)]
struct Content {
    items: Vec<Value>,
    entries: Vec<(Value, Value)>,
    /// Whether there was a comma, which tells `(1,)` from `(1)`.
    comma: bool,
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Value, String> {
        let next = self.tokens.next().ok_or("its value ends too early")?;
        Ok(match next {
            Token::Text(text) => Value::Text(text.clone()),
            Token::Bytes(bytes) => String::from_utf8(bytes.clone()).map_or(Value::Object, Value::Text),
            Token::Integer(number) => Value::Integer(*number),
            Token::Float(number) => Value::Float(*number),
            Token::Object => Value::Object,
            Token::Mark('[') => Value::List(self.content(']', None)?.items),
            Token::Mark('(') => {
                let mut content = self.content(')', None)?;
                match content.items.pop() {
                    Some(single) if content.items.is_empty() && !content.comma => single,
                    last => Value::List(content.items.into_iter().chain(last).collect()),
                }
            }
            Token::Mark('{') => {
                let content = self.content('}', Some(':'))?;
                if content.items.is_empty() { Value::Table(keyed(content.entries)) } else { sorted(content.items) }
            }
            Token::Mark(_) => return Err("a bracket or comma stands where a value should".to_owned()),
            Token::Name(name) => match (name.as_str(), self.tokens.peek()) {
                (name, Some(Token::Mark('('))) => {
                    self.tokens.next();
                    call(name, self.content(')', Some('='))?)
                }
                ("None", _) => Value::None,
                ("True", _) => Value::Bool(true),
                ("False", _) => Value::Bool(false),
                _ => Value::Object,
            },
        })
    }

    /// Reads up to the closing bracket, which is taken, too.
    fn content(&mut self, end: char, between: Option<char>) -> Result<Content, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("it is nested too deeply".to_owned());
        }
        let mut content = Content::default();
        while self.tokens.next_if(|token| **token == Token::Mark(end)).is_none() {
            // The name of an argument is a name, the key of a dictionary any value.
            let first = match (between, self.tokens.peek()) {
                (Some('='), Some(Token::Name(name))) => {
                    let mut ahead = self.tokens.clone();
                    ahead.next();
                    if ahead.next() == Some(&Token::Mark('=')) {
                        self.tokens.next();
                        Value::Text(name.clone())
                    } else {
                        self.value()?
                    }
                }
                _ => self.value()?,
            };
            if between.is_some_and(|mark| self.tokens.next_if(|token| **token == Token::Mark(mark)).is_some()) {
                content.entries.push((first, self.value()?));
            } else {
                content.items.push(first);
            }
            match self.tokens.peek() {
                Some(Token::Mark(',')) => {
                    self.tokens.next();
                    content.comma = true;
                }
                Some(Token::Mark(mark)) if *mark == end => {}
                _ => return Err("a bracket is not closed, or a comma is missing".to_owned()),
            }
        }
        self.depth -= 1;
        Ok(content)
    }
}

/// The value of `name(…)`, where that is a plain one.
fn call(name: &str, content: Content) -> Value {
    let Content { items, entries, .. } = content;
    let name = name.rsplit('.').next().unwrap_or(name);
    match (name, items.as_slice()) {
        ("timedelta", items) => seconds(items, &keyed(entries)),
        ("set" | "frozenset" | "list" | "tuple" | "deque", []) => Value::List(Vec::new()),
        ("set" | "frozenset", [Value::List(items)]) => sorted(items.clone()),
        ("list" | "tuple" | "deque", [Value::List(items), ..]) => Value::List(items.clone()),
        ("Decimal", [Value::Text(number)]) => number
            .parse()
            .map(Value::Integer)
            .or_else(|_| number.parse().map(Value::Float))
            .unwrap_or_else(|_| Value::Text(number.clone())),
        (_, [Value::Text(text)]) if name.ends_with("Path") || matches!(name, "SafeString" | "UUID") => {
            Value::Text(text.clone())
        }
        // `re.compile` with or without flags.
        ("compile", [Value::Text(pattern), ..]) => Value::Text(pattern.clone()),
        // OrderedDict, defaultdict, mappingproxy, os.environ, …
        (_, [.., Value::Table(table)]) => Value::Table(table.clone()),
        ("OrderedDict", []) => Value::Table(Vec::new()),
        ("OrderedDict", [Value::List(pairs)]) => {
            let pair = |pair: &Value| match pair {
                Value::List(pair) => Some((pair.first()?.clone(), pair.get(1)?.clone())),
                _ => None,
            };
            pairs.iter().map(pair).collect::<Option<Vec<_>>>().map_or(Value::Object, |pairs| Value::Table(keyed(pairs)))
        }
        _ => Value::Object,
    }
}

/// A timedelta in seconds, by its arguments in order or by name.
fn seconds(items: &[Value], named: &[(String, Value)]) -> Value {
    let units = [("days", 86_400.0), ("seconds", 1.0), ("microseconds", 1e-6)];
    let number = |value: &Value| match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    };
    let named = named.iter().filter_map(|(name, value)| {
        let (_, unit) = units.iter().find(|(unit, _)| unit == name)?;
        Some(number(value)? * unit)
    });
    let in_order = items.iter().zip(units).filter_map(|(value, (_, unit))| Some(number(value)? * unit));
    whole(named.chain(in_order).sum())
}

/// Seconds, without a point where none is needed.
pub fn whole(seconds: f64) -> Value {
    if seconds.fract() == 0.0 && seconds.abs() < 1e15 { Value::Integer(seconds as i64) } else { Value::Float(seconds) }
}

/// A set, in an order that does not change from run to run.
fn sorted(mut items: Vec<Value>) -> Value {
    items.sort_by_cached_key(|item| format!("{item:?}"));
    Value::List(items)
}

/// A table, whose keys are texts here.
fn keyed(entries: Vec<(Value, Value)>) -> Vec<(String, Value)> {
    let key = |key: Value| match key {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    entries.into_iter().map(|(name, value)| (key(name), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[Value]) -> Value {
        Value::List(items.to_vec())
    }

    #[test]
    fn what_python_writes_is_read() {
        let one = Value::Integer(1);
        for (text, value) in [
            ("None", Value::None),
            ("-1.5e3", Value::Float(-1500.0)),
            (r#"'it\'s \x41\u00e9 "\n'"#, Value::from("it's Aé \"\n")),
            (r#""it's""#, Value::from("it's")),
            ("b'key'", Value::from("key")),
            (r"b'\xff'", Value::Object),
            ("(1,)", list(&[Value::Integer(1)])),
            ("(1)", one.clone()),
            ("()", list(&[])),
            ("{'b', 'a'}", list(&["a".into(), "b".into()])),
            ("set()", list(&[])),
            ("{}", Value::Table(Vec::new())),
            ("{'a': (1, [None]), 2: True}", {
                let nested = list(&[one.clone(), list(&[Value::None])]);
                Value::Table(vec![("a".to_owned(), nested), ("2".to_owned(), Value::Bool(true))])
            }),
            ("datetime.timedelta(days=1, seconds=30)", Value::Integer(86_430)),
            ("datetime.timedelta(0, 300)", Value::Integer(300)),
            ("datetime.timedelta(microseconds=500000)", Value::Float(0.5)),
            ("PosixPath('/x')", Value::from("/x")),
            (
                r"re.compile('^https://\\w+\\.example\\.com$', re.IGNORECASE)",
                Value::from(r"^https://\w+\.example\.com$"),
            ),
            ("<SimpleLazyObject: 'x'>", Value::from("x")),
            ("<Settings \"shop\">", Value::Object),
            ("ZoneInfo(key='UTC')", Value::Object),
            ("Decimal('1')", one.clone()),
            ("<class 'a.b.C'>", Value::from("a.b.C")),
            ("<LoginMethod.EMAIL: 'email'>", Value::from("email")),
            ("[<function <lambda> at 0x7f00>, 1]", list(&[Value::Object, one.clone()])),
            ("<django.utils.functional.lazy.<locals>.__proxy__ object at 0x7f>", Value::Object),
            ("OrderedDict([('a', 1)])", Value::Table(vec![("a".to_owned(), one.clone())])),
            ("environ({'a': 1})", Value::Table(vec![("a".to_owned(), one.clone())])),
        ] {
            assert_eq!(parse(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for text in ["", "'open", "[1", "[1 2]", "1 2", "{1: }", "f'x'", "x + 1", r"'\ud800'", "99999999999999999999"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
