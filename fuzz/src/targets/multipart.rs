//! Bodies of the token endpoint as `multipart/form-data`.

use kalends_oauth::request::Parameters;

pub(crate) const WORDS: &[&str] = &[
    "\r\n",
    "\r\n\r\n",
    "--x",
    "--x--",
    "\r\n--x\r\n",
    "Content-Disposition: form-data; name=\"a\"",
    "; filename=\"",
    "name=\"",
    "boundary=",
    "\"",
];

/// Any boundary and any body are judged; and what a client writes as RFC 7578 says is read as it was meant.
pub(crate) fn run(data: &[u8]) {
    let cut = data.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (line, body) = data.split_at(cut);
    let media = format!("multipart/form-data; boundary={}", String::from_utf8_lossy(line));
    drop(Parameters::read(&media, body));
    drop(Parameters::read("multipart/form-data; boundary=x", data));
    let Ok(text) = std::str::from_utf8(data) else { return };
    // A boundary that begins no line of a value, though it may stand inside of one.
    let stands = |boundary: &str| {
        let line = format!("\r\n--{boundary}");
        text.split('\0').any(|value| format!("\r\n{value}").contains(&line))
    };
    let mut boundaries = std::iter::once("x".to_owned()).chain((0_u32..).map(|count| format!("x{count}")));
    let boundary = boundaries.find(|boundary| !stands(boundary)).expect("there is no end of them");
    let pairs: Vec<(String, &str)> =
        text.split('\0').enumerate().map(|(index, value)| (format!("p{index}"), value)).collect();
    let mut body = String::new();
    for (name, value) in &pairs {
        body += &format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += &format!("--{boundary}--\r\n");
    let media = format!("multipart/form-data; boundary=\"{boundary}\"");
    let read = Parameters::read(&media, body.as_bytes()).expect("a body as it should be");
    for (name, value) in &pairs {
        assert_eq!(read.get(name), Some(*value).filter(|value| !value.is_empty()), "{name}");
    }
}
