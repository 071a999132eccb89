//! The typed record of a run: reading, writing, checking.
