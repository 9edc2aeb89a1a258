//! What a request is made of: `cargo bench -p rest-auth --bench pieces`. What a limit costs is in `throttling.rs`.

use criterion::{Criterion, criterion_group, criterion_main};
use rest_auth::testing::{Pieces, TestApp};
use serde_json::json;

const SETTINGS: &str = "[rest_auth]\nuse_jwt = true\njwt_auth_httponly = false\nsession_login = false\n";

fn pieces(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (app, token) = runtime.block_on(async {
        let app = TestApp::with(SETTINGS).await;
        app.user("jane", "correct horse").await;
        let login = json!({ "username": "jane", "password": "correct horse" });
        let token = app.client().post("/login/", login).await.json()["access"].as_str().expect("a token").to_owned();
        (app, token)
    });
    let pieces = Pieces(&app);
    let form = json!({
        "username": "jane", "email": "jane@example.com", "password1": "correct horse", "password2": "correct horse",
    });
    let form = form.to_string();
    criterion.bench_function("the form of a registration is read", |bencher| {
        bencher.iter(|| assert!(pieces.reads_a_form(&form)));
    });
    criterion.bench_function("an access token is read", |bencher| {
        bencher.iter(|| assert!(pieces.reads_a_token(&token)));
    });
    criterion.bench_function("a value is signed, and opened again", |bencher| {
        bencher.iter(|| assert!(pieces.signs_and_opens("MQ:jane@example.com")));
    });
}

criterion_group!(benches, pieces);
criterion_main!(benches);
