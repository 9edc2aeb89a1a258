//! What cannot work together in the settings of mails, and what should not go to production.

use std::collections::BTreeMap;

use lettre::message::Mailbox;

use super::Settings;
use crate::mail::{SmtpMisfit, SmtpServer, hostname};
use crate::templates::Templates;

/// Returns why a link cannot begin with this address. The message does not repeat it, because it may hold a password.
fn problem_of_origin(origin: &str) -> Option<&'static str> {
    if !origin.contains("://") {
        return Some("it has no scheme");
    }
    let Ok(url) = url::Url::parse(origin) else { return Some("it is not the address of a site") };
    if !["http", "https"].contains(&url.scheme()) || !url.has_host() || origin.contains('*') {
        return Some("it is not the address of a site");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("it holds a user or a password, and each mail would show them");
    }
    (url.query().is_some() || url.fragment().is_some())
        .then_some("a link cannot go on behind a question mark or a hash sign")
}

impl Settings {
    pub(super) fn mail_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let email = &self.email;
        match SmtpServer::of(email) {
            Err(misfit @ SmtpMisfit::Url) => {
                let hint =
                    "For example \"smtps://USER:PASSWORD@mail.example.com:465\", special characters percent-encoded.";
                refuse("email.smtp_url", misfit.to_string(), hint);
            }
            Err(misfit) => refuse("email.ca_file", misfit.to_string(), "A file of certificates, as PEM."),
            Ok(_) => {}
        }
        if let Some(name) = email.local_hostname.as_ref().filter(|name| hostname::parse(name).is_none()) {
            let problem = format!("{name:?} is neither a full host name nor an address literal");
            refuse("email.local_hostname", problem, "For example \"web1.example.com\" or \"[192.0.2.5]\".");
        }
        if email.timeout.seconds() < 1 {
            refuse("email.timeout", "no server is that fast".into(), "At least a second.");
        }
        if email.max_connections == 0 {
            refuse("email.max_connections", "nothing would ever be sent".into(), "At least 1.");
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
        if let Some(problem) = frontend.origin.as_deref().and_then(problem_of_origin) {
            refuse("frontend.origin", problem.into(), "For example \"https://app.example.com\".");
        }
        self.template_contradictions(refuse);
        if self.password_reset_timeout < 1 {
            let problem = format!("{} seconds are no lifetime", self.password_reset_timeout);
            refuse("password_reset_timeout", problem, "At least 1.");
        }
    }

    fn template_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let folder = self.templates.folder.as_deref();
        if let Err(misfit) = Templates::load(folder) {
            refuse(
                "templates.folder",
                misfit.to_string(),
                "It holds mail/NAME.txt, mail/NAME.html and pages/NAME.html.",
            );
            return;
        }
        let has = |language: &str| {
            ["en", "de"].contains(&language) || folder.is_some_and(|folder| folder.join(language).is_dir())
        };
        for language in self.languages.iter().filter(|language| !has(language)) {
            let hint = format!("Put them into templates.folder, below {language}/.");
            refuse("languages", format!("there are no templates for {language:?}"), &hint);
        }
        if !self.languages.contains(&self.language_code) {
            let problem = format!("{:?} is not one of languages", self.language_code);
            refuse("language_code", problem, "For example \"en\".");
        }
    }

    /// What is wrong with the files of `templates.folder`: such as name a value that there is not. Values that an
    /// application's own function adds are not known here.
    pub fn template_problems(&self) -> BTreeMap<String, String> {
        let templates = Templates::load(self.templates.folder.as_deref());
        templates.map(|templates| templates.problems(&self.email.context)).unwrap_or_default()
    }

    pub(super) fn mail_warnings(&self, warn: &mut impl FnMut(bool, &'static str, &str)) {
        warn(
            self.email.smtp_url.is_none() && self.email.folder.is_none(),
            "email.smtp_url",
            "name a mail server; mails, with the secrets that they hold, are printed to standard output",
        );
        warn(
            self.email.smtp_url.is_some() && self.email.from.contains("@localhost"),
            "email.from",
            "name a sender that the mail server may send for; few take a mail from localhost",
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
