//! The names of classes, from a table with the columns `class`, numbered from 1, and `name`.

use crate::catalogue::Facts;
use crate::evidence::Quantity;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names by number, and what stands for their rows in the evidence.
pub(crate) struct ClassNames {
    names: BTreeMap<u64, String>,
    pub(crate) inputs: Vec<Arc<Quantity>>,
}

impl ClassNames {
    /// Those of the table `table`; none where its file is not there.
    ///
    /// # Errors
    /// No such table, or one without these columns.
    pub(crate) fn of(table: &str, facts: &Facts) -> Result<Self, String> {
        let table = facts.tables.table(table)?;
        let number = table.number_column("class")?;
        let Some(content) = &table.content else {
            return Ok(ClassNames {
                names: BTreeMap::new(),
                inputs: Vec::new(),
            });
        };
        let column = |head: &str| {
            let name = &table.declaration.name;
            let missing = || format!("no column of `{name}` is named `{head}`");
            content.column(head).ok_or_else(missing)
        };
        let (numbers, names) = (column(number)?, column("name")?);
        let named = |row| {
            Some((
                content.number(numbers, row)? as u64,
                content.text(names, row),
            ))
        };
        let rows: Vec<u32> = (0..content.rows() as u32).collect();
        Ok(ClassNames {
            names: (0..content.rows()).filter_map(named).collect(),
            inputs: table.rows_shown(number, &rows),
        })
    }

    /// The name of a class, numbered from 1.
    pub(crate) fn name(&self, class: u64) -> String {
        let name = self.names.get(&class).cloned();
        name.unwrap_or_else(|| format!("class {class}"))
    }
}
