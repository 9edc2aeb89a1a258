//! rest-auth is killed while it sends a mail, after it said that the mail is on its way; the mail arrives all the same.

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
