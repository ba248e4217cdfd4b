import { RefusedError } from "./refused-error.ts";
import type { Ack, ErrorFrame, HistoryFrame, ServerFrame } from "./wire.ts";

type Answer = Ack | HistoryFrame | Extract<ServerFrame, { type: "presence" }>;
type Waiting = { resolve: (answer: Answer) => void; reject: (error: RefusedError) => void; answer: Promise<Answer> };

/** Questions on a socket, and their answers by id. */
export class Requests {
	readonly #send: (frame: object) => boolean;
	readonly #waiting: Map<string | number, Waiting> = new Map();
	#ids = 0;

	constructor(send: (frame: object) => boolean) {
		this.#send = send;
	}

	/** Asks under a fresh id, or under one that says what is asked: then whoever asks the same meanwhile shares the answer. */
	ask(frame: object, name?: string): Promise<Answer> {
		const shared = name === undefined ? undefined : this.#waiting.get(name);
		if (shared) return shared.answer;
		const id = name ?? (this.#ids += 1);
		const { promise, resolve, reject } = Promise.withResolvers<Answer>();
		this.#waiting.set(id, { resolve, reject, answer: promise });
		if (!this.#send({ ...frame, id })) this.#settle(id)?.reject(offline());
		return promise;
	}

	answer(frame: Answer | ErrorFrame): void {
		const waiting = "re" in frame && frame.re !== undefined ? this.#settle(frame.re) : undefined;
		if (frame.type === "error") waiting?.reject(new RefusedError(frame));
		else waiting?.resolve(frame);
	}

	/** The socket is gone, and with it the answers. */
	fail(): void {
		for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(offline());
	}

	#settle(id: string | number): Waiting | undefined {
		const waiting = this.#waiting.get(id);
		this.#waiting.delete(id);
		return waiting;
	}
}

function offline(): RefusedError {
	return new RefusedError({ code: "Offline", message: "There is no connection.", temporary: true });
}
