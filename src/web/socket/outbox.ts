import { openDB, type DBSchema, type IDBPDatabase } from "idb";

/** A message that is not acknowledged yet. Its `clientMessageId` stays through every attempt, so the room takes it once. */
export type Pending = {
	clientMessageId: string;
	body: string;
	messageType?: string | undefined;
	replyToChatMessageId?: string | undefined;
	/** ISO */
	dateCreated: string;
	/** Why the room refused it; it is sent again only when asked to. */
	error?: string | undefined;
};

/** Where messages wait that have not been acknowledged. */
export type Outbox = {
	/** Oldest first. */
	load(): Promise<Pending[]>;
	put(pending: Pending): Promise<void>;
	remove(clientMessageId: string): Promise<void>;
};

/** Keeps nothing beyond the page. */
export function memoryOutbox(): Outbox {
	return { load: async () => [], put: async () => {}, remove: async () => {} };
}

type Row = Pending & { scope: string };
type Schema = DBSchema & { pending: { key: [string, string]; value: Row; indexes: { scope: string } } };

/**
 * Keeps them in IndexedDB, so that they survive a reload and a browser that was closed. `scope` names whose they are and of which chat.
 * A browser that refuses storage (a private window) keeps them in memory.
 */
export function storedOutbox(scope: string): Outbox {
	const safely = async <T>(work: (db: IDBPDatabase<Schema>) => Promise<T>, otherwise: T): Promise<T> => {
		try {
			return await work(await database());
		} catch {
			return otherwise;
		}
	};
	return {
		load: () =>
			safely(async (db) => {
				const rows = await db.getAllFromIndex("pending", "scope", scope);
				return rows
					.map(({ scope: _, ...pending }) => pending)
					.sort((a, b) => a.dateCreated.localeCompare(b.dateCreated));
			}, []),
		put: (pending) => safely(async (db) => void (await db.put("pending", { ...pending, scope })), undefined),
		remove: (id) => safely((db) => db.delete("pending", [scope, id]), undefined),
	};
}

let opened: Promise<IDBPDatabase<Schema>> | undefined;

function database(): Promise<IDBPDatabase<Schema>> {
	opened ??= openDB<Schema>("foyer", 1, {
		upgrade: (db) => {
			db.createObjectStore("pending", { keyPath: ["scope", "clientMessageId"] }).createIndex("scope", "scope");
		},
	});
	return opened;
}
