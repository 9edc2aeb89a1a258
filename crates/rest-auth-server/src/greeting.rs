//! What a newcomer reads when the server is ready.

use std::fmt::Write;

use rest_auth::Auth;

/// What the terminal says when the server is ready.
pub fn greeting(auth: &Auth, address: String, key: Option<&std::path::Path>, mails: Option<&str>) -> String {
    let settings = auth.settings();
    let base = format!("http://{address}{}", settings.base_path.trim_end_matches('/'));
    let mut text = format!("rest-auth {} listens at {base}/\n\n", env!("CARGO_PKG_VERSION"));
    let endpoints = auth.endpoints();
    let width = endpoints.iter().map(|(path, _)| path.len()).max().unwrap_or_default();
    for (path, methods) in endpoints {
        // Writing into a String does not fail.
        let _ = writeln!(text, "    {path:<width$} {methods}");
    }
    if let Some(removed) = settings.force_script_name.as_deref().filter(|name| !name.trim_matches('/').is_empty()) {
        let _ = writeln!(
            text,
            "\nClients reach them at {}/, through a proxy that removes {removed}.",
            settings.public_path()
        );
    }
    let _ = writeln!(text, "\nThe accounts are in {}.", settings.database_url);
    if let Some(key) = key {
        let _ = writeln!(
            text,
            "The secret key, made for development, is in {}; for more than that, set secret_key.",
            key.display()
        );
    }
    if let Some(path) = mails {
        let _ = writeln!(text, "Mails are printed here, and shown at http://{address}{path}");
    }
    let json = "-H 'Content-Type: application/json'";
    let by_name = settings.account.logs_in_by(rest_auth::settings::LoginMethod::Username);
    let (field, name) = if by_name { ("username", "jane") } else { ("email", "jane@example.com") };
    let _ = match auth.endpoints().iter().any(|(path, _)| path == "registration/") {
        true => write!(
            text,
            "\nRegister a user, and log in:\n\n    \
             curl {base}/registration/ {json} -d '{{\"username\": \"jane\", \"email\": \"jane@example.com\", \
             \"password1\": \"correct horse battery\", \"password2\": \"correct horse battery\"}}'\n"
        ),
        false => {
            write!(text, "\nMake a user, and log in:\n\n    rest-auth user create jane --email jane@example.com\n")
        }
    };
    let _ = write!(
        text,
        "    curl {base}/login/ {json} -d '{{\"{field}\": \"{name}\", \"password\": \"correct horse battery\"}}'\n\n\
         Ctrl-C stops."
    );
    text
}
