//! What must be true afterwards: nothing is half done, and whatever was acknowledged is there.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::account::Account;
use crate::http::Place;
use crate::mails::Mails;
use crate::server::waiting;
use crate::support::database::Database;

/// Where the files of users are.
pub fn media(folder: &Path) -> PathBuf {
    folder.join("media")
}

/// Holds a log to that. That a client was told to try again is no trouble.
pub fn assert_untroubled(log: &str) {
    let is_trouble = |line: &&str| line.contains("ERROR") || line.contains("panicked");
    let troubles = log.lines().filter(is_trouble).filter(|line| !line.contains("503 Service Unavailable"));
    assert_eq!(troubles.collect::<Vec<_>>(), [""; 0]);
}

/// What must hold in the database, whoever was told what.
pub fn nothing_is_half_done(database: &Database) {
    let outstanding = "SELECT 1 FROM token_blacklist_outstandingtoken o";
    let blacklisted = format!("{outstanding} JOIN token_blacklist_blacklistedtoken b ON b.token_id = o.id");
    for (what, sql) in [
        (
            "users without a profile",
            "SELECT username FROM auth_user u WHERE NOT EXISTS (SELECT 1 FROM app_profile p WHERE p.user_id = u.id)"
                .to_owned(),
        ),
        (
            "users without an address",
            "SELECT username FROM auth_user u \
             WHERE NOT EXISTS (SELECT 1 FROM account_emailaddress e WHERE e.user_id = u.id)"
                .to_owned(),
        ),
        (
            "users without a first token",
            format!("SELECT username FROM auth_user u WHERE NOT EXISTS ({outstanding} WHERE o.user_id = u.id)"),
        ),
        (
            "rotated tokens that are good",
            format!(
                "SELECT parent_jti FROM rest_auth_refresh_token r WHERE NOT EXISTS ({blacklisted} WHERE o.jti = r.parent_jti)"
            ),
        ),
        (
            "tokens that are good no more, and that nothing replaced",
            "SELECT jti FROM token_blacklist_outstandingtoken o \
             JOIN token_blacklist_blacklistedtoken b ON b.token_id = o.id \
             WHERE NOT EXISTS (SELECT 1 FROM rest_auth_refresh_token r WHERE r.parent_jti = o.jti)"
                .to_owned(),
        ),
        (
            "rotations without a token",
            format!("SELECT jti FROM rest_auth_refresh_token r WHERE NOT EXISTS ({outstanding} WHERE o.jti = r.jti)"),
        ),
    ] {
        assert_eq!(database.query(&sql), [""; 0], "{what}");
    }
    let files = database.query("SELECT contract FROM app_profile WHERE contract IS NOT NULL");
    let lost = files.iter().filter(|name| !media(database.folder()).join(name).is_file());
    assert_eq!(lost.collect::<Vec<_>>(), [""; 0], "rows without their files");
    if database.url.starts_with("sqlite") {
        assert_eq!(database.query("PRAGMA integrity_check"), ["ok"]);
    }
}

/// Asks for everything that was acknowledged.
pub fn assert_what_was_acknowledged(database: &Database, place: &Place, accounts: &[Account], mails: &Mails) {
    let waiting = waiting(database);
    for account in accounts {
        assert_eq!(account.surprises, [""; 0]);
        let name = &account.name;
        let ask = |path: &str, body| place.post(path, None, &body).expect("an answer").0;
        let login = |password: &String| ask("login/", json!({ "username": name, "password": password }));
        let good = account.passwords.iter().filter(|password| login(password) == 200).count();
        if account.is_registered {
            assert_eq!(good, 1, "{name} has one of the passwords that may be theirs");
        }
        assert!(account.former_passwords.iter().all(|password| login(password) == 400), "{name} has a former password");
        if let Some(refresh) = &account.refresh {
            assert_eq!(ask("token/refresh/", json!({ "refresh": refresh })), 200, "{name} has lost a token");
        }
        for rotated in &account.rotated {
            assert_eq!(
                ask("token/refresh/", json!({ "refresh": rotated })),
                401,
                "{name} has a token that was rotated"
            );
        }
        for (uid, token) in &account.used_links {
            let form =
                json!({ "uid": uid, "token": token, "new_password1": "once more", "new_password2": "once more" });
            assert_eq!(ask("password/reset/confirm/", form), 400, "{name} has a link that was used");
        }
        if account.is_registered {
            let content = content_of_file(database, name);
            assert!(account.contents.contains(&content), "{name} has a file with {content:?}: {:?}", account.contents);
        }
        let sent = mails.for_address(&account.address());
        let wait = waiting.iter().filter(|recipient| **recipient == account.address()).count();
        let wanted = usize::from(account.is_registered) + usize::from(account.asked_for_link);
        assert!(
            sent.len() + wait >= wanted,
            "{name} has {} mails, {wait} wait, and {wanted} were promised",
            sent.len()
        );
    }
}

/// What stands in the user's file, or nothing.
fn content_of_file(database: &Database, username: &str) -> String {
    let row = format!(
        "SELECT COALESCE(contract, '') FROM app_profile p JOIN auth_user u ON u.id = p.user_id WHERE username = '{username}'"
    );
    match database.query(&row).first().map(String::as_str) {
        None | Some("") => String::new(),
        Some(name) => std::fs::read_to_string(media(database.folder()).join(name)).expect("the file of a row"),
    }
}
