//! What commands say on standard output.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

/// As `println!`, but whoever closes the pipe, as `head` does, has heard enough: what is to be done is done all the same.
macro_rules! say {
    ($($text:tt)*) => { $crate::say::line(format_args!($($text)*)) };
}

pub(crate) use say;

pub fn line(text: Arguments<'_>) {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => eprintln!("rest-auth: standard output: {error}"),
        _ => {}
    }
}
