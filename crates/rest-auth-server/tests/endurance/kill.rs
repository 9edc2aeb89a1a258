//! `kill -9`, a hundred times or more, at any moment, while clients register, rotate their tokens, upload files, change and
//! reset their passwords: whatever was acknowledged is there, and nothing is half done.

use crate::http::Place;
use crate::load::live_while;
use crate::mails::Mails;
use crate::promises::{assert_untroubled, assert_what_was_acknowledged, nothing_is_half_done};
use crate::server::{Server, eventually};
use crate::settings;
use crate::support::database::Database;

/// How often at least.
const KILLS: u64 = 100;

/// How often at most, where a machine is slow, so that little is served from one kill to the next.
const MOST_KILLS: u64 = 1000;

/// How much is served before they end, so that the test is worth its name.
const WORTH: [(&str, u64); 6] = [
    ("registration/", 100),
    ("token/refresh/", 100),
    ("user/", 50),
    ("password/change/", 20),
    ("password/reset/", 20),
    ("password/reset/confirm/", 10),
];

#[test]
fn a_hundred_kills_leave_nothing_half_done_on_sqlite() {
    endure(&Database::sqlite());
}

#[test]
fn a_hundred_kills_leave_nothing_half_done_on_postgresql() {
    let databases = Database::each("killed_a_hundred_times");
    databases.iter().filter(|database| database.url.starts_with("postgres")).for_each(endure);
}

fn endure(database: &Database) {
    let settings = settings(database.folder());
    let (place, mails) = (Place::default(), Mails::of(database.folder()));
    let mut server = Some(Server::start(database, &settings));
    place.is_at(server.as_ref().expect("a server").address());
    let accounts = live_while(&place, &mails, || {
        for kill in (0..MOST_KILLS).take_while(|kill| *kill < KILLS || !place.has_served(&WORTH)) {
            // In the middle of the requests of whoever is served just then.
            let enough = place.sent() + 6 + kill * 7 % 13;
            eventually("the clients go on", || place.sent() >= enough);
            assert_untroubled(&server.take().expect("a server").kill());
            let next = server.insert(Server::start(database, &settings));
            place.is_at(next.address());
        }
    });
    println!("{}: {:?}", database.url, place.served_by_path());
    assert!(place.has_served(&WORTH), "after {MOST_KILLS} kills: {:?}", place.served_by_path());
    nothing_is_half_done(database);
    assert_what_was_acknowledged(database, &place, &accounts, &mails);
    assert_untroubled(&server.take().expect("a server").kill());
}
