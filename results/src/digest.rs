//! SHA-256 digests: of a record's content, of data, of weights and of the source files that decide a result.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest as 64 lowercase hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Digest(String);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: impl AsRef<[u8]>) -> Digest {
        Digest(format!("{:x}", Sha256::digest(bytes)))
    }

    /// Takes 64 lowercase hexadecimal digits as a digest.
    ///
    /// # Errors
    /// [`NotADigest`] for any other text.
    pub fn parse(text: &str) -> Result<Digest, NotADigest> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(hexadecimal) {
            Ok(Digest(text.to_owned()))
        } else {
            Err(NotADigest(text.to_owned()))
        }
    }

    /// All 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 hexadecimal digits, enough to tell two digests apart in a message.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

/// Makes the digest of a text that comes in many small pieces.
#[derive(Default)]
pub struct Hasher {
    hash: Sha256,
    /// What the hash has not seen yet: it takes large pieces faster.
    pending: Vec<u8>,
}

impl Hasher {
    const PIECE: usize = 4096;

    /// Adds `piece` to the text.
    pub fn update(&mut self, piece: impl AsRef<[u8]>) {
        let piece = piece.as_ref();
        if self.pending.len() + piece.len() < Self::PIECE {
            self.pending.extend_from_slice(piece);
            return;
        }
        self.hash.update(&self.pending);
        self.hash.update(piece);
        self.pending.clear();
    }

    /// The digest of the whole text.
    pub fn finish(mut self) -> Digest {
        self.hash.update(&self.pending);
        Digest(format!("{:x}", self.hash.finalize()))
    }
}

/// 64 zeros: the place of a digest that is not known yet.
impl Default for Digest {
    fn default() -> Digest {
        Digest("0".repeat(64))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let text = String::deserialize(deserializer)?;
        Digest::parse(&text).map_err(de::Error::custom)
    }
}

/// A text that is not 64 lowercase hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a SHA-256 digest, expected 64 lowercase hexadecimal digits")]
pub struct NotADigest(String);
