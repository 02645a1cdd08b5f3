//! The little of JSON that the IDL needs.

/// A JSON value; objects keep the order of their members.
pub enum Json {
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Number(u64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// Members in order.
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    /// Text.
    pub fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }

    /// A list.
    pub fn list<T>(items: impl IntoIterator<Item = T>, each: impl Fn(T) -> Self) -> Self {
        Self::List(items.into_iter().map(each).collect())
    }

    /// As text, two spaces per level; lists without objects or lists in them on one line.
    pub fn render(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, level: usize) {
        match self {
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(value) => out.push_str(&value.to_string()),
            Self::Text(value) => quote(value, out),
            Self::List(items) => {
                let flat = items.iter().all(|item| !matches!(item, Self::List(_) | Self::Object(_)));
                let between = if flat { Break::Space } else { Break::Line(level + 1) };
                bracket(out, ['[', ']'], level, &between, items, |out, item| item.write(out, level + 1));
            }
            Self::Object(members) => {
                bracket(out, ['{', '}'], level, &Break::Line(level + 1), members, |out, (name, value)| {
                    quote(name, out);
                    out.push_str(": ");
                    value.write(out, level + 1);
                });
            }
        }
    }
}

enum Break {
    Space,
    Line(usize),
}

fn bracket<T>(
    out: &mut String,
    ends: [char; 2],
    level: usize,
    between: &Break,
    items: &[T],
    each: impl Fn(&mut String, &T),
) {
    out.push(ends[0]);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        match between {
            Break::Line(depth) => indent(out, *depth),
            Break::Space if index > 0 => out.push(' '),
            Break::Space => {}
        }
        each(out, item);
    }
    if matches!(between, Break::Line(_)) && !items.is_empty() {
        indent(out, level);
    }
    out.push(ends[1]);
}

fn indent(out: &mut String, level: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(level));
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
