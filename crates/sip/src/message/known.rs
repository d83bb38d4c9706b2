//! What of a message was taken apart when it was checked, so that it is not again.

#[cfg(target_family = "wasm")]
pub(super) use nothing::Known;
#[cfg(not(target_family = "wasm"))]
pub(super) use places::Known;

#[cfg(not(target_family = "wasm"))]
mod places {
    use crate::message::address::{Display, Parts};
    use crate::message::scan::Range;
    use crate::message::{Name, Params, Via};

    /// Nothing, or where the parts are in the message's text.
    #[derive(Clone, Copy, Debug, Default)]
    pub(crate) struct Known(Option<Places>);

    #[derive(Clone, Copy, Debug)]
    struct Places {
        transport: Range,
        host: Range,
        port: Option<u16>,
        via_params: Range,
        from: Address,
        to: Address,
        cseq: u32,
        method: Range,
    }

    #[derive(Clone, Copy, Debug)]
    struct Address {
        display: Range,
        uri: Range,
        params: Range,
    }

    impl Known {
        /// Of pieces of `text`.
        #[inline]
        pub(crate) fn new(
            text: &str,
            via: Via<'_>,
            addresses: [Parts<'_>; 2],
            cseq: u32,
            method: Range,
        ) -> Known {
            let place = |piece| Range::within(text, piece);
            let [from, to] = addresses.map(|Parts { display, uri, params }| {
                let (Display::Quoted(display) | Display::Bare(display)) = display;
                Address { display: place(display), uri: place(uri), params: place(params) }
            });
            Known(Some(Places {
                transport: place(via.transport),
                host: place(via.host),
                port: via.port,
                via_params: place(via.params.as_str()),
                from,
                to,
                cseq,
                method,
            }))
        }

        #[inline]
        pub(crate) fn via<'a>(&self, text: &'a str) -> Option<Via<'a>> {
            let Places { transport, host, port, via_params, .. } = self.0.as_ref()?;
            let params = Params::parse(via_params.of(text));
            Some(Via { transport: transport.of(text), host: host.of(text), port: *port, params })
        }

        /// Of From and To.
        #[inline]
        pub(crate) fn parts<'a>(&self, name: Name, text: &'a str) -> Option<Parts<'a>> {
            let places = self.0.as_ref()?;
            let Address { display, uri, params } = match name {
                Name::From => places.from,
                Name::To => places.to,
                _ => return None,
            };
            let before = (display.start as usize).checked_sub(1)?;
            let is_quoted = text.as_bytes().get(before) == Some(&b'"');
            let display = display.of(text);
            let display = if is_quoted { Display::Quoted(display) } else { Display::Bare(display) };
            Some(Parts { display, uri: uri.of(text), params: params.of(text) })
        }

        #[inline]
        pub(crate) fn cseq<'a>(&self, text: &'a str) -> Option<(u32, &'a str)> {
            let places = self.0.as_ref()?;
            Some((places.cseq, places.method.of(text)))
        }
    }
}

/// In the browser little code is worth more: a message is taken apart again.
#[cfg(target_family = "wasm")]
mod nothing {
    use crate::message::address::Parts;
    use crate::message::scan::Range;
    use crate::message::{Name, Via};

    #[derive(Clone, Copy, Debug, Default)]
    pub(crate) struct Known;

    impl Known {
        #[inline]
        pub(crate) fn new(_: &str, _: Via<'_>, _: [Parts<'_>; 2], _: u32, _: Range) -> Known {
            Known
        }

        #[inline]
        pub(crate) fn via<'a>(&self, _: &'a str) -> Option<Via<'a>> {
            None
        }

        #[inline]
        pub(crate) fn parts<'a>(&self, _: Name, _: &'a str) -> Option<Parts<'a>> {
            None
        }

        #[inline]
        pub(crate) fn cseq<'a>(&self, _: &'a str) -> Option<(u32, &'a str)> {
            None
        }
    }
}
