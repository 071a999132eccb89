//! The fields of a record's text: those that every record has, and those that its experiment adds.

use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Visitor};

use crate::configuration::{Configuration, ConfigurationOf};
use crate::digest::Digest;
use crate::environment::{Environment, Session};
use crate::experiments::known_experiment;
use crate::kinds::Kind;
use crate::measured::{Measured, MeasuredOf};
use crate::record::{Completion, Record};

/// A record whose field `experiment` stands before those that the experiment adds, as our programs write them.
impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Record, D::Error> {
        Fields(None).deserialize(from)
    }
}

/// Reads a record; where the kind of its experiment is given, its fields may have any order.
pub(crate) struct Fields(pub(crate) Option<Kind>);

impl<'de> DeserializeSeed<'de> for Fields {
    type Value = Record;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Record, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Record, A::Error> {
        let mut rest = Rest {
            fields,
            common: Common {
                kind: self.0,
                ..Common::default()
            },
            next: None,
        };
        rest.next = rest.next_own()?;
        let kind = rest.common.kind()?;
        let measured = MeasuredOf(kind).deserialize(MapAccessDeserializer::new(&mut rest))?;
        rest.common.with(measured)
    }
}

/// What every record has, as far as it was read.
#[derive(Default)]
struct Common {
    kind: Option<Kind>,
    schema_version: Option<u64>,
    experiment: Option<String>,
    run: Option<String>,
    completion: Option<Completion>,
    configuration: Option<Configuration>,
    environment: Option<Environment>,
    earlier_sessions: Option<Vec<Session>>,
    digest: Option<Digest>,
}

impl Common {
    /// Reads the value of `key`; false, with nothing read, where it is none of these.
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        fields: &mut A,
    ) -> Result<bool, A::Error> {
        match key {
            "schema_version" => put(&mut self.schema_version, "schema_version", fields)?,
            "experiment" => put(&mut self.experiment, "experiment", fields)?,
            "run" => put(&mut self.run, "run", fields)?,
            "completion" => put(&mut self.completion, "completion", fields)?,
            "environment" => put(&mut self.environment, "environment", fields)?,
            "earlier_sessions" => put(&mut self.earlier_sessions, "earlier_sessions", fields)?,
            "digest" => put(&mut self.digest, "digest", fields)?,
            "configuration" => {
                let seed = ConfigurationOf(self.kind()?);
                let read = fields.next_value_seed(seed)?;
                if self.configuration.replace(read).is_some() {
                    return Err(A::Error::duplicate_field("configuration"));
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The kind of the experiment.
    fn kind<E: Error>(&self) -> Result<Kind, E> {
        if let Some(kind) = self.kind {
            return Ok(kind);
        }
        let name = self.experiment.as_deref();
        let known = known_experiment(name.ok_or_else(|| E::missing_field("experiment"))?);
        known.map(|known| known.kind()).map_err(E::custom)
    }

    fn with<E: Error>(self, measured: Measured) -> Result<Record, E> {
        let missing = E::missing_field;
        Ok(Record {
            schema_version: self
                .schema_version
                .ok_or_else(|| missing("schema_version"))?,
            experiment: self.experiment.ok_or_else(|| missing("experiment"))?,
            run: self.run.ok_or_else(|| missing("run"))?,
            completion: self.completion.ok_or_else(|| missing("completion"))?,
            configuration: self.configuration.ok_or_else(|| missing("configuration"))?,
            environment: self.environment.ok_or_else(|| missing("environment"))?,
            earlier_sessions: self.earlier_sessions.unwrap_or_default(),
            measured,
            digest: self.digest.ok_or_else(|| missing("digest"))?,
        })
    }
}

/// Reads the value of the field `key` into its place.
fn put<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    place: &mut Option<T>,
    key: &'static str,
    fields: &mut A,
) -> Result<(), A::Error> {
    match place.replace(fields.next_value()?) {
        Some(_) => Err(A::Error::duplicate_field(key)),
        None => Ok(()),
    }
}

/// The fields that the experiment adds; those between them that every record has are put aside.
struct Rest<A> {
    fields: A,
    common: Common,
    /// A key that was read before it was asked for.
    next: Option<String>,
}

impl<'de, A: MapAccess<'de>> Rest<A> {
    /// The key of the experiment's next field.
    fn next_own(&mut self) -> Result<Option<String>, A::Error> {
        while let Some(key) = self.fields.next_key::<String>()? {
            if !self.common.take(&key, &mut self.fields)? {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for &mut Rest<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let key = match self.next.take() {
            Some(key) => Some(key),
            None => self.next_own()?,
        };
        let read = |key: String| -> Result<K::Value, A::Error> {
            let key: StringDeserializer<A::Error> = key.into_deserializer();
            seed.deserialize(key)
        };
        key.map(read).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.fields.next_value_seed(seed)
    }
}
