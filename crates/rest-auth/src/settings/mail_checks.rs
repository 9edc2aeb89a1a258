//! What cannot work together in the settings of mails, and what should not go to production.

use lettre::message::Mailbox;

use super::Settings;
use crate::mail::smtp;

impl Settings {
    pub(super) fn mail_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let email = &self.email;
        if email.smtp_url.as_ref().is_some_and(|url| smtp(url).is_none()) {
            let hint =
                "For example \"smtps://USER:PASSWORD@mail.example.com:465\", special characters percent-encoded.";
            refuse("email.smtp_url", "it is no URL of a mail server".into(), hint);
        }
        if email.smtp_url.is_some() && email.folder.is_some() {
            refuse("email.folder", "mails are sent to email.smtp_url already".into(), "Leave one of them out.");
        }
        if email.from.parse::<Mailbox>().is_err() {
            let hint = "For example \"Example <accounts@example.com>\".";
            refuse("email.from", format!("{:?} is no address", email.from), hint);
        }
        if email.subject_prefix.contains(char::is_control) {
            refuse("email.subject_prefix", "it is more than one line".into(), "Leave the control characters out.");
        }
        let frontend = &self.frontend;
        for (path, url, wanted) in [
            ("frontend.password_reset_url", &frontend.password_reset_url, &["{uid}", "{token}"][..]),
            ("frontend.verify_email_url", &frontend.verify_email_url, &["{key}"][..]),
        ] {
            let Some(url) = url else { continue };
            if let Some(missing) = wanted.iter().find(|part| !url.contains(**part)) {
                refuse(path, format!("{missing} is missing"), "The link would lead to nothing without it.");
            }
        }
        if frontend.origin.as_ref().is_some_and(|origin| !origin.contains("://")) {
            refuse("frontend.origin", "it has no scheme".into(), "For example \"https://app.example.com\".");
        }
        if self.password_reset_timeout < 1 {
            let problem = format!("{} seconds are no lifetime", self.password_reset_timeout);
            refuse("password_reset_timeout", problem, "At least 1.");
        }
    }

    pub(super) fn mail_warnings(&self, warn: &mut impl FnMut(bool, &'static str, &str)) {
        warn(
            self.email.smtp_url.is_none() && self.email.folder.is_none(),
            "email.smtp_url",
            "name a mail server; mails, with the secrets that they hold, are printed to standard output",
        );
        let asks = |url: &Option<String>| url.as_ref().is_none_or(|url| url.contains("{origin}"));
        warn(
            self.frontend.origin.is_none()
                && (asks(&self.frontend.password_reset_url) || asks(&self.frontend.verify_email_url)),
            "frontend.origin",
            "set it; otherwise the links in mails lead to this server's own address",
        );
    }
}
