//! One type per unit, so that adding ticks to lots does not compile.

use crate::describe::{Decode, Described, Encode, Pod, Reader, TypeDesc, Wire, Writer};
use core::ops::{Add, AddAssign, Neg, Sub, SubAssign};

macro_rules! quantity {
    ($( $(#[doc = $doc:literal])* $name:ident($int:ident); )*) => { $(
        $(#[doc = $doc])*
        #[repr(transparent)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $int);

        // SAFETY: repr(transparent) over a primitive integer.
        unsafe impl Pod for $name {}
        impl Described for $name { const TYPE: TypeDesc = TypeDesc::Primitive(stringify!($int)); }
        impl Decode<'_> for $name {
            const SIZE: usize = size_of::<$int>();
            #[inline(always)]
            fn decode(reader: &mut Reader<'_>) -> Option<Self> { Some(Self($int::decode(reader)?)) }
        }
        impl Encode for $name {
            #[inline(always)]
            fn encode(&self, writer: &mut Writer<'_>) { self.0.encode(writer) }
        }
        impl Add for $name {
            type Output = Self;
            #[inline(always)]
            fn add(self, other: Self) -> Self { Self(self.0 + other.0) }
        }
        impl Sub for $name {
            type Output = Self;
            #[inline(always)]
            fn sub(self, other: Self) -> Self { Self(self.0 - other.0) }
        }
        impl AddAssign for $name {
            #[inline(always)]
            fn add_assign(&mut self, other: Self) { self.0 += other.0; }
        }
        impl SubAssign for $name {
            #[inline(always)]
            fn sub_assign(&mut self, other: Self) { self.0 -= other.0; }
        }
        impl $name {
            /// None of it.
            pub const ZERO: Self = Self(0);
        }
    )* };
}

quantity! {
    /// 1e-6 USDC, signed.
    QuoteAtoms(i64);
    /// A market's smallest size, signed: positive is long.
    BaseLots(i64);
    /// Price of an order; one tick is `tick_size` quote atoms per base lot.
    Ticks(u32);
    /// Oracle or mark price in quote atoms per base lot.
    LotPrice(u64);
    /// Cumulative funding in micro quote atoms per base lot.
    FundingIndex(i64);
}

impl Neg for QuoteAtoms {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Neg for BaseLots {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// A 32-byte address.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, Eq)]
pub struct Pubkey(pub [u8; 32]);

impl Pubkey {
    #[inline(always)]
    fn word(&self, index: usize) -> u64 {
        let mut word = [0; 8];
        word.copy_from_slice(&self.0[8 * index..8 * index + 8]);
        u64::from_ne_bytes(word)
    }
}

/// Four words: on the VM a byte-wise comparison is a system call.
impl PartialEq for Pubkey {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        (0..4).all(|index| self.word(index) == other.word(index))
    }
}

// SAFETY: repr(transparent) over a byte array.
unsafe impl Pod for Pubkey {}
// SAFETY: 32 bytes.
unsafe impl Wire for Pubkey {}
impl Described for Pubkey {
    const TYPE: TypeDesc = TypeDesc::Pubkey;
}
impl Decode<'_> for Pubkey {
    const SIZE: usize = 32;
    #[inline(always)]
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self(*reader.take(32)?.first_chunk()?))
    }
}
impl Encode for Pubkey {
    #[inline(always)]
    fn encode(&self, writer: &mut Writer<'_>) {
        writer.put(&self.0)
    }
}
