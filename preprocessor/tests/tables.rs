//! Tables on disk: found, sealed, changed, out of reach.

use mdbook_measured::data::State;
use mdbook_measured::explain::explain;
use mdbook_measured::project::Project;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

const DECLARED: &str = "# Times of sorting.\n[times]\nfile = \"data/times.csv\" # by hand\n\
    made_by = \"bench/run.sh\"\nwhere = [\"program\"]\n\n[times.columns]\nseconds = \"s\"\n\n\
    [units]\nkey = { many = \"keys\" }\n";
const ROWS: &str = "program,seconds\nradix,2\nmerge sort,4\n";

/// A project with a table.
fn project() -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    write(root.path(), "book/data.toml", DECLARED);
    write(root.path(), "data/times.csv", ROWS);
    root
}

fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    fs::write(path, text).expect("it can be written");
}

/// What is said of the table's state, or the faults of the project.
fn state(root: &Path) -> String {
    match Project::new(root, "book").read() {
        Ok(inputs) => inputs.facts.tables.all[0].state_text(),
        Err(faults) => faults.iter().map(|fault| format!("{fault}\n")).collect(),
    }
}

fn seal(root: &Path, names: &[&str]) -> Result<String, String> {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut out = Vec::new();
    let sealed = Project::new(root, "book").seal(&names, &mut out);
    sealed.map_err(|error| format!("{error:#}"))?;
    Ok(String::from_utf8(out).expect("text"))
}

fn list(root: &Path) -> (String, Option<String>) {
    let mut out = Vec::new();
    let listed = Project::new(root, "book").list_unsealed(&mut out);
    let error = listed.err().map(|error| format!("{error:#}"));
    (String::from_utf8(out).expect("text"), error)
}

#[test]
fn a_table_is_sealed_and_goes_stale() {
    let root = project();
    let root = root.path();
    assert_eq!(state(root), "not sealed");
    let (listed, error) = list(root);
    assert_eq!(
        listed,
        "times: not sealed; hint: mdbook-measured seal times\n"
    );
    assert_eq!(
        error.as_deref(),
        Some("1 of 1 tables are not as they were sealed")
    );
    let digest = results::Digest::of(ROWS);
    let expected = format!("times: {}\n1 of `book/data.toml` changed\n", digest.short());
    assert_eq!(seal(root, &["times"]), Ok(expected.clone()));
    assert_eq!(state(root), "measured");
    let line = format!("digest = \"sha256:{digest}\"\n");
    let declared = fs::read_to_string(root.join("book/data.toml")).expect("text");
    assert_eq!(declared.replace(&line, ""), DECLARED);
    assert_eq!(
        list(root),
        ("1 tables are as they were sealed\n".to_owned(), None)
    );
    assert_eq!(seal(root, &[]), Ok(expected.replace("\n1 of", "\n0 of")));

    write(root, "data/times.csv", &ROWS.replace('4', "5"));
    let found = results::Digest::of(ROWS.replace('4', "5"));
    let stale = format!(
        "stale: the digest of the file was {}, is {}",
        digest.short(),
        found.short()
    );
    assert_eq!(state(root), stale);
    assert!(seal(root, &[]).is_ok());
    assert_eq!(state(root), "measured");

    fs::remove_file(root.join("data/times.csv")).expect("it was there");
    assert_eq!(state(root), "missing");
    let missing = "`data/times.csv` is not there; hint: bench/run.sh";
    assert_eq!(seal(root, &["times"]), Err(missing.to_owned()));
    assert_eq!(
        seal(root, &["time"]),
        Err("no table is named `time`, expected one of `times`".to_owned())
    );
}

#[test]
fn a_seal_replaces_no_link_and_no_file_that_is_read_only() {
    let root = project();
    let root = root.path();
    let file = root.join("book/data.toml");
    let mut permissions = fs::metadata(&file).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).expect("they can be set");
    let refused = |why: &str| Err(format!("`book/data.toml`: {why}"));
    let sealed = seal(root, &["times"]);
    assert_eq!(sealed, refused("it is read-only; hint: make it writable"));
    fs::rename(&file, root.join("own.toml")).expect("it can be renamed");
    symlink(root.join("own.toml"), &file).expect("a link");
    let why = "it is a link, and nothing is written through it; hint: copy the file";
    assert_eq!(seal(root, &["times"]), refused(why));
    assert_eq!(fs::read_to_string(&file).expect("text"), DECLARED);
}

#[test]
fn no_file_outside_of_the_project_is_read() {
    let (root, outside) = (project(), tempfile::tempdir().expect("a folder"));
    let root = root.path();
    write(outside.path(), "times.csv", ROWS);
    let file = root.join("data/times.csv");
    fs::remove_file(&file).expect("it was there");
    symlink(outside.path().join("times.csv"), &file).expect("a link");
    let out = "`data/times.csv`: it is a link that leads out of the project; hint: copy the file\n";
    assert_eq!(state(root), out);
    fs::remove_dir_all(root.join("data")).expect("it was there");
    symlink(outside.path(), root.join("data")).expect("a link");
    assert_eq!(state(root), out);
    // A link inside is followed.
    fs::remove_file(root.join("data")).expect("it was there");
    write(root, "elsewhere/times.csv", ROWS);
    symlink(root.join("elsewhere"), root.join("data")).expect("a link");
    assert_eq!(state(root), "not sealed");
}

#[test]
fn what_is_no_ordinary_file_is_named_and_not_waited_for() {
    let root = project();
    let file = root.path().join("data/times.csv");
    fs::remove_file(&file).expect("it was there");
    fs::create_dir(&file).expect("a folder");
    assert_eq!(
        state(root.path()),
        "`data/times.csv`: it is a folder, expected a file\n"
    );
    fs::remove_dir(&file).expect("it was there");
    symlink("/dev/zero", &file).expect("a link");
    assert!(state(root.path()).contains("leads out of the project"));
}

#[test]
fn quoted_facts_have_the_units_of_the_project() {
    let root = project();
    let fact = "[speed]\nvalue = 5.0\nunit = \"keys/s\"\ncitation = \"a\"\nplace = \"p. 1\"\nchecked = \"read\"\n";
    write(root.path(), "book/quoted.toml", fact);
    let inputs = Project::new(root.path(), "book").read().expect("sound");
    let speed = inputs.facts.catalogue.quantity("speed").expect("a fact");
    assert_eq!(speed.unit.name(), "key/s");
    assert_eq!(inputs.facts.tables.all[0].state, State::Unsealed);
    let count = |name: &str| {
        let count = inputs
            .facts
            .catalogue
            .quantity(&format!("tables.count.{name}"));
        count.expect("a count").known()
    };
    assert_eq!(
        (count("unsealed"), count("missing"), count("declared")),
        (Some(1.0), Some(0.0), Some(1.0))
    );
    write(
        root.path(),
        "book/quoted.toml",
        &fact.replace("speed", "tables.count"),
    );
    assert!(state(root.path()).contains("begin alike"));
}

#[test]
fn what_a_template_made_is_explained() {
    let root = project();
    let inputs = Project::new(root.path(), "book").read().expect("sound");
    let name = "ratio(times.seconds(program=merge%20sort), times.seconds(program=radix))";
    let mut text = Vec::new();
    explain(&inputs.facts, name, &mut text).expect("rows of the table");
    let digest = results::Digest::of(ROWS);
    let expected = format!(
        "ratio(times.seconds(program=merge%20sort),times.seconds(program=radix)) = 2 1 (derived)\n  \
         by a / b\n  times.seconds(program=merge%20sort) = 4 s (measured)\n    \
         seconds in line 3 of data/times.csv (SHA-256 {0})\n  times.seconds(program=radix) = 2 s \
         (measured)\n    seconds in line 2 of data/times.csv (SHA-256 {0})\n",
        digest.short()
    );
    assert_eq!(String::from_utf8(text).expect("text"), expected);
}
