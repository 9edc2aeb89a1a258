//! Mails without a mail server: a page that shows the last ones, and one that tries a server out.

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use minijinja::{Value, context};

use super::letter::{Envelope, compose};
use super::transport::{SendError, Transport};
use super::{EmailOptions, Mail, MailKind, link};
use crate::auth::Auth;
use crate::error::Error;
use crate::pages;
use crate::settings::{Settings, SettingsError};
use crate::store::User;
use crate::templates::Templates;

/// Why a mail was not sent to try a server out.
#[derive(Debug, thiserror::Error)]
pub enum TestMailError {
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The mail did not leave.
    #[error(transparent)]
    Send(#[from] SendError),
}

/// Sends a mail to an address, now, by the way that the settings name, to see whether it arrives.
///
/// # Errors
/// If the settings cannot be used, or the server does not take the mail.
pub async fn send_test_mail(settings: &Settings, to: &str) -> Result<(), TestMailError> {
    let misfits = settings.contradictions();
    if !misfits.is_empty() {
        return Err(SettingsError(misfits).into());
    }
    let templates = Templates::of(settings).map_err(|misfit| SettingsError(vec![misfit]))?;
    let origin = settings.frontend.origin.clone().unwrap_or_else(|| format!("http://{}", settings.bind));
    let nobody = User::nobody(time::OffsetDateTime::now_utc());
    let envelope = Envelope {
        kind: MailKind::Test,
        to,
        user: &nobody,
        language: &settings.language_code,
        site_name: &link::site_name(settings, &origin),
    };
    let mail = compose(settings, &templates, &envelope, EmailOptions::new(), Value::UNDEFINED);
    let mail = mail.ok_or_else(|| SendError::Unwritable("its template fails".into()))?;
    Ok(Transport::of(&settings.email).send(&mail, 0).await?)
}

impl Auth {
    /// The mails that were printed last instead of being sent, the newest first; none if there is a mail server or a
    /// folder for them.
    fn printed_mails(&self) -> Vec<Mail> {
        self.mailer().transport.printed()
    }

    /// A page that shows the mails that were printed last instead of being sent, for development. They hold secrets:
    /// whoever sees the page can be anybody.
    pub fn development_mails(&self) -> Router {
        let auth = self.clone();
        Router::new().route("/", get(async move |headers: HeaderMap| show(&auth, &headers)))
    }
}

fn show(auth: &Auth, headers: &HeaderMap) -> Response {
    // A page of another site whose name was made to lead here is not shown them.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !link::is_this_machine(host) {
        return Error::NotFound.into_response(None);
    }
    let mails: Vec<Value> = auth
        .printed_mails()
        .into_iter()
        .map(|mail| context! { to => mail.to, from => mail.from, subject => mail.subject, text => mail.text, html => mail.html })
        .collect();
    let values = context! { mails, language => "en", site_name => "rest-auth" };
    match auth.templates().render("pages/mails.html", "en", &values) {
        Some(text) => (pages::headers(), [(header::REFERRER_POLICY, "no-referrer")], text).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
