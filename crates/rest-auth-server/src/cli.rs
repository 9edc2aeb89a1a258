//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
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
    /// Serves the endpoints until Ctrl-C or SIGTERM, then finishes the requests and mails under way, for
    /// shutdown_timeout at most; told again, it stops at once.
    ///
    /// An empty database is given its tables; one that lacks some is refused until `migrate` has run.
    Serve,
    /// Makes the tables that the database lacks; those that are there stay as they are.
    Migrate {
        /// Prints the SQL instead of running it.
        #[arg(long)]
        plan: bool,
    },
    /// Copies a SQLite database into a file, while it is used or not, and examines the copy.
    ///
    /// To go back to it, stop the server, put the file in the database's place, and remove what stands beside the
    /// database under its name with -wal and -shm.
    Backup {
        /// The file to make; one that is there is not replaced.
        file: PathBuf,
    },
    /// Looks after the passwords that are known from breaches.
    Breached {
        #[command(subcommand)]
        action: BreachedAction,
    },
    /// Examines the settings, the database and the services, and changes nothing.
    ///
    /// The services are those that the settings name. The server does not start.
    ///
    /// Everything wrong is listed at once. The exit code is 1 if the server would not start, or if the database does not
    /// answer.
    Check {
        /// Examines the settings alone, and connects to nothing.
        #[arg(long)]
        offline: bool,
        /// Lists what a deployment should not have, too: a weak key, insecure cookies, open CORS, no limits.
        #[arg(long)]
        deploy: bool,
    },
    /// Removes the sessions and refresh tokens that have run out; `serve` does it from time to time.
    FlushExpired,
    /// Looks after the keys that sign JSON Web Tokens.
    Key {
        #[command(subcommand)]
        action: KeyAction,
    },
    /// Looks after the users.
    User {
        #[command(subcommand)]
        action: UserAction,
    },
    /// Looks after mails.
    Mail {
        #[command(subcommand)]
        action: MailAction,
    },
    /// Prints the settings in force, as TOML, with their secrets masked.
    Config {
        /// Prints every setting at its default instead, with what it means.
        #[arg(long)]
        defaults: bool,
    },
    /// Brings over what a Django project has.
    Import {
        #[command(subcommand)]
        what: Import,
    },
    /// Prints a script that completes commands: rest-auth completions bash >> ~/.bashrc
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Makes a settings file of Django's settings: python manage.py diffsettings --all | rest-auth import settings
    ///
    /// The file says of every setting what became of it, or why it has no place. It holds the project's secrets, and
    /// only its owner can read it.
    Settings {
        /// What `diffsettings` printed, or an object in JSON; without it, or for -, standard input is read.
        file: Option<PathBuf>,
        /// The file to write.
        #[arg(long, value_name = "FILE", default_value = "rest-auth.toml")]
        output: PathBuf,
        /// Replaces a file that is there.
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum BreachedAction {
    /// Makes one file, of four bytes a hash, of what the downloader of Have I Been Pwned brought: a folder of range
    /// files, or one file with lines HASH:COUNT in the order of the hashes.
    Build {
        /// The folder, or the file.
        from: PathBuf,
        /// The file to make; one that is there is replaced.
        #[arg(long, value_name = "FILE", default_value = "breached-passwords")]
        output: PathBuf,
        /// Leaves out what was seen less often.
        #[arg(long, value_name = "COUNT", default_value_t = 1)]
        min_count: u64,
    },
}

#[derive(Debug, Subcommand)]
pub enum KeyAction {
    /// Makes a folder with a first key, which nobody else may read, and says what to set.
    Generate {
        /// How tokens will be signed.
        #[arg(long, value_enum, default_value_t = PairAlgorithm::EdDsa)]
        algorithm: PairAlgorithm,
        /// The folder.
        #[arg(default_value = "keys")]
        folder: PathBuf,
    },
    /// Adds a key, which signs from the next start on, to the folder of the settings; removes keys whose last token
    /// has run out.
    Rotate,
}

/// The algorithms that sign with a key of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PairAlgorithm {
    #[value(name = "EdDSA")]
    EdDsa,
    #[value(name = "ES256")]
    Es256,
    #[value(name = "ES384")]
    Es384,
    #[value(name = "ES512")]
    Es512,
    #[value(name = "PS256")]
    Ps256,
    #[value(name = "PS384")]
    Ps384,
    #[value(name = "PS512")]
    Ps512,
    #[value(name = "RS256")]
    Rs256,
    #[value(name = "RS384")]
    Rs384,
    #[value(name = "RS512")]
    Rs512,
}

impl std::fmt::Display for PairAlgorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

#[derive(Debug, Subcommand)]
pub enum MailAction {
    /// Sends a mail by the server that the settings name, and says what it answers.
    Test {
        /// Whom the mail goes to.
        address: String,
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
