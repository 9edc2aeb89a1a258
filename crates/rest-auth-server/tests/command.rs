//! The commands that end by themselves, as a shell sees them.

mod support;

use std::path::Path;
use std::process::{Command, Stdio};

use support::database::Database;
use support::{folder, rest_auth};

/// Runs `rest-auth`, and types this.
fn run(folder: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    rest_auth(folder, arguments, input.as_bytes())
}

#[test]
fn users_are_looked_after() {
    let folder = folder();
    let run = |arguments: &[&str], input: &str| run(folder.path(), arguments, input);
    let (code, _, errors) = run(&["user", "list"], "");
    assert_eq!(
        (code, errors.as_str()),
        (1, "rest-auth: there is no database rest-auth.db: run `rest-auth migrate` to make it\n")
    );
    assert_eq!(run(&["migrate"], "").0, 0);
    let (code, output, _) = run(&["user", "create", "Jane", "--email", "Jane@Example.com"], "correct horse battery\n");
    assert_eq!((code, output.as_str()), (0, "Made Jane with the id 1.\n"));
    let (code, _, errors) = run(&["user", "create", "jane"], "correct horse battery\n");
    assert_eq!((code, errors.as_str()), (1, "rest-auth: username: A user with that username already exists.\n"));
    let (code, _, errors) = run(&["user", "create", "no way"], "12\n");
    assert_eq!(code, 1);
    for line in ["username: Enter a valid username.", "password: This password is too short."] {
        assert!(errors.contains(line), "{errors}");
    }
    for (arguments, input, said) in [
        (&["user", "superuser", "jane"][..], "", "Jane is a superuser.\n"),
        (&["user", "superuser", "#1", "--revoke"], "", "Jane is no longer a superuser.\n"),
        (&["user", "set-password", "jane"], "battery staple\n", "Jane has a new password.\n"),
        (&["user", "deactivate", "jane"], "", "Jane may not log in any more.\n"),
        (&["user", "activate", "jane"], "", "Jane may log in.\n"),
    ] {
        let (code, output, errors) = run(arguments, input);
        assert_eq!((code, output.as_str()), (0, said), "{errors}");
    }
    let (_, output, _) = run(&["user", "list"], "");
    let row: Vec<&str> = output.lines().nth(1).expect("a row").split_whitespace().collect();
    assert_eq!(row, ["1", "Jane", "jane@example.com", "log", "in", "never"]);
    let (code, _, errors) = run(&["user", "deactivate", "nobody"], "");
    assert_eq!((code, errors.as_str()), (1, "rest-auth: there is no user nobody\n"));
}

#[test]
fn users_with_a_second_factor_are_told_of_and_keep_the_server_from_starting() {
    for database in Database::each("second_factor") {
        let settings = |more: &str| {
            let key = "0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-abcdef";
            let text = format!("database_url = \"{}\"\nsecret_key = \"{key}\"\n{more}", database.url);
            std::fs::write(database.folder().join("rest-auth.toml"), text).expect("a file");
        };
        let run = |arguments: &[&str]| run(database.folder(), arguments, "");
        settings("");
        assert_eq!(run(&["migrate"]).0, 0);
        assert_eq!(run(&["user", "create", "jane", "--no-password"]).0, 0);
        database.query(
            "INSERT INTO dj_rest_auth_mfa_authenticator (id, user_id, type, data, created_at) \
             VALUES (1, 1, 'totp', '{}', '2026-01-02 03:04:05')",
        );
        let said = "dj_rest_auth_mfa_authenticator: 1 user has a second factor of dj_rest_auth.mfa, which this version does \
                    not ask for. The server does not start, because they would log in by their password alone.";
        let (code, _, errors) = run(&["serve"]);
        assert!(code == 1 && errors.contains(&format!("rest-auth: {said}")), "{code}: {errors}");
        let (code, output, _) = run(&["check"]);
        assert!(code == 1 && output.contains(&format!("error: {said}")), "{code}: {output}");
        let (code, output, _) = run(&["migrate"]);
        assert!(code == 0 && output.contains(&format!("error: {said}")), "{code}: {output}");
        // A command does not log users in.
        assert_eq!(run(&["user", "deactivate", "jane"]).0, 0);
        settings("[mfa]\nignore_stored_factors = true\n");
        let (code, output, _) = run(&["check"]);
        assert!(
            code == 0 && output.contains("warning: dj_rest_auth_mfa_authenticator: 1 user has"),
            "{code}: {output}"
        );
    }
}

#[test]
fn a_migration_is_planned_made_and_then_done() {
    let folder = folder();
    let run = |arguments: &[&str]| run(folder.path(), arguments, "");
    let (code, plan, _) = run(&["migrate", "--plan"]);
    assert_eq!(code, 0);
    assert!(plan.contains("CREATE TABLE \"auth_user\""), "{plan}");
    assert!(!folder.path().join("rest-auth.db").exists(), "a plan makes nothing");
    let (_, made, _) = run(&["migrate"]);
    assert!(made.contains("made auth_user\n"), "{made}");
    #[cfg(unix)]
    {
        let file = std::fs::metadata(folder.path().join("rest-auth.db")).expect("a database");
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.permissions());
        assert_eq!(mode & 0o777, 0o600, "what passwords are guessed from is for nobody else");
    }
    let (_, made, _) = run(&["migrate"]);
    assert_eq!(made, "0 tables made in sqlite://rest-auth.db; what was there is as it was.\n");
    let (_, plan, _) = run(&["migrate", "--plan"]);
    assert_eq!(plan, "-- Nothing to do: every table and every index is there.\n");
}

#[test]
fn all_misfits_are_listed_at_once() {
    let folder = folder();
    std::fs::write(
        folder.path().join("rest-auth.toml"),
        "secret_kee = 'x'\n\
         base_path = 'api'\n\
         session_cookie_age = 'long'\n\
         [account]\n\
         login_method = ['email']\n\
         email_verification = 'sometimes'\n\
         authentication_method = 'email'\n\
         [rest_auth]\n\
         jwt_auth_cokie = 'access'\n\
         [simple_jwt]\n\
         access_token_lifetime = 'long'\n\
         [claims]\n\
         department = 'x'\n\
         [throttle]\n\
         rates = { login = '5/month' }\n\
         memory = 0\n\
         [social]\n\
         github = { client_id = 'x' }\n",
    )
    .expect("a file");
    let (code, _, errors) = run(folder.path(), &["check"], "");
    assert_eq!(code, 1);
    for line in [
        "secret_kee: no such setting",
        "Did you mean `secret_key`?",
        "base_path: it must begin with a slash",
        "session_cookie_age: invalid type: found string \"long\", expected i64",
        "account.login_method: no such setting",
        "Did you mean `login_methods`?",
        "account.email_verification: unknown variant: found `sometimes`",
        "Use `login_methods`.",
        "Did you mean `jwt_auth_cookie`?",
        "simple_jwt.access_token_lifetime: invalid value string \"long\", expected a number of seconds, or a text such as \"15m\" or \"7d\"",
        "claims: unknown variant: found `x`, expected `one of `user.pk`",
        "throttle.rates: invalid value string \"5/month\", expected a rate such as \"5/minute\"",
        "rest-auth.toml",
    ] {
        assert!(errors.contains(line), "{line} is missing in:\n{errors}");
    }
    assert!(!errors.contains("social"), "{errors}");
}

#[test]
fn limits_that_cannot_be_are_refused() {
    let folder = folder();
    std::fs::write(
        folder.path().join("rest-auth.toml"),
        "trusted_proxies = ['10.0.0.0/8', '::1']\n\
         client_address_header = 'not a header'\n\
         password_validators = [{ name = 'breached_password', hashes = 'nowhere' }]\n\
         [throttle]\n\
         rates = { loggin = '5/minute', nothing = '5/minute' }\n\
         redis_url = 'http://hunter2@nowhere'\n\
         memory = 0\n\
         [throttle.failed_logins]\n\
         lock_time = '2h'\n",
    )
    .expect("a file");
    let (code, _, errors) = run(folder.path(), &["check"], "");
    assert_eq!(code, 1);
    for line in [
        "client_address_header: \"not a header\" cannot be a header's name",
        "password_validators: nowhere holds no hashes of breached passwords",
        "throttle.rates: no endpoint has the scope \"loggin\"",
        "Did you mean `login`?",
        "throttle.rates: no endpoint has the scope \"nothing\"",
        "throttle.redis_url: it is no URL of a Redis server",
        "throttle.memory: 0 mebibytes cannot be had",
        "throttle.failed_logins.lock_time: failures are forgotten before it is over",
    ] {
        assert!(errors.contains(line), "{line} is missing in:\n{errors}");
    }
    assert!(!errors.contains("hunter2"), "{errors}");
    std::fs::write(folder.path().join("rest-auth.toml"), "trusted_proxies = ['proxy']\n").expect("a file");
    let (_, _, errors) = run(folder.path(), &["check"], "");
    assert!(errors.contains("expected an address such as 127.0.0.1, or a network such as 10.0.0.0/8"), "{errors}");
}

#[test]
fn what_a_deployment_should_not_have_is_listed() {
    let folder = folder();
    std::fs::write(
        folder.path().join("rest-auth.toml"),
        "secret_key = 'short'\ncors_allow_all_origins = true\npassword_validators = []\n\
         database_url = 'postgres://localhost/accounts'\ntrusted_proxies = ['0.0.0.0/0']\n\
         throttle = { rates = {}, failed_logins = { lock_after = 0 } }\n\
         [social.github]\nclient_id = 'x'\n",
    )
    .expect("a file");
    let (code, output, _) = run(folder.path(), &["check", "--deploy", "--offline"], "");
    assert_eq!(code, 0);
    for setting in [
        "secret_key",
        "session_cookie_secure",
        "csrf_cookie_secure",
        "cors_allow_all_origins",
        "password_validators",
        "throttle.rates",
        "throttle.failed_logins.lock_after",
        "throttle.redis_url",
        "trusted_proxies",
    ] {
        assert!(output.contains(&format!("warning: {setting}: ")), "{setting} is missing in:\n{output}");
    }
    assert!(output.contains("note: social has no effect yet"), "{output}");
    let settings = "secure_proxy_ssl_header = ['X-Forwarded-Proto', 'https']\n";
    std::fs::write(folder.path().join("rest-auth.toml"), settings).expect("a file");
    let (_, output, _) = run(folder.path(), &["check", "--deploy", "--offline"], "");
    assert!(output.contains("warning: trusted_proxies: there is a proxy in front"), "{output}");
    assert!(!output.contains("warning: throttle"), "by default limits are on: {output}");
}

#[test]
fn secrets_are_masked_and_the_environment_has_the_last_word() {
    let folder = folder();
    std::fs::write(
        folder.path().join("other.toml"),
        "secret_key = 'do not show this'\nsecret_key_fallbacks = ['nor this']\n",
    )
    .expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_rest-auth"))
        .args(["config", "--config", "other.toml"])
        .env("REST_AUTH__ACCOUNT__EMAIL_VERIFICATION", "none")
        .env("REST_AUTH__ACCOUNT__LOGIN_METHODS", "[email]")
        .current_dir(folder.path())
        .output()
        .expect("rest-auth");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("email_verification = \"none\""), "{text}");
    assert!(text.contains("login_methods = [\"email\"]"), "{text}");
    assert!(!text.contains("show this") && !text.contains("nor this"), "{text}");
}

#[test]
fn an_error_repeats_no_secret() {
    let folder = folder();
    for (setting, value) in [
        ("SECRET_KEY_FALLBACKS", "hunter2"),
        ("SECRET_KEY", "[hunter2]"),
        ("DATABASE_URL", "mysql://me:hunter2#@nowhere/x"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_rest-auth"))
            .arg("migrate")
            .env(format!("REST_AUTH__{setting}"), value)
            .current_dir(folder.path())
            .output()
            .expect("rest-auth");
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text")).concat();
        assert!(!output.status.success() && !said.contains("hunter2"), "{said}");
    }
}

#[test]
fn the_annotated_file_at_the_root_is_the_one_that_is_printed() {
    let (_, printed, _) = run(folder().path(), &["config", "--defaults"], "");
    let kept = include_str!("../../../rest-auth.toml");
    assert_eq!(printed, kept, "run `cargo run -- config --defaults > rest-auth.toml`");
}

#[test]
fn breached_passwords_are_put_into_one_file_and_refused() {
    let folder = folder();
    let run = |arguments: &[&str], input: &str| run(folder.path(), arguments, input);
    let hashes = folder.path().join("hashes");
    std::fs::create_dir(&hashes).expect("a folder");
    // The SHA-1 of "correct horse battery staple" is ABF7A-AD6438836DBE526AA231ABDE2D0EEF74D42.
    std::fs::write(hashes.join("ABF7A.txt"), "AD6438836DBE526AA231ABDE2D0EEF74D42:111\r\n").expect("a file");
    let (code, output, errors) = run(&["breached", "build", "hashes", "--min-count", "100"], "");
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(output.starts_with("breached-passwords holds 1 hashes in 8 MiB."), "{output}");
    let setting = output.lines().nth(1).expect("a setting").trim();
    let file = folder.path().join("rest-auth.toml");
    std::fs::write(file, format!("password_validators = [{setting}]\n")).expect("a file");
    assert_eq!(run(&["migrate"], "").0, 0);
    let (code, _, errors) = run(&["user", "create", "jane"], "correct horse battery staple\n");
    assert_eq!((code, errors.as_str()), (1, "rest-auth: password: This password is known from a data breach.\n"));
    assert_eq!(run(&["user", "create", "jane"], "correct horse battery stable\n").0, 0);
    let (code, _, errors) = run(&["breached", "build", "nowhere"], "");
    assert!(code == 1 && errors.starts_with("rest-auth: breached-passwords cannot be made: nowhere: "), "{errors}");
}

#[test]
fn completions_are_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, output, _) = run(folder().path(), &["completions", shell], "");
        assert_eq!(code, 0);
        assert!(output.contains("set-password"), "{shell}");
    }
}

#[test]
fn what_a_database_url_cannot_say_is_refused_without_its_values() {
    let folder = folder();
    for (url, said) in [
        ("postgres://jane:hunter2@localhost/x?sslmod=require", "there is no parameter \"sslmod\""),
        ("postgres://localhost/x?sslpassword=hunter2", "there is no parameter \"sslpassword\""),
        ("mysql://localhost/x?key=hunter2", "There are sslmode, ssl-mode, sslca,"),
        ("mysql://localhost/x?ssl-root-cert=hunter2", "there is no parameter \"ssl-root-cert\""),
        ("mysql://jane:hunter2@localhost", "database_url: it names no database"),
        ("postgres://jane:hunter2#1@localhost/x", "it is no URL: invalid port number"),
    ] {
        let settings = format!("secret_key = 'x'\ndatabase_url = '{url}'\n");
        std::fs::write(folder.path().join("rest-auth.toml"), settings).expect("a file");
        for command in [&["check"][..], &["user", "list"]] {
            let (code, output, errors) = run(folder.path(), command, "");
            assert!(code == 1 && errors.contains(said), "{output}{errors}");
            assert!(!errors.contains("hunter2") && !output.contains("hunter2"), "{output}{errors}");
        }
    }
}

#[test]
fn a_database_that_says_nothing_is_not_waited_for() {
    let folder = folder();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address");
    for scheme in ["postgres", "mysql"] {
        let settings = format!("secret_key = 'x'\ndatabase_timeout = 1\ndatabase_url = '{scheme}://{address}/x'\n");
        std::fs::write(folder.path().join("rest-auth.toml"), settings).expect("a file");
        let said =
            format!("rest-auth: the database {scheme}://{address}/x cannot be used: there is no answer within 1 s\n");
        assert_eq!(run(folder.path(), &["user", "list"], ""), (1, String::new(), said));
    }
}

#[test]
fn who_closes_the_pipe_has_heard_enough() {
    let folder = folder();
    for arguments in [&["migrate", "--plan"][..], &["config", "--defaults"], &["migrate"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rest-auth"));
        command.args(arguments).current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("rest-auth");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("an end");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.is_empty(), "{arguments:?}: {errors}");
    }
    assert_eq!(
        run(folder.path(), &["migrate"], "").1,
        "0 tables made in sqlite://rest-auth.db; what was there is as it was.\n"
    );
}
