//! Clients that live one user's life after another, while something happens to what serves them.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::account::Account;
use crate::http::Place;
use crate::mails::Mails;

const CLIENTS: usize = 6;

/// Everybody's account, after what happened.
pub fn live_while(place: &Place, mails: &Mails, happens: impl FnOnce()) -> Vec<Account> {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let is_over = &is_over;
        let live = |client: usize| {
            move || {
                let names = (0..).map(|number| format!("client{client}user{number}"));
                let names = names.take_while(|_| !is_over.load(Ordering::SeqCst));
                names.map(|name| Account::live(name, place, mails)).collect::<Vec<_>>()
            }
        };
        let clients: Vec<_> = (0..CLIENTS).map(|client| scope.spawn(live(client))).collect();
        // Should it fail, nobody waits for clients who never end.
        let happened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(happens));
        is_over.store(true, Ordering::SeqCst);
        if let Err(failure) = happened {
            std::panic::resume_unwind(failure);
        }
        clients.into_iter().flat_map(|client| client.join().expect("a client")).collect()
    })
}
