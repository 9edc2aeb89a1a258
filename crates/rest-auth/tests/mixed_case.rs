//! Addresses in mixed case.
//!
//! Django's admin, `createsuperuser` and older versions of allauth store such addresses.

use rest_auth::testing::{TestApp, each_database};
use rest_auth::{Dialect, examine};
use serde_json::{Value, json};

const BY_ADDRESS: &str = "[account]\nlogin_methods = ['username', 'email']\nchange_email = true\n\
    [frontend]\npassword_reset_url = '{origin}/new/{uid}/{token}'\nverify_email_url = '{origin}/verify/{key}'\n";

/// Starts an app with these users.
///
/// The addresses are those in the users' rows and in allauth's table.
async fn app(users: &[(&str, &str)]) -> TestApp {
    let app = TestApp::with(BY_ADDRESS).await;
    add(&app, users).await;
    app
}

async fn add(app: &TestApp, users: &[(&str, &str)]) {
    for (name, address) in users {
        let user = app.user(name, &format!("correct horse {name}")).await;
        app.sql(&format!("UPDATE auth_user SET email = '{address}' WHERE id = {}", user.id)).await;
        app.sql(&format!(
            "UPDATE account_emailaddress SET email = '{address}', verified = true WHERE user_id = {}",
            user.id
        ))
        .await;
    }
}

async fn login(app: &TestApp, field: &str, address: &str, owner: &str) -> u16 {
    let body = json!({ field: address, "password": format!("correct horse {owner}") });
    app.client().post("/login/", body).await.status()
}

async fn reset(app: &TestApp, address: &str) -> Vec<String> {
    let answer = app.client().post("/password/reset/", json!({ "email": address })).await;
    assert_eq!(answer.line(), r#"200 {"detail":"Password reset e-mail has been sent."}"#);
    app.mails().await.into_iter().map(|mail| mail.to).collect()
}

fn form(name: &str, address: &str) -> Value {
    json!({ "username": name, "email": address, "password1": "a long phrase", "password2": "a long phrase" })
}

const TYPED: [&str; 4] = ["Jane@Example.com", "jane@example.com", "JANE@EXAMPLE.COM", "jAnE@eXaMpLe.CoM"];

#[each_database]
async fn a_user_logs_in_by_an_address_whatever_its_case() {
    let app = app(&[("jane", "Jane@Example.com"), ("janet", "janet@example.com")]).await;
    for table in ["", "DELETE FROM account_emailaddress"] {
        if !table.is_empty() {
            app.sql(table).await;
        }
        for address in TYPED {
            assert_eq!(login(&app, "email", address, "jane").await, 200, "{address}");
            assert_eq!(login(&app, "username", address, "jane").await, 200, "{address}");
            assert_eq!(login(&app, "email", address, "janet").await, 400, "{address}");
        }
    }
    // Either table is enough, with a verified address or not.
    app.sql("UPDATE auth_user SET email = 'else@example.com' WHERE username = 'jane'").await;
    app.sql("INSERT INTO account_emailaddress (id, user_id, email, verified, \"primary\") VALUES (90, 1, 'Jane@Example.com', false, true)")
        .await;
    assert_eq!(login(&app, "email", "jane@example.com", "jane").await, 200);
}

#[each_database(MySql)]
async fn a_column_whose_collation_knows_case_is_searched_whatever_the_case() {
    for collation in ["utf8mb4_bin", "latin1_general_cs"] {
        let app = TestApp::with(BY_ADDRESS).await;
        let charset = collation.split('_').next().expect("a name");
        for (table, columns) in
            [("auth_user", [("email", 254), ("username", 150)].as_slice()), ("account_emailaddress", &[("email", 254)])]
        {
            for (column, length) in columns {
                app.sql(&format!(
                    "ALTER TABLE {table} MODIFY {column} varchar({length}) CHARACTER SET {charset} COLLATE {collation} NOT NULL"
                ))
                .await;
            }
        }
        add(&app, &[("jane", "Jane@Example.com"), ("janet", "janet@example.com")]).await;
        for address in TYPED {
            assert_eq!(login(&app, "email", address, "jane").await, 200, "{collation}: {address}");
            assert_eq!(reset(&app, address).await, ["Jane@Example.com"], "{collation}: {address}");
            let status = app.client().post("/registration/", form("stranger", address)).await.status();
            assert_eq!(status, 400, "{collation}: {address}");
        }
        assert_eq!(login(&app, "username", "JANE", "jane").await, 200, "{collation}");
        assert_eq!(app.client().post("/registration/", form("JANE", "new@example.com")).await.status(), 400);
    }
}

#[each_database]
async fn an_address_beyond_ascii_is_found_whatever_its_case() {
    let app = app(&[("jane", "Jane@BÜCHER.example"), ("mary", "Jane@BUCHER.example")]).await;
    for address in ["jane@bücher.example", "Jane@BÜCHER.example", "JANE@Bücher.EXAMPLE"] {
        assert_eq!(login(&app, "username", address, "jane").await, 200, "{address}");
        assert_eq!(login(&app, "username", address, "mary").await, 400, "{address}");
    }
    assert_eq!(login(&app, "username", "jane@bucher.example", "mary").await, 200);
}

#[each_database]
async fn a_forgotten_password_is_mailed_to_the_address_as_it_is_stored() {
    let app = app(&[("jane", "Jane@Example.com")]).await;
    for address in TYPED {
        assert_eq!(reset(&app, address).await, ["Jane@Example.com"], "{address}");
    }
    app.sql("DELETE FROM account_emailaddress").await;
    assert_eq!(reset(&app, "jane@example.com").await, ["Jane@Example.com"]);
    assert_eq!(reset(&app, "jan@example.com").await, [""; 0]);
    app.client().post("/password/reset/", json!({ "email": "JANE@example.com" })).await;
    let mails = app.mails().await;
    let (_, link) = mails[0].text.split_once("/new/").expect("a link");
    let (uid, token) = link.split_whitespace().next().and_then(|link| link.split_once('/')).expect("a link");
    let body =
        json!({ "uid": uid, "token": token, "new_password1": "a long phrase", "new_password2": "a long phrase" });
    assert_eq!(app.client().post("/password/reset/confirm/", body).await.status(), 200);
}

#[each_database]
async fn a_verified_address_is_closed_to_others_whatever_its_case() {
    let app = app(&[("jane", "Jane@Example.com")]).await;
    for address in TYPED {
        let answer = app.client().post("/registration/", form("stranger", address)).await;
        assert_eq!(
            answer.line(),
            r#"400 {"email":["User is already registered with this e-mail address."]}"#,
            "{address}"
        );
    }
    assert_eq!(app.client().post("/registration/", form("janet", "jan@example.com")).await.status(), 201);
}

#[each_database]
async fn where_two_addresses_differ_in_case_alone_the_exact_spelling_wins() {
    let app = app(&[("jane", "Jane@Example.com"), ("janet", "jane@example.com")]).await;
    assert_eq!(login(&app, "email", "Jane@Example.com", "jane").await, 200);
    assert_eq!(login(&app, "email", "Jane@Example.com", "janet").await, 400);
    assert_eq!(login(&app, "email", "jane@example.com", "janet").await, 200);
    assert_eq!(login(&app, "email", "jane@example.com", "jane").await, 400);
    // The spelling that allauth looks up.
    assert_eq!(login(&app, "email", "JANE@EXAMPLE.COM", "janet").await, 200);
    assert_eq!(reset(&app, "Jane@Example.com").await, ["Jane@Example.com"]);
    assert_eq!(reset(&app, "JANE@example.com").await, ["jane@example.com"]);
}

#[each_database]
async fn the_mail_that_asks_to_verify_is_sent_again_whatever_the_case() {
    let app = app(&[("jane", "Jane@Example.com")]).await;
    app.sql("UPDATE account_emailaddress SET verified = false").await;
    app.client().post("/registration/resend-email/", json!({ "email": "jane@EXAMPLE.com" })).await;
    let mails = app.mails().await;
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["Jane@Example.com"]);
    let (_, key) = mails[0].text.split_once("/verify/").expect("a link");
    let key = key.split_whitespace().next().expect("a key");
    // Meanwhile another user has verified the same address, in lower case.
    app.user("janet", "correct horse janet").await;
    app.sql("UPDATE account_emailaddress SET email = 'jane@example.com', verified = true WHERE user_id = 2").await;
    app.client().post("/registration/verify-email/", json!({ "key": key })).await;
    assert_eq!(app.sql("SELECT verified FROM account_emailaddress WHERE user_id = 1").await, [[json!(0)]]);
    app.sql("DELETE FROM account_emailaddress WHERE user_id = 2").await;
    assert_eq!(app.client().post("/registration/verify-email/", json!({ "key": key })).await.status(), 200);
    assert_eq!(app.sql("SELECT verified FROM account_emailaddress").await, [[json!(1)]]);
}

#[each_database]
async fn an_address_is_not_changed_to_one_that_is_taken_in_another_case() {
    let app = app(&[("jane", "Jane@Example.com"), ("mary", "Mary@Example.com")]).await;
    let body = json!({ "username": "jane", "password": "correct horse jane" });
    let key = app.client().post("/login/", body).await.json()["key"].as_str().expect("a key").to_owned();
    let mut jane = app.client().header("authorization", &format!("Token {key}"));
    let mut ask = async |address: &str| {
        jane.post("/email/change/", json!({ "email": address, "password": "correct horse jane" })).await.line()
    };
    let own = r#"400 {"email":["This email address is already associated with this account."]}"#;
    assert_eq!(ask("jane@example.com").await, own);
    let taken = r#"400 {"email":["User is already registered with this e-mail address."]}"#;
    assert_eq!(ask("mary@example.com").await, taken);
    assert_eq!(ask("new@example.com").await, r#"200 {"detail":"Verification e-mail sent."}"#);
}

#[each_database]
async fn a_mandatory_verification_knows_the_address_of_the_row_in_another_case() {
    let settings = BY_ADDRESS.replace("[account]\n", "[account]\nemail_verification = 'mandatory'\n");
    let app = TestApp::with(&settings).await;
    app.user("jane", "correct horse jane").await;
    app.sql("UPDATE auth_user SET email = 'Jane@Example.com'").await;
    assert_eq!(login(&app, "username", "jane", "jane").await, 400);
    app.sql("UPDATE account_emailaddress SET verified = true").await;
    assert_eq!(login(&app, "username", "jane", "jane").await, 200);
}

#[each_database]
async fn check_counts_addresses_in_mixed_case_and_those_that_differ_in_case_alone() {
    let app = app(&[("jane", "Jane@Example.com"), ("janet", "jane@example.com"), ("mary", "MARY@example.com")]).await;
    app.sql("DELETE FROM account_emailaddress WHERE user_id < 3").await;
    for name in ["ann", "bob"] {
        app.user(name, "correct horse").await;
    }
    app.sql("UPDATE auth_user SET email = '' WHERE username IN ('ann', 'bob')").await;
    let found: Vec<String> = examine(app.auth().settings()).await.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "auth_user.email: addresses that differ from another one in case alone: 2. Each of them is found only if the user \
             types it exactly as it is stored. Give all but one of them another address.",
            "auth_user.email: addresses that are not in lower case: 2. They are found even if users type them in \
             another case.",
            "account_emailaddress.email: addresses that are not in lower case: 1. They are found even if users type them \
             in another case.",
        ]
    );
}

#[each_database]
async fn migrate_makes_the_indexes_that_find_an_address() {
    let app = TestApp::new().await;
    let names: &[&str] = match app.auth().store().dialect() {
        Dialect::Postgres => &["rest_auth_user_email_lower", "rest_auth_emailaddress_email_lower"],
        Dialect::Sqlite => {
            &["rest_auth_user_email", "rest_auth_user_email_nocase", "rest_auth_emailaddress_email_nocase"]
        }
        Dialect::MySql => &["rest_auth_user_email"],
    };
    for name in names {
        let on = if app.auth().store().dialect() == Dialect::MySql { " ON auth_user" } else { "" };
        app.sql(&format!("DROP INDEX {name}{on}")).await;
    }
    let missing = app.auth().store().missing_indexes().await.expect("an answer");
    assert_eq!(missing, names.iter().map(|name| format!("the index {name}")).collect::<Vec<_>>());
    assert_eq!(app.auth().store().migrate().await.expect("made").len(), names.len());
}

#[each_database]
async fn an_address_in_another_case_is_closed_to_a_newcomer() {
    let app = app(&[("jane", "Jane@Example.com"), ("mary", "mary@example.com")]).await;
    // As `createsuperuser` leaves them: in the users' table alone.
    app.sql("DELETE FROM account_emailaddress").await;
    let taken = r#"400 {"email":["User is already registered with this e-mail address."]}"#;
    for address in TYPED {
        assert_eq!(app.client().post("/registration/", form("stranger", address)).await.line(), taken, "{address}");
    }
    assert_eq!(login(&app, "email", "jane@example.com", "jane").await, 200);
    assert_eq!(reset(&app, "jane@example.com").await, ["Jane@Example.com"]);
    // An address in lower case that its user has not verified is open, as in the reference.
    assert_eq!(app.client().post("/registration/", form("other", "mary@example.com")).await.status(), 201);
}
