//! Folding text for search and order: without case, accents and ligatures; the same on both databases.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text in lower case without accents: `Müller` and `muller` are the same.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'þ' => folded.push_str("th"),
            'ı' => folded.push('i'),
            _ => folded.push(letter),
        }
    }
    folded
}

/// Longest word that is kept; what is longer is found by its beginning.
const WORD_MAX: usize = 40;

/// The folded words of a text: runs of letters and digits.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(WORD_MAX).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_ligatures_vanish() {
        for (text, folded) in [
            ("MÜLLER", "muller"),
            ("Łódź", "lodz"),
            ("Straße", "strasse"),
            ("Søren", "soren"),
            ("ﬁn", "fin"),
            ("İ", "i"),
        ] {
            assert_eq!(fold(text), folded);
        }
        assert_eq!(words("jm@web.example +49 (170)"), ["jm", "web", "example", "49", "170"]);
        assert!(words(" '\"* ").is_empty());
    }
}
