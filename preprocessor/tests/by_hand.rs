//! The program as people start it, and as mdBook does for each renderer: what it says, and where.

use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The exit code and what is on standard error.
fn run(folder: &Path, arguments: &[&str], input: &str) -> (Option<i32>, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_mdbook-measured"))
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // It may end before it has read all.
    let _ = program
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input.as_bytes());
    let output = program.wait_with_output().expect("it ends");
    let error = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code(), error)
}

const COMMANDS: [&[&str]; 4] = [
    &["explain", "a"],
    &["seal"],
    &["seal", "--all"],
    &["seal", "a"],
];

#[test]
fn a_command_for_a_project_says_outside_of_one_where_it_looked() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in COMMANDS {
        assert_eq!(
            run(folder.path(), command, ""),
            (
                Some(1),
                "`./book.toml` is not there; hint: `--root FOLDER` names the folder of a book; \
                 `mdbook-measured init` begins one\n"
                    .to_owned()
            )
        );
        let elsewhere = [command, &["--root", "there"]].concat();
        let (code, error) = run(folder.path(), &elsewhere, "");
        assert_eq!(code, Some(1));
        assert!(
            error.starts_with("`there/book.toml` is not there; hint: "),
            "{error}"
        );
    }
}

#[test]
fn a_command_below_a_project_names_its_root() {
    let root = tempfile::tempdir().expect("a folder");
    assert_eq!(run(root.path(), &["init"], ""), (Some(0), String::new()));
    let root = root.path().canonicalize().expect("a folder");
    for command in COMMANDS {
        let (code, error) = run(&root.join("book"), command, "");
        assert_eq!(code, Some(1));
        let expected = format!(
            "`./book.toml` is not there; hint: the project is above: `--root {}`\n",
            root.display()
        );
        assert_eq!(error, expected);
    }
    let at_root = ["seal", "--root", ".."];
    assert_eq!(
        run(&root.join("book"), &at_root, ""),
        (Some(0), String::new())
    );
}

#[test]
fn without_a_book_it_says_how_it_is_started() {
    let folder = tempfile::tempdir().expect("a folder");
    for input in ["", "{}", "a book"] {
        let (code, error) = run(folder.path(), &[], input);
        assert_eq!(code, Some(1));
        assert!(
            error.starts_with("what is on standard input is no book of mdBook's: ")
                && error.ends_with("`mdbook-measured --help` lists what it does by hand\n"),
            "{error}"
        );
    }
    assert_eq!(
        run(folder.path(), &["--help"], ""),
        (Some(0), String::new())
    );
    assert_eq!(
        run(folder.path(), &["--version"], ""),
        (Some(0), String::new())
    );
    assert_eq!(run(folder.path(), &["explein"], "").0, Some(2));
}

#[test]
fn exit_codes_tell_bad_logs_from_bad_arguments() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("log.csv"),
        "step,loss\n0,2\n1,1\n2,0.7\n3,0.5\n",
    )
    .expect("written");
    let fit = |more: &[&str]| {
        let arguments = [&["fit", "log.csv", "--step", "step", "--refits", "0"], more].concat();
        run(folder.path(), &arguments, "").0
    };
    assert_eq!(fit(&["--loss", "loss"]), Some(0));
    assert_eq!(fit(&["--loss", "lost"]), Some(1));
    assert_eq!(fit(&["--loss", "loss", "--drop", "9"]), Some(1));
    assert_eq!(fit(&[]), Some(2));
    assert_eq!(fit(&["--loss", "loss", "--decimal", "x"]), Some(2));
    assert_eq!(fit(&["--loss", "loss", "--separator", "::"]), Some(2));
}

/// What the program says of a book of one chapter, as mdBook starts it for a renderer.
fn told(outputs: &Value, renderer: &str, chapter: &str) -> String {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir(root.path().join("book")).expect("a folder");
    let config =
        json!({"book": {"src": "book"}, "output": outputs, "preprocessor": {"measured": {}}});
    let context = json!({
        "root": root.path(), "config": config, "renderer": renderer, "mdbook_version": "0.5.4",
    });
    let chapter = json!({"Chapter": {
        "name": "A", "content": chapter, "number": null, "sub_items": [], "path": "a.md",
        "source_path": "a.md", "parent_names": [],
    }});
    let input = json!([context, {"items": [chapter]}]).to_string();
    run(root.path(), &[], &input).1
}

#[test]
fn a_message_is_told_once_for_all_renderers_and_never_lost() {
    let typed = "It took 3.14 s.\n";
    let warning = "warning: `book/a.md:1:9`: `3.14 s` is typed";
    let both = json!({"html": {}, "measured-pdf": {}});
    let pdf_alone = json!({"measured-pdf": {}});
    assert!(told(&both, "html", typed).starts_with(warning));
    assert_eq!(told(&both, "measured-pdf", typed), "");
    assert!(told(&pdf_alone, "measured-pdf", typed).starts_with(warning));
    assert!(told(&json!({}), "html", typed).starts_with(warning));
    // As under `mdbook serve`, where a fault does not end the build.
    let serving = json!({"html": {"live-reload-endpoint": "x"}, "measured-pdf": {}});
    let fault = "Text << nothing.there >>.\n";
    assert!(told(&serving, "html", fault).contains("`book/a.md:1"));
    assert_eq!(told(&serving, "measured-pdf", fault), "");
    // Where it does, there is no second renderer.
    assert!(told(&both, "measured-pdf", fault).contains("`book/a.md:1"));
}
