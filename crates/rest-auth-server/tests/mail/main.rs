//! Mail from end to end: the binary, a real mail server in the process of the test, and a browser.

mod browser;
mod delivery;
mod loss;
mod nodes;
mod server;
mod smtp;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

/// How long anything may take before it counts as not happening.
const PATIENCE: Duration = Duration::from_secs(60);
