//! The open sockets: where requests can go.

use crate::{Registrar, SocketId};
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;
use headset_sip::{Method, Name, Request, RequestBuilder, Time};

/// A flow from which nothing came for longer than this may be dead: servers ping every 5 s.
const DOUBTFUL: Duration = Duration::from_secs(7);

#[derive(Debug, Default)]
pub(crate) struct Routes(Vec<Route>);

#[derive(Debug)]
struct Route {
    socket: SocketId,
    /// The flow's number; 0 is none's.
    flow: u32,
    /// Via's word for it.
    transport: String,
    weight: u32,
    usable: bool,
    heard: Time,
    /// Where all requests outside of dialogs go first.
    preloaded: Option<String>,
    /// The way home that the registrar has told (RFC 3608).
    service: Vec<String>,
}

impl Routes {
    pub(crate) fn opened(&mut self, socket: SocketId, flow: u32, registrar: &Registrar, now: Time) {
        let secure = registrar.uri.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("wss:"));
        let transport = registrar.transport.as_deref().unwrap_or(if secure { "WSS" } else { "WS" });
        self.0.push(Route {
            socket,
            flow,
            transport: transport.into(),
            weight: registrar.weight,
            usable: false,
            heard: now,
            preloaded: registrar.route.clone(),
            service: Vec::new(),
        });
    }

    pub(crate) fn heard(&mut self, socket: SocketId, now: Time) {
        if let Some(route) = self.find(socket) {
            route.heard = now;
        }
    }

    /// Whether calls can go there: it is registered, or need not be.
    pub(crate) fn usable(&mut self, socket: SocketId, usable: bool) {
        if let Some(route) = self.find(socket) {
            route.usable = usable;
        }
    }

    /// Service-Route of the last 2xx to REGISTER (RFC 3608 §6.1: it replaces the one before).
    pub(crate) fn served<'a>(&mut self, socket: SocketId, service: impl Iterator<Item = &'a str>) {
        if let Some(route) = self.find(socket) {
            route.service = service.map(Into::into).collect();
        }
    }

    pub(crate) fn closed(&mut self, socket: SocketId) {
        self.0.retain(|route| route.socket != socket);
    }

    pub(crate) fn is_open(&self, socket: SocketId) -> bool {
        self.get(socket).is_some()
    }

    /// Via's word for the socket's transport.
    pub(crate) fn transport(&self, socket: SocketId) -> &str {
        self.get(socket).map_or("WS", |route| &route.transport)
    }

    /// The number of the flow; 0 where the socket is gone.
    pub(crate) fn flow(&self, socket: SocketId) -> u32 {
        self.get(socket).map_or(0, |route| route.flow)
    }

    /// Starts a request that stands outside of dialogs, with its Route: the registrar's Service-Route (RFC 3608 §6.1,
    /// not for REGISTER), else the configured one.
    pub(crate) fn request(&self, socket: SocketId, method: Method, uri: &str) -> RequestBuilder {
        let register = method == Method::Register;
        let mut builder = Request::build(method, uri);
        if let Some(route) = self.get(socket) {
            let service = if register { &[] } else { &route.service[..] };
            let preloaded = route.preloaded.iter().filter(|_| service.is_empty());
            for route in service.iter().chain(preloaded) {
                builder = builder.header(Name::Route, route);
            }
        }
        builder.header(Name::MaxForwards, "69")
    }

    /// Where a request goes: a usable flow, one that was heard of lately, the heaviest.
    pub(crate) fn best(&self, now: Time) -> Option<SocketId> {
        let rank = |route: &&Route| (now.since(route.heard) < DOUBTFUL, route.weight, route.heard);
        self.0.iter().filter(|route| route.usable).max_by_key(rank).map(|route| route.socket)
    }

    fn get(&self, socket: SocketId) -> Option<&Route> {
        self.0.iter().find(|route| route.socket == socket)
    }

    fn find(&mut self, socket: SocketId) -> Option<&mut Route> {
        self.0.iter_mut().find(|route| route.socket == socket)
    }
}
