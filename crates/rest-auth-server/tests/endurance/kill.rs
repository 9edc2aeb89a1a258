//! `kill -9`, a hundred times, at any moment, while clients register, rotate their tokens, upload files, change and reset
//! their passwords: whatever was acknowledged is there, and nothing is half done.

use crate::http::Place;
use crate::load::live_while;
use crate::mails::Mails;
use crate::promises::{assert_untroubled, nothing_is_half_done, what_was_acknowledged_is_there};
use crate::server::{Server, eventually};
use crate::settings;
use crate::support::database::Database;

const KILLS: u64 = 100;

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
        for kill in 0..KILLS {
            // In the middle of the requests of whoever is served just then.
            let enough = place.sent() + 6 + kill * 7 % 13;
            eventually("the clients go on", || place.sent() >= enough);
            assert_untroubled(&server.take().expect("a server").kill());
            let next = server.insert(Server::start(database, &settings));
            place.is_at(next.address());
        }
    });
    nothing_is_half_done(database);
    let counted = what_was_acknowledged_is_there(database, &place, &accounts, &mails);
    // As many as make the test worth its name.
    assert!(
        counted.registrations > 100
            && counted.rotations > 100
            && counted.resets > 10
            && counted.uploads > 50
            && counted.mails > 200,
        "{counted:?}"
    );
    assert_untroubled(&server.take().expect("a server").kill());
}
