//! A mail server on a loopback port that keeps what it is given, and can refuse.

use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// A mail as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// Headers and body as they came, dots undoubled.
    pub raw: String,
}

/// The server. Dropping it closes its port and its connections.
#[derive(Debug)]
pub struct Sink {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    refusal: Arc<AtomicU16>,
    listening: AbortHandle,
}

impl Sink {
    /// A server on a free port.
    ///
    /// # Panics
    /// When there is none.
    pub async fn start() -> Self {
        Self::on(0).await
    }

    /// A server on a given port, such as that of one that went away.
    ///
    /// # Panics
    /// When the port is taken.
    pub async fn on(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (received, refusal) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicU16::new(0)));
        let (kept, refuses) = (Arc::clone(&received), Arc::clone(&refusal));
        let task = tokio::spawn(async move {
            // The connections live in the task: they end with it.
            let mut connections = JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                connections.spawn(talk(stream, Arc::clone(&kept), Arc::clone(&refuses)));
            }
        });
        Self { port, received, refusal, listening: task.abort_handle() }
    }

    /// The setting that leads here.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Refuses every recipient with this code from now on; 0 accepts them again.
    pub fn refuse(&self, code: u16) {
        self.refusal.store(code, Ordering::SeqCst);
    }

    /// What arrived until now.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().clone()
    }

    /// Waits until so many mails have arrived.
    ///
    /// # Panics
    /// When they do not within 20 seconds.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let began = Instant::now();
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{} of {count} mails", received.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// One conversation (RFC 5321).
async fn talk(stream: TcpStream, kept: Arc<Mutex<Vec<Received>>>, refusal: Arc<AtomicU16>) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 sink.example ESMTP\r\n").await?;
    let mut mail = Received { from: String::new(), to: Vec::new(), raw: String::new() };
    while let Some(line) = lines.next_line().await? {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" => "250-sink.example\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n".to_owned(),
            "MAIL" => {
                mail = Received { from: address(&line), to: Vec::new(), raw: String::new() };
                "250 ok\r\n".to_owned()
            }
            "RCPT" => match refusal.load(Ordering::SeqCst) {
                0 => {
                    mail.to.push(address(&line));
                    "250 ok\r\n".to_owned()
                }
                code => format!("{code} {} is not wanted here\r\n", address(&line)),
            },
            "DATA" => {
                writing.write_all(b"354 go on\r\n").await?;
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.raw.push_str("\r\n");
                }
                kept.lock().push(mail.clone());
                "250 kept\r\n".to_owned()
            }
            "QUIT" => {
                writing.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            "RSET" | "NOOP" => "250 ok\r\n".to_owned(),
            _ => "502 not known\r\n".to_owned(),
        };
        writing.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// `erika@example.com` of `RCPT TO:<erika@example.com>`.
fn address(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or_else(String::new, |(address, _)| address.to_owned())
}

impl Received {
    /// A header's value, its continued lines joined, encoded words left as they are.
    pub fn header(&self, name: &str) -> String {
        header(&self.raw, name)
    }

    /// The text part, decoded.
    pub fn plain(&self) -> String {
        self.part("text/plain")
    }

    /// The HTML part, decoded.
    pub fn html(&self) -> String {
        self.part("text/html")
    }

    /// The first link of the text part.
    ///
    /// # Panics
    /// When there is none.
    pub fn link(&self) -> String {
        let plain = self.plain();
        plain.lines().find(|line| line.starts_with("http")).expect("a link").to_owned()
    }

    fn part(&self, media: &str) -> String {
        let whole = header(&self.raw, "content-type");
        let boundary = whole.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let delimiter = format!("--{boundary}");
        let part = self
            .raw
            .split(&delimiter)
            .skip(1)
            .map(str::trim_start)
            .find(|part| header(part, "content-type").starts_with(media));
        let part = part.unwrap_or_default();
        let body = part.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        match header(part, "content-transfer-encoding").to_ascii_lowercase().as_str() {
            "quoted-printable" => quoted_printable(body),
            "base64" => base64(body),
            _ => body.replace("\r\n", "\n"),
        }
    }
}

fn header(text: &str, name: &str) -> String {
    let head = text.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ").replace("\r\n\t", " ");
    let found = head.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map_or_else(String::new, |(_, value)| value.trim().to_owned())
}

fn quoted_printable(text: &str) -> String {
    let joined = text.replace("=\r\n", "");
    let (mut bytes, mut rest) = (Vec::new(), joined.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        let escaped = behind.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match (first, escaped.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'=', Some(byte)) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}

fn base64(text: &str) -> String {
    let (mut bytes, mut bits, mut have) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        have += 6;
        if have >= 8 {
            have -= 8;
            bytes.push(u8::try_from((bits >> have) & 0xff).unwrap_or_default());
        }
    }
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}
