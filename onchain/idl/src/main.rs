//! Prints the program's IDL (Anchor's format, spec 0.1.0) from the engine's declarations.
//!
//! `cargo run -p quantdesk-idl > idl/quantdesk.json`; CI compares the file with what this prints.

mod document;
mod json;

fn main() {
    println!("{}", document::document().render());
}
