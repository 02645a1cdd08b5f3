//! Every way an instruction can fail, numbered as Anchor numbers custom errors, from 6000.
//!
//! Numbers never change: new errors are appended (a test pins them).

macro_rules! errors {
    ($( $name:ident = $number:literal, $message:literal; )*) => {
        /// Why an instruction failed.
        #[repr(u32)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Error { $( #[doc = $message] $name = $number, )* }

        impl Error {
            /// Every error: number, name, message.
            pub const ALL: &'static [(u32, &'static str, &'static str)] =
                &[$( ($number, stringify!($name), $message), )*];
        }
    };
}

errors! {
    UnknownInstruction = 6000, "The first 8 bytes of the data name no instruction";
    MalformedArguments = 6001, "The arguments are cut short, too long, or hold an unknown choice";
    WrongAccountCount = 6002, "The instruction got more or fewer accounts than it takes";
    MissingSignature = 6003, "An account that must sign has not signed";
    AccountNotWritable = 6004, "An account that the instruction changes was passed read-only";
    WrongAccountOwner = 6005, "An account is not owned by the program that should own it";
    WrongAccountKind = 6006, "An account's discriminator is of another type";
    WrongAddress = 6007, "An account's address is not the derived or stored one";
    WrongExchange = 6008, "An account belongs to another exchange";
    WrongMarket = 6009, "The book is not the one of the named market";
    DuplicateAccount = 6010, "The same account was passed for two roles";
    AccountNotReady = 6011, "An account still grows and cannot be used";
    AlreadyInitialised = 6012, "The account exists already";
    WrongLayoutVersion = 6013, "The account was written by another version of the layout";
    NotAuthorised = 6014, "The signer is neither the owner nor an authority for this";
    StaleGeneration = 6015, "The trader's slot was given to someone else";
    TraderNotActive = 6016, "The trader has no slot in the ledger: activate it first";
    TraderAlreadyActive = 6017, "The trader has a slot already";
    LedgerFull = 6018, "Every slot of the ledger is taken";
    BelowSlotEquity = 6019, "The equity is under the minimum that a slot costs";
    TraderNotEmpty = 6020, "The trader still has a position, an order or a balance";
    ExchangeNotOpen = 6021, "The exchange has not been opened yet";
    ExchangeAlreadyOpen = 6022, "The exchange is open: this needs a queued change";
    Paused = 6023, "The guardian has paused this";
    ParameterOutOfBounds = 6024, "A parameter is outside its compiled bounds";
    TableFull = 6025, "No free entry is left in the table";
    UnknownCollateral = 6026, "No such collateral";
    CollateralInactive = 6027, "The collateral takes no deposits";
    DepositCapReached = 6028, "The deposit would pass the collateral's cap";
    ZeroAmount = 6029, "The amount is zero";
    InsufficientParked = 6030, "The parked balance is smaller than the amount";
    ExceedsWithdrawable = 6031, "The amount is more than may be withdrawn";
    OutflowLimited = 6032, "The outflow limit of this collateral is used up for now";
    WithdrawalsResting = 6033, "Withdrawals rest after a loss that nobody paid";
    UnknownMarket = 6034, "No such market";
    MarketNotActive = 6035, "The market's status does not allow this order";
    MatchingPaused = 6036, "Matching resumes after a gap in prices: only post-only orders and cancels now";
    PriceStale = 6037, "The index price is too old to open risk";
    PriceUncertain = 6038, "The index price's confidence is too wide to open risk";
    NoPrice = 6039, "The market has no price yet";
    PriceNotPositive = 6040, "A price of zero was published";
    PriceInFuture = 6041, "The publish time lies in the future";
    PriceTooOld = 6042, "The publish time is too old to be accepted";
    ConfidenceTooWide = 6043, "The published confidence is too wide to be accepted";
    TooManyUpdates = 6044, "More than 16 prices in one instruction";
    ZeroSize = 6045, "The order's size is zero";
    BelowMinimumNotional = 6046, "The order is smaller than the market's minimum notional";
    BelowRestingMinimum = 6047, "The rest is smaller than the minimum to rest at this occupancy of the side";
    PriceOutsideBand = 6048, "The price is outside the trade band around the index";
    ZeroPrice = 6049, "The order's price is zero";
    PostOnlyWouldCross = 6050, "The post-only order would take";
    MinimumFillNotReached = 6051, "Fewer lots than min_fill_lots could be filled";
    ReduceOnlyWouldIncrease = 6052, "The reduce-only order would not shrink the position";
    SelfTrade = 6053, "The order would trade with its own owner";
    OrderExpired = 6054, "The order's expiry lies in the past";
    InstructionExpired = 6055, "valid_until_slot has passed";
    NonceUsed = 6056, "The nonce is not larger than the last one";
    DuplicateClientId = 6057, "An open order of this trader has that client id";
    OrderNotFound = 6058, "No such order in the book";
    NotYourOrder = 6059, "The order belongs to another trader";
    BookSideFull = 6060, "The side is full and the price is not better than its worst";
    TooManyOrders = 6061, "A trader may rest at most 64 orders a side in a market";
    TooManyQuotes = 6062, "More than 16 quotes or cancels in one instruction";
    TooManyPositions = 6063, "A trader may have at most 8 markets with positions or orders";
    InsufficientMargin = 6064, "The equity is under the initial margin";
    MaintenanceBreach = 6065, "The fill would leave the account under maintenance margin";
    PositionTooLarge = 6066, "The position would pass the market's largest";
    NotionalTooLarge = 6067, "A notional would pass 2^53 quote atoms";
    OpenInterestCapReached = 6068, "The market's open interest is at its cap";
    MatchLimitReached = 6069, "The match limit was reached before the order could rest uncrossed";
    ArithmeticOverflow = 6070, "A number left its range";
    BrokenInvariant = 6071, "State contradicts itself: report this";
    EventTooLarge = 6072, "The event record does not fit";
    GrowthLimit = 6073, "The account cannot grow past its target or the client data limit";
    NegativeUsdcLimit = 6074, "New risk on negative USDC has stopped for now";
    WrongMint = 6075, "The token account or mint is not the collateral's";
    BookNotUsable = 6076, "The market's book does not exist yet or is not at its full size";
    PriceSourceMismatch = 6077, "The market takes its price from another kind of source";
    AlreadyMigrated = 6078, "The account has this program's layout already";
    DelegateLimit = 6079, "The order passes a limit of the delegate";
    OrderNotExpired = 6080, "The order is still alive";
    AccountHealthy = 6081, "The account's equity is above what this step of liquidation needs";
    DelegateExpired = 6082, "The delegate's time is over";
    NoPosition = 6083, "The account has no position in this market";
    BookComesFirst = 6084, "Take over is for accounts under two thirds of maintenance, or 5 s after the book had no bid";
    InsuranceFirst = 6085, "Insurance can still pay: resolve the bankruptcy first";
    InsuranceExhausted = 6086, "Insurance or the market's budget of it is used up";
    AccountSolvent = 6087, "The account's equity is not below 0";
    CollateralLeft = 6088, "The account still has other collateral: convert it first";
    NoCounterparty = 6089, "Nobody on the other side has a profit and would stay solvent";
    ExceedsFees = 6090, "The amount is more than the fees that may be swept";
    SettlementTooEarly = 6091, "The hour over which the settlement price is gathered is not full yet";
    WrongFeed = 6092, "The Pyth account is of another feed";
    PriceNotVerified = 6093, "The Pyth price is not fully verified";
    PriceNotNewer = 6094, "The Pyth price is not newer than the last one";
    PriceNotAnchored = 6095, "The signed price is not near a Pyth price of the last minute: only orders that reduce";
    TriggerNotFound = 6096, "No such trigger, or one that cannot be the pair of this one";
    TriggerTaken = 6097, "Another trigger waits in that entry";
    TriggerWouldFire = 6098, "The mark has reached the trigger price already";
    TriggerNotReached = 6099, "The mark has not reached the trigger price";
    ChangeNotDue = 6100, "The change has not waited out the timelock yet";
    ChangeExpired = 6101, "The change was not applied within seven days of being due: queue it again";
    PauseUsedUp = 6102, "Withdrawals were paused for three of the last seven days: not again before those are over";
    NoticeTooShort = 6103, "A market settles only after 24 hours of reduce-only";
    NothingToRealize = 6104, "The position has no profit at the worse of mark and index";
    ConversionNotDue = 6105, "The account's USDC covers its losses well enough: its collateral stays";
    CursorNotNext = 6106, "The cursor is not the next row to migrate";
    FeesExceedMaintenance = 6107, "The taker fee and the liquidation fee leave nothing of the maintenance rate";
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn error_numbers_run_from_6000_without_a_gap_and_messages_differ() {
        for (index, (number, _, message)) in Error::ALL.iter().enumerate() {
            assert_eq!(*number, 6000 + index as u32);
            assert_eq!(Error::ALL.iter().filter(|(_, _, other)| other == message).count(), 1);
        }
    }
}
