//! The library's routines for 64-bit floats, replaced by ones that end the program.
//!
//! Nothing here computes with floats, yet link-time optimisation keeps them (5 KB) in case something did.

macro_rules! absent {
    ($($name:ident)*) => { $(
        /// Ends the program.
        #[unsafe(no_mangle)]
        pub extern "C" fn $name() -> ! {
            panic!()
        }
    )* };
}

absent!(__adddf3 __subdf3 __muldf3 __divdf3 __gedf2 __gtdf2 __fixunsdfdi __floatundidf);
