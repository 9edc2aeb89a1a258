//! `[metrics]`, and how the log is written.

use serde::{Deserialize, Serialize};

use super::section::{plain, section};

section! {
    /// What Prometheus is told of the server.
    pub struct Metrics {
        /// An address and port of their own for /metrics, /healthz and /readyz, such as "127.0.0.1:9100". Without it, and
        /// unless public is true, nothing is measured.
        pub bind: Option<String> = None,
        /// Whether /metrics is at the server's own address, too, where every client can read it. /healthz and /readyz
        /// always are.
        pub public: bool = false,
    }
}

impl Metrics {
    /// Whether anybody asks.
    pub fn are_wanted(&self) -> bool {
        self.bind.is_some() || self.public
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: an object a line.
    Json,
}

plain!(LogFormat);
