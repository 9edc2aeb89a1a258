//! rest-auth ends while it sends a mail, after it said that the mail is on its way; the mail arrives all the same.

use crate::server::{Server, all_sent, waiting};
use crate::smtp::{Conduct, Options, SmtpServer};
use crate::support::database::Database;

/// Kills a server that is sending the mail that `ask` leads to, and starts another, which delivers it.
fn survives_the_kill(database: &Database, ask: impl Fn(&Server)) {
    let silent = SmtpServer::start(Options { conduct: Conduct::SaysNothing, ..Options::default() });
    // Twice that long the mail belongs to the server that is killed.
    let settings = |smtp: &SmtpServer| format!("{}timeout = '1s'", smtp.settings(database.folder()));
    let server = Server::start(database, &settings(&silent));
    ask(&server);
    silent.wait_until("the mail is being sent", |seen| (seen.connections > 0).then_some(()));
    server.kill();
    assert_eq!(waiting(database), ["jane@example.com"]);

    let smtp = SmtpServer::start(Options::default());
    let server = Server::start(database, &settings(&smtp));
    assert_eq!(smtp.mails(1)[0].recipient, "jane@example.com");
    all_sent(database);
    // Nobody could send it any more.
    server.kill();
    assert_eq!(smtp.recipients(), ["jane@example.com"]);
}

#[test]
fn a_kill_loses_no_mail_of_a_registration() {
    for database in Database::each("killed_at_registration") {
        survives_the_kill(&database, |server| server.register("jane"));
    }
}

#[test]
fn a_kill_loses_no_mail_of_a_password_reset() {
    for database in Database::each("killed_at_reset") {
        let server = Server::start(&database, "account.email_verification = 'none'");
        server.register("jane");
        server.kill();
        survives_the_kill(&database, |server| server.reset_password("jane"));
    }
}

#[test]
fn a_mail_on_its_way_is_finished_before_the_server_stops() {
    for database in Database::each("stopped_while_sending") {
        let smtp = SmtpServer::start(Options { conduct: Conduct::HoldsBack, ..Options::default() });
        let settings = format!("shutdown_timeout = '1h'\n{}", smtp.settings(database.folder()));
        let mut server = Server::start(&database, &settings);
        server.register("jane");
        smtp.mails(1);
        server.tell_to_stop();
        assert_eq!(waiting(&database), ["jane@example.com"], "the mail server has not said yet that it has it");
        smtp.let_go();
        assert_eq!(server.exit_code(), 0);
        assert_eq!(waiting(&database), [""; 0]);

        // Another server finds nothing to send.
        let server = Server::start(&database, &settings);
        server.register("john");
        smtp.mails(2);
        all_sent(&database);
        assert_eq!(smtp.recipients(), ["jane@example.com", "john@example.com"]);
    }
}

#[test]
fn what_has_not_left_yet_when_the_server_stops_waits_for_the_next() {
    let database = Database::sqlite();
    let smtp = SmtpServer::start(Options { conduct: Conduct::HoldsBack, ..Options::default() });
    let one_at_a_time = format!("{}max_connections = 1", smtp.settings(database.folder()));
    let mut server = Server::start(&database, &one_at_a_time);
    server.register("jane");
    smtp.mails(1);
    server.register("john");
    server.tell_to_stop();
    smtp.let_go();
    assert_eq!(server.exit_code(), 0);
    assert_eq!(smtp.recipients(), ["jane@example.com"]);
    assert_eq!(waiting(&database), ["john@example.com"]);
    let _server = Server::start(&database, &one_at_a_time);
    all_sent(&database);
    assert_eq!(smtp.recipients(), ["jane@example.com", "john@example.com"]);
}
