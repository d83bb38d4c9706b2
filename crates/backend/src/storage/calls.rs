//! Calls that are on record.

use headset_floor::{
    CallRecord, OfferOutcome, OfferRecord, Outcome, Side, TransferKind, TransferOutcome, TransferRecord,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::accounts::known;
use super::entity::{call, offer, transfer};
use super::{Storage, wall};
use crate::error::Error;

impl Storage {
    /// The latest calls, the oldest of them first.
    pub(crate) async fn latest_calls(&self, most: u64) -> Result<Vec<CallRecord>, Error> {
        let mut rows = call::Entity::find()
            .order_by_desc(call::Column::ArrivedAt)
            .order_by_desc(call::Column::Id)
            .limit(most)
            .all(&self.read)
            .await?;
        rows.reverse();
        let mut calls = Vec::with_capacity(rows.len());
        for some in rows.chunks(500) {
            let ids = some.iter().map(|row| row.id.as_str());
            let mut offers = offer::Entity::find()
                .filter(offer::Column::CallId.is_in(ids))
                .order_by_asc(offer::Column::Position)
                .all(&self.read)
                .await?;
            let ids = some.iter().map(|row| row.id.as_str());
            let mut transfers = transfer::Entity::find()
                .filter(transfer::Column::CallId.is_in(ids))
                .order_by_asc(transfer::Column::Position)
                .all(&self.read)
                .await?;
            for row in some {
                let (own, others) = offers.into_iter().partition(|offer| offer.call_id == row.id);
                offers = others;
                let (own_transfers, others) =
                    transfers.into_iter().partition(|transfer| transfer.call_id == row.id);
                transfers = others;
                calls.push(call_record(row, own, own_transfers)?);
            }
        }
        Ok(calls)
    }
}

fn call_record(
    row: &call::Model,
    offers: Vec<offer::Model>,
    transfers: Vec<transfer::Model>,
) -> Result<CallRecord, Error> {
    Ok(CallRecord {
        id: row.id.clone(),
        caller: row.caller.clone(),
        target: row.target.clone(),
        queue: row.queue.clone(),
        operator: row.operator.clone(),
        arrived_at: wall(row.arrived_at),
        answered_at: row.answered_at.map(wall),
        ended_at: row.ended_at.map(wall),
        outcome: row.outcome.as_deref().map(|word| known(Outcome::parse, word)).transpose()?,
        ended_by: row.ended_by.as_deref().map(|word| known(Side::parse, word)).transpose()?,
        offers: offers.into_iter().map(offer_record).collect::<Result<_, _>>()?,
        transfers: transfers.into_iter().map(transfer_record).collect::<Result<_, _>>()?,
    })
}

fn transfer_record(row: transfer::Model) -> Result<TransferRecord, Error> {
    Ok(TransferRecord {
        by: row.by,
        target: row.target,
        kind: known(TransferKind::parse, &row.kind)?,
        asked_at: wall(row.asked_at),
        ended_at: row.ended_at.map(wall),
        outcome: row.outcome.map(|word| known(TransferOutcome::parse, &word)).transpose()?,
        to: row.to,
        reason: row.reason,
    })
}

fn offer_record(row: offer::Model) -> Result<OfferRecord, Error> {
    Ok(OfferRecord {
        login: row.login,
        offered_at: wall(row.offered_at),
        ended_at: row.ended_at.map(wall),
        outcome: row.outcome.map(|word| known(OfferOutcome::parse, &word)).transpose()?,
        reason: row.reason,
    })
}
