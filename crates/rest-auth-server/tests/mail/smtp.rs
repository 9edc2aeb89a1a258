//! A mail server in the process of the test, which keeps what it gets. It is one of our own because it has to misbehave
//! on demand.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{Message, MessageParser};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::PATIENCE;

/// Who may send, and the password.
pub const LOGIN: (&str, &str) = ("accounts@example.com", "p@ss wörd/7");

/// When the server speaks TLS.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Encryption {
    Never,
    /// After STARTTLS, and it takes no login before.
    OnDemand,
    FromTheStart,
}

/// What the server does with those who connect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Conduct {
    Takes,
    /// Refuses this command with this reply: `("RCPT", "550 5.1.1 unknown")`.
    ///
    /// For `DATA`, the reply comes after the mail.
    Refuses(&'static str, &'static str),
    /// Does not even greet.
    SaysNothing,
    /// Takes a mail, and says so only when it is let.
    HoldsBack,
}

/// What a server is to be like.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub encryption: Encryption,
    pub conduct: Conduct,
    /// The ways to log in, without which it takes no mail: `"PLAIN LOGIN"`.
    pub mechanisms: Option<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Self { encryption: Encryption::Never, conduct: Conduct::Takes, mechanisms: None }
    }
}

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub sender: String,
    pub recipient: String,
    /// Whether it came through TLS.
    pub encrypted: bool,
    raw: Vec<u8>,
}

impl Received {
    pub fn message(&self) -> Message<'_> {
        MessageParser::default().parse(&self.raw).expect("a mail")
    }

    /// The part that is text.
    pub fn text(&self) -> String {
        self.message().body_text(0).expect("text").replace("\r\n", "\n")
    }

    /// The link that the text holds.
    pub fn link(&self) -> String {
        self.text().lines().find(|line| line.starts_with("http")).expect("a link").to_owned()
    }
}

/// What a server has seen.
#[derive(Default)]
pub struct Seen {
    pub connections: usize,
    /// How often somebody tried to log in.
    logins: usize,
    /// The names that clients give themselves.
    pub names: Vec<String>,
    pub mails: Vec<Received>,
    /// Whether it is let say that it has taken a mail.
    is_let: bool,
}

pub struct SmtpServer {
    address: SocketAddr,
    certificate: String,
    shared: Arc<Shared>,
}

struct Shared {
    options: Options,
    tls: Arc<ServerConfig>,
    seen: Mutex<Seen>,
    news: Condvar,
}

impl SmtpServer {
    /// A server that lasts as long as the test's process.
    pub fn start(options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (certificate, tls) = certified();
        let shared = Arc::new(Shared { options, tls, seen: Mutex::default(), news: Condvar::new() });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let serving = Arc::clone(&serving);
                // Who breaks off is not looked into; the mail is missing then.
                std::thread::spawn(move || serving.converse(connection));
            }
        });
        Self { address, certificate, shared }
    }

    /// Its URL, with this password.
    pub fn url_with(&self, password: &str) -> String {
        let login = match self.shared.options.mechanisms {
            Some(_) => format!("{}:{}@", encoded(LOGIN.0), encoded(password)),
            None => String::new(),
        };
        let address = self.address;
        match self.shared.options.encryption {
            Encryption::Never => format!("smtp://{login}{address}"),
            Encryption::OnDemand => format!("smtp://{login}{address}?tls=required"),
            Encryption::FromTheStart => format!("smtps://{login}{address}"),
        }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.url_with(LOGIN.1)
    }

    /// The section of settings that names the server and, in the folder, its certificate.
    pub fn settings(&self, folder: &Path) -> String {
        let file = folder.join(format!("ca-{}.pem", self.address.port()));
        std::fs::write(&file, &self.certificate).expect("a file");
        format!("[email]\nsmtp_url = '{}'\nca_file = '{}'\n", self.url(), file.display())
    }

    /// Waits until what the server has seen is so.
    pub fn wait_until<T>(&self, what: &str, is_so: impl Fn(&Seen) -> Option<T>) -> T {
        let seen = self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (seen, _) = self
            .shared
            .news
            .wait_timeout_while(seen, PATIENCE, |seen| is_so(seen).is_none())
            .expect("what it has seen");
        is_so(&seen).unwrap_or_else(|| panic!("not so in time: {what}; {} mails came", seen.mails.len()))
    }

    /// Waits for as many mails, and gives them.
    pub fn mails(&self, count: usize) -> Vec<Received> {
        let enough = |seen: &Seen| (seen.mails.len() >= count).then(|| seen.mails.clone());
        self.wait_until(&format!("{count} mails"), enough)
    }

    /// Lets it say that it has taken a mail.
    pub fn let_go(&self) {
        self.shared.tell(|seen| seen.is_let = true);
    }

    /// How often somebody tried to log in so far.
    pub fn logins(&self) -> usize {
        self.wait_until("", |seen| Some(seen.logins))
    }

    /// The recipients of the mails that came so far, in alphabetical order.
    pub fn recipients(&self) -> Vec<String> {
        let mails = self.mails(0);
        let mut recipients: Vec<String> = mails.into_iter().map(|mail| mail.recipient).collect();
        recipients.sort();
        recipients
    }
}

/// A text as it stands in a URL.
pub fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A certificate that nobody knows, for this machine, and what serves with it.
fn certified() -> (String, Arc<ServerConfig>) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key));
    (made.cert.pem(), Arc::new(config.expect("what serves with it")))
}

/// A connection, encrypted or not.
struct Wire {
    stream: Box<dyn ReadWrite>,
    encrypted: bool,
}

trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

impl Wire {
    fn plain(stream: TcpStream) -> Self {
        Self { stream: Box::new(stream), encrypted: false }
    }

    fn encrypted(stream: TcpStream, tls: &Arc<ServerConfig>) -> io::Result<Self> {
        let connection = ServerConnection::new(Arc::clone(tls)).map_err(io::Error::other)?;
        Ok(Self { stream: Box::new(StreamOwned::new(connection, stream)), encrypted: true })
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\r\n").as_bytes())?;
        self.stream.flush()
    }

    /// The next line, without its end.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let (mut line, mut byte) = (Vec::new(), [0]);
        loop {
            self.stream.read_exact(&mut byte)?;
            line.push(byte[0]);
            if line.ends_with(b"\r\n") {
                line.truncate(line.len() - 2);
                return Ok(line);
            }
        }
    }

    fn ask(&mut self, question: &str) -> io::Result<String> {
        self.say(&format!("334 {}", STANDARD.encode(question)))?;
        Ok(decoded(&String::from_utf8_lossy(&self.line()?)))
    }
}

fn decoded(text: &str) -> String {
    String::from_utf8(STANDARD.decode(text).unwrap_or_default()).unwrap_or_default()
}

/// What stands between `<` and `>`.
fn address(line: &str) -> String {
    line.split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(address, _)| address)
        .unwrap_or_default()
        .into()
}

impl Shared {
    fn tell(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        self.news.notify_all();
    }

    fn converse(&self, connection: TcpStream) -> io::Result<()> {
        self.tell(|seen| seen.connections += 1);
        let mut bare = connection.try_clone()?;
        if self.options.conduct == Conduct::SaysNothing {
            return bare.read_to_end(&mut Vec::new()).map(drop);
        }
        let mut wire = match self.options.encryption {
            Encryption::FromTheStart => Wire::encrypted(connection, &self.tls)?,
            _ => Wire::plain(connection),
        };
        let (mut sender, mut recipient, mut logged_in) = (String::new(), String::new(), false);
        wire.say("220 mail.example.com")?;
        loop {
            let line = String::from_utf8_lossy(&wire.line()?).into_owned();
            let words: Vec<&str> = line.split([' ', ':']).collect();
            let command = words[0].to_ascii_uppercase();
            if let Conduct::Refuses(refused, answer) = self.options.conduct
                && refused == command
                && command != "DATA"
            {
                wire.say(&answer.replace("{address}", &address(&line)))?;
                continue;
            }
            match command.as_str() {
                "EHLO" => {
                    self.tell(|seen| seen.names.push(line[5..].to_owned()));
                    self.greet(&mut wire)?;
                }
                "STARTTLS" => {
                    wire.say("220 go on")?;
                    wire = Wire::encrypted(bare.try_clone()?, &self.tls)?;
                }
                "AUTH" => {
                    self.tell(|seen| seen.logins += 1);
                    let login = match *words.get(1).unwrap_or(&"") {
                        "PLAIN" => decoded(words.get(2).unwrap_or(&"")).trim_start_matches('\0').to_owned(),
                        _ => format!("{}\0{}", wire.ask("Username:")?, wire.ask("Password:")?),
                    };
                    logged_in = login.split_once('\0') == Some(LOGIN);
                    wire.say(if logged_in { "235 welcome" } else { "535 5.7.8 wrong password" })?;
                }
                "MAIL" if self.options.mechanisms.is_some() && !logged_in => wire.say("530 log in first")?,
                "MAIL" => {
                    sender = address(&line);
                    wire.say("250 yes")?;
                }
                "RCPT" => {
                    recipient = address(&line);
                    wire.say("250 yes")?;
                }
                "DATA" => {
                    wire.say("354 go on")?;
                    let mut raw = Vec::new();
                    loop {
                        let line = wire.line()?;
                        if line == b"." {
                            break;
                        }
                        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                        raw.extend_from_slice(b"\r\n");
                    }
                    if let Conduct::Refuses("DATA", answer) = self.options.conduct {
                        wire.say(answer)?;
                        continue;
                    }
                    let (sender, recipient) = (std::mem::take(&mut sender), std::mem::take(&mut recipient));
                    let mail = Received { sender, recipient, encrypted: wire.encrypted, raw };
                    self.tell(|seen| seen.mails.push(mail));
                    if self.options.conduct == Conduct::HoldsBack {
                        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                        drop(self.news.wait_while(seen, |seen| !seen.is_let));
                    }
                    wire.say("250 kept")?;
                }
                "QUIT" => return wire.say("221 good bye"),
                _ => wire.say("250 yes")?,
            }
        }
    }

    /// Says what the server can do.
    fn greet(&self, wire: &mut Wire) -> io::Result<()> {
        let waits_for_tls = self.options.encryption == Encryption::OnDemand && !wire.encrypted;
        wire.say("250-mail.example.com")?;
        if waits_for_tls {
            wire.say("250-STARTTLS")?;
        } else if let Some(mechanisms) = self.options.mechanisms {
            wire.say(&format!("250-AUTH {mechanisms}"))?;
        }
        wire.say("250 8BITMIME")
    }
}
