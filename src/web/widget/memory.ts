import { randomId } from "../socket/random-id.ts";
import type { Settings } from "./settings.ts";

/** What the browser keeps of a conversation, in the storage of the page that shows the widget. */
type Kept = {
	/** Something was said: there is a conversation to come back to. */
	isStarted?: boolean | undefined;
	/** Once it is known */
	room?: string | undefined;
};

/** What one tab keeps until it is closed. */
type Tab = { isOpen?: boolean; draft?: string };

const VISITOR = "foyer.visitor";

/** Storage that may be full, forbidden or gone: then what is kept lasts as long as the page. */
const inMemory = new Map<string, string>();

/** Who the visitor is, and where its conversation goes on. */
export class Memory {
	readonly user: string;
	/** The name that agents read; a made-up one tells visitors apart. */
	readonly portfolio: string;
	readonly #key: string;

	constructor({ org, product, user, portfolio }: Settings) {
		this.user = user ?? visitorId();
		this.portfolio = portfolio ?? `Visitor ${this.user.slice(0, 4)}`;
		this.#key = ["foyer.widget", org, product, user ?? "", portfolio ?? ""].join("/");
	}

	get isStarted(): boolean {
		return this.#kept.isStarted === true;
	}

	get room(): string | undefined {
		return this.#kept.room;
	}

	begin(): void {
		if (!this.isStarted) this.#keep({ isStarted: true });
	}

	keepRoom(room: string): void {
		this.#keep({ isStarted: true, room });
	}

	/** The conversation is over: the next word begins another. */
	forget(): void {
		this.#keep({});
	}

	get tab(): Tab {
		return read<Tab>(() => sessionStorage, `${this.#key}/tab`) ?? {};
	}

	keepTab(change: Tab): void {
		write(() => sessionStorage, `${this.#key}/tab`, { ...this.tab, ...change });
	}

	get #kept(): Kept {
		return read<Kept>(() => localStorage, this.#key) ?? {};
	}

	#keep(kept: Kept): void {
		write(() => localStorage, this.#key, kept);
	}
}

/** One id for all widgets of a site, made up by the browser: 32 hex digits, since it opens the conversation. */
function visitorId(): string {
	const known = read<string>(() => localStorage, VISITOR);
	if (typeof known === "string" && /^[\da-f]{32}$/.test(known)) return known;
	const fresh = randomId();
	write(() => localStorage, VISITOR, fresh);
	return fresh;
}

/** Even to name a storage may throw. */
function read<T>(storage: () => Storage, key: string): T | undefined {
	let text: string | null | undefined;
	try {
		text = storage().getItem(key);
	} catch {
		// As if it were empty.
	}
	try {
		return (JSON.parse(text ?? inMemory.get(key) ?? "null") as T | null) ?? undefined;
	} catch {
		return undefined;
	}
}

function write(storage: () => Storage, key: string, value: unknown): void {
	const text = JSON.stringify(value);
	try {
		storage().setItem(key, text);
	} catch {
		inMemory.set(key, text);
	}
}
