/** The gateway's objects under the names that the terminal uses. Generated types, nothing added. */
import type { components } from "./types";

type Schemas = components["schemas"];

export type Exchange = Schemas["Exchange"];
export type Market = Schemas["Market"];
export type Ticker = Schemas["Ticker"];
export type Candle = Schemas["Candle"];
export type Trade = Schemas["Trade"];
export type Account = Schemas["Account"];
export type SubAccount = Schemas["SubAccount"];
export type Position = Schemas["Position"];
export type Order = Schemas["Order"];
export type Fill = Schemas["Fill"];
export type LiquidationStep = Schemas["LiquidationStep"];
export type Transfer = Schemas["Transfer"];
export type Trigger = Schemas["Trigger"];
export type Delegate = Schemas["Delegate"];
export type PendingChange = Schemas["PendingChange"];
export type Restriction = Schemas["Restriction"];
export type Margin = Schemas["Margin"];
export type Preview = Schemas["PreviewReply"];
export type PlaceOrder = Schemas["PlaceOrder"];
export type BuiltTransaction = Schemas["BuiltTransaction"];
export type DecodedInstruction = Schemas["DecodedInstruction"];
export type TransactionReply = Schemas["TransactionReply"];
export type ProblemBody = Schemas["ProblemBody"];
export type MikeyReply = Schemas["ParseReply"];
export type Feed = "live" | "replay" | "simulated";
export type Side = "buy" | "sell";
export type CandleSource = "trade" | "mark" | "index";
export type Resolution = "1s" | "5s" | "15s" | "1m" | "5m" | "15m" | "1h" | "4h" | "1d" | "1w";
