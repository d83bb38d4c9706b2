//! The open sockets: where requests can go.

use crate::{Registrar, SocketId};
use alloc::vec::Vec;
use core::time::Duration;
use headset_sip::Time;

/// A flow from which nothing came for longer than this may be dead: servers ping every 5 s.
const DOUBTFUL: Duration = Duration::from_secs(7);

#[derive(Debug, Default)]
pub(crate) struct Routes(Vec<Route>);

#[derive(Debug)]
struct Route {
    socket: SocketId,
    secure: bool,
    weight: u32,
    registered: bool,
    heard: Time,
}

impl Routes {
    pub(crate) fn opened(&mut self, socket: SocketId, registrar: &Registrar, now: Time) {
        let secure = registrar.uri.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("wss:"));
        self.0.push(Route { socket, secure, weight: registrar.weight, registered: false, heard: now });
    }

    pub(crate) fn heard(&mut self, socket: SocketId, now: Time) {
        if let Some(route) = self.find(socket) {
            route.heard = now;
        }
    }

    pub(crate) fn registered(&mut self, socket: SocketId, registered: bool) {
        if let Some(route) = self.find(socket) {
            route.registered = registered;
        }
    }

    pub(crate) fn closed(&mut self, socket: SocketId) {
        self.0.retain(|route| route.socket != socket);
    }

    pub(crate) fn is_open(&self, socket: SocketId) -> bool {
        self.0.iter().any(|route| route.socket == socket)
    }

    /// Via's word for the socket's transport.
    pub(crate) fn transport(&self, socket: SocketId) -> &'static str {
        match self.0.iter().find(|route| route.socket == socket) {
            Some(Route { secure: true, .. }) => "WSS",
            _ => "WS",
        }
    }

    /// Where a request goes: a registered flow, one that was heard of lately, the heaviest.
    pub(crate) fn best(&self, now: Time) -> Option<SocketId> {
        let rank = |route: &&Route| (now.since(route.heard) < DOUBTFUL, route.weight, route.heard);
        self.0.iter().filter(|route| route.registered).max_by_key(rank).map(|route| route.socket)
    }

    fn find(&mut self, socket: SocketId) -> Option<&mut Route> {
        self.0.iter_mut().find(|route| route.socket == socket)
    }
}
