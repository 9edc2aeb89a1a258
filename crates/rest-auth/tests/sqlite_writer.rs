//! What clients see of SQLite's one writer, which makes what many of them asked for permanent together: each gets
//! its own answer, and whatever was answered is so.

use std::sync::Arc;

use futures_util::future::join_all;
use rest_auth::testing::{TestApp, each_database};
use rest_auth::{Error, Registered, Settings};
use serde_json::{Value, json};
use tokio::sync::Notify;

fn form(username: &str) -> Value {
    json!({ "username": username, "password1": "a long password", "password2": "a long password" })
}

async fn names(app: &TestApp) -> Vec<String> {
    let rows = app.sql("SELECT username FROM auth_user ORDER BY id").await;
    rows.into_iter().map(|mut row| row.remove(0).as_str().unwrap_or_default().to_owned()).collect()
}

/// Registers users at once; gives the names of those who were told that they are.
async fn register(app: &TestApp, count: usize) -> Vec<String> {
    let attempts = (0..count).map(|index| {
        let (mut client, name) = (app.client(), format!("user{index}"));
        async move {
            let answer = client.post("/registration/", form(&name)).await;
            (answer.status() == 201).then_some(name)
        }
    });
    let mut made: Vec<_> = join_all(attempts).await.into_iter().flatten().collect();
    made.sort();
    made
}

#[each_database(Sqlite)]
async fn who_is_refused_undoes_nobody_elses() {
    let hook = |registered: Registered| async move {
        match registered.user.username.ends_with(['1', '4', '7']) {
            true => Err(Error::non_field("not you")),
            false => Ok(()),
        }
    };
    let app = TestApp::built(Settings::default(), |builder| builder.after_registration(hook)).await;
    let made = register(&app, 60).await;
    assert_eq!(made.len(), 42);
    let mut kept = names(&app).await;
    kept.sort();
    assert_eq!(kept, made);
}

#[each_database(Sqlite)]
async fn who_breaks_the_transaction_breaks_no_promise() {
    let hook = |registered: Registered| async move {
        if registered.user.username.ends_with('3') {
            let mut tx = registered.transaction().await;
            let connection = tx.sqlite().ok_or_else(|| Error::non_field("no SQLite"))?;
            sqlx::raw_sql("ROLLBACK").execute(connection).await?;
        }
        Ok(())
    };
    let app = TestApp::built(Settings::default(), |builder| builder.after_registration(hook)).await;
    for _ in 0..3 {
        let made = register(&app, 20).await;
        assert!(!made.iter().any(|name| name.ends_with('3')), "{made:?}");
        let kept = names(&app).await;
        assert!(made.iter().all(|name| kept.contains(name)), "{made:?} {kept:?}");
    }
    assert_eq!(app.client().post("/registration/", form("jane")).await.status(), 201, "it goes on");
}

#[each_database(Sqlite)]
async fn who_goes_away_leaves_nothing() {
    let (held, hook) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let never_ends = {
        let (held, hook) = (Arc::clone(&held), Arc::clone(&hook));
        move |registered: Registered| {
            let (held, hook) = (Arc::clone(&held), Arc::clone(&hook));
            async move {
                if registered.user.username == "jane" {
                    held.notify_one();
                    hook.notified().await;
                }
                Ok(())
            }
        }
    };
    let app = TestApp::built(Settings::default(), |builder| builder.after_registration(never_ends)).await;
    let mut client = app.client();
    let going = tokio::spawn(async move { client.post("/registration/", form("jane")).await });
    held.notified().await;
    going.abort();
    assert!(going.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(app.client().post("/registration/", form("joe")).await.status(), 201);
    assert_eq!(names(&app).await, ["joe"]);
}

#[test]
fn an_application_may_go_on_on_another_runtime() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let first = runtime();
    let app = first.block_on(async {
        let app = TestApp::new().await;
        assert_eq!(app.client().post("/registration/", form("jane")).await.status(), 201);
        app
    });
    drop(first);
    runtime().block_on(async {
        assert_eq!(app.client().post("/registration/", form("joe")).await.status(), 201);
        assert_eq!(names(&app).await, ["jane", "joe"]);
    });
}
