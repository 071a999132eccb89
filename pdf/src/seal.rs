//! The seal of a PDF: a comment that tells whether the file is whole and made of these inputs.
//!
//! It stands before the file's last `startxref`, where PDF allows a comment and no offset
//! counts it, and holds one digest of the inputs and of the file without the comment.

use sha2::{Digest, Sha256};

/// What a seal begins with.
const MARK: &[u8] = b"% inputs and content: ";

/// The keyword before which the seal stands.
const KEYWORD: &[u8] = b"startxref";

/// A digest, as hexadecimal digits, and the line break behind them.
const DIGITS: usize = 64;

/// Collects all that decides the bytes of a PDF.
#[derive(Clone)]
pub(crate) struct Inputs(Sha256);

impl Inputs {
    /// The inputs of this program, which is one of them.
    pub(crate) fn new() -> Self {
        let mut inputs = Self(Sha256::new());
        inputs.add("program", env!("PROGRAM_DIGEST").as_bytes());
        inputs
    }

    /// Adds an input. The digests keep two neighbours from trading bytes.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) {
        self.0.update(Sha256::digest(name));
        self.0.update(Sha256::digest(content));
    }

    /// Seals a PDF made of these inputs.
    pub(crate) fn seal(&self, mut pdf: Vec<u8>) -> Vec<u8> {
        if let Some(at) = last(&pdf, KEYWORD) {
            let line = [MARK, self.digest(&[&pdf]).as_bytes(), b"\n"].concat();
            pdf.splice(at..at, line);
        }
        pdf
    }

    /// Whether a PDF is whole and made of these inputs.
    pub(crate) fn have_sealed(&self, pdf: &[u8]) -> bool {
        let sealed = || {
            let (before, seal) = pdf.split_at(last(pdf, MARK)?);
            let (digest, after) = seal[MARK.len()..].split_at_checked(DIGITS)?;
            let after = after.strip_prefix(b"\n")?;
            Some(self.digest(&[before, after]).as_bytes() == digest)
        };
        sealed().unwrap_or(false)
    }

    /// The digest of the inputs and of a file in pieces.
    fn digest(&self, pieces: &[&[u8]]) -> String {
        let mut digest = self.0.clone();
        pieces.iter().for_each(|piece| digest.update(piece));
        format!("{:x}", digest.finalize())
    }
}

/// Where `wanted` stands last in `bytes`.
pub(crate) fn last(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|it| it == wanted)
}

#[cfg(test)]
mod tests {
    use super::Inputs;

    const PDF: &[u8] = b"%PDF-1.7\n...\nstartxref\n9\n%%EOF";

    fn inputs(chapter: &str) -> Inputs {
        let mut inputs = Inputs::new();
        inputs.add("chapter", chapter.as_bytes());
        inputs
    }

    #[test]
    fn a_whole_file_of_the_same_inputs_is_known() {
        let sealed = inputs("a").seal(PDF.to_vec());
        assert!(inputs("a").have_sealed(&sealed));
        assert!(!inputs("b").have_sealed(&sealed));
        assert!(!inputs("a").have_sealed(PDF));
    }

    #[test]
    fn every_byte_counts() {
        let sealed = inputs("a").seal(PDF.to_vec());
        for at in 0..sealed.len() {
            assert!(!inputs("a").have_sealed(&sealed[..at]), "cut off at {at}");
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(!inputs("a").have_sealed(&changed), "changed at {at}");
        }
    }
}
