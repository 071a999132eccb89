//! From the plan's text to planned runs: defaults are merged before the types are checked, positions kept.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{DeserializeSeed, IgnoredAny};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, ValueDeserializer};

use crate::configuration::PlannedRunOf;
use crate::error::Problem;
use crate::experiments::{self, EXPERIMENTS, KnownExperiment, known_experiment};
use crate::grid::{MOST_RUNS, Tabled, check_run, expand, shared};
use crate::kinds::KEYS_OF_KINDS;
use crate::nearest::{nearest_hint, with_nearest};
use crate::plan::{Plan, PlannedRun, underscored};
use crate::ranges;
use crate::shapes::{self, shape};
use crate::slurm::Slurm;

/// What is wrong, with its line counted from 1.
type Problems = Vec<(Option<usize>, String)>;

/// The longest id, in bytes: file systems take names of 255, with endings.
const ID_BYTES: usize = 200;

pub(crate) fn parse(text: &str) -> Result<Plan, Problems> {
    let mut reader = Reader {
        text,
        newlines: text.match_indices('\n').map(|(at, _)| at).collect(),
        problems: Problems::new(),
    };
    let plan = reader.plan();
    // A mistake in the defaults shows in each run that takes them.
    let mut seen = BTreeSet::new();
    reader
        .problems
        .retain(|problem| seen.insert(problem.clone()));
    reader.problems.sort();
    if reader.problems.is_empty() {
        Ok(plan)
    } else {
        Err(reader.problems)
    }
}

struct Reader<'a> {
    text: &'a str,
    newlines: Vec<usize>,
    problems: Problems,
}

impl<'a> Reader<'a> {
    fn report(&mut self, span: Option<Range<usize>>, problem: impl Into<String>) {
        let line = span.map(|span| self.line(span.start));
        self.problems.push((line, problem.into()));
    }

    fn line(&self, offset: usize) -> usize {
        self.newlines.partition_point(|&newline| newline < offset) + 1
    }

    fn plan(&mut self) -> Plan {
        let root = match DeTable::parse(self.text) {
            Ok(root) => root.into_inner(),
            Err(error) => {
                self.report(error.span(), error.message().trim());
                return Plan::default();
            }
        };
        let mut slurm = Slurm::default();
        let (mut defaults, mut tables, mut grids) =
            (DeTable::new(), DeArray::new(), DeArray::new());
        for (key, value) in root {
            if key.get_ref() == "engine" {
                slurm = self.engine(key, value);
                continue;
            }
            match (key.get_ref().as_ref(), value.into_inner()) {
                ("defaults", DeValue::Table(table)) => defaults = table,
                ("run", DeValue::Array(array)) => tables = array,
                ("grid", DeValue::Array(array)) => grids = array,
                (name @ ("grid" | "run"), other) => {
                    let problem = format!("`{name}` is {}, expected `[[{name}]]`", shape(&other));
                    self.report(Some(key.span()), problem);
                }
                ("defaults", other) => {
                    let found = shape(&other);
                    let problem =
                        format!("`defaults` is {found}, expected `[defaults.EXPERIMENT]`");
                    self.report(Some(key.span()), problem);
                }
                (other, _) => {
                    let problem = format!(
                        "`{other}` is unknown, expected `[defaults.EXPERIMENT]`, `[[run]]`, `[[grid]]` and `[engine.slurm]`"
                    );
                    self.report(Some(key.span()), problem);
                }
            }
        }
        let shared = self.add_shared_defaults(&mut defaults);
        self.check_defaults(&defaults);
        let before = self.problems.len();
        let tables = self.tabled(tables, grids);
        if self.problems.len() == before {
            self.check_service(&defaults, shared, &tables);
        }
        let runs = self.runs(&defaults, tables);
        Plan { runs, slurm }
    }

    /// What `[engine.…]` says of the systems that make runs.
    fn engine(&mut self, key: Spanned<Cow<'a, str>>, value: Spanned<DeValue<'a>>) -> Slurm {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Engine {
            slurm: Slurm,
        }
        #[derive(Deserialize)]
        struct Engines {
            engine: Engine,
        }
        let span = value.span();
        let table = DeTable::from_iter([(key, value)]);
        let table = Spanned::new(span, DeValue::Table(table));
        let seed = PhantomData::<Engines>;
        let Some(Engines { engine }) = self.deserialize(&table, "engine", seed) else {
            return Slurm::default();
        };
        for (key, problem) in engine.slurm.faults() {
            let key = format!("engine.slurm.{key}");
            let span = span_of(&table, &key);
            self.report(Some(span), format!("`{key}`: {problem}"));
        }
        engine.slurm
    }

    /// What a table says, read by `seed`; a fault is told with its key, one of the whole table with its `name`.
    fn deserialize<T: DeserializeSeed<'a>>(
        &mut self,
        table: &Spanned<DeValue<'a>>,
        name: &str,
        seed: T,
    ) -> Option<T::Value> {
        self.deserialize_of(None, table, name, seed)
    }

    /// The same of a run of this experiment, which says what it does where a key is not of its kind.
    fn deserialize_of<T: DeserializeSeed<'a>>(
        &mut self,
        known: Option<&KnownExperiment>,
        table: &Spanned<DeValue<'a>>,
        name: &str,
        seed: T,
    ) -> Option<T::Value> {
        let mut track = serde_path_to_error::Track::new();
        let value = ValueDeserializer::from(table.clone());
        match seed.deserialize(serde_path_to_error::Deserializer::new(value, &mut track)) {
            Ok(value) => Some(value),
            Err(error) => {
                let key = track.path().to_string();
                let key = if key == "." { name } else { &key };
                let place = error.span().unwrap_or(table.span());
                let message = with_nearest(&in_words(error.message().trim()));
                let hint = moved_hint(&message);
                let does = known.filter(|_| key.starts_with("configuration"));
                let does = does.and_then(|known| not_of_its_kind(known, &message));
                let does = does.unwrap_or_default();
                self.report(Some(place), format!("`{key}`: {message}{does}{hint}"));
                None
            }
        }
    }

    /// Finds defaults that no run could take.
    fn check_defaults(&mut self, defaults: &DeTable<'a>) {
        for (name, table) in defaults {
            let DeValue::Table(table) = table.get_ref() else {
                let problem = format!(
                    "`defaults.{0}` is no table, expected `[defaults.{0}]`",
                    name.get_ref()
                );
                self.report(Some(name.span()), problem);
                continue;
            };
            if let Err((span, problem)) = check_run(table) {
                self.report(Some(span), problem);
            }
            for key in ["id", "experiment"] {
                if let Some(value) = table.get(key) {
                    let problem = format!("`{key}` among defaults, expected in each run");
                    self.report(Some(value.span()), problem);
                }
            }
        }
    }

    /// Finds defaults that no run takes, and no other defaults, as those that are `shared`.
    fn check_service(
        &mut self,
        defaults: &DeTable<'a>,
        mut shared: BTreeSet<String>,
        runs: &[Tabled<'a>],
    ) {
        let experiments = runs
            .iter()
            .filter_map(|run| text_of(&run.table, "experiment"));
        shared.extend(experiments.map(str::to_owned));
        let unused = defaults
            .keys()
            .filter(|name| !shared.contains(name.get_ref().as_ref()));
        for name in unused {
            let hint = match known_experiment(name.get_ref()) {
                Ok(_) => String::new(),
                Err(_) => nearest_hint(name.get_ref(), EXPERIMENTS.iter().map(|known| known.name)),
            };
            let problem = format!("`defaults.{}` serves no run{hint}", name.get_ref());
            self.report(Some(name.span()), problem);
        }
    }

    /// Adds to each table of defaults those of the one that it is `like`; the names of these.
    fn add_shared_defaults(&mut self, defaults: &mut DeTable<'a>) -> BTreeSet<String> {
        let written = defaults.clone();
        let mut shared = BTreeSet::new();
        for (name, table) in defaults.iter_mut() {
            let mut followed = BTreeSet::from([name.get_ref().to_string()]);
            while let Some(like) = like(table) {
                let span = like.span();
                let Some(other) = like.get_ref().as_str().map(str::to_owned) else {
                    let found = like.get_ref().type_str();
                    let problem =
                        format!("`like`: found {found}, expected the name of other defaults");
                    self.report(Some(span), problem);
                    break;
                };
                let Some(common) = written.get(&*other) else {
                    let hint = nearest_hint(&other, written.keys().map(|key| &**key.get_ref()));
                    let problem =
                        format!("`like` is `{other}`, of which there are no defaults{hint}");
                    self.report(Some(span), problem);
                    break;
                };
                if !followed.insert(other.clone()) {
                    let problem = format!("`like` leads from `{other}` back to it");
                    self.report(Some(span), problem);
                    break;
                }
                merge(table, common);
                shared.insert(other);
            }
        }
        shared
    }

    /// The tables of all runs in the order of the file. A `[[run]]` with the id of a grid's run takes from that one what
    /// it does not say itself, and stands in its place.
    fn tabled(&mut self, runs: DeArray<'a>, grids: DeArray<'a>) -> Vec<Tabled<'a>> {
        let (mut tabled, before, has_grids) = (Vec::new(), self.problems.len(), !grids.is_empty());
        for grid in grids {
            let start = grid.span().start;
            match expand(grid, MOST_RUNS - tabled.len()) {
                Ok(runs) => tabled.extend(runs.into_iter().map(|run| (start, run))),
                Err(faults) => {
                    let faults = faults.into_iter();
                    faults.for_each(|(span, fault)| self.report(Some(span), fault));
                }
            }
        }
        let are_whole = self.problems.len() == before;
        let id = |table: &Spanned<DeValue<'a>>| Some(text_of(table, "id")?.to_owned());
        let of_grids = tabled.iter().enumerate();
        let mut of_grids: BTreeMap<_, _> = of_grids
            .filter_map(|(index, (_, run))| Some((id(&run.table)?, index)))
            .collect();
        let mut changed = BTreeMap::new();
        for table in runs {
            let (start, id) = (table.span().start, id(&table));
            // One with an experiment is a run of its own.
            let Some(id) = id.filter(|_| has_grids && table.get_ref().get("experiment").is_none())
            else {
                tabled.push((
                    start,
                    Tabled {
                        table,
                        grid: None,
                        seed_offset: 0,
                        point: DeTable::new(),
                    },
                ));
                continue;
            };
            let line = self.line(start);
            if let Some(index) = of_grids.remove(&id) {
                self.change(&mut tabled[index].1, table);
                changed.insert(id, line);
            } else if let Some(first) = changed.get(&id) {
                let problem = format!("run `{id}` of a grid is changed in line {first} already");
                self.report(Some(span_of(&table, "id")), problem);
            } else if are_whole {
                let hint = nearest_hint(&id, of_grids.keys().map(String::as_str));
                let problem =
                    format!("`experiment` is missing, and no grid has a run `{id}`{hint}");
                self.report(Some(span_of(&table, "id")), problem);
            }
        }
        tabled.sort_by_key(|(start, _)| *start);
        tabled.into_iter().map(|(_, run)| run).collect()
    }

    /// Puts `table`, which says what is different in a run of a grid, into its place.
    fn change(&mut self, run: &mut Tabled<'a>, mut table: Spanned<DeValue<'a>>) {
        if let DeValue::Table(own) = table.get_ref()
            && let Err((span, problem)) = check_run(own)
        {
            return self.report(Some(span), problem);
        }
        let configuration = table.get_ref().get("configuration").map(Spanned::get_ref);
        let of_axes = run.point.get("configuration").map(Spanned::get_ref);
        if let (Some(DeValue::Table(own)), Some(DeValue::Table(of_axes))) = (configuration, of_axes)
            && let Some(path) = shared(own, of_axes)
        {
            let path = format!("configuration.{path}");
            let problem = format!(
                "`{path}` is what an axis of the grid says; hint: a `[[run]]` with an id of its own"
            );
            return self.report(Some(span_of(&table, &path)), problem);
        }
        if configuration.is_some_and(|it| it.get("seed").is_some()) {
            run.seed_offset = 0;
        }
        merge(&mut table, &run.table);
        run.table = table;
    }

    fn runs(&mut self, defaults: &DeTable<'a>, tables: Vec<Tabled<'a>>) -> Vec<PlannedRun> {
        let (mut names, mut runs) = (BTreeMap::new(), Vec::new());
        for Tabled {
            table,
            grid,
            seed_offset,
            ..
        } in tables
        {
            let span = table.span();
            if !matches!(table.get_ref(), DeValue::Table(_)) {
                let problem = format!("`run` is {}, expected `[[run]]`", shape(table.get_ref()));
                self.report(Some(span), problem);
                continue;
            }
            let known = match text_of(&table, "experiment")
                .map(known_experiment)
                .transpose()
            {
                Ok(known) => known,
                Err(unknown) => {
                    self.report(Some(span_of(&table, "experiment")), unknown);
                    continue;
                }
            };
            let seed = span_of(&table, "configuration.seed");
            let Some(mut run) = self.run(known, defaults, table) else {
                continue;
            };
            run.grid = grid;
            let counted = run.configuration.seed().checked_add(seed_offset);
            match counted.filter(|seed| *seed <= i64::MAX as u64) {
                Some(counted) => run.configuration = run.configuration.with_seed(counted),
                None if seed_offset > 0 => self.report(
                    Some(seed),
                    format!("the grid counts beyond {}, the largest seed", i64::MAX),
                ),
                None => self.report(
                    Some(seed),
                    format!(
                        "`configuration.seed` is {}, expected at most {}",
                        run.configuration.seed(),
                        i64::MAX
                    ),
                ),
            }
            let id = (run.id.clone(), self.line(span.start));
            if let Some(first) = names.insert(underscored(&run.id), id) {
                self.report(Some(span), taken(&run, &first));
            }
            runs.push(run);
        }
        runs
    }

    /// A run of the experiment `known`, none where the table names none.
    fn run(
        &mut self,
        known: Option<&KnownExperiment>,
        defaults: &DeTable<'a>,
        mut table: Spanned<DeValue<'a>>,
    ) -> Option<PlannedRun> {
        if let Some(common) = known.and_then(|known| defaults.get(known.name)) {
            merge(&mut table, common);
        }
        let Some(known) = known else {
            // Without an experiment it is no run, whatever else it says.
            let _ = self.deserialize(&table, "run", PhantomData::<PlannedRun<IgnoredAny>>);
            return None;
        };
        match entry_in(&mut table, "configuration").map(|entry| (entry.span(), entry.get_mut())) {
            None => (),
            Some((_, DeValue::Table(configuration))) => {
                if let Err((span, problem)) = known.kind().complete(configuration) {
                    self.report(Some(span), problem);
                    return None;
                }
            }
            Some((span, other)) => {
                let problem = format!("`configuration` is {}, expected a table", shape(other));
                self.report(Some(span), problem);
                return None;
            }
        }
        let reads = PlannedRunOf(known.kind());
        let run = self.deserialize_of(Some(known), &table, "run", reads)?;
        if let Some((span, problem)) = self::misshaped(&table, &run) {
            self.report(Some(span), problem);
            return None;
        }
        self.check(&run, &table);
        for (key, problem) in experiments::faults(known, &run) {
            self.report(Some(span_of(&table, key)), problem);
        }
        Some(run)
    }

    fn check(&mut self, run: &PlannedRun, table: &Spanned<DeValue<'a>>) {
        let id = &run.id;
        if !ranges::is_plain_name(id) || id.len() > ID_BYTES {
            let problem = format!(
                "`id` is `{id}`, expected at most {ID_BYTES} lowercase letters, digits, `-`, `_` and `.`, no sign first"
            );
            self.report(Some(span_of(table, "id")), problem);
        }
        for problem in ranges::configuration(&run.configuration) {
            let key = if let Problem::Value { key, .. } = &problem {
                key
            } else {
                "configuration"
            };
            self.report(Some(span_of(table, key)), problem.to_string());
        }
        for (key, problem) in run.configuration.chosen().faults() {
            self.report(Some(span_of(table, key)), problem);
        }
        for accepted in run
            .accepted
            .iter()
            .filter(|accepted| accepted.reason.trim().is_empty())
        {
            let problem = format!(
                "`accepted` has no reason for {}…; hint: say why the result is the same",
                accepted.digest.short()
            );
            self.report(Some(span_of(table, "accepted")), problem);
        }
    }
}

/// What an experiment does, where a message misses a key of its kind or finds one of another kind.
fn not_of_its_kind(known: &KnownExperiment, message: &str) -> Option<String> {
    let missing = message.strip_prefix("missing field `");
    let key = missing.or_else(|| message.strip_prefix("unknown field `"))?;
    let (key, _) = key.split_once('`')?;
    let is_of_kinds = KEYS_OF_KINDS.contains(&key);
    is_of_kinds.then(|| format!("; `{}` {}", known.name, known.does()))
}

/// A message of serde with Rust's types in words.
fn in_words(message: &str) -> String {
    if message.starts_with("wanted ") {
        return "expected a word in quotes".to_owned();
    }
    let message = match message.split_once("expected struct ") {
        Some((found, _)) => format!("{found}expected a table"),
        None => message.to_owned(),
    };
    message
        .replace("invalid type: map", "invalid type: table")
        .replace("invalid type: sequence", "invalid type: list")
        .replace(
            " as i128, expected u64",
            ", expected a whole number from 0 to 18446744073709551615",
        )
        .replace("expected a string", "expected a text in quotes")
        .replace("expected u64", "expected a whole number of at least 0")
        .replace(
            "expected a nonzero u32",
            "expected a whole number from 1 to 4294967295",
        )
        .replace("expected u32", "expected a whole number of at least 0")
        .replace("expected f64", "expected a number")
}

/// Where a key went that plans had once.
fn moved_hint(message: &str) -> &'static str {
    match message.starts_with("unknown field `card_not_at_hand`") {
        true => "; hint: `without-cards` in `book.toml` names the cards that the book does without",
        false => "",
    }
}

/// That templates could not tell a run from the one of this id and line.
fn taken(run: &PlannedRun, (first, line): &(String, usize)) -> String {
    match run.id == *first {
        true => format!("`id` is `{first}`, which line {line} has, too; expected a new one"),
        false => format!(
            "`id` is `{}`, which templates write `{}` like `{first}` of line {line}, expected \
             another difference than between `-`, `.` and `_`",
            run.id,
            underscored(&run.id)
        ),
    }
}

/// Where the field of this dotted path stands, or the innermost table on the way to it.
fn span_of(table: &Spanned<DeValue<'_>>, path: &str) -> Range<usize> {
    let mut value = table;
    for key in path.split('.') {
        match value.get_ref().get(key) {
            Some(inner) => value = inner,
            None => break,
        }
    }
    value.span()
}

/// Takes `like` out of a table of defaults.
fn like<'a>(table: &mut Spanned<DeValue<'a>>) -> Option<Spanned<DeValue<'a>>> {
    match table.get_mut() {
        DeValue::Table(table) => table.remove("like"),
        _ => None,
    }
}

/// The first place of a run's table with another shape than what was read of it.
fn misshaped(table: &Spanned<DeValue<'_>>, run: &PlannedRun) -> Option<(Range<usize>, String)> {
    let entry = |key| table.get_ref().get(key);
    let read = serde_json::to_value(&run.configuration).expect("a configuration's keys are texts");
    let configuration = shapes::misshaped(entry("configuration")?, &read, "configuration");
    let accepted = entry("accepted").and_then(|list| list.get_ref().as_array());
    let mut entries = accepted.into_iter().flatten();
    let all_tables = |entry: &&Spanned<DeValue<'_>>| {
        let moved_to = entry.get_ref().get("moved_to");
        let both = [Some(*entry), moved_to].into_iter().flatten();
        both.into_iter().all(|it| it.get_ref().is_table())
    };
    configuration.or_else(|| {
        let entry = entries.find(|entry| !all_tables(entry))?;
        let problem =
            "`accepted` lists something else than tables with `file`, `digest` and `reason`";
        Some((entry.span(), problem.to_owned()))
    })
}

/// What stands in a table under `key`.
fn entry_in<'t, 'a>(
    table: &'t mut Spanned<DeValue<'a>>,
    key: &str,
) -> Option<&'t mut Spanned<DeValue<'a>>> {
    match table.get_mut() {
        DeValue::Table(table) => table.get_mut(key),
        _ => None,
    }
}

/// A text that a run says.
fn text_of<'t>(run: &'t Spanned<DeValue<'_>>, key: &str) -> Option<&'t str> {
    run.get_ref().get(key)?.get_ref().as_str()
}

/// Adds to `value` what `common` has and it has not; tables are merged, lists `accepted` joined, anything else stays.
fn merge<'a>(value: &mut Spanned<DeValue<'a>>, common: &Spanned<DeValue<'a>>) {
    if let (DeValue::Table(own), DeValue::Table(common)) = (value.get_mut(), common.get_ref()) {
        merge_tables(own, common);
    }
}

/// The same of tables.
pub(crate) fn merge_tables<'a>(own: &mut DeTable<'a>, common: &DeTable<'a>) {
    for (key, default) in common {
        match own.get_mut(key) {
            Some(own) if key.get_ref() == "accepted" => join(own, default),
            Some(own) => merge(own, default),
            None => drop(own.insert(key.clone(), default.clone())),
        }
    }
}

/// Adds the entries of `common` behind those of `value`.
fn join<'a>(value: &mut Spanned<DeValue<'a>>, common: &Spanned<DeValue<'a>>) {
    if let (DeValue::Array(own), DeValue::Array(common)) = (value.get_mut(), common.get_ref()) {
        common.iter().for_each(|entry| own.push(entry.clone()));
    }
}
