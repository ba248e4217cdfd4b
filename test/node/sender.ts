import { once } from "node:events";
import type { Server } from "./server.ts";

/** Sent and not yet acked at any time: enough to share commits, and to be caught in the middle. */
const OUTSTANDING = 4;

type Frame = { type: string; re?: number; frames?: Frame[] } & Partial<Ack> & { code?: string; retryAfterMs?: number };
export type Ack = { clientMessageId: string; chatMessageId: string; index: number; seq: number };

/** Somebody who says one thing after the other in a room of its own, and notes what was acked. */
export class Sender {
	readonly chatId: string;
	readonly word: string;
	readonly acks: Ack[] = [];
	#socket: WebSocket | undefined;
	#count = 0;

	constructor(chatId: string, word: string) {
		this.chatId = chatId;
		this.word = word;
	}

	/** Text and `clientMessageId` of the message of this number: nothing else in the world has the text. */
	message(number: number): { clientMessageId: string; body: string } {
		return { clientMessageId: `${this.word}-${number}`, body: `${this.word} says number ${number}.` };
	}

	/** The number of messages that were sent, acked or not. */
	get sent(): number {
		return this.#count;
	}

	/** Opens a socket by ticket, which is how anyone without headers does it, and says hello. */
	async open(server: Server, token: string): Promise<void> {
		const path = `/v1/Chat/${this.chatId}`;
		const { ticket, url } = await server.ask<{ ticket: string; url: string }>("POST", `${path}/Ticket`, token);
		const socket = new WebSocket(url, ["foyer.v1", `ticket.${ticket}`]);
		await once(socket, "open");
		socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(String(data)) as Frame));
		socket.addEventListener("error", () => undefined);
		socket.send(JSON.stringify({ type: "hello", id: 0, v: 1 }));
		this.#socket = socket;
	}

	start(): void {
		for (let count = 0; count < OUTSTANDING; count += 1) this.#send((this.#count += 1));
	}

	#send(number: number): void {
		if (this.#socket?.readyState !== WebSocket.OPEN) return;
		this.#socket.send(JSON.stringify({ type: "message.send", id: number, ...this.message(number) }));
	}

	#take(frame: Frame): void {
		for (const inner of frame.frames ?? []) this.#take(inner);
		if (frame.re === undefined) return;
		const number = frame.re;
		if (frame.type === "ack") {
			const { chatMessageId = "", index = 0, seq = 0 } = frame;
			this.acks.push({ clientMessageId: this.message(number).clientMessageId, chatMessageId, index, seq });
			this.#send((this.#count += 1));
		} else if (frame.code === "RateLimited") setTimeout(() => this.#send(number), frame.retryAfterMs);
		else if (frame.type === "error") throw new Error(JSON.stringify(frame));
	}
}
