//! `rest-auth mail test`.

use anyhow::Context;
use rest_auth::Settings;

use crate::say::say;

pub async fn test(settings: &Settings, to: &str) -> anyhow::Result<()> {
    rest_auth::send_test_mail(settings, to).await.context("the mail was not sent")?;
    let email = &settings.email;
    say!(
        "{}",
        match (&email.smtp_url, &email.folder) {
            (Some(_), _) => format!("The mail server has taken a mail from {} to {to}.", email.from),
            (None, Some(folder)) => format!("A mail to {to} is in {}.", folder.display()),
            (None, None) => "This is how mails look; set email.smtp_url to have them sent.".to_owned(),
        }
    );
    Ok(())
}
