//! Playing a recording step by step.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cookie::Cookie;
use hmac::Hmac;
use regex::Regex;
use rest_auth::testing::TestApp;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::client::Client;
use crate::mask::{self, Known};
use crate::scenario::Scenario;

/// Where rest-auth did not say what was recorded.
pub struct Difference {
    /// Counted from one.
    step: usize,
    request: String,
    what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {} {}\n    {}", self.step, self.request, self.what)
    }
}

pub async fn play(scenario: &Scenario) -> Vec<Difference> {
    let app = TestApp::with_settings(scenario.settings()).await;
    seed(&app, scenario).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().nest("/api/auth", app.auth().router());
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut play = Play { scenario, app, address, clients: HashMap::new(), known: Known::new() };
    let mut found = Vec::new();
    for (index, (step, want)) in scenario.steps.iter().zip(&scenario.answers).enumerate() {
        let got = play.step(step).await;
        let mut want = want.clone();
        want.as_object_mut().expect("an answer").shift_remove("reference");
        let request: String = Value::Object(step.clone()).to_string().chars().take(120).collect();
        let differences = mask::differences(&want, &got, "");
        found.extend(differences.into_iter().map(|what| Difference {
            step: index + 1,
            request: request.clone(),
            what,
        }));
    }
    server.abort();
    found
}

async fn seed(app: &TestApp, scenario: &Scenario) {
    let groups = app.sql("SELECT name FROM auth_group").await;
    for name in scenario.groups.iter().filter(|name| !groups.contains(&vec![json!(name)])) {
        app.sql(&format!("INSERT INTO auth_group (name) VALUES ({})", quoted(name))).await;
    }
    for user in &scenario.users {
        let text = |key: &str| user.get(key).and_then(Value::as_str).unwrap_or_default();
        let flag = |key: &str, default: bool| user.get(key).and_then(Value::as_bool).unwrap_or(default);
        let password = match (text("hash"), text("password")) {
            ("", "") => "!unusable".to_owned(),
            ("", password) => cheap_hash(password),
            (hash, _) => hash.to_owned(),
        };
        app.sql(&format!(
            "INSERT INTO auth_user (password, is_superuser, username, last_name, email, is_staff, is_active, \
             date_joined, first_name) VALUES ({}, {}, {}, {}, {}, {}, {}, '2026-01-02 03:04:05', {})",
            quoted(&password),
            flag("superuser", false),
            quoted(text("username")),
            quoted(text("last_name")),
            quoted(text("email")),
            flag("staff", false),
            flag("active", true),
            quoted(text("first_name")),
        ))
        .await;
        for profile in app.auth().settings().profiles.iter().filter(|profile| profile.auto_create) {
            let columns: Vec<&str> = profile.fields.iter().map(|field| field.name()).collect();
            let values: Vec<String> = columns.iter().map(|column| quoted(text(column))).collect();
            app.sql(&format!(
                "INSERT INTO {} (user_id, {}) SELECT id, {} FROM auth_user WHERE username = {}",
                profile.table,
                columns.join(", "),
                values.join(", "),
                quoted(text("username")),
            ))
            .await;
        }
        if user.contains_key("verified") {
            app.sql(&format!(
                "INSERT INTO account_emailaddress (email, verified, \"primary\", user_id) \
                 SELECT {}, {}, true, id FROM auth_user WHERE username = {}",
                quoted(text("email")),
                flag("verified", false),
                quoted(text("username")),
            ))
            .await;
        }
    }
}

/// A text as SQL writes it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A hash as Django writes it, at a thousandth of its cost.
fn cheap_hash(password: &str) -> String {
    let mut hash = [0; 32];
    pbkdf2::pbkdf2::<Hmac<sha2::Sha256>>(password.as_bytes(), b"fixedsaltfortests", 1000, &mut hash).expect("a hash");
    format!("pbkdf2_sha256$1000$fixedsaltfortests${}", STANDARD.encode(hash))
}

struct Play<'a> {
    scenario: &'a Scenario,
    app: TestApp,
    address: SocketAddr,
    clients: HashMap<String, Client>,
    known: Known,
}

const VERBS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];
const PARTS: [&str; 12] = [
    "json",
    "form",
    "multipart",
    "raw",
    "headers",
    "client",
    "capture",
    "cookies",
    "forget",
    "only_status",
    "instead",
    "mail",
];

impl Play<'_> {
    async fn step(&mut self, step: &Map<String, Value>) -> Value {
        let step = self.filled(&Value::Object(step.clone()));
        let step = step.as_object().expect("a step");
        if let Some(seconds) = step.get("wait") {
            self.app.advance(Duration::from_secs_f64(seconds.as_f64().expect("seconds")));
            return json!({});
        }
        if let Some(sql) = step.get("sql") {
            return self.sql(sql.as_str().expect("SQL")).await;
        }
        if let Some(mail) = step.get("mail") {
            return self.mail(mail).await;
        }
        let verb = VERBS.into_iter().find(|verb| step.contains_key(*verb));
        let verb = verb.unwrap_or_else(|| panic!("{}: a step that is not understood: {step:?}", self.scenario.name));
        let strange = step.keys().find(|key| *key != verb && !PARTS.contains(&key.as_str()));
        assert_eq!(strange, None, "{}: a part of a step that is not understood", self.scenario.name);
        self.request(verb, step).await
    }

    /// The step with `${name}` replaced by what was captured under that name.
    fn filled(&self, value: &Value) -> Value {
        match value {
            Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), self.filled(value))).collect(),
            Value::Array(list) => list.iter().map(|value| self.filled(value)).collect(),
            Value::String(text) => self
                .known
                .iter()
                .fold(text.clone(), |text, (name, held)| {
                    text.replace(&format!("${{{name}}}"), held.as_str().unwrap_or_default())
                })
                .into(),
            other => other.clone(),
        }
    }

    async fn request(&mut self, verb: &str, step: &Map<String, Value>) -> Value {
        let name = step.get("client").and_then(Value::as_str).unwrap_or("main");
        let client = self.clients.entry(name.to_owned()).or_insert_with(|| Client::new(self.address));
        if step.contains_key("forget") || self.scenario.stateless {
            client.cookies = cookie::CookieJar::new();
        }
        for (name, value) in texts(step.get("cookies")) {
            client.cookies.add_original(Cookie::new(name, value));
        }
        let (media_type, body) = body(step);
        let path = step[verb].as_str().expect("a path");
        let method: Method = verb.parse().expect("a method");
        let response = client.send(method, path, &texts(step.get("headers")), media_type, body).await;
        let text = String::from_utf8_lossy(&response.body).into_owned();
        let body: Value = serde_json::from_str(&text)
            .unwrap_or_else(|_| if text.chars().count() < 200 { text.into() } else { "<long text>".into() });
        for (name, place) in texts(step.get("capture")) {
            let found = match place.strip_prefix("cookie:") {
                Some(cookie) => {
                    let kept = client.cookies.get(cookie).map(|cookie| cookie.value().to_owned());
                    let set = response.cookies().into_iter().find(|set| set.name() == cookie);
                    kept.or(set.map(|cookie| cookie.value().to_owned())).unwrap_or_default().into()
                }
                None => body.pointer(&place).cloned().unwrap_or_else(|| "".into()),
            };
            self.known.retain(|(held, _)| *held != name);
            self.known.push((name, found));
        }
        let mut answer = mask::answer(&response, &body, &self.known, self.scenario.stateless);
        if step.contains_key("only_status") {
            answer["body"] = "<not compared>".into();
        }
        answer
    }

    /// The mails since the last such step; what is captured comes out of the text of the last one.
    async fn mail(&mut self, step: &Value) -> Value {
        let mails = self.app.mails().await;
        let mut captured = Vec::new();
        for (name, pattern) in texts(step.get("capture")) {
            let text = &mails.last().unwrap_or_else(|| panic!("{}: no mail came", self.scenario.name)).text;
            let pattern = Regex::new(&pattern).expect("a pattern");
            let Some(found) = pattern.captures(text) else { panic!("{}: no {pattern} in {text}", self.scenario.name) };
            self.known.retain(|(held, _)| *held != name);
            self.known.push((name.clone(), found[1].into()));
            captured.push(name);
        }
        captured.sort();
        let mails: Vec<Value> = mails.iter().map(|mail| json!({ "to": [mail.to], "from": mail.from })).collect();
        json!({ "mails": mails, "captured": captured })
    }

    async fn sql(&self, sql: &str) -> Value {
        let rows: Vec<Value> = self.app.sql(sql).await.into_iter().map(Value::from).collect();
        json!({ "rows": mask::mask(&rows.into(), &self.known) })
    }
}

/// An object of texts as pairs.
fn texts(value: Option<&Value>) -> Vec<(String, String)> {
    let object = value.and_then(Value::as_object).into_iter().flatten();
    object.map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned())).collect()
}

/// The body of a step, with its media type.
fn body(step: &Map<String, Value>) -> (Option<String>, Vec<u8>) {
    if let Some(json) = step.get("json") {
        return (Some("application/json".into()), json.to_string().into_bytes());
    }
    if step.contains_key("form") {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(texts(step.get("form"))).finish();
        return (Some("application/x-www-form-urlencoded".into()), form.into_bytes());
    }
    if let Some(parts) = step.get("multipart").and_then(Value::as_object) {
        return (Some("multipart/form-data; boundary=between".into()), multipart(parts));
    }
    (None, step.get("raw").and_then(Value::as_str).unwrap_or_default().as_bytes().to_vec())
}

fn multipart(parts: &Map<String, Value>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in parts {
        let (file, content) = match value {
            Value::String(text) => (String::new(), text.clone().into_bytes()),
            file => {
                let text = |key: &str| file[key].as_str().unwrap_or_default();
                let media_type = file["type"].as_str().unwrap_or("application/octet-stream");
                let head = format!("; filename=\"{}\"\r\nContent-Type: {media_type}", text("name"));
                (head, STANDARD.decode(text("base64")).expect("base64"))
            }
        };
        body.extend_from_slice(
            format!("--between\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(&content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--between--\r\n");
    body
}
