//! `rest-auth import settings`, as a shell sees it: Django's settings become a file that can be used.

mod support;

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use support::{folder, rest_auth as run};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import").join(name)
}

/// Returns whether a line must be filled in before the server starts.
fn waits(file: &str) -> bool {
    file.lines().any(|line| ["secret_key = \"\"", "database_url = \"\""].contains(&line))
}

/// Imports a text; gives the file that came of it and what was said.
fn import(input: &str) -> (String, String) {
    let folder = folder();
    let (code, output, errors) = run(folder.path(), &["import", "settings"], input.as_bytes());
    assert_eq!((code, errors.as_str()), (0, ""), "{input}");
    let file = std::fs::read_to_string(folder.path().join("rest-auth.toml")).expect("a file");
    let (code, _, errors) = run(folder.path(), &["check", "--offline"], b"");
    assert_eq!((code, errors.is_empty()), if waits(&file) { (1, false) } else { (0, true) }, "{input}{errors}");
    (file, output)
}

/// The values in the fixtures that nobody but the file may know.
const SECRETS: [&str; 11] = [
    "reference-secret-key",
    "shop-secret-key",
    "p@ss/word",
    "p%40ss",
    "shop-mail",
    "shop-signing",
    "shop-google",
    "forum-secret",
    "forum-former",
    "forum-db",
    "blog-secret",
];

/// Imports a fixture and compares all of the file with the one that is kept.
fn becomes(input: &str, kept: &str) {
    let folder = folder();
    let path = fixture(input).display().to_string();
    let (code, output, errors) = run(folder.path(), &["import", "settings", &path], b"");
    assert_eq!((code, errors.as_str()), (0, ""));
    for secret in SECRETS.into_iter().chain(["hunter2"]) {
        assert!(!output.contains(secret), "{output}");
    }
    let written = std::fs::read_to_string(folder.path().join("rest-auth.toml")).expect("a file");
    assert!(!written.contains("hunter2"), "what could not be read is not repeated");
    let expected = std::fs::read_to_string(fixture(kept)).unwrap_or_default();
    assert!(
        written == expected,
        "{kept} is another; if that is meant: cargo run -- import settings {path} --force --output {}\n{written}",
        fixture(kept).display(),
    );
    let (code, output, errors) = run(folder.path(), &["check", "--offline"], b"");
    assert_eq!((code, errors.as_str()), (0, ""), "{output}");
}

#[test]
fn the_reference_site() {
    becomes("reference.txt", "reference.toml");
}

#[test]
fn a_project_with_tokens_in_cookies() {
    becomes("shop.txt", "shop.toml");
}

#[test]
fn an_old_project() {
    becomes("forum.txt", "forum.toml");
}

#[test]
fn a_project_in_json() {
    becomes("blog.json", "blog.toml");
}

/// The three ways in which Django prints a setting, its default and one that it does not know.
#[test]
fn every_way_of_diffsettings_is_read() {
    let hash = "### SESSION_COOKIE_NAME = 'sessionid'\nSESSION_COOKIE_AGE = 60\nMINE = 'x'  ###\n";
    let unified = "  SESSION_COOKIE_NAME = 'sessionid'\n- SESSION_COOKIE_AGE = 1209600\n+ SESSION_COOKIE_AGE = 60\n+ MINE = 'x'\n";
    let coloured = unified.replace("+ MINE = 'x'", "\x1b[32;1m+ MINE = 'x'\x1b[0m");
    let windows = format!("\u{feff}{}", hash.replace('\n', "\r\n"));
    let (file, _) = import(hash);
    assert!(file.contains("\n# SESSION_COOKIE_AGE\nsession_cookie_age = 60\n"), "{file}");
    for other in [unified, &coloured, &windows] {
        assert_eq!(import(other).0, file);
    }
}

#[test]
fn what_cannot_be_read_is_said_and_not_repeated() {
    let (file, output) = import("Loading hunter2\nSESSION_COOKIE_AGE = 60\nSECRET_KEY = Vault(!hunter2!)\n");
    assert!(file.contains("# Lines of what was read that hold no setting:\n#     1\n"), "{file}");
    assert!(file.contains("# SECRET_KEY: no Python value at its character 7. Fill it in"), "{file}");
    assert!(file.contains("\nsession_cookie_age = 60\n"), "{file}");
    assert!(output.contains("     1  could not be read\n") && output.contains("Look at: SECRET_KEY, "), "{output}");
    assert!(!file.contains("hunter2") && !output.contains("hunter2"), "{file}{output}");
}

#[test]
fn a_value_that_is_no_text_becomes_no_secret() {
    let database =
        "{'default': {'ENGINE': 'django.db.backends.mysql', 'NAME': 'x', 'PASSWORD': <Vault object at 0x1>}}";
    let (file, _) = import(&format!("SECRET_KEY = <Vault object at 0x1>\nDATABASES = {database}\n"));
    assert!(file.contains("\nsecret_key = \"\"\n") && file.contains("\ndatabase_url = \"\"\n"), "{file}");
    assert!(file.contains("# DATABASES['default']: its PASSWORD is an object of Python's. Fill it in"), "{file}");
}

#[test]
fn what_the_library_would_refuse_is_commented_out() {
    // The contradiction is one of a setting that is not named at all.
    let text = "ACCOUNT_LOGIN_METHODS = {'email'}\nACCOUNT_EMAIL_VERIFICATION = 'mandatory'\nSESSION_COOKIE_AGE = -1\n";
    let (file, output) = import(text);
    assert!(file.contains("\n[account]\n# ACCOUNT_LOGIN_METHODS\nlogin_methods = [\"email\"]\n"), "{file}");
    assert!(file.contains("\n# email_verification = \"mandatory\"\n"), "{file}");
    assert!(file.contains("\n# session_cookie_age = -1\n"), "{file}");
    assert!(output.contains("Look at: ACCOUNT_EMAIL_VERIFICATION, SESSION_COOKIE_AGE, "), "{output}");
}

#[test]
fn nothing_to_import_is_an_error() {
    let folder = folder();
    for input in ["", "\n\n", "hunter2", "{}", "{\"SECRET_KEY\": \"hunter2", "- A = 1"] {
        let (code, output, errors) = run(folder.path(), &["import", "settings", "-"], input.as_bytes());
        assert_eq!((code, output.as_str()), (1, ""), "{input}");
        assert!(!errors.contains("hunter2"), "{errors}");
    }
    let (code, _, errors) = run(folder.path(), &["import", "settings"], b"SECRET_KEY = '\xff'");
    assert_eq!((code, errors.as_str()), (1, "rest-auth: what was read is not in UTF-8\n"));
    let (code, _, errors) = run(folder.path(), &["import", "settings", "nowhere.txt"], b"");
    assert!(code == 1 && errors.starts_with("rest-auth: nowhere.txt cannot be read: "), "{errors}");
    assert!(!folder.path().join("rest-auth.toml").exists());
}

#[test]
fn a_file_that_is_there_stays_unless_forced() {
    let folder = folder();
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "bind = '127.0.0.1:1'\n").expect("a file");
    let input = b"SESSION_COOKIE_AGE = 60";
    let arguments = ["import", "settings", "--output", "mine.toml"];
    let (code, _, errors) = run(folder.path(), &arguments, input);
    assert_eq!((code, errors.as_str()), (1, "rest-auth: mine.toml is there already; --force replaces it\n"));
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), "bind = '127.0.0.1:1'\n");
    let forced: Vec<&str> = arguments.into_iter().chain(["--force"]).collect();
    assert_eq!(run(folder.path(), &forced, input).0, 0);
    assert!(std::fs::read_to_string(&file).expect("a file").contains("session_cookie_age = 60"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else may read it");
    }
}

/// Lines that look like settings more or less.
fn lines() -> impl Strategy<Value = String> {
    let names = [
        "SECRET_KEY",
        "DATABASES",
        "REST_AUTH",
        "REST_FRAMEWORK",
        "SIMPLE_JWT",
        "PASSWORD_HASHERS",
        "AUTH_PASSWORD_VALIDATORS",
        "ACCOUNT_LOGIN_METHODS",
        "ACCOUNT_EMAIL_REQUIRED",
        "SESSION_COOKIE_SAMESITE",
        "SECURE_PROXY_SSL_HEADER",
        "EMAIL_PORT",
        "ÜBUNG",
    ];
    let value = prop_oneof![
        any::<String>(),
        r#"[\[({'"a-zA-Z0-9:,=<> .\\)\]}-]{0,40}"#,
        r"\{'(default|TOKEN_MODEL|DEFAULT_THROTTLE_RATES|x\n)': (\{'ENGINE': 'a.mysql', 'NAME': '.{0,9}', 'HOST': '.{0,9}'\}|None|\[None, 'x'\])\}",
        r"'[^'\\]{0,20}'|-?[0-9]{1,20}|None|True|\[('.{0,3}', ?)*\]",
    ];
    let line = (prop::sample::select(names.to_vec()), value).prop_map(|(name, value)| format!("{name} = {value}"));
    prop::collection::vec(prop_oneof![4 => line, 1 => any::<String>()], 1..6).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is read, a file comes of it that can be used, or an error; never a panic.
    #[test]
    fn any_text_is_survived(text in lines()) {
        let folder = folder();
        let (code, _, errors) = run(folder.path(), &["import", "settings"], text.as_bytes());
        let nothing = ["rest-auth: there is no setting in it", "rest-auth: it begins like an object in JSON"];
        let refused = code == 1 && nothing.iter().any(|start| errors.starts_with(start));
        prop_assert!(code == 0 || refused, "{}", errors);
        if code == 0 {
            let (code, _, errors) = run(folder.path(), &["check", "--offline"], b"");
            let file = std::fs::read_to_string(folder.path().join("rest-auth.toml")).expect("a file");
            prop_assert!(code == i32::from(waits(&file)), "{}", errors);
        }
    }
}
