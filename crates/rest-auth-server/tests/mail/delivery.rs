//! A mail on its way: what arrives is what was written, by each kind of connection; and what does not arrive waits.

use mail_parser::{Addr, MimeHeaders};
use serde_json::json;

use crate::server::{Server, all_sent, eventually, registration, waiting};
use crate::smtp::{Conduct, Encryption, LOGIN, Options, SmtpServer, encoded};
use crate::support::database::Database;
use crate::support::free_address;

/// Name and address of the only mailbox in a header.
fn mailbox<'a>(header: Option<&'a mail_parser::Address<'_>>) -> (Option<&'a str>, Option<&'a str>) {
    let mailboxes: Vec<&Addr<'_>> = header.expect("a header").iter().collect();
    let [mailbox] = mailboxes.as_slice() else { panic!("{mailboxes:?}") };
    (mailbox.name(), mailbox.address())
}

/// Registers somebody over such a connection, and reads the mail.
fn what_was_written_arrives(encryption: Encryption, mechanisms: Option<&'static str>) {
    let (database, smtp) =
        (Database::sqlite(), SmtpServer::start(Options { encryption, mechanisms, ..Options::default() }));
    let more = "from = 'Käseglocke <accounts@example.com>'\nsubject_prefix = '[Käse] '\nsite_name = 'Käse & Söhne'";
    let server = Server::start(&database, &format!("{}{more}", smtp.settings(database.folder())));
    let form = registration("jörg").to_string().replace("jörg@", "joerg@");
    let form = serde_json::from_str(&form).expect("a form");
    assert_eq!(server.post_in("de-AT, en;q=0.5", "registration/", &form).0, 201);

    let [mail] = smtp.mails(1).try_into().expect("one mail");
    assert_eq!((mail.sender.as_str(), mail.recipient.as_str()), ("accounts@example.com", "joerg@example.com"));
    assert_eq!(mail.encrypted, encryption != Encryption::Never);
    let message = mail.message();
    assert_eq!(mailbox(message.from()), (Some("Käseglocke"), Some("accounts@example.com")));
    assert_eq!(mailbox(message.to()), (None, Some("joerg@example.com")));
    assert_eq!(message.subject(), Some("[Käse] Bitte bestätigen Sie Ihre Adresse"));
    assert!(message.date().is_some() && message.message_id().is_some());

    let url = mail.link();
    assert_eq!(
        mail.text().trim_end(),
        format!(
            "Hallo jörg,\n\nmit dieser Adresse wurde bei Käse & Söhne ein Konto angelegt. Wenn es Ihres ist, bestätigen \
             Sie die Adresse hier:\n\n{url}\n\nWenn Sie von keinem Konto wissen, übergehen Sie diese Mail."
        )
    );
    let html = message.html_part(0).expect("HTML");
    let media_type = html.content_type().expect("a type");
    assert_eq!(
        (media_type.ctype(), media_type.subtype(), media_type.attribute("charset")),
        ("text", Some("html"), Some("utf-8"))
    );
    let html = html.text_contents().expect("text");
    assert!(html.contains("<p>Hallo jörg,</p>") && html.contains("Käse &amp; Söhne"), "{html}");
    assert!(html.contains(&format!("href=\"{url}\"")), "{html}");

    // The key came through unharmed.
    let key = url.trim_end_matches('/').rsplit('/').next().expect("a key");
    assert_eq!(server.post("registration/verify-email/", &json!({ "key": key })), (200, r#"{"detail":"ok"}"#.into()));
}

#[test]
fn a_mail_arrives_as_it_was_written() {
    what_was_written_arrives(Encryption::Never, None);
}

#[test]
fn a_mail_arrives_through_starttls_after_a_login() {
    what_was_written_arrives(Encryption::OnDemand, Some("PLAIN LOGIN"));
}

#[test]
fn a_mail_arrives_through_tls_after_a_login_of_the_other_kind() {
    what_was_written_arrives(Encryption::FromTheStart, Some("LOGIN"));
}

#[test]
fn lines_that_mean_something_to_mail_servers_arrive_too() {
    let (database, smtp) = (Database::sqlite(), SmtpServer::start(Options::default()));
    let text = format!("Hello\n\n.\n..\n.hidden\nFrom here\n{}\nQUIT", "long ".repeat(400));
    let templates = database.folder().join("templates/mail");
    std::fs::create_dir_all(&templates).expect("a folder");
    std::fs::write(templates.join("email_confirmation.txt"), &text).expect("a template");
    let settings = format!("{}[templates]\nfolder = 'templates'", smtp.settings(database.folder()));
    let server = Server::start(&database, &settings);
    server.register("jane");
    let mail = &smtp.mails(1)[0];
    assert_eq!(mail.message().subject(), Some("Hello"));
    assert_eq!(mail.text().trim_end(), text.trim_start_matches("Hello\n\n"));
}

#[test]
fn addresses_out_of_the_ordinary_get_their_mails() {
    let (database, smtp) = (Database::sqlite(), SmtpServer::start(Options::default()));
    let server = Server::start(&database, &smtp.settings(database.folder()));
    let addresses = [
        // What is taken, and what a mail server is told.
        (r#""jane..doe"@example.com"#, r#""jane..doe"@example.com"#),
        ("jane@[127.0.0.1]", "jane@[127.0.0.1]"),
        ("jane@localhost", "jane@localhost"),
        ("jane@müller.example", "jane@xn--mller-kva.example"),
        ("o'brien+{tag}@example.com", "o'brien+{tag}@example.com"),
    ];
    for (number, (taken, _)) in addresses.iter().enumerate() {
        let mut form = registration(&format!("jane{number}"));
        form["email"] = (*taken).into();
        assert_eq!(server.post("registration/", &form).0, 201, "{taken}");
    }
    all_sent(&database);
    assert_eq!(smtp.recipients(), addresses.map(|(_, told)| told), "{}", server.log());
}

/// With these settings a mail cannot be sent; it waits, the log gives nothing away, and it arrives once the settings
/// are such that it can.
fn what_cannot_be_sent_waits(settings: impl Fn(&Database) -> String, reasons: &[&str]) {
    let database = Database::sqlite();
    let server = Server::start(&database, &settings(&database));
    server.register("jane");
    eventually("the attempt failed", || server.log().contains("a mail could not be sent yet"));
    assert_eq!(waiting(&database), ["jane@example.com"]);
    let text = database.query("SELECT text FROM rest_auth_outbox").swap_remove(0);
    let key = text.split("account-confirm-email/").nth(1).and_then(|rest| rest.split('/').next()).expect("a key");
    let log = server.kill();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("WARN") && line.contains("a mail could")).collect();
    assert!(reasons.iter().any(|reason| lines[0].contains(reason)), "{lines:?}");
    for secret in ["jane", "example.com", key, LOGIN.1, &encoded(LOGIN.1), "staple"] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }

    let smtp = SmtpServer::start(Options::default());
    let _server = Server::start(&database, &smtp.settings(database.folder()));
    assert_eq!(smtp.mails(1)[0].text().trim_end(), text.trim_end());
    all_sent(&database);
    assert_eq!(smtp.recipients(), ["jane@example.com"]);
}

#[test]
fn a_wrong_password_loses_no_mail() {
    let options = Options { encryption: Encryption::OnDemand, mechanisms: Some("PLAIN"), ..Options::default() };
    let smtp = SmtpServer::start(options);
    let settings =
        |database: &Database| smtp.settings(database.folder()).replace(&smtp.url(), &smtp.url_with("another pass"));
    what_cannot_be_sent_waits(settings, &["to AUTH it answers 535 5.7.8 wrong password"]);
    assert_eq!(smtp.logins(), 1);
    assert_eq!(smtp.recipients(), [""; 0]);
}

#[test]
fn a_certificate_that_nobody_trusts_loses_no_mail_and_gets_no_password() {
    for encryption in [Encryption::OnDemand, Encryption::FromTheStart] {
        let smtp = SmtpServer::start(Options { encryption, mechanisms: Some("PLAIN"), ..Options::default() });
        let settings = |_: &Database| format!("[email]\nsmtp_url = '{}'", smtp.url());
        what_cannot_be_sent_waits(settings, &["its certificate or its encryption is not good"]);
        assert_eq!(smtp.logins(), 0);
        assert_eq!(smtp.recipients(), [""; 0]);
    }
}

#[test]
fn a_server_that_lacks_the_encryption_gets_nothing() {
    let smtp = SmtpServer::start(Options::default());
    let settings = |_: &Database| format!("[email]\nsmtp_url = '{}?tls=required'", smtp.url());
    what_cannot_be_sent_waits(settings, &["it does not offer the encryption"]);
    assert_eq!(smtp.recipients(), [""; 0]);
}

#[test]
fn a_recipient_that_is_refused_for_good_is_given_up_at_once() {
    let refusal = "550 5.1.1 <{address}> is unknown here";
    let smtp = SmtpServer::start(Options { conduct: Conduct::Refuses("RCPT", refusal), ..Options::default() });
    let database = Database::sqlite();
    let server = Server::start(&database, &smtp.settings(database.folder()));
    server.register("jane");
    eventually("the mail is given up", || server.log().contains("and is given up"));
    all_sent(&database);
    let log = server.kill();
    let said = "to RCPT TO it answers 550 5.1.1 <j***@example.com> is unknown here";
    assert!(log.contains(said), "{log}");
}

#[test]
fn a_refusal_that_is_not_about_the_recipient_is_tried_again() {
    for (command, refusal, said) in [
        ("EHLO", "554 5.7.1 blocked", "to the connection it answers 554 5.7.1 blocked"),
        ("MAIL", "550 5.7.1 sender not allowed", "to MAIL FROM it answers 550 5.7.1 sender not allowed"),
        ("RCPT", "450 4.2.0 greylisted", "to RCPT TO it answers 450 4.2.0 greylisted"),
        ("RCPT", "554 5.7.1 Relay access denied", "to RCPT TO it answers 554 5.7.1 Relay access denied"),
        ("DATA", "554 5.7.1 looks like spam", "to DATA it answers 554 5.7.1 looks like spam"),
    ] {
        let smtp = SmtpServer::start(Options { conduct: Conduct::Refuses(command, refusal), ..Options::default() });
        what_cannot_be_sent_waits(|database| smtp.settings(database.folder()), &[said]);
    }
}

#[test]
fn the_server_gives_itself_a_full_name_or_an_address_literal() {
    let (database, smtp) = (Database::sqlite(), SmtpServer::start(Options::default()));
    let settings = format!("{}local_hostname = 'web1.example.com'", smtp.settings(database.folder()));
    let server = Server::start(&database, &settings);
    server.register("jane");
    let mail = smtp.mails(1).remove(0);
    assert!(mail.message().message_id().is_some_and(|id| id.ends_with("@web1.example.com")));
    smtp.wait_until("a name", |seen| (seen.names == ["web1.example.com"]).then_some(()));
    drop(server);

    let smtp = SmtpServer::start(Options::default());
    let server = Server::start(&database, &smtp.settings(database.folder()));
    server.register("john");
    let mail = smtp.mails(1).remove(0);
    let names = smtp.wait_until("a name", |seen| (!seen.names.is_empty()).then(|| seen.names.clone()));
    let is_full = |name: &str| name.contains('.') && !name.starts_with("localhost");
    assert!(names.iter().all(|name| is_full(name)), "{names:?}");
    assert!(mail.message().message_id().is_some_and(|id| is_full(id.rsplit('@').next().expect("a name"))));
}

#[test]
fn mails_that_follow_each_other_share_a_connection() {
    let (database, smtp) = (Database::sqlite(), SmtpServer::start(Options::default()));
    let server = Server::start(&database, &smtp.settings(database.folder()));
    for (number, name) in ["jane", "john", "jim"].into_iter().enumerate() {
        server.register(name);
        smtp.mails(number + 1);
        all_sent(&database);
    }
    assert_eq!(smtp.wait_until("connections", |seen| Some(seen.connections)), 1);
}

#[test]
fn a_server_that_is_away_loses_no_mail() {
    let away = free_address();
    let settings = |_: &Database| format!("[email]\nsmtp_url = 'smtp://{away}'");
    what_cannot_be_sent_waits(settings, &["cannot be reached"]);
}

#[test]
fn a_server_that_says_nothing_loses_no_mail() {
    let smtp = SmtpServer::start(Options { conduct: Conduct::SaysNothing, ..Options::default() });
    let settings = |database: &Database| format!("{}timeout = '1s'", smtp.settings(database.folder()));
    what_cannot_be_sent_waits(settings, &["takes too long"]);
}
