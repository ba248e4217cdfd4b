import type { RoomEvent } from "../../src/rooms/model.ts";
import { Replica } from "./replica.ts";
import type { Socket } from "./socket.ts";

/**
 * A client as one should be written: it keeps a position, a picture of the room and an outbox, and after any loss comes back with all
 * three. What it was sent and had not looked at when its socket went is lost to it, as it would be on a telephone in a tunnel.
 */
export class Wanderer {
	readonly replica: Replica;
	/** What was sent and not acked, by `clientMessageId`. */
	readonly outbox = new Map<string, string>();
	/** The id of each acked message, by `clientMessageId`. */
	readonly acked = new Map<string, string>();
	readonly errors: string[] = [];
	readonly #epoch: string;
	readonly #open: () => Promise<Socket>;
	readonly #asked = new Map<unknown, string>();
	#socket: Socket | undefined;
	#taken = 0;

	/** Knows of the room how it began: its name, and the epoch of its log. */
	constructor(open: () => Promise<Socket>, epoch: string, chatName: string) {
		this.#open = open;
		this.#epoch = epoch;
		this.replica = new Replica({ chatName });
	}

	get isConnected(): boolean {
		return this.#socket !== undefined && this.#socket.closed === undefined;
	}

	/** Comes back to where it stood and sends again what was never acked. Does nothing when the room is lost again meanwhile. */
	async connect(): Promise<void> {
		const socket = await this.#open();
		this.drop();
		this.#socket = socket;
		try {
			await socket.hello({ epoch: this.#epoch, seq: this.replica.seq });
		} catch (error) {
			if (socket.closed === undefined) throw error;
			return;
		}
		this.resend();
	}

	/** Comes back if it must, sends again what was never acked, and looks at all that came in until it is answered. */
	async sync(): Promise<void> {
		if (this.isConnected) this.resend();
		else await this.connect();
		const id = this.tell({ type: "presence.get" });
		if (id === undefined) throw new Error("lost again");
		await this.#socket?.answerTo(id);
		this.absorb();
	}

	/** Loses its socket and what it had not looked at. */
	drop(): void {
		if (this.isConnected) this.#socket?.close();
		this.#socket = undefined;
		this.#taken = 0;
		this.#asked.clear();
	}

	say(clientMessageId: string, body: string): void {
		this.outbox.set(clientMessageId, body);
		this.#say(clientMessageId, body);
	}

	/** Sends again what was never acked. */
	resend(): void {
		for (const [clientMessageId, body] of this.outbox) this.#say(clientMessageId, body);
	}

	/** Sends a frame if there is a socket to send it on. */
	tell(frame: Record<string, unknown>): number | undefined {
		return this.isConnected ? this.#socket?.send(frame) : undefined;
	}

	/** Looks at everything that has come in. */
	absorb(): void {
		const frames = this.#socket?.frames ?? [];
		for (const frame of frames.slice(this.#taken)) this.#take(frame);
		this.#taken = frames.length;
	}

	#say(clientMessageId: string, body: string): void {
		const id = this.tell({ type: "message.send", clientMessageId, body });
		if (id !== undefined) this.#asked.set(id, clientMessageId);
	}

	#take(frame: Record<string, unknown> & { type: string }): void {
		switch (frame.type) {
			case "event":
				return this.replica.apply(frame as unknown as RoomEvent);
			case "replay":
				return (frame["events"] as RoomEvent[]).forEach((event) => this.replica.apply(event));
			case "ack":
				return this.#acknowledge(this.#asked.get(frame["re"]), frame["chatMessageId"] as string);
			case "error":
				this.errors.push(frame["code"] as string);
				return;
			case "unrecoverable":
			case "reconnect":
				throw new Error(`the room refused to go on: ${JSON.stringify(frame)}`);
		}
	}

	/** Notes the answer to a send. Throws when the same send was answered with another message before. */
	#acknowledge(clientMessageId: string | undefined, chatMessageId: string): void {
		if (clientMessageId === undefined) return;
		const earlier = this.acked.get(clientMessageId);
		if (earlier !== undefined && earlier !== chatMessageId) throw new Error(`${clientMessageId} became two messages`);
		this.outbox.delete(clientMessageId);
		this.acked.set(clientMessageId, chatMessageId);
	}
}
