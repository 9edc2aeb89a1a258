//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

/// Accounts for web and mobile applications: login, registration, sessions and tokens on the wire and the
/// tables of Django's dj-rest-auth.
///
/// Without a command it serves, with a database and a secret key of its own making if it finds none.
#[derive(Debug, Parser)]
#[command(name = "rest-auth", version)]
pub struct Cli {
    /// The settings file; without it, rest-auth.toml of the current folder if there is one.
    ///
    /// `rest-auth config --defaults` prints a file with every setting. Environment variables such as
    /// REST_AUTH__SECRET_KEY and REST_AUTH__ACCOUNT__EMAIL_VERIFICATION have the last word.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the endpoints until Ctrl-C or SIGTERM, then finishes the requests under way, for half a minute at
    /// most; told again, it stops at once.
    ///
    /// An empty database is given its tables; one that lacks some is refused until `migrate` has run.
    Serve,
    /// Makes the tables that the database lacks; those that are there stay as they are.
    Migrate {
        /// Prints the SQL instead of running it.
        #[arg(long)]
        plan: bool,
    },
    /// Examines the settings without starting anything; everything wrong is listed at once.
    Check {
        /// Lists what a deployment should not have, too: a weak key, insecure cookies, open CORS.
        #[arg(long)]
        deploy: bool,
    },
    /// Looks after the users.
    User {
        #[command(subcommand)]
        action: UserAction,
    },
    /// Prints the settings in force, as TOML, with their secrets masked.
    Config {
        /// Prints every setting at its default instead, with what it means.
        #[arg(long)]
        defaults: bool,
    },
    /// Prints a script that completes commands: rest-auth completions bash >> ~/.bashrc
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[derive(Debug, Subcommand)]
pub enum UserAction {
    /// Makes a user. The password is asked for, or read from standard input where that is no terminal.
    Create {
        /// The user name.
        name: String,
        /// The mail address.
        #[arg(long, default_value = "")]
        email: String,
        /// Gives every right in Django's admin.
        #[arg(long)]
        superuser: bool,
        /// Makes the user without a password, so that nobody can log in with one.
        #[arg(long)]
        no_password: bool,
    },
    /// Lists the users: id, name, address, what they may do, when they last logged in.
    List {
        /// Begins behind the user with this id.
        #[arg(long, value_name = "ID")]
        after: Option<rest_auth::UserId>,
        /// Lists at most so many.
        #[arg(long, default_value_t = 100)]
        limit: u64,
    },
    /// Gives a user another password and ends their sessions.
    SetPassword {
        /// The user's name, or '#ID'.
        user: String,
    },
    /// Lets a user log in again.
    Activate {
        /// The user's name, or '#ID'.
        user: String,
    },
    /// Keeps a user out; their tokens and sessions are good no more.
    Deactivate {
        /// The user's name, or '#ID'.
        user: String,
    },
    /// Gives a user every right in Django's admin.
    Superuser {
        /// The user's name, or '#ID'.
        user: String,
        /// Takes the rights away instead.
        #[arg(long)]
        revoke: bool,
    },
}
