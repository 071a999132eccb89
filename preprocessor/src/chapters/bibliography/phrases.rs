//! How the parts of a reference are worded: titles, editions, pages, and where sentences end.

/// A title in quotation marks with the sign that ends it inside (American usage).
pub(super) fn quoted(title: &str, end: char) -> String {
    // Quotations inside a quotation have single marks.
    let title = title.replace('“', "‘").replace('”', "’");
    match title.strip_suffix('’') {
        Some(inside) => format!("“{inside}{end}’”"),
        None if end == '.' && title.ends_with(['.', '?', '!']) => format!("“{title}”"),
        None => format!("“{}{end}”", title.trim_end_matches('.')),
    }
}

/// With a full stop at its end, unless there is one.
pub(super) fn sentence(text: &str) -> String {
    match text.is_empty() || text.ends_with(['.', '!', '?', '”']) {
        true => text.to_owned(),
        false => format!("{text}."),
    }
}

/// Whether a note is one: what begins with a small letter is a part of the sentence before it.
pub(super) fn is_sentence(note: &str) -> bool {
    !note.starts_with(char::is_lowercase)
}

/// `3` and `Third` are `3rd ed.` and `Third ed.`
pub(super) fn edition(text: &str) -> String {
    let number = text.parse::<u32>();
    let ordinal = match number {
        Ok(number) => {
            let suffix = match (number % 10, number % 100) {
                (_, 11..=13) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            };
            format!("{number}{suffix}")
        }
        Err(_) => text.to_owned(),
    };
    match ordinal.contains("ed.") || ordinal.to_lowercase().contains("edition") {
        true => ordinal,
        false => format!("{ordinal} ed."),
    }
}

/// `pp. 3–9`, however they are typed.
pub(super) fn pages(text: &str) -> String {
    let text = text.replace(" – ", "–");
    let text = text
        .trim_start_matches("pp.")
        .trim_start_matches("p.")
        .trim();
    let is_number = |c: char| c.is_ascii_alphanumeric() || ":.".contains(c);
    let is_plain = text.chars().all(|c| is_number(c) || " -–,".contains(c));
    let text = match is_plain && text.contains('-') {
        true => text.replace(" - ", "–").replace('-', "–"),
        false => text.to_owned(),
    };
    match text.contains(['–', '—', ',', '+', '&']) || text.contains(" and ") {
        true => format!("pp. {text}"),
        false => format!("p. {text}"),
    }
}

/// `1.2` is `ver. 1.2`; `version 1.2` is what it says.
pub(super) fn version(text: String) -> String {
    match text.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("ver. {text}"),
        false => text,
    }
}

/// The states of publication in biblatex's names, and others as they are.
pub(super) fn state(name: String) -> String {
    match name.as_str() {
        "inpress" => "in press".to_owned(),
        "inpreparation" => "in preparation".to_owned(),
        _ => name,
    }
}
