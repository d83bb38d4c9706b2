//! The registrars' states. The configuration says which registrars there are; storage which of them are drained.

use std::collections::BTreeMap;

use headset_floor::RegistrarState;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, TransactionTrait};

use super::accounts::{known, note};
use super::entity::registrar;
use super::{Storage, stored};
use crate::clock;
use crate::error::Error;

impl Storage {
    /// States that were set, by registrar.
    pub(crate) async fn registrar_states(&self) -> Result<BTreeMap<String, RegistrarState>, Error> {
        let rows = registrar::Entity::find().all(&self.read).await?;
        rows.into_iter().map(|row| Ok((row.id, known(RegistrarState::parse, &row.state)?))).collect()
    }

    pub(crate) async fn set_registrar_state(
        &self,
        id: &str,
        state: RegistrarState,
        actor: &str,
    ) -> Result<(), Error> {
        let row = registrar::Model {
            id: id.to_owned(),
            state: state.as_str().to_owned(),
            changed_at: stored(clock::wall().0),
        };
        let transaction = self.write.begin().await?;
        registrar::Entity::insert(registrar::ActiveModel::from(row))
            .on_conflict(
                OnConflict::column(registrar::Column::Id)
                    .update_columns([registrar::Column::State, registrar::Column::ChangedAt])
                    .to_owned(),
            )
            .exec_without_returning(&transaction)
            .await?;
        note(&transaction, actor, "registrar.state", id, state.as_str()).await?;
        transaction.commit().await?;
        Ok(())
    }
}
