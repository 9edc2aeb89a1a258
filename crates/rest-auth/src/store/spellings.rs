//! The spellings of a name that differ in case alone, in order, so that SQLite's index of exact names finds them: it
//! knows no case beyond ASCII, and an index by a collation of ours would keep Django from writing.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The characters that have another lower case, by the first character of that.
static CAPITALS: LazyLock<HashMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut capitals: HashMap<char, Vec<char>> = HashMap::new();
    for capital in '\0'..=char::MAX {
        let lower = capital.to_lowercase().next().filter(|lower| *lower != capital);
        if let Some(lower) = lower {
            capitals.entry(lower).or_default().push(capital);
        }
    }
    capitals
});

/// Every text whose characters, in lower case, are those of the name.
pub(super) struct Spellings {
    lower: Vec<char>,
}

impl Spellings {
    pub(super) fn of(name: &str) -> Self {
        Self { lower: name.chars().flat_map(char::to_lowercase).collect() }
    }

    pub(super) fn contains(&self, text: &str) -> bool {
        text.chars().flat_map(char::to_lowercase).eq(self.lower.iter().copied())
    }

    /// The first spelling that is not before the text, in the order of the characters' numbers, which is that of their
    /// bytes.
    pub(super) fn first_from(&self, text: &str) -> Option<String> {
        let (mut beginning, mut at) = (String::new(), 0);
        // Where a spelling can first be behind the text, having begun as it does: as late as possible.
        let mut behind = None;
        for held in text.chars() {
            if let Some((next, length)) = self.characters(at).filter(|(next, _)| *next > held).min() {
                behind = Some((format!("{beginning}{next}"), at + length));
            }
            let Some((_, length)) = self.characters(at).find(|(next, _)| *next == held) else {
                return behind.and_then(|(beginning, at)| self.completed(beginning, at));
            };
            beginning.push(held);
            at += length;
        }
        self.completed(beginning, at)
    }

    /// The first spelling that begins so.
    fn completed(&self, mut beginning: String, mut at: usize) -> Option<String> {
        while at < self.lower.len() {
            let (next, length) = self.characters(at).min()?;
            beginning.push(next);
            at += length;
        }
        Some(beginning)
    }

    /// The characters that a spelling can have at this place, and how many of the lower case each stands for: a capital
    /// I with a dot stands for two.
    fn characters(&self, at: usize) -> impl Iterator<Item = (char, usize)> {
        let rest = self.lower.get(at..).unwrap_or_default();
        let own = rest.first().copied();
        let capitals = own.and_then(|own| CAPITALS.get(&own)).into_iter().flatten().copied();
        own.into_iter().chain(capitals).filter_map(|held| {
            let length = held.to_lowercase().count();
            held.to_lowercase().eq(rest.iter().take(length).copied()).then_some((held, length))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Spellings;

    /// All spellings, found one behind the other.
    fn all(name: &str) -> Vec<String> {
        let spellings = Spellings::of(name);
        let next = |text: &String| spellings.first_from(&format!("{text}\0"));
        std::iter::successors(spellings.first_from(""), next).collect()
    }

    #[test]
    fn every_spelling_is_found_in_order() {
        assert_eq!(all("a1B"), ["A1B", "A1b", "a1B", "a1b"]);
        assert_eq!(all("ж"), ["Ж", "ж"]);
        assert_eq!(all("k"), ["K", "k", "\u{212a}"]);
        // A capital with a dot is two characters in lower case.
        assert_eq!(all("\u{130}"), ["I\u{307}", "i\u{307}", "\u{130}"]);
        assert_eq!(all("7"), ["7"]);
        assert_eq!(all(""), [""]);
    }

    #[test]
    fn what_is_between_two_spellings_is_passed_over() {
        let spellings = Spellings::of("jane");
        for (text, next) in [
            ("", Some("JANE")),
            ("JANE", Some("JANE")),
            ("JANES", Some("JANe")),
            ("aaron", Some("jANE")),
            ("jack", Some("janE")),
            ("janb", Some("jane")),
            ("jane", Some("jane")),
            ("janes", None),
            ("zoe", None),
            ("é", None),
        ] {
            assert_eq!(spellings.first_from(text).as_deref(), next, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_first_spelling_from_a_text_is_one_and_not_before_it(name in "[a-zA-ZäÄßıİκK1_]{0,6}", text in "[a-zA-ZäÄßıİκK1_]{0,6}") {
            let spellings = Spellings::of(&name);
            let first = spellings.first_from(&text);
            let among: Vec<String> = all(&name).into_iter().filter(|held| *held >= text).collect();
            proptest::prop_assert_eq!(first.as_ref(), among.iter().min());
            proptest::prop_assert!(first.is_none_or(|first| spellings.contains(&first)));
            proptest::prop_assert!(all(&name).contains(&name));
        }
    }
}
