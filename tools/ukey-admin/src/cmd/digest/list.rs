//! Lines of lists of digests: that of coreutils' sum programs (`66c7…  name`), that of BSD and
//! `--tag` (`SM3 (name) = 66c7…`) and that of `openssl dgst` (`SM3(name)= 66c7…`).

use ukey_crypto::hash::HashAlg;

/// One file of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) algorithm: HashAlg,
    pub(super) digest: Vec<u8>,
}

/// Stable word, for JSON and `--algorithm`.
pub(super) fn word(algorithm: HashAlg) -> &'static str {
    match algorithm {
        HashAlg::Sm3 => "sm3",
        HashAlg::Sha1 => "sha1",
        HashAlg::Sha224 => "sha224",
        HashAlg::Sha256 => "sha256",
        HashAlg::Sha384 => "sha384",
        HashAlg::Sha512 => "sha512",
        HashAlg::Sha3_224 => "sha3-224",
        HashAlg::Sha3_256 => "sha3-256",
        HashAlg::Sha3_384 => "sha3-384",
        HashAlg::Sha3_512 => "sha3-512",
    }
}

/// The function that a tagged line names; OpenSSL calls SHA-256 SHA2-256.
fn named(tag: &str) -> Option<HashAlg> {
    let tag = tag.to_ascii_lowercase().replace("sha2-", "sha");
    HashAlg::ALL.into_iter().find(|one| word(*one) == tag)
}

/// Lower-case hexadecimal digits, as the sum programs write them.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str, algorithm: HashAlg) -> Option<Vec<u8>> {
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text.len() != 2 * algorithm.output_len() || !is_hex {
        return None;
    }
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

impl Entry {
    /// The line with its end. A name that would break it is escaped, and a backslash before all says
    /// so, as coreutils do.
    pub(super) fn to_line(&self, tag: bool) -> String {
        let name = escaped(&self.name);
        let mark = if name == self.name { "" } else { "\\" };
        let digest = hex(&self.digest);
        match tag {
            true => {
                let function = word(self.algorithm).to_ascii_uppercase();
                format!("{mark}{function} ({name}) = {digest}\n")
            }
            false => format!("{mark}{digest}  {name}\n"),
        }
    }

    /// What a line says, which is of `algorithm` unless it names its own.
    pub(super) fn from_line(line: &str, algorithm: HashAlg) -> Option<Self> {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let (is_escaped, line) = match line.strip_prefix('\\') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (algorithm, name, digest) = tagged(line).or_else(|| {
            let (digest, rest) = line.split_once(' ')?;
            // The mode, text or binary, makes no difference.
            let name = rest.strip_prefix([' ', '*'])?;
            Some((algorithm, name, digest))
        })?;
        let name = match is_escaped {
            true => unescaped(name)?,
            false => name.to_owned(),
        };
        let digest = unhex(digest, algorithm)?;
        (!name.is_empty()).then_some(Self {
            name,
            algorithm,
            digest,
        })
    }
}

fn tagged(line: &str) -> Option<(HashAlg, &str, &str)> {
    let (tag, rest) = line.split_once('(')?;
    let (name, digest) = rest.rsplit_once(')')?;
    let digest = digest.trim_start().strip_prefix('=')?.trim_start();
    Some((named(tag.trim_end())?, name, digest))
}

fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

fn unescaped(name: &str) -> Option<String> {
    let mut plain = String::with_capacity(name.len());
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => match letters.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            other => other,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests;
