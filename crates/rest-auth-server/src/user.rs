//! `rest-auth user`.

use std::io::{BufRead, IsTerminal};

use anyhow::{Context, bail};
use rest_auth::{Auth, NewAccount, Settings, User};

use crate::cli::UserAction;
use crate::say::say;
use crate::setup;

pub async fn run(settings: Settings, action: UserAction) -> anyhow::Result<()> {
    let auth = setup::existing_auth(settings).await?;
    match action {
        UserAction::Create { name, email, superuser, no_password } => {
            let password = if no_password { None } else { Some(read_password()?) };
            let user = auth.users().create(NewAccount { username: name, email, password, superuser }).await?;
            say!("Made {} with the id {}.", printable(&user.username), user.id);
        }
        UserAction::List { after, limit } => list(&auth, after, limit).await?,
        UserAction::SetPassword { user } => {
            let user = find(&auth, &user).await?;
            auth.users().set_password(&user, &read_password()?).await?;
            say!("{} has a new password.", printable(&user.username));
        }
        UserAction::Activate { user } => {
            let user = find(&auth, &user).await?;
            auth.users().set_active(&user, true).await?;
            say!("{} may log in.", printable(&user.username));
        }
        UserAction::Deactivate { user } => {
            let user = find(&auth, &user).await?;
            auth.users().set_active(&user, false).await?;
            say!("{} may not log in any more.", printable(&user.username));
        }
        UserAction::Superuser { user, revoke } => {
            let user = find(&auth, &user).await?;
            auth.users().set_superuser(&user, !revoke).await?;
            say!("{} is {} superuser.", printable(&user.username), if revoke { "no longer a" } else { "a" });
        }
    }
    auth.store().close().await;
    Ok(())
}

async fn find(auth: &Auth, name_or_id: &str) -> anyhow::Result<User> {
    auth.users().find(name_or_id).await?.with_context(|| format!("there is no user {name_or_id}"))
}

async fn list(auth: &Auth, after: Option<rest_auth::UserId>, limit: u64) -> anyhow::Result<()> {
    say!("{:>8}  {:<30} {:<36} {:<18} LAST LOGIN", "ID", "NAME", "ADDRESS", "MAY");
    for user in auth.users().list(after, limit).await? {
        let rights = match (user.is_active, user.is_superuser, user.is_staff) {
            (false, _, _) => "not log in",
            (_, true, _) => "do everything",
            (_, _, true) => "enter the admin",
            _ => "log in",
        };
        let last_login = user.last_login.map_or("never".to_owned(), |time| time.date().to_string());
        let (name, address) = (printable(&user.username), printable(&user.email));
        say!("{:>8}  {name:<30} {address:<36} {rights:<18} {last_login}", user.id.to_string());
    }
    Ok(())
}

/// A text that a client chose, without what a terminal would take for a command.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Asks for a password twice, or reads a line where nobody can be asked.
fn read_password() -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        let password = line.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            bail!("standard input holds no password");
        }
        return Ok(password.to_owned());
    }
    let password = rpassword::prompt_password("Password: ")?;
    if password != rpassword::prompt_password("Password (again): ")? {
        bail!("the two passwords are not the same");
    }
    Ok(password)
}
