//! An application's handlers for the members of a group.

use axum::{Router, routing::get};
use rest_auth::testing::{TestApp, each_database};
use rest_auth::{Group, RequireGroup};
use serde_json::json;

struct Staff;

impl Group for Staff {
    const NAME: &'static str = "Staff";
}

#[each_database]
async fn members_are_let_in_and_nobody_else() {
    let app = TestApp::new().await;
    for name in ["jane", "joe"] {
        app.user(name, "correct horse").await;
    }
    for sql in [
        "INSERT INTO auth_group (id, name) VALUES (1, 'Staff'), (2, 'Guests')",
        "INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1), (2, 2)",
    ] {
        app.sql(sql).await;
    }
    let handler = async |user: RequireGroup<Staff>| format!("For {} alone.", user.username);
    let router = Router::new().route("/report", get(handler)).layer(app.auth().layer());
    let router = router.nest("/api/auth", app.auth().router());
    for (name, line) in [
        ("jane", "200 For jane alone."),
        ("joe", r#"403 {"detail":"You do not have permission to perform this action."}"#),
    ] {
        let mut client = app.client_of(router.clone());
        client.post("/api/auth/login/", json!({ "username": name, "password": "correct horse" })).await;
        assert_eq!(client.get("/report").await.line(), line);
    }
    let stranger = app.client_of(router).get("/report").await;
    assert_eq!(stranger.line(), r#"401 {"detail":"Authentication credentials were not provided."}"#);
}
