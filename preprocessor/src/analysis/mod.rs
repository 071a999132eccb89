//! What is computed from measured, quoted and exact inputs. Pure: no input, no output.
