//! `choice!`: enums without data, one byte in arguments and events. `variants!`: enums whose variants carry a record.

/// Declares enums whose variants number from 0 and that decode from one byte, unknown ones refused.
#[macro_export]
macro_rules! choice {
    () => {};
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident { $( $(#[doc = $vdoc:literal])* $variant:ident = $value:literal, )* }
        $($rest:tt)*
    ) => {
        $(#[doc = $doc])*
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $( $(#[doc = $vdoc])* $variant = $value, )* }

        impl $name {
            /// What the IDL says about this choice.
            pub const DESC: $crate::describe::ChoiceDesc = $crate::describe::ChoiceDesc {
                name: stringify!($name),
                docs: &[$($doc),*],
                variants: &[$( stringify!($variant) ),*],
            };
            /// The variant with this number.
            pub const fn from_u8(value: u8) -> Option<Self> {
                match value { $( $value => Some(Self::$variant), )* _ => None }
            }
        }
        // SAFETY: one byte, the one that `encode` writes.
        unsafe impl $crate::describe::Wire for $name {}
        impl $crate::describe::Described for $name {
            const TYPE: $crate::describe::TypeDesc = $crate::describe::TypeDesc::Defined(stringify!($name));
        }
        impl<'a> $crate::describe::Decode<'a> for $name {
            const SIZE: usize = 1;
            #[inline(always)]
            fn decode(reader: &mut $crate::describe::Reader<'a>) -> Option<Self> {
                Self::from_u8(<u8 as $crate::describe::Decode>::decode(reader)?)
            }
        }
        impl $crate::describe::Encode for $name {
            #[inline(always)]
            fn encode(&self, writer: &mut $crate::describe::Writer<'_>) {
                $crate::describe::Encode::encode(&(*self as u8), writer)
            }
        }
        $crate::choice! { $($rest)* }
    };
}

/// Declares an enum whose variants each carry one packed record, borrowed from the bytes they are read from.
#[macro_export]
macro_rules! variants {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident { $( $(#[doc = $vdoc:literal])* $variant:ident($record:ident) = $value:literal, )* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy)]
        pub enum $name<'a> { $( $(#[doc = $vdoc])* $variant(&'a $record), )* }

        impl $name<'_> {
            /// What the IDL says about this enum.
            pub const DESC: $crate::describe::VariantsDesc = $crate::describe::VariantsDesc {
                name: stringify!($name),
                docs: &[$($doc),*],
                variants: &[$( (stringify!($variant), <$record as $crate::describe::Described>::TYPE) ),*],
            };
        }
        impl $crate::describe::Described for $name<'_> {
            const TYPE: $crate::describe::TypeDesc = $crate::describe::TypeDesc::Defined(stringify!($name));
        }
        impl<'a> $crate::describe::Decode<'a> for $name<'a> {
            const SIZE: usize = 0;
            #[inline(never)]
            fn decode(reader: &mut $crate::describe::Reader<'a>) -> Option<Self> {
                match <u8 as $crate::describe::Decode>::decode(reader)? {
                    $( $value => Some(Self::$variant($crate::describe::Decode::decode(reader)?)), )*
                    _ => None,
                }
            }
        }
    };
}
