//! rest-auth behind nginx, with the configurations of docs/running.md.
//!
//! nginx listens at a port other than HTTP's. Without nginx, the tests are skipped with a note.

mod support;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::{Running, folder, free_address, proxy, server::eventually};
use ureq::Agent;

const PAGE: &str = include_str!("../../../docs/running.md");

const PASSWORD: &str = "correct horse battery";

/// A browser with cookies and origins, which does not follow redirects.
struct Browser {
    agent: Agent,
    origin: String,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl Browser {
    fn new(address: &str) -> Self {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        Self { agent, origin: format!("http://{address}"), cookies: RefCell::default() }
    }

    /// Sends a request; returns the status, a redirect's location, and the text.
    fn send(&self, method: &str, path: &str, media_type: &str, body: &[u8]) -> (u16, String, String) {
        self.send_from(&self.origin, method, path, media_type, body)
    }

    /// Sends a request from a page of another origin.
    fn send_from(
        &self,
        origin: &str,
        method: &str,
        path: &str,
        media_type: &str,
        body: &[u8],
    ) -> (u16, String, String) {
        let cookies = self.cookies.borrow().clone();
        let sent: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let token = cookies.get("csrftoken").cloned().unwrap_or_default();
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.origin));
        let request = request.header("origin", origin).header("cookie", sent.join("; "));
        let request = request.header("x-csrftoken", token).header("content-type", media_type);
        let mut response = self.agent.run(request.body(body.to_vec()).expect("a request")).expect("an answer");
        for cookie in response.headers().get_all("set-cookie") {
            let (name, value) = cookie.to_str().expect("text").split_once('=').expect("a cookie");
            let value = value.split(';').next().unwrap_or_default();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        (response.status().as_u16(), location, response.body_mut().read_to_string().expect("text"))
    }

    fn get(&self, path: &str) -> (u16, String, String) {
        self.send("GET", path, "application/json", b"")
    }

    fn json(&self, method: &str, path: &str, body: &Value) -> (u16, String, String) {
        self.send(method, path, "application/json", body.to_string().as_bytes())
    }
}

/// Returns the text between two others.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).expect(text).0
}

/// Returns the links in the mails of a folder, from the source of each file.
fn links(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("a file").path());
    let texts = entries.filter(|file| file.extension().is_some_and(|ending| ending == "eml"));
    let links = texts.filter_map(|file| {
        let text = std::fs::read_to_string(file).expect("text");
        text.lines().find(|line| line.starts_with("http")).map(str::to_owned)
    });
    links.collect()
}

/// Starts rest-auth behind nginx, with the page's block that holds this text.
fn behind_nginx(holds: &str, folder: &Path, settings: &str) -> Option<(Running, Running, Browser)> {
    if !proxy::is_installed("nginx", "-v", "rest-auth behind nginx") {
        return None;
    }
    let (address, rest_auth) = (free_address(), free_address());
    let block = PAGE.split("```nginx\n").skip(1).find(|block| block.contains(holds)).expect("a block");
    let block = block.split("```").next().expect("a block");
    let block = block.replace("127.0.0.1:8080", &address).replace("127.0.0.1:8000", &rest_auth);
    let common = "secure_proxy_ssl_header = ['X-Forwarded-Proto', 'https']\ntrusted_proxies = ['127.0.0.1']\n\
        password_hashers = [{ name = 'pbkdf2_sha256', iterations = 1000 }]\n";
    std::fs::write(folder.join("rest-auth.toml"), format!("{common}{settings}[email]\nfolder = 'mails'\n"))
        .expect("settings");
    let mut command = Command::new(env!("CARGO_BIN_EXE_rest-auth"));
    // nginx gives each request an id that looks like a session's key, which a log must not hold.
    command.current_dir(folder).env("REST_AUTH__BIND", &rest_auth).env("RUST_LOG", "warn");
    let server = Running::start(&mut command, &rest_auth);
    let nginx = proxy::nginx(folder, &block, &address);
    Some((server, nginx, Browser::new(&address)))
}

/// Runs every flow in which an origin, a host or a path counts, below this path.
fn every_flow_works(browser: &Browser, folder: &Path, base: &str) {
    let form = json!({ "username": "jane", "email": "jane@example.com", "password1": PASSWORD, "password2": PASSWORD });
    let (status, _, text) = browser.json("POST", &format!("{base}/api/auth/registration/"), &form);
    assert_eq!(status, 201, "{text}");

    // A mail's link leads to a page with a form, which works.
    eventually("a mail", || links(&folder.join("mails")).len() == 1);
    let link = links(&folder.join("mails")).remove(0);
    let place = format!("{}{base}/api/auth/registration/account-confirm-email/", browser.origin);
    assert!(link.starts_with(&place), "{link}");
    let path = &link[browser.origin.len()..];
    let (status, _, page) = browser.get(path);
    assert_eq!(status, 200, "{page}");
    let token = between(&page, "name=\"csrfmiddlewaretoken\" value=\"", "\"");
    let sent = format!("csrfmiddlewaretoken={token}");
    let (status, _, page) = browser.send("POST", path, "application/x-www-form-urlencoded", sent.as_bytes());
    assert_eq!(status, 200, "{page}");

    // A path without the slash at the end.
    let (status, location, _) = browser.get(path.trim_end_matches('/'));
    assert_eq!((status, location.trim_start_matches(&browser.origin)), (301, path));

    // A session, guarded by the origin and the cookie.
    let (status, _, text) =
        browser.json("POST", &format!("{base}/api/auth/login/"), &json!({ "username": "jane", "password": PASSWORD }));
    assert_eq!(status, 200, "{text}");
    let user = format!("{base}/api/auth/user/");
    let (status, _, text) = browser.json("PATCH", &user, &json!({ "first_name": "Jane" }));
    assert_eq!(status, 200, "{text}");
    let (status, _, text) = browser.send_from("http://127.0.0.1", "PATCH", &user, "application/json", b"{}");
    assert_eq!(status, 403, "the port is part of the origin: {text}");

    // A forgotten password.
    let asked = json!({ "email": "jane@example.com" });
    assert_eq!(browser.json("POST", &format!("{base}/api/auth/password/reset/"), &asked).0, 200);
    eventually("another mail", || links(&folder.join("mails")).len() == 2);
    let link = links(&folder.join("mails")).into_iter().find(|link| link.contains("/password/reset/confirm/"));
    let path = link.expect("a link").split_off(browser.origin.len());
    let (status, _, page) = browser.get(&path);
    assert_eq!(status, 200, "{page}");
    let token = between(&page, "name=\"csrfmiddlewaretoken\" value=\"", "\"");
    let sent = format!("csrfmiddlewaretoken={token}&new_password1=another+horse+1&new_password2=another+horse+1");
    let (status, _, page) = browser.send("POST", &path, "application/x-www-form-urlencoded", sent.as_bytes());
    assert_eq!(status, 200, "{page}");
}

#[test]
fn the_configuration_of_the_page_works_at_any_port() {
    let folder = folder();
    let Some((_server, _nginx, browser)) = behind_nginx("upstream rest_auth", folder.path(), "") else { return };
    every_flow_works(&browser, folder.path(), "");
}

#[test]
fn a_path_that_the_proxy_removes_is_in_front_of_every_link() {
    let folder = folder();
    let settings = "force_script_name = '/app'\n\
        [profiles.profile]\ntable = 'app_profile'\nfields.avatar = { type = 'image', null = true }\n";
    let Some((_server, _nginx, browser)) = behind_nginx("location /app/", folder.path(), settings) else { return };
    every_flow_works(&browser, folder.path(), "/app");

    let mut picture =
        b"--x\r\nContent-Disposition: form-data; name=\"profile.avatar\"; filename=\"me.bmp\"\r\n\r\n".to_vec();
    picture.extend_from_slice(&bmp());
    picture.extend_from_slice(b"\r\n--x--\r\n");
    let login = json!({ "username": "jane", "password": "another horse 1" });
    assert_eq!(browser.json("POST", "/app/api/auth/login/", &login).0, 200);
    let (status, _, text) = browser.send("PATCH", "/app/api/auth/user/", "multipart/form-data; boundary=x", &picture);
    assert_eq!(status, 200, "{text}");
    let user: Value = serde_json::from_str(&text).expect("JSON");
    let url = user["profile"]["avatar"].as_str().expect("a URL");
    assert_eq!(url, format!("{}/app/media/me.bmp", browser.origin));
    let mut shown = browser.agent.get(url).call().expect("an answer");
    assert_eq!((shown.status().as_u16(), shown.body_mut().read_to_vec().expect("bytes")), (200, bmp()));
}

/// Returns a picture of one pixel.
fn bmp() -> Vec<u8> {
    let mut bytes = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0".to_vec();
    bytes.extend_from_slice(b"\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0");
    bytes.extend_from_slice(&[0; 24]);
    bytes.extend_from_slice(&[0, 0, 255, 0]);
    bytes
}
