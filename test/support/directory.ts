import { env } from "cloudflare:workers";
import type { Principal } from "../../src/auth/principal.ts";
import { visit, type Visit } from "../../src/customers/directory.ts";
import { tenantDatabase } from "../../src/db/database.ts";
import { fold } from "../../src/customers/fold.ts";
import type { ListQuery } from "../../src/customers/schema.ts";
import { Person, unique } from "./client.ts";
import { Chance } from "./random.ts";

/** A customer as the model has it. `order` is its place in the order of creation. */
export type Modelled = {
	id: string;
	order: number;
	name: string;
	referenceId: string;
	parent: Modelled | undefined;
	account: { id: string; name: string; order: number };
	tags: Set<string>;
	created: string;
	modified: string;
};

const WORDS = [
	"Äpfel",
	"apfel",
	"Birne",
	"Zoë",
	"zoe & co",
	"Ångström",
	"100%_ok",
	"O'Hara",
	"straße",
	"日本",
	"a",
	"ab",
	"🙂",
	"\uE000",
	"a beginning that many names have in common",
];

/** A tenant's directory, random, and beside it what it should be: plain objects and nothing clever. */
export class Company {
	readonly mia: Person;
	readonly tenantId: string;
	readonly chance: Chance;
	readonly customers: Modelled[] = [];
	readonly accounts: { id: string; name: string; order: number }[] = [];
	readonly tags: string[] = [];
	#order = 0;

	private constructor(mia: Person, tenantId: string, chance: Chance) {
		this.mia = mia;
		this.tenantId = tenantId;
		this.chance = chance;
	}

	static async found(seed: number): Promise<Company> {
		const tenantId = unique("company");
		const company = new Company(await Person.signIn("Manager", tenantId), tenantId, new Chance(seed));
		for (const name of ["North", "south", "Émile", "north"]) {
			const { body } = await company.mia.call("POST", "/accounts", { name });
			company.accounts.push({ id: body.id, name, order: company.accounts.length });
		}
		for (let n = 0; n < 5; n++) {
			const { body } = await company.mia.call("POST", "/tags", { name: `tag ${n}` });
			company.tags.push(body.id);
		}
		return company;
	}

	visit(principal: Partial<Principal> = {}): Promise<Visit> {
		const mia: Principal = { kind: "user", tenantId: this.tenantId, userId: "mia", name: "Mia", roles: ["Manager"] };
		return visit(tenantDatabase(env, this.tenantId), env.SEARCH, { ...mia, ...principal });
	}

	/** Does one random thing to the directory and to the model. */
	async step(): Promise<void> {
		const what =
			this.customers.length < 5 ? "create" : this.chance.weighted({ create: 60, move: 20, patch: 15, remove: 5 });
		await this[what]();
	}

	async create(): Promise<void> {
		const { chance } = this;
		const parent = chance.below(6) === 0 ? undefined : chance.of(this.customers);
		const account = chance.below(2) === 0 || !parent ? chance.of(this.accounts) : undefined;
		const tags = this.tags.filter(() => chance.below(3) === 0);
		const name = `${chance.of(WORDS)} ${chance.of(WORDS)}`;
		const referenceId = chance.below(2) === 0 ? `R${chance.below(9)}` : "";
		const { status, body } = await this.mia.call("POST", "/customers", {
			name,
			...(parent ? { parentCustomerId: parent.id } : {}),
			...(account ? { accountId: account.id } : {}),
			...(referenceId ? { referenceId } : {}),
			tagIds: tags,
		});
		if (status !== 200) throw new Error(JSON.stringify(body));
		this.customers.push({
			id: body.id,
			order: this.#order++,
			name,
			referenceId,
			parent,
			account: account ?? parent?.account ?? this.#account(0),
			tags: new Set(tags),
			created: body.dateCreated,
			modified: body.dateLastModified,
		});
	}

	#account(place: number) {
		const account = this.accounts[place];
		if (!account) throw new Error("no account");
		return account;
	}

	async move(): Promise<void> {
		const [moved, parent] = [
			this.chance.of(this.customers),
			this.chance.below(5) ? this.chance.of(this.customers) : undefined,
		];
		if (!moved) return;
		const { status, body } = await this.mia.call(
			"POST",
			`/customers/${moved.id}/move`,
			parent ? { parentCustomerId: parent.id } : {},
		);
		const isCycle = parent !== undefined && isWithin(parent, moved);
		if (status !== (isCycle ? 409 : 200)) throw new Error(`move: ${status} ${JSON.stringify(body)}`);
		if (!isCycle) Object.assign(moved, { parent, modified: body.dateLastModified });
	}

	async patch(): Promise<void> {
		const customer = this.chance.of(this.customers);
		if (!customer) return;
		const tags = this.tags.filter(() => this.chance.below(3) === 0);
		const account = this.chance.of(this.accounts) ?? customer.account;
		const name = `${this.chance.of(WORDS)} ${this.chance.of(WORDS)}`;
		const { body } = await this.mia.call("PATCH", `/customers/${customer.id}`, {
			name,
			tagIds: tags,
			accountId: account.id,
		});
		Object.assign(customer, { name, tags: new Set(tags), account, modified: body.dateLastModified });
	}

	async remove(): Promise<void> {
		const customer = this.chance.of(this.customers);
		if (!customer || this.customers.filter((other) => isWithin(other, customer)).length > 5) return;
		await this.mia.call("DELETE", `/customers/${customer.id}?cascade=true`);
		const left = this.customers.filter((other) => !isWithin(other, customer));
		this.customers.splice(0, this.customers.length, ...left);
	}

	/** Leaves the search index without a third of the customers, as a call that was lost after its change does. */
	async forget(): Promise<void> {
		const some = `tenant_id = ? AND id % 3 = ${this.chance.below(3)}`;
		const { results } = await env.DB.prepare(
			`INSERT INTO customer_unindexed (tenant_id, customer_id, seq) SELECT tenant_id, id, index_seq FROM customer WHERE ${some}
			RETURNING customer_id AS id`,
		)
			.bind(this.tenantId)
			.all<{ id: number }>();
		const ids = JSON.stringify(results.map(({ id }) => id));
		await env.SEARCH.prepare("DELETE FROM customer_entry WHERE rowid IN (SELECT value FROM json_each(?))")
			.bind(ids)
			.run();
	}

	/** A random question about the directory. */
	query(): ListQuery {
		const { chance } = this;
		const some = <T>(list: readonly T[], most: number): T[] =>
			Array.from({ length: 1 + chance.below(most) }, () => chance.of(list)).filter((item) => item !== undefined);
		const ids = this.customers.map(({ id }) => id);
		const maybe = (odds: number, list: () => string[]) => (chance.below(odds) === 0 ? list() : undefined);
		return {
			page: chance.below(3),
			all: chance.below(10) === 0,
			countPerPage: 1 + chance.below(12),
			specificIds: maybe(6, () => some([...ids, "f".repeat(32)], 30)),
			sortField: chance.of(["Name", "DateCreated", "DateLastModified", "ReferenceId", "AccountName"]) ?? "Name",
			sortOrder: chance.below(2) ? "Ascend" : "Descend",
			simplifiedPaging: chance.below(3) === 0,
			accountIds: maybe(4, () => some(this.accounts, 2).map(({ id }) => id)),
			nameFilter:
				chance.below(3) === 0 ? chance.of([...WORDS, "APF", "%", "o'h", "zz", "b", "本", "fel zo"]) : undefined,
			parentCustomerIds: maybe(3, () => some(ids, 3)),
			shallowParent: chance.below(3) === 0,
			tagIds: maybe(3, () => some(this.tags, 2)),
			cursor: undefined,
			rootsOnly: false,
			resolve: chance.below(4) === 0,
		};
	}

	/** What the answer must be: ids of the page, and the number of all. */
	expected(query: ListQuery, root?: Modelled): { ids: string[]; total: number } {
		const { specificIds, accountIds, nameFilter, parentCustomerIds, shallowParent, tagIds } = query;
		const found = this.customers
			.filter((customer) => !root || isWithin(customer, root))
			.filter(({ id }) => !specificIds || specificIds.includes(id))
			.filter(({ account }) => !accountIds || accountIds.includes(account.id))
			.filter(({ name }) => nameFilter === undefined || fold(name).includes(fold(nameFilter)))
			.filter((customer) => !parentCustomerIds || isBelow(customer, parentCustomerIds, shallowParent))
			.filter(({ tags }) => !tagIds || tagIds.every((id) => tags.has(id)))
			.sort((a, b) => (query.sortOrder === "Ascend" ? 1 : -1) * compare(keys(a, query), keys(b, query)));
		const from = query.all ? 0 : query.page * query.countPerPage;
		const page = query.all ? found : found.slice(from, from + query.countPerPage);
		return { ids: page.map(({ id }) => id), total: found.length };
	}
}

export function isWithin(customer: Modelled, root: Modelled): boolean {
	return customer === root || (customer.parent !== undefined && isWithin(customer.parent, root));
}

function isBelow({ parent }: Modelled, ids: readonly string[], isShallow: boolean): boolean {
	if (!parent) return false;
	return ids.includes(parent.id) || (!isShallow && isBelow(parent, ids, false));
}

function keys(customer: Modelled, { sortField }: ListQuery): (string | number)[] {
	const { order, name, referenceId, account, created, modified } = customer;
	switch (sortField) {
		case "DateCreated":
			return [created, order];
		case "DateLastModified":
			return [modified, order];
		case "ReferenceId":
			return [referenceId, order];
		case "AccountName":
			return [fold(account.name), account.order, fold(name), order];
		default:
			return [fold(name), order];
	}
}

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
	const at = a.findIndex((key, place) => key !== b[place]);
	if (at < 0) return 0;
	return ranked(a[at]) < ranked(b[at]) ? -1 : 1;
}

/** Texts by code point: JavaScript compares them by halves of some. */
function ranked(key: string | number | undefined): string | number {
	if (typeof key === "number") return key;
	return Array.from(key ?? "", (character) => String(character.codePointAt(0)).padStart(7, "0")).join("");
}
