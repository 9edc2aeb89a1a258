//! Every statement that a request sends finds its rows by an index: none takes longer because there are more users. The
//! databases are asked how they would go about what a whole conversation sent. MySQL is not: what it says depends on the
//! values, which are not kept.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use futures_util::future::{join_all, poll_immediate};
use rest_auth::sqlx::{self, AssertSqlSafe, Executor, Row};
use rest_auth::testing::{Client, TestApp, each_database};
use rest_auth::{Dialect, Pool};
use serde_json::json;

/// How many rows each table is given: enough for PostgreSQL to prefer an index.
const ROWS: usize = 2000;

const JWT: &str = "[rest_auth]\nuse_jwt = true\nsession_login = true\njwt_auth_httponly = false\n\
    [simple_jwt]\nrotate_refresh_tokens = true\nblacklist_after_rotation = true\nreuse_detection = true\n\
    [account]\nlogin_methods = ['username', 'email']\nsignup_fields = ['username', 'email*', 'password1*', 'password2*']\n\
    [profiles.profile]\ntable = 'app_profile'\n[profiles.profile.fields]\nbio = { type = 'text', blank = true }\n";

const MYSQL: &str = "MySQL is not asked";

const KEYS: &str = "[account]\nlogin_methods = ['username', 'email']\n";

#[each_database(Sqlite, Postgres)]
async fn no_request_walks_through_a_table() {
    let without_detection = JWT.replace("reuse_detection = true\n", "");
    for settings in [JWT, &without_detection, KEYS] {
        let app = TestApp::with(settings).await;
        app.user("jane", "correct horse").await;
        fill(&app).await;
        app.statements();
        converse(&app).await;
        let sent: BTreeSet<String> = app.statements().into_iter().filter(|sql| reads_rows(sql)).collect();
        assert!(sent.len() > 20, "{sent:?}");
        for table in ["auth_user", "token_blacklist_outstandingtoken"].iter().filter(|_| settings != KEYS) {
            let together = |sql: &String| sql.contains("UNION ALL") || sql.contains("unnest");
            assert!(sent.iter().any(|sql| together(sql) && sql.contains(table)), "{table} is asked for together");
        }
        let exchanges = settings == without_detection && app.auth().store().dialect() == Dialect::Postgres;
        assert_eq!(sent.iter().any(|sql| sql.starts_with("WITH ")), exchanges, "a token is exchanged by one statement");
        let mut walks = Vec::new();
        for sql in &sent {
            let plan = plan(&app, sql).await;
            if walks_through(app.auth().store().dialect(), &plan) {
                walks.push(format!("{sql}\n{plan}"));
            }
        }
        assert!(walks.is_empty(), "{}", walks.join("\n\n"));
    }
}

/// Whatever clients do, and what the server does by itself.
async fn converse(app: &TestApp) {
    let mut jane = app.client();
    for login in [
        json!({ "username": "jane", "password": "correct horse" }),
        json!({ "username": "JANE", "password": "correct horse" }),
        json!({ "username": "Jane@Example.com", "password": "correct horse" }),
        json!({ "email": "jane@example.com", "password": "correct horse" }),
        json!({ "email": "JANE@Example.com", "password": "correct horse" }),
        json!({ "username": "JANE@Bücher.example", "password": "correct horse" }),
        json!({ "username": "nobody", "password": "correct horse" }),
    ] {
        app.client().post("/login/", login).await;
    }
    let login = jane.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    assert_eq!(login.status(), 200, "{}", login.line());
    assert_eq!(jane.get("/user/").await.status(), 200);
    let body = login.json();
    let authorization = match (body["access"].as_str(), body["key"].as_str()) {
        (Some(access), _) => format!("Bearer {access}"),
        (_, key) => format!("Token {}", key.expect("a key")),
    };
    let mut with_token = app.client().header("authorization", &authorization);
    assert_eq!(with_token.get("/user/").await.status(), 200);
    assert_eq!(with_token.patch("/user/", json!({ "username": "Jane", "first_name": "J" })).await.status(), 200);
    if let Some(refresh) = body["refresh"].as_str() {
        for path in ["/token/verify/", "/token/refresh/", "/token/refresh/"] {
            with_token.post(path, json!({ "token": refresh, "refresh": refresh })).await;
        }
        let clients = || (0..8).map(|_| app.client().header("authorization", &authorization));
        let verify = |mut client: Client| async move {
            client.post("/token/verify/", json!({ "token": refresh })).await.status()
        };
        at_once(clients().map(verify)).await;
        let statuses = at_once(clients().map(|mut client| async move { client.get("/user/").await.status() })).await;
        assert_eq!(statuses, [200; 8]);
    }
    for form in [
        json!({ "username": "new", "email": "new@example.com", "password1": "a long phrase", "password2": "a long phrase" }),
        json!({ "email": "other@example.com", "password1": "a long phrase", "password2": "a long phrase" }),
    ] {
        app.client().post("/registration/", form).await;
    }
    app.client().post("/registration/resend-email/", json!({ "email": "new@example.com" })).await;
    app.client().post("/password/reset/", json!({ "email": "jane@example.com" })).await;
    app.mails().await;
    let change = json!({ "new_password1": "another phrase", "new_password2": "another phrase" });
    assert_eq!(with_token.post("/password/change/", change).await.status(), 200);
    with_token.post("/logout/", json!({ "refresh": body["refresh"] })).await;
    // By then, everything has run out.
    app.advance(Duration::from_secs(100 * 86_400));
    app.auth().flush_expired(|_| {}).await.expect("done");
}

/// What comes of requests that have all come before anything is done about one of them: the runtime's two threads wait for
/// that.
async fn at_once<T>(requests: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let gate = Arc::new(Barrier::new(3));
    for _ in 0..2 {
        let gate = Arc::clone(&gate);
        tokio::spawn(async move {
            gate.wait();
            gate.wait();
        });
    }
    let mut answers = pin!(join_all(requests));
    gate.wait();
    let early = poll_immediate(&mut answers).await;
    gate.wait();
    assert!(early.is_none(), "an answer wants the database");
    answers.await
}

/// Whether it is a statement whose rows a database has to find.
fn reads_rows(sql: &str) -> bool {
    sql.contains(" WHERE ") || sql.contains(" JOIN ")
}

/// Gives every table that grows with the users many rows.
async fn fill(app: &TestApp) {
    let dialect = app.auth().store().dialect();
    let numbers = match dialect {
        Dialect::Postgres => format!("FROM generate_series(1000, {}) AS numbers(n)", 1000 + ROWS),
        Dialect::Sqlite => format!(
            "FROM (WITH RECURSIVE c(n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM c WHERE n < {}) SELECT n FROM c)",
            1000 + ROWS
        ),
        Dialect::MySql => panic!("{MYSQL}"),
    };
    let text = |prefix: &str, suffix: &str| format!("'{prefix}' || n || '{suffix}'");
    let then = "'2026-03-02 03:04:05'";
    let then = if dialect == Dialect::Postgres { format!("{then}::timestamptz") } else { then.to_owned() };
    let (name, mail, jti) = (text("user", ""), text("user", "@example.com"), text("jti", ""));
    let mut tables = vec![
        format!(
            "auth_user (id, username, email, password, first_name, last_name, is_active, is_staff, is_superuser, date_joined) \
             SELECT n, {name}, {mail}, '!', '', '', TRUE, FALSE, FALSE, {then}"
        ),
        format!("account_emailaddress (id, user_id, email, verified, \"primary\") SELECT n, n, {mail}, TRUE, TRUE"),
        format!("authtoken_token (\"key\", created, user_id) SELECT {jti}, {then}, n"),
        format!("django_session (session_key, session_data, expire_date) SELECT {jti}, '', {then}"),
        format!(
            "token_blacklist_outstandingtoken (id, token, created_at, expires_at, user_id, jti) \
             SELECT n, '', {then}, {then}, n, {jti}"
        ),
        format!("token_blacklist_blacklistedtoken (id, blacklisted_at, token_id) SELECT n, {then}, n"),
        format!(
            "rest_auth_refresh_token (parent_jti, jti, access_jti, family, rotated_at) \
             SELECT {jti}, {jti}, {jti}, {jti}, {then}"
        ),
        format!(
            "rest_auth_outbox (id, kind, recipient, sender, subject, text, created_at, attempts, next_attempt_at) \
             SELECT n, 'mail', '', '', '', '', {then}, 0, {then}"
        ),
        format!("auth_group (id, name) SELECT n, {name}"),
        format!("auth_user_groups (id, user_id, group_id) SELECT n, n, n"),
    ];
    if !app.auth().settings().profiles.is_empty() {
        tables.push("app_profile (id, user_id, bio) SELECT n, n, ''".to_owned());
    }
    for table in tables {
        app.sql(&format!("INSERT INTO {table} {numbers}")).await;
    }
    // SQLite is not told how small the tables are, or it would walk through them where many rows go at once.
    if dialect == Dialect::Postgres {
        app.sql("ANALYZE").await;
    }
}

/// How the database would go about a statement, whatever its values.
async fn plan(app: &TestApp, sql: &str) -> String {
    let texts = |rows: Vec<String>| rows.join("\n");
    match app.auth().store().pool() {
        Pool::Sqlite(pool) => {
            let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(pool).await;
            texts(rows.expect("a plan").iter().map(|row| row.get("detail")).collect())
        }
        Pool::Postgres(pool) => {
            let mut connection = pool.acquire().await.expect("a connection");
            let values = (1..).take_while(|number| sql.contains(&format!("${number}"))).map(|_| "NULL");
            let values = values.collect::<Vec<_>>().join(", ");
            let execute = if values.is_empty() { "told".to_owned() } else { format!("told({values})") };
            // Whoever sends it says what the array is of.
            let kind = if sql.contains("\"jti\" = \"wanted\"") { "text[]" } else { "bigint[]" };
            let kinds = if sql.contains("unnest($1)") { format!("({kind})") } else { String::new() };
            for sql in [
                "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off".to_owned(),
                format!("PREPARE told{kinds} AS {sql}"),
            ] {
                connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("done");
            }
            let explain = sqlx::raw_sql(AssertSqlSafe(format!("EXPLAIN EXECUTE {execute}")));
            let rows = connection.fetch_all(explain).await.expect("a plan");
            connection.execute("DEALLOCATE told; RESET ALL").await.expect("done");
            texts(rows.iter().map(|row| row.get(0)).collect())
        }
        _ => panic!("another database"),
    }
}

/// Whether a plan looks at every row of a table, or at every entry of an index.
fn walks_through(dialect: Dialect, plan: &str) -> bool {
    match dialect {
        Dialect::Sqlite => plan.lines().any(|line| line.starts_with("SCAN")),
        Dialect::Postgres => {
            // An index without a condition is read from one end to the other, unless that is what the order is for.
            let lines: Vec<&str> = plan.lines().collect();
            lines.iter().enumerate().any(|(at, line)| {
                let next = lines.get(at + 1).copied().unwrap_or_default();
                line.contains("Seq Scan")
                    || (line.contains("Index Scan") || line.contains("Index Only Scan")) && !next.contains("Index Cond")
            })
        }
        Dialect::MySql => panic!("{MYSQL}"),
    }
}
