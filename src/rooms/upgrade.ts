/** What a WebSocket upgrade carries, as the Worker and the room both read it. */
export const PROTOCOL = "foyer.v1";

/** How the Worker tells the room who asks for a socket. Stripped from what comes in from outside. */
export const CALLER_HEADER = "x-foyer-caller";

/** True for a WebSocket upgrade that offers our protocol. */
export function isUpgrade(request: Request): boolean {
	return request.headers.get("Upgrade")?.toLowerCase() === "websocket" && protocolsOf(request).includes(PROTOCOL);
}

/** The ticket among the subprotocols, the one place where a browser can put a credential that is not the URL. */
export function ticketOf(request: Request): string | undefined {
	const offered = protocolsOf(request).find((protocol) => protocol.startsWith("ticket."));
	return offered?.slice("ticket.".length);
}

function protocolsOf(request: Request): string[] {
	return (
		request.headers
			.get("Sec-WebSocket-Protocol")
			?.split(",")
			.map((protocol) => protocol.trim()) ?? []
	);
}
