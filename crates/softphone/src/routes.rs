//! The open sockets: where requests can go.

use crate::{Registrar, SocketId};
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::{Method, Name, Request, RequestBuilder, Response, Time};

/// A flow from which nothing came for longer than this may be dead: servers ping every 5 s.
const DOUBTFUL_MS: u64 = 7_000;

#[derive(Debug, Default)]
pub(crate) struct Routes(Vec<Route>);

#[derive(Debug)]
struct Route {
    socket: SocketId,
    /// The flow's number; 0 is none's.
    flow: u32,
    /// Via's word for it.
    transport: &'static str,
    /// In place of it.
    #[cfg(feature = "full")]
    own_transport: Option<String>,
    weight: u32,
    usable: bool,
    heard: Time,
    /// Where all requests outside of dialogs go first.
    #[cfg(feature = "full")]
    preloaded: Option<String>,
    /// The way home that the registrar has told (RFC 3608).
    service: Vec<String>,
}

impl Routes {
    pub(crate) fn opened(&mut self, socket: SocketId, flow: u32, registrar: &Registrar, now: Time) {
        let secure = registrar.uri.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("wss:"));
        let transport = if secure { "WSS" } else { "WS" };
        self.0.push(Route {
            socket,
            flow,
            transport,
            #[cfg(feature = "full")]
            own_transport: registrar.transport.clone(),
            weight: registrar.weight,
            usable: false,
            heard: now,
            #[cfg(feature = "full")]
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
    pub(crate) fn served(&mut self, socket: SocketId, response: &Response) {
        if let Some(route) = self.find(socket) {
            route.service.clear();
            for value in response.values(Name::ServiceRoute) {
                route.service.push(value.into());
            }
        }
    }

    pub(crate) fn closed(&mut self, socket: SocketId) {
        if let Some(at) = self.position(socket) {
            self.0.remove(at);
        }
    }

    pub(crate) fn is_open(&self, socket: SocketId) -> bool {
        self.get(socket).is_some()
    }

    /// Via's word for the socket's transport.
    pub(crate) fn transport(&self, socket: SocketId) -> &str {
        let Some(route) = self.get(socket) else { return "WS" };
        #[cfg(feature = "full")]
        if let Some(own) = &route.own_transport {
            return own;
        }
        route.transport
    }

    /// The number of the flow; 0 where the socket is gone.
    pub(crate) fn flow(&self, socket: SocketId) -> u32 {
        self.get(socket).map_or(0, |route| route.flow)
    }

    /// Starts a request that stands outside of dialogs, with its Route: the registrar's Service-Route (RFC 3608 §6.1,
    /// not for REGISTER), else the configured one (RFC 3261 §8.1.2).
    pub(crate) fn request(&self, socket: SocketId, method: Method, uri: &str) -> RequestBuilder {
        let register = method == Method::Register;
        let mut builder = Request::build(method, uri);
        if let Some(route) = self.get(socket) {
            let service = if register { &[] } else { &route.service[..] };
            for route in service {
                builder = builder.header(Name::Route, route);
            }
            #[cfg(feature = "full")]
            if let (Some(route), true) = (&route.preloaded, service.is_empty()) {
                builder = builder.header(Name::Route, route);
            }
        }
        builder.header(Name::MaxForwards, "69")
    }

    /// Where a request goes: a usable flow, one that was heard of lately, the heaviest.
    pub(crate) fn best(&self, now: Time) -> Option<SocketId> {
        let mut best = None;
        for route in &self.0 {
            let rank = (now.ms_since(route.heard) < DOUBTFUL_MS, route.weight, route.heard);
            if route.usable && best.is_none_or(|(other, _)| rank >= other) {
                best = Some((rank, route.socket));
            }
        }
        best.map(|(_, socket)| socket)
    }

    fn position(&self, socket: SocketId) -> Option<usize> {
        self.0.iter().position(|route| route.socket == socket)
    }

    fn get(&self, socket: SocketId) -> Option<&Route> {
        self.0.get(self.position(socket)?)
    }

    fn find(&mut self, socket: SocketId) -> Option<&mut Route> {
        let at = self.position(socket)?;
        self.0.get_mut(at)
    }
}
