//! Several servers share a database and its outbox, and each mail is sent by one of them.

use std::collections::BTreeMap;

use crate::server::{Server, all_sent};
use crate::smtp::{Options, SmtpServer};
use crate::support::database::Database;

const NODES: usize = 3;
const USERS: usize = 100;

#[test]
fn of_several_servers_one_sends_each_mail() {
    for database in Database::each("several_nodes") {
        let smtp = SmtpServer::start(Options::default());
        let settings = smtp.settings(database.folder());
        let nodes: Vec<Server> = (0..NODES).map(|_| Server::start(&database, &settings)).collect();
        let names: Vec<String> = (0..USERS).map(|number| format!("user{number:02}")).collect();
        let ask_all = |ask: fn(&Server, &str)| {
            std::thread::scope(|scope| {
                for (index, node) in nodes.iter().enumerate() {
                    let theirs = names.iter().skip(index).step_by(NODES);
                    scope.spawn(move || theirs.for_each(|name| ask(node, name)));
                }
            });
        };
        ask_all(Server::register);
        ask_all(Server::reset_password);
        all_sent(&database);
        nodes.into_iter().for_each(|node| drop(node.kill()));

        let mut subjects: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for mail in smtp.mails(2 * USERS) {
            subjects.entry(mail.recipient.clone()).or_default().push(mail.message().subject().unwrap_or("").into());
        }
        assert_eq!(subjects.len(), USERS);
        for (recipient, mut subjects) in subjects {
            subjects.sort();
            assert_eq!(subjects, ["Choose a new password", "Please verify your address"], "{recipient}");
        }
    }
}
