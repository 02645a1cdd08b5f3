//! The linker keeps the library's floating-point functions whether or not anything calls them (7 KB). The
//! program has no floating point: these take their names, and stop it should that ever change.

macro_rules! absent {
    ($($name:ident)*) => { $(
        /// Not there.
        #[unsafe(no_mangle)]
        pub extern "C" fn $name() {
            panic!();
        }
    )* };
}
absent!(__adddf3 __subdf3 __muldf3 __divdf3 __gedf2 __gtdf2 __floatundidf __fixunsdfdi);
