//! One user's life, and what the server has acknowledged of it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::Place;
use crate::mails::Mails;

/// How long a mail is waited for, which may be another server's for a while.
const SOON: Duration = Duration::from_secs(1);

/// What is known of a user. Where an answer was lost, both are possible: what was, and what was asked for.
pub struct Account {
    pub name: String,
    /// Whether the server said that there is such a user.
    pub is_registered: bool,
    /// What the password can be.
    pub passwords: Vec<String>,
    /// What it certainly is no more.
    pub former_passwords: Vec<String>,
    /// A refresh token that is certainly good.
    pub refresh: Option<String>,
    /// Those that were rotated.
    pub rotated: Vec<String>,
    /// What the links held that gave a new password.
    pub used_links: Vec<(String, String)>,
    /// Whether the server said that a mail with a link is on its way.
    pub asked_for_link: bool,
    /// What can stand in the user's file; nothing, where there may be none.
    pub contents: Vec<String>,
    /// Answers that nobody should get.
    pub surprises: Vec<String>,
}

impl Account {
    /// Registers a user and does with them whatever users do.
    pub fn live(name: String, place: &Place, mails: &Mails) -> Self {
        let mut account = Self {
            passwords: vec![format!("first of {name}")],
            name,
            is_registered: false,
            former_passwords: Vec::new(),
            refresh: None,
            rotated: Vec::new(),
            used_links: Vec::new(),
            asked_for_link: false,
            contents: vec![String::new()],
            surprises: Vec::new(),
        };
        if let Some(access) = account.register(place) {
            account.rotate(place);
            account.upload(place, &access, "first");
            account.change_password(place, &access);
            account.rotate(place);
            account.reset_password(place, mails);
            account.rotate(place);
            account.upload(place, &access, "second");
        }
        account
    }

    pub fn address(&self) -> String {
        format!("{}@example.com", self.name)
    }

    /// The answer to what was asked for, or `None` if nobody knows what came of it: there is none, or the server has lost
    /// its database, perhaps after the commit.
    fn ask(&mut self, place: &Place, path: &str, access: Option<&str>, body: &Value, wanted: u16) -> Option<Value> {
        self.hear(path, place.post(path, access, body)?, wanted)
    }

    fn hear(&mut self, path: &str, answer: (u16, Value), wanted: u16) -> Option<Value> {
        match answer {
            (status, body) if status == wanted => Some(body),
            (503, _) => None,
            (status, body) => {
                self.surprises.push(format!("{path} for {}: {status} {body}", self.name));
                None
            }
        }
    }

    /// The access token of a user who is there from now on.
    fn register(&mut self, place: &Place) -> Option<String> {
        let password = &self.passwords[0];
        let form =
            json!({ "username": self.name, "email": self.address(), "password1": password, "password2": password });
        let body = self.ask(place, "registration/", None, &form, 201)?;
        self.is_registered = true;
        self.refresh = body["refresh"].as_str().map(str::to_owned);
        Some(body["access"].as_str().expect("a token").to_owned())
    }

    fn rotate(&mut self, place: &Place) {
        let Some(refresh) = self.refresh.take() else { return };
        if let Some(body) = self.ask(place, "token/refresh/", None, &json!({ "refresh": refresh }), 200) {
            self.rotated.push(refresh);
            self.refresh = body["refresh"].as_str().map(str::to_owned);
        }
    }

    /// Gives a file in the place of the one before.
    fn upload(&mut self, place: &Place, access: &str, which: &str) {
        let content = format!("the {which} of {}", self.name);
        let answer = place.upload("user/", access, "profile.contract", &format!("{}.txt", self.name), &content);
        if answer.and_then(|answer| self.hear("user/", answer, 200)).is_some() {
            self.contents.clear();
        }
        self.contents.push(content);
    }

    fn change_password(&mut self, place: &Place, access: &str) {
        let (old, new) = (self.passwords[0].clone(), format!("second of {}", self.name));
        let form = json!({ "old_password": old, "new_password1": new, "new_password2": new });
        let asked = self.ask(place, "password/change/", Some(access), &form, 200);
        self.has_asked_for(new, asked.is_some());
    }

    fn reset_password(&mut self, place: &Place, mails: &Mails) {
        let address = json!({ "email": self.address() });
        if self.ask(place, "password/reset/", None, &address, 200).is_none() {
            return;
        }
        self.asked_for_link = true;
        let deadline = Instant::now() + SOON;
        let link = loop {
            let mails = mails.for_address(&self.address());
            let link =
                mails.iter().find_map(|mail| mail.reset()).map(|(uid, token)| (uid.to_owned(), token.to_owned()));
            match link {
                Some(link) => break link,
                None if Instant::now() > deadline => return,
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let new = format!("third of {}", self.name);
        let form = json!({ "uid": link.0, "token": link.1, "new_password1": new, "new_password2": new });
        let asked = self.ask(place, "password/reset/confirm/", None, &form, 200);
        if asked.is_some() {
            self.used_links.push(link);
        }
        self.has_asked_for(new, asked.is_some());
    }

    fn has_asked_for(&mut self, password: String, is_done: bool) {
        if is_done {
            self.former_passwords.append(&mut self.passwords);
        }
        self.passwords.push(password);
    }
}
