use rest_auth_examples::profile::{accounts, app};
use serde_json::json;

use crate::{PASSWORD, both, login};

const TOML: &str = include_str!("../../profile/rest-auth.toml");

/// One black point.
const PICTURE: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

#[tokio::test]
async fn a_profile_is_shown_and_changed_with_the_user() {
    for test in both(accounts, TOML).await {
        test.user("jane", PASSWORD).await;
        let mut jane = test.client_of(app(test.auth()));
        login(&mut jane, "/api/auth/login/", "jane", json!({})).await;
        let mut jane = jane.with_csrf();
        assert_eq!(
            jane.get("/api/auth/user/").await.json()["profile"],
            json!({ "company_name": "", "phone_number": "", "theme": "light", "birthday": null, "avatar": null, "bio": "" })
        );
        let changes = json!({ "profile": { "company_name": "Acme", "birthday": "1990-02-03" } });
        let patched = jane.patch("/api/auth/user/", changes).await.json();
        let profile = &patched["profile"];
        assert_eq!((&profile["company_name"], &profile["theme"]), (&json!("Acme"), &json!("light")));
        assert_eq!(
            jane.patch("/api/auth/user/", json!({ "profile": { "theme": "blue" } })).await.line(),
            r#"400 {"profile":{"theme":["\"blue\" is not a valid choice."]}}"#
        );
        assert_eq!(jane.get("/dashboard").await.line(), "200 jane of Acme, without a picture");
        let picture = [("profile.avatar", Some("jane.gif"), PICTURE)];
        let patched = jane.patch_multipart("/api/auth/user/", &picture).await.json();
        assert_eq!(patched["profile"]["avatar"], "http://testserver/media/avatars/jane.gif");
        assert_eq!(jane.get("/dashboard").await.line(), "200 jane of Acme, with a picture");
        assert_eq!(jane.get("/media/avatars/jane.gif").await.bytes(), PICTURE);
    }
}
