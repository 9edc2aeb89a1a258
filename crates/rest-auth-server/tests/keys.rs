//! Tokens that are signed with a key of a pair: made by `rest-auth key`, verified by whoever has the public one.

mod support;

use std::path::{Path, PathBuf};

use base64::Engine;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rest_auth::Settings;
use rest_auth::testing::{Answer, TestApp};
use serde_json::{Value, json};

const ALGORITHMS: [&str; 10] =
    ["EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

fn rest_auth(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let (code, said, errors) = support::rest_auth(folder, arguments, b"");
    (code == 0, said + &errors)
}

/// A folder with `rest-auth.toml` as `rest-auth key generate` says.
fn generated(algorithm: &str) -> tempfile::TempDir {
    let folder = support::folder();
    let (done, said) = rest_auth(folder.path(), &["key", "generate", "--algorithm", algorithm]);
    assert!(done, "{said}");
    let settings = said.split_once("rest-auth.toml:\n\n").expect("settings").1;
    std::fs::write(folder.path().join("rest-auth.toml"), settings).expect("a file");
    folder
}

fn keys(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder.join("keys")).expect("keys").flatten().map(|file| file.path()).collect();
    files.sort();
    files
}

/// Accounts with the keys of the folder, and Jane.
async fn app(folder: &Path) -> TestApp {
    let text = std::fs::read_to_string(folder.join("rest-auth.toml")).expect("settings");
    let text = text.replace("\"keys\"", &format!("'{}'", folder.join("keys").display()));
    let app = TestApp::with(&format!("{text}\n[rest_auth]\nuse_jwt = true\njwt_auth_httponly = false\n")).await;
    app.user("jane", "correct horse").await;
    app
}

async fn access_token(app: &TestApp) -> String {
    let login = app.client().post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    login.json()["access"].as_str().expect("a token").to_owned()
}

async fn show(app: &TestApp, token: &str) -> Answer {
    app.client().header("authorization", &format!("Bearer {token}")).get("/user/").await
}

/// Returns the header of a token with any algorithm.
fn header(token: &str) -> Value {
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split('.').next().expect("a header"));
    serde_json::from_slice(&header.expect("base64")).expect("JSON")
}

async fn public_keys(app: &TestApp) -> Value {
    let answer = app.client().get("/jwks.json").await;
    assert_eq!((answer.status(), answer.header("cache-control")), (200, "public, max-age=300"));
    answer.json()
}

#[tokio::test]
async fn others_verify_tokens_with_the_public_keys() {
    for algorithm in ALGORITHMS {
        let folder = generated(algorithm);
        let app = app(folder.path()).await;
        let token = access_token(&app).await;
        assert_eq!(show(&app, &token).await.status(), 200, "{algorithm}");
        let verify = app.client().post("/token/verify/", json!({ "token": token })).await;
        assert_eq!(verify.line(), "200 {}");

        let keys = public_keys(&app).await;
        let held: Vec<&str> = keys["keys"][0].as_object().expect("a key").keys().map(String::as_str).collect();
        assert!(
            held.iter().all(|name| ["kty", "use", "alg", "kid", "n", "e", "crv", "x", "y"].contains(name)),
            "{held:?}"
        );
        assert_eq!((&keys["keys"][0]["alg"], &keys["keys"][0]["use"]), (&json!(algorithm), &json!("sig")));
        if algorithm == "ES512" {
            // The test's own library lacks this algorithm; a test with a token that Django signed covers it.
            continue;
        }
        let keys: JwkSet = serde_json::from_value(keys).expect("keys");
        let header = jsonwebtoken::decode_header(&token).expect("a header");
        let key = keys.find(&header.kid.expect("a key's name")).expect("the key");
        let mut validation = Validation::new(algorithm.parse().expect("an algorithm"));
        // The clock of the test stands in another year.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Value>(&token, &DecodingKey::from_jwk(key).expect("a key"), &validation);
        assert_eq!(claims.expect("claims").claims["user_id"], "1");
    }
}

#[tokio::test]
async fn a_secret_is_not_published() {
    let app = TestApp::with("[rest_auth]\nuse_jwt = true").await;
    assert_eq!(public_keys(&app).await, json!({ "keys": [] }));
}

#[tokio::test]
async fn a_key_is_replaced_and_nobody_is_logged_out() {
    for algorithm in ["EdDSA", "ES512", "RS256"] {
        let folder = generated(algorithm);
        let before = app(folder.path()).await;
        let old = access_token(&before).await;
        let (done, said) = rest_auth(folder.path(), &["key", "rotate"]);
        assert!(done, "{said}");
        let after = app(folder.path()).await;
        let new = access_token(&after).await;
        let name = |token: &str| header(token)["kid"].as_str().expect("a name").to_owned();
        assert_ne!(name(&old), name(&new));
        assert_eq!((show(&after, &old).await.status(), show(&after, &new).await.status()), (200, 200));
        assert_eq!(show(&before, &new).await.status(), 401, "nobody knew that key then");
        let published = public_keys(&after).await;
        let published: Vec<_> = published["keys"].as_array().expect("keys").iter().map(|key| &key["kid"]).collect();
        assert_eq!(published, [&json!(name(&new)), &json!(name(&old))]);

        // Once no token of the first can be good any more, it goes with the next rotation.
        let files = keys(folder.path());
        for (file, made) in files.iter().zip(["20200101T000000.000000Z.pem", "20200102T000000.000000Z.pem"]) {
            std::fs::rename(file, file.with_file_name(made)).expect("another name");
        }
        let (done, said) = rest_auth(folder.path(), &["key", "rotate"]);
        assert!(done && said.contains("Removed keys/20200101T000000.000000Z.pem"), "{said}");
        let left = keys(folder.path());
        assert!(left.len() == 2 && left[0].ends_with("20200102T000000.000000Z.pem"), "{left:?}");
    }
}

#[tokio::test]
async fn no_key_is_taken_for_another_kind() {
    let folder = generated("RS256");
    let app = app(folder.path()).await;
    let real = access_token(&app).await;
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(&real).expect("claims").claims;
    let keys = public_keys(&app).await;
    let public: JwkSet = serde_json::from_value(keys.clone()).expect("keys");
    let kid = public.keys[0].common.key_id.clone();
    let modulus = keys["keys"][0]["n"].as_str().expect("a number").to_owned();
    let mut forged = Vec::new();
    // The public key as if it were a secret, in the forms that it goes around in.
    for secret in [modulus.clone(), keys["keys"][0].to_string(), String::new()] {
        for kid in [kid.clone(), None] {
            let header = Header { kid, ..Header::new(Algorithm::HS256) };
            forged.push(
                jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret.as_bytes())).expect("a token"),
            );
        }
    }
    // A key of somebody's own, under the name of ours, and shown in the header.
    let other = generated("RS256");
    let pem = std::fs::read(&self::keys(other.path())[0]).expect("a key");
    let own = EncodingKey::from_rsa_pem(&pem).expect("a key");
    let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&own, Algorithm::RS256).expect("a key");
    for kid in [kid, None] {
        let header = Header { kid, jwk: Some(jwk.clone()), ..Header::new(Algorithm::RS256) };
        forged.push(jsonwebtoken::encode(&header, &claims, &own).expect("a token"));
    }
    // No signature at all.
    let parts: Vec<&str> = real.split('.').collect();
    for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJOb25lIiwidHlwIjoiSldUIn0"] {
        forged.push(format!("{header}.{}.", parts[1]));
        forged.push(format!("{header}.{}.{}", parts[1], parts[2]));
    }
    forged.push(format!("{}.{}.", parts[0], parts[1]));
    for token in forged {
        let answer = show(&app, &token).await;
        assert_eq!(answer.json()["messages"][0]["message"], "Token is invalid", "{token}");
        let refresh = app.client().post("/token/refresh/", json!({ "refresh": token })).await;
        assert_eq!(refresh.status(), 401);
    }
}

#[tokio::test]
async fn keys_may_stand_in_the_settings_as_django_has_them() {
    let (ours, theirs) = (generated("ES256"), generated("ES256"));
    let pem = |folder: &tempfile::TempDir| std::fs::read_to_string(&keys(folder.path())[0]).expect("a key");
    let toml = |signing: &str, more: &str| {
        format!("[rest_auth]\nuse_jwt = true\n[simple_jwt]\nalgorithm = 'ES256'\nsigning_key = '''{signing}'''\n{more}")
    };
    let first = TestApp::with(&toml(&pem(&theirs), "")).await;
    let second = TestApp::with(&toml(&pem(&ours), &format!("signing_key_fallbacks = ['''{}''']", pem(&theirs)))).await;
    for app in [&first, &second] {
        app.user("jane", "correct horse").await;
    }
    let (old, new) = (access_token(&first).await, access_token(&second).await);
    assert_eq!((show(&second, &old).await.status(), show(&second, &new).await.status()), (200, 200));
    assert_eq!(show(&first, &new).await.status(), 401);
}

#[tokio::test]
async fn a_former_secret_is_still_good() {
    let toml = |settings: &str| format!("{settings}\n[rest_auth]\nuse_jwt = true\n");
    let of_own = |settings: &str| format!("[rest_auth]\nuse_jwt = true\n[simple_jwt]\n{settings}\n");
    for (old, new) in [
        (toml("secret_key = 'first'"), toml("secret_key = 'second'\nsecret_key_fallbacks = ['first']")),
        (of_own("signing_key = 'first'"), of_own("signing_key = 'second'\nsigning_key_fallbacks = ['first']")),
    ] {
        let (old, new) = (TestApp::with(&old).await, TestApp::with(&new).await);
        for app in [&old, &new] {
            app.user("jane", "correct horse").await;
        }
        assert_eq!(show(&new, &access_token(&old).await).await.status(), 200);
        assert_eq!(show(&old, &access_token(&new).await).await.status(), 401);
    }
}

#[test]
fn what_cannot_sign_is_refused() {
    let folder = generated("ES256");
    let keys = folder.path().join("keys").display().to_string();
    for (settings, path, problem) in [
        (format!("algorithm = 'ES384'\nkey_folder = '{keys}'"), "simple_jwt.key_folder", "is an EC key on P-256"),
        ("algorithm = 'EdDSA'\nkey_folder = '/nowhere'".to_owned(), "simple_jwt.key_folder", "/nowhere cannot be read"),
        ("signing_key_file = '/nowhere'".to_owned(), "simple_jwt.signing_key_file", "/nowhere cannot be read"),
        ("algorithm = 'none'".to_owned(), "simple_jwt.algorithm", "unknown variant"),
    ] {
        let error = Settings::from_toml(&format!("[simple_jwt]\n{settings}")).expect_err("a misfit");
        assert!(error.0[0].path == path && error.0[0].problem.contains(problem), "{error}");
    }
}

#[test]
fn keys_are_for_their_owner_and_are_not_replaced() {
    let folder = generated("EdDSA");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for file in [folder.path().join("keys"), keys(folder.path())[0].clone()] {
            assert_eq!(file.metadata().expect("a file").permissions().mode() & 0o077, 0, "{}", file.display());
        }
    }
    let (done, said) = rest_auth(folder.path(), &["key", "generate"]);
    assert!(!done && said == "rest-auth: keys holds keys already: `rest-auth key rotate` adds one\n", "{said}");
    let elsewhere = support::folder();
    let (done, said) = rest_auth(elsewhere.path(), &["key", "rotate"]);
    assert!(!done && said.starts_with("rest-auth: there is no folder with keys"), "{said}");
}
