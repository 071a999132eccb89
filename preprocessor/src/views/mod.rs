//! Text, tables and plots from data. Pure: no input, no output.
