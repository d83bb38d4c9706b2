//! The digest's hashes are everybody's.

use headset_sip::digest::Algorithm;
use md5::{Digest, Md5};
use proptest::prelude::*;
use sha2::{Sha256, Sha512_256};

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Every length around the ends of one and of two blocks, of each kind.
    #[test]
    fn like_rust_cryptos(lengths in prop::array::uniform3(0usize..140), letter in "[a-zж]") {
        let [user, realm, password] = lengths.map(|length| letter.repeat(length));
        let text = format!("{user}:{realm}:{password}");
        let ha1 = |name: &str| Algorithm::new(name).expect("known").ha1(&user, &realm, &password);
        prop_assert_eq!(ha1("MD5"), hexadecimal(&Md5::digest(&text)));
        prop_assert_eq!(ha1("SHA-256"), hexadecimal(&Sha256::digest(&text)));
        prop_assert_eq!(ha1("SHA-512-256"), hexadecimal(&Sha512_256::digest(&text)));
    }
}
