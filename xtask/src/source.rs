//! A Rust file with comments and literals blanked out, so that the chores can look for words and
//! braces without being misled by text. Lines and columns stay where they were.

/// The code of `text`: every comment, string and character literal becomes spaces; line ends stay.
pub(crate) fn code_only(text: &str) -> String {
    let mut lexer = Lexer {
        bytes: text.as_bytes(),
        at: 0,
        out: Vec::with_capacity(text.len()),
    };
    lexer.run();
    String::from_utf8_lossy(&lexer.out).into_owned()
}

/// The words (identifiers and keywords) of one line of code.
pub(crate) fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    out: Vec<u8>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while self.at < self.bytes.len() {
            match self.rest() {
                [b'/', b'/', ..] => self.line_comment(),
                [b'/', b'*', ..] => self.block_comment(),
                [b'"', ..] => self.string(),
                [b'r', ..] if !self.after_word() && self.raw_hashes(1).is_some() => self.raw(1),
                [b'b' | b'c', b'r', ..] if !self.after_word() && self.raw_hashes(2).is_some() => {
                    self.raw(2);
                }
                [b'\'', ..] => self.quote(),
                _ => self.keep(),
            }
        }
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Whether the byte before the current one belongs to a word, so that `r` is no raw-string prefix.
    fn after_word(&self) -> bool {
        self.at > 0 && {
            let before = self.bytes[self.at - 1];
            before.is_ascii_alphanumeric() || before == b'_'
        }
    }

    fn keep(&mut self) {
        self.out.push(self.bytes[self.at]);
        self.at += 1;
    }

    fn blank(&mut self) {
        let byte = self.bytes[self.at];
        self.out.push(if byte == b'\n' { b'\n' } else { b' ' });
        self.at += 1;
    }

    fn blank_many(&mut self, count: usize) {
        for _ in 0..count.min(self.bytes.len() - self.at) {
            self.blank();
        }
    }

    fn line_comment(&mut self) {
        while self.at < self.bytes.len() && self.bytes[self.at] != b'\n' {
            self.blank();
        }
    }

    /// Block comments nest in Rust.
    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.bytes.len() {
            match self.rest() {
                [b'/', b'*', ..] => {
                    depth += 1;
                    self.blank_many(2);
                }
                [b'*', b'/', ..] => {
                    depth -= 1;
                    self.blank_many(2);
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.blank(),
            }
        }
    }

    fn string(&mut self) {
        self.blank();
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'\\' => self.blank_many(2),
                b'"' => return self.blank(),
                _ => self.blank(),
            }
        }
    }

    /// How many `#` stand between a raw-string prefix of `prefix` letters and its quote.
    fn raw_hashes(&self, prefix: usize) -> Option<usize> {
        let after = self.rest().get(prefix..)?;
        let hashes = after.iter().take_while(|byte| **byte == b'#').count();
        (after.get(hashes) == Some(&b'"')).then_some(hashes)
    }

    fn raw(&mut self, prefix: usize) {
        let hashes = self.raw_hashes(prefix).unwrap_or(0);
        self.blank_many(prefix + hashes + 1);
        let mut end = vec![b'"'];
        end.resize(1 + hashes, b'#');
        while self.at < self.bytes.len() {
            if self.rest().starts_with(&end) {
                return self.blank_many(end.len());
            }
            self.blank();
        }
    }

    /// A character literal is blanked; a lifetime is kept.
    fn quote(&mut self) {
        let length = match self.rest() {
            [_, b'\\', ..] => self
                .rest()
                .iter()
                .skip(3)
                .position(|byte| *byte == b'\'')
                .map(|n| n + 4),
            [_, first, ..] => {
                let width = match first {
                    0xF0.. => 4,
                    0xE0.. => 3,
                    0xC0.. => 2,
                    _ => 1,
                };
                (self.rest().get(1 + width) == Some(&b'\'')).then_some(width + 2)
            }
            _ => None,
        };
        match length {
            Some(length) => self.blank_many(length),
            None => self.keep(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_lines_kept() {
        let text = "a /* x /* y */ {\n */ b // {\nc \"{\\\"{\" d r#\"{\"{\"# e '{' '\\'' 'f 'é' g";
        let code = code_only(text);
        assert_eq!(words(&code).collect::<String>(), "abcdefg");
        assert_eq!(code.lines().count(), text.lines().count());
        assert!(!code.contains('{'));
    }

    #[test]
    fn lifetimes_and_names_ending_in_r_stay() {
        let code = code_only("fn f<'a>(r: &'a str) { for_r\"x\" }");
        assert!(code.contains("<'a>") && code.contains("&'a str"));
        assert!(code.contains("for_r"));
    }
}
