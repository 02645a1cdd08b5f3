/** True in localnet builds only: a literal, so that other builds drop what hangs on it. */
declare const __LOCALNET_BUILD__: boolean;
