//! Declarations that describe themselves: layouts, choices, argument and event structs.
//!
//! A description is a constant; the program never reads one, so it costs no byte on chain.

mod choices;
mod codec;
mod discriminator;
mod layouts;
mod records;

pub use codec::{Decode, Encode, Encoded, Reader, Seq, SeqIter, Writer};
pub use discriminator::discriminator;
pub use layouts::{Pod, Wire, bytes_of_mut, from_bytes, from_bytes_mut, slice_from_bytes_mut};

/// The type of a field, in the IDL's vocabulary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TypeDesc {
    /// A primitive: `u8` to `u64`, `i8` to `i64`, `bool`.
    Primitive(&'static str),
    /// A 32-byte address.
    Pubkey,
    /// A fixed-size array.
    Array(&'static TypeDesc, usize),
    /// A list with a `u32` length in front (events and arguments only).
    List(&'static TypeDesc),
    /// Another declared type, by name.
    Defined(&'static str),
}

/// A type that has a place in the IDL.
pub trait Described {
    /// Its type, as a field declares it.
    const TYPE: TypeDesc;
}

/// One field of a declared struct.
#[derive(Clone, Copy, Debug)]
pub struct FieldDesc {
    /// Field name.
    pub name: &'static str,
    /// Documentation lines.
    pub docs: &'static [&'static str],
    /// Field type.
    pub ty: TypeDesc,
}

/// A declared struct.
#[derive(Clone, Copy, Debug)]
pub struct StructDesc {
    /// Type name.
    pub name: &'static str,
    /// Documentation lines.
    pub docs: &'static [&'static str],
    /// Fields in order.
    pub fields: &'static [FieldDesc],
    /// Bytes in memory for a `repr(C)` state struct; 0 for a borsh struct.
    pub size: usize,
}

/// A declared choice: variants without data, one byte on the wire.
#[derive(Clone, Copy, Debug)]
pub struct ChoiceDesc {
    /// Type name.
    pub name: &'static str,
    /// Documentation lines.
    pub docs: &'static [&'static str],
    /// Variant names in order of their number, from 0.
    pub variants: &'static [&'static str],
}

/// A declared enum whose variants carry one record each, behind a byte that says which.
#[derive(Clone, Copy, Debug)]
pub struct VariantsDesc {
    /// Type name.
    pub name: &'static str,
    /// Documentation lines.
    pub docs: &'static [&'static str],
    /// Variant names with what they carry, in order of their number, from 0.
    pub variants: &'static [(&'static str, TypeDesc)],
}

/// One seed of a program-derived address.
#[derive(Clone, Copy, Debug)]
pub enum SeedDesc {
    /// Fixed bytes.
    Text(&'static str),
    /// A fixed byte.
    Byte(u8),
    /// The address of another account of the instruction, by name, or a field of it (`trader.owner`).
    Account(&'static str),
    /// An argument of the instruction, little endian.
    Argument(&'static str),
}

/// One account of an instruction.
#[derive(Clone, Copy, Debug)]
pub struct AccountDesc {
    /// Name, unique in the instruction.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// The instruction may change it.
    pub writable: bool,
    /// It signs the transaction.
    pub signer: bool,
    /// How its address is derived, or empty.
    pub seeds: &'static [SeedDesc],
    /// Its fixed address in base58, or empty.
    pub address: &'static str,
}

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub struct InstructionDesc {
    /// snake_case name.
    pub name: &'static str,
    /// Documentation lines.
    pub docs: &'static [&'static str],
    /// First 8 bytes of the instruction data.
    pub discriminator: [u8; 8],
    /// Accounts in order.
    pub accounts: &'static [AccountDesc],
    /// Arguments in order (borsh).
    pub args: &'static [FieldDesc],
}

macro_rules! primitives {
    ($($t:ident)*) => { $(
        impl Described for $t { const TYPE: TypeDesc = TypeDesc::Primitive(stringify!($t)); }
    )* };
}
primitives!(u8 u16 u32 u64 i8 i16 i32 i64 bool);

impl<T: Described, const N: usize> Described for [T; N] {
    const TYPE: TypeDesc = TypeDesc::Array(&T::TYPE, N);
}
