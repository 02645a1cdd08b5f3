//! `record!`, `event!` and `instruction!`: borsh structs.

/// Declares borsh structs (elements of lists), decodable, encodable and described.
#[macro_export]
macro_rules! record {
    () => {};
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident $(<$life:lifetime>)? { $( $(#[doc = $fdoc:literal])* pub $field:ident : $ty:ty, )* }
        $($rest:tt)*
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy)]
        pub struct $name $(<$life>)? { $( $(#[doc = $fdoc])* pub $field: $ty, )* }

        impl $(<$life>)? $name $(<$life>)? {
            /// What the IDL says about this struct.
            pub const DESC: $crate::describe::StructDesc = $crate::describe::StructDesc {
                name: stringify!($name),
                docs: &[$($doc),*],
                fields: &[$( $crate::describe::FieldDesc {
                    name: stringify!($field),
                    docs: &[$($fdoc),*],
                    ty: <$ty as $crate::describe::Described>::TYPE,
                } ),*],
                size: 0,
            };
        }
        impl $(<$life>)? $crate::describe::Described for $name $(<$life>)? {
            const TYPE: $crate::describe::TypeDesc = $crate::describe::TypeDesc::Defined(stringify!($name));
        }
        impl $(<$life>)? $crate::describe::Encode for $name $(<$life>)? {
            #[inline(always)]
            fn encode(&self, _writer: &mut $crate::describe::Writer<'_>) {
                $( $crate::describe::Encode::encode(&self.$field, _writer); )*
            }
        }
        $crate::record!(@decode $name $(<$life>)? { $($field : $ty,)* });
        $crate::record! { $($rest)* }
    };
    (@decode $name:ident { $($field:ident : $ty:ty,)* }) => {
        impl<'a> $crate::describe::Decode<'a> for $name {
            const SIZE: usize = 0 $( + <$ty as $crate::describe::Decode<'a>>::SIZE )*;
            #[inline(always)]
            fn decode(_reader: &mut $crate::describe::Reader<'a>) -> Option<Self> {
                Some(Self { $( $field: $crate::describe::Decode::decode(_reader)?, )* })
            }
        }
    };
    (@decode $name:ident <$life:lifetime> { $($field:ident : $ty:ty,)* }) => {
        impl<$life> $crate::describe::Decode<$life> for $name<$life> {
            const SIZE: usize = 0;
            #[inline(always)]
            fn decode(_reader: &mut $crate::describe::Reader<$life>) -> Option<Self> {
                Some(Self { $( $field: $crate::describe::Decode::decode(_reader)?, )* })
            }
        }
    };
}

/// Declares events: borsh structs that begin with sequence, slot and time, with Anchor's discriminator. One without
/// a list lies in memory as on the wire.
#[macro_export]
macro_rules! event {
    () => {};
    ( $(#[doc = $doc:literal])* pub struct $name:ident { $($body:tt)* } $($rest:tt)* ) => {
        $crate::event! { @declare wire_record $(#[doc = $doc])* $name [] { $($body)* } $($rest)* }
    };
    ( $(#[doc = $doc:literal])* pub struct $name:ident <$life:lifetime> { $($body:tt)* } $($rest:tt)* ) => {
        $crate::event! { @declare record $(#[doc = $doc])* $name [<$life>] { $($body)* } $($rest)* }
    };
    (
        @declare $record:ident
        $(#[doc = $doc:literal])*
        $name:ident [$($life:tt)*] { $($body:tt)* }
        $($rest:tt)*
    ) => {
        $crate::$record! {
            $(#[doc = $doc])*
            pub struct $name $($life)* {
                /// Running number of the exchange's events, 1 more for each.
                pub seq: u64,
                /// Slot of the transaction.
                pub slot: u64,
                /// Cluster time, unix seconds.
                pub unix_ts: i64,
                $($body)*
            }
        }
        impl $($life)* $name $($life)* {
            /// First 8 bytes of the event after the self-CPI tag.
            pub const DISCRIMINATOR: [u8; 8] = $crate::describe::discriminator("event", stringify!($name));
        }
        $crate::event! { $($rest)* }
    };
}

/// Declares an instruction's arguments and accounts, with Anchor's discriminator.
#[macro_export]
macro_rules! instruction {
    () => {};
    (
        $(#[doc = $doc:literal])*
        pub $snake:ident $name:ident $(<$life:lifetime>)? { $($body:tt)* }
        accounts $accounts:expr;
        $($rest:tt)*
    ) => {
        $crate::record! {
            $(#[doc = $doc])*
            pub struct $name $(<$life>)? { $($body)* }
        }
        impl $(<$life>)? $name $(<$life>)? {
            /// First 8 bytes of the instruction data.
            pub const DISCRIMINATOR: [u8; 8] = $crate::describe::discriminator("global", stringify!($snake));
            /// The discriminator as one number, for dispatch.
            pub const TAG: u64 = u64::from_le_bytes(Self::DISCRIMINATOR);
            /// How many accounts the instruction takes.
            pub const ACCOUNTS: usize = { const LIST: &[$crate::describe::AccountDesc] = $accounts; LIST.len() };
            /// What the IDL says about this instruction.
            pub const INSTRUCTION: $crate::describe::InstructionDesc = $crate::describe::InstructionDesc {
                name: stringify!($snake),
                docs: Self::DESC.docs,
                discriminator: Self::DISCRIMINATOR,
                accounts: $accounts,
                args: Self::DESC.fields,
            };
        }
        $crate::instruction! { $($rest)* }
    };
}

/// Declares borsh structs of integers only that lie in memory exactly as on the wire: one store per field writes a
/// record in place, one copy reads it.
#[macro_export]
macro_rules! packed_record {
    () => {};
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident { $( $(#[doc = $fdoc:literal])* pub $field:ident : $ty:ty, )* }
        $($rest:tt)*
    ) => {
        $crate::wire_record! {
            @plain $(#[doc = $doc])*
            pub struct $name { $( $(#[doc = $fdoc])* pub $field: $ty, )* }
        }
        // SAFETY: packed, and every field is plain data (proved below).
        unsafe impl $crate::describe::Pod for $name {}
        const _: () = {
            const fn pod<T: $crate::describe::Pod>() {}
            $( pod::<$ty>(); )*
        };
        impl<'a> $crate::describe::Decode<'a> for $name {
            const SIZE: usize = size_of::<$name>();
            #[inline(always)]
            fn decode(reader: &mut $crate::describe::Reader<'a>) -> Option<Self> {
                $crate::describe::from_bytes::<Self>(reader.take(size_of::<Self>())?).copied()
            }
        }
        impl<'a> $crate::describe::Decode<'a> for &'a $name {
            const SIZE: usize = size_of::<$name>();
            #[inline(always)]
            fn decode(reader: &mut $crate::describe::Reader<'a>) -> Option<Self> {
                $crate::describe::from_bytes::<$name>(reader.take(size_of::<$name>())?)
            }
        }
        $crate::packed_record! { $($rest)* }
    };
}

/// As `packed_record!`, with booleans and choices allowed: one copy writes it, and field by field it is read.
#[macro_export]
macro_rules! wire_record {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident { $( $(#[doc = $fdoc:literal])* pub $field:ident : $ty:ty, )* }
    ) => {
        $crate::wire_record! {
            @plain $(#[doc = $doc])*
            pub struct $name { $( $(#[doc = $fdoc])* pub $field: $ty, )* }
        }
        $crate::record!(@decode $name { $($field : $ty,)* });
    };
    (
        @plain $(#[doc = $doc:literal])*
        pub struct $name:ident { $( $(#[doc = $fdoc:literal])* pub $field:ident : $ty:ty, )* }
    ) => {
        $(#[doc = $doc])*
        #[repr(C, packed)]
        #[derive(Clone, Copy)]
        pub struct $name { $( $(#[doc = $fdoc])* pub $field: $ty, )* }

        // SAFETY: packed, and every field lies in memory as on the wire (proved below).
        unsafe impl $crate::describe::Wire for $name {}
        const _: () = {
            const fn wire<T: $crate::describe::Wire>() {}
            $( wire::<$ty>(); )*
        };
        impl $name {
            /// What the IDL says about this struct.
            pub const DESC: $crate::describe::StructDesc = $crate::describe::StructDesc {
                name: stringify!($name),
                docs: &[$($doc),*],
                fields: &[$( $crate::describe::FieldDesc {
                    name: stringify!($field),
                    docs: &[$($fdoc),*],
                    ty: <$ty as $crate::describe::Described>::TYPE,
                } ),*],
                size: 0,
            };
            /// The record as it is on the wire.
            pub const fn as_bytes(&self) -> &[u8] {
                // SAFETY: packed wire types have no padding.
                unsafe { core::slice::from_raw_parts(core::ptr::from_ref(self).cast(), size_of::<Self>()) }
            }
        }
        impl $crate::describe::Described for $name {
            const TYPE: $crate::describe::TypeDesc = $crate::describe::TypeDesc::Defined(stringify!($name));
        }
        impl $crate::describe::Encode for $name {
            #[inline(always)]
            fn encode(&self, writer: &mut $crate::describe::Writer<'_>) { writer.put(self.as_bytes()) }
            #[inline(always)]
            fn wire(&self) -> Option<&[u8]> { Some(self.as_bytes()) }
        }
    };
}
