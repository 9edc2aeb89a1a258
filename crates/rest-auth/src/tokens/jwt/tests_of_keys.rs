use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::elliptic_curve::rand_core::OsRng;
use rsa::pkcs1::{EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey};
use serde_json::json;

use super::keys::Keys;
use super::tests::show;
use crate::settings::{Secret, Settings};
use crate::testing::{TestApp, each_database};

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn settings(algorithm: &str, more: &str) -> String {
    format!("[rest_auth]\nuse_jwt = true\n[simple_jwt]\nalgorithm = '{algorithm}'\n{more}\n")
}

fn with_key(algorithm: &str, key: &str) -> String {
    settings(algorithm, &format!("signing_key = {}", quoted(key)))
}

fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<&str> = base64.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// The names of the public keys.
fn names(toml: &str) -> Vec<String> {
    let settings = Settings::from_toml(toml).unwrap_or_else(|error| panic!("{error}\n{toml}")).settings;
    let keys = Keys::new(&settings, &Secret::from("")).expect("keys");
    let public = serde_json::to_value(keys.public()).expect("JSON");
    let keys = public["keys"].as_array().expect("keys");
    keys.iter().map(|key| key["kid"].as_str().expect("a name").to_owned()).collect()
}

static RSA: LazyLock<rsa::RsaPrivateKey> = LazyLock::new(|| rsa::RsaPrivateKey::new(&mut OsRng, 2048).expect("a key"));

fn rsa_pem() -> String {
    pem("PRIVATE KEY", RSA.to_pkcs8_der().expect("DER").as_bytes())
}

fn rsa_public() -> String {
    pem("PUBLIC KEY", RSA.to_public_key().to_public_key_der().expect("DER").as_bytes())
}

#[test]
fn a_key_is_read_however_it_is_written() {
    let pkcs8 = rsa_pem();
    let der = RSA.to_pkcs8_der().expect("DER");
    let pkcs1 = pem("RSA PRIVATE KEY", RSA.to_pkcs1_der().expect("DER").as_bytes());
    let forms = [
        pkcs8.clone(),
        pkcs1,
        pkcs8.replace('\n', "\\n"),
        pkcs8.replace('\n', "\\\\n"),
        pkcs8.replace('\n', "\r\n"),
        pkcs8.replace('\n', "\\r\\n"),
        pkcs8.replace('\n', " "),
        format!("\u{feff}\"{}\"", pkcs8.replace('\n', "\\n")),
        format!("'{pkcs8}'"),
        pkcs8.lines().map(|line| format!("\t  {line}  \n")).collect(),
        STANDARD.encode(&pkcs8),
        STANDARD.encode(der.as_bytes()),
        format!("Bag Attributes\n  friendlyName: key\n{pkcs8}"),
        format!("{}{pkcs8}", rsa_public()),
    ];
    let name = names(&with_key("RS256", &pkcs8));
    assert_eq!(name.len(), 1);
    for form in forms {
        for algorithm in ["RS256", "RS512", "PS256", "PS384", "PS512"] {
            assert_eq!(names(&with_key(algorithm, &form)), name, "{algorithm} {form}");
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key.der");
    std::fs::write(&file, der.as_bytes()).expect("a file");
    let in_file = format!("signing_key_file = '{}'", file.display());
    assert_eq!(names(&settings("RS256", &in_file)), name);
    // A file that is not text cannot be a secret.
    let error = Settings::from_toml(&settings("HS256", &in_file)).expect_err("a misfit").to_string();
    assert!(error.contains("simple_jwt.signing_key_file: ") && error.contains("key.der is not a text"), "{error}");

    let (p256, p384, p521) =
        (p256::SecretKey::random(&mut OsRng), p384::SecretKey::random(&mut OsRng), p521::SecretKey::random(&mut OsRng));
    for (algorithm, pkcs8, sec1) in [
        ("ES256", p256.to_pkcs8_der(), p256.to_sec1_der()),
        ("ES384", p384.to_pkcs8_der(), p384.to_sec1_der()),
        ("ES512", p521.to_pkcs8_der(), p521.to_sec1_der()),
    ] {
        let name = names(&with_key(algorithm, &pem("PRIVATE KEY", pkcs8.expect("DER").as_bytes())));
        let sec1 = pem("EC PRIVATE KEY", &sec1.expect("DER"));
        assert_eq!(names(&with_key(algorithm, &sec1)), name, "{algorithm}");
        // As `openssl ecparam -genkey` writes it.
        let with_parameters = format!("{}{sec1}", pem("EC PARAMETERS", &[6, 5, 43, 129, 4, 0, 35]));
        assert_eq!(names(&with_key(algorithm, &with_parameters)), name, "{algorithm}");
    }
}

#[test]
fn a_verifying_key_is_the_signing_keys_in_any_form() {
    let pkcs1 = pem("RSA PUBLIC KEY", RSA.to_public_key().to_pkcs1_der().expect("DER").as_bytes());
    for verifying in [rsa_public(), pkcs1, rsa_pem()] {
        let key = format!("{}\nverifying_key = {}", with_key("RS256", &rsa_pem()), quoted(&verifying));
        assert_eq!(names(&key).len(), 1);
    }
    let made = rcgen::generate_simple_self_signed(["example.com".to_owned()]).expect("a certificate");
    let key = with_key("ES256", &made.signing_key.serialize_pem());
    assert_eq!(names(&format!("{key}\nverifying_key = {}", quoted(&made.cert.pem()))), names(&key));
    // A former pair may be given by its private or its public key.
    for former in [made.signing_key.serialize_pem(), made.cert.pem()] {
        let key = with_key("RS256", &rsa_pem());
        assert_eq!(names(&format!("{key}\nsigning_key_fallbacks = [{}]", quoted(&former))).len(), 2);
    }
}

#[test]
fn what_cannot_sign_is_told_with_its_setting_and_the_command_that_mends_it() {
    let short = rsa::RsaPrivateKey::new(&mut OsRng, 1024).expect("a key");
    let short = pem("PRIVATE KEY", short.to_pkcs8_der().expect("DER").as_bytes());
    let p384 = pem("EC PRIVATE KEY", &p384::SecretKey::random(&mut OsRng).to_sec1_der().expect("DER"));
    let other = rsa::RsaPrivateKey::new(&mut OsRng, 2048).expect("a key").to_public_key();
    let other = pem("PUBLIC KEY", other.to_public_key_der().expect("DER").as_bytes());
    let with = |more: &str| settings("RS256", more);
    let own = "simple_jwt.signing_key";
    let generate = "`rest-auth key generate --algorithm RS256`";
    let cut_off = rsa_pem().lines().take(3).collect::<Vec<_>>().join("\n");
    let whole = rsa_pem();
    let lines = whole.lines().enumerate().filter(|(at, _)| *at != 4);
    let damaged: String = lines.map(|(_, line)| format!("{line}\n")).collect();
    let secp256k1 = pem("EC PRIVATE KEY", &[48, 46, 2, 1, 1, 4, 32, 1, 1, 1, 160, 7, 6, 5, 43, 129, 4, 0, 10]);
    for (toml, path, problem, advice) in [
        (
            with_key("RS256", &pem("ENCRYPTED PRIVATE KEY", b"hunter2")),
            own,
            "is encrypted with a passphrase",
            "`openssl pkey -in KEY.pem -out PLAIN.pem`",
        ),
        (
            with_key(
                "RS256",
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----",
            ),
            own,
            "is encrypted with a passphrase",
            "`openssl pkey -in KEY.pem -out PLAIN.pem`",
        ),
        (
            with_key("RS256", &rsa_public()),
            own,
            "is a public key, and RS256 signs with the private one",
            "simple_jwt.verifying_key",
        ),
        (
            with_key("ES256", &p384),
            own,
            "is an EC key on P-384, which does not sign ES256",
            "Set simple_jwt.algorithm = \"ES384\"",
        ),
        (with_key("ES512", &p384), own, "is an EC key on P-384, which does not sign ES512", "--algorithm ES512"),
        (
            with_key("ES256", &rsa_pem()),
            own,
            "is an RSA key of 2048 bits, which does not sign ES256",
            "\"RS256\" or \"RS384\"",
        ),
        (with_key("RS256", &p384), own, "is an EC key on P-384, which does not sign RS256", generate),
        (
            with_key("ES256", &secp256k1),
            own,
            "is an EC key on secp256k1, which signs no tokens here",
            "--algorithm ES256",
        ),
        (
            with_key("PS512", &short),
            own,
            "is an RSA key of 1024 bits, and PS512 wants at least 2048",
            "signing_key_fallbacks",
        ),
        (
            with_key("RS256", &pem("OPENSSH PRIVATE KEY", b"hunter2")),
            own,
            "is in OpenSSH's own form",
            "`ssh-keygen -p -m PKCS8 -f KEY.pem`",
        ),
        (
            with_key("RS256", "ssh-rsa AAAA hunter2"),
            own,
            "is a public key in OpenSSH's own form",
            "`ssh-keygen -e -m PKCS8",
        ),
        (with_key("RS256", "{\"kty\":\"RSA\",\"n\":\"hunter2\"}"), own, "is a JSON Web Key", generate),
        (
            with_key("RS256", "/run/secrets/hunter2.pem"),
            own,
            "is the name of a file",
            "Set simple_jwt.signing_key_file",
        ),
        (
            with_key("RS256", "-----BEGIN PRIVATE KEY-----"),
            own,
            "begins as a key in PEM and does not end as one",
            "write \\n for each end",
        ),
        (
            with_key("RS256", &cut_off),
            own,
            "begins as a key in PEM and does not end as one",
            "simple_jwt.signing_key_file",
        ),
        (with_key("RS256", &damaged), own, "is damaged", "`openssl pkey"),
        (
            with_key("RS256", &pem("CERTIFICATE REQUEST", b"hunter2")),
            own,
            "holds a CERTIFICATE REQUEST, which is no key",
            generate,
        ),
        (with_key("RS256", "hunter2"), own, "is not a key in PEM, and RS256 wants one", generate),
        (with_key("RS256", "  \n "), own, "is empty", generate),
        (with(""), "simple_jwt.algorithm", "RS256 signs with a private key, and neither", generate),
        (
            with(&format!("verifying_key = {}", quoted(&rsa_pem()))),
            "simple_jwt.algorithm",
            "RS256 signs with a private key",
            generate,
        ),
        (
            format!("{}\nverifying_key = {}", with_key("RS256", &rsa_pem()), quoted(&other)),
            "simple_jwt.verifying_key",
            "does not belong to simple_jwt.signing_key",
            "`openssl pkey -in KEY.pem -pubout`",
        ),
        (
            format!("{}\nsigning_key_fallbacks = [{}, 'hunter2']", with_key("RS256", &rsa_pem()), quoted(&other)),
            "simple_jwt.signing_key_fallbacks",
            "key 2 is not a key in PEM",
            generate,
        ),
        (
            with_key("HS256", &rsa_pem()),
            own,
            "HS256 wants a secret, and this is a key of a pair",
            "simple_jwt.algorithm",
        ),
        // The same in less visible places.
        (
            with_key("HS256", &STANDARD.encode(other.as_bytes())),
            own,
            "HS256 wants a secret, and this is a key of a pair",
            "simple_jwt.algorithm",
        ),
        (format!("secret_key = {}", quoted(&rsa_pem())), "secret_key", "HS256 wants a secret", "simple_jwt.algorithm"),
    ] {
        let error = Settings::from_toml(&toml).expect_err(problem);
        let (misfit, text) = (&error.0[0], error.to_string());
        assert!(misfit.path == path && misfit.problem.starts_with(problem), "{problem}: {text}");
        assert!(misfit.hint.as_deref().is_some_and(|hint| hint.contains(advice)), "{problem}: {text}");
        assert!(!text.contains("hunter2") && !text.contains("BEGIN") && !text.contains("MII"), "{text}");
    }
    // The error and the command name the file.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key.pem");
    std::fs::write(&file, pem("ENCRYPTED PRIVATE KEY", b"hunter2")).expect("a file");
    for (setting, value) in [("signing_key_file", &file), ("key_folder", &folder.path().to_owned())] {
        let error = Settings::from_toml(&with(&format!("{setting} = '{}'", value.display()))).expect_err("a misfit");
        let file = file.display();
        assert_eq!(error.0[0].path, format!("simple_jwt.{setting}"));
        assert!(error.0[0].problem.starts_with(&format!("{file} is encrypted")), "{error}");
        assert!(error.to_string().contains(&format!("`openssl pkey -in {file} -out PLAIN.pem`")), "{error}");
    }
}

/// A token of PyJWT, and the key that signed it.
const ES512_KEY: &str = "-----BEGIN EC PRIVATE KEY-----\nMIHcAgEBBEIAGOU7URIdg4VR9LOwN5xajir6fF90iyQiKP6eZyPMdmuv84LvB8VX\n4Tbk8tj3Mi+BftCvM3nybAJfANaYhj9C8TugBwYFK4EEACOhgYkDgYYABAGklvhK\n1peRa/Zpb2tD/Doy91xXu+AD4jnQSuDxnfPQX6Bo20ln2u84J3B57ENs/vJJs0HD\nFbTBzRcCBVVLQLjT4gAC9NbQDWqEsBbhI85bjcdxnqSuHq1UtrWQmb2DXpgtuBRw\nSFDSJCnIO//X2gObknpG180IuJMQoXlbPVmij850Jg==\n-----END EC PRIVATE KEY-----";
const ES512_TOKEN: &str = "eyJhbGciOiJFUzUxMiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjoxNzY3MzIzMzQ1LCJpYXQiOjE3NjczMjMwNDUsImp0aSI6IjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwIiwidXNlcl9pZCI6IjEifQ.AaKJOaXxh_p1J6vFN4g5uFmlhjAuP1Kn2Cz8jpRA9y1_JWGoTmfir-TAGa9ZECwjNZFMRNXpYqy2WLkvEbAj4UiyAPOAjHyjUgHOTXfXA1UdVjn95JK482oCEPS9TXz-uw7frvj3aWgEjEBT5E6jeChvF01OVvGsj4Hg-LSNKg1MpIha";

#[each_database]
async fn a_token_that_django_signed_by_es512_is_good_here() {
    let toml = with_key("ES512", ES512_KEY).replace("use_jwt = true", "use_jwt = true\njwt_auth_httponly = false");
    let app = TestApp::with(&toml).await;
    app.user("jane", "correct horse").await;
    assert_eq!(show(&app, ES512_TOKEN).await.status(), 200);
    let login = app.client().post("/login/", json!({ "username": "jane", "password": "correct horse" })).await.json();
    let own = login["access"].as_str().expect("a token");
    assert_eq!(show(&app, own).await.status(), 200);
    // An altered token is refused.
    let (message, signature) = own.rsplit_once('.').expect("a signature");
    for altered in [
        format!("{message}."),
        format!("{message}.{}", signature.replace(&signature[..4], "AAAA")),
        own.replace("ey", "ez"),
    ] {
        assert_eq!(show(&app, &altered).await.status(), 401, "{altered}");
    }
    let (_, foreign) = ES512_TOKEN.rsplit_once('.').expect("a signature");
    assert_eq!(show(&app, &format!("{message}.{foreign}")).await.status(), 401);
}
