//! What pages mdBook makes, as far as `book.toml` says.

use crate::layout::Pages;
use mdbook_preprocessor::config::Config;
use parsers::addresses::PDF_FILE;
use std::collections::BTreeMap;

/// The preprocessors that add nothing which a chapter does not ask for.
const QUIET: [&str; 3] = ["index", "links", "measured"];

/// The page of the whole book.
const PRINT: &str = "print.html";

/// The pages of a book with this configuration, but for its files.
pub(super) fn of(config: &Config) -> Pages {
    let html = config.html_config().unwrap_or_default();
    let preprocessors: BTreeMap<String, toml::Value> = config.preprocessors().unwrap_or_default();
    let redirects = html.redirect.keys();
    let others = redirects.map(|from| from.trim_start_matches('/').to_owned());
    let has_pdf = config.contains_key("output.measured-pdf");
    let made = [PRINT.to_owned()].into_iter();
    let made = made.chain(has_pdf.then(|| PDF_FILE.to_owned()));
    Pages {
        smart_punctuation: html.smart_punctuation,
        renames_readme: config.build.use_default_preprocessors
            || preprocessors.contains_key("index"),
        are_whole: { preprocessors.keys() }.all(|name| QUIET.contains(&name.as_str())),
        others: others.chain(made).collect(),
        has_pdf,
        are_typeset: true,
        ..Pages::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(config: &str) -> Pages {
        of(&config.parse().expect("a configuration"))
    }

    #[test]
    fn a_readme_makes_the_page_of_its_folder() {
        let usual = pages("[preprocessor.measured]\n");
        for (path, page) in [
            ("README.md", "index.md"),
            ("a/readme.md", "a/index.md"),
            ("a/READMES.md", "a/READMES.md"),
        ] {
            assert_eq!(usual.page_of(path), page);
        }
        let without = "[build]\nuse-default-preprocessors = false\n";
        assert_eq!(pages(without).page_of("README.md"), "README.md");
        let with = format!("{without}[preprocessor.index]\n");
        assert_eq!(pages(&with).page_of("README.md"), "index.md");
    }

    #[test]
    fn other_programs_and_pages_are_known() {
        assert!(pages("[preprocessor.measured]\n[preprocessor.links]\n").are_whole);
        assert!(!pages("[preprocessor.toc]\n").are_whole);
        assert!(pages("[output.measured-pdf]\n").has_pdf && !pages("[output.html]\n").has_pdf);
        let others = pages("[output.html.redirect]\n\"/a/old.html\" = \"new.html\"\n").others;
        assert_eq!(
            others.into_iter().collect::<Vec<_>>(),
            ["a/old.html", "print.html"]
        );
        assert!(pages("[output.measured-pdf]\n").others.contains("book.pdf"));
    }
}
