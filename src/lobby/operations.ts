import { ticketResponse } from "../chats/schema.ts";
import { operation } from "../http/operation.ts";

export const ticket = operation({
	name: "LobbyTicketRequest",
	summary: "Makes a single-use ticket for the lobby's socket",
	answer: ticketResponse,
});
export const socket = operation({
	name: "LobbySocket",
	summary: "Opens the WebSocket on which the caller's chats say how they are (foyer.v1)",
	answer: null,
});
