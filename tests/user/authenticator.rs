//! An authenticator as software: one P-256 key, attestation `none`, the user always verified.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

/// A passkey with its counter.
pub(super) struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    handle: String,
    counter: u32,
    /// The site it believes to be at.
    pub(super) origin: String,
}

const USER_PRESENT_AND_VERIFIED: u8 = 0b0000_0101;
const KEY_INCLUDED: u8 = 0b0100_0000;

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(bits >> (18 - 6 * index)) as usize & 63]));
        }
    }
    text
}

/// A CBOR byte string of up to 65535 bytes.
fn byte_string(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("short");
    let head = match length {
        0..24 => vec![0x40 | length.to_be_bytes()[1]],
        24..256 => vec![0x58, length.to_be_bytes()[1]],
        _ => [&[0x59], &length.to_be_bytes()[..]].concat(),
    };
    [head, bytes.to_vec()].concat()
}

impl Authenticator {
    pub(super) fn new(origin: &str) -> Self {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref()).expect("a key");
        let id = digest(&SHA256, key.public_key().as_ref()).as_ref()[..20].to_vec();
        Self { key, id, handle: String::new(), counter: 0, origin: origin.to_owned() }
    }

    fn data(&self, party: &str, flags: u8) -> Vec<u8> {
        [digest(&SHA256, party.as_bytes()).as_ref(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        json!({"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false})
            .to_string()
    }

    /// Answers `navigator.credentials.create`.
    pub(super) fn create(&mut self, options: &Value) -> String {
        self.handle = options["user"]["id"].as_str().expect("a handle").to_owned();
        let client = self.client_data("webauthn.create", options);
        let party = options["rp"]["id"].as_str().expect("a party");
        let point = self.key.public_key().as_ref();
        let (x, y) = (byte_string(&point[1..33]), byte_string(&point[33..65]));
        // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
        let cose = [&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21][..], &x, &[0x22], &y].concat();
        let length = u16::try_from(self.id.len()).expect("short").to_be_bytes();
        let data = [
            self.data(party, USER_PRESENT_AND_VERIFIED | KEY_INCLUDED),
            vec![0; 16],
            length.to_vec(),
            self.id.clone(),
            cose,
        ]
        .concat();
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let object = [
            &[0xa3, 0x63][..],
            b"fmt",
            &[0x64],
            b"none",
            &[0x67],
            b"attStmt",
            &[0xa0, 0x68],
            b"authData",
            &byte_string(&data),
        ]
        .concat();
        let id = base64url(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(client.as_bytes()), "attestationObject": base64url(&object),
                "transports": ["internal"],
            },
        })
        .to_string()
    }

    /// Answers `navigator.credentials.get`.
    pub(super) fn get(&mut self, options: &Value) -> String {
        self.counter += 1;
        let client = self.client_data("webauthn.get", options);
        let data = self.data(options["rpId"].as_str().expect("a party"), USER_PRESENT_AND_VERIFIED);
        let signed = [&data[..], digest(&SHA256, client.as_bytes()).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("signed");
        let id = base64url(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(client.as_bytes()), "authenticatorData": base64url(&data),
                "signature": base64url(signature.as_ref()), "userHandle": self.handle,
            },
        })
        .to_string()
    }

    /// Another key that claims to be this one.
    pub(super) fn forged(&self) -> Self {
        Self { id: self.id.clone(), handle: self.handle.clone(), counter: 100, ..Self::new(&self.origin) }
    }

    /// The same key as it was a while ago.
    pub(super) fn set_back(&mut self) {
        self.counter = 0;
    }

    /// Claims to log in somebody else.
    pub(super) fn claim(&mut self, user_id: &str) {
        self.handle = base64url(user_id.as_bytes());
    }
}
