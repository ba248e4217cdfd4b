import type { Settings } from "./settings.ts";

/** What the browser keeps of a visitor, in the storage of the page that shows the widget. */
type Kept = {
	/** 32 hex digits, made up by the browser. */
	visitor: string;
	/** Something was said: there is a conversation to come back to. */
	isStarted?: boolean | undefined;
	/** The visitor's room, once it is known, and the id and name that it was opened with. */
	room?: { id: string; user: string; portfolio: string } | undefined;
};

/** What one tab keeps until it is closed. */
type Tab = { isOpen?: boolean; draft?: string };

/** Storage that may be full, forbidden or gone: then what is kept lasts as long as the page. */
const inMemory = new Map<string, string>();

export class Memory {
	readonly #key: string;
	readonly user: string;
	/** The name that agents read; a made-up one tells visitors apart. */
	readonly portfolio: string;

	constructor(settings: Settings) {
		this.#key = `foyer.widget/${settings.org}/${settings.product}`;
		const { visitor } = this.#kept();
		this.user = settings.user ?? visitor;
		this.portfolio = settings.portfolio ?? `Visitor ${visitor.slice(0, 4)}`;
	}

	get isStarted(): boolean {
		return this.#kept().isStarted === true;
	}

	/** The room of this visitor, if it is known. */
	get room(): string | undefined {
		const { room } = this.#kept();
		return room?.user === this.user && room.portfolio === this.portfolio ? room.id : undefined;
	}

	begin(): void {
		if (!this.isStarted) this.#keep({ isStarted: true });
	}

	keepRoom(id: string): void {
		this.#keep({ isStarted: true, room: { id, user: this.user, portfolio: this.portfolio } });
	}

	/** The conversation is over: the next word begins another. */
	forget(): void {
		this.#keep({ isStarted: false, room: undefined });
	}

	get tab(): Tab {
		return read<Tab>(() => sessionStorage, `${this.#key}/tab`) ?? {};
	}

	keepTab(change: Tab): void {
		write(() => sessionStorage, `${this.#key}/tab`, { ...this.tab, ...change });
	}

	#kept(): Kept {
		const kept = read<Kept>(() => localStorage, this.#key);
		if (typeof kept?.visitor === "string") return kept;
		const fresh = { visitor: randomId() };
		write(() => localStorage, this.#key, fresh);
		return fresh;
	}

	#keep(change: Omit<Kept, "visitor">): void {
		write(() => localStorage, this.#key, { ...this.#kept(), ...change });
	}
}

/** `randomUUID` exists in secure contexts alone, and the page may be any. */
function randomId(): string {
	return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
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

function write(storage: () => Storage, key: string, value: object): void {
	const text = JSON.stringify(value);
	try {
		storage().setItem(key, text);
	} catch {
		inMemory.set(key, text);
	}
}
