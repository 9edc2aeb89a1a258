//! Pictures in a bucket, on a server that speaks as S3 does.

mod support;

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::server::{Server, eventually};
use support::{folder, free_address, python};
use ureq::Agent;

const PICTURE: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

/// A store of buckets, which ends with the test.
struct Store {
    child: Child,
    address: String,
}

impl Store {
    /// With a bucket `pictures`; `None`, with a line, where it cannot be installed.
    fn start() -> Option<Self> {
        let Some(python) = python::python("moto", "moto.server", &["moto[server]==5.*"]) else {
            let _ = writeln!(std::io::stderr(), "left out, because moto cannot be installed: pictures in a bucket");
            return None;
        };
        let address = free_address();
        let port = address.rsplit(':').next().expect("a port");
        let mut command = Command::new(python);
        command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", port]).stdout(Stdio::null()).stderr(Stdio::null());
        let store = Self { child: command.spawn().expect("moto"), address };
        let deadline = Instant::now() + Duration::from_secs(60);
        while agent().put(format!("http://{}/pictures", store.address)).send_empty().is_err() {
            assert!(Instant::now() < deadline, "moto does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        Some(store)
    }

    /// What is in the bucket.
    fn listing(&self) -> String {
        let mut answer = agent().get(format!("http://{}/pictures", self.address)).call().expect("an answer");
        answer.body_mut().read_to_string().expect("text")
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Jane {
    url: String,
    authorization: String,
}

impl Jane {
    fn register(server: &Server) -> Self {
        let url = format!("http://{}/api/auth", server.address());
        let body = json!({
            "username": "jane", "email": "jane@example.com",
            "password1": "correct horse battery", "password2": "correct horse battery",
        });
        let mut answer = agent()
            .post(format!("{url}/registration/"))
            .content_type("application/json")
            .send(body.to_string())
            .expect("an answer");
        let login: Value = serde_json::from_str(&answer.body_mut().read_to_string().expect("text")).expect("JSON");
        Self { url, authorization: format!("Token {}", login["key"].as_str().expect("a key")) }
    }

    /// Uploads a picture of this name; gives where it is to be seen.
    fn upload(&self, name: &str) -> String {
        let head = format!(
            "--between\r\nContent-Disposition: form-data; name=\"profile.avatar\"; filename=\"{name}\"\r\n\r\n"
        );
        let body = [head.as_bytes(), PICTURE, b"\r\n--between--\r\n"].concat();
        let mut answer = agent()
            .patch(format!("{}/user/", self.url))
            .header("authorization", &self.authorization)
            .content_type("multipart/form-data; boundary=between")
            .send(&body[..])
            .expect("an answer");
        let text = answer.body_mut().read_to_string().expect("text");
        let user: Value = serde_json::from_str(&text).expect("JSON");
        user["profile"]["avatar"].as_str().unwrap_or_else(|| panic!("no picture in {text}")).to_owned()
    }
}

#[test]
fn a_picture_is_kept_in_a_bucket_shown_and_replaced() {
    let Some(store) = Store::start() else { return };
    let folder = folder();
    let endpoint = format!("http://{}", store.address);
    let server = Server::with(
        folder.path(),
        &[
            ("MEDIA__S3_BUCKET", "pictures"),
            ("MEDIA__S3_LOCATION", "users"),
            ("MEDIA__S3_ENDPOINT_URL", &endpoint),
            ("MEDIA__S3_REGION", "us-east-1"),
            ("MEDIA__S3_ACCESS_KEY_ID", "an-id"),
            ("MEDIA__S3_SECRET_ACCESS_KEY", "a-secret-for-this-test"),
            ("PROFILES__PROFILE__TABLE", "app_userprofile"),
            ("PROFILES__PROFILE__FIELDS", r#"{avatar={type="image",upload_to="avatars/",null=true}}"#),
        ],
    );
    let jane = Jane::register(&server);
    let first = jane.upload("jane.gif");
    assert_eq!(first, format!("http://{}/media/avatars/jane.gif", server.address()));
    let mut shown = agent().get(&first).call().expect("an answer");
    assert_eq!(shown.headers()["content-type"], "image/gif");
    assert_eq!(shown.body_mut().read_to_vec().expect("bytes"), PICTURE);
    assert!(store.listing().contains("<Key>users/avatars/jane.gif</Key>"), "{}", store.listing());

    let second = jane.upload("jane.gif");
    assert_ne!(second, first, "the name is taken");
    eventually("the first picture is gone", || !store.listing().contains("<Key>users/avatars/jane.gif</Key>"));
    assert_eq!(agent().get(&second).call().expect("an answer").status(), 200);
}
