//! Choices in arguments.

use crate::choice;

choice! {
    /// Side of an order.
    pub enum Side {
        /// Buys.
        Bid = 0,
        /// Sells.
        Ask = 1,
    }
    /// How an order may trade.
    pub enum OrderKind {
        /// Takes what crosses, rests the remainder.
        Limit = 0,
        /// Rests or is refused.
        PostOnly = 1,
        /// Rests; slides to one tick behind the opposite best price where it would cross.
        PostOnlySlide = 2,
        /// Takes what crosses, drops the remainder.
        ImmediateOrCancel = 3,
    }
    /// What happens when an order meets one of the same owner.
    pub enum SelfTrade {
        /// The resting order is removed.
        CancelMaker = 0,
        /// The arriving order stops.
        CancelTaker = 1,
        /// The resting order is removed and the arriving one stops.
        CancelBoth = 2,
    }
    /// What `expiry` counts.
    pub enum ExpiryKind {
        /// Never expires.
        Never = 0,
        /// A slot number.
        Slot = 1,
        /// Unix seconds.
        Time = 2,
    }
    /// Which orders `cancel_all` removes.
    pub enum CancelSide {
        /// Both sides.
        Both = 0,
        /// Bids only.
        Bids = 1,
        /// Asks only.
        Asks = 2,
    }
    /// Which account `grow_account` grows.
    pub enum GrowKind {
        /// The exchange.
        Exchange = 0,
        /// The ledger.
        Ledger = 1,
        /// A book.
        Book = 2,
    }
    /// What a market allows; the numbers are those of `Market.status`.
    pub enum MarketStatus {
        /// The book still grows.
        Initialising = 0,
        /// Orders may rest, nothing matches.
        PostOnly = 1,
        /// Everything is allowed.
        Active = 2,
        /// Only what shrinks positions.
        ReduceOnly = 3,
        /// Positions are being closed at the settlement price.
        Settling = 4,
        /// Gone.
        Settled = 5,
    }
}

impl Side {
    /// The other side.
    #[inline(always)]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Bid => Self::Ask,
            Self::Ask => Self::Bid,
        }
    }
}
