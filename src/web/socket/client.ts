/** The JavaScript client of Foyer's chats: `import { RoomClient } from "https://…/client.js"`. */
export { Connection, StopError } from "./connection.ts";
export type { Address, ConnectionOptions, ConnectionState, Stop } from "./connection.ts";
export { memoryOutbox, storedOutbox } from "./outbox.ts";
export type { Outbox, Pending } from "./outbox.ts";
export { RefusedError } from "./refused-error.ts";
export { RoomClient } from "./room-client.ts";
export type { RoomClientOptions } from "./room-client.ts";
export { staffAddress, visitorAddress } from "./addresses.ts";
export type * from "./wire.ts";
