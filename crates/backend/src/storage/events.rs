//! Named things that happened: the floor's own, and those that pages send.

use headset_floor::Event;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, TransactionTrait};
use serde_json::{Map, Value};

use super::entity::event;
use super::{Storage, stored};
use crate::clock;
use crate::error::Error;
use crate::secrets;

/// Rows in one statement: SQLite binds at most 32,766 values.
const ROWS_A_STATEMENT: usize = 500;

/// An event as a page sent it.
#[derive(Clone, Debug)]
pub(crate) struct ClientEvent {
    pub id: String,
    pub name: String,
    /// Milliseconds since the Unix epoch, on the page's clock.
    pub at_ms: u64,
    pub login: String,
    pub call_id: Option<String>,
    pub project: String,
    pub env: String,
    pub version: String,
    /// A JSON object.
    pub fields: String,
}

impl Storage {
    /// Stores the events of a page; those whose id is known are ignored. Gives how many were new.
    pub(crate) async fn accept_events(&self, events: Vec<ClientEvent>) -> Result<u64, Error> {
        let received_at = stored(clock::wall().0);
        let transaction = self.write.begin().await?;
        let mut accepted = 0;
        let mut rows = events.into_iter().map(|event| client_row(event, received_at)).peekable();
        while rows.peek().is_some() {
            let some: Vec<_> = rows.by_ref().take(ROWS_A_STATEMENT).collect();
            accepted += insert(&transaction, some).await?;
        }
        transaction.commit().await?;
        Ok(accepted)
    }
}

/// Stores events of the floor.
pub(super) async fn insert_floor_events(
    connection: &impl ConnectionTrait,
    events: &[Event],
) -> Result<(), DbErr> {
    let received_at = stored(clock::wall().0);
    for some in events.chunks(ROWS_A_STATEMENT) {
        let rows = some.iter().map(|event| floor_row(event, received_at)).collect::<Result<Vec<_>, _>>();
        let rows = rows.map_err(|error| DbErr::Custom(error.to_string()))?;
        insert(connection, rows).await?;
    }
    Ok(())
}

async fn insert(connection: &impl ConnectionTrait, rows: Vec<event::ActiveModel>) -> Result<u64, DbErr> {
    if rows.is_empty() {
        return Ok(0);
    }
    event::Entity::insert_many(rows)
        .on_conflict(OnConflict::column(event::Column::Id).do_nothing().to_owned())
        .exec_without_returning(connection)
        .await
}

fn client_row(event: ClientEvent, received_at: i64) -> event::ActiveModel {
    event::ActiveModel {
        id: Set(event.id),
        source: Set("client".to_owned()),
        name: Set(event.name),
        at: Set(stored(event.at_ms)),
        received_at: Set(received_at),
        login: Set(Some(event.login)),
        call_id: Set(event.call_id),
        project: Set(Some(event.project)),
        env: Set(Some(event.env)),
        version: Set(Some(event.version)),
        fields: Set(event.fields),
    }
}

fn floor_row(event: &Event, received_at: i64) -> Result<event::ActiveModel, Error> {
    let fields: Map<String, Value> =
        event.fields.iter().map(|(name, value)| ((*name).to_owned(), Value::String(value.clone()))).collect();
    Ok(event::ActiveModel {
        id: Set(secrets::random_id()?),
        source: Set("server".to_owned()),
        name: Set(event.name.to_owned()),
        at: Set(stored(event.at.0)),
        received_at: Set(received_at),
        login: Set(event.login.clone()),
        call_id: Set(event.call.clone()),
        project: Set(None),
        env: Set(None),
        version: Set(None),
        fields: Set(Value::Object(fields).to_string()),
    })
}
