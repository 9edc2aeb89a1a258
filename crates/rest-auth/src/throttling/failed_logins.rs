//! Guesses at one account, from wherever they come: failed logins by one name slow down the next, and then nobody logs in
//! by that name for a while.
//!
//! A name is counted as it was given, whether there is such a user or not, so that the answer does not tell. Whoever is
//! logged in stays so. A new password, which wants the mailbox, ends the wait.

use minijinja::context;
use time::Duration;
use unicode_normalization::UnicodeNormalization;

use super::account::Action;
use super::rate::Rate;
use super::rule::{Check, Failures, Ident, Rule};
use super::{Throttling, check, refuse};
use crate::auth::Auth;
use crate::error::Error;
use crate::login;
use crate::mail::{Mail, MailKind, Manner};
use crate::request::Request;
use crate::settings::FailedLogins;
use crate::store::{StoreError, User};

const SCOPE: &str = "failed_logins";

/// Who has been told is not told again for a day.
const TOLD: (&str, Rate) = ("failed_logins told", Rate::per_day(1));

/// The settings as a rule, unless they switch it off.
pub(super) fn rule(settings: &FailedLogins) -> Option<Failures> {
    if settings.slow_after == 0 && settings.lock_after == 0 {
        return None;
    }
    let or_never = |count: u32| if count == 0 { u32::MAX } else { count };
    let seconds = |lifetime: crate::settings::Lifetime| u32::try_from(lifetime.seconds()).unwrap_or(u32::MAX);
    Some(Failures {
        slow_after: or_never(settings.slow_after),
        lock_after: or_never(settings.lock_after),
        lock_time: seconds(settings.lock_time),
        remembered: seconds(settings.remembered),
    })
}

/// More characters than a name or an address has.
const LONGEST_NAME: usize = 320;

/// A name in the one form in which it is counted.
fn counted(name: &str) -> String {
    name.chars().take(LONGEST_NAME).nfkc().collect::<String>().to_lowercase()
}

/// An attempt to log in by a name.
pub(crate) struct Attempt<'a> {
    request: &'a Request,
    name: String,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(request: &'a Request, name: &str) -> Self {
        Self { request, name: counted(name) }
    }

    fn throttling(&self) -> &Throttling {
        self.request.auth.throttling()
    }

    fn checks(&self) -> Vec<Check<'_>> {
        let own = self.throttling().failures.map(|failures| failure_check(&self.name, failures));
        let allauths = self.throttling().account_checks(self.request, Action::LoginFailed, Some(&self.name));
        own.into_iter().chain(allauths).collect()
    }

    /// Refuses the attempt while others have failed too often.
    ///
    /// # Errors
    /// 429, or 503 where nobody can tell.
    pub(crate) async fn may_be_made(&self) -> Result<(), Error> {
        let checks = self.checks();
        refuse(self.throttling().counters.look(self.request.auth.clock(), checks.iter()).await?, SCOPE)
    }

    /// Counts a failure. Users who may be meant are told if that was one too many.
    ///
    /// # Errors
    /// 429 if so many others failed at the same time that the attempt should not have been made: then the client does
    /// not learn that it failed.
    pub(crate) async fn has_failed(&self) -> Result<(), Error> {
        let checks = self.checks();
        let verdict = self.throttling().counters.count(self.request.auth.clock(), checks.iter()).await?;
        refuse(verdict, SCOPE)?;
        match self.throttling().failures {
            Some(failures) if verdict.count >= failures.lock_after => self.tell().await,
            _ => Ok(()),
        }
    }

    /// Has a mail wait that tells of the lock, whether somebody has the name or not.
    async fn tell(&self) -> Result<(), Error> {
        let told = check(TOLD.0, TOLD.1, Ident::Name(&self.name));
        if self.throttling().counters.count(self.request.auth.clock(), told.iter()).await?.wait.is_some() {
            return Ok(());
        }
        self.request.ask_for(MailKind::LoginLocked, self.name.clone()).await
    }
}

fn failure_check(name: &str, failures: Failures) -> Check<'_> {
    Check { scope: SCOPE, ident: Ident::Name(name), rule: Rule::Failures(failures) }
}

/// A mail for each user who may be meant by a name that is locked.
pub(crate) async fn letters(auth: &Auth, manner: &Manner, name: &str) -> Result<Vec<Mail>, Error> {
    let minutes = Duration::from(auth.settings().throttle.failed_logins.lock_time).whole_minutes().max(1);
    let mut mails = Vec::new();
    for user in login::users_meant_by(auth, name).await? {
        if !user.email.is_empty() {
            mails.push(auth.letter(manner, MailKind::LoginLocked, &user.email, &user, context! { minutes }).await?);
        }
    }
    Ok(mails)
}

/// Forgets the failed logins by the user's names, because they have a new password.
pub(crate) async fn forgive(auth: &Auth, user: &User) {
    let throttling = auth.throttling();
    // The password is changed, whatever comes of this.
    let addresses = addresses_of(auth, user).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "failed logins by some names of a user are not forgotten");
        Vec::new()
    });
    let names = [&user.username, &user.email].into_iter().chain(&addresses).map(|name| counted(name));
    let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    let allauths = auth.settings().account.rate_limits.of(Action::LoginFailed);
    let checks = names.iter().flat_map(|name| {
        let own = throttling.failures.map(|failures| failure_check(name, failures));
        let allauths = allauths.iter().filter(|(_, per)| *per == super::Per::Key);
        own.into_iter()
            .chain(allauths.filter_map(|(rate, _)| check(Action::LoginFailed.scope(), *rate, Ident::Name(name))))
    });
    throttling.counters.forget(checks.collect::<Vec<_>>().iter()).await;
}

async fn addresses_of(auth: &Auth, user: &User) -> Result<Vec<String>, StoreError> {
    if !auth.settings().allauth {
        return Ok(Vec::new());
    }
    auth.store().connection().await?.addresses_of(user.id).await
}
