//! Numbers in base 62: of 176 bits as exactly 30 characters, the most that fits behind a two-character prefix, and small
//! ones in a width of choice.

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Characters of a number.
pub(crate) const DIGITS: usize = 30;
/// Bytes of a number.
pub(crate) const BYTES: usize = 22;

/// The number is handled in words of 32 bits, and five characters are taken at a time: 62^5 is below 2^30, so that all
/// arithmetic stays within 64 bits.
const WORDS: usize = 6;
const GROUP: usize = 5;
const GROUP_BASE: u64 = 62_u64.pow(5);

/// Appends the number, big-endian, with leading zeros.
pub(crate) fn push(text: &mut String, bytes: &[u8; BYTES]) {
    let mut padded = [0_u8; WORDS * 4];
    padded[WORDS * 4 - BYTES..].copy_from_slice(bytes);
    let mut words = [0_u64; WORDS];
    for (word, chunk) in words.iter_mut().zip(padded.chunks_exact(4)) {
        *word = chunk.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte));
    }
    let mut digits = [0_u8; DIGITS];
    for group in digits.rchunks_exact_mut(GROUP) {
        let mut rest = 0;
        for word in &mut words {
            let value = (rest << 32) | *word;
            *word = value / GROUP_BASE;
            rest = value % GROUP_BASE;
        }
        for digit in group.iter_mut().rev() {
            *digit = ALPHABET[(rest % 62) as usize];
            rest /= 62;
        }
    }
    text.extend(digits.map(char::from));
}

/// Reads what [`push`] wrote; nothing for any other text, also not for digits of a number that has more than 176 bits.
pub(crate) fn read(text: &str) -> Option<[u8; BYTES]> {
    let digits: &[u8; DIGITS] = text.as_bytes().try_into().ok()?;
    let mut words = [0_u64; WORDS];
    for group in digits.chunks_exact(GROUP) {
        let mut carry = 0;
        for digit in group {
            carry = carry * 62 + u64::from(value(*digit)?);
        }
        for word in words.iter_mut().rev() {
            let sum = *word * GROUP_BASE + carry;
            *word = sum & 0xffff_ffff;
            carry = sum >> 32;
        }
    }
    let mut padded = [0_u8; WORDS * 4];
    for (chunk, word) in padded.chunks_exact_mut(4).zip(words) {
        chunk.copy_from_slice(&word.to_be_bytes()[4..]);
    }
    let (above, number) = padded.split_at(WORDS * 4 - BYTES);
    if above.iter().any(|byte| *byte != 0) {
        return None;
    }
    number.try_into().ok()
}

/// Appends the number with as many characters, leading zeros included; a number too large for them becomes the largest.
pub(crate) fn push_number(text: &mut String, number: u64, digits: u32) {
    let number = number.min(62_u64.pow(digits) - 1);
    for place in (0..digits).rev() {
        text.push(char::from(ALPHABET[(number / 62_u64.pow(place) % 62) as usize]));
    }
}

/// Reads what [`push_number`] wrote; at most ten characters.
pub(crate) fn read_number(text: &str) -> Option<u64> {
    if text.len() > 10 {
        return None;
    }
    text.bytes().try_fold(0, |number, digit| Some(number * 62 + u64::from(value(digit)?)))
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'Z' => Some(digit - b'A' + 10),
        b'a'..=b'z' => Some(digit - b'a' + 36),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(bytes: &[u8; BYTES]) -> String {
        let mut text = String::new();
        push(&mut text, bytes);
        text
    }

    #[test]
    fn ends_of_the_range() {
        assert_eq!(written(&[0; BYTES]), "0".repeat(DIGITS));
        let mut one = [0; BYTES];
        one[BYTES - 1] = 62;
        assert_eq!(written(&one), format!("{}10", "0".repeat(DIGITS - 2)));
        let last = written(&[255; BYTES]);
        assert_eq!(read(&last), Some([255; BYTES]));
        // The number after the last one has 177 bits.
        let next = |digit: u8| ALPHABET[usize::from(value(digit).expect("a digit")) + 1];
        let mut over = last.into_bytes();
        let place = over.iter().rposition(|digit| *digit != b'z').expect("some digit is not the highest");
        over[place] = next(over[place]);
        over[place + 1..].fill(b'0');
        assert_eq!(read(&String::from_utf8(over).expect("text")), None);
        assert_eq!(read(&"z".repeat(DIGITS)), None);
        for text in ["", "0", &"0".repeat(29), &"0".repeat(31), &"-".repeat(30), &"ä".repeat(15)] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn small_numbers() {
        let written = |number, digits| {
            let mut text = String::new();
            push_number(&mut text, number, digits);
            text
        };
        assert_eq!(written(0, 6), "000000");
        assert_eq!(written(62 * 62 + 61, 6), "00010z");
        assert_eq!(written(u64::MAX, 6), "zzzzzz");
        assert_eq!(read_number("00010z"), Some(62 * 62 + 61));
        assert_eq!(read_number("zzzzzz"), Some(62_u64.pow(6) - 1));
        assert_eq!(read_number("00-10z"), None);
        assert_eq!(read_number("00000000000"), None);
    }

    proptest! {
        #[test]
        fn numbers_come_back(bytes: [u8; BYTES]) {
            let text = written(&bytes);
            prop_assert_eq!(text.len(), DIGITS);
            prop_assert_eq!(read(&text), Some(bytes));
        }

        #[test]
        fn texts_come_back(text in "[0-9A-Za-z]{30}") {
            if let Some(bytes) = read(&text) {
                prop_assert_eq!(written(&bytes), text);
            }
        }

        #[test]
        fn order_is_kept(one: [u8; BYTES], other: [u8; BYTES]) {
            prop_assert_eq!(one.cmp(&other), written(&one).cmp(&written(&other)));
        }
    }
}
