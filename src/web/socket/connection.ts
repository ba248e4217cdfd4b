/** Where to open a socket, and the single-use ticket that lets one in. Visitors' rooms need none. */
export type Address = { url: string; ticket?: string | undefined };

/** Why nothing is tried any more: a close code of 4500 or above, or what `address` threw. */
export type Stop = { code: number; reason: string };

export type ConnectionState = "connecting" | "online" | "offline" | "stopped";

/** Throw it from `address` when asking again would not help: signed out, removed, gone. Any other error is tried again. */
export class StopError extends Error {}

export type ConnectionOptions = {
	/** Asked before every attempt, since a ticket is good for one. */
	address: () => Promise<Address>;
	/** The socket is open: say hello. */
	onOpen: () => void;
	/** One frame; batches come taken apart. */
	onFrame: (frame: { type: string }) => void;
	onState: (state: ConnectionState, stop: Stop | undefined) => void;
};

const PROTOCOL = "foyer.v1";
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A connection that lasted this long was a good one: the next failure is the first again. */
const GOOD_MS = 10_000;
/** A socket that does not answer a ping within this is taken for dead, whatever it says of itself. */
const PONG_MS = 10_000;
const PING_MS = 25_000;
const OPEN_MS = 15_000;

/**
 * One socket that is kept open: pings, and opens another when it ends, after pauses that grow and are random throughout, so that a
 * server's restart does not bring everybody back in the same moment. The browser's word that it is online or offline is acted on at once.
 */
export class Connection {
	readonly #options: ConnectionOptions;
	#socket: WebSocket | undefined;
	#state: ConnectionState = "connecting";
	#failures = 0;
	#openedAt = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#ping: ReturnType<typeof setTimeout> | undefined;
	#pingMs: number = PING_MS;
	#attempt = 0;
	readonly #isBrowser: boolean = typeof document === "object";

	constructor(options: ConnectionOptions) {
		this.#options = options;
		if (this.#isBrowser) {
			window.addEventListener("online", this.#onOnline);
			window.addEventListener("offline", this.#onOffline);
			document.addEventListener("visibilitychange", this.#onVisible);
		}
		void this.#open();
	}

	get state(): ConnectionState {
		return this.#state;
	}

	/** To be called when the server has said hello too. */
	established(pingIntervalMs: number = PING_MS): void {
		this.#pingMs = pingIntervalMs;
		this.#schedulePing();
		this.#become("online");
	}

	/** False when there is no socket to send on. */
	send(frame: object): boolean {
		if (this.#socket?.readyState !== WebSocket.OPEN) return false;
		this.#socket.send(JSON.stringify(frame));
		return true;
	}

	/** Ends this socket and opens another at once. */
	restart(reason: string): void {
		this.#drop(reason);
		this.#failures = 0;
		if (this.#state !== "stopped") this.#retry(0);
	}

	/** Ends it for good. */
	close(): void {
		this.#finish({ code: 1000, reason: "closed" });
	}

	async #open(): Promise<void> {
		const attempt = (this.#attempt += 1);
		this.#become(this.#isOffline() ? "offline" : "connecting");
		if (this.#isOffline()) return;
		let address: Address;
		try {
			address = await this.#options.address();
		} catch (error) {
			if (attempt !== this.#attempt) return;
			if (error instanceof StopError) this.#finish({ code: 4507, reason: error.message });
			else this.#failed();
			return;
		}
		// Closed, or begun anew, while the address was asked for.
		if (attempt === this.#attempt) this.#attach(address);
	}

	#attach({ url, ticket }: Address): void {
		const socket = new WebSocket(url, ticket === undefined ? [PROTOCOL] : [PROTOCOL, `ticket.${ticket}`]);
		this.#socket = socket;
		this.#timer = setTimeout(() => this.#lost(socket), OPEN_MS);
		socket.addEventListener("open", () => {
			if (socket !== this.#socket) return;
			clearTimeout(this.#timer);
			this.#openedAt = Date.now();
			this.#schedulePing();
			this.#options.onOpen();
		});
		socket.addEventListener("message", ({ data }) => {
			if (socket !== this.#socket) return;
			this.#schedulePing();
			if (data !== "pong") this.#take(JSON.parse(String(data)) as { type: string });
		});
		socket.addEventListener("close", ({ code, reason }) => {
			if (socket !== this.#socket) return;
			if (code >= 4500 && code <= 4999) this.#finish({ code, reason });
			else this.#lost(socket);
		});
	}

	#take(frame: { type: string; frames?: { type: string }[]; afterMs?: number }): void {
		if (frame.type === "batch") for (const inner of frame.frames ?? []) this.#take(inner);
		else if (frame.type === "reconnect") {
			this.#drop("asked to reconnect");
			this.#retry((frame.afterMs ?? 0) + Math.random() * FIRST_WAIT_MS);
		} else this.#options.onFrame(frame);
	}

	/** A ping after silence; without an answer the socket is dead. */
	#schedulePing(): void {
		clearTimeout(this.#ping);
		this.#ping = setTimeout(() => this.#sendPing(), this.#pingMs);
	}

	#sendPing(): void {
		const socket = this.#socket;
		if (socket?.readyState !== WebSocket.OPEN) return;
		socket.send("ping");
		clearTimeout(this.#ping);
		this.#ping = setTimeout(() => this.#lost(socket), PONG_MS);
	}

	#lost(socket: WebSocket): void {
		if (socket !== this.#socket) return;
		this.#drop("lost");
		this.#failed();
	}

	/** Full jitter: anything between nothing and a limit that doubles. */
	#failed(): void {
		if (this.#openedAt > 0 && Date.now() - this.#openedAt > GOOD_MS) this.#failures = 0;
		this.#openedAt = 0;
		const limit = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
		this.#failures += 1;
		this.#retry(Math.random() * limit);
	}

	#retry(afterMs: number): void {
		clearTimeout(this.#timer);
		this.#become(this.#isOffline() ? "offline" : "connecting");
		if (!this.#isOffline()) this.#timer = setTimeout(() => void this.#open(), afterMs);
	}

	/** Forgets the socket, whatever comes of it now. */
	#drop(reason: string): void {
		clearTimeout(this.#timer);
		clearTimeout(this.#ping);
		const socket = this.#socket;
		this.#socket = undefined;
		this.#attempt += 1;
		if (socket && socket.readyState <= WebSocket.OPEN) socket.close(4000, reason);
	}

	#finish(stop: Stop): void {
		this.#drop(stop.reason);
		if (this.#isBrowser) {
			window.removeEventListener("online", this.#onOnline);
			window.removeEventListener("offline", this.#onOffline);
			document.removeEventListener("visibilitychange", this.#onVisible);
		}
		this.#become("stopped", stop);
	}

	#become(state: ConnectionState, stop?: Stop): void {
		if (state === this.#state && state !== "stopped") return;
		this.#state = state;
		this.#options.onState(state, stop);
	}

	#isOffline(): boolean {
		return this.#isBrowser && !navigator.onLine;
	}

	readonly #onOnline = (): void => this.restart("online again");

	readonly #onOffline = (): void => {
		this.#drop("offline");
		this.#become("offline");
	};

	/** A tab that was asleep may hold a socket that died long ago, or wait for a timer that was slowed down. */
	readonly #onVisible = (): void => {
		if (document.visibilityState !== "visible") return;
		if (this.#socket) this.#sendPing();
		else if (this.#state === "connecting") this.restart("visible again");
	};
}
