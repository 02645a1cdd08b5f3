//! Anchor's discriminators: the first 8 bytes of SHA-256("namespace:name"), computed at compile time.

const INITIAL: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

const ROUND: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
];

/// First 8 bytes of SHA-256 of `namespace:name`. Text of at most 55 bytes: one block.
pub const fn discriminator(namespace: &str, name: &str) -> [u8; 8] {
    let mut block = [0u8; 64];
    let (space, name) = (namespace.as_bytes(), name.as_bytes());
    let length = space.len() + 1 + name.len();
    assert!(length <= 55, "one SHA-256 block holds 55 bytes of text");
    let mut i = 0;
    while i < space.len() {
        block[i] = space[i];
        i += 1;
    }
    block[i] = b':';
    let mut k = 0;
    while k < name.len() {
        block[i + 1 + k] = name[k];
        k += 1;
    }
    block[length] = 0x80;
    let bits = (length as u64 * 8).to_be_bytes();
    let mut b = 0;
    while b < 8 {
        block[56 + b] = bits[b];
        b += 1;
    }
    let hash = compress(&block);
    let (first, second) = (hash[0].to_be_bytes(), hash[1].to_be_bytes());
    [first[0], first[1], first[2], first[3], second[0], second[1], second[2], second[3]]
}

const fn compress(block: &[u8; 64]) -> [u32; 8] {
    let mut w = [0u32; 64];
    let mut i = 0;
    while i < 16 {
        w[i] = u32::from_be_bytes([block[4 * i], block[4 * i + 1], block[4 * i + 2], block[4 * i + 3]]);
        i += 1;
    }
    while i < 64 {
        let a = w[i - 15];
        let b = w[i - 2];
        let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
        let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
        w[i] = w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1);
        i += 1;
    }
    let mut v = INITIAL;
    i = 0;
    while i < 64 {
        let s1 = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
        let choose = (v[4] & v[5]) ^ (!v[4] & v[6]);
        let t1 = v[7].wrapping_add(s1).wrapping_add(choose).wrapping_add(ROUND[i]).wrapping_add(w[i]);
        let s0 = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
        let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        let t2 = s0.wrapping_add(majority);
        v = [t1.wrapping_add(t2), v[0], v[1], v[2], v[3].wrapping_add(t1), v[4], v[5], v[6]];
        i += 1;
    }
    let mut out = INITIAL;
    i = 0;
    while i < 8 {
        out[i] = out[i].wrapping_add(v[i]);
        i += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::discriminator;

    #[test]
    fn the_event_cpi_tag_is_the_one_anchor_publishes() {
        // Anchor writes SHA-256("anchor:event")[..8] as a big-endian u64, so its bytes are reversed.
        let mut tag = discriminator("anchor", "event");
        tag.reverse();
        assert_eq!(tag, [0xe4, 0x45, 0xa5, 0x2e, 0x51, 0xcb, 0x9a, 0x1d]);
    }

    #[test]
    fn an_instruction_tag_is_the_one_anchor_computes() {
        assert_eq!(discriminator("global", "initialize"), [175, 175, 109, 31, 13, 152, 155, 237]);
    }
}
