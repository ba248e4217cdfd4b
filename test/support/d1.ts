import { evictAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { onTestFinished } from "vitest";
import { roomOf } from "../../src/rooms/rooms.ts";

/** D1 as it is, with a hand on every call to it. */
export class Tap {
	/** Calls that were made. */
	calls = 0;
	/** Calls that were let through, to be made again. */
	readonly made: (() => Promise<unknown>)[] = [];
	/** The most parameters of one statement, and the bytes of the longest: D1's limits are not those of the SQLite that runs locally. */
	readonly bound = { parameters: 0, bytes: 0 };
	#gate: Promise<void> = Promise.resolve();
	#open: () => void = () => undefined;

	/** Calls from now on wait until `release`. */
	hold(): void {
		this.#gate = new Promise((resolve) => (this.#open = resolve));
	}

	release(): void {
		this.#open();
	}

	/** The same database behind this tap. */
	on(database: D1Database): D1Database {
		return new Proxy(database, {
			get: (target, name) => {
				const member: unknown = Reflect.get(target, name);
				if (typeof member !== "function") return member;
				if (name === "prepare") return (query: string) => this.#onStatement(target.prepare(query));
				return (...inputs: unknown[]) => this.#call(() => Reflect.apply(member, target, inputs.map(behind)) as unknown);
			},
		});
	}

	#onStatement(statement: D1PreparedStatement): D1PreparedStatement {
		return new Proxy(statement, {
			get: (target, name) => {
				if (name === BEHIND) return target;
				const member: unknown = Reflect.get(target, name);
				if (typeof member !== "function") return member;
				if (name === "bind") return (...values: unknown[]) => this.#onStatement(target.bind(...this.#measured(values)));
				return (...inputs: unknown[]) => this.#call(() => Reflect.apply(member, target, inputs) as unknown);
			},
		});
	}

	#measured(values: unknown[]): unknown[] {
		const lengths = values.map((value) => new TextEncoder().encode(String(value)).length);
		this.bound.parameters = Math.max(this.bound.parameters, values.length);
		this.bound.bytes = Math.max(this.bound.bytes, ...lengths);
		return values;
	}

	async #call(make: () => unknown): Promise<unknown> {
		this.calls += 1;
		await this.#gate;
		const call = async () => make();
		this.made.push(call);
		return call();
	}
}

const BEHIND = Symbol("behind");

/** What the database itself must be given: the statements without their tap. */
function behind(input: unknown): unknown {
	if (Array.isArray(input)) return input.map(behind);
	return typeof input === "object" && input !== null ? (Reflect.get(input, BEHIND) ?? input) : input;
}

/** Puts a tap between rooms and both their databases until the test ends. Rooms share their bindings, so all but this one are put to sleep. */
export async function tapRoom(chatId: string): Promise<Tap> {
	await evictAllDurableObjects();
	const bindings = await runInDurableObject(roomOf(env, chatId), (room) => (room as unknown as { env: Env }).env);
	const { DB, SEARCH } = bindings;
	const tap = new Tap();
	Object.assign(bindings, { DB: tap.on(DB), SEARCH: tap.on(SEARCH) });
	onTestFinished(() => {
		tap.release();
		Object.assign(bindings, { DB, SEARCH });
	});
	return tap;
}
