//! `rest-auth`: accounts for web and mobile applications, without Rust and without Django.

mod backup;
mod breached;
mod check;
mod cli;
mod connections;
mod flush_expired;
mod greeting;
mod import;
mod key;
mod log;
mod mail;
mod metrics;
mod migrate;
#[cfg(feature = "otel")]
mod otel;
mod probes;
mod progress;
mod request_log;
mod say;
mod serve;
mod setup;
mod stop;
mod user;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Command, Import, KeyAction, MailAction};
use say::say;

#[cfg(all(feature = "jemalloc", target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rest-auth: {}", told(&error));
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let config = cli.config.as_deref();
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(setup::settings(config)?).await,
        Command::Migrate { plan } => migrate::migrate(&setup::settings(config)?, plan).await,
        Command::Backup { file } => backup::backup(&setup::settings(config)?, &file).await,
        Command::Breached { action } => breached::run(action),
        Command::Check { deploy, offline } => check::check(config, deploy, offline).await,
        Command::User { action } => user::run(setup::settings(config)?, action).await,
        Command::Config { defaults } => {
            let text = if defaults { rest_auth::Settings::annotated() } else { setup::settings(config)?.to_toml() };
            say!("{}", text.trim_end());
            Ok(())
        }
        Command::FlushExpired => flush_expired::flush_expired(setup::settings(config)?).await,
        Command::Mail { action: MailAction::Test { address } } => mail::test(&setup::settings(config)?, &address).await,
        Command::Key { action: KeyAction::Generate { algorithm, folder } } => key::generate(algorithm, &folder),
        Command::Key { action: KeyAction::Rotate } => key::rotate(&setup::settings(config)?),
        Command::Import { what: Import::Settings { file, output, force } } => {
            import::settings(file.as_deref(), &output, force)
        }
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "rest-auth", &mut std::io::stdout());
            Ok(())
        }
    }
}

/// An error and what it came of, each once: some causes say again what was said before them.
fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told.as_str() {
        "" => cause,
        _ if told.contains(&cause) => told,
        _ => format!("{told}: {cause}"),
    })
}
