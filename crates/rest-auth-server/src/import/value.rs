//! A value of Django's settings, wherever it was read.

/// A value as Python or JSON writes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    None,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// A list, a tuple, or a set in order.
    List(Vec<Value>),
    Table(Vec<(String, Value)>),
    /// What only Python can make something of: a function, an instance of a class.
    Object,
}

impl Value {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; a single value is a list of one, as Python's settings often allow.
    pub fn items(&self) -> &[Value] {
        match self {
            Self::List(items) => items,
            single => std::slice::from_ref(single),
        }
    }

    /// The entries, if it is a table.
    pub fn table(&self) -> Option<&[(String, Value)]> {
        match self {
            Self::Table(table) => Some(table),
            _ => None,
        }
    }

    /// What a table has under a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.table()?.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// What Python's `if` takes it for.
    pub fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Integer(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(value) => !value.is_empty(),
            Self::List(value) => !value.is_empty(),
            Self::Table(value) => !value.is_empty(),
            Self::Object => true,
        }
    }

    /// The value in TOML, where a None inside a table is false; `None` for what no file can hold.
    pub fn to_toml(&self) -> Option<toml::Value> {
        Some(match self {
            Self::None | Self::Object => return None,
            Self::Bool(value) => toml::Value::Boolean(*value),
            Self::Integer(value) => toml::Value::Integer(*value),
            Self::Float(value) => toml::Value::Float(*value),
            Self::Text(value) => toml::Value::String(value.clone()),
            Self::List(items) => toml::Value::Array(items.iter().map(Self::to_toml).collect::<Option<_>>()?),
            Self::Table(table) => {
                let entry = |(key, value): &(String, Value)| {
                    let value = if *value == Self::None { &Self::Bool(false) } else { value };
                    Some((key.clone(), value.to_toml()?))
                };
                toml::Value::Table(table.iter().map(entry).collect::<Option<_>>()?)
            }
        })
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A list of texts.
pub fn texts<T: AsRef<str>>(texts: &[T]) -> Value {
    Value::List(texts.iter().map(|text| Value::from(text.as_ref())).collect())
}
