//! Grids: runs of a plan that differ along axes.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::nearest::nearest_hint;
use crate::plan_file::merge_tables;

/// The most runs of all grids of a plan.
pub(crate) const MOST_RUNS: usize = 20_000;

/// What is wrong, and where in the plan.
pub(crate) type Fault = (Range<usize>, String);

/// A run as a table of the plan, before its defaults.
pub(crate) struct Tabled<'a> {
    pub(crate) table: Spanned<DeValue<'a>>,
    /// The grid that it comes of, by its `id` as it is written.
    pub(crate) grid: Option<String>,
    /// What is added to its seed, where the grid counts seeds.
    pub(crate) seed_offset: u64,
    /// What the axes of its grid say of it.
    pub(crate) point: DeTable<'a>,
}

/// The runs of a `[[grid]]`, at most `room`, in the order of its axes, the last of which changes from run to run.
pub(crate) fn expand<'a>(
    grid: Spanned<DeValue<'a>>,
    room: usize,
) -> Result<Vec<Tabled<'a>>, Vec<Fault>> {
    let span = grid.span();
    let one = |message: &str| vec![(span.clone(), message.to_owned())];
    let DeValue::Table(mut common) = grid.into_inner() else {
        return Err(one("`grid` is no table, expected `[[grid]]`"));
    };
    let Some(id) = common.remove("id") else {
        let message =
            "a grid without `id`, expected one that names its axes, such as `loss-{network}`";
        return Err(one(message));
    };
    let template = Template::parse(&id).map_err(|fault| vec![fault])?;
    let axes = match common.remove("axes").map(Spanned::into_inner) {
        Some(DeValue::Table(axes)) => Axis::all(axes)?,
        Some(_) => return Err(one("`axes` is no table, expected `[grid.axes]`")),
        None => Vec::new(),
    };
    if axes.is_empty() {
        return Err(one(
            "a grid without `axes`; hint: they stand in `[grid.axes]`, and a single run is a `[[run]]`",
        ));
    }
    check_common(&common, &axes, &span).map_err(|fault| vec![fault])?;
    template.check(&axes)?;
    let size = axes
        .iter()
        .try_fold(1_usize, |size, axis| size.checked_mul(axis.points.len()));
    let Some(size) = size.filter(|size| *size <= room) else {
        return Err(one(&format!(
            "with it, the plan has more than {MOST_RUNS} runs of grids"
        )));
    };
    let runs = (0..size).map(|index| {
        let points = points_at(&axes, index);
        let mut run = DeTable::new();
        for (axis, point) in axes.iter().zip(&points) {
            if let Some(path) = shared(&run, &point.table) {
                let message = format!("axis `{}`: `{path}` is another axis's, too", axis.name);
                return Err((axis.span.clone(), message));
            }
            merge_tables(&mut run, &point.table);
        }
        let point = run.clone();
        let id = Spanned::new(
            template.span.clone(),
            DeValue::String(template.id(&axes, &points).into()),
        );
        run.insert(Spanned::new(template.span.clone(), "id".into()), id);
        merge_tables(&mut run, &common);
        let counts = first_seed(&mut run)?;
        Ok(Tabled {
            table: Spanned::new(span.clone(), DeValue::Table(run)),
            grid: Some(template.text.clone()),
            seed_offset: if counts { index as u64 } else { 0 },
            point,
        })
    });
    runs.collect::<Result<_, _>>().map_err(|fault| vec![fault])
}

/// Whether what the runs of the grid at `span` have in common can be theirs.
fn check_common(common: &DeTable, axes: &[Axis], span: &Range<usize>) -> Result<(), Fault> {
    check_run(common)?;
    for Axis { name, span, points } in axes {
        let paths: Option<Vec<_>> = { points.iter() }
            .map(|point| shared(common, &point.table))
            .collect();
        if let Some([path, ..]) = paths.as_deref() {
            let message = format!(
                "axis `{name}` says `{path}` at every point, and what all runs have in common does, too"
            );
            return Err((span.clone(), message));
        }
    }
    let of_points =
        |axis: &Axis| { axis.points.iter() }.all(|it| it.table.contains_key("experiment"));
    match common.contains_key("experiment") || axes.iter().any(of_points) {
        true => Ok(()),
        false => {
            let message = "a grid without `experiment`, expected that of its runs";
            Err((span.clone(), message.to_owned()))
        }
    }
}

/// Whether a part of a run has tables and lists where a run has them.
pub(crate) fn check_run(part: &DeTable) -> Result<(), Fault> {
    for (key, expected) in [("configuration", "table"), ("accepted", "array")] {
        if let Some(value) = part.get(key)
            && value.get_ref().type_str() != expected
        {
            let found = value.get_ref().type_str();
            let message = format!("`{key}`: found {found}, expected {expected}");
            return Err((value.span(), message));
        }
    }
    Ok(())
}

/// The path of a value that both tables have; lists `accepted` are joined.
pub(crate) fn shared(a: &DeTable, b: &DeTable) -> Option<String> {
    b.iter().find_map(|(key, value)| {
        let name = key.get_ref();
        match (a.get(name.as_ref())?.get_ref(), value.get_ref()) {
            (DeValue::Table(a), DeValue::Table(b)) => {
                shared(a, b).map(|path| format!("{name}.{path}"))
            }
            _ if name == "accepted" => None,
            _ => Some(name.to_string()),
        }
    })
}

/// Puts the first seed in the place of `configuration.seed = { first = 1 }`; whether it stood there.
fn first_seed(run: &mut DeTable) -> Result<bool, Fault> {
    let Some(DeValue::Table(configuration)) = run.get_mut("configuration").map(Spanned::get_mut)
    else {
        return Ok(false);
    };
    let Some(seed) = configuration.get_mut("seed") else {
        return Ok(false);
    };
    let DeValue::Table(counted) = seed.get_ref() else {
        return Ok(false);
    };
    let first = counted
        .get("first")
        .filter(|first| counted.len() == 1 && first.get_ref().is_integer());
    let Some(first) = first.cloned() else {
        let message = "`configuration.seed` is a table, expected a seed or `{ first = 1 }`, from which the \
                       grid counts";
        return Err((seed.span(), message.to_owned()));
    };
    *seed = first;
    Ok(true)
}

/// The points of the run that comes after so many others.
fn points_at<'t, 'a>(axes: &'t [Axis<'a>], mut index: usize) -> Vec<&'t Point<'a>> {
    let mut points: Vec<_> = { axes.iter().rev() }
        .map(|axis| {
            let point = &axis.points[index % axis.points.len()];
            index /= axis.points.len();
            point
        })
        .collect();
    points.reverse();
    points
}

/// What differs from run to run.
struct Axis<'a> {
    /// What the grid's `id` calls it: the last part of its key.
    name: String,
    span: Range<usize>,
    points: Vec<Point<'a>>,
}

/// One place on an axis.
struct Point<'a> {
    /// What stands for it in ids.
    word: String,
    /// What a run has there.
    table: DeTable<'a>,
}

impl<'a> Axis<'a> {
    /// All axes, in the order of the file.
    fn all(axes: DeTable<'a>) -> Result<Vec<Self>, Vec<Fault>> {
        let (mut found, mut faults) = (Vec::new(), Vec::new());
        Axis::read(axes, &[], &mut found, &mut faults);
        found.sort_by_key(|axis| axis.span.start);
        let mut names = BTreeSet::new();
        for Axis { name, span, .. } in &found {
            if !names.insert(name) {
                let message = format!(
                    "axis `{name}` a second time; hint: `id` names an axis by the last part of its key"
                );
                faults.push((span.clone(), message));
            }
        }
        if faults.is_empty() {
            Ok(found)
        } else {
            Err(faults)
        }
    }

    /// The axes in a table of `axes` whose keys are `path`.
    fn read(axes: DeTable<'a>, path: &[String], found: &mut Vec<Self>, faults: &mut Vec<Fault>) {
        for (key, value) in axes {
            let (span, name) = (key.span(), key.get_ref().to_string());
            let path = [path, std::slice::from_ref(&name)].concat();
            match value.into_inner() {
                DeValue::Table(inner) => Axis::read(inner, &path, found, faults),
                DeValue::Array(values) if values.is_empty() => {
                    faults.push((span, format!("axis `{name}` is empty")));
                }
                DeValue::Array(values) => match Point::all(values, &path) {
                    Ok(_) if path[0] == "configuration" => {
                        let message =
                            "axes are those of the configuration; hint: leave `configuration.` out";
                        faults.push((span, message.to_owned()));
                    }
                    Ok(points)
                        if OF_RUNS.contains(&path[0].as_str())
                            && points.iter().any(Point::is_value) =>
                    {
                        let message = format!(
                            "axis `{name}`: a value is one of the configuration; hint: `{{ as = \"a\", {name} = … }}`"
                        );
                        faults.push((span, message));
                    }
                    Ok(points) => found.push(Axis { name, span, points }),
                    Err(fault) => faults.push(fault),
                },
                other => {
                    let found = other.type_str();
                    faults.push((
                        span,
                        format!("axis `{name}`: found {found}, expected a list; hint: what all runs have in common stands before `[grid.axes]`"),
                    ));
                }
            }
        }
    }
}

/// What a run has beside its configuration.
const OF_RUNS: [&str; 4] = ["experiment", "hardware", "priority", "accepted"];

impl<'a> Point<'a> {
    /// Whether it is a value of the configuration.
    fn is_value(&self) -> bool {
        let configuration = self.table.get("configuration").map(Spanned::get_ref);
        configuration.is_some_and(|it| OF_RUNS.iter().any(|key| it.get(*key).is_some()))
    }

    fn all(values: DeArray<'a>, path: &[String]) -> Result<Vec<Self>, Fault> {
        values
            .into_iter()
            .map(|value| Point::of(value, path))
            .collect()
    }

    /// A value of the configuration at `path`, or a table of what runs have there.
    fn of(value: Spanned<DeValue<'a>>, path: &[String]) -> Result<Self, Fault> {
        let span = value.span();
        let word = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Boolean(flag) => flag.to_string(),
            DeValue::Table(_) => return Point::of_table(value),
            other => {
                let found = other.type_str();
                let message = format!(
                    "found {found}, expected a decimal number, a text, or a table such as `{{ as = \"a\", … }}`"
                );
                return Err((span, message));
            }
        };
        let keys = std::iter::once("configuration").chain(path.iter().map(String::as_str));
        let value = keys.rev().fold(value, |value, key| {
            let mut table = DeTable::new();
            table.insert(Spanned::new(span.clone(), key.to_owned().into()), value);
            Spanned::new(span.clone(), DeValue::Table(table))
        });
        match value.into_inner() {
            DeValue::Table(table) => Ok(Point { word, table }),
            _ => unreachable!("a configuration is around it"),
        }
    }

    fn of_table(value: Spanned<DeValue<'a>>) -> Result<Self, Fault> {
        let span = value.span();
        let DeValue::Table(mut table) = value.into_inner() else {
            unreachable!("it is a table");
        };
        if table.contains_key("id") {
            let message = "a point with `id`: the grid's makes the ids, hint: `as` is the text for this point";
            return Err((span, message.to_owned()));
        }
        check_run(&table)?;
        let configuration = table.get("configuration").map(Spanned::get_ref);
        if let Some(seed) = configuration.and_then(|it| it.get("seed"))
            && seed.get_ref().is_table()
        {
            let message =
                "`seed` is a table, expected a seed: only what all runs have in common counts";
            return Err((seed.span(), message.to_owned()));
        }
        match table.remove("as").map(Spanned::into_inner) {
            Some(DeValue::String(word)) => Ok(Point {
                word: word.into_owned(),
                table,
            }),
            Some(other) => {
                let found = other.type_str();
                Err((span, format!("`as`: found {found}, expected a text")))
            }
            None => {
                let message = "a point without `as`, expected the text that stands for it in ids";
                Err((span, message.to_owned()))
            }
        }
    }
}

/// The `id` of a grid, with the names of its axes in braces.
struct Template {
    text: String,
    span: Range<usize>,
    pieces: Vec<Piece>,
}

enum Piece {
    Text(String),
    Axis(String),
}

impl Template {
    fn parse(id: &Spanned<DeValue>) -> Result<Template, Fault> {
        let span = id.span();
        let Some(text) = id.get_ref().as_str() else {
            return Err((
                span,
                "`id` is no text, expected one that names the axes".to_owned(),
            ));
        };
        let unbalanced = || {
            let message =
                format!("`id` is `{text}`, expected the name of an axis between `{{` and `}}`");
            (span.clone(), message)
        };
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(unbalanced)?;
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Axis(name.to_owned()));
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        let has_brace = |piece: &Piece| match piece {
            Piece::Text(text) | Piece::Axis(text) => text.contains(['{', '}']),
        };
        if pieces.iter().any(has_brace) {
            return Err(unbalanced());
        }
        Ok(Template {
            text: text.to_owned(),
            span,
            pieces,
        })
    }

    /// The id of the run at these points of the axes.
    fn id(&self, axes: &[Axis], points: &[&Point]) -> String {
        let word = |name: &String| {
            let index = axes.iter().position(|axis| axis.name == *name);
            points[index.expect("it was checked")].word.as_str()
        };
        let words = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Axis(name) => word(name),
        });
        words.collect()
    }

    /// Whether it names every axis, and nothing else.
    fn check(&self, axes: &[Axis]) -> Result<(), Vec<Fault>> {
        let names = || axes.iter().map(|axis| axis.name.as_str());
        let named: Vec<_> = { self.pieces.iter() }
            .filter_map(|piece| match piece {
                Piece::Axis(name) => Some(name.as_str()),
                Piece::Text(_) => None,
            })
            .collect();
        let mut faults = Vec::new();
        for name in named
            .iter()
            .filter(|name| !names().any(|axis| axis == **name))
        {
            let last = name.trim().rsplit('.').next().unwrap_or_default();
            let hint = match names().find(|axis| *axis == last) {
                Some(axis) => format!("; hint: `{{{axis}}}`"),
                None => nearest_hint(name, names()),
            };
            faults.push((
                self.span.clone(),
                format!("`id` names `{{{name}}}`, which is no axis{hint}"),
            ));
        }
        for axis in axes
            .iter()
            .filter(|axis| !named.contains(&axis.name.as_str()))
        {
            let message = format!(
                "axis `{}` is not in `id`, so that runs would have one id",
                axis.name
            );
            faults.push((axis.span.clone(), message));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }
}
