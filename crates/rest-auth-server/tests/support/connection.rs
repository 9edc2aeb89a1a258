//! A client's connection, byte by byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use super::server::PATIENCE;

pub struct Connection {
    stream: TcpStream,
    answers: BufReader<TcpStream>,
}

impl Connection {
    pub fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time to wait");
        let answers = BufReader::new(stream.try_clone().expect("a connection"));
        Self { stream, answers }
    }

    /// Sends a part of a request.
    pub fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).expect("a part of a request");
    }

    /// The same, as far as the server takes it.
    pub fn try_send(&mut self, text: &str) -> std::io::Result<()> {
        self.stream.set_write_timeout(Some(PATIENCE))?;
        self.stream.write_all(text.as_bytes())
    }

    /// Sends the head of a request with JSON, and waits until the endpoint asks for the body.
    pub fn begin(&mut self, path: &str, length: usize) {
        self.send(&format!(
            "POST /api/auth/{path} HTTP/1.1\r\nHost: testserver\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n"
        ));
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("a line");
        assert_eq!(line, "HTTP/1.1 100 Continue\r\n", "the endpoint is waiting for the body");
    }

    /// Asks who is logged in, which is nobody, and leaves the connection open.
    pub fn ask(&mut self) {
        self.send("GET /api/auth/user/ HTTP/1.1\r\nHost: testserver\r\n\r\n");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("a line");
        assert_eq!(line, "HTTP/1.1 401 Unauthorized\r\n");
        while line != "\r\n" {
            line.clear();
            self.answers.read_line(&mut line).expect("a header");
        }
        self.answers
            .read_exact(&mut [0; r#"{"detail":"Authentication credentials were not provided."}"#.len()])
            .expect("a body");
    }

    /// What the server says until it ends the connection. One that is reset has ended, too.
    pub fn ends(mut self) -> String {
        let mut said = Vec::new();
        match self.answers.read_to_end(&mut said) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("the connection stays open"),
            _ => String::from_utf8(said).expect("text"),
        }
    }
}
