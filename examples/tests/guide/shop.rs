use rest_auth_examples::shop::{accounts, app};
use serde_json::{Value, json};

use crate::{login, receiver, signup};

const TOML: &str = include_str!("../../shop/rest-auth.toml");

/// The rule of `main.rs`, as whoever is asked has it.
fn is_open(data: &Value) -> Option<Value> {
    let groups = data["user"]["groups"].as_array().expect("groups");
    groups.contains(&json!("Closed")).then(|| json!({ "non_field_errors": ["This shop has closed."] }))
}

#[test]
fn it_takes_less_than_sixty_lines() {
    let lines = include_str!("../../shop/main.rs").lines().count();
    assert!(lines < 60, "{lines}");
}

#[tokio::test]
async fn vendors_and_customers_come_and_go() {
    for test in receiver::both(accounts, TOML, is_open).await {
        let mut carol = test.client_of(app(test.auth()));
        assert_eq!(carol.post("/api/auth/register/customer/", signup("carol", json!({}))).await.status(), 201);
        let mut carol = carol.with_csrf();
        let changed = carol.patch("/api/auth/user/", json!({ "profile": { "phone_number": "0123" } })).await;
        assert_eq!(changed.json()["profile"], json!({ "phone_number": "0123" }));
        assert_eq!(carol.get("/phone").await.line(), "200 0123");

        let mut victor = test.client_of(app(test.auth()));
        let body = signup("victor", json!({ "business_name": "Victor & Sons" }));
        assert_eq!(victor.post("/api/auth/register/vendor/", body).await.status(), 201);
        assert_eq!(
            test.sql(
                "SELECT u.username, g.name FROM auth_user_groups m JOIN auth_user u ON u.id = m.user_id \
                 JOIN auth_group g ON g.id = m.group_id ORDER BY u.id"
            )
            .await,
            [[json!("carol"), json!("Customers")], [json!("victor"), json!("Vendors")]]
        );
        assert_eq!(login(&mut test.client(), "/login/", "victor", json!({})).await.status(), 200);
        test.sql("INSERT INTO auth_group (id, name) VALUES (9, 'Closed')").await;
        test.sql(
            "INSERT INTO auth_user_groups (user_id, group_id) SELECT id, 9 FROM auth_user WHERE username = 'victor'",
        )
        .await;
        assert_eq!(
            login(&mut test.client(), "/login/", "victor", json!({})).await.line(),
            r#"400 {"non_field_errors":["This shop has closed."]}"#
        );
    }
}
