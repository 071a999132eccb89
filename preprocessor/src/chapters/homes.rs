//! The chapters that hold the lists that others link to: whichever call `evidence()`,
//! `references()` and `missing_runs()`.

use super::book::{Chapter, has_gap_with};
use super::calls::calls_of;
use super::citations::Citations;
use super::code::Shadow;
use super::diagnostic::Diagnostic;
use super::markup::Marked;
use super::sentinel::Mark;
use crate::escape::destination;

/// The lists that marks and citations lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    /// Where every number comes from.
    Evidence,
    /// The works that are cited.
    References,
    /// What is to be measured yet, with the commands.
    MissingRuns,
}

impl List {
    const ALL: [List; 3] = [List::Evidence, List::References, List::MissingRuns];

    /// The function that prints it.
    pub(crate) fn function(self) -> &'static str {
        match self {
            List::Evidence => "evidence",
            List::References => "references",
            List::MissingRuns => "missing_runs",
        }
    }
}

/// The chapters that hold the lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Homes {
    evidence: Option<Home>,
    references: Option<Home>,
    missing_runs: Option<Home>,
}

/// A chapter that holds a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Home {
    /// The chapter's path.
    pub(crate) chapter: String,
    /// Its address in Markdown, from the root of the book.
    pub(crate) markdown: String,
    /// Its page in the HTML, from the root of the book.
    pub(crate) page: String,
}

impl Home {
    fn new(chapter: &str) -> Home {
        let stem = chapter.strip_suffix(".md").unwrap_or(chapter);
        let (folder, name) = stem
            .rsplit_once('/')
            .map_or(("", stem), |(folder, name)| (&stem[..=folder.len()], name));
        // mdBook makes the page of a folder of its `README.md`.
        let name = match name.eq_ignore_ascii_case("readme") {
            true => "index",
            false => name,
        };
        Home {
            chapter: chapter.to_owned(),
            markdown: destination(chapter),
            page: destination(&format!("{folder}{name}.html")),
        }
    }
}

impl Homes {
    /// The homes of the lists, and the calls that there should not be: each list has one.
    ///
    /// Each chapter comes with its shadow.
    pub(super) fn find<'a>(
        chapters: impl IntoIterator<Item = (&'a Chapter, &'a Shadow<'a>)>,
    ) -> (Homes, Vec<Diagnostic>) {
        let (mut homes, mut faults) = (Homes::default(), Vec::new());
        for (Chapter { path, file, source }, shadow) in chapters {
            for list in List::ALL {
                for at in calls_of(&shadow.text, list.function()) {
                    let home = homes.slot(list);
                    match home {
                        None => *home = Some(Home::new(path)),
                        Some(home) => {
                            let message = format!(
                                "`{}()` stands in `{}` already; hint: a book has one such list",
                                list.function(),
                                home.chapter
                            );
                            faults.push(Diagnostic::at_offset(file, source, at, message));
                        }
                    }
                }
            }
        }
        (homes, faults)
    }

    /// Where `list` is, if a chapter holds it.
    pub(crate) fn of(&self, list: List) -> Option<&Home> {
        match list {
            List::Evidence => self.evidence.as_ref(),
            List::References => self.references.as_ref(),
            List::MissingRuns => self.missing_runs.as_ref(),
        }
    }

    /// What is wrong with the lists once all chapters are read: works that no chapter lists, and a
    /// list that its chapter does not print.
    pub(crate) fn faults(
        &self,
        chapters: &[(&Chapter, Marked)],
        citations: &Citations,
    ) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        for list in List::ALL {
            let Some(home) = self.of(list) else {
                continue;
            };
            let mark = Mark::List(list.function().to_owned()).to_text();
            let silent = { chapters.iter() }
                .find(|(chapter, read)| chapter.path == home.chapter && !read.text.contains(&mark));
            let silent = silent.filter(|(_, read)| !read.has_gaps);
            faults.extend(silent.map(|(Chapter { file, source, .. }, _)| {
                let call = format!("{}()", list.function());
                let message = format!(
                    "`{call}` is in a branch that is not taken; hint: links lead to the list, so \
                     the chapter has it always"
                );
                Diagnostic::at_snippet(file, source, list.function(), message)
            }));
        }
        if self.references.is_none() && !has_gap_with(chapters, "references") {
            faults.extend(first_citation(chapters, citations, self.evidence.as_ref()));
        }
        faults
    }

    fn slot(&mut self, list: List) -> &mut Option<Home> {
        match list {
            List::Evidence => &mut self.evidence,
            List::References => &mut self.references,
            List::MissingRuns => &mut self.missing_runs,
        }
    }
}

/// The first citation, as a fault: it leads nowhere. Where the text cites nothing, the works of
/// quoted facts that the evidence lists do.
fn first_citation(
    chapters: &[(&Chapter, Marked)],
    citations: &Citations,
    evidence: Option<&Home>,
) -> Option<Diagnostic> {
    let message = "no chapter calls `references()`, so a citation leads nowhere; hint: write \
                   `<< references() >>` into a chapter";
    let cited = chapters.iter().find_map(|(chapter, read)| {
        let work = read.citations.first()?;
        let Chapter { file, source, .. } = chapter;
        Some(Diagnostic::at_snippet(file, source, &work.key, message))
    });
    cited.or_else(|| {
        let home = evidence.filter(|_| !citations.is_empty())?;
        let (chapter, _) = chapters
            .iter()
            .find(|(chapter, _)| chapter.path == home.chapter)?;
        let Chapter { file, source, .. } = chapter;
        Some(Diagnostic::at_snippet(
            file,
            source,
            List::Evidence.function(),
            message,
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapter(path: &str, source: &str) -> Chapter {
        Chapter {
            path: path.into(),
            file: format!("book/{path}"),
            source: source.into(),
        }
    }

    fn find(chapters: &[Chapter]) -> (Homes, Vec<Diagnostic>) {
        let shadows: Vec<_> = { chapters.iter() }
            .map(|chapter| Shadow::of(&chapter.source))
            .collect();
        Homes::find(chapters.iter().zip(&shadows))
    }

    #[test]
    fn a_list_is_in_the_chapter_that_calls_it() {
        let (homes, faults) = find(&[
            chapter(
                "a.md",
                "`evidence()` <# << evidence() >> #> << \"evidence()\" >> evidence()",
            ),
            chapter("b/my list.md", "<< evidence() >>\n\n<<references( )>>"),
        ]);
        assert_eq!(faults, []);
        let home = homes.of(List::Evidence).unwrap();
        assert_eq!(home.markdown, "b/my%20list.md");
        assert_eq!(home.page, "b/my%20list.html");
        assert_eq!(homes.of(List::References), Some(home));
    }

    #[test]
    fn the_readme_of_a_folder_is_its_index() {
        for (path, page) in [
            ("lists/README.md", "lists/index.html"),
            ("Readme.md", "index.html"),
            ("readme-first.md", "readme-first.html"),
        ] {
            assert_eq!(Home::new(path).page, page);
        }
    }

    #[test]
    fn a_second_list_is_a_fault() {
        let (homes, faults) = find(&[
            chapter("a.md", "<< evidence() >>"),
            chapter("b.md", "x\n<< evidence() >>"),
        ]);
        assert_eq!(homes.of(List::Evidence).unwrap().chapter, "a.md");
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "`book/b.md:2:4`: `evidence()` stands in `a.md` already; hint: a book has one such list"
            ]
        );
    }
}
