//! A work in IEEE style.
//!
//! Source: IEEE Reference Guide (V 11.29.2023). Where the guide has no place for a field that says
//! something about the work, it is printed all the same: a list of references loses nothing.

use super::dates;
use super::entry::Fields;
use super::fields;
use super::kind::Kind;
use super::marks::{Mark, Marks};
use super::names::Names;
use super::phrases::{self, is_sentence, quoted, sentence};
use biblatex::{Entry, EntryType};

/// A work as Markdown without its number.
///
/// # Errors
/// When the marks are used up.
pub(super) fn reference(entry: &Entry, marks: &mut Marks) -> Result<String, String> {
    let mut work = Work {
        fields: Fields { entry },
        kind: Kind::of(entry),
        marks,
        url: None,
    };
    let line = work.line()?;
    Ok(work.marks.to_markdown(&line))
}

/// Those who wrote a work, for a sentence that names them, as text.
pub(super) fn authors_in_a_sentence(entry: &Entry, marks: &Marks) -> Option<String> {
    let names = Names::of(entry, "author").or_else(|| Names::of(entry, "editor"))?;
    Some(marks.to_plain(&names.in_a_sentence()))
}

/// `authors`, or the title where nobody is named, and the year, as text.
pub(super) fn by_year(entry: &Entry, authors: &str, marks: &Marks) -> String {
    let fields = Fields { entry };
    let title = || marks.to_plain(&fields.title("").unwrap_or_default());
    let who = match authors.is_empty() {
        true => title(),
        false => authors.to_owned(),
    };
    let year = dates::year(&fields).map(|year| marks.to_plain(&year));
    let parts: Vec<_> = [Some(who), year].into_iter().flatten().collect();
    parts.join(" ").trim().to_owned()
}

struct Work<'a> {
    fields: Fields<'a>,
    kind: Kind,
    marks: &'a mut Marks,
    /// The address at the end of the line.
    url: Option<String>,
}

/// Parts that end with commas.
#[derive(Default)]
struct Parts(Vec<String>);

impl Parts {
    fn add(&mut self, part: impl Into<Option<String>>) {
        self.0.extend(part.into());
    }

    /// Adds the first of the field with what stands before it: `vol. 3`.
    fn labelled(&mut self, label: &str, field: Option<String>) {
        self.add(field.map(|field| format!("{label} {field}")));
    }
}

impl Work<'_> {
    fn line(&mut self) -> Result<String, String> {
        self.url = self.fields.text("url");
        let lead = self.lead()?;
        let title = self.main_title();
        let mut about = Parts::default();
        self.add_about(&mut about)?;
        let mut rest = Parts::default();
        self.add_rest(&mut rest);
        self.add_identifiers(&mut rest, &lead, &about)?;
        let is_alone = title.is_none() && about.0.is_empty() && rest.0.is_empty();
        let mut line = match lead {
            Some(lead) if is_alone => sentence(&lead),
            Some(lead) => lead + ", ",
            None => String::new(),
        };
        match title {
            Some(title) if self.kind == Kind::Book => {
                let title = self.italic(&title)?;
                about.0.insert(0, title);
                line.push_str(&sentence(&about.0.join(", ")));
            }
            title => {
                about.0.append(&mut rest.0);
                let comma = if about.0.is_empty() { '.' } else { ',' };
                line.extend(title.map(|title| quoted(&title, comma) + " "));
                line.push_str(&sentence(&about.0.join(", ")));
            }
        }
        let mut sentences = vec![line, sentence(&rest.0.join(", "))];
        let notes = self.notes().filter(|note| is_sentence(note));
        sentences.extend(notes.map(|note| sentence(&note)));
        sentences.push(self.availability()?);
        sentences.retain(|sentence| !sentence.trim().is_empty());
        Ok(sentences
            .iter()
            .map(|it| it.trim())
            .collect::<Vec<_>>()
            .join(" "))
    }

    /// The authors, or who stands in their place.
    fn lead(&mut self) -> Result<Option<String>, String> {
        for (field, one, many) in [
            ("author", "", ""),
            ("editor", "Ed.", "Eds."),
            ("translator", "Trans.", "Trans."),
        ] {
            if let Some(names) = Names::of(self.fields.entry, field) {
                let label = if names.are_many() { many } else { one };
                let names = names.listed(self.marks)?;
                return Ok(Some(match label.is_empty() {
                    true => names,
                    false => format!("{names}, {label}"),
                }));
            }
        }
        Ok(None)
    }

    fn main_title(&self) -> Option<String> {
        self.fields.title("").or_else(|| self.fields.title("main"))
    }

    fn italic(&mut self, text: &str) -> Result<String, String> {
        let start = self.marks.character(Mark::Emphasis)?;
        let end = self.marks.character(Mark::EmphasisEnd)?;
        Ok(format!("{start}{text}{end}"))
    }

    /// What the work is and what it is part of.
    fn add_about(&mut self, parts: &mut Parts) -> Result<(), String> {
        parts.add(self.fields.text("titleaddon"));
        self.add_container(parts)?;
        parts.add(
            self.fields
                .text("edition")
                .map(|edition| phrases::edition(&edition)),
        );
        parts.labelled("ser.", self.fields.text("series"));
        parts.labelled("vol.", self.fields.text("volume"));
        parts.add(
            self.fields
                .text("volumes")
                .map(|volumes| format!("{volumes} vols.")),
        );
        parts.labelled("pt.", self.fields.text("part"));
        let number = self.fields.text("number");
        let (number, issue) = match number.filter(|_| !self.has_number_of_kind()) {
            Some(number) => (Some(number), self.fields.text("issue")),
            None => (self.fields.text("issue"), None),
        };
        parts.labelled("no.", number);
        parts.add(issue);
        self.add_contributors(parts)
    }

    fn add_container(&mut self, parts: &mut Parts) -> Result<(), String> {
        let f = &self.fields;
        let journal = ["journal", "journaltitle"]
            .iter()
            .find_map(|name| f.text(name));
        let journal = match (journal, f.text("journalsubtitle")) {
            (Some(journal), Some(subtitle)) => Some(format!("{journal}: {subtitle}")),
            (journal, _) => journal,
        };
        let (book, main) = (f.title("book"), f.title("main"));
        let main = main.filter(|main| Some(main) != self.main_title().as_ref());
        let issue = f.title("issue");
        if let Some(journal) = journal {
            let journal = self.italic(&journal)?;
            parts.add(journal);
        }
        parts.add(issue);
        for title in [main, book].into_iter().flatten() {
            let title = self.italic(&title)?;
            let inside = if parts.0.iter().any(|part| part.starts_with("in ")) {
                ""
            } else {
                "in "
            };
            parts.add(format!("{inside}{title}"));
        }
        parts.add(self.fields.first(&["booktitleaddon", "maintitleaddon"]));
        parts.add(self.event());
        Ok(())
    }

    /// The conference, where the book's title does not name it.
    fn event(&self) -> Option<String> {
        let f = &self.fields;
        let (title, venue) = (f.title("event"), f.text("venue"));
        let date = dates::in_field(f, "eventdate").filter(|_| dates::published(f).is_some());
        let place = [venue, date]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ");
        match (title, place.is_empty()) {
            (Some(title), true) => Some(format!("presented at {title}")),
            (Some(title), false) => Some(format!("presented at {title}, {place}")),
            (None, is_empty) => (!is_empty).then_some(place),
        }
    }

    fn add_contributors(&mut self, parts: &mut Parts) -> Result<(), String> {
        let has_author = Names::of(self.fields.entry, "author").is_some();
        let has_editor = Names::of(self.fields.entry, "editor").is_some();
        for (field, one, many, is_shown) in [
            ("bookauthor", "", "", true),
            ("editor", "Ed.", "Eds.", has_author),
            ("editora", "Ed.", "Eds.", true),
            ("translator", "Trans.", "Trans.", has_author || has_editor),
            ("annotator", "Annot.", "Annots.", true),
            ("commentator", "Comm.", "Comms.", true),
            ("holder", "", "", true),
        ] {
            let Some(names) = Names::of(self.fields.entry, field).filter(|_| is_shown) else {
                continue;
            };
            let label = if names.are_many() { many } else { one };
            let listed = names.listed(self.marks)?;
            parts.add(match label.is_empty() {
                true => listed,
                false => format!("{listed}, {label}"),
            });
        }
        Ok(())
    }

    /// Who published it, when, and what there is to say beside.
    fn add_rest(&mut self, parts: &mut Parts) {
        parts.add(self.place_of_event());
        let (publisher, genre) = (self.publisher(), self.genre());
        let is_article = self.kind == Kind::Article;
        match self.kind {
            Kind::Thesis => parts
                .0
                .extend([genre, publisher.clone()].into_iter().flatten()),
            Kind::Article => parts.add(genre),
            _ => parts
                .0
                .extend([publisher.clone(), genre].into_iter().flatten()),
        }
        parts.add(self.fields.text("version").map(phrases::version));
        self.add_howpublished(parts);
        let f = &self.fields;
        let date = dates::published(f).or_else(|| dates::in_field(f, "eventdate"));
        let pages = [
            f.text("chapter").map(|chapter| format!("ch. {chapter}")),
            f.text("pages").map(|pages| phrases::pages(&pages)),
            f.text("eid").map(|eid| format!("Art. no. {eid}")),
            f.text("pagetotal").map(|pages| format!("{pages} pp.")),
        ];
        let pages = pages.into_iter().flatten();
        match self.kind {
            Kind::Article | Kind::Other => parts.0.extend(pages.chain(date)),
            _ => parts.0.extend(date.into_iter().chain(pages)),
        }
        parts.add(publisher.filter(|_| is_article));
        parts.add(f.text("pubstate").map(phrases::state));
        let notes = self.notes().filter(|note| !is_sentence(note));
        parts.0.extend(notes);
    }

    /// A way of publishing that is an address and nothing else is where the work is.
    fn add_howpublished(&mut self, parts: &mut Parts) {
        let Some(text) = self.fields.text("howpublished") else {
            return;
        };
        let link = self.marks.only_link(&text);
        let is_address = text.starts_with("http") && fields::check_address(&text).is_ok();
        match link.or(Some(text.as_str()).filter(|text| is_address && !text.contains(' '))) {
            Some(url) if self.url.as_deref().is_none_or(|known| known == url) => {
                self.url = Some(url.to_owned());
            }
            _ => parts.add(text),
        }
    }

    fn notes(&self) -> impl Iterator<Item = String> {
        let notes = ["note", "addendum"].map(|name| self.fields.text(name));
        notes.into_iter().flatten()
    }

    /// Whether the number is one of reports, patents or standards, not of an issue.
    fn has_number_of_kind(&self) -> bool {
        let has_type = self.fields.text("type").is_some();
        matches!(self.kind, Kind::Report | Kind::Patent) || (self.kind == Kind::Other && has_type)
    }

    /// What kind of report, thesis, patent or other thing it is, and which one.
    fn genre(&self) -> Option<String> {
        let genre = match (self.fields.text("type"), &self.fields.entry.entry_type) {
            (Some(genre), _) => Some(match genre.as_str() {
                "techreport" => "Tech. Rep.".to_owned(),
                "resreport" => "Res. Rep.".to_owned(),
                "phdthesis" => "Ph.D. dissertation".to_owned(),
                "mathesis" => "M.S. thesis".to_owned(),
                "patent" => "Patent".to_owned(),
                "patentus" => "U.S. Patent".to_owned(),
                _ => genre,
            }),
            (None, EntryType::PhdThesis) => Some("Ph.D. dissertation".to_owned()),
            (None, EntryType::MastersThesis) => Some("M.S. thesis".to_owned()),
            (None, EntryType::TechReport) => Some("Tech. Rep.".to_owned()),
            (None, EntryType::Patent) => Some("Patent".to_owned()),
            (None, _) => None,
        };
        let number = { self.fields.text("number") }.filter(|_| self.has_number_of_kind());
        let genre = [genre, number]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        (!genre.is_empty()).then_some(genre)
    }

    /// The `location` of a work that has the `address` of its publisher, too.
    fn place_of_event(&self) -> Option<String> {
        let (location, address) = (self.fields.text("location"), self.fields.text("address")?);
        location.filter(|location| *location != address)
    }

    /// `Place: Publisher` of a book, `Institution, Place` of all else.
    fn publisher(&self) -> Option<String> {
        let f = &self.fields;
        let place = f.first(&["address", "location"]);
        let mut houses: Vec<String> = Vec::new();
        for name in ["publisher", "organization", "institution", "school"] {
            let house = f.text(name);
            houses.extend(house.filter(|house| !houses.contains(house)));
        }
        let houses = houses.join(", ");
        match (self.kind, place) {
            (_, place) if houses.is_empty() => place,
            (_, None) => Some(houses),
            (Kind::Book | Kind::Part, Some(place)) => Some(format!("{place}: {houses}")),
            (_, Some(place)) => Some(format!("{houses}, {place}")),
        }
    }

    /// The identifiers that the other parts do not hold already.
    fn add_identifiers(
        &mut self,
        rest: &mut Parts,
        lead: &Option<String>,
        about: &Parts,
    ) -> Result<(), String> {
        let said = { lead.iter().chain(&about.0).chain(&rest.0) }
            .map(|part| self.marks.to_plain(part))
            .collect::<Vec<_>>()
            .join(" ");
        let eprint = fields::eprint(&self.fields);
        let address = self.fields.text("eprint").filter(|_| eprint.is_none());
        if let Some(eprint) = eprint.filter(|eprint| !said.contains(&eprint.id)) {
            let printed = match eprint.address {
                Some(address) => {
                    self.url = self.url.take().filter(|url| *url != address);
                    self.linked(&eprint.printed, address)?
                }
                None => eprint.printed,
            };
            rest.add(printed + &eprint.class);
        }
        if let Some(doi) = self.fields.text("doi").map(|doi| fields::doi(&doi)) {
            self.url = self.url.take().filter(|url| fields::doi(url) != doi);
            let link = self.linked(&doi, format!("https://doi.org/{doi}"))?;
            rest.add(format!("doi: {link}"));
        }
        self.url = self.url.take().or(address);
        Ok(())
    }

    /// A text that leads to an address.
    fn linked(&mut self, text: &str, address: String) -> Result<String, String> {
        let start = self.marks.character(Mark::LinkStart(address))?;
        let end = self.marks.character(Mark::LinkEnd)?;
        Ok(format!("{start}{text}{end}"))
    }

    fn availability(&mut self) -> Result<String, String> {
        let names = ["urldate", "lastchecked", "accessed"];
        let accessed = names
            .iter()
            .find_map(|name| dates::in_field(&self.fields, name));
        let accessed = accessed.map(|date| format!("Accessed: {date}."));
        let available = match self.url.take() {
            Some(url) => {
                let link = self.marks.character(Mark::Link(url))?;
                Some(format!("[Online]. Available: {link}"))
            }
            None => None,
        };
        Ok([accessed, available]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "))
    }
}
