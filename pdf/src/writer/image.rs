//! Images from the book's source folder, and those that an address in a chapter carries.

use super::{Image, Writer};
use crate::links::{beside, percent_decoded};
use crate::markdown::node::{Kind, Node};
use crate::source;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha256};

/// What the address of an image begins with that the preprocessor made: the SVG follows in base 64.
const SVG_URL: &str = "data:image/svg+xml;base64,";

/// Formats that Typst reads.
const FORMATS: [&str; 6] = ["png", "jpg", "jpeg", "gif", "webp", "svg"];

impl Writer<'_> {
    pub(super) fn block_image(&mut self, node: &Node) {
        self.image_call("picture", node);
    }

    pub(super) fn inline_image(&mut self, node: &Node) {
        self.image_call("small-picture", node);
    }

    fn image_call(&mut self, function: &str, node: &Node) {
        let (url, alt) = match &node.kind {
            Kind::Image(url) => (url.clone(), node.text()),
            _ => (
                node.attribute("src").unwrap_or_default().to_owned(),
                node.attribute("alt").unwrap_or_default().to_owned(),
            ),
        };
        if alt.trim().is_empty() {
            let message = format!("image `{url}` has no description");
            self.problem(node.start, message, "say in the brackets what it shows");
        }
        match self.find_image(&url) {
            Ok((path, image)) => {
                let (file, alt) = (source::string(&path), source::string(alt.trim()));
                self.push(&format!("#{function}({file}, {alt});"));
                self.images.insert(path, image);
            }
            Err((message, hint)) => self.problem(node.start, message, hint),
        }
    }

    /// The image's path for Typst, beginning with `/`, and where it is.
    fn find_image(&self, url: &str) -> Result<(String, Image), (String, String)> {
        if let Some(svg) = url.strip_prefix(SVG_URL) {
            return carried_image(svg);
        }
        if url.contains("://") || url.starts_with("data:") {
            let hint = "put the file into the book's source folder";
            return Err((format!("image `{url}` is not in the book"), hint.into()));
        }
        let path = beside(self.path, &percent_decoded(url));
        let format = path
            .rsplit_once('.')
            .map_or("", |(_, format)| format)
            .to_lowercase();
        if path.starts_with("..") || !self.book.root.join(&path).is_file() {
            let message = format!("image `{url}`: there is no file `{path}` in the source folder");
            return Err((message, "correct the path or make the file".into()));
        }
        if !FORMATS.contains(&format.as_str()) {
            let message = format!("image `{url}`: the format `{format}` can't be set");
            return Err((message, format!("use one of {}", FORMATS.join(", "))));
        }
        Ok((format!("/{path}"), Image::File))
    }
}

/// The SVG that an address carries in base 64, under a path of its own.
fn carried_image(svg: &str) -> Result<(String, Image), (String, String)> {
    let bytes = BASE64_STANDARD.decode(svg).map_err(|error| {
        let hint = "write the SVG into a file".to_owned();
        (format!("an image's address is no base 64: {error}"), hint)
    })?;
    let path = format!("/carried/{:x}.svg", Sha256::digest(&bytes));
    Ok((path, Image::Carried(bytes)))
}
