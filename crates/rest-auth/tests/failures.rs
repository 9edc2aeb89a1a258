//! What a client sees when the database is busy, lost, or at odds with itself: a 503 that says when to try
//! again, never a 500, and the next request is served.

use std::sync::Arc;

use futures_util::future::join_all;
use rest_auth::testing::{Answer, TestApp, each_database};
use rest_auth::{Connection, Dialect, Error, Registered, Settings};
use serde_json::{Value, json};
use tokio::sync::Notify;

fn form(username: &str) -> Value {
    json!({ "username": username, "password1": "a long password", "password2": "a long password" })
}

/// Runs a statement on a connection of ours.
async fn run(connection: &mut Connection, sql: String) -> Result<(), Error> {
    let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
    if let Some(sqlite) = connection.sqlite() {
        sql.execute(sqlite).await?;
    } else if let Some(postgres) = connection.postgres() {
        sql.execute(postgres).await?;
    } else if let Some(mysql) = connection.mysql() {
        sql.execute(mysql).await?;
    }
    Ok(())
}

fn assert_try_again(answer: &Answer) {
    assert_eq!(answer.line(), r#"503 {"detail":"The server is busy. Try again later."}"#);
    assert_eq!(answer.header("retry-after"), "1");
}

#[each_database(Sqlite)]
async fn another_writer_who_does_not_end_is_waited_for_and_then_not() {
    let settings = Settings { database_timeout: 1, ..Settings::default() };
    let app = TestApp::built(settings, |builder| builder).await;
    let store = app.auth().store();
    let rest_auth::Pool::Sqlite(pool) = store.pool() else { panic!("SQLite") };
    let other = pool.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
    assert_try_again(&app.client().post("/registration/", form("jane")).await);
    assert_eq!(app.client().get("/user/").await.status(), 401, "reading goes on");
    drop(other);
    assert_eq!(app.client().post("/registration/", form("jane")).await.status(), 201);
}

#[each_database]
async fn a_pool_without_a_free_connection_says_so() {
    let settings = Settings { database_timeout: 1, database_max_connections: 1, ..Settings::default() };
    let (held, released) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let hook = {
        let (held, released) = (Arc::clone(&held), Arc::clone(&released));
        move |_: Registered| {
            let (held, released) = (Arc::clone(&held), Arc::clone(&released));
            async move {
                held.notify_one();
                released.notified().await;
                Ok(())
            }
        }
    };
    let app = TestApp::built(settings, |builder| builder.after_registration(hook)).await;
    let mut client = app.client();
    let registering = tokio::spawn(async move { client.post("/registration/", form("jane")).await.status() });
    held.notified().await;
    assert_try_again(&app.client().post("/login/", json!({ "username": "jane", "password": "x" })).await);
    released.notify_one();
    assert_eq!(registering.await.expect("an answer"), 201);
}

// SQLite has one writer.
#[each_database(Postgres, MySql)]
async fn a_deadlock_is_answered_and_leaves_nothing() {
    let (first_locked, crossing) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let hook = {
        let (first_locked, crossing) = (Arc::clone(&first_locked), Arc::clone(&crossing));
        move |registered: Registered| {
            let (first_locked, crossing) = (Arc::clone(&first_locked), Arc::clone(&crossing));
            async move {
                if registered.user.username != "jane" {
                    return Ok(());
                }
                let mut tx = registered.transaction().await;
                run(&mut tx, "UPDATE auth_user SET first_name = 'ours' WHERE id = 1".into()).await?;
                first_locked.notify_one();
                crossing.notified().await;
                run(&mut tx, "UPDATE auth_user SET first_name = 'ours' WHERE id = 2".into()).await
            }
        }
    };
    let app = TestApp::built(Settings::default(), |builder| builder.after_registration(hook)).await;
    for name in ["first", "second"] {
        app.user(name, "correct horse").await;
    }
    let mut client = app.client();
    let registering = tokio::spawn(async move { client.post("/registration/", form("jane")).await });
    first_locked.notified().await;
    let mut other = app.auth().store().begin().await.expect("a transaction");
    // So that it is ours which gives way: PostgreSQL lets go who first finds the deadlock, MySQL who wrote less.
    let patience = match other.dialect() {
        Dialect::Postgres => "SET LOCAL deadlock_timeout = '60s'".to_owned(),
        _ => {
            let groups: Vec<_> = (0..100).map(|index| format!("('group {index}')")).collect();
            format!("INSERT INTO auth_group (name) VALUES {}", groups.join(", "))
        }
    };
    for sql in [patience, "UPDATE auth_user SET first_name = '' WHERE id = 2".into()] {
        run(&mut other, sql).await.expect("done");
    }
    let crossed = tokio::spawn(async move {
        crossing.notify_one();
        run(&mut other, "UPDATE auth_user SET first_name = '' WHERE id = 1".into()).await.expect("an update");
        other.commit().await.expect("a commit");
    });
    assert_try_again(&registering.await.expect("an answer"));
    crossed.await.expect("the other goes on");
    assert!(app.auth().users().find("jane").await.expect("an answer").is_none());
    assert_eq!(app.client().post("/registration/", form("joe")).await.status(), 201);
}

#[each_database]
async fn a_row_that_a_new_one_refers_to_may_be_gone() {
    let hook = |registered: Registered| async move {
        if registered.user.username != "jane" {
            return Ok(());
        }
        let mut tx = registered.transaction().await;
        run(&mut tx, "INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1000000)".into()).await
    };
    let app = TestApp::built(Settings::default(), |builder| builder.after_registration(hook)).await;
    app.user("first", "correct horse").await;
    assert_try_again(&app.client().post("/registration/", form("jane")).await);
    assert!(app.auth().users().find("jane").await.expect("an answer").is_none());
    assert_eq!(app.client().post("/registration/", form("joe")).await.status(), 201);
}

#[each_database(Postgres, MySql)]
async fn a_connection_that_is_lost_is_replaced() {
    let hook = |registered: Registered| async move {
        if registered.user.username != "jane" {
            return Ok(());
        }
        let mut tx = registered.transaction().await;
        match tx.dialect() {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => run(&mut tx, "SELECT pg_terminate_backend(pg_backend_pid())".into()).await,
            Dialect::MySql => run(&mut tx, "KILL CONNECTION_ID()".into()).await,
        }
    };
    let app = TestApp::built(Settings::default(), |builder| builder.after_registration(hook)).await;
    assert_try_again(&app.client().post("/registration/", form("jane")).await);
    assert!(app.auth().users().find("jane").await.expect("an answer").is_none());
    assert_eq!(app.client().post("/registration/", form("joe")).await.status(), 201);
}

#[each_database(Postgres)]
async fn serializable_transactions_may_fail_and_say_so() {
    let app = TestApp::new().await;
    let rest_auth::Pool::Postgres(pool) = app.auth().store().pool() else { panic!("PostgreSQL") };
    let strict = (*pool.connect_options()).clone().options([("default_transaction_isolation", "serializable")]);
    let strict = sqlx::PgPool::connect_with(strict).await.expect("a pool");
    let builder = rest_auth::Auth::builder().settings(app.auth().settings().clone()).pool(strict);
    let auth = builder.build().await.expect("accounts");
    let attempts = (0..40).map(|index| {
        let mut client = app.client_of(auth.router());
        async move { client.post("/registration/", form(&format!("user{index}"))).await }
    });
    let answers = join_all(attempts).await;
    let made = answers.iter().filter(|answer| answer.status() == 201).count();
    answers.iter().filter(|answer| answer.status() != 201).for_each(assert_try_again);
    assert_eq!(app.sql("SELECT count(*) FROM auth_user").await, [[made]]);
}

/// Other accounts on the same database, by a pool of their own.
async fn beside(app: &TestApp, pool: impl Into<rest_auth::Pool>) -> rest_auth::Auth {
    let builder = rest_auth::Auth::builder().settings(app.auth().settings().clone()).pool(pool);
    builder.build().await.expect("accounts")
}

/// The options of the test's SQLite file.
fn sqlite_options(app: &TestApp) -> sqlx::sqlite::SqliteConnectOptions {
    let rest_auth::Pool::Sqlite(pool) = app.auth().store().pool() else { panic!("SQLite") };
    (*pool.connect_options()).clone()
}

/// Whoever has to wait until somebody looks after the database.
fn assert_try_again_later(answer: &Answer) {
    assert_eq!(answer.line(), r#"503 {"detail":"The server is busy. Try again later."}"#);
    assert_eq!(answer.header("retry-after"), "30");
}

#[each_database(Sqlite)]
async fn a_database_as_large_as_it_may_become_takes_nothing_in_and_is_read() {
    let app = TestApp::with("rest_auth.use_jwt = false").await;
    app.user("jane", "correct horse").await;
    let pages = app.sql("PRAGMA page_count").await[0][0].to_string();
    let pool = sqlx::SqlitePool::connect_with(sqlite_options(&app).pragma("max_page_count", pages)).await;
    let auth = beside(&app, pool.expect("a pool")).await;
    let (mut refused, mut number) = (None, 0);
    while refused.is_none() {
        number += 1;
        assert!(number < 1000, "it grows");
        let answer = app.client_of(auth.router()).post("/registration/", form(&format!("user{number}"))).await;
        refused = (answer.status() != 201).then_some(answer);
    }
    assert_try_again_later(&refused.expect("an answer"));
    assert_eq!(app.client_of(auth.router()).get("/user/").await.status(), 401, "reading goes on");
    assert_eq!(app.client().post("/registration/", form("joe")).await.status(), 201, "there is room again");
}

#[each_database(Sqlite, Postgres)]
async fn a_database_that_can_only_be_read_is_read() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    let login = json!({ "username": "jane", "password": "correct horse" });
    let key = app.client().post("/login/", login.clone()).await.json()["key"].as_str().expect("a key").to_owned();
    let auth = match app.auth().store().pool() {
        rest_auth::Pool::Sqlite(_) => {
            let pool = sqlx::SqlitePool::connect_with(sqlite_options(&app).read_only(true)).await;
            beside(&app, pool.expect("a pool")).await
        }
        rest_auth::Pool::Postgres(pool) => {
            let options = (*pool.connect_options()).clone().options([("default_transaction_read_only", "on")]);
            beside(&app, sqlx::PgPool::connect_with(options).await.expect("a pool")).await
        }
        _ => panic!("another database"),
    };
    let mut jane = app.client_of(auth.router()).header("authorization", &format!("Token {key}"));
    assert_eq!(jane.get("/user/").await.status(), 200, "who is logged in stays so");
    assert_try_again_later(&app.client_of(auth.router()).post("/login/", login).await);
}
