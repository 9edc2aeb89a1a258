//! How far a command is that may take long: on a terminal, and nowhere else.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of this length, on standard error.
pub fn bar(template: &str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

/// A sign of life where nobody knows how much there is to do.
pub fn spinner(template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::no_length().with_style(style)
}
