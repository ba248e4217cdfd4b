import { inject } from "vitest";

declare module "vitest" {
	interface ProvidedContext {
		/** Where the HTTP double of `test/node/http-double.ts` listens. */
		double: string;
	}
}

export type Reply = {
	status?: number;
	headers?: Record<string, string>;
	body?: string;
	afterMs?: number;
	hangs?: boolean;
};
export type Received = {
	method: string;
	path: string;
	headers: Record<string, string | string[] | undefined>;
	body: string;
};

/** Somebody else's HTTP service that answers as told, the last reply again and again. */
export class Double {
	readonly url: string;
	readonly #name = crypto.randomUUID();

	private constructor() {
		this.url = `${inject("double")}/${this.#name}`;
	}

	static async start(replies: Reply[]): Promise<Double> {
		const double = new Double();
		await double.answers(replies);
		return double;
	}

	/** Says what it answers from now on. */
	async answers(replies: Reply[]): Promise<void> {
		await fetch(`${inject("double")}/script/${this.#name}`, { method: "PUT", body: JSON.stringify(replies) });
	}

	/** What came so far. */
	async received(): Promise<Received[]> {
		const answer = await fetch(`${inject("double")}/requests/${this.#name}`);
		return JSON.parse(await answer.text()) as Received[];
	}
}
