//! `[login.webhook]`: a rule at login that another server decides.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::{Host, Url};

use super::section::section;
use super::{Lifetime, Secret, Settings};

section! {
    /// A rule at login that another server decides. It is asked by POST, in JSON, once the password is known to be right:
    /// 2xx lets the user in, 4xx with {"field": ["message"]} refuses them in these words, whatever else refuses them, too.
    pub struct Webhook {
        /// Whom to ask: https://HOST/PATH.
        pub url: Option<String> = None,
        /// Signs what is sent, as Standard Webhooks have it: whsec_ and a key in Base64, or any other text. Better in the
        /// environment: REST_AUTH__LOGIN__WEBHOOK__SECRET.
        pub secret: Option<Secret> = None,
        /// How long the answer may take.
        pub timeout: Lifetime = Lifetime::from_seconds(5),
        /// A file with the certificates, as PEM, that the server's may be signed by, beside those that everybody trusts.
        pub ca_file: Option<PathBuf> = None,
    }
}

/// The shortest key, in bytes, that Standard Webhooks allow.
const SHORTEST_KEY: usize = 24;

/// What a secret that holds a key in Base64 begins with.
const PREFIX: &str = "whsec_";

impl Webhook {
    /// Asks this URL, and signs with this secret.
    pub fn new(url: &str, secret: impl Into<Secret>) -> Self {
        Self { url: Some(url.to_owned()), secret: Some(secret.into()), ..Self::default() }
    }

    /// How long the answer may take. To the second.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// A file with the certificates, as PEM, that the server's may be signed by, beside those that everybody trusts.
    pub fn ca_file(mut self, file: impl AsRef<Path>) -> Self {
        self.ca_file = Some(file.as_ref().to_owned());
        self
    }

    /// The key that the secret holds; `None` if it is not in Base64, empty or missing.
    pub(crate) fn key(&self) -> Option<Vec<u8>> {
        let secret = self.secret.as_ref()?.expose();
        let key = match secret.strip_prefix(PREFIX) {
            Some(key) => STANDARD.decode(key).ok()?,
            None => secret.as_bytes().to_vec(),
        };
        (!key.is_empty()).then_some(key)
    }
}

impl Settings {
    pub(super) fn webhook_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let webhook = &self.login.webhook;
        let Some(url) = &webhook.url else {
            if *webhook != Webhook::default() {
                refuse("login.webhook.url", "it is missing, and nobody is asked".into(), "Set it, or remove the rest.");
            }
            return;
        };
        if !cfg!(feature = "webhook") {
            let problem = "this program was built without the feature webhook of rest-auth".into();
            refuse("login.webhook.url", problem, "Add the feature, or say the rule by Builder::check_login.");
        }
        if let Some(problem) = url_problem(url) {
            refuse("login.webhook.url", problem.to_owned(), "For example \"https://app.example.com/hooks/login\".");
        }
        match (&webhook.secret, webhook.key()) {
            (_, Some(_)) => {}
            (None, None) => refuse(
                "login.webhook.secret",
                "without it the receiver could not tell who asks".into(),
                "At least 24 random characters.",
            ),
            (Some(_), None) => refuse(
                "login.webhook.secret",
                "there is no key in it".into(),
                "Behind whsec_ stands a key in Base64; any other text is the key as it is.",
            ),
        }
        if !(1..=60).contains(&webhook.timeout.seconds()) {
            let problem = "nobody waits so long for a login".into();
            refuse("login.webhook.timeout", problem, "From 1 second to 1 minute.");
        }
    }

    pub(super) fn webhook_warnings(&self, warn: &mut impl FnMut(bool, &'static str, &str)) {
        let webhook = &self.login.webhook;
        warn(
            webhook.url.as_deref().is_some_and(is_in_the_clear),
            "login.webhook.url",
            "use https://; whoever sits between here and there reads who logs in, and may let in whom the rule would not",
        );
        warn(
            webhook.key().is_some_and(|key| key.len() < SHORTEST_KEY),
            "login.webhook.secret",
            "set one of at least 24 random characters; whoever guesses it can ask in this server's name",
        );
    }
}

fn url_problem(url: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(url) else { return Some("it is no URL") };
    if !["http", "https"].contains(&url.scheme()) {
        return Some("it begins with neither https:// nor http://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("a name and a password would not be sent; the signature says who asks");
    }
    None
}

/// Whether what is sent there travels a network without TLS.
fn is_in_the_clear(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let is_near = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && !is_near
}
