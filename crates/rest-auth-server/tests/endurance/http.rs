//! A client of a server that comes and goes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;

use crate::PATIENCE;

/// Where the server is, how many requests were sent there, and how many were served, by their paths.
#[derive(Default)]
pub struct Place {
    address: Mutex<String>,
    sent: AtomicU64,
    served: Mutex<BTreeMap<String, u64>>,
}

impl Place {
    pub fn is_at(&self, address: &str) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = address.to_owned();
    }

    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// How many were answered with what they asked for, whatever that was.
    pub fn served(&self) -> u64 {
        self.served_by_path().values().sum()
    }

    /// The same for each path.
    pub fn served_by_path(&self) -> BTreeMap<String, u64> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether each of these paths has served as many at least.
    pub fn has_served(&self, wanted: &[(&str, u64)]) -> bool {
        let served = self.served_by_path();
        wanted.iter().all(|(path, count)| served.get(*path).is_some_and(|served| served >= count))
    }

    /// The answer to JSON that is posted, or `None` if there is none, so that nobody knows what came of it. A server that
    /// is not there is waited for.
    pub fn post(&self, path: &str, token: Option<&str>, json: &Value) -> Option<(u16, Value)> {
        self.send("POST", path, token, "application/json", &json.to_string())
    }

    /// The same to a file in the field of a form.
    pub fn upload(&self, path: &str, token: &str, field: &str, name: &str, content: &str) -> Option<(u16, Value)> {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n{content}\r\n--b--\r\n"
        );
        self.send("PATCH", path, Some(token), "multipart/form-data; boundary=b", &body)
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        media_type: &str,
        body: &str,
    ) -> Option<(u16, Value)> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let address = self.address.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
            let request = ureq::http::Request::builder().method(method).header("content-type", media_type);
            let request = request.uri(format!("http://{address}/api/auth/{path}"));
            let request = match token {
                Some(token) => request.header("authorization", format!("Bearer {token}")),
                None => request,
            };
            self.sent.fetch_add(1, Ordering::SeqCst);
            match agent.run(request.body(body.to_owned()).expect("a request")) {
                Ok(mut response) => {
                    let text = response.body_mut().read_to_string().ok()?;
                    if response.status().is_success() {
                        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
                        *served.entry(path.to_owned()).or_default() += 1;
                    }
                    return Some((response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null)));
                }
                Err(ureq::Error::Io(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                    assert!(Instant::now() < deadline, "no server at {address}");
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(_) => return None,
            }
        }
    }
}
