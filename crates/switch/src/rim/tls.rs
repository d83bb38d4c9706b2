//! Certificates from PEM text.

use std::sync::Arc;

use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What is wrong with the certificate or the key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate file holds no certificate, or a broken one.
    #[error("the certificate cannot be read: {0}")]
    Certificate(String),
    /// The key file holds no private key, or a broken one.
    #[error("the private key cannot be read: {0}")]
    Key(String),
    /// The two do not belong together, or are of a kind that is not supported.
    #[error("the certificate and the key do not work together: {0}")]
    Pair(String),
}

/// Makes a server's TLS configuration from a PEM chain (its own certificate first) and a PEM key.
pub fn tls_config(certificate: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, TlsError> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<_, _>>()
        .map_err(|error| TlsError::Certificate(error.to_string()))?;
    if chain.is_empty() {
        return Err(TlsError::Certificate("no CERTIFICATE section".into()));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| TlsError::Key(error.to_string()))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| TlsError::Pair(error.to_string()))?;
    Ok(Arc::new(config))
}
