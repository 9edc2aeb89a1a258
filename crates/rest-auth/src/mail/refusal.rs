//! A mail server's refusal: whether it is final, and how a log shows it.

use super::smtp::Step;
use crate::masked;

/// The number of characters of a server's words that a log shows.
const MOST_CHARACTERS: usize = 300;

/// The longest word of a mail that a log may repeat; links and keys are longer.
const LONGEST_WORD: usize = 30;

/// The reply codes to a recipient that mean: no such mailbox, or it takes no mail.
const NO_MAILBOX: [u16; 7] = [501, 550, 551, 552, 553, 554, 556];

/// Words in a reply to a recipient that blames the session, the sender or a policy.
const NOT_THE_MAILBOX: [&str; 13] = [
    "relay",
    "auth",
    "sender",
    "helo",
    "ehlo",
    "spam",
    "block",
    "black",
    "reputation",
    "policy",
    "prohibit",
    "rcpthost",
    "client host",
];

/// Returns whether a refusal is about the recipient, and final.
///
/// After a final refusal, another attempt would end in the same way. Every other refusal is retried, because an
/// operator can remove its cause: a login, a sender or a host that the server does not accept, its policy, a mail that
/// it classifies as spam. Servers may send such refusals at any step, also in reply to a recipient. Therefore the
/// enhanced status code (RFC 3463) decides if there is one.
pub(super) fn is_about_the_recipient(step: Step, code: u16, words: &str) -> bool {
    let at_the_mail = matches!(step, Step::Recipient | Step::Message);
    match enhanced(words) {
        _ if !at_the_mail || code / 100 != 5 => false,
        // The mailbox: unknown, misspelt, moved or ambiguous; its domain takes no mail.
        Some([5, 1, detail]) => matches!(detail, 1..=4 | 6 | 10),
        // The mailbox: closed, full, or too small for the mail.
        Some([5, 2, _]) => true,
        // There is no way to the recipient's domain.
        Some([5, 4, detail]) => matches!(detail, 1 | 4),
        Some(code) if code != [5, 0, 0] => false,
        // 5.0.0 says nothing.
        _ => {
            let words = words.to_ascii_lowercase();
            step == Step::Recipient
                && NO_MAILBOX.contains(&code)
                && !NOT_THE_MAILBOX.iter().any(|other| words.contains(other))
        }
    }
}

/// Returns the enhanced status code at the beginning of a server's words.
fn enhanced(words: &str) -> Option<[u16; 3]> {
    let code = words.split_whitespace().next()?.trim_start_matches('#');
    let mut parts = code.split('.').map(str::parse);
    let read = [parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?];
    parts.next().is_none().then_some(read)
}

/// Returns a server's words on one line, without a secret.
///
/// Addresses are shortened. `secrets` are left out, and so are links and long words, which a server may repeat from the
/// mail.
pub(super) fn shown(step: Step, words: &str, secrets: &[String]) -> String {
    let words: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words =
        secrets.iter().filter(|secret| !secret.is_empty()).fold(words, |words, secret| words.replace(secret, "…"));
    let words = masked::addresses(&words);
    let is_secret =
        |word: &&str| step == Step::Message && (word.contains("://") || word.chars().count() > LONGEST_WORD);
    let words: Vec<&str> = words.split_whitespace().map(|word| if is_secret(&word) { "…" } else { word }).collect();
    let words = words.join(" ");
    match words.char_indices().nth(MOST_CHARACTERS) {
        Some((at, _)) => format!("{}…", &words[..at]),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::super::smtp::Step;
    use super::{is_about_the_recipient, shown};

    #[test]
    fn a_permanent_refusal_of_the_recipient_is_final() {
        for (step, code, words) in [
            (Step::Recipient, 550, "5.1.1 <j***@example.com>: unknown"),
            (Step::Recipient, 550, "No such user here"),
            (Step::Recipient, 550, "#5.1.1 user unknown"),
            (Step::Recipient, 551, "User not local"),
            (Step::Recipient, 550, "5.0.0 User unknown"),
            (Step::Recipient, 554, "delivery error: This user doesn't have an account"),
            (Step::Recipient, 501, "bad address"),
            (Step::Recipient, 553, "mailbox name not allowed"),
            (Step::Recipient, 556, "5.1.10 Recipient address has null MX"),
            (Step::Recipient, 550, "5.4.1 Recipient address rejected: Access denied."),
            (Step::Recipient, 552, "5.2.2 mailbox full"),
            (Step::Recipient, 550, "5.1.2 host unknown"),
            (Step::Message, 550, "5.1.1 unknown"),
            (Step::Message, 554, "5.2.1 mailbox disabled"),
        ] {
            assert!(is_about_the_recipient(step, code, words), "{step} {code} {words}");
        }
    }

    #[test]
    fn a_refusal_of_anything_else_is_not_and_neither_is_a_passing_one() {
        for (step, code, words) in [
            (Step::Connection, 554, "5.7.1 blocked"),
            (Step::Connection, 550, "5.1.1 unknown"),
            (Step::Login, 535, "5.7.8 wrong password"),
            (Step::Login, 530, "5.7.0 Must issue a STARTTLS command first"),
            (Step::Sender, 550, "5.1.1 sender unknown"),
            (Step::Sender, 553, "sender not allowed"),
            (Step::Recipient, 450, "4.2.0 greylisted"),
            (Step::Recipient, 452, "4.2.2 mailbox full"),
            (Step::Recipient, 421, "too many connections"),
            (Step::Recipient, 554, "5.7.1 <x>: Relay access denied"),
            (Step::Recipient, 550, "relay not permitted"),
            (Step::Recipient, 550, "Administrative prohibition"),
            (Step::Recipient, 553, "sorry, that domain isn't in my list of allowed rcpthosts"),
            (Step::Message, 550, "5.0.0 looks bad"),
            (Step::Recipient, 550, "Sender verify failed"),
            (Step::Recipient, 550, "5.1.0 <x>: Sender address rejected"),
            (Step::Recipient, 550, "5.1.8 <x>: Sender address rejected: Domain not found"),
            (Step::Recipient, 550, "5.7.26 unauthenticated sender"),
            (Step::Recipient, 503, "5.5.1 bad sequence of commands"),
            (Step::Recipient, 530, "Authentication required"),
            (Step::Message, 550, "looks bad"),
            (Step::Message, 552, "5.3.4 message too big"),
            (Step::Message, 554, "5.7.1 spam"),
        ] {
            assert!(!is_about_the_recipient(step, code, words), "{step} {code} {words}");
        }
    }

    #[test]
    fn a_log_shows_what_the_server_said_without_secrets() {
        let secrets = ["hunter2".to_owned(), "aHVudGVyMg==".to_owned()];
        for (step, words, said) in [
            (Step::Recipient, "5.1.1 <jane@example.com>:\r\n unknown", "5.1.1 <j***@example.com>: unknown"),
            (Step::Login, "5.7.8 hunter2 or aHVudGVyMg== is wrong", "5.7.8 … or … is wrong"),
            (
                Step::Login,
                "5.7.8 see https://example.com/?p=BadCredentials",
                "5.7.8 see https://example.com/?p=BadCredentials",
            ),
            (Step::Message, "5.7.1 https://a.b/reset/1/secret is bad", "5.7.1 … is bad"),
        ] {
            assert_eq!(shown(step, words, &secrets), said);
        }
        assert_eq!(shown(Step::Recipient, &"ä ".repeat(500), &[]).chars().count(), 301);
    }
}
