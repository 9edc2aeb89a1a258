use serde_json::json;

use super::transport::Transport;
use super::{EmailOptions, Mail, MailKind, MailRequest};
use crate::settings::{Email, Frontend};
use crate::testing::{TestApp, each_database};

fn mail() -> Mail {
    Mail {
        to: "jane@example.com".to_owned(),
        from: "webmaster@localhost".to_owned(),
        subject: "A new password".to_owned(),
        text: "https://app.example.com/new/secret".to_owned(),
        html: None,
    }
}

#[test]
fn debug_shows_no_secret() {
    assert_eq!(format!("{:?}", mail()), r#"Mail { subject: "A new password", .. }"#);
}

#[tokio::test]
async fn a_folder_gets_a_file_for_each_mail() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Email { folder: Some(folder.path().join("mails")), ..Email::default() };
    Transport::of(&settings).send(&mail(), 7).await.expect("a file");
    let files: Vec<_> = std::fs::read_dir(folder.path().join("mails")).expect("the folder").collect();
    assert_eq!(files.len(), 1);
    let text = std::fs::read_to_string(files[0].as_ref().expect("a file").path()).expect("text");
    for part in ["From: webmaster@localhost", "To: jane@example.com", "Subject: A new password", "/new/secret"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

/// Returns the content of the file for a mail.
async fn file_of(settings: Email, mail: &Mail) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Email { folder: Some(folder.path().to_owned()), ..settings };
    Transport::of(&settings).send(mail, 7).await.expect("a file");
    let file = std::fs::read_dir(folder.path()).expect("the folder").next().expect("a file").expect("a file");
    std::fs::read_to_string(file.path()).expect("text")
}

#[tokio::test]
async fn a_link_in_a_file_is_whole() {
    let link = format!("https://app.example.com/new?key={}&uid=1", "a1-".repeat(60));
    let text = format!("Grüße, öffnen Sie\n\n{link}\n");
    let html = format!("<p>Grüße</p><a href=\"{link}\">öffnen</a>");
    let mail = Mail { subject: "Größe".repeat(40), text, html: Some(html), ..mail() };
    let file = file_of(Email::default(), &mail).await;
    assert!(file.contains(&format!("\r\n{link}\r\n")) && file.contains(&format!("href=\"{link}\"")), "{file}");
    assert!(file.contains("Grüße, öffnen Sie"), "{file}");
    assert!(file.lines().all(|line| line.len() <= 998), "{file}");
    let head = file.split("\r\n\r\n").next().expect("a head");
    assert!(head.is_ascii() && head.lines().all(|line| line.len() <= 78), "{head}");

    // A line that is too long for a mail is encoded, and nothing of it is lost.
    let long = Mail { text: "ä".repeat(1000), html: None, ..mail };
    let file = file_of(Email::default(), &long).await;
    assert!(file.lines().all(|line| line.len() <= 998), "{file}");
}

#[tokio::test]
async fn a_message_id_has_a_full_name_or_a_literal() {
    let name_of = |file: &str| {
        let line = file.lines().find(|line| line.starts_with("Message-ID: <")).expect("an id").to_owned();
        line.trim_end_matches('>').split_once('@').expect("a name").1.to_owned()
    };
    let named = Email { local_hostname: Some("web1.example.com".to_owned()), ..Email::default() };
    assert_eq!(name_of(&file_of(named, &mail()).await), "web1.example.com");
    let unnamed = name_of(&file_of(Email::default(), &mail()).await);
    assert!(super::hostname::parse(&unnamed).is_some(), "{unnamed}");
}

#[each_database]
async fn of_two_servers_one_sends() {
    let app = TestApp::new().await;
    let (mut tx, now) = (app.auth().store().begin().await.expect("a transaction"), app.auth().now());
    app.auth().enqueue(&mut tx, &mail()).await.expect("a mail");
    tx.commit().await.expect("a mail");
    let due = app.auth().store().connection().await.expect("a connection").due_mails(now, 5).await.expect("mails");
    let mut tx = app.auth().store().begin().await.expect("a transaction");
    let later = now + time::Duration::minutes(1);
    assert!(tx.claim_mail(&due[0], later).await.expect("an answer"));
    assert!(!tx.claim_mail(&due[0], later).await.expect("an answer"));
    tx.commit().await.expect("a claim");
    assert_eq!(app.mails().await, []);
    // Whoever had it died.
    app.advance(std::time::Duration::from_secs(60));
    assert_eq!(app.mails().await, [mail()]);
    assert_eq!(app.mails().await, []);
}

#[each_database]
async fn many_mails_at_once_do_not_stand_in_each_others_way() {
    let app = TestApp::new().await;
    let mut tx = app.auth().store().begin().await.expect("a transaction");
    for _ in 0..200 {
        app.auth().enqueue(&mut tx, &mail()).await.expect("a mail");
    }
    tx.commit().await.expect("mails");
    assert_eq!(app.mails().await.len(), 200);
}

#[each_database]
async fn a_mail_is_of_the_transaction_that_it_tells_of() {
    let app = TestApp::new().await;
    let mut tx = app.auth().store().begin().await.expect("a transaction");
    app.auth().enqueue(&mut tx, &mail()).await.expect("a mail");
    drop(tx);
    assert_eq!(app.mails().await, []);
}

#[each_database]
async fn a_mail_that_cannot_be_sent_is_tried_again_later() {
    let app = TestApp::new().await;
    let mut tx = app.auth().store().begin().await.expect("a transaction");
    app.auth().enqueue(&mut tx, &mail()).await.expect("a mail");
    let waiting = tx.due_mails(app.auth().now(), 1).await.expect("mails").remove(0);
    tx.postpone_mail(waiting.id, app.auth().now() + time::Duration::seconds(30)).await.expect("a mail");
    tx.commit().await.expect("a mail");
    assert_eq!(app.mails().await, []);
    app.advance(std::time::Duration::from_secs(30));
    assert_eq!(app.mails().await, [mail()]);
}

#[each_database]
async fn registration_asks_to_verify_the_address() {
    let app = TestApp::with("[frontend]\norigin = 'https://app.example.com'").await;
    let body = json!({ "username": "jane", "email": "jane@example.com", "password1": "battery staple", "password2": "battery staple" });
    assert_eq!(app.client().post("/registration/", body).await.status(), 201);
    let mails = app.mails().await;
    assert_eq!(mails[0].to, "jane@example.com");
    let link = "\nhttps://app.example.com/api/auth/registration/account-confirm-email/MQ:";
    assert!(mails[0].text.contains(link), "{}", mails[0].text);
}

#[tokio::test]
async fn links_and_redirects_begin_with_the_path_that_a_proxy_removes() {
    for name in ["/app", "/app/"] {
        let settings = format!("force_script_name = '{name}'\n[frontend]\norigin = 'https://app.example.com'");
        let app = TestApp::with(&settings).await;
        let mail = reset_mail(&app, "en").await;
        let link = "\nhttps://app.example.com/app/api/auth/password/reset/confirm/1/";
        assert!(mail.text.contains(link), "{}", mail.text);
        let answer = app.client().get("/registration?a=b").await;
        assert_eq!((answer.status(), answer.header("location")), (301, "/app/registration/?a=b"));
    }
    assert_eq!(TestApp::new().await.client().get("/registration").await.header("location"), "/registration/");
}

/// Asks for a new password for jane, and gives the mail.
async fn reset_mail(app: &TestApp, language: &str) -> Mail {
    app.user("jane", "correct horse").await;
    let mut client = app.client().header("accept-language", language);
    assert_eq!(client.post("/password/reset/", json!({ "email": "jane@example.com" })).await.status(), 200);
    app.mails().await.remove(0)
}

#[each_database]
async fn a_mail_has_two_parts_in_the_language_that_is_asked_for() {
    let app = TestApp::with("[email]\nsite_name = 'Fish & Chips'\nsubject_prefix = '[F&C] '").await;
    let mail = reset_mail(&app, "de-CH, en;q=0.9").await;
    assert_eq!(mail.subject, "[F&C] Wählen Sie ein neues Passwort");
    assert!(mail.text.starts_with("Hallo,\n\njemand, wahrscheinlich Sie, hat bei Fish & Chips"), "{}", mail.text);
    assert!(mail.text.ends_with("Der Benutzername ist jane, falls auch er vergessen wurde."), "{}", mail.text);
    let html = mail.html.expect("a part in HTML");
    for part in
        ["<html lang=\"de\">", "hat bei Fish &amp; Chips", "<title>[F&amp;C] Wählen Sie", "Neues Passwort wählen</a>"]
    {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    let app = TestApp::with("languages = ['en']").await;
    assert_eq!(reset_mail(&app, "de").await.subject, "Choose a new password");
}

#[each_database]
async fn the_application_says_what_should_be_otherwise() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("mail")).expect("a folder");
    let text = "passed over\n\n{{ user.username }} has the plan {{ plan }}. Write to {{ support }}: {{ url }}";
    std::fs::write(folder.path().join("mail/welcome.txt"), text).expect("a file");
    let settings =
        format!("[templates]\nfolder = '{}'\n[email]\ncontext = {{ support = 'us' }}", folder.path().display());
    let settings = crate::Settings::from_toml(&settings).expect("settings").settings;
    let app = TestApp::built(settings, |builder| {
        let frontend = Frontend::default().password_reset_url("https://app.example.com/{uid}/{token}");
        builder.frontend(frontend).email_options(async |mail: MailRequest| {
            assert_eq!((mail.kind, mail.language.as_str()), (MailKind::PasswordReset, "en"));
            let options = EmailOptions::new().template("welcome").context("plan", "free");
            Ok(options.from("Security <security@example.com>").subject(format!("For {}\r\nBcc: x", mail.to)))
        })
    })
    .await;
    let mail = reset_mail(&app, "").await;
    assert_eq!(mail.from, "Security <security@example.com>");
    assert_eq!(mail.subject, "For jane@example.comBcc: x");
    assert!(mail.text.starts_with("jane has the plan free. Write to us: https://app.example.com/1/"), "{}", mail.text);
    assert_eq!(mail.html, None);
}

#[tokio::test]
async fn in_development_a_page_shows_the_last_mails() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("accounts.db").display());
    let auth =
        crate::Auth::builder().secret_key("for a test").database_url(&url).migrate().build().await.expect("accounts");
    let mut tx = auth.store().begin().await.expect("a transaction");
    auth.enqueue(&mut tx, &Mail { subject: "<b>Fish</b>".to_owned(), ..mail() }).await.expect("a mail");
    tx.commit().await.expect("a mail");
    auth.deliver_mails().await.expect("mails");
    let mut client = TestApp::new().await.client_of(auth.development_mails());
    assert_eq!(client.get("/").await.status(), 404, "by another name than this machine's");
    let page = client.header("host", "localhost:8000").get("/").await;
    assert!(page.text().contains("&lt;b&gt;Fish&lt;/b&gt;"), "{}", page.text());
    assert!(page.text().contains("href=\"https://app.example.com/new/secret\""), "{}", page.text());
    assert_eq!(page.header("referrer-policy"), "no-referrer");
}

#[test]
fn what_cannot_work_is_refused_with_a_hint() {
    let refused = |toml: &str| crate::Settings::from_toml(toml).expect_err("a misfit").to_string();
    for (toml, problem) in [
        ("languages = ['en', 'fr']", "languages: there are no templates for \"fr\""),
        ("language_code = 'fr'", "language_code: \"fr\" is not one of languages"),
        ("[templates]\nfolder = '/nowhere'", "templates.folder: /nowhere cannot be read"),
        ("[email]\nfrom = ''", "email.from: \"\" is no address"),
        ("[email]\nsmtp_url = 'mail.example.com'", "email.smtp_url: it is no URL of a mail server"),
        (
            "[email]\nsmtp_url = 'smtps://mail.example.com'\nca_file = '/nowhere'",
            "email.ca_file: /nowhere cannot be read",
        ),
        ("[email]\nlocal_hostname = 'web1'", "email.local_hostname: \"web1\" is neither a full host name"),
        ("[email]\nlocal_hostname = 'localhost'", "email.local_hostname: \"localhost\" is neither a full host name"),
        ("[email]\nmax_connections = 0", "email.max_connections: nothing would ever be sent"),
        ("[email]\ntimeout = 0", "email.timeout: no server is that fast"),
        ("[frontend]\nverify_email_url = 'https://app.example.com/'", "frontend.verify_email_url: {key} is missing"),
        ("[frontend]\npassword_reset_url = '{origin}/{uid}'", "frontend.password_reset_url: {token} is missing"),
    ] {
        assert!(refused(toml).contains(problem), "{problem:?} is not in {}", refused(toml));
    }
}

#[each_database]
async fn what_the_application_cannot_say_yet_it_is_asked_again() {
    let fails = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let hook = std::sync::Arc::clone(&fails);
    let app = TestApp::built(crate::Settings::default(), |builder| {
        builder.email_options(move |_| {
            let fails = hook.load(std::sync::atomic::Ordering::SeqCst);
            async move { if fails { Err(crate::Error::NotFound) } else { Ok(EmailOptions::new()) } }
        })
    })
    .await;
    app.user("jane", "correct horse").await;
    app.client().post("/password/reset/", json!({ "email": "jane@example.com" })).await;
    assert_eq!(app.mails().await, []);
    fails.store(false, std::sync::atomic::Ordering::SeqCst);
    app.advance(std::time::Duration::from_secs(30));
    assert_eq!(app.mails().await.len(), 1);
}
