//! What survives: the server is killed, its database goes away and comes back, its disk is full.

mod account;
mod http;
mod kill;
mod load;
mod mails;
mod own_servers;
mod promises;
mod restarts;
#[allow(dead_code)]
#[path = "../mail/server.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

/// How long anything may take before it counts as not happening.
const PATIENCE: Duration = Duration::from_secs(60);

/// What every server here is set: no limits, tokens that are rotated, a profile, mails in a folder.
fn settings(folder: &std::path::Path) -> String {
    format!(
        "password_validators = []\n\
         [throttle]\nrates = {{}}\nfailed_logins = {{ slow_after = 0, lock_after = 0 }}\n\
         [rest_auth]\nuse_jwt = true\njwt_auth_httponly = false\nsession_login = false\n\
         old_password_field_enabled = true\n\
         [simple_jwt]\nrotate_refresh_tokens = true\nblacklist_after_rotation = true\nreuse_detection = true\n\
         [account]\nemail_verification = 'optional'\n\
         [frontend]\npassword_reset_url = 'https://app.example.com/reset/{{uid}}/{{token}}/'\n\
         [profiles.profile]\ntable = 'app_profile'\n\
         [profiles.profile.fields]\nbio = {{ type = 'text', blank = true }}\n\
         contract = {{ type = 'file', upload_to = 'contracts/', null = true }}\n\
         [media]\nroot = '{}'\n\
         [email]\nfolder = '{}'\ntimeout = '1s'\n",
        promises::media(folder).display(),
        mails::folder(folder).display()
    )
}
