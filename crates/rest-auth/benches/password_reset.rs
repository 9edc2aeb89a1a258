//! Whether the time of an answer tells who has an account: asks for new passwords for addresses that somebody has and
//! that nobody has, in turn, and prints how long the answers take, and whether one could tell them apart.
//!
//!     cargo bench -p rest-auth --bench password_reset [-- ROUNDS]

use std::time::{Duration, Instant};

use rest_auth::Dialect;
use rest_auth::testing::{TestApp, on_each_database};
use serde_json::json;

/// How many users there are.
const USERS: usize = 200;

/// After how many rounds the mails that wait are sent, while nobody measures.
const ROUNDS_BETWEEN_MAILS: usize = 100;

fn main() {
    // Cargo adds an argument of its own.
    let rounds = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(5000);
    for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql] {
        on_each_database(&[dialect], || async move {
            let [known, unknown] = measure(rounds).await;
            println!("{dialect:?}, {rounds} rounds");
            println!("  known    {}", described(&known));
            println!("  unknown  {}", described(&unknown));
            let (z, share) = rank_sum(&known, &unknown);
            println!(
                "  rank sum: z = {z:.2}; a known address is the slower of two in {:.1} % of the cases",
                share * 100.0
            );
        });
    }
}

/// How long the answers took for known and for unknown addresses.
async fn measure(rounds: usize) -> [Vec<Duration>; 2] {
    let app = TestApp::new().await;
    for number in 0..USERS {
        app.user(&format!("known{number:04}"), "correct horse").await;
    }
    let mut client = app.client();
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..rounds {
        if round % ROUNDS_BETWEEN_MAILS == 0 {
            app.mails().await;
        }
        let address = |kind| format!("{kind}{:04}@example.com", round % USERS);
        let mut pair = [(0, address("known")), (1, address("nobod"))];
        // What the first of two does to the second is done to both kinds.
        if round % 2 == 1 {
            pair.reverse();
        }
        for (kind, email) in pair {
            let began = Instant::now();
            let answer = client.post("/password/reset/", json!({ "email": email })).await;
            times[kind].push(began.elapsed());
            assert_eq!(answer.status(), 200);
        }
    }
    times
}

fn described(times: &[Duration]) -> String {
    let mut times = times.to_vec();
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    format!("median {:.3} ms, p90 {:.3} ms, p99 {:.3} ms", at(0.5), at(0.9), at(0.99))
}

/// The statistic of Wilcoxon, Mann and Whitney: by how many standard deviations the ranks of the first differ from what
/// chance would give (beyond 2 it is hardly chance), and how often one of the first is greater than one of the second.
fn rank_sum(first: &[Duration], second: &[Duration]) -> (f64, f64) {
    let mut all: Vec<(Duration, bool)> = first.iter().map(|time| (*time, true)).collect();
    all.extend(second.iter().map(|time| (*time, false)));
    all.sort();
    let (m, n) = (first.len() as f64, second.len() as f64);
    // Equal times share their ranks.
    let (mut rank, mut sum) = (0.0, 0.0);
    for equal in all.chunk_by(|a, b| a.0 == b.0) {
        let middle = rank + (equal.len() as f64 + 1.0) / 2.0;
        sum += middle * equal.iter().filter(|(_, is_first)| *is_first).count() as f64;
        rank += equal.len() as f64;
    }
    let u = sum - m * (m + 1.0) / 2.0;
    let deviation = (m * n * (m + n + 1.0) / 12.0).sqrt();
    ((u - m * n / 2.0) / deviation, u / (m * n))
}
