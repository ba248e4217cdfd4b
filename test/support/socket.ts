import type { ServerFrame } from "../../src/rooms/frames.ts";
import { request, type Person } from "./client.ts";

export type Frame = Record<string, any> & { type: string }; // oxlint-disable-line typescript/no-explicit-any -- tests read what the wire says

/** A client's end of a room's socket: what came in, in order, and a way to wait for what should come. */
export class Socket {
	readonly frames: Frame[] = [];
	readonly socket: WebSocket;
	closed: { code: number; reason: string } | undefined;
	#ids = 0;
	#wake: (() => void)[] = [];

	private constructor(socket: WebSocket) {
		this.socket = socket;
		socket.addEventListener("message", ({ data }) => this.#receive(String(data)));
		socket.addEventListener("close", ({ code, reason }) => {
			this.closed = { code, reason };
			this.#tell();
		});
		socket.accept();
	}

	/** Opens a socket without saying hello. */
	static async connect(path: string, headers: Record<string, string> = {}, protocols = "foyer.v1"): Promise<Socket> {
		const response = await request(path, {
			headers: { Upgrade: "websocket", "Sec-WebSocket-Protocol": protocols, ...headers },
		});
		if (!response.webSocket) throw new Error(`no socket: ${response.status} ${await response.text()}`);
		return new Socket(response.webSocket);
	}

	/** A member's socket that has said hello. */
	static async join(person: Person, chatId: string, resume?: { epoch: string; seq: number }): Promise<Socket> {
		const socket = await Socket.connect(`/v1/Chat/${chatId}/Socket`, person.headers);
		await socket.hello(resume);
		return socket;
	}

	/** A visitor's socket that has said hello. */
	static async visit(roomId: string, resume?: { epoch: string; seq: number }): Promise<Socket> {
		const socket = await Socket.connect(`/api/v2/room-socket/${roomId}/`);
		await socket.hello(resume);
		return socket;
	}

	async hello(resume?: { epoch: string; seq: number }): Promise<Frame> {
		const id = this.send({ type: "hello", v: 1, ...(resume ? { resume } : {}) });
		return this.answerTo(id);
	}

	/** Sends a frame under a fresh id and gives the id back. */
	send(frame: Record<string, unknown>): number {
		this.#ids += 1;
		this.socket.send(JSON.stringify({ id: this.#ids, ...frame }));
		return this.#ids;
	}

	/** Sends a text message and waits for its ack or error. */
	say(body: string, clientMessageId = crypto.randomUUID()): Promise<Frame> {
		return this.answerTo(this.send({ type: "message.send", clientMessageId, body }));
	}

	answerTo(id: number): Promise<Frame> {
		return this.until((frame) => frame["re"] === id, `an answer to ${id}`);
	}

	/** The first frame, past or to come, that fits. */
	async until(fits: (frame: Frame) => boolean, what = "a frame", ms = 5000): Promise<Frame> {
		const deadline = Date.now() + ms;
		for (;;) {
			const found = this.frames.find((frame) => fits(frame));
			if (found) return found;
			const left = deadline - Date.now();
			if (left <= 0 || this.closed)
				throw new Error(
					`${what} did not come; ${this.closed ? `closed ${this.closed.code}` : "timed out"}: ${JSON.stringify(this.frames.slice(-5))}`,
				);
			await this.#change(left);
		}
	}

	event(kind: string): Promise<Frame> {
		return this.until((frame) => frame.type === "event" && frame["kind"] === kind, kind);
	}

	/** The event of the message with this text. */
	heard(body: string): Promise<Frame> {
		return this.until((frame) => frame["kind"] === "message.created" && frame["data"].message.body === body, body);
	}

	/** The code the server closed with. */
	async closeCode(ms = 5000): Promise<number> {
		const deadline = Date.now() + ms;
		while (!this.closed) {
			const left = deadline - Date.now();
			if (left <= 0) throw new Error(`still open: ${JSON.stringify(this.frames.slice(-5))}`);
			await this.#change(left);
		}
		return this.closed.code;
	}

	/** The events that came in, live or replayed, in order. */
	get events(): Frame[] {
		return this.frames.flatMap((frame) => {
			if (frame.type === "event") return [frame];
			return frame.type === "replay" ? (frame["events"] as Frame[]) : [];
		});
	}

	close(code = 1000): void {
		this.socket.close(code);
	}

	#receive(text: string): void {
		if (text === "pong") this.frames.push({ type: "pong" });
		else this.#take(JSON.parse(text) as ServerFrame as Frame);
		this.#tell();
	}

	#take(frame: Frame): void {
		if (frame.type === "batch") for (const inner of frame["frames"] as Frame[]) this.#take(inner);
		else this.frames.push(frame);
	}

	#tell(): void {
		const wake = this.#wake;
		this.#wake = [];
		for (const resolve of wake) resolve();
	}

	#change(ms: number): Promise<void> {
		return new Promise((resolve) => {
			this.#wake.push(resolve);
			setTimeout(resolve, ms);
		});
	}
}
