//! What a chapter may ask for by name, and what each takes.

use super::table::Table;
use super::{EvidenceMark, Figure, Shown};
use crate::catalogue::Facts;
use results::with_nearest;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A table or a figure that chapters ask for by name.
pub struct View {
    /// What chapters call it.
    pub name: &'static str,
    /// What it shows, in a few words of Markdown.
    pub about: &'static str,
    /// Arguments that chapters could write.
    pub example: &'static str,
    /// Describes what it takes.
    pub arguments: fn() -> Vec<Argument>,
    /// Makes it.
    pub make: Make,
}

/// What makes a view from what a template gives it.
#[derive(Clone, Copy)]
pub enum Make {
    /// A table, its quantities written by the mark.
    Table(fn(Arguments, &Facts, EvidenceMark) -> Result<Shown<Table>, String>),
    /// A figure.
    Figure(fn(Arguments, &Facts) -> Result<Shown<Figure>, String>),
}

/// What a template gives a view, by name.
pub type Arguments = serde_json::Map<String, Value>;

/// One argument of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// What it is, in Markdown: `text`, or the words that it may be.
    pub takes: String,
    /// Whether it must be given.
    pub required: bool,
    /// What it says, as the view's author describes it.
    pub about: String,
}

/// The arguments of a view that has none.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoArguments {}

/// The arguments as the view wants them.
pub(crate) fn parse<T: DeserializeOwned>(arguments: Arguments) -> Result<T, String> {
    serde_json::from_value(arguments.into()).map_err(|error| with_nearest(&error.to_string()))
}

/// What a view takes whose arguments are read into a `T`: those that it needs first.
pub(crate) fn described<T: JsonSchema>() -> Vec<Argument> {
    let settings = SchemaSettings::default().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let none = Arguments::new();
    let fields = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|it| it == name));
    let mut arguments: Vec<_> = { fields.unwrap_or(&none).iter() }
        .map(|(name, field)| Argument {
            name: name.clone(),
            takes: takes(field),
            required: is_required(name),
            about: text(field, "description").replace('\n', " "),
        })
        .collect();
    arguments.sort_by_key(|argument| !argument.required);
    arguments
}

fn text<'a>(schema: &'a Value, key: &str) -> &'a str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// What a field may hold.
fn takes(schema: &Value) -> String {
    let words = words(schema);
    if !words.is_empty() {
        return words.join(", ");
    }
    let kind = match schema.get("type") {
        // What may be absent may be null.
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        Some(kind) => kind.as_str(),
        None => None,
    };
    match kind {
        Some("string") => "text".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("integer") => "a whole number".to_owned(),
        Some("number") => "a number".to_owned(),
        Some("object") => "columns with values".to_owned(),
        Some("array") => format!("a list: {}", takes(&schema["items"])),
        other => unreachable!("no view takes {other:?}, as {schema}"),
    }
}

/// The words that a field may be, where it is one of some.
fn words(schema: &Value) -> Vec<String> {
    let list = |key: &str| {
        schema
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let described = list("oneOf").flat_map(|choice| match choice.get("const") {
        Some(word) => vec![word],
        None => choice["enum"].as_array().into_iter().flatten().collect(),
    });
    let words = described.chain(list("enum")).filter_map(Value::as_str);
    words.map(|word| format!("`{word}`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::Map;

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Marks {
        Points,
        /// Both.
        LinesAndPoints,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "its names are read")]
    struct Taken {
        /// Which rows.
        #[serde(default, rename = "where")]
        place: Map<String, Value>,
        /// One
        /// or two.
        networks: Vec<String>,
        marks: Marks,
        #[serde(default)]
        log: bool,
        digits: Option<usize>,
        label: Option<String>,
    }

    #[test]
    fn arguments_are_described_by_what_reads_them() {
        let described = described::<Taken>();
        let found: Vec<_> = { described.iter() }
            .map(|it| {
                (
                    it.name.as_str(),
                    it.takes.as_str(),
                    it.required,
                    it.about.as_str(),
                )
            })
            .collect();
        let marks = "`points`, `lines_and_points`";
        assert_eq!(
            found,
            [
                ("marks", marks, true, ""),
                ("networks", "a list: text", true, "One or two."),
                ("digits", "a whole number", false, ""),
                ("label", "text", false, ""),
                ("log", "`true` or `false`", false, ""),
                ("where", "columns with values", false, "Which rows."),
            ]
        );
        assert_eq!(super::described::<NoArguments>(), []);
    }
}
