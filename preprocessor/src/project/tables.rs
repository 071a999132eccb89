//! The files of tables, and the writing of their digests.

use super::{Project, TEXT_BYTES};
use crate::chapters::Diagnostic;
use crate::data::{Declaration, Declared, State, Table, Tables, read_declarations, seal};
use anyhow::{Context, Result, anyhow, bail, ensure};
use rayon::prelude::*;
use results::files::{read_file, read_text, replace_file};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// The file that declares tables, beside the chapters.
const DECLARATIONS: &str = "data.toml";

impl Project {
    /// What tables there are; a project may do without.
    pub(super) fn read_declarations(&self, faults: &mut Vec<Diagnostic>) -> Declared {
        self.read_source(DECLARATIONS, faults, read_declarations)
    }

    /// The rows of every table.
    pub(super) fn read_tables(
        &self,
        declared: Vec<Declaration>,
        faults: &mut Vec<Diagnostic>,
    ) -> Tables {
        let read = |declaration: Declaration| {
            let bytes = self.read_inside(&declaration.file);
            let bytes = bytes.map_err(|message| Diagnostic::of_file(&declaration.file, message))?;
            Table::read(declaration, bytes.as_deref())
        };
        let read: Vec<_> = declared.into_par_iter().map(read).collect();
        let mut tables = Tables {
            file: self.in_source(DECLARATIONS),
            all: Vec::new(),
        };
        for table in read {
            match table {
                Ok(table) => tables.all.push(table),
                Err(fault) => faults.push(fault),
            }
        }
        tables
    }

    /// The bytes of a file below the root, where it is there; no link leads out.
    fn read_inside(&self, file: &str) -> Result<Option<Vec<u8>>, String> {
        let path = self.root.join(file);
        let target = match fs::canonicalize(&path) {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let root = match self.root.as_os_str().is_empty() {
            true => fs::canonicalize("."),
            false => fs::canonicalize(&self.root),
        };
        let root = root.map_err(|error| error.to_string())?;
        if !target.starts_with(root) {
            return Err(
                "it is a link that leads out of the project; hint: copy the file".to_owned(),
            );
        }
        let read = read_file(&target, TEXT_BYTES);
        read.map(Some).map_err(|error| error.to_string())
    }

    /// Writes the digests of the files of the tables `names`, of all that are there for none, into
    /// `data.toml`, and tells `out` of each.
    ///
    /// # Errors
    /// Where a table or its file is not there, or cannot be read or written.
    pub fn seal(&self, names: &[String], out: &mut dyn Write) -> Result<()> {
        let file = self.in_source(DECLARATIONS);
        let path = self.root.join(&file);
        let text = read_text(&path, TEXT_BYTES).with_context(|| format!("`{file}`"))?;
        let tables = self.sound_tables()?;
        let mut digests = Vec::new();
        for table in wanted(&tables, names)? {
            let Declaration {
                name,
                file,
                made_by,
                ..
            } = &table.declaration;
            match &table.digest {
                Some(digest) => digests.push((name.clone(), digest.clone())),
                None if names.is_empty() => {
                    writeln!(out, "{name}: `{file}` is not there; hint: {made_by}")?
                }
                None => bail!("`{file}` is not there; hint: {made_by}"),
            }
        }
        let sealed = seal(&text, &digests).map_err(|error| anyhow!("`{file}`: {error}"))?;
        if sealed.changed > 0 {
            let write = || replace_file(&path, sealed.text.as_bytes());
            check_writable(&path)
                .and_then(|()| write())
                .with_context(|| format!("`{file}`"))?;
        }
        for (name, digest) in digests {
            writeln!(out, "{name}: {}", digest.short())?;
        }
        Ok(writeln!(out, "{} of `{file}` changed", sealed.changed)?)
    }

    /// Tells `out` which tables are not as they were sealed.
    ///
    /// # Errors
    /// Where there is one, or one cannot be read.
    pub fn list_unsealed(&self, out: &mut dyn Write) -> Result<()> {
        let tables = self.sound_tables()?;
        let open = tables
            .all
            .iter()
            .filter(|table| table.state != State::Sealed);
        let mut count = 0;
        for table in open {
            let remedy = table.remedy().unwrap_or_default();
            writeln!(
                out,
                "{}: {}; hint: {remedy}",
                table.declaration.name,
                table.state_text()
            )?;
            count += 1;
        }
        ensure!(
            count == 0,
            "{count} of {} tables are not as they were sealed",
            tables.all.len()
        );
        Ok(writeln!(
            out,
            "{} tables are as they were sealed",
            tables.all.len()
        )?)
    }

    /// The tables, where nothing is wrong with them.
    fn sound_tables(&self) -> Result<Tables> {
        let mut faults = Vec::new();
        let declared = self.read_declarations(&mut faults);
        let tables = self.read_tables(declared.tables, &mut faults);
        match faults.is_empty() {
            true => Ok(tables),
            false => {
                let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
                bail!("{}", lines.join("\n"))
            }
        }
    }
}

/// Checks that a new file may take the place of the one at `path`: it would be neither a link nor read-only.
fn check_writable(path: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    let problem = match (found.is_symlink(), found.permissions().readonly()) {
        (true, _) => "it is a link, and nothing is written through it; hint: copy the file",
        (_, true) => "it is read-only; hint: make it writable",
        _ => return Ok(()),
    };
    Err(io::Error::other(problem))
}

/// The tables of these names, all for none.
fn wanted<'a>(tables: &'a Tables, names: &[String]) -> Result<Vec<&'a Table>> {
    match names.is_empty() {
        true => Ok(tables.all.iter().collect()),
        false => {
            let find = |name: &String| tables.table(name).map_err(|error| anyhow!("{error}"));
            names.iter().map(find).collect()
        }
    }
}
