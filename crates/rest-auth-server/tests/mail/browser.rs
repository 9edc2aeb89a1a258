//! A browser follows the links in mails to the server's own pages. Left out, with a line, where chromedriver is not
//! installed.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Once;

use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};

use crate::PATIENCE;
use crate::server::{Server, registration};
use crate::smtp::{Options, SmtpServer};
use crate::support::database::Database;
use crate::support::folder;

/// What starts browsers, until it is dropped.
struct Driver {
    child: Child,
    url: String,
}

impl Driver {
    /// `None` if it is not installed.
    fn start() -> Option<Self> {
        let started = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let Ok(mut child) = started else {
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                let _ =
                    writeln!(std::io::stderr(), "left out, because chromedriver is not installed: mail in a browser");
            });
            return None;
        };
        let mut lines = BufReader::new(child.stdout.take().expect("an output")).lines().map_while(Result::ok);
        let port =
            lines.find_map(|line| Some(line.split_once(" successfully on port ")?.1.trim_end_matches('.').to_owned()));
        Some(Self { child, url: format!("http://127.0.0.1:{}", port.expect("a port")) })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Does something in a browser that runs the pages' scripts, or does not.
fn in_a_browser<F>(runs_scripts: bool, visit: impl FnOnce(Client) -> F)
where
    F: Future<Output = Result<(), CmdError>> + Send + 'static,
{
    let Some(driver) = Driver::start() else { return };
    let profile = folder();
    let arguments = [
        "--headless",
        // Needed by root, and the pages are our own.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        &format!("--user-data-dir={}", profile.path().display()),
    ];
    let scripts = if runs_scripts { 1 } else { 2 };
    let options = json!({
        "args": arguments,
        "prefs": { "profile.managed_default_content_settings.javascript": scripts },
    });
    let capabilities = Map::from_iter([("goog:chromeOptions".to_owned(), options)]);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&driver.url).await.expect("a browser");
        let page = "data:text/html,<title>no script</title><script>document.title = 'a script'</script>";
        client.goto(page).await.expect("a page");
        assert_eq!(client.title().await.expect("a title"), if runs_scripts { "a script" } else { "no script" });
        // A test that fails ends its browser, too.
        let visited = tokio::spawn(visit(client.clone())).await;
        client.close().await.expect("an end");
        match visited {
            Ok(visited) => visited.expect("a visit"),
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    });
}

/// Clicks the button of the page, and waits for the page that follows, which says something.
async fn click(browser: &Client, says: &str) -> Result<String, CmdError> {
    browser.find(Locator::Css("main button")).await?.click().await?;
    browser.wait().at_most(PATIENCE).for_element(Locator::Css(says)).await?.text().await
}

/// Types into a field that is found by what its label says.
async fn fill(browser: &Client, label: &str, text: &str) -> Result<(), CmdError> {
    let field = format!("//input[@id=//label[normalize-space()='{label}']/@for]");
    browser.find(Locator::XPath(&field)).await?.send_keys(text).await
}

fn log_in(server: &Server, password: &str) -> (u16, Value) {
    let (status, text) = server.post("login/", &json!({ "username": "jane", "password": password }));
    (status, serde_json::from_str(&text).expect("JSON"))
}

/// A server that lets nobody log in before their address is verified, and what gets its mails.
fn start(database: &Database) -> (Server, SmtpServer) {
    let smtp = SmtpServer::start(Options::default());
    let settings = format!("account.email_verification = 'mandatory'\n{}", smtp.settings(database.folder()));
    (Server::start(database, &settings), smtp)
}

fn password() -> String {
    registration("jane")["password1"].as_str().expect("a password").to_owned()
}

#[test]
fn a_click_verifies_the_address() {
    let database = Database::sqlite();
    let (server, smtp) = start(&database);
    server.register("jane");
    let link = smtp.mails(1)[0].link();
    in_a_browser(true, |browser| async move {
        let refused = (400, json!({ "non_field_errors": ["E-mail is not verified."] }));
        browser.goto(&link).await?;
        assert_eq!(browser.title().await?, "Verify your address");
        assert_eq!(log_in(&server, &password()), refused, "to look at the page is not enough");
        let said = click(&browser, "[role=status]").await?;
        assert_eq!(said, "jane@example.com is verified. You can close this page.");
        assert_eq!(log_in(&server, &password()).0, 200);
        // The link has done its work.
        browser.goto(&link).await?;
        assert_eq!(browser.title().await?, "This link is no longer good");
        Ok(())
    });
}

#[test]
fn a_new_password_is_chosen_without_any_script() {
    let database = Database::sqlite();
    let (server, smtp) = start(&database);
    server.register("jane");
    let key = smtp.mails(1)[0].link();
    let key = key.trim_end_matches('/').rsplit('/').next().expect("a key");
    assert_eq!(server.post("registration/verify-email/", &json!({ "key": key })).0, 200);
    server.reset_password("jane");
    let link = smtp.mails(2)[1].link();
    in_a_browser(false, |browser| async move {
        browser.goto(&link).await?;
        assert_eq!(browser.title().await?, "Choose a new password");
        fill(&browser, "New password", "another staple").await?;
        fill(&browser, "The same again", "another stable").await?;
        assert_eq!(click(&browser, "[role=alert]").await?, "The two password fields didn’t match.");
        assert_eq!(log_in(&server, "another staple").0, 400);
        fill(&browser, "New password", "another staple").await?;
        fill(&browser, "The same again", "another staple").await?;
        let said = click(&browser, "[role=status]").await?;
        assert!(said.starts_with("From now on you log in with the new one."), "{said}");
        assert_eq!((log_in(&server, "another staple").0, log_in(&server, &password()).0), (200, 400));
        Ok(())
    });
}
