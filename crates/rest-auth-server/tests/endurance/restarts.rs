//! PostgreSQL and Redis go away under load, and come back: nothing that was acknowledged is lost, and once they are
//! back, nothing tells that they were away.

use std::io::Write;

use serde_json::json;

use crate::http::Place;
use crate::load::live_while;
use crate::mails::Mails;
use crate::own_servers::{Postgres, Redis};
use crate::promises::{assert_untroubled, assert_what_was_acknowledged, nothing_is_half_done};
use crate::server::{Server, eventually, registration};
use crate::settings;
use crate::support::database::Database;
use crate::support::folder;

fn left_out(what: &str) {
    let _ = writeln!(std::io::stderr(), "left out, because {what} is not installed: its restart under load");
}

#[test]
fn a_restart_of_postgresql_loses_nothing() {
    let folder = folder();
    let Some(mut postgres) = Postgres::start(folder.path()) else { return left_out("PostgreSQL") };
    let database = Database::at(&postgres.url());
    let settings = format!("database_timeout = 2\n{}", settings(database.folder()));
    let (place, mails) = (Place::default(), Mails::of(database.folder()));
    let server = Server::start(&database, &settings);
    place.is_at(server.address());
    let accounts = live_while(&place, &mails, || {
        for mode in ["fast", "immediate", "fast", "immediate", "fast"] {
            let enough = place.served() + 50;
            eventually("clients are served", || place.served() >= enough);
            postgres.end(mode);
            let enough = place.sent() + 3;
            eventually("clients ask in vain", || place.sent() >= enough);
            postgres.begin();
        }
        let enough = place.served() + 50;
        eventually("clients are served again", || place.served() >= enough);
    });
    nothing_is_half_done(&database);
    let worth = [("registration/", 10), ("token/refresh/", 10)];
    assert!(place.has_served(&worth), "{:?}", place.served_by_path());
    assert_what_was_acknowledged(&database, &place, &accounts, &mails);
    assert_untroubled(&server.kill());
}

#[test]
fn a_restart_of_redis_stands_in_nobodys_way() {
    let folder = folder();
    let Some(mut redis) = Redis::start(folder.path()) else { return left_out("Redis") };
    let database = Database::sqlite();
    let settings = format!("[throttle]\nrates = {{ login = '100000/minute' }}\nredis_url = '{}'\n", redis.url());
    let server = Server::start(&database, &settings);
    let (status, text) = server.post("registration/", &registration("jane"));
    assert_eq!(status, 201, "{text}");
    let login = json!({ "username": "jane", "password": "staple of jane" });
    let logs_in = || assert_eq!(server.post("login/", &login).0, 200);
    logs_in();
    assert_ne!(redis.keys(), 0, "Redis counts");
    redis.end();
    (0..20).for_each(|_| logs_in());
    redis.begin();
    assert_eq!(redis.keys(), 0);
    eventually("Redis counts again", || {
        logs_in();
        redis.keys() > 0
    });
    assert_untroubled(&server.kill());
}
