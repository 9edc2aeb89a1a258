//! Databases whose columns differ from Django's: NULL, odd times, fewer characters.

use rest_auth::testing::{Client, TestApp, each_database};
use rest_auth::{Auth, Dialect, examine};
use serde_json::json;

const EVERYTHING: &str = r#"
    [user_details]
    fields = ["pk", "username", "email", "first_name", "last_name", "is_active", "is_staff", "last_login", "date_joined"]
"#;

/// Starts the application anew on the current database.
async fn restarted(app: &TestApp) -> (Auth, Client) {
    let auth = Auth::builder().settings(app.auth().settings().clone()).build().await.expect("accounts");
    let client = app.client_of(auth.router());
    (auth, client)
}

/// Lets columns of `auth_user` hold NULL; each comes with its type.
async fn allow_null(app: &TestApp, columns: &[(&str, &str)]) {
    match app.auth().store().dialect() {
        Dialect::Sqlite => {
            let sql = "PRAGMA writable_schema = 1; \
                       UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', 'NULL') WHERE name = 'auth_user'";
            app.sql(sql).await;
        }
        Dialect::Postgres => {
            for (column, _) in columns {
                app.sql(&format!("ALTER TABLE auth_user ALTER {column} DROP NOT NULL")).await;
            }
        }
        Dialect::MySql => {
            for (column, kind) in columns {
                app.sql(&format!("ALTER TABLE auth_user MODIFY {column} {kind} NULL")).await;
            }
        }
    }
}

/// Returns the findings on the database.
async fn found(app: &TestApp) -> Vec<String> {
    let findings = examine(app.auth().settings()).await;
    findings.iter().map(|finding| format!("{}: {finding}", finding.severity)).collect()
}

fn login(name: &str) -> serde_json::Value {
    json!({ "username": name, "password": "correct horse" })
}

const REFUSED: &str = r#"400 {"non_field_errors":["Unable to log in with provided credentials."]}"#;

#[each_database]
async fn null_texts_and_flags_are_empty_and_shown_as_null() {
    let app = TestApp::with(EVERYTHING).await;
    app.user("jane", "correct horse").await;
    let columns = [
        ("username", "varchar(150)"),
        ("first_name", "varchar(150)"),
        ("last_name", "varchar(150)"),
        ("email", "varchar(254)"),
        ("is_staff", "bool"),
        ("is_superuser", "bool"),
        ("is_active", "bool"),
        ("date_joined", "datetime(6)"),
        ("password", "varchar(128)"),
    ];
    allow_null(&app, &columns).await;
    let set = "UPDATE auth_user SET first_name = NULL, last_name = NULL, email = NULL, is_staff = NULL, is_superuser = NULL, \
               date_joined = NULL";
    app.sql(set).await;
    let (auth, mut jane) = restarted(&app).await;
    let key = jane.post("/login/", login("jane")).await;
    assert_eq!(key.status(), 200, "{}", key.line());
    app.sql("UPDATE auth_user SET last_login = NULL").await;
    let shown = r#"200 {"pk":1,"username":"jane","email":null,"first_name":null,"last_name":null,"is_active":true,"is_staff":null,"last_login":null,"date_joined":null}"#;
    assert_eq!(jane.get("/user/").await.line(), shown);
    let mut jane = jane.with_csrf();
    let patched = jane.patch("/user/", json!({ "last_name": "Doe" })).await;
    assert_eq!(patched.line(), shown.replace(r#""last_name":null"#, r#""last_name":"Doe""#));
    let changed = json!({ "new_password1": "battery staple 9", "new_password2": "battery staple 9", "old_password": "correct horse" });
    assert_eq!(
        jane.post("/password/change/", changed).await.line(),
        r#"200 {"detail":"New password has been saved."}"#
    );
    assert_eq!(
        found(&app).await,
        [
            "note: auth_user.is_superuser: 1 row holds NULL. These users do not have the right.",
            "note: auth_user.first_name: 1 row holds NULL. Clients see null there, as they do with Django.",
            "note: auth_user.email: 1 row holds NULL. Clients see null there, as they do with Django.",
            "note: auth_user.is_staff: 1 row holds NULL. These users do not have the right.",
            "note: auth_user.date_joined: 1 row holds NULL. Clients see null there, as they do with Django.",
        ]
    );

    // A user without a name is found by the address.
    app.sql("UPDATE auth_user SET username = NULL, email = 'jane@example.com'").await;
    let by_address = json!({ "email": "jane@example.com", "password": "battery staple 9" });
    assert_eq!(jane.post("/login/", by_address.clone()).await.status(), 400, "only names count here");
    let shown = jane.get("/user/").await;
    assert_eq!(shown.json()["username"], json!(null));
    auth.store().close().await;
}

#[each_database]
async fn a_user_whose_flag_is_null_is_not_active() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    allow_null(&app, &[("is_active", "bool")]).await;
    let (auth, mut jane) = restarted(&app).await;
    let key = jane.post("/login/", login("jane")).await.json()["key"].as_str().expect("a key").to_owned();
    app.sql("UPDATE auth_user SET is_active = NULL").await;
    let mut jane = app.client_of(auth.router()).header("authorization", &format!("Token {key}"));
    assert_eq!(jane.get("/user/").await.line(), r#"401 {"detail":"User inactive or deleted."}"#);
    assert_eq!(app.client_of(auth.router()).post("/login/", login("jane")).await.line(), REFUSED);
    let said = "warning: auth_user.is_active: 1 row holds NULL. These users cannot log in. Give the column a value.";
    assert_eq!(found(&app).await, [said]);
    auth.store().close().await;
}

#[each_database]
async fn a_null_password_is_no_password() {
    let app = TestApp::new().await;
    let user = app.user("jane", "correct horse").await;
    allow_null(&app, &[("password", "varchar(128)")]).await;
    app.sql("UPDATE auth_user SET password = NULL").await;
    let (auth, mut client) = restarted(&app).await;
    assert_eq!(client.post("/login/", login("jane")).await.line(), REFUSED);
    let findings = found(&app).await;
    assert!(findings.len() == 1 && findings[0].starts_with("warning: auth_user.password: "), "{findings:?}");
    auth.users().set_password(&user, "battery staple 9").await.expect("a password");
    let again = client.post("/login/", json!({ "username": "jane", "password": "battery staple 9" })).await;
    assert_eq!(again.status(), 200, "{}", again.line());
    auth.store().close().await;
}

/// Each form in which Django reads a time from SQLite, and what it shows.
#[each_database(Sqlite)]
async fn times_are_read_as_django_reads_them() {
    let app = TestApp::with("[user_details]\nfields = ['last_login', 'date_joined']").await;
    app.user("jane", "correct horse").await;
    let (auth, _) = restarted(&app).await;
    for (written, shown) in [
        ("'2020-01-01 10:11:12'", json!("2020-01-01T10:11:12Z")),
        ("'2020-01-01 10:11:12.5'", json!("2020-01-01T10:11:12.500000Z")),
        ("'2020-01-01 10:11:12.123456789'", json!("2020-01-01T10:11:12.123456Z")),
        ("'2020-01-01T10:11:12Z'", json!("2020-01-01T10:11:12Z")),
        ("'2020-01-01T10:11:12.000Z'", json!("2020-01-01T10:11:12Z")),
        ("'2020-01-01 10:11:12+00:00'", json!("2020-01-01T10:11:12Z")),
        ("'2020-01-01 10:11:12.25+02:00'", json!("2020-01-01T08:11:12.250000Z")),
        ("'2020-01-01 10:11:12-0530'", json!("2020-01-01T15:41:12Z")),
        ("'2020-01-01 10:11'", json!("2020-01-01T10:11:00Z")),
        ("'2020-01-01'", json!("2020-01-01T00:00:00Z")),
        ("'2020-1-2 3:04:05'", json!("2020-01-02T03:04:05Z")),
        ("x'323032302d30312d30312031303a3131'", json!("2020-01-01T10:11:00Z")),
        ("''", json!(null)),
        ("'yesterday'", json!(null)),
        ("'2020-13-01 00:00:00'", json!(null)),
        ("1577873472", json!(null)),
        ("1577873472.5", json!(null)),
        ("x'00ff'", json!(null)),
    ] {
        app.sql(&format!("UPDATE auth_user SET date_joined = {written}, last_login = {written}")).await;
        let mut jane = app.client_of(auth.router());
        let login = jane.post("/login/", login("jane")).await;
        assert_eq!(login.status(), 200, "{written}: {}", login.line());
        app.sql(&format!("UPDATE auth_user SET last_login = {written}")).await;
        let user = jane.get("/user/").await.json();
        assert_eq!((&user["date_joined"], &user["last_login"]), (&shown, &shown), "{written}");
        let users = auth.users().list(None, 1).await.expect("users");
        assert_eq!(users.len(), 1, "{written}");
    }
    let said = "note: auth_user.last_login: 1 row holds no time that Django reads. It counts as null. Write YYYY-MM-DD HH:MM:SS.";
    assert_eq!(found(&app).await[0], said);
    auth.store().close().await;
}

/// Only 1 is true, as in Django.
#[each_database(Sqlite)]
async fn flags_are_read_as_django_reads_them() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    for (written, is_active) in
        [("1", true), ("'1'", true), ("x'31'", true), ("0", false), ("'t'", false), ("'true'", false), ("2", false)]
    {
        app.sql(&format!("UPDATE auth_user SET is_active = {written}")).await;
        let login = app.client().post("/login/", login("jane")).await;
        assert_eq!(login.status(), if is_active { 200 } else { 400 }, "{written}: {}", login.line());
    }
}

#[each_database(Sqlite)]
async fn a_profile_survives_values_of_any_type() {
    let app = TestApp::with(
        r#"
        [profiles.profile]
        table = "app_profile"
        fields.city = { type = "char", max_length = 20, blank = true }
        fields.score = { type = "integer", null = true }
        fields.price = { type = "decimal", max_digits = 5, decimal_places = 2, null = true }
        fields.is_open = { type = "boolean", null = true }
        fields.born = { type = "date", null = true }
        fields.seen = { type = "datetime", null = true }
        fields.extra = { type = "json", null = true }
        "#,
    )
    .await;
    app.user("jane", "correct horse").await;
    app.sql("PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = replace(sql, 'JSON_VALID', 'length') WHERE name = 'app_profile'").await;
    let mut jane = app.client();
    jane.post("/login/", login("jane")).await;
    for (written, shown) in [
        (
            "city = 12, score = '12', price = '1.5', is_open = 1, born = '2020-01-02', seen = '2020-01-02T03:04Z', extra = '[1]'",
            r#"{"city":"12","score":12,"price":"1.50","is_open":true,"born":"2020-01-02","seen":"2020-01-02T03:04:00Z","extra":[1]}"#,
        ),
        (
            "city = x'6a', score = 1.7, price = 2, is_open = 't', born = '2020-01-02 03:04:05', seen = '2020-01-02', extra = '{'",
            r#"{"city":"j","score":1,"price":"2.00","is_open":false,"born":null,"seen":"2020-01-02T00:00:00Z","extra":null}"#,
        ),
        (
            "city = '', score = 'many', price = 'much', is_open = NULL, born = '', seen = 'never', extra = NULL",
            r#"{"city":"","score":null,"price":null,"is_open":null,"born":null,"seen":null,"extra":null}"#,
        ),
        (
            "city = CAST(x'6aff' AS TEXT), score = x'00', price = x'ff', is_open = 'f', born = 20200102, seen = 1577873472, extra = x'ff'",
            "{\"city\":\"j\u{fffd}\",\"score\":null,\"price\":null,\"is_open\":false,\"born\":\"2020-01-02\",\"seen\":null,\"extra\":null}",
        ),
    ] {
        app.sql(&format!("PRAGMA ignore_check_constraints = 1; UPDATE app_profile SET {written}")).await;
        let user = jane.get("/user/").await;
        assert_eq!(user.status(), 200, "{written}: {}", user.line());
        assert_eq!(
            user.json()["profile"].to_string(),
            serde_json::from_str::<serde_json::Value>(shown).expect("JSON").to_string(),
            "{written}"
        );
        let patched = jane.clone().with_csrf().patch("/user/", json!({ "last_name": "Doe" })).await;
        assert_eq!(patched.status(), 200, "{written}: {}", patched.line());
    }
}

/// PostgreSQL's times and days may be infinite, and MySQL's may be zero.
#[each_database(Postgres, MySql)]
async fn times_beyond_the_calendar_are_null() {
    let app = TestApp::with("[user_details]\nfields = ['last_login', 'date_joined']").await;
    app.user("jane", "correct horse").await;
    let written: &[&str] = match app.auth().store().dialect() {
        Dialect::Postgres => &["'infinity'", "'-infinity'", "'20000-01-01'", "'0044-03-15 BC'"],
        _ => &["'0000-00-00 00:00:00'"],
    };
    if app.auth().store().dialect() == Dialect::MySql {
        app.sql("ALTER TABLE auth_user MODIFY date_joined datetime(6) NULL").await;
    }
    for written in written {
        let mut jane = app.client();
        app.sql(&format!("UPDATE auth_user SET last_login = {written}, date_joined = {written}")).await;
        let login = jane.post("/login/", login("jane")).await;
        assert_eq!(login.status(), 200, "{written}: {}", login.line());
        let shown = jane.get("/user/").await.json();
        assert!(
            shown["date_joined"].is_null() || shown["date_joined"] == "-0043-03-15T00:00:00Z",
            "{written}: {shown}"
        );
    }
}

/// Shortens a column of `auth_user`.
async fn shorten(app: &TestApp, table: &str, column: &str, length: usize) {
    let sql = match app.auth().store().dialect() {
        Dialect::Sqlite => format!(
            "PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = replace(replace(replace(sql, '\"{column}\" varchar(150)', \
             '\"{column}\" varchar({length})'), '\"{column}\" varchar(254)', '\"{column}\" varchar({length})'), \
             '\"{column}\" varchar(100)', '\"{column}\" varchar({length})') WHERE name = '{table}'"
        ),
        Dialect::Postgres => format!("ALTER TABLE {table} ALTER {column} TYPE varchar({length})"),
        Dialect::MySql => format!("ALTER TABLE {table} MODIFY {column} varchar({length}) NOT NULL"),
    };
    app.sql(&sql).await;
}

fn too_long(field: &str, length: usize) -> String {
    format!(r#"400 {{"{field}":["Ensure this field has no more than {length} characters."]}}"#)
}

#[each_database]
async fn what_is_longer_than_its_column_is_refused_with_the_real_length() {
    let app = TestApp::with(
        r#"
        [account]
        change_email = true
        signup_fields = ["username", "email*", "password1*", "password2*"]
        [registration.fields]
        first_name = { type = "char", required = false, save_to = "user.first_name" }
        town = { type = "char", required = false, save_to = "profile.city" }
        [profiles.profile]
        table = "app_profile"
        fields.city = { type = "char", max_length = 100, blank = true }
        "#,
    )
    .await;
    for (column, length) in [("username", 30), ("first_name", 30), ("last_name", 20), ("email", 40)] {
        shorten(&app, "auth_user", column, length).await;
    }
    shorten(&app, "account_emailaddress", "email", 35).await;
    shorten(&app, "app_profile", "city", 10).await;
    let (auth, mut jane) = restarted(&app).await;
    let form = |more: serde_json::Value| {
        let mut form = json!({
            "email": "jane@example.com", "password1": "correct horse battery", "password2": "correct horse battery",
        });
        let more = more.as_object().expect("an object").clone();
        form.as_object_mut().expect("an object").extend(more);
        form
    };
    for (more, field, length) in [
        (json!({ "username": "u".repeat(31) }), "username", 30),
        // One character that becomes three.
        (json!({ "username": "\u{fb03}".repeat(11) }), "username", 30),
        (json!({ "email": format!("{}@example.com", "j".repeat(24)) }), "email", 35),
        (json!({ "first_name": "é".repeat(31) }), "first_name", 30),
        (json!({ "town": "t".repeat(11) }), "town", 10),
    ] {
        assert_eq!(jane.post("/registration/", form(more)).await.line(), too_long(field, length));
    }
    let registered =
        jane.post("/registration/", form(json!({ "username": "u".repeat(30), "first_name": "é".repeat(30) }))).await;
    assert_eq!(registered.status(), 201, "{}", registered.line());
    let mut jane = jane.with_csrf();
    for (change, field, length) in [
        (json!({ "username": "u".repeat(31) }), "username", 30),
        (json!({ "first_name": "x".repeat(31) }), "first_name", 30),
        (json!({ "last_name": "x".repeat(21) }), "last_name", 20),
    ] {
        assert_eq!(jane.patch("/user/", change).await.line(), too_long(field, length));
    }
    assert_eq!(
        jane.patch("/user/", json!({ "profile": { "city": "x".repeat(11) } })).await.line(),
        r#"400 {"profile":{"city":["Ensure this field has no more than 10 characters."]}}"#
    );
    let address = json!({ "email": format!("{}@example.com", "j".repeat(24)), "password": "correct horse battery" });
    assert_eq!(jane.post("/email/change/", address).await.line(), too_long("email", 35));

    // A generated name has room for its digits.
    for number in 0..3 {
        let email = format!("{}{number}@e.example", "j".repeat(24));
        let made = app.client_of(auth.router()).post("/registration/", form(json!({ "email": email }))).await;
        assert_eq!(made.status(), 201, "{}", made.line());
    }
    auth.store().close().await;
}

#[each_database(Postgres, MySql)]
async fn a_number_that_its_column_cannot_hold_is_refused() {
    let app = TestApp::with(
        "[profiles.profile]\ntable = 'app_profile'\nfields.score = { type = 'integer', default = 0 }\n\
         fields.price = { type = 'decimal', max_digits = 9, decimal_places = 2, null = true }",
    )
    .await;
    app.user("jane", "correct horse").await;
    let (score, price) = match app.auth().store().dialect() {
        Dialect::Postgres => ("ALTER score TYPE smallint", "ALTER price TYPE numeric(5, 2)"),
        _ => ("MODIFY score smallint unsigned NOT NULL", "MODIFY price numeric(5, 2) NULL"),
    };
    app.sql(&format!("ALTER TABLE app_profile {score}")).await;
    app.sql(&format!("ALTER TABLE app_profile {price}")).await;
    let (auth, mut jane) = restarted(&app).await;
    jane.post("/login/", login("jane")).await;
    let mut jane = jane.with_csrf();
    assert_eq!(
        jane.patch("/user/", json!({ "profile": { "score": 40000 } })).await.line(),
        r#"400 {"profile":{"score":["Ensure this value is less than or equal to 32767."]}}"#
    );
    let price = jane.patch("/user/", json!({ "profile": { "price": "12345.00" } })).await;
    assert!(price.line().starts_with("400 ") && price.text().contains("This value is too large."), "{}", price.line());
    auth.store().close().await;
}

#[each_database(MySql)]
async fn a_character_that_a_table_cannot_hold_is_refused_or_finds_nobody() {
    for (charset, odd) in [("utf8mb3", '\u{20bb7}'), ("latin1", '語')] {
        let app = TestApp::with(
            r#"
            [account]
            login_methods = ["username", "email"]
            change_email = true
            [rest_auth]
            use_jwt = true
            [registration.fields]
            first_name = { type = "char", required = false, save_to = "user.first_name" }
            [profiles.profile]
            table = "app_profile"
            fields.city = { type = "char", max_length = 100, blank = true }
            fields.about = { type = "text", blank = true }
            "#,
        )
        .await;
        let tables = app
            .sql("SELECT CAST(table_name AS CHAR) FROM information_schema.tables WHERE table_schema = DATABASE()")
            .await;
        // rest-auth's own tables hold every character.
        for table in tables.iter().filter_map(|row| row[0].as_str()).filter(|table| !table.starts_with("rest_auth_")) {
            app.sql(&format!("ALTER TABLE {table} CONVERT TO CHARACTER SET {charset}")).await;
        }
        let (auth, mut client) = restarted(&app).await;
        let refused =
            |field: &str| format!("400 {{\"{field}\":[\"This character is not allowed: U+{:X}.\"]}}", u32::from(odd));
        let form = |field: &str, value: String| {
            let mut form = json!({
                "username": "jane", "email": "jane@example.com",
                "password1": "correct horse battery", "password2": "correct horse battery",
            });
            form[field] = value.into();
            form
        };
        for (field, value) in [("username", format!("jane{odd}")), ("first_name", format!("Jane {odd}"))] {
            let answer = client.post("/registration/", form(field, value)).await;
            assert_eq!(answer.line(), refused(field), "{charset}");
        }
        let registered = client.post("/registration/", form("first_name", "Zoë".to_owned())).await;
        assert_eq!(registered.status(), 201, "{}", registered.line());
        assert_eq!(registered.json()["user"]["first_name"], "Zoë");
        let token = registered.json()["access"].as_str().expect("a token").to_owned();
        let mut jane = app.client_of(auth.router()).header("authorization", &format!("Bearer {token}"));
        assert_eq!(jane.patch("/user/", json!({ "last_name": format!("D{odd}") })).await.line(), refused("last_name"));
        assert_eq!(jane.patch("/user/", json!({ "username": format!("j{odd}") })).await.line(), refused("username"));
        assert_eq!(
            jane.patch("/user/", json!({ "profile": { "city": odd.to_string(), "about": odd.to_string() } }))
                .await
                .status(),
            400
        );
        let address = json!({ "email": format!("jane@{odd}.example"), "password": "correct horse battery" });
        let changed = jane.post("/email/change/", address).await;
        assert!(changed.line().starts_with(refused("email").trim_end_matches("]}")), "{}", changed.line());

        // A look-up of such a text does not find a user.
        let mut client = app.client_of(auth.router());
        for login in [
            json!({ "username": format!("jane{odd}"), "password": "x" }),
            json!({ "username": format!("jane@{odd}.example"), "password": "x" }),
        ] {
            assert_eq!(client.post("/login/", login).await.line(), REFUSED, "{charset}");
        }
        // Only the second one is an address.
        let status = if odd == '語' { [400, 200, 200] } else { [400, 400, 400] };
        let address = format!("jane@{odd}.example");
        for (path, status) in ["/login/", "/password/reset/", "/registration/resend-email/"].into_iter().zip(status) {
            let answer = client.post(path, json!({ "email": address, "password": "x" })).await;
            assert_eq!(answer.status(), status, "{charset} {path}: {}", answer.line());
        }
        for name in [format!("jane{odd}"), "#7".to_owned()] {
            assert!(auth.users().find(&name).await.expect("an answer").is_none());
        }
        let findings = found(&app).await;
        let said = "note: auth_user: the encoding lacks characters of Unicode, in password, username, first_name, last_name, email.";
        assert!(findings.iter().any(|finding| finding.starts_with(said)), "{findings:?}");
        auth.store().close().await;
    }
}
