use serde_json::json;

use super::Mail;
use super::transport::Transport;
use crate::settings::Email;
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
    let id = app.auth().enqueue(&mut tx, &mail()).await.expect("a mail");
    tx.postpone_mail(id, app.auth().now() + time::Duration::seconds(30)).await.expect("a mail");
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
