//! `layout!`: `repr(C)` structs that are views of account bytes.

/// A type whose every bit pattern is a value and that has no padding: it may be viewed in bytes.
///
/// # Safety
/// Implementers are `repr(C)` or `repr(transparent)`, free of padding, and made of such types.
pub unsafe trait Pod: Copy + 'static {}

macro_rules! pods {
    // SAFETY: primitive integers have no padding and no invalid bit pattern.
    ($($t:ty)*) => { $( unsafe impl Pod for $t {} )* };
}
pods!(u8 u16 u32 u64 i8 i16 i32 i64);

// SAFETY: an array of padding-free values has no padding.
unsafe impl<T: Pod, const N: usize> Pod for [T; N] {}

/// A type that lies in memory exactly as borsh writes it.
///
/// # Safety
/// Implementers are free of padding; their bytes are their encoding on a little-endian machine.
pub unsafe trait Wire: Copy {}

macro_rules! wires {
    // SAFETY: one little-endian number; a boolean is the byte 0 or 1.
    ($($t:ty)*) => { $( unsafe impl Wire for $t {} )* };
}
wires!(u8 u16 u32 u64 i8 i16 i32 i64 bool);

// SAFETY: an array is its elements one after the other, in memory and in borsh.
unsafe impl<T: Wire, const N: usize> Wire for [T; N] {}

/// The bytes as a `T`, or `None` when they are too few or misaligned. Extra bytes are ignored.
pub fn from_bytes<T: Pod>(bytes: &[u8]) -> Option<&T> {
    let fits = bytes.len() >= size_of::<T>() && (bytes.as_ptr() as usize).is_multiple_of(align_of::<T>());
    // SAFETY: length and alignment were checked and every bit pattern is a T.
    fits.then(|| unsafe { &*bytes.as_ptr().cast::<T>() })
}

/// The bytes as a mutable `T`, or `None` when they are too few or misaligned.
pub fn from_bytes_mut<T: Pod>(bytes: &mut [u8]) -> Option<&mut T> {
    let fits = bytes.len() >= size_of::<T>() && (bytes.as_ptr() as usize).is_multiple_of(align_of::<T>());
    // SAFETY: length and alignment were checked, every bit pattern is a T, the borrow is exclusive.
    fits.then(|| unsafe { &mut *bytes.as_mut_ptr().cast::<T>() })
}

/// The value's own bytes.
pub fn bytes_of_mut<T: Pod>(value: &mut T) -> &mut [u8] {
    // SAFETY: no padding, every bit pattern is a T, the borrow is exclusive.
    unsafe { core::slice::from_raw_parts_mut(core::ptr::from_mut(value).cast(), size_of::<T>()) }
}

/// The bytes as as many mutable `T` as fit, or `None` when misaligned.
pub fn slice_from_bytes_mut<T: Pod>(bytes: &mut [u8]) -> Option<&mut [T]> {
    let aligned = (bytes.as_ptr() as usize).is_multiple_of(align_of::<T>());
    let count = bytes.len() / size_of::<T>();
    // SAFETY: alignment was checked, the count fits the bytes, every bit pattern is a T, the borrow is exclusive.
    aligned.then(|| unsafe { core::slice::from_raw_parts_mut(bytes.as_mut_ptr().cast(), count) })
}

/// Declares state structs: `repr(C)`, no padding (proved at compile time), size proved, viewable
/// in bytes, and described for the IDL. `account` before `struct` adds Anchor's discriminator.
#[macro_export]
macro_rules! layout {
    () => {};
    (
        $(#[doc = $doc:literal])*
        pub account $name:ident [$size:expr] { $($body:tt)* }
        $($rest:tt)*
    ) => {
        $crate::layout! {
            $(#[doc = $doc])*
            pub struct $name [$size] { $($body)* }
        }
        impl $name {
            /// First 8 bytes of an account that holds this.
            pub const DISCRIMINATOR: [u8; 8] = $crate::describe::discriminator("account", stringify!($name));
        }
        $crate::layout! { $($rest)* }
    };
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident [$size:expr] { $( $(#[doc = $fdoc:literal])* pub $field:ident : $ty:ty, )* }
        $($rest:tt)*
    ) => {
        $(#[doc = $doc])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug)]
        pub struct $name { $( $(#[doc = $fdoc])* pub $field: $ty, )* }

        const _: () = {
            const fn pod<T: $crate::describe::Pod>() {}
            $( pod::<$ty>(); )*
            assert!(size_of::<$name>() == 0 $( + size_of::<$ty>() )*, "the struct has padding");
            assert!(size_of::<$name>() == $size, "the struct's size is not the declared one");
            assert!(align_of::<$name>() <= 8, "account data is aligned to 8 bytes");
        };
        // SAFETY: repr(C), all fields are Pod and the sum of their sizes is the size: no padding.
        unsafe impl $crate::describe::Pod for $name {}

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
                size: $size,
            };
            /// All bytes zero, which every struct here accepts as a value.
            pub const fn zeroed() -> Self {
                // SAFETY: every bit pattern is a value, zero among them.
                unsafe { core::mem::zeroed() }
            }
        }
        impl $crate::describe::Described for $name {
            const TYPE: $crate::describe::TypeDesc = $crate::describe::TypeDesc::Defined(stringify!($name));
        }
        $crate::layout! { $($rest)* }
    };
}
